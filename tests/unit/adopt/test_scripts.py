"""How a service is built, tested and started, in the words of its own build."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.adopt import scripts
from scaffolder.repository.project import Project

GO = "package main\n\nfunc main() {}\n"


def project(folder: Path, files: dict[str, str]) -> Project:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return Project(folder)


@pytest.mark.parametrize(
    ("files", "package"),
    [
        ({"main.go": GO}, "."),
        (
            {
                "cmd/cli/main.go": GO,
                "cmd/server/main.go": GO,
                "Dockerfile": "FROM x\nRUN go build -o /a ./cmd/server\n",
            },
            "./cmd/server",
        ),
        ({"cmd/cli/main.go": GO, "cmd/server/main.go": f'{GO}// http.ListenAndServe(":8888", nil)\n'}, "./cmd/cli"),
        (
            {"cmd/cli/main.go": GO, "cmd/server/main.go": f'{GO}var _ = http.ListenAndServe(":8888", nil)\n'},
            "./cmd/server",
        ),
    ],
)
def test_the_package_of_a_go_service(tmp_path: Path, files: dict[str, str], package: str) -> None:
    tool = scripts.tool(project(tmp_path, {"go.mod": "module x\n", **files}), tmp_path, "go")
    assert tool is not None
    assert (tool.build, tool.run) == (f"go build -o build/app/service {package}\n", f"exec go run {package}\n")


@pytest.mark.parametrize(
    ("lock", "command", "run"),
    [
        ("uv.lock", '["uv", "run", "uvicorn", "a:b", "--port", "80"]', "exec uv run uvicorn a:b --port 80\n"),
        ("poetry.lock", '["poetry", "run", "gunicorn", "a:b"]', "exec poetry run gunicorn a:b\n"),
        ("uv.lock", '["uv", "run", "./start.sh"]', ""),
    ],
)
def test_an_image_that_starts_by_its_package_manager(tmp_path: Path, lock: str, command: str, run: str) -> None:
    files = {"pyproject.toml": "[project]\n", lock: "", "Dockerfile": f"FROM python:3.13\nCMD {command}\n"}
    tool = scripts.tool(project(tmp_path, files), tmp_path, "python")
    assert tool is not None
    assert tool.run == (f"app/build.sh\n{run}" if run else "")


def test_a_module_is_built_with_those_that_it_needs(tmp_path: Path) -> None:
    files = {"pom.xml": "<project><modules><module>svc/app</module></modules></project>\n", "mvnw": ""}
    project(tmp_path, {**files, "svc/app/pom.xml": "<project/>\n"})
    tool = scripts.tool(Project(tmp_path / "svc/app"), tmp_path, "java")
    assert tool is not None
    assert (
        tool.build
        == "../../mvnw --batch-mode --file ../../pom.xml --projects svc/app --also-make -DskipTests package\n"
    )
    alone = scripts.tool(Project(tmp_path / "svc/app"), tmp_path / "svc/app", "java")
    assert alone is not None
    assert alone.build == "mvn --batch-mode -DskipTests package\n"


def test_a_gradle_project_is_built_by_the_wrapper_above_it(tmp_path: Path) -> None:
    files = {"settings.gradle.kts": "", "gradlew": "", "app/build.gradle.kts": "alias(libs.plugins.spring.boot)\n"}
    project(tmp_path, files)
    tool = scripts.tool(Project(tmp_path / "app"), tmp_path, "java")
    assert tool is not None
    assert (tool.build, tool.run) == (
        "../gradlew --console=plain assemble\n",
        "exec ../gradlew --console=plain bootRun\n",
    )
