"""Answers detected in other people's repositories: each one with its place, and none made up."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from scaffolder.adopt import detect, names, operations, ports, propose, scripts
from scaffolder.errors import AnswersError
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import RUNTIMES

POM = "<project>\n<artifactId>Pay_API</artifactId>\n<properties><java.version>11</java.version></properties>\n</project>\n"


def deployment(name: str, image: str, port: int) -> str:
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  template:
    spec:
      containers:
        - name: {name}
          image: {image}
          ports:
            - containerPort: {port}
"""


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
        (
            {
                "build.gradle.kts": "kotlin { jvmToolchain(libs.versions.java.lang.get().toInt()) }\n",
                "gradle/libs.versions.toml": '[versions]\nkotlin = "2.0"\njava-lang = "17"\n',
            },
            "java",
            "17",
            "Gradle",
        ),
        ({"package.json": '{"engines": {"node": ">=22"}}', "yarn.lock": ""}, "node", "22", "Yarn"),
        (
            {"package.json": "{}", "package-lock.json": "{}", ".nvmrc": "v24.1.0\n"},
            "node",
            "24",
            "npm",
        ),
        (
            {"pyproject.toml": '[project]\nrequires-python = ">=3.13"\n', "uv.lock": ""},
            "python",
            "3.13",
            "uv",
        ),
        (
            {"requirements.txt": "flask\n", "Dockerfile": "FROM python:3.12-slim\n"},
            "python",
            "3.12",
            "pip",
        ),
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


def test_a_version_that_the_template_lacks_becomes_the_next_newer_one_and_says_so(
    tmp_path: Path,
) -> None:
    proposal = propose.of(project(tmp_path, {"package.json": "{}", ".nvmrc": "18\n"}), None, "", {})
    version = next(one for one in proposal.found if one.name == "runtime_version")
    assert (version.value, version.note) == ("22", "18 was found; the template has 22, 24, 26")
    assert str(version.places[0]) == ".nvmrc:1"


def test_places_that_disagree_are_named(tmp_path: Path) -> None:
    files = {"pom.xml": POM, "Dockerfile": "FROM eclipse-temurin:17-jre\n"}
    version = detect.version(project(tmp_path, files), "java")
    assert version is not None
    assert (version.value, version.note) == ("17", "pom.xml:3 has 11")


def test_the_image_says_what_runs_where_two_builds_are_there(tmp_path: Path) -> None:
    files = {"pom.xml": POM, "package.json": "{}", "Dockerfile": "FROM node:24-slim\n"}
    found = detect.runtime(project(tmp_path, files))
    assert found is not None
    assert found.value == "node"


def test_of_several_images_the_one_of_the_service_counts_and_the_others_are_named(
    tmp_path: Path,
) -> None:
    files = {
        "pom.xml": POM,
        "package.json": "{}",
        "Dockerfile": "FROM node:22 AS assets\nFROM eclipse-temurin:21\nEXPOSE 8081\n",
        "Dockerfile.frontend": "FROM node:24\nEXPOSE 3000\n",
        "A.Dockerfile": "FROM python:3.12\nEXPOSE 3001\n",
    }
    read = project(tmp_path, files)
    found, image = detect.runtime(read), detect.image(read)
    assert found is not None
    assert image is not None
    assert (found.value, str(found.places[-1])) == ("java", "Dockerfile:2")
    assert "Dockerfile.frontend:1 has node" in found.note
    assert "A.Dockerfile:1 has python" in found.note
    assert ports.port(read).value == "8081"
    assert str(image.places[0]) == "Dockerfile"


def test_of_several_images_the_version_of_the_services_own_counts(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "",
        "Dockerfile": "FROM python:3.13\n",
        "A.Dockerfile": "FROM python:3.12\n",
    }
    version = detect.version(project(tmp_path, files), "python")
    assert version is not None
    assert (version.value, version.note) == ("3.13", "A.Dockerfile:1 has 3.12")


def test_the_command_that_is_offered_again_can_be_pasted(tmp_path: Path) -> None:
    command = propose.command_line(
        "our shop", propose.of(project(tmp_path, {"pom.xml": POM}), None, "", {})
    )
    assert shlex.split(command)[:5] == [
        "scaffold",
        "adopt",
        "our shop",
        "--service-name",
        "pay-api",
    ]


def test_a_service_in_a_folder_is_pointed_at(tmp_path: Path) -> None:
    with pytest.raises(AnswersError) as raised:
        propose.of(
            project(tmp_path, {"Jenkinsfile": "node {}\n", "service/go.mod": "module x\n"}),
            None,
            "",
            {},
        )
    assert raised.value.hint == f"scaffold adopt service, or --runtime {'|'.join(RUNTIMES)}"


@pytest.mark.parametrize(
    ("files", "port", "place"),
    [
        ({"Dockerfile": "FROM x\nENV PORT=9000\nEXPOSE $PORT/tcp\n"}, "9000", "Dockerfile:3"),
        ({"Dockerfile": "FROM x\nENV PORT=15090\nEXPOSE 8080 15090\n"}, "15090", "Dockerfile:3"),
        (
            {"Dockerfile": 'FROM x\nCMD ["uvicorn", "a:b", "--port", "8001"]\n'},
            "8001",
            "Dockerfile:2",
        ),
        (
            {"Dockerfile": "FROM x\n", "gunicorn.conf.py": 'bind = "0.0.0.0:8002"\n'},
            "8002",
            "gunicorn.conf.py:1",
        ),
        (
            {"src/application.properties": "server.port=${PORT:8085}\n"},
            "8085",
            "src/application.properties:1",
        ),
        (
            {
                "src/application.yml": "spring:\n  data:\n    redis:\n      port: 6379\nserver:\n  port: 8086\n"
            },
            "8086",
            "src/application.yml:6",
        ),
        ({"server.js": "app.listen(process.env.PORT || 3001)\n"}, "3001", "server.js:1"),
        ({"server.ts": "const at = Number(process.env.PORT) || 4000;\n"}, "4000", "server.ts:1"),
        (
            {"server.ts": "const at = parseInt(process.env.PORT, 10) || 4001;\n"},
            "4001",
            "server.ts:1",
        ),
        ({"server.js": "app.listen({ port: 4002, host })\n"}, "4002", "server.js:1"),
        ({"app.py": 'app.run(host="0.0.0.0", port=5001)\n'}, "5001", "app.py:1"),
        ({"app.py": 'app.run(port=int(os.getenv("P", "5002")))\n'}, "5002", "app.py:1"),
        ({"main.go": 'http.ListenAndServe(":9090", nil)\n'}, "9090", "main.go:1"),
        ({"main.go": 'server := &http.Server{Addr: ":9091"}\n'}, "9091", "main.go:1"),
        ({"main.go": 'gin.Default().Run(":9092")\n'}, "9092", "main.go:1"),
        (
            {
                "tests/server.js": "x(process.env.PORT || 3001)\n",
                "k8s/pay.yml": deployment("pay", "acme/pay:1", 82),
            },
            "82",
            "k8s/pay.yml:11",
        ),
        (
            {"docker-compose.yml": "services:\n  a:\n    build: .\n    ports: ['80:83']\n"},
            "83",
            "docker-compose.yml:4",
        ),
        ({}, "8080", None),
    ],
)
def test_port(tmp_path: Path, files: dict[str, str], port: str, place: str | None) -> None:
    found = ports.port(project(tmp_path, files))
    assert (found.value, [str(one) for one in found.places]) == (port, [place] if place else [])
    assert found.note == ("" if place else "default")


@pytest.mark.parametrize(
    ("remote", "organization", "ci"),
    [
        ("git@github.com:acme/pay.git", "acme", ("github",)),
        ("https://gitlab.com/acme/pay.git", "acme", ("gitlab",)),
        ("git@ssh.dev.azure.com:v3/acme/shop/pay", "acme", ("azure-devops",)),
        ("https://acme@dev.azure.com/acme/shop/_git/pay", "acme", ("azure-devops",)),
        ("https://acme.visualstudio.com/shop/_git/pay", "acme", ("azure-devops",)),
        ("ssh://git@bitbucket.acme.com:7999/pays/pay.git", "pays", ("github",)),
        ("https://gitlab.acme.io/platform/shop/pay.git", "platform", ("gitlab",)),
        ("/srv/git/pay.git", "example-org", ("github",)),
        ("../mirrors/pay.git", "example-org", ("github",)),
        ("", "example-org", ("github",)),
    ],
)
def test_the_host_says_organization_and_pipeline_where_no_file_does(
    tmp_path: Path, remote: str, organization: str, ci: tuple[str, ...]
) -> None:
    proposal = propose.of(project(tmp_path, {"pom.xml": POM}), None, remote, {})
    assert (proposal.answers["organization"], proposal.answers["ci"]) == (organization, ci)


def test_a_name_that_no_cluster_takes_is_made_one_and_says_so(tmp_path: Path) -> None:
    found = names.name(project(tmp_path, {"pom.xml": POM}))
    assert (found.value, found.note) == ("pay-api", "Pay_API, in the letters that a cluster takes")


def test_a_larger_repository_says_what_its_folder_does_not(tmp_path: Path) -> None:
    whole = project(
        tmp_path,
        {".gitlab-ci.yml": "test: {script: [aws eks update-kubeconfig]}\n", "a/pom.xml": POM},
    )
    proposal = propose.of(Project(tmp_path / "a"), whole, "", {})
    assert (proposal.answers["ci"], proposal.answers["cloud"]) == (("gitlab",), "aws")


def test_the_top_of_a_larger_repository_says_the_version_the_team_and_the_lock(
    tmp_path: Path,
) -> None:
    whole = project(
        tmp_path,
        {
            ".nvmrc": "22\n",
            "b/.nvmrc": "24\n",
            "package-lock.json": "{}",
            ".github/CODEOWNERS": "* @acme/web\n/a/ @acme/payments\n/b/ @acme/billing\n",
            "a/package.json": '{"name": "@acme/pay"}',
        },
    )
    part = Project(tmp_path / "a")
    found = {one.name: one for one in propose.of(part, whole, "", {}).found}
    assert (found["runtime_version"].value, found["team"].value) == ("22", "payments")
    assert found["service_name"].value == "pay"
    assert [str(found[name].places[0]) for name in ("runtime_version", "team")] == [
        ".nvmrc:1",
        ".github/CODEOWNERS:2",
    ]
    assert {found[name].note for name in ("runtime_version", "team")} == {
        "at the top of the larger repository"
    }
    tool = scripts.tool(part, tmp_path, "node")
    assert tool is not None
    assert str(tool.place) == "../package-lock.json"


@pytest.mark.parametrize(
    ("remote", "name", "note"),
    [
        ("git@github.com:acme/portal.git", "portal", "git remote origin"),
        ("https://dev.azure.com/acme/shop/_git/portal", "portal", "git remote origin"),
        ("", "pay", "name of the folder"),
    ],
)
def test_what_names_a_service_that_names_itself_nowhere(
    tmp_path: Path, remote: str, name: str, note: str
) -> None:
    (tmp_path / "pay").mkdir()
    found = names.name(project(tmp_path / "pay", {"requirements.txt": "flask\n"}), remote)
    assert (found.value, found.note, found.places) == (name, note, ())


@pytest.mark.parametrize(
    ("files", "value", "place"),
    [
        (
            {"k8s/base/kustomization.yaml": "", "k8s/overlays/qa/kustomization.yaml": ""},
            "kustomize",
            "k8s/base/kustomization.yaml",
        ),
        ({"k8s.yml": "---\napiVersion: apps/v1\nkind: Deployment\n"}, "there", "k8s.yml:3"),
        (
            {"chart/Chart.yaml": "name: x\n", "chart/templates/d.yaml": "kind: Deployment\n"},
            None,
            None,
        ),
        ({"compose.yaml": "services: {}\n"}, None, None),
    ],
)
def test_manifests(
    tmp_path: Path, files: dict[str, str], value: str | None, place: str | None
) -> None:
    found = detect.manifests(project(tmp_path, files))
    assert ((found.value, str(found.places[0])) if found else (None, None)) == (value, place)


def test_a_region_is_found_behind_a_flag(tmp_path: Path) -> None:
    read = project(
        tmp_path,
        {"azure-pipelines.yml": "- script: az aks create -g rg --location northeurope -n aks\n"},
    )
    found = operations.region(read, "azure")
    assert found is not None
    assert (found.value, str(found.places[0])) == ("northeurope", "azure-pipelines.yml:1")


def test_terraform_that_is_there_keeps_the_templates_beside_it(tmp_path: Path) -> None:
    found = detect.infrastructure(project(tmp_path, {"infra/main.tf": 'provider "aws" {}\n'}))
    assert found is not None
    assert str(found.places[0]) == "infra/main.tf"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"pom.xml": POM}, "no file shows how the service is started"),
        ({"package.json": "{}"}, "no file shows how the service is tested"),
        (
            {
                "requirements.txt": "x\n",
                "Dockerfile": 'FROM python:3.12\nCMD ["gunicorn", "a:b"]\n',
            },
            "-m gunicorn a:b",
        ),
        (
            {"requirements.txt": "x\n", "Dockerfile": "FROM python:3.12\nCMD gunicorn $(id)\n"},
            "how the service is started",
        ),
    ],
)
def test_what_nothing_says_is_not_made_up(
    tmp_path: Path, files: dict[str, str], words: str
) -> None:
    read = project(tmp_path, files)
    runtime = detect.runtime(read)
    assert runtime is not None
    tool = scripts.tool(read, tmp_path, runtime.value)
    assert tool is not None
    assert words in "".join(scripts.of(tool).values())


FRONT_END = "FROM node:24 AS front\nRUN npm run build\n"


@pytest.mark.parametrize(
    ("dockerfile", "runtime"),
    [
        (f"FROM python:3.13 AS base\n{FRONT_END}FROM base AS production\nCMD web\n", "python"),
        (f"FROM python:3.13 AS a\nFROM a AS b\n{FRONT_END}FROM b\nCOPY --from=front / /\n", "python"),
        (f"{FRONT_END}FROM python:3.13\nCOPY --from=front / /\n", "python"),
        (f"FROM python:3.13 AS docs\n{FRONT_END}FROM front\nCMD node x\n", "node"),
    ],
)  # fmt: skip
def test_the_image_that_the_last_stage_is_made_from_says_the_runtime(
    dockerfile: str, runtime: str, tmp_path: Path
) -> None:
    files = {"Dockerfile": dockerfile, "package.json": "{}\n", "requirements.txt": "flask\n"}
    found = detect.runtime(project(tmp_path, files))
    assert found is not None
    assert found.value == runtime


@pytest.mark.parametrize(
    ("requirements", "is_service"),
    [
        ("Flask==3.1\n", True),
        ("gunicorn\n", True),
        ("pytest\nruff\n", False),
        ("sphinx\npyflask\n", False),
    ],
)
def test_requirements_of_a_server_are_those_of_a_service(
    requirements: str, is_service: bool, tmp_path: Path
) -> None:
    read = project(tmp_path, {"requirements.txt": requirements})
    assert RUNTIMES["python"].is_service(read) is is_service
