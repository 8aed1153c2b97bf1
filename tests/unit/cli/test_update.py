"""`scaffold update` for programs: a refusal is one document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from updating import QUESTIONS, Template, update

from scaffolder import cli
from scaffolder.errors import ExitCode

LINES = "".join(f"line {number}\n" for number in range(1, 21))


ASKED = (
    QUESTIONS
    + "first: {type: str}\nsecond: {type: int}\nthird: {type: str, when: false}\nfourth: {type: str, default: x}\n"
)


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return Template.made(tmp_path / "template", {"a.txt": LINES, "b.txt": LINES})


@pytest.fixture
def project(template: Template, tmp_path: Path) -> Path:
    return template.generate(tmp_path / "project")


def _said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = cli.run([*arguments, "--format", "json"])
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, document


@pytest.mark.parametrize(
    ("arguments", "kind", "code"),
    [
        (["new"], "answers", ExitCode.USAGE),
        (["new", "x", "--runtime", "cobol"], "answers", ExitCode.USAGE),
        (["new", "x", "--no-such-flag"], "usage", ExitCode.USAGE),
        (["check", "nowhere"], "project", ExitCode.USAGE),
        (["check", "--select", "ZZ999"], "answers", ExitCode.USAGE),
        (["update"], "project", ExitCode.USAGE),
        (["update", "--abort"], "update", ExitCode.USAGE),
        (["add", "jenkins"], "project", ExitCode.USAGE),
        (["remove", "jenkins"], "project", ExitCode.USAGE),
        (["set", "a=b"], "project", ExitCode.USAGE),
        (["set", "a"], "answers", ExitCode.USAGE),
        (["status"], "project", ExitCode.USAGE),
        (["adopt"], "project", ExitCode.USAGE),
        (["list", "nothing"], "usage", ExitCode.USAGE),
        (["explain", "ZZ999"], "answers", ExitCode.USAGE),
        (["template", "use", "https://host.example/x.git"], "project", ExitCode.USAGE),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_refusal_is_one_document(
    arguments: list[str],
    kind: str,
    code: ExitCode,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.run(arguments) == code
    plain = capsys.readouterr()
    found, document = _said(capsys, *arguments)
    assert (plain.out, found) == ("", code)
    assert document.keys() == {"version", "error", "exit_code"}
    assert (document["version"], document["exit_code"]) == (1, code)
    assert document["error"].keys() == {"kind", "message", "hint", "missing"}
    assert document["error"]["kind"] == kind
    assert document["error"]["message"] in plain.err
    assert document["error"]["hint"] in plain.err


def test_a_refused_update_is_one_document_of_its_kind(
    project: Path, template: Template, capsys: pytest.CaptureFixture[str]
) -> None:
    template.release("1.1.0", {"a.txt": "new\n"})
    (project / "a.txt").write_text("mine\n", encoding="utf-8")
    for form in (["--format=json"], ["--format", "text", "--format", "json"]):
        assert cli.run(["update", str(project), *form]) == ExitCode.USAGE
        captured = capsys.readouterr()
        assert json.loads(captured.out)["error"] == {
            "kind": "update",
            "message": "changed and not committed: a.txt",
            "hint": "git commit (or git stash) first, so that the update is separate from your work",
            "missing": [],
        }
        assert captured.err.startswith("scaffold: changed and not committed: a.txt\n")
    assert (
        cli.run(["update", str(project), "--format", "json", "--format", "text"]) == ExitCode.USAGE
    )
    assert capsys.readouterr().out == ""


def test_every_missing_answer_is_named_at_once(
    project: Path, template: Template, capsys: pytest.CaptureFixture[str]
) -> None:
    template.release("1.1.0", {"c.txt.jinja": "[[ first ]] [[ second ]]\n"}, ASKED)
    code, document = _said(capsys, "update", str(project))
    assert (code, document["error"]) == (
        ExitCode.USAGE,
        {
            "kind": "answers",
            "message": "first and second have no answer",
            "hint": "v1.1.0 asks for them: scaffold update -d first=VALUE -d second=VALUE",
            "missing": ["first", "second"],
        },
    )
    code, document = _said(capsys, "update", str(project), "-d", "second=2")
    assert document["error"]["missing"] == ["first"]
    code, document = _said(capsys, "update", str(project), "-d", "second=2", "-d", "first=1")
    assert (code, document["taken"]) == (ExitCode.CLEAN, True)


def test_what_abort_did_is_one_document(
    project: Path, template: Template, capsys: pytest.CaptureFixture[str]
) -> None:
    template.release("1.1.0", {"a.txt": "new\n"})
    update(project)
    (project / "a.txt").write_text("later\n", encoding="utf-8")
    code, document = _said(capsys, "update", "--abort", str(project))
    assert (code, document["exit_code"], document["files"]) == (
        0,
        0,
        [".copier-answers.yml", "a.txt"],
    )
    assert document["edited"] == ["a.txt"]
    assert Path(document["saved"]).is_file()
