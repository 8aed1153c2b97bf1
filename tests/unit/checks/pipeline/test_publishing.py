"""CI008: an image that is pushed is scanned before and signed after."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import places

MAKEFILE = "push:\n\ttrue\nscan:\n\ttrue\nsbom:\n\ttrue\nsign:\n\ttrue\n"


def gitlab(command: str) -> str:
    return f"stages: [image]\npublish:\n  stage: image\n  script:\n    - {command}\n"


@pytest.mark.parametrize(
    ("command", "number"),
    [
        ("make build scan sbom push sign", 0),
        ("make build push sign", 2),
        ("make build push scan sbom sign", 2),
        ("make build scan sbom push", 1),
        ("make build", 0),
    ],
)
def test_what_is_beside_a_push_is_there_or_found(command: str, number: int, tmp_path: Path) -> None:
    files = {"Makefile": MAKEFILE, ".gitlab-ci.yml": gitlab(command)}
    assert places(tmp_path, files, "CI008") == [".gitlab-ci.yml:5"] * number


def test_a_makefile_that_cannot_scan_asks_for_nothing(tmp_path: Path) -> None:
    files = {"Makefile": "push:\n\ttrue\n", ".gitlab-ci.yml": gitlab("make build push")}
    assert places(tmp_path, files, "CI008") == []
