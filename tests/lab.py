"""A repository with real helm and kubectl, a stand-in for the cluster behind them, and a chat that listens.

The scripts of `ci/` run as a pipeline runs them: in a fresh clone, with exactly the environment that is given. cosign and
crane are stand-ins, because nothing here may sign; what else is none is named by who uses this.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from control_plane import helm_provider, server
from control_plane.pods import PODS, Fate
from control_plane.server import ControlPlane
from control_plane.workloads import DEPLOYMENTS
from rbac import Identity
from support import ROOT

IMAGE = "registry.example.com/my-service"
PROGRAMS = ROOT / ".helm"
PLATFORM = ("namespace", "default-deny", "deployer-role", "resourcequota", "limitrange")
DEPLOYERS = Identity("pipeline", ("my-service-deployers", "system:authenticated"))
SHORT = "8s"
"""How long Helm waits here for pods: what takes a real cluster minutes takes the stand-in one second."""


def missing(*, terraform: bool = False) -> str:
    """Return why nothing can run here, or ""."""
    names = ["bash", "curl", "git", "jq", "make", "openssl", *(["terraform"] if terraform else [])]
    absent = [name for name in names if not shutil.which(name)]
    absent += [name for name in ("helm3", "helm4", "kubectl") if not (PROGRAMS / name).is_file()]
    return (
        f"not installed: {', '.join(absent)}; `make .helm/.ready` brings helm and kubectl"
        if absent
        else ""
    )


def digest(letter: str) -> str:
    """Return a digest that is easy to tell from another one."""
    return f"sha256:{letter * 64}"


@dataclass
class Lab:
    """A repository in which `deploy` runs, and what it runs against."""

    root: Path
    plane: ControlPlane
    environment: dict[str, str]
    chat: list[str] = field(default_factory=list)

    def commit(self, text: str) -> str:
        """Make a commit on main, known to be merged, and return it."""
        (self.root / "CHANGES").write_text(text, encoding="utf-8")
        self._git("add", "--all")
        self._git("commit", "--quiet", "--message", text)
        self._git("update-ref", "refs/remotes/origin/main", "HEAD")
        return self._git("rev-parse", "HEAD")

    def _git(self, *words: str) -> str:
        git = ["git", "-c", "user.name=test", "-c", "user.email=test@example.com", *words]
        return subprocess.run(
            git, cwd=self.root, check=True, capture_output=True, text=True
        ).stdout.strip()

    def image(self, letter: str, fate: Fate | None = None) -> dict[str, str]:
        """Build nothing, but set the fate of an image; returns the variables that deploy it."""
        revision = self.commit(f"image {letter}")
        self.plane.pods.revisions[digest(letter)] = revision
        self.plane.pods.fates[digest(letter)] = fate or Fate()
        return {"DIGEST": digest(letter), "REVISION": revision}

    def make(self, target: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a target to its end."""
        started = self.start(target, **variables)
        out, err = started.communicate(timeout=120)
        return subprocess.CompletedProcess(started.args, started.returncode, out, err)

    def start(self, target: str, **variables: str) -> subprocess.Popen[str]:
        """Start a target in a process group of its own."""
        return subprocess.Popen(
            ["make", "--silent", *target.split()],
            cwd=self.root,
            env={**self.environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def cut_off(self, started: subprocess.Popen[str]) -> None:
        """End a run as a pipeline ends one that was cancelled: everything at once, with no farewell."""
        os.killpg(started.pid, signal.SIGKILL)
        started.communicate(timeout=10)

    def helm(self, *words: str) -> str:
        """Run helm as the pipeline, and return what it prints."""
        done = subprocess.run(
            ["helm", *words, "--namespace", "my-service"],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.stdout + done.stderr

    def status(self) -> str:
        """Return the status of the newest release, or ""."""
        told = self.helm("history", "my-service", "--output", "json")
        return str(json.loads(told)[-1]["status"]) if told.startswith("[") else ""

    def wait_for(self, status: str) -> None:
        """Wait until the newest release has this status."""
        end = time.monotonic() + 30
        while self.status() != status:
            assert time.monotonic() < end, f"the release is {self.status()!r}, never {status!r}"
            time.sleep(0.2)

    def runs(self) -> set[str]:
        """Return the digests of the pods that serve."""
        pods = self.plane.api.storage.select(PODS, "my-service")
        return {
            pod["spec"]["containers"][0]["image"].rpartition("@")[2]
            for pod in pods
            if pod["metadata"].get("ownerReferences") and pod["status"]["phase"] == "Running"
        }

    def objects(self) -> list[str]:
        """Return what is in the namespace but what an administrator put there, as kind/name."""
        owned = (
            "Deployment",
            "Pod",
            "ReplicaSet",
            "Secret",
            "Service",
            "ConfigMap",
            "PodDisruptionBudget",
        )
        return sorted(
            f"{one['kind']}/{one['metadata']['name']}"
            for one in self.plane.api.storage.objects.values()
            if one["kind"] in owned
        )

    @property
    def deployment(self) -> dict[str, Any] | None:
        """The Deployment as the cluster has it."""
        return self.plane.api.storage.get(DEPLOYMENTS, "my-service", "my-service")


@contextmanager
def opened(repository: Path, folder: Path, way: str) -> Iterator[Lab]:
    """Open a lab on a copy of a repository; the way is helm3, helm4 or terraform."""
    root = folder / "my-service"
    shutil.copytree(repository, root, symlinks=True)
    programs = folder / "bin"
    programs.mkdir()
    (programs / "helm").symlink_to(PROGRAMS / ("helm4" if way == "helm4" else "helm3"))
    (programs / "kubectl").symlink_to(PROGRAMS / "kubectl")
    for name in ("cosign", "crane"):
        (programs / name).write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main"], cwd=root, check=True)
    with ExitStack() as stack:
        plane = stack.enter_context(server.running(folder))
        for name in PLATFORM:
            plane.api.admit_text((root / f"platform/{name}.yaml").read_text(encoding="utf-8"))
        kubeconfig = plane.kubeconfig(folder / "kubeconfig", DEPLOYERS, "my-service")
        environment = {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "KUBECONFIG": str(kubeconfig),
            "ENVIRONMENT": "dev",
            "IMAGE": IMAGE,
            "TIMEOUT": SHORT,
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        lab = Lab(root, plane, environment)
        environment["CHAT_WEBHOOK_URL"] = stack.enter_context(listening(lab.chat))
        plane.pods.runtime = runtime_of(root)
        if way == "terraform":
            (root / "terraform/deploy/.terraform.lock.hcl").write_text("# pinned\n")
            provider = helm_provider.serving(PROGRAMS / "helm3", root / "terraform/deploy", SHORT)
            environment |= stack.enter_context(provider)
        yield lab


def runtime_of(root: Path) -> str:
    """Return the version of the runtime that a repository states."""
    settings = (root / "ci/settings.sh").read_text(encoding="utf-8")
    line = next(line for line in settings.splitlines() if line.startswith("RUNTIME_FILE="))
    return (root / line.split('"')[1]).read_text(encoding="utf-8").strip()


@contextmanager
def listening(messages: list[str]) -> Iterator[str]:
    """Listen for messages to a chat, and yield the address to send them to."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            messages.append(body["text"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.server_address[1]}/hook"
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join(10)


def skip_unless_ready(*, terraform: bool = False) -> None:
    """Skip a test visibly where its programs are not there."""
    reason = missing(terraform=terraform)
    if reason:
        pytest.skip(reason)
