"""EN006: what was built once is handed on."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Finding, Outcome, Report
from scaffolder.repository.project import Project


def checked(root: Path, check: str, files: dict[str, str]) -> Report:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return checks.run(
        Project(root), checks.choose(select=[check], ignore=[]), ScriptedToolchain({})
    )


def found(root: Path, check: str, files: dict[str, str]) -> list[str]:
    report = checked(root, check, files)
    assert report.results, report.inapplicable
    return [sentence(one) for one in report.results[0].findings]


def sentence(one: Finding) -> str:
    related = "".join(f" [{place}]" for place in one.related)
    return f"{one.path.as_posix()}:{one.line}: {one.message}{related}"


FOREIGN_WORKFLOW = "on: push\njobs:\n  prod:\n    runs-on: x\n    steps: [{run: ./deploy.sh}]\n"


@pytest.mark.parametrize("text", [FOREIGN_WORKFLOW, "jobs: 7\n", "{}\n"])
def test_a_pipeline_of_another_kind_is_not_judged(text: str, tmp_path: Path) -> None:
    report = checked(tmp_path, "EN006", {".github/workflows/ci.yml": text})
    assert [one.reason for one in report.inapplicable] == [
        "no pipeline deploys to one environment after the other with make"
    ]


PLATFORM = """\
stages: [dev, prod]
dev:
  stage: dev
  environment: {name: dev}
  variables: {ENVIRONMENT: dev}
  script: [make deploy]
prod:
  stage: prod
  needs: [dev]
  environment: {name: prod}
  variables: {ENVIRONMENT: prod}
  script: [make deploy]
"""


IMAGES = {
    "none is built": ({}, PLATFORM, []),
    "a Dockerfile": ({"Dockerfile": "FROM scratch\n"}, PLATFORM, ["no stage hands", "dev", "prod"]),
    "one that is built by the stage": (
        {},
        PLATFORM.replace("[make deploy]", "[make build, make deploy]", 1),
        ["no stage hands", "dev builds", "dev", "prod"],
    ),
    "none is built, and prod does not wait": (
        {},
        PLATFORM.replace("  needs: [dev]\n", "  needs: []\n"),
        ["prod does not wait for dev"],
    ),
}


@pytest.mark.parametrize("case", IMAGES)
def test_a_digest_is_handed_on_where_an_image_is_built(case: str, tmp_path: Path) -> None:
    files, workflow, expected = IMAGES[case]
    messages = [
        one.split(": ", 1)[1]
        for one in found(tmp_path, "EN006", {**files, ".gitlab-ci.yml": workflow})
    ]
    assert len(messages) == len(expected), messages
    assert all(any(one.startswith(words) for one in messages) for words in expected)


def test_a_pipeline_that_does_not_parse_is_no_verdict(tmp_path: Path) -> None:
    (result,) = checked(tmp_path, "EN006", {".github/workflows/ci.yml": "jobs: [\n"}).results
    assert (result.outcome, result.reason) == (
        Outcome.SKIPPED,
        "a pipeline does not parse: see SY002 and CI005",
    )
