"""checkov and trivy, which are too large for the development environment, find nothing either; and every scanner bites."""

from __future__ import annotations

import shutil
from pathlib import Path

import combinations
import pytest
from edits import Edit, append, replace
from support import Repository

from scaffolder.repository import waivers
from scaffolder.repository.project import Project
from scaffolder.template.answers import Answer
from tools import scanners

pytestmark = pytest.mark.matrix

EACH_VALUE = (
    *combinations.covering(1),
    combinations.under_load()[0],
    *combinations.on_servers()[1:3],
    *(
        next(row for row in combinations.covering(2) if (row["kind"], row["cloud"]) == each)
        for each in (("platform", "aws"), ("platform", "azure"))
    ),
)
"""Combinations that hold every value of every question; the pairs are for the programs that take less than a minute."""

CHART = "helm/my-service"

FAULTS: dict[str, tuple[str, Edit]] = {
    "hadolint": ("Dockerfile", append("Dockerfile", "\nFROM ubuntu:latest\n")),
    "shellcheck": ("ci/push.sh", append("ci/push.sh", "\nrm $1\n")),
    "yamllint": ("compose.yaml", append("compose.yaml", "x-list:   [1,2]\n")),
    "actionlint": (
        ".github/workflows/ci.yml",
        replace(".github/workflows/ci.yml", r"^name: .*", "name: x\nrun-name: ${{ nonsense.x }}"),
    ),
    "zizmor": (
        ".github/workflows/ci.yml",
        replace(
            ".github/workflows/ci.yml", r"uses: actions/checkout@\S+.*", "uses: actions/checkout@v7"
        ),
    ),
    "check-jsonschema": ("compose.yaml", append("compose.yaml", "nonsense: true\n")),
    "checkov": (
        "dev/helm/my-service/templates/deployment",
        replace(
            f"{CHART}/templates/_helpers.tpl",
            "allowPrivilegeEscalation: false",
            "allowPrivilegeEscalation: true",
        ),
    ),
    "trivy": (
        f"{CHART}/templates/deployment.yaml",
        replace(
            f"{CHART}/templates/_helpers.tpl",
            "allowPrivilegeEscalation: false",
            "allowPrivilegeEscalation: true",
        ),
    ),
}
"""For each scanner: the place of a finding, and the edit that causes it."""


def installed(scanner: scanners.Scanner) -> scanners.Scanner:
    try:
        scanners.find(scanner.name)
    except scanners.NotInstalled as error:
        pytest.skip(str(error))
    return scanner


@pytest.fixture
def large() -> list[scanners.Scanner]:
    return [installed(one) for one in scanners.SCANNERS if one.name in {"checkov", "trivy"}]


@pytest.mark.parametrize("row", EACH_VALUE, ids=combinations.named)
def test_checkov_and_trivy_find_nothing(
    row: dict[str, Answer], large: list[scanners.Scanner], pristine: Repository, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(pristine(**row), tmp_path / "my-service"))
    assert {one.name: one.scan(folder) for one in large} == {"checkov": [], "trivy": []}


@pytest.mark.parametrize("scanner", scanners.SCANNERS, ids=lambda one: one.name)
def test_scanner_finds_a_fault(scanner: scanners.Scanner, repository: Repository) -> None:
    place, edit = FAULTS[installed(scanner).name]
    root = repository()
    edit(root)
    assert any(finding.path.startswith(place) for finding in scanner.scan(root) or ())


def test_a_chart_that_trivy_cannot_render_is_no_pass(repository: Repository) -> None:
    (trivy,) = [installed(one) for one in scanners.SCANNERS if one.name == "trivy"]
    root = repository()
    (root / CHART / "values-local.yaml").unlink()
    assert [finding.message for finding in trivy.scan(root) or ()] == [
        "the chart was not looked at: trivy could not render it"
    ]


def test_there_are_at_most_twelve_waivers_in_all_combinations(pristine: Repository) -> None:
    """On Kubernetes, over all answers; servers have three more, and no repository more than twelve."""
    on_kubernetes = (
        *combinations.covering(2),
        *combinations.other_environments(),
        *combinations.other_ways_to_release(),
    )
    assert len(set().union(*(_decisions(pristine(**row)) for row in on_kubernetes))) <= 12
    for row in (*combinations.on_servers(), *combinations.under_load()):
        assert len(_decisions(pristine(**row))) <= 12


def _decisions(root: Path) -> set[str]:
    return {waiver.id for waiver in waivers.ledger(Project(root))}
