"""The rules of CONTRIBUTING for template authors, so that no update loses anything.

Asked of every release.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from updating import SETTINGS, lay

from scaffolder.errors import AnswersError
from scaffolder.template import answers, bundled, releases
from scaffolder.template.answers import Question
from scaffolder.template.releases import Release
from scaffolder.tools.toolchain import SystemToolchain

RELEASES = releases.releases()
FORBIDDEN = {"_tasks", "_migrations", "_jinja_extensions"}
IDENTITY = {"service_name"}


@pytest.fixture(scope="module")
def folders(toolchain: SystemToolchain) -> dict[str, Path]:
    """The folders of the releases' files."""
    history = releases.embedded(toolchain)
    return {release.version: releases.checkout(history, release, toolchain) for release in RELEASES}


def known(folder: Path) -> dict[str, Question]:
    return {question.name: question for question in answers.questions(folder)}


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.tag)
def test_nobody_has_to_trust_it_with_code(release: Release, folders: dict[str, Path]) -> None:
    assert FORBIDDEN.isdisjoint(bundled.configuration(folders[release.version]))


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.tag)
def test_every_question_but_identity_has_a_default(
    release: Release, folders: dict[str, Path]
) -> None:
    without = {
        name
        for name, question in known(folders[release.version]).items()
        if question.default is None
    }
    assert without == IDENTITY


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.tag)
def test_every_file_can_be_checked_out_on_windows(
    release: Release, folders: dict[str, Path]
) -> None:
    root = folders[release.version] / "templates"
    names = {part for path in root.rglob("*") for part in path.relative_to(root).parts}
    assert [name for name in sorted(names) if set('"|<>:?*') & set(name)] == []


@pytest.mark.parametrize(("old", "new"), list(pairwise(RELEASES)), ids=lambda release: release.tag)
def test_no_stored_answer_is_refused_or_lost(
    old: Release, new: Release, folders: dict[str, Path]
) -> None:
    assert list(losses(folders[old.version], folders[new.version])) == []


def losses(old: Path, new: Path) -> Iterator[str]:
    """Yield answers of repositories at the release `old` that `new` refuses, forgets or reads as something else."""
    before, after = known(old), known(new)
    for name, question in before.items():
        if name not in after:
            readers = [one for one in after.values() if one.name not in before and reads(one, name)]
            if not readers:
                yield f"{name} is gone, and no new question's default reads it"
            continue
        if (after[name].several, kind(new, name)) != (question.several, kind(old, name)):
            yield f"{name} is of another type"
            continue
        for given in every_context(before):
            for value in values(question, given):
                if not is_accepted(question, value, given):
                    continue  # no repository of the old release has it
                try:
                    answers.accepted(after[name], value, {**given, name: value})
                except AnswersError as refused:
                    yield refused.message


def is_accepted(question: Question, value: Any, given: dict[str, Any]) -> bool:
    try:
        answers.accepted(question, value, {**given, question.name: value})
    except AnswersError:
        return False
    return True


def reads(question: Question, name: str) -> bool:
    return re.search(rf"\b{name}\b", str(question.default)) is not None


def kind(folder: Path, name: str) -> str:
    entry = bundled.configuration(folder)[name]
    return str(entry.get("type", "yaml")) if isinstance(entry, dict) else "yaml"


@pytest.mark.parametrize(("old", "new"), list(pairwise(RELEASES)), ids=lambda release: release.tag)
def test_what_is_left_out_can_be_told_with_older_answers(
    old: Release, new: Release, folders: dict[str, Path]
) -> None:
    asked = {**bundled.configuration(folders[old.version])}
    excluded: list[str] = bundled.configuration(folders[new.version]).get("_exclude", [])
    added = {
        name
        for name in bundled.configuration(folders[new.version])
        if name not in asked and name[0] != "_"
    }
    for pattern in excluded:
        expressions = " ".join(re.findall(r"\[%.*?%\]|\[\[.*?\]\]", pattern))
        for name in added & set(re.findall(r"\w+", expressions)):
            assert f"{name} | default(" in expressions, f"{pattern!r} needs `{name} | default(…)`"


def every_context(questions: dict[str, Question]) -> list[dict[str, Any]]:
    """Answers that other questions' choices depend on: each value of each question once, the rest as by default."""
    base: dict[str, Any] = {"service_name": "my-service"}
    for name, question in questions.items():
        if name not in base:
            base[name] = question.default_given(base)
    contexts = [base]
    for name, question in questions.items():
        for choice in question.choices_given(base):
            changed = {**base, name: (choice.value,) if question.several else choice.value}
            for other, one in questions.items():
                if other not in {name, "service_name"} and not isinstance(one.choices, list | dict):
                    changed[other] = one.default_given(changed)
            contexts.append(changed)
    return contexts


TEXTS = (
    "a",
    "a1",
    "a-b",
    "a--b",
    "A",
    "1a",
    "a" * 19 + "b",
    "a" * 30,
    "a" * 39,
    "a.b",
    "a b",
    "é",
    "https://a.example",
    "0",
)
"""Texts that a user may have typed as free text; each question accepts some of them."""


def values(question: Question, given: dict[str, Any]) -> list[Any]:
    """Return the possible answers of a repository."""
    if question.several:
        return [(choice.value,) for choice in question.choices_given(given)]
    chosen: list[Any] = [choice.value for choice in question.choices_given(given)]
    return chosen or [
        text for text in (given[question.name], *TEXTS) if accepts(question, text, given)
    ]


def accepts(question: Question, value: object, given: dict[str, Any]) -> bool:
    try:
        answers.accepted(question, value, given)
    except AnswersError:
        return False
    return True


BEFORE = """
service_name: {type: str, validator: "[% if service_name | length > 20 %]too long[% endif %]"}
cloud: {type: str, choices: [aws, azure], default: aws}
region: {type: str, default: "[[ cloud ]]-1"}
"""

CHANGES = {
    "nothing": ("", "", []),
    "a changed default": ("default: aws", "default: azure", []),
    "a new choice": ("[aws, azure]", "[aws, azure, none]", []),
    "a new question": ("region:", "team: {type: str, default: a}\nregion:", []),
    "a question renamed, whose default reads the old one": (
        'region: {type: str, default: "[[ cloud ]]-1"}', 'place: {type: str, default: "[[ region | default(cloud) ]]"}', []
    ),
    "a question renamed": ("region: {", "place: {", ["region is gone, and no new question's default reads it"]),
    "a question renamed, whose default reads a longer name": (
        'region: {type: str, default: "[[ cloud ]]-1"}', 'place: {type: str, default: "[[ regional ]]"}',
        ["region is gone, and no new question's default reads it"],
    ),
    "a choice dropped": ("[aws, azure]", "[aws]", ["cloud cannot be 'azure': it is one of aws"]),
    "a stricter validator": ("> 20", "> 19", [f"service_name cannot be '{'a' * 19}b': too long"]),
    "another type": ('region: {type: str, default: "[[ cloud ]]-1"}', "region: {type: int, default: 1}", ["region is of another type"]),
    "several instead of one": ("azure], default: aws", "azure], multiselect: true, default: [aws]", ["cloud is of another type"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "instead", "said"), CHANGES.values(), ids=CHANGES)
def test_the_rule_sees_what_a_release_may_not_do(
    text: str, instead: str, said: list[str], tmp_path: Path
) -> None:
    assert BEFORE.count(text) == 1 or not text
    lay(tmp_path, {"old/copier.yml": SETTINGS + BEFORE})
    lay(
        tmp_path, {"new/copier.yml": SETTINGS + (BEFORE.replace(text, instead) if text else BEFORE)}
    )
    assert list(dict.fromkeys(losses(tmp_path / "old", tmp_path / "new"))) == said
