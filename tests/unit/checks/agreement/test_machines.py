"""AG070: the machines that the scripts deploy to are those that Terraform makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, written

from scaffolder import checks
from scaffolder.model import Report

SETTINGS = 'SERVICE="shop"\nSERVERS={servers} # machines\nMACHINES="shop"\nMONITORING="{watched}"\n'
COMMON = "terraform/env/envs/common.tfvars"
PROD = "terraform/env/envs/prod.tfvars"
VALUES = 'service = "shop"\nservers = {servers}\nmonitoring = {watched}\n'


def shop(
    servers: str = "2", watched: str = "", *, common: str = "", prod: str = 'account = "1"\n'
) -> dict[str, str]:
    return {
        "ci/settings.sh": SETTINGS.format(servers=servers, watched=watched),
        COMMON: common or VALUES.format(servers=2, watched="false"),
        PROD: prod,
    }


WRONG = {
    "a server more in Terraform": (
        shop(common=VALUES.format(servers=3, watched="false")),
        [f"{COMMON}:2 servers is 3, and ci/settings.sh has SERVERS=2"],
    ),
    "a server more in the scripts": (
        shop("3"),
        [f"{COMMON}:2 servers is 2, and ci/settings.sh has SERVERS=3: a deployment stops"],
    ),
    "another number in one environment": (
        shop(prod="servers = 4\n"),
        [f"{PROD}:1 servers is 4"],
    ),
    "a machine that watches, which no script knows": (
        shop(common=VALUES.format(servers=2, watched="true")),
        [f'{COMMON}:3 monitoring is true, and ci/settings.sh has MONITORING="": the monitoring'],
    ),
    "a machine that watches, which Terraform does not make": (
        shop(watched="1"),
        [f'{COMMON}:3 monitoring is false, and ci/settings.sh has MONITORING="1"'],
    ),
    "names that begin with another word": (
        shop(common='service = "store"\nservers = 2\n'),
        [f'{COMMON}:1 service is store, and ci/settings.sh has MACHINES="shop"'],
    ),
}
RIGHT = {
    "the same": shop(),
    "the same, with a comment": shop(
        common="# servers = 5 are too many\nservers = 2 # as in ci/settings.sh\n"
    ),
    "another root, which has no servers": {
        **shop(),
        "terraform/shared/terraform.tfvars": 'service = "registry"\nmonitoring = true\n',
    },
}
NOTHING = {
    "a number that a pipeline gives": shop('"${COUNT:-2}"', common="servers = 5\n"),
    "a number that Terraform computes": shop(common="servers = length(var.zones)\n"),
    "no settings": {COMMON: "servers = 3\n"},
    "settings of a chart": {"ci/settings.sh": 'SERVICE="shop"\n', COMMON: "servers = 3\n"},
    "no values of Terraform": {"ci/settings.sh": "SERVERS=2\n"},
}


def report_on(root: Path, files: dict[str, str]) -> Report:
    return checks.run(
        written(root, files), checks.choose(select=["AG070"], ignore=[]), ScriptedToolchain({})
    )


def found(root: Path, files: dict[str, str]) -> list[str]:
    [result] = report_on(root, files).results
    return [
        f"{finding.path.as_posix()}:{finding.line} {finding.message}" for finding in result.findings
    ]


@pytest.mark.parametrize("name", WRONG)
def test_machines_that_disagree_are_reported_where_terraform_has_them(
    name: str, tmp_path: Path
) -> None:
    files, expected = WRONG[name]
    told = found(tmp_path, files)
    assert len(told) == len(expected), told
    for words, one in zip(expected, told, strict=True):
        assert one.startswith(words)


@pytest.mark.parametrize("name", RIGHT)
def test_machines_that_agree_are_not_reported(name: str, tmp_path: Path) -> None:
    assert found(tmp_path, RIGHT[name]) == []


@pytest.mark.parametrize("name", NOTHING)
def test_there_is_nothing_to_compare_without_two_numbers(name: str, tmp_path: Path) -> None:
    report = report_on(tmp_path, NOTHING[name])
    assert [one.check.id for one in report.inapplicable] == ["AG070"]
    assert report.results == ()
