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
