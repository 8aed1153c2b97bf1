"""Our worker does nothing twice, and writes what Copier's own writes, whatever a template uses."""

from __future__ import annotations

import traceback
import warnings
from pathlib import Path
from typing import Any

import copier
import pytest
import yaml
from updating import SETTINGS, lay

from scaffolder.errors import RenderError
from scaffolder.template import answers, render
from scaffolder.template.render import Origin

TEMPLATE = {
    "copier.yml": f"""{SETTINGS}
_exclude: ["thing.[[ 'draft' ]]", "*.tmp"]
name: {{type: str, default: thing}}
places: {{type: yaml, default: [north, south]}}
""",
    "templates/[[ _copier_conf.answers_file ]].jinja": "[[ _copier_answers | to_nice_yaml -]]\n",
    "templates/plain/file.txt": "[[ name ]] is not rendered\n",
    "templates/plain/file.txt.jinja": "[[ name ]] is rendered for [[ _copier_conf.os ]] in phase [[ _copier_phase ]]\n",
    "templates/thing.draft.jinja": "excluded by a pattern that is rendered\n",
    "templates/left.tmp": "excluded\n",
    "templates/[% if name == 'other' %]other[% endif %]/file.txt": "only for another name\n",
    "templates/[% yield place from places %][[ place ]][% endyield %]/[[ name ]].txt.jinja": "[[ place ]]\n",
    "templates/[% yield place from places %][[ place ]].md[% endyield %].jinja": "[[ place ]] again\n",
    "templates/after/z.txt.jinja": "[[ name ]]\n",
}


@pytest.mark.parametrize(
    "given", [{}, {"name": "other", "places": ["east"]}], ids=["defaults", "others"]
)
def test_it_writes_what_copier_writes(given: dict[str, object], tmp_path: Path) -> None:
    lay(tmp_path / "template", TEMPLATE)
    by_copier(tmp_path, given)
    by_us(tmp_path, given)
    theirs, ours = (contents(tmp_path / one / "made") for one in ("theirs", "ours"))
    record, plain = (yaml.safe_load(one.pop(answers.FILE)[0]) for one in (ours, theirs))
    assert ours == theirs
    assert len(ours) == 2 + 2 * len(record["places"]) + (record["name"] == "other")
    assert record == {**plain, "_commit": "v1.0.0", "_src_path": "t.git"}


RECORD = {
    "templates/[[ _copier_conf.answers_file ]].jinja": "[[ _copier_answers | to_nice_yaml -]]\n"
}

TEMPLATES: dict[str, dict[str, str]] = {
    "macros, imports, includes and inheritance": {
        "copier.yml": f"{SETTINGS}\nname: thing\n",
        "macros.jinja": "[% macro hi(who) %]hi [[ who ]] [% endmacro %]",
        "parts/knows.jinja": "[% macro me() %]i am [[ name ]][% endmacro %]",
        "parts/frame.jinja": "<[% block inner %]nothing[% endblock %]>\n",
        "parts/piece.jinja": "[[ name ]] in [[ each ]] ",
        **RECORD,
        "templates/a.txt.jinja": "[% from 'macros.jinja' import hi %][[ hi(name) ]][% import 'parts/knows.jinja' as k with context %][[ k.me() ]]\n",
        "templates/b.txt.jinja": "[% for each in [1, 2] %][% include 'parts/piece.jinja' %][% endfor %]\n",
        "templates/c.txt.jinja": "[% extends 'parts/frame.jinja' %][% block inner %][[ name ]][[ super() ]][% endblock %]",
        "templates/[% from 'macros.jinja' import hi %][[ hi(name) | trim ]].txt": "a macro in a name\n",
    },
    "marks of its own": {
        "copier.yml": '_subdirectory: templates\n_envops: {block_start_string: "<%", block_end_string: "%>", variable_start_string: "$(", variable_end_string: ")", comment_start_string: "<#", comment_end_string: "#>", line_statement_prefix: "#%", line_comment_prefix: "##", trim_blocks: true, lstrip_blocks: true, keep_trailing_newline: false}\nname: thing\n',
        "templates/$(_copier_conf.answers_file).jinja": "$(_copier_answers | to_nice_yaml)",
        "templates/a.txt.jinja": "  <% if name %>\nyes $(name) ## not this\n  <% endif %>\n#% for n in [1, 2]\n- $(n)\n#% endfor\n<# nor this #>{{ name }}\n\n",
        "templates/#% set z = 1": "a statement that is a name, and so no file\n",
        "templates/x ## y.txt": "a comment in a name\n",
        "templates/[[ name ]] {{ name }}.txt": "no mark\n",
        "templates/ends its name\n": "with a line end\n",
        "templates/$(name)/<% if name == 'thing' %>in<% endif %>.txt.jinja": "$(name)",
    },
    "no suffix": {
        "copier.yml": "_subdirectory: templates\n_templates_suffix: ''\nname: thing\n",
        "templates/{{ _copier_conf.answers_file }}": "{{ _copier_answers | to_nice_yaml -}}\n",
        "templates/a.txt": "{{ name }}\n",
        "templates/{{ name }}.jinja": "{{ name }}",
    },
    "questions of every kind": {
        "copier.yml": f"""{SETTINGS}
_secret_questions: [token]
name: {{type: str, default: thing}}
port: {{type: int, default: 8080}}
ratio: {{type: float, default: 0.5}}
loud: {{type: bool, default: true}}
tags: {{type: str, multiselect: true, choices: [a, b, c], default: [a, c]}}
nested: {{type: yaml, default: {{one: [1, 2]}}}}
raw: {{type: json, default: '{{"k": [1]}}'}}
size: {{type: str, choices: {{Small: s, Large: l}}, default: "[[ 'l' if port > 1 else 's' ]]"}}
left_out: {{type: str, default: never, when: "[[ not loud ]]"}}
token: {{type: str, default: s3cret}}
hidden: {{type: str, secret: true, default: s3cret}}
computed: {{type: str, default: "[[ name ]]-[[ port ]]", when: false}}
phase: {{type: str, default: "[[ _copier_phase ]]", when: false}}
""",
        **RECORD,
        "templates/a.txt.jinja": "[[ port + 1 ]] [[ ratio * 2 ]] [[ loud ]] [[ tags ]] [[ nested.one[1] ]] [[ raw.k ]] [[ size ]] [[ left_out ]] [[ token ]] [[ hidden ]] [[ computed ]] [[ phase ]]\n",
        "templates/[% if loud %]loud[% endif %]/[[ computed ]].txt": "computed\n",
        "templates/conf.txt.jinja": "[[ _folder_name ]] [[ _copier_phase ]] [[ _copier_operation ]] [[ _copier_conf.sep ]] [[ _copier_conf.data ]] [[ _copier_conf.defaults ]] [[ _copier_conf.overwrite ]] [[ _copier_conf.pretend ]] [[ _copier_conf.skip_tasks ]] [[ _copier_answers.name ]] [[ _copier_answers.token is defined ]]\n",
    },
    "what is left out": {
        "copier.yml": f"""{SETTINGS}
_exclude: ["*.tmp", "!kept.tmp", "/top", "[% if name == 'thing' %]only-other[% endif %]", "deep/**/x", "[[ name ]].md"]
_skip_if_exists: [a.txt, "[[ name ]].cfg"]
_message_before_copy: "[[ nobody.knows.this ]]"
_message_after_copy: "[[ nobody.knows.this ]]"
name: thing
""",
        **RECORD,
        "templates/a.txt": "written, for nothing is there\n",
        "templates/[[ name ]].cfg.jinja": "[[ name ]]\n",
        "templates/b.tmp": "no\n",
        "templates/kept.tmp": "yes\n",
        "templates/top/a": "no\n",
        "templates/below/top/a": "yes\n",
        "templates/only-other/a": "no\n",
        "templates/deep/down/x": "no\n",
        "templates/deep/down/y": "yes\n",
        "templates/[[ name ]].md.jinja": "no\n",
    },
    "many from one": {
        "copier.yml": f"""{SETTINGS}
teams: {{type: yaml, default: [{{name: red, people: [ann, bob]}}, {{name: blue, people: []}}]}}
none: {{type: yaml, default: []}}
""",
        **RECORD,
        "templates/[% yield team from teams %][[ team.name ]][% endyield %]/[% yield who from team.people %][[ who ]][% endyield %].txt.jinja": "[[ who ]] of [[ team.name ]]\n",
        "templates/[% yield team from teams %]of [[ team.name ]][% endyield %]/plain/a.txt.jinja": "[[ team.name ]]\n",
        "templates/[% yield n from none %][[ n ]][% endyield %]/a.txt": "never\n",
        "templates/[% yield n from teams %][% if n.people %][[ n.name ]].md[% endif %][% endyield %]": "[[ n ]] is not rendered\n",
        "templates/z.txt.jinja": "[[ n is defined ]] [[ team is defined ]]\n",
    },
    "bytes": {
        "copier.yml": f"{SETTINGS}\nname: größe\n",
        **RECORD,
        "templates/[[ name ]] ü.txt.jinja": "[[ name ]]\r\nno end",
        "templates/empty.txt": "",
        "templates/empty.jinja": "",
        "templates/run.sh.jinja": "#!/bin/sh\necho [[ name ]]\n",
        "templates/plain.sh": "#!/bin/sh\n",
        "templates/.hidden/.gitkeep": "",
        "templates/[# a remark #]remarked.txt": "its name says nothing of the remark\n",
        "templates/  spaces .txt": "\n\n",
    },
}
"""Each uses what Copier documents under one heading: https://copier.readthedocs.io/en/stable/configuring/"""


@pytest.mark.parametrize("files", TEMPLATES.values(), ids=TEMPLATES)
def test_whatever_a_template_uses_copier_writes_the_same(
    files: dict[str, str], tmp_path: Path
) -> None:
    lay(tmp_path / "template", files)
    assert_the_same(tmp_path)


def test_what_one_render_compiled_serves_no_other_text_and_no_other_marks(tmp_path: Path) -> None:
    square = {
        "copier.yml": f"{SETTINGS}\nname: thing\n",
        **RECORD,
        "templates/a.txt.jinja": "[[ name ]] {{ name }}\n",
    }
    curly = {
        "copier.yml": "_subdirectory: templates\nname: thing\n",
        "templates/{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml -}}\n",
        "templates/a.txt.jinja": square["templates/a.txt.jinja"],
    }
    edited = {**square, "templates/a.txt.jinja": "edited [[ name ]]\n"}
    written = []
    for number, files in enumerate((square, curly, edited, square)):
        folder = tmp_path / str(number)
        lay(folder / "template", {**files, "templates/b.txt": "plain\n"})
        assert_the_same(folder)
        written.append((folder / "ours/made/a.txt").read_text())
    assert written == [
        "thing {{ name }}\n",
        "[[ name ]] thing\n",
        "edited thing\n",
        "thing {{ name }}\n",
    ]


def test_an_error_names_the_file_of_its_own_release(tmp_path: Path) -> None:
    raising = {
        "copier.yml": f"{SETTINGS}\nname: thing\n",
        **RECORD,
        "templates/a.txt.jinja": "\n[[ nobody.knows ]]\n",
    }
    for release in ("older", "newer"):
        lay(tmp_path / release / "template", raising)
        with pytest.raises(RenderError) as refused:
            by_us(tmp_path / release, {})
        assert refused.value.__cause__
        frames = traceback.extract_tb(refused.value.__cause__.__traceback__)
        named = [
            (frame.filename, frame.lineno)
            for frame in frames
            if frame.filename.endswith("a.txt.jinja")
        ]
        assert named == [(str(tmp_path / release / "template/templates/a.txt.jinja"), 2)]


@pytest.mark.parametrize("preserved", ["true", "false"])
def test_links_are_what_copier_makes_of_them(preserved: str, tmp_path: Path) -> None:
    lay(
        tmp_path / "template",
        {"copier.yml": f"{SETTINGS}\n_preserve_symlinks: {preserved}\nname: thing\n", **RECORD},
    )
    lay(
        tmp_path / "template",
        {"templates/folder/a.txt.jinja": "[[ name ]]\n", "templates/thing.txt": "thing\n"},
    )
    links = {"to-file.txt": "thing.txt", "to-folder": "folder", "[[ name ]]-link": "[[ name ]].txt"}
    for name, target in links.items():
        (tmp_path / "template/templates" / name).symlink_to(target.replace("[[ name ]]", "thing"))
    if preserved == "true":
        (tmp_path / "template/templates/dangling").symlink_to("[[ name ]]/nowhere")
    assert_the_same(tmp_path)


@pytest.mark.parametrize(
    "files",
    [
        {"templates/a.txt.jinja": "[% yield n from [1] %][[ n ]][% endyield %]"},
        {
            "templates/[% yield n from [1] %][% yield m from [2] %][[ n ]][% endyield %][% endyield %].txt": ""
        },
        {"templates/[[ nobody.knows ]].txt": ""},
        {"templates/[% if %].txt": ""},
        {"templates/a.txt.jinja": "[[ nobody.knows ]]"},
    ],
    ids=[
        "a yield in a file",
        "two yields",
        "an undefined name of a file",
        "a syntax error",
        "undefined",
    ],
)
def test_what_copier_refuses_is_refused(files: dict[str, str], tmp_path: Path) -> None:
    lay(tmp_path / "template", {"copier.yml": f"{SETTINGS}\nname: thing\n", **RECORD, **files})
    with pytest.raises(Exception) as theirs:  # noqa: PT011, whatever Copier raises
        by_copier(tmp_path, {})
    with pytest.raises(RenderError) as ours:
        by_us(tmp_path, {})
    assert " ".join(str(theirs.value).split()) in ours.value.message


def assert_the_same(folder: Path) -> None:
    by_copier(folder, {})
    by_us(folder, {})
    theirs, ours = (contents(folder / one / "made") for one in ("theirs", "ours"))
    record, plain = (yaml.safe_load(one.pop(answers.FILE)[0]) for one in (ours, theirs))
    assert ours == theirs
    assert len(ours) > 1
    assert record == {**plain, "_commit": "v1.0.0", "_src_path": "t.git"}


def by_copier(folder: Path, given: dict[str, object]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        settings: dict[str, Any] = {
            "data": given,
            "defaults": True,
            "quiet": True,
            "cleanup_on_error": False,
        }
        copier.run_copy(str(folder / "template"), folder / "theirs/made", **settings)


def by_us(folder: Path, given: dict[str, object]) -> None:
    origin = Origin(folder=folder / "template", commit="v1.0.0", address="t.git")
    render.write(origin, given, folder / "ours/made")


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file, link and empty folder: what it holds or where it leads, and its mode."""
    found = {}
    for path in folder.rglob("*"):
        about = path.lstat().st_mode
        if path.is_symlink():
            found[path.relative_to(folder).as_posix()] = (bytes(path.readlink()), about)
        elif path.is_file():
            found[path.relative_to(folder).as_posix()] = (path.read_bytes(), about)
        elif not any(path.iterdir()):
            found[path.relative_to(folder).as_posix()] = (b"", about)
    return found
