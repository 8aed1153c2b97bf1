"""A record of answers that people edited, merged or damaged by hand: what is wrong is named, and what to type works."""

from __future__ import annotations

from pathlib import Path

import pytest
from updating import Template, commit, git, update

from scaffolder import cli, status
from scaffolder.errors import AnswersError, ExitCode, UpdateError
from scaffolder.template import answers
from scaffolder.tools.toolchain import SystemToolchain

QUESTIONS = """\
name: {type: str, default: thing}
region: {type: str, choices: [north, south], default: north}
ci: {type: str, multiselect: true, choices: [one, two], default: [one]}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository at v1.0.0, where v1.1.0 is out."""
    template = Template.made(tmp_path / "template", {"a.txt": "a\n"}, QUESTIONS)
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"a.txt": "b\n"}, QUESTIONS)
    return project


def _record(project: Path, before: str, after: str) -> None:
    text = (project / answers.FILE).read_text(encoding="utf-8")
    assert before in text
    commit(project, {answers.FILE: text.replace(before, after)})


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("region: north", "region: east", "region cannot be 'east': it is one of north, south"),
        (
            "region: north",
            "region: 2026-01-01",
            "region cannot be '2026-01-01': it is one of north, south",
        ),
        ("region: north", "region: [north, south]", "region takes one value"),
        ("region: north", "region:", "region has no answer"),
        ("ci:\n- one", "ci: one", "ci is one, not a list"),
    ],
)
def test_an_answer_that_its_own_release_refuses_is_named(
    project: Path, before: str, after: str, complaint: str
) -> None:
    _record(project, before, after)
    for act in (update, lambda root: update(root, given={"region": "north"}), _status):
        with pytest.raises(AnswersError) as stopped:
            act(project)
        assert (
            stopped.value.message
            == f"{answers.FILE} has an answer that v1.0.0 refuses: {complaint}"
        )
        assert (
            stopped.value.hint
            == f"git log -p {answers.FILE} shows what it was; put that back and commit it"
        )
    _record(project, after, before)
    assert update(project).taken


def test_an_answer_that_stands_twice_is_refused_and_not_the_last_one_taken(project: Path) -> None:
    _record(project, "region: north", "region: north\nregion: south")
    for act in (update, _status):
        with pytest.raises(AnswersError, match=r"has region twice, on lines \d+, \d+$"):
            act(project)


def test_a_record_in_conflict_says_how_to_settle_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(project, "switch", "--quiet", "--create", "other")
    _record(project, "region: north", "region: south")
    git(project, "switch", "--quiet", "main")
    _record(project, "region: north", "region: north # for ever")
    git(project, "merge", "other", check=False)
    for command in ("status", "update"):
        assert cli.run([command, str(project)]) == ExitCode.USAGE
        said = capsys.readouterr().err
        assert f"{answers.FILE} holds the markers of a conflict" in said
        assert (
            f"git checkout --ours {answers.FILE}, git add, git commit; then `scaffold set`" in said
        )
        assert "what the other branch answered, of region=south" in said
    git(project, "checkout", "--quiet", "--theirs", answers.FILE)
    with pytest.raises(UpdateError, match="conflicts are left from a merge") as stopped:
        update(project)
    assert (
        stopped.value.hint
        == "settle them, then git add and git merge --continue, or git merge --abort"
    )


def _status(project: Path) -> object:
    with SystemToolchain() as toolchain:
        return status.of(project, toolchain)
