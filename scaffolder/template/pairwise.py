"""Combinations of answers in which every two choices of different questions that go together meet.

Greedy, as in "AETG" (Cohen and others, 1997): each combination is built around a pair that no
earlier one has, and takes the choices that bring most further pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, combinations
from pathlib import Path

from scaffolder.errors import AnswersError
from scaffolder.template import answers
from scaffolder.template.answers import Answer, Question

Value = tuple[str, Answer]
"""A question's name, and an answer to it."""
Pair = frozenset[Value]

_TRIES = 400
"""Choices that are tried for one combination before its pair counts as one that cannot be."""


@dataclass
class Pairs:
    """The pairs to cover: `left` shrinks with each combination, `impossible` never met."""

    left: dict[Pair, None] = field(default_factory=dict)
    covered: int = 0
    impossible: int = 0


def combined(
    folder: Path | None, fixed: Mapping[str, object], pairs: Pairs
) -> Iterator[dict[str, Answer]]:
    """Yield combinations of the template in `folder`, each with the answers `fixed`.

    Those with most pairs come first. `pairs` is updated while it goes on. If only one question has
    choices, each of them counts. A template without choices has one combination.

    Raises:
        AnswersError: a fixed answer is refused, or a question has no default and none is fixed.

    """
    answers.refuse_unknown(fixed, folder)
    questions = answers.questions(folder)
    values = {question.name: _values(question, questions, fixed) for question in questions}
    chosen = {name: several[0] for name, several in values.items() if several}
    answers.refuse_missing(questions, {**chosen, **fixed})
    if len(chosen) == 1:
        (name,) = chosen
        pairs.left |= {frozenset({(name, value)}): None for value in values[name]}
    for one, other in combinations(values, 2):
        for first in values[one]:
            for second in values[other]:
                pairs.left[frozenset({(one, first), (other, second)})] = None
    row = _row(questions, fixed, values, pairs, {})
    if row is None:  # gives the reason
        answers.complete(fixed, folder=folder)
        return
    while row is not None:
        _cover(row, pairs)
        yield row
        row = _next(questions, fixed, values, pairs)


def _next(
    questions: tuple[Question, ...],
    fixed: Mapping[str, object],
    values: Mapping[str, tuple[Answer, ...]],
    pairs: Pairs,
) -> dict[str, Answer] | None:
    """Return a combination with the next pair that can be; None if none is left."""
    while pairs.left:
        pair = next(iter(pairs.left))
        row = _row(questions, fixed, values, pairs, dict(pair))
        if row is not None:
            return row
        del pairs.left[pair]
        pairs.impossible += 1
    return None


def _cover(row: Mapping[str, Answer], pairs: Pairs) -> None:
    for pair in (*combinations(row.items(), 2), *((value,) for value in row.items())):
        if frozenset(pair) in pairs.left:
            del pairs.left[frozenset(pair)]
            pairs.covered += 1


def _row(
    questions: tuple[Question, ...],
    fixed: Mapping[str, object],
    values: Mapping[str, tuple[Answer, ...]],
    pairs: Pairs,
    wanted: Mapping[str, Answer],
) -> dict[str, Answer] | None:
    """Return one combination with the `wanted` answers; None if none is found."""
    tries = _TRIES

    def extended(at: int, row: dict[str, Answer]) -> dict[str, Answer] | None:
        nonlocal tries
        if at == len(questions):
            return row if wanted.keys() <= row.keys() else None
        question = questions[at]
        if not question.asked_given(row):
            return None if question.name in {*wanted, *fixed} else extended(at + 1, row)
        for answer in _options(question, row, fixed, values, pairs, wanted):
            tries -= 1
            if tries < 0:
                return None
            following = row if answer is None else {**row, question.name: answer}
            if done := extended(at + 1, following):
                return done
        return None

    return extended(0, {})


def _options(
    question: Question,
    row: Mapping[str, Answer],
    fixed: Mapping[str, object],
    values: Mapping[str, tuple[Answer, ...]],
    pairs: Pairs,
    wanted: Mapping[str, Answer],
) -> Iterator[Answer | None]:
    """Yield the answers to try, the best first; None leaves the default to Copier."""
    name = question.name
    if name in wanted:
        candidates: tuple[object, ...] = (wanted[name],)
    elif name in fixed:
        candidates = (fixed[name],)
    elif values[name]:
        known = (*row.items(), *wanted.items())
        candidates = tuple(
            sorted(
                values[name],
                key=lambda answer: (
                    -sum(frozenset({(name, answer), other}) in pairs.left for other in known)
                ),
            )
        )
    else:
        default = question.default_given(row)
        if default is None:
            yield None
            return
        candidates = (default,)
    for candidate in candidates:
        try:
            yield answers.accepted(question, candidate, row)
        except AnswersError:
            continue


def _values(
    question: Question, questions: tuple[Question, ...], fixed: Mapping[str, object]
) -> tuple[Answer, ...]:
    """Return every answer that is tried; none if any text answers it, or if it is fixed."""
    if question.name in fixed:
        return ()
    if question.kind == "bool" and not question.choices:
        return ("true", "false")
    choices = chain.from_iterable(
        question.choices_given(context) for context in _contexts(question, questions)
    )
    chosen = dict.fromkeys(choice.value for choice in choices)
    if not question.several:
        return tuple(chosen)
    single: list[Answer] = [(value,) for value in chosen]
    return (*single, tuple(chosen)) if len(single) > 1 else tuple(single)


def _contexts(
    question: Question, questions: tuple[Question, ...]
) -> Iterator[Mapping[str, Answer]]:
    """Yield the defaults of the questions before, then each of their choices in its place."""
    known: dict[str, Answer] = {}
    before = []
    for earlier in questions:
        if earlier is question:
            break
        before.append(earlier)
        default = earlier.default_given(known)
        if default is not None:
            known[earlier.name] = default
    yield known
    for earlier in before:
        for choice in earlier.choices_given(known):
            yield {**known, earlier.name: (choice.value,) if earlier.several else choice.value}
