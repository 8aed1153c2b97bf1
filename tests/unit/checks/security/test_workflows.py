"""SEC003 to SEC005: actions, permissions and triggers of workflows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Report, Severity
from scaffolder.repository.project import Project


def checked(
    root: Path, check: str, files: dict[str, str], *, tools: dict[str, Any] | None = None
) -> Report:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return checks.run(
        Project(root), checks.choose(select=[check], ignore=[]), ScriptedToolchain(tools or {})
    )


def found(root: Path, check: str, files: dict[str, str]) -> list[str]:
    report = checked(root, check, files)
    assert report.results, report.inapplicable
    return [
        f"{one.path.as_posix()}:{one.line}: {one.message}" for one in report.results[0].findings
    ]


COMMIT = "3d3c42e5aac5ba805825da76410c181273ba90b1"


def test_actions_are_pinned_by_commit_and_githubs_own_are_notes(tmp_path: Path) -> None:
    workflow = f"""on: push
jobs:
  a:
    steps:
      - uses: actions/checkout@v4
      - uses: other/action@main
      - uses: other/action@{COMMIT}
      - uses: ./local
      - uses: docker://alpine:3.20
  b:
    uses: org/repo/.github/workflows/x.yml@v1
"""
    action = f"runs:\n  using: composite\n  steps:\n    - uses: other/setup@v1\n    - uses: a/b@{COMMIT}\n"
    report = checked(
        tmp_path,
        "SEC003",
        {".github/workflows/a.yml": workflow, ".github/actions/x/action.yml": action},
    )
    findings = [(one.path.name, one.line, one.severity) for one in report.results[0].findings]
    assert findings == [
        ("action.yml", 4, Severity.WARNING),
        ("a.yml", 5, Severity.NOTE),
        ("a.yml", 6, Severity.WARNING),
        ("a.yml", 11, Severity.WARNING),
    ]


PERMISSIONS = {
    "all, for every job": ("permissions: write-all\njobs: {}\n", ["1"]),
    "all, for one job": ("jobs:\n  a:\n    permissions: write-all\n", ["3"]),
    "to read": ("permissions: read-all\njobs: {}\n", []),
    "named": ("permissions: {contents: write}\njobs: {}\n", []),
    "of another form": ("permissions: write-all\njobs: [a]\n", ["1"]),
}


@pytest.mark.parametrize(("text", "lines"), PERMISSIONS.values(), ids=PERMISSIONS)
def test_every_permission_is_too_much(text: str, lines: list[str], tmp_path: Path) -> None:
    said_lines = [
        one.split(":")[1] for one in found(tmp_path, "SEC004", {".github/workflows/a.yml": text})
    ]
    assert said_lines == lines


HEAD = "{ref: '${{ github.event.pull_request.head.sha }}'}"


FORKS = {
    "the head on pull_request_target": (f"on: [pull_request_target]\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n        with: {HEAD}\n", ["5"]),
    "the head by a command": ("on: issue_comment\njobs:\n  a:\n    steps:\n      - run: gh pr checkout 7\n", ["5"]),
    "the base on pull_request_target": ("on: pull_request_target\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n", []),
    "the head on pull_request": (f"on: pull_request\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n        with: {HEAD}\n", []),
    "a secret to deploy on pull_request": ("on: {pull_request: }\njobs:\n  a:\n    env: {K: '${{ secrets.AWS_SECRET_ACCESS_KEY }}'}\n    steps: []\n", ["3"]),
    "every secret to another workflow": ("on: pull_request\njobs:\n  a:\n    uses: ./x.yml\n    secrets: inherit\n", ["5"]),
    "the repository's own token": ("on: pull_request\njobs:\n  a:\n    env: {K: '${{ secrets.GITHUB_TOKEN }}'}\n", []),
    "a secret of no weight": ("on: pull_request\njobs:\n  a:\n    env: {K: '${{ secrets.CODECOV_TOKEN }}'}\n", []),
    "a guard": ("on: [push, pull_request]\njobs:\n  a:\n    if: github.event_name == 'push'\n    env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", []),
    "a guard of a job before it": ("on: [push, pull_request]\njobs:\n  a:\n    if: github.ref == 'refs/heads/main'\n  b:\n    needs: a\n    env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", []),
    "a job before it that does not count": ("on: [push, pull_request]\njobs:\n  a:\n    if: github.event_name == 'push'\n  b:\n    needs: [a]\n    if: always()\n    env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", ["5"]),
    "merged, in a job before it": ("on: {pull_request: {types: [closed]}}\njobs:\n  a:\n    if: github.event.pull_request.merged == true && contains(github.event.pull_request.labels.*.name, 'release')\n  b:\n    needs: [a]\n    secrets: inherit\n", []),
    "merged, without a comparison": ("on: pull_request\njobs:\n  a:\n    if: ${{ github.event.pull_request.merged }}\n    env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", []),
    "merged, in the job before the job before": ("on: pull_request\njobs:\n  a:\n    if: github.event.pull_request.merged == true\n  b:\n    needs: a\n  c:\n    needs: [b]\n    env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", []),
    "not merged": ("on: pull_request\njobs:\n  a:\n    if: github.event.pull_request.merged == false\n    env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", ["3"]),
    "not merged, with a sign": ("on: pull_request\njobs:\n  a:\n    if: \"!github.event.pull_request.merged\"\n    env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", ["3"]),
    "a job before it that does not count, unless cancelled": ("on: pull_request\njobs:\n  a:\n    if: github.event.pull_request.merged == true\n  b:\n    needs: [a]\n    if: ${{ !cancelled() }}\n    env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", ["5"]),
    "a step that no pull request runs": ("on: [push, pull_request]\njobs:\n  a:\n    steps:\n      - if: github.event_name != 'pull_request'\n        env: {K: '${{ secrets.DOCKER_PASSWORD }}'}\n", []),
    "a step for failures that no pull request runs": ("on: pull_request\njobs:\n  a:\n    steps:\n      - if: ${{ failure() && github.event_name != 'pull_request' }}\n        env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", []),
    "a step for tags": ("on: [push, pull_request]\njobs:\n  a:\n    steps:\n      - if: startsWith(github.ref, 'refs/tags/')\n        env: {K: '${{ secrets.NPM_TOKEN }}'}\n", []),
    "a step that always runs": ("on: pull_request\njobs:\n  a:\n    steps:\n      - if: always()\n        env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", ["3"]),
    "a step that may run in any case": ("on: pull_request\njobs:\n  a:\n    steps:\n      - if: github.event_name != 'pull_request' || true\n        env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", ["3"]),
    "a secret of the job, beside such a step": ("on: pull_request\njobs:\n  a:\n    env: {K: '${{ secrets.DEPLOY_KEY }}'}\n    steps:\n      - if: github.event_name != 'pull_request'\n        run: a\n", ["3"]),
    "jobs that need each other": ("on: pull_request\njobs:\n  a:\n    needs: b\n  b:\n    needs: [a]\n", []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "lines"), FORKS.values(), ids=FORKS)
def test_a_stranger_reaches_no_secret(text: str, lines: list[str], tmp_path: Path) -> None:
    said_lines = [
        one.split(":")[1] for one in found(tmp_path, "SEC005", {".github/workflows/a.yml": text})
    ]
    assert said_lines == lines
