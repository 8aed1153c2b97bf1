"""Names of secrets that charts read from a store, and that Terraform makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.secret_names import (
    granted,
    list_place,
    read,
    reads_secrets,
)

STORE = """\
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {{name: store}}
spec: {{provider: {{{provider}: {{}}}}}}
---
"""
EXTERNAL = """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: shop}
spec:
  secretStoreRef: {name: store}
  data:
    - secretKey: password
      remoteRef: {key: shop/db}
"""


def external(provider: str = "aws", text: str = EXTERNAL) -> dict[str, str]:
    return {"k8s/secrets.yaml": STORE.format(provider=provider) + text}


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (external(), ["shop/db"]),
        (external("azurekv"), ["shop/db"]),
        (external("vault"), []),
        (external(text=EXTERNAL.replace("name: store", "name: other")), []),
        (external(text=EXTERNAL + EXTERNAL[EXTERNAL.index("    - secretKey") :]), ["shop/db"]),
    ],
    ids=["AWS", "Azure", "another store", "an unknown store", "twice"],
)
def test_a_chart_reads_secrets_of_a_cloud(
    files: dict[str, str], names: list[str], tmp_path: Path
) -> None:
    assert [one.name for one in read(written(tmp_path, files))] == names


def test_templates_of_external_secrets_are_known_as_texts(tmp_path: Path) -> None:
    chart = {"chart/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n"}
    with_one = {
        **chart,
        "chart/templates/a.yaml": "{{ if .Values.x }}\nkind: ExternalSecret\n{{ end }}\n",
    }
    assert reads_secrets(written(tmp_path / "one", with_one))
    assert not reads_secrets(written(tmp_path / "none", chart))


@pytest.mark.parametrize(
    ("file", "text", "names"),
    [
        ("prod.tfvars", 'secrets = ["shop/db"]\n', ["shop/db"]),
        (
            "main.tf",
            'resource "aws_secretsmanager_secret" "a" {\n  name = "shop/db"\n}\n',
            ["shop/db"],
        ),
        ("main.tf", 'resource "azurerm_key_vault_secret" "a" {\n  name = "db"\n}\n', ["db"]),
        ("main.tf", 'resource "aws_secretsmanager_secret" "a" {\n  name = local.x\n}\n', None),
        ("main.tf", 'data "aws_secretsmanager_secret" "a" {\n  name = "shop/db"\n}\n', []),
        ("main.tf", 'resource "aws_s3_bucket" "a" {\n  bucket = local.x\n}\n', []),
    ],
)
def test_terraform_makes_or_grants_names(
    file: str, text: str, names: list[str] | None, tmp_path: Path
) -> None:
    found = granted(written(tmp_path, {file: text}))
    assert (None if found is None else [one.name for one in found]) == names


def test_an_empty_list_has_a_place(tmp_path: Path) -> None:
    place = list_place(written(tmp_path / "one", {"prod.tfvars": "a = 1\nsecrets = []\n"}))
    assert place is not None
    assert place.line == 2
    assert list_place(written(tmp_path / "none", {"prod.tfvars": "a = 1\n"})) is None
