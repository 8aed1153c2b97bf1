"""A release whose tag was moved.

A repository is compared with this machine's earlier copy of it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from updating import QUESTIONS, Template, commit, git, update

from scaffolder import cli, status
from scaffolder.template import answers
from scaffolder.tools.toolchain import SystemToolchain

LINES = "".join(f"line {number}\n" for number in range(20))
FIXED = LINES.replace("line 9\n", "line 9, and no hole\n")


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return Template.made(tmp_path / "template", {"a.txt": LINES, "b.txt": LINES}, QUESTIONS)


@pytest.fixture
def project(template: Template, tmp_path: Path) -> Path:
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"a.txt": FIXED, "c.txt": "new\n"})
    return project


def found(project: Path) -> status.Status:
    with SystemToolchain() as toolchain:
        return status.of(project, toolchain)


def test_a_release_arrives_although_its_base_was_moved(
    project: Path, template: Template, capsys: pytest.CaptureFixture[str]
) -> None:
    found(project)
    git(template.folder, "tag", "--force", "v1.0.0", "v1.1.0")
    assert (found(project).edited, found(project).deleted) == ((), ())
    assert cli.run(["status", str(project)]) == 0
    assert f"the tag v1.0.0 at {template.folder} was moved" in capsys.readouterr().out
    assert cli.run(["update", str(project)]) == 0
    assert f"the tag v1.0.0 at {template.folder} was moved" in capsys.readouterr().out
    assert (project / "a.txt").read_text() == FIXED
    assert (project / "c.txt").read_text() == "new\n"
    commit(project)
    assert update(project).empty


def test_edits_are_merged_with_the_release_that_they_were_made_in(
    project: Path, template: Template
) -> None:
    found(project)
    git(template.folder, "tag", "--force", "v1.0.0", "v1.1.0")
    commit(project, {"a.txt": LINES.replace("line 1\n", "mine\n"), "b.txt": None})
    outcome = update(project)
    assert outcome.conflicts == ()
    assert outcome.warning
    assert (project / "a.txt").read_text() == FIXED.replace("line 1\n", "mine\n")
    assert not (project / "b.txt").exists()


def test_another_answer_stays_at_the_release_that_the_repository_has(
    project: Path, template: Template
) -> None:
    found(project)
    git(template.folder, "tag", "--force", "v1.0.0", "v1.1.0")
    update(project, given={"name": "other"}, answers_only=True)
    assert (project / "a.txt").read_text() == LINES
    assert answers.recorded(project).commit == "v1.0.0"


def test_a_repository_of_the_moved_tag_is_told_nothing(
    project: Path, template: Template, tmp_path: Path
) -> None:
    found(project)
    git(template.folder, "tag", "--force", "v1.0.0", "v1.1.0")
    found(project)
    git(template.folder, "tag", "--delete", "v1.1.0")
    later = template.generate(tmp_path / "later")
    assert (found(later).warning, found(later).edited, found(later).deleted) == ("", (), ())


def test_the_newest_release_that_was_moved_arrives(project: Path, template: Template) -> None:
    update(project)
    commit(project)
    git(template.folder, "tag", "--delete", "v1.1.0")
    template.release("1.1.0", {"b.txt": FIXED})
    outcome = update(project)
    assert (outcome.old.tag, outcome.new.tag, bool(outcome.warning)) == ("v1.1.0", "v1.1.0", True)
    assert (project / "b.txt").read_text() == FIXED
    commit(project)
    assert (found(project).warning, found(project).edited) == ("", ())


def test_a_tag_that_is_made_again_on_the_same_files_was_not_moved(
    project: Path, template: Template
) -> None:
    found(project)
    git(template.folder, "tag", "--force", "--annotate", "--message", "again", "v1.0.0", "v1.0.0")
    assert found(project).warning == ""
