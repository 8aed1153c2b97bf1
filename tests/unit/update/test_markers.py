"""Markers of conflicts: shown by a page, or left by an earlier update."""

from __future__ import annotations

from pathlib import Path

import pytest
from updating import Template, commit, fates, update

from scaffolder.errors import UpdateError
from scaffolder.update.merge import FileAction

LINES = "".join(f"line {number}\n" for number in range(1, 31))


OURS, THEIRS = LINES.replace("line 2\n", "mine\n"), LINES.replace("line 18\n", "theirs\n")


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return Template.made(tmp_path / "template", {"a.txt": LINES, "b.txt": LINES})


def _page(left: str, right: str, ends: str = "\n") -> str:
    shown = f"{LINES}\nHow to settle:\n\n<<<<<<< {left}\nA\n=======\nB\n>>>>>>> {right}\n"
    return shown.replace("\n", ends)


@pytest.mark.parametrize(
    ("left", "right"),
    [("yours", "template"), ("yours", "template-v1.0.0"), ("HEAD", "main"), ("ours", "theirs")],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_page_that_shows_a_conflict_stops_no_update(
    left: str, right: str, ends: str, template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"a.txt": _page(left, right, ends)})
    template.release("1.1.0", {"a.txt": THEIRS})
    assert fates(update(project)) == {"a.txt": FileAction.MERGED}


def test_a_page_of_the_template_that_shows_a_conflict_stops_no_update(tmp_path: Path) -> None:
    page = _page("yours", "template-v1.0.0") + "line 31\n" * 3
    template = Template.made(tmp_path / "template", {"a.txt": page})
    project = template.generate(tmp_path / "project")
    commit(project, {"a.txt": page.replace("line 2\n", "mine\n")})
    template.release("1.1.0", {"a.txt": page.replace("line 18\n", "theirs\n")})
    assert fates(update(project)) == {"a.txt": FileAction.MERGED}


@pytest.mark.parametrize("theirs", ["theirs\n", ""])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_conflict_that_was_committed_stops_the_next_update_until_it_is_excepted(
    theirs: str, ends: str, template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"a.txt": OURS.replace("\n", ends)})
    template.release("1.1.0", {"a.txt": LINES.replace("line 2\n", theirs)})
    assert fates(update(project)) == {"a.txt": FileAction.CONFLICT}
    commit(project)
    template.release("1.2.0", {"b.txt": THEIRS})
    with pytest.raises(UpdateError, match=r"^markers of a conflict are left in a\.txt$") as stopped:
        update(project)
    assert "`a.txt conflict-marker-size=32` in .gitattributes" in stopped.value.hint
    commit(project, {".gitattributes": "a.txt conflict-marker-size=32\n"})
    assert fates(update(project)) == {"b.txt": FileAction.UPDATED}
