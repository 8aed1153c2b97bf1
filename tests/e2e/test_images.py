"""The generated Dockerfiles, built and run: buildah builds them, unchanged, on stand-ins for their base images.

A stand-in has the name of the real base image and the runtime of this machine, with the few
programs that a build needs, so no registry is asked. `.<runtime>-version` has the machine's
version; that a build with another version stops is a test. Needs Linux, root and buildah (`apt
install buildah`), and minutes rather than seconds: `make images` runs it.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from base_images import BASES, Base, Buildah, make_bases
from support import Repository

pytestmark = [
    pytest.mark.images,
    pytest.mark.skipif(not shutil.which("buildah"), reason="buildah is not installed"),
    pytest.mark.skipif(
        not hasattr(os, "geteuid") or os.geteuid() != 0, reason="buildah in a chroot needs root"
    ),
]

REVISION = "4f1d0c2b5a6978800123456789abcdef01234567"
CREATED = "2026-01-02T03:04:05Z"


@dataclass(frozen=True)
class Image:
    """An image made of a generated repository, on stand-ins of its base images."""

    base: Base
    buildah: Buildah
    root: Path
    tag: str
    config: dict[str, Any]


@pytest.fixture(
    scope="module",
    params=[pytest.param(r, marks=pytest.mark.xdist_group(f"image-{r}")) for r in BASES],
)
def image(
    request: pytest.FixtureRequest, pristine: Repository, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Image]:
    """The image of one runtime; all tests of this file look at it."""
    base = BASES[request.param]()
    home = tmp_path_factory.mktemp("images")
    buildah = Buildah(home)
    try:
        make_bases(buildah, base, home / "base")
        root = Path(
            shutil.copytree(pristine(runtime=base.runtime), home / "my-service", symlinks=True)
        )
        (root / f".{base.runtime}-version").write_text(f"{base.version}\n")
        done = buildah.build(root, "my-service", revision=REVISION, created=CREATED)
        assert done.returncode == 0, done.stdout + done.stderr
        yield Image(base, buildah, root, "my-service", buildah.config("my-service"))
    finally:
        buildah.done("rm", "--all")
        buildah.done("rmi", "--all", "--force")
        shutil.rmtree(home)


def test_only_the_service_is_said_to_run(image: Image) -> None:
    assert image.config["User"] == "10001:10001"
    assert image.config["ExposedPorts"] == {"8080/tcp": {}}
    assert image.config["Entrypoint"]
    assert not image.config.get("Cmd")
    assert not image.config.get("Volumes")


def test_labels_say_what_it_was_made_of(image: Image) -> None:
    labels = {
        name: value
        for name, value in image.config["Labels"].items()
        if not name.startswith("io.buildah")
    }
    assert labels == {
        "org.opencontainers.image.title": "my-service",
        "org.opencontainers.image.source": "https://github.com/example-org/my-service",
        "org.opencontainers.image.version": REVISION,
        "org.opencontainers.image.revision": REVISION,
        "org.opencontainers.image.created": CREATED,
    }


def test_environment_names_service_and_revision(image: Image) -> None:
    environment = dict(entry.split("=", 1) for entry in image.config["Env"])
    assert (environment["SERVICE_NAME"], environment["REVISION"], environment["PORT"]) == (
        "my-service",
        REVISION,
        "8080",
    )


def test_the_service_can_change_nothing_but_tmp(image: Image) -> None:
    container = image.buildah.said("from", image.tag)
    root = Path(image.buildah.said("mount", container))
    assert [path for path in _writable(root, user=10001) if path.split("/")[0] != "tmp"] == []
    image.buildah.said("rm", container)


def test_sources_and_tests_stay_out(image: Image) -> None:
    container = image.buildah.said("from", image.tag)
    root = Path(image.buildah.said("mount", container))
    assert not (root / "src").exists()
    ours = (
        {path.name for path in (root / "app").rglob("*")}
        if (root / "app").exists()
        else {"service"}
    )
    assert {name for name in ours if "test" in name.lower()} == set()
    image.buildah.said("rm", container)


def test_it_starts_is_healthy_and_stops_with_zero(image: Image, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    container = image.buildah.said("from", image.tag)
    settings = ("--env", f"PORT={port}", "--env", "DRAIN_SECONDS=5")
    healthcheck = image.config["Healthcheck"]["Test"]
    assert healthcheck[0] == "CMD"
    tests = yaml.safe_load((image.root / "helm/my-service/values.yaml").read_text())["tests"][
        "command"
    ]
    url = f"http://127.0.0.1:{port}"

    def exit_code(*argv: str) -> int:
        return image.buildah.done("run", *settings, container, "--", *argv).returncode

    assert exit_code(*healthcheck[1:]) == 1
    argv = image.buildah.argv("run", *settings, container, "--", *image.config["Entrypoint"])
    output = tmp_path / "output.txt"
    with output.open("w") as out:
        running = subprocess.Popen(
            argv, env=image.buildah.environment, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        assert _answers(port, running), output.read_text()
        info = json.loads(_get(port, "/info"))
        assert info["revision"] == REVISION
        assert info["runtime"]["version"].startswith(image.base.version)
        assert exit_code(*healthcheck[1:]) == 0
        assert exit_code(*tests, f"{url}/info") == 0
        assert exit_code(*tests, f"{url}/nothing-here") == 1
        os.kill(_youngest(running.pid), signal.SIGTERM)
        assert running.wait(timeout=20) == 0, output.read_text()
        assert json.loads(output.read_text().splitlines()[-1])["message"] == "stopped"
    finally:
        if running.poll() is None:
            os.kill(_youngest(running.pid), signal.SIGKILL)
        running.wait(timeout=20)


def test_another_version_of_the_runtime_stops_the_build(image: Image, tmp_path: Path) -> None:
    """The base image's tag is right and what is in it is not: the version file decides."""
    root = Path(
        shutil.copytree(
            image.root,
            tmp_path / "my-service",
            symlinks=True,
            ignore=shutil.ignore_patterns("build"),
        )
    )
    other = {"java": "8", "python": "3.9", "node": "18", "go": "1.20"}[image.base.runtime]
    for name in image.base.images:
        image.buildah.said("tag", name, name.replace(f":{image.base.version}-", f":{other}-"))
    (root / f".{image.base.runtime}-version").write_text(f"{other}\n")
    done = image.buildah.build(root, "wrong", revision=REVISION, created=CREATED)
    assert done.returncode != 0
    assert "version" in re.findall(r"STEP \d+/\d+: (RUN .*)", done.stdout)[-1]


def test_a_failing_unit_test_stops_the_build(image: Image, tmp_path: Path) -> None:
    root = Path(
        shutil.copytree(
            image.root,
            tmp_path / "my-service",
            symlinks=True,
            ignore=shutil.ignore_patterns("build"),
        )
    )
    routes = {"java": "Routes.java", "python": "routes.py", "node": "routes.js", "go": "routes.go"}[
        image.base.runtime
    ]
    (source,) = root.glob(f"app/**/{routes}")
    source.write_text(source.read_text().replace("Hello from ", "Good night, "))
    done = image.buildah.build(root, "failing", revision=REVISION, created=CREATED)
    assert done.returncode != 0
    assert "app/test.sh" in re.findall(r"STEP \d+/\d+: (RUN .*)", done.stdout)[-1]


def _writable(root: Path, user: int) -> Iterator[str]:
    """Files and folders of an image that this user may change, relative to its root."""
    for path in sorted(root.rglob("*")):
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            continue
        if status.st_mode & stat.S_IWOTH or user in {status.st_uid, status.st_gid}:
            yield path.relative_to(root).as_posix()


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    """Whether something answers on `port` within 30 seconds and before `process` ends."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            _get(port, "/readyz")
        except OSError:
            time.sleep(0.1)
        else:
            return True
    return False


def _get(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def _youngest(pid: int) -> int:
    """The last process of the chain that starts with `pid`: buildah starts the service through two of its own."""
    while True:
        threads = Path(f"/proc/{pid}/task").glob("*/children")
        children = [child for thread in threads for child in thread.read_text().split()]
        if not children:
            return pid
        pid = int(children[0])
