"""Patterns that are compiled when they are first used."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import re

import pytest

import scaffolder
from scaffolder.formats.regex import Lazy, regex


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("search", ("xab",)),
        ("match", ("ab",)),
        ("fullmatch", ("AB",)),
        ("findall", ("ab ab",)),
        ("split", ("1ab2",)),
        ("sub", ("c", "ab")),
        ("subn", ("c", "ab")),
    ],
)
def test_a_pattern_is_that_of_re(method: str, given: tuple[str, ...]) -> None:
    first, second = (
        getattr(make("a(b)", re.IGNORECASE), method)(*given) for make in (regex, re.compile)
    )
    assert str(first) == str(second)


def test_it_is_compiled_once_and_when_it_is_used() -> None:
    one = regex("(")
    with pytest.raises(re.error):
        one.search("a")
    other = regex("(?P<name>a)")
    assert "search" not in vars(other)
    assert other.groupindex == {"name": 1}
    assert vars(other)["search"] == other.search


def test_every_pattern_of_the_program_compiles() -> None:
    for module in pkgutil.walk_packages(scaffolder.__path__, "scaffolder."):
        if not module.name.endswith("__main__") and "._data" not in module.name:
            importlib.import_module(module.name)
    lazy = [one for one in gc.get_objects() if type(one) is Lazy and one._text != "("]
    assert len(lazy) > 500
    assert all(isinstance(one.pattern, str) for one in lazy)
