"""A job at set times and a worker have what they need and nothing of a server for users, in each runtime."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from support import Repository

from scaffolder.errors import AnswersError
from scaffolder.repository.runtimes import RUNTIMES
from scaffolder.template import answers
from scaffolder.template.answers import Answer, Question

NAME = {"service_name": "my-service"}
CLOUDS = dict(zip(RUNTIMES, ("aws", "azure", "none", "aws"), strict=True))

OF_A_SERVER = (
    r"PORT=|EXPOSE|healthz|readyz|port-forward|ServiceMonitor|http_request\w*"
    r"|HorizontalPodAutoscaler|maxReplicas|HTTPRoute\b(?!, then)"
)
"""Parts of only a process that answers requests."""

OF_USERS = (
    r"http_request\w*|HTTPRoute\b|ServiceMonitor\b|helm test\b(?!`\. `make smoke`)|route\.host"
    r"|port-forward service/|ErrorBudget|LatencyBudget|ServiceDown|RequestsQueued|greeting|contract\.sh"
)
"""Parts of only a process that answers users' requests."""

PORT_OF_A_WORKER = ("/healthz", "/readyz", "/metrics", "/info")

PLATFORM = ("platform/", "terraform/", "monitoring/values", "ci/platform.sh", "ci/settings.sh")
"""Parts of a cluster, for Grafana at least, whatever runs in it."""

OF_OTHERS = re.compile(
    r"port-forward service/(?:prometheus|alertmanager)-operated|kinds ServiceMonitor and PrometheusRule"
)


@pytest.fixture(params=CLOUDS)
def job(request: pytest.FixtureRequest, pristine: Repository) -> Path:
    return pristine(workload="cron", runtime=request.param, cloud=CLOUDS[request.param])


@pytest.fixture(params=CLOUDS)
def worker(request: pytest.FixtureRequest, pristine: Repository) -> Path:
    return pristine(workload="worker", runtime=request.param, cloud=CLOUDS[request.param])


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
    helpers = {"__init__", "packages", "run", "tests", "json", "jsonreader", "log", "job_test"}
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
    rights = _rights(job)
    needed = {("batch", "cronjobs", "get"), ("batch", "jobs", "create"), ("batch", "jobs", "list")}
    assert needed | {("", "pods/log", "get"), ("batch", "jobs", "get")} <= rights
    assert not {right for right in rights if right[0] in {"apps", "autoscaling"}}


def test_a_worker_has_nothing_for_users(worker: Path) -> None:
    assert [
        f"{path}:{number}: {line.strip()}"
        for path, number, line in _lines(worker)
        if not path.startswith(
            (*PLATFORM, "platform-request.yaml", "helm/my-service/templates/_helpers")
        )
        and re.search(OF_USERS, OF_OTHERS.sub("", line))
    ] == []


def test_the_sources_of_a_worker_are_its_own(worker: Path) -> None:
    """A file that the server gets later does not come along."""
    sources = {
        path.stem.removesuffix(".test").removeprefix("test_").removesuffix("Test").lower()
        for path in (worker / "app").rglob("*")
        if path.suffix in {".py", ".js", ".java", ".go"} and "junit" not in path.parts
    }
    own = {"handler", "metrics", "probes", "source", "worker"}
    assert own < sources
    shared = {"config", "healthcheck", "json", "jsonreader", "log", "process", "processusage"}
    parts = {"folder", "message", "main", "__main__", "__init__", "packages", "run", "tests"}
    go_tests = {"config_test", "source_test", "worker_test"}
    assert sources - own - shared - parts - go_tests == set()


def test_the_chart_of_a_worker_leads_nobody_to_its_port(worker: Path) -> None:
    chart = worker / "helm/my-service"
    assert sorted(path.name for path in (chart / "templates").iterdir()) == [
        "NOTES.txt", "_helpers.tpl", "dashboard.yaml", "deployment.yaml",
        "horizontalpodautoscaler.yaml", "networkpolicy.yaml", "poddisruptionbudget.yaml",
        "podmonitor.yaml", "prometheusrule.yaml", "serviceaccount.yaml",
    ]  # fmt: skip
    values = yaml.safe_load((chart / "values.yaml").read_text(encoding="utf-8"))
    assert values["networkPolicy"]["ingress"] == {"namespaces": ["monitoring"]}
    assert not values.keys() & {"route", "tests", "preStopSeconds", "serviceMonitor"}
    deployment = (chart / "templates/deployment.yaml").read_text(encoding="utf-8")
    assert "preStop" not in deployment
    assert "terminationGracePeriodSeconds: {{ add .Values.drainSeconds 10 }}" in deployment


def test_a_worker_that_nothing_watches_lets_nobody_in(pristine: Repository) -> None:
    chart = pristine(workload="worker", monitoring="none", cloud="aws") / "helm/my-service"
    values = yaml.safe_load((chart / "values.yaml").read_text(encoding="utf-8"))
    assert values["networkPolicy"]["ingress"] == {"namespaces": []}
    policy = (chart / "templates/networkpolicy.yaml").read_text(encoding="utf-8")
    # A rule of ingress without "from" would let everybody in.
    assert "{{- with .Values.networkPolicy.ingress.namespaces }}\n  ingress:" in policy


def test_each_alert_of_a_worker_has_its_page_and_its_test(worker: Path) -> None:
    rules = yaml.safe_load((worker / "helm/my-service/files/rules.yaml").read_text("utf-8"))
    alerts = {
        rule["alert"] for group in rules["groups"] for rule in group["rules"] if "alert" in rule
    }
    assert {"WorkerDown", "WorkerStalled", "MessagesFailing", "MessagesOld"} < alerts
    pages = {page.stem for page in (worker / "docs/runbooks").glob("[A-Z]*.md")} - {"README"}
    assert pages == alerts
    tests = "".join(
        path.read_text("utf-8") for path in (worker / "monitoring/tests").glob("*.yaml")
    )
    assert {alert for alert in alerts if f"alertname: {alert}," not in tests} == set()


def test_the_pipeline_may_do_what_the_smoke_test_of_a_worker_does(worker: Path) -> None:
    rights = _rights(worker)
    needed = {
        ("", "pods", "list"),
        ("", "pods/portforward", "create"),
        ("apps", "deployments", "get"),
    }
    assert needed <= rights
    assert ("monitoring.coreos.com", "podmonitors", "create") in rights
    assert not {resource for _, resource, _ in rights} & {"services", "ingresses", "httproutes"}
    assert ("", "pods", "create") not in rights, "nothing runs `helm test`"


@pytest.mark.parametrize("runtime", CLOUDS)
def test_the_workers_of_all_runtimes_are_alike(runtime: str, pristine: Repository) -> None:
    """Metrics, paths of the port, pauses and attempts: what the alerts and pages rely on."""
    app = pristine(workload="worker", runtime=runtime, cloud=CLOUDS[runtime]) / "app"
    text = "".join(
        path.read_text("utf-8")
        for path in sorted(app.rglob("*"))
        if path.suffix in {".py", ".js", ".java", ".go"} and "test" not in path.stem.lower()
    )
    metrics = (
        "messages_processed_total", "message_duration_seconds", "messages_waiting", "messages_in_flight",
        "message_oldest_seconds", "message_last_success_timestamp_seconds", "queue_errors_total",
    )  # fmt: skip
    assert [name for name in (*metrics, *PORT_OF_A_WORKER) if name not in text] == []
    for number in (r"ATTEMPTS = 5|attempts = 5", r"30", r"300", r"5 \* 4|pause \*= 4|Math\.pow\(4"):
        assert re.search(number, text)


NAMED_BY = {
    "java": r"\b{name}\b",
    "python": r"from service\.{name} |from service import (?:.*, )?{name}\b",
    "node": r"/{name}\.js'",
}
"""How a source of each runtime names another one; Go names none."""


@pytest.mark.parametrize("workload", ["cron", "worker"])
@pytest.mark.parametrize("runtime", NAMED_BY)
def test_no_source_names_one_that_stays_with_the_service(
    runtime: str, workload: str, pristine: Repository
) -> None:
    def sources(of: str) -> dict[str, str]:
        app = pristine(workload=of, runtime=runtime, cloud=CLOUDS[runtime]) / "app"
        return {
            path.name: path.read_text("utf-8")
            for path in app.rglob("*")
            if path.suffix in {".py", ".js", ".java"}
        }

    here = sources(workload)
    absent = set(map(_stem, sources("service"))) - set(map(_stem, here))
    assert absent
    assert [
        (name, other)
        for name, text in here.items()
        for other in sorted(absent)
        if re.search(NAMED_BY[runtime].format(name=other), text)
    ] == []


@pytest.mark.parametrize(
    ("workload", "asked"), [("service", True), ("worker", False), ("cron", False)]
)
def test_only_a_service_is_asked_about_its_contract(workload: str, asked: bool) -> None:
    """The default is stored all the same: the workload may become a service."""
    heard: list[str] = []

    def enter(question: Question, _: object, default: Answer | None, __: object) -> Answer:
        heard.append(question.name)
        assert default is not None
        return default

    given = {**NAME, "workload": workload}
    known = answers.complete(given, proposed=answers.proposals(), ask=enter)
    assert ("contract" in heard) is asked
    assert "deploy" in heard
    assert known["contract"] == "enforce"
    assert answers.complete({**given, "contract": "report"}, ask=enter)["contract"] == "report"


def _stem(name: str) -> str:
    return name.partition(".")[0]


def _rights(repository: Path) -> set[tuple[str, str, str]]:
    documents = yaml.safe_load_all((repository / "platform/deployer-role.yaml").read_text("utf-8"))
    role = next(document for document in documents if document["kind"] == "Role")
    return {
        (group, resource, verb)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def _lines(root: Path) -> list[tuple[str, int, str]]:
    return [
        (path.relative_to(root).as_posix(), number, line)
        for path in sorted(root.rglob("*"))
        if path.is_file()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    ]


def test_prometheus_and_grafana_on_this_machine_watch_the_worker(worker: Path) -> None:
    compose = yaml.safe_load((worker / "compose.yaml").read_text())
    assert {
        name for name, part in compose["services"].items() if part.get("profiles") == ["monitoring"]
    } == {"prometheus", "grafana"}
    mounted = [
        volume.split(":")[0]
        for part in compose["services"].values()
        for volume in part.get("volumes", ())
    ]
    assert len(mounted) == 2
    assert all((worker / file).is_file() for file in mounted)
    scraped = yaml.safe_load(compose["configs"]["prometheus"]["content"])["scrape_configs"][0]
    assert scraped["job_name"] == "my-service"
    assert scraped["static_configs"][0]["targets"] == ["worker:8080"]


def test_a_worker_without_monitoring_is_alone_on_this_machine(pristine: Repository) -> None:
    root = pristine(workload="worker", cloud="none", monitoring="none")
    compose = yaml.safe_load((root / "compose.yaml").read_text())
    assert (list(compose), list(compose["services"])) == (["name", "services"], ["worker"])
