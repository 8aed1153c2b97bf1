"""List a release's output for given answers: each file with its mode and Git's hash."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffolder import __version__
from scaffolder.errors import AnswersError, RenderError
from scaffolder.template import answers, bundled, releases, render
from scaffolder.template.answers import Answer
from scaffolder.template.releases import History, Release
from scaffolder.template.render import Origin
from scaffolder.tools import folder_cache
from scaffolder.tools.toolchain import Toolchain

EXECUTABLE, PLAIN, LINK = "100755", "100644", "120000"
"""Modes as Git has them."""

_FORM = 2
"""Another number wherever scaffolder itself comes to write something else for the same release."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One generated file: its mode, and the hash of its content as `git hash-object` gives it."""

    mode: str
    blob: str


def origin(history: History, release: Release, toolchain: Toolchain) -> Origin:
    """A release as something that `render.write` writes."""
    folder = releases.checkout(history, release, toolchain)
    return Origin(folder=folder, commit=release.tag, address=history.address)


def templates_of(root: Path, toolchain: Toolchain) -> Path | None:
    """Return the folder of the release of `root`; None stands for this installation.

    Raises:
        ProjectError: it was not made from a template.
        StoreError: its release is not known here, or its template's address cannot be read.
        RenderError: its template wants to run code.

    """
    record = answers.recorded(root)
    if (record.address, record.commit) == (bundled.SOURCE, f"v{__version__}"):
        return None
    history = releases.at(record.address, toolchain, or_cached=True)
    release = history.named(record.commit)
    folder = releases.checkout(history, release, toolchain)
    bundled.refuse_code(folder, f"the template {release.tag} at {history.address}")
    return folder


def write(origin: Origin, recorded: Mapping[str, object], folder: Path) -> tuple[Path, ...]:
    """Run `render.write` for the answers and the release that a repository records.

    Raises:
        AnswersError: the record holds an answer that this release never took: it was edited by hand
        there. RenderError: the release does not render with these answers.

    """
    try:
        return render.write(origin, recorded, folder)
    except (AnswersError, RenderError) as error:
        if complaints := _complaints(origin, recorded):
            first = next(iter(complaints.values()))
            hint = f"git log -p {answers.FILE} shows what it was; put that back and commit it"
            raise AnswersError(
                f"{answers.FILE} has an answer that {origin.commit} refuses: {first}", hint=hint
            ) from error
        raise


def write_newer(origin: Origin, recorded: Mapping[str, object], folder: Path) -> tuple[Path, ...]:
    """Run `render.write` for the answers that an older release took.

    Raises:
        AnswersError: the release takes another type of answer for a question; the message names it.
        RenderError: the release does not render with these answers.

    """
    try:
        return render.write(origin, recorded, folder)
    except RenderError as error:
        complaints = _complaints(origin, recorded)
        if not complaints:
            raise
        hint = f"scaffold update {' '.join(f'-d {name}=VALUE' for name in complaints)}"
        said = "; ".join(complaints.values())
        raise AnswersError(
            f"{origin.commit} refuses a recorded answer: {said}", hint=hint
        ) from error


def of(
    history: History, release: Release, given: Mapping[str, object], toolchain: Toolchain
) -> dict[Path, Entry]:
    """Return the files of `release` for the answers `given`; cached for the user.

    Raises:
        RenderError: the release does not render with these answers.

    """
    made_from = [_FORM, release.tree, release.tag, history.address, given]
    key = json.dumps(made_from, sort_keys=True, default=str)
    cached = (
        folder_cache.folder()
        / "manifests"
        / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"
    )
    try:
        rows = json.loads(cached.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        with tempfile.TemporaryDirectory(prefix="scaffolder-") as folder:
            written = Path(folder) / "written"
            files = write(origin(history, release, toolchain), given, written)
            rows = {
                file.as_posix(): [entry.mode, entry.blob]
                for file, entry in entries(written, files).items()
            }
        _save(cached, rows)
    return {Path(name): Entry(mode=mode, blob=blob) for name, (mode, blob) in rows.items()}


def entries(folder: Path, files: tuple[Path, ...]) -> dict[Path, Entry]:
    """The manifest of `files`, relative to `folder`, as they are on disk."""
    return {file: entry(folder / file) for file in files}


def entry(path: Path) -> Entry:
    """The manifest's entry for one file as it is on disk, link or not."""
    if path.is_symlink():
        return Entry(mode=LINK, blob=_blob(os.fsencode(path.readlink())))
    mode = EXECUTABLE if path.stat().st_mode & 0o100 else PLAIN
    return Entry(mode=mode, blob=_blob(path.read_bytes()))


def without_returns(path: Path) -> str:
    """The hash that a file's content has with the line ends of Unix."""
    return _blob(path.read_bytes().replace(b"\r\n", b"\n"))


def _complaints(origin: Origin, recorded: Mapping[str, object]) -> dict[str, str]:
    """Return the faults of recorded answers that the release refuses, by the question's name."""
    known: dict[str, Answer] = {}
    found = {}
    for question in answers.questions(origin.folder):
        if not question.asked_given(known):
            continue
        value, default = recorded.get(question.name), question.default_given(known)
        if value is None and (question.name in recorded or default is None):
            found[question.name] = f"{question.name} has no answer"
        elif question.several and value is not None and not isinstance(value, list):
            found[question.name] = f"{question.name} is {value}, not a list"
        else:
            try:
                known[question.name] = answers.accepted(
                    question, default if value is None else value, known
                )
            except AnswersError as error:
                found[question.name] = error.message
        if question.name in found and default is not None:
            known[question.name] = default
    return found


def _blob(content: bytes) -> str:
    """Return the name that Git gives to a file with this content.

    Read at https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
    """
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _save(file: Path, rows: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", dir=file.parent, delete=False, encoding="utf-8"
    ) as temporary:
        json.dump(rows, temporary)
    Path(temporary.name).replace(file)
