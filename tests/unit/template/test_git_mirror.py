"""Addresses of templates, and the mirrors of their tags on this machine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from updating import git

from scaffolder.errors import StoreError
from scaffolder.template import git_mirror
from scaffolder.tools import folder_cache
from scaffolder.tools.toolchain import SystemToolchain


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A repository with a tag, and a branch that no mirror needs."""
    folder = tmp_path / "host.git"
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(folder))
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "first")
    git(folder, "tag", "v1.0.0")
    git(folder, "update-ref", "refs/pull/1/head", "HEAD")
    return folder


@pytest.mark.parametrize(
    "address",
    [
        "scaffold://templates.git",
        "https://git.example.org/platform/templates.git",
        "git+https://git.example.org/platform/templates",
        "https://github.com/platform/templates",
        "ssh://git@git.example.org/platform/templates.git",
        "git@git.example.org:platform/templates",
        "gh:platform/templates",
        "file:///srv/templates.git",
    ],
)
def test_what_copier_understands_is_recorded_as_it_is(address: str) -> None:
    assert git_mirror.recordable(address) == address


@pytest.mark.parametrize(
    "address", ["https://git.example.org/platform/templates", "ssh://git.example.org/templates/"]
)
def test_what_copier_takes_for_a_folder_is_refused_with_what_to_type(address: str) -> None:
    with pytest.raises(StoreError, match=r"an address ends in \.git$") as refused:
        git_mirror.recordable(address)
    assert refused.value.hint == f"scaffold template use {address.rstrip('/')}.git"


@pytest.mark.parametrize("person", ["user:s3cret", "s3cret", ":s3cret"])
@pytest.mark.parametrize("scheme", ["https", "git+https"])
def test_a_password_is_not_recorded_and_not_repeated(person: str, scheme: str) -> None:
    with pytest.raises(StoreError, match="it would be committed") as refused:
        git_mirror.recordable(f"{scheme}://{person}@git.example.org/templates.git")
    assert "s3cret" not in refused.value.message + refused.value.hint
    assert "https://git.example.org/templates.git" in refused.value.hint


@pytest.mark.parametrize("address", ["", "  ", "scaffold://other.git"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(StoreError):
        git_mirror.recordable(address)


def test_a_folder_is_recorded_with_its_whole_path(
    host: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(host.parent)
    assert git_mirror.recordable("host.git") == git_mirror.recordable("./host.git") == str(host)


def test_a_mirror_has_the_tags_and_nothing_else(host: Path, toolchain: SystemToolchain) -> None:
    mirror = git_mirror.fetched(str(host), toolchain)
    assert git(mirror, "for-each-ref", "--format=%(refname)") == "refs/tags/v1.0.0"


def test_a_tag_that_was_taken_away_is_gone_here_too(host: Path, toolchain: SystemToolchain) -> None:
    git_mirror.fetched(str(host), toolchain)
    git(host, "tag", "v1.1.0")
    git(host, "tag", "--delete", "v1.0.0")
    mirror = git_mirror.fetched(str(host), toolchain)
    assert git(mirror, "for-each-ref", "--format=%(refname)") == "refs/tags/v1.1.0"


@pytest.mark.parametrize(
    "left", ["HEAD.lock", "packed-refs.lock", "refs/tags/v1.1.0.lock", "shallow.lock"]
)
def test_what_a_killed_fetch_left_stops_no_later_one(
    left: str, host: Path, toolchain: SystemToolchain
) -> None:
    mirror = git_mirror.fetched(str(host), toolchain)
    git(host, "tag", "v1.1.0")
    (mirror / left).touch()
    assert "v1.1.0" in git(git_mirror.fetched(str(host), toolchain), "tag", "--list")


@pytest.mark.parametrize("lost", ["HEAD", "objects"])
def test_a_mirror_that_lost_a_part_is_made_anew(
    lost: str, host: Path, toolchain: SystemToolchain
) -> None:
    mirror = git_mirror.fetched(str(host), toolchain)
    (mirror / lost).rename(mirror / "elsewhere")
    assert git(git_mirror.fetched(str(host), toolchain), "cat-file", "-t", "v1.0.0") == "commit"


def test_a_first_fetch_that_was_killed_is_no_obstacle(
    host: Path, toolchain: SystemToolchain
) -> None:
    mirror = git_mirror.fetched(str(host), toolchain)
    mirror.rename(mirror.with_name(f"{mirror.name}.new"))
    assert git(git_mirror.fetched(str(host), toolchain), "tag", "--list") == "v1.0.0"


def test_many_at_once_get_the_same_mirror(host: Path, toolchain: SystemToolchain) -> None:
    with ThreadPoolExecutor(4) as threads:
        found = set(threads.map(lambda _: git_mirror.fetched(str(host), toolchain), range(8)))
    (mirror,) = found
    assert git(mirror, "tag", "--list") == "v1.0.0"
    assert not list((folder_cache.folder() / "mirrors").glob("*.new"))


def test_a_host_that_cannot_be_read_hears_no_password_repeated(
    toolchain: SystemToolchain, host: Path
) -> None:
    address = "http://user:s3cret@127.0.0.1:9/templates.git"
    with pytest.raises(
        StoreError, match=r"^the template at http://127\.0\.0\.1:9/templates\.git cannot"
    ) as stopped:
        git_mirror.fetched(address, toolchain)
    assert "s3cret" not in stopped.value.message + stopped.value.hint


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("remote: \nremote: no tags here\n ! [remote rejected] v1 -> v1 (hook declined)\nerror: failed\n", "no tags here"),
        (" ! [remote rejected] v1 -> v1 (protected)\nerror: failed to push some refs\n", "! [remote rejected] v1 -> v1 (protected)"),
        ("ssh: connect: refused\nfatal: Could not read from remote repository.\n\nPlease make sure\n", "ssh: connect: refused"),
        ("fatal: repository not found\n", "fatal: repository not found"),
        ("", "no reason given"),
    ],
)  # fmt: skip
def test_the_reason_is_the_line_that_says_why(said: str, why: str) -> None:
    assert git_mirror.reason(said) == why


def test_a_transport_that_runs_commands_is_refused(
    toolchain: SystemToolchain, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match="transport 'ext' not allowed"):
        git_mirror.fetched(f"ext::touch {tmp_path / 'ran'}", toolchain)
    assert not (tmp_path / "ran").exists()
