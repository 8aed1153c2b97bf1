"""A repository knows one runtime: it never mentions another, and its version file and its image state one version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import Repository

from scaffolder.template import answers

WORDS = {
    "java": r"(?i)\bjava\b|\bjvm\b|\bj[dr]k\b|\bjre\b|maven|gradle|temurin|openjdk|\.jar\b|\.class\b|java_",
    "python": r"(?i)python|\bpip\b|pypi|\.pyc?\b|pycache|pyenv|\bvenv\b",
    "node": r"(?i)node\.?js|javascript|\bnpm\b|\.node-version|node_modules|node_version|package\.json|setup-node|node:\d|\.js\b",
    "go": r"(?i)golang|\.go-version|\bgo\.(?:mod|sum)\b|gofmt|go_version|setup-go|\bgo:\d|\.go\b|\bgo (?:build|test|vet|\d)|(?-i:\bGo\.|\bGo \d|\b(?:in|of|with) Go\b)",
}
"""Names of a runtime. "node" alone is a machine of the cluster, and "go back" is English."""

ALLOWED = (
    # Libraries of metrics have series of their own, whichever runtime the service is written in.
    ("ci/contract.sh", "own_series() {"),
    # Scaffolder itself is a Python program.
    ("docs/living-with-the-template.md", "SCAFFOLDER_FROM"),
    ("ci/scaffolder.sh", "uv pip"),
    ("ci/scaffolder.sh", "uv venv"),
    ("ci/scaffolder.sh", "--python"),
    ("ci/scaffolder.sh", "PIP_INDEX_URL"),
    ("renovate.json", '"matchManagers": ["pip-compile"]'),
    ("renovate.json", '"pip-compile": {'),
    # The chat page of `make watch` is a program in a container of its own.
    ("compose.yaml", 'image: "python:'),
    ("compose.yaml", "command: [python, /watch/chat.py]"),
    ("monitoring/watch/chat.py", "monitoring/watch/chat.py"),
)

OTHER_ANSWERS: tuple[dict[str, object], ...] = (
    {},
    {
        "cloud": "azure",
        "ci": ("github", "gitlab", "jenkins", "azure-devops"),
        "chat": "teams",
        "deploy": "terraform",
    },
    {"cloud": "none", "monitoring": "none"},
)


def _versions() -> Iterator[tuple[str, str]]:
    questions = {question.name: question for question in answers.questions()}
    for runtime in questions["runtime"].choices_given({}):
        for version in questions["runtime_version"].choices_given({"runtime": runtime.value}):
            yield runtime.value, version.value


VERSIONS = tuple(_versions())


def test_every_runtime_has_words_to_be_found_by() -> None:
    assert {runtime for runtime, _ in VERSIONS} == set(WORDS)


@pytest.mark.parametrize("given", OTHER_ANSWERS, ids=["defaults", "azure", "own-cluster"])
@pytest.mark.parametrize("runtime", WORDS)
def test_no_other_runtime_is_mentioned(
    runtime: str, given: dict[str, object], pristine: Repository
) -> None:
    others = {name: re.compile(words) for name, words in WORDS.items() if name != runtime}
    root = pristine(runtime=runtime, **given)
    assert [
        f"{path}: {line.strip()} ({name})"
        for path, line in _lines(root)
        for name, words in others.items()
        if words.search(line) and not any(path == file and text in line for file, text in ALLOWED)
    ] == []


@pytest.mark.parametrize("runtime", WORDS)
def test_the_runtime_itself_is_found(runtime: str, pristine: Repository) -> None:
    """The words above do find a runtime, so that finding none of another means something."""
    words = re.compile(WORDS[runtime])
    found = {path for path, line in _lines(pristine(runtime=runtime)) if words.search(line)}
    assert {"Dockerfile", "README.md", "app/build.sh", f".{runtime}-version"} <= found


@pytest.mark.parametrize("runtime", WORDS)
def test_one_version_file_and_the_image_state_the_version(
    runtime: str, pristine: Repository
) -> None:
    """The other places are held against these two: AG001 to AG006 on each combination of the matrix."""
    root = pristine(runtime=runtime)
    (file,) = root.glob(".*-version")
    assert file.name == f".{runtime}-version"
    stated = re.findall(r"^ARG ([A-Z]+)_VERSION=(.*)$", (root / "Dockerfile").read_text(), re.M)
    assert stated == [(runtime.upper(), file.read_text().strip())]


def _lines(root: Path) -> Iterator[tuple[str, str]]:
    """Every line of every file with the file's path, and each path as a line of its own."""
    for file in sorted(root.rglob("*")):
        if file.is_file():
            path = file.relative_to(root).as_posix()
            yield path, path
            for line in file.read_text(encoding="utf-8").splitlines():
                yield path, line
