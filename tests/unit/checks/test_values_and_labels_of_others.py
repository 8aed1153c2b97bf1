"""Values, labels and addresses that others give: what is right, and what stays found."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, written

from scaffolder import checks
from scaffolder.model import Finding, Severity


def findings(root: Path, files: Mapping[str, str], *ids: str) -> list[Finding]:
    chosen = [check for check in checks.every(today=TODAY) if check.id in ids]
    report = checks.run(written(root, files), chosen, ScriptedToolchain({}))
    return [finding for result in report.results for finding in result.findings]


CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "chart/values.yaml": "name: a\ncadvisor:\n  containerSecurityContext: {}\n  enabled: true\n",
}


@pytest.mark.parametrize(
    ("action", "number"),
    [
        ("toYaml .Values.cadvisor.podSecurityContext | nindent 4", 0),
        ("- toYaml .Values.cadvisor.tolerations", 0),
        ("toYaml .Values.cadvisor.containerSecurityContexts", 1),  # a slip
        ("toYaml .Values.absent.tolerations", 1),  # nothing has no keys
        (".Values.cadvisor.snapshotName", 1),
    ],
)
def test_a_tree_that_is_printed_need_not_be_there(action: str, number: int, tmp_path: Path) -> None:
    files = CHART | {"chart/templates/a.yaml": f"a: {{{{ {action} }}}}\n"}
    assert len(findings(tmp_path, files, "AG029")) == number


@pytest.mark.parametrize(
    ("values", "severity"),
    [
        ({"chart/values-preprod.yaml": "cron: {namespace: a}\n"}, Severity.NOTE),
        ({"chart/values-preprod.yaml": "cron: {name: a}\n"}, Severity.ERROR),
        ({}, Severity.ERROR),
    ],
)
def test_a_value_that_one_environment_sets_is_there(
    values: dict[str, str], severity: Severity, tmp_path: Path
) -> None:
    files = CHART | values | {"chart/values-dev.yaml": "name: b\n"}
    files["chart/values.yaml"] += "cron: {schedule: a}\n"
    files["chart/templates/a.yaml"] = "a: {{ .Values.cron.namespace }}\n"
    (told,) = findings(tmp_path, files, "AG029")
    assert told.severity is severity


SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  selector: {LABELS}\n  ports: [{port: 80}]\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: alertmanager}
spec:
  selector: {matchLabels: {app: alertmanager}}
  template: {metadata: {labels: {app: alertmanager}}, spec: {containers: [{name: a, image: a:1}]}}
"""
OBJECT = "apiVersion: monitoring.coreos.com/v1\nkind: KIND\nmetadata: {name: main}\nspec: {}\n"


@pytest.mark.parametrize(
    ("kind", "labels", "number"),
    [
        ("Alertmanager", "alertmanager: main, app: alertmanager", 0),
        ("Prometheus", "prometheus: main, app: alertmanager", 0),
        ("ThanosRuler", "thanos-ruler: main, app: alertmanager", 0),
        ("Alertmanager", "alertmanager: other, app: alertmanager", 1),
        ("PrometheusRule", "alertmanager: main, app: alertmanager", 1),
    ],
)
def test_an_operator_makes_the_pods_of_its_objects(
    kind: str, labels: str, number: int, tmp_path: Path
) -> None:
    files = {
        "k8s/service.yaml": SERVICE.replace("LABELS", labels),
        "k8s/deployment.yaml": DEPLOYMENT,
        "k8s/object.yaml": OBJECT.replace("KIND", kind),
    }
    assert len(findings(tmp_path, files, "AG021")) == number


@pytest.mark.parametrize(
    ("image", "number"),
    [
        ("ko://github.com/kube-green/kube-green/cmd", 0),
        ("ko://example.com/cmd/a", 0),
        ("github.com/kube-green/kube-green", 1),
        ("ko/cmd", 1),
    ],
)
def test_what_ko_builds_needs_no_tag(image: str, number: int, tmp_path: Path) -> None:
    text = DEPLOYMENT.replace("image: a:1", f"image: '{image}'")
    assert len(findings(tmp_path, {"k8s/a.yaml": text}, "SEC002")) == number


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("| IDAM_USER_URL | - | Base URL of IdAM, http://localhost:4501 on this machine |", 0),
        ("Set `PAYMENTS_API` to http://localhost:4501.", 0),
        ("| Name | - | The service answers at http://localhost:4501 |", 1),
        ("The service answers at http://localhost:8080.", 0),
    ],
)
def test_the_address_of_another_service_is_told_by_its_variable(
    line: str, number: int, tmp_path: Path
) -> None:
    files = {
        "Dockerfile": "FROM node:24\nCOPY server.js .\nEXPOSE 8080\n",
        "package.json": '{"name": "a", "dependencies": {"express": "5"}}\n',
        "server.js": "app.get('/a', f)\napp.listen(8080)\n",
        "README.md": f"# a\n\n{line}\n",
    }
    assert len(findings(tmp_path, files, "AG063")) == number
