"""The causes of a report as entries of text, each as long as a screen has room for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from scaffolder.model import Finding, Location, Report, Severity, Waived, counted
from scaffolder.report.causes import Cause, advised, causes, counted_by_check
from scaffolder.report.lines import wrapped

Paint = Callable[[str, str], str]

SCREEN = 15
"""Lines of a whole report that a person takes in at once; errors are shown even beyond them."""

LEAST = 6
"""Lines that findings have, however much was not checked."""

PLACES = 3
"""Places of one cause that are shown; the others are counted."""

_WORDS = 24
"""Characters of a message that are worth a line."""

_LONGEST = 4
"""Lines of one message; tools quote whole documents."""


def lines(report: Report, paint: Paint, *, room: int, width: int) -> Iterator[str]:
    """Yield the findings in about `room` lines, of at most `width` characters; 0 shows all.

    If they do not fit, the entries at the end are made shorter first. A warning or a note that has
    no room left is counted; an error is always shown.
    """
    found = causes(report)
    if not room:
        yield from _every(report, paint, width)
        return
    forms = [[*_forms(cause, paint, width)] for cause in found]
    chosen = _fitting(forms, room)
    if not all(chosen):
        chosen = _fitting(forms, room - 2)  # two lines for what is counted
    for form in chosen:
        yield from form
    hidden = [cause for cause, form in zip(found, chosen, strict=True) if not form]
    if hidden:
        yield from wrapped(f"  and {_counted(hidden)}: -v", width)


def _every(report: Report, paint: Paint, width: int) -> Iterator[str]:
    for cause in (*causes(report), *advised(report)):
        for finding in cause.findings:
            yield from _whole(cause, finding, paint, width)
    for result in report.results:
        for waived in result.waived:
            yield from _waived(result.check.id, waived, width)


def _fitting(forms: Sequence[Sequence[list[str]]], room: int) -> list[list[str]]:
    """Return the longest form of each entry with which all fit into `room` lines.

    The last entries give way first, and none by two steps before all have given way by one. The
    first entry, the most severe one, keeps its other places and its fix.
    """
    chosen = [entry[0] for entry in forms]
    total = sum(map(len, chosen))
    for step in range(1, max(map(len, forms), default=0)):
        for number in reversed(range(step > 1, len(forms))):
            if total <= room:
                return chosen
            form = forms[number][min(step, len(forms[number]) - 1)]
            total += len(form) - len(chosen[number])
            chosen[number] = form
    return chosen


def _forms(cause: Cause, paint: Paint, width: int) -> Iterator[list[str]]:
    """Yield what an entry may look like, the longest first; none at all if it may be left out."""
    yield [*_full(cause, paint, width)]
    yield [*_compact(cause, paint, width)]
    if cause.severity is Severity.ERROR:
        yield [*_short(cause, paint, width, most=2)]
        yield [*_short(cause, paint, width, most=1)]
    else:
        yield []


def _whole(cause: Cause, finding: Finding, paint: Paint, width: int) -> Iterator[str]:
    yield from _head(cause, finding, paint, width, most=0)
    for place in finding.related:
        yield from wrapped(f"  {_place(place)}", width)
    if finding.also:
        yield from wrapped(f"  also {', '.join(finding.also)}", width)
    yield from _fix(finding, width)


def _waived(check: str, waived: Waived, width: int) -> Iterator[str]:
    finding = waived.finding
    rule = f" ({finding.rule})" if finding.rule else ""
    yield from wrapped(f"{finding.place}: waived[{check}] {finding.message}{rule}", width)
    yield from wrapped(f"  {waived.source}: {waived.reason}", width)


def _full(cause: Cause, paint: Paint, width: int) -> Iterator[str]:
    """Yield the first places of the cause: in one entry if they have one message."""
    if cause.is_one_message:
        yield from _compact(cause, paint, width, most=_LONGEST)
        return
    shown = cause.findings[:PLACES]
    for number, finding in enumerate(shown, 1):
        yield from _head(cause, finding, paint, width, most=_LONGEST)
        yield from _related(finding, width)
        if finding.fix not in {one.fix for one in shown[number : number + 1]}:
            yield from _fix(finding, width)
    if left := len(cause.findings) - len(shown):
        yield f"  and {left} more: -v"


def _compact(cause: Cause, paint: Paint, width: int, *, most: int = 2) -> Iterator[str]:
    yield from _head(cause, cause.first, paint, width, most=most)
    yield from _related(cause.first, width)
    places = list(dict.fromkeys(str(finding.place) for finding in cause.findings))[1:]
    shown = places[: PLACES - 1]
    left = len(cause.findings) - 1 - len(shown)
    if shown:
        more = f" and {left} more: -v" if left else ""
        yield from wrapped(f"  also {', '.join(shown)}{more}", width)
    elif left:
        yield f"  and {left} more: -v"
    yield from _fix(cause.first, width)


def _short(cause: Cause, paint: Paint, width: int, *, most: int) -> Iterator[str]:
    left = len(cause.findings) - 1
    more = f" (and {left} more: -v)" if left else ""
    start = len(f"{cause.first.place}: {cause.severity}[{cause.check.id}]{more}")
    if start + _WORDS > width:
        most = 2  # else the line would name a place without a fact
    yield from _head(cause, cause.first, paint, width, most=most, end=more)


def _head(
    cause: Cause, finding: Finding, paint: Paint, width: int, *, most: int, end: str = ""
) -> Iterator[str]:
    rule = f" ({finding.rule})" if finding.rule else ""
    label = f"{finding.severity}[{cause.check.id}]"
    text = f"{finding.place}: {label} {finding.message}{rule}"
    for number, line in enumerate(wrapped(text, width, most=most, end=end)):
        painted = paint(label, str(finding.severity))
        yield line.replace(label, painted, 1) if number < 2 and label in line else line


def _related(finding: Finding, width: int) -> Iterator[str]:
    """Yield the other places of a disagreement, in one or two lines."""
    if not finding.related:
        return
    shown = finding.related[:PLACES]
    left = len(finding.related) - len(shown)
    more = f" and {left} more: -v" if left else ""
    yield from wrapped(f"  {', '.join(map(_place, shown))}{more}", width, most=2)


def _place(place: Location) -> str:
    return f"{place}: {place.text}" if place.text else str(place)


def _fix(finding: Finding, width: int) -> Iterator[str]:
    if finding.fix:
        yield from wrapped(f"  fix: {finding.fix}", width)


def _counted(hidden: Sequence[Cause]) -> str:
    words = []
    for severity in Severity:
        those = [cause for cause in hidden if cause.severity is severity]
        if those:
            number = sum(len(cause.findings) for cause in those)
            words.append(f"{counted(number, str(severity))} ({counted_by_check(those)})")
    return ", ".join(words)
