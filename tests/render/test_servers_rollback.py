"""`make rollback` on servers: all of them go to one release that each has, or none changes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from scaffolder.template import answers, render

BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(
    not (BASH and shutil.which("jq") and os.name == "posix"), reason="bash or jq is not installed"
)

A, B, C = (f"sha256:{letter * 64}" for letter in "abc")
CLOUD = """\
server_names() { printf '%s\\n' one two; }
on_server() {
  case "$2" in
    *previous.container*) cat "$RELEASES/$1" ;;
    *rollback.yml*) grep -o 'to_digest=sha256:[0-9a-f]*' <<<"$2" >>"$RELEASES/played" ;;
    *) echo '{}' ;;
  esac
}
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("rollback")
    given = {"service_name": "my-service", "cloud": "aws", "runs_on": "server", "servers": 2}
    render.write(render.current(), answers.complete(given), folder)
    (folder / "ci/cloud.sh").write_text(CLOUD)
    (folder / "ci/smoke.sh").write_text("#!/usr/bin/env bash\ntrue\n")
    return folder


@pytest.mark.parametrize(
    ("one", "two", "wanted", "target"),
    [
        ([B, A], [B, A], "", A),
        ([B, A], [B, A], A, A),
        ([B, A], [A, C], "", A),  # a pipeline that was stopped between the two
        ([A], [A, C], "", ""),  # what a failed deployment left before
        ([B, A], [B, C], "", ""),
        ([B, A], [A, B], "", ""),
        ([B, A], [A, B], B, B),
        ([B, A], [B, A], C, ""),
        ([], [B, A], "", ""),
    ],
)
def test_all_servers_go_to_one_release_or_none_changes(
    repository: Path, tmp_path: Path, one: list[str], two: list[str], wanted: str, target: str
) -> None:
    for name, releases in (("one", one), ("two", two)):
        (tmp_path / name).write_text("".join(f"{release}\n" for release in releases))
    done = subprocess.run(
        ["bash", "ci/rollback.sh"],
        cwd=repository,
        env={**os.environ, "ENVIRONMENT": "dev", "TO": wanted, "RELEASES": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    played = tmp_path / "played"
    if target:
        assert done.returncode == 0, done.stderr
        assert played.read_text().split() == [f"to_digest={target}"] * 2
    else:
        assert done.returncode == 1, done.stderr
        assert "nothing was changed" in done.stderr
        assert not played.exists()
