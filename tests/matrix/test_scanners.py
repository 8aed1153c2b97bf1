"""checkov and trivy, which are too large for the development environment, find nothing either; and every scanner bites."""

from __future__ import annotations

import shutil
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path

import combinations
import pytest
from copier import _template as copier_template
from edits import Edit, append
from edits import replace as replaced
from support import Repository

from scaffolder.repository import waivers
from scaffolder.repository.project import Project
from scaffolder.template import answers, render
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
        replaced(".github/workflows/ci.yml", r"^name: .*", "name: x\nrun-name: ${{ nonsense.x }}"),
    ),
    "zizmor": (
        ".github/workflows/ci.yml",
        replaced(
            ".github/workflows/ci.yml", r"uses: actions/checkout@\S+.*", "uses: actions/checkout@v7"
        ),
    ),
    "check-jsonschema": ("compose.yaml", append("compose.yaml", "nonsense: true\n")),
    "checkov": (
        "dev/helm/my-service/templates/deployment",
        replaced(
            f"{CHART}/templates/_helpers.tpl",
            "allowPrivilegeEscalation: false",
            "allowPrivilegeEscalation: true",
        ),
    ),
    "trivy": (
        f"{CHART}/templates/deployment.yaml",
        replaced(
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


@pytest.fixture
def ledger_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> render.Origin:
    """Return the template with its questions and parts, and of the files of a repository the ledger alone.

    A row takes 0.15 s that way and not 3 s; its questions are read once.
    """
    whole = render.current()
    for file in (*whole.folder.glob("*.yml"), *(whole.folder / "templates").rglob("*")):
        place = file.relative_to(whole.folder)
        if file.is_file() and _is_for_the_ledger(place):
            (tmp_path / "cut" / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, tmp_path / "cut" / place)
    read = cache(copier_template.load_template_config)
    monkeypatch.setattr(
        copier_template,
        "load_template_config",
        lambda path, quiet=False: deepcopy(read(path, quiet)),
    )
    return replace(whole, folder=tmp_path / "cut")


def _is_for_the_ledger(place: Path) -> bool:
    return (
        len(place.parts) == 1
        or place.name == "_questions.yml"
        or any(part.startswith("_") for part in place.parts[1:-1])
        or place.parts[1:] == (".scaffold", "waivers.yml.jinja")
        or "_copier_conf.answers_file" in place.name
    )


def test_there_are_at_most_twelve_waivers_in_all_combinations(
    ledger_alone: render.Origin, tmp_path: Path
) -> None:
    without_zones = {"service_name": "my-service", "cloud": "azure", "zones": "none"}
    rows = (
        *combinations.covering(2),
        *combinations.other_environments(),
        *combinations.on_servers(),
        *combinations.under_load(),
        *combinations.other_ways_to_release(),
        answers.complete(without_zones),
        answers.complete({**without_zones, "runs_on": "server"}),
    )
    decisions: set[str] = set()
    for number, row in enumerate(rows):
        render.write(ledger_alone, row, tmp_path / str(number))
        ledger = waivers.ledger(Project(tmp_path / str(number)))
        assert ledger, row
        decisions |= {waiver.id for waiver in ledger}
    assert len(decisions) <= 12, sorted(decisions)
