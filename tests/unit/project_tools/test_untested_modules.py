"""The list of modules without a test of their path, and its limit."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tools import untested_modules
from tools.untested_modules import Mirror, compare, exceeded, expected

MIRROR = Mirror(tested=("scaffolder/a.py",), untested=("scaffolder/b.py", "scaffolder/c/d.py"))


@pytest.mark.parametrize(
    ("module", "test"),
    [
        ("scaffolder/errors.py", "tests/unit/test_errors.py"),
        ("scaffolder/formats/yaml.py", "tests/unit/formats/test_yaml.py"),
        ("scaffolder/checks/docker/images.py", "tests/unit/checks/docker/test_images.py"),
    ],
)
def test_the_test_of_a_module_has_its_path(module: str, test: str) -> None:
    assert expected(module) == test


def test_modules_are_compared_with_tests_of_the_same_path(tmp_path: Path) -> None:
    for name in (
        "scaffolder/__init__.py",
        "scaffolder/a.py",
        "scaffolder/b.py",
        "scaffolder/c/d.py",
        "tests/unit/test_a.py",
        "tests/unit/test_d.py",
        "tests/test_b.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert compare(tmp_path) == MIRROR
    assert round(MIRROR.share) == 33


@pytest.mark.parametrize(
    ("limit", "excepted", "problems"),
    [
        (2, {}, []),
        (1, {"scaffolder/b.py": "data"}, []),
        (
            1,
            {},
            [
                "2 modules have no test of their path, the limit is 1; "
                "`python -m tools.untested_modules` lists them"
            ],
        ),
        (3, {}, []),
        (4, {}, ["2 modules are left: lower `untested` in untested-modules.yml"]),
        (
            2,
            {"scaffolder/a.py": "data"},
            [
                "scaffolder/a.py is excepted in untested-modules.yml, but has a test or is not a module"
            ],
        ),
    ],
)
def test_the_limit_is_one_way(limit: int, excepted: dict[str, str], problems: list[str]) -> None:
    assert list(exceeded(MIRROR, limit, excepted)) == problems


def test_the_limit_of_the_project_holds() -> None:
    limits = yaml.safe_load(untested_modules.LIMITS.read_text(encoding="utf-8"))
    assert not list(
        exceeded(compare(untested_modules.ROOT), limits["untested"], limits["excepted"])
    )
