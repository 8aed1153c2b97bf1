"""The releases go to a Git host whole, or not at all; and the message if they do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from updating import git

from scaffolder import cli
from scaffolder.errors import ExitCode, StoreError
from scaffolder.template import publishing, releases
from scaffolder.tools.toolchain import SystemToolchain

TAGS = tuple(release.tag for release in releases.releases())


@pytest.fixture
def host(tmp_path: Path) -> Path:
    folder = tmp_path / "host.git"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(folder))
    return folder


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A repository that holds something else."""
    folder = tmp_path / "other"
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(folder))
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "other")
    return folder


def hook(host: Path, name: str, body: str) -> None:
    (host / "hooks").mkdir(exist_ok=True)
    (host / "hooks" / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    (host / "hooks" / name).chmod(0o755)


def test_all_releases_go_to_an_empty_repository_once(
    host: Path, toolchain: SystemToolchain
) -> None:
    assert publishing.publish(str(host), toolchain) == publishing.Published(tags=TAGS, main=True)
    assert publishing.publish(str(host), toolchain) == publishing.Published(tags=(), main=True)
    assert git(host, "rev-parse", "main") == git(host, "rev-parse", TAGS[-1])


def test_those_that_are_missing_are_added(host: Path, toolchain: SystemToolchain) -> None:
    publishing.publish(str(host), toolchain)
    git(host, "update-ref", "refs/heads/main", TAGS[0])
    git(host, "tag", "--delete", *TAGS[1:])
    assert publishing.publish(str(host), toolchain) == publishing.Published(
        tags=TAGS[1:], main=True
    )


def test_a_branch_that_a_team_works_on_stays(
    host: Path, toolchain: SystemToolchain, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publishing.publish(str(host), toolchain)
    git(tmp_path, "clone", "--quiet", str(host), "clone")
    git(tmp_path / "clone", "commit", "--quiet", "--allow-empty", "--message", "ours")
    git(tmp_path / "clone", "push", "--quiet", "origin", "main")
    ours = git(host, "rev-parse", "main")
    assert publishing.publish(str(host), toolchain) == publishing.Published(tags=(), main=True)
    git(host, "tag", "--delete", TAGS[-1])
    assert publishing.publish(str(host), toolchain) == publishing.Published(
        tags=TAGS[-1:], main=False
    )
    assert git(host, "rev-parse", "main") == ours
    git(host, "tag", "--delete", TAGS[-1])
    assert cli.run(["template", "publish", str(host)]) == ExitCode.CLEAN
    assert f"`git merge {TAGS[-1]}` takes this release" in capsys.readouterr().out


def test_a_release_that_would_pass_those_of_a_team_is_not_pushed(
    host: Path, toolchain: SystemToolchain
) -> None:
    publishing.publish(str(host), toolchain)
    git(host, "tag", "--delete", TAGS[-1])
    git(host, "tag", "v0.0.9", "main")
    with pytest.raises(
        StoreError, match=rf"has a release of its own, v0\.0\.9, .*: {TAGS[-1]} is newer$"
    ) as refused:
        publishing.publish(str(host), toolchain)
    assert f"git pull scaffold://templates.git {TAGS[-1]}" in refused.value.hint
    assert TAGS[-1] not in git(host, "tag", "--list").splitlines()
    git(host, "tag", "v50.0.0", "main")
    assert publishing.publish(str(host), toolchain).tags == (TAGS[-1],)


def test_a_repository_with_something_else_is_left_alone(
    other: Path, toolchain: SystemToolchain
) -> None:
    with pytest.raises(StoreError, match="holds something else"):
        publishing.publish(str(other), toolchain)
    assert git(other, "tag", "--list") == ""


def test_a_release_that_is_another_one_there_is_named_and_nothing_is_pushed(
    other: Path, toolchain: SystemToolchain
) -> None:
    git(other, "tag", TAGS[1])
    with pytest.raises(StoreError, match=rf"has another {TAGS[1]}$"):
        publishing.publish(str(other), toolchain)
    assert git(other, "tag", "--list") == TAGS[1]


@pytest.mark.parametrize("name", ["pre-receive", "update"])
def test_who_may_not_push_hears_what_the_host_said(
    host: Path, name: str, toolchain: SystemToolchain
) -> None:
    hook(host, name, "echo you may not push tags >&2; exit 1")
    with pytest.raises(StoreError, match=r"refuses: you may not push tags$"):
        publishing.publish(str(host), toolchain)
    assert git(host, "for-each-ref") == ""


def test_one_protected_tag_keeps_all_out(host: Path, toolchain: SystemToolchain) -> None:
    hook(host, "update", f"[ $1 != refs/tags/{TAGS[1]} ]")
    with pytest.raises(StoreError, match=r"refuses: .*declined"):
        publishing.publish(str(host), toolchain)
    assert git(host, "tag", "--list") == ""


def test_a_host_that_takes_no_push_to_main_is_not_taken_for_somebodys_work(
    host: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hook(host, "update", "[ $1 != refs/heads/main ] || { echo main is protected; exit 1; }")
    at = host.rename(host.parent / "our host.git")
    assert cli.run(["template", "publish", str(at)]) == ExitCode.CLEAN
    said = capsys.readouterr().out
    assert f"  {', '.join(TAGS)} pushed to {at}\n" in said
    assert (
        "  main there could not be moved: main is protected; repositories need the tags only\n"
        in said
    )
    assert f"Next    scaffold template use '{at}'   in each repository" in said


def test_a_folder_is_found_from_here(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(host.parent)
    assert cli.run(["template", "publish", "host.git"]) == ExitCode.CLEAN
    assert git(host, "tag", "--list").splitlines() == sorted(TAGS)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "a template's address is not empty"),
        ("scaffold://templates.git", "scaffold://templates.git is inside scaffolder"),
        (
            "nowhere.git",
            "nowhere.git cannot be read: fatal: 'nowhere.git' does not appear to be a git repository",
        ),
    ],
)
def test_what_is_no_repository_is_one_sentence(
    url: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["template", "publish", url]) == ExitCode.USAGE
    assert capsys.readouterr().err.splitlines()[0] == f"scaffold: {said}"


def test_a_password_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        cli.run(["template", "publish", "http://user:s3cret@127.0.0.1:9/templates.git"])
        == ExitCode.USAGE
    )
    said = capsys.readouterr()
    assert said.err.startswith("scaffold: http://127.0.0.1:9/templates.git cannot be read: ")
    assert "s3cret" not in said.out + said.err
