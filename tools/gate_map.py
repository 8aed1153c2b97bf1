"""Write docs/gate-map.md, and scaffolder/report/gates.json, from the faults of the checks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from scaffolder import checks
from scaffolder.checks import faults
from scaffolder.checks.faults import BEFORE_DEPLOY, GATES, STAGES, Fault, gate

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "gate-map.md"
DATA = ROOT / "scaffolder" / "report" / "gates.json"

_HEAD = """# The gate map

Each line is a mistake that people make in a repository like these, and the gate that stops it.
The mistakes are in `scaffolder/checks/`, a few lines of YAML each in a file
`<subject>.faults.yml` beside the check. A test makes every one of them in a generated repository
and asserts that exactly the gate named here goes red, no other but those that are named with it,
with the right place. `make docs` writes this page from the same files; `make faults` runs every
check on every mistake and on variants of them that are not listed here.

**If you learn:** read a line from left to right as a story. Someone did this; without a gate,
that would have happened to users; the gate reports it, at the stage where a fix costs least. Make
one yourself: `make demo`, edit the file, run the command.

**If you run services:** the stages tell how far a mistake gets before something stops it. A line
at "qa" or later is one that reading files cannot find; look there first when you add a gate. A
mistake that no line describes is worth an entry.
"""


def main() -> None:
    PAGE.write_text(text(stories()), encoding="utf-8")
    DATA.write_text(data(stories()), encoding="utf-8")


def stories() -> tuple[Fault, ...]:
    """Every fault but the variants of others."""
    return tuple(fault for fault in faults.every() if not fault.is_variant)


def text(every: Sequence[Fault]) -> str:
    """The whole of docs/gate-map.md."""
    early = sum(fault.stage in BEFORE_DEPLOY for fault in every)
    rows = [
        f"| {stage} | {about} | {number} | {number / len(every):.0%} |"
        for stage, about in STAGES.items()
        if (number := sum(fault.stage == stage for fault in every))
    ]
    counts = [
        "## Where they are stopped",
        "",
        (
            f"{len(every)} mistakes, all of them stopped; {early} ({early / len(every):.0%}) before"
            " anything is deployed."
        ),
        "",
        "| stage | where that is | mistakes | share |",
        "|---|---|---|---|",
        *rows,
        "",
    ]
    return "\n".join([_HEAD, *counts, *(_stage(stage, every) for stage in STAGES)]).rstrip() + "\n"


def data(every: Sequence[Fault]) -> str:
    """The same for programs, one entry a line."""
    entries = (
        json.dumps(
            {"fault": one.title, "gate": one.gate, "stage": one.stage, "says": one.says},
            ensure_ascii=False,
        )
        for one in every
    )
    return "[\n" + ",\n".join(entries) + "\n]\n"


def _stage(stage: str, every: Sequence[Fault]) -> str:
    rows = [_row(fault) for fault in every if fault.stage == stage]
    if not rows:
        return ""
    head = f"## {stage.capitalize()}\n\n{STAGES[stage].capitalize()}.\n"
    table = ["| mistake | otherwise | gate | message | at |", "|---|---|---|---|---|", *rows, ""]
    return "\n".join([head, *table])


def _row(fault: Fault) -> str:
    gates = _gate(fault.gate) + "".join(
        f"; {_gate(name)}, because {why}" for name, why in fault.also.items()
    )
    place = fault.at.file if fault.at else fault.edits[0].file
    cells = (
        f"{fault.title}{_where(fault)}",
        fault.otherwise,
        gates,
        _code(fault.says),
        f"`{place}`",
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _gate(name: str) -> str:
    """The gate with what to run; for a check, its page."""
    if name in GATES:
        return f"{name} ({gate(name).how})"
    (check,) = (check for check in checks.every() if check.id == name)
    kept = "".join(
        letter for letter in f"{name} {check.title}".lower() if letter.isalnum() or letter in " -_"
    )
    return f"[{name}](checks.md#{kept.replace(' ', '-')})"


def _where(fault: Fault) -> str:
    """Return the answers of the repository that are not the defaults."""
    if not fault.answers:
        return ""
    words = (
        " ".join(value) if isinstance(value, list) else str(value)
        for value in fault.answers.values()
    )
    return f" (repository: {', '.join(words)})"


def _code(words: str) -> str:
    return f"`` {words} ``" if "`" in words else f"`{words}`"


if __name__ == "__main__":
    main()
