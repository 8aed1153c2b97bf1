"""Which files are of which kind, by the names that people give them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from scaffolder.repository import files
from scaffolder.repository.ci import github
from scaffolder.repository.project import Project

Kind = Callable[[Project], tuple[Path, ...]]

KINDS: dict[str, tuple[Kind, list[str], list[str]]] = {
    "Dockerfiles of services": (
        files.dockerfiles,
        [
            "Dockerfile",
            "api/Containerfile",
            "api/Dockerfile.dev",
            "docker/web.dockerfile",
            "docker/Dockerfile-web",
            "docker/Dockerfile_job",
            "web/dockerfile",
            "web/Dockerfile.windows.amd64",
        ],
        [
            ".devcontainer/Dockerfile",
            ".ci/Dockerfile",
            "tests/Dockerfile",
            "Dockerfile.md",
            "x/Dockerfile.d/a.sh",
            "docs/Dockerfile-howto",
            "src/DockerfileParser.java",
            "src/dockerfile.go",
            "src/parse_dockerfile_test.go",
            "Dockerfile.erb",
        ],
    ),
    "Dockerfiles that make an image": (
        files.image_builds,
        ["Dockerfile", ".ci/Dockerfile"],
        [".devcontainer/Dockerfile", "e2e/Dockerfile", "Dockerfile.dockerignore"],
    ),
    "every Dockerfile": (
        files.all_dockerfiles,
        [
            ".devcontainer/Dockerfile",
            "Dockerfile",
            "service-template.Dockerfile",
            "tests/Containerfile",
        ],
        [
            "Dockerfile.j2",
            "dockerfile_lint.py",
            "bin/Dockerfile-template",
            "Dockerfile.template.dev",
            "Dockerfile.tpl",
            "Dockerfile_tmpl",
            "template.Dockerfile",
        ],
    ),
    "compose files": (
        files.compose_files,
        ["compose.override.yml", "compose.yaml", "docker-compose.prod.yml"],
        ["decompose.yaml", "compose.md"],
    ),
    "GitHub": (
        partial(files.ci_files, system="github"),
        [
            ".github/workflows/ci.yml",
            ".github/workflows/deploy.yaml",
            ".github/actions/a/action.yml",
            "action.yaml",
        ],
        [".github/dependabot.yml", "workflows/ci.yml"],
    ),
    "GitLab": (
        partial(files.ci_files, system="gitlab"),
        [
            ".gitlab-ci.yml",
            ".gitlab/ci/test.yaml",
            "ci/gitlab/deploy.yml",
            "templates/java.gitlab-ci.yml",
            ".gitlab/release.yml",
            "ci/parts/lint.yml",
            "ci/parts/more/test.yaml",
            "deploy/jobs.yml",
        ],
        [
            ".gitlab/agents/a/config.yaml",
            ".gitlab/dashboards/a.yml",
            ".gitlab/route-map.yml",
            ".gitlab/licenses.yml",
            "ci/other.yml",
            ".gitlab/CODEOWNERS",
        ],
    ),
    "Azure": (
        partial(files.ci_files, system="azure-devops"),
        [
            ".azure-pipelines/a.yml",
            "azure-pipelines.prod.yml",
            "azure-pipelines.yaml",
            "ci/azure-devops/deploy.yaml",
            ".azdo/pipelines/dev.yml",
            ".vsts-ci.yml",
            "ops/release.yml",
            "eng/steps.yml",
            "eng/variables-and-jobs.yaml",
            "release-pipeline.yml",
        ],
        [
            ".azuredevops/dependabot.yml",
            "azure.yaml",
            "buildkite.yml",
            "drone.yml",
            "concourse.yml",
            "pipelines.yml",
            "cloudbuild.yaml",
            "templates/node.yml",
            "vendor/x/ci.yml",
            "woodpecker.yml",
            "workflows/copied.yml",
        ],
    ),
    "Jenkins": (
        partial(files.ci_files, system="jenkins"),
        [
            "Jenkinsfile",
            "Jenkinsfile-deploy",
            "Jenkinsfile.release",
            "Jenkinsfile_nightly",
            "ci/jenkinsfile",
            "ci/nightly.Jenkinsfile",
            "jenkins/build.groovy",
            "jenkins/deploy.groovy",
            "release.jenkins",
        ],
        [
            "Jenkinsfile.md",
            "Jenkinsfile.d/a.sh",
            "jenkins.yaml",
            "jenkinsfile_test.py",
            "src/Node.groovy",
            "tests/jenkinsfile.bats",
            "tests/pipeline.groovy",
            "vars/deploy.groovy",
        ],
    ),
    "backends": (
        files.terraform_backends,
        ["backend-prod.hcl", "env/dev.tfbackend", "prod.backend.conf"],
        ["backend.tf", "terragrunt.hcl"],
    ),
    "variables": (
        files.terraform_variables,
        ["env/prod.tfvars"],
        ["backend.prod.tfvars", "prod.tf"],
    ),
    "values": (
        files.values_files,
        [
            "chart/values-prod.yaml",
            "chart/values/dev.yml",
            "deploy/stack-values.yaml",
            "values.yaml",
        ],
        ["chart/templates/values.yaml", "evaluation.yaml", "values.md"],
    ),
    "Makefiles": (
        files.makefiles,
        ["GNUmakefile", "Makefile", "api/makefile"],
        ["Makefile.md", "common.mk"],
    ),
    "scripts": (files.shell_scripts, ["ci/build.sh", "run.bash"], ["bin/run", "build.py"]),
    "programs of the shell": (files.shell_programs, ["bin/run", "ci/build.sh"], ["bin/tool"]),
    "owners": (files.owners, [".github/CODEOWNERS", "CODEOWNERS"], ["OWNERS"]),
    "zizmor": (
        lambda project: files.at_root(project, *github.ZIZMOR),
        [".github/zizmor.yml", "zizmor.yml"],
        ["sub/zizmor.yml"],
    ),
}
AZURE = "steps:\n  - task: Docker@2\n"
PIPELINE = "pipeline {\n  agent any\n}\n"
TEXTS = {
    ".azdo/pipelines/dev.yml": "trigger: [main]\nsteps:\n  - script: make\n",
    "ops/release.yml": "trigger: none\nextends:\n  template: a.yml@b\n",
    "eng/steps.yml": "parameters:\n  - {name: a}\nsteps:\n  - ${{ if eq(1, 1) }}:\n      - bash: a\n",
    "eng/variables-and-jobs.yaml": "jobs:\n  - job: a\n    steps: [{script: a}]\n",
    "release-pipeline.yml": f"pool: {{vmImage: ubuntu-24.04}}\n{AZURE}",
    "vendor/x/ci.yml": AZURE,
    "templates/node.yml": f"{AZURE}trigger:\n- {{{{ branch }}}}\n",
    "buildkite.yml": "steps:\n  - label: a\n    command: b\n",
    "drone.yml": "kind: pipeline\nsteps:\n  - name: a\n    image: b\n    commands: [c]\n",
    "concourse.yml": "resources: [{name: a}]\njobs:\n  - name: b\n    plan: [{get: a}]\n",
    "cloudbuild.yaml": "steps:\n  - name: a\n    script: b\n",
    "woodpecker.yml": "steps:\n  - name: a\n    image: b\n",
    "workflows/copied.yml": "on: push\njobs:\n  a:\n    steps: [{run: b}]\n",
    "docker/Dockerfile-web": "FROM a\n",
    "docker/Dockerfile_job": "# syntax=docker/dockerfile:1\nfrom a\n",
    "docs/Dockerfile-howto": "How to write one.\n",
    "src/dockerfile.go": "FROM a\n",
    "Dockerfile.erb": "FROM <%= a %>\n",
    "jenkins/build.groovy": f"#!groovy\n@Library('a') _\n{PIPELINE}",
    "jenkins/deploy.groovy": "timestamps {\n  node('linux') {\n    stage('Deploy') { sh 'a' }\n  }\n}\n",
    "src/Node.groovy": "class Node {\n  String stage\n}\n",
    "tests/pipeline.groovy": PIPELINE,
    "vars/deploy.groovy": "def call(Map a) {\n  sh 'b'\n}\n",
    ".gitlab-ci.yml": "include:\n  - local: /ci/parts/**.yml\n  - /deploy/jobs.yml\n  - project: a/b\n",
    "deploy/jobs.yml": "a:\n  trigger:\n    include: [{local: ci/parts/more/test.yaml}]\n",
    ".gitlab/release.yml": "release:\n  script: [make]\n",
    ".gitlab/licenses.yml": "- [a, b]\n",
    "bin/run": "#!/usr/bin/env bash\n",
    "bin/tool": "#!/usr/bin/env python3\n",
}


def project(folder: Path, *names: str) -> Project:
    for name in ("chart/Chart.yaml", *names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(TEXTS.get(name, "name: a\n"), encoding="utf-8")
    return Project(folder)


@pytest.mark.parametrize("kind", KINDS)
def test_files_of_a_kind_are_known_by_their_names(kind: str, tmp_path: Path) -> None:
    which, names, others = KINDS[kind]
    found = which(project(tmp_path, *names, *others))
    assert sorted(file.as_posix() for file in found) == sorted(names)


def test_every_pipeline_is_one_of_a_system(tmp_path: Path) -> None:
    opened = project(
        tmp_path,
        "Jenkinsfile",
        "azure-pipelines.yaml",
        ".gitlab-ci.yml",
        ".github/workflows/ci.yml",
    )
    assert {system: len(found) for system, found in files.pipelines_by_system(opened).items()} == {
        "github": 1,
        "gitlab": 1,
        "jenkins": 1,
        "azure-devops": 1,
    }
    assert len(files.pipelines(opened)) == 4


def test_the_chart_of_the_service_is_where_charts_usually_are(tmp_path: Path) -> None:
    assert files.chart(project(tmp_path / "a", "a/Chart.yaml", "helm/x/Chart.yaml")) == Path(
        "chart"
    )
    (tmp_path / "b").mkdir()
    (tmp_path / "b/README.md").write_text("x\n", encoding="utf-8")
    assert files.chart(Project(tmp_path / "b")) is None


def test_manifests_as_they_are_lie_outside_of_charts(tmp_path: Path) -> None:
    opened = project(tmp_path, "k8s/a.yaml", "chart/crds/a.yaml", "chart/charts/b/values.yaml")
    assert files.plain_manifests(opened) == (Path("k8s/a.yaml"),)
