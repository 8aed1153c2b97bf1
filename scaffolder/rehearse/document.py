"""A rehearsal as one JSON document, for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scaffolder.rehearse import Rehearsal
from scaffolder.tools.rehearsal import Change, Rehearsed


def of(found: Rehearsal) -> dict[str, Any]:
    """Return the document that docs/rehearse.md describes."""
    return {
        "version": 1,
        "project": found.project,
        "exit_code": int(found.exit_code),
        "terraform": found.terraform,
        "seconds": round(found.seconds, 2),
        "kept": found.kept,
        "stand_ins": list(found.stand_ins),
        "cannot_know": list(found.cannot_know),
        "results": [_result(found, one) for one in found.results],
    }


def _result(found: Rehearsal, one: Rehearsed) -> dict[str, Any]:
    return {
        "root": (found.folder / one.target.root).as_posix(),
        "environment": one.target.environment,
        "outcome": "failed" if not one.clean else "passed" if one.judged else "skipped",
        "reason": one.limit,
        "failed_in": one.failed,
        "objects": one.objects,
        "before": _changes(one.before),
        "second_plan": _changes(one.changes),
        "stayed": list(one.stayed),
        "protected": [{"address": kept.address, "by": kept.by} for kept in one.kept],
        "diagnostics": [
            {
                "path": (found.folder / diagnostic.path).as_posix(),
                "line": diagnostic.line,
                "severity": diagnostic.severity,
                "summary": diagnostic.summary,
                "detail": diagnostic.detail,
            }
            for diagnostic in one.diagnostics
        ],
    }


def _changes(changes: Iterable[Change]) -> list[dict[str, Any]]:
    return [
        {"address": one.address, "action": one.action, "attributes": list(one.attributes)}
        for one in changes
    ]
