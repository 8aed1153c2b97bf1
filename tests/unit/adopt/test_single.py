"""One service or several: in the shapes that repositories have."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.adopt import propose, single
from scaffolder.errors import ProjectError
from scaffolder.repository.project import Project

MODULES = "<project><modules><module>api</module><module>core</module><module>app</module></modules></project>\n"
SPRING = "@SpringBootApplication\npublic class A { void m() { SpringApplication.run(A.class); } }\n"
MICRONAUT = "fun main() { Micronaut.build().start() }\n"
POM, IMAGE = "<project/>\n", "FROM eclipse-temurin:21\n"


def project(folder: Path, files: dict[str, str]) -> Project:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return Project(folder)


@pytest.mark.parametrize(
    "files",
    [
        {"pom.xml": POM, "Dockerfile": IMAGE},
        {
            "pom.xml": MODULES,
            "api/pom.xml": POM,
            "core/pom.xml": POM,
            "app/pom.xml": POM,
            "app/Dockerfile": IMAGE,
        },
        {"pom.xml": MODULES, "api/pom.xml": POM, "core/pom.xml": POM, "app/pom.xml": POM},
        {
            "settings.gradle.kts": 'include(":core", ":app")\n',
            "build.gradle.kts": "",
            "core/build.gradle.kts": "",
            "app/build.gradle.kts": "",
            "app/Dockerfile": IMAGE,
        },
        {
            "manage.py": "",
            "compose/local/django/Dockerfile": IMAGE,
            "compose/production/django/Dockerfile": IMAGE,
        },
        {
            "package.json": '{"workspaces": ["packages/*"]}',
            "packages/a/package.json": "{}",
            "Dockerfile": IMAGE,
        },
        {"go.mod": "module x\n", "deploy/docker/Dockerfile": IMAGE},
        # Examples and libraries of a workspace whose root has the image.
        {"package.json": '{"workspaces": ["libs/*"]}', "libs/a/package.json": "{}"}
        | {"Dockerfile": IMAGE, "e2e/package.json": "{}", "e2e/Dockerfile": IMAGE},
        # Of two modules that start a server, the image takes one.
        {"pom.xml": MODULES, "api/pom.xml": POM, "api/src/main/java/Application.java": SPRING}
        | {"app/pom.xml": POM, "app/src/main/java/Application.java": SPRING}
        | {"Dockerfile": f"{IMAGE}COPY app/target/*.jar /app.jar\n"},
        # A class of tests starts a server too, and is not a service.
        {"pom.xml": MODULES, "api/pom.xml": POM, "api/src/main/java/Application.java": SPRING}
        | {"app/pom.xml": POM, "app/src/test/java/TestApplication.java": SPRING},
        # One service with a second image beside it.
        {
            "pyproject.toml": "",
            "Dockerfile": IMAGE,
            "web/package.json": "{}",
            "web/Dockerfile": IMAGE,
        },
    ],
)
def test_one_service(tmp_path: Path, files: dict[str, str]) -> None:
    single.one_service(project(tmp_path, files))


@pytest.mark.parametrize(
    ("files", "says", "first"),
    [
        (
            {"pom.xml": MODULES, "core/pom.xml": POM, "api/Dockerfile": IMAGE, "api/pom.xml": POM}
            | {"app/Dockerfile": IMAGE, "app/pom.xml": POM},
            "holds several services: api, app",
            "api",
        ),
        (
            {"package.json": '{"workspaces": ["apps/*", "libs/*"]}', "apps/pay/package.json": "{}"}
            | {"libs/log/package.json": "{}"},
            "is a workspace of packages: apps/pay, libs/log",
            "apps/pay",
        ),
        (
            {
                "pnpm-workspace.yaml": "packages: [apps/*]\n",
                "package.json": "{}",
                "apps/a/package.json": "{}",
            }
            | {"apps/pay/package.json": "{}", "apps/pay/Dockerfile": IMAGE},
            "is a workspace of packages: apps/a, apps/pay",
            "apps/pay",
        ),
        (
            {"web/package.json": "{}", "orders/pom.xml": POM},
            "holds several services: orders, web",
            "orders",
        ),
        # The root is a workspace for tools; services in other languages are beside its packages.
        (
            {"package.json": '{"workspaces": ["tools/x"]}', "src/e2e/package.json": "{}"}
            | {"src/e2e/Dockerfile.run": IMAGE, "tools/x/package.json": "{}"}
            | {"src/ui/pom.xml": POM, "src/ui/Dockerfile": IMAGE}
            | {"src/cart/go.mod": "", "src/cart/Dockerfile": IMAGE},
            "holds several services: src/cart, src/ui",
            "src/cart",
        ),
        # Modules of one build, one Dockerfile for all.
        (
            {
                "pom.xml": MODULES,
                "api/pom.xml": POM,
                "api/src/main/java/ApiApplication.java": SPRING,
            }
            | {"app/pom.xml": POM, "app/src/main/java/x/AppApplication.java": SPRING}
            | {"docker/Dockerfile": f"{IMAGE}ARG JAR\nCOPY $JAR /app.jar\n"},
            "holds several services: api, app",
            "api",
        ),
        (
            {"settings.gradle": "include 'api', 'jobs'\n", "build.gradle": ""}
            | {"api/build.gradle": "", "api/src/main/kotlin/Application.kt": MICRONAUT}
            | {"jobs/build.gradle": "", "jobs/src/main/kotlin/Application.kt": MICRONAUT},
            "holds several services: api, jobs",
            "api",
        ),
        # The command that is offered works: the first folder is in a language that is unknown.
        (
            {"a/Dockerfile": "FROM rust:1\n", "b/pom.xml": POM, "c/Dockerfile": IMAGE}
            | {"c/pom.xml": POM},
            "has its service in a folder: c",
            "c",
        ),
        # An object instead of a list, and a package that is left out.
        (
            {"package.json": '{"workspaces": {"packages": ["apps/**", "!apps/old"]}}'}
            | {"apps/a/b/package.json": "{}", "apps/old/package.json": "{}"},
            "is a workspace of packages: apps/a/b$",
            "apps/a/b",
        ),
    ],
)
def test_several(
    tmp_path: Path, files: dict[str, str], says: str, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProjectError, match=says) as raised:
        single.one_service(project(tmp_path, files))
    assert raised.value.hint == f"scaffold adopt {first}"


def test_the_hint_is_a_path_from_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProjectError) as raised:
        single.one_service(
            project(tmp_path / "our shop", {"web/package.json": "{}", "pay/pom.xml": POM})
        )
    assert raised.value.hint == "scaffold adopt 'our shop/pay'"


GO = {
    "go.mod": "module a\n",
    "cmd/auth/main.go": "",
    "cmd/sales/main.go": "",
    "cmd/tool/main.go": "",
}
PROGRAMS = {
    "an image for each": ({**GO, "docker/dockerfile.auth": IMAGE, "docker/dockerfile.sales": IMAGE}, True),
    "named first": ({**GO, "auth.Dockerfile": IMAGE, "sales.Dockerfile": IMAGE}, True),
    "of Python": (
        {"pyproject.toml": "", "api/main.py": "", "jobs/main.py": "", "Dockerfile.api": IMAGE, "Dockerfile.jobs": IMAGE},
        True,
    ),
    "one": ({**GO, "Dockerfile": IMAGE}, False),
    "one for development": ({**GO, "Dockerfile": IMAGE, "Dockerfile.dev": IMAGE}, False),
    "stages of one": ({**GO, "Dockerfile.build": IMAGE, "Dockerfile.prod": IMAGE}, False),
}  # fmt: skip


@pytest.mark.parametrize(("files", "several"), PROGRAMS.values(), ids=PROGRAMS)
def test_images_of_several_programs(tmp_path: Path, files: dict[str, str], several: bool) -> None:
    assert single.has_several_programs(project(tmp_path, files)) is several


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (".circleci/config.yml", True),
        (".travis.yml", True),
        ("bitbucket-pipelines.yml", True),
        (".github/workflows/a.yml", True),
        ("docs/.travis.yml", False),
        ("README.md", False),
    ],
)
def test_a_pipeline_of_any_system_is_one(tmp_path: Path, file: str, expected: bool) -> None:
    files = {"go.mod": "module a\n", file: "on: push\n"}
    assert propose.has_pipelines(project(tmp_path, files), None) is expected
