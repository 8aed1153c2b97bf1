"""Changed files: since the branch left the default one, in the working tree too, and only below the project."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from reported import REPORT

from scaffolder import cli
from scaffolder.errors import ExitCode, ProjectError
from scaffolder.model import Outcome
from scaffolder.repository import changed_files
from scaffolder.tools.toolchain import SystemToolchain

Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "somebody")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "somebody@example.com")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")

    def run(*arguments: str) -> str:
        return subprocess.run(
            ["git", "-C", str(tmp_path), *arguments], check=True, capture_output=True, text=True
        ).stdout.strip()

    return run


@pytest.fixture
def branch(git: Git, tmp_path: Path) -> Path:
    """A repository on branch `feature`, one commit behind which `main` has gone on."""
    git("init", "--quiet", "--initial-branch", "main")
    for name in (
        "old.yml",
        "committed.yml",
        "dirty.yml",
        "staged.yml",
        "gone.yml",
        "service/é x.yml",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("a: 1\n", encoding="utf-8")
    (tmp_path / ".gitignore").write_text("ignored.yml\n", encoding="utf-8")
    git("add", "--all")
    git("commit", "--quiet", "--message", "start")
    git("tag", "v1")
    git("checkout", "--quiet", "-b", "feature")
    (tmp_path / "committed.yml").write_text("a: 2\n", encoding="utf-8")
    git("commit", "--quiet", "--all", "--message", "mine")
    git("checkout", "--quiet", "main")
    (tmp_path / "old.yml").write_text("a: 2\n", encoding="utf-8")
    git("commit", "--quiet", "--all", "--message", "theirs")
    git("checkout", "--quiet", "feature")
    (tmp_path / "dirty.yml").write_text("a: 2\n", encoding="utf-8")
    (tmp_path / "staged.yml").write_text("a: 2\n", encoding="utf-8")
    git("add", "staged.yml")
    (tmp_path / "gone.yml").unlink()
    (tmp_path / "service" / "é x.yml").write_text("a: 2\n", encoding="utf-8")
    (tmp_path / "new.yml").write_text("a: 2\n", encoding="utf-8")
    (tmp_path / "ignored.yml").write_text("a: 2\n", encoding="utf-8")
    return tmp_path


MINE = {"committed.yml", "dirty.yml", "staged.yml", "gone.yml", "new.yml", "service/é x.yml"}


def test_commits_index_working_tree_and_new_files_count_and_what_others_did_does_not(
    branch: Path, toolchain: SystemToolchain
) -> None:
    found = changed_files.changes(branch, toolchain)
    assert found.names == MINE
    assert found.since.startswith("main (")


def test_since_takes_a_tag_a_branch_or_a_commit(
    branch: Path, toolchain: SystemToolchain, git: Git
) -> None:
    assert changed_files.changes(branch, toolchain, since="v1").names == MINE
    assert changed_files.changes(
        branch, toolchain, since=git("rev-parse", "HEAD")
    ).names == MINE - {"committed.yml"}


def test_the_remotes_default_branch_comes_first(
    branch: Path, toolchain: SystemToolchain, git: Git
) -> None:
    git("update-ref", "refs/remotes/origin/trunk", "v1")
    git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    assert changed_files.changes(branch, toolchain).since.startswith("origin/HEAD (")


def test_a_service_in_a_monorepo_sees_its_own_files(
    branch: Path, toolchain: SystemToolchain
) -> None:
    assert changed_files.changes(branch / "service", toolchain).names == {"é x.yml"}


def test_before_the_first_commit_everything_is_new(
    git: Git, tmp_path: Path, toolchain: SystemToolchain
) -> None:
    git("init", "--quiet", "--initial-branch", "main")
    (tmp_path / "a.yml").write_text("a\n", encoding="utf-8")
    (tmp_path / "b.yml").write_text("b\n", encoding="utf-8")
    git("add", "a.yml")
    assert changed_files.changes(tmp_path, toolchain).names == {"a.yml", "b.yml"}


@pytest.mark.parametrize("since", ["nowhere", "--output=x", "v1:old.yml"])
def test_an_unknown_reference_is_bad_usage(
    since: str, branch: Path, toolchain: SystemToolchain
) -> None:
    with pytest.raises(ProjectError, match="unknown commit"):
        changed_files.changes(branch, toolchain, since=since)


def test_histories_that_never_met_are_said_to_be(
    branch: Path, toolchain: SystemToolchain, git: Git
) -> None:
    tree = git("rev-parse", "HEAD^{tree}")
    git("branch", "other", git("commit-tree", "-m", "alone", tree))
    with pytest.raises(ProjectError, match="have no commit in common"):
        changed_files.changes(branch, toolchain, since="other")


def test_a_finding_counts_for_either_of_its_places_and_the_rest_is_counted() -> None:
    def only(*names: str) -> list[int]:
        report = changed_files.only(
            changed_files.Changes(since="main (1234567)", names=frozenset(names)), REPORT
        )
        assert report.notes[-1].startswith(
            f"only findings in what changed since main (1234567) count: {len(names)} file"
        )
        return [
            len(result.findings)
            for result in report.results
            if result.check.id in {"AG001", "DK001"}
        ]

    assert only("Dockerfile") == [1, 1]
    assert only("pom.xml") == [1, 0]
    assert only("README.md", "x") == [0, 0]


def test_a_check_whose_only_findings_are_elsewhere_passes_and_one_without_a_verdict_does_not() -> (
    None
):
    report = changed_files.only(changed_files.Changes(since="main", names=frozenset({"x"})), REPORT)
    outcomes = {result.check.id: result.outcome for result in report.results}
    assert outcomes["AG001"] is Outcome.PASSED
    assert outcomes["HL001"] is Outcome.BROKEN
    assert report.notes == (
        "only findings in what changed since main count: 1 file; 2 in other files are not shown",
    )
    strict = changed_files.only(
        changed_files.Changes(since="main", names=frozenset({"x"})), replace(REPORT, strict=True)
    )
    assert strict.exit_code is ExitCode.NO_VERDICT


def test_the_command_shows_what_changed_and_says_so(
    branch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (branch / "old.yml").write_text("a: 2\n", encoding="utf-8")
    (branch / "new.yml").write_text("a: [\n", encoding="utf-8")
    (branch / "ignored.yml").write_text("a: [\n", encoding="utf-8")
    assert cli.run(["check", str(branch), "--select", "SY002", "--only-changed"]) == ExitCode.FOUND
    captured = capsys.readouterr()
    assert captured.out.startswith("new.yml:2: error[SY002]")
    assert "ignored.yml" not in captured.out
    assert "7 files; 1 in other files are not shown" in " ".join(captured.out.split())


def test_outside_of_git_it_is_bad_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yml").write_text("a: 1\n", encoding="utf-8")
    assert cli.run(["check", str(tmp_path), "--only-changed"]) == ExitCode.USAGE
    assert capsys.readouterr().err == (
        f"scaffold: {tmp_path} is not in a Git repository\n  try: leave out --only-changed and --since\n"
    )
