"""SY001: a marker of our templates is found in generated files, and no other `[[` is one."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Report
from scaffolder.repository.project import Project

ANSWERS = "_commit: v0.5.0\n_src_path: https://git.example.org/templates.git\nruntime: java\nservice_name: billing\n"


def checked(root: Path, files: dict[str, str]) -> Report:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return checks.run(
        Project(root), checks.choose(select=["SY001"], ignore=[]), ScriptedToolchain({})
    )


def found(root: Path, files: dict[str, str]) -> list[str]:
    report = checked(root, {".copier-answers.yml": ANSWERS, **files})
    return [f"{finding.path.as_posix()}:{finding.line}" for finding in report.results[0].findings]


LEFT = {
    "a value": "name: [[ service_name ]]",
    "a value in quotes": 'owner: "[[ team ]]"',
    "a value with a filter": "[[ organization | upper ]]/x",
    "a value inside a word": "arn:aws:iam::1:role/[[ service_name ]]-deploy",
    "a value without blanks": "[[service_name]]",
    "a filter without blanks": "[[team|lower]]",
    "a version": "image: x:[[ versions.debian.version ]]",
    "a sum": "memory: [[ pod_memory * 24 // 1024 ]]",
    "a choice": "[[ 'AWS' if cloud == 'aws' else 'Azure' ]]",
    "a trimmed value": "[[- region -]]",
    "a block": "[% if cloud == 'aws' %]",
    "the end of a block": "x [%- endif %]",
    "a statement": "  #% if 'github' in ci",
    "the end of a statement": "#% endif",
    "a loop": "#% for environment in ['dev', 'qa']",
}


@pytest.mark.parametrize("line", LEFT.values(), ids=LEFT)
def test_a_marker_of_the_template_is_found(line: str, tmp_path: Path) -> None:
    assert found(tmp_path, {"docs/a.md": f"first\n{line}\n"}) == ["docs/a.md:2"]


OTHERS = {
    "a table of a lock file": ("uv.lock", '[[package]]\nname = "anyio"\n'),
    "a table by the name of a question": ("Pipfile.lock", "[[team]]\n[[runtime_version]]\n[[ region ]]\n"),
    "a table of TOML": ("config.toml", "[[runners]]\n  [[runners.kubernetes.volumes]] # first\n[[ service_name ]]\n"),
    "tests of Bash": ("a.sh", 'if [[ -f "$x" ]] && [[ $cloud == aws ]] || [[ -v region ]]; then :; fi\n[[ ! -z ${team} ]]\n'),
    "a class of characters": ("b.sh", "grep '[[:space:]]' x\n"),
    "texts of Lua": ("a.lua", "local a = [[hello]]\nlocal b = [==[ more ]==]\nreturn [[ two words ]]\n"),
    "attributes of C++": ("a.hpp", "[[nodiscard]] int a();\n[[ maybe_unused ]] int b;\n[[deprecated(\"x\")]] void c();\n"),
    "routes": ("pages/[[...slug]].tsx", "export const p = '/docs/[[...slug]]'\n"),
    "links of TypeDoc": ("a.ts", "/** Returns the [[Route]] of [[Router.find]]. */\nconst a = [[x], [y]];\n"),
    "links of a wiki": ("Home.md", "See [[Other page]], [[team]] and [[region|where it runs]] of [[other|wiki]].\n"),
    "an array of arrays": ("a.py", "a = [[1, 2], [3]]\nb = x[y[0]]\nc = [[ url ]]\n"),
    "a template of the application": ("app/page.html.jinja", "<p>{{ service_name }}</p>{% if x %}{% endif %}\n"),
    "a template of Perl": ("a.tt", "[% INCLUDE header %] [% name %]\n"),
    "cells of a notebook": ("a.m", "#%% load\n#%%\n"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "text"), OTHERS.values(), ids=OTHERS)
def test_brackets_of_another_language_are_left_alone(file: str, text: str, tmp_path: Path) -> None:
    assert found(tmp_path, {file: text}) == []


def test_a_template_that_was_not_rendered_is_found(tmp_path: Path) -> None:
    assert found(tmp_path, {"README.md.jinja": "# [[ service_name ]]\n"}) == [
        "README.md.jinja:0",
        "README.md.jinja:1",
    ]


def test_an_answers_file_with_a_conflict_still_says_that_it_is_ours(tmp_path: Path) -> None:
    conflict = f"<<<<<<< before updating\n{ANSWERS}=======\n{ANSWERS}>>>>>>> after updating\n"
    assert found(tmp_path, {".copier-answers.yml": conflict, "a.md": "[[ team ]]\n"}) == ["a.md:1"]


FOREIGN = {
    "nothing generated": {},
    "a Copier template": {
        "copier.yml": "_subdirectory: x\n",
        "x/[[ name ]].md.jinja": "# [[ service_name ]]\n",
    },
    "another template's answers": {
        ".copier-answers.yml": "_src_path: gh:org/other\nservice_name: x\n"
    },
}


@pytest.mark.parametrize("files", FOREIGN.values(), ids=FOREIGN)
def test_a_repository_that_is_not_ours_is_not_asked(files: dict[str, str], tmp_path: Path) -> None:
    report = checked(tmp_path, {"a.yml": "x: [[ service_name ]]\n", **files})
    assert not report.results
    assert [one.reason for one in report.inapplicable] == [
        "the repository was not generated from this template"
    ]
