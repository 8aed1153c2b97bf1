"""The page: the whole report, nothing that runs, and nothing of a repository read as HTML."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

from reported import CLEAN, HOSTILE, PARITY, REPORT

from scaffolder.report import html as page


class Words(HTMLParser):
    """The words of a page, without its style, and the tags and links that it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] != ["style"]:
            self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.said).split())


def test_the_page_says_all_that_the_report_says() -> None:
    said = Words(page.write(REPORT)).text
    assert "1 check failed, with 1 finding." in said
    for result in REPORT.results:
        assert f"{result.check.id}" in said
        assert result.check.title in said
        assert result.reason in said
        for finding in result.findings:
            assert finding.message in said
            assert finding.fix in said
    assert "FROM eclipse-temurin:11-jre" in said
    assert "pom.xml:21 <release>8</release>" in said
    assert "SY006 XML parses not applicable no XML file" in said
    assert (
        "TF002 terraform validate passes did not look at: values, which only the provider knows"
        in said
    )


def test_the_line_in_question_is_marked_in_words_too() -> None:
    assert re.search(
        r'<li class="here"><b>14</b><span class="hidden">this line: </span>FROM', page.write(REPORT)
    )


def test_a_clean_report_says_what_that_means() -> None:
    said = Words(page.write(CLEAN)).text
    assert "Nothing was found by 1 check." in said
    assert "None: every check that gave a verdict passed without a remark." in said
    assert "Nothing was left out." in said


def test_a_warning_is_no_failure_and_not_nothing() -> None:
    assert (
        page.verdict(replace(CLEAN, results=(REPORT.results[2],)))
        == "No check failed; there is 1 warning."
    )


def test_no_verdict_at_all_is_not_clean() -> None:
    assert (
        page.verdict(replace(CLEAN, results=(REPORT.results[3],))) == "All checks are inconclusive."
    )


def test_nothing_of_a_repository_becomes_html() -> None:
    written = page.write(HOSTILE)
    words = Words(written)
    assert "script" not in words.tags
    assert "<b>\"it\" & 'that'</b>" in words.text
    assert html.escape("<script>alert(1)</script>") in written


def test_the_page_needs_nothing_else() -> None:
    words = Words(page.write(HOSTILE))
    assert {"script", "img", "link", "iframe"}.isdisjoint(words.tags)
    assert [link for link in words.links if not link.startswith("#")] == [
        "https://example.com/wiki/DL1"
    ]
    assert {link.removeprefix("#") for link in words.links if link.startswith("#")} <= set(
        words.ids
    )
    assert len(words.ids) == len(set(words.ids))


def test_tables_of_checks_and_the_gate_map_have_their_own_parts() -> None:
    report = replace(CLEAN, results=(replace(CLEAN.results[0], table=PARITY),))
    gates = replace(PARITY, title="Which gate stops which fault")
    said = Words(page.write(report, gate_map=gates)).text
    assert (
        "What differs between environments. Only what may differ does value dev qa prod replicas 1 2 3"
        in said
    )
    assert "Gate map Which gate stops which fault" in said
    assert "Gate map Mistakes that these gates stop" in Words(page.write(report)).text
    unknown = replace(CLEAN.results[0], check=replace(CLEAN.results[0].check, id="XX999"))
    assert "Gate map" not in Words(page.write(replace(CLEAN, results=(unknown,)))).text
