"""A place that says something else than the others turns exactly its rule red, and both places are named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from faults import Edit, append, replace
from support import Repository, ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Outcome
from scaffolder.project import Project

SYSTEMS = ("github", "gitlab", "jenkins", "azure-devops")
OWN = tuple(check for check in checks.every() if check.tool is None and check.family == "AG")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """An edit, the rule that finds it, the file it is found in, and the file that says otherwise ("" where none does)."""

    check: str
    name: str
    place: str
    other: str
    edit: Edit


def differs(
    check: str, name: str, file: str, make: Callable[..., Edit], *words: str, place: str = "", other: str = ""
) -> Difference:
    return Difference(check=check, name=name, place=place or file, other=other, edit=make(file, *words))


def insert(file: str, before: str, text: str) -> Edit:
    """`text` before the first place that matches."""
    return replace(file, rf"(?=^{before})", text)


CI_YML = ".github/workflows/ci.yml"
SETUP_JAVA = '      - uses: actions/setup-java@0000000000000000000000000000000000000000 # v5\n        with: {distribution: temurin, java-version: "11"}\n'

FAULTS = (
    differs("AG001", "the image has another Java", "Dockerfile", replace, "^ARG JAVA_VERSION=21", "ARG JAVA_VERSION=11", other=".java-version"),
    differs("AG001", "a second version file says 17", ".tool-versions", append, "java temurin-17.0.9\n", other=".java-version"),
    differs("AG002", "the build stage has a newer JDK", "Dockerfile", replace, r"\$\{JAVA_VERSION\}-jdk", "25-jdk", other=".java-version"),
    differs("AG003", "a workflow sets up Java 11", CI_YML, insert, "      - run: make test", SETUP_JAVA, other=".java-version"),
    differs("AG003", "a job of GitLab has an image of Java 17", ".gitlab-ci.yml", replace, "^test:", "test:\n  image: maven:3.9-eclipse-temurin-17", other=".java-version"),
    differs("AG003", "a task of Azure installs Java 17", "azure-pipelines.yml", insert, "          - bash: make test", "          - task: JavaToolInstaller@1\n            inputs: {versionSpec: '17', jdkArchitectureOption: x64, jdkSourceOption: PreInstalled}\n", other=".java-version"),
    differs("AG004", "Jenkins has a JDK 11", "Jenkinsfile", replace, "^  agent none", "  agent none\n  tools { jdk 'jdk-11' }", other=".java-version"),
    differs("AG005", "the dev container has Java 17", ".devcontainer/Dockerfile", replace, "temurin:21", "temurin:17", other=".java-version"),
    differs("AG006", "the library of a newer JDK is in reach", "app/build.sh", replace, r"--release \"\$java_version\"", '-source "$java_version" -target "$java_version"', other=".java-version"),
)  # fmt: skip


@pytest.mark.parametrize("one", FAULTS, ids=lambda one: f"{one.check} {one.name}")
def test_difference_turns_exactly_its_rule_red_and_names_both_places(one: Difference, repository: Repository) -> None:
    root = repository(ci=SYSTEMS)
    one.edit(root)
    report = checks.run(Project(root), OWN, ScriptedToolchain({}))
    red = {result.check.id: result.findings for result in report.results if result.outcome is not Outcome.PASSED}
    assert set(red) == {one.check}, red
    places = [
        (finding.path.as_posix(), [place.path.as_posix() for place in finding.related]) for finding in red[one.check]
    ]
    assert any(
        place.startswith(one.place) and (not one.other or any(other.startswith(one.other) for other in others))
        for place, others in places
    ), red
    assert all(finding.fix for finding in red[one.check])


def test_every_rule_has_a_difference() -> None:
    assert {one.check for one in FAULTS} == {check.id for check in OWN}


@pytest.mark.parametrize(
    "example", sorted(Path(__file__).parents[2].joinpath("examples").iterdir()), ids=lambda path: path.name
)
def test_untouched_examples_have_no_difference(example: Path) -> None:
    report = checks.run(Project(example), OWN, ScriptedToolchain({}))
    assert [finding for result in report.results for finding in result.findings] == []
    assert {result.check.id: result.reason for result in report.results if result.outcome is not Outcome.PASSED} == {}
