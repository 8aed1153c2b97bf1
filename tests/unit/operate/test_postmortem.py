"""A post-mortem has the timeline that Git and records tell, and no word that leads to a person."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from site_text import followed

from scaffolder import cli
from scaffolder.errors import ExitCode
from scaffolder.operate import postmortem

TEMPLATE = """\
# Post-mortem: *what users saw*

*"Human error" is where the question begins.*

| | |
|---|---|
| Date | |

## Impact

*Numbers.*

## Timeline

| time | what happened | how we know |
|---|---|---|
| | **began** | |
| | **over** | |

## Contributing factors

1.

## Actions

| action | kind | owner | due |
|---|---|---|---|
| | | | |
"""

RECORDS = [
    ("2026-03-03T09:20:00Z", "deploy", "prod runs 42"),
    ("2026-03-03T10:31:00+01:00", "alert", "Critical: | 50 %"),
    ("2026-03-03T09:35:00Z", "rollback", "prod runs 41"),
    ("2026-03-03T09:41:00Z", "resolved", "Resolved"),
]

ROWS = """\
| time | what happened | how we know |
|---|---|---|
| 09:00 | Release 42 | git COMMIT |
| 09:20 | **began**: prod runs 42 | r.jsonl |
| 09:31 | **detected**: Critical: \\| 50 % | r.jsonl |
| 09:35 | **mitigated**: prod runs 41 | r.jsonl |
| 09:41 | **over**: Resolved | r.jsonl |
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs/postmortems").mkdir(parents=True)
    (tmp_path / "docs/postmortems/TEMPLATE.md").write_text(TEMPLATE)
    write(tmp_path / "r.jsonl", RECORDS)
    return tmp_path


def write(file: Path, records: list[tuple[str, str, str]]) -> None:
    lines = [json.dumps({"at": at, "event": kind, "text": text}) for at, kind, text in records]
    file.write_text("\n".join(lines) + "\n")


def committed(root: Path, at: str, subject: str) -> str:
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com"]
    environment = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at, "PATH": "/usr/bin:/bin"}
    if not (root / ".git").exists():
        subprocess.run([*git, "init", "-q"], cwd=root, check=True)
    command = [*git, "commit", "-q", "--allow-empty", "-m", subject]
    subprocess.run(command, cwd=root, check=True, env=environment)
    show = [*git, "log", "-1", "--format=%h"]
    return subprocess.run(show, cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def test_the_command_of_the_page_takes_the_records(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "r.jsonl").rename(root / "records.jsonl")
    committed(root, "2026-03-03T09:00:00Z", "Release 42")
    [block] = followed("postmortem.md", "new")
    assert cli.run(shlex.split(block)[1:]) == ExitCode.CLEAN
    wrote = r"wrote docs/postmortems/2026-03-03-no-prices\.md: \d events\n"
    assert re.match(wrote, capsys.readouterr().out)


def test_the_timeline_is_what_git_and_the_records_tell(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed(root, "2026-03-01T09:00:00Z", "Long before")
    name = committed(root, "2026-03-03T09:00:00Z", "Release 42")
    assert cli.run(["postmortem", "new", "No prices!", "--records", "r.jsonl"]) == ExitCode.CLEAN
    assert capsys.readouterr().out.startswith(
        "wrote docs/postmortems/2026-03-03-no-prices.md: 5 events\n"
    )
    text = (root / "docs/postmortems/2026-03-03-no-prices.md").read_text()
    assert text.startswith("# Post-mortem: No prices!\n")
    assert "| Date | 2026-03-03 |" in text
    assert ROWS.replace("COMMIT", name) in text
    assert "**over** |" not in text
    assert "## Contributing factors" in text
    assert postmortem.timeline(text)[1] == "09:20 **began**: prod runs 42"


def test_without_git_the_records_are_enough(root: Path) -> None:
    assert cli.run(["postmortem", "new", "x", "--records", "r.jsonl"]) == ExitCode.CLEAN
    text = (root / "docs/postmortems/2026-03-03-x.md").read_text()
    assert len(postmortem.timeline(text)) == 4


def test_it_began_with_the_last_deployment_before_the_alert(root: Path) -> None:
    earlier = ("2026-03-03T09:05:00Z", "deploy", "prod runs 40")
    later = ("2026-03-03T09:50:00Z", "deploy", "prod runs 43")
    write(root / "r.jsonl", [later, *RECORDS, earlier])
    assert cli.run(["postmortem", "new", "x", "--records", "r.jsonl"]) == ExitCode.CLEAN
    rows = postmortem.timeline((root / "docs/postmortems/2026-03-03-x.md").read_text())
    assert next(row for row in rows if "**" in row) == "09:20 **began**: prod runs 42"
    assert rows[0] == "09:05 prod runs 40"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"at": "2026-03-03T09:20:00Z", "event": "party", "text": "x"}', "unknown event 'party'"),
        (
            '{"at": "yesterday", "event": "note", "text": "x"}',
            "not a valid record: Invalid isoformat",
        ),
        ('{"at": "2026-03-03T09:20:00", "event": "note", "text": "x"}', "has no time zone"),
        ('{"event": "note", "text": "x"}', "not a valid record: 'at'"),
        ("[1]", "not a valid record"),
        ("nothing", "r.jsonl:1: not a valid record"),
        ("", "the records hold no event"),
    ],
)
def test_a_record_that_is_none_is_said_with_its_line(
    root: Path, line: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "r.jsonl").write_text(line)
    assert cli.run(["postmortem", "new", "x", "--records", "r.jsonl"]) == ExitCode.USAGE
    assert says in capsys.readouterr().err


def test_nothing_is_overwritten_and_a_missing_template_is_said(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["postmortem", "new", "x", "--records", "r.jsonl"]) == ExitCode.CLEAN
    assert cli.run(["postmortem", "new", "x", "--records", "r.jsonl"]) == ExitCode.USAGE
    assert "2026-03-03-x.md is there already" in capsys.readouterr().err
    (root / "docs/postmortems/TEMPLATE.md").unlink()
    assert cli.run(["postmortem", "new", "y", "--records", "r.jsonl"]) == ExitCode.USAGE
    assert "has no docs/postmortems/TEMPLATE.md" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1. The deployer was careless.", ["careless"]),
        ("1. Human error.", ["human error"]),
        ("1. The developer made a mistake.", ["mistake"]),
        ("1. It was Anna's fault.", ["'s fault"]),
        ("1. It was Anna\N{RIGHT SINGLE QUOTATION MARK}s fault.", ["'s fault"]),
        ("1. A fault in the table of rates.", []),
        ("It was HER to know better, she forgot.", ["forgot", "to know better"]),
        ('*"Human error" is where the question begins.*', []),
        ("1. No test ran with the settings of prod.", []),
        ("1. The default of the flag is unforgotten.", []),
        ("1. The shoulder have of the graph.", []),
    ],
)
def test_words_that_lead_to_a_person_are_named(text: str, words: list[str]) -> None:
    assert [one.word for one in postmortem.blaming(text, TEMPLATE)] == words
