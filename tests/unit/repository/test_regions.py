"""An unknown region is a warning at `new` and `set`, and never an error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from updating import Template

from scaffolder import cli
from scaffolder.errors import ExitCode
from scaffolder.repository import clouds

QUESTIONS = (
    "cloud: {type: str, choices: [aws, azure, none], default: aws}\n"
    "region: {type: str, default: eu-central-1}\n"
)


@pytest.mark.parametrize(
    ("cloud", "region", "warning"),
    [
        (
            "aws",
            "eu-central-9",
            "eu-central-9 is not a region of AWS that scaffolder knows; did you mean",
        ),
        ("aws", "eu-centrl-1", "did you mean eu-central-1?"),
        ("aws", "westeurope", "westeurope is not a region of AWS that scaffolder knows"),
        ("azure", "westeurop", "did you mean westeurope?"),
        ("azure", "eu-central-1", "eu-central-1 is not a region of Azure that scaffolder knows"),
    ],
)
def test_a_region_that_is_not_known_is_doubted(cloud: str, region: str, warning: str) -> None:
    assert warning in clouds.doubt_about(cloud, region)


@pytest.mark.parametrize(
    ("cloud", "region"),
    [
        *(
            ("aws", name)
            for name in ("eu-central-1", "us-gov-west-1", "cn-north-1", "mx-central-1")
        ),
        *(("azure", name) for name in ("westeurope", "usgovvirginia", "australiacentral2")),
        *(("none", "anything"), ("aws", None), (None, None), ("gcp", "europe-west1")),
    ],
)
def test_what_is_known_or_belongs_to_no_cloud_is_not(cloud: object, region: object) -> None:
    assert clouds.doubt_about(cloud, region) == ""


def test_new_warns_and_generates_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["new", "x", "--region", "eu-central-9", "-o", str(tmp_path), "--dry-run"]
    assert cli.run(command) == ExitCode.CLEAN
    out = capsys.readouterr().out
    assert "  warning   eu-central-9 is not a region of AWS that scaffolder knows" in out
    assert cli.run([*command, "--format", "json"]) == ExitCode.CLEAN
    assert len(json.loads(capsys.readouterr().out)["warnings"]) == 1


def test_set_warns_of_a_region_that_is_given_now_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"a.txt.jinja": "[[ cloud ]] [[ region ]] [[ name ]]\n"}
    questions = f"{QUESTIONS}name: {{type: str, default: thing}}\n"
    template = Template.made(tmp_path / "template", files, questions)
    project = template.generate(tmp_path / "project", {"region": "eu-central-9"})
    path = ("--path", str(project), "--dry-run")
    cli.run(["set", "name=other", *path])
    assert "no region" not in capsys.readouterr().out
    cli.run(["set", "region=eu-central-8", *path])
    assert "eu-central-8 is not a region of AWS that scaffolder knows" in capsys.readouterr().out
    cli.run(["set", "cloud=azure", *path])
    assert "eu-central-9 is not a region of Azure that scaffolder knows" in capsys.readouterr().out
