"""SEC on repositories that are not ours: what is found, and what is left alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import ScriptedToolchain, said

from scaffolder import checks
from scaffolder.errors import ToolCrashed
from scaffolder.model import Report, Severity
from scaffolder.repository import image_tags
from scaffolder.repository.project import Project


def checked(
    root: Path, check: str, files: dict[str, str], *, tools: dict[str, Any] | None = None
) -> Report:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return checks.run(
        Project(root), checks.choose(select=[check], ignore=[]), ScriptedToolchain(tools or {})
    )


def found(root: Path, check: str, files: dict[str, str]) -> list[str]:
    report = checked(root, check, files)
    assert report.results, report.inapplicable
    return [
        f"{one.path.as_posix()}:{one.line}: {one.message}" for one in report.results[0].findings
    ]


# ---- SEC001: put together here, so that no scanner takes one for a secret of this repository

RANDOM = "Zx81kQ7mV2bN9cT4"
SECRETS = {
    "AWS": "AKIA" + "QZ7KLMNPRSTUVWX2",
    "GitHub": "ghp_" + RANDOM * 2 + "aB3d",
    "GitHub, fine-grained": "github_pat_" + (RANDOM * 6)[:82],
    "GitLab": "glpat-" + RANDOM + "aB3d",
    "Slack": "xoxb-" + "2468013579-" + RANDOM + "aB3d",
    "Slack's webhook": "https://hooks.slack.com/services/"
    + "T0AB1CD2E/B0AB1CD2E/"
    + RANDOM
    + "aB3dE5fG",
    "Azure storage": "AccountKey=" + (RANDOM * 6)[:86] + "==",
    "Google": "AIza" + (RANDOM * 3)[:35],
    "npm": "npm_" + (RANDOM * 3)[:36],
    "Docker Hub": "dckr_pat_" + (RANDOM * 2)[:27],
    "Stripe": "sk_live_" + RANDOM + "aB3dE5fG",
    "Vault": "hvs." + RANDOM + "aB3dE5fG",
    "Grafana": "glsa_" + RANDOM * 2 + "_1a2b3c4d",
    "a private key": "-----BEGIN "
    + "PRIVATE KEY-----\n"
    + RANDOM * 4
    + "\n-----END "
    + "PRIVATE KEY-----",
    "a private key in JSON": '"-----BEGIN ' + "PRIVATE KEY-----\\n" + RANDOM * 4 + '\\n"',
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_a_secret_of_a_published_form_is_found_and_not_repeated(
    secret: str, tmp_path: Path
) -> None:
    (one,) = found(tmp_path, "SEC001", {"a/notes.txt": f"first line\nx = {secret}\n"})
    assert one.startswith("a/notes.txt:2: holds what looks like a")
    assert not any(part in one for part in (secret, RANDOM, secret[-12:]))


WRITTEN = {
    "values of a chart": ("values-prod.yaml", "database:\n  password: tR0ub4dor&3-horse\n"),
    "variables of Terraform": ("prod.tfvars", 'db_password = "tR0ub4dor&3-horse"\n'),
    "a file of the environment": (".env", "export API_KEY=tR0ub4dor3Horse9\n"),
    "properties": (
        "src/main/resources/application.properties",
        "spring.datasource.password=tR0ub4dor&3\n",
    ),
    "JSON": ("appsettings.json", '{\n  "ClientSecret": "tR0ub4dor&3-horse",\n  "a": 1\n}\n'),
    "a Dockerfile": ("Dockerfile", "FROM x:1\nENV DB_PASSWORD=tR0ub4dor&3-horse\n"),
    "an address": ("config.yaml", "url: amqp://service:" + "tR0ub4dor!3@queue.internal:5672/\n"),
}


@pytest.mark.parametrize(("file", "text"), WRITTEN.values(), ids=WRITTEN)
def test_a_password_in_settings_is_found_and_not_repeated(
    file: str, text: str, tmp_path: Path
) -> None:
    (one,) = found(tmp_path, "SEC001", {file: text})
    assert "holds what looks like a" in one
    assert "tR0ub4dor" not in one


HARMLESS = {
    "the key of Amazon's documentation": ("a.env", "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\n"),
    "a placeholder": ("values.yaml", "password: changeme123\napiKey: your-api-key-1\ntoken: <token-1234>\n"),
    "nothing": ("values.yaml", 'password: ""\nsecret:\ntoken: null\n'),
    "a variable": ("a.yaml", "password: ${DB_PASSWORD}\ntoken: $TOKEN_9\nsecret: {{ .Values.secret1 }}\n"),
    "a reference of Terraform": ("main.tf", 'password = var.password_1\nsecret = data.vault.x1\ntoken = "${local.t1}"\n'),
    "the name of a secret": ("values.yaml", "existingSecret: my-service-db-1\nsecretName: tls-2\npasswordFile: /run/p1\n"),
    "a key of an object": ("values.yaml", "key: env/prod/terraform.tfstate\nsecretKey: db-password-2\n"),
    "words": ("values.yaml", "password: correct horse battery staple\n"),
    "a test": ("src/test/resources/application.yml", "password: tR0ub4dor&3-horse\n"),
    "a private key of a test": ("tests/fixtures/tls.key", SECRETS["a private key"]),
    "an example of a form": ("README.md", "ghp_" + "x" * 36 + "\n-----BEGIN " + "PRIVATE KEY-----\n...\n"),
    "an address without a password": ("a.yaml", "url: https://user@example.com/x\nother: redis://redis:6379/0\n"),
    "an address of this machine": ("compose.yaml", "url: postgres://app:" + "p4ssw0rd-x@localhost/app\n"),
    "code": ("app.py", 'token = request.headers["X-Token-1"]\n'),
    "a lock": ("package-lock.json", '{"integrity-token": "sha512-tR0ub4dor3horse"}\n'),
    "one that is waived": ("a.env", "API_KEY=tR0ub4dor3Horse9 # gitleaks:allow\n"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "text"), HARMLESS.values(), ids=HARMLESS)
def test_what_is_no_secret_is_left_alone(file: str, text: str, tmp_path: Path) -> None:
    assert found(tmp_path, "SEC001", {file: text}) == []


# ---- SEC002 and SEC007

TAGS = {
    "redis": "",
    "redis:latest": "latest",
    "registry.example.com:5000/team/x": "",
    "registry.example.com:5000/team/x:edge": "edge",
    "node:lts": "lts",
    "x:${TAG:-latest}": "latest",
    "node:alpine": "alpine",
    "node:lts-alpine": "lts-alpine",
    "node:alpine3.21": "alpine3.21",
    "mongo:jammy": "jammy",
    "nginx:mainline": "mainline",
    "nginx:stable-alpine3.19": "stable-alpine3.19",
    "python:slim-bookworm": "slim-bookworm",
    "eclipse-temurin:jre": "jre",
    "gradle:jdk17-alpine": "jdk17-alpine",
    "docker:dind": "dind",
    "gcr.io/distroless/static:nonroot": "nonroot",
    "acme/till:production": "production",
    "acme/till:LATEST": "LATEST",
    "redis:8.2": None,
    "redis:8": None,
    "node:24-alpine": None,
    "eclipse-temurin:21-jre-alpine": None,
    "maven:3.9-eclipse-temurin-17": None,
    "debian:bookworm-slim": None,
    "ubuntu:jammy": None,
    "mcr.microsoft.com/devcontainers/base:jammy": None,
    "gcr.io/distroless/java21-debian12:nonroot": None,
    "acme/till:v1": None,
    "acme/till:2024-05-01": None,
    "acme/till:deadbeef": None,
    "acme/till:sha-0a1b2c3": None,
    "acme/till:local": None,
    "IMAGE": None,
    "IMAGE_NAME:latest": None,
    "acme/till:IMAGE_TAG": None,
    "my-image": None,
    "your-registry/till:latest": None,
    "<ACCOUNT>.dkr.ecr.eu-west-1.amazonaws.com/auth:latest": None,
    "{{ image }}": None,
    "__IMAGE__": None,
    "%IMAGE%": None,
    "REPLACE_ME": None,
    "controller:latest": None,
    "acme/controller:latest": "latest",
    "acme/imagemagick:latest": "latest",
    "redis@sha256:" + "0" * 64: None,
    "x:${TAG}": None,
    "$CI_REGISTRY_IMAGE:latest": None,
    "scratch": None,
}


@pytest.mark.parametrize(("image", "tag"), TAGS.items())
def test_a_tag_that_moves(image: str, tag: str | None) -> None:
    assert image_tags.moving_tag(image) == tag


def test_images_are_found_wherever_they_are_named(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM node AS build\nFROM build\nCOPY --from=build /a /a\nCOPY --from=ghcr.io/x/y:latest /b /b\nUSER 1\n",
        "docker-compose.yml": "services:\n  a:\n    image: redis\n  b:\n    build: .\n    image: own\n",
        ".github/workflows/a.yml": "jobs:\n  a:\n    container: node\n    services:\n      db:\n        image: postgres\n",
        ".gitlab-ci.yml": "image: ruby\ntest:\n  image: {name: go:latest}\n  services: [redis, postgres:16]\n",
        "Jenkinsfile": "agent { docker { image 'maven:latest' } }\n// image 'old'\n",
        "k8s/pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n    - name: x\n      image: nginx\n",
        ".devcontainer/Dockerfile": "FROM ubuntu\n",
    }
    assert [one.partition(": tomorrow")[0] for one in found(tmp_path, "SEC002", files)] == [
        ".github/workflows/a.yml:3: image node has no tag",
        ".github/workflows/a.yml:6: image postgres has no tag",
        ".gitlab-ci.yml:1: image ruby has no tag",
        ".gitlab-ci.yml:3: image go:latest has the tag latest",
        ".gitlab-ci.yml:4: image redis has no tag",
        "Dockerfile:1: image node has no tag",
        "Dockerfile:4: image ghcr.io/x/y:latest has the tag latest",
        "Jenkinsfile:1: image maven:latest has the tag latest",
        "docker-compose.yml:3: a: image redis has no tag",
        "k8s/pod.yaml:7: Pod x: image nginx has no tag",
    ]


POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: till}\nspec:\n  containers:\n    - name: till\n      image: "


@pytest.mark.parametrize(
    "files",
    [
        {"skaffold.yaml": "build:\n  artifacts:\n    - image: till\n"},
        {
            "skaffold.yaml": "kind: Config\n---\nbuild:\n  artifacts:\n    - image: till\n      context: x\n"
        },
        {"skaffold.yaml": "profiles:\n  - name: dev\n    build: {artifacts: [{image: till}]}\n"},
        {"kustomization.yaml": "images:\n  - name: till\n    newTag: 1.2.3\n"},
        {
            "prod/kustomization.yml": "images:\n  - name: till\n    newName: acme/till\n    digest: x\n"
        },
        {"Tiltfile": "docker_build('till', '.')\n"},
        {"compose.yaml": "services:\n  till:\n    build: .\n    image: till:latest\n"},
    ],
    ids=["Skaffold", "second document", "profile", "tag", "digest", "Tilt", "compose"],
)
def test_an_image_that_a_tool_replaces_is_none(tmp_path: Path, files: dict[str, str]) -> None:
    pod = {"k8s/pod.yaml": f"{POD}till\n"}
    assert found(tmp_path / "with", "SEC002", {**pod, **files}) == []
    others = {name: text.replace("till", "shop") for name, text in files.items()}
    assert len(found(tmp_path / "other", "SEC002", {**pod, **others})) == 1


RENDERED = "---\n# Source: chart/templates/pod.yaml\n" + POD
TEMPLATE = POD + '"{{ .Values.image.repository }}:{{ .Values.image.tag }}"\n'


@pytest.mark.parametrize(
    ("values", "image", "place"),
    [
        (
            "image:\n  repository: acme/till\n  tag: latest\n",
            "acme/till:latest",
            "chart/values.yaml:3: Pod till: image acme/till:latest",
        ),
        (
            "pod:\n  image:\n    registry: ghcr.io\n    repository: acme/till\n    tag: latest\n",
            "ghcr.io/acme/till:latest",
            "chart/values.yaml:5: Pod till: image ghcr.io/acme/till:latest",
        ),
        (
            "image: acme/till:latest\n",
            "acme/till:latest",
            "chart/values.yaml:1: Pod till: image acme/till:latest",
        ),
        (
            "image:\n  repository: ''\n  tag: latest\n",
            "registry.example.com/image:latest",
            "chart/values.yaml:3: Pod till: the image",
        ),
        (
            "a: 1\n",
            "acme/till:latest",
            "chart/templates/pod.yaml:7: Pod till: image acme/till:latest",
        ),
    ],
    ids=["repository and tag", "registry", "one text", "stand-in", "the template"],
)
def test_an_image_of_a_chart_is_found_in_its_values(
    tmp_path: Path, values: str, image: str, place: str
) -> None:
    files = {
        "chart/Chart.yaml": "name: chart\n",
        "chart/values.yaml": values,
        "chart/templates/pod.yaml": TEMPLATE,
    }
    tools = {"helm": said(f"{RENDERED}{image}\n")}
    (finding,) = checked(tmp_path, "SEC002", files, tools=tools).results[0].findings
    words = f"{finding.path.as_posix()}:{finding.line}: {finding.message}"
    assert words == f"{place} has the tag latest: tomorrow it is another one"


def test_a_tag_that_a_pipeline_hands_over_is_not_that_of_the_values(tmp_path: Path) -> None:
    files = {
        "chart/Chart.yaml": "name: chart\n",
        "chart/values.yaml": "image:\n  repository: ''\n  tag: latest\n",
        "chart/templates/pod.yaml": TEMPLATE,
        "deploy.sh": "helm upgrade till chart --set image.repository=$REPOSITORY,image.tag=$TAG\n",
    }
    tools = {"helm": said(f"{RENDERED}registry.example.com/image:latest\n")}
    assert checked(tmp_path, "SEC002", files, tools=tools).results[0].findings == ()


USERS = {
    "a number": ("FROM x:1\nUSER 10001\n", []),
    "a name": ("FROM x:1\nUSER app:app\n", []),
    "a variable": ("FROM x:1\nARG APP_USER=app\nUSER $APP_USER\n", []),
    "of the stage that it is made from": ("FROM x:1 AS base\nUSER app\nFROM base\nCMD [x]\n", []),
    "of a base image that says so": ("FROM gcr.io/distroless/static:nonroot\n", []),
    "nothing at all": ("FROM scratch\nCOPY x /x\n", []),
    "nobody": ("FROM x:1\nCMD [x]\n", ["Dockerfile:1: the image runs as root: no stage names a USER"]),
    "root": ("FROM x:1\nUSER app\nUSER root\n", ["Dockerfile:3: the image runs as root: USER root"]),
    "root by number": ("FROM x:1\nUSER 0:0\n", ["Dockerfile:2: the image runs as root: USER 0"]),
    "of another stage": ("FROM x:1 AS build\nUSER app\nFROM y:1\n", ["Dockerfile:3: the image runs as root: no stage names a USER"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), USERS.values(), ids=USERS)
def test_the_last_user_of_the_last_stage_counts(
    text: str, expected: list[str], tmp_path: Path
) -> None:
    assert found(tmp_path, "SEC007", {"Dockerfile": text}) == expected


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("python:3.13", Severity.WARNING),
        ("library/python:3.13", Severity.WARNING),
        ("docker.io/library/node:24@sha256:0", Severity.WARNING),
        ("public.ecr.aws/docker/library/node:24", Severity.WARNING),
        ("registry.example.com/mirror/library/node:24", Severity.WARNING),
        ("mcr.microsoft.com/dotnet/aspnet:10.0", Severity.WARNING),
        ("gcr.io/distroless/java21", Severity.WARNING),
        ("acme/base:1", Severity.NOTE),
        ("localhost:5000/base:1", Severity.NOTE),
        ("ghcr.io/acme/temurin:25", Severity.NOTE),
        ("${BASE_IMAGE}", Severity.NOTE),
    ],
)
def test_an_image_on_which_the_user_depends(tmp_path: Path, base: str, expected: Severity) -> None:
    text = f"FROM {base}\nCOPY --chown=appuser:appgroup app.jar /app/\n"
    report = checked(tmp_path, "SEC007", {"Dockerfile": text})
    ((finding,),) = (result.findings for result in report.results)
    assert finding.severity is expected


# ---- SEC003 to SEC005

COMMIT = "3d3c42e5aac5ba805825da76410c181273ba90b1"


def test_actions_are_pinned_by_commit_and_githubs_own_are_notes(tmp_path: Path) -> None:
    workflow = f"""on: push
jobs:
  a:
    steps:
      - uses: actions/checkout@v4
      - uses: other/action@main
      - uses: other/action@{COMMIT}
      - uses: ./local
      - uses: docker://alpine:3.20
  b:
    uses: org/repo/.github/workflows/x.yml@v1
"""
    action = f"runs:\n  using: composite\n  steps:\n    - uses: other/setup@v1\n    - uses: a/b@{COMMIT}\n"
    report = checked(
        tmp_path,
        "SEC003",
        {".github/workflows/a.yml": workflow, ".github/actions/x/action.yml": action},
    )
    findings = [(one.path.name, one.line, one.severity) for one in report.results[0].findings]
    assert findings == [
        ("action.yml", 4, Severity.WARNING),
        ("a.yml", 5, Severity.NOTE),
        ("a.yml", 6, Severity.WARNING),
        ("a.yml", 11, Severity.WARNING),
    ]


PERMISSIONS = {
    "all, for every job": ("permissions: write-all\njobs: {}\n", ["1"]),
    "all, for one job": ("jobs:\n  a:\n    permissions: write-all\n", ["3"]),
    "to read": ("permissions: read-all\njobs: {}\n", []),
    "named": ("permissions: {contents: write}\njobs: {}\n", []),
    "of another form": ("permissions: write-all\njobs: [a]\n", ["1"]),
}


@pytest.mark.parametrize(("text", "lines"), PERMISSIONS.values(), ids=PERMISSIONS)
def test_every_permission_is_too_much(text: str, lines: list[str], tmp_path: Path) -> None:
    said_lines = [
        one.split(":")[1] for one in found(tmp_path, "SEC004", {".github/workflows/a.yml": text})
    ]
    assert said_lines == lines


HEAD = "{ref: '${{ github.event.pull_request.head.sha }}'}"
FORKS = {
    "the head on pull_request_target": (f"on: [pull_request_target]\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n        with: {HEAD}\n", ["5"]),
    "the head by a command": ("on: issue_comment\njobs:\n  a:\n    steps:\n      - run: gh pr checkout 7\n", ["5"]),
    "the base on pull_request_target": ("on: pull_request_target\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n", []),
    "the head on pull_request": (f"on: pull_request\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n        with: {HEAD}\n", []),
    "a secret to deploy on pull_request": ("on: {pull_request: }\njobs:\n  a:\n    env: {K: '${{ secrets.AWS_SECRET_ACCESS_KEY }}'}\n    steps: []\n", ["3"]),
    "every secret to another workflow": ("on: pull_request\njobs:\n  a:\n    uses: ./x.yml\n    secrets: inherit\n", ["5"]),
    "the repository's own token": ("on: pull_request\njobs:\n  a:\n    env: {K: '${{ secrets.GITHUB_TOKEN }}'}\n", []),
    "a secret of no weight": ("on: pull_request\njobs:\n  a:\n    env: {K: '${{ secrets.CODECOV_TOKEN }}'}\n", []),
    "a guard": ("on: [push, pull_request]\njobs:\n  a:\n    if: github.event_name == 'push'\n    env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", []),
    "a guard of a job before it": ("on: [push, pull_request]\njobs:\n  a:\n    if: github.ref == 'refs/heads/main'\n  b:\n    needs: a\n    env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", []),
    "a job before it that does not count": ("on: [push, pull_request]\njobs:\n  a:\n    if: github.event_name == 'push'\n  b:\n    needs: [a]\n    if: always()\n    env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", ["5"]),
    "merged, in a job before it": ("on: {pull_request: {types: [closed]}}\njobs:\n  a:\n    if: github.event.pull_request.merged == true && contains(github.event.pull_request.labels.*.name, 'release')\n  b:\n    needs: [a]\n    secrets: inherit\n", []),
    "merged, without a comparison": ("on: pull_request\njobs:\n  a:\n    if: ${{ github.event.pull_request.merged }}\n    env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", []),
    "merged, in the job before the job before": ("on: pull_request\njobs:\n  a:\n    if: github.event.pull_request.merged == true\n  b:\n    needs: a\n  c:\n    needs: [b]\n    env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", []),
    "not merged": ("on: pull_request\njobs:\n  a:\n    if: github.event.pull_request.merged == false\n    env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", ["3"]),
    "not merged, with a sign": ("on: pull_request\njobs:\n  a:\n    if: \"!github.event.pull_request.merged\"\n    env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", ["3"]),
    "a job before it that does not count, unless cancelled": ("on: pull_request\njobs:\n  a:\n    if: github.event.pull_request.merged == true\n  b:\n    needs: [a]\n    if: ${{ !cancelled() }}\n    env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", ["5"]),
    "a step that no pull request runs": ("on: [push, pull_request]\njobs:\n  a:\n    steps:\n      - if: github.event_name != 'pull_request'\n        env: {K: '${{ secrets.DOCKER_PASSWORD }}'}\n", []),
    "a step for failures that no pull request runs": ("on: pull_request\njobs:\n  a:\n    steps:\n      - if: ${{ failure() && github.event_name != 'pull_request' }}\n        env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", []),
    "a step for tags": ("on: [push, pull_request]\njobs:\n  a:\n    steps:\n      - if: startsWith(github.ref, 'refs/tags/')\n        env: {K: '${{ secrets.NPM_TOKEN }}'}\n", []),
    "a step that always runs": ("on: pull_request\njobs:\n  a:\n    steps:\n      - if: always()\n        env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", ["3"]),
    "a step that may run in any case": ("on: pull_request\njobs:\n  a:\n    steps:\n      - if: github.event_name != 'pull_request' || true\n        env: {K: '${{ secrets.DEPLOY_KEY }}'}\n", ["3"]),
    "a secret of the job, beside such a step": ("on: pull_request\njobs:\n  a:\n    env: {K: '${{ secrets.DEPLOY_KEY }}'}\n    steps:\n      - if: github.event_name != 'pull_request'\n        run: a\n", ["3"]),
    "jobs that need each other": ("on: pull_request\njobs:\n  a:\n    needs: b\n  b:\n    needs: [a]\n", []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "lines"), FORKS.values(), ids=FORKS)
def test_a_stranger_reaches_no_secret(text: str, lines: list[str], tmp_path: Path) -> None:
    said_lines = [
        one.split(":")[1] for one in found(tmp_path, "SEC005", {".github/workflows/a.yml": text})
    ]
    assert said_lines == lines


# ---- SEC006 and SEC008


def test_privileges_of_pods_in_manifests_have_their_line(tmp_path: Path) -> None:
    manifest = """apiVersion: batch/v1
kind: CronJob
metadata: {name: x}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          hostNetwork: true
          securityContext:
            runAsNonRoot: false
          containers:
            - name: a
              securityContext:
                privileged: true
                allowPrivilegeEscalation: true
                runAsUser: 0
                capabilities:
                  add: [CAP_SYS_ADMIN, NET_BIND_SERVICE]
          volumes:
            - name: n
              hostPath: {path: /}
"""
    lines = [one.split(":")[1] for one in found(tmp_path, "SEC006", {"k8s/job.yaml": manifest})]
    assert lines == ["9", "11", "15", "16", "17", "18", "22"]


def test_a_chart_that_could_not_be_rendered_is_said(tmp_path: Path) -> None:
    files = {
        "chart/Chart.yaml": "name: x\n",
        "pod.yaml": "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: x}]}\n",
    }
    report = checked(tmp_path, "SEC006", files, tools={"helm": ToolCrashed("ended by SIGSEGV")})
    assert report.results[0].limit == "the chart was not rendered: ended by SIGSEGV"
    report = checked(
        tmp_path, "SEC006", {}, tools={"helm": said(stderr="Error: no\n", exit_code=1)}
    )
    assert report.results[0].limit == "the chart does not render for its own values: see HL002"


POLICY = 'resource "aws_iam_policy" "x" {\n  policy = jsonencode({\n    Statement = [{ Effect = "%s", Action = %s, Resource = %s }]\n  })\n}\n'
DOCUMENT = 'data "aws_iam_policy_document" "x" {\n  statement {\n    actions   = %s\n    resources = %s\n    %s\n  }\n}\n'
GRANTS = {
    "every action": (DOCUMENT % ('["*"]', '["*"]', ""), ["3"]),
    "every action of a service everywhere": (DOCUMENT % ('["s3:*"]', '["*"]', ""), ["3"]),
    "every action of a service on one resource": (DOCUMENT % ('["s3:*"]', "[aws_s3_bucket.x.arn]", ""), []),
    "one action everywhere": (DOCUMENT % ('["ec2:DescribeVpcs"]', '["*"]', ""), []),
    "it is denied": (DOCUMENT % ('["*"]', '["*"]', 'effect = "Deny"'), []),
    "a key's own policy": (DOCUMENT % ('["kms:*"]', '["*"]', 'principals {\n type = "AWS"\n identifiers = ["arn:x"]\n }'), []),
    "everybody": (DOCUMENT % ('["s3:GetObject"]', '["x"]', 'principals {\n type = "*"\n identifiers = ["*"]\n }'), ["5"]),
    "JSON": (POLICY % ("Allow", '"*"', '"*"'), ["3"]),
    "JSON that denies": (POLICY % ("Deny", '"*"', '"*"'), []),
    "JSON that names the action": (POLICY % ("Allow", '["s3:GetObject"]', '"*"'), []),
    "an administrator": ('resource "aws_iam_role_policy_attachment" "x" {\n  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"\n}\n', ["2"]),
    "an owner of a subscription": ('resource "azurerm_role_assignment" "x" {\n  role_definition_name = "Owner"\n  scope = data.azurerm_subscription.current.id\n}\n', ["2"]),
    "an owner of a group": ('resource "azurerm_role_assignment" "x" {\n  role_definition_name = "Contributor"\n  scope = azurerm_resource_group.x.id\n}\n', []),
    "an editor of a project": ('resource "google_project_iam_member" "x" {\n  role = "roles/editor"\n}\n', ["2"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "lines"), GRANTS.values(), ids=GRANTS)
def test_nobody_may_do_everything_in_the_cloud(text: str, lines: list[str], tmp_path: Path) -> None:
    assert [one.split(":")[1] for one in found(tmp_path, "SEC008", {"main.tf": text})] == lines


ROLE = """apiVersion: rbac.authorization.k8s.io/v1
kind: {kind}
metadata: {{name: operator}}
rules:
- apiGroups: {groups}
  resources: {resources}
  verbs: ["*"]
"""


@pytest.mark.parametrize(
    ("groups", "resources", "said"),
    [
        ('["*"]', '["*"]', " allows every verb on every resource"),
        ('[""]', '["*"]', " allows every verb on every resource of the API group core"),
        ('["", apps]', '["*"]', " allows every verb on every resource of the API group core"),
        (
            "[rbac.authorization.k8s.io]",
            '["*"]',
            " allows every verb on every resource of the API group rbac.authorization.k8s.io",
        ),
        ("[serving.knative.dev]", '["*"]', ""),
        ("[dex.coreos.com, k8s.cni.cncf.io]", '["*"]', ""),
        ("[apps]", '["*"]', ""),
        ('["*"]', "[pods]", ""),
    ],
)
@pytest.mark.parametrize("kind", ["Role", "ClusterRole"])
def test_every_resource_of_one_group_is_not_everything(
    kind: str, groups: str, resources: str, said: str, tmp_path: Path
) -> None:
    manifest = ROLE.format(kind=kind, groups=groups, resources=resources)
    lines = found(tmp_path, "SEC008", {"k8s/role.yaml": manifest})
    assert len(lines) == bool(said)
    assert all(said in line for line in lines)


# ---- SEC009 and SEC010

BACKEND = 'terraform {\n  backend "%s" {\n    %s\n  }\n}\n'
STATES = {
    "locked by itself": (
        {"main.tf": BACKEND % ("s3", 'bucket = "x"\n    use_lockfile = true')},
        [],
    ),
    "locked by a table": (
        {"main.tf": BACKEND % ("s3", 'bucket = "x"\n    dynamodb_table = "x"')},
        [],
    ),
    "not locked": ({"main.tf": BACKEND % ("s3", 'bucket = "x"')}, ["main.tf:2"]),
    "not locked on purpose": (
        {"main.tf": BACKEND % ("s3", 'bucket = "x"\n    use_lockfile = false')},
        ["main.tf:2"],
    ),
    "configured on the command line": ({"main.tf": BACKEND % ("s3", "")}, []),
    "locked in a file": (
        {"main.tf": BACKEND % ("s3", ""), "a.tfbackend": "use_lockfile = true\n"},
        [],
    ),
    "not locked in a file": (
        {"main.tf": BACKEND % ("s3", ""), "a.tfbackend": 'bucket = "x"\n'},
        ["a.tfbackend:0"],
    ),
    "not encrypted": (
        {"main.tf": BACKEND % ("s3", "use_lockfile = true\n    encrypt = false")},
        ["main.tf:4"],
    ),
    "of Azure, which locks": ({"main.tf": BACKEND % ("azurerm", 'key = "x"')}, []),
    "over HTTP": ({"main.tf": BACKEND % ("http", 'address = "https://x"')}, ["main.tf:2"]),
    "in the repository": ({"terraform.tfstate": "{}\n"}, ["terraform.tfstate:0"]),
}


@pytest.mark.parametrize(("files", "expected"), STATES.values(), ids=STATES)
def test_a_state_is_locked_and_secret(
    files: dict[str, str], expected: list[str], tmp_path: Path
) -> None:
    assert [":".join(one.split(":")[:2]) for one in found(tmp_path, "SEC009", files)] == expected


DOWNLOADS = {
    "curl to bash": ("curl -fsSL https://x.example/i.sh | bash\n", ["1"]),
    "with rights": ("wget -qO- https://x.example/i.sh | sudo -E bash -\n", ["1"]),
    "over two lines": ("true\ncurl https://x.example/i.sh \\\n  | sh -s -- -y\n", ["2"]),
    "by substitution": ('bash -c "$(curl -fsSL https://x.example/i.sh)"\n', ["1"]),
    "by a file that is none": ("bash <(curl -s https://x.example/i.sh)\n", ["1"]),
    "to another program": ("curl https://x.example/a | jq . | tee b\n", []),
    "to a file": ("curl -o a https://x.example/a && sha256sum -c a.sum && sh a\n", []),
    "to a program that ends in sh": ("curl https://x.example/a | fish_add\n", []),
    "a comment": ("# curl https://x.example/i.sh | bash\n", []),
}


@pytest.mark.parametrize(("text", "lines"), DOWNLOADS.values(), ids=DOWNLOADS)
def test_a_download_is_not_run_as_it_arrives(text: str, lines: list[str], tmp_path: Path) -> None:
    assert [one.split(":")[1] for one in found(tmp_path, "SEC010", {"install.sh": text})] == lines


def test_an_empty_repository_has_nothing_to_look_at_but_its_files(tmp_path: Path) -> None:
    report = checked(tmp_path, "SEC", {"README.md": "# x\n"})
    assert [result.check.id for result in report.results] == ["SEC001"]
    assert len(report.inapplicable) == 10
