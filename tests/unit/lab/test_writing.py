"""A lab's post-mortem: what it lacks is told with its place, and a half one hides no whole one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scaffolder.lab import writing
from scaffolder.operate import postmortem
from scaffolder.tools.toolchain import SystemToolchain

TEMPLATE = """\
# Post-mortem: *what users saw*

| | |
|---|---|
| Date | |

## Impact

*Numbers.*

## Timeline

| time | what happened | how we know |
|---|---|---|
| | **began** | |

## Contributing factors

1.

## Actions

| action | kind | owner | due | issue |
|---|---|---|---|---|
| | | | | |
"""

RECORDS = [
    ("2026-03-03T09:20:00Z", "deploy", "prod runs 42"),
    ("2026-03-03T09:31:00Z", "alert", "Critical"),
    ("2026-03-03T09:35:00Z", "rollback", "prod runs 41"),
    ("2026-03-03T09:41:00Z", "resolved", "Resolved"),
]

FILE = Path("docs/postmortems/2026-03-03-x.md")
IMPACT = "All 1224 requests for a price failed."
FACTORS = "1. No test ran with the settings of prod.\n2. The readiness probe asks for no price."
ACTION = "| a test | prevent | service team | 2026-03-10 | 1 |"
EMPTY = "| | | | | |"
TWO = f"{ACTION}\n{ACTION}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / postmortem.FOLDER).mkdir(parents=True)
    (tmp_path / postmortem.TEMPLATE).write_text(TEMPLATE)
    write(tmp_path, RECORDS)
    return tmp_path


def write(root: Path, records: list[tuple[str, str, str]]) -> None:
    lines = [json.dumps({"at": at, "event": kind, "text": text}) for at, kind, text in records]
    (root / "records.jsonl").write_text("\n".join(lines) + "\n")


def begin(root: Path, title: str = "x") -> Path:
    with SystemToolchain() as toolchain:
        return root / postmortem.new(root, title, [root / "records.jsonl"], toolchain).path


@pytest.mark.parametrize(
    ("part", "old", "new", "says"),
    [
        ("timeline", "", "", ""),
        (
            "timeline",
            "prod runs 41",
            "prod runs",
            f"{FILE}: the timeline lacks 09:35 prod runs 41. Add this row:"
            " `| 09:35 | **mitigated**: prod runs 41 | records.jsonl |`",
        ),
        ("timeline", "| 09:35", "| 09:36", f"{FILE}: the timeline lacks 09:35 prod runs 41"),
        ("sections", "", "", f"{FILE}: Impact is empty"),
        ("sections", "*Numbers.*", "Every request failed from 09:20.", "Impact has no number"),
        ("sections", "*Numbers.*", IMPACT, "2 contributing factors are needed; found 0"),
        (
            "sections",
            "*Numbers.*",
            f"{IMPACT}\n\n## Contributing factors\n\n1. Only one, in words enough.\n\n## Other",
            "2 contributing factors are needed; found 1",
        ),
        (
            "sections",
            "*Numbers.*",
            f"{IMPACT}\n\n## Contributing factors\n\n{FACTORS}\n\n## Other",
            "",
        ),
        ("actions", "", "", f"{FILE}: 2 actions need an owner and a date; found 0"),
        ("actions", EMPTY, f"| a | b | | d |\n{ACTION}", "found 1; 'a' has no owner"),
        ("actions", EMPTY, f"| a | b | Bob | 2026 |\n{ACTION}", "has the owner 'Bob': name a role"),
        ("actions", EMPTY, f"| a | b | team | |\n{ACTION}", "found 1; 'a' has no date"),
        ("actions", EMPTY, TWO, ""),
        (
            "words",
            "1.\n",
            "1. Someone forgot.\n",
            ": 'forgot' leads to a person. Write what could have reminded the role of it",
        ),
        ("words", "", "", ""),
    ],
)
def test_a_post_mortem_is_told_what_it_lacks(
    root: Path, part: str, old: str, new: str, says: str
) -> None:
    assert "no post-mortem in" in writing.problem(root, part)
    file = begin(root)
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1) if old else text)
    problem = writing.problem(root, part)
    assert (says in problem) if says else problem == ""


def test_a_word_is_named_with_its_line(root: Path) -> None:
    file = begin(root)
    file.write_text(file.read_text().replace("1.\n", "1. She forgot.\n"))
    line = file.read_text().splitlines().index("1. She forgot.") + 1
    assert writing.problem(root, "words").startswith(f"{FILE}:{line}: 'forgot'")


def test_a_file_that_was_begun_and_left_does_not_hide_a_whole_one(root: Path) -> None:
    file = begin(root)
    whole = file.read_text().replace("*Numbers.*", IMPACT).replace("1.\n", f"{FACTORS}\n")
    file.write_text(whole.replace(EMPTY, TWO))
    begin(root, "z")
    assert [writing.problem(root, part) for part in writing.PARTS] == ["", "", "", ""]


def test_a_timeline_without_a_rollback_is_not_over(root: Path) -> None:
    write(root, RECORDS[:2])
    begin(root)
    assert writing.problem(root, "timeline").startswith("records.jsonl has no rollback yet")


def test_a_template_that_is_gone_is_judged_elsewhere(root: Path) -> None:
    begin(root)
    (root / postmortem.TEMPLATE).unlink()
    assert writing.problem(root, "words") == ""
