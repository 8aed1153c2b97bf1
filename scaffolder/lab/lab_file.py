"""The form of a lab's file: which keys, steps and criteria there are, and one error if it differs.

    id: drift                       # the name of its folder in lab-work, and of this file
    number: 3
    title: Drift
    minutes: 12
    pillar: mindset                 # culture, mindset, practices or tools
    windows: The parts that run natively on Windows, and those that need WSL.
    needs: Programs beside Python, and the command that brings them.
    try: "`the command` that shows what is wrong"
    forms:                          # one is chosen at the start; [[name]] in a text is its value
      - {track: python, image: "3.11", stated: "3.13"}
    situation: The symptom for the students. No word of the solution.
    task: The goal, and the parts that must stay.
    answers: {runtime: python}      # of the repository; its name is service_name
    start: [...]                    # STEPS, carried out one after the other
    criteria:                       # CRITERIA; `red` is part of the reason at the start
      - {id: same, kind: check, select: AG001, title: One version, red: uses python}
    hints: [where to look, what to compare, what to write]   # the third alone is enough
    then: [...]                     # STEPS: the text of the third hint
    solution: [...]                 # STEPS; `then` if it is left out
    shown: The solution, as `lab show solution` prints it.
    cheats:                         # wrong roads, and which criteria stay red
      - {name: the requirement is changed, steps: [...], red: [wanted]}
    read: which-rung.md              # the page with the background, if there is one
    learnt: The lesson.
    question: One for the team.

An entry of a list may have `when: {track: python}`: it is left out in other forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scaffolder.formats.regex import regex

STEPS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "edit": (("file",), ("old", "new", "line", "in", "append", "content", "delete")),
    "copy": (("file", "to"), ()),
    "commit": (("message",), ()),
    "cloud-apply": (("environment",), ()),
    "cloud-change": (("type", "id", "set"), ()),
    "cloud-add": (("type", "id", "values"), ()),
    "cloud-delete": (("id_of",), ()),
    "answer-commit": (("key", "message"), ()),
    "deploy": (("environment", "message"), ()),
    "release": (("environment", "message"), ()),
    "record": (("event", "at", "text", "source"), ()),
    "postmortem": (("title",), ()),
    "pipeline": ((), ()),
    "set": (("answers",), ()),
    "revert": (("message",), ()),
}
"""The kinds of steps: the keys that each needs, and those that it may have."""

CRITERIA: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "check": (("select",), ()),
    "unchanged": (("file",), ()),
    "holds": (("file", "text"), ()),
    "others": ((), ("ignore",)),
    "answer": (("key", "value"), ()),
    "serves": (("path",), ()),
    "applied": (("environment",), ()),
    "no-drift": (("environment",), ()),
    "responds": (("environment", "path", "text"), ()),
    "named-commit": (("key", "message"), ()),
    "prod-responds": (("path", "text"), ()),
    "post-mortem": (("part",), ()),
    "generated": (("file",), ()),
    "climbed": (("rungs",), ()),
    "one-digest": ((), ()),
    "no-request-lost": ((), ()),
    "chat-rings": ((), ()),
    "chat-resolves": ((), ()),
    "absent": (("id_of",), ()),
}
"""The kinds of criteria: the keys that each needs, and those that it may have."""

PILLARS = ("culture", "mindset", "practices", "tools")

_TEXTS = ("title", "windows", "needs", "try", "situation", "task", "shown", "learnt", "question")
_NEEDED = frozenset(
    (
        *("id", "number", "minutes", "pillar", "forms", "answers", "start", "criteria"),
        *("hints", "then", "cheats", *_TEXTS),
    )
)
_MAY = frozenset(("solution", "read"))
_ID = regex(r"[a-z][a-z0-9-]*")
_VALUE = regex(r"\[\[(\w+)\]\]")
HINTS = 3


class LabError(ValueError):
    """A lab's file has not the form it must have."""


def checked(name: str, document: Any) -> dict[str, Any]:
    """Return the content of the file `name`.yml. Raises LabError with the cause."""
    if not isinstance(document, dict):
        raise LabError(f"{name}: must be a mapping")
    missing = sorted(_NEEDED - document.keys())
    unknown = sorted(document.keys() - _NEEDED - _MAY)
    if missing or unknown:
        raise LabError(f"{name}: missing or unknown keys: {', '.join([*missing, *unknown])}")
    if document["id"] != name or not _ID.fullmatch(name):
        raise LabError(f"{name}: the id must be the name of the file, in lower case")
    if document["pillar"] not in PILLARS:
        raise LabError(f"{name}: pillar must be one of {', '.join(PILLARS)}")
    _check_forms(name, document["forms"])
    for key in ("start", "then", "solution"):
        _check_entries(f"{name}: {key}", document.get(key, []), STEPS)
    _check_criteria(name, document["criteria"])
    _check_cheats(name, document)
    return document


def resolved(value: Any, form: Mapping[str, str]) -> Any:
    """Return a value for one form: its values filled in, and entries for other forms left out.

    Raises:
        LabError: a text names a value that the form has not.

    """
    if isinstance(value, str):
        return _VALUE.sub(lambda match: _of_form(match[1], form), value)
    if isinstance(value, list):
        return [resolved(entry, form) for entry in value if _is_for(entry, form)]
    if isinstance(value, dict):
        return {key: resolved(entry, form) for key, entry in value.items() if key != "when"}
    return value


def _of_form(name: str, form: Mapping[str, str]) -> str:
    if name not in form:
        raise LabError(f"[[{name}]] is not a value of the form")
    return form[name]


def _is_for(entry: Any, form: Mapping[str, str]) -> bool:
    if not isinstance(entry, dict):
        return True
    wanted: dict[str, str] = entry.get("when", {})
    return all(form.get(name) == value for name, value in wanted.items())


def _check_forms(name: str, forms: Any) -> None:
    if not isinstance(forms, list) or not forms:
        raise LabError(
            f"{name}: forms must be a list with at least one entry, such as {{track: python}}"
        )
    for form in forms:
        if not all(isinstance(value, str) for value in form.values()):
            raise LabError(f"{name}: the values of a form must be texts")
        if form.keys() != forms[0].keys():
            raise LabError(f"{name}: all forms must have the same values")


def _check_criteria(name: str, criteria: list[Any]) -> None:
    common = ("id", "title", "red")
    for entry in criteria:
        if not isinstance(entry, dict) or not {"id", "title"} <= entry.keys():
            raise LabError(f"{name}: a criterion needs id, kind and title")
        rest = {key: value for key, value in entry.items() if key not in common}
        _check_entries(f"{name}: criterion {entry['id']}", [rest], CRITERIA)


def _check_cheats(name: str, document: dict[str, Any]) -> None:
    hints = [hint for hint in document["hints"] if isinstance(hint, str)]
    if len(hints) != HINTS:
        raise LabError(f"{name}: there must be {HINTS} hints")
    known = {entry["id"] for entry in document["criteria"]}
    for cheat in document["cheats"]:
        if not {"name", "steps", "red"} <= cheat.keys():
            raise LabError(f"{name}: a cheat needs name, steps and red")
        _check_entries(f"{name}: cheat {cheat['name']}", cheat["steps"], STEPS)
        if unknown := sorted(set(cheat["red"]) - known):
            raise LabError(f"{name}: cheat {cheat['name']}: no criterion {', '.join(unknown)}")


def _check_entries(
    where: str, entries: Any, kinds: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
) -> None:
    for entry in entries:
        if not isinstance(entry, dict) or entry.get("kind") not in kinds:
            kind = entry.get("kind") if isinstance(entry, dict) else entry
            raise LabError(f"{where}: {kind!r} is not a kind: {', '.join(kinds)}")
        needed, may = kinds[entry["kind"]]
        missing = sorted(set(needed) - entry.keys())
        unknown = sorted(entry.keys() - {"kind", "when", *needed, *may})
        if missing or unknown:
            names = ", ".join([*missing, *unknown])
            raise LabError(f"{where}: {entry['kind']}: missing or unknown: {names}")
