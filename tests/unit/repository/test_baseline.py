"""A baseline holds back the findings that were there, wherever their lines have moved."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from support import ROOT

from scaffolder import cli
from scaffolder.errors import ExitCode

OLD = "key: 1\nkey: 2\n"
SELECT = ("--select", "SY002,SY003")


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a.yml").write_text(OLD, encoding="utf-8")
    (tmp_path / "b.json").write_text("{,}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(*arguments: str) -> int:
    return cli.run(["check", *SELECT, *arguments])


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    capsys.readouterr()
    check("--format", "json", *arguments)
    read: dict[str, object] = json.loads(capsys.readouterr().out)
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(read)
    return read


def test_what_is_written_down_is_held_back(capsys: pytest.CaptureFixture[str]) -> None:
    assert check() == ExitCode.FOUND
    assert check("--write-baseline", "known.json") == ExitCode.CLEAN
    assert check("--baseline", "known.json") == ExitCode.CLEAN
    said = " ".join(capsys.readouterr().out.split())
    assert re.search(
        r"2 findings of known\.json are held back, none is gone 2 passed, 0 failed, 0 not checked [\d.]+ s$",
        said,
    )
    assert document(capsys, "--baseline", "known.json")["baseline"] == {
        "file": "known.json",
        "held_back": 2,
        "gone": 0,
    }


@pytest.mark.parametrize(
    "changed",
    [
        "# a comment\n\n" + OLD,
        "first: 0\nsecond: 0\n" + OLD + "last: 0\n",
        "key: 1\nkey:   2\n",
        "key: 1\nkey: 2   \n",
    ],
    ids=["lines above", "lines around", "blanks inside", "blanks at the end"],
)
def test_a_line_that_moved_is_the_same(repository: Path, changed: str) -> None:
    check("--write-baseline", "known.json")
    (repository / "a.yml").write_text(changed, encoding="utf-8")
    assert check("--baseline", "known.json") == ExitCode.CLEAN


@pytest.mark.parametrize(
    ("file", "text"),
    [("a.yml", "other: 1\nother: 2\n"), ("c.yml", OLD), ("d.json", "{,}\n")],
    ids=["another line", "another file", "another file of another kind"],
)
def test_what_is_new_is_found(
    repository: Path, capsys: pytest.CaptureFixture[str], file: str, text: str
) -> None:
    check("--write-baseline", "known.json")
    (repository / file).write_text(text, encoding="utf-8")
    assert check("--baseline", "known.json") == ExitCode.FOUND
    capsys.readouterr()
    check("--baseline", "known.json")
    places = [line for line in capsys.readouterr().out.splitlines() if ": error[" in line]
    assert [line.partition(":")[0] for line in places] == [file]


def test_one_more_of_the_same_kind_is_found(repository: Path) -> None:
    (repository / "x.sh").write_text("curl https://a.example | sh\n", encoding="utf-8")
    arguments = ("check", "--select", "SEC010", "--strict")
    assert cli.run([*arguments, "--write-baseline", "known.json"]) == ExitCode.CLEAN
    (repository / "x.sh").write_text("curl https://a.example | sh\n" * 2, encoding="utf-8")
    assert cli.run([*arguments, "--baseline", "known.json"]) == ExitCode.FOUND


def test_what_is_gone_is_counted_and_can_be_taken_out(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check("--write-baseline", "known.json")
    (repository / "b.json").write_text("{}\n", encoding="utf-8")
    assert document(capsys, "--baseline", "known.json")["baseline"] == {
        "file": "known.json",
        "held_back": 1,
        "gone": 1,
    }
    check("--write-baseline", "known.json")
    assert len(json.loads((repository / "known.json").read_text())["findings"]) == 1


def test_a_check_that_was_not_asked_cannot_say_that_something_is_gone(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check("--write-baseline", "known.json")
    cli.run(["check", "--select", "SY004,SY002", "--baseline", "known.json"])
    assert "1 finding of known.json is held back, none is gone" in capsys.readouterr().out
    cli.run(["check", "--select", "SY002", "--write-baseline", "known.json"])
    kept = json.loads((repository / "known.json").read_text())["findings"]
    assert {one["check"] for one in kept} == {"SY002", "SY003"}


def test_the_same_findings_are_the_same_bytes(repository: Path) -> None:
    check("--write-baseline", "one.json")
    check("--write-baseline", "two.json")
    assert (repository / "one.json").read_bytes() == (repository / "two.json").read_bytes()


def test_settings_may_name_the_baseline(repository: Path) -> None:
    check("--write-baseline", "known.json")
    (repository / "scaffold.toml").write_text('baseline = "known.json"\n', encoding="utf-8")
    assert check() == ExitCode.CLEAN
    assert check("--write-baseline", "known.json") == ExitCode.CLEAN
    assert len(json.loads((repository / "known.json").read_text())["findings"]) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "the baseline known.json cannot be read: No such file or directory"),
        ("not JSON", "the baseline known.json is not JSON: "),
        ("[]", "known.json is not a baseline: it has no `findings`"),
        ('{"results": []}', "known.json is not a baseline: it has no `findings`"),
        ('{"version": 0, "findings": []}', "the baseline known.json has version 0, not 1"),
        ('{"version": 1, "findings": [{}]}', "the baseline known.json has an entry that is none"),
    ],
    ids=["absent", "text", "list", "a report", "old", "entry"],
)
def test_a_baseline_that_is_none_is_bad_usage(
    repository: Path, capsys: pytest.CaptureFixture[str], text: str | None, message: str
) -> None:
    if text is not None:
        (repository / "known.json").write_text(text, encoding="utf-8")
    assert check("--baseline", "known.json") == ExitCode.USAGE
    captured = capsys.readouterr()
    assert captured.err.startswith(f"scaffold: {message}")
    assert "--write-baseline" in captured.err
    assert captured.out == ""


def test_no_other_file_is_overwritten(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("--write-baseline", "a.yml") == ExitCode.USAGE
    assert (repository / "a.yml").read_text(encoding="utf-8") == OLD
    assert check("--write-baseline", "absent/known.json") == ExitCode.USAGE
    assert "absent/known.json cannot be written" in capsys.readouterr().err
