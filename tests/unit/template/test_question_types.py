"""Answers of other types than text, in the template of a platform team.

Numbers, booleans, lists and tables, as Copier has them.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from updating import Template, update

from scaffolder import cli, status
from scaffolder.errors import AnswersError, ExitCode
from scaffolder.template import answers
from scaffolder.tools.toolchain import SystemToolchain

QUESTIONS = """\
name: {type: str, default: thing}
port: {type: int, default: 8080, validator: "[% if port < 1024 %]too low[% endif %]"}
replicated: true
zones: {type: int, multiselect: true, choices: [1, 2, 3], default: [1, 2]}
labels: {type: yaml, default: {a: 1}}
size: {type: str, default: small, choices: {S: small, M: {value: middle, validator: "[% if not replicated %]no[% endif %]"}}}
note: {type: str, default: "", when: "[[ replicated ]]"}
where: {type: str, default: "[[ _copier_conf.os ]]", validator: "[% if where == _copier_conf.sep %]no[% endif %]"}
"""
TEXT = "[[ port + 1 ]] [[ 'many' if replicated else 'one' ]] [[ zones | sum ]] [[ labels.a ]] [[ size ]] [[ note ]]\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("kinds")
    return Template.made(place / "template", {"a.txt.jinja": TEXT}, QUESTIONS).generate(
        place / "project"
    )


@pytest.mark.parametrize(
    ("name", "given", "text"),
    [
        ("port", "9000", "9001 many 3 1 small "),
        ("replicated", "no", "8081 one 3 1 small "),
        ("zones", "2,3", "8081 many 5 1 small "),
        ("zones", "[2]", "8081 many 2 1 small "),
        ("labels", "{a: 7}", "8081 many 3 7 small "),
        ("size", "middle", "8081 many 3 1 middle "),
        ("note", "8", "8081 many 3 1 small 8"),
        ("where", "here", "where: here"),
    ],
)
def test_an_answer_of_each_kind_is_given_as_text(
    project: Path, name: str, given: str, text: str
) -> None:
    outcome = update(project, given={name: given}, answers_only=True, diff=True)
    assert name in {one.name for one in outcome.answers}
    assert f"+{text}" in outcome.text.splitlines()


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"port": "80"}, "port cannot be '80': too low"),
        ({"port": "many"}, "port cannot be 'many': must be an integer"),
        ({"zones": "9"}, "zones cannot be '9': it is one of 1, 2, 3"),
        ({"labels": "{a: 7"}, "labels cannot be '{a: 7': must be valid YAML"),
        ({"size": "middle", "replicated": "false"}, "size cannot be 'middle': no"),
        ({"replicated": "false", "note": "x"}, "note does not apply to these answers"),
    ],
)
def test_an_answer_of_another_kind_is_refused(
    project: Path, given: dict[str, object], complaint: str
) -> None:
    with pytest.raises(AnswersError) as stopped:
        update(project, given=given, answers_only=True)
    assert stopped.value.message == complaint


def test_words_mean_the_values_of_every_kind(project: Path) -> None:
    for added, zones in (({"add": ("3",)}, [1, 2, 3]), ({"remove": ("1",)}, [2])):
        outcome = update(project, **added, answers_only=True, dry_run=True)
        assert [(one.name, one.after) for one in outcome.answers] == [("zones", zones)]


def test_a_record_of_every_kind_is_told_apart_from_a_damaged_one(
    project: Path, toolchain: SystemToolchain
) -> None:
    record = project / answers.FILE
    good = record.read_text(encoding="utf-8")
    record.write_text(good.replace("port: 8080", "port: [1]"), encoding="utf-8")
    try:
        with pytest.raises(
            AnswersError, match=r"has an answer that v1\.0\.0 refuses: port takes one value$"
        ):
            status.of(project, toolchain)
    finally:
        record.write_text(good, encoding="utf-8")


@pytest.mark.parametrize("command", ["set", "update -d"])
def test_two_answers_to_a_question_that_takes_one_are_refused(
    command: str, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    words = [*command.split(), "size=small", *command.split()[1:], "size=middle"]
    assert cli.run([*words, "--dry-run"]) == ExitCode.USAGE
    assert capsys.readouterr().err == (
        f"scaffold: size is given twice: small and middle\n  try: scaffold {command} size=middle\n"
    )


@pytest.mark.parametrize("command", ["set", "update -d"])
def test_several_answers_to_a_question_that_takes_several_are_together(
    command: str, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    words = [*command.split(), "zones=3,2", *command.split()[1:], "zones=2"]
    assert cli.run([*words, "--diff", "--quiet"]) in {ExitCode.CLEAN, ExitCode.NO_VERDICT}
    assert "+8081 many 5 1 small \n" in capsys.readouterr().out
