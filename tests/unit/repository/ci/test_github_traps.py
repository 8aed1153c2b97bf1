"""GitHub Actions: artifacts whose names meet, deployments that the next run cancels."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.repository.project import Project


def found(root: Path, check: str, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    report = checks.run(
        Project(root), checks.choose(select=[check], ignore=[]), ScriptedToolchain({})
    )
    return [
        f"{finding.path.as_posix()}:{finding.line}"
        for result in report.results
        for finding in result.findings
    ]


UPLOAD = "      - uses: actions/upload-artifact@{ref}\n        with:\n          name: {name}\n"


MATRIX = "    strategy:\n      matrix:\n        version: [21, 25]\n"


def workflow(*jobs: str) -> dict[str, str]:
    return {".github/workflows/ci.yml": "on: push\njobs:\n" + "".join(jobs)}


def job(name: str, more: str = "", artifact: str = "report", ref: str = "v4") -> str:
    steps = "    runs-on: ubuntu-24.04\n    steps:\n" + UPLOAD.format(ref=ref, name=artifact)
    return f"  {name}:\n{more}{steps}"


@pytest.mark.parametrize(
    "jobs",
    [
        [job("test", MATRIX)],
        [job("test", MATRIX, "report-${{ github.sha }}")],
        [job("test", "    strategy:\n      matrix: ${{ fromJSON(needs.a.outputs.legs) }}\n")],
        [job("test", "    strategy:\n      matrix:\n        include: [{a: 1}, {a: 2}]\n")],
        [job("test", MATRIX, ref="b4b15b8c7c6ac21ea08fcf65892d2ee8f75cf882")],
        [job("test"), job("lint")],
    ],
    ids=["matrix", "of-the-run", "expression", "include", "commit", "two-jobs"],
)
def test_github_finds_artifacts_whose_names_meet(jobs: list[str], tmp_path: Path) -> None:
    assert len(found(tmp_path, "CI010", workflow(*jobs))) == 1


@pytest.mark.parametrize(
    "jobs",
    [
        [job("test", MATRIX, "report-${{ matrix.version }}")],
        [job("test", MATRIX, "report-${{ strategy.job-index }}")],
        [job("test", MATRIX, ref="v3")],
        [job("test", "    strategy:\n      matrix:\n        version: [21]\n")],
        [job("test", MATRIX) + "          overwrite: true\n"],
        [job("test", MATRIX) + "        if: matrix.version == 25\n"],
        [job("test"), job("lint", artifact="lint")],
        [
            job("a", "    if: github.ref_type == 'tag'\n"),
            job("b", "    if: github.ref_type != 'tag'\n"),
        ],
        [job("test") + UPLOAD.format(ref="v4", name="log")],
    ],
)
def test_github_accepts_artifacts_with_names_of_their_own(jobs: list[str], tmp_path: Path) -> None:
    assert found(tmp_path, "CI010", workflow(*jobs)) == []


DEPLOY = """\
on: {on}
{outer}jobs:
  deploy:
{inner}    runs-on: ubuntu-24.04
    steps:
      - run: {command}
"""


CANCEL = "concurrency:\n{0}  group: deploy\n{0}  cancel-in-progress: {1}\n"


@pytest.mark.parametrize(
    "shell",
    [
        "helm upgrade --install shop helm/shop",
        "terraform apply -auto-approve plan",
        "make deploy",
        "./ci/deploy.sh prod",
    ],
)
@pytest.mark.parametrize("where", ["outer", "inner"])
def test_github_finds_a_deployment_that_the_next_run_cancels(
    shell: str, where: str, tmp_path: Path
) -> None:
    places = {
        "outer": CANCEL.format("", "true") if where == "outer" else "",
        "inner": "    " + CANCEL.format("    ", "true") if where == "inner" else "",
    }
    text = DEPLOY.format(on="push", command=shell, **places)
    assert len(found(tmp_path, "CI011", {".github/workflows/deploy.yml": text})) == 1


def test_github_follows_a_call_of_another_workflow(tmp_path: Path) -> None:
    files = {
        ".github/workflows/ci.yml": "on: push\n"
        + CANCEL.format("", "true")
        + "jobs:\n  prod:\n    uses: ./.github/workflows/deploy.yml\n",
        ".github/workflows/deploy.yml": DEPLOY.format(
            on="workflow_call", outer="", inner="", command="make deploy"
        ),
    }
    assert found(tmp_path, "CI011", files) == [".github/workflows/ci.yml:4"]


@pytest.mark.parametrize(
    ("on", "cancel", "shell"),
    [
        ("push", "false", "make deploy"),
        ("push", "${{ github.event_name == 'pull_request' }}", "make deploy"),
        ("pull_request", "true", "helm upgrade --install preview helm/shop"),
        ("push", "true", "make test"),
        ("push", "true", "terraform plan"),
        ("push", "true", "kubectl apply --dry-run=server -f k8s"),
        ("push", "true", "make deploy-test-fixtures"),
    ],
)
def test_github_accepts_what_may_be_cancelled(
    on: str, cancel: str, shell: str, tmp_path: Path
) -> None:
    text = DEPLOY.format(on=on, outer=CANCEL.format("", cancel), inner="", command=shell)
    assert found(tmp_path, "CI011", {".github/workflows/deploy.yml": text}) == []
