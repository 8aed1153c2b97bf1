"""SEC009: the state of Terraform is locked and encrypted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Report
from scaffolder.repository.project import Project


def checked(
    root: Path, check: str, files: dict[str, str], *, tools: dict[str, Any] | None = None
) -> Report:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return checks.run(
        Project(root), checks.choose(select=[check], ignore=[]), ScriptedToolchain(tools or {})
    )


def found(root: Path, check: str, files: dict[str, str]) -> list[str]:
    report = checked(root, check, files)
    assert report.results, report.inapplicable
    return [
        f"{one.path.as_posix()}:{one.line}: {one.message}" for one in report.results[0].findings
    ]


BACKEND = 'terraform {\n  backend "%s" {\n    %s\n  }\n}\n'


STATES = {
    "locked by itself": (
        {"main.tf": BACKEND % ("s3", 'bucket = "x"\n    use_lockfile = true')},
        [],
    ),
    "locked by a table": (
        {"main.tf": BACKEND % ("s3", 'bucket = "x"\n    dynamodb_table = "x"')},
        [],
    ),
    "not locked": ({"main.tf": BACKEND % ("s3", 'bucket = "x"')}, ["main.tf:2"]),
    "not locked on purpose": (
        {"main.tf": BACKEND % ("s3", 'bucket = "x"\n    use_lockfile = false')},
        ["main.tf:2"],
    ),
    "configured on the command line": ({"main.tf": BACKEND % ("s3", "")}, []),
    "locked in a file": (
        {"main.tf": BACKEND % ("s3", ""), "a.tfbackend": "use_lockfile = true\n"},
        [],
    ),
    "not locked in a file": (
        {"main.tf": BACKEND % ("s3", ""), "a.tfbackend": 'bucket = "x"\n'},
        ["a.tfbackend:0"],
    ),
    "not encrypted": (
        {"main.tf": BACKEND % ("s3", "use_lockfile = true\n    encrypt = false")},
        ["main.tf:4"],
    ),
    "of Azure, which locks": ({"main.tf": BACKEND % ("azurerm", 'key = "x"')}, []),
    "over HTTP": ({"main.tf": BACKEND % ("http", 'address = "https://x"')}, ["main.tf:2"]),
    "in the repository": ({"terraform.tfstate": "{}\n"}, ["terraform.tfstate:0"]),
}


@pytest.mark.parametrize(("files", "expected"), STATES.values(), ids=STATES)
def test_a_state_is_locked_and_secret(
    files: dict[str, str], expected: list[str], tmp_path: Path
) -> None:
    assert [":".join(one.split(":")[:2]) for one in found(tmp_path, "SEC009", files)] == expected
