"""From every release, with every preset's answers, to the newest: what a fresh generation gives, with both engines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import copier_alone
from updating import PLAIN_COPIER, contents, git, plain_copier, update

from scaffolder.errors import ExitCode
from scaffolder.template import answers, manifest, presets, releases, render
from scaffolder.template.answers import Answer
from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.update.merge import FileAction

OLD = [release.tag for release in releases.releases()[:-1]]
PRESETS = [preset.name for preset in presets.every()]
BEGUN = [
    (tag, preset)
    for tag in OLD
    for preset in PRESETS
    if preset != "platform" or OLD.index(tag) >= OLD.index("v0.9.0")
]
"""Each release with each preset; a platform is begun with 0.9.0."""

AT_ONCE = {(tag, PRESETS[number % len(PRESETS)]) for number, tag in enumerate(OLD)} | {
    begun for begun in BEGUN if begun[0] in {OLD[0], OLD[-1]}
}
"""Each release once, and the first and the last with each preset; `make histories` does the rest."""


def answered(tag: str, preset: str, toolchain: SystemToolchain) -> dict[str, Answer]:
    """The answers of a preset to what that release asks; a question that came later has its default."""
    history = releases.embedded(toolchain)
    asked = {
        question.name
        for question in answers.questions(releases.checkout(history, history.named(tag), toolchain))
    }
    given = {name: value for name, value in presets.named(preset).answers.items() if name in asked}
    return answers.complete({"service_name": "my-service", **given})


def generated(tag: str, given: dict[str, Answer], folder: Path, toolchain: SystemToolchain) -> Path:
    """The repository that a release made of these answers, committed as `scaffold new` does it."""
    history = releases.embedded(toolchain)
    render.write(manifest.origin(history, history.named(tag), toolchain), given, folder)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Generated")
    return folder


@pytest.fixture(scope="module")
def fresh(
    tmp_path_factory: pytest.TempPathFactory, toolchain: SystemToolchain
) -> Callable[[dict[str, Answer]], Path]:
    """`fresh(given)` is what the newest release makes of these answers."""
    made: dict[str, Path] = {}

    def make(given: dict[str, Answer]) -> Path:
        if repr(given) not in made:
            folder = tmp_path_factory.mktemp("fresh") / "my-service"
            made[repr(given)] = generated(releases.newest().tag, given, folder, toolchain)
        return made[repr(given)]

    return make


_Concerns = dict[str, Callable[[dict[str, Any]], bool]]


def _is_service(given: dict[str, Any]) -> bool:
    return bool(given.get("kind", "service") == "service")


NOTES: dict[str, _Concerns] = {
    "v0.6.0": {
        "approval-outside-the-lock": lambda given: "github" in given["ci"],
        "deployers-group-eks": lambda given: given["cloud"] == "aws",
        "deployers-group-own-cluster": lambda given: given["cloud"] == "none",
        "helm-test-rights": lambda given: given["cloud"] != "azure",
        "helm-test-rights-aks": lambda given: given["cloud"] == "azure",
        "oidc-provider-not-deleted": lambda given: given["cloud"] == "aws",
        "aks-nat-address-authorized": lambda given: given["cloud"] == "azure",
        "aks-system-pool-version": lambda given: given["cloud"] == "azure",
        "settings-arrive-as-written": lambda given: True,
        "deployments-wait-for-each-other": lambda given: given["deploy"] == "helm",
        "deployments-wait-for-each-other-terraform": lambda given: given["deploy"] == "terraform",
        "no-older-commit": lambda given: True,
        "weekly-update-pinned": lambda given: True,
    },
    "v0.7.0": {"given-up-releases": lambda given: True},
    "v0.8.0": {
        "latency-from-arrival": lambda given: True,
        "stop-takes-a-second": lambda given: True,
        "requests-read-alike": lambda given: True,
        "one-alert-per-severity": lambda given: given["monitoring"] != "none",
        "failed-deployment-says-why": lambda given: True,
        "dashboard-of-requests-at-work": lambda given: given["monitoring"] != "none",
        "drift-of-shared": lambda given: given["cloud"] != "none" and given["level"] == "right",
    },
    "v0.10.0": {
        "contract-of-the-service": _is_service,
        "routes-with-a-body": _is_service,
        "packages-follow-the-lock-file": _is_service,
    },
    "v0.11.0": {
        "java-job-compiles": lambda given: (
            given.get("workload") == "cron" and given["runtime"] == "java"
        ),
    },
    "v0.12.0": {
        "servers-as-a-bank-reads-them": lambda given: given.get("runs_on") == "server",
        "grafana-through-a-tunnel": lambda given: (
            given.get("runs_on") == "server" and given["monitoring"] != "none"
        ),
    },
    "v0.13.0": {
        "servers-with-fewer-exceptions": lambda given: given.get("runs_on") == "server",
    },
}
"""Whom each note of a release concerns, in the words of its issue and not of notes.yml."""


def _number(tag: str) -> tuple[int, ...]:
    return tuple(map(int, tag.removeprefix("v").split(".")))


@pytest.mark.only_git
@pytest.mark.parametrize(
    ("tag", "preset"),
    [
        pytest.param(*begun, marks=[] if begun in AT_ONCE else pytest.mark.histories)
        for begun in BEGUN
    ],
)
def test_our_engine_gives_what_is_generated_now(
    tag: str,
    preset: str,
    tmp_path: Path,
    toolchain: SystemToolchain,
    fresh: Callable[[dict[str, Answer]], Path],
) -> None:
    given = answered(tag, preset, toolchain)
    project = generated(tag, given, tmp_path / "my-service", toolchain)
    outcome = update(project)
    assert outcome.exit_code is ExitCode.CLEAN
    assert {change.fate for change in outcome.changes} <= {
        FileAction.NEW,
        FileAction.UPDATED,
        FileAction.DELETED,
    }
    assert contents(project) == contents(fresh(given))
    assert [note.id for note in outcome.notes.entries] == [
        name
        for release, notes in NOTES.items()
        if _number(release) > _number(tag)
        for name, concerns in notes.items()
        if concerns(given)
    ]
    assert outcome.notes.problems == ()


@copier_alone
@PLAIN_COPIER
@pytest.mark.parametrize(
    ("tag", "preset"),
    [
        pytest.param(
            tag, preset, marks=[] if (tag, preset) == (OLD[0], PRESETS[0]) else pytest.mark.matrix
        )
        for tag, preset in BEGUN
    ],
)
def test_plain_copier_gives_what_is_generated_now(
    tag: str,
    preset: str,
    tmp_path: Path,
    toolchain: SystemToolchain,
    fresh: Callable[[dict[str, Answer]], Path],
) -> None:
    given = answered(tag, preset, toolchain)
    project = generated(tag, given, tmp_path / "my-service", toolchain)
    plain_copier(project)
    assert contents(project) == contents(fresh(given))
