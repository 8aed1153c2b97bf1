"""Outside of the folder of a choice no template asks for it: what belongs to Java, AWS or GitHub is a part in its folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment, nodes
from support import ROOT

from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.repository.clouds import CLOUDS
from scaffolder.repository.runtimes import RUNTIMES
from scaffolder.template import bundled

TEMPLATES = ROOT / "templates"
VALUES = {"runtime": set(RUNTIMES), "ci": set(CI_SYSTEMS), "cloud": set(CLOUDS)}
OTHER_SWITCHES = {"cloud": {"no_cloud", "some_cloud"}}
"""Switches of copier.yml for an answer that is not given."""

EXCEPTIONS: dict[str, dict[str, int]] = yaml.safe_load(
    (ROOT / "tests/data/shared-templates.yml").read_text(encoding="utf-8")
)
"""For each question, how often a shared template asks for one of its values. These numbers only shrink."""


def environment() -> Environment:
    settings = bundled.configuration()["_envops"]
    return Environment(  # noqa: S701, it parses and renders nothing
        **{name: value for name, value in settings.items() if name != "undefined"}
    )


def switches(question: str) -> set[str]:
    """Return the names of the folders that belong to a value of `question`."""
    return {value.replace("-", "_") for value in VALUES[question]} | OTHER_SWITCHES.get(
        question, set()
    )


def asked(text: str, question: str) -> int:
    """Count how often a template asks for a value of `question`: by its name, by its switch, or in a table."""
    tree = environment().parse(text)
    switched = sum(name.name in switches(question) for name in tree.find_all(nodes.Name))
    named = sum(const.value in VALUES[question] for const in tree.find_all(nodes.Const))
    asking = {
        id(name)
        for asks in tree.find_all((nodes.Compare, nodes.Getitem, nodes.Call))
        for name in asks.find_all(nodes.Name)
        if name.name == question
    }
    return switched + named + len(asking)


def shared(question: str) -> Iterator[Path]:
    """Yield the templates that are in no folder of a value of `question`."""
    folders = {f"[[ {name} ]]" for name in switches(question)}
    for file in sorted(TEMPLATES.rglob("*")):
        is_template = file.suffix == ".jinja" or file.name == "_questions.yml"
        if is_template and file.is_file() and not folders & set(file.relative_to(TEMPLATES).parts):
            yield file


@pytest.mark.parametrize("question", VALUES)
def test_no_other_shared_template_asks_for_a_choice(question: str) -> None:
    found = {
        file.relative_to(TEMPLATES).as_posix(): number
        for file in shared(question)
        if (number := asked(file.read_text(encoding="utf-8"), question))
    }
    assert found == EXCEPTIONS[question]


def test_no_shared_template_asks_for_a_runtime() -> None:
    """But for the one line that takes the versions of the chosen one from versions.yml."""
    assert EXCEPTIONS["runtime"] == {"docker/_questions.yml": 1}


def including() -> str:
    """Return the text of everything that may include a part."""
    files = [
        ROOT / "copier.yml",
        *TEMPLATES.rglob("*.jinja"),
        *TEMPLATES.rglob("_questions.yml"),
        *TEMPLATES.glob("*/_parts/*.sh"),
    ]
    return "\n".join(file.read_text(encoding="utf-8") for file in files if file.is_file())


def test_each_part_is_one_that_a_template_includes() -> None:
    """A part that is optional and has a misspelled name would be left out without a word."""
    names = {file.name for file in TEMPLATES.glob("*/_parts/**/*") if file.is_file()}
    text = including()
    assert {name for name in names if not re.search(rf"['/]{re.escape(name)}['\"]", text)} == set()


def test_each_include_of_a_part_finds_one_for_some_choice() -> None:
    names = {
        file.name
        for pattern in ("*/_parts/**/*", "*/*.jinja")  # a part, or a whole file of a runtime
        for file in TEMPLATES.glob(pattern)
        if file.is_file()
    }
    included = re.findall(r"\binclude .*?~ '([^']+)'", including())
    assert {name.rpartition("/")[2] for name in included} - names == set()


@pytest.mark.parametrize(
    ("question", "text", "number"),
    [
        ("runtime", "#% if runtime == 'java'\nx\n#% endif\n", 2),
        ("runtime", "[[ {'java': 1, 'go': 2}[runtime] ]]", 3),
        ("runtime", "#% if java\nx\n#% endif\n", 1),
        ("ci", "[[ 'x' if 'azure-devops' in ci ]]", 2),
        ("ci", "#% if azure_devops\nx\n#% endif\n", 1),
        ("cloud", "#% if cloud != 'none'\nx\n#% endif\n", 1),
        ("cloud", "#% if no_cloud\nx\n#% endif\n", 1),
    ],
)
def test_each_way_to_ask_for_a_choice_is_seen(question: str, text: str, number: int) -> None:
    assert asked(text, question) == number


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("runtime", "FROM golang # java, python and node\n"),
        ("runtime", "the version in .[[ runtime ]]-version"),
        ("runtime", "[% include 'templates/[[ ' ~ runtime ~ ' ]]/_parts/x' ignore missing %]"),
        ("runtime", "[[ runtime_facts.needs ]] [[ runtime_version ]]"),
        ("cloud", "#% if monitoring != 'none'\nx\n#% endif\n"),
        ("cloud", "[% include cloud_parts ~ 'x' ignore missing %][[ cloud_facts.short ]]"),
        ("ci", "#% for parts in ci_parts\n#% include parts ~ 'x'\n#% endfor\n"),
        ("ci", "https://github.com/[[ organization ]]"),
    ],
)
def test_what_only_looks_like_it_is_not_counted(question: str, text: str) -> None:
    assert asked(text, question) == 0
