"""Answers that are typed as KEY=VALUE, or at a prompt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from scaffolder.cli import prompts
from scaffolder.errors import AnswersError
from scaffolder.template import answers
from scaffolder.template.answers import Answer, Repeated


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (("cloud=aws",), {"cloud": "aws"}),
        (("a=b=c",), {"a": "b=c"}),
        (("a=",), {"a": ""}),
        ((), {}),
    ],
)
def test_a_pair_has_a_name_and_a_value(items: tuple[str, ...], expected: dict[str, object]) -> None:
    assert prompts.pairs(items) == expected


def test_several_values_to_one_question_are_repeated() -> None:
    given = prompts.pairs(("ci=github", "ci=gitlab"))
    assert isinstance(given["ci"], Repeated)


@pytest.mark.parametrize("item", ["cloud", "", "cloud aws"])
def test_a_word_without_a_sign_is_refused(item: str) -> None:
    with pytest.raises(AnswersError):
        prompts.pairs((item,))


def asked(name: str, typed: Sequence[str], default: Answer | None) -> tuple[str, str]:
    (question,) = (one for one in answers.questions() if one.name == name)

    def accept(text: object) -> Answer:
        if text not in {"aws", "azure"}:
            raise AnswersError(f"{text} is not offered")
        return str(text)

    @click.command()
    def command() -> None:
        click.echo(f"answer {prompts.ask(question, (), default, accept)}")

    done = CliRunner().invoke(command, input="".join(f"{line}\n" for line in typed))
    return done.stdout, done.stderr


def test_a_question_is_asked_until_the_answer_is_taken() -> None:
    stdout, stderr = asked("cloud", ["mars", "azure"], "aws")
    assert stdout.endswith("answer azure\n")
    assert "mars is not offered" in stderr


def test_enter_takes_the_default() -> None:
    stdout, _ = asked("cloud", [""], "aws")
    assert stdout.endswith("answer aws\n")


def given(*arguments: str, **environment: str) -> dict[str, object]:
    """Return the answers that a command takes from its flags, its variables and --data."""
    found: dict[str, object] = {}

    @click.command()
    @click.argument("name", required=False)
    @click.option("--cloud", envvar="SCAFFOLD_CLOUD")
    @click.option("-d", "data", multiple=True)
    def command(name: str | None, cloud: str | None, data: tuple[str, ...]) -> None:
        found.update(prompts.collect(name, {"cloud": cloud}, data, None, None))

    done = CliRunner().invoke(command, arguments, env=environment, catch_exceptions=False)
    assert done.exit_code == 0
    return found


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        (("shop",), {}, {"service_name": "shop"}),
        (("--cloud", "aws", "-d", "deploy=helm"), {}, {"cloud": "aws", "deploy": "helm"}),
        ((), {"SCAFFOLD_CLOUD": "azure"}, {"cloud": "azure"}),
        (("--cloud", "aws"), {"SCAFFOLD_CLOUD": "azure"}, {"cloud": "aws"}),
        (("-d", "cloud=aws"), {"SCAFFOLD_CLOUD": "azure"}, {"cloud": "aws"}),
        ((), {}, {}),
    ],
)
def test_the_nearest_answer_is_taken(
    arguments: tuple[str, ...], environment: dict[str, str], expected: dict[str, object]
) -> None:
    assert given(*arguments, **environment) == expected


def test_two_values_for_one_answer_are_refused() -> None:
    with pytest.raises(AnswersError):
        given("--cloud", "aws", "-d", "cloud=azure")


def test_a_file_of_answers_is_named_for_the_run(tmp_path: Path) -> None:
    (tmp_path / "answers.yml").write_text("cloud: aws\n")
    with click.Context(click.Command("x")):
        assert prompts.named({}, (), tmp_path / "answers.yml") == {"cloud": "aws"}
        assert prompts.named({}, (), None) == {}
