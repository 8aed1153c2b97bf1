"""AG067: what a chart reads from a store is what Terraform grants."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, written

from scaffolder import checks

STORE = """\
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata:
  name: shop
spec:
  provider:
    {provider}: {{}}
"""
FROM_VALUES = """\
{{- range .Values.secrets }}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: "shop-{{ .name }}"
spec:
  secretStoreRef: {kind: SecretStore, name: shop}
  data:
    - secretKey: value
      remoteRef:
        key: "shop-prod/{{ .key | default .name }}"
{{- end }}
"""
EXTRACTED = """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: shop
spec:
  secretStoreRef: {kind: SecretStore, name: shop}
  dataFrom:
    - extract:
        key: shop/database
"""
RESOURCE = 'resource "aws_secretsmanager_secret" "db" {{\n  {}\n}}\n'
LIST = "terraform/envs/common.tfvars"


def shop(
    values: str, template: str = FROM_VALUES, provider: str = "aws", **terraform: str
) -> dict[str, str]:
    return {
        "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        "chart/values.yaml": f"a: 1\n{values}",
        "chart/templates/store.yaml": STORE.format(provider=provider),
        "chart/templates/secret.yaml": template,
        **({LIST: terraform["tfvars"]} if "tfvars" in terraform else {}),
        **({"terraform/main.tf": terraform["main"]} if "main" in terraform else {}),
    }


TWO = "secrets:\n  - name: database\n  - {name: api, key: partner}\n"

WRONG = {
    "a name that is not in the list": (
        shop(TWO, tfvars='secrets = ["database"]\n'),
        ["chart/values.yaml:4 the chart reads the secret partner, which " + LIST],
    ),
    "an empty list": (
        shop("secrets: [{name: database}]\n", tfvars="secrets = []\n"),
        ["chart/values.yaml:2 the chart reads the secret database"],
    ),
    "a typing error, on both sides": (
        shop("secrets:\n  - name: databse\n", tfvars='secrets = [\n  "database",\n]\n'),
        [
            "chart/values.yaml:3 the chart reads the secret databse",
            f"{LIST}:2 grants the secret database, which no chart reads",
        ],
    ),
    "a right that nothing uses": (
        shop("secrets: []\n", tfvars='secrets = ["database"]\n'),
        [f"{LIST}:1 grants the secret database"],
    ),
    "a vault": (
        shop("secrets: [{name: a}]\n", provider="azurekv", tfvars='secret_names = ["b-c"]\n'),
        ["reads the secret a,", "grants the secret b-c"],
    ),
    "a resource": (
        shop("", EXTRACTED, main=RESOURCE.format('name = "shop/databases"')),
        ["chart/templates/secret.yaml:9 the chart reads the secret database"],
    ),
}
RIGHT = {
    "the same names": shop(TWO, tfvars='secrets = ["partner", "database"] # the rest\n'),
    "a resource": shop("", EXTRACTED, main=RESOURCE.format('name = "shop/database"')),
    "a resource for each": shop(
        "", EXTRACTED, main=RESOURCE.format('for_each = toset(["database"])')
    ),
    "nothing": shop("secrets: []\n", tfvars="secrets = []\n"),
    "computed names": shop("", EXTRACTED, main=RESOURCE.format("name = local.name")),
    "computed names beside a list": shop(
        TWO, tfvars='secrets = ["database"]\n', main=RESOURCE.format("for_each = var.others")
    ),
    "another store": shop("secrets: [{name: a}]\n", provider="vault", tfvars="secrets = []\n"),
    "a store of the platform": {
        **shop("", EXTRACTED, tfvars="secrets = []\n"),
        "chart/templates/store.yaml": "# the platform's\n",
    },
    "secrets of something else": {
        "terraform/a.tfvars": 'secrets = ["x"]\n',
        "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        "chart/values.yaml": "secrets: [{name: y}]\n",
    },
}


def found(root: Path, files: dict[str, str]) -> list[str]:
    report = checks.run(
        written(root, files), checks.choose(select=["AG067"], ignore=[]), ScriptedToolchain({})
    )
    assert [result.reason for result in report.results if result.outcome.name == "BROKEN"] == []
    return [
        f"{finding.path.as_posix()}:{finding.line} {finding.message}"
        for result in report.results
        for finding in result.findings
    ]


@pytest.mark.parametrize("name", WRONG)
def test_names_that_disagree_are_reported_where_they_are(name: str, tmp_path: Path) -> None:
    files, expected = WRONG[name]
    said = found(tmp_path, files)
    assert len(said) == len(expected), said
    for words in expected:
        assert any(words in finding for finding in said), said


@pytest.mark.parametrize("name", RIGHT)
def test_what_agrees_or_cannot_be_compared_is_not_reported(name: str, tmp_path: Path) -> None:
    assert found(tmp_path, RIGHT[name]) == []
