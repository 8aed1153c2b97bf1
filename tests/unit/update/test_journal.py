"""Leftovers of a power cut, or the system, in an update.

Locks and journals. Each is named, with a command.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from updating import Template, commit, contents, git, update

from scaffolder import cli
from scaffolder.errors import ExitCode, ToolCrashed, UpdateError
from scaffolder.update import journal, run

LINES = "".join(f"line {number}\n" for number in range(1, 21))
THEIRS = LINES.replace("line 18\n", "theirs\n")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository for which v1.1.0 has two changed files and a new one."""
    template = Template.made(tmp_path / "template", {"a.txt": LINES, "b.txt": LINES})
    made = template.generate(tmp_path / "project")
    template.release("1.1.0", {"a.txt": THEIRS, "b.txt": THEIRS, "new.txt": "new\n"})
    return made


def _dies(bin_folder: Path, end: str) -> None:
    """A Git that ends by `end` while it writes the files, and leaves what a Git leaves that cannot end by itself."""
    fake = bin_folder / "git"
    fake.write_text(
        "#!/bin/sh\n"
        f'case " $* " in *" read-tree -m -u "*) echo half > a.txt; : > .git/index.lock; {end};; esac\n'
        f'exec {shutil.which("git")} "$@"\n',
        encoding="utf-8",
    )
    fake.chmod(0o755)


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("exit 137", "git was killed with exit code 137, and gave no reason"),
        ("exit 1", "git failed with exit code 1, and gave no reason"),
        ("kill -9 $$", "git was ended by SIGKILL"),
        ("echo 'fatal: no room' >&2; exit 128", "fatal: no room"),
    ],
)
def test_a_git_that_dies_is_told_with_its_lock_and_taken_back_once_that_is_gone(
    end: str, reason: str, project: Path, bin_folder: Path
) -> None:
    before = contents(project)
    _dies(bin_folder, end)
    with pytest.raises(ToolCrashed) as stopped:
        update(project)
    (bin_folder / "git").unlink()
    lock = project / ".git" / "index.lock"
    said = f"the update is half-written: {reason}; and {lock} is left, so that no git goes on"
    assert (stopped.value.message, stopped.value.hint) == (
        said,
        f"if no git runs: rm {lock}, then scaffold update --abort",
    )
    with pytest.raises(
        UpdateError, match=r"index\.lock is there: another git is at work, or one was ended"
    ) as locked:
        run.abort(project)
    assert (
        locked.value.hint == f"wait for it; if no git runs: rm {lock}, then scaffold update --abort"
    )
    lock.unlink()
    run.abort(project)
    assert contents(project) == before
    assert git(project, "status", "--short") == ""


def test_a_writer_that_dies_is_told_with_what_takes_the_update_back(
    project: Path, bin_folder: Path
) -> None:
    before = contents(project)
    _dies(bin_folder, "kill -9 $PPID; exit 1")
    with pytest.raises(ToolCrashed) as stopped:
        update(project)
    assert stopped.value.message == (
        "the update is half-written: the process that writes the files was ended by SIGKILL"
    )
    assert stopped.value.hint == "scaffold update --abort takes it back"
    (bin_folder / "git").unlink()
    (project / ".git" / "index.lock").unlink()
    run.abort(project)
    assert contents(project) == before


def test_a_writer_that_dies_before_it_writes_has_changed_nothing(
    project: Path, bin_folder: Path
) -> None:
    fake = bin_folder / "git"
    ends = 'case " $* " in *" read-tree --dry-run "*) kill -9 $$;; esac'
    fake.write_text(f'#!/bin/sh\n{ends}\nexec {shutil.which("git")} "$@"\n', encoding="utf-8")
    fake.chmod(0o755)
    with pytest.raises(ToolCrashed, match=r"^nothing was changed: git was ended by SIGKILL$"):
        update(project)
    fake.unlink()
    assert update(project).taken


def test_no_message_names_a_folder_that_is_gone(project: Path, bin_folder: Path) -> None:
    fake = bin_folder / "git"
    ends = 'case " $* " in *" write-tree "*) echo "fatal: no room" >&2; exit 128;; esac'
    fake.write_text(f'#!/bin/sh\n{ends}\nexec {shutil.which("git")} "$@"\n', encoding="utf-8")
    fake.chmod(0o755)
    with pytest.raises(ToolCrashed) as stopped:
        update(project)
    assert stopped.value.message == "git write-tree failed in a temporary folder: fatal: no room"
    assert "scaffold-update-" not in stopped.value.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "it is not JSON"),
        (b"\0" * 200, "it is not JSON"),
        (b'{"state": "begun", "he', "it is not JSON"),
        (b"\xff\xfe", "it is not JSON"),
        (b"[]", "it lacks what an update writes there"),
        (b"{}", "it lacks what an update writes there"),
        (b'{"state": "begun"}', "it lacks what an update writes there"),
        (
            b'{"state": "begun", "head": "HEAD", "before": "x", "paths": ["../x"]}',
            "it lacks what an update writes",
        ),
        (
            b'{"state": "begun", "head": "HEAD", "before": "x", "paths": 3}',
            "it lacks what an update writes there",
        ),
        (
            b'{"state": 1, "head": "HEAD", "before": "x", "paths": []}',
            "it lacks what an update writes there",
        ),
        (
            b'{"state": "begun", "head": "HEAD", "before": "x", "paths": [], "steps": 2}',
            "by a newer scaffolder: it has steps",
        ),
    ],
    ids=lambda value: (
        value.decode("latin-1")[:40].replace("\0", "0") if isinstance(value, bytes) else ""
    ),
)
def test_a_damaged_journal_stops_update_and_abort_with_a_way_out(
    text: bytes, said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = journal.place(project / ".git" / "scaffold")
    file.parent.mkdir(parents=True)
    text = text.replace(b"HEAD", git(project, "rev-parse", "HEAD").encode())
    file.write_bytes(text)
    before = contents(project)
    for command in (["update"], ["update", "--abort"]):
        assert cli.run([*command, str(project)]) == ExitCode.USAGE
        error = capsys.readouterr().err
        assert error.startswith(f"scaffold: {file} ")
        assert said in error
        assert error.endswith(f"then rm {file}\n")
        assert contents(project) == before
        assert file.read_bytes() == text
    file.unlink()
    assert update(project).taken


@pytest.mark.parametrize("left", ["", "<<<<<<< yours\n", "_commit: [", None])
def test_a_record_that_a_half_written_update_left_is_not_what_is_named(
    left: str | None, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(project)
    update(project)
    file = journal.place(project / ".git" / "scaffold")
    file.write_text(file.read_text(encoding="utf-8").replace('"done"', '"begun"'), encoding="utf-8")
    record = project / ".copier-answers.yml"
    record.unlink() if left is None else record.write_text(left, encoding="utf-8")
    assert cli.run(["update", str(project)]) == ExitCode.USAGE
    assert capsys.readouterr().err == (
        "scaffold: an earlier update was interrupted\n  try: scaffold update --abort takes it back\n"
    )
    run.abort(project)
    assert contents(project) == before


def test_a_record_that_a_person_damaged_is_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(project, {".copier-answers.yml": ""})
    assert cli.run(["update", str(project)]) == ExitCode.USAGE
    assert "holds no answers" in capsys.readouterr().err


def test_a_merge_that_git_cannot_write_is_told_in_one_line(project: Path, bin_folder: Path) -> None:
    commit(project, {"a.txt": LINES.replace("line 2\n", "mine\n")})
    fake = bin_folder / "git"
    ends = 'case " $* " in *" merge-recursive "*) echo "error: first" >&2; echo "error: last" >&2; exit 128;; esac'
    fake.write_text(f'#!/bin/sh\n{ends}\nexec {shutil.which("git")} "$@"\n', encoding="utf-8")
    fake.chmod(0o755)
    with pytest.raises(ToolCrashed, match=r"^git could not merge: error: last$"):
        update(project)


@pytest.mark.parametrize("key", ["", "steps"])
def test_a_journal_of_an_update_that_is_committed_stops_nothing(key: str, project: Path) -> None:
    update(project)
    commit(project)
    file = journal.place(project / ".git" / "scaffold")
    content = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**content, key or "state": "unknown"}), encoding="utf-8")
    assert update(project).empty
    with pytest.raises(UpdateError, match="the update is committed"):
        run.abort(project)
