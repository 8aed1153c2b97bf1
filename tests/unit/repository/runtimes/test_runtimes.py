"""Each choice of the question `runtime` is one module, one folder and its versions, and no two modules claim a thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from support import ROOT

from scaffolder.repository import end_of_life
from scaffolder.repository.runtimes import RUNTIMES
from scaffolder.repository.runtimes.runtime import Runtime
from scaffolder.template import answers
from scaffolder.template.bundled import configuration
from scaffolder.tools import package_data

REQUIRED_PARTS = (
    "runtime.yml",
    "switch.yml",
    "config.yaml.jinja",
    "devcontainer.Dockerfile.jinja",
)
"""Parts without which nothing renders; the others exist if a runtime has something to add."""

each_runtime = pytest.mark.parametrize("name", RUNTIMES)


def choices(question: str, **given: str) -> dict[str, str]:
    asked = next(one for one in answers.questions() if one.name == question)
    return {choice.value: choice.label for choice in asked.choices_given(given)}


def test_the_choices_of_the_question_are_the_modules_in_the_same_order() -> None:
    titles = {name: runtime.TITLE for name, runtime in RUNTIMES.items()}
    assert list(titles.items()) == list(choices("runtime").items())


@each_runtime
def test_each_runtime_has_its_module(name: str) -> None:
    assert (ROOT / f"scaffolder/repository/runtimes/{name}.py").is_file()


@each_runtime
def test_each_runtime_has_its_folder_of_the_template(name: str) -> None:
    folder = ROOT / "templates" / f"[[ {name} ]]"
    scripts = [f"app/{script}" for script in ("build.sh", "test.sh", "run.sh.jinja")]
    parts = [f"_parts/{part}" for part in REQUIRED_PARTS]
    wanted = [*scripts, *parts, "Dockerfile.jinja", f"{RUNTIMES[name].VERSION_FILES[0]}.jinja"]
    assert [file for file in wanted if not (folder / file).is_file()] == []


@each_runtime
def test_each_part_of_a_runtime_is_one_that_a_shared_template_includes(name: str) -> None:
    """A part that is optional and has a misspelled name would be left out without a word."""
    parts = {part.name for part in (ROOT / "templates" / f"[[ {name} ]]/_parts").iterdir()}
    shared = [ROOT / "copier.yml", *(ROOT / "templates").rglob("*.jinja")]
    texts = [file.read_text(encoding="utf-8") for file in shared]
    texts.append((ROOT / "templates/docker/_questions.yml").read_text(encoding="utf-8"))
    assert {part for part in parts if not any(f"_parts/{part}" in text for text in texts)} == set()


def test_the_facts_of_each_runtime_have_the_same_names() -> None:
    facts = {runtime["name"]: set(runtime) for runtime in configuration()["runtimes"]["default"]}
    assert set(facts) == set(RUNTIMES)
    assert len(set(map(frozenset, facts.values()))) == 1


@each_runtime
def test_the_default_version_is_one_that_is_offered(name: str) -> None:
    asked = next(one for one in answers.questions() if one.name == "runtime_version")
    assert asked.default_given({"runtime": name}) in package_data.versions()[name]


@each_runtime
def test_the_versions_that_are_offered_are_those_of_the_one_table(name: str) -> None:
    assert list(choices("runtime_version", runtime=name)) == list(package_data.versions()[name])


@each_runtime
def test_a_version_that_is_offered_is_in_the_form_that_all_places_share(name: str) -> None:
    for choice, pinned in package_data.versions()[name].items():
        assert RUNTIMES[name].shared_form(choice) == choice
        assert RUNTIMES[name].shared_form(pinned["version"]) == choice


@each_runtime
def test_the_end_of_each_version_is_known_or_known_not_to_be_published(name: str) -> None:
    versions = package_data.versions()[name]
    assert [version for version in versions if not end_of_life.end_of(name, version)] == []


@pytest.mark.parametrize(
    "part",
    [
        lambda runtime: runtime.VERSION_FILES,
        lambda runtime: runtime.TOOL_NAMES,
        lambda runtime: runtime.GITHUB_ACTIONS,
        lambda runtime: runtime.AZURE_TASKS,
        lambda runtime: (runtime.JENKINS_TOOL,),
        lambda runtime: (runtime.FEATURE,),
        lambda runtime: runtime.MANIFESTS,
        lambda runtime: runtime.SOURCES,
        lambda runtime: runtime.SERIES,
    ],
)
def test_what_tells_a_runtime_belongs_to_one(part: Callable[[Runtime], Iterable[str]]) -> None:
    items = [item for runtime in RUNTIMES.values() for item in part(runtime)]
    assert sorted(items) == sorted(set(items))
