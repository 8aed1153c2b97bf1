"""Charts and platform on every Kubernetes that is supported, and the same objects from Helm 3, Helm 4 and the embedded one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import combinations
import kubernetes_validate
import pytest
import yaml
from claims import Claims
from support import Repository

from scaffolder.repository import manifests
from scaffolder.repository.environments import promoted
from scaffolder.repository.project import Project
from scaffolder.template.answers import Answer
from scaffolder.tools import helm
from scaffolder.tools.offline import custom_resources
from scaffolder.tools.toolchain import SystemToolchain
from tools import real_helm

pytestmark = pytest.mark.matrix

SUPPORTED = ("1.33", "1.34", "1.35", "1.36", "1.37")
SCHEMAS = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
CARRIED = [version for version in SUPPORTED if any(SCHEMAS.glob(f"v{version}*-strict"))]
"""The versions that the package has schemas of: for a newer one it would take its newest without a word."""

WITHOUT_SCHEMA = {("gateway.envoyproxy.io/v1alpha1", "EnvoyProxy")}

PAIRS = (
    *combinations.covering(2),
    *combinations.other_environments(),
    *combinations.behind_a_company(),
    *combinations.other_ways_to_release(),
)
SERVICES = [row for row in PAIRS if row["kind"] != "platform"]
"""Those with a chart: a platform has its objects alone."""
EACH_VALUE = combinations.covering(1)

Object = dict[str, Any]

_LOADER: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


def rendered(root: Path, toolchain: SystemToolchain, kubernetes: str) -> dict[str, list[Object]]:
    """Return the chart's objects for each environment on one version of Kubernetes.

    Nothing for a platform.
    """
    project = Project(root)
    if is_platform(root):
        return {}
    environments = manifests.environments(project)
    assert [environment.name for environment in environments] == list(promoted(project))
    everywhere = helm.render(
        toolchain,
        root / manifests.chart_of(project),
        [environment.release for environment in environments],
        kube_version=f"{kubernetes}.0",
        api_versions=manifests.API_VERSIONS,
    )
    assert [one.error for one in everywhere] == ["" for _ in environments]
    return {
        environment.name: list(
            _objects(
                "---\n".join(f"{m.text}\n" for m in one.manifests if m.source.suffix == ".yaml")
            )
        )
        for environment, one in zip(environments, everywhere, strict=True)
    }


def is_platform(root: Path) -> bool:
    """Whether the repository is that of a platform, by what it holds: it has no chart of a service."""
    return not (root / "helm").is_dir()


def platform(root: Path) -> list[Object]:
    """Return the objects that a cluster needs once.

    Values of charts are there too, and are not objects.
    """
    files = sorted((root / "platform").rglob("*.yaml"))
    return [
        one for file in files for one in _objects(file.read_text(encoding="utf-8")) if "kind" in one
    ]


def _objects(text: str) -> Iterator[Object]:
    yield from (one for one in yaml.load_all(text, Loader=_LOADER) if one)


def pods(objects: list[Object]) -> list[Object]:
    """The specifications of pods, whatever makes them."""
    templates = [
        one["spec"]["template"]["spec"] for one in objects if "template" in (one.get("spec") or {})
    ]
    runs = [
        one["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        for one in objects
        if one["kind"] == "CronJob"
    ]
    return [*templates, *runs, *(one["spec"] for one in objects if one["kind"] == "Pod")]


def read(root: Path) -> Iterator[str]:
    """Yield what the objects are made of: the releases, and the texts of the chart, its values and the platform."""
    project = Project(root)
    files = set((root / "platform").rglob("*"))
    if not is_platform(root):
        releases = [environment.release for environment in manifests.environments(project)]
        yield repr(releases).replace(str(root), "")
        files |= {root / file for release in releases for file in release.values_files}
        files |= set((root / manifests.chart_of(project)).rglob("*"))
    for file in sorted(files):
        if file.is_file():
            yield f"{file.relative_to(root)}\0{file.read_text(encoding='utf-8')}"


@pytest.mark.parametrize("row", PAIRS, ids=combinations.named)
def test_objects_are_valid_on_every_supported_kubernetes(
    row: dict[str, Answer], pristine: Repository, toolchain: SystemToolchain, claims: Claims
) -> None:
    root = pristine(**row)
    assert is_platform(root) is (row["kind"] == "platform")
    if not claims.is_first("objects are valid", *read(root)):
        return  # a combination before this one has the same chart and platform
    for kubernetes in CARRIED:
        by_environment = rendered(root, toolchain, kubernetes)
        for one in [
            *platform(root),
            *(one for objects in by_environment.values() for one in objects),
        ]:
            # Most combinations have most objects in common.
            if claims.is_first("is valid", kubernetes, repr(one)):
                assert_valid(one, kubernetes)


def assert_valid(one: Object, kubernetes: str) -> None:
    kind = (one["apiVersion"], one["kind"])
    if kind in custom_resources.kinds():
        assert custom_resources.violations(one) == ()
    elif kind not in WITHOUT_SCHEMA:
        kubernetes_validate.validate(one, kubernetes, strict=True)


def test_all_supported_versions_have_schemas() -> None:
    assert tuple(CARRIED) == SUPPORTED


@pytest.mark.parametrize("row", SERVICES, ids=combinations.named)
def test_pods_are_allowed_in_a_restricted_namespace(
    row: dict[str, Answer], pristine: Repository, toolchain: SystemToolchain, claims: Claims
) -> None:
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted"""
    root = pristine(**row)
    if not claims.is_first("pods are allowed", *read(root)):
        return  # a combination before this one has the same chart and platform
    namespace = next(
        one
        for one in platform(root)
        if one["kind"] == "Namespace" and one["metadata"]["name"] == root.name
    )
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for objects in rendered(root, toolchain, CARRIED[-1]).values():
        # A service and its test; a job is its own test, and a worker has no address to test.
        assert len(pods(objects)) == (2 if row.get("workload") == "service" else 1)
        for pod in pods(objects):
            assert not {"hostNetwork", "hostPID", "hostIPC", "hostUsers"} & {
                key for key in pod if pod[key]
            }
            assert all(
                set(volume) <= {"name", "configMap", "emptyDir", "projected"}
                for volume in pod["volumes"]
            )
            assert pod["securityContext"]["runAsNonRoot"] is True
            assert pod["securityContext"]["runAsUser"] != 0
            assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
            assert "sysctls" not in pod["securityContext"]
            for container in [*pod["containers"], *pod.get("initContainers", ())]:
                security = container["securityContext"]
                assert security["allowPrivilegeEscalation"] is False
                assert security["capabilities"] == {"drop": ["ALL"]}
                assert security["readOnlyRootFilesystem"] is True
                assert not security.get("privileged")
                assert security.get("runAsNonRoot", True) is True
                assert not any("hostPort" in port for port in container.get("ports", ()))
                assert not any("host" in probe.get("httpGet", {}) for probe in _probes(container))


def _probes(container: Object) -> list[Object]:
    return [
        container[name]
        for name in ("livenessProbe", "readinessProbe", "startupProbe")
        if name in container
    ]


def helm_binary(major: int) -> str:
    """A real Helm of this major version: the one of `make matrix`, or helm3, helm4 or helm on PATH."""
    for path in (
        shutil.which(f"helm{major}", path=real_helm.FOLDER),
        shutil.which(f"helm{major}"),
        shutil.which("helm"),
    ):
        if path:
            said = subprocess.run(
                [path, "version", "--short"], capture_output=True, text=True, check=True
            ).stdout
            if re.search(rf"v{major}\.", said):
                return path
    pytest.skip(
        f"there is no Helm {major} in .helm/ or on PATH; `make matrix` gets it on x86-64 Linux"
    )


@pytest.mark.parametrize("major", [3, 4])
@pytest.mark.parametrize("row", EACH_VALUE, ids=combinations.named)
def test_helm_3_and_helm_4_lint_and_render_the_same(
    row: dict[str, Answer], major: int, pristine: Repository, toolchain: SystemToolchain
) -> None:
    root, binary = pristine(**row), helm_binary(major)
    expected = rendered(root, toolchain, "1.36")
    for environment in manifests.environments(Project(root)):
        release = environment.release
        chart = root / manifests.chart_of(Project(root))
        values = [word for file in release.values_files for word in ("--values", str(file))]
        values += [
            word
            for name, value in release.set_strings.items()
            for word in ("--set-string", f"{name}={value}")
        ]
        subprocess.run(
            [binary, "lint", "--strict", str(chart), *values],
            capture_output=True,
            text=True,
            check=True,
        )
        apis = [word for api in manifests.API_VERSIONS for word in ("--api-versions", api)]
        options = ["--namespace", release.namespace, "--kube-version", "v1.36.0", *apis, *values]
        command = [binary, "template", release.name, str(chart), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert _sorted(_objects(done.stdout)) == _sorted(expected[environment.name])


def _sorted(objects: Iterator[Object] | list[Object]) -> list[str]:
    return sorted(json.dumps(one, sort_keys=True) for one in objects)
