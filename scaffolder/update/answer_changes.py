"""Turn words such as `add jenkins` and `remove terraform` into answers."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffolder.errors import AnswersError
from scaffolder.template import answers
from scaffolder.template.answers import Answer, Question

Stored = Mapping[str, object]
"""The answers that a repository records."""

_NONE = "none"

_KINDS = {"service", "platform"}
"""Values of the question for a repository's kind, whose answer cannot change."""

# All that is Terraform: the folder terraform/ belongs to the cloud, and the installation to
# `deploy`.
_REMOVED_TOGETHER = {
    "terraform": {"cloud": _NONE, "deploy": "helm"},
    "infrastructure": {"cloud": _NONE, "deploy": "helm"},
}


@dataclass(frozen=True, kw_only=True)
class _Offer:
    question: Question
    value: str


def added(words: tuple[str, ...], stored: Stored, folder: Path) -> dict[str, object]:
    """Return the answers that change when `words` are added; `folder` is that of the release.

    Raises:
        AnswersError: a word means nothing, or would replace what is there.

    """
    wanted: dict[str, object] = {}
    for word in words:
        if word.lower() in _REMOVED_TOGETHER and stored.get("cloud") == _NONE:
            raise AnswersError(
                f"{word} is that of a cloud, and there is none",
                hint="scaffold set cloud=VALUE adds both",
            )
        offer = _offered(word, folder)
        name = offer.question.name
        current = wanted.get(name, stored.get(name, _NONE))
        if offer.question.several:
            wanted[name] = list(dict.fromkeys([*_several(current), offer.value]))
        elif current in {_NONE, offer.value}:
            wanted[name] = offer.value
        else:
            raise AnswersError(
                f"{name} is {current}, and there is one only",
                hint=f"scaffold set {name}={offer.value} replaces it",
            )
    return wanted


def removed(words: tuple[str, ...], stored: Stored, folder: Path) -> dict[str, object]:
    """The answers that differ once none of `words` is part of the repository.

    Raises:
        AnswersError: a word means nothing, is not part of it, or nothing can stand in its place.

    """
    wanted: dict[str, object] = {}
    known = {question.name for question in answers.questions(folder)}
    for word in words:
        together = _REMOVED_TOGETHER.get(word.lower(), {})
        if together and together.keys() <= known:
            wanted |= {
                name: value for name, value in together.items() if stored.get(name, value) != value
            }
            continue
        offer = _offered(word, folder)
        wanted |= _without(offer, word, {**stored, **wanted})
    if not wanted:
        raise AnswersError(
            f"{', '.join(words)} is not part of this repository", hint="scaffold set NAME=VALUE"
        )
    return wanted


def resolved(stored: Stored, given: Stored, folder: Path, *, following: bool) -> dict[str, object]:
    """Return the answers to render with: `given`, checked by the questions, before `stored`.

    With `following`, a stored answer that no longer fits a given one (a region of another cloud) is
    left out, so that its question takes its default; without, it stays, and whoever renders refuses
    it.

    Raises:
        AnswersError: a name is not a question, or a given answer is not allowed.

    """
    questions = answers.questions(folder)
    _refuse_unknown(given, questions, folder)
    chosen: dict[str, object] = {} if following else dict(stored)
    known: dict[str, Answer] = {}
    for question in questions:
        name = question.name
        if not question.asked_given(known):
            if name in given:
                raise _not_asked(question, given, known, folder)
            chosen.pop(name, None)
            continue
        if name in given:
            known[name] = _accepted(
                question, given[name], known, "scaffold set" if following else "scaffold update -d"
            )
            _refuse_another_kind(question, known, stored)
            chosen[name] = known[name]
        elif name in stored and _fits(question, stored[name], known):
            known[name] = answers.accepted(question, stored[name], known)
            chosen[name] = stored[name]
        else:
            known[name] = question.default_given(known) or ""
    return chosen


def _refuse_another_kind(question: Question, known: Mapping[str, Answer], stored: Stored) -> None:
    """Refuse to turn a repository of a service into one of a platform, or the other way round.

    Terraform would plan to destroy the parts that the other kind lacks: a registry with the images
    that run, or the clusters under every service. A question `kind` of another template is left
    alone.
    """
    if {choice.value for choice in question.choices_given({})} != _KINDS or not stored:
        return
    before = stored.get(question.name, question.default_given({}))
    if known[question.name] != before:
        raise AnswersError(
            f"a repository of a {before} stays one: as a {known[question.name]} it would lose"
            " files, and Terraform would destroy what they made",
            hint=(
                f"scaffold new NAME --data {question.name}={known[question.name]} makes another one"
            ),
        )


def _accepted(
    question: Question, value: object, known: Mapping[str, Answer], command: str
) -> Answer:
    try:
        return answers.accepted(question, value, known)
    except (
        AnswersError
    ) as error:  # its hint is for `scaffold new`, which has a flag for each question
        hint = error.hint.replace(f"{question.flag} ", f"{command} {question.name}=")
        raise AnswersError(error.message, hint=hint) from error


def _fits(question: Question, value: object, known: Mapping[str, Answer]) -> bool:
    try:
        answers.accepted(question, value, known)
    except AnswersError:
        return False
    return True


def _refuse_unknown(given: Stored, questions: tuple[Question, ...], folder: Path) -> None:
    names = [question.name for question in questions]
    for name in given:
        if name not in names:
            meant = _by_value(folder).get(name.lower(), [])
            ways = [f"scaffold set {offer.question.name}={offer.value}" for offer in meant]
            near = " or ".join(ways) or _nearest(name, names)
            raise AnswersError(
                f"unknown question {name!r}", hint=near or f"the questions are {', '.join(names)}"
            )


def _not_asked(
    question: Question, given: Stored, known: Mapping[str, Answer], folder: Path
) -> AnswersError:
    """Return the error of an answer that nothing asks for, with the answer that it needs."""
    name = question.name
    needed = _needed(question, known, folder)
    if not needed:
        hint = "scaffold set takes several at once"
        return AnswersError(answers.not_applicable(name, folder), hint=hint)
    if needed.partition("=")[0] in given:
        hint = f"leave {name} out, or give {needed}"
    else:
        hint = f"scaffold set {needed} {name}={given[name]}"
    words = answers.not_applicable(name, folder, otherwise=f"it needs {needed}")
    return AnswersError(words, hint=hint)


def _needed(question: Question, known: Mapping[str, Answer], folder: Path) -> str:
    """Return the one answer that leads to a question, as NAME=VALUE, "" if there is none."""
    for earlier in answers.questions(folder):
        if earlier.name == question.name:
            break
        for choice in earlier.choices_given(known) if earlier.name in known else ():
            value: Answer = (choice.value,) if earlier.several else choice.value
            if question.asked_given({**known, earlier.name: value}):
                return f"{earlier.name}={choice.value}"
    return ""


def _offered(word: str, folder: Path) -> _Offer:
    """Return the one answer that `word` means.

    A value, else a part of a value or of its label, else a question's name.
    """
    for readings in (_by_value(folder), _by_part(folder), _by_question(folder)):
        found = readings.get(word.lower(), [])
        if len(found) == 1:
            return found[0]
        if found:
            ways = " or ".join(f"{offer.question.name}={offer.value}" for offer in found)
            raise AnswersError(
                f"{word!r} may mean {ways}", hint=f"scaffold set {ways.split(' or ')[0]}"
            )
    words = [*_by_value(folder), *_by_question(folder)]
    near = _nearest(word, [*words, *_by_part(folder)])
    raise AnswersError(
        f"nothing is called {word!r}", hint=near or f"there is {', '.join(dict.fromkeys(words))}"
    )


def _by_value(folder: Path) -> dict[str, list[_Offer]]:
    return _read((offer.value, offer) for offer, _ in _offers(folder))


def _by_part(folder: Path) -> dict[str, list[_Offer]]:
    """Return offers by parts.

    "grafana" for "prometheus-grafana", "eks" for "AWS (EKS)", "github-actions" for "GitHub
    Actions".
    """
    parts: list[tuple[str, _Offer]] = []
    for offer, label in _offers(folder):
        words = _words(label)
        own = dict.fromkeys((*offer.value.split("-"), "-".join(words), *words))
        parts += [(part, offer) for part in own]
    return _read(parts)


def _by_question(folder: Path) -> dict[str, list[_Offer]]:
    """Return the default of a question by its name ("monitoring"), if `none` is a choice."""
    return _read(
        (offer.question.name, offer)
        for offer, _ in _offers(folder)
        if offer.value == offer.question.default and _may_be_none(offer.question)
    )


def _offers(folder: Path) -> Iterator[tuple[_Offer, str]]:
    """Every value that can be added, with the words that people read for it."""
    for question in answers.questions(folder):
        if not isinstance(question.choices, str):
            for choice in question.choices_given({}):
                if choice.value != _NONE:
                    yield _Offer(question=question, value=choice.value), choice.label


def _read(pairs: Iterable[tuple[str, _Offer]]) -> dict[str, list[_Offer]]:
    readings: dict[str, list[_Offer]] = {}
    for word, offer in pairs:
        readings.setdefault(word.lower(), []).append(offer)
    return readings


def _words(label: str) -> list[str]:
    """Return the capitalised names in a label: "GitHub", "Actions"; no "and" or "with"."""
    return [name.lower() for name in re.findall(r"[A-Z][\w.]+", label)]


def _without(offer: _Offer, word: str, stored: Stored) -> dict[str, object]:
    name = offer.question.name
    current = stored.get(name)
    if offer.question.several:
        if offer.value not in _several(current):
            raise AnswersError(
                f"{word} is not part of this repository: {name} is {_shown(current)}"
            )
        left = [value for value in _several(current) if value != offer.value]
        if not left:
            raise AnswersError(
                f"{offer.value} is the last value of {name}",
                hint=f"scaffold set {name}=VALUE puts another in its place",
            )
        return {name: left}
    if current != offer.value:
        raise AnswersError(f"{word} is not part of this repository: {name} is {_shown(current)}")
    if not _may_be_none(offer.question):
        raise AnswersError(
            f"{name} needs a value", hint=f"scaffold set {name}=VALUE puts another in its place"
        )
    return {name: _NONE}


def _may_be_none(question: Question) -> bool:
    return not isinstance(question.choices, str) and _NONE in {
        choice.value for choice in question.choices_given({})
    }


def _several(value: object) -> list[str]:
    return (
        [str(item) for item in value]
        if isinstance(value, list | tuple)
        else []
        if value in {None, _NONE}
        else [str(value)]
    )


def _shown(value: object) -> str:
    return ", ".join(_several(value)) or "nothing"


def _nearest(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word.lower(), known, n=1)
    return f"did you mean {near[0]}?" if near else ""
