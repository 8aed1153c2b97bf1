"""Files that travel with the package."""

from __future__ import annotations

import pytest

from scaffolder.tools.package_data import data, root, text, versions


def test_the_root_holds_the_template() -> None:
    assert (root() / "copier.yml").is_file()
    assert (root() / "templates").is_dir()


def test_a_file_is_read_beside_its_package() -> None:
    assert isinstance(data("scaffolder.report", "gates.json"), list)
    assert text("scaffolder.report", "gates.json").lstrip().startswith("[")


def test_a_missing_file_is_refused() -> None:
    with pytest.raises(FileNotFoundError):
        data("scaffolder.report", "missing.json")


def test_each_pinned_version_has_a_version_or_a_table() -> None:
    table = versions()
    assert {"java", "terraform", "helm"} <= table.keys()
    assert all(isinstance(entry, dict) and entry for entry in table.values())
    assert all("version" in one for one in table["java"].values())
