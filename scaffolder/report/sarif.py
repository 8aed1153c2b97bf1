"""A report as a SARIF 2.1.0 log, in the subset that GitHub's code scanning reads.

The format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; GitHub's reading of
it, and its limits:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from scaffolder import __version__
from scaffolder.model import Check, Finding, Outcome, Report, Result, Snippet, Waived

MOST_RESULTS = 25_000
"""The most results that GitHub takes of one run; it refuses a file with more."""

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "%SRCROOT%"
_FINGERPRINT = "primaryLocationLineHash"
"""The one that GitHub compares."""


def write(report: Report) -> str:
    """The report as SARIF text.

    A check without a verdict is a notification of the tool, never an empty result.
    """
    return json.dumps(document(report), indent=2)


def document(report: Report) -> dict[str, Any]:
    """Return the report as plain values: one run, whose rules are the checks and wrapped rules."""
    found: list[tuple[Result, Finding]] = []
    waived: dict[tuple[str, Finding], Waived] = {}
    for result in report.results:
        found += [(result, finding) for finding in result.findings]
        waived |= {(result.check.id, one.finding): one for one in result.waived}
    for result in report.results:  # after all that are not waived: a long list loses these first
        found += [(result, one.finding) for one in result.waived]
    shown = found[:MOST_RESULTS]
    rules = _rules(report, shown)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    notes = [{"level": "note", "message": {"text": note}} for note in report.notes]
    notifications = [*notes, *_notifications(report), *_left_out(len(found) - len(shown))]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "scaffolder", "semanticVersion": __version__, "rules": rules}
                },
                "automationDetails": {"id": f"scaffold-check/{report.project}"},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {
                    _ROOT: {"description": {"text": "The root of the Git repository."}}
                },
                "invocations": [
                    {
                        "executionSuccessful": not report.count(Outcome.BROKEN),
                        "exitCode": int(report.exit_code),
                        "toolExecutionNotifications": notifications,
                    }
                ],
                "results": list(_results(report, shown, index, waived)),
            }
        ],
    }


def _rules(report: Report, found: list[tuple[Result, Finding]]) -> list[dict[str, Any]]:
    rules = {result.check.id: _rule(report, result.check) for result in report.results}
    for result, finding in found:
        name = _rule_id(result, finding)
        if name not in rules:
            link = finding.fix if finding.fix.startswith("https://") else ""
            rules[name] = _rule(report, result.check, wrapped=finding.rule, link=link)
    return list(rules.values())


def _rule(report: Report, check: Check, *, wrapped: str = "", link: str = "") -> dict[str, Any]:
    title = f"{wrapped}: {check.title}" if wrapped else check.title
    more = f"\n\n[{wrapped}]({link})" if link else ""
    text = f"{check.id} passes when this holds: {check.title}."
    page = report.pages.get(check.id, text)
    return {
        "id": f"{check.id}.{wrapped}" if wrapped else check.id,
        "name": check.title,
        "shortDescription": {"text": title},
        "fullDescription": {"text": text},
        "help": {"text": f"{page} {link}".strip(), "markdown": page + more},
        "defaultConfiguration": {"level": str(check.severity)},
        "properties": {"tags": [check.family]},
    } | ({"helpUri": link} if link else {})


def _results(
    report: Report,
    found: list[tuple[Result, Finding]],
    index: dict[str, int],
    waived: Mapping[tuple[str, Finding], Waived],
) -> Iterator[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for result, finding in found:
        fingerprint = _fingerprint(report, result, finding)
        seen[fingerprint] += 1
        name = _rule_id(result, finding)
        yield {
            "ruleId": name,
            "ruleIndex": index[name],
            "level": str(finding.severity),
            "message": {
                "text": f"{finding.message}\nfix: {finding.fix}" if finding.fix else finding.message
            },
            "locations": [_location(report, finding.path, finding.line)],
            "relatedLocations": [
                {
                    "id": number,
                    **_location(report, place.path, place.line),
                    "message": {"text": place.text or "see here"},
                }
                for number, place in enumerate(finding.related, 1)
            ],
            "partialFingerprints": {_FINGERPRINT: f"{fingerprint}:{seen[fingerprint]}"},
            **({"fixes": [_fix(report, finding)]} if finding.edits else {}),
            **_suppressions(waived.get((result.check.id, finding))),
        }


def _suppressions(waived: Waived | None) -> dict[str, Any]:
    if waived is None:
        return {}
    kind = "inSource" if waived.in_source else "external"
    justification = f"{waived.source}: {waived.reason}"
    return {"suppressions": [{"kind": kind, "status": "accepted", "justification": justification}]}


def _fix(report: Report, finding: Finding) -> dict[str, Any]:
    """The finding's edits; a region that ends where it starts is an insertion."""
    return {
        "description": {"text": finding.fix or "scaffold check --fix"},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(report, edit.path),
                "replacements": [
                    {
                        "deletedRegion": {
                            "startLine": max(1, edit.line),
                            "startColumn": 1,
                            "endLine": max(1, edit.line) + edit.old.count("\n"),
                            "endColumn": len(edit.old.rpartition("\n")[2]) + 1,
                        },
                        "insertedContent": {"text": edit.new},
                    }
                ],
            }
            for edit in finding.edits
        ],
    }


def _location(report: Report, path: Path, line: int) -> dict[str, Any]:
    """Return a location.

    GitHub shows nothing without a line, so a finding about a whole file is at its first one.
    """
    return {
        "physicalLocation": {
            "artifactLocation": _artifact(report, path),
            **_regions(report.excerpt(path, line), line),
        }
    }


def _regions(excerpt: Snippet | None, line: int) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": max(1, line)}
    if excerpt is None or not excerpt.line(line):
        return {"region": region}
    around = {"startLine": excerpt.first, "endLine": excerpt.first + len(excerpt.lines) - 1}
    return {
        "region": region | {"snippet": {"text": excerpt.line(line)}},
        "contextRegion": around | {"snippet": {"text": "\n".join(excerpt.lines)}},
    }


def _artifact(report: Report, path: Path) -> dict[str, str]:
    return {"uri": quote(os.fsencode((report.folder / path).as_posix())), "uriBaseId": _ROOT}


def _fingerprint(report: Report, result: Result, finding: Finding) -> str:
    """Return a stable hash of a problem in a line, wherever edits have moved that line."""
    excerpt = report.excerpt(finding.path, finding.line)
    line = "".join(excerpt.line(finding.line).split()) if excerpt else finding.message
    return hashlib.sha256("\0".join((_rule_id(result, finding), line)).encode()).hexdigest()[:16]


def _rule_id(result: Result, finding: Finding) -> str:
    return f"{result.check.id}.{finding.rule}" if finding.rule else result.check.id


def _notifications(report: Report) -> Iterator[dict[str, Any]]:
    for result in report.results:
        if result.outcome in {Outcome.SKIPPED, Outcome.BROKEN}:
            words = "not checked" if result.outcome is Outcome.SKIPPED else "inconclusive"
            yield {
                "level": "warning" if result.outcome is Outcome.SKIPPED else "error",
                "message": {"text": f"{result.check.title}: {words}: {result.reason}"},
                "associatedRule": {"id": result.check.id},
            }
        elif result.limit:
            yield {
                "level": "note",
                "message": {"text": f"{result.check.title}: not looked at: {result.limit}"},
                "associatedRule": {"id": result.check.id},
            }


def _left_out(number: int) -> Iterator[dict[str, Any]]:
    if number > 0:
        text = f"{number} findings are left out: code scanning takes {MOST_RESULTS} of one run"
        yield {"level": "error", "message": {"text": text}}
