"""A dry run tells what the update does, a second one has nothing to do, branches meet without a loss."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from histories import histories, together
from updating import Template, commit, contents, fates, git, update

from scaffolder.update.merge import FileAction

BATCH = 50
"""Histories in one repository; each is a folder with lines of its own."""

_MARKER = re.compile(r"^(?:<<<<<<< |>>>>>>> |=======$).*\n", re.MULTILINE)
_MINE = re.compile(r"mine-\w+")
_ON_DISK = {FileAction.NEW, FileAction.UPDATED, FileAction.MERGED}
"""Fates after which the file is there; both sides may have moved one that is in conflict."""


def repository(seed: int, folder: Path) -> Path:
    """A repository that people edited, one release behind: `BATCH` histories in one."""
    made = list(histories(BATCH, seed))
    template = Template.made(folder / "template", {})
    inside = folder / "template" / "templates"
    _laid(inside, together(made, "base"))
    template.release("1.0.1", {})
    project = template.generate(folder / "project")
    for name in {path.split("/")[0] for path in together(made, "base")}:
        shutil.rmtree(project / name)
        shutil.rmtree(inside / name)
    _laid(project, together(made, "ours"))
    commit(project)
    _laid(inside, together(made, "theirs"))
    template.release("1.1.0", {})
    return project


def _laid(folder: Path, tree: dict[str, tuple[str, bool]]) -> None:
    for name, (content, executable) in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="")
        path.chmod(0o755 if executable else 0o644)


@pytest.mark.only_git
@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(seed, marks=[] if seed == 1 else pytest.mark.histories)
        for seed in range(1, 1001, BATCH)
    ],
)
def test_a_dry_run_tells_what_the_update_of_fifty_histories_does(seed: int, tmp_path: Path) -> None:
    project = repository(seed, tmp_path)
    before = contents(project)
    told = update(project, dry_run=True)
    assert contents(project) == before
    done = update(project)
    assert fates(told) == fates(done)
    after = contents(project)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert changed - {".copier-answers.yml"} <= fates(told).keys()
    for path, fate in fates(told).items():
        if fate in _ON_DISK:
            assert path in after, (path, fate)
        if fate is FileAction.CONFLICT:
            assert path in git(project, "diff", "--name-only", "--diff-filter=U").splitlines()
    _settled(project, after)
    commit(project)
    assert update(project).empty


@pytest.mark.only_git
@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(seed, marks=[] if seed == 1 else pytest.mark.histories)
        for seed in range(1, 1001, BATCH)
    ],
)
def test_branches_at_different_releases_lose_nothing_when_they_meet(
    seed: int, tmp_path: Path
) -> None:
    """One branch takes the release, the other has the edits; they are merged, and a third release comes."""
    project = repository(seed, tmp_path)
    git(project, "checkout", "--quiet", "-b", "edits")
    git(project, "checkout", "--quiet", "-b", "release", "HEAD~1")
    git(project, "clean", "--quiet", "-fd")
    assert update(project).taken
    commit(project)
    git(project, "merge", "--no-edit", "edits", check=False)
    _settled(project, contents(project))
    commit(project)
    mine = _words(project)
    template = Template(tmp_path / "template")
    template.release("1.2.0", {"third.txt": "third\n"})
    done = update(project)
    assert (project / "third.txt").exists()
    assert mine - _words(project) == set()
    _settled(project, contents(project))
    commit(project)
    assert done.taken
    assert update(project).empty


def _words(project: Path) -> set[str]:
    return {word for text, _ in contents(project).values() for word in _MINE.findall(text)}


def _settled(project: Path, files: Mapping[str, tuple[str, bool]]) -> None:
    """Keep both sides of each conflict, as a person may."""
    for name, (text, _) in files.items():
        if "<<<<<<< " in text:
            (project / name).write_text(_MARKER.sub("", text), encoding="utf-8", newline="")
