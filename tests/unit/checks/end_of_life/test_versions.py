"""EOL on repositories that are not ours, on days that the tests choose."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Outcome, Report, Severity
from scaffolder.repository import end_of_life
from scaffolder.repository.project import Project


def checked(
    root: Path, check: str, files: dict[str, str], *, today: datetime.date = TODAY
) -> Report:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    chosen = [one for one in checks.every(today=today) if one.id.startswith(check)]
    return checks.run(Project(root), chosen, ScriptedToolchain({}))


def found(
    root: Path, check: str, files: dict[str, str], *, today: datetime.date = TODAY
) -> list[str]:
    report = checked(root, check, files, today=today)
    assert report.results, report.inapplicable
    return [
        f"{one.path.as_posix()}:{one.line}: {one.severity.value}: {one.message.partition(' (')[0]}"
        for one in report.results[0].findings
    ]


OLD = {
    "an image": ("EOL001", "Dockerfile", "FROM python:3.8.10-slim\n", "1: error: Python 3.8 has had no fixes since 2024-10-07"),
    "a version file": ("EOL001", ".nvmrc", "v16.20.2\n", "1: error: Node.js 16 has had no fixes since 2023-09-11"),
    "a pipeline": ("EOL001", ".github/workflows/a.yml", "on: push\njobs:\n  a:\n    steps:\n      - uses: actions/setup-go@v5\n        with: {go-version: '1.20'}\n", "6: error: Go 1.20 has had no fixes since 2024-02-06"),
    "variables": ("EOL002", "prod.tfvars", '\nkubernetes_version = "1.30"\n', "2: error: Kubernetes 1.30 has had no fixes since 2025-07-15"),
    "a module of EKS": ("EOL002", "main.tf", 'module "eks" {\n  source = "terraform-aws-modules/eks/aws"\n  cluster_version = "1.30"\n}\n', "3: error: Kubernetes on EKS 1.30 has had no fixes since 2025-07-23"),
    "a cluster on one's own machine": ("EOL002", "kind.yaml", "nodes:\n  - image: kindest/node:v1.29.4\n", "2: error: Kubernetes 1.29 has had no fixes since 2025-02-28"),
    "its image from a mirror": ("EOL002", "kind.yaml", "nodes:\n  - image: registry.example.com/mirror/docker.io/kindest/node:v1.29.4\n", "2: error: Kubernetes 1.29 has had no fixes since 2025-02-28"),
    "a base image": ("EOL003", "Dockerfile", "FROM debian:buster-slim\n", "1: error: Debian buster has had no fixes since 2024-06-30"),
    "the system of a base image": ("EOL003", "Dockerfile", "FROM node:22-alpine3.18\n", "1: error: Alpine Linux 3.18 has had no fixes since 2025-05-09"),
    "the system without a shell": ("EOL003", "Dockerfile", "FROM gcr.io/distroless/java21-debian11:nonroot\n", "1: error: Debian 11 has had no fixes since 2026-08-31"),
    "a database": ("EOL003", "compose.yaml", "services:\n  db:\n    image: postgres:13-alpine\n", "3: error: PostgreSQL 13 has had no fixes since 2025-11-13"),
    "a tool": ("EOL004", ".tool-versions", "kubectl 1.27.3\n", "1: error: Kubernetes 1.27 has had no fixes since 2024-06-28"),
    "Terraform's own file": ("EOL004", ".terraform-version", "1.3.9\n", "1: error: Terraform 1.3 has had no fixes since 2023-06-12"),
    "a step that sets Terraform up": ("EOL004", ".github/workflows/a.yml", "steps:\n  - uses: hashicorp/setup-terraform@v3\n    with:\n      terraform_version: 1.5.7\n", "4: error: Terraform 1.5 has had no fixes since 2024-01-17"),
    "a task of Azure": ("EOL004", "azure-pipelines.yaml", "steps:\n  - task: TerraformInstaller@1\n    inputs:\n      terraformVersion: 0.11.14\n", "4: error: Terraform 0.11.14 has had no fixes since 2020-12-02"),
    "a step that sets Helm up": ("EOL004", ".github/workflows/a.yml", "steps:\n  - uses: azure/setup-helm@v4\n    with:\n      version: v3.15.2\n", "4: warning: Helm 3 gets fixes until 2027-02-10"),
    "a runner": ("EOL005", ".github/workflows/a.yml", "jobs:\n  a:\n    runs-on: ubuntu-20.04\n", "3: error: the hosted runner ubuntu-20.04 has had no fixes since 2025-04-15"),
    "a pool of Azure": ("EOL005", "azure-pipelines.yml", "pool:\n  vmImage: 'windows-2019'\n", "2: error: the hosted runner windows-2019 has had no fixes since 2025-06-30"),
    "an action": ("EOL005", ".github/workflows/a.yml", "steps:\n  - uses: actions/upload-artifact@v3\n", "2: error: actions/upload-artifact v3 has had no fixes since 2025-01-30"),
    "an action by its commit": ("EOL005", ".github/workflows/a.yml", "steps:\n  - uses: actions/cache@" + "a" * 40 + " # v2.1.7\n", "2: error: actions/cache v2 has had no fixes since 2025-03-01"),
}  # fmt: skip


@pytest.mark.parametrize(("check", "file", "text", "expected"), OLD.values(), ids=OLD)
def test_what_is_past_its_end_is_found_with_its_line(
    check: str, file: str, text: str, expected: str, tmp_path: Path
) -> None:
    assert found(tmp_path, check, {file: text}) == [f"{file}:{expected}"]


@pytest.mark.parametrize(
    ("days", "severity"),
    [(91, None), (90, None), (89, Severity.WARNING), (0, Severity.WARNING), (-1, Severity.ERROR)],
)
def test_an_end_is_announced_for_ninety_days(
    days: int, severity: Severity | None, tmp_path: Path
) -> None:
    end = end_of_life.end_of("python", "3.11")
    assert end
    assert end.day
    today = end.day - datetime.timedelta(days=days)
    report = checked(tmp_path, "EOL001", {".python-version": "3.11\n"}, today=today)
    assert [one.severity for one in report.results[0].findings] == ([severity] if severity else [])
    assert report.results[0].outcome is (
        Outcome.FAILED if severity is Severity.ERROR else Outcome.PASSED
    )


def test_a_version_in_several_places_is_one_finding(tmp_path: Path) -> None:
    files = {".python-version": "3.8\n", "Dockerfile": "FROM python:3.8-slim\n"}
    (one,) = checked(tmp_path, "EOL001", files).results[0].findings
    assert {one.path.as_posix(), *(place.path.as_posix() for place in one.related)} == set(files)


LEFT_ALONE = {
    "a range": ("EOL004", "versions.tf", 'terraform {\n  required_version = ">= 1.3.0"\n}\n'),
    "a variable": ("EOL003", "Dockerfile", "ARG V=x\nFROM python:${VERSION}\n"),
    "a name that only looks like a database": (
        "EOL003",
        "compose.yaml",
        "services:\n  a:\n    image: postgres-exporter:11\n",
    ),
    "a test's cluster": ("EOL002", "tests/a.tf", 'kubernetes_version = "1.20"\n'),
}


@pytest.mark.parametrize(("check", "file", "text"), LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_what_pins_no_version_is_left_alone(
    check: str, file: str, text: str, tmp_path: Path
) -> None:
    report = checked(tmp_path, check, {file: text})
    assert report.results == ()


def test_a_version_that_nobody_knows_is_no_verdict(tmp_path: Path) -> None:
    (result,) = checked(tmp_path, "EOL003", {"Dockerfile": "FROM ubuntu:mantic\n"}).results
    assert (result.outcome, result.reason) == (
        Outcome.SKIPPED,
        "no end is published for ubuntu mantic",
    )


def test_a_verdict_says_which_versions_it_does_not_cover(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM ubuntu:mantic AS a\nFROM debian:bookworm\n"}
    (result,) = checked(tmp_path, "EOL003", files).results
    assert (result.detail, result.limit) == (
        "Debian bookworm until 2028-06-30",
        "no end is published for ubuntu mantic",
    )


@pytest.mark.parametrize(
    ("image", "number"),
    [
        ("postgres:latest", 0),
        ("debian:sid-slim", 0),
        ("debian:stable-20260803", 0),
        ("alpine:edge", 0),
        ("ubuntu:rolling", 0),
        ("debian:$RELEASE", 0),
        ("ubuntu:mantic", 1),
    ],
)
def test_what_is_no_version_takes_no_verdict(image: str, number: int, tmp_path: Path) -> None:
    files = {"Dockerfile": f"FROM {image} AS a\nFROM debian:bookworm\n"}
    (result,) = checked(tmp_path, "EOL003", files).results
    assert bool(result.limit) == number
    assert result.outcome is Outcome.PASSED


AKS = 'resource "azurerm_kubernetes_cluster" "a" {\n  kubernetes_version = var.kubernetes_version\n}\n'


EKS = 'resource "aws_eks_cluster" "a" {\n  version = var.kubernetes_version\n}\n'


GKE = (
    'resource "google_container_cluster" "a" {\n  min_master_version = var.kubernetes_version\n}\n'
)


ASKED = 'variable "kubernetes_version" {\n  default = "1.33.5"\n}\n'


@pytest.mark.parametrize(
    ("files", "messages"),
    [
        ({"aws/main.tf": EKS, "azure/k8s/main.tf": AKS, "azure/k8s/variables.tf": ASKED}, ["AKS"]),
        ({"aws/main.tf": EKS, "aws/variables.tf": ASKED, "azure/main.tf": AKS}, ["EKS"]),
        (
            {"aws/modules/eks/main.tf": EKS, "aws/variables.tf": ASKED, "azure/main.tf": AKS},
            ["EKS"],
        ),
        ({"gcp/main.tf": GKE, "gcp/variables.tf": ASKED, "aws/main.tf": EKS}, []),
        ({"azure/main.tf": AKS, "env/dev.tfvars": 'kubernetes_version = "1.33.5"\n'}, ["AKS"]),
    ],
)
def test_the_end_is_that_of_the_cluster_that_takes_the_version(
    files: dict[str, str], messages: list[str], tmp_path: Path
) -> None:
    results = checked(tmp_path, "EOL002", files).results
    told = [finding.message.split()[2] for result in results for finding in result.findings]
    assert told == messages
