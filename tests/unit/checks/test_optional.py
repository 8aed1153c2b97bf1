"""Python packages that a check needs."""

from __future__ import annotations

import json

import pytest

from scaffolder.checks.optional import module
from scaffolder.errors import ToolMissing


def test_an_installed_module_is_given() -> None:
    assert module("json") is json


def test_a_missing_one_is_a_missing_tool_with_the_command_that_installs_it() -> None:
    with pytest.raises(ToolMissing, match="the Python package of no_such_module") as missing:
        module("no_such_module")
    assert missing.value.hint
