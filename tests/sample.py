"""A few sets of answers, for tests that look at texts: each value of each question, each cloud with each pipeline."""

from __future__ import annotations

from collections.abc import Iterator

from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.template import answers
from scaffolder.template.answers import Answer

_EVERY_PIPELINE = tuple(CI_SYSTEMS)

_ROWS: tuple[tuple[str, str, tuple[str, ...], str, str, str, str], ...] = (
    ("java 21", "aws", ("github",), "helm", "prometheus-grafana", "slack", "right"),
    ("python 3.13", "aws", ("gitlab",), "terraform", "prometheus-grafana", "teams", "work"),
    ("java 8", "aws", ("jenkins",), "helm", "prometheus-grafana", "slack", "right"),
    ("node 24", "aws", ("azure-devops",), "helm", "none", "teams", "right"),
    ("go 1.27", "aws", _EVERY_PIPELINE, "terraform", "none", "slack", "work"),
    ("java 25", "azure", ("github",), "terraform", "none", "teams", "work"),
    ("node 22", "azure", ("gitlab",), "helm", "prometheus-grafana", "slack", "right"),
    ("java 17", "azure", ("jenkins",), "helm", "prometheus-grafana", "teams", "right"),
    ("go 1.26", "azure", ("azure-devops",), "helm", "prometheus-grafana", "teams", "work"),
    ("java 11", "azure", _EVERY_PIPELINE, "terraform", "prometheus-grafana", "slack", "fast"),
    ("python 3.14", "none", ("github",), "helm", "prometheus-grafana", "slack", "work"),
    ("python 3.12", "none", ("gitlab",), "helm", "none", "slack", "right"),
    ("java 21", "none", ("jenkins",), "terraform", "none", "teams", "work"),
    ("node 26", "none", ("azure-devops",), "terraform", "prometheus-grafana", "slack", "right"),
    ("go 1.27", "none", _EVERY_PIPELINE, "helm", "none", "teams", "work"),
)


_EXISTING_PROVIDER = ("aws-gitlab", "aws-azure-devops")
"""Sets whose AWS account has the OpenID Connect provider of the pipeline already."""

_SECRETS = ("aws-gitlab", "aws-jenkins", "azure-jenkins", "none-gitlab")
"""Sets whose service has secrets; one of them is on a shared cluster."""

_SHARED_CLUSTER = ("aws-jenkins", "azure-every-pipeline")
"""Sets of a service on clusters of a platform."""

_JOBS = ("azure-jenkins", "none-azure-devops")
"""Sets of a job that runs at set times, instead of a service."""

_WORKERS = ("azure-gitlab",)
"""Sets of a worker, which takes messages from a queue."""

_ROLLOUTS = {
    "aws-azure-devops": "header",
    "azure-azure-devops": "canary",
    "azure-github": "recreate",
    "none-github": "blue-green",
}
"""Sets whose releases do not replace one pod after the other."""

_CHEAPER = ("aws-gitlab", "azure-azure-devops")
"""Sets whose environments before production cost less."""

_SEPARATE_ACCOUNTS = ("aws-github", "azure-gitlab")
"""Sets with an account or a subscription for each environment."""

_BESIDE: tuple[tuple[tuple[str, ...], dict[str, Answer]], ...] = (
    (_EXISTING_PROVIDER, {"oidc_provider": "existing"}),
    (("none-jenkins",), {"platform_parts": "existing"}),
    (("aws-github",), {"nodes": "managed", "contract": "enforce"}),
    (_JOBS, {"workload": "cron"}),
    (_WORKERS, {"workload": "worker"}),
    (_SECRETS, {"secrets": "external-secrets"}),
    (_SEPARATE_ACCOUNTS, {"accounts": "each"}),
    (_CHEAPER, {"outside_production": "cheaper", "network_range": "10.87.0.0/16"}),
    (_SHARED_CLUSTER, {"cluster": "shared"}),
)


def sample() -> dict[str, dict[str, Answer]]:
    """The sets of answers, each with a short name for a test's id."""
    named: dict[str, dict[str, Answer]] = {}
    for runtime, cloud, ci, deploy, monitoring, chat, level in _ROWS:
        name, version = runtime.split()
        pipelines = "every-pipeline" if ci == _EVERY_PIPELINE else ci[0]
        key = f"{cloud}-{pipelines}"
        named[key] = {
            "runtime": name,
            "runtime_version": version,
            "cloud": cloud,
            "ci": ci,
            "deploy": deploy,
            "monitoring": monitoring,
            "chat": chat,
            "level": level,
        }
        named[key] |= _of_set(key)
    return named


def _of_set(key: str) -> dict[str, Answer]:
    """Return what a set answers beside its row."""
    found: dict[str, Answer] = {}
    for names, answered in _BESIDE:
        if key in names:
            found |= answered
    if key in _ROLLOUTS:
        found["rollout"] = _ROLLOUTS[key]
    return found


_ELSEWHERE = ("kind", "network", "private_ca", "runs_on")
"""A platform has few of the files that these tests look at: tests/render/test_platform.py. A company: test_company_network.py.
Servers: test_servers.py, with the sets below."""

_ON_SERVERS: tuple[tuple[str, str, str, int, str, str], ...] = (
    ("java", "aws", "github", 1, "prometheus-grafana", "fast"),
    ("python", "aws", "gitlab", 3, "none", "work"),
    ("go", "aws", "jenkins", 3, "prometheus-grafana", "right"),
    ("node", "aws", "azure-devops", 1, "none", "right"),
    ("node", "azure", "github", 1, "prometheus-grafana", "right"),
    ("go", "azure", "gitlab", 1, "none", "work"),
    ("java", "azure", "jenkins", 1, "prometheus-grafana", "right"),
    ("python", "azure", "azure-devops", 1, "prometheus-grafana", "right"),
)


def on_servers() -> dict[str, dict[str, Answer]]:
    """Return sets of answers of a service on servers: each cloud with each pipeline, on each rung."""
    return {
        f"{cloud}-{pipeline}-{number}": {
            "runs_on": "server",
            "runtime": runtime,
            "cloud": cloud,
            "ci": (pipeline,),
            "servers": str(number),
            "monitoring": monitoring,
            "level": level,
        }
        for runtime, cloud, pipeline, number, monitoring, level in _ON_SERVERS
    }


def left_out() -> Iterator[str]:
    """Values of questions that no set has."""
    rows = [answers.complete({"service_name": "x", **row}) for row in sample().values()]
    given = {
        (name, value) for row in rows for name, answer in row.items() for value in _several(answer)
    }
    for question in answers.questions():
        if question.name in _ELSEWHERE:
            continue
        offered = {choice.value for row in rows for choice in question.choices_given(row)}
        yield from sorted(
            f"{question.name}={value}" for value in offered if (question.name, value) not in given
        )


def _several(answer: Answer) -> tuple[str, ...]:
    return answer if isinstance(answer, tuple) else (answer,)
