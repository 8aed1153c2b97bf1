"""Files of an adopted repository that no update touches."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.errors import AnswersError
from scaffolder.template.keep_list import (
    FILE,
    ChecksOnly,
    Kept,
    checks_only,
    checks_text,
    kept,
    text,
)


def adopted(root: Path, content: str) -> Path:
    (root / FILE).parent.mkdir(parents=True)
    (root / FILE).write_text(content, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("file", "entry"),
    [
        ("Dockerfile", "Dockerfile"),
        ("helm/shop/values.yaml", "helm/"),
        ("helm", ""),
        ("app/Dockerfile", ""),
        ("helmet/a", ""),
    ],
)
def test_a_file_is_kept_by_its_entry_or_its_folder(file: str, entry: str) -> None:
    known = Kept(frozenset({"Dockerfile", "helm/"}))
    assert known.entry_of(file) == entry
    assert (file in known) is bool(entry)


def test_a_list_is_read_as_it_is_written(tmp_path: Path) -> None:
    root = adopted(tmp_path, text(["b", "a/"]))
    assert kept(root).entries == {"a/", "b"}
    assert checks_only(root) is None


def test_a_repository_that_was_not_adopted_keeps_nothing(tmp_path: Path) -> None:
    assert kept(tmp_path) == Kept()
    assert checks_only(tmp_path) is None


@pytest.mark.parametrize("content", ["kept: x\n", "a: 1\n", "- a\n", "kept: [1\n"])
def test_a_list_of_another_form_is_refused(content: str, tmp_path: Path) -> None:
    with pytest.raises(AnswersError):
        kept(adopted(tmp_path, content))


def test_an_adoption_of_the_checks_alone_is_read_as_it_is_written(tmp_path: Path) -> None:
    record = ChecksOnly(
        name="shop", release="v1.2.3", answers={"service_name": "shop"}, files={"a": "hash"}
    )
    root = adopted(tmp_path, checks_text(record))
    assert checks_only(root) == record
    assert kept(root) == Kept()
