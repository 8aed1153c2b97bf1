"""Patches: strategic merge, and JSON 6902."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scaffolder.formats import Unreadable
from scaffolder.repository.kustomize.merging import change, is_deletion, merge
from scaffolder.repository.kustomize.sourced import copied

FILE, PATCH = Path("a.yaml"), Path("patch.yaml")


def merged(base: dict[str, Any], patch: dict[str, Any], *, built_in: bool = True) -> Any:
    made = copied(base, FILE)
    merge(made, copied(patch, PATCH), built_in=built_in)
    return made


CONTAINERS = {"containers": [{"name": "a", "image": "x"}, {"name": "b"}]}


@pytest.mark.parametrize(
    ("base", "patch", "expected"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"args": ["a"]}, {"args": ["b"]}, {"args": ["b"]}),
        (
            CONTAINERS,
            {"containers": [{"name": "a", "image": "y"}]},
            {"containers": [{"name": "a", "image": "y"}, {"name": "b"}]},
        ),
        (
            CONTAINERS,
            {"containers": [{"name": "b", "$patch": "delete"}]},
            {"containers": [{"name": "a", "image": "x"}]},
        ),
        ({"a": {"b": 1}}, {"a": {"$patch": "replace", "c": 2}}, {"a": {"c": 2}}),
    ],
)
def test_a_strategic_merge(base: Any, patch: Any, expected: Any) -> None:
    assert merged(base, patch) == expected


def test_a_list_of_a_custom_resource_is_replaced() -> None:
    patch = {"containers": [{"name": "b"}]}
    assert merged(CONTAINERS, patch, built_in=False) == patch


def test_what_a_patch_sets_has_the_place_of_the_patch() -> None:
    made = merged({"a": 1, "b": 2}, {"b": 3})
    assert made.files == {"a": FILE, "b": PATCH}


def test_a_patch_may_delete_the_object() -> None:
    assert is_deletion(copied({"$patch": "delete"}, PATCH))
    assert not is_deletion(copied({"$patch": "replace"}, PATCH))


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "replace", "path": "/a/b", "value": 2}, {"a": {"b": 2}, "c": ["x"]}),
        ({"op": "add", "path": "/a/d", "value": 2}, {"a": {"b": 1, "d": 2}, "c": ["x"]}),
        ({"op": "add", "path": "/c/-", "value": "y"}, {"a": {"b": 1}, "c": ["x", "y"]}),
        ({"op": "add", "path": "/c/0", "value": "y"}, {"a": {"b": 1}, "c": ["y", "x"]}),
        ({"op": "remove", "path": "/a/b"}, {"a": {}, "c": ["x"]}),
        ({"op": "remove", "path": "/c/0"}, {"a": {"b": 1}, "c": []}),
    ],
)
def test_an_operation_of_a_json_patch(operation: dict[str, Any], expected: Any) -> None:
    made = copied({"a": {"b": 1}, "c": ["x"]}, FILE)
    change(made, copied([operation], PATCH))
    assert made == expected


@pytest.mark.parametrize("path", ["/x/y", "/c/5", "/a/x"])
def test_an_operation_that_leads_nowhere_is_refused(path: str) -> None:
    made = copied({"a": {"b": 1}, "c": ["x"]}, FILE)
    with pytest.raises(Unreadable):
        change(made, copied([{"op": "remove", "path": path}], PATCH))
