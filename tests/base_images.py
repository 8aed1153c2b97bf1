"""Stand-ins for the base images of the generated Dockerfiles, for buildah, so that no registry is asked.

A stand-in has the name of the real base image and the runtime of this machine, with the few programs that a build needs.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

BUILD_PROGRAMS = (
    *(
        "bash",
        "cat",
        "chmod",
        "comm",
        "cp",
        "dirname",
        "env",
        "find",
        "fold",
        "grep",
        "head",
        "ls",
        "mkdir",
        "mv",
        "od",
        "rm",
        "sed",
        "sha256sum",
    ),
    *("sort", "touch", "uname", "xargs"),
)
"""Programs of their build image that the scripts of every runtime may use."""


@dataclass(frozen=True)
class Base:
    """The runtime of this machine, as the base images hold it."""

    runtime: str
    version: str
    trees: Mapping[str, Path]
    environment: Mapping[str, str]

    @property
    def images(self) -> dict[str, bool]:
        """Names of the base images of the generated Dockerfile, and whether the image holds anything at all."""
        return {
            "java": {
                f"docker.io/library/eclipse-temurin:{self.version}-jdk-noble": True,
                f"docker.io/library/eclipse-temurin:{self.version}-jre-noble": True,
            },
            "python": {f"docker.io/library/python:{self.version}-slim-trixie": True},
            "node": {f"docker.io/library/node:{self.version}-trixie-slim": True},
            "go": {
                f"docker.io/library/golang:{self.version}-trixie": True,
                "gcr.io/distroless/static-debian13:nonroot": False,
            },
        }[self.runtime]


def _java() -> Base:
    javac = shutil.which("javac")
    if not javac:
        pytest.skip("no JDK is installed")
    home = Path(javac).resolve().parent.parent
    version = re.search(r'^JAVA_VERSION="(?:1\.)?(\d+)', (home / "release").read_text(), re.M)
    assert version
    path = "/opt/java/openjdk/bin:/usr/bin"
    return Base(
        "java",
        version[1],
        {"opt/java/openjdk": home},
        {"JAVA_HOME": "/opt/java/openjdk", "PATH": path},
    )


def _python() -> Base:
    version = "{}.{}".format(*sys.version_info)
    library = Path(sysconfig.get_path("stdlib", vars={"installed_base": sys.base_prefix}))
    program = Path(sys.base_prefix) / f"bin/python{version}"
    trees = {
        f"usr/local/lib/python{version}": library,
        "usr/local/bin/python3": program,
        "usr/local/bin/python": program,
    }
    shared = Path(sysconfig.get_config_var("LIBDIR")) / str(sysconfig.get_config_var("INSTSONAME"))
    if shared.suffix != ".a" and shared.is_file():
        trees[f"usr/lib/{shared.name}"] = shared
    # Wheels with compiled parts load them, and the real image has them.
    for name in ("gcc_s.so.1", "rt.so.1", "m.so.6", "dl.so.2", "pthread.so.0"):
        for library in Path("/usr/lib").glob(f"*/lib{name}"):
            trees[library.as_posix().lstrip("/")] = library
    return Base("python", version, trees, {"PATH": "/usr/local/bin:/usr/bin"})


def _node() -> Base:
    node = shutil.which("node")
    if not node:
        pytest.skip("node is not installed")
    return of_node(node)


def of_node(node: str) -> Base:
    """Return what the base images of a service in Node.js hold, given the program."""
    version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout
    major = version.strip().removeprefix("v").split(".")[0]
    if int(major) < 22:
        pytest.skip(f"the image starts Node.js 22 or newer, and node on PATH is {version.strip()}")
    trees = {"usr/local/bin/node": Path(node).resolve()}
    # The npm of tools/real_node.py; that of a distribution is spread over its folders.
    home = Path(node).resolve().parent.parent
    if (home / "lib/node_modules/npm").is_dir():
        trees["usr/local/lib/node_modules/npm"] = home / "lib/node_modules/npm"
        trees["usr/local/bin/npm"] = home / "bin/npm"
    return Base("node", major, trees, {"PATH": "/usr/local/bin:/usr/bin"})


def _go() -> Base:
    go = shutil.which("go", path=f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}")
    if not go:
        pytest.skip("go is not installed")
    said = subprocess.run(
        [go, "env", "GOROOT", "GOVERSION"], check=True, capture_output=True, text=True
    ).stdout
    home, version = said.splitlines()
    short = ".".join(version.removeprefix("go").split(".")[:2])
    environment = {"PATH": "/usr/local/go/bin:/usr/bin", "GOPATH": "/go", "GOTOOLCHAIN": "local"}
    return Base("go", short, {"usr/local/go": Path(home)}, environment)


BASES: Mapping[str, Callable[[], Base]] = {
    "java": _java,
    "python": _python,
    "node": _node,
    "go": _go,
}


class Buildah:
    """buildah with images and containers of its own, in one folder that is thrown away."""

    def __init__(self, home: Path) -> None:
        self.storage = ("--root", str(home / "storage"), "--runroot", str(home / "run"))
        # The caches of a build go there too, and are gone with the rest.
        self.environment = {**os.environ, "TMPDIR": str(home)}

    def argv(self, command: str, *arguments: str) -> list[str]:
        isolation = ("--isolation", "chroot") if command in {"build", "run"} else ()
        return ["buildah", *self.storage, command, *isolation, *arguments]

    def done(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        argv = self.argv(command, *arguments)
        return subprocess.run(
            argv, env=self.environment, capture_output=True, text=True, timeout=600
        )

    def said(self, command: str, *arguments: str) -> str:
        done = self.done(command, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def build(
        self, root: Path, tag: str, *, revision: str, created: str
    ) -> subprocess.CompletedProcess[str]:
        """Build the repository at `root` as `make build` does, with the tag only; no registry is asked."""
        version_file = next(root.glob(".*-version"))
        name = version_file.name[1:].replace("-", "_").upper()
        values = {name: version_file.read_text().strip(), "REVISION": revision, "CREATED": created}
        arguments = [
            text for key, value in values.items() for text in ("--build-arg", f"{key}={value}")
        ]
        return self.done(
            "build", "--pull-never", "--format", "docker", *arguments, "--tag", tag, str(root)
        )

    def config(self, tag: str) -> dict[str, Any]:
        """Return the image's configuration, as Docker has it."""
        inspected = json.loads(self.said("inspect", "--type", "image", tag))
        config: dict[str, Any] = inspected["Docker"]["config"]
        return config


def make_bases(buildah: Buildah, base: Base, folder: Path) -> None:
    """Images with the names of the base images: the programs of a build, the runtime, and the libraries of both."""
    programs = [
        Path(found).resolve()
        for name in BUILD_PROGRAMS
        if (found := shutil.which(name, path="/usr/bin:/bin"))
    ]
    for name, program in zip(BUILD_PROGRAMS, programs, strict=True):
        _copy(program, folder / "usr/bin" / name)
    (folder / "usr/bin/sh").symlink_to("bash")
    (folder / "bin").symlink_to("usr/bin")
    (folder / "tmp").mkdir(mode=0o777)
    (folder / "tmp").chmod(0o1777)
    (folder / "root").mkdir()
    (folder / "etc").mkdir()
    (folder / "etc/passwd").write_text(
        "root:x:0:0:root:/root:/bin/sh\n"
    )  # from it comes HOME, and where Go caches
    for target, source in base.trees.items():
        _copy(source, folder / target)
    for library in _libraries(folder):
        _copy(library, folder / str(library).lstrip("/"))
    for name, filled in base.images.items():
        container = buildah.said("from", "scratch")
        if filled:
            buildah.said("add", "--quiet", container, str(folder), "/")
        for variable, value in base.environment.items():
            buildah.said("config", "--env", f"{variable}={value}", container)
        buildah.said("commit", "--quiet", "--rm", container, name)
    shutil.rmtree(folder)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not source.is_dir():
        shutil.copy2(source, target)
        return
    unused = shutil.ignore_patterns(
        *(
            "site-packages",
            "__pycache__",
            "test",
            "tests",
            "idlelib",
            "ensurepip",
            "tkinter",
            "lib2to3",
            "config-*",
        ),
        *("*.a", "src.zip", "jmods", "legal", "man", "demo", "misc", "api", "doc"),
    )
    shutil.copytree(source, target, ignore=unused, ignore_dangling_symlinks=True)


def _libraries(folder: Path) -> set[Path]:
    """The shared libraries of this machine that the programs and libraries below `folder` need."""
    linked = [str(path) for path in folder.rglob("*") if path.is_file() and _is_elf(path)]
    said = subprocess.run(["ldd", *linked], capture_output=True, text=True).stdout
    found = {Path(path) for path in re.findall(r"(?:=> |^\t)(/\S+) \(0x", said, re.M)}
    return {path for path in found if not path.is_relative_to(folder)}


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"
