"""Every lab has its form and says enough, and not too much; `make lab-proof` proves each."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffolder.errors import AnswersError
from scaffolder.lab import course, judging, lab, lab_file, lab_proof, steps
from scaffolder.lab.lab import Lab, LabFile
from scaffolder.lab.lab_file import LabError
from scaffolder.lab.lab_proof import LabProof
from scaffolder.lab.work import FOLDER

LONGEST = 20
"""Words of a sentence: not everyone's first language is English."""

LABS = [pytest.param(one, id=one.id) for one in lab.every()]
FORMS = [
    pytest.param(one.of(form), id=f"{one.id}-{number}")
    for one in lab.every()
    for number, form in enumerate(one.forms)
]
SMALL: dict[str, Any] = {
    "id": "small",
    "number": 1,
    "title": "Small",
    "minutes": 1,
    "pillar": "tools",
    "windows": "All of it.",
    "needs": "Git.",
    "try": "`scaffold lab check`",
    "forms": [{"track": "java"}, {"track": "node"}],
    "situation": "Red.",
    "task": "Green.",
    "answers": {"service_name": "small"},
    "start": [{"kind": "edit", "file": "a", "old": "[[track]]", "new": "b"}],
    "criteria": [{"id": "c", "kind": "unchanged", "file": "a", "title": "A stays"}],
    "hints": ["1", "2", "3"],
    "then": [],
    "shown": "a",
    "cheats": [{"name": "n", "steps": [], "red": ["c"]}],
    "learnt": "L.",
    "question": "Q?",
}


def small(**changed: Any) -> LabFile:
    return lab.read("small", yaml.safe_dump({**SMALL, **changed}))


def words(text: str) -> set[str]:
    return {word.rstrip(".") for word in re.findall(r"[a-z0-9][a-z0-9._-]*", text.lower())}


def sentences(one: Lab) -> Iterator[str]:
    _, *shown = one.shown.split("\n\n")
    titles = [criterion.title for criterion in one.criteria]
    texts = (one.situation, one.task, one.learnt, one.question, one.windows)
    for text in (*texts, *one.hints, *shown, *titles):
        yield from re.split(r"(?<=[.?!:;])\s+", text)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"pillar": "luck"}, "pillar must be one of culture"),
        ({"id": "other"}, "the id must be the name of the file"),
        ({"forms": []}, "forms must be a list"),
        ({"forms": [{"a": "1"}, {"b": "1"}]}, "all forms must have the same values"),
        ({"forms": [{"track": 8}]}, "the values of a form must be texts"),
        ({"start": [{"kind": "shell", "run": "rm"}]}, "'shell' is no kind: edit"),
        ({"start": [{"kind": "edit"}]}, "edit: missing or unknown: file"),
        ({"then": [{"kind": "copy", "file": "a", "to": "b", "mode": 1}]}, "unknown: mode"),
        ({"criteria": [{"kind": "others"}]}, "a criterion needs id, kind and title"),
        ({"criteria": [{"id": "c", "kind": "luck", "title": "t"}]}, "'luck' is no kind"),
        ({"hints": ["1"]}, "there must be 3 hints"),
        ({"cheats": [{"name": "n", "steps": [], "red": ["x"]}]}, "no criterion x"),
        ({"cheats": [{"name": "n"}]}, "a cheat needs name, steps and red"),
        ({"points": 3}, "missing or unknown keys: points"),
        ({"task": "[[colour]]"}, "[[colour]] is no value of a form"),
    ],
)
def test_a_file_of_another_form_is_refused_with_one_error(
    changed: dict[str, Any], says: str
) -> None:
    with pytest.raises(LabError, match=re.escape(says)):
        small(**changed)


def test_a_file_that_is_no_mapping_is_refused() -> None:
    with pytest.raises(LabError, match="must be a mapping"):
        lab.read("small", "- a")


def test_values_of_the_form_are_filled_in_and_other_forms_left_out() -> None:
    edit = {"kind": "edit", "file": "a", "append": "x", "when": {"track": "node"}}
    one = small(then=[edit])
    assert one.of({"track": "java"}).then == ()
    assert one.of({"track": "node"}).then[0].values == {"file": "a", "append": "x"}
    assert one.of({"track": "java"}).start[0].values["old"] == "java"


def test_a_track_that_a_lab_has_not_is_refused() -> None:
    one = small()
    assert one.tracks == ("java", "node")
    assert one.of_track("node") == ({"track": "node"},)
    with pytest.raises(AnswersError, match="lab 1 has no track 'cobol'"):
        one.of_track("cobol")


def test_every_kind_is_known_to_who_carries_it_out() -> None:
    assert set(steps.KINDS) == set(lab_file.STEPS)
    assert {*judging.KINDS, "check", "others"} == set(lab_file.CRITERIA)


@pytest.mark.parametrize("one", LABS)
def test_a_lab_is_complete(one: LabFile) -> None:
    found = one.of(one.forms[0])
    assert [each.number for each in lab.every()] == sorted({each.number for each in lab.every()})
    assert found.question.endswith("?")
    assert found.cheats
    assert any(not criterion.red for criterion in found.criteria), "nothing guards what must stay"
    assert any(criterion.red for criterion in found.criteria)


@pytest.mark.parametrize("one", FORMS)
def test_sentences_are_short(one: Lab) -> None:
    for sentence in sentences(one):
        assert len(sentence.split()) <= LONGEST, sentence


@pytest.mark.parametrize("one", FORMS)
def test_the_situation_has_no_word_of_the_solution(one: Lab) -> None:
    told = words(f"{one.title} {one.situation}")
    for step in (*one.then, *one.solution):
        named = {str(step.values[key]) for key in ("file", "id") if key in step.values}
        assert not {Path(name).name.lower() for name in named} & told
        before = words(str(step.values.get("old", "")))
        changed = words(str(step.values.get("new", ""))) ^ before
        assert not {word for word in changed if len(word) > 3 and not word.isalpha()} & told
    assert not one.checks & set(one.situation.split())


@pytest.mark.parametrize("one", FORMS)
def test_the_third_hint_says_what_to_write(one: Lab) -> None:
    for step in one.then:
        if str(step.values.get("file", "")).startswith("docs/postmortems/"):
            continue  # words of the student's own
        if step.kind == "edit" and (text := str(step.values.get("new", "")).strip()):
            assert text.splitlines()[0] in one.hints[2]
            assert step.values["file"] in one.hints[2]


def test_a_start_that_was_killed_is_no_hindrance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    left = tmp_path / FOLDER / ".start-abc/works-on-my-machine"
    left.mkdir(parents=True)
    course.start(FOLDER, lab.required("1"), track="python")
    kept = sorted(entry.name for entry in FOLDER.iterdir())
    assert kept == [".works-on-my-machine", "lab.json", "works-on-my-machine"]


@cache
def proofs(half: int) -> tuple[list[LabProof], list[str]]:
    """The proof of half of the labs in each form, and the names of what it left in an empty home."""
    labs = [one for one in lab.every() if half_of(one) == half]
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as home:
        patch.setenv("HOME", home)
        found = list(lab_proof.prove(labs))
        return found, [str(path.relative_to(home)) for path in Path(home).rglob("*")]


def half_of(one: LabFile) -> int:
    """Labs 1 and 6 wait longest; those that start from the same repository are together."""
    return int(one.number in {1, 6})


def in_its_worker(half: int) -> pytest.MarkDecorator:
    return pytest.mark.xdist_group(f"lab-proofs-{half}")


@pytest.mark.lab
@pytest.mark.programs
@pytest.mark.parametrize(
    "one", [pytest.param(one, id=one.id, marks=in_its_worker(half_of(one))) for one in lab.every()]
)
def test_a_lab_is_proven(one: LabFile) -> None:
    of_lab = [proof for proof in proofs(half_of(one))[0] if proof.lab == one]
    assert {proof.name: proof.problems for proof in of_lab} == {proof.name: () for proof in of_lab}
    tracks = {proof.form.get("track") for proof in of_lab if not proof.not_here}
    assert tracks == set(one.tracks or [None]), "a track cannot be proven here"


@pytest.mark.lab
@pytest.mark.programs
@pytest.mark.parametrize("half", [pytest.param(half, marks=in_its_worker(half)) for half in (0, 1)])
def test_no_proof_writes_into_the_home_of_the_user(half: int) -> None:
    assert proofs(half)[1] == []
