"""The rules and routes of a repository as Prometheus and Alertmanager read them here."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from scaffolder.errors import ProjectError
from scaffolder.formats.regex import regex
from scaffolder.repository.facts import monitoring
from scaffolder.repository.project import Project
from scaffolder.watch import shorten

_JOB = regex(r"\bjob=\"([^\"]+)\"")
_WATCHDOG = {
    "name": "watchdog",
    "rules": [
        {
            "alert": "Watchdog",
            "expr": "vector(1)",
            "labels": {"severity": "none"},
            "annotations": {"summary": "The way of the alerts works."},
        }
    ],
}
"""The cluster has it from kube-prometheus-stack; the rules of the repository need not have it."""

TEAMS_SINCE = (0, 28)
"""The first Alertmanager with `msteamsv2_configs`."""

_SLACK, _TEAMS, _WEBHOOK = "slack_configs", "msteamsv2_configs", "webhook_configs"
_FOR_SLACK = ("send_resolved", "title", "text")
"""Settings that the receivers for Slack and for Teams share."""


_ROUTES = "monitoring/alertmanager/values.yaml"
"""The file of a generated repository with its routes."""


@dataclass(frozen=True, kw_only=True)
class Ports:
    """The ports of the programs on 127.0.0.1; `door` is the proxy in front of the service."""

    door: int
    prometheus: int
    alertmanager: int
    page: int


@dataclass(frozen=True, kw_only=True)
class Watched:
    """The monitoring of a repository, and the name of its service."""

    service: str
    groups: tuple[dict[str, Any], ...]
    alertmanager: dict[str, Any]
    templates: Path
    """The folder of the message templates."""

    @property
    def chat(self) -> str:
        """Return "teams" if a receiver posts to Microsoft Teams, else "slack"."""
        receivers = self.alertmanager.get("receivers") or []
        keys = chain.from_iterable(receivers)
        return "teams" if any("msteams" in key for key in keys) else "slack"


def of(project: Project) -> Watched:
    """Return the monitoring of a repository.

    Raises:
        ProjectError: it has no rules, or no configuration of Alertmanager.

    """
    found = chain.from_iterable(
        one.as_prometheus
        for one in monitoring.rule_groups(project)
        if one.engine == monitoring.PROMETHEUS
    )
    groups = [group for group in found if isinstance(group, dict)]
    routing = [one for one in monitoring.alertmanagers(project) if not one.is_object]
    if not groups or not routing:
        what = "no rules of Prometheus" if not groups else "no configuration of Alertmanager"
        raise ProjectError(
            f"{project.name} has {what}, so no alert can be watched",
            hint=_remedy(project),
        )
    if _of_a_job(groups):
        raise ProjectError(
            f"{project.name} runs at set times and answers no requests, so no fault can be watched",
            hint="make test-alerts runs the tests of its alerts",
        )
    if project.answers.get("workload") == "worker":
        raise ProjectError(
            f"{project.name} takes messages from a queue and answers no requests, "
            "so no fault can be watched",
            hint="make test-alerts runs the tests of its alerts",
        )
    return Watched(
        service=_service(project, groups),
        groups=tuple(groups),
        alertmanager=routing[0].content,
        templates=project.root / routing[0].path.parent,
    )


def _of_a_job(groups: list[dict[str, Any]]) -> bool:
    """Return whether all alerts ask the cluster, and one of them about a CronJob."""
    rules = chain.from_iterable(group.get("rules") or [] for group in groups)
    asked = [str(rule.get("expr")) for rule in rules]
    about_runs = any("kube_cronjob_" in expression for expression in asked)
    return about_runs and not any(map(_JOB.search, asked))


def _remedy(project: Project) -> str:
    """Return what brings rules and Alertmanager; on a shared cluster both are of its team."""
    answered = project.answers
    monitored = answered.get("monitoring", "none") != "none"
    if monitored and answered.get("cluster") == "shared":
        return f"copy {_ROUTES} of the team that runs the shared cluster to {_ROUTES} here"
    if monitored:
        return "git log --stat -- monitoring helm finds the commit that took it out"
    return "scaffold set monitoring=prometheus-grafana brings both"


def rules(watched: Watched) -> str:
    """Return the file of rules: those of the repository in shorter time, and the watchdog."""
    groups = [shorten.group(group) for group in watched.groups]
    alerts = chain.from_iterable(group["rules"] for group in groups)
    has_watchdog = any(rule.get("alert") == "Watchdog" for rule in alerts)
    return _yaml({"groups": groups if has_watchdog else [*groups, _WATCHDOG]})


def prometheus(watched: Watched, ports: Ports, rule_file: Path, environment: str) -> str:
    """Return the settings of Prometheus: the service is labelled as in the cluster."""
    name = watched.service
    labels = {"namespace": name, "service": name, "pod": f"{name}-{environment}"}
    return _yaml(
        {
            "global": {
                "scrape_interval": "1s",
                "evaluation_interval": "1s",
                "external_labels": {"environment": environment},
            },
            "rule_files": [str(rule_file)],
            "alerting": {"alertmanagers": [{"static_configs": [_target(ports.alertmanager)]}]},
            "scrape_configs": [
                {
                    "job_name": name,
                    "static_configs": [_target(ports.door) | {"labels": labels}],
                }
            ],
        }
    )


def alertmanager(watched: Watched, ports: Ports, *, version: tuple[int, ...]) -> str:
    """Return the settings of Alertmanager: the page is every receiver, the rest is as written."""
    written = watched.alertmanager
    short = dict(written)
    short.pop("global", None)  # addresses and secrets of the real chat
    short["route"] = shorten.root_route(written.get("route") or {})
    short["receivers"] = [
        _receiver(receiver, ports.page, version)
        for receiver in written.get("receivers") or []
        if isinstance(receiver, dict)
    ]
    short["templates"] = [
        str(watched.templates / PurePosixPath(str(pattern)).name)
        for pattern in written.get("templates") or []
    ]
    return _yaml(short)


def _service(project: Project, groups: list[dict[str, Any]]) -> str:
    """Return the answer, or else the job that most rules ask for."""
    if name := project.answers.get("service_name"):
        return str(name)
    jobs = Counter(_JOB.findall(str(groups)))
    return jobs.most_common(1)[0][0] if jobs else project.name


def _receiver(written: dict[str, Any], page: int, version: tuple[int, ...]) -> dict[str, Any]:
    """Return a receiver that posts to the page what it would post to its chat."""
    name = str(written.get("name", ""))
    receiver: dict[str, Any] = {"name": name}
    for kind, configs in written.items():
        if not kind.endswith("_configs"):
            continue
        address = f"http://127.0.0.1:{page}/chat/{kind.removesuffix('_configs')}"
        for config in configs or []:
            key, settings = _posting(kind, dict(config), address, version)
            receiver.setdefault(key, []).append(settings)
    return receiver


def _posting(
    kind: str, config: dict[str, Any], address: str, version: tuple[int, ...]
) -> tuple[str, dict[str, Any]]:
    """Return kind and settings of a receiver; one that the page cannot take becomes a webhook."""
    if kind == _SLACK:
        for secret in ("api_url_file", "app_token", "app_token_file", "http_config"):
            config.pop(secret, None)
        return kind, config | {"api_url": address}
    if kind == _TEAMS:
        known = {key: config[key] for key in _FOR_SLACK if key in config}
        if version >= TEAMS_SINCE:
            return kind, known | {"webhook_url": address}
        return _SLACK, known | {"api_url": address, "channel": "#teams"}
    return _WEBHOOK, {"url": address, "send_resolved": config.get("send_resolved", True)}


def _target(port: int) -> dict[str, Any]:
    return {"targets": [f"127.0.0.1:{port}"]}


def _yaml(value: object) -> str:
    plain = json.loads(json.dumps(value, default=str))  # its tables know their lines
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=1000)
