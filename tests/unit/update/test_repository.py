"""Repositories that cannot be updated now: Git is at work, or in the middle of something."""

from __future__ import annotations

from pathlib import Path

import pytest
from updating import Template, commit, git, lay, update

from scaffolder.errors import UpdateError

LINES = "".join(f"line {number}\n" for number in range(1, 21))


OURS, THEIRS = LINES.replace("line 2\n", "mine\n"), LINES.replace("line 18\n", "theirs\n")


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return Template.made(
        tmp_path / "template", {"a.txt": LINES, "b.txt": LINES, "docs/c.txt": LINES}
    )


def test_a_git_that_is_at_work_is_waited_for(template: Template, tmp_path: Path) -> None:
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"a.txt": THEIRS})
    lay(project, {".git/index.lock": ""})
    with pytest.raises(UpdateError, match=r"index\.lock is there: another git is at work"):
        update(project)


@pytest.mark.parametrize("word", ["merge", "cherry-pick", "rebase"])
def test_what_git_is_in_the_middle_of_is_finished_first(
    template: Template, tmp_path: Path, word: str
) -> None:
    project = template.generate(tmp_path / "project")
    git(project, "switch", "--quiet", "--create", "other")
    commit(project, {"other.txt": "x\n"})
    git(project, "switch", "--quiet", "main")
    commit(project)
    template.release("1.1.0", {"a.txt": THEIRS})
    match word:
        case "merge":
            git(project, "merge", "--quiet", "--no-commit", "--strategy=ours", "other")
        case "cherry-pick":
            git(
                project, "cherry-pick", "main", check=False
            )  # an empty one, where Git asks what to do
        case _:
            git(project, "rebase", "--quiet", "-x", "false", "other", check=False)
    with pytest.raises(UpdateError, match=f"a {word} is under way") as stopped:
        update(project)
    assert stopped.value.hint == f"git {word} --continue, or git {word} --abort"
    git(project, word, "--abort")
    assert update(project).taken
