"""EN005: each environment has a state of its own."""

from __future__ import annotations

from pathlib import Path

from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Finding, Report
from scaffolder.repository.project import Project


def checked(root: Path, check: str, files: dict[str, str]) -> Report:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return checks.run(
        Project(root), checks.choose(select=[check], ignore=[]), ScriptedToolchain({})
    )


def found(root: Path, check: str, files: dict[str, str]) -> list[str]:
    report = checked(root, check, files)
    assert report.results, report.inapplicable
    return [sentence(one) for one in report.results[0].findings]


def sentence(one: Finding) -> str:
    related = "".join(f" [{place}]" for place in one.related)
    return f"{one.path.as_posix()}:{one.line}: {one.message}{related}"


def test_two_environments_with_one_state_are_found(tmp_path: Path) -> None:
    files = {
        "backend-dev.hcl": 'bucket = "state"\nkey    = "x"\nregion = "eu-west-1"\n',
        "backend-prod.hcl": 'bucket = "state"\nkey    = "x"\nregion = "eu-west-1"\n',
    }
    assert found(tmp_path, "EN005", files) == [
        "backend-prod.hcl:2: prod keeps its state where dev does: applying one would destroy the other "
        "[backend-dev.hcl:2]"
    ]


def test_states_in_buckets_of_their_own_are_apart(tmp_path: Path) -> None:
    files = {
        f"{name}.s3.tfbackend": f'bucket = "state-{name}"\nkey = "x"\nencrypt = true\n'
        for name in ("dev", "prod")
    }
    assert found(tmp_path, "EN005", files) == []
