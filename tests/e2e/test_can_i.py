"""`kubectl auth can-i` on the cluster of a platform: each pipeline is asked for its own namespace, and for the others.

The platform's script brings what the list needs with a real kubectl; the cluster is the stand-in of `tests/control_plane`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import lab
import pytest
from company import PLATFORM, SERVICES, company
from control_plane import server
from control_plane.server import ADMINISTRATOR, ControlPlane
from rbac import Identity
from support import Repository

SYSTEM = ("default", "gateway", "kube-system", "monitoring")
"""Namespaces that belong to no service."""

DEPLOYS = ("create deployments.apps", "patch services", "get secrets", "get pods/log")
"""Some of the requests that a deployment sends."""

BEYOND = (
    "create pods/exec",
    "create roles.rbac.authorization.k8s.io",
    "patch rolebindings.rbac.authorization.k8s.io",
    "patch resourcequotas",
    "delete namespaces",
)
"""Requests that no pipeline of a service may send, in its own namespace either."""


@dataclass(frozen=True)
class Cluster:
    """A cluster with the objects of the platform's list, and a real kubectl."""

    plane: ControlPlane
    folder: Path
    environment: dict[str, str]

    def can(self, who: Identity, wish: str, namespace: str) -> bool:
        """Return what kubectl answers; an empty namespace is all of them."""
        login = self.plane.kubeconfig(self.folder / "login", who, "default")
        where = ["--namespace", namespace] if namespace else ["--all-namespaces"]
        verb, _, resource = wish.partition(" ")
        done = subprocess.run(
            ["kubectl", "auth", "can-i", verb, *asked_for(resource), *where],
            env={**self.environment, "KUBECONFIG": str(login)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        answer = done.stdout.strip()
        assert (answer, done.returncode) in {("yes", 0), ("no", 1)}, done.stderr
        return answer == "yes"


def asked_for(resource: str) -> list[str]:
    """Return how kubectl is given a resource: its subresource is an option."""
    name, _, subresource = resource.partition("/")
    return [name, f"--subresource={subresource}"] if subresource else [name]


def pipeline(name: str) -> Identity:
    """Return the login of a repository's pipeline, as `make environment` asks the cluster to sign it."""
    return Identity("pipeline", (f"{name}-deployers", "system:authenticated"))


@pytest.fixture(scope="module")
def cluster(pristine: Repository, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    lab.skip_unless_ready()
    folder = tmp_path_factory.mktemp("cluster")
    root = company("none", pristine, folder)[PLATFORM]
    programs = folder / "bin"
    programs.mkdir()
    (programs / "kubectl").symlink_to(lab.PROGRAMS / "kubectl")
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(folder), "GIT_CONFIG_GLOBAL": os.devnull}
    with server.running(folder) as plane:
        plane.api.admit_text((root / "platform/deployer-role.yaml").read_text(encoding="utf-8"))
        login = plane.kubeconfig(folder / "platform", pipeline(PLATFORM), "default")
        for _ in range(2):  # the second one changes nothing
            done = subprocess.run(
                [shutil.which("make") or "make", "--silent", "deploy", "ENVIRONMENT=dev"],
                cwd=root,
                env={**environment, "KUBECONFIG": str(login)},
                capture_output=True,
                text=True,
                timeout=120,
            )
            assert done.returncode == 0, done.stderr
        assert "unchanged" in done.stdout
        assert "configured" not in done.stdout
        yield Cluster(plane, folder, environment)


def test_an_administrator_is_told_yes_everywhere(cluster: Cluster) -> None:
    assert cluster.can(ADMINISTRATOR, "create deployments.apps", "")


@pytest.mark.parametrize("name", SERVICES)
def test_a_pipeline_may_deploy_in_its_own_namespace_and_no_more(
    name: str, cluster: Cluster
) -> None:
    may = {
        wish
        for wish in (*DEPLOYS, *BEYOND)
        if cluster.can(pipeline(name), wish, "" if wish == "delete namespaces" else name)
    }
    assert may == set(DEPLOYS)


@pytest.mark.parametrize("name", SERVICES)
def test_across_namespaces_the_answer_is_no(name: str, cluster: Cluster) -> None:
    others = [one for one in (*SERVICES, *SYSTEM, "") if one != name]
    may = [
        (wish, namespace)
        for namespace in others
        for wish in ("create deployments.apps", "get secrets")
        if cluster.can(pipeline(name), wish, namespace)
    ]
    assert may == []


def test_a_pipeline_that_is_on_no_list_may_nothing(cluster: Cluster) -> None:
    stranger = pipeline("stranger")
    assert [one for one in SERVICES if cluster.can(stranger, "get secrets", one)] == []
