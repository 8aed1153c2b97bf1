"""`scaffold rehearse` where there is nothing to rehearse, or not what was asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import written

from scaffolder.cli import run


@pytest.mark.parametrize(
    ("files", "arguments", "message"),
    [
        ({}, [], "holds no Terraform code"),
        (
            {"main.tf": "", "dev.tfvars": "", "prod.tfvars": ""},
            ["--environment", "qa"],
            "no Terraform code has values for an environment 'qa'",
        ),
        ({"main.tf": ""}, ["--run", ""], "--run names no command"),
        (
            {"main.tf": ""},
            ["--cloud-file", "README.md"],
            "README.md is not the cloud of a rehearsal",
        ),
    ],
    ids=["no-code", "environment", "run", "cloud-file"],
)
def test_what_cannot_be_rehearsed_is_bad_usage(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    files: dict[str, str],
    arguments: list[str],
    message: str,
) -> None:
    written(tmp_path, files)
    monkeypatch.chdir(tmp_path)
    assert run(["rehearse", ".", "--format", "json", *arguments]) == 2
    said = capsys.readouterr()
    assert message in json.loads(said.out)["error"]["message"]
    assert message in said.err
