"""The surroundings of a pipeline.

An origin to clone, a real registry, a cluster for each environment, and a chat.

Real: git, bash, make, the linters, helm, kubectl, the registry (Debian's docker-registry), and the build of the image where
buildah can run (`stand_ins/build_image.py` hands docker's arguments to it; else it writes an image without a program). Stand-ins, each
named: the base images (`base_images`), the bill of materials, crane (`stand_ins/crane.py`, which speaks to the real registry), cosign (remembers what it
signed, and verifies nothing else), trivy, mise, and the clusters (`control_plane`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import base_images
import lab
from control_plane import server
from control_plane.pods import PODS
from control_plane.server import ControlPlane
from support import ROOT

ENVIRONMENTS = ("dev", "qa", "prod")
RUNNERS = ROOT / ".pipelines"
SERVICE = "my-service"
GITLAB_CI_LOCAL = "gitlab-ci-local/node_modules/gitlab-ci-local/dist/index.js"
_STAND_INS = ROOT / "tests/stand_ins"
_MISE = "#!/bin/sh\nexit 0\n"

_COSIGN = """#!/bin/sh
for last; do :; done
case "$1" in
  sign) echo "$last" >>"{folder}/signed" ;;
  verify) grep -qxF "$last" "{folder}/signed" ;;
esac
"""
_CURL = """#!/bin/sh
# The one download of a pipeline is mise; what it would install is here already.
case "$*" in
  *github.com/jdx/mise*)
    while [ "$1" != --output ]; do shift; done
    exec cp "{folder}/mise" "$2" ;;
esac
exec {curl} "$@"
"""
_BY_ENVIRONMENT = """#!/bin/sh
# A secret of an environment, which this runner does not have: which cluster is meant.
if [ -n "$ENVIRONMENT" ]; then export KUBECONFIG="{folder}/$ENVIRONMENT.kubeconfig"; fi
exec {program} "$@"
"""


def missing(*runners: str) -> str:
    """Return why no pipeline can run here, or ""."""
    reason = lab.missing()
    programs = ["docker-registry", "promtool", "amtool"]
    programs += ["rsync"] if GITLAB_CI_LOCAL in runners else []
    absent = [name for name in programs if not shutil.which(name)]
    absent += [
        f"{name} (make .pipelines/.ready)" for name in runners if not (RUNNERS / name).exists()
    ]
    return reason or (f"not installed: {', '.join(absent)}" if absent else "")


@dataclass
class PipelineLab:
    """An origin with one commit on main, and everything that its pipeline reaches."""

    folder: Path
    origin: Path
    commit: str
    image: str
    chat_url: str
    planes: dict[str, ControlPlane]
    kubeconfigs: dict[str, Path]
    chat: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The PATH of a job."""
        return os.pathsep.join(
            [str(self.folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
        )

    @property
    def home(self) -> Path:
        """The HOME of a job."""
        return self.folder / "home"

    def clone(self, name: str) -> Path:
        """Clone the origin again, as a job does."""
        place = self.folder / "clones" / name
        git = ["git", "clone", "--quiet", str(self.origin), str(place)]
        subprocess.run(git, check=True, capture_output=True)
        return place

    def run(
        self, words: list[str], cwd: Path, variables: Mapping[str, str], seconds: float = 900
    ) -> subprocess.CompletedProcess[str]:
        """Run a command with exactly these variables beside PATH and HOME."""
        base = {
            "PATH": self.path,
            "HOME": str(self.home),
            "GIT_CONFIG_GLOBAL": str(self.home / "gitconfig"),
        }
        return subprocess.run(
            words,
            cwd=cwd,
            env={**base, **variables},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def pushed(self) -> list[str]:
        """Return the tags of the image in the registry."""
        host, _, name = self.image.partition("/")
        with urllib.request.urlopen(f"http://{host}/v2/{name}/tags/list", timeout=10) as answer:
            return list(json.load(answer)["tags"])

    def digest(self) -> str:
        """Return the digest that the registry has for the commit."""
        crane = [
            sys.executable,
            str(_STAND_INS / "crane.py"),
            "digest",
            f"{self.image}:{self.commit}",
        ]
        return subprocess.run(crane, check=True, capture_output=True, text=True).stdout.strip()

    def serves(self) -> dict[str, set[str]]:
        """Return the digests that run in each environment."""
        served = {}
        for environment, plane in self.planes.items():
            pods = plane.api.storage.select(PODS, SERVICE)
            images = {
                pod["spec"]["containers"][0]["image"]
                for pod in pods
                if pod["metadata"].get("ownerReferences")
            }
            served[environment] = {image.rpartition("@")[2] for image in images}
        return served

    def proved(self) -> None:
        """Assert that one digest went through everything: one image, signed, in each environment, and told of."""
        digest = self.digest()
        assert self.pushed() == [self.commit]
        assert self.serves() == {environment: {digest} for environment in ENVIRONMENTS}
        assert (self.folder / "signed").read_text().splitlines() == [f"{self.image}@{digest}"]
        told = [text for text in self.chat if text.startswith(":white_check_mark:")]
        assert [next(e for e in ENVIRONMENTS if f" {e} runs" in text) for text in told] == [
            *ENVIRONMENTS
        ]


class _Images(dict[str, str]):
    """The commit of an image, asked of the registry: what the service in it answers to /info."""

    def __init__(self, image: str) -> None:
        super().__init__()
        self._host, _, self._name = image.partition("/")

    def get(self, key: str, default: Any = None) -> Any:
        """Return the commit in the image of this digest."""
        index = self._read(f"manifests/{key}")
        manifest = self._read(f"manifests/{index['manifests'][0]['digest']}")
        config = self._read(f"blobs/{manifest['config']['digest']}")
        [revision] = [entry for entry in config["config"]["Env"] if entry.startswith("REVISION=")]
        return revision.removeprefix("REVISION=")

    def _read(self, path: str) -> Any:
        kinds = (
            "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json"
        )
        request = urllib.request.Request(f"http://{self._host}/v2/{self._name}/{path}")
        request.add_header("Accept", kinds)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


@contextmanager
def opened(
    repository: Path, folder: Path, *, by_environment: bool = False
) -> Iterator[PipelineLab]:
    """Open a lab on a repository. With `by_environment`, helm and kubectl know the cluster by ENVIRONMENT."""
    with ExitStack() as stack:
        image = f"{stack.enter_context(_registry(folder))}/{SERVICE}"
        planes: dict[str, ControlPlane] = {}
        kubeconfigs: dict[str, Path] = {}
        for environment in ENVIRONMENTS:
            place = folder / environment
            place.mkdir()
            plane = stack.enter_context(server.running(place))
            for name in lab.PLATFORM:
                plane.api.admit_text((repository / f"platform/{name}.yaml").read_text("utf-8"))
            file = folder / f"{environment}.kubeconfig"
            kubeconfigs[environment] = plane.kubeconfig(file, lab.DEPLOYERS, SERVICE)
            plane.pods.revisions = _Images(image)
            plane.pods.runtime = lab.runtime_of(repository)
            planes[environment] = plane
        storage = stack.enter_context(_base_images(folder)) if builds() else None
        _programs(folder, by_environment=by_environment, storage=storage)
        chat: list[str] = []
        chat_url = stack.enter_context(lab.listening(chat))
        origin, commit = _origin(repository, folder)
        yield PipelineLab(folder, origin, commit, image, chat_url, planes, kubeconfigs, chat)


def builds() -> bool:
    """Return whether an image can be built here: buildah in a chroot needs root."""
    return bool(shutil.which("buildah")) and hasattr(os, "geteuid") and os.geteuid() == 0


@contextmanager
def _base_images(folder: Path) -> Iterator[Path]:
    """Make the base images of a service in Node.js; yields the folder of buildah's storage."""
    storage = folder / "buildah"
    storage.mkdir()
    buildah = base_images.Buildah(storage)
    try:
        base_images.make_bases(buildah, base_images.of_node(_node()), storage / "base")
        yield storage
    finally:
        buildah.done("rm", "--all")
        buildah.done("rmi", "--all", "--force")


def _node() -> str:
    node = RUNNERS / "node/bin/node"
    return str(node) if node.exists() else shutil.which("node") or ""


def node_version() -> str:
    """Return the major version of Node.js that builds the service and is in its base image."""
    said = subprocess.run([_node(), "--version"], check=True, capture_output=True, text=True)
    return said.stdout.strip().removeprefix("v").partition(".")[0]


def _programs(folder: Path, *, by_environment: bool, storage: Path | None) -> None:
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    (folder / "home").mkdir()
    (folder / "home/gitconfig").write_text("[safe]\n\tdirectory = *\n", encoding="utf-8")
    (folder / "signed").write_text("", encoding="utf-8")
    (folder / "mise").write_text(_MISE, encoding="utf-8")

    def script(name: str, text: str) -> None:
        (bin_folder / name).write_text(text, encoding="utf-8")
        (bin_folder / name).chmod(0o755)

    for name, program in (("helm", "helm4"), ("kubectl", "kubectl")):
        real = lab.PROGRAMS / program
        if by_environment:
            script(name, _BY_ENVIRONMENT.format(folder=folder, program=real))
        else:
            (bin_folder / name).symlink_to(real)
    build = f"{_STAND_INS / 'build_image.py'}{f' --buildah {storage}' if storage else ''}"
    for name in ("docker", "buildctl"):
        script(name, f'#!/bin/sh\nexec {sys.executable} -S {build} "$@"\n')
    script("crane", f'#!/bin/sh\nexec {sys.executable} -S {_STAND_INS / "crane.py"} "$@"\n')
    script("cosign", _COSIGN.format(folder=folder))
    script("curl", _CURL.format(folder=folder, curl=shutil.which("curl")))
    for name in ("trivy", "mise"):
        script(name, _MISE)
    node = RUNNERS / "node/bin/node"
    if node.exists():
        (bin_folder / "node").symlink_to(node)


def _origin(repository: Path, folder: Path) -> tuple[Path, str]:
    """Commit the repository and push it to a bare one; only the checksum of mise is that of its stand-in."""
    root = folder / "origin-work"
    shutil.copytree(repository, root, symlinks=True)
    settings = root / "ci/settings.sh"
    checksum = hashlib.sha256(_MISE.encode()).hexdigest()
    lines = [
        f'MISE_SHA256="{checksum}"' if line.startswith("MISE_SHA256=") else line
        for line in settings.read_text(encoding="utf-8").splitlines()
    ]
    settings.write_text("\n".join([*lines, ""]), encoding="utf-8")
    git = ["git", "-c", "user.name=test", "-c", "user.email=test@example.com"]
    for words in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "--all"],
        ["commit", "--quiet", "--message", "first"],
    ):
        subprocess.run([*git, *words], cwd=root, check=True)
    origin = folder / f"{SERVICE}.git"
    subprocess.run([*git, "clone", "--quiet", "--bare", str(root), str(origin)], check=True)
    head = subprocess.run(
        [*git, "rev-parse", "HEAD"], cwd=root, check=True, capture_output=True, text=True
    )
    return origin, head.stdout.strip()


@contextmanager
def _registry(folder: Path) -> Iterator[str]:
    """Run Debian's registry on a free port; yields its host."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    config = folder / "registry.yml"
    storage = f"storage: {{filesystem: {{rootdirectory: {folder}/registry}}}}"
    config.write_text(f"version: 0.1\n{storage}\nhttp: {{addr: '{host}'}}\n", encoding="utf-8")
    started = subprocess.Popen(
        ["docker-registry", "serve", str(config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"http://{host}/v2/", timeout=1),
            ):
                break
            time.sleep(0.1)
        yield host
    finally:
        started.terminate()
        started.wait(10)
