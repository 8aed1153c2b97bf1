"""Services on real packages, built and tested by the real programs, and in images on stand-in bases.

npm and PyPI are asked, so that `make dependencies` runs it and the gate does not. The content of
the images comes from files in the repository: a build in buildah asks no registry.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from base_images import BASES, Base, Buildah, make_bases
from runtimes import TOOLS, Tools
from support import Repository

pytestmark = [
    pytest.mark.dependencies,
    pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed"),
]

needs_buildah = pytest.mark.skipif(
    not shutil.which("buildah") or os.geteuid() != 0, reason="buildah is not installed, or no root"
)
MAVEN_REPOSITORY = Path("/usr/share/maven-repo")
DEPENDENCY_PLUGIN = "org/apache/maven/plugins/maven-dependency-plugin/3.5.0"
COMMONS_LANG = "org/apache/commons/commons-lang3/3.12.0/commons-lang3-3.12.0.jar"


def _run(root: Path, *argv: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv,
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=600,
    )


def _said(root: Path, *argv: str, **environment: str) -> str:
    done = _run(root, *argv, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _version(root: Path) -> str:
    (file,) = (path for path in root.glob(".*-version"))
    return file.read_text().strip()


def _test(root: Path, tools: Tools, **environment: str) -> str:
    return _said(root, "bash", "app/test.sh", **{**tools.environment, **environment})


# Node.js

FRAMEWORK_JS = {
    "express": """\
import express from 'express';

export async function start() {
  const app = express();
  app.get('/hello/:name', (request, response) => response.json({ hello: request.params.name }));
  return new Promise((resolve) => {
    const server = app.listen(0, () => resolve({ port: server.address().port, stop: () => server.close() }));
  });
}
""",
    "fastify": """\
import Fastify from 'fastify';

export async function start() {
  const app = Fastify();
  app.get('/hello/:name', async (request) => ({ hello: request.params.name }));
  await app.listen({ port: 0 });
  return { port: app.server.address().port, stop: () => app.close() };
}
""",
}
FRAMEWORK_TEST_JS = """\
import assert from 'node:assert/strict';
import { test } from 'node:test';
import isNumber from 'is-number';
import { start } from '../../build/app/src/framework.js';

test('the framework answers', async () => {
  const { port, stop } = await start();
  assert.ok(isNumber(port));
  const answer = await fetch(`http://127.0.0.1:${port}/hello/world`);
  assert.deepEqual(await answer.json(), { hello: 'world' });
  await stop();
});
"""


@pytest.mark.skipif(not shutil.which("npm"), reason="npm is not installed")
@pytest.mark.parametrize("framework", FRAMEWORK_JS)
def test_a_service_in_node_uses_a_framework(framework: str, repository: Repository) -> None:
    root = repository(runtime="node")
    tools = TOOLS["node"](_version(root))
    (root / "app/src/framework.js").write_text(FRAMEWORK_JS[framework])
    (root / "app/tests/framework.test.js").write_text(FRAMEWORK_TEST_JS)
    before = _run(root, "bash", "app/test.sh")
    assert "ERR_MODULE_NOT_FOUND" in before.stdout + before.stderr
    _said(root, "npm", "install", "--prefix", "app", "--package-lock-only", framework)
    _said(root, "npm", "install", "--prefix", "app", "--package-lock-only", "-D", "is-number")
    assert "the framework answers" in _test(root, tools)
    installed = {path.name for path in (root / "build/app/node_modules").iterdir()}
    assert framework in installed
    assert "is-number" not in installed
    # Packages in npm's cache need no network.
    shutil.rmtree(root / "build")
    shutil.rmtree(root / "app/node_modules")
    assert "the framework answers" in _test(root, tools, npm_config_offline="true")


# Python

FRAMEWORK_PY = """\
from fastapi import FastAPI

app = FastAPI()


@app.get("/hello/{name}")
def hello(name: str) -> dict[str, str]:
    return {"hello": name}
"""
FRAMEWORK_TEST_PY = """\
import unittest

import uvicorn
from fastapi.testclient import TestClient

from service.framework import app


class FrameworkTest(unittest.TestCase):
    def test_the_framework_answers(self) -> None:
        self.assertEqual(TestClient(app).get("/hello/world").json(), {"hello": "world"})
        self.assertTrue(uvicorn.Config(app).should_reload is False)
"""
PROJECT = """\
[project]
name = "service"
version = "0"
requires-python = ">=3.11"
dependencies = ["fastapi", "uvicorn[standard]"]

[dependency-groups]
dev = ["httpx"]
"""


def _lock_with_uv(root: Path, uv: str) -> None:
    (root / "app/pyproject.toml").write_text(PROJECT)
    _said(root, uv, "lock", "--quiet", "--project", "app", "--python", sys.executable)


def _lock_with_hashes(root: Path, uv: str) -> None:
    compile_lock = (uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes")
    for name, packages in (
        ("requirements", "fastapi\nuvicorn\n"),
        ("requirements-dev", "-c requirements.txt\nhttpx\n"),
    ):
        (root / f"app/{name}.in").write_text(packages)
        _said(root, *compile_lock, f"app/{name}.in", "--output-file", f"app/{name}.txt")


@pytest.mark.parametrize("lock", [_lock_with_uv, _lock_with_hashes])
def test_a_service_in_python_uses_a_framework(
    lock: Callable[[Path, str], None], repository: Repository
) -> None:
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    root = repository(runtime="python")
    (root / "app/src/service/framework.py").write_text(FRAMEWORK_PY)
    (root / "app/tests/test_framework.py").write_text(FRAMEWORK_TEST_PY)
    before = _run(root, "bash", "app/test.sh", PYTHON=sys.executable)
    assert "ModuleNotFoundError" in before.stdout + before.stderr
    lock(root, uv)
    tests = _said(root, "bash", "app/test.sh", PYTHON=sys.executable)
    assert "test_the_framework_answers" in tests
    assert (root / "build/app/fastapi").is_dir()
    assert not (root / "build/app/httpx").exists()
    assert not (root / "build/app/bin").exists()


def test_the_lock_of_uv_is_read_as_uv_exports_it(repository: Repository) -> None:
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    root = repository(runtime="python")
    _lock_with_uv(root, uv)
    exported = _said(
        root,
        *(uv, "export", "--quiet", "--project", "app", "--frozen", "--no-dev"),
        *("--no-emit-project", "--no-hashes", "--no-annotate", "--no-header"),
    )
    _said(root, sys.executable, "app/packages.py", "build/packages")
    ours = (root / "build/packages.requirements.txt").read_text()
    names = [line.split(" ;")[0].split(" --hash")[0] for line in ours.splitlines()]
    assert sorted(names) == sorted(line.split(" ;")[0] for line in exported.split("\n") if line)


# Go


def _go_with_a_vendored_module(root: Path, tools: Tools) -> None:
    module = root / "salute"
    module.mkdir()
    (module / "go.mod").write_text("module example.org/salute\n\ngo 1.20\n")
    (module / "salute.go").write_text(
        "package salute\n\n   func Hello() string { return `hello` }\n"
    )
    with (root / "app/go.mod").open("a") as manifest:
        manifest.write(
            "\nrequire example.org/salute v1.0.0\n\nreplace example.org/salute => ../salute\n"
        )
    (root / "app/salute_test.go").write_text(
        'package main\n\nimport (\n\t"testing"\n\n\t"example.org/salute"\n)\n\n'
        "func TestSalute(t *testing.T) {\n"
        '\tif salute.Hello() != "hello" {\n\t\tt.Fail()\n\t}\n}\n'
    )
    environment = {**tools.environment, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod"}
    _said(root / "app", "go", "mod", "vendor", **environment)
    shutil.rmtree(module)


def test_a_service_in_go_uses_a_vendored_module(repository: Repository) -> None:
    root = repository(runtime="go")
    tools = TOOLS["go"](_version(root))
    _go_with_a_vendored_module(root, tools)
    _test(root, tools, GOPROXY="off")
    assert "TestSalute" in (root / "build/test-results/unit.xml").read_text()


# Java


def _java_uses_commons_lang(root: Path) -> None:
    (root / "app/src/main/java/service/Greeting.java").write_text(
        "package service;\n\nimport org.apache.commons.lang3.StringUtils;\n\n"
        "final class Greeting {\n    private Greeting() {\n    }\n\n"
        '    static String hello() {\n        return StringUtils.capitalize("hello");\n    }\n}\n'
    )
    test = root / "app/src/test/java/service/JsonTest.java"
    end = test.read_text().rstrip().removesuffix("}")
    test.write_text(
        f"{end}\n    static void aLibraryAnswers() {{\n"
        '        if (!Greeting.hello().equals("Hello")) {\n'
        "            throw new AssertionError(Greeting.hello());\n        }\n    }\n}\n"
    )


def _java_with_a_vendored_jar(root: Path, tools: Tools) -> None:
    if not (MAVEN_REPOSITORY / COMMONS_LANG).is_file():
        pytest.skip("no commons-lang3 (Debian's libcommons-lang3-java) is installed")
    _java_uses_commons_lang(root)
    (root / "app/lib").mkdir()
    shutil.copy(MAVEN_REPOSITORY / COMMONS_LANG, root / "app/lib/commons-lang3-3.12.0.jar")
    _said(root, "bash", "app/libraries.sh", "lock")


def test_a_service_in_java_uses_a_vendored_jar(repository: Repository) -> None:
    root = repository(runtime="java", runtime_version="17")
    tools = TOOLS["java"](_version(root))
    _java_with_a_vendored_jar(root, tools)
    assert "JsonTest.aLibraryAnswers" in _test(root, tools)
    assert (root / "build/app/lib/commons-lang3-3.12.0.jar").is_file()


POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>service</groupId>
  <artifactId>service</artifactId>
  <version>0</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.commons</groupId>
      <artifactId>commons-lang3</artifactId>
      <version>3.12.0</version>
    </dependency>
  </dependencies>
  <build>
    <pluginManagement>
      <plugins>
        <plugin>
          <groupId>org.apache.maven.plugins</groupId>
          <artifactId>maven-dependency-plugin</artifactId>
          <version>3.5.0</version>
        </plugin>
      </plugins>
    </pluginManagement>
  </build>
</project>
"""


@pytest.mark.skipif(
    not shutil.which("mvn") or not (MAVEN_REPOSITORY / DEPENDENCY_PLUGIN).is_dir(),
    reason="maven, libmaven-dependency-plugin-java, or junit4 is not installed",
)
def test_a_service_in_java_uses_what_maven_resolves(repository: Repository, tmp_path: Path) -> None:
    root = repository(runtime="java", runtime_version="17")
    tools = TOOLS["java"](_version(root))
    local = tmp_path / "local-repository"
    _run(tmp_path, "cp", "-rL", str(MAVEN_REPOSITORY), str(local))  # some of its links dangle
    _java_uses_commons_lang(root)
    (root / "app/pom.xml").write_text(POM)
    offline = f"--offline -Dmaven.repo.local={local}"
    unlocked = _run(root, "bash", "app/test.sh", MAVEN_ARGS=offline, **tools.environment)
    assert unlocked.returncode == 1
    assert "app/build.sh: app/pom.xml brings libraries" in unlocked.stderr
    _said(root, "bash", "app/libraries.sh", "lock", MAVEN_ARGS=offline)
    assert "JsonTest.aLibraryAnswers" in _test(root, tools, MAVEN_ARGS=offline)
    assert [path.name for path in (root / "build/app/lib").iterdir()] == [
        "commons-lang3-3.12.0.jar"
    ]


# Images


def _python_with_wheels(root: Path, tools: Tools) -> None:
    """FastAPI as wheels in the repository, so that the build asks no registry."""
    lock = root / "app/requirements.txt"
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    (root / "app/requirements.in").write_text("fastapi\n")
    _said(
        root,
        uv,
        "pip",
        "compile",
        "-q",
        "--generate-hashes",
        "app/requirements.in",
        "-o",
        lock.as_posix(),
    )
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes")
    _said(root, *pip, "--only-binary=:all:", "-r", str(lock), "-d", "app/wheels")
    lock.write_text(f"--no-index\n--find-links app/wheels\n{lock.read_text()}")
    (root / "app/src/service/framework.py").write_text(FRAMEWORK_PY)


def _base_with_pip() -> Base:
    import pip

    base = BASES["python"]()
    site_packages = f"usr/local/lib/python{base.version}/site-packages"
    trees = {**base.trees, f"{site_packages}/pip": Path(pip.__file__).parent}
    return dataclasses.replace(base, trees=trees)


IMAGES: dict[str, tuple[Callable[[], Base], Callable[[Path, Tools], None], str]] = {
    "java": (BASES["java"], _java_with_a_vendored_jar, "app/lib/commons-lang3-3.12.0.jar"),
    "python": (_base_with_pip, _python_with_wheels, "app/fastapi/__init__.py"),
    "go": (BASES["go"], _go_with_a_vendored_module, "service"),
}


@needs_buildah
@pytest.mark.parametrize("runtime", IMAGES)
def test_the_image_holds_the_packages_and_no_cache(
    runtime: str, repository: Repository, tmp_path: Path
) -> None:
    make_base, add_packages, in_image = IMAGES[runtime]
    root = repository(runtime=runtime)
    base = make_base()
    (root / f".{runtime}-version").write_text(f"{base.version}\n")
    add_packages(root, TOOLS[runtime](base.version))
    buildah = Buildah(tmp_path)
    try:
        make_bases(buildah, base, tmp_path / "base")
        done = buildah.build(root, "built", revision="0" * 40, created="2026-01-02T03:04:05Z")
        assert done.returncode == 0, done.stdout + done.stderr
        container = buildah.said("from", "built")
        image = Path(buildah.said("mount", container))
        assert (image / in_image).exists()
        left = [
            path.relative_to(image).as_posix()
            for folder in ("root/.cache", "root/.m2", "src", "app/wheels", "app/test", "go/pkg")
            if (image / folder).is_dir()
            for path in (image / folder).rglob("*")
            if path.is_file()
        ]
        assert left == []
        assert json.loads(buildah.said("inspect", "--type", "image", "built"))["Docker"]
    finally:
        buildah.done("rm", "--all")
        buildah.done("rmi", "--all", "--force")
