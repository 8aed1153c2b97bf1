"""Files of labs: their form, and their values."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from scaffolder.errors import AnswersError
from scaffolder.lab import judging, lab, lab_file, steps
from scaffolder.lab.lab import LabFile
from scaffolder.lab.lab_file import LabError

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


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"pillar": "luck"}, "pillar must be one of culture"),
        ({"id": "other"}, "the id must be the name of the file"),
        ({"forms": []}, "forms must be a list"),
        ({"forms": [{"a": "1"}, {"b": "1"}]}, "all forms must have the same values"),
        ({"forms": [{"track": 8}]}, "the values of a form must be texts"),
        ({"start": [{"kind": "shell", "run": "rm"}]}, "'shell' is not a kind: edit"),
        ({"start": [{"kind": "edit"}]}, "edit: missing or unknown: file"),
        ({"then": [{"kind": "copy", "file": "a", "to": "b", "mode": 1}]}, "unknown: mode"),
        ({"criteria": [{"kind": "others"}]}, "a criterion needs id, kind and title"),
        ({"criteria": [{"id": "c", "kind": "luck", "title": "t"}]}, "'luck' is not a kind"),
        ({"hints": ["1"]}, "there must be 3 hints"),
        ({"cheats": [{"name": "n", "steps": [], "red": ["x"]}]}, "no criterion x"),
        ({"cheats": [{"name": "n"}]}, "a cheat needs name, steps and red"),
        ({"points": 3}, "missing or unknown keys: points"),
        ({"task": "[[colour]]"}, "[[colour]] is not a value of the form"),
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
