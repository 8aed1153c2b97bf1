"""Traps that show only when a pipeline runs: CI009 to CI012 on pipelines as teams write them."""

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


ON_MAIN = '  rules:\n    - if: $CI_COMMIT_BRANCH == "main"\n'


PUSH = f"push:\n{ON_MAIN}  needs: [lint]\n  script: [x]\n"


def workflow(*jobs: str) -> dict[str, str]:
    return {".github/workflows/ci.yml": "on: push\njobs:\n" + "".join(jobs)}


TO_PROD = """\
on: {events}
jobs:
  prod:
    runs-on: ubuntu-24.04
    environment: {environment}
{more}    steps:
      - uses: actions/checkout@v6
      - run: {run}
"""


PUSH = "{push: {branches: [main]}}"


UPGRADE = "helm upgrade --install shop helm/shop"


def to_prod(
    *, events: str = PUSH, environment: str = "production", more: str = "", run: str = UPGRADE
) -> str:
    return TO_PROD.format(events=events, environment=environment, more=more, run=run)


CALLED = """\
on:
  workflow_call:
    inputs:
      to: {{type: string}}
jobs:
  deploy:
    runs-on: ubuntu-24.04
    environment: ${{{{ inputs.to }}}}
{more}    steps:
      - run: kubectl apply -f k8s
"""


CALLS = "on: push\njobs:\n  prod:\n    uses: ./.github/workflows/to.yml\n    with: {to: prod}\n"


ASKS = """\
pipeline {{
  agent any
{options}
  stages {{
    stage('Approve') {{
      steps {{
        input message: 'Deploy to prod?'
      }}
    }}
    stage('Prod') {{
      steps {{
{milestone}        sh '{run}'
      }}
    }}
  }}
}}
"""


def asks(options: str = "", milestone: str = "", run: str = UPGRADE) -> str:
    return ASKS.format(options=options, milestone=milestone, run=run)


LATE = {
    "an environment": {".github/workflows/a.yml": to_prod()},
    "an environment with its address": {
        ".github/workflows/a.yml": to_prod(
            environment="{name: prod, url: https://shop.example.com}"
        )
    },
    "a list of events": {".github/workflows/a.yml": to_prod(events="[push, workflow_dispatch]")},
    "a script that compares nothing": {
        ".github/workflows/a.yml": to_prod(run="./deploy.sh"),
        "deploy.sh": "#!/bin/sh\nhelm upgrade shop .\n",
    },
    "an environment of a region": {".github/workflows/a.yml": to_prod(environment="prod-eu")},
    "a workflow that is called": {
        ".github/workflows/a.yml": CALLS,
        ".github/workflows/to.yml": CALLED.format(more=""),
    },
    "a step that asks": {"Jenkinsfile": asks()},
    "a stage that asks": {
        "Jenkinsfile": "pipeline {\n  agent any\n  stages {\n    stage('Prod') {\n"
        "      input { message 'Deploy?' }\n      steps { sh './deploy.sh prod' }\n    }\n  }\n}\n"
    },
    "a pipeline with other options": {
        "Jenkinsfile": asks(options="  options { timeout(time: 1, unit: 'HOURS') }")
    },
    "a scripted pipeline": {
        "Jenkinsfile": "node {\n  stage('Ask') {\n    input 'Deploy?'\n  }\n"
        "  stage('Prod') {\n    sh 'kubectl apply -f k8s'\n  }\n}\n"
    },
}


@pytest.mark.parametrize("files", LATE.values(), ids=LATE)
def test_a_deployment_that_may_be_approved_late_is_found(
    files: dict[str, str], tmp_path: Path
) -> None:
    assert len(found(tmp_path, "CI012", files)) == 1


HANDS = """on: {push: {branches: [main]}}
jobs:
  deploy:
    uses: ./.github/workflows/to.yml
    with: {env: "${{ inputs.env || 'dev' }}"}
"""


FOR_INPUT = """on: {{workflow_call: {{inputs: {{env: {{type: string}}}}}}}}
jobs:
  prod:
    if: ${{{{ {} }}}}
    environment: prod
    runs-on: x
    steps: [{{run: helm upgrade --install shop helm/shop}}]
"""


@pytest.mark.parametrize(
    ("given", "condition"),
    [
        ("prod", "inputs.env == 'prod'"),
        ("${{ inputs.env || 'prod' }}", "inputs.env == 'prod'"),
        ("${{ inputs.env || 'dev' }}", "inputs.env != 'prod'"),
        ("${{ inputs.env }}", "inputs.env == 'prod'"),
        ("${{ inputs.env || 'dev' }}", "inputs.env == 'prod' || github.ref == 'x'"),
    ],
)
def test_a_job_for_prod_that_is_called_is_found(given: str, condition: str, tmp_path: Path) -> None:
    files = {
        ".github/workflows/a.yml": HANDS.replace("${{ inputs.env || 'dev' }}", given),
        ".github/workflows/to.yml": FOR_INPUT.format(condition),
    }
    assert len(found(tmp_path, "CI012", files)) == 1


COMPARES = '#!/bin/sh\ngit merge-base --is-ancestor "$RUNNING" "$REVISION" || exit 1\nhelm upgrade shop .\n'


IN_ORDER = {
    "a group of the job": {".github/workflows/a.yml": to_prod(more="    concurrency: prod\n")},
    "a group of the workflow": {
        ".github/workflows/a.yml": "concurrency: {group: deploy}\n" + to_prod()
    },
    "a script that compares": {
        ".github/workflows/a.yml": to_prod(run="./deploy.sh"),
        "deploy.sh": COMPARES,
    },
    "a script that make runs": {
        ".github/workflows/a.yml": to_prod(run="make deploy"),
        "Makefile": "deploy:\n\tci/deploy.sh\n",
        "ci/deploy.sh": COMPARES,
    },
    "qa": {".github/workflows/a.yml": to_prod(environment="qa")},
    "a product": {".github/workflows/a.yml": to_prod(environment="product-preview")},
    "a run by hand": {".github/workflows/a.yml": to_prod(events="workflow_dispatch")},
    "a tag": {".github/workflows/a.yml": to_prod(events="{push: {tags: ['v*']}}")},
    "a job that deploys nothing": {".github/workflows/a.yml": to_prod(run="npm run report")},
    "a group of what is called": {
        ".github/workflows/a.yml": CALLS,
        ".github/workflows/to.yml": CALLED.format(more="    concurrency: to-prod\n"),
    },
    "a job for prod that is not handed": {
        ".github/workflows/a.yml": HANDS,
        ".github/workflows/to.yml": FOR_INPUT.format("inputs.env == 'prod'"),
    },
    "a job for all but prod": {
        ".github/workflows/a.yml": HANDS.replace("${{ inputs.env || 'dev' }}", "prod"),
        ".github/workflows/to.yml": FOR_INPUT.format("inputs.env != 'prod'"),
    },
    "a milestone": {"Jenkinsfile": asks(milestone="        milestone 1\n")},
    "builds that are aborted": {
        "Jenkinsfile": asks(options="  options { disableConcurrentBuilds(abortPrevious: true) }")
    },
    "a script of Jenkins that compares": {
        "Jenkinsfile": asks(run="./deploy.sh"),
        "deploy.sh": COMPARES,
    },
    "a version that is chosen": {
        "Jenkinsfile": asks(options="  parameters { string(name: 'VERSION') }")
    },
    "nothing deployed after the answer": {"Jenkinsfile": asks(run="make report")},
    "no question": {"Jenkinsfile": asks().replace("input message: 'Deploy to prod?'", "sh 'true'")},
}


@pytest.mark.parametrize("files", IN_ORDER.values(), ids=IN_ORDER)
def test_a_deployment_in_order_is_right(files: dict[str, str], tmp_path: Path) -> None:
    assert found(tmp_path, "CI012", files) == []


@pytest.mark.parametrize(
    ("script", "number"),
    [
        ("kind create cluster --name x\n", 0),
        ("k3d cluster create x\n", 0),
        ("echo no cluster here\n", 1),
    ],
)
def test_a_script_may_make_the_cluster_of_its_job(script: str, number: int, tmp_path: Path) -> None:
    workflow = """on: push
concurrency: {group: a, cancel-in-progress: true}
jobs:
  build:
    runs-on: x
    steps:
      - run: ./contrib/create_cluster.sh
      - run: helm upgrade --install x chart
"""
    files = {".github/workflows/a.yml": workflow, "contrib/create_cluster.sh": script}
    assert len(found(tmp_path, "CI011", files)) == number
