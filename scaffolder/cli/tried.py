"""The report of `scaffold template test`: each problem once, with answers that show it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from scaffolder.cli import options
from scaffolder.model import Severity, counted, visible
from scaffolder.template.answers import Answer
from scaffolder.try_template import Cause, Tried

_SHOWN = 20
"""Problems that are shown as text; JSON has all."""


def written(tried: Tried, form: str) -> str:
    """Return the report, as text or as one JSON document."""
    if form == "json":
        return json.dumps(_document(tried), indent=2)
    return "\n".join(_lines(tried))


def _lines(tried: Tried) -> Iterator[str]:
    ordered = sorted(tried.causes, key=lambda cause: cause.finding.severity is not Severity.ERROR)
    for cause in ordered[:_SHOWN]:
        yield from _cause_lines(cause, tried)
    if len(ordered) > _SHOWN:
        yield f"  and {counted(len(ordered) - _SHOWN, 'more problem')}: --format json"
    for check, reason in sorted(tried.unjudged.items()):
        yield visible(f"  not checked: {reason} ({check})")
    total = tried.covered + tried.left
    yield (
        f"  {counted(len(tried.combinations), 'combination')}, {tried.covered} of {total}"
        f" pairs of choices, {counted(len(tried.causes), 'problem')}   {tried.seconds:.0f} s"
    )
    if tried.left:
        left = counted(tried.left, "pair")
        yield f"  not tried: {left} at most, because the time was up; --seconds gives more"


def _cause_lines(cause: Cause, tried: Tried) -> Iterator[str]:
    finding = cause.finding
    word = options.paint(str(finding.severity), str(finding.severity))
    yield f"{visible(str(finding.place))}: {word}[{cause.id}] {visible(finding.message)}"
    if finding.fix:
        yield f"  fix: {visible(finding.fix)}"
    count, total = len(cause.combinations), len(tried.combinations)
    yield f"  in {count} of {total}{_common(cause, tried)}; again: {_again(cause, tried)}\n"


def _common(cause: Cause, tried: Tried) -> str:
    """Return the answers that all combinations with the problem share, and no other one has."""
    shared = _shared(cause.combinations)
    others = [row for row in tried.combinations if row not in cause.combinations]
    if not others or not shared or any(shared.items() <= row.items() for row in others):
        return ""
    minimal = dict(shared)
    for name in shared:  # leave out what tells them from the others no better
        fewer = {key: value for key, value in minimal.items() if key != name}
        if fewer and not any(fewer.items() <= row.items() for row in others):
            minimal = fewer
    return f": those with {', '.join(f'{name}={_text(value)}' for name, value in minimal.items())}"


def _shared(rows: tuple[Mapping[str, Answer], ...]) -> dict[str, Answer]:
    first, *rest = rows
    return {
        name: value for name, value in first.items() if all(row.get(name) == value for row in rest)
    }


def _again(cause: Cause, tried: Tried) -> str:
    pairs = (
        f"-d {shlex.quote(f'{name}={_text(value)}')}"
        for name, value in cause.combinations[0].items()
    )
    return f"scaffold template test {shlex.quote(str(tried.request.folder))} {' '.join(pairs)}"


def _text(answer: Answer) -> str:
    return ",".join(answer) if isinstance(answer, tuple) else answer


def _document(tried: Tried) -> dict[str, Any]:
    return {
        "version": 1,
        "template": str(tried.request.folder),
        "combinations": [_plain(row) for row in tried.combinations],
        "pairs": {"covered": tried.covered, "left": tried.left},
        "findings": [
            {
                "id": cause.id,
                "path": cause.finding.path.as_posix(),
                "line": cause.finding.line,
                "severity": str(cause.finding.severity),
                "message": cause.finding.message,
                "fix": cause.finding.fix,
                "combinations": [tried.combinations.index(row) for row in cause.combinations],
            }
            for cause in tried.causes
        ],
        "not_checked": dict(tried.unjudged),
        "seconds": round(tried.seconds, 3),
        "exit_code": int(tried.exit_code),
    }


def _plain(row: Mapping[str, Answer]) -> dict[str, object]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}
