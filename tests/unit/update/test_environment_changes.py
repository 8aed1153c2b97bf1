"""An environment is added at its place or removed, and what cannot be is refused in one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from updating import Template, commit

from scaffolder import cli
from scaffolder.errors import AnswersError, ExitCode
from scaffolder.template import answers
from scaffolder.update import environment_changes

USUAL = ("dev", "qa", "prod")
QUESTION = "environments: {type: yaml, default: [dev, qa, prod]}\n"
FILE = "[% yield name from environments %][[ name ]].txt[% endyield %].jinja"
TABLE = "[% for name in environments %][[ name ]] = ID\n[% endfor %]"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    files = {FILE: "[[ name ]]\n", "table.txt.jinja": TABLE}
    return Template.made(tmp_path_factory.mktemp("made") / "template", files, QUESTION)


@pytest.fixture
def project(template: Template, tmp_path: Path) -> Path:
    return template.generate(tmp_path / "project")


@pytest.mark.parametrize(
    ("names", "after", "wanted"),
    [
        (["staging"], "", "dev,qa,staging,prod"),
        (["staging"], "qa", "dev,qa,staging,prod"),
        (["test"], "dev", "dev,test,qa,prod"),
        (["test", "uat"], "dev", "dev,test,uat,qa,prod"),
    ],
)
def test_an_environment_goes_to_its_place(names: list[str], after: str, wanted: str) -> None:
    assert ",".join(environment_changes.added(names, USUAL, after=after)) == wanted


@pytest.mark.parametrize(
    ("names", "after", "said"),
    [
        (["qa"], "", "the environment qa is there already"),
        (["a1", "b2", "c3"], "", "dev, qa, prod, a1, b2, c3 are more than 5 environments"),
        (["dr"], "prod", "prod is production, and nothing comes after it"),
        (["dr"], "uat", "unknown environment uat"),
    ],
)
def test_what_cannot_be_added(names: list[str], after: str, said: str) -> None:
    with pytest.raises(AnswersError) as raised:
        environment_changes.added(names, USUAL, after=after)
    assert raised.value.message == said


@pytest.mark.parametrize(
    ("names", "here", "said"),
    [
        (["uat"], USUAL, "unknown environment uat"),
        (["prod"], USUAL, "prod is production, and is not removed"),
        (["dev"], ("dev", "prod"), "prod would be the only environment"),
    ],
)
def test_what_cannot_be_removed(names: list[str], here: tuple[str, ...], said: str) -> None:
    with pytest.raises(AnswersError) as raised:
        environment_changes.removed(names, here)
    assert raised.value.message == said


def test_a_record_from_before_the_question_has_the_usual_ones(tmp_path: Path) -> None:
    (tmp_path / answers.FILE).write_text("_commit: v0.8.0\n_src_path: x\ncloud: aws\n")
    assert environment_changes.current(tmp_path) == USUAL


def test_the_command_adds_and_keeps_what_the_owner_filled_in(project: Path) -> None:
    commit(project, {"table.txt": "dev = 1\nqa = 2\nprod = 3\n", "qa.txt": "qa, ours\n"})
    assert cli.run(["add", "environment", "staging", "--path", str(project)]) == ExitCode.CLEAN
    assert (project / "table.txt").read_text() == "dev = 1\nqa = 2\nstaging = ID\nprod = 3\n"
    assert (project / "qa.txt").read_text() == "qa, ours\n"
    assert (project / "staging.txt").read_text() == "staging\n"
    assert environment_changes.current(project) == ("dev", "qa", "staging", "prod")


def test_a_dry_run_is_one_document_and_changes_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["add", "environment", "staging", "--after", "dev", "--dry-run", "--format", "json"]
    assert cli.run([*words, "--path", str(project)]) == ExitCode.CLEAN
    said = json.loads(capsys.readouterr().out)
    (answer,) = said["answers"]
    assert answer["after"] == ["dev", "staging", "qa", "prod"]
    assert {"path": "staging.txt", "state": "new", "note": "", "from": ""} in said["files"]
    assert said["taken"] is False
    assert not (project / "staging.txt").exists()


def test_the_command_removes_the_files_of_one(project: Path) -> None:
    assert cli.run(["remove", "environment", "qa", "--path", str(project)]) == ExitCode.CLEAN
    assert not (project / "qa.txt").exists()
    assert (project / "dev.txt").exists()


def test_set_replaces_all_of_them(project: Path) -> None:
    assert cli.run(["set", "environments=int,live", "--path", str(project)]) == ExitCode.CLEAN
    assert environment_changes.current(project) == ("int", "live")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["environment"], "add environment takes a name"),
        (["jenkins", "--after", "qa"], "--after goes with an environment"),
        (["environment", "qa"], "the environment qa is there already"),
    ],
)
def test_a_refusal_is_one_sentence(
    words: list[str], said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["add", *words, "--path", str(project)]) == ExitCode.USAGE
    assert f"scaffold: {said}\n" in capsys.readouterr().err
