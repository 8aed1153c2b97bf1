"""A job that runs at set times has what it needs and nothing of a server, in each runtime; a service is what it was."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from support import Repository

from scaffolder.errors import AnswersError
from scaffolder.repository.runtimes import RUNTIMES
from scaffolder.template import answers

NAME = {"service_name": "my-service"}
CLOUDS = dict(zip(RUNTIMES, ("aws", "azure", "none", "aws"), strict=True))

OF_A_SERVER = (
    r"PORT=|EXPOSE|healthz|readyz|port-forward|ServiceMonitor|http_request\w*"
    r"|HorizontalPodAutoscaler|maxReplicas|HTTPRoute\b(?!, then)"
)
"""Parts of only a process that answers requests."""

PLATFORM = ("platform/", "terraform/", "monitoring/values", "ci/platform.sh", "ci/settings.sh")
"""Parts of a cluster, for Grafana at least, whatever runs in it."""

OF_OTHERS = re.compile(
    r"port-forward service/(?:prometheus|alertmanager)-operated|kinds ServiceMonitor and PrometheusRule"
)


@pytest.fixture(params=CLOUDS)
def job(request: pytest.FixtureRequest, pristine: Repository) -> Path:
    return pristine(workload="cron", runtime=request.param, cloud=CLOUDS[request.param])


def test_a_repository_is_that_of_a_service_unless_it_says_otherwise() -> None:
    assert answers.complete(NAME)["workload"] == "service"
    assert answers.complete(NAME, proposed=answers.proposals())["workload"] == "service"


@pytest.mark.parametrize("value", ["job", "Cron", "daemon", ""])
def test_another_workload_is_refused(value: str) -> None:
    with pytest.raises(AnswersError, match="workload"):
        answers.complete({**NAME, "workload": value})


def test_a_platform_has_no_workload() -> None:
    question = {question.name: question for question in answers.questions()}["workload"]
    assert not question.asked_given({**NAME, "kind": "platform"})


def test_a_job_has_nothing_of_a_server(job: Path) -> None:
    assert [
        f"{path}:{number}: {line.strip()}"
        for path, number, line in _lines(job)
        if not path.startswith(PLATFORM) and re.search(OF_A_SERVER, OF_OTHERS.sub("", line))
    ] == []


def test_the_sources_are_the_job_and_what_it_uses(job: Path) -> None:
    """A file that the server gets later does not come along."""
    sources = {
        path.stem.removesuffix(".test").removeprefix("test_").removesuffix("Test").lower()
        for path in (job / "app").rglob("*")
        if path.suffix in {".py", ".js", ".java", ".go"} and "junit" not in path.parts
    }
    helpers = {"__init__", "packages", "run", "tests", "json", "log", "job_test"}
    assert {"job"} < sources
    assert sources - helpers - {"job", "main", "__main__"} == set()


def test_the_chart_runs_one_at_a_time_and_ends_each_run(job: Path) -> None:
    chart = job / "helm/my-service"
    cronjob = (chart / "templates/cronjob.yaml").read_text(encoding="utf-8")
    for setting in (
        "concurrencyPolicy: Forbid",
        "timeZone:",
        "startingDeadlineSeconds:",
        "activeDeadlineSeconds:",
        "backoffLimit:",
        "successfulJobsHistoryLimit: 3",
        "failedJobsHistoryLimit: 3",
        "restartPolicy: Never",
    ):
        assert setting in cronjob
    values = yaml.safe_load((chart / "values.yaml").read_text(encoding="utf-8"))
    assert values["startingDeadlineSeconds"] >= 10, "the controller looks every ten seconds"
    assert not values["suspend"]
    assert sorted(path.name for path in (chart / "templates").iterdir()) == [
        "NOTES.txt", "_helpers.tpl", "cronjob.yaml", "dashboard.yaml", "networkpolicy.yaml",
        "prometheusrule.yaml", "serviceaccount.yaml",
    ]  # fmt: skip


def test_a_run_has_its_time_before_the_alert_that_none_succeeded(job: Path) -> None:
    chart = job / "helm/my-service"
    values = yaml.safe_load((chart / "values.yaml").read_text(encoding="utf-8"))
    groups = yaml.safe_load((chart / "files/rules.yaml").read_text(encoding="utf-8"))["groups"]
    rules = {rule["alert"]: rule for group in groups for rule in group["rules"]}
    assert (
        int(rules["NoRunSucceeded"]["for"].removesuffix("m")) * 60
        > (values["activeDeadlineSeconds"])
    )
    assert values["startingDeadlineSeconds"] < 900
    pages = {page.stem for page in (job / "docs/runbooks").glob("[A-Z]*.md")} - {"README"}
    assert pages == set(rules)


def test_the_pipeline_may_do_what_the_smoke_test_does(job: Path) -> None:
    documents = yaml.safe_load_all((job / "platform/deployer-role.yaml").read_text("utf-8"))
    role = next(document for document in documents if document["kind"] == "Role")
    rights = {
        (group, resource, verb)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    needed = {("batch", "cronjobs", "get"), ("batch", "jobs", "create"), ("batch", "jobs", "list")}
    assert needed | {("", "pods/log", "get"), ("batch", "jobs", "get")} <= rights
    assert not {right for right in rights if right[0] in {"apps", "autoscaling"}}


def _lines(root: Path) -> list[tuple[str, int, str]]:
    return [
        (path.relative_to(root).as_posix(), number, line)
        for path in sorted(root.rglob("*"))
        if path.is_file()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    ]
