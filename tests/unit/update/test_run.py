"""`scaffold update` on small repositories: what Git is made to do, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from updating import QUESTIONS, Template, commit, contents, fates, git, lay, update

from scaffolder.errors import AnswersError, ExitCode, StoreError, UpdateError
from scaffolder.update import run
from scaffolder.update.merge import FileAction

LINES = "".join(f"line {number}\n" for number in range(1, 21))
STEPS = "".join(
    f"- name: step-{name}\n  image: x\n  timeout: 10\n  retries: 1\n"
    for name in ("build", "test", "push")
)


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return Template.made(
        tmp_path / "template",
        {"a.txt": LINES, "b.txt": LINES, "run.sh": "#!/bin/sh\n", "old.txt": "x\n"},
    )


def test_an_untouched_repository_becomes_what_is_generated_now(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"a.txt": LINES + "more\n", "new/c.txt": "c\n", "old.txt": None})
    outcome = update(project)
    assert outcome.taken
    assert outcome.exit_code is ExitCode.CLEAN
    assert fates(outcome) == {
        "a.txt": FileAction.UPDATED,
        "new/c.txt": FileAction.NEW,
        "old.txt": FileAction.DELETED,
    }
    assert contents(project) == contents(template.generate(tmp_path / "fresh"))
    assert git(project, "diff", "--name-only") == ""
    assert set(git(project, "diff", "--cached", "--name-only").split()) == {
        ".copier-answers.yml",
        *fates(outcome),
    }


def test_edits_elsewhere_in_a_file_stay(template: Template, tmp_path: Path) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"a.txt": LINES.replace("line 2\n", "mine\n"), "mine.txt": "mine\n"})
    template.release("1.1.0", {"a.txt": LINES.replace("line 18\n", "theirs\n")})
    outcome = update(project)
    assert fates(outcome) == {"a.txt": FileAction.MERGED}
    merged = LINES.replace("line 2\n", "mine\n").replace("line 18\n", "theirs\n")
    assert (project / "a.txt").read_text(encoding="utf-8") == merged
    assert (project / "mine.txt").is_file()


def test_the_same_lines_are_a_conflict_with_both_sides_in_it(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"a.txt": LINES.replace("line 2\n", "mine\n")})
    template.release("1.1.0", {"a.txt": LINES.replace("line 2\n", "theirs\n"), "b.txt": "b\n"})
    outcome = update(project)
    assert outcome.exit_code is ExitCode.FOUND
    assert fates(outcome) == {"a.txt": FileAction.CONFLICT, "b.txt": FileAction.UPDATED}
    expected = "<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> template-v1.1.0\n"
    assert (project / "a.txt").read_text(encoding="utf-8") == LINES.replace("line 2\n", expected)
    assert git(project, "status", "--short", "a.txt", "b.txt") == "UU a.txt\nM  b.txt"
    git(project, "checkout", "--theirs", "a.txt")
    assert (project / "a.txt").read_text(encoding="utf-8") == LINES.replace("line 2\n", "theirs\n")


def test_an_edit_follows_a_file_that_the_template_moves(template: Template, tmp_path: Path) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"a.txt": LINES.replace("line 2\n", "mine\n")})
    template.release("1.1.0", {"a.txt": None, "moved/a.txt": LINES + "more\n"})
    outcome = update(project)
    assert fates(outcome) == {"a.txt": FileAction.DELETED, "moved/a.txt": FileAction.MOVED}
    moved = next(change for change in outcome.changes if change.path == "moved/a.txt")
    assert (moved.origin, moved.note) == ("a.txt", "was a.txt, with your changes")
    assert (project / "moved" / "a.txt").read_text(encoding="utf-8") == LINES.replace(
        "line 2\n", "mine\n"
    ) + "more\n"


def test_the_template_follows_a_file_that_people_moved(template: Template, tmp_path: Path) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"a.txt": None, "mine.txt": LINES})
    template.release("1.1.0", {"a.txt": LINES + "more\n"})
    assert fates(update(project)) == {"mine.txt": FileAction.MERGED}
    assert (project / "mine.txt").read_text(encoding="utf-8") == LINES + "more\n"


def test_another_answer_follows_a_file_that_people_moved(tmp_path: Path) -> None:
    files = {"a.txt.jinja": LINES + "for [[ name ]]\n", "b.txt.jinja": "[[ name ]]\n"}
    template = Template.made(tmp_path / "template", files)
    project = template.generate(tmp_path / "project")
    commit(
        project, {"a.txt": None, "moved/a.txt": LINES.replace("line 2\n", "mine\n") + "for thing\n"}
    )
    outcome = update(project, given={"name": "other"}, answers_only=True)
    assert fates(outcome) == {"moved/a.txt": FileAction.MERGED, "b.txt": FileAction.UPDATED}
    expected = LINES.replace("line 2\n", "mine\n") + "for other\n"
    assert (project / "moved" / "a.txt").read_text(encoding="utf-8") == expected
    assert not (project / "a.txt").exists()


def test_an_edit_stays_in_its_block_however_many_are_alike(tmp_path: Path) -> None:
    template = Template.made(tmp_path / "template", {"ci.yml": STEPS})
    project = template.generate(tmp_path / "project")
    commit(
        project,
        {
            "ci.yml": STEPS.replace(
                "step-test\n  image: x\n  timeout: 10", "step-test\n  image: x\n  timeout: 60"
            )
        },
    )
    inserted = "- name: step-new\n  image: x\n  timeout: 10\n  retries: 1\n"
    template.release("1.1.0", {"ci.yml": inserted + STEPS})
    assert fates(update(project)) == {"ci.yml": FileAction.MERGED}
    expected = inserted + STEPS.replace(
        "step-test\n  image: x\n  timeout: 10", "step-test\n  image: x\n  timeout: 60"
    )
    assert (project / "ci.yml").read_text(encoding="utf-8") == expected


def test_what_the_template_drops_and_people_edited_is_kept_and_said(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"old.txt": "mine\n"})
    template.release("1.1.0", {"old.txt": None})
    outcome = update(project)
    assert fates(outcome) == {"old.txt": FileAction.KEPT}
    assert outcome.exit_code is ExitCode.CLEAN
    assert (project / "old.txt").read_text(encoding="utf-8") == "mine\n"


def test_what_people_deleted_stays_deleted_and_is_said(template: Template, tmp_path: Path) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"a.txt": None})
    template.release("1.1.0", {"a.txt": LINES + "more\n"})
    outcome = update(project)
    assert fates(outcome) == {"a.txt": FileAction.KEPT}
    assert not (project / "a.txt").exists()
    assert git(project, "status", "--short") == "M  .copier-answers.yml"


def test_a_file_that_both_add_is_a_conflict(template: Template, tmp_path: Path) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"c.txt": "mine\n"})
    template.release("1.1.0", {"c.txt": "theirs\n"})
    assert fates(update(project)) == {"c.txt": FileAction.CONFLICT}
    assert "mine\n" in (project / "c.txt").read_text(encoding="utf-8")


def test_modes_are_merged(template: Template, tmp_path: Path) -> None:
    project = template.generate(tmp_path / "project")
    (project / "a.txt").chmod(0o755)
    commit(project)
    template.release("1.1.0", {"a.txt": LINES + "more\n", "old.txt": "#!/bin/sh\n"})
    update(project)
    assert contents(project)["a.txt"] == (LINES + "more\n", True)
    assert contents(project)["old.txt"] == ("#!/bin/sh\n", True)


@pytest.mark.parametrize("flag", ["dry_run", "diff"])
def test_telling_changes_nothing_and_checks_the_merged_result(
    template: Template, tmp_path: Path, flag: str
) -> None:
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"broken.json": "{\n"})
    before = contents(project), git(project, "status", "--short")
    outcome = update(project, **{flag: True})
    assert not outcome.taken
    assert (contents(project), git(project, "status", "--short")) == before
    assert outcome.report is not None
    failed = {result.check.id for result in outcome.report.results if result.findings}
    assert "SY003" in failed
    assert outcome.exit_code is ExitCode.FOUND
    assert ("+{" in outcome.text) == (flag == "diff")


def test_a_check_that_fails_keeps_the_repository_untouched(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"broken.json": "{\n"})
    assert not update(project, check=True).taken
    assert git(project, "status", "--short") == ""


def test_the_newest_release_has_nothing_to_do(template: Template, tmp_path: Path) -> None:
    outcome = update(template.generate(tmp_path / "project"))
    assert outcome.empty
    assert not outcome.taken
    assert outcome.changes == ()


def test_a_release_can_be_named(template: Template, tmp_path: Path) -> None:
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"a.txt": "one\n"})
    template.release("1.2.0", {"a.txt": "two\n"})
    outcome = update(project, to="1.1.0")
    assert [release.tag for release in outcome.news] == ["v1.1.0"]
    assert (project / "a.txt").read_text(encoding="utf-8") == "one\n"
    assert "_commit: v1.1.0\n" in (project / ".copier-answers.yml").read_text(encoding="utf-8")


def test_an_older_release_is_refused(template: Template, tmp_path: Path) -> None:
    template.release("1.1.0", {"a.txt": "one\n"})
    project = template.generate(tmp_path / "project")
    with pytest.raises(
        UpdateError, match=r"^the repository is at v1\.1\.0, and v1\.0\.0 is older$"
    ):
        update(project, to="v1.0.0")


def test_a_release_that_is_not_there_is_refused(template: Template, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"^v7\.0\.0 is not among the releases"):
        update(template.generate(tmp_path / "project"), to="v7.0.0")


def test_what_is_not_committed_is_refused(template: Template, tmp_path: Path) -> None:
    project = template.generate(tmp_path / "project")
    lay(project, {"a.txt": "mine\n"})
    with pytest.raises(UpdateError, match=r"^changed and not committed: a\.txt$"):
        update(project)


def test_untracked_files_are_no_obstacle_unless_they_are_in_the_way(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"c.txt": "c\n"})
    lay(project, {"notes.txt": "mine\n", "c.txt": "mine\n"})
    with pytest.raises(
        UpdateError, match=r"^the update would write what is there and not committed: c\.txt$"
    ):
        update(project)
    (project / "c.txt").unlink()
    assert update(project).taken
    assert (project / "notes.txt").read_text(encoding="utf-8") == "mine\n"


def test_conflicts_that_are_left_are_refused(template: Template, tmp_path: Path) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"a.txt": "mine\n"})
    template.release("1.1.0", {"a.txt": "theirs\n"})
    update(project)
    with pytest.raises(UpdateError, match=r"^conflicts are left from a merge: a\.txt$") as stopped:
        update(project)
    assert (
        stopped.value.hint == "settle them, then git add and git commit; or scaffold update --abort"
    )
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "with markers")
    template.release("1.2.0", {"b.txt": "b\n"})
    with pytest.raises(UpdateError, match=r"^markers of a conflict are left in a\.txt$"):
        update(project)


def test_markers_in_files_of_ones_own_are_no_obstacle(template: Template, tmp_path: Path) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"docs.md": "<<<<<<< yours\n=======\n>>>>>>> theirs\n"})
    template.release("1.1.0", {"b.txt": "b\n"})
    assert update(project).taken


def test_abort_takes_all_back_and_only_that(template: Template, tmp_path: Path) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"a.txt": LINES.replace("line 2\n", "mine\n")})
    before = contents(project)
    template.release(
        "1.1.0",
        {"a.txt": LINES.replace("line 2\n", "theirs\n"), "new/c.txt": "c\n", "old.txt": None},
    )
    update(project)
    lay(project, {"later.txt": "mine\n"})
    assert set(run.abort(project).files) == {".copier-answers.yml", "a.txt", "new/c.txt", "old.txt"}
    assert git(project, "status", "--short") == "?? later.txt"
    (project / "later.txt").unlink()
    assert contents(project) == before
    assert not (project / "new").exists()
    assert update(project).exit_code is ExitCode.FOUND


def test_abort_of_nothing_or_of_what_is_committed_is_refused(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    with pytest.raises(UpdateError, match="no update to undo"):
        run.abort(project)
    template.release("1.1.0", {"a.txt": "theirs\n"})
    update(project)
    commit(project)
    with pytest.raises(UpdateError, match="the update is committed"):
        run.abort(project)


def test_an_update_that_died_half_way_asks_for_abort(template: Template, tmp_path: Path) -> None:
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"a.txt": "theirs\n", "c.txt": "c\n"})
    before = contents(project)
    update(project)
    journal = project / ".git" / "scaffold" / "update.json"
    journal.write_text(
        journal.read_text(encoding="utf-8").replace('"done"', '"begun"'), encoding="utf-8"
    )
    git(project, "restore", "--staged", "a.txt")
    with pytest.raises(UpdateError, match="an earlier update was interrupted"):
        update(project)
    run.abort(project)
    assert contents(project) == before
    assert git(project, "status", "--short") == ""


def test_a_stored_answer_that_is_no_longer_allowed_stops_the_update(tmp_path: Path) -> None:
    first = QUESTIONS + "region: {type: str, choices: [eu, us], default: eu}\n"
    template = Template.made(tmp_path / "template", {"r.txt.jinja": "[[ region ]]\n"}, first)
    project = template.generate(tmp_path / "project", {"region": "us"})
    template.release("1.1.0", {}, first.replace("[eu, us]", "[eu, ap]"))
    with pytest.raises(
        AnswersError, match=r"^region cannot be what it is: 'us' is not in "
    ) as stopped:
        update(project)
    assert stopped.value.hint == "scaffold update -d region=VALUE"
    assert git(project, "status", "--short") == ""
    outcome = update(project, given={"region": "ap"})
    assert outcome.taken
    assert (project / "r.txt").read_text(encoding="utf-8") == "ap\n"


@pytest.mark.parametrize(
    "request_",
    [{"given": {"level": "work"}}, {"given": {"region": "ap"}}, {"add": ("ap",)}],
    ids=["a question", "a choice", "a word"],
)
def test_what_only_a_newer_release_knows_is_refused_with_the_way_to_it(
    request_: dict[str, object], tmp_path: Path
) -> None:
    first = QUESTIONS + "region: {type: str, choices: [none, eu], default: none}\n"
    template = Template.made(tmp_path / "template", {}, first)
    project = template.generate(tmp_path / "project")
    later = "level: {type: str, choices: [work, right], default: right}\n"
    template.release("1.1.0", {}, first.replace("[none, eu]", "[none, eu, ap]") + later)
    with pytest.raises(AnswersError) as stopped:
        update(project, answers_only=True, **request_)
    assert stopped.value.hint == "v1.1.0 knows it: scaffold update, then the same again"
    with pytest.raises(AnswersError) as stopped:
        update(project, answers_only=True, given={"colour": "red"})
    assert "the questions are name, region" in stopped.value.hint
    update(project)
    commit(project)
    assert update(project, answers_only=True, **request_).taken


def test_an_answer_that_would_turn_into_another_one_stops_the_update(tmp_path: Path) -> None:
    template = Template.made(
        tmp_path / "template", {}, QUESTIONS + "size: {type: str, default: '10'}\n"
    )
    project = template.generate(tmp_path / "project", {"size": "007"})
    template.release("1.1.0", {}, QUESTIONS + "size: {type: int, default: 10}\n")
    with pytest.raises(AnswersError, match=r"^size is 007, and v1\.1\.0 would make it 7$"):
        update(project)
    assert git(project, "status", "--short") == ""


def test_a_renamed_question_reads_the_old_answer(tmp_path: Path) -> None:
    template = Template.made(
        tmp_path / "template",
        {"c.txt.jinja": "[[ provider ]]\n"},
        QUESTIONS + "provider: {type: str, default: aws}\n",
    )
    project = template.generate(tmp_path / "project", {"provider": "azure"})
    renamed = QUESTIONS + "cloud: {type: str, default: \"[[ provider | default('aws') ]]\"}\n"
    template.release("1.1.0", {"c.txt.jinja": "[[ cloud ]]\n"}, renamed)
    outcome = update(project)
    assert [(one.name, one.before, one.after) for one in outcome.answers] == [
        ("provider", "azure", None),
        ("cloud", None, "azure"),
    ]
    assert (project / "c.txt").read_text(encoding="utf-8") == "azure\n"


def test_a_new_question_without_a_default_names_itself(template: Template, tmp_path: Path) -> None:
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {}, QUESTIONS + "team: {type: str}\n")
    with pytest.raises(AnswersError, match=r"^team has no answer$"):
        update(project)
    assert update(project, given={"team": "a"}).taken


def test_a_folder_of_a_monorepo_is_updated_and_nothing_else(
    template: Template, tmp_path: Path
) -> None:
    top = tmp_path / "mono"
    project = template.generate(top / "services" / "pay")
    (project / ".git").rename(tmp_path / "gone")
    git(top, "init", "--quiet")
    commit(top, {"other/a.txt": "other\n", "services/x.txt": "x\n"})
    template.release("1.1.0", {"a.txt": LINES + "more\n", "new/c.txt": "c\n", "old.txt": None})
    lay(top, {"other/a.txt": "in the middle of something\n"})
    outcome = update(project)
    assert fates(outcome) == {
        "a.txt": FileAction.UPDATED,
        "new/c.txt": FileAction.NEW,
        "old.txt": FileAction.DELETED,
    }
    assert git(top, "status", "--short").splitlines() == [
        "M other/a.txt",
        "M  services/pay/.copier-answers.yml",
        "M  services/pay/a.txt",
        "A  services/pay/new/c.txt",
        "D  services/pay/old.txt",
    ]
    assert contents(project) == contents(template.generate(tmp_path / "fresh"))
    run.abort(project)
    assert git(top, "status", "--short") == "M other/a.txt"


def test_each_folder_of_a_monorepo_takes_back_its_own_update(
    template: Template, tmp_path: Path
) -> None:
    top = tmp_path / "mono"
    projects = [template.generate(top / "services" / name) for name in ("pay", "shop")]
    for project in projects:
        (project / ".git").rename(tmp_path / f"gone-{project.name}")
    git(top, "init", "--quiet")
    commit(top)
    template.release("1.1.0", {"a.txt": LINES + "more\n"})
    for project in projects:
        assert update(project).taken
    assert set(run.abort(projects[0]).files) == {
        "services/pay/.copier-answers.yml",
        "services/pay/a.txt",
    }
    assert git(top, "diff", "--cached", "--name-only").split() == [
        "services/shop/.copier-answers.yml",
        "services/shop/a.txt",
    ]
    run.abort(projects[1])
    assert git(top, "status", "--short") == ""


def test_a_shallow_clone_is_updated(template: Template, tmp_path: Path) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"a.txt": LINES.replace("line 2\n", "mine\n")})
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{project}", "shallow")
    template.release("1.1.0", {"a.txt": LINES.replace("line 18\n", "theirs\n")})
    assert fates(update(tmp_path / "shallow")) == {"a.txt": FileAction.MERGED}


def test_line_ends_of_windows_in_the_working_tree_stay(template: Template, tmp_path: Path) -> None:
    project = template.generate(tmp_path / "project")
    git(project, "config", "core.autocrlf", "true")
    for name in ("a.txt", "b.txt"):
        (project / name).unlink()
    git(project, "checkout", "--", ".")
    assert b"\r\n" in (project / "a.txt").read_bytes()
    commit(project, {"a.txt": LINES.replace("line 2\n", "mine\n").replace("\n", "\r\n")})
    template.release("1.1.0", {"a.txt": LINES.replace("line 18\n", "theirs\n")})
    assert fates(update(project)) == {"a.txt": FileAction.MERGED}
    merged = LINES.replace("line 2\n", "mine\n").replace("line 18\n", "theirs\n")
    assert (project / "a.txt").read_bytes() == merged.replace("\n", "\r\n").encode()
    assert git(project, "status", "--short") == "M  .copier-answers.yml\nM  a.txt"


def test_no_name_no_hooks_and_no_settings_of_the_person_are_needed(
    template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = template.generate(tmp_path / "project")
    hook = project / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    lay(
        hook.parent,
        {"post-checkout": "#!/bin/sh\ntouch ran\n", "post-index-change": "#!/bin/sh\ntouch ran\n"},
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    template_release = {"a.txt": "theirs\n"}
    monkeypatch.delenv("GIT_DIR")
    template.release("1.1.0", template_release)
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "elsewhere"))
    assert update(project).taken
    assert not list(tmp_path.rglob("ran"))


def test_a_folder_outside_git_or_without_a_record_is_refused(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    (project / ".git").rename(tmp_path / "gone")
    with pytest.raises(UpdateError, match="is not in a Git repository"):
        update(project)
    (tmp_path / "gone").rename(project / ".git")
    (project / ".copier-answers.yml").unlink()
    with pytest.raises(Exception, match=r"has no \.copier-answers\.yml$"):
        update(project)
