"""Our worker does nothing twice, and writes what Copier's own writes, whatever a template uses."""

from __future__ import annotations

import warnings
from pathlib import Path

import copier
import pytest
import yaml
from updating import SETTINGS, lay

from scaffolder import answers, render
from scaffolder.render import Origin

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


@pytest.mark.parametrize("given", [{}, {"name": "other", "places": ["east"]}], ids=["defaults", "others"])
def test_it_writes_what_copier_writes(given: dict[str, object], tmp_path: Path) -> None:
    lay(tmp_path / "template", TEMPLATE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        copier.run_copy(str(tmp_path / "template"), tmp_path / "theirs", data=given, defaults=True, quiet=True)
    render.write(Origin(folder=tmp_path / "template", commit="v1.0.0", address="t.git"), given, tmp_path / "ours")
    theirs, ours = contents(tmp_path / "theirs"), contents(tmp_path / "ours")
    record, plain = (yaml.safe_load(one.pop(answers.FILE)) for one in (ours, theirs))
    assert ours == theirs
    assert len(ours) == 2 + 2 * len(record["places"]) + (record["name"] == "other")
    assert record == {**plain, "_commit": "v1.0.0", "_src_path": "t.git"}


def contents(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}
