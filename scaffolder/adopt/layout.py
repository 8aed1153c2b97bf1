"""Choose an action for each file of the template in a repository with files of its own."""

from __future__ import annotations

import enum
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from scaffolder.adopt import other_names
from scaffolder.repository.project import PROPOSED
from scaffolder.template import answers, manifest

_SERVICE = "app/"
"""The template's own small service.

The repository has one already, and only how to build it is written there.
"""

_OF_THE_SERVICE = frozenset({"Dockerfile", ".dockerignore"})
"""Files of the image of the template's own service.

.dockerignore hides all but `app/`, and another image needs more.
"""


class FileAction(enum.StrEnum):
    """NEW is written, SAME exists, BESIDE is written next to a file, LEFT_OUT is not written."""

    NEW = "new"
    SAME = "same"
    BESIDE = "beside"
    LEFT_OUT = "left out"


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A file of the template: its path, its place in the repository ("" for none), and the reason.

    `yours` is what the repository has in its place under another name; `reason` is why else it goes
    beside a place that is free.
    """

    path: str
    target: str
    fate: FileAction
    yours: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """All files of the template; `kept` are the paths that the owners keep from now on."""

    files: tuple[Placed, ...]
    kept: tuple[str, ...]

    def of(self, fate: FileAction) -> tuple[Placed, ...]:
        """Return the files with this action."""
        return tuple(one for one in self.files if one.fate is fate)


def of(
    rendered: Path,
    files: Collection[Path],
    root: Path,
    tracked: Collection[str],
    owned: Collection[str],
    contradicting: Mapping[str, str] | None = None,
) -> Layout:
    """Where each of `files`, rendered into `rendered`, goes in the repository at `root`.

    A file that is there, committed or ignored, is never written to: the template's version goes
    beside it, under PROPOSED. `owned` are folders ("helm/pay/") that the repository has in a form
    of its own: the template's go beside them whole, because half of each would be neither. So does
    a file that is there under another name, and one of `contradicting`, with the reason.
    """
    contradicting = contradicting or {}
    known = {path.lower() for path in tracked}
    placed: list[Placed] = []
    kept = set(owned)  # also where these answers write nothing there: other answers may, later
    for file in sorted(one.as_posix() for one in files):
        folder = next((one for one in owned if file.startswith(one)), "")
        if file.startswith(_SERVICE):
            kept.add(_SERVICE)
            placed.append(Placed(path=file, target="", fate=FileAction.LEFT_OUT))
        elif folder:
            beside = folder.rstrip("/") + PROPOSED + file[len(folder) - 1 :]
            placed.append(_beside(file, beside, root, known))
        elif file in _OF_THE_SERVICE or file.lower() in known or os.path.lexists(root / file):
            if _same(rendered / file, root / file):
                placed.append(Placed(path=file, target=file, fate=FileAction.SAME))
            else:
                kept.add(file)
                placed.append(_beside(file, file + PROPOSED, root, known))
        elif yours := other_names.of(file, tracked):
            kept.add(file)
            placed.append(replace(_beside(file, file + PROPOSED, root, known), yours=yours))
        elif file in contradicting:
            kept.add(file)
            put = _beside(file, file + PROPOSED, root, known)
            placed.append(replace(put, reason=contradicting[file]))
        elif _blocked(file, known, root):
            kept.add(file)
            placed.append(Placed(path=file, target="", fate=FileAction.LEFT_OUT))
        else:
            placed.append(Placed(path=file, target=file, fate=FileAction.NEW))
    return Layout(files=tuple(placed), kept=tuple(sorted(kept - {answers.FILE})))


def free(file: str, root: Path, tracked: Collection[str]) -> bool:
    """Return whether the place of `file` is free, committed or not, with no link above it."""
    return _free(file, root, {path.lower() for path in tracked})


def _free(file: str, root: Path, known: Collection[str]) -> bool:
    return not (
        file.lower() in known or os.path.lexists(root / file) or _blocked(file, known, root)
    )


def _beside(file: str, target: str, root: Path, known: Collection[str]) -> Placed:
    if _free(target, root, known):
        return Placed(path=file, target=target, fate=FileAction.BESIDE)
    return Placed(path=file, target="", fate=FileAction.LEFT_OUT)


def _blocked(file: str, known: Collection[str], root: Path) -> bool:
    """Whether a folder that the file needs is a file in the repository, or leads out of it."""
    for parent in Path(file).parents:
        path = root / parent
        if parent != Path() and (
            parent.as_posix().lower() in known
            or path.is_symlink()
            or (path.exists() and not path.is_dir())
        ):
            return True
    return False


def _same(ours: Path, theirs: Path) -> bool:
    if theirs.is_symlink() or not theirs.is_file() or ours.is_symlink():
        return False
    return manifest.without_returns(theirs) == manifest.without_returns(ours)
