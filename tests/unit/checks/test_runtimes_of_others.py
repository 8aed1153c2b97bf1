"""AG001, AG003, AG052: which version and which series are a service's own in repositories of others."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, written

from scaffolder import checks
from scaffolder.model import Finding


def found(root: Path, files: dict[str, str], *ids: str) -> list[Finding]:
    report = checks.run(
        written(root, files), checks.choose(select=ids, ignore=[]), ScriptedToolchain({})
    )
    return [finding for result in report.results for finding in result.findings]


GO = {"go.mod": "module example.com/x\n\ngo 1.25\n", "main.go": "package main\n"}


@pytest.mark.parametrize(
    ("image", "number"),
    [
        ("FROM golang:1.18\nRUN git clone https://example.com/other.git\nRUN go build ./other\n", 0),
        ("FROM golang:1.18\nRUN git clone -b v1 --depth 1 https://example.com/o && make -C o\n", 0),
        ("FROM golang:1.18\nCOPY . .\nRUN git clone https://example.com/lib && go build .\n", 1),
        ("FROM golang:1.18\nCOPY . .\nRUN git clone https://example.com/o.git\nWORKDIR /go/o\n", 0),
        ("FROM golang:1.18\nWORKDIR /o\nCOPY . .\nRUN git clone https://example.com/o.git\n", 1),
        ("FROM golang:1.18\nCOPY . .\nRUN go build .\n", 1),
    ],
)  # fmt: skip
def test_an_image_of_a_clone_is_not_the_service(image: str, number: int, tmp_path: Path) -> None:
    assert len(found(tmp_path, {**GO, "Dockerfile": image}, "AG001")) == number


@pytest.mark.parametrize(
    ("files", "fix"),
    [
        (
            {"go.mod": "module x\n\ngo 1.26\n", "Dockerfile": "FROM golang:1.18\nCOPY . .\n"},
            "write 1.26 in Dockerfile, the newer of the two",
        ),
        (
            {".nvmrc": "22\n", "Dockerfile": "FROM node:24\n", "package.json": "{}\n"},
            "write 24 in .nvmrc, the newer of the two",
        ),
        (
            {
                ".nvmrc": "24\n",
                "Dockerfile": "FROM node:22\n",
                "package.json": "{}\n",
                ".devcontainer/devcontainer.json": '{"image": "node:22"}\n',
                "compose.yaml": "services: {a: {build: ., image: a}}\n",
                ".tool-versions": "nodejs 22\n",
            },
            "write 22 in .nvmrc, as in 3 places",
        ),
        (
            {
                ".nvmrc": "22\n",
                "Dockerfile": "FROM node:24\n",
                "package.json": "{}\n",
                ".tool-versions": "nodejs 22\n",
            },
            "write 22 here, or change .nvmrc and all other places",
        ),
        (
            {".nvmrc": "22\n", "Dockerfile": "FROM node:20\n", "package.json": "{}\n"},
            "write 22 here, or change .nvmrc and all other places",
        ),
    ],
)
def test_an_image_is_no_reason_to_go_back(files: dict[str, str], fix: str, tmp_path: Path) -> None:
    wrong = found(tmp_path, files, "AG001")
    assert {finding.fix for finding in wrong} == {fix}
    assert {bool(finding.edits) for finding in wrong} == {fix.startswith("write 22 here")}


@pytest.mark.parametrize(
    ("service", "number"),
    [
        ("    image: python:3.12-alpine\n    command: sh -c 'pip install pproxy && pproxy'\n", 0),
        ("    image: python:3.12-alpine\n    command: python app.py\n    volumes: ['.:/app']\n", 1),
        ("    image: python:3.12\n    command: x\n    volumes: [{source: ./src, target: /x}]\n", 1),
        ("    image: python:3.12\n    command: x\n    volumes: ['data:/x']\n", 0),
        ("    image: python:3.12-alpine\n", 1),
    ],
)  # fmt: skip
def test_a_program_of_others_has_its_own_runtime(service: str, number: int, tmp_path: Path) -> None:
    files = {
        ".python-version": "3.13\n",
        "app.py": "pass\n",
        "compose.yaml": f"services:\n  a:\n{service}",
    }
    assert len(found(tmp_path, files, "AG001")) == number


WORKFLOW = """on: push
jobs:
  a:
    runs-on: x
    steps:
      - uses: actions/setup-python@v5
        with: {{python-version: "3.13"}}
      - run: {run}
"""


@pytest.mark.parametrize(
    ("run", "more", "number"),
    [
        ("ct lint", {"other/Dockerfile": "FROM golang:1.26\n"}, 0),
        ("pytest exporter", {"other/Dockerfile": "FROM golang:1.26\n"}, 1),
        ("pytest", {}, 1),
    ],
)
def test_a_workflow_is_held_against_what_it_works_on(
    run: str, more: dict[str, str], number: int, tmp_path: Path
) -> None:
    files = {
        "exporter/Dockerfile": "FROM python:3.8\nCOPY . .\n",
        "exporter/app.py": "pass\n",
        ".github/workflows/a.yml": WORKFLOW.format(run=run),
        **more,
    }
    assert len(found(tmp_path, files, "AG003")) == number


SOURCE = """package metrics
var duration = prometheus.NewHistogram(prometheus.HistogramOpts{{{more}Name: "canary_duration_seconds"}})
var total = prometheus.NewCounter(prometheus.CounterOpts{{Name: "requests_total"}})
"""


@pytest.mark.parametrize(
    ("more", "series", "number"),
    [
        ("Subsystem: controller, ", "flagger_canary_duration_seconds_bucket", 0),
        ("Namespace: name, ", "flagger_controller_canary_duration_seconds_sum", 0),
        ("", "flagger_canary_duration_seconds_bucket", 1),
        ("Subsystem: controller, ", "canary_durations_seconds_bucket", 1),
        ("Subsystem: controller, ", "canary_duration_seconds_bucket", 0),
    ],
)
def test_a_metric_may_have_a_prefix(more: str, series: str, number: int, tmp_path: Path) -> None:
    files = {
        "go.mod": "module x\n",
        "metrics.go": SOURCE.format(more=more),
        "docs/a.md": f'Ask `{series}{{name="x"}}` or `requests_total{{a="b"}}`.\n',
    }
    assert len(found(tmp_path, files, "AG052")) == number


@pytest.mark.parametrize(
    ("name", "script", "number"),
    [
        ("Dockerfile.metadata", 'cat "$dir/Dockerfile.metadata" >> "$file"\n', 0),
        ("Dockerfile.labels", "sed 's/x/y/' docker/Dockerfile.labels\n", 0),
        (
            "Dockerfile.metadata",
            'cat \\\n    "$dir/Dockerfile" \\\n    "$dir/Dockerfile.metadata" \\\n  > "$dir/x"\n',
            0,
        ),
        ("Dockerfile.common", "append docker/Dockerfile.common\n", 0),
        ("Dockerfile.dev", "docker build -f docker/Dockerfile.dev .\n", 1),
        ("Dockerfile.dev", "docker build --file=docker/Dockerfile.dev .\n", 1),
        ("Dockerfile.dev", "true\n", 1),
        ("Dockerfile", "cat docker/Dockerfile\n", 1),
    ],
)
def test_a_part_of_dockerfiles_needs_no_base_image(
    name: str, script: str, number: int, tmp_path: Path
) -> None:
    files = {f"docker/{name}": 'LABEL a="b"\n', "docker/lib.sh": f"#!/bin/sh\n{script}"}
    assert len(found(tmp_path, files, "SY008")) == number


ROLLOUT = """apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {{name: api}}
spec:
  selector: {{matchLabels: {{app: api}}}}
  {pods}
"""


@pytest.mark.parametrize(
    ("pods", "number"),
    [
        ("workloadRef: {apiVersion: apps/v1, kind: Deployment, name: api}", 0),
        ("template: {metadata: {labels: {app: web}}, spec: {containers: []}}", 1),
    ],
)
def test_a_rollout_may_have_the_pods_of_a_deployment(
    pods: str, number: int, tmp_path: Path
) -> None:
    assert len(found(tmp_path, {"k8s/a.yaml": ROLLOUT.format(pods=pods)}, "AG023")) == number
