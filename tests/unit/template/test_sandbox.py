"""The environment for text of a template: its filters, its guards, and that it is the only one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2.sandbox import SandboxedEnvironment
from support import ROOT
from updating import SETTINGS, lay

from scaffolder.errors import RenderError
from scaffolder.template import answers, expressions, sandbox

HARMLESS = {
    *(
        "ans_groupby",
        "b64decode",
        "b64encode",
        "basename",
        "bool",
        "checksum",
        "combine",
        "comment",
        "dirname",
    ),
    *(
        "extract",
        "flatten",
        "from_json",
        "from_yaml",
        "from_yaml_all",
        "hash",
        "mandatory",
        "md5",
        "quote",
    ),
    *(
        "regex_escape",
        "regex_findall",
        "regex_replace",
        "regex_search",
        "sha1",
        "splitext",
        "subelements",
        "ternary",
    ),
    *(
        "to_datetime",
        "to_json",
        "to_nice_json",
        "to_nice_yaml",
        "to_uuid",
        "to_yaml",
        "type_debug",
        "win_basename",
    ),
    *("win_dirname", "win_splitdrive"),
}
"""Filters of jinja2-ansible-filters that compute with their input alone, by a reading of their source."""


@pytest.fixture
def environment(tmp_path: Path) -> SandboxedEnvironment:
    lay(tmp_path / "template", {"copier.yml": SETTINGS, "part.txt": "a part of [[ name ]]\n"})
    return sandbox.environment(tmp_path / "template")


def test_every_filter_that_copier_offers_is_known_to_be_harmless_or_is_refused() -> None:
    """A filter that a newer package brings has to be read before a template may use it."""
    refused = {*sandbox.FILTERS_OF_THE_MACHINE, *sandbox.FILTERS_OF_CHANCE}
    jinja = SandboxedEnvironment().filters
    copiers = SandboxedEnvironment(
        extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"]
    ).filters
    assert set(copiers) - set(jinja) == HARMLESS | (refused - {"random"})


@pytest.mark.parametrize("name", sandbox.FILTERS_OF_THE_MACHINE)
def test_a_filter_that_sees_the_machine_is_refused_by_name(
    name: str, environment: SandboxedEnvironment
) -> None:
    with pytest.raises(
        RenderError,
        match=rf"^the template uses the filter `{name}`, which reads the .* of this machine$",
    ):
        environment.from_string(f"[[ '~' | {name} ]]").render()


@pytest.mark.parametrize(
    "use", ["[1, 2, 3] | shuffle", "100 | ans_random", "'52:54' | random_mac", "[1] | random"]
)
def test_a_filter_of_chance_is_refused_by_name(use: str, environment: SandboxedEnvironment) -> None:
    name = use.split()[-1]
    with pytest.raises(
        RenderError,
        match=rf"^the template uses the filter `{name}`, which gives another result each",
    ):
        environment.from_string(f"[[ {use} ]]").render()


@pytest.mark.parametrize(
    "use",
    [
        "[1, 2, 3] | shuffle('a seed') | join",
        "[1, 2, 3] | shuffle(seed='a seed') | join",
        "100 | ans_random(seed='a seed')",
        "100 | ans_random(0, 1, 'a seed')",
        "'52:54' | random_mac('a seed')",
    ],
)
def test_a_seed_decides_the_result_alone(use: str, environment: SandboxedEnvironment) -> None:
    template = environment.from_string(f"[[ {use} ]]")
    assert template.render() == template.render()


def test_a_text_may_include_another_file_of_the_template(
    environment: SandboxedEnvironment, tmp_path: Path
) -> None:
    assert environment.from_string("[% include 'part.txt' %]").render(name="x") == "a part of x\n"
    assert expressions.understood("[% include 'part.txt' %]", {}, tmp_path / "template") is None, (
        "name has no value yet"
    )


@pytest.mark.parametrize(
    "setting",
    [
        "extensions: [os]",
        "loader: x",
        "finalize: x",
        "enable_async: true",
        "undefined: os.system",
        "autoescape: x",
    ],
)
def test_settings_that_are_not_about_marks_are_refused(setting: str, tmp_path: Path) -> None:
    lay(tmp_path, {"copier.yml": f"_envops: {{{setting}}}\n"})
    with pytest.raises(
        RenderError,
        match=rf"^copier\.yml of the template sets _envops\.{setting.split(':')[0]} to ",
    ):
        sandbox.environment(tmp_path)


@pytest.mark.parametrize("choices", ["'[[ ['", "'{a: ['", "'5'", "5", "text"])
def test_choices_that_are_none_are_an_error_of_the_template(choices: str, tmp_path: Path) -> None:
    lay(tmp_path, {"copier.yml": f"{SETTINGS}q: {{choices: {choices}}}\n"})
    (question,) = answers.questions(tmp_path)
    with pytest.raises(RenderError, match=r"^the template does not render: "):
        question.choices_given({})


def test_the_error_of_an_expression_names_it(tmp_path: Path) -> None:
    lay(tmp_path, {"copier.yml": SETTINGS})
    with pytest.raises(RenderError) as refused:
        expressions.understood("[[ 1 / 0 ]]", {}, tmp_path)
    assert refused.value.message == "the template does not render: '[[ 1 / 0 ]]': division by zero"


@pytest.mark.parametrize(
    "condition",
    ["cycler.__init__.__globals__", "'~' | expanduser", "[1] | random", "9 ** (9 ** 9)"],
)
def test_a_condition_of_a_note_has_the_same_guards(condition: str) -> None:
    with pytest.raises(
        ValueError, match=r"^the template (reads '__init__'|uses the filter|makes a value)"
    ):
        expressions.holds(condition, {})


@pytest.mark.parametrize(
    "text", ["[[ 2 ** 10 ]] [[ 3 * 4 ]] [[ 'ab' * 3 ]] [[ [1] * 2 ]] [[ 0.5 ** 2 ]]"]
)
def test_numbers_and_texts_multiply(text: str, environment: SandboxedEnvironment) -> None:
    assert environment.from_string(text).render() == "1024 12 ababab [1, 1] 0.25"


def test_no_other_module_makes_an_environment() -> None:
    """Our own pages are not templates of a user: a report and the chat have their own."""
    made = re.compile(r"jinja2\.Environment\(|SandboxedEnvironment")
    places = [
        file
        for file in (ROOT / "scaffolder").rglob("*.py")
        if made.search(file.read_text(encoding="utf-8"))
    ]
    assert {file.relative_to(ROOT).as_posix() for file in places} == {
        "scaffolder/report/html.py",
        "scaffolder/template/sandbox.py",
        "scaffolder/watch/page.py",
    }
