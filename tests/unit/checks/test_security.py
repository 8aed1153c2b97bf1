"""SEC on repositories that are not ours: what is found, and what is left alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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


def test_an_empty_repository_has_nothing_to_look_at_but_its_files(tmp_path: Path) -> None:
    report = checked(tmp_path, "SEC", {"README.md": "# x\n"})
    assert [result.check.id for result in report.results] == ["SEC001"]
    assert len(report.inapplicable) == 10
