"""Releases as text and as JSON, and the age of what is known of them."""

from __future__ import annotations

import time

import pytest

from scaffolder.cli.releases import cached_document, cached_lines, document, lines
from scaffolder.template.releases import Cached, Release

ONE = Release(version="0.2.0", date="2026-11-02", tree="x", changes=("a", "b"))


def test_a_release_is_a_paragraph() -> None:
    assert list(lines([ONE])) == ["\n  v0.2.0   2026-11-02", "    - a", "    - b"]
    assert list(lines([])) == []


def test_a_release_is_a_table_of_json() -> None:
    assert document([ONE]) == [{"version": "v0.2.0", "date": "2026-11-02", "changes": ["a", "b"]}]


@pytest.mark.parametrize(
    ("seconds", "age"),
    [
        (0, "less than a minute ago"),
        (70, "1 minute ago"),
        (3 * 3600 + 5, "3 hours ago"),
        (86400 + 5, "1 day ago"),
    ],
)
def test_releases_that_were_fetched_before_have_an_age(seconds: int, age: str) -> None:
    first, second = cached_lines(Cached(reason="no\x1broute", fetched=time.time() - seconds))
    assert "\x1b" not in first
    assert age in second


def test_the_same_as_json() -> None:
    known = cached_document(Cached(reason="down", fetched=60.0))
    assert known is not None
    assert known["fetched"] == "1970-01-01T00:01:00+00:00"
    assert known["seconds"] > 0
    unknown = cached_document(Cached(reason="down", fetched=None))
    assert unknown == {"reason": "down", "fetched": None, "seconds": None}


def test_a_host_that_was_read_now_says_nothing() -> None:
    assert cached_document(None) is None
    assert list(cached_lines(None)) == []
