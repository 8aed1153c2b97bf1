"""Which findings are advice to a repository that was not generated: style and hardening.

Its owners chose their own style before this program came, and the differences of their
environments. Advice that few of them act upon is counted in one line, so that the findings lead to
faults. A generated repository keeps every rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from scaffolder.formats.regex import regex
from scaffolder.model import Finding, Report, Result, Severity


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """The warnings of a check that stay findings: by their rule, or by a pattern in the message.

    An error always stays, and a note never does.
    """

    rules: frozenset[str] = frozenset()
    text: re.Pattern[str] | None = None


def _rules(*names: str) -> _Kept:
    return _Kept(rules=frozenset(names))


_SHELL = (
    *("SC2114", "SC2115", "SC2164"),  # a wrong folder is emptied or written to
    *("SC2069", "SC2124", "SC2184", "SC2216", "SC2217", "SC2238", "SC2239", "SC2259", "SC2260"),
    *("SC2261", "SC2091", "SC2093", "SC2096", "SC2112", "SC2210", "SC2215", "SC2225", "SC2242"),
)
"""Warnings of shellcheck about lines that do something else than they seem to."""

_ANY = _Kept(text=regex(""))
_NONE = _Kept()

_ADVISING: Mapping[str, _Kept] = {
    "AG036": _ANY,
    "AG041": _NONE,
    # A script in a workflow is judged as one in a file: see CI004.
    "CI002": _Kept(text=regex(rf"^(?!shellcheck reported [^:]*: (?!(?:{'|'.join(_SHELL)}):))")),
    "CI003": _rules(
        *("archived-uses", "dangerous-triggers", "forbidden-uses", "github-env"),
        *("hardcoded-container-credentials", "impostor-commit", "insecure-commands"),
        *("known-vulnerable-actions", "ref-confusion", "ref-version-mismatch"),
        *("unsound-condition", "unsound-contains", "unredacted-secrets"),
    ),
    "CI004": _rules(*_SHELL),
    "DK001": _rules(
        *("DL3000", "DL3001", "DL3004", "DL3011", "DL3012", "DL3021", "DL3022", "DL3023", "DL3024"),
        *("DL3043", "DL3044", "DL3061", "DL3064", "DL4003", "DL4004", "DL3006", "DL3007", "DL3002"),
    ),
    # A key is missing in one environment and present in all of several others.
    "EN001": _Kept(text=regex(r" is not set for \w+, but for .* and ")),
    "EN002": _ANY,
    "EN003": _NONE,
    "EN004": _NONE,
    "EN007": _ANY,
    "EN008": _ANY,
    "SEC001": _ANY,
    "SEC003": _Kept(text=regex(r" is used at (?:main|master|trunk|develop|HEAD|no version),")),
    "SEC006": _Kept(text=regex(r"is privileged|adds (?:.*, )?(?:ALL|SYS_ADMIN)\b")),
    "SEC007": _ANY,
    "TF001": _NONE,
}
"""The checks that also advise, most of them through a linter, and what they find in any case."""


def apart(report: Report, *, asked: Callable[[str], bool]) -> Report:
    """Return the report with its advice apart; checks named in `asked` keep their findings."""
    results = tuple(
        result if asked(result.check.id) else _parted(result, strict=report.strict)
        for result in report.results
    )
    return replace(report, results=results)


def is_named(check: str, words: Collection[str]) -> bool:
    """Return whether one of the starts of ids, as options and settings have them, names a check."""
    return any(check.startswith(word.upper()) for word in words)


def _parted(result: Result, *, strict: bool) -> Result:
    kept = _ADVISING.get(result.check.id)
    if kept is None:
        return result
    advice = tuple(finding for finding in result.findings if _is_advice(finding, kept))
    if not advice:
        return result
    left = [finding for finding in result.findings if finding not in advice]
    return replace(result.with_findings(left, strict=strict), advice=advice)


def _is_advice(finding: Finding, kept: _Kept) -> bool:
    match finding.severity:
        case Severity.ERROR:
            return False
        case Severity.NOTE:
            return True
        case Severity.WARNING:
            if finding.rule in kept.rules:
                return False
            return kept.text is None or kept.text.search(finding.message) is None
