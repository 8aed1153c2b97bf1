"""Build scripts with real packages: what npm, PyPI, uv, Maven and Gradle lock is built, tested, and installed once.

npm and PyPI are asked, so that `make dependencies` runs it and the gate does not. Whole services on frameworks, with their
images, are in test_framework_services.py.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from framework_services import COMMONS_LANG, MAVEN_REPOSITORY, run, said, use_commons_lang, uv
from runtimes import TOOLS, Tools
from support import Repository

pytestmark = [
    pytest.mark.dependencies,
    pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed"),
]

DEPENDENCY_PLUGIN = "org/apache/maven/plugins/maven-dependency-plugin/3.5.0"


def _version(root: Path) -> str:
    (file,) = (path for path in root.glob(".*-version"))
    return file.read_text().strip()


def _test(root: Path, tools: Tools, **environment: str) -> str:
    return said(root, "bash", "app/test.sh", **{**tools.environment, **environment})


# Node.js

FRAMEWORK_JS = """\
import express from 'express';

export async function start() {
  const app = express();
  app.get('/hello/:name', (request, response) => response.json({ hello: request.params.name }));
  return new Promise((resolve) => {
    const server = app.listen(0, () => resolve({ port: server.address().port, stop: () => server.close() }));
  });
}
"""
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
def test_a_service_in_node_uses_a_framework(repository: Repository) -> None:
    root = repository(runtime="node")
    tools = TOOLS["node"](_version(root))
    (root / "app/src/framework.js").write_text(FRAMEWORK_JS)
    (root / "app/tests/framework.test.js").write_text(FRAMEWORK_TEST_JS)
    before = run(root, "bash", "app/test.sh")
    assert "ERR_MODULE_NOT_FOUND" in before.stdout + before.stderr
    said(root, "npm", "install", "--prefix", "app", "--package-lock-only", "express")
    said(root, "npm", "install", "--prefix", "app", "--package-lock-only", "-D", "is-number")
    assert "the framework answers" in _test(root, tools)
    installed = {path.name for path in (root / "build/app/node_modules").iterdir()}
    assert "express" in installed
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


def _lock_with_uv(root: Path, program: str) -> None:
    (root / "app/pyproject.toml").write_text(PROJECT)
    said(root, program, "lock", "--quiet", "--project", "app", "--python", sys.executable)


def _lock_with_hashes(root: Path, program: str) -> None:
    compile_lock = (program, "pip", "compile", "--quiet", "--universal", "--generate-hashes")
    for name, packages in (
        ("requirements", "fastapi\nuvicorn\n"),
        ("requirements-dev", "-c requirements.txt\nhttpx\n"),
    ):
        (root / f"app/{name}.in").write_text(packages)
        said(root, *compile_lock, f"app/{name}.in", "--output-file", f"app/{name}.txt")


@pytest.mark.parametrize("lock", [_lock_with_uv, _lock_with_hashes])
def test_a_service_in_python_uses_a_framework(
    lock: Callable[[Path, str], None], repository: Repository
) -> None:
    root = repository(runtime="python")
    (root / "app/src/service/framework.py").write_text(FRAMEWORK_PY)
    (root / "app/tests/test_framework.py").write_text(FRAMEWORK_TEST_PY)
    before = run(root, "bash", "app/test.sh", PYTHON=sys.executable)
    assert "ModuleNotFoundError" in before.stdout + before.stderr
    lock(root, uv())
    tests = said(root, "bash", "app/test.sh", PYTHON=sys.executable)
    assert "test_the_framework_answers" in tests
    assert (root / "build/app/fastapi").is_dir()
    assert not (root / "build/app/httpx").exists()
    assert not (root / "build/app/bin").exists()


def test_the_lock_of_uv_is_read_as_uv_exports_it(repository: Repository) -> None:
    root = repository(runtime="python")
    _lock_with_uv(root, uv())
    exported = said(
        root,
        *(uv(), "export", "--quiet", "--project", "app", "--frozen", "--no-dev"),
        *("--no-emit-project", "--no-hashes", "--no-annotate", "--no-header"),
    )
    said(root, sys.executable, "app/packages.py", "build/packages")
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
    said(root / "app", "go", "mod", "vendor", **environment)
    shutil.rmtree(module)


def test_a_service_in_go_uses_a_vendored_module(repository: Repository) -> None:
    root = repository(runtime="go")
    tools = TOOLS["go"](_version(root))
    _go_with_a_vendored_module(root, tools)
    _test(root, tools, GOPROXY="off")
    assert "TestSalute" in (root / "build/test-results/unit.xml").read_text()


# Java


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
    run(tmp_path, "cp", "-rL", str(MAVEN_REPOSITORY), str(local))  # some of its links dangle
    use_commons_lang(root)
    (root / "app/pom.xml").write_text(POM)
    offline = f"--offline -Dmaven.repo.local={local}"
    unlocked = run(root, "bash", "app/test.sh", MAVEN_ARGS=offline, **tools.environment)
    assert unlocked.returncode == 1
    assert "app/build.sh: app/pom.xml brings libraries" in unlocked.stderr
    said(root, "bash", "app/libraries.sh", "lock", MAVEN_ARGS=offline)
    assert "JsonTest.aLibraryAnswers" in _test(root, tools, MAVEN_ARGS=offline)
    assert [path.name for path in (root / "build/app/lib").iterdir()] == [
        "commons-lang3-3.12.0.jar"
    ]


GRADLE = """\
plugins { id 'java' }
repositories { maven { url 'file:///usr/share/maven-repo' } }
dependencies {
  implementation 'org.apache.commons:commons-lang3:3.12.0'
}
"""


@pytest.mark.skipif(
    not shutil.which("gradle") or not (MAVEN_REPOSITORY / COMMONS_LANG).is_file(),
    reason="gradle, or libcommons-lang3-java, is not installed",
)
def test_a_service_in_java_uses_what_gradle_resolves(
    repository: Repository, tmp_path: Path
) -> None:
    """Debian has Gradle 4.4."""
    root = repository(runtime="java", runtime_version="17")
    tools = TOOLS["java"](_version(root))
    own = {**tools.environment, "GRADLE_USER_HOME": str(tmp_path / "gradle")}
    use_commons_lang(root)
    (root / "app/build.gradle").write_text(GRADLE)
    unlocked = run(root, "bash", "app/test.sh", **own)
    assert unlocked.returncode == 1
    assert "app/build.sh: app/build.gradle brings libraries" in unlocked.stderr
    said(root, "bash", "app/libraries.sh", "lock", **own)
    assert "JsonTest.aLibraryAnswers" in _test(root, tools, **own)
    assert [path.name for path in (root / "build/app/lib").iterdir()] == [
        "commons-lang3-3.12.0.jar"
    ]
