"""The releases that travel with the package, and the message if one is missing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scaffolder import __version__
from scaffolder.errors import StoreError
from scaffolder.template import answers, manifest, releases
from scaffolder.template.bundled import SOURCE
from scaffolder.tools import installation
from scaffolder.tools.toolchain import SystemToolchain


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_newest_release_is_the_version_of_the_package() -> None:
    assert releases.newest().version == __version__


def test_releases_are_in_order_and_each_says_what_it_changes() -> None:
    numbers = [release.number for release in releases.releases()]
    assert numbers == sorted(set(numbers))
    assert all(release.changes for release in releases.releases())


def test_the_bundle_holds_the_releases_that_are_listed_and_nothing_else(
    toolchain: SystemToolchain,
) -> None:
    repository = releases.embedded(toolchain).repository
    listed = {f"refs/tags/{release.tag}": release.tree for release in releases.releases()}
    held = dict(
        line.split()
        for line in git(
            repository, "for-each-ref", "--format=%(refname) %(tree)", "refs/tags"
        ).splitlines()
    )
    assert held == listed
    assert git(repository, "rev-list", "--count", "--all") == str(len(listed))
    assert git(repository, "rev-parse", "HEAD") == git(
        repository, "rev-parse", releases.newest().tag
    )


def test_releases_that_lost_a_file_in_the_cache_are_there_again(toolchain: SystemToolchain) -> None:
    before = releases.embedded(toolchain).repository
    (before / "HEAD").unlink()
    after = releases.embedded(toolchain).repository
    assert git(after, "tag", "--list").splitlines() == sorted(
        release.tag for release in releases.releases()
    )


def test_releases_are_read_from_a_host_as_they_are_from_the_package(
    toolchain: SystemToolchain, tmp_path: Path
) -> None:
    ours = releases.embedded(toolchain)
    subprocess.run(
        ["git", "clone", "--quiet", "--mirror", str(ours.repository), str(tmp_path / "mirror.git")],
        check=True,
    )
    theirs = releases.at(str(tmp_path / "mirror.git"), toolchain)
    assert theirs.releases == ours.releases
    assert releases.checkout(theirs, theirs.newest, toolchain) == releases.checkout(
        ours, ours.newest, toolchain
    )


def test_a_host_is_read_anew_each_time(toolchain: SystemToolchain, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror.git"
    subprocess.run(
        [
            "git",
            "clone",
            "--quiet",
            "--mirror",
            str(releases.embedded(toolchain).repository),
            str(mirror),
        ],
        check=True,
    )
    releases.at(str(mirror), toolchain)
    git(mirror, "tag", "v9.0.0", "HEAD")
    assert releases.at(str(mirror), toolchain).newest.tag == "v9.0.0"
    for name in (
        "91.0.0",
        "v091.0.0",
        "v91.0",
        "v91.0.0-rc1",
        "v91.0.0rc1",
        "nightly",
    ):  # Copier looks for "v91.0.0"
        git(mirror, "tag", name, "HEAD")
    assert releases.at(str(mirror), toolchain).newest.tag == "v9.0.0"


def test_a_host_that_is_not_there_is_one_sentence(
    toolchain: SystemToolchain, tmp_path: Path
) -> None:
    with pytest.raises(
        StoreError,
        match=r"the template at .* cannot be read: .*does not appear to be a git repository",
    ) as stopped:
        releases.at(str(tmp_path / "nowhere.git"), toolchain)
    assert stopped.value.hint == f"git ls-remote {tmp_path / 'nowhere.git'}"


def test_a_host_without_releases_says_what_a_release_is(
    toolchain: SystemToolchain, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    subprocess.run(["git", "init", "--quiet", str(empty)], check=True)
    with pytest.raises(StoreError, match="has no release") as stopped:
        releases.at(str(empty), toolchain)
    hint = f"git ls-remote --tags {empty}; a release is a tag such as v1.2.0"
    assert stopped.value.hint == hint


@pytest.mark.parametrize("name", ["v0.1.0", "0.1.0"])
def test_a_release_has_a_name_with_or_without_v(name: str) -> None:
    history = releases.History(address=SOURCE, repository=Path(), releases=releases.releases())
    assert history.named(name).tag == "v0.1.0"


def test_a_release_that_is_newer_than_the_tool_names_the_command_to_type() -> None:
    history = releases.History(address=SOURCE, repository=Path(), releases=releases.releases())
    with pytest.raises(StoreError, match=r"^v99\.1\.0 is not among the releases of ") as stopped:
        history.named("v99.1.0")
    assert stopped.value.hint == installation.current().upgrade("99.1.0")


@pytest.mark.parametrize("name", ["v0.0.1", "v0.1.0-3-gdd350ca", ""])
def test_what_is_no_release_gets_the_names_of_those_that_are(name: str) -> None:
    history = releases.History(address=SOURCE, repository=Path(), releases=releases.releases())
    with pytest.raises(StoreError) as stopped:
        history.named(name)
    assert stopped.value.hint == f"name one of them: {releases.newest().tag} is the newest"


def test_what_is_newer_than_a_release_comes_oldest_first() -> None:
    def release(version: str) -> releases.Release:
        return releases.Release(version=version, date="2026-01-01", tree="", changes=())

    history = releases.History(
        address=SOURCE,
        repository=Path(),
        releases=(release("0.9.0"), release("0.10.0"), release("1.0.0")),
    )
    assert [one.version for one in history.since(history.named("0.9.0"))] == ["0.10.0", "1.0.0"]


def test_the_manifest_is_what_git_says_of_the_generated_files(
    toolchain: SystemToolchain, pristine: object
) -> None:
    history = releases.embedded(toolchain)
    given = answers.complete({"service_name": "my-service"})
    first, again = (manifest.of(history, history.newest, given, toolchain) for _ in range(2))
    assert first == again
    folder = releases.checkout(history, history.newest, toolchain)
    hashed = git(folder, "hash-object", "--no-filters", "templates/.shellcheckrc")
    assert first[Path(".shellcheckrc")].blob == hashed
    assert first[Path("ci/build.sh")].mode == manifest.EXECUTABLE
