"""What an update would do to environments: told from the rehearsals of both states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from scaffolder.errors import ToolMissing
from scaffolder.tools import rehearsal as rehearsing
from scaffolder.tools.rehearsal import Rehearsed, Target
from scaffolder.tools.rehearsal.stages import Change
from scaffolder.tools.terraform.output import Diagnostic
from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.update import rehearsal
from scaffolder.update.engine import Plan
from scaffolder.update.rehearsal import Effect, Planned

Sides = Mapping[str, tuple[Rehearsed, ...]]
Between = Callable[[Sides], Effect]


@pytest.fixture
def between(tmp_path: Path, tools: SystemToolchain, monkeypatch: pytest.MonkeyPatch) -> Between:
    """The effect between two states of which each has a recorded rehearsal."""

    def of(sides: Sides) -> Effect:
        clouds = []

        def rehearse(_: object, folder: Path, *__: object, **options: Any) -> tuple[Rehearsed, ...]:
            clouds.append(options["cloud"])
            assert options["keep"]
            assert options["within"] == folder.parent
            return sides[folder.parent.name]

        monkeypatch.setattr(rehearsing, "rehearse", rehearse)
        for side in sides:
            (tmp_path / side / "terraform").mkdir(parents=True)
            (tmp_path / side / "terraform/main.tf").write_text('resource "a" "b" {}\n')
        effect = rehearsal.between(tmp_path / "before", tmp_path / "after", tools)
        assert len(set(map(id, clouds))) == 1, "both states are in one cloud"
        return effect

    return of


def _rehearsed(environment: str, **outcome: Any) -> Rehearsed:
    return Rehearsed(target=Target(root=Path("env"), environment=environment), **outcome)


def test_the_first_plan_of_the_new_state_is_the_change(between: Between) -> None:
    changes = (
        Change(address="aws_vpc.this", action="replace"),
        Change(address="output.vpc", action="update"),
        Change(address="aws_eip.new", action="create"),
    )
    effect = between(
        {"before": (_rehearsed("dev"),), "after": (_rehearsed("dev", before=changes),)}
    )
    assert effect == Effect(
        planned=(
            Planned(target="env dev", action="replace", address="aws_vpc.this"),
            Planned(target="env dev", action="create", address="aws_eip.new"),
        ),
        rehearsed=1,
    )
    assert effect.failed


def test_a_new_target_has_no_change_and_a_missing_one_is_an_error(between: Between) -> None:
    changed = (Change(address="a.b", action="create"),)
    effect = between(
        {
            "before": (_rehearsed("dev"), _rehearsed("qa")),
            "after": (_rehearsed("dev"), _rehearsed("prod", before=changed)),
        }
    )
    assert effect == Effect(errors=("env qa: is no longer in the code",), rehearsed=1)


def test_errors_are_told_and_warnings_are_not(between: Between) -> None:
    diagnostics = (
        Diagnostic(path=Path(), summary="Invalid value", detail="It is\n  too long."),
        Diagnostic(path=Path(), summary="No detail"),
        Diagnostic(path=Path(), summary="Deprecated", severity="warning"),
    )
    effect = between(
        {"before": (_rehearsed("dev"),), "after": (_rehearsed("dev", diagnostics=diagnostics),)}
    )
    assert effect.errors == ("env dev: Invalid value: It is too long.", "env dev: No detail")


def test_a_target_that_was_not_rehearsed_is_a_limit(between: Between) -> None:
    effect = between(
        {
            "before": (_rehearsed("dev", limit="no provider"), _rehearsed("qa")),
            "after": (_rehearsed("dev"), _rehearsed("qa", limit="a module is absent")),
        }
    )
    assert effect.limits == ("env dev: no provider", "env qa: a module is absent")
    assert effect.rehearsed == 1
    assert not effect.failed


def test_a_repository_without_terraform_has_no_effect(
    tmp_path: Path, tools: SystemToolchain
) -> None:
    for side in ("before", "after"):
        (tmp_path / side).mkdir()
        (tmp_path / side / "README.md").write_text("# shop\n")
    assert rehearsal.between(tmp_path / "before", tmp_path / "after", tools) == Effect()


@pytest.mark.parametrize(
    ("action", "destroys"),
    [("delete", True), ("replace", True), ("create", False), ("update", False)],
)
def test_an_update_fails_if_an_object_is_lost(action: str, destroys: bool) -> None:
    planned = Planned(target="env dev", action=action, address="a.b")
    assert planned.destroys is destroys
    assert Effect(planned=(planned,)).failed is destroys
    assert Effect(errors=("env dev: Invalid value",)).failed


def test_without_its_packages_nothing_is_rehearsed(
    tools: SystemToolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsing, "can_run", lambda: False)
    with pytest.raises(ToolMissing, match="grpcio and msgpack"):
        rehearsal.effect(cast("Plan", None), tools)
