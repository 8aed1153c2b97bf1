"""A rehearsal as one JSON document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scaffolder.rehearse import Rehearsal
from scaffolder.rehearse.document import of
from scaffolder.tools.rehearsal import Change, Rehearsed
from scaffolder.tools.rehearsal.outcome import Kept, Target
from scaffolder.tools.terraform.output import Diagnostic

TARGET = Target(root=Path("env"), environment="dev", stand_ins={"b": "1", "a": "2"})


def document(**more: Any) -> dict[str, Any]:
    found = Rehearsal(
        project="shop",
        folder=Path("terraform"),
        terraform="1.11.4",
        results=(Rehearsed(target=TARGET, **more),),
        seconds=1.234,
    )
    made: dict[str, Any] = json.loads(json.dumps(of(found)))
    return made


def test_a_rehearsal_has_its_project_its_time_and_its_stand_ins() -> None:
    made = document(objects=3)
    assert (made["version"], made["project"], made["seconds"]) == (1, "shop", 1.23)
    assert made["stand_ins"] == ["a", "b"]
    assert made["results"][0]["root"] == "terraform/env"
    assert made["results"][0]["objects"] == 3


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({}, "passed"),
        ({"limit": "x"}, "skipped"),
        ({"stayed": ("a",)}, "failed"),
        ({"stayed": ("a",), "limit": "x"}, "failed"),
    ],
)
def test_a_result_has_an_outcome(more: dict[str, Any], outcome: str) -> None:
    assert document(**more)["results"][0]["outcome"] == outcome


def test_changes_objects_and_diagnostics_are_listed() -> None:
    (result,) = document(
        changes=(Change(address="a.b", action="update", attributes=("x",)),),
        kept=(Kept(address="c", by="lock"),),
        diagnostics=(Diagnostic(path=Path("main.tf"), line=3, summary="bad"),),
    )["results"]
    assert result["second_plan"] == [{"address": "a.b", "action": "update", "attributes": ["x"]}]
    assert result["protected"] == [{"address": "c", "by": "lock"}]
    (one,) = result["diagnostics"]
    assert (one["path"], one["line"], one["summary"]) == ("terraform/main.tf", 3, "bad")
