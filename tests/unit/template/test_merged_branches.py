"""Branches that change the release, or the answers: Git stops where they meet, and what came wrongly is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from updating import PLAIN_COPIER, Template, commit, contents, git, plain_copier, update

from scaffolder import cli, status
from scaffolder.errors import AnswersError
from scaffolder.formats import answers_file
from scaffolder.template import answers
from scaffolder.tools.toolchain import SystemToolchain

FILE = answers.FILE
QUESTIONS = """name: {type: str, default: thing}
extra: {type: str, choices: [none, jenkins], default: none}
ci: {type: str, choices: [one, two], multiselect: true, default: [one]}
folder: {type: str, when: false, default: "[[ extra if extra != 'none' else '' ]]"}
"""
LINES = "".join(f"line {number}\n" for number in range(20))
FIXED = LINES.replace("line 9\n", "line 9, and no hole\n")


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return Template.made(
        tmp_path / "template", {"[[ folder ]]/pipeline.txt": LINES, "a.txt": LINES}, QUESTIONS
    )


@pytest.fixture
def project(template: Template, tmp_path: Path) -> Path:
    """A repository at v1.0.0, on main."""
    return template.generate(tmp_path / "project")


def fixed(template: Template, version: str = "1.1.0") -> None:
    """A release that changes what the answer `jenkins` brings, and puts a file beside it."""
    template.release(
        version, {"[[ folder ]]/pipeline.txt": FIXED, "[[ folder ]]/second.txt": "new\n"}, QUESTIONS
    )


def record(project: Path) -> str:
    return (project / FILE).read_text(encoding="utf-8")


def branch(project: Path, name: str, **settings: object) -> None:
    """A branch of main on which one update is taken and committed."""
    git(project, "switch", "--quiet", "--create", name, "main")
    assert update(project, **settings).taken
    commit(project)


def found(project: Path) -> status.Status:
    with SystemToolchain() as toolchain:
        return status.of(project, toolchain)


WRITERS = {
    "set": {"given": {"extra": "jenkins"}, "answers_only": True},
    "add": {"add": ("jenkins",), "answers_only": True},
    "a list": {"given": {"ci": ["one", "two"]}, "answers_only": True},
    "a name": {"given": {"name": "other"}, "answers_only": True},
}
JOINS = {"merge": ("merge", "A"), "rebase": ("rebase", "A"), "one commit": ("cherry-pick", "A")}


@pytest.mark.parametrize(
    ("writer", "join"),
    [*((writer, "merge") for writer in WRITERS), ("set", "rebase"), ("set", "one commit")],
)
def test_another_answer_and_another_release_are_a_conflict(
    project: Path, template: Template, writer: str, join: str
) -> None:
    branch(project, "A", **WRITERS[writer])
    fixed(template)
    branch(project, "B")
    git(project, *JOINS[join], check=False)
    assert FILE in git(project, "diff", "--name-only", "--diff-filter=U")
    with pytest.raises(AnswersError) as stopped:
        update(project)
    assert stopped.value.hint.startswith(
        "keep _commit: v1.0.0, the older release, and the answers of both sides"
    )


def test_different_answers_of_two_branches_are_a_conflict(project: Path) -> None:
    branch(project, "A", **WRITERS["set"])
    branch(project, "B", **WRITERS["a list"])
    git(project, "merge", "A", check=False)
    assert FILE in git(project, "diff", "--name-only", "--diff-filter=U")
    with pytest.raises(AnswersError) as stopped:
        update(project)
    assert stopped.value.hint == (
        f"git checkout --ours {FILE}, git add, git commit; then `scaffold set` what the other branch answered, of ci=one"
        " extra=jenkins"
    )


def test_the_same_update_on_two_branches_is_no_conflict(project: Path, template: Template) -> None:
    fixed(template)
    branch(project, "A")
    branch(project, "B")
    git(project, "merge", "A")
    assert not found(project).stale


def test_a_later_answer_and_a_later_release_are_a_conflict_too(
    project: Path, template: Template
) -> None:
    update(project, **WRITERS["a list"])
    commit(project)
    branch(project, "A", **WRITERS["set"])
    fixed(template)
    branch(project, "B")
    git(project, "merge", "A", check=False)
    assert FILE in git(project, "diff", "--name-only", "--diff-filter=U")


@pytest.mark.parametrize("first", ["A", "B"])
def test_the_side_that_is_named_brings_everything(
    project: Path, template: Template, first: str
) -> None:
    branch(project, "A", **WRITERS["set"])
    for version in ("1.9.0", "1.10.0"):
        fixed(template, version)
    branch(project, "B")
    git(project, "switch", "--quiet", first)
    git(project, "merge", "B" if first == "A" else "A", check=False)
    with pytest.raises(AnswersError) as stopped:
        update(project)
    assert "_commit: v1.0.0, the older release" in stopped.value.hint
    settled = f"# Answers.\n_commit: v1.0.0\n_src_path: {template.folder}\nci:\n- one\nextra: jenkins\nname: thing\n"
    commit(project, {FILE: settled})
    outcome = update(project)
    assert outcome.taken
    assert outcome.conflicts == ()
    assert (project / "jenkins/pipeline.txt").read_text() == FIXED
    assert (project / "jenkins/second.txt").read_text() == "new\n"
    commit(project)
    assert (found(project).older, found(project).stale) == (None, False)


def test_of_two_newer_releases_the_older_one_is_named(tmp_path: Path) -> None:
    sides = "<<<<<<< HEAD\n_commit: {}\n||||||| base\n_commit: v0.1.0\n=======\n_commit: {}\n>>>>>>> A\nname: x\n"
    for one, other, named in (
        ("v1.10.0", "v1.9.0", "v1.9.0"),
        ("v1.9.0", "v1.10.0", "v1.9.0"),
        ("2.0.0", "v10.0.0", "2"),
    ):
        (tmp_path / FILE).write_text(sides.format(one, other), encoding="utf-8")
        with pytest.raises(AnswersError) as stopped:
            answers_file.content(tmp_path / FILE)
        assert f"keep _commit: {named}" in stopped.value.hint


def test_an_update_alone_records_what_is_generated(
    project: Path, template: Template, tmp_path: Path
) -> None:
    fixed(template)
    update(project)
    assert contents(project) == contents(template.generate(tmp_path / "fresh"))


def test_a_fingerprint_is_renewed_by_every_update_and_the_second_one_is_empty(
    project: Path, template: Template
) -> None:
    update(project, **WRITERS["set"])
    commit(project)
    first = answers_file.fingerprint_in(record(project))
    fixed(template)
    update(project)
    commit(project)
    assert (
        ""
        != first
        != answers_file.fingerprint_in(record(project))
        == answers_file.right_fingerprint(record(project))
    )
    assert update(project).empty
    assert not found(project).stale


def test_a_dry_run_shows_the_same_record(project: Path) -> None:
    shown = update(project, dry_run=True, diff=True, **WRITERS["set"]).text
    update(project, **WRITERS["set"])
    assert (
        f"+# Fingerprint of the release and the answers: {answers_file.fingerprint_in(record(project))}"
        in shown
    )


def test_a_record_that_a_person_changed_is_stale_and_no_error(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    update(project, **WRITERS["set"])
    commit(project, {FILE: record(project).replace("name: thing", "name: mine")})
    assert found(project).stale
    assert cli.run(["status", str(project)]) == 0
    assert f"{FILE} was changed since `scaffold set`" in capsys.readouterr().out
    assert cli.run(["update", str(project)]) == 0


@pytest.mark.programs  # git submodule, which Copier calls, is a script
@PLAIN_COPIER
def test_a_record_that_plain_copier_wrote_is_no_error(project: Path, template: Template) -> None:
    update(project, **WRITERS["set"])
    commit(project)
    fixed(template)
    plain_copier(project)
    commit(project)
    assert found(project).release.tag == "v1.1.0"
    template.release("1.2.0", {"a.txt": FIXED}, QUESTIONS)
    assert update(project).taken
    assert not found(project).stale


def mixed(project: Path, template: Template, files: dict[str, str]) -> None:
    """Merge an answer at v1.0.0 into v1.1.0 with nothing in the record that makes Git stop."""
    branch(project, "A", **WRITERS["set"])
    commit(project, {FILE: answers_file.with_fingerprint(record(project), "")})
    template.release("1.1.0", files, QUESTIONS)
    branch(project, "B")
    git(project, "merge", "A")


CHANGES = pytest.mark.parametrize(
    ("files", "old"),
    [
        ({"[[ folder ]]/pipeline.txt": FIXED}, ("jenkins/pipeline.txt",)),
        ({"[[ folder ]]/second.txt": "new\n"}, ("jenkins/second.txt",)),
        (
            {"[[ folder ]]/pipeline.txt": FIXED, "[[ folder ]]/second.txt": "new\n"},
            ("jenkins/pipeline.txt", "jenkins/second.txt"),
        ),
    ],
    ids=["changed", "new", "both"],
)


@CHANGES
def test_files_of_an_older_release_are_found_and_come_from_there(
    project: Path,
    template: Template,
    capsys: pytest.CaptureFixture[str],
    files: dict[str, str],
    old: tuple[str, ...],
) -> None:
    mixed(project, template, files)
    older = found(project).older
    assert older is not None
    assert (older.release.tag, older.files) == ("v1.0.0", old)
    assert cli.run(["status", str(project), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["older"] == {"release": "v1.0.0", "files": list(old)}
    cli.run(["status", str(project)])
    assert (
        f"put `_commit: v1.0.0` into {FILE}, git commit, scaffold update" in capsys.readouterr().out
    )
    commit(project, {FILE: record(project).replace("v1.1.0", "v1.0.0")})
    assert update(project).conflicts == ()
    commit(project)
    assert (found(project).edited, found(project).deleted, found(project).older) == ((), (), None)


def test_what_people_edited_and_deleted_is_of_no_older_release(
    project: Path, template: Template
) -> None:
    fixed(template)
    update(project, given={"extra": "jenkins"})
    commit(project)
    commit(project, {"jenkins/pipeline.txt": FIXED + "mine\n", "jenkins/second.txt": None})
    assert found(project).older is None


@CHANGES
@pytest.mark.parametrize("windows", [False, True])
def test_an_update_that_would_leave_them_says_so(
    project: Path,
    template: Template,
    capsys: pytest.CaptureFixture[str],
    files: dict[str, str],
    old: tuple[str, ...],
    windows: bool,
) -> None:
    mixed(project, template, files)
    if windows:
        texts = {name: (project / name).read_text() for name in ("a.txt", "jenkins/pipeline.txt")}
        commit(project, {name: text.replace("\n", "\r\n") for name, text in texts.items()})
    assert cli.run(["update", str(project)]) == 0
    assert capsys.readouterr().out == (
        "project: v1.1.0, but files of v1.0.0\n"
        f"\nAs v1.0.0 has it, and not v1.1.0: {', '.join(old)}\n"
        "    Unless that is on purpose, a branch at v1.0.0 was merged, and only an update from there changes them\n"
        f"\nNext    put `_commit: v1.0.0` into {FILE}, git commit, scaffold update\n"
    )
    cli.run(["update", "--quiet", str(project)])
    assert f"put `_commit: v1.0.0` into {FILE}" in capsys.readouterr().out
    cli.run(["update", "--format", "json", str(project)])
    document = json.loads(capsys.readouterr().out)
    assert document["older"] == {"release": "v1.0.0", "files": list(old)}
    assert document["record_is_stale"] is False
    commit(project, {FILE: record(project).replace("v1.1.0", "v1.0.0")})
    outcome = update(project)
    assert (outcome.conflicts, outcome.older) == ((), None)
    commit(project)
    cli.run(["update", str(project)])
    assert capsys.readouterr().out == "project: v1.1.0, nothing to do\n"


def test_an_update_to_a_newer_release_says_so_as_well_and_how_to_begin_again(
    project: Path, template: Template, capsys: pytest.CaptureFixture[str]
) -> None:
    mixed(project, template, {"[[ folder ]]/pipeline.txt": FIXED})
    template.release("1.2.0", {"a.txt": FIXED}, QUESTIONS)
    for option, first in (("--dry-run", ""), ("--quiet", "scaffold update --abort, ")):
        cli.run(["update", option, str(project)])
        said = capsys.readouterr().out
        assert "As v1.0.0 has it, and not v1.1.0: jenkins/pipeline.txt\n" in said
        hint = f"Next    {first}put `_commit: v1.0.0` into {FILE}, git commit, scaffold update\n"
        assert said.endswith(hint)
    assert cli.run(["update", "--abort", str(project)]) == 0
    commit(project, {FILE: record(project).replace("v1.1.0", "v1.0.0")})
    outcome = update(project)
    assert (outcome.new.tag, outcome.conflicts, outcome.older) == ("v1.2.0", (), None)
    assert (project / "jenkins/pipeline.txt").read_text() == FIXED


@pytest.mark.parametrize(
    "edits",
    [
        {"jenkins/pipeline.txt": FIXED + "mine\n"},
        {"jenkins/second.txt": None},
        {"jenkins/pipeline.txt": None, "a.txt": "mine\n"},
        {"a.txt": LINES.replace("\n", "\r\n"), "jenkins/pipeline.txt": FIXED.replace("\n", "\r\n")},
        {},
    ],
    ids=["edited", "deleted", "both", "line ends", "untouched"],
)
def test_what_people_did_is_no_wrong_pair(
    edits: dict[str, str | None],
    project: Path,
    template: Template,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fixed(template)
    update(project, given={"extra": "jenkins"})
    commit(project)
    commit(project, edits)
    assert cli.run(["update", str(project)]) == 0
    assert capsys.readouterr().out == "project: v1.1.0, nothing to do\n"


def test_an_update_with_nothing_to_do_names_a_stale_record(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    update(project, **WRITERS["set"])
    commit(project, {FILE: record(project).replace("name: thing", "name: mine")})
    commit(project)
    cli.run(["update", str(project)])
    assert f"{FILE} was changed since `scaffold set`" in capsys.readouterr().out
