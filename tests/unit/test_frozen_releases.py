"""Frozen releases never change: the bundle, releases.yml and the tags of this project have the ids that are frozen."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from support import ROOT
from updating import git

from scaffolder.template import releases
from tools import frozen, release
from tools.frozen import Frozen

RELEASES = frozen.releases()
LISTED = yaml.safe_load(release.RELEASES.read_text(encoding="utf-8"))
OTHER = "0" * 40


@pytest.fixture(scope="module")
def bundled() -> Iterator[Path]:
    with release.history(LISTED) as repository:
        yield repository


def with_other(kind: str) -> tuple[Frozen, ...]:
    """The frozen releases, with another id of the first one."""
    return (dataclasses.replace(RELEASES[0], **{kind: OTHER}), *RELEASES[1:])


def test_the_releases_up_to_0_5_0_are_frozen() -> None:
    assert [one.version for one in RELEASES][:5] == ["0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0"]


def test_every_release_but_the_newest_is_frozen() -> None:
    versions = [one.version for one in releases.releases()[:-1]]
    missing = [version for version in versions if version not in {one.version for one in RELEASES}]
    assert not missing, (
        f"a newer release follows them: add their ids to {frozen.FILE.relative_to(ROOT)}"
    )


def test_the_bundle_has_the_frozen_commits_and_trees(bundled: Path) -> None:
    assert list(frozen.moved_in(bundled, RELEASES)) == []


@pytest.mark.parametrize("kind", ["commit", "tree"])
def test_another_id_in_the_bundle_is_named(kind: str, bundled: Path) -> None:
    (sentence,) = frozen.moved_in(bundled, with_other(kind))
    assert (
        sentence == f"v0.1.0: the bundle has {kind} {getattr(RELEASES[0], kind)}, frozen is {OTHER}"
    )


def test_a_frozen_release_that_the_bundle_lost_is_named(bundled: Path) -> None:
    lost = Frozen(version="0.0.9", commit=OTHER, tree=OTHER)
    assert list(frozen.moved_in(bundled, [lost])) == [
        f"v0.0.9: the bundle has commit none, frozen is {OTHER}",
        f"v0.0.9: the bundle has tree none, frozen is {OTHER}",
    ]


def test_the_list_of_releases_has_the_frozen_trees() -> None:
    assert list(frozen.moved_in_list(LISTED, RELEASES)) == []


def test_another_tree_in_the_list_is_named() -> None:
    (sentence,) = frozen.moved_in_list(LISTED, with_other("tree"))
    assert sentence == f"v0.1.0: releases.yml has tree {RELEASES[0].tree}, frozen is {OTHER}"
    assert list(frozen.moved_in_list(LISTED[1:], RELEASES[:1])) == [
        f"v0.1.0: releases.yml has tree none, frozen is {RELEASES[0].tree}"
    ]


def test_tags_of_this_project_hold_the_frozen_trees(bundled: Path) -> None:
    assert list(frozen.moved_tags(ROOT, bundled, RELEASES, release.FILES)) == []


def test_a_tag_of_the_project_with_other_templates_is_named(bundled: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "fetch", "--quiet", str(release.BUNDLE), "v0.1.0", "v0.2.0")
    git(tmp_path, "tag", "v0.1.0", RELEASES[0].commit)
    git(tmp_path, "tag", "v0.2.0", RELEASES[0].commit)
    (sentence,) = frozen.moved_tags(tmp_path, bundled, RELEASES, release.FILES)
    assert (
        sentence
        == f"v0.2.0: the tag of this project has tree {RELEASES[0].tree}, frozen is {RELEASES[1].tree}"
    )


@pytest.mark.parametrize("version", [one.version for one in RELEASES])
def test_a_frozen_release_is_not_made_again(version: str) -> None:
    with pytest.raises(SystemExit, match=f"v{version} is frozen"):
        release.refuse(version, [version])


def test_a_bundle_whose_releases_moved_is_not_written_further() -> None:
    with (
        release.history(LISTED[:1]) as repository,
        pytest.raises(SystemExit, match=r"v0\.2\.0: the bundle has"),
    ):
        release.refuse_moved(repository, LISTED[:1])
