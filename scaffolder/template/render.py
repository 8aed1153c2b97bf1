"""Render answers beside the destination, then move the repository there whole, or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffolder import __version__
from scaffolder.errors import AnswersError, DestinationError, RenderError, ScaffolderError
from scaffolder.formats.regex import regex
from scaffolder.template import allowed_sources, answers, bundled
from scaffolder.template.answers import Answer
from scaffolder.tools import installation, limits, package_data

# "Validation error for question 'x': …", "Invalid choice for 'x': …", 'Question "x" is required'
_REFUSED = regex(
    r"(?:Validation error for question|Invalid choice for|Question) "
    r"""['"](?P<name>\w+)['"]:? (?P<why>.*)"""
)
_REFUSED_BY_THE_DISK = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
}
SECONDS = 60.0
"""How long a template may compute; a large one takes two."""

_ANSWERS_HEADER_KEYS = ("_commit", "_src_path")


@dataclass(frozen=True, kw_only=True)
class Origin:
    """A template: `folder` holds its copier.yml; `commit` and `address` are for the record."""

    folder: Path
    commit: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A repository rendered into `folder`; `files` are relative to it and sorted."""

    folder: Path
    files: tuple[Path, ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The effect of moving a rendered repository: files that are new, and files replaced."""

    new: tuple[Path, ...]
    replaced: tuple[Path, ...]


def current() -> Origin:
    """The template of this installation, at the release that it has the version of."""
    return Origin(folder=package_data.root(), commit=f"v{__version__}", address=bundled.SOURCE)


def load_copier() -> None:
    """Import Copier now, 0.3 s, so that processes which are forked from this one share it."""
    import copier  # noqa: F401


def write(origin: Origin, given: Mapping[str, object], folder: Path) -> tuple[Path, ...]:
    """Render `origin` with `given` into `folder`, which must not exist; return sorted paths.

    An answer to a question that this template does not ask is kept in reach of its defaults, and
    not recorded.

    Raises:
        DestinationError: nothing can be written there.
        AnswersError: the template refuses an answer.
        RenderError: the template does not render with these answers, or rendered nothing.

    """
    _copy(origin, given, folder)
    files = _files(folder)
    _refuse_escapes(folder, files)
    if not files:
        raise RenderError("the template rendered no file", hint=installation.current().reinstall())
    _record_origin(folder / answers.FILE, origin)
    _allow_origin(folder / allowed_sources.FILE, origin)
    return files


def refuse_occupied(destination: Path, *, force: bool) -> None:
    """Raise before anything is rendered if `destination` is not empty and `force` is not given.

    Raises:
        DestinationError: it is a file, cannot be written to, or is a folder that is not empty.

    """
    if destination.is_symlink() and not destination.exists():
        raise DestinationError(f"{destination} is a dangling link", hint="give another -o DIR")
    if destination.exists() and not destination.is_dir():
        raise DestinationError(f"{destination} is a file", hint="give another -o DIR")
    if destination.is_dir() and any(destination.iterdir()) and not force:
        raise DestinationError(
            f"{destination} is not empty",
            hint=(
                "give another -o DIR, or --force to replace the files that are generated and keep"
                " all others"
            ),
        )


@contextlib.contextmanager
def staged(
    given: Mapping[str, Answer], destination: Path, origin: Origin | None = None
) -> Iterator[Rendered]:
    """Render the repository of `given` beside `destination`; it is removed when the block ends.

    `origin` is the template; None is that of this installation.
    The folder is on the destination's file system, so that `move` is a rename. Folders above the
    destination that do not exist are made, and removed again if the block fails.

    Raises:
        DestinationError: nothing can be written there.
        RenderError: the template could not be rendered, or rendered nothing.

    """
    with _parent_of(destination) as parent, _temporary_folder(parent, destination.name) as outer:
        folder = outer / destination.name
        yield Rendered(folder=folder, files=write(origin or current(), given, folder))


def plan(rendered: Rendered, destination: Path) -> Plan:
    """Return the rendered files that are new at `destination`, and those that replace others."""
    existing = [file for file in rendered.files if os.path.lexists(destination / file)]
    return Plan(
        new=tuple(file for file in rendered.files if file not in existing),
        replaced=tuple(
            file for file in existing if not _same(rendered.folder / file, destination / file)
        ),
    )


def move(rendered: Rendered, destination: Path, *, force: bool = False) -> None:
    """Put the rendered repository in its place: all of it, or nothing.

    A destination that is absent or empty is taken by one rename. In one that holds files, and only
    under `force`, each generated file replaces the file of its name, everything else stays, and a
    failure on the way puts all back.

    Raises:
        DestinationError: another process wrote there meanwhile, or the disk refused.

    """
    try:
        if force and destination.is_dir():
            _move_into(rendered, destination)
        else:
            rendered.folder.rename(destination)
    except OSError as error:
        raise DestinationError(
            f"{destination} could not be written: {error.strerror}",
            hint="nothing was changed; give another -o DIR",
        ) from error


def _copy(origin: Origin, given: Mapping[str, object], folder: Path) -> None:
    from plumbum import local

    from scaffolder.template.copier_worker import Worker  # 0.3 s, and only rendering needs it

    data = {
        name: list(answer) if isinstance(answer, tuple) else answer
        for name, answer in given.items()
    }
    # Copier asks git once per file whether it may set the executable bit; a third of its time, and
    # nothing to ask here.
    with local.env(PATH=os.devnull), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with (
                limits.bounded(SECONDS),
                Worker(
                    origin.folder, folder, data, commit=origin.commit, address=origin.address
                ) as worker,
            ):
                # The template's own address (renovate.json reads it) is the public one, and not a
                # folder of this machine. Copier has looked up the folder by then.
                if worker.template.local_abspath.is_dir():
                    worker.template.url = origin.address
                worker.run_copy()
        except ScaffolderError:
            raise
        except Exception as error:
            raise _stopped(error, folder) from error


def _refuse_escapes(folder: Path, files: tuple[Path, ...]) -> None:
    """Raise if a rendered file reaches beyond the repository: by a link, or as a file of Git's."""
    top = folder.resolve()
    for file in files:
        if any(part.lower() == ".git" for part in file.parts):
            raise RenderError(
                f"the template renders {file.as_posix()}, and what is in .git is Git's own"
            )
        path = folder / file
        if path.is_symlink() and not _leads_to(path).is_relative_to(top):
            raise RenderError(
                f"the template renders {file.as_posix()}, a link that leads out of the repository"
            )


def _leads_to(link: Path) -> Path:
    """Return the target of a link, through others; a loop leads to itself."""
    try:
        return link.resolve()
    except (OSError, RuntimeError):  # RuntimeError: a loop, before Python 3.13
        return link.parent.resolve() / link.name


def _stopped(error: Exception, folder: Path) -> ScaffolderError:
    """Return Copier's error as one of ours: a failed write, or a template that does not render."""
    from copier.errors import ForbiddenPathError, InvalidConfigFileError

    if isinstance(error, OSError) and error.errno in _REFUSED_BY_THE_DISK:
        return DestinationError(f"{folder.parent.parent} cannot be written: {error.strerror}")
    said = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, InvalidConfigFileError):
        return RenderError("the template does not render: its copier.yml does not parse")
    if isinstance(error, ForbiddenPathError):
        return RenderError(f"the template does not render: {said}, because it is outside")
    if isinstance(error, LookupError):  # names only the object of the search
        said = f"{type(error).__name__}: {said}"
    if refused := _REFUSED.match(said):
        name = refused["name"]
        if refused["why"] == "is required":
            return AnswersError(
                f"{name} has no answer", hint=f"scaffold update -d {name}=VALUE", missing=(name,)
            )
        return AnswersError(
            f"{name} cannot be what it is: {refused['why']}",
            hint=f"scaffold update -d {name}=VALUE",
        )
    return RenderError(f"the template does not render: {said}")


def _record_origin(file: Path, origin: Origin) -> None:
    """Record the template's public address and release instead of a local folder."""
    if not file.is_file():
        raise RenderError(f"the template rendered no {answers.FILE}")
    lines = [
        line
        for line in file.read_text(encoding="utf-8").splitlines(keepends=True)
        if not line.startswith(_ANSWERS_HEADER_KEYS)
    ]
    comments = sum(line.startswith("#") for line in lines)
    recorded = [f"_commit: {origin.commit}\n", f"_src_path: {origin.address}\n"]
    file.write_text("".join([*lines[:comments], *recorded, *lines[comments:]]), encoding="utf-8")


def _allow_origin(file: Path, origin: Origin) -> None:
    """Let the weekly update take the template from where it comes, and not from where ours does."""
    if origin.address == bundled.SOURCE or file.is_symlink() or not file.is_file():
        return
    text = file.read_bytes().decode("utf-8", errors="surrogateescape")
    allowed = allowed_sources.with_source(text, bundled.SOURCE, origin.address)
    if allowed != text:
        file.write_bytes(allowed.encode("utf-8", errors="surrogateescape"))


@contextlib.contextmanager
def _parent_of(destination: Path) -> Iterator[Path]:
    """Provide the folder of `destination`, removed again if it was made and stays empty."""
    missing = [folder for folder in destination.parents if not folder.exists()]
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DestinationError(
            f"{destination.parent} cannot be made: {error.strerror}", hint="give another -o DIR"
        ) from error
    try:
        yield destination.parent
    finally:
        for folder in missing:
            with contextlib.suppress(
                OSError
            ):  # it holds something: the repository, or another run's
                folder.rmdir()


@contextlib.contextmanager
def _temporary_folder(parent: Path, name: str) -> Iterator[Path]:
    try:
        outer = Path(tempfile.mkdtemp(prefix=f".{name}.scaffold-", dir=parent))
    except OSError as error:
        raise DestinationError(
            f"{parent} cannot be written: {error.strerror}", hint="give another -o DIR"
        ) from error
    try:
        yield outer
    finally:
        shutil.rmtree(outer, ignore_errors=True)


def _move_into(rendered: Rendered, destination: Path) -> None:
    kept = rendered.folder.parent / "replaced"
    done: list[Path] = []
    made: list[Path] = []
    try:
        for file in rendered.files:
            target = destination / file
            made += [folder for folder in target.parents if not folder.exists()]
            target.parent.mkdir(parents=True, exist_ok=True)
            if os.path.lexists(target):
                (kept / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(target, kept / file, follow_symlinks=False)
            (rendered.folder / file).replace(target)
            done.append(file)
    except BaseException:
        for file in done:
            if os.path.lexists(kept / file):
                (kept / file).replace(destination / file)
            else:
                (destination / file).unlink()
        for folder in sorted(made, reverse=True):
            folder.rmdir()
        raise


def _files(folder: Path) -> tuple[Path, ...]:
    return tuple(
        sorted(
            path.relative_to(folder)
            for path in folder.rglob("*")
            if path.is_file() or path.is_symlink()
        )
    )


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and not other.is_symlink() and one.read_bytes() == other.read_bytes()
