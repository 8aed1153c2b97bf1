"""Services on real frameworks and libraries, put into a generated repository as a developer puts them.

Each brings sources, a unit test, a lock file, and its packages as files in the repository: so its image is built without a registry.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from runtimes import Tools

FRAMEWORKS = Path(__file__).parent / "data/frameworks"
MAVEN_REPOSITORY = Path("/usr/share/maven-repo")
COMMONS_LANG = "org/apache/commons/commons-lang3/3.12.0/commons-lang3-3.12.0.jar"
CHI = Path("/usr/share/gocode/src/github.com/go-chi/chi")


@dataclass(frozen=True)
class FrameworkService:
    """A service that brings a framework or a library."""

    runtime: str
    put: Callable[[Path, Tools], None]
    unit_test: str  # a test that its results name
    in_image: str
    not_in_image: str


def run(root: Path, *argv: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program in `root`, for half an hour at most: a registry, or the machine, may be slow."""
    return subprocess.run(
        argv,
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=1800,
    )


def said(root: Path, *argv: str, **environment: str) -> str:
    """Return the output of a program that must succeed."""
    done = run(root, *argv, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _replace(root: Path, file: str, before: str, after: str) -> None:
    text = (root / file).read_text()
    assert text.count(before) == 1, f"{file} has {before!r} {text.count(before)} times"
    (root / file).write_text(text.replace(before, after))


# Node.js


def _node(framework: str) -> Callable[[Path, Tools], None]:
    def put(root: Path, tools: Tools) -> None:
        if not shutil.which("npm"):
            pytest.skip("npm is not installed")
        for path in (root / "app/tests").iterdir():
            path.unlink()
        for path in (root / "app/src").iterdir():
            if path.name not in {"healthcheck.js", "config.js"}:
                path.unlink()
        name = framework.split("@")[0]
        shutil.copy(FRAMEWORKS / "observed.js", root / "app/src")
        shutil.copy(FRAMEWORKS / f"{name}_service.js", root / "app/src/main.js")
        shutil.copy(FRAMEWORKS / "service.test.js", root / "app/tests")
        lock = ("npm", "install", "--prefix", "app", "--package-lock-only", "--no-audit")
        said(root, *lock, framework, "prom-client@15")
        said(root, *lock, "--save-dev", "is-number@7")
        vendor_packages_of_node(root)

    return put


def vendor_packages_of_node(root: Path) -> None:
    """Put the packages of the lock file into app/vendor, and lead the lock file there."""
    path = root / "app/package-lock.json"
    lock = json.loads(path.read_text())
    packages: dict[str, list[dict[str, str]]] = {}  # several places may have one version
    for place, entry in lock["packages"].items():
        if place:
            name = place.rpartition("node_modules/")[2]
            packages.setdefault(f"{name}@{entry['version']}", []).append(entry)
    (root / "app/vendor").mkdir()
    pack = ("npm", "pack", "--json", "--pack-destination", "app/vendor")
    for packed in json.loads(said(root, *pack, *packages)):
        for entry in packages[packed["id"]]:
            assert entry["integrity"] == packed["integrity"]
            entry["resolved"] = f"file:vendor/{packed['filename']}"
    path.write_text(json.dumps(lock, indent=2))


# Python


def put_fastapi(root: Path, tools: Tools) -> None:
    """FastAPI, as wheels beside their lock."""
    for path in (root / "app/tests").glob("test_*.py"):
        path.unlink()
    for path in (root / "app/src/service").iterdir():
        if path.name not in {"__init__.py", "healthcheck.py", "config.py"}:
            path.unlink()
    shutil.copy(FRAMEWORKS / "fastapi_service.py", root / "app/src/service/__main__.py")
    shutil.copy(FRAMEWORKS / "fastapi_tests.py", root / "app/tests/test_fastapi_service.py")
    lock_with_wheels(
        root, "requirements", "fastapi==0.165.0\nuvicorn==0.54.0\nprometheus_client==0.26.0\n"
    )
    lock_with_wheels(root, "requirements-dev", "-c requirements.in\nhttpx\n")


def uv() -> str:
    """Return the uv of the environment of these tests; one on PATH may be a shim of a version manager."""
    own = Path(sys.executable).with_name("uv")
    return str(own) if own.is_file() else "uv"


def lock_with_wheels(root: Path, name: str, packages: str) -> None:
    """Write a lock file with hashes, and the wheels that it names, into app/wheels."""
    lock = root / f"app/{name}.txt"
    (root / f"app/{name}.in").write_text(packages)
    compiled = (uv(), "pip", "compile", "--quiet", "--generate-hashes", "--python", sys.executable)
    said(root, *compiled, f"app/{name}.in", "--output-file", str(lock))
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes")
    said(root, *pip, "--only-binary=:all:", "-r", str(lock), "-d", "app/wheels")
    lock.write_text(f"--no-index\n--find-links app/wheels\n{lock.read_text()}")


# Go


def put_chi(root: Path, tools: Tools) -> None:
    """Put chi in the place of the server, vendored from Debian's sources of it."""
    if not CHI.is_dir():
        pytest.skip("no sources of chi (Debian's golang-github-go-chi-chi-dev) are installed")
    for name in ("server", "routes", "connection", "arrival_linux", "arrival_other"):
        (root / f"app/{name}.go").unlink()
    for path in ("server_test.go", "routes_test.go"):
        (root / "app" / path).unlink()
    shutil.copy(FRAMEWORKS / "chi_service.go", root / "app/server.go")
    shutil.copy(FRAMEWORKS / "chi_service_test.go", root / "app/server_test.go")
    with (root / "app/go.mod").open("a") as manifest:
        manifest.write(
            "\nrequire github.com/go-chi/chi/v5 v5.0.7\n"
            f"\nreplace github.com/go-chi/chi/v5 => {CHI}\n"
        )
    environment = {**tools.environment, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod"}
    said(root / "app", "go", "mod", "vendor", **environment, GOPROXY="off")


# Java


def put_commons_lang(root: Path, tools: Tools) -> None:
    """Use commons-lang3 in the greeting: a jar in app/lib, with its hash in app/lib/SHA256SUMS."""
    if not (MAVEN_REPOSITORY / COMMONS_LANG).is_file():
        pytest.skip("no commons-lang3 (Debian's libcommons-lang3-java) is installed")
    use_commons_lang(root)
    (root / "app/lib").mkdir()
    shutil.copy(MAVEN_REPOSITORY / COMMONS_LANG, root / "app/lib/commons-lang3-3.12.0.jar")
    said(root, "bash", "app/libraries.sh", "lock")


def use_commons_lang(root: Path) -> None:
    """Answer `/` with the library, and test it."""
    main = "app/src/main/java/service"
    (root / f"{main}/Greeting.java").write_text(
        "package service;\n\nimport org.apache.commons.lang3.StringUtils;\n\n"
        "final class Greeting {\n    private Greeting() {\n    }\n\n"
        '    static String hello() {\n        return StringUtils.capitalize("hello");\n    }\n}\n'
    )
    _replace(root, f"{main}/Routes.java", '"Hello from "', 'Greeting.hello() + " from "')
    test = root / "app/src/test/java/service/JsonTest.java"
    end = test.read_text().rstrip().removesuffix("}")
    test.write_text(
        f"{end}\n    static void aLibraryAnswers() {{\n"
        '        if (!Greeting.hello().equals("Hello")) {\n'
        "            throw new AssertionError(Greeting.hello());\n        }\n    }\n}\n"
    )


SERVICES: Mapping[str, FrameworkService] = {
    "express": FrameworkService(
        "node",
        _node("express@5"),
        "the framework answers, and ends with 0",
        "app/node_modules/express/package.json",
        "app/node_modules/is-number",
    ),
    "fastify": FrameworkService(
        "node",
        _node("fastify@5"),
        "the framework answers, and ends with 0",
        "app/node_modules/fastify/package.json",
        "app/node_modules/is-number",
    ),
    "fastapi": FrameworkService(
        "python",
        put_fastapi,
        "test_the_framework_answers",
        "app/fastapi/__init__.py",
        "app/httpx",
    ),
    "commons-lang3": FrameworkService(
        "java",
        put_commons_lang,
        "aLibraryAnswers",
        "app/lib/commons-lang3-3.12.0.jar",
        "app/lib/SHA256SUMS",
    ),
    "chi": FrameworkService("go", put_chi, "TestChiAnswers", "service", "vendor"),
}
