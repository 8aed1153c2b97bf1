"""SEC002 and SEC007: images by tags that are moved, and images that run as root."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import ScriptedToolchain, said

from scaffolder import checks
from scaffolder.model import Report, Severity
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
