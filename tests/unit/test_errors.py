"""Errors and the exit code that each means."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder import errors
from scaffolder.errors import ExitCode, ScaffolderError, WaiversError


@pytest.mark.parametrize(
    ("error", "code", "kind"),
    [
        (errors.ScaffolderError, 4, "internal"),
        (errors.AnswersError, 2, "answers"),
        (errors.DestinationError, 2, "destination"),
        (errors.ProjectError, 2, "project"),
        (errors.SettingsError, 2, "settings"),
        (errors.RenderError, 4, "render"),
        (errors.UpdateError, 2, "update"),
        (errors.StoreError, 2, "release"),
        (errors.ToolMissing, 3, "tool-missing"),
        (errors.ToolTimeout, 3, "tool-timeout"),
        (errors.ToolCrashed, 3, "tool-crashed"),
        (errors.ClusterError, 3, "cluster"),
    ],
)
def test_an_error_means_an_exit_code(error: type[ScaffolderError], code: int, kind: str) -> None:
    raised = error("what happened", hint="what to type")
    assert (raised.exit_code, raised.kind) == (code, kind)
    assert (raised.message, raised.hint, raised.missing) == ("what happened", "what to type", ())
    assert str(raised) == "what happened"


def test_kinds_are_unique() -> None:
    classes = [
        one
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, ScaffolderError)
    ]
    assert len({one.kind for one in classes}) == len(classes)


def test_each_exit_code_has_a_meaning() -> None:
    assert [int(code) for code in ExitCode] == [0, 1, 2, 3, 4, 130]
    assert len({code.meaning for code in ExitCode}) == 6


def test_an_error_of_waivers_has_its_place() -> None:
    error = WaiversError("bad", path=Path("a.yml"), line=3)
    assert (error.exit_code, error.path, error.line) == (ExitCode.FOUND, Path("a.yml"), 3)
    assert "waivers.yml" in error.hint
