"""Notes as owners read them: wrapped to 80 columns, commands whole, and Markdown once they are de-indented."""

from __future__ import annotations

import dataclasses

from scaffolder.cli import notes as printed
from scaffolder.template.notes import NONE, Note, Notes

NOTE = Note(
    id="deployers-group",
    release="0.6.0",
    title="Deployers are a group",
    changes="The RoleBinding of each environment names the group that Terraform makes, and no longer a user of its own.",
    do="`terraform apply` in terraform/env first.",
    undo="put the user back.",
)


def text(*entries: Note, problems: tuple[str, ...] = ()) -> str:
    return "\n".join(printed.lines(Notes(entries=entries, problems=problems)))


def test_a_note_is_its_title_what_changes_what_to_do_and_what_undoes_it() -> None:
    assert (
        text(NOTE)
        == """
Before you deploy

    Do this from the branch of the update, before you merge it: a merge deploys
    to dev.

  v0.6.0   Deployers are a group
    The RoleBinding of each environment names the group that Terraform makes,
    and no longer a user of its own.

    Do: `terraform apply` in terraform/env first.

    Undo: put the user back."""
    )


def test_nothing_is_printed_where_there_are_no_notes() -> None:
    assert text() == ""
    assert printed.document(NONE) == []


def test_no_line_is_longer_than_80_columns() -> None:
    long = dataclasses.replace(
        NOTE, changes="word " * 60, do="word " * 60, undo="1. " + "word " * 60
    )
    assert max(len(line) for line in text(long).splitlines()) <= 80


def test_a_command_is_never_broken_between_lines() -> None:
    command = "`kubectl --namespace my-service delete rolebinding deployer --ignore-not-found`"
    assert command in text(
        dataclasses.replace(NOTE, do=f"After the first deployment of each environment: {command}")
    )


def test_lines_of_the_author_stay_lines_and_items_are_indented() -> None:
    do = "1. " + "first " * 15 + "\n2. second\n\n    make deploy\n"
    assert text(dataclasses.replace(NOTE, do=do)).split("Do:")[1].split("Undo:")[0] == (
        "\n    1. "
        + " ".join(["first"] * 12)
        + "\n       first first first\n    2. second\n\n        make deploy\n\n    "
    )


def test_what_could_not_be_read_is_said_below_the_notes() -> None:
    assert text(problems=("notes.yml is not a list of notes",)) == (
        "\nBefore you deploy\n\n    Do this from the branch of the update, before you merge it: a merge deploys\n    to dev.\n\n    (notes.yml is not a list of notes)"
    )


def test_a_note_without_a_release_or_a_title_has_a_line_of_its_own_as_well() -> None:
    assert "\n  v?   deployers-group\n" in text(dataclasses.replace(NOTE, release="", title=""))
    assert "\n  next   Deployers are a group\n" in text(dataclasses.replace(NOTE, release="next"))


def test_the_document_has_the_fields_that_owners_need() -> None:
    assert printed.document(Notes(entries=(NOTE,))) == [
        {
            "id": "deployers-group",
            "release": "v0.6.0",
            "title": NOTE.title,
            "changes": NOTE.changes,
            "do": NOTE.do,
            "undo": NOTE.undo,
        }
    ]
