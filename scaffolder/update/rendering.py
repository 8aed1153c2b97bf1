"""Both sides of an update, rendered at the same time: what the repository was made from, and what it is to be."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from scaffolder import errors
from scaffolder.errors import RenderError, ScaffolderError
from scaffolder.template import answers, manifest, render
from scaffolder.template.keep_list import Kept
from scaffolder.template.render import Origin
from scaffolder.tools import process


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """What a release writes: its files in `folder`, from there, and the answers that it records."""

    folder: Path
    files: frozenset[str]
    answers: Mapping[str, object]


def both(
    old: tuple[Origin, Mapping[str, object]],
    new: tuple[Origin, Mapping[str, object]],
    folder: Path,
    kept: Kept,
) -> tuple[Rendering, Rendering]:
    """Render two releases into `folder`, the second one in a process of its own: half of the waiting is Copier's.

    What the repository has `kept` for itself since it was adopted is on neither side, so that no
    merge touches it.

    Raises:
        AnswersError: a release refuses an answer.
        RenderError: a release does not render.

    """
    render.load_copier()  # once, before the second process is forked
    with _beside(lambda: manifest.write_newer(*new, folder / "new"), folder / "new.json") as finish:
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
def _beside(
    work: Callable[[], object], said: Path
) -> Iterator[Callable[[], ScaffolderError | None]]:
    """Do `work` in a copy of this process, which ends with the block; the function waits, and tells what stopped it.

    No thread of ours runs yet, so that a copy is safe. It never hears of Ctrl-C or SIGTERM, which
    would lead it back into our caller: we do, and end it.
    """
    running: list[int] = []

    def finish() -> ScaffolderError | None:
        _, status = os.waitpid(running[0], 0)
        running.clear()
        return None if status == 0 else _error(said)

    try:
        with process.undisturbed():
            child = os.fork()
            if child == 0:
                _work_and_end(work, said)
            running.append(child)
        yield finish
    finally:
        for left in running:
            os.kill(left, signal.SIGKILL)
            os.waitpid(left, 0)


def _work_and_end(work: Callable[[], object], said: Path) -> NoReturn:
    code = 1
    try:
        work()
        code = 0
    except ScaffolderError as error:
        content = [type(error).__name__, error.message, error.hint, error.missing]
        said.write_text(json.dumps(content), encoding="utf-8")
    except BaseException:  # noqa: BLE001, nothing may return into the copy of our caller
        said.write_text(json.dumps(["", traceback.format_exc(), "", []]), encoding="utf-8")
    finally:
        os._exit(code)


def _error(said: Path) -> ScaffolderError:
    try:
        name, message, hint, missing = json.loads(said.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return RenderError("the template was not rendered to its end", hint="try it again")
    kind = getattr(errors, name, RenderError)
    error: ScaffolderError = kind(message, hint=hint)
    error.missing = tuple(missing)
    return error
