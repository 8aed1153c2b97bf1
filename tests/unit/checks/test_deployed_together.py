"""Objects belong together by namespace, release and kustomization, not by the folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, written

from scaffolder import checks
from scaffolder.model import Result

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: till, namespace: shop}
spec:
  selector: {matchLabels: {app: till}}
  template:
    metadata: {labels: {app: till}}
    spec: {containers: [{name: till, image: "acme/till:1", ports: [{containerPort: 5005, name: http}]}]}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: till, namespace: shop, labels: {app: till}}
spec: {selector: {app: till}, ports: [{port: 80, targetPort: http}]}
"""
SCALER = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: till, namespace: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: till}
  maxReplicas: 5
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
"""
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: till, namespace: shop}
spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: till, port: {number: 80}}}}]}}]}
"""
MONITOR = """\
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: till, namespace: shop}
spec: {selector: {matchLabels: {app: till}}, endpoints: [{port: http}]}
"""
IDS = ("AG014", "AG017", "AG019", "AG021", "AG022", "AG023", "AG025")


def results(root: Path, files: Mapping[str, str], *ids: str) -> dict[str, Result]:
    chosen = [check for check in checks.every(today=TODAY) if check.id in (ids or IDS)]
    report = checks.run(written(root, files), chosen, ScriptedToolchain({}))
    return {result.check.id: result for result in report.results}


def found(root: Path, files: Mapping[str, str], *ids: str) -> list[str]:
    ended = results(root, files, *ids)
    return [
        f"{name} {finding.path.as_posix()}:{finding.line} {finding.message}"
        for name, result in ended.items()
        for finding in result.findings
    ]


WRONG = {
    "deployment": DEPLOYMENT,
    "service": SERVICE.replace("selector: {app: till}", "selector: {app: tills}").replace(
        "targetPort: http", "targetPort: web"
    ),
    "hpa": SCALER,
    "ingress": INGRESS.replace("{name: till, port", "{name: till-svc, port"),
}
BY_KIND = {f"k8s/{kind}s/till.yaml": text for kind, text in WRONG.items()}
BESIDE = {f"k8s/{kind}.yaml": text for kind, text in WRONG.items()}
ONE_FILE = {"k8s/all.yaml": "---\n".join(WRONG.values())}
KUSTOMIZED = {
    **{
        f"k8s/base/{kind}.yaml": text.replace(", namespace: shop", "")
        for kind, text in WRONG.items()
    },
    "k8s/base/kustomization.yaml": "resources: [deployment.yaml, service.yaml, hpa.yaml, ingress.yaml]\n",
    "k8s/overlays/a/kustomization.yaml": "namespace: a\nresources: [../../base]\n",
    "k8s/overlays/b/kustomization.yaml": "namespace: b\nresources: [../../base]\n",
}


@pytest.mark.parametrize("files", [BY_KIND, BESIDE, ONE_FILE, KUSTOMIZED])
def test_the_same_is_found_however_files_are_sorted(files: dict[str, str], tmp_path: Path) -> None:
    said = [" ".join(line.split()[:1] + line.split()[2:]) for line in found(tmp_path, files)]
    assert said == [
        "AG014 leads to port web, which no container of its pods has",
        "AG017 leads to Service till-svc, which does not exist",
        "AG021 selects app=tills, but the pods of Deployment till have other labels",
        "AG025 requests no cpu, by which HorizontalPodAutoscaler till scales it",
    ]


RIGHT = {"deployment": DEPLOYMENT, "service": SERVICE, "ingress": INGRESS}


@pytest.mark.parametrize(
    "folder", ["k8s/{}s/till.yaml", "deploy/{}/till.yaml", "{}/till.yaml", "{}.yaml"]
)
def test_what_agrees_across_folders_is_right(folder: str, tmp_path: Path) -> None:
    assert found(tmp_path, {folder.format(kind): text for kind, text in RIGHT.items()}) == []


OTHER = DEPLOYMENT.replace("till", "dashboards").replace(
    ", ports: [{containerPort: 5005, name: http}]", ""
)


@pytest.mark.parametrize(
    "files",
    [
        {
            "deploy/autoscaling/a.yaml": f"{SCALER}---\n{OTHER}",
            "deploy/manifests/a.yaml": DEPLOYMENT,
        },
        {"autoscaling/a.yaml": f"{SCALER}---\n{OTHER}"},
        {
            "a/a.yaml": f"{SCALER}---\n{OTHER}",
            "chart/Chart.yaml": "name: x\n",
            "chart/templates/d.yaml": DEPLOYMENT,
        },
        {
            "a/a.yaml": f"{SCALER}---\n{OTHER}",
            "b/kustomization.yaml": "resources: [d.yaml]\n",
            "b/d.yaml": DEPLOYMENT,
        },
    ],
)
def test_a_target_in_another_folder_or_repository_is_no_finding(
    files: dict[str, str], tmp_path: Path
) -> None:
    assert found(tmp_path, files, "AG023") == []


def test_a_target_that_is_nearly_called_so_is_found(tmp_path: Path) -> None:
    scaler = SCALER.replace("kind: Deployment, name: till", "kind: Deployment, name: tilll")
    files = {"deploy/scaling/a.yaml": f"{scaler}---\n{OTHER}", "deploy/apps/a.yaml": DEPLOYMENT}
    (line,) = found(tmp_path, files, "AG023")
    assert "scales Deployment tilll, which is not there" in line


HAS_CHART = {"chart/Chart.yaml": "name: till\nversion: 1.0.0\n"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("till-dapr", []), ("tills", ["lead to till"]), ("sink-hole", ["add the Service, or lead"])],
)
def test_a_route_is_led_only_to_a_service_with_a_name_that_is_alike(
    name: str, expected: list[str], tmp_path: Path
) -> None:
    route = INGRESS.replace("{name: till, port", f"{{name: {name}, port")
    files = {**HAS_CHART, "chart/templates/a.yaml": f"{DEPLOYMENT}---\n{SERVICE}---\n{route}"}
    fixes = [one.fix for one in results(tmp_path, files, "AG017")["AG017"].findings]
    assert len(fixes) == len(expected)
    assert all(fix.startswith(start) for fix, start in zip(fixes, expected, strict=True))


@pytest.mark.parametrize(
    ("kind", "label", "expected"),
    [
        ("apps.openshift.io/v1\nkind: DeploymentConfig", "tills", 0),
        ("apps.kruise.io/v1alpha1\nkind: CloneSet", "tills", 0),
        ("apps.openshift.io/v1\nkind: DeploymentConfig", "other", 1),
    ],
)
def test_the_pods_of_a_kind_that_is_not_built_in_are_selected(
    kind: str, label: str, expected: int, tmp_path: Path
) -> None:
    own = DEPLOYMENT.replace("apps/v1\nkind: Deployment", kind)
    own = own.replace("app: till}", f"app: {label}}}").replace("name: till", "name: base")
    files = {"k8s/a.yaml": DEPLOYMENT, "k8s/b.yaml": own, "k8s/c.yaml": WRONG["service"]}
    assert len(found(tmp_path, files, "AG021")) == expected


def test_two_versions_are_two(tmp_path: Path) -> None:
    scaler = SCALER.replace("name: till", "name: till-2")
    files = {"a/a.yaml": scaler, "a/b.yaml": DEPLOYMENT.replace("name: till,", "name: till-1,")}
    assert found(tmp_path, files, "AG023") == []


def test_two_autoscalers_of_one_workload_are_found(tmp_path: Path) -> None:
    second = SCALER.replace("metadata: {name: till", "metadata: {name: receipts")
    files = {"a/till/hpa.yaml": SCALER, "a/receipts/hpa.yaml": second, "a/till/d.yaml": DEPLOYMENT}
    (line,) = found(tmp_path, files, "AG023")
    assert "HorizontalPodAutoscaler receipts scales Deployment till" in line
    assert line.startswith("AG023 a/receipts/hpa.yaml:5")


@pytest.mark.parametrize("namespaces", [("shop", "bank"), ("", "")])
def test_applications_beside_each_other_keep_apart(
    namespaces: tuple[str, str], tmp_path: Path
) -> None:
    """Both call their pods `app: till`; each Service leads to those of its own folder."""
    files = {}
    for number, namespace in enumerate(namespaces, 1):
        name = f", namespace: {namespace}" if namespace else ""
        deployment = DEPLOYMENT.replace(", namespace: shop", name)
        service = SERVICE.replace(", namespace: shop", name)
        port = f"port{number}"
        files[f"apps/{number}/d.yaml"] = deployment.replace("name: http", f"name: {port}")
        files[f"apps/{number}/s.yaml"] = service.replace("targetPort: http", f"targetPort: {port}")
    assert found(tmp_path, files) == []


def test_an_overlay_takes_service_port_and_labels_from_its_base(tmp_path: Path) -> None:
    more = "apiVersion: v1\nkind: Service\nmetadata: {name: x, labels: {app: x}}\nspec: {ports: [{port: 80}]}\n"
    files = {
        "k8s/base/kustomization.yaml": "resources: [s.yaml, d.yaml]\n",
        "k8s/base/s.yaml": SERVICE.replace("port: 80", "name: http, port: 80"),
        "k8s/base/d.yaml": DEPLOYMENT,
        "k8s/prod/kustomization.yaml": "resources: [../base, i.yaml, m.yaml, x.yaml]\npatches: [{path: p.yaml}]\n",
        "k8s/prod/i.yaml": INGRESS,
        "k8s/prod/m.yaml": MONITOR,
        "k8s/prod/x.yaml": more,
        "k8s/prod/p.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: till, namespace: shop}\nspec: {type: NodePort}\n",
    }
    assert found(tmp_path, files) == []
    (tmp_path / "k8s/prod/i.yaml").write_text(INGRESS.replace("number: 80", "number: 81"))
    (tmp_path / "k8s/prod/m.yaml").write_text(MONITOR.replace("app: till", "app: tills"))
    said = found(tmp_path, {})
    assert [line.split()[0] for line in said] == ["AG017", "AG022"]


def test_a_patch_is_held_against_what_it_patches(tmp_path: Path) -> None:
    """The overlay renames the port of the pods; its patch is where the finding belongs."""
    files = {
        "k8s/base/kustomization.yaml": "resources: [s.yaml, d.yaml]\n",
        "k8s/base/s.yaml": SERVICE,
        "k8s/base/d.yaml": DEPLOYMENT,
        "k8s/prod/kustomization.yaml": "resources: [../base]\npatches: [{path: p.yaml}]\n",
        "k8s/prod/p.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: till}\n"
        "spec:\n  ports:\n    - port: 80\n      targetPort: web\n",
    }
    (line,) = found(tmp_path, files)
    assert line.startswith("AG014 k8s/prod/p.yaml:7 leads to port web")


def test_what_a_remote_base_may_deploy_is_no_finding(tmp_path: Path) -> None:
    scaler = SCALER.replace("Deployment, name: till", "Deployment, name: till-web")
    files = {
        "k8s/kustomization.yaml": "resources: [https://example.org/base, h.yaml, d.yaml]\n",
        "k8s/h.yaml": scaler,
        "k8s/d.yaml": DEPLOYMENT,
    }
    ended = results(tmp_path, files, "AG023")["AG023"]
    assert ended.findings == ()
    assert "https://example.org/base is not in the repository" in ended.limit


@pytest.mark.parametrize(
    ("targets", "known", "expected"),
    [
        (["4369", "http"], "containerPort: 5005, name: http", 0),
        (["8080"], "containerPort: 5005", 1),
        (["web"], "containerPort: 5005, name: http", 1),
        (["4369", "web"], "containerPort: 4369, name: http", 1),
    ],
)
def test_a_number_need_not_be_declared(
    targets: list[str], known: str, expected: int, tmp_path: Path
) -> None:
    """https://kubernetes.io/docs/reference/generated/kubernetes-api/ has the list as information."""
    ports = ", ".join(f"{{port: {n}, targetPort: {one}}}" for n, one in enumerate(targets, 80))
    files = {
        "a/d.yaml": DEPLOYMENT.replace("containerPort: 5005, name: http", known),
        "a/s.yaml": SERVICE.replace("{port: 80, targetPort: http}", ports),
    }
    assert len(found(tmp_path, files, "AG014")) == expected


def test_a_gateway_listens_where_its_routes_say(tmp_path: Path) -> None:
    service = SERVICE.replace("metadata: {name: till", "metadata: {name: inner-gateway")
    files = {
        "a/d.yaml": DEPLOYMENT,
        "a/s.yaml": service.replace("targetPort: http", "targetPort: 8081"),
    }
    assert found(tmp_path, files, "AG014") == []


@pytest.mark.parametrize(
    ("probe", "image", "expected"),
    [
        ("10254", "acme/controller:1", 0),
        ("health", "acme/controller:1", 1),
        ("9999", "acme/till:1", 1),
        ("8081", "acme/till:1", 0),
    ],
)
def test_a_probe_may_ask_a_number_that_is_not_declared(
    probe: str, image: str, expected: int, tmp_path: Path
) -> None:
    """Of an image that is built here the ports are known: it exposes 8080 and 8081."""
    container = f'name: till, image: "{image}", readinessProbe: {{tcpSocket: {{port: {probe}}}}}'
    files = {
        "Dockerfile": "FROM scratch\nEXPOSE 8080 8081\n",
        "package.json": '{"name": "till"}',
        "k8s/a.yaml": DEPLOYMENT.replace('name: till, image: "acme/till:1"', container),
        "k8s/b.yaml": OTHER,
    }
    assert len(found(tmp_path, files, "AG015")) == expected


CHART = {
    "Dockerfile": "FROM node:24\nEXPOSE 8080\n",
    "src/main.js": "const app = require('express')();\napp.get('/till', f); app.get('/x', f);\napp.listen(8080);\n",
    "package.json": '{"name": "till", "dependencies": {"express": "5"}}',
    "deploy/proxy/templates/d.yaml": DEPLOYMENT.replace(
        '"acme/till:1"',
        '"{{ .Values.image.repository }}:1", readinessProbe: {httpGet: {path: /ready, port: http}}',
    ).replace("5005", "{{ .Values.port }}"),
}


@pytest.mark.parametrize(
    ("chart", "repository"),
    [
        ("name: proxy\n", "acme/edge-controller"),
        ("name: proxy\n", "nginx"),
        ("name: web\n", "registry.k8s.io/ingress-nginx/controller"),
        ("name: till\nhome: https://charts.example.com/proxy\n", "acme/till"),
        ("name: till\nsources: ['https://github.com/somebody/proxy']\n", "other/till"),
    ],
)
def test_a_chart_of_somebody_else_is_not_held_against_the_own_image(
    chart: str, repository: str, tmp_path: Path
) -> None:
    files = {
        **CHART,
        "deploy/proxy/Chart.yaml": f"apiVersion: v2\nversion: 0.1.0\n{chart}",
        "deploy/proxy/values.yaml": f"image: {{repository: {repository}}}\nport: 80\n",
        "charts/till/Chart.yaml": "apiVersion: v2\nname: till\nversion: 0.1.0\n",
        "charts/till/values.yaml": "image: {repository: acme/till}\n",
        "charts/till/templates/d.yaml": DEPLOYMENT.replace("5005", "8080"),
    }
    assert found(tmp_path, files, "AG013", "AG018", "AG027") == []


@pytest.mark.parametrize(
    ("chart", "repository"),
    [
        ("name: till\n", "acme/till"),
        ("name: web\n", "acme/till"),
        ("name: till\nhome: https://github.com/acme/till\n", "acme/till"),
        ("name: web\n", "acme/web"),
    ],
)
def test_the_own_chart_is(chart: str, repository: str, tmp_path: Path) -> None:
    files = {
        **CHART,
        "deploy/proxy/Chart.yaml": f"apiVersion: v2\nversion: 0.1.0\n{chart}",
        "deploy/proxy/values.yaml": f"image: {{repository: {repository}}}\nport: 80\n",
    }
    said = found(tmp_path, files, "AG013", "AG018")
    assert [line.split()[0] for line in said] == ["AG013", "AG018"]
