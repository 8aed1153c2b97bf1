"""Git merges two sides of a tree, and what became of each file is put into one word.

The three trees are what the template wrote (`base`), what people made of it (`ours`), and what the template writes now
(`theirs`). Git follows renames, and aligns the sides on lines that stand once in a file (the algorithm "patience"): an
edit stays in its block however many blocks are alike. With Git's own default one edit in 200 random histories did not.
What Git asks a person about is decided here in two cases: a file that only one side removed stays as people left it.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffolder.errors import ToolCrashed
from scaffolder.toolchain import Toolchain
from scaffolder.version_control import Git

YOURS, BASE = "yours", "base"
"""Names of the sides, as the markers of a conflict show them; the third side is named by whoever merges."""


class Fate(enum.StrEnum):
    """What an update does to one file.

    CLEAN: as the template has it now. MERGED: both sides' changes are in it. KEPT: one side removed it, the other
    changed it, and it stays as people left it.
    """

    NEW = "new"
    CLEAN = "clean"
    MERGED = "merged"
    CONFLICT = "conflict"
    KEPT = "kept"
    DELETED = "deleted"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One file, from the root of the generated repository, and what becomes of it; `note` says why where that helps."""

    path: str
    fate: Fate
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One side of a conflict, as Git's index has it: 1 is the base, 2 ours, 3 theirs."""

    path: str
    mode: str
    blob: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Merged:
    """The tree that the merge gives, each file that differs from `ours`, and the sides of what is in conflict."""

    tree: str
    changes: tuple[Change, ...]
    stages: tuple[Stage, ...]
    added: tuple[str, ...] = ()
    """The files that `ours` has not."""

    def of(self, *fates: Fate) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.fate in fates)


@dataclass(frozen=True)
class Workshop:
    """A bare repository for one merge, that sees the objects of the generated repository and writes only its own."""

    git: Git
    folder: Path

    def tree_of(self, folder: Path) -> str:
        """The hash of the tree of all files in `folder`, ignored ones too, each as it is."""
        git = self._with_index({"GIT_WORK_TREE": str(folder)}, folder)
        git("add", "--all", "--force", ".")
        return git("write-tree")

    def merge(self, base: str, ours: str, theirs: str, label: str, *, renames: bool) -> tuple[str, tuple[Stage, ...]]:
        """The tree that Git merges, with markers in the files where it asks, and the sides of those."""
        folder = self.folder / "merged"
        folder.mkdir()
        names = {f"GITHEAD_{ours}": YOURS, f"GITHEAD_{theirs}": label, f"GITHEAD_{base}": BASE}
        git = self._with_index({"GIT_WORK_TREE": str(folder), **names}, folder)
        git("read-tree", ours)
        git("checkout-index", "--all", "-u")
        follow = "--find-renames" if renames else "--no-renames"
        done = git.attempt("merge-recursive", "--diff-algorithm=patience", follow, base, "--", ours, theirs)
        if done.exit_code not in {0, 1}:
            raise ToolCrashed(f"git could not merge: {done.stderr.strip()}", hint="see for yourself: git status")
        stages = _staged(git("ls-files", "--unmerged", "-z"))
        git("add", "--all", "--force", ".")
        return git("write-tree"), stages

    def edited(self, tree: str, edits: Mapping[str, tuple[str, str] | None]) -> str:
        """`tree` with other entries: path → (mode, hash), or None where the path goes."""
        git = self._with_index({}, self.folder)
        git("read-tree", tree)
        zero = "0" * len(tree)
        lines = [f"{mode} {blob}\t{path}" for path, (mode, blob) in ((p, e or ("0", zero)) for p, e in edits.items())]
        git("update-index", "-z", "--index-info", stdin="".join(f"{line}\0" for line in lines))
        return git("write-tree")

    def grafted(self, whole: str, prefix: str, tree: str) -> str:
        """The tree `whole` with all that is below `prefix` ("services/pay/") replaced by `tree`."""
        if not prefix:
            return tree
        git = self._with_index({"GIT_WORK_TREE": str(self.folder)}, self.folder)
        git("read-tree", whole)
        below = git("ls-tree", "-r", "-z", "--name-only", f"{whole}:{prefix}").split("\0")
        zero = "0" * len(tree)
        git(
            "update-index", "-z", "--index-info", stdin="".join(f"0 {zero}\t{prefix}{path}\0" for path in below if path)
        )
        git("read-tree", f"--prefix={prefix}", tree)
        return git("write-tree")

    def written(self, tree: str, folder: Path) -> None:
        """Write the files of `tree` into `folder`, as a checkout would."""
        folder.mkdir(parents=True)
        git = self._with_index({"GIT_WORK_TREE": str(folder)}, folder)
        git("read-tree", tree)
        git("checkout-index", "--all")

    def _with_index(self, environment: Mapping[str, str], folder: Path) -> Git:
        index = self.folder / "index"
        index.unlink(missing_ok=True)
        own = {**self.git.environment, "GIT_INDEX_FILE": str(index), **environment}
        return Git(self.git.toolchain, folder, own, self.git.settings)


def workshop(folder: Path, objects: Path, hash_format: str, toolchain: Toolchain) -> Workshop:
    """A new workshop in `folder`; `objects` are those of the generated repository, which are read and not written."""
    bare = folder / "merge.git"
    init = Git(toolchain, folder)
    form = () if hash_format == "sha1" else (f"--object-format={hash_format}",)
    init("init", "--quiet", "--bare", "--template=", *form, str(bare))
    (bare / "objects" / "info").mkdir(exist_ok=True)
    (bare / "info").mkdir(exist_ok=True)
    (bare / "info" / "attributes").write_text("* -text -filter -ident -working-tree-encoding\n", encoding="utf-8")
    (bare / "objects" / "info" / "alternates").write_text(f"{objects}\n", encoding="utf-8")
    settings = (
        "core.autocrlf=false",
        "core.safecrlf=false",
        "merge.directoryRenames=false",
        "merge.conflictStyle=merge",
    )
    return Workshop(Git(toolchain, bare, {"GIT_DIR": str(bare)}, settings), folder)


def merged(
    work: Workshop, *, base: str, ours: str, theirs: str, label: str, renames: bool = True, record: str = ""
) -> Merged:
    """What Git makes of three trees; `label` names the third side in the markers of a conflict.

    `record` is a file of the template's own: where both sides changed it, theirs is taken. `renames` is whether a file
    that one side moved is followed. Between two sets of answers it must not be: what looks like a move there is one
    file that goes and another that comes.
    """
    tree, stages = work.merge(base, ours, theirs, label, renames=renames)
    git = work.git
    sides = _Sides(*(_listed(git, one) for one in (base, ours, theirs, tree)))
    moved = _moves(git, base, theirs) if renames else {}
    settled, kept = _settle(sides, stages, record, moved)
    if settled:
        tree = work.edited(tree, settled)
        sides = _Sides(sides.base, sides.ours, sides.theirs, _listed(git, tree))
    left = tuple(stage for stage in stages if stage.path not in settled)
    changes = {change.path: change for change in (*_changes(sides, {stage.path for stage in left}, moved), *kept)}
    return Merged(
        tree=tree,
        changes=tuple(changes[path] for path in sorted(changes)),
        stages=left,
        added=tuple(path for path in sides.result if path not in sides.ours),
    )


_Entries = dict[str, tuple[str, str]]
"""Path → (mode, hash)."""


@dataclass(frozen=True)
class _Sides:
    base: _Entries
    ours: _Entries
    theirs: _Entries
    result: _Entries


def _staged(said: str) -> tuple[Stage, ...]:
    """What `git ls-files --unmerged -z` lists."""
    stages = []
    for entry in filter(None, said.split("\0")):
        about, _, path = entry.partition("\t")
        mode, blob, number = about.split()
        stages.append(Stage(path=path, mode=mode, blob=blob, number=int(number)))
    return tuple(stages)


def _listed(git: Git, tree: str) -> _Entries:
    entries: _Entries = {}
    for line in git("ls-tree", "-r", "-z", tree).split("\0"):
        if line:
            about, _, path = line.partition("\t")
            mode, _, blob = about.split()
            entries[path] = (mode, blob)
    return entries


def _settle(
    sides: _Sides, stages: tuple[Stage, ...], record: str, moved: Mapping[str, str]
) -> tuple[dict[str, tuple[str, str] | None], list[Change]]:
    """Where only one side removed a file: the entry that it gets, by its path, and what is said of it."""
    numbers: dict[str, set[int]] = {}
    for stage in stages:
        numbers.setdefault(stage.path, set()).add(stage.number)
    came_from = {new: old for old, new in moved.items()}
    settled: dict[str, tuple[str, str] | None] = {}
    said = []
    for path, present in numbers.items():
        in_place = path in sides.result and came_from.get(path, path) not in numbers.keys() - {path}
        if path == record and path in sides.theirs:
            settled[path] = sides.theirs[path]
        elif in_place and path in sides.ours and present <= {1, 2} and _alone(path, present, numbers):
            settled[path] = sides.ours[path]
            said.append(Change(path=path, fate=Fate.KEPT, note="the template no longer has it; you changed it"))
        elif in_place and path not in sides.ours and present <= {1, 3} and _alone(path, present, numbers):
            settled[path] = None
            said.append(Change(path=path, fate=Fate.KEPT, note="you deleted it; it stays deleted"))
    return settled, said


def _alone(path: str, present: set[int], numbers: Mapping[str, set[int]]) -> bool:
    """Whether the conflict is about this path only: a file that both sides moved has one stage at each of three."""
    return 1 in present or {1} not in numbers.values()


def _changes(sides: _Sides, conflicts: set[str], moved: Mapping[str, str]) -> Iterator[Change]:
    came_from = {new: old for old, new in moved.items()}
    for path in conflicts:
        yield Change(path=path, fate=Fate.CONFLICT, note=_reason(sides, path))
    for path in sorted({*sides.ours, *sides.result} - conflicts):
        before, after = sides.ours.get(path), sides.result.get(path)
        if before == after:
            continue
        if before is None:
            carried = after != sides.theirs.get(path)
            note = f"was {came_from[path]}" if path in came_from else ""
            yield Change(path=path, fate=Fate.MERGED if carried else Fate.NEW, note=note)
        elif after is None:
            yield Change(path=path, fate=Fate.DELETED, note=f"is now {moved[path]}" if path in moved else "")
        else:
            untouched = before == sides.base.get(path)
            yield Change(path=path, fate=Fate.CLEAN if untouched else Fate.MERGED)


def _reason(sides: _Sides, path: str) -> str:
    match (path in sides.base, path in sides.ours, path in sides.theirs):
        case (False, True, True):
            return "you and the template both added it"
        case (True, True, True):
            return "you and the template changed the same lines"
        case _:
            return "you and the template moved it, or put something else in its place"


def _moves(git: Git, base: str, theirs: str) -> dict[str, str]:
    """What the template moved: old path → new path."""
    words = iter(
        git("diff-tree", "-r", "-z", "--find-renames", "--diff-filter=R", "--name-status", base, theirs).split("\0")
    )
    next_word: Callable[[], str] = lambda: next(words, "")  # noqa: E731
    moves = {}
    while next_word():
        old = next_word()
        moves[old] = next_word()
    return moves
