"""The copier.yml of a template: its marks, its includes, and what it may not be."""

from __future__ import annotations

from pathlib import Path

import pytest
from updating import SETTINGS, Template, commit, git, lay, update

from scaffolder.errors import AnswersError, RenderError
from scaffolder.template.bundled import configuration

LINES = "".join(f"line {number}\n" for number in range(1, 21))


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return Template.made(tmp_path / "template", {"a.txt": LINES})


def test_questions_are_read_with_the_marks_and_includes_of_their_template(tmp_path: Path) -> None:
    with_braces = SETTINGS.replace("[[", "{{").replace("]]", "}}")
    asked = with_braces + (
        "name: {type: str, default: thing}\n---\n!include questions/*.yml\n---\n"
        "team: {type: str, default: '{{ name }}-team', validator: \"[% if team == 'no' %]it is no[% endif %]\"}\n"
    )
    template = Template.made(tmp_path / "template", {})
    lay(
        template.folder,
        {"copier.yml": None, "templates/[[ _copier_conf.answers_file ]].jinja": None},
    )
    lay(
        template.folder,
        {
            "copier.yaml": asked,
            "questions/size.yml": "size: {type: str, choices: [small, large], default: small}\n",
            "templates/{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml -}}\n",
            "templates/a.txt.jinja": "{{ name }} {{ size }} {{ team }}\n",
        },
    )
    git(template.folder, "add", "--all")
    git(template.folder, "commit", "--quiet", "--message", "braces")
    git(template.folder, "tag", "--force", "v1.0.0")
    project = template.generate(tmp_path / "project")
    assert update(project, given={"size": "large"}, answers_only=True).taken
    assert (project / "a.txt").read_text(encoding="utf-8") == "thing large thing-team\n"
    commit(project)
    with pytest.raises(AnswersError, match="it is no"):
        update(project, given={"team": "no"}, answers_only=True)


@pytest.mark.parametrize("pattern", ["/etc/hostname", "../settings.yml"])
def test_an_include_that_leads_out_of_the_template_is_refused(pattern: str, tmp_path: Path) -> None:
    lay(tmp_path, {"settings.yml": "name: x\n", "template/copier.yml": f"!include {pattern}\n"})
    with pytest.raises(RenderError, match=r"leads out of the template$"):
        configuration(tmp_path / "template")


@pytest.mark.parametrize("content", ["a: [\n", "- 1\n", "word\n"])
def test_a_copier_yml_that_holds_no_questions_is_one_sentence(content: str, tmp_path: Path) -> None:
    lay(tmp_path, {"copier.yml": content})
    with pytest.raises(RenderError, match=r"^copier\.yml of the template "):
        configuration(tmp_path)
