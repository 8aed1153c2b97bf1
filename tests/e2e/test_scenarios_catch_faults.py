"""The cluster of the scenarios refuses what the real one refused: the faults that running on it once found, made again.

Each is an edit of a repository that reads well. `make pipelines` runs them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import lab
import pytest
from lab import Lab
from support import Repository

pytestmark = pytest.mark.pipelines


def replace(root: Path, file: str, old: str, new: str) -> None:
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{file} has {text.count(old)} times {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def role_without_patch_on_pods(root: Path) -> None:
    verbs = "resources: [pods]\n    verbs: [get, list, watch, create, {}delete]"
    replace(root, "platform/deployer-role.yaml", verbs.format("patch, "), verbs.format(""))


def role_without_secrets(root: Path) -> None:
    old = "resources: [secrets]\n    verbs: [get, list, create, update, patch, delete]"
    replace(
        root, "platform/deployer-role.yaml", old, "resources: [secrets]\n    verbs: [get, list]"
    )


def volume_that_pod_security_refuses(root: Path) -> None:
    old = "          emptyDir:\n            sizeLimit: 64Mi"
    new = "          hostPath:\n            path: /tmp"
    replace(root, "helm/my-service/templates/deployment.yaml", old, new)


def quota_for_one_pod(root: Path) -> None:
    text = (root / "platform/resourcequota.yaml").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.strip().startswith("pods:"))
    replace(root, "platform/resourcequota.yaml", line, '    pods: "1"')


def field_that_does_not_exist(root: Path) -> None:
    replace(root, "helm/my-service/templates/service.yaml", "spec:\n", "spec:\n  selectors: {}\n")


FAULTS: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "the Role lacks patch on pods, and Helm 4 applies its test": (
        role_without_patch_on_pods,
        "helm4",
        'cannot patch resource "pods" in API group ""',
    ),
    "the Role may not write the Secrets of releases": (
        role_without_secrets,
        "helm3",
        'cannot create resource "secrets"',
    ),
    "pods that Pod Security refuses": (
        volume_that_pod_security_refuses,
        "helm4",
        'violates PodSecurity "restricted:latest": restricted volume types',
    ),
    "a quota that the pods do not fit": (
        quota_for_one_pod,
        "helm4",
        "exceeded quota: limits-of-the-namespace, requested: pods=1, used: pods=1, limited: pods=1",
    ),
    "a field that does not exist": (
        field_that_does_not_exist,
        "helm4",
        ".spec.selectors: field not declared in schema",
    ),
}


@pytest.mark.parametrize(("edit", "way", "words"), FAULTS.values(), ids=FAULTS)
def test_a_fault_stops_the_deployment(
    edit: Callable[[Path], None], way: str, words: str, repository: Repository, tmp_path: Path
) -> None:
    lab.skip_unless_ready()
    root = repository(cloud="none", runtime="go", deploy="helm")
    edit(root)
    folder = tmp_path / "lab"
    folder.mkdir()
    with lab.opened(root, folder, way) as here:
        done = here.make("deploy", **here.image("a"))
        assert done.returncode != 0
        assert words in done.stderr + _told(here)


def _told(here: Lab) -> str:
    """Return what the deployment itself kept as evidence, and what the cluster noted."""
    events = [
        one["message"] for one in here.plane.api.storage.objects.values() if one["kind"] == "Event"
    ]
    return "\n".join(events)
