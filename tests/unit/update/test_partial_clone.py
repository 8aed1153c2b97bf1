"""Partial clones: files that a merge needs are fetched, and no others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from updating import Template, commit, fates, git, update

from scaffolder.update.merge import FileAction

LINES = "".join(f"line {number}\n" for number in range(1, 31))


OURS, THEIRS = LINES.replace("line 2\n", "mine\n"), LINES.replace("line 18\n", "theirs\n")


ASSETS = {f"assets/{number}.txt": f"asset {number}\n" for number in range(10)}


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return Template.made(tmp_path / "template", {"a.txt": LINES, "b.txt": LINES})


def _partial(project: Path, folder: Path) -> Path:
    """A partial and sparse clone, without the assets."""
    for name in ("allowFilter", "allowAnySHA1InWant"):
        git(project, "config", f"uploadpack.{name}", "true")
    options = ("--quiet", "--no-local", "--filter=blob:none", "--no-checkout")
    git(project.parent, "clone", *options, f"file://{project}", str(folder))
    git(folder, "sparse-checkout", "set", "--no-cone", "/*", "!/assets/")
    git(folder, "checkout", "--quiet", "main")
    return folder


def _missing(clone: Path, tree: str = "HEAD") -> int:
    listed = git(clone, "rev-list", "--objects", "--missing=print", "--no-walk", tree).splitlines()
    return sum(line.startswith("?") for line in listed)


def _edited(project: Path) -> None:
    commit(project, {"a.txt": OURS, **ASSETS})


def _deleted(project: Path) -> None:
    commit(project, {"a.txt": OURS, "b.txt": None, **ASSETS})


def _moved(project: Path) -> None:
    git(project, "mv", "b.txt", "here.txt")
    commit(project, {"a.txt": OURS, "here.txt": OURS, **ASSETS})


@pytest.mark.parametrize("how", [_edited, _deleted, _moved])
@pytest.mark.parametrize("dry_run", [False, True])
def test_no_file_of_ones_own_is_fetched_into_a_partial_clone(
    how: Callable[[Path], None], dry_run: bool, template: Template, tmp_path: Path
) -> None:
    how(template.generate(tmp_path / "project"))
    clone = _partial(tmp_path / "project", tmp_path / "clone")
    assert _missing(clone) == len(ASSETS)
    template.release("1.1.0", {"a.txt": THEIRS, "b.txt": THEIRS, "new.txt": "new\n"})
    assert fates(update(clone, dry_run=dry_run))["a.txt"] is FileAction.MERGED
    assert _missing(clone) == len(ASSETS)


def test_a_file_of_the_template_that_a_partial_clone_lacks_is_fetched(
    template: Template, tmp_path: Path
) -> None:
    commit(template.generate(tmp_path / "project"), {"a.txt": OURS, **ASSETS})
    clone = _partial(tmp_path / "project", tmp_path / "clone")
    git(clone, "sparse-checkout", "set", "--no-cone", "/*", "!/assets/", "!/a.txt")
    second = tmp_path / "second"
    git(
        tmp_path,
        "clone",
        "--quiet",
        "--no-local",
        "--filter=blob:none",
        "--no-checkout",
        f"file://{clone.parent / 'project'}",
        str(second),
    )
    git(second, "sparse-checkout", "set", "--no-cone", "/*", "!/assets/", "!/a.txt")
    git(second, "checkout", "--quiet", "main")
    assert _missing(second) == len(ASSETS) + 1
    template.release("1.1.0", {"a.txt": THEIRS})
    assert fates(update(second)) == {"a.txt": FileAction.MERGED}
    assert git(second, "show", ":a.txt") == OURS.replace("line 18\n", "theirs\n").strip()
    assert _missing(second) == len(ASSETS)
