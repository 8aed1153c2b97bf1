"""Render both sides of an update at the same time: the former state and the new one."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from scaffolder import errors
from scaffolder.errors import DestinationError, RenderError, ScaffolderError, ToolCrashed
from scaffolder.template import answers, manifest, render
from scaffolder.template.keep_list import Kept
from scaffolder.template.render import Origin
from scaffolder.tools import process


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """The output of a release: its files in `folder`, by path, and the answers that it records."""

    folder: Path
    files: frozenset[str]
    answers: Mapping[str, object]


def both(
    old: tuple[Origin, Mapping[str, object]],
    new: tuple[Origin, Mapping[str, object]],
    folder: Path,
    kept: Kept,
) -> tuple[Rendering, Rendering]:
    """Render two releases into `folder`, the second one in a separate process.

    Half of the waiting is Copier's.

    Files that the repository has `kept` since its adoption are on neither side, so that no merge
    touches them.

    Raises:
        AnswersError: a release refuses an answer.
        RenderError: a release does not render.

    """
    render.load_copier()  # once, before the second process is forked
    with _beside(lambda: manifest.write_newer(*new, folder / "new")) as finish:
        manifest.write(*old, folder / "old")
        failed = finish()
    if failed:
        raise failed
    return _rendering(folder / "old", kept), _rendering(folder / "new", kept)


def _rendering(folder: Path, kept: Kept) -> Rendering:
    paths = [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]
    files = {path.relative_to(folder).as_posix() for path in paths}
    left_alone = {file for file in files if file in kept}
    for file in left_alone:
        (folder / file).unlink()
    return Rendering(
        folder=folder,
        files=frozenset(files - left_alone),
        answers=answers.recorded(folder).answers,
    )


@contextlib.contextmanager
def _beside(work: Callable[[], object]) -> Iterator[Callable[[], ScaffolderError | None]]:
    """Do `work` in a copy of this process, which ends with the block.

    The function waits, and returns what stopped it.

    No thread of ours runs yet, so that a copy is safe. It never hears of Ctrl-C or SIGTERM, which
    would lead it back into our caller: we do, and end it. Its error comes through a pipe, which a
    full disk does not matter to.
    """
    running: list[int] = []
    reading, writing = os.pipe()

    def finish() -> ScaffolderError | None:
        with os.fdopen(os.dup(reading), encoding="utf-8") as stream:
            said = stream.read()
        _, status = os.waitpid(running[0], 0)
        running.clear()
        code = os.waitstatus_to_exitcode(status)
        return None if code == 0 else _error(said, code)

    try:
        with process.undisturbed():
            child = os.fork()
            if child == 0:
                _work_and_end(work, writing)
            running.append(child)
        os.close(writing)
        yield finish
    finally:
        os.close(reading)
        for left in running:
            os.kill(left, signal.SIGKILL)
            os.waitpid(left, 0)


def _work_and_end(work: Callable[[], object], said: int) -> NoReturn:
    code = 1
    try:
        work()
        code = 0
    except ScaffolderError as error:
        _say(said, [type(error).__name__, error.message, error.hint, error.missing])
    except OSError as error:
        reason = f"{error.filename or 'a file'} cannot be written: {error.strerror or error}"
        _say(said, [DestinationError.__name__, reason, "", []])
    except BaseException as error:  # noqa: BLE001, nothing may return into the copy of our caller
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        _say(said, [RenderError.__name__, f"the template does not render: {reason}", "", []])
    finally:
        os._exit(code)


def _say(said: int, content: list[object]) -> None:
    with os.fdopen(said, "w", encoding="utf-8") as stream:
        json.dump(content, stream)


def _error(said: str, code: int) -> ScaffolderError:
    try:
        name, message, hint, missing = json.loads(said)
    except ValueError:
        end = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return ToolCrashed(
            f"the template was not rendered to its end: its process ended with {end}",
            hint="scaffold update, once more",
        )
    kind = getattr(errors, name, RenderError)
    error: ScaffolderError = kind(message, hint=hint)
    error.missing = tuple(missing)
    return error
