"""`scaffold update` where Git is not as a fresh clone has it: settings, filters, line ends, a part of the files, names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from updating import Template, commit, contents, fates, git, update

from scaffolder import cli
from scaffolder.errors import ExitCode, ProjectError, UpdateError
from scaffolder.update import run
from scaffolder.update.merge import FileAction

LINES = "".join(f"line {number}\n" for number in range(1, 21))


OURS, THEIRS = LINES.replace("line 2\n", "mine\n"), LINES.replace("line 18\n", "theirs\n")


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return Template.made(
        tmp_path / "template", {"a.txt": LINES, "b.txt": LINES, "docs/c.txt": LINES}
    )


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_an_edit_below_a_heading_that_is_another_one_now_is_a_conflict(
    tmp_path: Path, ends: str
) -> None:
    alike = "  image: x\n  pull: always\n  cpu: 1\n  timeout: 10\n"
    block = f"- name: build\n{alike}- name: last\n{alike}"
    template = Template.made(tmp_path / "template", {"ci.yml": block})
    project = template.generate(tmp_path / "project")
    commit(project, {"ci.yml": block.replace("10", "60", 1).replace("\n", ends)})
    template.release("1.1.0", {"ci.yml": block.replace("build", "compile")})
    assert fates(update(project)) == {"ci.yml": FileAction.CONFLICT}
    lines = (project / "ci.yml").read_bytes().decode()
    assert lines.count(ends) == lines.count("\n")
    assert lines.replace(ends, "\n").startswith("<<<<<<< yours\n- name: build\n")


SETTINGS = {
    "color.ui": "always",
    "diff.external": "false",
    "diff.noprefix": "true",
    "grep.fullName": "true",
    "grep.lineNumber": "true",
    "init.defaultObjectFormat": "sha256",
    "merge.conflictStyle": "diff3",
    "merge.renames": "false",
}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """Settings of a person, each of which changes what some Git command prints."""
    file = tmp_path / "gitconfig"
    for name, value in SETTINGS.items():
        git(tmp_path, "config", "--file", str(file), name, value)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(file))
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    return SETTINGS


def test_nobodys_settings_change_what_is_done_or_said(
    template: Template, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    project = template.generate(tmp_path / "top")
    (project / "below").mkdir()
    for name in ("a.txt", "b.txt", "docs", ".copier-answers.yml"):
        git(project, "mv", name, f"below/{name}")
    commit(project, {"below/a.txt": OURS})
    template.release("1.1.0", {"a.txt": THEIRS, "b.txt": LINES + "more\n"})
    expected = update(project / "below", diff=True).text
    request.getfixturevalue("settings")
    assert update(project / "below", diff=True).text == expected
    assert fates(update(project / "below")) == {
        "a.txt": FileAction.MERGED,
        "b.txt": FileAction.UPDATED,
    }
    commit(
        project, {"below/a.txt": "<<<<<<< yours\nmine\n=======\nline 1\n>>>>>>> template-v1.1.0\n"}
    )
    with pytest.raises(UpdateError, match=r"markers of a conflict are left in a\.txt"):
        update(project / "below")


def test_a_sparse_checkout_stays_sparse_and_a_conflict_is_there_to_be_settled(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"docs/c.txt": OURS, "mine/d.txt": "mine\n", "top/e.txt": "mine\n"})
    template.release(
        "1.1.0", {"docs/c.txt": LINES.replace("line 2\n", "theirs\n"), "a.txt": THEIRS}
    )
    git(project, "sparse-checkout", "set", "top")
    before = contents(project)
    assert set(before) == {".copier-answers.yml", "a.txt", "b.txt", "top/e.txt"}
    assert update(project).exit_code is ExitCode.FOUND
    assert "<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> " in (project / "docs/c.txt").read_text(
        encoding="utf-8"
    )
    assert not (project / "mine").exists()
    run.abort(project)
    assert contents(project) == before
    assert git(project, "status", "--short") == ""


@pytest.mark.skipif(os.name != "posix", reason="names that are no text exist on POSIX only")
def test_a_name_that_is_no_text_stays_in_a_folder_of_a_monorepo(
    template: Template, tmp_path: Path
) -> None:
    top = tmp_path / "top"
    project = template.generate(top / "services" / "pay é")
    (project / ".git").rename(top / ".git")
    name = os.fsdecode(b"caf\xe9.txt")
    commit(
        top,
        {
            f"services/pay é/{name}": "mine\n",
            "services/pay é/two\nlines.txt": "mine\n",
            "other/f.txt": "o\n",
        },
    )
    template.release("1.1.0", {"a.txt": THEIRS})
    assert fates(update(project)) == {"a.txt": FileAction.UPDATED}
    assert git(top, "diff", "--cached", "--name-only", "-z").split("\0") == [
        "services/pay é/.copier-answers.yml",
        "services/pay é/a.txt",
        "",
    ]
    assert git(top, "status", "--short", "--ignored").count("\n") == 1


def test_a_folder_where_the_template_has_a_file_is_a_conflict_that_can_be_taken_back(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"a.txt": None, "a.txt/mine": "mine\n", "new.txt/mine": "mine\n"})
    template.release("1.1.0", {"a.txt": THEIRS, "new.txt": "new\n"})
    before = contents(project)
    outcome = update(project)
    assert fates(outcome) == {
        "a.txt": FileAction.CONFLICT,
        "a.txt~template-v1.1.0": FileAction.NEW,
        "new.txt": FileAction.CONFLICT,
        "new.txt~template-v1.1.0": FileAction.NEW,
    }
    notes = {change.path: change.note for change in outcome.changes}
    assert (
        notes["new.txt~template-v1.1.0"] == "it is the template's new.txt, where you have a folder"
    )
    assert (project / "new.txt" / "mine").is_file()
    run.abort(project)
    assert contents(project) == before
    assert git(project, "status", "--short") == ""


def test_a_link_where_the_template_has_a_folder_is_kept_beside(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    git(project, "mv", "docs", "texts")
    (project / "docs").symlink_to("texts")
    (project / "b.txt").unlink()
    (project / "b.txt").symlink_to("a.txt")
    commit(project)
    template.release("1.1.0", {"docs/c.txt": THEIRS, "docs/new.txt": "new\n", "b.txt": THEIRS})
    outcome = update(project)
    notes = {change.path: (change.fate, change.note) for change in outcome.changes}
    assert notes["docs~yours"] == (
        FileAction.KEPT,
        "it is yours, and was docs, which is a folder in the template",
    )
    assert notes["b.txt"] == (
        FileAction.CONFLICT,
        "you and the template have something else there: a file, or a link",
    )
    assert notes["texts/c.txt"] == (FileAction.MERGED, "")
    run.abort(project)
    assert (project / "docs").is_symlink()
    assert (project / "b.txt").is_symlink()
    assert git(project, "status", "--short") == ""


def test_what_cannot_be_checked_is_not_taken_with_check(
    template: Template, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"a.txt": OURS})
    template.release("1.1.0", {"a.txt": LINES.replace("line 2\n", "theirs\n")})
    assert cli.run(["update", "--check", str(project)]) == ExitCode.FOUND
    assert capsys.readouterr().out.endswith(
        "1 updated, 1 conflict; nothing was changed\n\n  not checked: files with conflicts do not parse\n\n"
        "Next    the same without --dry-run, --diff and --check\n"
    )
    assert git(project, "status", "--short") == ""


def test_abort_goes_with_no_other_option_and_quiet_says_nothing(
    template: Template, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"a.txt": THEIRS})
    assert cli.run(["update", "--quiet", str(project)]) == ExitCode.CLEAN
    assert capsys.readouterr().out == ""
    assert cli.run(["update", "--abort", "--dry-run", str(project)]) == ExitCode.USAGE
    assert (
        "--abort takes the last update back, and goes with no other option"
        in capsys.readouterr().err
    )
    assert (project / "a.txt").read_text(encoding="utf-8") == THEIRS


def test_a_folder_inside_a_generated_repository_names_the_one_to_give(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    with pytest.raises(ProjectError, match=r"docs has no \.copier-answers\.yml") as stopped:
        update(project / "docs")
    assert stopped.value.hint == f"{project} has one: give that folder"


@pytest.mark.parametrize("name", ["LITERAL", "GLOB", "NOGLOB", "ICASE"])
def test_variables_that_change_what_a_path_names_change_nothing(
    name: str, template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = template.generate(tmp_path / "top")
    (project / "below").mkdir()
    for file in ("a.txt", "b.txt", "docs", ".copier-answers.yml"):
        git(project, "mv", file, f"below/{file}")
    commit(project, {"below/a.txt": OURS, "below/A.TXT": "mine\n"})
    template.release("1.1.0", {"a.txt": THEIRS, "[a].txt": "new\n"})
    monkeypatch.setenv(f"GIT_{name}_PATHSPECS", "1")
    assert fates(update(project / "below")) == {
        "a.txt": FileAction.MERGED,
        "[a].txt": FileAction.NEW,
    }
    run.abort(project / "below")
    assert git(project, "status", "--short") == ""
