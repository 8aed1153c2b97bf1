"""`add`, `remove` and `set`: which answers the words of a person mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder import answers, template
from scaffolder.errors import AnswersError
from scaffolder.update import wishes

HERE = template.root()
STORED: dict[str, object] = {
    name: list(answer) if isinstance(answer, tuple) else answer
    for name, answer in answers.complete({"service_name": "my-service"}).items()
}


@pytest.mark.parametrize(
    ("words", "stored", "wanted"),
    [
        (("jenkins",), {}, {"ci": ["github", "jenkins"]}),
        (("jenkins", "gitlab"), {}, {"ci": ["github", "jenkins", "gitlab"]}),
        (("Azure-DevOps",), {}, {"ci": ["github", "azure-devops"]}),
        (("azure-pipelines",), {}, {"ci": ["github", "azure-devops"]}),
        (("monitoring",), {"monitoring": "none"}, {"monitoring": "prometheus-grafana"}),
        (("grafana",), {"monitoring": "none"}, {"monitoring": "prometheus-grafana"}),
        (("azure",), {"cloud": "none"}, {"cloud": "azure"}),
        (("eks",), {"cloud": "none"}, {"cloud": "aws"}),
    ],
)
def test_what_is_added(words: tuple[str, ...], stored: dict[str, object], wanted: dict[str, object]) -> None:
    assert wishes.added(words, {**STORED, **stored}, HERE) == wanted


@pytest.mark.parametrize(
    ("words", "stored", "wanted"),
    [
        (("terraform",), {}, {"cloud": "none"}),
        (("terraform",), {"deploy": "terraform"}, {"cloud": "none", "deploy": "helm"}),
        (("github",), {"ci": ["github", "jenkins"]}, {"ci": ["jenkins"]}),
        (("monitoring",), {}, {"monitoring": "none"}),
        (("prometheus",), {}, {"monitoring": "none"}),
        (("aws",), {}, {"cloud": "none"}),
    ],
)
def test_what_is_removed(words: tuple[str, ...], stored: dict[str, object], wanted: dict[str, object]) -> None:
    assert wishes.removed(words, {**STORED, **stored}, HERE) == wanted


def test_a_word_that_means_nothing_gets_the_nearest_one() -> None:
    with pytest.raises(AnswersError, match="nothing is called 'jenkis'") as stopped:
        wishes.added(("jenkis",), STORED, HERE)
    assert stopped.value.hint == "did you mean jenkins?"


def test_what_there_is_one_of_is_replaced_by_set_only() -> None:
    with pytest.raises(AnswersError, match="cloud is aws, and there is one only") as stopped:
        wishes.added(("azure",), STORED, HERE)
    assert stopped.value.hint == "scaffold set cloud=azure replaces it"


@pytest.mark.parametrize("word", ["jenkins", "azure"])
def test_what_is_not_there_cannot_be_removed(word: str) -> None:
    with pytest.raises(AnswersError, match=f"{word} is not part of this repository"):
        wishes.removed((word,), STORED, HERE)


def test_terraform_cannot_be_removed_twice() -> None:
    with pytest.raises(AnswersError, match="terraform is not part of this repository"):
        wishes.removed(("terraform",), {**STORED, "cloud": "none"}, HERE)


def test_what_must_have_a_value_is_set_and_not_removed() -> None:
    with pytest.raises(AnswersError, match="chat needs a value") as stopped:
        wishes.removed(("slack",), STORED, HERE)
    assert stopped.value.hint == "scaffold set chat=VALUE puts another in its place"


def test_an_answer_that_no_longer_fits_is_left_to_its_default() -> None:
    resolved = wishes.resolved(STORED, {"cloud": "azure"}, HERE, following=True)
    assert resolved["cloud"] == "azure"
    assert "region" not in resolved
    assert resolved["team"] == STORED["team"]


def test_an_answer_that_is_given_with_it_is_taken() -> None:
    resolved = wishes.resolved(STORED, {"cloud": "azure", "region": "northeurope"}, HERE, following=True)
    assert resolved["region"] == "northeurope"


def test_an_answer_to_what_is_no_longer_asked_goes() -> None:
    assert "region" not in wishes.resolved(STORED, {"cloud": "none"}, HERE, following=True)
    with pytest.raises(AnswersError, match="region does not apply to these answers"):
        wishes.resolved(STORED, {"cloud": "none", "region": "eu-central-1"}, HERE, following=True)


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        ({"runtime_versoin": "21"}, "there is no question 'runtime_versoin'", "did you mean runtime_version?"),
        ({"cloud": "azur"}, "cloud cannot be 'azur': it is one of aws, azure, none", "cloud=azure"),
    ],
)
def test_what_is_set_is_checked_as_in_new(given: dict[str, object], message: str, hint: str) -> None:
    with pytest.raises(AnswersError) as stopped:
        wishes.resolved(STORED, given, HERE, following=True)
    assert (stopped.value.message, stopped.value.hint) == (message, hint)


def test_every_choice_of_every_question_can_be_meant(tmp_path: Path) -> None:
    for question in answers.questions():
        if question.several:
            for choice in question.choices_given({}):
                assert wishes.added((choice.value,), {}, HERE) == {question.name: [choice.value]}
