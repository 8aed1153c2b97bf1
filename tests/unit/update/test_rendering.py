"""Both sides of an update are rendered at the same time, and an error of either side arrives."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from updating import Template, git

from scaffolder.errors import (
    AnswersError,
    DestinationError,
    RenderError,
    ScaffolderError,
    ToolCrashed,
)
from scaffolder.template.keep_list import Kept
from scaffolder.template.render import Origin
from scaffolder.update import rendering

QUESTIONS = "name: {type: str, default: thing}\n"


def _origins(
    folder: Path, new: dict[str, str], questions: str = QUESTIONS
) -> tuple[Origin, Origin]:
    """The releases 1.0.0 and 1.1.0 of a template, each in its folder."""
    old = Template.made(folder / "old-template", {"a.txt.jinja": "[[ name ]]\n"})
    later = Template.made(folder / "new-template", {"a.txt.jinja": "new [[ name ]]\n", **new})
    later.release("1.1.0", {}, questions)
    first, second = (
        Origin(folder=one.folder, commit=git(one.folder, "describe", "--tags"), address="here")
        for one in (old, later)
    )
    return first, second


def test_both_sides_are_rendered_with_their_answers(tmp_path: Path) -> None:
    old, new = _origins(tmp_path, {"docs/b.txt": "b\n"})
    before, after = rendering.both(
        (old, {"name": "one"}), (new, {"name": "two"}), tmp_path / "out", Kept()
    )
    assert before.files == {".copier-answers.yml", "a.txt"}
    assert after.files == {".copier-answers.yml", "a.txt", "docs/b.txt"}
    assert (before.folder / "a.txt").read_text() == "one\n"
    assert (after.folder / "a.txt").read_text() == "new two\n"
    assert (before.answers["name"], after.answers["name"]) == ("one", "two")


def test_a_kept_file_is_on_neither_side(tmp_path: Path) -> None:
    old, new = _origins(tmp_path, {"docs/b.txt": "b\n"})
    kept = Kept(frozenset({"a.txt", "docs/"}))
    before, after = rendering.both((old, {}), (new, {}), tmp_path / "out", kept)
    assert before.files == after.files == {".copier-answers.yml"}
    assert not (before.folder / "a.txt").exists()
    assert not (after.folder / "docs/b.txt").exists()


def test_an_answer_that_the_new_release_refuses_is_named(tmp_path: Path) -> None:
    old, new = _origins(tmp_path, {}, "name: {type: int}\n")
    with pytest.raises(AnswersError, match=r"v1\.1\.0 refuses a recorded answer: name"):
        rendering.both((old, {"name": "x"}), (new, {"name": "x"}), tmp_path / "out", Kept())


def test_an_error_of_the_new_template_arrives(tmp_path: Path) -> None:
    old, new = _origins(tmp_path, {"b.txt.jinja": "[[ name.absent.other ]]\n"})
    with pytest.raises(RenderError, match="absent"):
        rendering.both((old, {}), (new, {}), tmp_path / "out", Kept())


def _refused() -> None:
    error = AnswersError("a value is missing", hint="scaffold update -d name=VALUE")
    error.missing = ("name",)
    raise error


def _full() -> None:
    raise OSError(28, "No space left on device", "a.txt")


def _broken() -> None:
    raise KeyError("a\nb")


def _killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(
    ("work", "kind", "message", "missing"),
    [
        (_refused, AnswersError, "a value is missing", ("name",)),
        (_full, DestinationError, "a.txt cannot be written: No space left on device", ()),
        (_broken, RenderError, "the template does not render: KeyError: 'a\\nb'", ()),
        (
            _killed,
            ToolCrashed,
            "the template was not rendered to its end: its process ended with SIGKILL",
            (),
        ),
    ],
)
def test_an_error_beside_comes_back_as_it_was(
    work: Callable[[], object],
    kind: type[ScaffolderError],
    message: str,
    missing: tuple[str, ...],
) -> None:
    with rendering._beside(work) as finish:
        error = finish()
    assert type(error) is kind
    assert (error.message, error.missing) == (message, missing)


def test_work_that_ends_well_has_no_error_and_an_abandoned_one_is_ended(tmp_path: Path) -> None:
    with rendering._beside((tmp_path / "done").touch) as finish:
        assert finish() is None
    assert (tmp_path / "done").exists()
    with pytest.raises(ValueError, match="abandoned"), rendering._beside(signal.pause):
        raise ValueError("abandoned")
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
