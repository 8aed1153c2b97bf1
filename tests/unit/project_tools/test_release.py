"""`make release`: what travels with the package is what the checkout holds, and the changelog follows."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support import ROOT

from scaffolder import __version__
from scaffolder.template import releases
from tools import release as tool

CHANGELOG = """# Changelog

## Unreleased

### Added
- One thing.

### Templates
- A file
  is longer.

## 0.1.0 - 2026-01-01

### Templates
- The first.
"""


def git(*arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_the_templates_are_those_of_the_newest_release(tmp_path: Path) -> None:
    with tool.history([]) as repository:
        assert tool.written(repository) == releases.newest().tree, (
            "the templates changed: run `make release`, commit it too"
        )


def test_a_release_that_is_a_tag_of_this_project_is_what_the_tag_holds() -> None:
    tags = set(git("tag", "--list").splitlines())
    for release in releases.releases():
        if release.tag in tags:
            with tool.history([{"version": release.version}]) as repository:
                entries = ("ls-tree", release.tag, *tool.FILES)
                bundled = subprocess.run(
                    ["git", "--git-dir", str(repository), *entries], capture_output=True, text=True
                )
                assert bundled.stdout.strip() == git(*entries)


def test_the_same_releases_give_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for _ in range(2):
        with tool.history([]) as repository:
            tool.add(repository, {"version": "1.0.0", "date": "2026-01-01", "changes": ["One."]})
            tool.bundle(repository, tmp_path / "bundle")
            made.append((tmp_path / "bundle").read_bytes())
    assert made[0] == made[1]


def test_a_release_takes_what_is_unreleased() -> None:
    collected = tool.collected(CHANGELOG, "0.2.0", "2026-02-02")
    assert collected == CHANGELOG.replace(
        "## Unreleased\n", "## Unreleased\n\n## 0.2.0 - 2026-02-02\n"
    )
    assert tool.changes(collected, "0.2.0") == ["A file is longer."]


def test_a_release_made_anew_gets_what_came_since() -> None:
    once = tool.collected(CHANGELOG, "0.2.0", "2026-02-02")
    more = once.replace(
        "## Unreleased\n", "## Unreleased\n\n### Templates\n- Another.\n\n### Fixed\n- A bug.\n", 1
    )
    assert tool.collected(more, "0.2.0", "2026-03-03") == once.replace(
        "is longer.\n", "is longer.\n- Another.\n\n### Fixed\n- A bug.\n"
    )


def test_nothing_unreleased_changes_nothing() -> None:
    once = tool.collected(CHANGELOG, "0.2.0", "2026-02-02")
    assert tool.collected(once, "0.2.0", "2026-02-02") == once


def test_a_release_without_a_word_about_the_templates_is_refused() -> None:
    with pytest.raises(SystemExit, match="says nothing under"):
        tool.changes(CHANGELOG.replace("### Templates", "### Changed"), "0.1.0")


@pytest.mark.parametrize("version", ["", "1", "0.0.9"])
def test_a_version_that_is_none_or_older_is_refused(version: str) -> None:
    with pytest.raises(SystemExit):
        tool.refuse(version, ["0.1.0"])


def test_every_document_installs_the_newest_release() -> None:
    """`make release` writes the number; who copies a command gets what the page describes."""
    pages = tool.documents()
    outdated = [
        page.name
        for page in pages
        if (text := page.read_text(encoding="utf-8")) != tool.with_version(text, __version__)
    ]

    assert {"README.md", "check-anywhere.md", "install.md"} <= {page.name for page in pages}
    assert outdated == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("git+https://git.example.com/platform/scaffolder@v0.8.0", "scaffolder@v1.2.3"),
        ("  - repo: https://git.example.com/platform/scaffolder\n    rev: v0.8.0", "rev: v1.2.3"),
        (f"- uses: example-org/scaffolder@{'0' * 40} # v0.8.0", "# v1.2.3"),
        ("platform/template@v0.8.0", "template@v0.8.0"),
        ("since v0.8.0", "since v0.8.0"),
    ],
)
def test_a_release_of_another_package_stays(line: str, expected: str) -> None:
    assert tool.with_version(line, "1.2.3").endswith(expected)
