"""Azure Pipelines: conditions that leave a failure out, deployment jobs without their files."""

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
