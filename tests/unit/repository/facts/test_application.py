"""Sources of services: ports, paths, words, and the paths that a service answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.application import (
    Application,
    application_of,
    applications,
    read,
)
from scaffolder.repository.facts.statements import Declaration

IMAGE = {"Dockerfile": "FROM scratch\n"}


def source(root: Path, files: dict[str, str]) -> Application:
    found = application_of(written(root, {**IMAGE, **files}), Path())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("main.py", 'port = int(os.environ.get("PORT", "8080"))\n'),
        ("server.js", "const port = process.env.PORT || 8080;\n"),
        ("src/main/resources/application.properties", "server.port=8080\n"),
        ("src/main/resources/application.yml", "server:\n  port: 8080\n"),
    ],
)
def test_a_source_states_its_port(file: str, text: str, tmp_path: Path) -> None:
    stated = read(written(tmp_path, {**IMAGE, "app.py": "x = 1\n", file: text}))
    assert [one.value for one in stated if isinstance(one, Declaration)] == ["8080"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("main.py", 'timeout = int(os.environ.get("TIMEOUT", "8080"))\n'),
        ("tests/test_main.py", 'port = int(os.environ.get("PORT", "8080"))\n'),
        ("notes.txt", "PORT=8080\n"),
    ],
    ids=["another variable", "a test", "a text"],
)
def test_other_numbers_are_no_port(file: str, text: str, tmp_path: Path) -> None:
    assert not list(read(written(tmp_path, {**IMAGE, "app.py": "x = 1\n", file: text})))


@pytest.mark.parametrize(
    ("path", "answered"),
    [
        ("/healthz", True),
        ("/healthz/", True),
        ("/healthz?full=1", True),
        ("/orders/7", True),
        ("/missing", False),
        ("/.well-known/jwks.json", None),
    ],
)
def test_a_service_answers_the_paths_of_its_source(
    path: str, *, answered: bool | None, tmp_path: Path
) -> None:
    text = 'app.get("/healthz", f);\napp.get("/orders/:id", f);\n'
    assert source(tmp_path, {"server.js": text}).serves(path) is answered


def test_a_route_of_django_answers_what_it_includes(tmp_path: Path) -> None:
    text = 'from django.urls import include, path\nurlpatterns = [path("orders/", include("orders.urls")), path("ready/", ready)]\n'
    found = source(tmp_path, {"shop/urls.py": text})
    assert found.serves("/orders/7/items")
    assert found.serves("/ready/")
    assert found.serves("/ready/deep") is False


def test_a_library_answers_paths_of_its_own(tmp_path: Path) -> None:
    pom = "<project><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>{}</artifactId></dependency></dependencies></project>\n"
    java = {"src/main/java/A.java": 'class A { String a = "/orders"; }\n'}
    with_it = source(
        tmp_path / "with", {"pom.xml": pom.format("spring-boot-starter-actuator"), **java}
    )
    without = source(tmp_path / "without", {"pom.xml": pom.format("actuators"), **java})
    assert with_it.serves("/actuator/health") is True
    assert without.serves("/actuator/health") is not True


def test_a_source_without_paths_answers_nothing_that_is_known(tmp_path: Path) -> None:
    assert source(tmp_path, {"server.js": "start();\n"}).serves("/healthz") is None


def test_words_and_paths_have_their_place(tmp_path: Path) -> None:
    found = source(tmp_path, {"main.py": '\nCounter("orders_total", "Orders")\nroute("/orders")\n'})
    assert found.words["orders_total"].line == 2
    assert found.paths["/orders"].line == 3


def test_tools_of_the_repository_are_no_source_of_its_service(tmp_path: Path) -> None:
    files = {
        "app/server.js": 'app.get("/orders", f);\napp.get("/", f);\n',
        "monitoring/watch/chat.py": 'if self.path == "/chat":\n    pass\n',
    }
    assert source(tmp_path / "both", files).serves("/chat") is False
    del files["app/server.js"]
    assert source(tmp_path / "alone", files).serves_plainly("/chat")


def test_each_service_has_its_own_source(tmp_path: Path) -> None:
    files = {f"{name}/Dockerfile": "FROM scratch\n" for name in "ab"}
    project = written(tmp_path, {**files, "a/main.py": 'x("/a")\n', "b/notes.txt": "x\n"})
    assert [one.folder for one in applications(project)] == [Path("a")]
    assert application_of(project, Path("b")) is None
