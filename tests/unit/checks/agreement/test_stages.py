"""AG041: folders hold files of the same environments; pipelines of another form are not judged."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, places, written

from scaffolder import checks

FILES = {
    "env/dev.tfvars": "a = 1\n",
    "env/prod.tfvars": "a = 1\n",
    "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "chart/values-dev.yaml": "a: 1\n",
    "chart/values-prod.yaml": "a: 1\n",
}


@pytest.mark.parametrize(
    ("more", "number"),
    [
        ({}, 0),
        ({"chart/values-qa.yaml": "a: 1\n"}, 1),
        ({"env/qa.tfvars": "a = 1\n"}, 1),
        ({"chart/values-qa.yaml": "a: 1\n", "env/qa.tfvars": "a = 1\n"}, 0),
        ({"chart/values-local.yaml": "a: 1\n"}, 0),
    ],
)
def test_folders_hold_files_of_the_same_environments(
    more: dict[str, str], number: int, tmp_path: Path
) -> None:
    assert len(places(tmp_path, {**FILES, **more}, "AG041")) == number


@pytest.mark.parametrize("check", ["AG042", "AG043", "AG044", "AG045", "AG046"])
def test_a_pipeline_of_another_form_is_not_judged(check: str, tmp_path: Path) -> None:
    files = {**FILES, ".github/workflows/ci.yml": "on: push\njobs: {a: {steps: [{run: deploy}]}}\n"}
    chosen = checks.choose(select=[check], ignore=[])
    report = checks.run(written(tmp_path, files), chosen, ScriptedToolchain({}))
    assert [one.check.id for one in report.inapplicable] == [check]
