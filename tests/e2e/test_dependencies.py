"""Build and test scripts of each runtime follow the lock file of the service; stand-ins replace npm, Maven and Gradle.

`make dependencies` builds services on real frameworks, with the real programs (test_dependencies_built.py).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from support import Repository

TEMPLATES = Path(__file__).parents[2] / "templates"

needs_bash = pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
needs_node = pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")

NPM = """#!/usr/bin/env node
const fs = require('fs');
const [folder, ...options] = process.argv.slice(4);
fs.appendFileSync('npm.log', process.argv.slice(2).join(' ') + '\\n');
const { packages } = JSON.parse(fs.readFileSync(folder + '/package-lock.json'));
for (const [path, entry] of Object.entries(packages)) {
  const omitted = entry.dev && options.includes('--omit=dev');
  if (!path || omitted || entry.os) delete packages[path];
  if (entry.resolved && !fs.existsSync(folder + '/' + entry.resolved.slice(5))) process.exit(3);
}
fs.mkdirSync(folder + '/node_modules', { recursive: true });
fs.writeFileSync(folder + '/node_modules/.package-lock.json', JSON.stringify({ packages }));
"""
"""Installs nothing, and notes what it was asked and what it would have installed, as npm does."""

MAVEN = """#!/usr/bin/env bash
echo "$*" >>mvn.log
for argument in "$@"; do
  case $argument in
  -DincludeScope=*) scope=${argument#*=} ;;
  -DoutputDirectory=*) folder=${argument#*=} ;;
  esac
done
mkdir -p "$folder"
echo library >"$folder/library-1.0.jar"
if [ "$scope" = test ]; then echo tests >"$folder/junit-4.jar"; fi
"""

GRADLE = """#!/usr/bin/env bash
echo "$*" >>gradle.log
while [ $# -gt 0 ]; do
  case $1 in
  -p) folder=$2 ;;
  --init-script) script=$2 ;;
  esac
  shift
done
cd "$folder" && grep -q Libraries "$script" || exit 5
mkdir -p "$RESOLVED/runtime" "$RESOLVED/test"
echo library >"$RESOLVED/runtime/library-1.0.jar"
cp "$RESOLVED/runtime/library-1.0.jar" "$RESOLVED/test"
echo tests >"$RESOLVED/test/junit-4.jar"
"""
"""Reads its script from the folder of the project, as Gradle does."""

POM = "<project><dependencies><dependency>…</dependency></dependencies></project>"


def _service(folder: Path, runtime: str, **programs: str) -> Path:
    """The scripts of a runtime in `folder`, and stand-ins for programs in its `bin`."""
    shutil.copytree(TEMPLATES / f"[[ {runtime} ]]/app", folder / "app")
    (folder / "bin").mkdir()
    for name, text in programs.items():
        (folder / "bin" / name).write_text(text)
        (folder / "bin" / name).chmod(0o755)
    return folder


def _run(
    root: Path, *argv: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    path = f"{root / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        argv,
        cwd=root,
        env={**os.environ, "PATH": path, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=60,
    )


def _log(root: Path, name: str) -> list[str]:
    file = root / name
    return file.read_text().splitlines() if file.is_file() else []


# Node.js


def _node_service(folder: Path, manifest: Mapping[str, object]) -> Path:
    root = _service(folder, "node", npm=NPM)
    (root / "app/package.json").write_text(json.dumps(manifest))
    return root


def _lock(root: Path, packages: Mapping[str, Mapping[str, object]]) -> None:
    text = json.dumps({"lockfileVersion": 3, "packages": {"": {}, **packages}})
    (root / "app/package-lock.json").write_text(text)


EXPRESS = {"version": "5.3.0", "integrity": "sha512-a"}
TEST_PACKAGE = {"version": "1.0.0", "integrity": "sha512-b", "dev": True}


def _packages_of_node(root: Path) -> subprocess.CompletedProcess[str]:
    return _run(root, "node", "app/packages.mjs", "build/packages", "--omit=dev")


@needs_node
@pytest.mark.parametrize("manifest", [{}, {"dependencies": {}}, {"peerDependencies": {"a": "1"}}])
def test_without_packages_npm_is_not_asked(manifest: dict[str, object], tmp_path: Path) -> None:
    root = _node_service(tmp_path, manifest)
    done = _packages_of_node(root)
    assert (done.returncode, done.stderr) == (0, "")
    assert _log(root, "npm.log") == []
    assert not (root / "build").exists()


@needs_node
@pytest.mark.parametrize("kind", ["dependencies", "devDependencies", "optionalDependencies"])
@pytest.mark.parametrize("lock_of_another_tool", [None, "yarn.lock", "pnpm-lock.yaml"])
def test_packages_without_a_lock_are_one_sentence(
    kind: str, lock_of_another_tool: str | None, tmp_path: Path
) -> None:
    root = _node_service(tmp_path, {kind: {"express": "^5"}})
    if lock_of_another_tool:
        (root / "app" / lock_of_another_tool).write_text("")
    done = _packages_of_node(root)
    assert done.returncode == 1
    assert done.stderr == (
        "app/build.sh: app/package.json has dependencies, but no app/package-lock.json to"
        " install them from. Run `npm install --prefix app --package-lock-only` and commit the"
        " file.\n"
    )


@needs_node
def test_the_lock_is_installed_without_scripts_and_development_packages(tmp_path: Path) -> None:
    root = _node_service(tmp_path, {"dependencies": {"express": "^5"}})
    _lock(root, {"node_modules/express": EXPRESS, "node_modules/tap": TEST_PACKAGE})
    (root / "app/.npmrc").write_text("registry=https://npm.example.org/\n")
    assert _packages_of_node(root).returncode == 0
    (asked,) = _log(root, "npm.log")
    assert asked.startswith("ci --prefix build/packages --ignore-scripts")
    assert asked.endswith("--omit=dev")
    assert [path.name for path in (root / "build/packages").iterdir()] == ["node_modules"]


@needs_node
def test_npm_is_asked_again_only_when_the_lock_says_otherwise(tmp_path: Path) -> None:
    root = _node_service(tmp_path, {"dependencies": {"express": "^5"}})
    only_mac = {"version": "2.0.0", "integrity": "sha512-c", "optional": True, "os": ["darwin"]}
    others = {"node_modules/tap": TEST_PACKAGE, "node_modules/fsevents": only_mac}
    _lock(root, {"node_modules/express": EXPRESS, **others})
    _packages_of_node(root)
    _packages_of_node(root)
    assert len(_log(root, "npm.log")) == 1
    _lock(root, {"node_modules/express": EXPRESS})
    _packages_of_node(root)
    assert len(_log(root, "npm.log")) == 1, "what only tests need is in no image"
    _lock(root, {"node_modules/express": {**EXPRESS, "integrity": "sha512-other"}})
    _packages_of_node(root)
    assert len(_log(root, "npm.log")) == 2
    _lock(root, {})
    _packages_of_node(root)
    assert not (root / "build/packages").exists()


@needs_node
def test_packages_in_files_of_the_repository_go_along(tmp_path: Path) -> None:
    root = _node_service(tmp_path, {"dependencies": {"own": "file:vendor/own-1.0.0.tgz"}})
    (root / "app/vendor").mkdir()
    (root / "app/vendor/own-1.0.0.tgz").write_text("")
    own = {"version": "1.0.0", "integrity": "sha512-d", "resolved": "file:vendor/own-1.0.0.tgz"}
    _lock(root, {"node_modules/own": own})
    assert _packages_of_node(root).returncode == 0
    assert not (root / "build/packages/vendor/own-1.0.0.tgz").exists()


@needs_node
def test_packages_beside_the_service_are_named_as_such(tmp_path: Path) -> None:
    root = _node_service(tmp_path, {})
    (root / "package.json").write_text('{"devDependencies": {"prettier": "^3"}}')
    assert _packages_of_node(root).stderr == ""
    (root / "package.json").write_text('{"dependencies": {"express": "^5"}}')
    done = _packages_of_node(root)
    assert done.returncode == 0
    assert done.stderr == (
        "app/build.sh: note: package.json beside app/ has express, which no image has. If the"
        " service needs it, run `npm install --prefix app express`, and remove package.json"
        " beside app/.\n"
    )


@needs_node
def test_a_failure_of_npm_stops_the_build(tmp_path: Path) -> None:
    root = _node_service(tmp_path, {"dependencies": {"own": "file:gone.tgz"}})
    _lock(root, {"node_modules/own": {"version": "1.0.0", "resolved": "file:gone.tgz"}})
    assert _packages_of_node(root).returncode == 3


# Python


def _packages_of_python(
    root: Path, *options: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "app/packages.py", "build/packages", *options]
    return _run(root, *argv, environment={"PIP_CONFIG_FILE": os.devnull, **environment})


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("README.md", ""),
        ("requirements.txt", "# nothing yet\n\n"),
        ("pyproject.toml", "[tool.ruff]\nline-length = 120\n"),
        ("pyproject.toml", "[project]\nname = 'service'\ndependencies = []\n"),
    ],
)
def test_without_packages_pip_is_not_asked(file: str, text: str, tmp_path: Path) -> None:
    root = _service(tmp_path, "python")
    (root / "app" / file).write_text(text)
    done = _packages_of_python(root)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (root / "build/packages").exists()


COMPILE = (
    "uv pip compile --universal --generate-hashes app/requirements.in"
    " --output-file app/requirements.txt"
)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (
            "requirements.txt",
            "fastapi==0.165.0\n",
            "app/requirements.txt has no hashes. Write your packages to app/requirements.in,"
            f" run `{COMPILE}`, commit both.",
        ),
        (
            "requirements.in",
            "fastapi\n",
            f"app/requirements.in has no lock. Run `{COMPILE}` and commit the file.",
        ),
        (
            "pyproject.toml",
            "[project]\nname = 'service'\ndependencies = ['fastapi']\n",
            "app/pyproject.toml has dependencies, but no app/uv.lock to install them"
            " from. Run `uv lock --project app` and commit the file.",
        ),
        (
            "poetry.lock",
            "",
            "app/poetry.lock is not read here: export it, with hashes, to app/requirements.txt.",
        ),
    ],
)
def test_packages_of_python_without_a_lock_are_one_sentence(
    file: str, text: str, message: str, tmp_path: Path
) -> None:
    root = _service(tmp_path, "python")
    (root / "app" / file).write_text(text)
    done = _packages_of_python(root)
    assert (done.returncode, done.stderr) == (1, f"app/build.sh: {message}\n")


def _wheel(folder: Path) -> str:
    """A wheel with one module and one program in `folder`; returns its hash."""
    folder.mkdir(parents=True)
    info = "own-1.0.dist-info"
    files = {
        "own.py": "VALUE = 1\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: own\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\nown = own:VALUE\n",
    }
    record = "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD"))
    wheel = folder / "own-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(name, text)
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


def test_what_is_locked_with_its_hash_is_installed_once(tmp_path: Path) -> None:
    root = _service(tmp_path, "python")
    digest = _wheel(root / "app/wheels")
    (root / "app/requirements.txt").write_text(
        f"--no-index\n--find-links app/wheels\nown==1.0 --hash=sha256:{digest}\n"
    )
    done = _packages_of_python(root)
    assert (done.returncode, done.stderr) == (0, "")
    installed = {path.name for path in (root / "build/packages").iterdir()}
    assert installed - {"__pycache__"} == {"own.py", "own-1.0.dist-info"}
    shutil.rmtree(root / "app/wheels")
    assert _packages_of_python(root).returncode == 0, "nothing has changed, so nothing is asked"

    (root / "app/requirements.txt").write_text("\n")
    assert _packages_of_python(root).returncode == 0
    assert not (root / "build/packages").exists()


def test_another_hash_than_the_locked_one_stops_the_build(tmp_path: Path) -> None:
    root = _service(tmp_path, "python")
    _wheel(root / "app/wheels")
    (root / "app/requirements.txt").write_text(
        f"--no-index\n--find-links app/wheels\nown==1.0 --hash=sha256:{'0' * 64}\n"
    )
    done = _packages_of_python(root)
    assert done.returncode == 1
    assert done.stderr.endswith(
        "app/build.sh: the packages of app/requirements.txt were not installed.\n"
    )
    assert not (root / "build/packages").exists()


UV_LOCK = """
version = 1
requires-python = ">=3.12"

[[package]]
name = "service"
version = "0"
source = { virtual = "." }
dependencies = [
    { name = "web-kit", extra = ["fast"] },
    { name = "colours", marker = "sys_platform == 'win32'" },
]
[package.dev-dependencies]
dev = [{ name = "client" }, { name = "base" }]
[package.metadata]
requires-dist = [{ name = "web-kit", extras = ["fast"] }, { name = "colours" }]

[[package]]
name = "web-kit"
version = "1.0"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "base" }]
wheels = [{ url = "https://example.org/1.whl", hash = "sha256:11" }]
[package.optional-dependencies]
fast = [{ name = "loop", marker = "sys_platform != 'win32'" }]
slow = [{ name = "unused" }]

[[package]]
name = "base"
version = "2.0"
source = { registry = "https://pypi.org/simple" }
wheels = [
    { url = "https://example.org/3.whl", hash = "sha256:33" },
    { url = "https://example.org/2.whl", hash = "sha256:22" },
]

[[package]]
name = "colours"
version = "3.0"
source = { registry = "https://pypi.org/simple" }
wheels = [{ url = "https://example.org/4.whl", hash = "sha256:44" }]

[[package]]
name = "loop"
version = "4.0"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "colours", marker = "os_name == 'nt'" }]
wheels = [{ url = "https://example.org/5.whl", hash = "sha256:55" }]

[[package]]
name = "client"
version = "5.0"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "base" }]
wheels = [{ url = "https://example.org/6.whl", hash = "sha256:66" }]

[[package]]
name = "unused"
version = "6.0"
source = { git = "https://example.org/unused" }
"""
LOCKED = """\
web-kit==1.0 --hash=sha256:11
base==2.0 --hash=sha256:22 --hash=sha256:33
colours==3.0 ; ((sys_platform != 'win32')) and (os_name == 'nt') or (sys_platform == 'win32') --hash=sha256:44
loop==4.0 ; (sys_platform != 'win32') --hash=sha256:55
"""


def _uv_service(folder: Path, lock: str, dependencies: str) -> Path:
    """A service with a lock of uv, and a pip that installs nothing."""
    root = _service(folder, "python")
    (root / "app/uv.lock").write_text(lock)
    (root / "app/pyproject.toml").write_text(
        f"[project]\nname = 'service'\ndependencies = {dependencies}\n"
    )
    (root / "stand-in/pip").mkdir(parents=True)
    (root / "stand-in/pip/__init__.py").write_text("")
    (root / "stand-in/pip/__main__.py").write_text(
        "import os, sys\nos.makedirs(sys.argv[sys.argv.index('--target') + 1])\n"
    )
    return root


@pytest.mark.parametrize(
    ("options", "locked"), [((), LOCKED), (("--tests",), "client==5.0 --hash=sha256:66\n")]
)
def test_uv_lock_is_read_with_markers_extras_and_hashes(
    options: tuple[str, ...], locked: str, tmp_path: Path
) -> None:
    root = _uv_service(tmp_path, UV_LOCK, "['Web_Kit[fast] >= 1', 'colours']")
    done = _packages_of_python(root, *options, PYTHONPATH="stand-in")
    assert (done.returncode, done.stderr) == (0, "")
    assert (root / "build/packages.requirements.txt").read_text() == locked


@pytest.mark.parametrize(
    ("edit", "dependencies", "message"),
    [
        (
            ("", ""),
            "['web-kit', 'sqlalchemy>=2']",
            "app/uv.lock does not have sqlalchemy of app/pyproject.toml."
            " Run `uv lock --project app` and commit the file.",
        ),
        (
            ('registry = "https://pypi.org/simple"', 'git = "https://example.org/web-kit"'),
            "['web-kit']",
            "app/uv.lock: web-kit has no wheel with a hash in an index of packages,"
            " so that it cannot be installed from here.",
        ),
    ],
)
def test_what_a_lock_of_uv_cannot_give_is_one_sentence(
    edit: tuple[str, str], dependencies: str, message: str, tmp_path: Path
) -> None:
    root = _uv_service(tmp_path, UV_LOCK.replace(*edit) if edit[0] else UV_LOCK, dependencies)
    done = _packages_of_python(root, PYTHONPATH="stand-in")
    assert (done.returncode, done.stderr) == (1, f"app/build.sh: {message}\n")


# Java


def _libraries(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return _run(root, "bash", "app/libraries.sh", *options)


def _jar(root: Path, name: str, content: str) -> None:
    jar = root / "app/lib" / name
    jar.parent.mkdir(parents=True, exist_ok=True)
    jar.write_text(content)


@needs_bash
def test_without_libraries_nothing_is_made(tmp_path: Path) -> None:
    root = _service(tmp_path, "java", mvn=MAVEN)
    (root / "app/pom.xml").write_text("<project><build/></project>")
    done = _libraries(root)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (root / "build/libraries").exists()
    assert _log(root, "mvn.log") == []


@needs_bash
def test_a_jar_needs_its_hash(tmp_path: Path) -> None:
    root = _service(tmp_path, "java")
    _jar(root, "b-1.0.jar", "b")
    _jar(root, "a-1.0.jar", "a")
    _jar(root, "test/t-1.0.jar", "t")
    done = _libraries(root)
    assert done.returncode == 1
    assert done.stderr == (
        "app/build.sh: app/lib brings libraries, but app/lib/SHA256SUMS with their"
        " hashes does not exist. Run `app/libraries.sh lock`, and commit the file.\n"
    )
    assert _libraries(root, "lock").returncode == 0
    lock = root / "app/lib/SHA256SUMS"
    assert [line.split()[1] for line in lock.read_text().splitlines()] == [
        "a-1.0.jar",
        "b-1.0.jar",
        "test/t-1.0.jar",
    ]
    lock.write_text(lock.read_text().replace("  ", " *"))  # as `sha256sum --binary` writes it
    assert _libraries(root).returncode == 0
    found = sorted(path.relative_to(root) for path in (root / "build/libraries").rglob("*.jar"))
    assert [path.as_posix().removeprefix("build/libraries/") for path in found] == [
        "a-1.0.jar",
        "b-1.0.jar",
        "test/t-1.0.jar",
    ]


@needs_bash
@pytest.mark.parametrize(
    ("name", "content"), [("a-1.0.jar", "other"), ("a-1.0.jar", ""), ("c-1.0.jar", "c")]
)
def test_another_jar_than_the_locked_ones_stops_the_build(
    name: str, content: str, tmp_path: Path
) -> None:
    root = _service(tmp_path, "java")
    _jar(root, "a-1.0.jar", "a")
    _libraries(root, "lock")
    _jar(root, name, content)
    if not content:
        (root / "app/lib" / name).unlink()
    done = _libraries(root)
    assert done.returncode == 1
    assert name in done.stderr
    assert "run `app/libraries.sh lock`, read the difference, and commit the file" in done.stderr


@needs_bash
def test_maven_resolves_once_and_what_tests_need_is_apart(tmp_path: Path) -> None:
    root = _service(tmp_path, "java", mvn=MAVEN)
    (root / "app/pom.xml").write_text(POM)
    assert _libraries(root, "lock").returncode == 0
    assert [line.split()[1] for line in _log(root, "app/lib/SHA256SUMS")] == [
        "library-1.0.jar",
        "test/junit-4.jar",
    ]
    assert len(_log(root, "mvn.log")) == 2
    assert _libraries(root).returncode == 0
    made = len(_log(root, "mvn.log"))
    assert _libraries(root).returncode == 0
    assert len(_log(root, "mvn.log")) == made, "nothing has changed, so nothing is asked"
    (root / "app/pom.xml").write_text(POM + "\n<!-- another version -->\n")
    assert _libraries(root).returncode == 0
    assert len(_log(root, "mvn.log")) == made + 2


@needs_bash
@pytest.mark.parametrize("build_file", ["build.gradle", "build.gradle.kts"])
def test_gradle_resolves_once_and_what_tests_need_is_apart(build_file: str, tmp_path: Path) -> None:
    root = _service(tmp_path, "java", gradle=GRADLE)
    (root / "app" / build_file).write_text("dependencies {\n}\n")
    done = _libraries(root, "lock")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[1] for line in _log(root, "app/lib/SHA256SUMS")] == [
        "library-1.0.jar",
        "test/junit-4.jar",
    ]
    assert _libraries(root).returncode == 0
    made = len(_log(root, "gradle.log"))
    assert _libraries(root).returncode == 0
    assert len(_log(root, "gradle.log")) == made, "nothing has changed, so nothing is asked"


@needs_bash
@pytest.mark.parametrize(
    ("build_file", "wrapper", "properties"),
    [
        ("pom.xml", "mvnw", ".mvn/wrapper/maven-wrapper.properties"),
        ("build.gradle", "gradlew", "gradle/wrapper/gradle-wrapper.properties"),
        ("build.gradle.kts", "gradlew", "gradle/wrapper/gradle-wrapper.properties"),
    ],
)
def test_a_wrapper_needs_the_hash_of_what_it_downloads(
    build_file: str, wrapper: str, properties: str, tmp_path: Path
) -> None:
    root = _service(tmp_path, "java")
    (root / "app" / build_file).write_text(POM if "pom" in build_file else "dependencies {\n}\n")
    (root / "app" / wrapper).write_text("exit 9\n")
    (root / "app" / properties).parent.mkdir(parents=True)
    (root / "app" / properties).write_text("distributionUrl=https://example.org/tool.zip\n")
    done = _libraries(root)
    assert done.returncode == 1
    assert f"app/build.sh: app/{properties} has no distributionSha256Sum" in done.stderr
    (root / "app" / properties).write_text("distributionSha256Sum=0123\n")
    assert _libraries(root).returncode == 9, "now the wrapper is started"


# Image and updates


@pytest.mark.parametrize(
    ("runtime", "kept_out", "caches"),
    [
        ("node", {"**/node_modules"}, ["/root/.npm"]),
        ("python", {"app/.venv", "**/__pycache__"}, ["/root/.cache/pip"]),
        ("java", {"app/target", "app/build", "app/.gradle"}, ["/root/.m2", "/root/.gradle"]),
        ("go", set(), ["/root/.cache/go-build", "/go/pkg/mod"]),
    ],
)
def test_the_image_build_caches_downloads_and_takes_no_installed_packages(
    runtime: str, kept_out: set[str], caches: list[str], pristine: Repository
) -> None:
    root = pristine(runtime=runtime)
    ignored = (root / ".dockerignore").read_text().splitlines()
    assert kept_out == set(ignored[ignored.index("app/README.md") + 1 :])
    build = next(
        line for line in (root / "Dockerfile").read_text().splitlines() if "app/test.sh" in line
    )
    assert build == (
        "RUN " + " ".join(f"--mount=type=cache,target={cache}" for cache in caches) + " app/test.sh"
        if runtime != "go"
        else "RUN --mount=type=cache,target=/root/.cache/go-build"
        " --mount=type=cache,target=/go/pkg/mod app/test.sh"
    )


@pytest.mark.parametrize("runtime", ["java", "python", "node", "go"])
def test_renovate_groups_the_packages_of_the_service(runtime: str, pristine: Repository) -> None:
    renovate = json.loads((pristine(runtime=runtime) / "renovate.json").read_text())
    rules = [rule for rule in renovate["packageRules"] if rule.get("matchFileNames") == ["app/**"]]
    assert [rule["groupName"] for rule in rules] == ["packages of the service"]
    compiled = renovate["pip-compile"]["managerFilePatterns"]
    service = ["/^app/requirements(-dev)?\\.txt$/"] if runtime == "python" else []
    assert compiled == ["/^ci/scaffolder\\.txt$/", *service]
