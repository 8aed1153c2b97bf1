"""docs/scanners.md: every example is in its table with no finding, and it can be written again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support import ROOT

from scaffolder.repository import waivers
from scaffolder.repository.project import Project
from tools import scanners

NAMES = [scanner.name for scanner in scanners.SCANNERS]


def test_the_page_names_every_example_and_no_finding() -> None:
    lines = scanners.PAGE.read_text(encoding="utf-8").splitlines()
    assert f"| example | {' | '.join(NAMES)} | waivers |" in lines
    cells = {
        line.split("]")[0].removeprefix("| ["): line.split("|")[2:-2]
        for line in lines
        if line.startswith("| [")
    }
    assert set(cells) == {path.name for path in (ROOT / "examples").iterdir() if path.is_dir()}, (
        "run `make scanners`"
    )
    assert {cell.strip() for row in cells.values() for cell in row} <= {"0", "–"}  # noqa: RUF001, a dash is meant


def test_the_page_counts_what_each_example_waives_today() -> None:
    text = scanners.PAGE.read_text(encoding="utf-8")
    for example in (path for path in (ROOT / "examples").iterdir() if path.is_dir()):
        row = next(line for line in text.splitlines() if line.startswith(f"| [{example.name}]"))
        assert row.endswith(f" {len(waivers.ledger(Project(example)))} |"), "run `make scanners`"


@pytest.mark.parametrize("name", ["checkov", "zizmor", "yamllint"])
def test_the_versions_on_the_page_are_those_that_are_pinned(name: str) -> None:
    locks = [
        (ROOT / "requirements" / lock).read_text(encoding="utf-8")
        for lock in ("dev.txt", "scanners.txt")
    ]
    pinned = dict(line.split("==") for lock in locks for line in lock.splitlines() if "==" in line)
    assert f"| {name} | {pinned[name]} |" in scanners.PAGE.read_text(encoding="utf-8"), (
        "run `make scanners`"
    )


def test_page_tells_nothing_to_look_at_from_nothing_found(monkeypatch: pytest.MonkeyPatch) -> None:
    uninstalled = tuple(replace(scanner, version=lambda: "1.0") for scanner in scanners.SCANNERS)
    monkeypatch.setattr(scanners, "SCANNERS", uninstalled)
    finding = scanners.Finding(path="x", rule="Y1", message="is wrong")
    results: dict[str, list[scanners.Finding] | None] = {
        **dict.fromkeys(NAMES),
        "trivy": [],
        "checkov": [finding],
    }
    example = ROOT / "examples" / "java-eks-github"
    row = next(
        line
        for line in scanners.page({"one": results}, {"one": Project(example)}).splitlines()
        if line.startswith("| [one]")
    )
    assert row.startswith(f"| [one](../examples/one) {'| – ' * (len(NAMES) - 2)}| 1 | 0 | ")  # noqa: RUF001
