"""`scaffold update` that is stopped at any call of Git and any write: nothing is half-written, or `--abort` takes it back.

The gate stops a run at a few places; `make histories` at every one, by every way.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from stopped import Ended, Point, Runs
from updating import Template, commit, contents, git

from scaffolder.errors import ExitCode

pytestmark = pytest.mark.only_git

LINES = "".join(f"line {number}\n" for number in range(1, 40))
FILES = dict.fromkeys(("a.txt", "b.txt", "folder/c.txt", "folder/gone.txt"), LINES)
EDITS = {
    "merged": {"a.txt": LINES.replace("line 2\n", "mine\n")},
    "conflict": {"a.txt": LINES.replace("line 30\n", "mine\n"), "own.txt": "own\n"},
}
NEWER = {
    "a.txt": LINES.replace("line 30\n", "theirs\n"),
    "folder/c.txt": LINES.replace("line 2\n", "theirs\n"),
    "folder/gone.txt": None,
    "new/new.txt": "new\n",
}
SENTENCE = re.compile(r"scaffold: [^\n]+\n(  try: [^\n]+\n)?")
WRITES = ("open", "os.rename", "os.mkdir", "os.symlink", "os.link")

Seen = tuple[dict[str, tuple[str, bool]], str, bool]


def seen(project: Path) -> Seen:
    """The files; HEAD and what the index and the files differ in; and whether a lock is left."""
    said = git(
        project, "--no-optional-locks", "status", "--porcelain=v2", "--branch", "--untracked=all"
    )
    return contents(project), said, (project / ".git" / "index.lock").exists()


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A repository that can be updated, what a run meets, and how the repository is `before` and `after` it."""

    runs: Runs
    original: Path
    folder: Path
    command: tuple[str, ...]
    points: tuple[Point, ...]
    before: Seen
    after: Seen
    code: int

    def copy(self, name: str) -> tuple[Path, Path]:
        """A copy of the repository, and a cache that holds nothing yet."""
        place = self.folder / name
        shutil.copytree(self.original, place / "project", symlinks=True)
        return place / "project", place / "cache"

    def run(self, copy: Path, cache: Path, *more: str) -> Ended:
        return self.runs.run("update", *more, str(copy), cache=cache)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    made = Runs(tmp_path_factory.mktemp("stopped") / "runs")
    yield made
    made.close()


def _scene(what: str, folder: Path, runs: Runs, *, abort: bool = False) -> Scene:
    template = Template.made(folder / "template", FILES)
    project = template.generate(folder / "project")
    commit(project, EDITS[what])
    template.release("1.1.0", NEWER)
    if abort:
        runs.run("update", str(project), cache=folder / "cache")
    whole = folder / "whole"
    shutil.copytree(project, whole, symlinks=True)
    before = seen(whole)
    command = ("update", "--abort") if abort else ("update",)
    ended = runs.run(*command, str(whole), cache=folder / "cold")
    assert seen(whole) != before
    return Scene(
        runs=runs,
        original=project,
        folder=folder,
        command=command,
        points=ended.points,
        before=before,
        after=seen(whole),
        code=ended.code,
    )


@pytest.fixture(scope="module", params=list(EDITS))
def scene(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, runs: Runs
) -> Scene:
    return _scene(request.param, tmp_path_factory.mktemp(request.param), runs)


def _stopped(scene: Scene, point: Point, how: str) -> tuple[Ended, Path, Path]:
    copy, cache = scene.copy("copy")
    ended = scene.runs.run(*scene.command, str(copy), cache=cache, at=point, how=how)
    return ended, copy, cache


def _settled(scene: Scene, copy: Path, cache: Path) -> None:
    """The next update is whole or refused without a change, `--abort` restores, and the update after it is whole."""
    found = seen(copy)
    again = scene.run(copy, cache)
    if again.code == scene.code:
        assert found == scene.before
        assert seen(copy) == scene.after
    else:
        assert (again.code, seen(copy)) == (ExitCode.USAGE, found), again.err
        assert "--abort" in again.err or found == scene.after, again.err
    aborted = scene.run(copy, cache, "--abort")
    assert (aborted.code, seen(copy)) == (ExitCode.CLEAN, scene.before), aborted.err
    assert scene.run(copy, cache).code == scene.code
    assert seen(copy) == scene.after
    shutil.rmtree(copy.parent)


def _sentence(ended: Ended) -> None:
    assert SENTENCE.fullmatch(ended.err), ended.err
    assert ended.code in {ExitCode.USAGE, ExitCode.NO_VERDICT}, ended.err


def _killed(scene: Scene, point: Point, how: str) -> None:
    """Kill a run there, and see that nothing of the repository is lost."""
    ended, copy, cache = _stopped(scene, point, how)
    if point.role == "main" and how != "git":
        assert (ended.code, ended.err) == (-9, "")
    elif ended.err:
        _sentence(ended)
    # that Git was not needed: the notes of a release, for example, which are then named as unread
    else:
        assert (ended.code, seen(copy)) == (scene.code, scene.after)
    _settled(scene, copy, cache)


def _full(scene: Scene, point: Point, how: str) -> None:
    """Have no room from there on, and then room again."""
    ended, copy, cache = _stopped(scene, point, how)
    if ended.code != scene.code or ended.err:
        _sentence(ended)
        nothing = "nothing was changed" in ended.err or point.role != "apply"
        assert not nothing or seen(copy) == scene.before
    else:
        assert seen(copy) == scene.after
    _settled(scene, copy, cache)


def _ways(point: Point) -> Iterator[str]:
    yield "before"
    if point.what == "open":
        yield "torn"
    if point.what == "git":
        yield from ("after", "git")


def _sample(points: tuple[Point, ...]) -> list[Point]:
    """A place before the repository is touched, and some of those where it is."""
    wanted = {("main", "fetch"), ("render", "open"), ("apply", "read-tree")}
    named = {
        (point.role, word): point
        for point in points
        for word in (point.name, point.what)
        if (point.role, word) in wanted
    }
    last = [point for point in points if point.role == "apply" and ".git/objects" not in point.name]
    return [*named.values(), *last[1::4]]


def test_a_run_that_is_killed_at_some_places(scene: Scene) -> None:
    for number, point in enumerate(_sample(scene.points)):
        ways = list(_ways(point))
        _killed(scene, point, ways[number % len(ways)])


def test_a_run_that_finds_the_disk_full_at_some_places(scene: Scene) -> None:
    for number, point in enumerate(_sample(scene.points)):
        _full(scene, point, ("full", "short")[number % 2])


@pytest.mark.histories
def test_a_run_that_is_killed_at_every_place(scene: Scene) -> None:
    counted = 0
    for point in scene.points:
        for how in _ways(point):
            _killed(scene, point, how)
            counted += 1
    calls = sum(point.what == "git" for point in scene.points)
    print(f"\n{len(scene.points)} places, {calls} of them calls of Git: {counted} kills")  # noqa: T201


@pytest.mark.histories
def test_a_run_that_finds_the_disk_full_at_every_place(scene: Scene) -> None:
    places = [point for point in scene.points if point.what in {*WRITES, "git"}]
    for point in places:
        for how in ("full", "short"):
            _full(scene, point, how)
    print(f"\n{len(places)} places: {2 * len(places)} full disks")  # noqa: T201


def _taken_back(scene: Scene, point: Point, how: str) -> None:
    """Stop `--abort` there; the next one takes back what is left of the update."""
    _, copy, cache = _stopped(scene, point, how)
    again = scene.run(copy, cache, "--abort")
    assert seen(copy) == scene.after, again.err
    assert again.code == ExitCode.CLEAN or "no update to take back" in again.err
    assert scene.run(copy, cache).code == ExitCode.FOUND
    shutil.rmtree(copy.parent)


@pytest.fixture(scope="module")
def abort(tmp_path_factory: pytest.TempPathFactory, runs: Runs) -> Scene:
    return _scene("conflict", tmp_path_factory.mktemp("abort"), runs, abort=True)


def test_an_abort_that_is_stopped_at_some_places(abort: Scene) -> None:
    for number, point in enumerate(abort.points[4::6]):
        ways = [*_ways(point), "full"]
        _taken_back(abort, point, ways[number % len(ways)])


@pytest.mark.histories
def test_an_abort_that_is_stopped_at_every_place(abort: Scene) -> None:
    for point in abort.points:
        for how in (*_ways(point), "full", "short"):
            _taken_back(abort, point, how)
    print(f"\n{len(abort.points)} places")  # noqa: T201
