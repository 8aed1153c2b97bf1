"""AG064: a change of a ConfigMap restarts the pods that take variables from it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, written

from scaffolder import checks

NAME = '{{ include "shop.fullname" . }}'
FROM = "envFrom:\n            - configMapRef:\n                name: {name}"
KEY = (
    "env:\n            - name: A\n              valueFrom:\n                configMapKeyRef:\n"
    "                  {order}"
)
SUM = 'checksum/config: {{ include (print $.Template.BasePath "/configmap.yaml") . | sha256sum }}'


def config(name: str = NAME, more: str = "") -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n{more}data:\n  A: {{{{ .Values.a }}}}\n"


def workload(variables: str, annotation: str = "", kind: str = "Deployment") -> str:
    return f"""\
apiVersion: apps/v1
kind: {kind}
metadata:
  name: shop
spec:
  template:
    metadata:
      annotations:
        {annotation or "team: shop"}
    spec:
      containers:
        - name: shop
          {variables}
"""


def chart(deployment: str, config_map: str = config(), **more: str) -> dict[str, str]:
    return {
        "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        "chart/values.yaml": more.pop("values", "a: 1\n"),
        "chart/templates/deployment.yaml": deployment,
        "chart/templates/configmap.yaml": config_map,
        "chart/templates/_helpers.tpl": more.pop("helpers", ""),
    }


def found(root: Path, files: dict[str, str]) -> list[str]:
    report = checks.run(
        written(root, files), checks.choose(select=["AG064"], ignore=[]), ScriptedToolchain({})
    )
    return [
        f"{finding.path.as_posix()}:{finding.line}"
        for result in report.results
        for finding in result.findings
    ]


ALL = FROM.format(name=NAME)
STALE = {
    "all variables": chart(workload(ALL)),
    "one variable": chart(workload(KEY.format(order=f"name: {NAME}\n                  key: A"))),
    "its key first": chart(workload(KEY.format(order=f"key: A\n                  name: {NAME}"))),
    "another spelling of the name": chart(
        workload(FROM.format(name='{{- include "shop.fullname" $ }}'))
    ),
    "a name in full": chart(workload(FROM.format(name='"shop-config"')), config("shop-config")),
    "a StatefulSet": chart(workload(ALL, kind="StatefulSet")),
    "a sum of a Secret": chart(workload(ALL, SUM.replace("configmap", "secret"))),
    "a sum in a comment": chart(workload(ALL, f"# {SUM}\n        team: shop")),
    "the same file": {
        **chart(workload(ALL) + "---\n" + config(), ""),
    },
}


@pytest.mark.parametrize("files", STALE.values(), ids=STALE)
def test_pods_that_keep_old_variables_are_found(files: dict[str, str], tmp_path: Path) -> None:
    assert len(found(tmp_path, files)) == 1


RESTARTED = {
    "a sum of the file": chart(workload(ALL, SUM)),
    "a sum of the values": chart(
        workload(ALL, "checksum/config: {{ .Values.config | toYaml | sha256sum }}")
    ),
    "a sum in a helper": chart(
        workload(ALL, '{{- include "shop.annotations" . | nindent 8 }}'),
        helpers=f'{{{{- define "shop.annotations" -}}}}\n{SUM}\n{{{{- end }}}}\n',
    ),
    "Reloader": chart(workload(ALL, 'reloader.stakater.com/auto: "true"')),
    "Reloader in the values": chart(
        workload(ALL, "{{- toYaml .Values.podAnnotations | nindent 8 }}"),
        values='podAnnotations:\n  reloader.stakater.com/auto: "true"\n',
    ),
    "a value that is new each time": chart(workload(ALL, "rollme: {{ randAlphaNum 5 | quote }}")),
    "an immutable one": chart(workload(ALL), config(more="immutable: true\n")),
    "a hash in its name": chart(
        workload(FROM.format(name="shop-{{ .Values.config | toYaml | sha256sum | trunc 8 }}")),
        config("shop-{{ .Values.config | toYaml | sha256sum | trunc 8 }}"),
    ),
    "one of another chart": chart(workload(FROM.format(name="cluster-settings"))),
    "a Secret": chart(
        workload(f"envFrom:\n            - secretRef:\n                name: {NAME}")
    ),
    "values alone": chart(workload("env:\n            - {name: A, value: '{{ .Values.a }}'}")),
    "a job": chart(workload(ALL, kind="Job")),
}


@pytest.mark.parametrize("files", RESTARTED.values(), ids=RESTARTED)
def test_pods_that_restart_or_read_no_config_map_are_right(
    files: dict[str, str], tmp_path: Path
) -> None:
    assert found(tmp_path, files) == []
