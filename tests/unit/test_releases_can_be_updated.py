"""What CONTRIBUTING asks of template authors, so that no update loses anything: asked of every release."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from scaffolder import answers, store, template
from scaffolder.answers import Question
from scaffolder.errors import AnswersError
from scaffolder.store import Release
from scaffolder.toolchain import SystemToolchain

RELEASES = store.releases()
FORBIDDEN = {"_tasks", "_migrations", "_jinja_extensions"}
IDENTITY = {"service_name"}


@pytest.fixture(scope="module")
def folders(toolchain: SystemToolchain) -> dict[str, Path]:
    """Where the files of each release lie."""
    history = store.embedded(toolchain)
    return {release.version: store.checkout(history, release, toolchain) for release in RELEASES}


def known(folder: Path) -> dict[str, Question]:
    return {question.name: question for question in answers.questions(folder)}


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.tag)
def test_nobody_has_to_trust_it_with_code(release: Release, folders: dict[str, Path]) -> None:
    assert FORBIDDEN.isdisjoint(template.configuration(folders[release.version]))


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.tag)
def test_every_question_but_identity_has_a_default(release: Release, folders: dict[str, Path]) -> None:
    without = {name for name, question in known(folders[release.version]).items() if question.default is None}
    assert without == IDENTITY


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.tag)
def test_every_file_can_be_checked_out_on_windows(release: Release, folders: dict[str, Path]) -> None:
    root = folders[release.version] / "templates"
    names = {part for path in root.rglob("*") for part in path.relative_to(root).parts}
    assert [name for name in sorted(names) if set('"|<>:?*') & set(name)] == []


@pytest.mark.parametrize(("old", "new"), list(pairwise(RELEASES)), ids=lambda release: release.tag)
def test_no_stored_answer_is_refused_or_lost(old: Release, new: Release, folders: dict[str, Path]) -> None:
    before, after = known(folders[old.version]), known(folders[new.version])
    for name, question in before.items():
        if name not in after:
            readers = [other for other, one in after.items() if other not in before and name in str(one.default)]
            assert readers, f"{name} is gone, and no new question's default reads it"
            continue
        assert after[name].several == question.several
        for given in every_context(before):
            for value in values(question, given):
                answers.accepted(after[name], value, {**given, name: value})


@pytest.mark.parametrize(("old", "new"), list(pairwise(RELEASES)), ids=lambda release: release.tag)
def test_what_is_left_out_can_be_told_with_older_answers(old: Release, new: Release, folders: dict[str, Path]) -> None:
    asked = {**template.configuration(folders[old.version])}
    excluded: list[str] = template.configuration(folders[new.version]).get("_exclude", [])
    added = {name for name in template.configuration(folders[new.version]) if name not in asked and name[0] != "_"}
    for pattern in excluded:
        for name in added:
            assert name not in pattern or f"{name} | default(" in pattern, f"{pattern!r} needs `{name} | default(…)`"


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


def values(question: Question, given: dict[str, Any]) -> list[Any]:
    """What a repository may have answered."""
    if question.several:
        return [(choice.value,) for choice in question.choices_given(given)]
    chosen: list[Any] = [choice.value for choice in question.choices_given(given)]
    return chosen or [given[question.name]]


def test_the_rule_sees_a_choice_that_is_taken_away(folders: dict[str, Path]) -> None:
    cloud = known(folders[RELEASES[-1].version])["cloud"]
    narrower = Question(**{**vars(cloud), "choices": ["aws"]})
    with pytest.raises(AnswersError):
        answers.accepted(narrower, "azure", {})
