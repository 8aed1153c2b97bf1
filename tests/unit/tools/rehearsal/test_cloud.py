"""The cloud as a file: whole or not at all, and read as it was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.errors import DestinationError
from scaffolder.tools.rehearsal.cloud import Cloud, CloudObject, load


def test_a_cloud_is_read_as_it_was_written(tmp_path: Path) -> None:
    values = {"id": "a", "manifest": [b'"string"', "of a dynamic type"]}
    one = CloudObject(type="a", id="a", owner="env dev", region="r", values=values, protected="b")
    cloud = Cloud(objects={("a", "a"): one}, states={"env dev": {"serial": 1}}, files={"b/k": "t"})
    cloud.save(tmp_path / "cloud.json")
    assert load(tmp_path / "cloud.json") == cloud
    assert [file.name for file in tmp_path.iterdir()] == ["cloud.json"]


def test_a_file_that_is_not_there_is_an_empty_cloud(tmp_path: Path) -> None:
    assert load(tmp_path / "cloud.json").objects == {}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "objects": [1]}'])
def test_another_file_is_no_cloud_and_stays_as_it_is(tmp_path: Path, text: str) -> None:
    file = tmp_path / "notes.json"
    file.write_text(text)
    with pytest.raises(DestinationError, match="is not the cloud of a rehearsal"):
        load(file)
    assert file.read_text() == text


def test_a_cloud_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DestinationError, match="cannot be written"):
        Cloud().save(tmp_path / "missing" / "cloud.json")
