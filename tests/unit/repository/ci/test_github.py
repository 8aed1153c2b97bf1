"""GitHub Actions' meaning for a repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.ci import github
from scaffolder.repository.ci.system import Image, SetUp, WrittenPipeline
from scaffolder.repository.project import Project

FILE = ".github/workflows/ci.yml"


def project(folder: Path, text: str) -> Project:
    return written(folder, {FILE: text})


def test_a_script_runs_in_the_folder_that_step_job_or_workflow_set(tmp_path: Path) -> None:
    text = """\
defaults: {run: {working-directory: all}}
jobs:
  a:
    defaults: {run: {working-directory: job}}
    steps:
      - run: one
        working-directory: step
      - run: two
  b:
    steps:
      - run: three
      - run: four
        working-directory: ${{ matrix.folder }}
"""
    found = [
        (one.text, one.folder, one.line)
        for one in github.scripts(project(tmp_path, text), Path(FILE))
    ]
    assert found == [
        ("one", Path("step"), 6),
        ("two", Path("job"), 8),
        ("three", Path("all"), 11),
        ("four", None, 12),
    ]


def test_the_steps_of_an_action_of_ones_own_are_scripts(tmp_path: Path) -> None:
    opened = written(tmp_path, {"action.yml": "runs:\n  steps:\n    - run: make lint\n"})
    assert [one.text for one in github.scripts(opened, Path("action.yml"))] == ["make lint"]


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ("'21'", ("21",)),
        ("'${{ matrix.java }}'", ("17", "21", "25")),
        ("'${{ env.JAVA }}'", ("11",)),
        ("'${{ vars.JAVA }}'", ()),
        ("'${{ matrix.none }}'", ()),
        ("'x-${{ env.JAVA }}'", ()),
    ],
)
def test_the_values_of_an_input(tmp_path: Path, given: str, values: tuple[str, ...]) -> None:
    text = f"""\
env: {{JAVA: 11}}
jobs:
  a:
    container: {{image: "eclipse-temurin:21"}}
    strategy: {{matrix: {{java: [17, 21], include: [{{java: 25}}]}}}}
    steps:
      - uses: actions/setup-java@v5
        with: {{java-version: {given}}}
"""
    image, step = github.set_ups(project(tmp_path, text), Path(FILE))
    assert image == Image(name="eclipse-temurin:21", line=4)
    assert isinstance(step, SetUp)
    assert (step.step, step.inputs["java-version"].values) == ("setup-java", values)


def test_images_of_jobs_services_and_steps(tmp_path: Path) -> None:
    text = """\
jobs:
  a:
    container: node:22
    services: {db: {image: "postgres:17"}}
    steps:
      - uses: docker://alpine:3.20
      - uses: actions/checkout@v5
"""
    found = [(one.name, one.line) for one in github.images(project(tmp_path, text), Path(FILE))]
    assert found == [("node:22", 3), ("postgres:17", 4), ("alpine:3.20", 6)]


def test_names_of_images_that_actions_build(tmp_path: Path) -> None:
    text = """\
env: {REGISTRY: ghcr.io}
jobs:
  a:
    env: {NAME: api}
    steps:
      - uses: docker/build-push-action@v6
        with: {tags: "${{ env.REGISTRY }}/${{ env.NAME }}:1"}
"""
    (built,) = github.built_images(project(tmp_path, text), Path(FILE))
    assert (built.name, built.variables) == (
        "${REGISTRY}/${NAME}:1",
        {"REGISTRY": "ghcr.io", "NAME": "api"},
    )


@pytest.mark.parametrize(
    ("step", "programs"),
    [
        ("uses: azure/setup-helm@v4\n     with: {version: v3.17.1}", [("helm", "3.17.1")]),
        ("uses: any/other@v1\n     with: {terraform_version: 1.11.0}", [("terraform", "1.11.0")]),
        ("uses: azure/setup-helm@v4\n     with: {version: latest}", []),
        ("uses: azure/setup-helm@v4", []),
    ],
)
def test_the_programs_that_actions_install(
    tmp_path: Path, step: str, programs: list[tuple[str, str]]
) -> None:
    opened = project(tmp_path, f"jobs:\n  a:\n   steps:\n   - {step}\n")
    assert [(one.name, one.version) for one in github.programs(opened, Path(FILE))] == programs


def test_what_the_settings_of_zizmor_leave_out(tmp_path: Path) -> None:
    text = "rules:\n  unpinned-uses: {disable: true}\n  artipacked: {ignore: [ci.yml:12]}\n"
    opened = written(tmp_path, {"zizmor.yml": text})
    found = [
        (one.rule, one.line, one.hides)
        for one in github.EXCEPTIONS[0].read(opened, Path("zizmor.yml"))
    ]
    assert found == [
        ("zizmor/unpinned-uses", 2, (".github/**",)),
        ("zizmor/artipacked", 3, (".github/workflows/ci.yml",)),
    ]


def test_a_step_for_another_environment_is_no_target_of_a_call(tmp_path: Path) -> None:
    called = """\
jobs:
  deploy:
    steps:
      - run: make deploy
      - run: make load-test
        if: inputs.environment == 'dev' && always()
      - run: make notify
        if: inputs.environment == 'dev' || inputs.environment == 'qa'
"""
    caller = """\
on: push
jobs:
  dev: {uses: ./.github/workflows/deploy.yml, with: {environment: dev}}
  qa: {uses: ./.github/workflows/deploy.yml, with: {environment: qa}}
"""
    opened = written(tmp_path, {FILE: caller, ".github/workflows/deploy.yml": called})
    pipeline = WrittenPipeline(
        project=opened, path=Path(FILE), files=(Path(FILE),), environments=("dev", "qa")
    )
    assert [one.targets for one in github.jobs(pipeline)] == [
        ("deploy", "load-test", "notify"),
        ("deploy", "notify"),
    ]
