"""A rehearsal as lines for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from scaffolder.model import counted, visible
from scaffolder.rehearse import Rehearsal
from scaffolder.tools.rehearsal import Rehearsed

_SHOWN = 10
"""Changes and objects shown of each target; the JSON has all."""

_FIXES = {
    "apply": "fix the code or the values, then rehearse again",
    "plan": "take out what differs each time, such as timestamp(), or name it in ignore_changes",
    "destroy": "fix what keeps it from being destroyed, or protect it with prevent_destroy",
}

Paint = Callable[[str, str], str]


def lines(found: Rehearsal, paint: Paint) -> Iterator[str]:
    """Yield what came of a rehearsal: the targets, what was found, what could not be known."""
    width = max((len(_name(found.folder, one)) for one in found.results), default=0)
    for one in found.results:
        word, meaning = _verdict(one)
        label = f"{paint(f'{word:<9}', meaning)} {_name(found.folder, one):<{width}}"
        yield f"  {label}  {_detail(one, found)}"
    for one in found.results:
        yield from _findings(found, one, paint)
    yield ""
    if found.stand_ins:
        yield f"Values made up: {', '.join(found.stand_ins)}"
    yield "A rehearsal cannot know:"
    yield from (f"  - {words}" for words in found.cannot_know)
    yield ""
    yield _summary(found)


def _name(folder: Path, one: Rehearsed) -> str:
    path = (folder / one.target.root).as_posix()
    return visible(f"{path} {one.target.environment}".rstrip())


def _verdict(one: Rehearsed) -> tuple[str, str]:
    if not one.clean:
        return "failed", "failed"
    return ("ok", "passed") if one.judged else ("not tried", "skipped")


def _detail(one: Rehearsed, found: Rehearsal) -> str:
    if one.limit:
        return visible(f"not rehearsed: {one.limit}")
    parts = [counted(one.objects, "object")]
    if one.before:
        parts.append(f"{len(one.before)} changed first")
    if one.failed:
        return ", ".join([*parts, f"{one.failed} failed"])
    parts.append(f"a second plan changes {len(one.changes) or 'nothing'}")
    if not found.kept:
        parts.append(f"{len(one.stayed)} left" if one.stayed else "destroyed")
        if one.kept:
            parts.append(f"{len(one.kept)} protected")
    return ", ".join(parts)


def _findings(found: Rehearsal, one: Rehearsed, paint: Paint) -> Iterator[str]:
    name = _name(found.folder, one)
    for diagnostic in one.diagnostics:
        place = (found.folder / diagnostic.path).as_posix()
        line = f":{diagnostic.line}" if diagnostic.line else ""
        severity = paint(diagnostic.severity, diagnostic.severity)
        words = " ".join(f"{diagnostic.summary}: {diagnostic.detail}".split()).rstrip(": ")
        yield f"{visible(place)}{line}: {severity} {visible(words)} ({name})"
        if diagnostic.severity == "error" and one.failed:
            yield f"  fix: {_FIXES[one.failed]}"
    error = paint("error", "error")
    for change in one.changes[:_SHOWN]:
        yield f"{name}: {error} a second plan would {visible(str(change))}"
    if one.changes:
        yield from _more(len(one.changes))
        yield f"  fix: {_FIXES['plan']}"
    for stayed in one.stayed[:_SHOWN]:
        yield f"{name}: {error} {visible(stayed)} stays, and nothing protects it"
    if one.stayed:
        yield from _more(len(one.stayed))
        yield f"  fix: {_FIXES['destroy']}"
    for kept in one.kept:
        yield f"{name}: protected: {visible(str(kept))}"
    for change in one.before[:_SHOWN]:
        yield f"{name}: the cloud differed: {visible(str(change))}"
    yield from _more(len(one.before))


def _more(number: int) -> Iterator[str]:
    if number > _SHOWN:
        yield f"  and {number - _SHOWN} more; --format json has all"


def _summary(found: Rehearsal) -> str:
    failed = sum(not one.clean for one in found.results)
    limited = sum(one.clean and not one.judged for one in found.results)
    passed = len(found.results) - failed - limited
    return (
        f"  {passed} rehearsed without findings, {failed} failed, {limited} not rehearsed"
        f"   {found.seconds:.1f} s   {found.terraform}"
    )
