"""Names of objects in lines that do not use them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.mentions import mentioned

OBJECT = "apiVersion: v1\nkind: Service\nmetadata: {name: shop}\n"


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("shop-db", "kubectl create secret generic shop-db\n", True),
        ("shop-db", "uses: shop-db\nmakes: shop-db\n", True),
        ("shop-db", "uses: shop-db\n", False),
        ("shop-db", "shop-db-admin\n", False),
        ("shop", "name: shop\n", False),
        ("shop", "secret:\n  name: shop\n", True),
    ],
)
def test_a_name_is_mentioned(name: str, text: str, found: bool, tmp_path: Path) -> None:
    project = written(tmp_path, {"a.txt": text, "k8s/service.yaml": OBJECT})
    using = frozenset({(Path("a.txt"), 1)}) if text.startswith("uses") else frozenset()
    patterns = {"about": re.compile("secret"), "uses": re.compile("uses:")}
    assert mentioned(project, [name], using, **patterns) == ({name} if found else set())
