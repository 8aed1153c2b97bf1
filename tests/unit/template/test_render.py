"""Rendering: the repository stands complete at its destination, or nothing changed there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from scaffolder.errors import DestinationError
from scaffolder.template import answers, render

pytestmark = pytest.mark.only_git

GIVEN = answers.complete({"service_name": "my-service"})


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def make(destination: Path, *, force: bool = False) -> render.Rendered:
    with render.staged(GIVEN, destination) as rendered:
        render.move(rendered, destination, force=force)
    return rendered


def test_move_takes_an_absent_destination_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    rendered = make(tmp_path / "deep" / "my-service")
    assert len(contents(tmp_path / "deep" / "my-service")) == len(rendered.files) >= 70
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["my-service"]


def test_move_takes_an_empty_destination(tmp_path: Path) -> None:
    (tmp_path / "my-service").mkdir()
    make(tmp_path / "my-service")
    assert (tmp_path / "my-service" / "README.md").is_file()


def test_generating_twice_gives_the_same_bytes_and_modes(tmp_path: Path) -> None:
    make(tmp_path / "one" / "my-service")
    make(tmp_path / "two" / "my-service")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    for path in (tmp_path / "one").rglob("*"):
        assert (
            path.stat().st_mode
            == (tmp_path / "two" / path.relative_to(tmp_path / "one")).stat().st_mode
        )


def test_staged_leaves_nothing_when_the_block_fails(tmp_path: Path) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        render.staged(GIVEN, tmp_path / "a" / "b" / "my-service"),
    ):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_refuse_occupied_names_what_may_be_done(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(DestinationError, match="is not empty") as raised:
        render.refuse_occupied(tmp_path, force=False)
    assert "--force" in raised.value.hint
    with pytest.raises(DestinationError, match="is a file"):
        render.refuse_occupied(tmp_path / "file", force=True)
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(DestinationError, match="dangling"):
        render.refuse_occupied(tmp_path / "link", force=True)
    render.refuse_occupied(tmp_path, force=True)
    render.refuse_occupied(tmp_path / "absent", force=False)


def test_move_loses_the_race_against_another_run_without_touching_it(tmp_path: Path) -> None:
    destination = tmp_path / "my-service"
    with render.staged(GIVEN, destination) as rendered:
        destination.mkdir()
        (destination / "theirs").write_text("theirs", encoding="utf-8")
        with pytest.raises(DestinationError, match="not empty"):
            render.move(rendered, destination)
    assert contents(destination) == {"theirs": b"theirs"}


def test_plan_tells_new_replaced_and_unchanged_apart(tmp_path: Path) -> None:
    destination = tmp_path / "my-service"
    make(destination)
    (destination / "README.md").write_text("mine", encoding="utf-8")
    (destination / "Makefile").unlink()
    with render.staged(GIVEN, destination) as rendered:
        plan = render.plan(rendered, destination)
    assert plan.new == (Path("Makefile"),)
    assert plan.replaced == (Path("README.md"),)


def test_move_with_force_keeps_files_it_did_not_generate(tmp_path: Path) -> None:
    destination = tmp_path / "my-service"
    (destination / "app").mkdir(parents=True)
    (destination / "app" / "mine.txt").write_text("mine", encoding="utf-8")
    (destination / "README.md").write_text("mine", encoding="utf-8")
    make(destination, force=True)
    assert (destination / "app" / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert (destination / "README.md").read_text(encoding="utf-8") != "mine"


def test_move_with_force_puts_everything_back_when_a_file_cannot_be_replaced(
    tmp_path: Path,
) -> None:
    destination = tmp_path / "my-service"
    (destination / "app").mkdir(parents=True)
    (destination / "CODEOWNERS").write_text("mine", encoding="utf-8")
    (
        destination / "README.md"
    ).mkdir()  # a folder where a file has to go: the rename fails half-way
    before = contents(destination)
    with pytest.raises(DestinationError, match="could not be written"):
        make(destination, force=True)
    assert contents(destination) == before
    assert sorted(path.name for path in destination.iterdir()) == ["CODEOWNERS", "README.md", "app"]


def test_staged_says_where_it_cannot_write() -> None:
    with (
        pytest.raises(DestinationError, match="/proc"),
        render.staged(GIVEN, Path("/proc/my-service")),
    ):
        pass


def test_the_answers_file_names_the_template_and_no_path_of_this_machine(tmp_path: Path) -> None:
    make(tmp_path / "my-service")
    recorded = (tmp_path / "my-service" / answers.FILE).read_text(encoding="utf-8")
    assert "_src_path: scaffold://templates.git\n" in recorded
    assert "\n_commit: v" in recorded
    assert answers.complete(answers.load(tmp_path / "my-service" / answers.FILE)) == GIVEN


@pytest.mark.parametrize(
    ("address", "enabled"),
    [
        ("scaffold://templates.git", False),
        ("https://git.example.org/platform/templates.git", True),
        ("git@git.example.org:platform/templates.git", True),
    ],
)
def test_renovate_follows_the_template_where_it_can_read_its_address(
    tmp_path: Path, address: str, enabled: bool
) -> None:
    origin = replace(render.current(), address=address)
    render.write(origin, {"service_name": "my-service"}, tmp_path / "made")
    settings = json.loads((tmp_path / "made/renovate.json").read_text(encoding="utf-8"))
    assert settings["copier"].get("enabled", True) is enabled
    assert f"_src_path: {address}\n" in (tmp_path / "made/.copier-answers.yml").read_text(
        encoding="utf-8"
    )
