"""Which notes a notes.yml holds, and which of them apply: nothing is hidden, and nothing stops an update."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from support import ROOT
from updating import QUESTIONS, Template, git, lay

from scaffolder.template import notes, releases
from scaffolder.template.notes import Notes
from scaffolder.tools.toolchain import SystemToolchain
from tools import release

pytestmark = pytest.mark.only_git


def entry(**fields: object) -> dict[str, object]:
    texts = {name: f"{name} of it" for name in ("title", "changes", "do", "undo")}
    return {"id": "a-note", "release": "1.1.0", **texts, **fields}


def written(*entries: dict[str, object]) -> str:
    return yaml.safe_dump(list(entries), sort_keys=False)


def ids(found: Notes) -> list[str]:
    return [note.id for note in found.entries]


def test_an_entry_has_its_texts_and_globs() -> None:
    (note,) = notes.parse(
        written(entry(when="cloud != 'azure'", objects=["RoleBinding/*"]))
    ).entries
    assert (note.id, note.release, note.title, note.do) == (
        "a-note",
        "1.1.0",
        "title of it",
        "do of it",
    )
    assert (note.when, note.objects) == ("cloud != 'azure'", ("RoleBinding/*",))


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "[]\n"])
def test_a_file_without_entries_has_no_notes(text: str) -> None:
    assert notes.parse(text) == Notes()


def test_several_steps_are_a_numbered_list() -> None:
    (note,) = notes.parse(written(entry(do=["first", "second"]))).entries
    assert note.do == "1. first\n2. second"


@pytest.mark.parametrize(
    ("written_as", "read_as"),
    [("[[ cloud ]]", "cloud"), ("{{ cloud }}", "cloud"), (True, "True"), (None, "")],
)
def test_a_condition_is_an_expression_however_it_is_marked(
    written_as: object, read_as: str
) -> None:
    (note,) = notes.parse(written(entry(when=written_as))).entries
    assert note.when == read_as


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        (r"\e[31mred\e[0m", "red"),
        (r"\u009b2Jgone", "gone"),
        (r"a\u202Eb\u2066c", "abc"),
        (r"\e]0;title\abell", "bell"),
        (r"\e]8;;https://evil.example\e\\link", "link"),
        (r"back\b\0\rspace", "backspace"),
        (r"\ecreset", "reset"),
    ],
)
def test_a_terminal_obeys_nothing_in_a_note(sent: str, left: str) -> None:
    (note,) = notes.parse(f'- {{id: "{sent}", title: "{sent}", do: ["{sent}"]}}\n').entries
    assert (note.id, note.title, note.do) == (left, left, f"1. {left}")


MALFORMED = {
    "a: [": "notes.yml is not YAML: ",
    "a: 1": "notes.yml is not a list of notes",
    "word": "notes.yml is not a list of notes",
    "- word": "notes.yml: entry 1 is not a note",
    "- id: x\n  title: y\n": "x lacks release, changes, do, undo",
    "- title: y\n": "entry 1 lacks release, changes, do, undo",
    "- 2026-99-99\n": "notes.yml is not YAML: ",
    "&a [*a]": "notes.yml: entry 1 is not a note",
    "- {id: x, release: {a: b}, title: [[y]], changes: c, do: d, undo: e}": "x lacks release, title",
    "#" * (notes.LARGEST + 1): "notes.yml is longer than",
    written(entry(release="next")): "a-note names the release next, which is not X.Y.Z",
    written(entry(release=1.1)): "a-note names the release 1.1, which is not X.Y.Z",
}


@pytest.mark.parametrize("text", MALFORMED)
def test_what_is_malformed_is_said_and_raises_nothing(text: str) -> None:
    assert notes.parse(text).problems[0].startswith(MALFORMED[text])


def test_an_entry_that_lacks_something_is_kept_beside_whole_ones() -> None:
    found = notes.parse(written({"id": "half", "title": "Half"}, entry()) + "- word\n")
    assert ids(found) == ["half", "a-note"]
    assert len(found.problems) == 2


@pytest.fixture
def template(tmp_path: Path) -> Template:
    questions = (
        QUESTIONS
        + "cloud: {type: str, default: aws, choices: [aws, azure, none]}\nci: {type: str, default: x}\n"
    )
    return Template.made(tmp_path / "template", {"a.txt": "a\n"}, questions)


def add(template: Template, version: str, text: str, questions: str = "") -> None:
    lay(template.folder, {notes.FILE: text})
    known = (
        (template.folder / "copier.yml")
        .read_text(encoding="utf-8")
        .split("keep_trailing_newline: true}\n")[1]
    )
    template.release(version, {}, known + questions)


def brought(
    template: Template, old: str, new: str, toolchain: SystemToolchain, **answers: object
) -> Notes:
    history = releases.at(str(template.folder), toolchain)
    given = {"name": "thing", "cloud": "aws", "ci": "x", **answers}
    return notes.brought(history, history.named(old), history.named(new), given, toolchain)


def test_an_update_brings_what_is_newer_than_the_old_release_and_not_than_the_new(
    template: Template, toolchain: SystemToolchain
) -> None:
    releases = ("1.0.0", "1.1.0", "1.2.0", "1.3.0")
    text = written(*(entry(id=f"of-{version}", release=version) for version in releases))
    add(template, "1.1.0", text)
    add(template, "1.2.0", text)
    assert ids(brought(template, "1.0.0", "1.2.0", toolchain)) == ["of-1.1.0", "of-1.2.0"]
    assert ids(brought(template, "1.1.0", "1.2.0", toolchain)) == ["of-1.2.0"]
    assert brought(template, "1.2.0", "1.2.0", toolchain) == Notes()


def test_numbers_are_compared_as_numbers(template: Template, toolchain: SystemToolchain) -> None:
    add(template, "1.10.0", written(entry(release="v1.10.0")))
    assert ids(brought(template, "1.0.0", "1.10.0", toolchain)) == ["a-note"]


def test_a_note_about_a_change_of_answers_comes_with_that_change_alone(
    template: Template, toolchain: SystemToolchain
) -> None:
    add(template, "1.1.0", written(entry(at="set", when="cloud == 'azure'"), entry(id="update")))
    history = releases.at(str(template.folder), toolchain)
    aws, azure = ({"name": "x", "cloud": one, "ci": "x"} for one in ("aws", "azure"))

    def said(before: dict[str, str], after: dict[str, str]) -> list[str]:
        return ids(notes.chosen(history, history.named("1.1.0"), before, after, toolchain))

    assert said(aws, azure) == ["a-note"]
    assert [said(azure, azure), said(azure, aws), said(aws, aws)] == [[], [], []]
    assert ids(brought(template, "1.0.0", "1.1.0", toolchain, cloud="azure")) == ["update"]
    taken = notes.taken(history, history.named("1.1.0"), azure, toolchain)
    assert ids(taken) == ["update"]


def test_a_note_is_about_an_update_or_a_change_of_answers() -> None:
    text = written(entry(at="night"), entry(id="other", at="set"))
    assert notes.defects(text, "1.1.0", ROOT) == (
        "a-note: `at: night` is not set, the one moment beside an update",
    )


def test_a_condition_is_asked_of_the_answers(
    template: Template, toolchain: SystemToolchain
) -> None:
    add(
        template,
        "1.1.0",
        written(entry(when="cloud != 'azure' and 'x' in ci"), entry(id="never", when=False)),
    )
    assert ids(brought(template, "1.0.0", "1.1.0", toolchain)) == ["a-note"]
    assert brought(template, "1.0.0", "1.1.0", toolchain, cloud="azure") == Notes()


def test_a_question_of_the_new_release_has_its_default_and_a_computed_value_is_known(
    template: Template, toolchain: SystemToolchain
) -> None:
    questions = "level: {type: str, default: right}\nsome_cloud: {type: bool, when: false, default: \"[[ cloud != 'none' ]]\"}\n"
    entries = (
        entry(id="new", when="level | default('work') == 'right'"),
        entry(id="computed", when="some_cloud"),
    )
    add(template, "1.1.0", written(*entries), questions)
    assert ids(brought(template, "1.0.0", "1.1.0", toolchain)) == ["new", "computed"]
    assert ids(brought(template, "1.0.0", "1.1.0", toolchain, cloud="none", level="work")) == []


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ("nowhere == 1", "'nowhere' is undefined"),
        ("cloud ==", "unexpected"),
        ("cloud | no_filter", "No filter named 'no_filter'"),
        ("ci.__class__.__mro__", "is unsafe"),
        ("1 / 0", "division by zero"),
        ("cloud + 1", "can only concatenate"),
        ("cloud | regex_search('(')", "missing )"),
        ("cloud | from_yaml == '[' | from_yaml", "while parsing"),
    ],
)
def test_a_condition_that_fails_hides_nothing_and_is_said(
    when: str, reason: str, template: Template, toolchain: SystemToolchain
) -> None:
    add(template, "1.1.0", written(entry(when=when)))
    found = brought(template, "1.0.0", "1.1.0", toolchain)
    assert ids(found) == ["a-note"]
    assert found.problems[0].startswith(
        f"a-note may not concern this repository: `when: {when}` fails: "
    )
    assert reason in found.problems[0]


def test_a_release_that_is_no_number_applies(
    template: Template, toolchain: SystemToolchain
) -> None:
    add(template, "1.1.0", written(entry(release="soon")))
    assert ids(brought(template, "1.0.0", "1.1.0", toolchain)) == ["a-note"]


def test_a_template_without_the_file_has_no_notes(
    template: Template, toolchain: SystemToolchain
) -> None:
    template.release("1.1.0", {"b.txt": "b\n"})
    assert brought(template, "1.0.0", "1.1.0", toolchain) == Notes()


def test_notes_that_a_template_of_ones_own_merges_are_new_with_its_own_release(
    tmp_path: Path, toolchain: SystemToolchain
) -> None:
    template = Template.made(tmp_path / "theirs", {"a.txt": "a\n"})
    git(template.folder, "branch", "own")
    add(template, "1.1.0", written(entry()))
    git(template.folder, "checkout", "--quiet", "own")
    template.release("50.0.0", {"own.txt": "own\n"})
    git(template.folder, "merge", "--quiet", "-X", "ours", "--message", "merged", "main")
    template.release("51.0.0", {"own.txt": "more\n"})
    template.release("52.0.0", {"own.txt": "most\n"})
    assert ids(brought(template, "50.0.0", "51.0.0", toolchain)) == ["a-note"]
    assert ids(brought(template, "51.0.0", "52.0.0", toolchain)) == []
    git(template.folder, "tag", "--delete", "v1.1.0")
    assert ids(brought(template, "50.0.0", "51.0.0", toolchain)) == ["a-note"]
    assert ids(brought(template, "51.0.0", "52.0.0", toolchain)) == []


def test_what_is_taken_are_the_notes_up_to_the_release(
    template: Template, toolchain: SystemToolchain
) -> None:
    add(
        template,
        "1.1.0",
        written(
            entry(), entry(id="azure", when="cloud == 'azure'"), entry(id="later", release="2.0.0")
        ),
    )
    history = releases.at(str(template.folder), toolchain)
    found = notes.taken(history, history.newest, {"cloud": "aws"}, toolchain)
    assert ids(found) == ["a-note"]


def test_the_notes_of_this_checkout_are_in_order() -> None:
    text = (ROOT / notes.FILE).read_text(encoding="utf-8")
    assert notes.defects(text, "999.0.0", ROOT) == ()


DEFECTS = {
    "release 0.7.0 is newer than the one that is made, 0.6.0": entry(release="0.7.0"),
    "lacks undo": entry(undo=""),
    "names the release soon, which is not X.Y.Z": entry(release="soon"),
    "the id is not in kebab-case": entry(id="A note"),
    "no note has also": entry(also="x"),
    "reads clouds, which copier.yml does not have": entry(when="clouds == 'aws'"),
    "is not an expression": entry(when="cloud =="),
}


@pytest.mark.parametrize("said", DEFECTS)
def test_a_release_with_a_malformed_or_newer_note_is_refused(said: str) -> None:
    defective = {"release": "0.6.0", **{k: v for k, v in DEFECTS[said].items() if v != "1.1.0"}}
    with pytest.raises(SystemExit, match=said):
        release.refuse_notes(written(defective), "0.6.0")


def test_a_release_whose_notes_are_in_order_is_not_refused() -> None:
    release.refuse_notes(
        written(entry(release="0.6.0", when="some_cloud and 'github' in ci")), "0.6.0"
    )


def test_an_id_is_used_once() -> None:
    with pytest.raises(SystemExit, match="a-note: the id is used more than once"):
        release.refuse_notes(written(entry(release="0.5.0"), entry(release="0.6.0")), "0.6.0")
