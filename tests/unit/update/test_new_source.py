"""`scaffold template use` changes every place that names the template's address, whatever a team made of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from updating import Template, commit, contents, git, update

from scaffolder import cli
from scaffolder.errors import ExitCode
from scaffolder.template import allowed_sources, answers
from scaffolder.template.bundled import SOURCE
from scaffolder.update import run
from scaffolder.update.merge import FileAction

SETTINGS = f'# Where the template may come from.\nTEMPLATE_SOURCES=("{SOURCE}")\n\nX=1\n'


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return Template.made(tmp_path / "template", {"a.txt": "a\n", allowed_sources.FILE: SETTINGS})


@pytest.fixture
def mirror(template: Template, tmp_path: Path) -> str:
    git(tmp_path, "clone", "--quiet", "--mirror", str(template.folder), "mirror.git")
    return str(tmp_path / "mirror.git")


def settings(project: Path) -> str:
    return (project / allowed_sources.FILE).read_text(encoding="utf-8")


def test_what_another_template_writes_allows_its_own_address(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    assert allowed_sources.named(settings(project)) == (str(template.folder),)


def test_the_list_follows_the_address_and_comes_back_with_abort(
    template: Template, mirror: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = template.generate(tmp_path / "project")
    before = contents(project)
    use = ["template", "use", mirror, str(project)]
    assert cli.run([*use, "--dry-run"]) in {ExitCode.CLEAN, ExitCode.FOUND}
    shown = f"  updated   {allowed_sources.FILE}   TEMPLATE_SOURCES allows {mirror}\n"
    assert shown in capsys.readouterr().out
    assert contents(project) == before
    assert cli.run(use) == ExitCode.CLEAN
    assert allowed_sources.named(settings(project)) == (mirror,)
    assert answers.recorded(project).address == mirror
    run.abort(project)
    assert contents(project) == before


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ('("{old}" "{new}")', '("{old}" "{new}")'),  # as the page told teams until now
        ('("{new}")', '("{new}")'),
        ('("https://a.example/x.git" "{old}")', '("https://a.example/x.git" "{new}")'),
        ('("https://a.example/x.git")', '("https://a.example/x.git" "{new}")'),
        ('(\n  "{old}"\n)', '(\n  "{new}"\n)'),
    ],
)
def test_a_list_that_a_team_edited_is_no_conflict(
    template: Template, mirror: str, tmp_path: Path, listed: str, expected: str
) -> None:
    project = template.generate(tmp_path / "project")
    names = {"old": str(template.folder), "new": mirror}
    mine = SETTINGS.replace(f'("{SOURCE}")', listed.format(**names)).replace("X=1", "X=2")
    commit(project, {allowed_sources.FILE: mine})
    outcome = update(project, address=mirror, answers_only=True)
    assert outcome.conflicts == ()
    wanted = SETTINGS.replace(f'("{SOURCE}")', expected.format(**names)).replace("X=1", "X=2")
    assert settings(project) == wanted


def test_a_list_that_stayed_behind_is_brought_along_the_next_time(
    template: Template, mirror: str, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    update(project, address=mirror, answers_only=True)
    commit(project, {allowed_sources.FILE: SETTINGS})
    outcome = update(project, address=mirror, answers_only=True)
    assert [(one.path, one.fate) for one in outcome.changes] == [
        (allowed_sources.FILE, FileAction.UPDATED)
    ]
    assert allowed_sources.named(settings(project)) == (SOURCE, mirror)
    commit(project)
    assert update(project, address=mirror, answers_only=True).empty


def test_without_the_file_or_the_list_only_the_record_changes(
    template: Template, mirror: str, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {allowed_sources.FILE: None})
    outcome = update(project, address=mirror, answers_only=True)
    assert [one.path for one in outcome.changes if one.fate is not FileAction.KEPT] == [
        answers.FILE
    ]
    assert not (project / allowed_sources.FILE).exists()


def test_another_release_leaves_the_list_of_a_team_alone(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    mine = SETTINGS.replace(f'"{SOURCE}"', f'"{template.folder}" "https://a.example/x.git"')
    commit(project, {allowed_sources.FILE: mine})
    template.release("1.1.0", {"a.txt": "b\n"})
    assert update(project).conflicts == ()
    assert settings(project) == mine
