"""Java's meaning for a repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import java
from scaffolder.repository.runtimes.runtime import BuildTool, Service


def tool(folder: Path, top: Path) -> BuildTool:
    service = Service(project=Project(folder), top=top, images=(), listens=lambda: ())
    return next(java.build_tools(service))


@pytest.mark.parametrize(
    ("name", "tag", "version"),
    [
        ("eclipse-temurin", "21.0.8_9-jre", "21.0.8_9"),
        ("registry.example.com/ubi9/openjdk-17", "1.20", "17"),
        ("maven", "3.9-eclipse-temurin-21", "21"),
        ("gcr.io/distroless/java21-debian12", "nonroot", "21"),
        ("mcr.microsoft.com/devcontainers/java", "1-21-bookworm", "21"),
        ("maven", "3.9", ""),
        ("eclipse-temurin", "", ""),
        ("javascript-node", "22", ""),
    ],
)
def test_the_version_that_an_image_brings(name: str, tag: str, version: str) -> None:
    assert java.version_in_image(name, tag) == version


@pytest.mark.parametrize(
    ("version", "form"), [("1.8", "8"), ("8u502", "8"), ("21.0.4-tem", "21"), ("1", "1"), ("", "")]
)
def test_versions_are_told_apart_by_the_major_one(version: str, form: str) -> None:
    assert java.shared_form(version) == form


@pytest.mark.parametrize(
    ("files", "versions"),
    [
        (
            {
                "pom.xml": "<project><properties><jdk>17</jdk>\n"
                "<maven.compiler.release>21</maven.compiler.release></properties></project>\n"
            },
            [("21", "pom.xml", 2)],
        ),
        (
            {
                "build.gradle.kts": "jvmToolchain(libs.versions.java.sdk.get().toInt())\n",
                "gradle/libs.versions.toml": '[versions]\njava-sdk = "21"\n',
            },
            [("21", "gradle/libs.versions.toml", 2)],
        ),
        (
            {"build.gradle": "// jvmToolchain(8)\nsourceCompatibility = '1.8'\n"},
            [("1.8", "build.gradle", 2)],
        ),
    ],
)
def test_the_versions_that_builds_declare(
    tmp_path: Path, files: dict[str, str], versions: list[tuple[str, str, int]]
) -> None:
    project = written(tmp_path, files)
    found = []
    for build in java.BUILDS:
        for file in project.matching(*build.files):
            found += [
                (one.version, one.file.as_posix(), one.line) for one in build.read(project, file)
            ]
    assert found == versions


def test_a_module_is_built_with_those_that_it_needs(tmp_path: Path) -> None:
    files = {
        "pom.xml": "<project><modules><module>svc/app</module></modules></project>\n",
        "mvnw": "",
    }
    written(tmp_path, {**files, "svc/app/pom.xml": "<project/>\n"})
    assert (
        tool(tmp_path / "svc/app", tmp_path).build
        == "../../mvnw --batch-mode --file ../../pom.xml --projects svc/app --also-make -DskipTests package\n"
    )
    alone = tool(tmp_path / "svc/app", tmp_path / "svc/app")
    assert alone.build == "mvn --batch-mode -DskipTests package\n"


def test_a_gradle_project_is_built_by_the_wrapper_above_it(tmp_path: Path) -> None:
    files = {
        "settings.gradle.kts": "",
        "gradlew": "",
        "app/build.gradle.kts": "alias(libs.plugins.spring.boot)\n",
    }
    written(tmp_path, files)
    gradle = tool(tmp_path / "app", tmp_path)
    assert (gradle.build, gradle.run) == (
        "../gradlew --console=plain assemble\n",
        "exec ../gradlew --console=plain bootRun\n",
    )


@pytest.mark.parametrize(
    ("files", "several"),
    [
        ({"pom.xml": "<project><modules><module>a</module></modules></project>"}, True),
        ({"pom.xml": "<project/>"}, False),
        ({"settings.gradle.kts": 'include("a")\n'}, True),
        ({"settings.gradle": "// include 'a'\n"}, False),
    ],
)
def test_builds_of_several_modules(tmp_path: Path, files: dict[str, str], several: bool) -> None:
    assert java.is_multi_module(written(tmp_path, files)) is several
