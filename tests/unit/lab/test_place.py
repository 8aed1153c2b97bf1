"""The place of a lab in lab-work, and what its criteria read there."""

from __future__ import annotations

from pathlib import Path

from scaffolder.lab.lab import every
from scaffolder.lab.place import Place


def test_the_repository_and_what_is_beside_it_are_apart(tmp_path: Path) -> None:
    lab_file = every()[2]
    lab = lab_file.of(lab_file.forms[0])
    place = Place(folder=tmp_path, lab=lab)
    assert place.root == tmp_path / lab.id
    assert place.side == tmp_path / f".{lab.id}"
    assert place.cloud.parent == place.side
    assert not place.side.is_relative_to(place.root)
    assert place.name == lab.answers["service_name"]
