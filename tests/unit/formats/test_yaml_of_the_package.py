"""Data of the package is read by libyaml, where PyYAML has it."""

from __future__ import annotations

from scaffolder.formats.yaml import data


def test_a_file_of_the_package_is_read_whole() -> None:
    assert data("a: [1, b]\nc: {d: '5m'}\n") == {"a": [1, "b"], "c": {"d": "5m"}}
