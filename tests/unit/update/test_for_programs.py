"""Output for programs and terminals.

Refusals as JSON, releases from the cache, no control characters.
"""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from updating import QUESTIONS, Template, commit, contents, git, update

from scaffolder import cli
from scaffolder.errors import ExitCode, StoreError
from scaffolder.template import git_mirror

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
            "hint": "git commit (or git stash) first, so that the update can be told from your work",
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


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (3, "fetched 3 days ago"),
        (1 / 24, "fetched 1 hour ago"),
        (0, "fetched less than a minute ago"),
        (None, "time unknown"),
    ],
)
def test_the_releases_that_were_fetched_before_serve_where_the_host_is_down(
    days: float | None,
    said: str,
    project: Path,
    template: Template,
    capsys: pytest.CaptureFixture[str],
) -> None:
    template.release("1.1.0", {"a.txt": "new\n"})
    assert cli.run(["status", str(project)]) == ExitCode.CLEAN
    capsys.readouterr()
    place = git_mirror.kept(str(template.folder))
    assert place
    stamp = place[0] / "scaffold-fetched"
    if days is None:
        stamp.unlink()
    else:
        os.utime(stamp, (time.time() - days * 86400 - 1,) * 2)
    template.folder.rename(template.folder.with_name("gone"))
    before = contents(project)
    for arguments in (["status"], ["update", "--dry-run"], ["update", "--diff"]):
        code = cli.run([*arguments, str(project)])
        text = capsys.readouterr().out
        assert f"  the template at {template.folder} cannot be read: " in text
        assert said in text
        assert "v1.1.0" in text
        assert code in {ExitCode.CLEAN, ExitCode.NO_VERDICT}  # the checks of so small a repository
    code, document = _said(capsys, "status", str(project), "--exit-code")
    assert (code, document["newest"]) == (ExitCode.FOUND, "v1.1.0")
    assert document["cached"]["reason"].startswith(
        f"the template at {template.folder} cannot be read"
    )
    assert (document["cached"]["seconds"] is None) == (days is None)
    with pytest.raises(StoreError, match="cannot be read"):
        update(project)
    assert contents(project) == before


def test_whether_a_host_that_is_down_has_a_newer_release_is_no_verdict(
    project: Path, template: Template, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _said(capsys, "status", str(project), "--exit-code")[1]["cached"] is None
    template.folder.rename(template.folder.with_name("gone"))
    assert _said(capsys, "status", str(project), "--exit-code")[0] == ExitCode.NO_VERDICT
    assert _said(capsys, "status", str(project))[0] == ExitCode.CLEAN


def test_a_host_that_is_down_and_was_never_read_is_refused(
    project: Path, template: Template, capsys: pytest.CaptureFixture[str]
) -> None:
    template.folder.rename(template.folder.with_name("gone"))
    code, document = _said(capsys, "status", str(project))
    assert (code, document["error"]["kind"]) == (ExitCode.USAGE, "release")


def _on_a_terminal(*arguments: str) -> bytes:
    """All that a command writes to a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "scaffolder", *arguments], stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 65536):
            said += part
    except OSError:  # Linux reports it at the end
        pass
    process.wait(timeout=60)
    os.close(ours)
    return said


_HOSTILE = "\x1b]0;pwned\x07\x1b[8mhidden\x1b[0m\x9b2J\u202e"


@pytest.mark.parametrize(
    "arguments",
    [["status"], ["update", "--dry-run", "--no-color"], ["update", "--diff"], ["update"]],
)
def test_nothing_that_a_template_says_commands_the_terminal(
    arguments: list[str], project: Path, template: Template
) -> None:
    template.release(
        "1.1.0",
        {"a.txt": f"{_HOSTILE}\n"},
        QUESTIONS + f"asked: {{type: str, default: {json.dumps(_HOSTILE)}}}\n",
    )
    git(
        template.folder,
        "commit",
        "--quiet",
        "--amend",
        "--message",
        f"v1.1.0\n\n- one {_HOSTILE}\n- two\r\x1b[A",
    )
    git(template.folder, "tag", "--force", "v1.1.0")
    commit(project, {"b.txt": "mine\n"})
    said = _on_a_terminal(*arguments, str(project))
    assert b"- one hidden" in said
    assert b"\x1b" not in re.sub(rb"\x1b\[\d+m", b"", said)  # our own colours
    assert "\x9b".encode() not in said
    assert "\u202e".encode() not in said
    assert b"\x07" not in said


def test_a_refusal_that_quotes_a_template_commands_no_terminal(
    project: Path, template: Template
) -> None:
    template.release(
        "1.1.0",
        {
            "a.txt.jinja": f"[[ '{_HOSTILE}' | nothing ]]\n",
            f"x{_HOSTILE[:10]}y".replace("/", ""): "x\n",
        },
    )
    said = _on_a_terminal("update", str(project))
    assert b"does not render" in said
    assert b"\x1b" not in said
    assert b"\x07" not in said
