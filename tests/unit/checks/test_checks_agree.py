"""Two checks of one run never disagree on what a file is: what one of them reads, the other reads too."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
import yaml
from support import TODAY, ScriptedToolchain, said

from scaffolder import checks
from scaffolder.model import Result
from scaffolder.repository import manifests
from scaffolder.repository.project import Project
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import Tool

ALERTMANAGER = """\
route:
  receiver: team
  routes:
    - receiver: pager
      matchers: [severity="page"]
receivers:
  - name: team
    slack_configs: [{channel: "#team"}]
"""
RULE = """\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: orders
spec:
  groups:
    - name: orders
      rules:
        - alert: OrdersFail
          expr: sum(rate(orders_failed[5m]) / sum(rate(orders[5m])
"""
AZURE = """\
trigger: [main]
jobz:
  - job: plan
steps:
  - task: TerraformInstaller@1
    inputs:
      terraformVersion: 0.12.31
"""


class Reading(ScriptedToolchain):
    """Programs with a test's answers, which keep each text that they were handed, as a file or as input."""

    def __init__(self, outcomes: Mapping[str, CompletedRun | Exception]) -> None:
        super().__init__(outcomes)
        self.texts: list[str] = []

    def run(
        self,
        tool: Tool,
        *args: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout: float = 30,
        memory: int | None = None,
        reads: Iterable[Path] | None = None,
    ) -> CompletedRun:
        for word in args:
            file = (cwd or Path()) / word
            self.texts += [file.read_text(encoding="utf-8")] if file.is_file() else []
        self.texts += [stdin] if stdin else []
        return super().run(
            tool, *args, cwd=cwd, env=env, stdin=stdin, timeout=timeout, memory=memory, reads=reads
        )


def ran(
    root: Path, files: dict[str, str], *ids: str, toolchain: ScriptedToolchain | None = None
) -> dict[str, Result]:
    """The results of the checks, by id; one that had nothing to look at is not among them."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    chosen = [check for check in checks.every(today=TODAY) if check.id in ids]
    report = checks.run(Project(root), chosen, toolchain or ScriptedToolchain({}))
    return {result.check.id: result for result in report.results}


def places(result: Result) -> set[str]:
    return {finding.path.as_posix() for finding in result.findings}


@pytest.mark.parametrize(
    "name", ["prometheus/alertmanager.yml", "ops/alertmanager.yaml", "deploy/am-config.yaml"]
)
def test_a_file_of_alertmanager_is_one_for_amtool_as_for_the_receivers(
    name: str, tmp_path: Path
) -> None:
    refused = said('FAILED: undefined receiver "pager" used in route', exit_code=1)
    results = ran(
        tmp_path,
        {name: ALERTMANAGER},
        "AG040",
        "MO005",
        toolchain=ScriptedToolchain({"amtool": refused}),
    )
    assert [finding.place for finding in results["MO005"].findings] != []
    assert places(results["AG040"]) == places(results["MO005"]) == {name}
    assert results["MO005"].findings[0].line == 4


def test_an_object_of_the_operator_is_none_for_amtool(tmp_path: Path) -> None:
    text = f"apiVersion: monitoring.coreos.com/v1alpha1\nkind: AlertmanagerConfig\nspec:\n{indented(ALERTMANAGER)}"
    toolchain = ScriptedToolchain({"amtool": said()})
    assert set(ran(tmp_path, {"k8s/a.yaml": text}, "AG040", "MO005", toolchain=toolchain)) == {
        "AG040"
    }


def test_what_receives_telemetry_is_no_alertmanager(tmp_path: Path) -> None:
    text = "receivers:\n  otlp: {protocols: {grpc: }}\nservice: {pipelines: {traces: {receivers: [otlp]}}}\n"
    toolchain = ScriptedToolchain({"amtool": said()})
    assert ran(tmp_path, {"otel/collector.yaml": text}, "AG040", "MO005", toolchain=toolchain) == {}


@pytest.mark.parametrize("name", ["k8s/rule.yaml", "deploy/base/alerts.yml"])
def test_rules_of_an_object_are_held_against_promql(name: str, tmp_path: Path) -> None:
    pytest.importorskip("promql_parser")
    results = ran(tmp_path, {name: RULE}, "AG036", "MO001")
    assert [str(finding.place) for finding in results["MO001"].findings] == [f"{name}:9"]
    assert "OrdersFail: is not PromQL" in results["MO001"].findings[0].message
    assert set(results) == {"AG036", "MO001"}


def test_promtool_is_handed_the_groups_of_an_object_as_a_file_of_rules(tmp_path: Path) -> None:
    # promtool 2.42.0
    refused = 'rules.json: 1:74: group "orders", rule 1, "OrdersFail": could not parse expression'
    toolchain = Reading(
        {"promtool": said("Checking rules.json\n", stderr=f"  FAILED:\n{refused}\n", exit_code=1)}
    )
    results = ran(tmp_path, {"k8s/rule.yaml": RULE}, "MO003", toolchain=toolchain)
    assert [yaml.safe_load(text)["groups"] for text in toolchain.texts] == [
        yaml.safe_load(RULE)["spec"]["groups"]
    ]
    assert [str(finding.place) for finding in results["MO003"].findings] == ["k8s/rule.yaml:9"]
    assert results["MO003"].findings[0].message == (
        'FAILED: group "orders", rule 1, "OrdersFail": could not parse expression'
    )


def test_a_file_of_rules_goes_to_promtool_as_it_is(tmp_path: Path) -> None:
    text = "groups:\n  - name: a\n    rules:\n      - {record: a:b, expr: up}\n"
    toolchain = Reading({"promtool": said()})
    ran(tmp_path, {"prometheus/orders.rules": text}, "MO003", toolchain=toolchain)
    assert toolchain.texts == [text]


@pytest.mark.parametrize(
    "name",
    ["Containerfile", "api/Containerfile", "Containerfile.dev", "api.Dockerfile", "api.dockerfile"],
)
def test_hadolint_reads_every_dockerfile_that_others_judge(name: str, tmp_path: Path) -> None:
    toolchain = ScriptedToolchain({"hadolint": said("[]")})
    files = {name: "FROM ubuntu:latest\nRUN true\n"}
    results = ran(tmp_path, files, "DK001", "SEC002", "SEC007", "SY008", toolchain=toolchain)
    assert places(results["SEC002"]) == places(results["SEC007"]) == {name}
    assert set(results) == {"DK001", "SEC002", "SEC007", "SY008"}
    assert [call[-1] for call in toolchain.calls] == [name]


@pytest.mark.parametrize("name", ["Dockerfile.md", "Dockerfile.dockerignore", "Dockerfile.jinja"])
def test_a_text_about_a_dockerfile_is_none(name: str, tmp_path: Path) -> None:
    toolchain = ScriptedToolchain({"hadolint": said("[]")})
    assert (
        ran(tmp_path, {name: "x\n"}, "DK001", "SEC002", "SEC007", "SY008", toolchain=toolchain)
        == {}
    )


@pytest.mark.parametrize(
    "name", ["azure-pipelines.yaml", "azure-pipelines.release.yaml", ".azure-pipelines/plan.yml"]
)
def test_the_schema_reads_every_pipeline_of_azure_that_others_read(
    name: str, tmp_path: Path
) -> None:
    report = (
        '{"status": "fail", "errors": [{"filename": "-", "path": "$", "message": "jobz was unexpected"}], '
        '"parse_errors": []}'
    )
    toolchain = ScriptedToolchain({"check-jsonschema": said(report, exit_code=1)})
    pins = {"mise.toml": '[tools]\nterraform = "1.15.5"\n'}
    results = ran(tmp_path, {name: AZURE, **pins}, "CI007", "AG008", "EOL004", toolchain=toolchain)
    assert places(results["CI007"]) == {name}
    assert places(results["AG008"]) == {name}
    assert {str(finding.place) for finding in results["EOL004"].findings} == {f"{name}:7"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("azure-pipelines.yaml", AZURE),
        (
            ".gitlab-ci.yml",
            "plan:\n  variables:\n    TERRAFORM_VERSION: 0.12.31\n  script: [terraform plan]\n",
        ),
        ("ci/install.sh", "#!/bin/sh\nTERRAFORM_VERSION=0.12.31\n"),
        ("ci/Containerfile", "FROM docker.io/hashicorp/terraform:0.12.31\n"),
    ],
)
def test_a_terraform_that_is_compared_is_one_that_may_be_too_old(
    name: str, text: str, tmp_path: Path
) -> None:
    results = ran(tmp_path, {name: text, ".terraform-version": "1.15.5\n"}, "AG008", "EOL004")
    assert places(results["AG008"]) == {name}
    assert places(results["EOL004"]) == {name}


@pytest.mark.parametrize(
    ("stage", "production"), [("stg", "prd"), ("stage", "prod"), ("Staging", "Production")]
)
def test_environments_have_the_same_names_for_all(
    stage: str, production: str, tmp_path: Path
) -> None:
    files = {
        **{
            f"chart/values-{name}.yaml": f"host: {name}.example.com\n"
            for name in (stage, production)
        },
        **{f"terraform/{name}.tfvars": f'name = "{name}"\n' for name in (stage, production, "dev")},
    }
    results = ran(tmp_path, {"chart/Chart.yaml": "name: x\n", **files}, "AG041", "EN001", "EN007")
    assert set(results) == {"AG041", "EN001", "EN007"}
    assert {finding.path.parent.as_posix() for finding in results["AG041"].findings} == {"chart"}
    assert places(results["EN001"]) <= places(results["AG041"])


def test_environments_that_are_called_otherwise_in_two_folders_are_the_same(tmp_path: Path) -> None:
    files = {f"chart/values-{name}.yaml": "a: 1\n" for name in ("stg", "prd")}
    files |= {f"terraform/{name}.tfvars": "a = 1\n" for name in ("staging", "production")}
    results = ran(tmp_path, files, "AG041", "EN001")
    assert [result.findings for result in results.values()] == [(), ()]


def indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())


GITLAB = "deploy:\n  image: alpine:latest\n  scirpt: [curl https://example.com/x | sh]\n"


@pytest.mark.parametrize(
    "name", [".gitlab-ci.yml", ".gitlab/deploy.yml", ".gitlab/ci/deploy.yaml", "ci/gitlab/a.yml"]
)
def test_what_gitlab_includes_is_a_pipeline_for_all(name: str, tmp_path: Path) -> None:
    toolchain = ScriptedToolchain({"check-jsonschema": said('{"errors": [], "parse_errors": []}')})
    results = ran(tmp_path, {name: GITLAB}, "CI006", "SEC002", "SEC010", toolchain=toolchain)
    assert set(results) == {"CI006", "SEC002", "SEC010"}
    assert places(results["SEC002"]) == places(results["SEC010"]) == {name}
    assert [call[-1] for call in toolchain.calls] == [name]


def test_settings_of_gitlab_are_no_pipelines(tmp_path: Path) -> None:
    toolchain = ScriptedToolchain({"check-jsonschema": said('{"errors": [], "parse_errors": []}')})
    files = {
        ".gitlab/agents/prod/config.yaml": "ci_access: {}\n",
        ".gitlab/route-map.yml": "- source: a\n",
    }
    assert ran(tmp_path, files, "CI006", "SEC010", toolchain=toolchain) == {}


def test_a_component_of_gitlab_has_no_schema_and_the_verdict_says_so(tmp_path: Path) -> None:
    toolchain = ScriptedToolchain({"check-jsonschema": said('{"errors": [], "parse_errors": []}')})
    files = {
        ".gitlab-ci.yml": "a: {script: [x]}\n",
        ".gitlab/c.yml": "spec: {inputs: {}}\n---\na: {script: [x]}\n",
    }
    results = ran(tmp_path, files, "CI006", toolchain=toolchain)
    assert results["CI006"].limit == "no schema for components: .gitlab/c.yml"


@pytest.mark.parametrize("name", ["Jenkinsfile", "Jenkinsfile.release", "ci/nightly.jenkinsfile"])
def test_every_jenkinsfile_is_one_for_all(name: str, tmp_path: Path) -> None:
    text = "pipeline {\n  agent { docker { image 'maven:latest' } }\n  stagez { }\n}\n"
    results = ran(tmp_path, {name: text}, "CI005", "SEC002", "SEC010")
    assert places(results["CI005"]) == places(results["SEC002"]) == {name}
    assert "SEC010" in results


@pytest.mark.parametrize("name", ["azure-pipelines.yml", "azure-pipelines.yaml"])
def test_images_of_azure_are_images(name: str, tmp_path: Path) -> None:
    text = (
        "jobs:\n  - job: a\n    container: docker.io/library/node:latest\n    steps: [{bash: x}]\n"
    )
    results = ran(tmp_path, {name: text}, "SEC002")
    assert [str(finding.place) for finding in results["SEC002"].findings] == [f"{name}:3"]


def test_the_name_of_a_container_among_the_resources_is_no_image(tmp_path: Path) -> None:
    text = "resources:\n  containers: [{container: node, image: node:22.1}]\njobs: [{job: a, container: node}]\n"
    assert ran(tmp_path, {"azure-pipelines.yml": text}, "SEC002")["SEC002"].findings == ()


@pytest.mark.parametrize(
    "name", ["bin/install", "ci/install.sh", "install.bash", "azure-pipelines.yaml"]
)
def test_a_download_is_found_wherever_a_shell_runs_it(name: str, tmp_path: Path) -> None:
    text = "#!/usr/bin/env bash\nsteps: # x\ncurl -fsS https://example.com/install | bash\n"
    assert places(ran(tmp_path, {name: text}, "SEC010")["SEC010"]) == {name}


@pytest.mark.parametrize("name", ["prod.tfbackend", "backend-prod.hcl", "env/prod.backend.conf"])
def test_what_completes_a_backend_is_one_for_all(name: str, tmp_path: Path) -> None:
    sister = name.replace("prod", "dev")
    files = {
        "main.tf": 'terraform {\n  backend "s3" {}\n}\n',
        name: 'bucket = "a"\nencrypt = false\n',
        sister: 'bucket = "b"\n',
    }
    results = ran(tmp_path, files, "SEC009", "EN005")
    assert places(results["SEC009"]) >= {name}
    assert "EN005" in results


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("prod.tfvars", 'cluster_version = "1.27"\n'),
        ("main.tf", 'resource "aws_eks_cluster" "this" {\n  version = "1.27"\n}\n'),
        ("main.tf", 'variable "kubernetes_version" {\n  default = "1.27"\n}\n'),
        ("main.tf", 'locals {\n  k8s_version = "1.27"\n}\n'),
    ],
)
def test_the_version_of_a_cluster_is_one_for_all(name: str, text: str, tmp_path: Path) -> None:
    files = {name: text, "chart/Chart.yaml": "apiVersion: v2\nname: x\nkubeVersion: '>=1.30'\n"}
    results = ran(tmp_path, files, "AG010", "EOL002")
    assert [finding.related[0].path.as_posix() for finding in results["AG010"].findings] == [name]
    assert places(results["EOL002"]) == {name}
    assert manifests.kubernetes_version(Project(tmp_path)) == "1.27"


@pytest.mark.parametrize("name", ["k8s/job.yaml", "deploy/base/job.yml"])
def test_an_object_is_one_for_all(name: str, tmp_path: Path) -> None:
    text = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {hostNetwork: true, containers: [{image: a}]}}\n"
    results = ran(tmp_path, {name: text}, "SEC002", "SEC006", "AG037")
    assert places(results["SEC002"]) == places(results["SEC006"]) == {name}
    assert results["AG037"].detail == "1 object"


def test_a_task_of_an_extension_that_is_read_elsewhere_is_none_that_the_schema_refuses(
    tmp_path: Path,
) -> None:
    toolchain = Reading({"check-jsonschema": said('{"errors": [], "parse_errors": []}')})
    ran(tmp_path, {"azure-pipelines.yaml": AZURE}, "CI007", toolchain=toolchain)
    assert [json.loads(text)["steps"] for text in toolchain.texts] == [[{"bash": "true"}]]
