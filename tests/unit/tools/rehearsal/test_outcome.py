"""Targets of a rehearsal, and what came of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scaffolder.tools.rehearsal.outcome import Kept, Rehearsed, Target
from scaffolder.tools.rehearsal.stages import Change
from scaffolder.tools.terraform.output import Diagnostic

TARGET = Target(root=Path("env"), environment="dev")


def diagnostic(severity: Any) -> Diagnostic:
    return Diagnostic(path=Path("a.tf"), summary="x", severity=severity)


@pytest.mark.parametrize(("environment", "name"), [("dev", "env dev"), ("", "env")])
def test_a_target_is_called_after_root_and_environment(environment: str, name: str) -> None:
    assert Target(root=Path("env"), environment=environment).name == name


@pytest.mark.parametrize(
    ("more", "judged", "clean"),
    [
        ({}, True, True),
        ({"limit": "x"}, False, True),
        ({"diagnostics": (diagnostic("warning"),)}, True, True),
        ({"diagnostics": (diagnostic("error"),)}, True, False),
        ({"changes": (Change(address="a", action="update"),)}, True, False),
        ({"stayed": ("a",)}, True, False),
        ({"kept": (Kept(address="a", by="x"),)}, True, True),
        ({"before": (Change(address="a", action="update"),)}, True, True),
    ],
)
def test_a_rehearsal_is_judged_and_clean(more: dict[str, Any], judged: bool, clean: bool) -> None:
    one = Rehearsed(target=TARGET, **more)
    assert (one.judged, one.clean) == (judged, clean)


def test_texts_name_the_address() -> None:
    assert str(Kept(address="a.b", by="prevent_destroy")) == "a.b (prevent_destroy)"
    assert (
        str(Change(address="a.b", action="replace", attributes=("x", "y"))) == "replace a.b (x, y)"
    )
    assert str(Change(address="a.b", action="create")) == "create a.b"
