"""A check that had something to look at when the template made the repository, and has nothing now."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, written

from scaffolder import checks
from scaffolder.checks import lost
from scaffolder.model import Inapplicable, Outcome, Result
from scaffolder.repository.ci import CI_SYSTEMS

EVERY = {check.id: check for check in checks.every(today=TODAY)}
ANSWERS = """\
_commit: v0.7.0
service_name: pay-api
runtime: {runtime}
cloud: {cloud}
deploy: {deploy}
monitoring: {monitoring}
cluster: {cluster}
platform_parts: {platform_parts}
ci: {ci}
workload: {workload}
runs_on: {runs_on}
"""
USUAL = {
    "runtime": "java",
    "cloud": "aws",
    "deploy": "helm",
    "monitoring": "prometheus-grafana",
    "cluster": "dedicated",
    "platform_parts": "create",
    "ci": "[github]",
    "workload": "service",
    "runs_on": "kubernetes",
}


def told(folder: Path, reasons: dict[str, str], answers: str) -> dict[str, str]:
    """Return the messages of checks without a subject, by their ids."""
    files = {".copier-answers.yml": answers} if answers else {}
    ended = [Inapplicable(check=EVERY[one], reason=reason) for one, reason in reasons.items()]
    results = lost.told(written(folder, files), ended)
    return {one.check.id: one.reason for one in results if isinstance(one, Result)}


@pytest.mark.parametrize(
    ("check", "given", "is_said"),
    [
        ("HL001", {}, True),
        ("HL001", {"deploy": "terraform"}, True),
        ("HL001", {"workload": "cron"}, True),
        ("MO003", {"workload": "cron"}, True),
        ("AG029", {"workload": "cron"}, True),
        ("AG014", {"workload": "cron"}, False),
        ("AG020", {"workload": "cron"}, False),
        ("AG035", {"workload": "cron"}, False),
        ("HL001", {"workload": "worker"}, True),
        ("AG020", {"workload": "worker"}, True),
        ("AG035", {"workload": "worker"}, True),
        ("AG014", {"workload": "worker"}, False),
        ("AG017", {"workload": "worker"}, False),
        ("AG060", {"workload": "worker"}, False),
        ("K8002", {}, True),
        ("K8002", {"workload": "cron"}, True),
        ("K8002", {"workload": "worker", "monitoring": "none"}, False),
        ("K8002", {"workload": "cron", "monitoring": "none"}, False),
        ("HL001", {"runs_on": "server"}, False),
        ("AG019", {"runs_on": "server"}, False),
        ("MO003", {"runs_on": "server"}, True),
        ("DK001", {"runs_on": "server"}, True),
        ("AG014", {"workload": "service"}, True),
        ("AG035", {}, True),
        ("MO003", {}, True),
        ("MO003", {"monitoring": "none"}, False),
        ("MO005", {}, True),
        ("MO005", {"cluster": "dedicated"}, True),
        ("MO005", {"cluster": "shared"}, False),
        ("MO003", {"cluster": "shared"}, True),
        ("AG040", {"cloud": "azure", "cluster": "shared"}, False),
        ("AG040", {"cloud": "none", "cluster": "shared"}, True),
        ("AG040", {"cloud": "none", "platform_parts": "existing"}, False),
        ("AG040", {"cloud": "aws", "platform_parts": "existing"}, True),
        ("TF002", {}, True),
        ("TF002", {"cloud": "none"}, False),
        ("TF002", {"cloud": "none", "deploy": "terraform"}, True),
        ("CI001", {}, True),
        ("CI001", {"ci": "[gitlab, jenkins]"}, False),
        ("CI001", {"ci": "github"}, True),
        ("CI005", {"ci": "[gitlab, jenkins]"}, True),
        ("DK001", {}, True),
        ("AG014", {}, True),
        ("AG004", {}, False),
        ("K8003", {}, False),
    ],
)
def test_a_subject_that_the_answers_name_is_missed(
    check: str, given: dict[str, str], is_said: bool, tmp_path: Path
) -> None:
    answers = ANSWERS.format(**{**USUAL, **given})
    expected = {check: "there is none: nothing to look at any more"} if is_said else {}
    assert told(tmp_path, {check: "there is none"}, answers) == expected


@pytest.mark.parametrize("answers", ["", "_commit: v1\nproject: x\n"])
def test_a_repository_that_the_template_did_not_make_misses_nothing(
    answers: str, tmp_path: Path
) -> None:
    assert told(tmp_path, {"HL001": "no Helm chart"}, answers) == {}


def test_an_adopted_repository_misses_nothing(tmp_path: Path) -> None:
    written(tmp_path, {".scaffold/adopted.yml": "files: []\n"})
    assert told(tmp_path, {"HL001": "there is none"}, ANSWERS.format(**USUAL)) == {}


def test_of_a_chart_that_is_gone_one_reason_is_said(tmp_path: Path) -> None:
    gone = {"HL001": "no Helm chart", "AG025": "no autoscaler", "AG047": "no Makefile"}
    assert told(tmp_path, gone, ANSWERS.format(**USUAL)) == {
        "HL001": "no Helm chart: nothing to look at any more",
        "AG025": "no Helm chart: nothing to look at any more",
        "AG047": "no Makefile: nothing to look at any more",
    }
    chart_is_there = {"AG025": "no autoscaler"}
    assert told(tmp_path, chart_is_there, ANSWERS.format(**USUAL)) == {
        "AG025": "no autoscaler: nothing to look at any more"
    }


def test_the_run_reports_it_and_does_not_fail(tmp_path: Path) -> None:
    project = written(
        tmp_path, {".copier-answers.yml": ANSWERS.format(**USUAL), "Dockerfile": "FROM a:1\n"}
    )
    chosen = [EVERY["SY008"], EVERY["CI001"]]
    report = checks.run(project, chosen, ScriptedToolchain({}))
    assert [(one.check.id, one.outcome) for one in report.results] == [
        ("SY008", Outcome.PASSED),
        ("CI001", Outcome.SKIPPED),
    ]
    assert (report.exit_code, report.inapplicable) == (0, ())


def test_the_checks_of_the_table_are_there() -> None:
    known = {check for subject in lost._SUBJECTS for check in subject.checks}
    assert known - EVERY.keys() == set()
    assert all(known >= system.OWN_CHECKS for system in CI_SYSTEMS.values())
