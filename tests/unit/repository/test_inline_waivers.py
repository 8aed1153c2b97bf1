"""Comments beside the code that accept findings: their forms, their lines, and what they lack."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from support import written

from scaffolder.repository.inline_waivers import InlineWaiver, inline_waivers


def waivers(folder: Path, text: str, name: str = "a.yaml") -> tuple[InlineWaiver, ...]:
    return inline_waivers(written(folder, {name: text}))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("# scaffold: ignore[AG010] moved in spring", "moved in spring"),
        ("#scaffold:ignore[AG010]: moved in spring", "moved in spring"),
        ("// scaffold: ignore[AG010] moved in spring", "moved in spring"),
        ("-- scaffold: ignore[AG010] moved in spring", "moved in spring"),
        ("; scaffold: ignore[AG010] moved in spring", "moved in spring"),
        ("<!-- scaffold: ignore[AG010] moved in spring -->", "moved in spring"),
        ("/* scaffold: ignore[AG010] moved in spring */", "moved in spring"),
        ("{{- /* scaffold: ignore[AG010] moved in spring */ -}}", "moved in spring"),
        ("a: 1 # scaffold: ignore[ag010] moved in spring, until 2027-04-30", "moved in spring"),
        ("# scaffold: ignore[AG010] wait until the cluster moves", "wait until the cluster moves"),
        ("# scaffold: ignore[AG010] we wait until spring", "we wait until spring"),
        ("# scaffold: ignore[AG010] moved in spring until 2027-04-30.", "moved in spring"),
    ],
)
def test_a_comment_of_any_form_is_one(line: str, reason: str, tmp_path: Path) -> None:
    (waiver,) = waivers(tmp_path, f"{line}\nb: 2\n")
    assert (waiver.checks, waiver.reason, waiver.problem) == (("AG010",), reason, "")


def test_it_may_name_several_checks_and_an_end(tmp_path: Path) -> None:
    (waiver,) = waivers(tmp_path, "# scaffold: ignore[AG010, SEC002] it moves, until 2027-04-30\n")
    assert waiver.checks == ("AG010", "SEC002")
    assert waiver.expires == datetime.date(2027, 4, 30)


@pytest.mark.parametrize(
    ("text", "covers"),
    [
        ("a: 1 # scaffold: ignore[AG010] x\nb: 2\n", {1}),
        ("a: 1\n# scaffold: ignore[AG010] x\n\n# more\nb: 2\nc: 3\n", {2, 5}),
        ("#!/bin/sh\n# scaffold: ignore[AG010] x\nb\n", {0, 2, 3}),
        ("# scaffold: ignore[AG010] x\n# scaffold: ignore[AG011] y\nb: 2\n", {0, 1, 3}),
        ("a: 1\n# scaffold: ignore[AG010] x\n", {2}),
    ],
)
def test_it_is_for_its_line_or_the_next_line_of_code(
    text: str, covers: set[int], tmp_path: Path
) -> None:
    assert waivers(tmp_path, text)[0].covers == covers


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("ignore[AG010]", "waives AG010 without a reason"),
        ("ignore[AG010], until 2027-01-01", "waives AG010 without a reason"),
        ("ignore[AG010] x, until 2027-13-01", "ends on 2027-13-01, which is not a date such as"),
        ("ignore[AG010] x, until spring", "ends on spring, which is not a date such as"),
        ("ignore[] x", "names no check"),
        ("ignore[AG] x", "names AG, which is not the id of a check"),
        ("ignore[hadolint/DL3008] x", "names HADOLINT/DL3008, which is not the id of a check"),
    ],
)
def test_what_is_not_in_order_accepts_nothing(words: str, problem: str, tmp_path: Path) -> None:
    (waiver,) = waivers(tmp_path, f"# scaffold: {words}\n")
    assert waiver.problem.startswith(problem)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", 'x = "# scaffold: ignore[AG010] no comment"\n'),
        ("a.md", "```yaml\n# scaffold: ignore[AG010] shown\n```\n"),
        ("b.md", "# scaffold: ignore[AG010] a heading\n"),
        ("c.md", "~~~\n<!-- scaffold: ignore[AG010] shown -->\n~~~\n"),
        ("a.yaml", "# zizmor: ignore[unpinned-uses]\n# scaffold: see docs\n"),
    ],
)
def test_what_only_looks_like_one_is_none(name: str, text: str, tmp_path: Path) -> None:
    assert waivers(tmp_path, text, name) == ()


def test_a_page_has_them_in_its_own_comments(tmp_path: Path) -> None:
    text = "A page.\n\n<!-- scaffold: ignore[AG049] a page of the next release -->\n[x](y.md)\n"
    (waiver,) = waivers(tmp_path, text, "a.md")
    assert waiver.covers == {3, 4}
