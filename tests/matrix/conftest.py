"""The order of the matrix: what takes minutes begins first, so that no worker ends long after the other."""

from __future__ import annotations

import pytest

LONG = ("test_terraform.py", "test_scanners.py")
"""Their tests take up to half a minute; all others some seconds at most."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the long files first."""
    items.sort(key=lambda item: item.path.name not in LONG)
