"""A question that takes another type of answer from a release on: it is named, with what to type."""

from __future__ import annotations

from pathlib import Path

import pytest
from updating import QUESTIONS, Template, update

from scaffolder import cli
from scaffolder.errors import AnswersError, ExitCode, RenderError
from scaffolder.template import answers

OLD = {
    "text": "c: {type: str, default: abc}\n",
    "brace": "c: {type: str, default: '{['}\n",
    "list": "c: {type: str, multiselect: true, choices: [a, b], default: [a]}\n",
    "yes or no": "c: {type: bool, default: true}\n",
    "tree": "c: {type: yaml, default: '{a: 1}'}\n",
}
NEW = {
    "int": "c: {type: int, default: 4}\n",
    "json": "c: {type: json, default: '{}'}\n",
    "yaml": "c: {type: yaml, default: '[]'}\n",
    "str": "c: {type: str, default: x}\n",
    "number of a list": "c: {type: int, choices: [1, 2], default: 1}\n",
    "list": "c: {type: str, multiselect: true, choices: [a, b], default: [a]}\n",
    "where it is asked": "c: {type: int, default: 3, when: \"[[ name == 'thing' ]]\"}\n",
}


@pytest.mark.parametrize(
    ("old", "new", "given"),
    [
        ("text", "where it is asked", "9"),
        ("text", "json", "{}"),
        ("text", "list", "b"),
        ("text", "number of a list", "2"),
        ("brace", "yaml", "[]"),
        ("list", "str", "y"),
        ("yes or no", "list", "b"),
        ("tree", "int", "9"),
    ],
)
def test_a_question_of_another_type_is_named_and_an_answer_goes_on(
    tmp_path: Path, old: str, new: str, given: str
) -> None:
    template = Template.made(tmp_path / "template", {"a.txt": "a\n"}, QUESTIONS + OLD[old])
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"a.txt": "b\n"}, QUESTIONS + NEW[new])
    with pytest.raises(AnswersError, match=r"\bc (is|cannot be|takes)\b") as stopped:
        update(project)
    assert "scaffold update -d c=VALUE" in stopped.value.hint
    assert stopped.value.exit_code == ExitCode.USAGE
    assert cli.run(["update", str(project), "-d", f"c={given}"]) == ExitCode.CLEAN
    assert answers.recorded(project).commit == "v1.1.0"


def test_all_questions_of_another_type_are_named_at_once(tmp_path: Path) -> None:
    two = QUESTIONS + OLD["text"] + "e: {type: str, default: xyz}\n"
    template = Template.made(tmp_path / "template", {"a.txt": "a\n"}, two)
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {}, QUESTIONS + NEW["int"] + "e: {type: float, default: 0.5}\n")
    with pytest.raises(
        AnswersError, match=r"v1\.1\.0 refuses .*c cannot be 'abc'.*e cannot be 'xyz'"
    ) as stopped:
        update(project)
    assert stopped.value.hint == "scaffold update -d c=VALUE -d e=VALUE"


def test_a_release_that_does_not_render_for_another_reason_names_no_question(
    tmp_path: Path,
) -> None:
    template = Template.made(tmp_path / "template", {"a.txt": "a\n"}, QUESTIONS + OLD["text"])
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"b.txt.jinja": "[[ 1 / 0 ]]\n"}, QUESTIONS + OLD["text"])
    with pytest.raises(RenderError, match="division by zero"):
        update(project)
