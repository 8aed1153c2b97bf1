"""docs/day-after.md: each target, page, section and command that it names is in the generated repositories."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import ROOT, Repository

PAGE = (ROOT / "docs/day-after.md").read_text(encoding="utf-8")
CLOUDS = ("aws", "azure")
STATE = {
    "aws": (["aws s3api list-object-versions", "aws s3api copy-object"], "noncurrent_days = 90"),
    "azure": (["az storage blob list --include dv"], "days = 90"),
}
"""How an older version of a state is found, and how long there is one."""


@pytest.fixture(params=CLOUDS)
def repository_of_a_cloud(request: pytest.FixtureRequest, pristine: Repository) -> tuple[str, Path]:
    return request.param, pristine(
        cloud=request.param, secrets="external-secrets", ci=["jenkins"], level="right"
    )


def test_each_target_is_there(repository_of_a_cloud: tuple[str, Path]) -> None:
    _, root = repository_of_a_cloud
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(), re.M))
    named = set(re.findall(r"\bmake ([a-z-]+)", PAGE))
    assert named >= {"secret", "sign", "tf-plan"}
    assert named <= targets


def test_each_section_is_there(repository_of_a_cloud: tuple[str, Path]) -> None:
    _, root = repository_of_a_cloud
    sections = re.findall(r'`((?:docs|terraform)/[\w-]+\.md)`,\s+"([^"]+)"', PAGE)
    assert len(sections) == 3
    for file, title in sections:
        assert re.search(rf"^#+ {title}$", (root / file).read_text(), re.M), (file, title)
    assert (root / "docs/cluster-upgrade.md").is_file()


def test_an_older_state_is_kept_and_comes_back_as_told(
    repository_of_a_cloud: tuple[str, Path],
) -> None:
    cloud, root = repository_of_a_cloud
    commands, kept = STATE[cloud]
    state = (root / "terraform/README.md").read_text().partition("## State and locking")[2]
    for command in commands:
        assert command in PAGE
        assert command in state.partition("\n## ")[0]
    assert "90 days" in PAGE
    assert kept in (root / "terraform/bootstrap/main.tf").read_text()


def test_the_key_that_signs_can_be_another_one(repository_of_a_cloud: tuple[str, Path]) -> None:
    _, root = repository_of_a_cloud
    assert "COSIGN_KEY" in (root / "ci/sign.sh").read_text()
    shared = "".join(file.read_text() for file in (root / "terraform/shared").glob("*.tf"))
    assert 'module "signing_key"' in shared


def test_a_service_that_leaves_a_platform_has_its_section(pristine: Repository) -> None:
    page = (pristine(kind="platform", cloud="aws") / "docs/services.md").read_text()
    assert "## A service leaves" in page
