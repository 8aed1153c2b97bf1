"""Each check has a page, each page a check, and docs/checks.md is made of both."""

from __future__ import annotations

import re

import pytest
from support import ROOT

from scaffolder import checks
from scaffolder.checks import page
from scaffolder.errors import AnswersError
from scaffolder.model import Check, Severity
from tools import checks as generator

EVERY = checks.every()


def test_each_check_has_a_page_and_each_page_a_check() -> None:
    assert page.ids() == tuple(sorted(check.id for check in EVERY))


@pytest.mark.parametrize("check", EVERY, ids=lambda check: check.id)
def test_a_page_has_the_title_of_its_check_and_every_section(check: Check) -> None:
    assert page.of(check.id).title == check.title


@pytest.mark.parametrize("check", EVERY, ids=lambda check: check.id)
def test_an_example_shows_two_states_that_differ(check: Check) -> None:
    blocks = re.findall(
        r"^```\w*\n(.*?)^```$", page.of(check.id).example, flags=re.MULTILINE | re.DOTALL
    )
    assert len(blocks) >= 2
    assert len(set(blocks)) == len(blocks)


@pytest.mark.parametrize("check", EVERY, ids=lambda check: check.id)
def test_a_page_says_how_severe_its_findings_are_and_the_worst_is_that_of_the_check(
    check: Check,
) -> None:
    (sentence,) = re.findall(r"^Severity: .+?(?:\n\n|\Z)", page.of(check.id).why, re.M | re.S)
    named = [Severity(word) for word in re.findall(r"\*\*(\w+)\*\*", sentence)]
    assert min(named, key=lambda severity: severity.rank) is check.severity


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# XX002 Of another\n", "does not start with"),
        ("# XX001 One\n\n## What\n\nx\n", "has What, not What, Why, Fix, Example"),
        (
            "# XX001 One\n\n## What\n\nx\n\n## Why\n\n## Fix\n\nx\n\n## Example\n\nx\n",
            "not What, Why, Fix, Example",
        ),
        ("# XX001 One\n", "has no section"),
    ],
    ids=["another id", "a section is missing", "a section is empty", "nothing but a title"],
)
def test_a_page_of_another_form_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        page.read("XX001", text)


def test_a_word_means_one_check_or_a_family_in_any_case() -> None:
    assert [check.id for check in page.named("tf002", EVERY)] == ["TF002"]
    assert [check.id for check in page.named("K8", EVERY)][:2] == ["K8001", "K8002"]


@pytest.mark.parametrize(
    ("word", "hint"), [("TF012", "scaffold explain TF002"), ("", "list"), ("nonsense", "list")]
)
def test_a_word_that_means_no_check_is_bad_usage_with_the_nearest_one(word: str, hint: str) -> None:
    with pytest.raises(AnswersError, match="no check is called") as raised:
        page.named(word, EVERY)
    assert hint in raised.value.hint


def test_docs_checks_md_is_what_make_docs_writes() -> None:
    assert generator.PAGE.read_text(encoding="utf-8") == generator.text(), "make docs"


def test_each_link_of_docs_checks_md_leads_to_a_heading() -> None:
    text = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^### (.+)$", text, flags=re.MULTILINE)
    }
    links = set(re.findall(r"\]\(#([^)]+)\)", text))
    assert len(links) == len(EVERY)
    assert links == headings
