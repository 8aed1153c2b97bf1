"""Labs that are proven."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import pytest

from scaffolder.lab import lab, lab_proof
from scaffolder.lab.lab import LabFile
from scaffolder.lab.lab_proof import LabProof


@cache
def proofs(half: int) -> tuple[list[LabProof], list[str]]:
    """The proof of half of the labs in each form, and the names of what it left in an empty home."""
    labs = [one for one in lab.every() if half_of(one) == half]
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as home:
        patch.setenv("HOME", home)
        found = list(lab_proof.prove(labs))
        return found, [str(path.relative_to(home)) for path in Path(home).rglob("*")]


def half_of(one: LabFile) -> int:
    """Labs 1 and 6 wait longest; those that start from the same repository are together."""
    return int(one.number in {1, 6})


def in_its_worker(half: int) -> pytest.MarkDecorator:
    return pytest.mark.xdist_group(f"lab-proofs-{half}")


@pytest.mark.lab
@pytest.mark.programs
@pytest.mark.parametrize(
    "one", [pytest.param(one, id=one.id, marks=in_its_worker(half_of(one))) for one in lab.every()]
)
def test_a_lab_is_proven(one: LabFile) -> None:
    of_lab = [proof for proof in proofs(half_of(one))[0] if proof.lab == one]
    assert {proof.name: proof.problems for proof in of_lab} == {proof.name: () for proof in of_lab}
    tracks = {proof.form.get("track") for proof in of_lab if not proof.not_here}
    assert tracks == set(one.tracks or [None]), "a track cannot be proven here"


@pytest.mark.lab
@pytest.mark.programs
@pytest.mark.parametrize("half", [pytest.param(half, marks=in_its_worker(half)) for half in (0, 1)])
def test_no_proof_writes_into_the_home_of_the_user(half: int) -> None:
    assert proofs(half)[1] == []
