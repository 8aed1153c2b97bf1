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


GITLAB = """\
stages: [package, dev, prod]
package:
  stage: package
  rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]
  script: [make build push]
  artifacts: {reports: {dotenv: build/digest.env}}
dev:
  stage: dev
  rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]
  needs: [package]
  environment: {name: dev}
  script: [make deploy]
prod:
  stage: prod
  rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH, when: manual, allow_failure: false}]
  needs: [package, dev]
  environment: {name: prod}
  script: [make deploy]
"""


@pytest.mark.parametrize(
    ("check", "old", "new"),
    [
        ("AG042", "needs: [package, dev]", "needs: [package]"),
        ("AG044", ", when: manual, allow_failure: false", ""),
        (
            "AG045",
            "  environment: {name: prod}\n  script: [make deploy]",
            "  environment: {name: prod}\n  script: [make build push deploy]",
        ),
    ],
)
def test_a_pipeline_keeps_order_gate_and_image_or_is_found(
    check: str, old: str, new: str, tmp_path: Path
) -> None:
    right = {**FILES, ".gitlab-ci.yml": GITLAB}
    assert old in GITLAB
    wrong = {**FILES, ".gitlab-ci.yml": GITLAB.replace(old, new)}
    assert places(tmp_path / "right", right, check) == []
    assert places(tmp_path / "wrong", wrong, check)
