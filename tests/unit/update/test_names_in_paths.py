"""Another answer that stands in the paths of files: the edits go along, and what people have there is met."""

from __future__ import annotations

from pathlib import Path

import pytest
from updating import Template, commit, contents, fates, git, update

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
        "helm/pay/Chart.yaml": FileAction.NEW,
        "helm/pay/gone.yaml": FileAction.KEPT,
        "helm/pay/values.yaml": FileAction.MERGED,
        "helm/thing/Chart.yaml": FileAction.DELETED,
        "helm/thing/values.yaml": FileAction.DELETED,
    }
    notes = {change.path: change.note for change in outcome.changes}
    assert notes["helm/pay/values.yaml"] == "was helm/thing/values.yaml"
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
