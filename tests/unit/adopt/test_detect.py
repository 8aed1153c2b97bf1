"""What is read out of repositories that others made: each answer with its place, and none made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.adopt import detect, propose, scripts
from scaffolder.errors import AnswersError
from scaffolder.project import Project

POM = "<project>\n<artifactId>Pay_API</artifactId>\n<properties><java.version>11</java.version></properties>\n</project>\n"


def project(folder: Path, files: dict[str, str]) -> Project:
    for name, text in {"README.md": "ours\n", **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return Project(folder)


@pytest.mark.parametrize(
    ("files", "runtime", "version", "tool"),
    [
        ({"pom.xml": POM}, "java", "11", "Maven"),
        ({"build.gradle.kts": "kotlin { jvmToolchain(21) }\n"}, "java", "21", "Gradle"),
        ({"package.json": '{"engines": {"node": ">=22"}}', "yarn.lock": ""}, "node", "22", "Yarn"),
        ({"package.json": "{}", "package-lock.json": "{}", ".nvmrc": "v24.1.0\n"}, "node", "24", "npm"),
        ({"pyproject.toml": '[project]\nrequires-python = ">=3.13"\n', "uv.lock": ""}, "python", "3.13", "uv"),
        ({"requirements.txt": "flask\n", "Dockerfile": "FROM python:3.12-slim\n"}, "python", "3.12", "pip"),
        ({"go.mod": "module x\n\ngo 1.26\n"}, "go", "1.26", "Go"),
    ],
)
def test_runtime_version_and_build_tool(
    tmp_path: Path, files: dict[str, str], runtime: str, version: str, tool: str
) -> None:
    read = project(tmp_path, files)
    proposal = propose.of(read, None, "", {})
    assert (proposal.answers["runtime"], proposal.answers["runtime_version"]) == (runtime, version)
    found = scripts.tool(read, tmp_path, runtime)
    assert found is not None
    assert found.name == tool
    assert set(scripts.of(found)) == set(scripts.FILES)


def test_a_version_that_the_template_lacks_becomes_the_next_newer_one_and_says_so(tmp_path: Path) -> None:
    proposal = propose.of(project(tmp_path, {"package.json": "{}", ".nvmrc": "18\n"}), None, "", {})
    version = next(one for one in proposal.found if one.name == "runtime_version")
    assert (version.value, version.note) == ("22", "18 was found; the template has 22, 24, 26")
    assert str(version.places[0]) == ".nvmrc:1"


def test_places_that_disagree_are_named(tmp_path: Path) -> None:
    files = {"pom.xml": POM, "Dockerfile": "FROM eclipse-temurin:17-jre\n"}
    version = detect.version(project(tmp_path, files), "java")
    assert version is not None
    assert (version.value, version.note) == ("17", "pom.xml:3 says 11")


def test_the_image_says_what_runs_where_two_builds_are_there(tmp_path: Path) -> None:
    files = {"pom.xml": POM, "package.json": "{}", "Dockerfile": "FROM node:24-slim\n"}
    found = detect.runtime(project(tmp_path, files))
    assert found is not None
    assert found.value == "node"


def test_a_service_in_another_language_is_refused(tmp_path: Path) -> None:
    files = {"Gemfile": "source 'https://rubygems.org'\n", "Dockerfile": "FROM ruby:3.3\n"}
    with pytest.raises(AnswersError, match="nothing here says what the service is written in"):
        propose.of(project(tmp_path, files), None, "", {})


@pytest.mark.parametrize(
    ("files", "port"),
    [
        ({"Dockerfile": "FROM x\nENV PORT=9000\nEXPOSE $PORT/tcp\n"}, "9000"),
        ({"src/application.properties": "server.port=${PORT:8085}\n"}, "8085"),
        ({"server.js": "app.listen(process.env.PORT || 3001)\n"}, "3001"),
        ({"app.py": 'app.run(host="0.0.0.0", port=5001)\n'}, "5001"),
        ({"main.go": 'http.ListenAndServe(":9090", nil)\n'}, "9090"),
        ({}, None),
    ],
)
def test_port(tmp_path: Path, files: dict[str, str], port: str | None) -> None:
    found = detect.port(project(tmp_path, files))
    assert (found.value if found else None) == port


@pytest.mark.parametrize(
    ("remote", "organization", "ci"),
    [
        ("git@github.com:acme/pay.git", "acme", ("github",)),
        ("https://gitlab.com/acme/pay.git", "acme", ("gitlab",)),
        ("git@ssh.dev.azure.com:v3/acme/shop/pay", "acme", ("azure-devops",)),
        ("", "example-org", ("github",)),
    ],
)
def test_the_host_says_organization_and_pipeline_where_no_file_does(
    tmp_path: Path, remote: str, organization: str, ci: tuple[str, ...]
) -> None:
    proposal = propose.of(project(tmp_path, {"pom.xml": POM}), None, remote, {})
    assert (proposal.answers["organization"], proposal.answers["ci"]) == (organization, ci)


def test_a_name_that_no_cluster_takes_is_made_one_and_says_so(tmp_path: Path) -> None:
    found = detect.name(project(tmp_path, {"pom.xml": POM}))
    assert (found.value, found.note) == ("pay-api", "Pay_API is no name that a cluster takes")


def test_a_larger_repository_says_what_its_folder_does_not(tmp_path: Path) -> None:
    whole = project(tmp_path, {".gitlab-ci.yml": "test: {script: [aws eks update-kubeconfig]}\n", "a/pom.xml": POM})
    proposal = propose.of(Project(tmp_path / "a"), whole, "", {})
    assert (proposal.answers["ci"], proposal.answers["cloud"]) == (("gitlab",), "aws")


def test_terraform_that_is_there_keeps_the_templates_beside_it(tmp_path: Path) -> None:
    found = detect.infrastructure(project(tmp_path, {"infra/main.tf": 'provider "aws" {}\n'}))
    assert found is not None
    assert str(found.places[0]) == "infra/main.tf"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"pom.xml": POM}, "nothing here says how the service is started"),
        ({"package.json": "{}"}, "nothing here says how the service is tested"),
        ({"requirements.txt": "x\n", "Dockerfile": 'FROM python:3.12\nCMD ["gunicorn", "a:b"]\n'}, "-m gunicorn a:b"),
        (
            {"requirements.txt": "x\n", "Dockerfile": "FROM python:3.12\nCMD gunicorn $(id)\n"},
            "how the service is started",
        ),
    ],
)
def test_what_nothing_says_is_not_made_up(tmp_path: Path, files: dict[str, str], words: str) -> None:
    read = project(tmp_path, files)
    runtime = detect.runtime(read)
    assert runtime is not None
    tool = scripts.tool(read, tmp_path, runtime.value)
    assert tool is not None
    assert words in "".join(scripts.of(tool).values())
