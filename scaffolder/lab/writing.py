"""Judge a lab's post-mortem: complete, and without a word that blames a person."""

from __future__ import annotations

from pathlib import Path

from scaffolder.operate import postmortem

_NEEDED = ("deploy", "alert", "rollback", "resolved")
_SECTIONS = ("## Impact", "## Contributing factors")
_ACTIONS = 2
_SHORTEST = 20
"""Characters of a section that is not empty."""


def problem(root: Path, part: str) -> str:
    """Return what a part lacks, "" if nothing: timeline, sections, actions or words."""
    written = sorted(
        file for file in (root / postmortem.FOLDER).glob("*.md") if file.name != "TEMPLATE.md"
    )
    if not written:
        return f"no post-mortem in {postmortem.FOLDER}"
    text = written[-1].read_text(encoding="utf-8")
    template = (root / postmortem.TEMPLATE).read_text(encoding="utf-8")
    match part:
        case "timeline":
            return _of_timeline(root, text)
        case "sections":
            return _of_sections(text, template)
        case "actions":
            return _of_actions(text)
        case _:
            found = postmortem.blaming(text, template)
            return "; ".join(f"{word!r}: write about {instead}" for word, instead in found)


def _of_timeline(root: Path, text: str) -> str:
    """Return what the timeline lacks of the records."""
    records = postmortem.read(root / "records.jsonl")
    rows = postmortem.timeline(text)
    kinds = {event.kind for event in records}
    if missing := [kind for kind in _NEEDED if kind not in kinds]:
        return f"the records have no {missing[0]} yet: make the customers well first"
    for event in records:
        if not any(postmortem.cell(event.text) in row for row in rows):
            return f"the timeline lacks {event.at:%H:%M} {event.text}"
    return ""


def _of_sections(text: str, template: str) -> str:
    ours = set(template.splitlines())
    for title in _SECTIONS:
        _, _, rest = text.partition(f"{title}\n")
        lines = [line for line in rest.partition("\n## ")[0].splitlines() if line not in ours]
        if len("".join(lines).strip()) < _SHORTEST:
            return f"{title.removeprefix('## ')} is empty"
    return ""


def _of_actions(text: str) -> str:
    """Return what the table of actions lacks; the owner is the third column."""
    _, _, rest = text.partition("| action |")
    rows = [line.strip()[1:-1].split("|") for line in rest.splitlines()[2:] if line[:1] == "|"]
    owned = [row for row in rows if len(row) > 2 and row[0].strip() and row[2].strip()]
    if len(owned) < _ACTIONS:
        return f"{len(owned)} of {_ACTIONS} actions have an owner"
    return ""
