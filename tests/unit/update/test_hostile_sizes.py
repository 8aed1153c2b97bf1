"""Templates and records that never end, or grow without bounds: one sentence, soon, and nothing is changed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from updating import QUESTIONS, Template, contents, git, update

from scaffolder import cli
from scaffolder.errors import AnswersError, RenderError, ScaffolderError
from scaffolder.template import answers, keep_list

LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]\n" for at in range(1, 10)
)
"""Nine levels of nine aliases each: 400 million values in 500 bytes."""

_GROWS = "[% set at = namespace(x='x' * 100000) %][% for i in range(60) %][% set at.x = at.x ~ at.x %][% endfor %][[ at.x ]]"
_NEVER_ENDS = "[% for i in range(99999) %][% for j in range(99999) %][% endfor %][% endfor %]"


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return Template.made(tmp_path / "template", {"a.txt": "a\n"})


def _refused(project: Path, error: type[ScaffolderError], said: str) -> None:
    before = contents(project)
    with pytest.raises(error, match=said):
        update(project)
    assert contents(project) == before
    assert git(project, "status", "--short") == ""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory here")
@pytest.mark.parametrize(
    "text",
    [
        _GROWS,
        "[[ 'x'.center(9999999999) ]]",
        "[[ '%09999999999d' | format(1) ]]",
        "[[ 'x\\nx' | indent(9999999999) ]]",
    ],
)
def test_a_template_that_grows_without_end_is_refused(
    text: str, template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"b.txt.jinja": text})
    _refused(project, RenderError, r"^the template does not render: ")


@pytest.mark.parametrize(
    ("entry", "given"),
    [('default: "{}"', "name"), ('when: "{}"', "team"), ('validator: "{}"', "team")],
    ids=["default", "when", "validator"],
)
def test_an_expression_that_never_ends_is_refused(
    entry: str, given: str, template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    template.release(
        "1.1.0", {}, QUESTIONS + f"team:\n  type: str\n  {entry.format(_NEVER_ENDS)}\n"
    )
    before = contents(project)
    with pytest.raises(RenderError, match=r"it computes for more than 2 s$"):
        update(project, given={given: "x"})
    assert contents(project) == before


def test_aliases_that_make_a_copier_yml_endless_are_refused(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {}, QUESTIONS + LAUGHS + "b: {type: yaml, default: *a9}\n")
    _refused(
        project,
        RenderError,
        r"^copier\.yml of the template cannot be read: line \d+: aliases make over 1,000,000",
    )


@pytest.mark.parametrize("holds_itself", [False, True])
def test_aliases_that_make_a_record_endless_are_refused(
    holds_itself: bool, template: Template, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = template.generate(tmp_path / "project")
    record = project / answers.FILE
    added = "b: &b [x, *b]\n" if holds_itself else LAUGHS
    record.write_text(record.read_text(encoding="utf-8") + added, encoding="utf-8")
    for command in ("update", "status"):
        assert cli.run([command, str(project)]) == AnswersError.exit_code
        assert (
            "does not parse as YAML: aliases make over 1,000,000 values of it"
            in capsys.readouterr().err
        )


def test_aliases_that_make_a_list_of_kept_files_endless_are_refused(tmp_path: Path) -> None:
    (tmp_path / keep_list.FILE).parent.mkdir()
    (tmp_path / keep_list.FILE).write_text(f"{LAUGHS}kept: [*a9]\n", encoding="utf-8")
    with pytest.raises(AnswersError, match="aliases make over 1,000,000 values"):
        keep_list.kept(tmp_path)


def test_aliases_as_people_use_them_are_read(tmp_path: Path) -> None:
    (tmp_path / answers.FILE).write_text(
        "_commit: v1.0.0\n_src_path: x\na: &a {b: [c]}\nd: *a\ne: {<<: *a}\n", encoding="utf-8"
    )
    assert answers.recorded(tmp_path).answers == {
        "a": {"b": ["c"]},
        "d": {"b": ["c"]},
        "e": {"b": ["c"]},
    }
