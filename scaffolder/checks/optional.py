"""Python packages that a check needs and that the extra `tools` brings."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from scaffolder.errors import ToolMissing
from scaffolder.tools import installation


def module(name: str) -> Any:
    """The module `name`.

    Raises:
        ToolMissing: its package is not installed.

    """
    try:
        return import_module(name)
    except ImportError as error:
        raise ToolMissing(
            f"the Python package of {name} is not installed",
            hint=installation.current().with_tools(),
        ) from error
