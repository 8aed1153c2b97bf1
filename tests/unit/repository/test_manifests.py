"""Helm's output becomes objects, whatever a plain scalar is in YAML 1.1."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.repository import manifests
from scaffolder.tools import helm


@pytest.mark.parametrize(
    ("data", "value"),
    [("=", "="), ("'='", "="), ("a=b", "a=b"), ("<<", "<<"), ("yes", True)],
)
def test_a_plain_sign_is_a_text(data: str, value: object) -> None:
    text = f"kind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  a: {data}\n"
    rendered = helm.Rendered(manifests=(helm.Manifest(source=Path("templates/a.yaml"), text=text),))
    (one,) = manifests._objects("prod", Path("chart"), rendered)
    assert one.content["data"]["a"] == value
