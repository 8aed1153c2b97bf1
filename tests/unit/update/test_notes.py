"""Steps for owners before they deploy: updates and the status print the notes that apply."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from updating import QUESTIONS, Template, commit, git, lay

from scaffolder import cli
from scaffolder.template import notes

pytestmark = pytest.mark.only_git

ENTRIES = [
    {
        "id": "group",
        "release": "1.1.0",
        "when": "cloud != 'azure'",
        "title": "Deployers are a group",
        "changes": "The RoleBinding names a group.",
        "do": "`make platform` first.",
        "undo": "put the user back.",
    },
    {
        "id": "azure-only",
        "release": "1.1.0",
        "when": "cloud == 'azure'",
        "title": "Only on Azure",
        "changes": "c",
        "do": "d",
        "undo": "u",
    },
]
WHERE = """
    Do this from the branch of the update, before you merge it: a merge deploys
    to dev.
"""
BLOCK = f"""
Before you deploy
{WHERE}
  v1.1.0   Deployers are a group
    The RoleBinding names a group.

    Do: `make platform` first.

    Undo: put the user back.
"""
NOTE = {
    "id": "group",
    "release": "v1.1.0",
    "title": "Deployers are a group",
    "changes": "The RoleBinding names a group.",
    "do": "`make platform` first.",
    "undo": "put the user back.",
}
CLOUD = QUESTIONS + "cloud: {type: str, default: aws, choices: [aws, azure]}\n"


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return Template.made(tmp_path / "template", {"a.txt": "a\n"}, CLOUD)


@pytest.fixture
def project(template: Template, tmp_path: Path) -> Path:
    """A repository at v1.0.0; v1.1.0, which is out, has two notes."""
    made = template.generate(tmp_path / "project")
    lay(template.folder, {notes.FILE: yaml.safe_dump(ENTRIES)})
    template.release("1.1.0", {"a.txt": "b\n"}, CLOUD)
    return made


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert cli.run([*words]) == code
    return capsys.readouterr().out


def test_an_update_prints_its_notes_before_what_to_type_next(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert f"{BLOCK}\nNext    cd " in said(capsys, "update", str(project))
    assert notes.FILE not in {path.name for path in project.iterdir()}


@pytest.mark.parametrize("option", ["--dry-run", "--diff", "--check", "--quiet"])
def test_every_way_to_update_prints_them(
    option: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["update", option, str(project)]) in {
        0,
        3,
    }  # 3: nothing of this repository can be checked
    assert BLOCK in capsys.readouterr().out


def test_an_update_with_conflicts_prints_them(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(project, {"a.txt": "mine\n"})
    assert BLOCK in said(capsys, "update", str(project), code=1)


def test_the_document_of_an_update_has_them(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(said(capsys, "update", "--format", "json", str(project)))
    assert (document["notes"], document["note_problems"]) == ([NOTE], [])


def test_the_answers_after_the_update_decide(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(
        said(capsys, "update", "-d", "cloud=azure", "--format", "json", str(project))
    )
    assert [note["id"] for note in document["notes"]] == ["azure-only"]


def test_an_update_that_has_nothing_to_do_prints_none(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "update", str(project))
    git(project, "commit", "--quiet", "--message", "update")
    assert said(capsys, "update", str(project)) == "project: v1.1.0, nothing to do\n"


def test_other_answers_at_the_same_release_bring_none(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Before you deploy" not in said(capsys, "set", "--path", str(project), "cloud=azure")


def test_the_status_prints_what_a_newer_release_brings(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert f"{BLOCK}\nNext    scaffold update --dry-run" in said(capsys, "status", str(project))
    document = json.loads(said(capsys, "status", "--format", "json", str(project)))
    assert (document["notes"], document["note_problems"]) == ([NOTE], [])


def test_the_status_of_an_updated_repository_has_them_on_request(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "update", str(project))
    assert "Deployers are a group" not in said(capsys, "status", str(project))
    taken = BLOCK.replace(f"Before you deploy\n{WHERE}", "Notes of the releases up to v1.1.0\n")
    assert taken in said(capsys, "status", "--verbose", str(project))


@pytest.mark.parametrize("text", ["- [", "word\n", "- 1\n", "\x00"])
def test_a_malformed_file_stops_nothing_and_is_said(
    text: str, template: Template, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lay(template.folder, {notes.FILE: text})
    template.release("1.2.0", {"a.txt": "c\n"}, CLOUD)
    for command in ("status", "update"):
        assert f"\nBefore you deploy\n{WHERE}\n    (notes.yml" in said(
            capsys, command, str(project)
        )
    assert (project / "a.txt").read_text(encoding="utf-8") == "c\n"


def test_a_folder_or_a_link_in_its_place_stops_nothing(
    template: Template, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lay(template.folder, {notes.FILE: None, f"{notes.FILE}/a.txt": "a\n"})
    template.release("1.2.0", {"a.txt": "c\n"}, CLOUD)
    assert "v1.0.0 to v1.2.0" in said(capsys, "update", str(project))


def test_a_change_of_answers_prints_its_own_notes(
    template: Template, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = {**ENTRIES[1], "id": "moved", "at": "set", "title": "The cloud is another one"}
    lay(template.folder, {notes.FILE: yaml.safe_dump([*ENTRIES, moved])})
    template.release("1.1.0", {"a.txt": "[[ cloud ]]\n"}, CLOUD)
    project = template.generate(tmp_path / "moved")
    there = said(capsys, "set", "cloud=azure", "--path", str(project))
    assert "v1.1.0   The cloud is another one" in there
    commit(project)
    back = said(capsys, "set", "cloud=aws", "--path", str(project))
    assert "Before you deploy" not in back
    assert "Only on Azure" not in there
