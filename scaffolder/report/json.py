"""A report as one JSON document; its form is versioned and described in docs/report.schema.json."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import Any

from scaffolder.model import Finding, HeldBack, Outcome, Report, Result, Severity, Waived, visible

VERSION = 1


def write(report: Report) -> str:
    """The report as JSON text."""
    return json.dumps(document(report), indent=2)


def document(report: Report) -> dict[str, Any]:
    """The report as plain values, for a document that holds more than the report."""
    found = Counter(finding.severity for finding in report.findings())
    return {
        "version": VERSION,
        "project": report.project,
        "template": report.template,
        "exit_code": int(report.exit_code),
        "seconds": round(report.seconds, 3),
        "notes": list(report.notes),
        "severities": {str(severity): found[severity] for severity in Severity},
        "summary": {str(outcome): report.count(outcome) for outcome in Outcome},
        "results": [_result(result) for result in report.results],
        "not_applicable": [
            {"id": one.check.id, "title": one.check.title, "reason": one.reason}
            for one in report.inapplicable
        ],
        **({"interrupted": True} if report.interrupted else {}),
        **({"baseline": _baseline(report.held_back)} if report.held_back else {}),
    }


def _baseline(held_back: HeldBack) -> dict[str, Any]:
    return {
        "file": held_back.file.as_posix(),
        "held_back": held_back.number,
        "gone": held_back.gone,
    }


def _result(result: Result) -> dict[str, Any]:
    return {
        "id": result.check.id,
        "title": result.check.title,
        "outcome": str(result.outcome),
        "level": result.level,
        "tool": result.tool,
        "seconds": round(result.seconds, 3),
        "detail": result.detail,
        "reason": result.reason,
        "limit": result.limit,
        "findings": [_finding(finding) for finding in result.findings],
        **({"table": asdict(result.table)} if result.table else {}),
        **({"waived": [_waived(one) for one in result.waived]} if result.waived else {}),
        **({"advice": [_finding(one) for one in result.advice]} if result.advice else {}),
    }


def _waived(waived: Waived) -> dict[str, Any]:
    return _finding(waived.finding) | {
        "waiver": waived.waiver,
        "reason": waived.reason,
        "expires": waived.expires.isoformat() if waived.expires else None,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "path": visible(finding.path.as_posix()),
        "line": finding.line,
        "severity": str(finding.severity),
        "rule": finding.rule,
        "message": finding.message,
        "fix": finding.fix,
        "related": [
            {"path": visible(place.path.as_posix()), "line": place.line, "text": place.text}
            for place in finding.related
        ],
    } | ({"also": list(finding.also)} if finding.also else {})
