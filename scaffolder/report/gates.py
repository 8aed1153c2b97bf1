"""The gate map in a report: mistakes that this run's gates stop, and gates it did not ask."""

from __future__ import annotations

import json
from importlib.resources import files

from scaffolder.model import Outcome, Report, Table

_IN_THIS_RUN = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.SKIPPED: "not checked",
    Outcome.BROKEN: "inconclusive",
}


def table(report: Report) -> Table | None:
    """Return the mistakes of docs/gate-map.md with a check of this run as gate, and its result."""
    outcomes = {result.check.id: _IN_THIS_RUN[result.outcome] for result in report.results}
    outcomes |= {one.check.id: "not applicable" for one in report.inapplicable}
    entries = json.loads((files(__package__) / "gates.json").read_text(encoding="utf-8"))
    rows = tuple(
        (one["fault"], one["gate"], one["stage"], outcomes[one["gate"]])
        for one in entries
        if one["gate"] in outcomes
    )
    if not rows:
        return None
    return Table(
        title="Mistakes that these gates stop",
        columns=("Mistake", "Gate", "Stage", "In this run"),
        rows=rows,
        note="Each was made on purpose in a generated repository, and exactly this check went red.",
    )
