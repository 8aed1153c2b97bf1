"""A name that is misspelt is told from one that means something else."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.spelling import is_slip, meant, meant_path


@pytest.mark.parametrize(
    ("written_as", "right", "slip"),
    [
        ("shop-databse", "shop-database", True),
        ("shopdatabase", "shop-database", True),
        ("Requirements.txt", "requirements.txt", True),
        ("shop-secret", "shop-secrets", True),
        ("shop", "shop", False),
        ("shop-dev", "shop-prod", False),
        ("shop-1", "shop-2", False),
        ("shop-reader", "stop-writer", False),
        ("api", "app", False),
        ("shop-api", "shop-api-admin", False),
    ],
)
def test_a_slip_is_in_one_word(written_as: str, right: str, slip: bool) -> None:
    assert is_slip(written_as, right) is slip


def test_of_two_that_may_be_meant_none_is() -> None:
    assert meant("confg", ["config", "other"]) == "config"
    assert meant("confg", ["config", "confog"]) == ""


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("servces/web/Dockerfile", "services/web/Dockerfile"),
        ("services/web/Dokerfile", "services/web/Dockerfile"),
        ("services/wbe/Dockerfile", None),
        ("servces/web/other.txt", None),
        ("services/web", None),
        ("srevices/wep/Dockerfile", None),
    ],
)
def test_a_path_with_one_misspelt_part(path: str, right: str | None, tmp_path: Path) -> None:
    project = written(tmp_path, {"services/web/Dockerfile": "FROM scratch\n"})
    assert meant_path(project, Path(path)) == (Path(right) if right else None)
