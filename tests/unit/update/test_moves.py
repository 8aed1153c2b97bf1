"""Another answer that stands in the paths of files: the edits go along, and what people have there is met."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from updating import Template, commit, contents, fates, git, update

from scaffolder import cli
from scaffolder.errors import ExitCode
from scaffolder.formats import answers_file
from scaffolder.template import answers
from scaffolder.update import run
from scaffolder.update.merge import FileAction

QUESTIONS = "name: {type: str, default: thing}\ncloud: {type: str, choices: [thing, other], default: thing}\n"
VALUES = "# of [[ name ]]\n" + "".join(f"key{number}: {number}\n" for number in range(12))
OLD, NEW = (VALUES.replace("[[ name ]]", name) for name in ("thing", "pay"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        "helm/[[ name ]]/values.yaml.jinja": VALUES,
        "helm/[[ name ]]/Chart.yaml.jinja": "name: [[ name ]]\n",
        "helm/[[ name ]]/gone.yaml.jinja": "of: [[ name ]]\n",
        "clouds/[[ cloud ]]/main.tf": VALUES,
    }
    return Template.made(tmp_path / "template", files, QUESTIONS).generate(tmp_path / "project")


def test_an_edit_goes_along_with_the_name(project: Path) -> None:
    commit(
        project,
        {
            "helm/thing/values.yaml": OLD.replace("key9: 9", "key9: mine"),
            "helm/thing/gone.yaml": None,
        },
    )
    before = contents(project)
    record = before.pop(answers.FILE)[0]
    outcome = update(project, given={"name": "pay"}, answers_only=True)
    assert fates(outcome) == {
        "helm/pay/Chart.yaml": FileAction.MOVED,
        "helm/pay/gone.yaml": FileAction.KEPT,
        "helm/pay/values.yaml": FileAction.MOVED,
        "helm/thing/Chart.yaml": FileAction.DELETED,
        "helm/thing/values.yaml": FileAction.DELETED,
    }
    notes = {change.path: change.note for change in outcome.changes}
    assert notes["helm/pay/Chart.yaml"] == "was helm/thing/Chart.yaml"
    assert notes["helm/pay/values.yaml"] == "was helm/thing/values.yaml, with your changes"
    assert notes["helm/thing/values.yaml"] == "is now helm/pay/values.yaml"
    assert (project / "helm/pay/values.yaml").read_text() == NEW.replace("key9: 9", "key9: mine")
    assert not (project / "helm/thing").exists()
    commit(project)
    update(project, given={"name": "thing"}, answers_only=True)
    after = contents(project)
    assert answers_file.with_fingerprint(after.pop(answers.FILE)[0], "") == record
    assert after == before


def test_an_edit_of_the_same_line_is_a_conflict_at_the_new_place(project: Path) -> None:
    commit(project, {"helm/thing/values.yaml": OLD.replace("# of thing", "# mine")})
    before = contents(project)
    outcome = update(project, given={"name": "pay"}, answers_only=True)
    assert [(change.path, change.note) for change in outcome.conflicts] == [
        ("helm/pay/values.yaml", "you and the template changed the same lines")
    ]
    assert git(project, "status", "--porcelain", "helm/pay/values.yaml").startswith("UU ")
    run.abort(project)
    assert contents(project) == before


def test_what_people_have_at_the_new_place_is_met_and_the_old_file_kept(project: Path) -> None:
    commit(
        project, {"helm/thing/values.yaml": OLD + "mine\n", "helm/pay/values.yaml": "mine too\n"}
    )
    outcome = update(project, given={"name": "pay"}, answers_only=True)
    assert fates(outcome)["helm/pay/values.yaml"] is FileAction.CONFLICT
    assert fates(outcome)["helm/thing/values.yaml"] is FileAction.KEPT
    assert "mine too\n" in (project / "helm/pay/values.yaml").read_text()


def test_a_choice_is_no_name_and_its_files_go_and_come(project: Path) -> None:
    commit(project, {"clouds/thing/main.tf": VALUES + "mine\n"})
    outcome = update(project, given={"cloud": "other"}, answers_only=True)
    assert fates(outcome) == {
        "clouds/other/main.tf": FileAction.NEW,
        "clouds/thing/main.tf": FileAction.KEPT,
    }


def test_a_moved_file_is_one_line_for_a_person_and_both_paths_for_a_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"of/[[ name ]]/a.txt.jinja": VALUES, "of/[[ name ]]/b.txt": VALUES}
    project = Template.made(tmp_path / "template", files).generate(tmp_path / "project")
    command = ["set", "name=pay", "--path", str(project), "--dry-run"]
    assert cli.run(command) == ExitCode.CLEAN
    out = capsys.readouterr().out
    assert "  moved     of/pay/a.txt   was of/thing/a.txt\n" in out
    assert "of/thing/a.txt   is now" not in out
    assert "  1 updated, 2 moved; nothing was changed\n" in out
    assert cli.run([*command, "--format", "json"]) == ExitCode.CLEAN
    document = json.loads(capsys.readouterr().out)
    assert document["summary"] == {
        "new": 0,
        "updated": 1,
        "moved": 2,
        "merged": 0,
        "conflict": 0,
        "kept": 0,
        "deleted": 2,
        "clean": 1,  # what `updated` was called, for the programs that read version 1
    }
    rows = {row["path"]: (row["state"], row["from"]) for row in document["files"]}
    assert rows["of/pay/a.txt"] == ("moved", "of/thing/a.txt")
    assert rows["of/thing/a.txt"] == ("deleted", "")
    assert rows[".copier-answers.yml"] == ("updated", "")


def test_a_file_that_stays_at_its_old_place_as_well_is_not_moved(tmp_path: Path) -> None:
    template = Template.made(tmp_path / "template", {"a.txt": VALUES})
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"copy/a.txt": VALUES})
    assert fates(update(project)) == {"copy/a.txt": FileAction.NEW}
