"""Judge a lab's post-mortem: complete, and without a word that blames a person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.operate import postmortem

PARTS = ("timeline", "sections", "actions", "words")

_RECORDS = "records.jsonl"
_NEEDED = ("deploy", "alert", "rollback", "resolved")
_IMPACT = "## Impact"
_FACTORS = "## Contributing factors"
_WANTED = 2
"""Factors, and actions, that a post-mortem has at least."""

_SHORTEST = 20
"""Characters of a section, or of a factor, that is not empty."""

_ITEM = regex(r"^\s*(?:\d+[.)]|[-*+])\s+(?P<text>.*)$")
_MOMENT = regex(r"\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}")
_NUMBER = regex(r"\d")
_ROLES = regex(
    r"\b(?:admin\w*|analyst|architect|author|call|deployer|designer|dev|developers?|devops|engineers?"
    r"|group|guild|lead|maintainers?|manager|on-call|operations|operators?|ops|owner|platform|product"
    r"|qa|reviewers?|role|security|service|sre|squad|support|team|testers?|trainers?)\b"
)
"""Words of a role: the owner of an action is one, and not a person's name."""


def problem(root: Path, part: str) -> str:
    """Return what a part lacks, "" if nothing; `part` is one of PARTS.

    The most complete post-mortem is judged, and named: one that was begun and left does not hide
    another.
    """
    files = sorted(
        file for file in (root / postmortem.FOLDER).glob("*.md") if file.name != "TEMPLATE.md"
    )
    if not files:
        return f"no post-mortem in {postmortem.FOLDER}"
    judged = min(reversed(files), key=lambda file: sum(bool(_of(root, file, one)) for one in PARTS))
    return _of(root, judged, part)


def _of(root: Path, file: Path, part: str) -> str:
    """Return what a part of a post-mortem lacks, with the place to write it."""
    text = file.read_text(encoding="utf-8")
    name = file.relative_to(root).as_posix()
    match part:
        case "timeline":
            return _of_timeline(root, name, text)
        case "sections":
            found = _of_sections(text, _template(root))
        case "actions":
            found = _of_actions(text)
        case _:
            return "; ".join(
                f"{name}:{one.line}: {one.word!r} leads to a person. Write {one.instead}"
                for one in postmortem.blaming(text, _template(root))
            )
    return f"{name}: {found}" if found else ""


def _of_timeline(root: Path, name: str, text: str) -> str:
    """Return what the timeline lacks of the records."""
    events = sorted(postmortem.read(root / _RECORDS), key=lambda event: event.at)
    kinds = {event.kind for event in events}
    if missing := [kind for kind in _NEEDED if kind not in kinds]:
        return f"{_RECORDS} has no {missing[0]} yet: make the customers well first"
    written = postmortem.timeline(text)
    for event, row in zip(events, postmortem.rows(events), strict=True):
        time, what = f"{event.at:%H:%M} ", postmortem.cell(event.text)
        if not any(line.startswith(time) and what in line for line in written):
            return f"{name}: the timeline lacks {time}{event.text}. Add this row: `{row}`"
    return ""


def _of_sections(text: str, template: str) -> str:
    """Return what the sections Impact and Contributing factors lack."""
    impact = _own_lines(text, _IMPACT, template)
    if len("".join(impact).strip()) < _SHORTEST:
        return "Impact is empty"
    if not any(_NUMBER.search(_MOMENT.sub("", line)) for line in impact):
        return f"Impact has no number: {_RECORDS} counts the requests that failed"
    items = [_ITEM.match(line) for line in _own_lines(text, _FACTORS, template)]
    number = sum(1 for item in items if item and len(item["text"].strip()) >= _SHORTEST)
    if number < _WANTED:
        return f"{_WANTED} contributing factors are needed; found {number}"
    return ""


def _own_lines(text: str, title: str, template: str) -> list[str]:
    """Return the lines of a section that the template does not have."""
    ours = set(template.splitlines())
    _, _, rest = text.partition(f"{title}\n")
    return [line for line in rest.partition("\n## ")[0].splitlines() if line not in ours]


def _of_actions(text: str) -> str:
    """Return what the table of actions lacks: a role in its third column, a date in its fourth."""
    found, first = 0, ""
    for action, _, owner, due, *_ in _actions(text):
        if not owner:
            lacks = "has no owner"
        elif not _ROLES.search(owner.lower()):
            lacks = f"has the owner {owner!r}: name a role, as service team"
        elif not _NUMBER.search(due):
            lacks = "has no date"
        else:
            found += 1
            continue
        first = first or f"; {action!r} {lacks}"
    if found < _WANTED:
        return f"{_WANTED} actions need an owner and a date; found {found}{first}"
    return ""


def _actions(text: str) -> Iterator[list[str]]:
    """Yield the rows of the table of actions that name an action, with four columns at least."""
    _, _, rest = text.partition("| action |")
    for line in rest.splitlines()[2:]:
        if not line.startswith("|"):
            return
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        cells += [""] * (4 - len(cells))
        if cells[0]:
            yield cells


def _template(root: Path) -> str:
    """Return the template, "" if it is missing: another criterion tells that."""
    file = root / postmortem.TEMPLATE
    return file.read_text(encoding="utf-8") if file.is_file() else ""
