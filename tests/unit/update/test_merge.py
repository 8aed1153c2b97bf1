"""One word for each file: what a merge of two sides made of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from updating import Files, lay

from scaffolder.errors import UpdateError
from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.update import merge, merge_repository
from scaffolder.update.merge import Change, FileAction, Merged
from scaffolder.update.merge_repository import SUBMODULE, Workshop, entries

LINES = "".join(f"line {number}\n" for number in range(1, 21))
MINE, NEW = LINES.replace("line 2\n", "mine\n"), LINES.replace("line 18\n", "new\n")
BOTH = MINE.replace("line 18\n", "new\n")
CONFLICT = LINES.replace("line 2\n", "<<<<<<< yours\nmine\n=======\nnew\n>>>>>>> template-v2\n")
OTHER = LINES.replace("line 2\n", "new\n")
COMMON = {"common.txt": "common\n"}


@pytest.fixture
def work(tmp_path: Path, tools: SystemToolchain) -> Workshop:
    (tmp_path / "none").mkdir()
    (tmp_path / "work").mkdir()
    return merge_repository.workshop(tmp_path / "work", tmp_path / "none", "sha1", tools)


def _trees(work: Workshop, base: Files, ours: Files, theirs: Files) -> tuple[str, str, str]:
    for name, files in (("base", base), ("ours", ours), ("theirs", theirs)):
        lay(work.folder / "sides" / name, {**COMMON, **files})
    first, second, third = work.trees_of(work.folder / "sides", "base", "ours", "theirs")
    return first, second, third


def _merged(work: Workshop, base: Files, ours: Files, theirs: Files, **options: object) -> Merged:
    first, second, third = _trees(work, base, ours, theirs)
    return merge.merged(
        work,
        base=first,
        ours=second,
        theirs=third,
        label="template-v2",
        **options,  # type: ignore[arg-type]
    )


def _files(work: Workshop, tree: str) -> dict[str, str]:
    listed = entries(work.git, tree).items()
    return {path: work.text_of(blob) for path, (_, blob) in listed if path not in COMMON}


A = "a.txt"
CASES: dict[str, tuple[Files, Files, Files, Files, list[Change]]] = {
    "nothing": ({A: LINES}, {A: MINE}, {A: LINES}, {A: MINE}, []),
    "new": ({}, {}, {A: NEW}, {A: NEW}, [Change(path=A, fate=FileAction.NEW)]),
    "updated": (
        {A: LINES, "b": "b\n"},
        {A: LINES, "b": "mine\n"},
        {A: NEW, "b": "b\n"},
        {A: NEW, "b": "mine\n"},
        [Change(path=A, fate=FileAction.UPDATED)],
    ),
    "merged": (
        {A: LINES},
        {A: MINE},
        {A: NEW},
        {A: BOTH},
        [Change(path=A, fate=FileAction.MERGED)],
    ),
    "deleted": (
        {A: LINES, "b": "b\n"},
        {A: LINES, "b": "mine\n"},
        {"b": "b\n"},
        {"b": "mine\n"},
        [Change(path=A, fate=FileAction.DELETED)],
    ),
    "moved": (
        {A: LINES},
        {A: MINE},
        {"b.txt": LINES},
        {"b.txt": MINE},
        [
            Change(path=A, fate=FileAction.DELETED, note="is now b.txt"),
            Change(
                path="b.txt",
                fate=FileAction.MOVED,
                note="was a.txt, with your changes",
                origin=A,
            ),
        ],
    ),
    "kept, edited": (
        {A: LINES},
        {A: MINE},
        {},
        {A: MINE},
        [
            Change(
                path=A,
                fate=FileAction.KEPT,
                note="the template no longer has it; you changed it",
            )
        ],
    ),
    "kept, deleted": (
        {A: LINES},
        {},
        {A: NEW},
        {},
        [Change(path=A, fate=FileAction.KEPT, note="you deleted it; it stays deleted")],
    ),
    "conflict in lines": (
        {A: LINES},
        {A: MINE},
        {A: OTHER},
        {A: CONFLICT},
        [
            Change(
                path=A,
                fate=FileAction.CONFLICT,
                note="you and the template changed the same lines",
            )
        ],
    ),
    "both added": (
        {},
        {A: "mine\n"},
        {A: "new\n"},
        {A: "<<<<<<< yours\nmine\n=======\nnew\n>>>>>>> template-v2\n"},
        [Change(path=A, fate=FileAction.CONFLICT, note="you and the template both added it")],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_each_file_has_one_word(
    case: tuple[Files, Files, Files, Files, list[Change]], work: Workshop
) -> None:
    base, ours, theirs, files, changes = case
    outcome = _merged(work, base, ours, theirs)
    assert _files(work, outcome.tree) == files
    assert list(outcome.changes) == changes
    conflicts = {one.path for one in changes if one.fate is FileAction.CONFLICT}
    assert {stage.path for stage in outcome.stages} == conflicts
    assert outcome.of(FileAction.CONFLICT) == tuple(
        one for one in changes if one.fate is FileAction.CONFLICT
    )
    assert set(outcome.added) == files.keys() - ours.keys()


def test_the_record_is_of_the_template_with_the_comments_of_the_team(work: Workshop) -> None:
    record = {"record.yml": "a: 1\nb: 1\n"}
    mine = {"record.yml": "# mine\na: 2\nb: 1\n"}
    new = {"record.yml": "a: 3\nb: 3\n"}
    outcome = _merged(work, record, mine, new, record="record.yml")
    assert _files(work, outcome.tree) == {"record.yml": "# mine\na: 3\nb: 3\n"}
    assert outcome.stages == ()


def test_a_move_between_two_sets_of_answers_is_two_files(work: Workshop) -> None:
    outcome = _merged(work, {A: LINES}, {A: MINE}, {"b.txt": LINES}, renames=False)
    assert _files(work, outcome.tree) == {A: MINE, "b.txt": LINES}
    assert [(one.path, one.fate) for one in outcome.changes] == [
        (A, FileAction.KEPT),
        ("b.txt", FileAction.NEW),
    ]


def test_a_row_beside_an_edited_one_is_merged_between_sets_of_answers(work: Workshop) -> None:
    table = "".join(f"| row {number} | empty |\n" for number in range(1, 7))
    filled = table.replace("| row 3 | empty |", "| row 3 | filled |")
    longer = table.replace("| row 4 |", "| row 3b | empty |\n| row 4 |")
    outcome = _merged(work, {"t.md": table}, {"t.md": filled}, {"t.md": longer}, renames=False)
    wanted = longer.replace("| row 3 | empty |", "| row 3 | filled |")
    assert _files(work, outcome.tree) == {"t.md": wanted}
    assert outcome.stages == ()


def test_a_folder_that_a_name_moved_is_followed(work: Workshop) -> None:
    outcome = _merged(
        work,
        {"helm/shop/a.txt": LINES},
        {"helm/shop/a.txt": MINE},
        {"helm/store/a.txt": NEW},
        renames=False,
        names={"shop": "store"},
    )
    assert _files(work, outcome.tree) == {"helm/store/a.txt": BOTH}


def test_what_is_absent_stays_as_it_is(work: Workshop) -> None:
    base, ours, theirs = _trees(work, {A: LINES}, {A: LINES, "large.bin": "x\n"}, {A: NEW})
    outcome = merge.merged(
        work, base=base, ours=ours, theirs=theirs, label="template-v2", absent={"large.bin"}
    )
    assert _files(work, outcome.tree) == {A: NEW, "large.bin": "x\n"}
    assert [one.path for one in outcome.changes] == [A]


@pytest.mark.parametrize("path", ["vendor", "vendor/a.txt"])
def test_a_file_at_the_place_of_a_submodule_is_refused(path: str, work: Workshop) -> None:
    base, ours, theirs = _trees(work, {A: LINES}, {A: MINE}, {A: LINES, path: "new\n"})
    ours = work.edited(ours, {"vendor": (SUBMODULE, "1" * 40)})
    with pytest.raises(UpdateError) as refused:
        merge.merged(work, base=base, ours=ours, theirs=theirs, label="template-v2")
    assert refused.value.message == f"vendor is a submodule here, and the template has {path}"
    assert refused.value.hint == "git mv vendor NEW-PATH, then git commit and scaffold update"


def test_a_submodule_elsewhere_stays(work: Workshop) -> None:
    base, ours, theirs = _trees(work, {A: LINES}, {A: MINE}, {A: NEW})
    ours = work.edited(ours, {"vendor": (SUBMODULE, "1" * 40)})
    outcome = merge.merged(work, base=base, ours=ours, theirs=theirs, label="template-v2")
    assert entries(work.git, outcome.tree)["vendor"] == (SUBMODULE, "1" * 40)
    assert [(one.path, one.fate) for one in outcome.changes] == [(A, FileAction.MERGED)]
