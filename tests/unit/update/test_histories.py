"""Random histories, merged by our engine and by plain Copier: who loses a line, and who puts one into another block."""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import look_alikes
import pytest
from histories import History, Tree, faults, histories, together
from updating import PLAIN_COPIER, Template, commit, plain_copier

from scaffolder.template import answers, manifest, releases, render
from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.update import merge, merge_repository

BATCH = 50
"""Histories in one merge; each is a folder with lines of its own."""


def lay(folder: Path, tree: Tree) -> Path:
    for name, (content, executable) in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="")
        path.chmod(0o755 if executable else 0o644)
    return folder


def read(folder: Path) -> Tree:
    paths = (
        path
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    )
    return {
        path.relative_to(folder).as_posix(): (
            path.read_text(encoding="utf-8"),
            bool(path.stat().st_mode & 0o100),
        )
        for path in paths
    }


def merged_by_us(
    sides: Mapping[str, Path], folder: Path, toolchain: SystemToolchain
) -> tuple[Tree, dict[str, str]]:
    """Return the files after our merge of three folders, and the note on each file that differs."""
    objects = folder / "none"
    objects.mkdir(parents=True)
    work = merge_repository.workshop(folder, objects, "sha1", toolchain)
    trees = {side: work.tree_of(path) for side, path in sides.items()}
    outcome = merge.merged(
        work, base=trees["base"], ours=trees["ours"], theirs=trees["theirs"], label="template"
    )
    work.written(outcome.tree, folder / "result")
    return read(folder / "result"), {change.path: str(change.fate) for change in outcome.changes}


def merged_by_copier(made: list[History], folder: Path) -> Tree:
    """The files after `copier update` of a repository with all these histories in it."""
    template = Template.made(folder / "template", {})
    lay(folder / "template" / "templates", together(made, "base"))
    template.release("1.0.1", {})
    project = template.generate(folder / "project")
    for name in {path.split("/")[0] for path in together(made, "base")}:
        shutil.rmtree(project / name)
        shutil.rmtree(folder / "template" / "templates" / name)
    lay(project, together(made, "ours"))
    commit(project)
    lay(folder / "template" / "templates", together(made, "theirs"))
    template.release("1.1.0", {})
    plain_copier(project)
    return read(project)


def of(one: History, result: Mapping[str, object]) -> dict[str, object]:
    """The part of a result that belongs to one history."""
    return {
        path.removeprefix(f"{one.name}/"): what
        for path, what in result.items()
        if path.startswith(f"{one.name}/")
    }


def judged(made: list[History], result: Tree, said: Mapping[str, str]) -> list[str]:
    return [fault for one in made for fault in faults(one, of(one, result), of(one, said))]  # type: ignore[arg-type]


def ours(number: int, seed: int, folder: Path, toolchain: SystemToolchain) -> list[str]:
    found = []
    for batch in range(0, number, BATCH):
        made = list(histories(BATCH, seed + batch))
        place = folder / str(batch)
        sides = {
            side: lay(place / side, together(made, side)) for side in ("base", "ours", "theirs")
        }
        found += judged(made, *merged_by_us(sides, place / "merge", toolchain))
        shutil.rmtree(place)
    return found


@pytest.mark.only_git
def test_no_line_is_lost_or_moved_in_a_hundred_random_histories(
    tmp_path: Path, toolchain: SystemToolchain
) -> None:
    assert ours(100, 1, tmp_path, toolchain) == []


@pytest.mark.only_git
@pytest.mark.histories
@pytest.mark.parametrize("seed", [1, 1001])
def test_no_line_is_lost_or_moved_in_five_hundred_random_histories(
    seed: int, tmp_path: Path, toolchain: SystemToolchain
) -> None:
    assert ours(500, seed, tmp_path, toolchain) == []


@pytest.mark.only_git
@pytest.mark.histories
def test_no_line_is_lost_or_moved_in_two_thousand_histories(
    tmp_path: Path, toolchain: SystemToolchain
) -> None:
    assert ours(2000, 10_000, tmp_path, toolchain) == []


def look_alikes_merged(
    number: int, seed: int, folder: Path, toolchain: SystemToolchain
) -> list[str]:
    made = list(look_alikes.cases(number, seed))
    sides = {
        side: lay(folder / side, {case.path: (case.text(side), False) for case in made})
        for side in ("base", "ours", "theirs")
    }
    result, _ = merged_by_us(sides, folder / "merge", toolchain)
    return [fault for case in made for fault in look_alikes.faults(case, result[case.path][0])]


@pytest.mark.only_git
def test_no_edit_lands_in_a_block_that_looks_alike(
    tmp_path: Path, toolchain: SystemToolchain
) -> None:
    assert look_alikes_merged(400, 1, tmp_path, toolchain) == []


@pytest.mark.only_git
@pytest.mark.histories
def test_no_edit_lands_in_a_block_that_looks_alike_in_ten_thousand(
    tmp_path: Path, toolchain: SystemToolchain
) -> None:
    for seed in range(10, 20):
        assert look_alikes_merged(1000, seed, tmp_path / str(seed), toolchain) == []


def test_the_judge_of_blocks_that_look_alike_sees_an_edit_in_another_one() -> None:
    case = next(case for case in look_alikes.cases(50, 3) if case.words and len(case.base) > 1)
    word, block = next(iter(case.words.items()))
    assert look_alikes.faults(case, case.text("ours").replace(word, "gone")) != []
    swapped = {name: case.ours[block] if name != block else case.base[block] for name in case.base}
    case.ours = swapped
    assert any(
        f"{word} of {block} is elsewhere" in fault
        for fault in look_alikes.faults(case, case.text("ours"))
    )


def test_the_judge_sees_a_line_that_is_lost_or_moved() -> None:
    made = next(
        one
        for one in histories(50, 7)
        if any("mine-" in text and "- name" in text for text, _ in one.ours.values())
    )
    path, (content, mode) = next(
        (p, f) for p, f in made.ours.items() if "mine-" in f[0] and "- name" in f[0]
    )
    blocks = content.split("- name: ")
    place = next(number for number, block in enumerate(blocks) if "mine-" in block)
    line = next(line for line in blocks[place].splitlines(keepends=True) if "mine-" in line)
    cut = content.replace(line, "")
    assert any("is lost" in fault for fault in faults(made, {**made.ours, path: (cut, mode)}, {}))
    other = cut + f"- name: another\n{line}"
    assert any(
        "in block another" in fault
        for fault in faults(made, {**made.ours, path: (other, mode)}, {})
    )


@pytest.mark.programs  # git submodule, which Copier calls, is a script
@PLAIN_COPIER
@pytest.mark.histories
def test_plain_copier_loses_and_moves_lines_of_the_same_histories(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    lost = moved = total = 0
    for batch in range(20):
        made = list(histories(BATCH, 10_000 + batch * BATCH))
        result = merged_by_copier(made, tmp_path / str(batch))
        total += len(made)
        everything = dict.fromkeys(result, "")
        for one in made:
            found = faults(one, of(one, result), of(one, everything))  # type: ignore[arg-type]
            lost += any("is lost" in fault or "not kept" in fault for fault in found)
            moved += any("in block" in fault for fault in found)
    numbers = (
        f"of {total} histories, {lost} with a line that is lost, {moved} with one in another block"
    )
    record_property("plain Copier", numbers)
    sys.stdout.write(f"plain Copier: {numbers}\n")
    assert lost > 0
    assert moved > 0


@pytest.mark.only_git
@pytest.mark.parametrize(
    "seeds",
    [range(3), pytest.param(range(3, 103), marks=pytest.mark.histories)],
    ids=["few", "many"],
)
def test_no_line_is_lost_between_real_releases(
    seeds: range, tmp_path: Path, toolchain: SystemToolchain
) -> None:
    history = releases.embedded(toolchain)
    given = answers.complete({"service_name": "my-service"})
    for side, release in (("base", history.releases[0]), ("theirs", history.newest)):
        render.write(manifest.origin(history, release, toolchain), given, tmp_path / side)
    generated, newest = read(tmp_path / "base"), read(tmp_path / "theirs")
    for seed in seeds:
        edited, words = people(generated, random.Random(seed))  # noqa: S311, nothing secret
        sides = {
            **{side: tmp_path / side for side in ("base", "theirs")},
            "ours": lay(tmp_path / f"ours{seed}", edited),
        }
        result, said = merged_by_us(sides, tmp_path / f"merge{seed}", toolchain)
        everything = "".join(content for content, _ in result.values())
        assert [word for word in words if word not in everything] == []
        for path in generated.keys() - newest.keys():
            if edited.get(path, generated[path]) != generated[path]:
                assert said[path] in {"kept", "conflict", "deleted"}
        shutil.rmtree(tmp_path / f"ours{seed}")
        shutil.rmtree(tmp_path / f"merge{seed}")


def people(generated: Tree, chance: random.Random) -> tuple[Tree, list[str]]:
    """Return the generated files with edits, and the words of only these edits."""
    edited, words = dict(generated), []
    for number, path in enumerate(chance.sample(sorted(generated), 40)):
        content, executable = edited[path]
        lines = content.splitlines(keepends=True)
        word = f"mine-{number}-{chance.randrange(10**6)}"
        place = chance.randint(0, len(lines))
        match chance.choice(["insert", "replace", "delete", "move", "mode"]):
            case "insert":
                edited[path] = ("".join([*lines[:place], f"{word}\n", *lines[place:]]), executable)
                words.append(word)
            case "replace":
                edited[path] = (
                    "".join([*lines[:place], f"{word}\n", *lines[place + 1 :]]),
                    executable,
                )
                words.append(word)
            case "delete":
                del edited[path]
            case "move":
                edited[f"mine/{path}"] = edited.pop(path)
            case "mode":
                edited[path] = (content, not executable)
    return edited, words
