"""AG041 to AG046: environments have one name and order; pipelines have the same stages, gates and ways back."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import ScriptedToolchain, places, written

from scaffolder import checks
from scaffolder.checks.agreement import stages
from scaffolder.model import NotApplicable, Verdict
from scaffolder.repository.pipelines import BY_HAND, MAIN, Pipeline, Stage
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain

FILES = {
    "env/dev.tfvars": "a = 1\n",
    "env/prod.tfvars": "a = 1\n",
    "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "chart/values-dev.yaml": "a: 1\n",
    "chart/values-prod.yaml": "a: 1\n",
}


@pytest.mark.parametrize(
    ("more", "number"),
    [
        ({}, 0),
        ({"chart/values-qa.yaml": "a: 1\n"}, 1),
        ({"env/qa.tfvars": "a = 1\n"}, 1),
        ({"chart/values-qa.yaml": "a: 1\n", "env/qa.tfvars": "a = 1\n"}, 0),
        ({"chart/values-local.yaml": "a: 1\n"}, 0),
    ],
)
def test_folders_hold_files_of_the_same_environments(
    more: dict[str, str], number: int, tmp_path: Path
) -> None:
    assert len(places(tmp_path, {**FILES, **more}, "AG041")) == number


@pytest.mark.parametrize("check", ["AG042", "AG043", "AG044", "AG045", "AG046"])
def test_a_pipeline_of_another_form_is_not_judged(check: str, tmp_path: Path) -> None:
    files = {**FILES, ".github/workflows/ci.yml": "on: push\njobs: {a: {steps: [{run: deploy}]}}\n"}
    chosen = checks.choose(select=[check], ignore=[])
    report = checks.run(written(tmp_path, files), chosen, ScriptedToolchain({}))
    assert [one.check.id for one in report.inapplicable] == [check]


GITLAB = """\
stages: [package, dev, prod]
package:
  stage: package
  rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]
  script: [make build push]
  artifacts: {reports: {dotenv: build/digest.env}}
dev:
  stage: dev
  rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]
  needs: [package]
  environment: {name: dev}
  script: [make deploy]
prod:
  stage: prod
  rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH, when: manual, allow_failure: false}]
  needs: [package, dev]
  environment: {name: prod}
  script: [make deploy]
"""


@pytest.mark.parametrize(
    ("check", "old", "new"),
    [
        ("AG042", "needs: [package, dev]", "needs: [package]"),
        ("AG044", ", when: manual, allow_failure: false", ""),
        (
            "AG045",
            "  environment: {name: prod}\n  script: [make deploy]",
            "  environment: {name: prod}\n  script: [make build push deploy]",
        ),
    ],
)
def test_a_pipeline_keeps_order_gate_and_image_or_is_found(
    check: str, old: str, new: str, tmp_path: Path
) -> None:
    right = {**FILES, ".gitlab-ci.yml": GITLAB}
    assert old in GITLAB
    wrong = {**FILES, ".gitlab-ci.yml": GITLAB.replace(old, new)}
    assert places(tmp_path / "right", right, check) == []
    assert places(tmp_path / "wrong", wrong, check)


def _stage(name: str, *targets: str, after: Collection[str] = (), **settings: Any) -> Stage:
    by_hand = name.startswith("rollback")
    return Stage(
        name=name,
        targets=targets,
        after=frozenset(after),
        when=BY_HAND if by_hand else MAIN,
        **settings,
    )


FLOW = (
    _stage("package", "build", "push", gives_digest=True),
    _stage("dev", "deploy", after=["package"], environment="dev", takes_digest=True),
    _stage(
        "prod",
        "deploy",
        after=["package", "dev"],
        environment="prod",
        approval=True,
        takes_digest=True,
    ),
    _stage("rollback dev", "rollback", environment="dev"),
    _stage("rollback prod", "rollback", environment="prod"),
)


def _judged(
    check: Callable[[Project, Toolchain], Verdict],
    folder: Path,
    *flows: tuple[Stage, ...],
) -> list[str]:
    """Return the findings of a check for pipelines of GitHub, GitLab and Jenkins with these stages."""
    names = {
        "github": ".github/workflows/ci.yml",
        "gitlab": ".gitlab-ci.yml",
        "jenkins": "Jenkinsfile",
    }
    project = written(folder, dict.fromkeys(names.values(), "x\n"))
    found = tuple(
        Pipeline(system=system, path=Path(path), stages=flow)
        for (system, path), flow in zip(names.items(), flows, strict=False)
    )
    project.once("stages", lambda: found)
    findings = check(project, ScriptedToolchain({})).findings
    return [f"{one.path.as_posix()}: {one.message}; {one.fix}" for one in findings]


def _with(name: str, **changes: object) -> tuple[Stage, ...]:
    return tuple(replace(one, **changes) if one.name == name else one for one in FLOW)  # type: ignore[arg-type]


def _without(*names: str) -> tuple[Stage, ...]:
    return tuple(one for one in FLOW if one.name not in names)


@pytest.mark.parametrize(
    ("flow", "finding"),
    [
        (FLOW, ""),
        (
            _with("package", targets=("build", "scan", "push")),
            f"does build scan push ({MAIN}) as package, but github does build push ({MAIN});"
            " make build push",
        ),
        (
            _with("dev", when=BY_HAND),
            f"does deploy ({BY_HAND}) as dev, but github does deploy ({MAIN}); make deploy",
        ),
        (_without("package"), "has no stage package, which github has; add package"),
        (
            (*FLOW, _stage("docs", "docs")),
            "has a stage docs, which github does not; add it there",
        ),
        (_without("rollback prod"), ""),
        (_with("prod", targets=("build", "deploy")), ""),
    ],
)
def test_a_stage_that_differs_from_those_of_the_others_is_found(
    flow: tuple[Stage, ...], finding: str, tmp_path: Path
) -> None:
    wanted = [f".gitlab-ci.yml: gitlab {finding}"] if finding else []
    assert _judged(stages.pipelines_have_the_same_stages, tmp_path, FLOW, flow, FLOW) == wanted


@pytest.mark.parametrize(
    ("check", "flow", "finding"),
    [
        (
            stages.environments_have_one_order,
            _with("prod", after=frozenset({"package"})),
            "deploys to prod without waiting for dev; let prod come after dev",
        ),
        (
            stages.production_has_a_gate,
            _with("prod", approval=False),
            "deploys to prod without an approval; ask for an approval",
        ),
        (
            stages.images_are_built_once,
            _with("prod", takes_digest=False),
            "deploys to prod without the digest that package hands on; pass the digest on",
        ),
        (
            stages.images_are_built_once,
            _with("prod", targets=("build", "deploy")),
            "builds the image again for prod; deploy the digest that was built and tested before",
        ),
        (
            stages.every_environment_has_a_way_back,
            _without("rollback dev"),
            "github deploys to dev and cannot roll it back;"
            " add a stage that runs make rollback for dev",
        ),
    ],
)
def test_a_pipeline_that_lacks_one_thing_has_one_finding(
    check: Callable[[Project, Toolchain], Verdict],
    flow: tuple[Stage, ...],
    finding: str,
    tmp_path: Path,
) -> None:
    assert _judged(check, tmp_path / "right", FLOW, FLOW) == []
    assert _judged(check, tmp_path / "wrong", flow, FLOW) == [
        f".github/workflows/ci.yml: {finding}"
    ]


@pytest.mark.parametrize(
    ("check", "flows"),
    [
        (stages.environments_have_one_order, [_without("prod")]),
        (stages.pipelines_have_the_same_stages, [FLOW]),
        (stages.production_has_a_gate, [_without("prod")]),
        (stages.images_are_built_once, [_without("dev", "prod")]),
        (stages.every_environment_has_a_way_back, [_without("rollback dev", "rollback prod")]),
    ],
)
def test_pipelines_without_the_subject_are_not_judged(
    check: Callable[[Project, Toolchain], Verdict],
    flows: list[tuple[Stage, ...]],
    tmp_path: Path,
) -> None:
    with pytest.raises(NotApplicable):
        _judged(check, tmp_path, *flows)
