"""`add`, `remove` and `set`: which answers the words of a person mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.errors import AnswersError
from scaffolder.template import answers
from scaffolder.tools import package_data
from scaffolder.update import answer_changes

HERE = package_data.root()
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
def test_what_is_added(
    words: tuple[str, ...], stored: dict[str, object], wanted: dict[str, object]
) -> None:
    assert answer_changes.added(words, {**STORED, **stored}, HERE) == wanted


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
def test_what_is_removed(
    words: tuple[str, ...], stored: dict[str, object], wanted: dict[str, object]
) -> None:
    assert answer_changes.removed(words, {**STORED, **stored}, HERE) == wanted


def test_a_word_that_means_nothing_gets_the_nearest_one() -> None:
    with pytest.raises(AnswersError, match="nothing is called 'jenkis'") as stopped:
        answer_changes.added(("jenkis",), STORED, HERE)
    assert stopped.value.hint == "did you mean jenkins?"


@pytest.mark.parametrize("word", ["bogus", "who", "its"])
def test_a_word_that_nothing_is_like_gets_what_there_is_once(word: str) -> None:
    with pytest.raises(AnswersError, match=f"nothing is called '{word}'") as stopped:
        answer_changes.added((word,), STORED, HERE)
    words = stopped.value.hint.removeprefix("there is ").split(", ")
    assert {"jenkins", "azure", "monitoring", "teams"} <= set(words)
    assert len(words) == len(set(words))
    assert "" not in words


def test_the_last_pipeline_is_replaced_and_not_removed() -> None:
    for words in (("github",), ("github", "jenkins")):
        with pytest.raises(AnswersError, match="is the last value of ci") as stopped:
            answer_changes.removed(words, {**STORED, "ci": list(words)}, HERE)
        assert stopped.value.hint == "scaffold set ci=VALUE puts another in its place"


@pytest.mark.parametrize("word", ["terraform", "infrastructure"])
def test_terraform_comes_back_with_a_cloud(word: str) -> None:
    with pytest.raises(
        AnswersError, match=f"{word} is that of a cloud, and there is none"
    ) as stopped:
        answer_changes.added((word,), {**STORED, "cloud": "none"}, HERE)
    assert stopped.value.hint == "scaffold set cloud=VALUE adds both"


def test_a_value_that_nothing_is_like_gets_the_default() -> None:
    with pytest.raises(AnswersError, match="runtime_version cannot be '22'") as stopped:
        answer_changes.resolved(STORED, {"runtime_version": "22"}, HERE, following=True)
    assert stopped.value.hint == "scaffold set runtime_version=21"
    with pytest.raises(AnswersError, match="cloud cannot be 'Azure'") as stopped:
        answer_changes.resolved(STORED, {"cloud": "Azure"}, HERE, following=False)
    assert stopped.value.hint == "scaffold update -d cloud=azure"


def test_a_question_of_another_template_says_what_it_refuses(tmp_path: Path) -> None:
    validator = '"{% if tier != 1 %}only the first{% endif %}"'
    (tmp_path / "copier.yml").write_text(
        f"tier: {{type: str, placeholder: '1', validator: {validator}}}\n"
    )
    with pytest.raises(AnswersError, match="tier cannot be '2': only the first") as stopped:
        answer_changes.resolved({}, {"tier": "2"}, tmp_path, following=True)
    assert stopped.value.hint == "for example 1"


def test_what_there_is_one_of_is_replaced_by_set_only() -> None:
    with pytest.raises(AnswersError, match="cloud is aws, and there is one only") as stopped:
        answer_changes.added(("azure",), STORED, HERE)
    assert stopped.value.hint == "scaffold set cloud=azure replaces it"


@pytest.mark.parametrize("word", ["jenkins", "azure"])
def test_what_is_not_there_cannot_be_removed(word: str) -> None:
    with pytest.raises(AnswersError, match=f"{word} is not part of this repository"):
        answer_changes.removed((word,), STORED, HERE)


def test_terraform_cannot_be_removed_twice() -> None:
    with pytest.raises(AnswersError, match="terraform is not part of this repository"):
        answer_changes.removed(("terraform",), {**STORED, "cloud": "none"}, HERE)


def test_what_must_have_a_value_is_set_and_not_removed() -> None:
    with pytest.raises(AnswersError, match="chat needs a value") as stopped:
        answer_changes.removed(("slack",), STORED, HERE)
    assert stopped.value.hint == "scaffold set chat=VALUE puts another in its place"


def test_an_answer_that_no_longer_fits_is_left_to_its_default() -> None:
    resolved = answer_changes.resolved(STORED, {"cloud": "azure"}, HERE, following=True)
    assert resolved["cloud"] == "azure"
    assert "region" not in resolved
    assert resolved["team"] == STORED["team"]


def test_an_answer_that_is_given_with_it_is_taken() -> None:
    resolved = answer_changes.resolved(
        STORED, {"cloud": "azure", "region": "northeurope"}, HERE, following=True
    )
    assert resolved["region"] == "northeurope"


def test_an_answer_to_what_is_no_longer_asked_goes() -> None:
    assert "region" not in answer_changes.resolved(STORED, {"cloud": "none"}, HERE, following=True)
    given: dict[str, object] = {"cloud": "none", "region": "eu-central-1"}
    with pytest.raises(AnswersError, match="region does not apply to these answers") as stopped:
        answer_changes.resolved(STORED, given, HERE, following=True)
    assert stopped.value.message.endswith(": it needs cloud=aws")
    assert stopped.value.hint == "leave region out, or give cloud=aws"


def test_an_answer_that_is_not_asked_names_the_one_that_it_needs() -> None:
    with pytest.raises(AnswersError, match="servers does not apply") as stopped:
        answer_changes.resolved(STORED, {"servers": "2"}, HERE, following=True)
    assert stopped.value.hint == "scaffold set runs_on=server servers=2"


def test_a_value_that_is_given_as_a_question_leads_to_its_question() -> None:
    with pytest.raises(AnswersError, match="unknown question 'kubernetes'") as stopped:
        answer_changes.resolved(STORED, {"kubernetes": "yes"}, HERE, following=True)
    assert stopped.value.hint == "scaffold set runs_on=kubernetes"


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        (
            {"runtime_versoin": "21"},
            "unknown question 'runtime_versoin'",
            "did you mean runtime_version?",
        ),
        (
            {"cloud": "azur"},
            "cloud cannot be 'azur': it is one of aws, azure, none",
            "scaffold set cloud=azure",
        ),
    ],
)
def test_what_is_set_is_checked_as_in_new(
    given: dict[str, object], message: str, hint: str
) -> None:
    with pytest.raises(AnswersError) as stopped:
        answer_changes.resolved(STORED, given, HERE, following=True)
    assert (stopped.value.message, stopped.value.hint) == (message, hint)


def test_every_choice_of_every_question_can_be_meant(tmp_path: Path) -> None:
    for question in answers.questions():
        if question.several:
            for choice in question.choices_given({}):
                assert answer_changes.added((choice.value,), {}, HERE) == {
                    question.name: [choice.value]
                }


@pytest.mark.parametrize("following", [True, False], ids=["set", "update -d"])
@pytest.mark.parametrize(
    ("stored", "kind", "before"),
    [
        ({}, "platform", "service"),
        ({"kind": "service"}, "platform", "service"),
        ({"kind": "platform"}, "service", "platform"),
    ],
    ids=["of an older release", "of a service", "of a platform"],
)
def test_a_repository_stays_of_its_kind(
    stored: dict[str, object], kind: str, before: str, following: bool
) -> None:
    known = {name: answer for name, answer in STORED.items() if name != "kind"} | stored
    with pytest.raises(AnswersError, match=f"a repository of a {before} stays one") as stopped:
        answer_changes.resolved(known, {"kind": kind}, HERE, following=following)
    assert stopped.value.hint == f"scaffold new NAME --data kind={kind} makes another one"


def test_the_kind_that_a_repository_has_may_be_said_again() -> None:
    known = answer_changes.resolved(STORED, {"kind": "service"}, HERE, following=True)
    assert known["kind"] == "service"


def test_a_question_of_another_template_with_the_same_name_may_change(tmp_path: Path) -> None:
    (tmp_path / "copier.yml").write_text(
        "kind: {type: str, choices: [library, program], default: library}\n", encoding="utf-8"
    )
    known = answer_changes.resolved(
        {"kind": "library"}, {"kind": "program"}, tmp_path, following=True
    )
    assert known == {"kind": "program"}
