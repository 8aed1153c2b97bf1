"""Versions of runtimes and programs that pages claim a repository needs."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.stated_versions import fetches_its_own, stated

IMAGE = {"Dockerfile": "FROM scratch\n"}


def page(text: str) -> dict[str, str]:
    return {**IMAGE, "README.md": f"# Shop\n\n{text}\n"}


@pytest.mark.parametrize(
    ("text", "fact", "value", "is_least"),
    [
        ("Requires Java 21.", "runtime java", "21", False),
        ("You need JDK 21 to build.", "runtime java", "21", False),
        ("## Requirements\n\n- Python >= 3.13", "runtime python", "3.13", True),
        ("## Prerequisites\n\n- Node.js 24", "runtime node", "24", False),
        ("Requires at least Go 1.26.", "runtime go", "1.26", True),
        ("```sh\nnvm install 24\n```", "runtime node", "24", False),
    ],
)
def test_a_page_states_a_version(
    text: str, fact: str, value: str, *, is_least: bool, tmp_path: Path
) -> None:
    (one,) = stated(written(tmp_path, page(text)))
    assert (one.fact, one.value, one.is_least) == (fact, value, is_least)


@pytest.mark.parametrize(
    "text",
    [
        "Tested with Java 17.",
        "Java 21 is nice.",
        "Requires JavaScript 21.",
        "Since version 2 we no longer need Python 3.9.",
        "## Changelog\n\n- Requires Java 8",
        "```sh\necho java 21\n```",
    ],
    ids=["tested", "not needed", "another word", "another time", "a changelog", "a text"],
)
def test_other_sentences_state_none(text: str, tmp_path: Path) -> None:
    assert stated(written(tmp_path, page(text))) == ()


def test_a_build_may_download_its_jdk(tmp_path: Path) -> None:
    plugin = 'plugins { id("org.gradle.toolchains.foojay-resolver-convention") version "1.0.0" }\n'
    project = written(
        tmp_path,
        {"a/settings.gradle.kts": plugin, "b/settings.gradle.kts": "rootProject.name = 'b'\n"},
    )
    assert fetches_its_own(project, Path("a/app/build.gradle.kts"))
    assert not fetches_its_own(project, Path("b/build.gradle.kts"))
