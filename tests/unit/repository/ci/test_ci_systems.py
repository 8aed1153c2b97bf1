"""Each choice of the question `ci` is one module and one folder, and no other reader knows it by name."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from support import ROOT

from scaffolder.repository import files
from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.repository.ci.system import CiSystem
from scaffolder.repository.project import Project
from scaffolder.template import answers
from scaffolder.template.bundled import configuration

PACKAGE = ROOT / "scaffolder"

OF_ONE_SYSTEM = frozenset(
    {
        "checks/pipeline/linters.py",
        "checks/pipeline/schemas.py",
        "checks/security/workflows.py",
    }
)
"""Rules whose subject is one system: its schema, its linters, its permissions. This list only shrinks."""

OF_HOSTS = frozenset({"adopt/other_names.py"})
"""Where hosts look for CODEOWNERS and the like, whichever system builds the repository."""

each_system = pytest.mark.parametrize("name", CI_SYSTEMS)


def switch(name: str) -> str:
    """The name of a module, and of the switch that merges folders of the template."""
    return name.replace("-", "_")


def words(source: str) -> Iterator[str]:
    """Every text of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_the_choices_of_the_question_are_the_modules_in_the_same_order() -> None:
    question = next(one for one in answers.questions() if one.name == "ci")
    titles = {name: system.TITLE for name, system in CI_SYSTEMS.items()}
    assert {choice.value: choice.label for choice in question.choices_given({})} == titles
    assert [choice.value for choice in question.choices_given({})] == list(CI_SYSTEMS)


@each_system
def test_each_system_has_its_module(name: str) -> None:
    assert (PACKAGE / f"repository/ci/{switch(name)}.py").is_file()


@each_system
def test_each_system_has_its_folder_of_the_template(name: str) -> None:
    folder = ROOT / "templates" / f"[[ {switch(name)} ]]"
    found = {
        file.relative_to(folder).as_posix().removesuffix(".jinja") for file in folder.rglob("*")
    }
    assert set(CI_SYSTEMS[name].FIRST) & found
    assert {"_parts/ci.yml", "_parts/switch.yml"} <= found


def test_the_facts_of_each_system_have_the_same_names() -> None:
    facts = {system["name"]: set(system) for system in configuration()["ci_systems"]["default"]}
    assert set(facts) == set(CI_SYSTEMS)
    assert len(set(map(frozenset, facts.values()))) == 1


@each_system
def test_each_system_is_in_an_example(name: str) -> None:
    examples = [folder for folder in (ROOT / "examples").iterdir() if folder.is_dir()]
    first = CI_SYSTEMS[name].FIRST
    assert [folder for folder in examples if any((folder / file).is_file() for file in first)]


@each_system
def test_the_first_file_is_a_pipeline_under_each_name_that_it_may_have(
    name: str, tmp_path: Path
) -> None:
    for file in CI_SYSTEMS[name].FIRST:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("\n", encoding="utf-8")
    assert set(files.pipelines_of(Project(tmp_path), name)) == set(
        map(Path, CI_SYSTEMS[name].FIRST)
    )


@each_system
def test_an_empty_pipeline_states_nothing(name: str, tmp_path: Path) -> None:
    system, file = CI_SYSTEMS[name], Path(CI_SYSTEMS[name].FIRST[0])
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text("\n", encoding="utf-8")
    readers: tuple[Callable[[Project, Path], Iterable[object]], ...] = (
        *(system.scripts, system.images, system.built_images),
        *(system.named_files, system.set_ups, system.programs),
    )
    assert [one for read in readers for one in read(Project(tmp_path), file)] == []


@each_system
def test_a_stage_is_found_in_a_line_of_the_file(name: str) -> None:
    patterns = (*CI_SYSTEMS[name].STAGE_LINES, *CI_SYSTEMS[name].STAGE_WORDS)
    assert [pattern for pattern in patterns if "prod" not in pattern.format("prod")] == []


@pytest.mark.parametrize(
    "part",
    [
        lambda system: system.PIPELINES,
        lambda system: system.PARTS,
        lambda system: system.FIRST,
        lambda system: system.OTHER_NAMES,
        lambda system: system.TEXTS,
        lambda system: system.OWN_TARGETS,
        lambda system: [system.HOST] if system.HOST else [],
        lambda system: [file for one in system.EXCEPTIONS for file in one.files],
    ],
)
def test_what_tells_a_system_belongs_to_one(part: Callable[[CiSystem], Iterable[str]]) -> None:
    items = [item for system in CI_SYSTEMS.values() for item in part(system)]
    assert sorted(items) == sorted(set(items))


@pytest.mark.parametrize("folder", ["repository", "checks", "adopt"])
def test_only_its_module_and_rules_of_one_system_name_it(folder: str) -> None:
    names = {*CI_SYSTEMS, *(file for system in CI_SYSTEMS.values() for file in system.FIRST)}
    naming = {
        file.relative_to(PACKAGE).as_posix()
        for file in (PACKAGE / folder).rglob("*.py")
        if file.parent != PACKAGE / "repository/ci"
        and names & set(words(file.read_text(encoding="utf-8")))
    }
    assert naming - OF_ONE_SYSTEM - OF_HOSTS == set()
