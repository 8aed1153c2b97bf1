"""actionlint reads the settings of the repository, whatever is around it and before it is a Git repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, said, written

from scaffolder import checks


@pytest.mark.parametrize(
    ("name", "given"),
    [
        (".github/actionlint.yaml", True),
        (".github/actionlint.yml", True),
        ("actionlint.yaml", False),
        ("docs/actionlint.yaml", False),
    ],
)
def test_its_settings_are_named(name: str, given: bool, tmp_path: Path) -> None:
    project = written(
        tmp_path, {name: "self-hosted-runner: {}\n", ".github/workflows/a.yml": "on: push\n"}
    )
    toolchain = ScriptedToolchain({"actionlint": said("[]")})
    chosen = [check for check in checks.every() if check.id == "CI002"]
    checks.run(project, chosen, toolchain)
    (call,) = [call for call in toolchain.calls if call[0] == "actionlint"]
    assert (call[3:5] == ("-config-file", name)) is given
