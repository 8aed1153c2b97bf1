"""Terraform, for every combination of answers that its code depends on: schemas of both majors, real providers, its tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import Repository

from scaffolder import answers, terraform
from scaffolder.toolchain import SystemToolchain

pytestmark = pytest.mark.matrix

RELEASES = {"aws": ("5.100.0", "6.69.1"), "azure": ("4.81.0", "5.2.0"), "none": ("",)}
PROVIDER = {"aws": "hashicorp/aws", "azure": "hashicorp/azurerm"}


def values(question: str) -> list[str]:
    (one,) = [asked for asked in answers.questions() if asked.name == question]
    return [choice.value for choice in one.choices_given({"service_name": "x"})]


def combinations() -> Iterator[dict[str, object]]:
    """Every cloud, way to deploy, single pipeline and all pipelines together: what Terraform's code is made from."""
    for cloud in values("cloud"):
        for deploy in values("deploy"):
            if (cloud, deploy) != ("none", "helm"):  # nothing to make
                for ci in [*([one] for one in values("ci")), values("ci")]:
                    yield {"cloud": cloud, "deploy": deploy, "ci": ci}


def named(row: dict[str, object]) -> str:
    return f"{row['cloud']}-{row['deploy']}-{'+'.join(map(str, row['ci']))}"  # type: ignore[call-overload]


ROWS = list(combinations())
WITH_RELEASE = [(row, release) for row in ROWS for release in RELEASES[str(row["cloud"])]]


@pytest.fixture
def without_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("TF_PLUGIN_CACHE_DIR", raising=False)


@pytest.mark.usefixtures("without_mirror")
@pytest.mark.parametrize(
    ("row", "release"), WITH_RELEASE, ids=[f"{named(row)}-{release}" for row, release in WITH_RELEASE]
)
def test_valid_at_level_schema(
    row: dict[str, object], release: str, pristine: Repository, toolchain: SystemToolchain
) -> None:
    directory = pristine(**row) / "terraform"
    roots = terraform.roots(directory)
    releases = {PROVIDER[str(row["cloud"])]: release} if release else {}
    for validation in terraform.validate(toolchain, directory, roots, releases=releases):
        assert (validation.diagnostics, validation.limit, validation.level) == ((), "", "schema"), validation.root


@pytest.mark.parametrize("row", [row for row in ROWS if row["cloud"] == "aws"], ids=named)
def test_valid_at_level_provider(
    row: dict[str, object], pristine: Repository, toolchain: SystemToolchain, provider_mirror: Path
) -> None:
    directory = pristine(**row) / "terraform"
    roots = [root for root in terraform.roots(directory) if root != Path("deploy")]  # its provider is in no mirror here
    for validation in terraform.validate(toolchain, directory, roots):
        assert (validation.diagnostics, validation.level) == ((), "provider"), validation.root


@pytest.mark.usefixtures("without_mirror")
@pytest.mark.parametrize("name", ["a", "customer-notify-svc1"])
@pytest.mark.parametrize("cloud", values("cloud"))
def test_its_own_tests_pass_for_the_shortest_and_the_longest_name(
    cloud: str, name: str, pristine: Repository, toolchain: SystemToolchain
) -> None:
    repository = pristine(service_name=name, cloud=cloud, deploy="terraform", ci=values("ci"))
    roots = [Path("terraform") / root for root in terraform.roots(repository / "terraform")]
    for tested in terraform.run_tests(toolchain, repository, roots):  # the whole repository: deploy reads the chart
        assert (tested.failed, tested.diagnostics) == (0, ()), tested.root
        assert tested.passed > 0, tested.root
