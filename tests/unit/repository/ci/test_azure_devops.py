"""Azure Pipelines' meaning for a repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.ci import azure_devops
from scaffolder.repository.ci.system import NamedFile, SetUp, WrittenPipeline
from scaffolder.repository.project import Project

FILE = "azure-pipelines.yml"


def project(folder: Path, text: str) -> Project:
    return written(folder, {FILE: text})


def test_scripts_of_steps_and_tasks(tmp_path: Path) -> None:
    text = """\
steps:
  - bash: one
  - script: two
    workingDirectory: app
  - task: AzureCLI@2
    inputs: {inlineScript: three, workingDirectory: $(folder)}
"""
    found = [
        (one.text, one.folder) for one in azure_devops.scripts(project(tmp_path, text), Path(FILE))
    ]
    assert found == [("one", Path()), ("two", Path("app")), ("three", None)]


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ("'22'", ("22",)),
        ("$(node)", ("24",)),
        ("${{ variables.node }}", ("24",)),
        ("${{ parameters.node }}", ()),
        ("$(other)", ()),
    ],
)
@pytest.mark.parametrize("variables", ["{node: 24}", "[{name: node, value: 24}]"])
def test_the_values_of_an_input(
    tmp_path: Path, given: str, values: tuple[str, ...], variables: str
) -> None:
    text = f"variables: {variables}\nsteps:\n  - task: UseNode@1\n    inputs:\n      version: {given}\n"
    steps = [
        one
        for one in azure_devops.set_ups(project(tmp_path, text), Path(FILE))
        if isinstance(one, SetUp)
    ]
    (step,) = [one for one in steps if one.step]
    assert (step.step, step.inputs["version"].values, step.inputs["version"].line) == (
        "UseNode",
        values,
        5,
    )


def test_a_container_by_its_name_among_the_resources_is_no_image(tmp_path: Path) -> None:
    text = (
        "resources: {containers: [{container: box, image: 'node:22'}]}\njobs:\n  - container: box\n"
    )
    found = [one.name for one in azure_devops.images(project(tmp_path, text), Path(FILE))]
    assert found == ["node:22"]


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("deploy.yml", [NamedFile(path=Path("deploy.yml"), line=2)]),
        ("/ci/deploy.yml", [NamedFile(path=Path("ci/deploy.yml"), line=2)]),
        ("deploy.yml@shared", []),
        ("${{ parameters.file }}", []),
    ],
)
def test_the_templates_of_the_repository_itself(
    tmp_path: Path, name: str, files: list[NamedFile]
) -> None:
    opened = project(tmp_path, f"stages:\n  - template: {name}\n")
    assert list(azure_devops.named_files(opened, Path(FILE))) == files


def test_the_programs_that_tasks_install(tmp_path: Path) -> None:
    text = "steps:\n  - task: TerraformInstaller@1\n    inputs: {terraformVersion: 1.11.4}\n"
    (program,) = azure_devops.programs(project(tmp_path, text), Path(FILE))
    assert (program.name, program.version, program.line) == ("terraform", "1.11.4", 3)


def test_a_step_for_another_environment_is_no_target_of_a_template(tmp_path: Path) -> None:
    template = """\
stages:
  - stage: ${{ parameters.environment }}
    jobs:
      - job: deploy
        steps:
          - bash: make deploy
          - bash: make load-test
            condition: and(succeeded(), eq('${{ parameters.environment }}', 'dev'))
          - bash: make notify
            condition: or(failed(), eq('${{ parameters.environment }}', 'dev'))
"""
    caller = """\
stages:
  - {template: deploy.yml, parameters: {environment: dev}}
  - {template: deploy.yml, parameters: {environment: qa}}
"""
    opened = written(tmp_path, {FILE: caller, "deploy.yml": template})
    pipeline = WrittenPipeline(
        project=opened, path=Path(FILE), files=(Path(FILE),), environments=("dev", "qa")
    )
    assert [one.targets for one in azure_devops.jobs(pipeline)] == [
        ("deploy", "load-test", "notify"),
        ("deploy", "notify"),
    ]
