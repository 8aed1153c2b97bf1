"""The record in `.git` that an update writes before it touches a file, for taking it back."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
from dataclasses import asdict, dataclass, fields
from pathlib import Path, PurePosixPath

from scaffolder.errors import UpdateError

BEGUN, DONE = "begun", "done"


@dataclass(frozen=True, kw_only=True)
class Journal:
    """An update from the tree `before` to the tree `after`, at the commit `head`.

    Paths are from the top.
    """

    state: str
    head: str
    before: str
    paths: tuple[str, ...]
    after: str = ""


def place(private: Path) -> Path:
    """Return the journal of a repository; `private` is our folder inside its `.git`."""
    return private / "update.json"


def write(journal: Journal, file: Path) -> None:
    """Write it whole, or leave the one that is there; it is on the disk when this returns.

    Raises:
        OSError: the disk refused.

    """
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(".new")
    with temporary.open("w", encoding="utf-8") as stream:
        stream.write(json.dumps(asdict(journal)))
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(file)
    for folder in (file.parent, file.parent.parent):  # the name of a file is its folder's content
        _sync(folder)


def remove(file: Path) -> None:
    """Remove it, also after a power cut."""
    file.unlink(missing_ok=True)
    _sync(file.parent)


def read(private: Path, head: str) -> Journal | None:
    """The journal of the last update, which may be committed since; None where there was none.

    Raises:
        UpdateError: it cannot be read, and the commit `head` does not show that it is over.

    """
    file = place(private)
    try:
        content: object = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _damaged(file, error.strerror or "it cannot be read") from error
    except (ValueError, RecursionError) as error:  # ValueError: no JSON, or no UTF-8
        raise _damaged(file, "it is not JSON") from error
    if isinstance(content, dict) and _is_text(content.get("head")) and content["head"] != head:
        return Journal(
            state=DONE, head=content["head"], before="", paths=()
        )  # committed since, whatever else it has
    if unknown := (
        content.keys() - {field.name for field in fields(Journal)}
        if isinstance(content, dict)
        else ()
    ):
        raise UpdateError(
            f"{file} was written by a newer scaffolder: it has {', '.join(sorted(unknown))}",
            hint=f"scaffold update --abort with that one; or {_by_hand(file)}",
        )
    if not isinstance(content, dict) or not _is_journal(content):
        raise _damaged(file, "it lacks what an update writes there")
    return Journal(**{**content, "paths": tuple(content["paths"])})


def _damaged(file: Path, reason: str) -> UpdateError:
    return UpdateError(
        f"{file} is damaged, so it is unknown whether an update was interrupted: {reason}",
        hint=_by_hand(file),
    )


def _by_hand(file: Path) -> str:
    return (
        "look at `git status`, put back what is not yours with `git restore`, then rm"
        f" {shlex.quote(str(file))}"
    )


def _is_journal(content: dict[str, object]) -> bool:
    texts = all(_is_text(content.get(name)) for name in ("state", "head", "before"))
    paths = content.get("paths")
    known = content.get("state") in {BEGUN, DONE} and isinstance(content.get("after", ""), str)
    return texts and known and isinstance(paths, list) and all(_is_inside(path) for path in paths)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_inside(path: object) -> bool:
    return (
        isinstance(path, str) and not path.startswith("/") and ".." not in PurePosixPath(path).parts
    )


def _sync(folder: Path) -> None:
    with contextlib.suppress(OSError):  # a file system that has this for files only
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
