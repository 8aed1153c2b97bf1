"""Scripts and files that pages tell a reader to run or to hand to a program."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.stated_commands import (
    has_file,
    is_made,
    is_program,
    package_scripts,
    same_named,
    stated,
)

FILES = {
    "Dockerfile": "FROM scratch\n",
    "package.json": '{"scripts": {"build": "tsc"}, "devDependencies": {"ts-node": "1"}}',
}


def page(line: str) -> dict[str, str]:
    return {**FILES, "README.md": f"# Shop\n\n```sh\n{line}\n```\n"}


@pytest.mark.parametrize(
    ("line", "kind", "name"),
    [
        ("npm run build", "script of a package", "build"),
        ("yarn run build", "script of a package", "build"),
        ("./scripts/setup.sh", "file", "scripts/setup.sh"),
        ("bash scripts/setup.sh --all", "file", "scripts/setup.sh"),
        ("kubectl apply -f deploy/app.yaml", "file", "deploy/app.yaml"),
        ("cp .env.example .env", "file", ".env.example"),
    ],
)
def test_a_page_names_a_script_or_a_file(line: str, kind: str, name: str, tmp_path: Path) -> None:
    (one,) = stated(written(tmp_path, page(line)))
    assert (one.kind, Path(one.name), one.place.line) == (kind, Path(name), 4)
    assert one.is_applied is line.startswith("kubectl")


@pytest.mark.parametrize(
    "line",
    [
        "make build",
        "npm install",
        "npm run build --prefix web",
        "./build/run.sh",
        "kubectl get pods",
    ],
)
def test_other_commands_name_none(line: str, tmp_path: Path) -> None:
    assert stated(written(tmp_path, page(line))) == ()


def test_a_reader_in_another_folder_is_not_followed(tmp_path: Path) -> None:
    text = page("cd ../other\n./scripts/setup.sh")
    assert stated(written(tmp_path, text)) == ()


def test_a_clone_of_the_repository_is_where_its_page_begins(tmp_path: Path) -> None:
    text = page("curl https://x.test/tool\ngit clone git@git.test:team/shop\n./scripts/setup.sh")
    assert [one.name for one in stated(written(tmp_path, text))] == ["./scripts/setup.sh"]


def test_scripts_of_packages_have_their_place(tmp_path: Path) -> None:
    project = written(tmp_path, page("x"))
    assert {name: place.path for name, place in package_scripts(project).items()} == {
        "build": Path("package.json")
    }


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("a/run.sh", True),
        ("run.sh", True),
        ("../a/run.sh", True),
        ("b/run.sh", False),
        ("..", True),
    ],
)
def test_a_file_is_found_from_any_folder(name: str, *, known: bool, tmp_path: Path) -> None:
    assert has_file(written(tmp_path, {"x/a/run.sh": ""}), name) is known


def test_files_of_the_same_name_are_found(tmp_path: Path) -> None:
    project = written(tmp_path, {"a/run.sh": "", "b/run.sh": "", "b/other.sh": ""})
    assert same_named(project, Path("c/run.sh")) == (Path("a/run.sh"), Path("b/run.sh"))


@pytest.mark.parametrize(
    ("more", "made"),
    [("", False), ("This creates scripts/setup.sh.\n", True), ("See scripts/setup.sh.\n", False)],
)
def test_a_reader_may_make_the_file(more: str, *, made: bool, tmp_path: Path) -> None:
    files = page("./scripts/setup.sh")
    project = written(tmp_path, {**files, "README.md": files["README.md"] + "\n" + more})
    (one, *_) = stated(project)
    assert is_made(project, one) is made


@pytest.mark.parametrize(("name", "known"), [("ts-node", True), ("tsc", False), ("node", True)])
def test_a_name_may_be_a_program_of_a_library(name: str, *, known: bool, tmp_path: Path) -> None:
    assert is_program(written(tmp_path, page("x")), name) is known
