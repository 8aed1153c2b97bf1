"""Git merges two sides of a tree, and what became of each file is put into one word.

The three trees are the template's former files (`base`), the team's version of them (`ours`), and
the template's new files (`theirs`). Git follows renames, and aligns the sides on lines that stand
once in a file (the algorithm "patience"): an edit stays in its block however many blocks are alike.
With Git's own default one edit in 200 random histories did not. Two of Git's questions are decided
here: a file that only one side removed stays as the team left it.
"""

from __future__ import annotations

import enum
import shlex
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType

from scaffolder.errors import UpdateError
from scaffolder.formats import answers_file
from scaffolder.tools.git import Git
from scaffolder.update import inserted_lines, line_endings, misplaced_edits, moves
from scaffolder.update.merge_repository import SUBMODULE, YOURS, Stage, Workshop, entries

_Entries = dict[str, tuple[str, str]]
"""Path → (mode, hash)."""


class FileAction(enum.StrEnum):
    """The update's action on one file.

    UPDATED: as the template has it now. MOVED: the template put it at another path, with what
    people changed in it. MERGED: both sides' changes are in it. KEPT: one side removed it, the
    other changed it, and it stays as people left it.
    """

    NEW = "new"
    UPDATED = "updated"
    MOVED = "moved"
    MERGED = "merged"
    CONFLICT = "conflict"
    KEPT = "kept"
    DELETED = "deleted"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One file, from the repository's root, and its outcome; `note` has the reason if useful.

    `origin` is the path that it had before, if it is moved.
    """

    path: str
    fate: FileAction
    note: str = ""
    origin: str = ""


@dataclass(frozen=True, kw_only=True)
class Merged:
    """The merged tree, each file that differs from `ours`, and the sides of conflicts."""

    tree: str
    changes: tuple[Change, ...]
    stages: tuple[Stage, ...]
    added: tuple[str, ...] = ()
    """The files that `ours` has not."""

    def of(self, *fates: FileAction) -> tuple[Change, ...]:
        """Return the changes with one of these actions."""
        return tuple(change for change in self.changes if change.fate in fates)


def merged(
    work: Workshop,
    *,
    base: str,
    ours: str,
    theirs: str,
    label: str,
    renames: bool = True,
    names: Mapping[str, str] = MappingProxyType({}),
    record: str = "",
    absent: Collection[str] = (),
) -> Merged:
    """Return Git's merge of three trees; `label` names the third side in conflict markers.

    `record` is a file of the template's own: if both sides changed it, theirs is taken, with the
    comments of ours. `renames` tells whether a file that the template moved is followed. Between
    two sets of answers it must not be: an apparent move there is one file that goes and another
    that comes. A file that the team moved is followed either way, and so is one that the template
    moved because a name in its path changed: `names` are old name → new name. `absent` are files of
    `ours` that are not on this machine, and that stay as they are.

    Raises:
        UpdateError: the template writes a file where people have a submodule.

    """
    git = work.git
    here = entries(git, ours)
    submodules = {path: entry for path, entry in here.items() if entry[0] == SUBMODULE}
    if submodules:
        _refuse_below(submodules, entries(git, base), entries(git, theirs))
    apart = submodules | {path: here[path] for path in absent}
    if apart:
        ours = work.edited(ours, dict.fromkeys(apart))
    own = _own(git, base, ours, theirs)
    if own:
        ours = work.edited(ours, dict.fromkeys(own))
    own |= apart
    here, named = entries(git, ours), moves.by_names(git, base, ours, theirs, names)
    base, ours = moves.made(work, base, named), moves.made(work, ours, named)
    base, theirs = line_endings.followed(work, base, ours, theirs)
    if not renames:
        base, theirs = _where_people_moved(work, base, ours, theirs)
    moved = named | (moves.between(git, base, theirs) if renames else {})
    if base == ours:  # the team changed nothing
        tree, stages = theirs, tuple[Stage, ...]()
    else:
        tree, stages = work.merge(base, ours, theirs, label, renames=renames)
    listed = {one: entries(git, one) for one in {base, ours, theirs, tree}}
    sides = _Sides(*(listed[one] for one in (base, ours, theirs, tree)))
    settled, kept = _settle(sides, stages, record, moved)
    if not renames:
        settled |= _beside_each_other(work, sides, {one.path for one in stages} - settled.keys())
    if settled.get(record) and record in sides.ours:
        settled[record] = _commented(work, sides, record)
    if settled:
        tree = work.edited(tree, settled)
        sides = _Sides(sides.base, sides.ours, sides.theirs, entries(git, tree))
    left = tuple(stage for stage in stages if stage.path not in settled)
    open_to_doubt = {path: entry for path, entry in sides.result.items() if path not in settled}
    doubts = _doubts(
        work,
        replace(sides, result=open_to_doubt),
        {stage.path for stage in left},
        moved,
        moves.between(git, base, ours) if renames else {},
        label,
    )
    if doubts:
        tree = work.edited(tree, {path: entry for path, (entry, _) in doubts.items()})
        left += tuple(chain.from_iterable(three for _, three in doubts.values()))
        sides = _Sides(sides.base, sides.ours, sides.theirs, entries(git, tree))
    beside = _beside(sides, {stage.path for stage in left}, label)
    changed = _changes(sides, here, {stage.path for stage in left}, moved)
    changes = {change.path: change for change in (*changed, *beside, *kept)}
    return Merged(
        tree=work.edited(tree, own) if own else tree,
        changes=tuple(changes[path] for path in sorted(changes)),
        stages=left,
        added=tuple(path for path in sides.result if path not in here),
    )


def _refuse_below(submodules: Collection[str], base: _Entries, theirs: _Entries) -> None:
    """Raise if the template adds a file at the place of a submodule, or in it.

    Git could merge neither.
    """
    for path in theirs:
        place = next((folder for folder in (path, *_folders(path)) if folder in submodules), "")
        is_new = path not in base if path != place else theirs[path] != base.get(path)
        if place and is_new:
            raise UpdateError(
                f"{place} is a submodule here, and the template has {path}",
                hint=f"git mv {shlex.quote(place)} NEW-PATH, then git commit and scaffold update",
            )


def _own(git: Git, base: str, ours: str, theirs: str) -> _Entries:
    """Return the team's own files, and none of the template that it moved: no merge needs them.

    They are left out of it, because Git merges in a folder, and would write and read all of a large
    repository there.
    """
    if base == ours:
        return {}
    listed = {tree: entries(git, tree) for tree in {base, ours, theirs}}
    of_template = {*listed[base], *listed[theirs]}
    folders = set(chain.from_iterable(map(_folders, of_template)))
    taken = {*of_template, *folders, *moves.between(git, base, ours).values()}
    return {
        path: entry
        for path, entry in listed[ours].items()
        if path not in taken
        and not any(folder in of_template for folder in _folders(path))
        and "~" not in path  # as Git calls the other side of a conflict
        and "\ufffd" not in path  # a name that is not text, and could not be written again
    }


def _folders(path: str) -> Iterator[str]:
    """Give "a/b" and "a" for "a/b/c"."""
    at = path.rfind("/")
    while at > 0:
        yield path[:at]
        at = path.rfind("/", 0, at)


def _where_people_moved(work: Workshop, base: str, ours: str, theirs: str) -> tuple[str, str]:
    """Both sides of the template with their files at the places that people moved them to."""
    new = entries(work.git, theirs)
    moved = {
        at: to
        for at, to in moves.between(work.git, base, ours).items()
        if at in new and to not in new
    }
    return moves.made(work, base, moved), moves.made(work, theirs, moved)


@dataclass(frozen=True)
class _Sides:
    base: _Entries
    ours: _Entries
    theirs: _Entries
    result: _Entries


def _settle(
    sides: _Sides, stages: tuple[Stage, ...], record: str, moved: Mapping[str, str]
) -> tuple[dict[str, tuple[str, str] | None], list[Change]]:
    """Return entries and changes of files that only one side removed, by path."""
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
        elif (
            in_place and path in sides.ours and present <= {1, 2} and _alone(path, present, numbers)
        ):
            settled[path] = sides.ours[path]
            said.append(
                Change(
                    path=path,
                    fate=FileAction.KEPT,
                    note="the template no longer has it; you changed it",
                )
            )
        elif (
            in_place
            and path not in sides.ours
            and present <= {1, 3}
            and _alone(path, present, numbers)
        ):
            settled[path] = None
            said.append(
                Change(path=path, fate=FileAction.KEPT, note="you deleted it; it stays deleted")
            )
    return settled, said


def _beside_each_other(
    work: Workshop, sides: _Sides, conflicts: set[str]
) -> dict[str, tuple[str, str] | None]:
    """Return conflicts in which the template only inserts lines beside edited ones, as merged.

    Between two sets of answers that is a row more in a table that people filled in. An edit that
    would be in another block is left to whoever settles the conflict.
    """
    found: dict[str, tuple[str, str] | None] = {}
    three = (sides.base, sides.ours, sides.theirs)
    for path in conflicts:
        if not all(path in side for side in three):
            continue
        base, ours, theirs = (work.text_of(side[path][1]) for side in three)
        text = inserted_lines.merged(base, ours, theirs) if base and ours and theirs else None
        page = path.endswith(".md")
        if text is None:
            continue
        if not inserted_lines.certain(base, ours, theirs) and misplaced_edits.doubtful(
            base, ours, theirs, text, page=page
        ):
            continue
        if work.ends_as_on_windows(sides.ours[path][1]):
            text = text.replace("\n", "\r\n")
        found[path] = (sides.ours[path][0], work.kept(text))
    return found


def _commented(work: Workshop, sides: _Sides, record: str) -> tuple[str, str]:
    """The template's record with the comments that people wrote into theirs."""
    texts = (
        work.text_of(side[record][1]) if record in side else ""
        for side in (sides.ours, sides.theirs, sides.base)
    )
    text = answers_file.with_comments(*texts)
    if work.ends_as_on_windows(sides.ours[record][1]):
        text = text.replace("\n", "\r\n")
    return sides.theirs[record][0], work.kept(text)


def _alone(path: str, present: set[int], numbers: Mapping[str, set[int]]) -> bool:
    """Return whether the conflict is about this path only.

    A file that both sides moved has one stage at each of three.
    """
    return 1 in present or {1} not in numbers.values()


def _doubts(
    work: Workshop,
    sides: _Sides,
    conflicts: set[str],
    moved: Mapping[str, str],
    moved_by_people: Mapping[str, str],
    label: str,
) -> dict[str, tuple[tuple[str, str], tuple[Stage, ...]]]:
    """Return files with an edit that Git moved to another block unasked: result and sides.

    In one of the `conflicts`, whose sides are known, that is an edit beside the lines that Git asks
    about.
    """
    origin = {new: old for old, new in (*moved.items(), *moved_by_people.items())}
    found = {}
    both_changed = {
        path: entry
        for path, entry in sides.result.items()
        if entry not in {sides.ours.get(path), sides.theirs.get(path)}
    }
    at_any_place = {*both_changed, *(origin[path] for path in both_changed if path in origin)}
    every = (sides.base, sides.ours, sides.theirs, sides.result)
    work.read_of(every, at_any_place)
    for path, entry in both_changed.items():
        old = path if path in sides.base else origin.get(path, path)
        entries = (
            sides.base.get(old),
            sides.ours.get(path) or sides.ours.get(old),
            sides.theirs.get(path) or sides.theirs.get(old),
        )
        if not all(entries):
            continue
        three = tuple(
            Stage(path=path, mode=one[0], blob=one[1], number=at)
            for at, one in enumerate(entries, 1)
            if one
        )
        base, ours, theirs = (work.text_of(stage.blob) for stage in three)
        misplaced = (
            misplaced_edits.beside_a_conflict if path in conflicts else misplaced_edits.doubtful
        )
        if misplaced(base, ours, theirs, work.text_of(entry[1]), page=path.endswith(".md")):
            both = misplaced_edits.sides(ours, theirs, label)
            if work.ends_as_on_windows(entry[1]):
                both = both.replace("\n", "\r\n")
            found[path] = ((entry[0], work.kept(both)), () if path in conflicts else three)
    return found


def _changes(
    sides: _Sides, here: _Entries, conflicts: set[str], moved: Mapping[str, str]
) -> Iterator[Change]:
    """Yield each file's change; `here` are those that the repository has now."""
    moves_made = {
        new: old
        for old, new in moved.items()
        if old in here and old not in sides.result and new in sides.result.keys() - here.keys()
    }
    for path in conflicts:
        yield Change(path=path, fate=FileAction.CONFLICT, note=_reason(sides, path))
    for path in sorted({*here, *sides.result} - conflicts):
        before, after = here.get(path), sides.result.get(path)
        if before == after:
            continue
        if before is None:
            yield _added(path, moves_made.get(path, ""), edited=after != sides.theirs.get(path))
        elif after is None:
            yield Change(
                path=path,
                fate=FileAction.DELETED,
                note=f"is now {moved[path]}" if path in moved else "",
            )
        else:
            untouched = before == sides.base.get(path)
            yield Change(path=path, fate=FileAction.UPDATED if untouched else FileAction.MERGED)


def _added(path: str, origin: str, *, edited: bool) -> Change:
    """Return the change of a file that was absent; `origin` is its path before, if it is moved."""
    if origin:
        note = f"was {origin}, with your changes" if edited else f"was {origin}"
        return Change(path=path, fate=FileAction.MOVED, note=note, origin=origin)
    return Change(path=path, fate=FileAction.MERGED if edited else FileAction.NEW)


def _beside(sides: _Sides, conflicts: set[str], label: str) -> Iterator[Change]:
    """Yield the side of a conflict that Git renamed, because a folder is in the file's place."""
    for path in conflicts:
        if (yours := f"{path}~{YOURS}") in sides.result:
            yield Change(
                path=yours,
                fate=FileAction.KEPT,
                note=f"it is yours, and was {path}, which is a folder in the template",
            )
        if (theirs := f"{path}~{label}") in sides.result:
            yield Change(
                path=theirs,
                fate=FileAction.NEW,
                note=f"it is the template's {path}, where you have a folder",
            )


def _reason(sides: _Sides, path: str) -> str:
    kinds = {side[path][0][:3] for side in (sides.ours, sides.theirs) if path in side}
    if len(kinds) > 1:
        return "you and the template have something else there: a file, or a link"
    match (path in sides.base, path in sides.ours, path in sides.theirs):
        case (False, True, True):
            return "you and the template both added it"
        case (True, True, True):
            return "you and the template changed the same lines"
        case _:
            return "you and the template moved it, or put something else in its place"
