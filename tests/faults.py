"""Small faults for generated repositories, and the check that each has to turn red."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scaffolder import checks
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain

Edit = Callable[[Path], None]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """An edit to a repository, and the check that has to say so, at `place`."""

    name: str
    check: str
    place: str
    edit: Edit


def append(file: str, text: str) -> Edit:
    def edit(root: Path) -> None:
        with (root / file).open("a", encoding="utf-8") as stream:
            stream.write(text)

    return edit


def replace(file: str, pattern: str, replacement: str) -> Edit:
    def edit(root: Path) -> None:
        text = (root / file).read_text(encoding="utf-8")
        changed, number = re.subn(pattern, replacement, text, count=1, flags=re.MULTILINE)
        assert number == 1, f"{file} has no {pattern}"
        (root / file).write_text(changed, encoding="utf-8")

    return edit


def fault(
    check: str, name: str, file: str, make: Callable[..., Edit], *arguments: str, place: str = ""
) -> Fault:
    return Fault(name=name, check=check, place=place or file, edit=make(file, *arguments))


def expect_found(one: Fault, root: Path, toolchain: Toolchain) -> None:
    """Make the fault in the repository at `root`: its check must find it, and say where."""
    (check,) = checks.choose(select=[one.check], ignore=[])
    one.edit(root)
    result = checks.run(Project(root), [check], toolchain).results[0]
    assert result.findings, result.reason
    assert any(finding.path.as_posix().startswith(one.place) for finding in result.findings), (
        result.findings
    )
