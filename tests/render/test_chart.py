"""The chart refuses what it must, runs under Pod Security "restricted", and the platform allows what the chart needs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import Repository

from scaffolder.tools import helm
from scaffolder.tools.toolchain import SystemToolchain

ENVIRONMENTS = ("dev", "qa", "prod")
IMAGE = {"image.repository": "registry.example.com/service", "image.digest": f"sha256:{'0' * 64}"}
KUBERNETES = "1.36.0"
PLURALS = {"NetworkPolicy": "networkpolicies"}

REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "no digest": ("no image: pass --set-string image.digest", {"image": {"digest": ""}}),
    "no repository": ("image.repository is empty", {"image": {"repository": ""}}),
    "the tag latest": (
        "/image/tag",
        {"environment": "local", "image": {"digest": "", "tag": "latest"}},
    ),
    "a tag that YAML reads as a number": (
        "/image/tag",
        {"environment": "local", "image": {"tag": 1.1}},
    ),
    "a tag outside of a laptop": ("/image/tag", {"image": {"digest": "", "tag": "1.2.3"}}),
    "half a digest": ("/image/digest", {"image": {"digest": "sha256:abc"}}),
    "an unknown key": ("replicaCount", {"replicaCount": 3}),
    "an unknown key further down": ("hots", {"route": {"hots": "x"}}),
    "HTTPRoute and Ingress at once": (
        "/route/ingress/className",
        {"route": {"ingress": {"className": "alb"}}},
    ),
    "an Ingress without a class": ("/route/ingress/className", {"route": {"kind": "Ingress"}}),
    "a route without a host": ("/route/host", {"route": {"host": ""}}),
    "traffic from everywhere": (
        "/networkPolicy/ingress/cidrs",
        {"networkPolicy": {"ingress": {"cidrs": ["0.0.0.0/0"]}}},
    ),
    "a setting that the chart itself makes": ("PORT", {"config": {"PORT": "1"}}),
    "an unknown environment": ("/environment", {"environment": "staging"}),
}


@pytest.fixture(scope="module")
def refusals(
    pristine: Repository, toolchain: SystemToolchain, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, helm.Rendered]:
    """Helm's message for each entry of REFUSED, over the values of prod.

    Asked at once, for one process is enough.
    """
    chart = _chart(pristine())
    releases = []
    for number, (_, values) in enumerate(REFUSED.values()):
        overrides = tmp_path_factory.mktemp("refused") / f"{number}.yaml"
        overrides.write_text(yaml.safe_dump(_merged({"image": _image()}, values)))
        releases.append(helm.Release(values_files=(chart / "values-prod.yaml", overrides)))
    return dict(
        zip(REFUSED, helm.render(toolchain, chart, releases, kube_version=KUBERNETES), strict=True)
    )


@pytest.mark.parametrize("name", REFUSED)
def test_values_that_contradict_are_refused(name: str, refusals: dict[str, helm.Rendered]) -> None:
    expected, _ = REFUSED[name]
    assert expected in refusals[name].error
    assert not refusals[name].manifests


@pytest.mark.parametrize(
    ("written", "arrives"),
    [
        ("10485760", "10485760"),
        ("20261129", "20261129"),
        ("9007199254740991", "9007199254740991"),
        ("-1000000", "-1000000"),
        ("1.5", "1.5"),
        ("1234567.5", "1234567.5"),
        ("0.00001", "0.00001"),
        ("true", "true"),
        ("'0755'", "0755"),
        ("'a \"b\" <&> \\ ${c}'", 'a "b" <&> \\ ${c}'),
    ],
)
def test_a_setting_arrives_in_the_container_as_it_is_written(
    written: str, arrives: str, pristine: Repository, toolchain: SystemToolchain, tmp_path: Path
) -> None:
    overrides = tmp_path / "values.yaml"
    overrides.write_text(f"config: {{SETTING: {written}}}\n")
    (deployment,) = (
        one
        for one in _objects(pristine(), toolchain, "prod", overrides)
        if one["kind"] == "Deployment"
    )
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert {"name": "SETTING", "value": arrives} in container["env"]


def test_a_setting_may_be_called_like_a_word_of_yaml(
    pristine: Repository, toolchain: SystemToolchain, tmp_path: Path
) -> None:
    overrides = tmp_path / "values.yaml"
    overrides.write_text('config: {"YES": "1"}\n')
    (deployment,) = (
        one
        for one in _objects(pristine(), toolchain, "prod", overrides)
        if one["kind"] == "Deployment"
    )
    assert {"name": "YES", "value": "1"} in deployment["spec"]["template"]["spec"]["containers"][0][
        "env"
    ]


def test_helm_may_add_the_key_global(
    pristine: Repository, toolchain: SystemToolchain, tmp_path: Path
) -> None:
    overrides = tmp_path / "values.yaml"
    overrides.write_text(yaml.safe_dump({"global": {"any": "thing"}}))
    assert list(_objects(pristine(), toolchain, "prod", overrides))


@pytest.mark.parametrize("service_name", ["a", "on", "customer-notification-preferences-api-v2"])
def test_every_name_is_a_string(
    service_name: str, pristine: Repository, toolchain: SystemToolchain
) -> None:
    for one in _objects(pristine(service_name=service_name), toolchain, "prod"):
        assert str(one["metadata"]["name"]).startswith(service_name)
        assert all(isinstance(value, str) for value in one["metadata"]["labels"].values())


@pytest.mark.parametrize("environment", [*ENVIRONMENTS, "local"])
def test_pods_meet_restricted_pod_security(
    environment: str, pristine: Repository, toolchain: SystemToolchain
) -> None:
    pods = [
        _pod(one)
        for one in _objects(pristine(), toolchain, environment)
        if one["kind"] in ("Deployment", "Pod")
    ]
    assert len(pods) == 2
    for pod in pods:
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert all("emptyDir" in volume for volume in pod["volumes"])
        for container in pod["containers"]:
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False
            assert security["readOnlyRootFilesystem"] is True
            assert security["capabilities"] == {"drop": ["ALL"]}


def test_a_pod_lives_long_enough_to_drain(pristine: Repository, toolchain: SystemToolchain) -> None:
    pod = _pod(
        next(one for one in _objects(pristine(), toolchain, "prod") if one["kind"] == "Deployment")
    )
    (container,) = pod["containers"]
    drain = next(
        int(entry["value"]) for entry in container["env"] if entry["name"] == "DRAIN_SECONDS"
    )
    assert (
        pod["terminationGracePeriodSeconds"]
        > container["lifecycle"]["preStop"]["sleep"]["seconds"] + drain
    )


@pytest.mark.parametrize(("cloud", "secrets"), [("aws", None), ("none", [{"name": "registry"}])])
def test_every_pod_logs_in_to_a_registry_of_your_own(
    cloud: str, secrets: object, pristine: Repository, toolchain: SystemToolchain
) -> None:
    objects = _objects(pristine(cloud=cloud), toolchain, "qa")
    pods = [_pod(one) for one in objects if one["kind"] in ("Deployment", "Pod")]
    assert [pod.get("imagePullSecrets") for pod in pods] == [secrets, secrets]


def test_the_service_never_selects_the_test_pod(
    pristine: Repository, toolchain: SystemToolchain
) -> None:
    objects = list(_objects(pristine(), toolchain, "prod"))
    selector = next(one["spec"]["selector"] for one in objects if one["kind"] == "Service")
    labels = next(one["metadata"]["labels"] for one in objects if one["kind"] == "Pod")
    assert not selector.items() <= labels.items()


def test_the_pipeline_may_make_every_object_of_the_chart(
    pristine: Repository, toolchain: SystemToolchain
) -> None:
    repository = pristine()
    role = next(one for one in _platform(repository) if one["kind"] == "Role")
    allowed = {
        (group, resource)
        for rule in role["rules"]
        if "create" in rule["verbs"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }
    for environment in ENVIRONMENTS:
        for one in _objects(repository, toolchain, environment):
            group = one["apiVersion"].rpartition("/")[0]
            plural = PLURALS.get(one["kind"], one["kind"].lower() + "s")
            assert (group, plural) in allowed, f"{one['kind']} of {environment}"


def test_the_quota_allows_the_largest_environment(
    pristine: Repository, toolchain: SystemToolchain
) -> None:
    """As resourcequota.yaml reckons: the most pods, those of a rollout on top, and as many that are shutting down."""
    repository = pristine()
    quota = next(one for one in _platform(repository) if one["kind"] == "ResourceQuota")["spec"][
        "hard"
    ]
    for environment in ENVIRONMENTS:
        objects = {one["kind"]: one for one in _objects(repository, toolchain, environment)}
        most = objects["HorizontalPodAutoscaler"]["spec"]["maxReplicas"]
        strategy = objects["Deployment"]["spec"]["strategy"]["rollingUpdate"]
        pods = 2 * (most + math.ceil(most * int(strategy["maxSurge"].rstrip("%")) / 100))
        resources = _pod(objects["Deployment"])["containers"][0]["resources"]
        assert pods <= int(quota["pods"])
        assert pods * _cpu(resources["requests"]["cpu"]) <= _cpu(quota["requests.cpu"])
        assert pods * _bytes(resources["limits"]["memory"]) <= _bytes(quota["limits.memory"])
        assert pods * _bytes(resources["limits"]["ephemeral-storage"]) <= _bytes(
            quota["limits.ephemeral-storage"]
        )


def _chart(repository: Path) -> Path:
    (chart,) = (repository / "helm").iterdir()
    return chart


def _objects(
    repository: Path, toolchain: SystemToolchain, environment: str, *more: Path
) -> Iterator[dict[str, Any]]:
    chart = _chart(repository)
    release = helm.Release(
        values_files=(chart / f"values-{environment}.yaml", *more),
        set_strings={} if environment == "local" else IMAGE,
        name=chart.name,
        namespace=chart.name,
    )
    (rendered,) = helm.render(toolchain, chart, [release], kube_version=KUBERNETES)
    assert not rendered.error
    for manifest in rendered.manifests:
        if manifest.source.suffix != ".txt":
            yield from (one for one in yaml.safe_load_all(manifest.text) if one)


def _platform(repository: Path) -> Iterator[dict[str, Any]]:
    for file in (repository / "platform").rglob("*.yaml"):
        yield from (one for one in yaml.safe_load_all(file.read_text()) if "kind" in one)


def _pod(one: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = one["spec"]
    return spec if one["kind"] == "Pod" else spec["template"]["spec"]


def _image() -> dict[str, str]:
    return {key.removeprefix("image."): value for key, value in IMAGE.items()}


def _merged(values: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    both = {
        key: _merged(values[key], over[key])
        for key in values.keys() & over.keys()
        if isinstance(over[key], dict)
    }
    return {**values, **over, **both}


def _keys(values: Any) -> Any:
    return (
        {key: _keys(value) for key, value in values.items()} if isinstance(values, dict) else None
    )


def _cpu(quantity: str) -> float:
    return int(quantity[:-1]) / 1000 if quantity.endswith("m") else float(quantity)


def _bytes(quantity: str) -> int:
    return int(quantity[:-2]) * {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30}[quantity[-2:]]
