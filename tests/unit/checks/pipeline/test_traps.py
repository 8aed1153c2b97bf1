"""What fails only when a pipeline runs: CI009 to CI012 on pipelines as teams write them."""

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


# ---- Azure Pipelines: conditions -----------------------------------------------------------------

STAGES = """\
stages:
  - stage: check
    jobs:
      - job: test
        steps:
          - bash: make test
  - stage: image
    {after}
    condition: {condition}
    jobs:
      - job: image
        steps:
          - bash: {command}
"""


@pytest.mark.parametrize(
    "condition",
    [
        "eq(variables['Build.SourceBranch'], 'refs/heads/main')",
        "and(eq(variables['Build.SourceBranch'], 'refs/heads/main'), ne(variables['Build.Reason'], 'PullRequest'))",
        "ne(variables['Build.Reason'], 'Schedule')",
    ],
)
@pytest.mark.parametrize(
    "shell", ["make build push", "docker push $IMAGE", "helm upgrade --install shop helm/shop"]
)
def test_azure_finds_a_condition_that_leaves_a_failure_out(
    condition: str, shell: str, tmp_path: Path
) -> None:
    text = STAGES.format(after="dependsOn: [check]", condition=condition, command=shell)
    assert found(tmp_path, "CI009", {"azure-pipelines.yml": text}) == ["azure-pipelines.yml:9"]


def test_azure_a_stage_depends_on_the_one_before_it(tmp_path: Path) -> None:
    text = STAGES.format(
        after="displayName: Image",
        condition="eq(variables['Build.SourceBranch'], 'refs/heads/main')",
        command="make push",
    )
    assert len(found(tmp_path, "CI009", {"azure-pipelines.yml": text})) == 1


@pytest.mark.parametrize(
    ("after", "condition", "shell"),
    [
        ("dependsOn: [check]", "and(succeeded(), eq(variables.x, 'y'))", "make push"),
        ("dependsOn: [check]", "failed()", "make rollback"),
        ("dependsOn: [check]", "eq(dependencies.check.result, 'Succeeded')", "make push"),
        (
            "dependsOn: [check]",
            "in(dependencies.check.result, 'Succeeded', 'Skipped')",
            "make push",
        ),
        ("dependsOn: [check]", "${{ parameters.condition }}", "make push"),
        ("dependsOn: [check]", "false", "make push"),
        ("dependsOn: []", "eq(variables.rollback, 'prod')", "make rollback"),
        ("dependsOn: [check]", "eq(variables['Build.Reason'], 'PullRequest')", "make report"),
        ("dependsOn: [check]", "eq(variables.x, 'y')", "echo docker push comes later"),
    ],
)
def test_azure_accepts_a_condition_that_asks_or_harms_nothing(
    after: str, condition: str, shell: str, tmp_path: Path
) -> None:
    text = STAGES.format(after=after, condition=condition, command=shell)
    assert found(tmp_path, "CI009", {"azure-pipelines.yml": text}) == []


def test_azure_a_first_stage_has_nothing_before_it(tmp_path: Path) -> None:
    text = "stages:\n  - stage: image\n    condition: eq(variables.a, 'b')\n    jobs:\n      - job: a\n        steps:\n          - bash: make push\n"
    assert found(tmp_path, "CI009", {"azure-pipelines.yml": text}) == []


# ---- Azure Pipelines: checkout -------------------------------------------------------------------

DEPLOYMENT = """\
jobs:
  - deployment: deploy
    environment: prod
    strategy:
      {strategy}:
        deploy:
          steps:
{steps}
"""
REPOSITORY = {
    "Makefile": "deploy:\n\ttrue\n",
    "ci/deploy.sh": "#!/bin/sh\ntrue\n",
    "helm/shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
}


def deployment(*steps: str, strategy: str = "runOnce") -> str:
    return DEPLOYMENT.format(
        strategy=strategy, steps="\n".join(f"            - {step}" for step in steps)
    )


@pytest.mark.parametrize(
    "step",
    [
        "bash: make deploy",
        "script: ./ci/deploy.sh prod",
        "bash: bash ci/deploy.sh",
        "{task: AzureCLI@2, inputs: {scriptLocation: inlineScript, inlineScript: make deploy}}",
        "{task: HelmDeploy@1, inputs: {command: upgrade, chartPath: helm/shop}}",
        "{task: Bash@3, inputs: {filePath: ci/deploy.sh}}",
        "template: steps.yml",
    ],
)
def test_azure_finds_a_deployment_job_without_its_files(step: str, tmp_path: Path) -> None:
    files = {
        **REPOSITORY,
        "azure-pipelines.yml": deployment(step),
        "steps.yml": "steps:\n  - bash: make deploy\n",
    }
    assert found(tmp_path, "CI010", files) == ["azure-pipelines.yml:8"]


def test_azure_other_strategies_are_deployments_too(tmp_path: Path) -> None:
    files = {
        **REPOSITORY,
        "azure-pipelines.yml": deployment("bash: make deploy", strategy="canary"),
    }
    assert len(found(tmp_path, "CI010", files)) == 1


@pytest.mark.parametrize(
    "steps",
    [
        ("checkout: self", "bash: make deploy"),
        ("template: checkout.yml", "bash: make deploy"),
        ("template: steps.yml@templates", "bash: make deploy"),
        ("bash: git clone https://example.com/x . && make deploy",),
        ("bash: kubectl rollout status deployment/shop",),
        ("{bash: make deploy, workingDirectory: $(Pipeline.Workspace)/drop}",),
        ("{task: HelmDeploy@1, inputs: {chartPath: $(Pipeline.Workspace)/chart/helm/shop}}",),
        ("bash: cd $(Pipeline.Workspace)/drop && make deploy",),
        ("bash: echo make deploy",),
        ("download: current", "bash: $(Pipeline.Workspace)/drop/ci/deploy.sh"),
    ],
)
def test_azure_accepts_a_deployment_job_with_all_it_uses(
    steps: tuple[str, ...], tmp_path: Path
) -> None:
    files = {
        **REPOSITORY,
        "azure-pipelines.yml": deployment(*steps),
        "checkout.yml": "steps:\n  - checkout: self\n",
    }
    assert found(tmp_path, "CI010", files) == []


def test_azure_a_job_that_is_no_deployment_has_its_files(tmp_path: Path) -> None:
    text = "jobs:\n  - job: deploy\n    steps:\n      - bash: make deploy\n"
    assert found(tmp_path, "CI010", {**REPOSITORY, "azure-pipelines.yml": text}) == []


ON_MAIN_OF_AZURE = "condition: eq(variables['Build.SourceBranch'], 'refs/heads/main')"
CHECKED = "  - stage: check\n    jobs: [{job: test, steps: [{bash: make test}]}]\n"
DEPLOYING = "jobs:\n  - job: d\n    steps: [{bash: helm upgrade x y}]\n"
STAGE = f"- stage: deploy\n    {ON_MAIN_OF_AZURE}\n    "
IN_TEMPLATES = {
    "the first stage of a template": {
        "azure-pipelines.yml": f"stages:\n{CHECKED}  - template: ci/deploy.yml\n",
        "ci/deploy.yml": f"stages:\n  {STAGE}jobs: [{{job: d, steps: [{{bash: helm upgrade x y}}]}}]\n",
    },
    "a parameter of a template": {
        "azure-pipelines.yml": "extends:\n  template: ci/t.yml\n  parameters:\n    stages:\n"
        + "".join(
            f"    {line}\n"
            for line in f"{CHECKED}  {STAGE}jobs: [{{job: d, steps: [{{bash: helm upgrade x y}}]}}]".splitlines()
        ),
        "ci/t.yml": "parameters: [{name: stages, type: stageList}]\nstages:\n"
        "  - ${{ each s in parameters.stages }}:\n    - ${{ s }}\n",
    },
    "a stage that an expression lets in": {
        "azure-pipelines.yml": f"stages:\n{CHECKED}  - ${{{{ if eq(parameters.deploy, true) }}}}:\n"
        f"    - stage: deploy\n      {ON_MAIN_OF_AZURE}\n      jobs: [{{job: d, steps: [{{bash: helm upgrade x y}}]}}]\n"
    },
    "steps of a template": {
        "azure-pipelines.yml": f"stages:\n{CHECKED}  {STAGE}jobs:\n      - job: d\n"
        "        steps: [{template: ci/steps.yml}]\n",
        "ci/steps.yml": "steps:\n  - bash: helm upgrade --install x y\n",
    },
    "jobs of a template": {
        "azure-pipelines.yml": f"stages:\n{CHECKED}  {STAGE}jobs: [{{template: ci/jobs.yml}}]\n",
        "ci/jobs.yml": DEPLOYING,
    },
}


@pytest.mark.parametrize("name", IN_TEMPLATES)
def test_azure_follows_templates_and_expressions_of_stages(name: str, tmp_path: Path) -> None:
    assert len(found(tmp_path, "CI009", IN_TEMPLATES[name])) == 1


CALLED_WELL = {
    "the first stage of a pipeline": {
        "azure-pipelines.yml": "stages:\n  - template: ci/deploy.yml\n",
        "ci/deploy.yml": IN_TEMPLATES["the first stage of a template"]["ci/deploy.yml"],
    },
    "a template that names what it depends on": {
        "azure-pipelines.yml": f"stages:\n{CHECKED}  - template: ci/deploy.yml\n",
        "ci/deploy.yml": f"stages:\n  {STAGE}dependsOn: []\n    "
        "jobs: [{job: d, steps: [{bash: helm upgrade x y}]}]\n",
    },
    "a template that harms nothing": {
        "azure-pipelines.yml": f"stages:\n{CHECKED}  {STAGE}jobs: [{{template: ci/jobs.yml}}]\n",
        "ci/jobs.yml": "jobs:\n  - job: d\n    steps: [{bash: npm run report}]\n",
    },
    "a template of another repository": {
        "azure-pipelines.yml": f"stages:\n{CHECKED}  - template: deploy.yml@templates\n"
    },
}


@pytest.mark.parametrize("name", CALLED_WELL)
def test_azure_accepts_templates_that_do_no_harm(name: str, tmp_path: Path) -> None:
    assert found(tmp_path, "CI009", CALLED_WELL[name]) == []


HOOK = "jobs:\n  - deployment: d\n    environment: prod\n    strategy:\n      runOnce:\n        deploy:\n          steps:\n{steps}"
MANIFESTS = {"k8s/a.yaml": "kind: X\n", "terraform/main.tf": "\n"}


@pytest.mark.parametrize(
    ("step", "number"),
    [
        ("- ${{ if true }}:\n              - bash: make deploy", 1),
        ("- bash: helm upgrade --install shop ./helm/shop", 1),
        ("- script: kubectl apply -f k8s/", 1),
        ("- bash: terraform apply\n              workingDirectory: terraform", 1),
        ("- bash: helm upgrade --install shop oci://example.com/shop", 0),
        ("- bash: cd $(Pipeline.Workspace)/drop && kubectl apply -f k8s/", 0),
        (
            "- bash: terraform apply\n              workingDirectory: $(Pipeline.Workspace)/terraform",
            0,
        ),
        ("- task: ExtractFiles@1\n            - bash: kubectl apply -f k8s/", 0),
        ("- task: DownloadPipelineArtifact@2\n            - bash: kubectl apply -f k8s/", 0),
    ],
)
def test_azure_knows_what_commands_of_a_deployment_read(
    step: str, number: int, tmp_path: Path
) -> None:
    text = HOOK.format(steps=f"            {step}\n")
    files = {**REPOSITORY, **MANIFESTS, "azure-pipelines.yml": text}
    assert len(found(tmp_path, "CI010", files)) == number


# ---- GitLab CI -----------------------------------------------------------------------------------

JOBS = """\
lint:
  script: [make lint]
{lint}
push:
  needs: {needs}
  script: [make push]
{image}
"""
ON_MAIN = '  rules:\n    - if: $CI_COMMIT_BRANCH == "main"\n'
ON_DEFAULT = "  rules:\n    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n"
ON_MERGE_REQUESTS = '  rules:\n    - if: $CI_PIPELINE_SOURCE == "merge_request_event"\n'
BOTH = '  rules:\n    - if: $CI_PIPELINE_SOURCE == "merge_request_event"\n    - if: $CI_COMMIT_BRANCH\n'


def gitlab(lint: str, image: str, needs: str = "[lint]") -> dict[str, str]:
    return {".gitlab-ci.yml": JOBS.format(lint=lint, image=image, needs=needs)}


@pytest.mark.parametrize(
    ("lint", "image"),
    [
        (ON_MERGE_REQUESTS, ON_MAIN),
        (ON_MERGE_REQUESTS, ON_DEFAULT),
        ("  only: [merge_requests]\n", ON_MAIN),
        (ON_MAIN, ON_MERGE_REQUESTS),
        ("", ON_MERGE_REQUESTS),
        ("  except: [main]\n", "  only: [main]\n"),
        ("  only: [tags]\n", "  only: [branches]\n"),
        ("  rules:\n    - when: never\n", ""),
        (
            "  rules:\n    - if: $CI_COMMIT_TAG =~ /^v/\n",
            '  rules:\n    - if: $CI_COMMIT_BRANCH != null && $CI_PIPELINE_SOURCE == "push"\n',
        ),
    ],
)
def test_gitlab_finds_a_need_of_a_job_that_is_left_out(
    lint: str, image: str, tmp_path: Path
) -> None:
    assert len(found(tmp_path, "CI010", gitlab(lint, image))) == 1


@pytest.mark.parametrize(
    ("lint", "image", "needs"),
    [
        (BOTH, ON_MAIN, "[lint]"),
        (ON_MERGE_REQUESTS, ON_MAIN, "[{job: lint, optional: true}]"),
        (
            ON_MERGE_REQUESTS,
            ON_MAIN,
            "[{project: acme/other, job: lint, ref: main, artifacts: true}]",
        ),
        (ON_MAIN, ON_DEFAULT, "[lint]"),
        ("", ON_MAIN, "[lint]"),
        ("", "", "[lint]"),
        ("  rules:\n    - if: $RUN_LINT\n", ON_MAIN, "[lint]"),
        ("  rules:\n    - changes: [app/**]\n", ON_MAIN, "[lint]"),
        (ON_MERGE_REQUESTS, "  rules:\n    - if: $RELEASE\n", "[lint]"),
        (ON_MAIN, "  only: [main]\n", "[lint]"),
    ],
)
def test_gitlab_accepts_a_need_that_may_be_met(
    lint: str, image: str, needs: str, tmp_path: Path
) -> None:
    assert found(tmp_path, "CI010", gitlab(lint, image, needs)) == []


def test_gitlab_a_workflow_that_makes_no_such_pipeline_is_no_trap(tmp_path: Path) -> None:
    files = gitlab(ON_MERGE_REQUESTS, ON_MAIN)
    only = 'workflow:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == "merge_request_event"\n'
    assert found(tmp_path, "CI010", {".gitlab-ci.yml": only + files[".gitlab-ci.yml"]}) == []


def test_gitlab_follows_extends_references_and_includes(tmp_path: Path) -> None:
    files = {
        ".gitlab-ci.yml": (
            "include:\n  - local: ci/parts.gitlab-ci.yml\n"
            "push:\n  extends: .on-main\n  needs: [lint]\n  script: [make push]\n"
        ),
        "ci/parts.gitlab-ci.yml": (
            f".asked:\n{ON_MERGE_REQUESTS}"
            f".on-main:\n{ON_MAIN}"
            "lint:\n  rules:\n    - !reference [.asked, rules]\n  script: [make lint]\n"
        ),
    }
    assert found(tmp_path, "CI010", files) == [".gitlab-ci.yml:5"]


def test_gitlab_a_job_of_a_template_elsewhere_is_not_known(tmp_path: Path) -> None:
    text = (
        "include:\n  - template: Jobs/Build.gitlab-ci.yml\npush:\n  needs: [build]\n  script: [x]\n"
    )
    assert found(tmp_path, "CI010", {".gitlab-ci.yml": text}) == []


def test_gitlab_finds_a_need_of_no_job(tmp_path: Path) -> None:
    text = "push:\n  needs: [build]\n  script: [x]\n"
    assert found(tmp_path, "CI010", {".gitlab-ci.yml": text}) == [".gitlab-ci.yml:2"]


def test_gitlab_finds_only_beside_inherited_rules(tmp_path: Path) -> None:
    text = f".main:\n{ON_MAIN}push:\n  extends: .main\n  only: [main]\n  script: [x]\n"
    assert found(tmp_path, "CI010", {".gitlab-ci.yml": text}) == [".gitlab-ci.yml:6"]


LINT = f"lint:\n{ON_MERGE_REQUESTS}  script: [x]\n"
PUSH = f"push:\n{ON_MAIN}  needs: [lint]\n  script: [x]\n"
INDIRECT = {
    "files by a star": {
        ".gitlab-ci.yml": "include:\n  - local: ci/*.yml\n" + PUSH,
        "ci/a.yml": LINT,
    },
    "files by two stars": {
        ".gitlab-ci.yml": "include: /ci/**.yml\n" + PUSH,
        "ci/b/a.yml": LINT,
    },
    "all rules of another job": {
        ".gitlab-ci.yml": f".asked:\n{ON_MERGE_REQUESTS}"
        f"lint:\n  rules: !reference [.asked, rules]\n  script: [x]\n{PUSH}"
    },
    "a reference to a reference": {
        ".gitlab-ci.yml": f".a:\n{ON_MERGE_REQUESTS}.b:\n  rules:\n    - !reference [.a, rules]\n"
        f"lint:\n  rules:\n    - !reference [.b, rules]\n  script: [x]\n{PUSH}"
    },
    "the needs of another job": {
        ".gitlab-ci.yml": f".n:\n  needs: [lint]\n{LINT}push:\n{ON_MAIN}"
        "  needs: !reference [.n, needs]\n  script: [x]\n"
    },
    "an anchor": {
        ".gitlab-ci.yml": f".main: &main\n{ON_MAIN}push:\n  <<: *main\n  only: [main]\n  script: [x]\n"
    },
    "artifacts of no job": {".gitlab-ci.yml": "push:\n  dependencies: [lint]\n  script: [x]\n"},
}


@pytest.mark.parametrize("name", INDIRECT)
def test_gitlab_finds_it_behind_references_and_stars(name: str, tmp_path: Path) -> None:
    assert len(found(tmp_path, "CI010", INDIRECT[name])) == 1


MATRIX_OF_LINT = (
    "lint:\n  parallel: {parallel}\n  script: [x]\npush:\n  needs: ['{need}']\n  script: [x]\n"
)
DIRECT = {
    "one of a matrix": MATRIX_OF_LINT.format(parallel="{matrix: [{V: [a, b]}]}", need="lint: [a]"),
    "one of several": MATRIX_OF_LINT.format(parallel="3", need="lint 1/3"),
    "a name in a variable": "push:\n  needs: ['lint-$VERSION']\n  script: [x]\n",
    "needs of another job": f".n:\n  needs: [lint]\nlint:\n{ON_MAIN}  script: [x]\npush:\n{ON_MAIN}"
    "  needs: !reference [.n, needs]\n  script: [x]\n",
    "rules that are taken back": f".m:\n{ON_MAIN}push:\n  extends: .m\n  rules: null\n  only: [main]\n"
    "  script: [x]\n",
}


@pytest.mark.parametrize("name", DIRECT)
def test_gitlab_accepts_parts_of_a_matrix_and_references(name: str, tmp_path: Path) -> None:
    assert found(tmp_path, "CI010", {".gitlab-ci.yml": DIRECT[name]}) == []


# ---- GitHub Actions ------------------------------------------------------------------------------

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


# ---- deployments out of order --------------------------------------------------------------------

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
