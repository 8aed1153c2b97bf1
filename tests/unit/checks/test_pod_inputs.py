"""AG065: what pods read is made by something in the repository, or named in a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, written

from scaffolder import checks

SECRET = "envFrom:\n            - secretRef:\n                name: {name}"
CONFIG = "envFrom:\n            - configMapRef:\n                name: {name}"
KEY = (
    "env:\n            - name: A\n              valueFrom:\n                secretKeyRef:\n"
    "                  name: {name}\n                  key: a"
)


def workload(container: str = "", pod: str = "", kind: str = "Deployment") -> str:
    return f"""\
apiVersion: apps/v1
kind: {kind}
metadata:
  name: shop
spec:
  selector:
    matchLabels: {{app: shop}}
  template:
    metadata:
      labels: {{app: shop}}
    spec:
      {pod or "restartPolicy: Always"}
      containers:
        - name: shop
          image: example.com/shop:1
          {container or "args: []"}
"""


def made(kind: str, name: str, more: str = "") -> str:
    return f"---\napiVersion: v1\nkind: {kind}\nmetadata:\n  name: {name}\n{more}"


def chart(deployment: str, **more: str) -> dict[str, str]:
    return {
        "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        "chart/values.yaml": more.pop("values", "a: 1\n"),
        "chart/templates/deployment.yaml": deployment,
        "chart/templates/_helpers.tpl": '{{- define "shop.fullname" -}}{{ .Release.Name }}{{- end }}\n'
        + more.pop("helpers", ""),
        **{f"chart/templates/{name}.yaml": text for name, text in more.items()},
    }


def found(root: Path, files: dict[str, str]) -> list[str]:
    report = checks.run(
        written(root, files), checks.choose(select=["AG065"], ignore=[]), ScriptedToolchain({})
    )
    assert [result.reason for result in report.results if result.outcome.name == "BROKEN"] == []
    return [
        f"{finding.path.as_posix()}:{finding.line} {finding.message}"
        for result in report.results
        for finding in result.findings
    ]


VOLUME = "volumes:\n        - name: v\n          secret:\n            secretName: shop-files"
PROJECTED = (
    "volumes:\n        - name: v\n          projected:\n            sources:\n"
    "              - configMap:\n                  name: shop-settings"
)
PULL = "imagePullSecrets:\n        - name: shop-registry"
NAMED = '{{ include "shop.fullname" . }}-db'

MISSING = {
    "all variables": ({"k8s/a.yaml": workload(SECRET.format(name="shop-db"))}, "k8s/a.yaml:18"),
    "one variable": ({"k8s/a.yaml": workload(KEY.format(name="shop-db"))}, "Secret shop-db"),
    "a ConfigMap": (
        {"k8s/a.yaml": workload(CONFIG.format(name="shop-conf"))},
        "ConfigMap shop-conf",
    ),
    "a volume": ({"k8s/a.yaml": workload(pod=VOLUME)}, "Secret shop-files"),
    "a projected volume": ({"k8s/a.yaml": workload(pod=PROJECTED)}, "ConfigMap shop-settings"),
    "a registry": ({"k8s/a.yaml": workload(pod=PULL)}, "Secret shop-registry"),
    "the name of the service": (
        {"k8s/a.yaml": workload(SECRET.format(name="shop"))},
        "Secret shop,",
    ),
    "two that read it": (
        {
            "k8s/a.yaml": workload(SECRET.format(name="shop-db")),
            "k8s/b.yaml": workload(SECRET.format(name="shop-db"), kind="StatefulSet"),
        },
        "Secret shop-db",
    ),
    "a typing error": (
        {
            "k8s/a.yaml": workload(SECRET.format(name="shop-dbs")),
            "k8s/b.yaml": made("Secret", "shop-db"),
        },
        "Secret shop-dbs",
    ),
    "the name of an ExternalSecret that makes another Secret": (
        {
            "k8s/a.yaml": workload(SECRET.format(name="shop-db")),
            "k8s/b.yaml": made("ExternalSecret", "shop-db", "spec: {target: {name: shop-files}}\n"),
        },
        "Secret shop-db",
    ),
    "the other kind": (
        {
            "k8s/a.yaml": workload(SECRET.format(name="shop-settings")),
            "k8s/b.yaml": made("ConfigMap", "shop-conf"),
        },
        "Secret shop-settings",
    ),
    "a chart": (chart(workload(SECRET.format(name=NAMED))), "chart/templates/deployment.yaml:18"),
    "a chart with another Secret": (
        chart(workload(KEY.format(name=NAMED)), secret=made("Secret", "{{ .Release.Name }}-other")),
        "Secret shop-db",
    ),
    "a kustomization": (
        {
            "k8s/kustomization.yaml": "resources: [a.yaml]\nsecretGenerator:\n  - name: other\n    literals: [a=b]\n",
            "k8s/a.yaml": workload(SECRET.format(name="shop-db")),
        },
        "Secret shop-db",
    ),
}


@pytest.mark.parametrize("name", MISSING)
def test_an_input_that_nothing_makes_is_reported(name: str, tmp_path: Path) -> None:
    files, message = MISSING[name]
    findings = found(tmp_path, files)
    assert findings
    assert message in findings[0]


@pytest.mark.parametrize(
    ("files", "severity"),
    [
        ({"k8s/a.yaml": workload(SECRET.format(name="shop-db"))}, "NOTE"),
        ({"k8s/a.yaml": workload(CONFIG.format(name="shop-conf"))}, "WARNING"),
        (chart(workload(SECRET.format(name=NAMED))), "WARNING"),
        (
            {
                "k8s/a.yaml": workload(SECRET.format(name="shop-db")),
                "k8s/b.yaml": made("ExternalSecret", "other"),
            },
            "WARNING",
        ),
    ],
)
def test_where_no_secret_is_made_it_is_a_note(
    files: dict[str, str], severity: str, tmp_path: Path
) -> None:
    report = checks.run(
        written(tmp_path, files), checks.choose(select=["AG065"], ignore=[]), ScriptedToolchain({})
    )
    found = [one.severity.name for result in report.results for one in result.findings]
    assert found == [severity]


def test_what_several_read_is_one_finding(tmp_path: Path) -> None:
    text = workload(SECRET.format(name="shop-db"))
    assert len(found(tmp_path, {"k8s/a.yaml": text, "k8s/b.yaml": text})) == 1


READS = {"k8s/a.yaml": workload(SECRET.format(name="shop-db"))}
OPTIONAL = SECRET.format(name="shop-db\n                optional: true")
MADE = {
    "a Secret": {**READS, "k8s/b.yaml": made("Secret", "shop-db")},
    "one of several documents": {
        "k8s/a.yaml": workload(SECRET.format(name="d")) + made("Secret", "d")
    },
    "optional": {"k8s/a.yaml": workload(OPTIONAL)},
    "a SealedSecret": {**READS, "k8s/b.yaml": made("SealedSecret", "shop-db")},
    "an ExternalSecret": {
        **READS,
        "k8s/b.yaml": made("ExternalSecret", "x", "spec:\n  target:\n    name: shop-db\n"),
    },
    "a Certificate": {
        "k8s/a.yaml": workload(pod=VOLUME),
        "k8s/b.yaml": made("Certificate", "shop", "spec:\n  secretName: shop-files\n"),
    },
    "an Ingress with a certificate": {
        "k8s/a.yaml": workload(pod=VOLUME),
        "k8s/b.yaml": made("Ingress", "shop", "spec:\n  tls:\n    - secretName: shop-files\n"),
    },
    "an operator": {
        "k8s/a.yaml": workload(SECRET.format(name="orders-app")),
        "k8s/b.yaml": "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: orders\n",
    },
    "Terraform": {
        **READS,
        "main.tf": 'resource "kubernetes_secret_v1" "db" {\n  metadata {\n    name = "shop-db"\n  }\n}\n',
    },
    "a pipeline": {
        **READS,
        ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n"
        "      - run: kubectl create secret generic shop-db --from-literal=a=b\n",
    },
    "a script with a variable": {
        **READS,
        "ci/secret.sh": '#!/bin/sh\nkubectl create secret generic "$NAME" --from-env-file=.env\n',
    },
    "a page": {**READS, "docs/first-deploy.md": "Make the Secret `shop-db` by hand.\n"},
    "a page about the name of the service": {
        "k8s/a.yaml": workload(SECRET.format(name="shop")),
        "docs/first.md": "kubectl create secret generic shop --from-env-file=.env\n",
    },
    "a generator": {
        "k8s/kustomization.yaml": "resources: [a.yaml]\nsecretGenerator:\n  - name: shop-db\n    literals: [a=b]\n",
        **READS,
    },
    "the target of an ExternalSecret, whose name is put together": chart(
        workload(SECRET.format(name=NAMED)),
        secret=made(
            "ExternalSecret",
            "other",
            "spec: {target: {name: '{{ .Release.Name }}-{{ \"db\" }}'}}\n",
        ),
    ),
    "the template of a SealedSecret": chart(
        workload(SECRET.format(name=NAMED)),
        secret=made(
            "SealedSecret",
            "other",
            "spec: {template: {metadata: {name: '{{ .Release.Name }}-{{ \"db\" }}'}}}\n",
        ),
    ),
    "a SecretProviderClass": chart(
        workload(SECRET.format(name=NAMED)),
        secret=made(
            "SecretProviderClass",
            "other",
            "spec: {secretObjects: [{secretName: '{{ .Release.Name }}-{{ \"db\" }}'}]}\n",
        ),
    ),
    "what the cluster makes": {"k8s/a.yaml": workload(CONFIG.format(name="kube-root-ca.crt"))},
    "a place that is filled in": {"k8s/a.yaml": workload(SECRET.format(name="${SECRET}"))},
    "a program of others": {
        "k8s/a.yaml": workload(SECRET.format(name="x-y")).replace("example.com/shop:1", "redis:7")
    },
    "a test": {"tests/k8s/a.yaml": workload(SECRET.format(name="shop-db"))},
    "a value": chart(
        workload(SECRET.format(name="{{ .Values.secret }}")), values="secret: shop-x\n"
    ),
    "a helper with a value": chart(
        workload(SECRET.format(name='{{ include "shop.secretName" . }}')),
        helpers='{{- define "shop.secretName" -}}{{ .Values.existingSecret | default "shop-x" }}{{- end }}\n',
    ),
    "a template with a condition": chart(
        workload(SECRET.format(name=NAMED)),
        secret="{{- if .Values.create }}\n" + made("Secret", NAMED) + "{{- end }}\n",
    ),
    "a template": chart(workload(SECRET.format(name=NAMED)), secret=made("Secret", NAMED)),
    "a chart in the chart": {
        **chart(workload(SECRET.format(name="{{ .Release.Name }}-postgresql"))),
        "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n"
        "  - name: postgresql\n    version: 1.0.0\n    repository: https://example.com\n",
    },
}


@pytest.mark.parametrize("name", MADE)
def test_an_input_that_something_makes_is_not_reported(name: str, tmp_path: Path) -> None:
    assert found(tmp_path, MADE[name]) == []
