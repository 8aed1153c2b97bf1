"""Answers: one set of rules for every way in."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from scaffolder.errors import AnswersError
from scaffolder.template import answers

NAME = {"service_name": "my-service"}


def test_complete_takes_defaults_for_what_is_not_given() -> None:
    completed = answers.complete(NAME)
    assert completed["runtime"] == "java"
    assert completed["runtime_version"] == "21"
    assert completed["ci"] == ("github",)


def test_complete_without_a_name_says_how_to_give_one() -> None:
    with pytest.raises(AnswersError, match="service_name has no answer") as raised:
        answers.complete({})
    assert "scaffold new" in raised.value.hint


@pytest.mark.parametrize("name", ["a", "a1", "my-service", "a" * 40, "a-b-c"])
def test_complete_accepts_a_name_within_the_rules(name: str) -> None:
    assert answers.complete({"service_name": name})["service_name"] == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "A",
        "My",
        "1a",
        "-a",
        "a-",
        "a--b",
        "a_b",
        "a.b",
        "é",
        "a b",
        "a\n",
        "\na",
        "../x",
        "/x",
        "a" * 41,
        "a/b",
        "~a",
        "C:x",
    ],
)
def test_complete_refuses_a_name_outside_the_rules(name: str) -> None:
    with pytest.raises(AnswersError, match="service_name cannot be"):
        answers.complete({"service_name": name})


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("organization", "x\ny"),
        ("organization", "$(id)"),
        ("organization", '"'),
        ("team", "x y"),
        ("team", "${{ secrets.X }}"),
        ("region", 'eu-central-1" }'),
        ("region", "eu-central-1\n"),
    ],
)
def test_complete_refuses_text_that_would_mean_something_in_a_generated_file(
    question: str, value: str
) -> None:
    with pytest.raises(AnswersError, match=f"{question} cannot be"):
        answers.complete({**NAME, question: value})


def test_complete_names_the_nearest_choice() -> None:
    with pytest.raises(AnswersError, match="one of") as raised:
        answers.complete({**NAME, "runtime": "jav"})
    assert raised.value.hint == "--runtime java"


def test_complete_names_the_nearest_question() -> None:
    with pytest.raises(AnswersError, match="unknown question 'runtim'") as raised:
        answers.complete({**NAME, "runtim": "java"})
    assert raised.value.hint == "did you mean runtime?"


def test_complete_takes_several_values_as_text_and_as_a_list() -> None:
    assert answers.complete({**NAME, "ci": " github , github"})["ci"] == ("github",)
    assert answers.complete({**NAME, "ci": ["github"]})["ci"] == ("github",)


def test_complete_refuses_a_list_where_one_value_is_asked() -> None:
    with pytest.raises(AnswersError, match="takes one value"):
        answers.complete({**NAME, "runtime": ["java"]})


def test_complete_takes_a_number_for_a_version() -> None:
    assert (
        answers.complete({**NAME, "runtime": "java", "runtime_version": 17})["runtime_version"]
        == "17"
    )


def test_complete_asks_in_order_and_only_where_there_is_a_choice() -> None:
    asked = []

    def ask(
        question: answers.Question,
        choices: tuple[answers.Choice, ...],
        default: answers.Answer | None,
        accept: answers.Accept,
    ) -> answers.Answer:
        asked.append(question.name)
        return accept(
            "my-service"
            if default is None
            else ",".join([default] if isinstance(default, str) else default)
        )

    completed = answers.complete({}, ask=ask)
    assert asked[0] == "service_name"
    assert asked == [name for name in completed if name in asked]
    for question in answers.questions():
        if question.name not in asked and question.name in completed:
            assert len(question.choices_given(completed)) == 1


def test_command_line_gives_the_same_answers_again() -> None:
    completed = answers.complete({**NAME, "runtime": "java", "runtime_version": "8"})
    words = shlex.split(answers.command_line(completed))
    assert words[:3] == ["scaffold", "new", "my-service"]
    again = {
        flag.removeprefix("--").replace("-", "_"): value
        for flag, value in zip(words[3::2], words[4::2], strict=True)
    }
    assert answers.complete({**NAME, **again}) == completed


def test_load_leaves_out_what_copier_itself_wrote(tmp_path: Path) -> None:
    file = tmp_path / "answers.yml"
    file.write_text("_commit: v1\nservice_name: pay-api\nruntime_version: 21\n", encoding="utf-8")
    assert answers.load(file) == {"service_name": "pay-api", "runtime_version": 21}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("a: [", "does not parse"),
        ("- a", "holds no answers"),
        ("", "holds no answers"),
        ("\xff", "holds no answers"),
    ],
)
def test_load_says_what_is_wrong_with_a_file(tmp_path: Path, content: str, complaint: str) -> None:
    file = tmp_path / "answers.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(AnswersError, match=complaint):
        answers.load(file)


def test_load_says_that_a_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(AnswersError, match="No such file"):
        answers.load(tmp_path / "answers.yml")


def test_every_question_has_help_a_flag_and_a_variable() -> None:
    for question in answers.questions():
        assert question.help
        assert question.variable == f"SCAFFOLD_{question.name.upper()}"


@pytest.mark.parametrize(
    ("given", "name", "reason"),
    [
        ({"cloud": "none"}, "accounts", "in no account of a cloud"),
        ({"cluster": "shared"}, "network_range", "only a repository that makes clusters"),
        ({"cloud": "none"}, "outside_production", "only a repository that makes clusters"),
    ],
)
def test_an_answer_that_is_not_asked_is_refused_with_the_reason(
    given: dict[str, str], name: str, reason: str
) -> None:
    with pytest.raises(AnswersError, match=f"{name} does not apply to these answers: .*{reason}"):
        answers.complete({"service_name": "pay", **given, name: "each"})


def test_a_question_without_a_stated_reason_is_refused_without_one() -> None:
    with pytest.raises(AnswersError, match=r"region does not apply to these answers$"):
        answers.complete({"service_name": "pay", "cloud": "none", "region": "eu-central-1"})


CLOSED = """
runs_on: {type: str, choices: [kubernetes, server], default: kubernetes}
deploy:
  type: str
  default: helm
  choices:
    Helm: helm
    Terraform: {value: terraform, validator: "[% if runs_on == 'server' %]there is no cluster[% endif %]"}
_envops:
  {variable_start_string: "[[", variable_end_string: "]]", block_start_string: "[%", block_end_string: "%]"}
"""


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (
            {"runs_on": "server", "deploy": "terraform"},
            "cannot be 'terraform': there is no cluster",
        ),
        ({"runs_on": "server", "deploy": "teraform"}, "cannot be 'teraform': it is one of helm"),
        ({"deploy": "teraform"}, "it is one of helm, terraform"),
    ],
)
def test_complete_gives_the_reason_why_a_choice_is_closed(
    tmp_path: Path, given: dict[str, str], complaint: str
) -> None:
    (tmp_path / "copier.yml").write_text(CLOSED, encoding="utf-8")
    with pytest.raises(AnswersError, match=complaint):
        answers.complete(given, folder=tmp_path)


def test_complete_accepts_a_choice_that_is_open(tmp_path: Path) -> None:
    (tmp_path / "copier.yml").write_text(CLOSED, encoding="utf-8")
    assert answers.complete({"deploy": "terraform"}, folder=tmp_path)["deploy"] == "terraform"
