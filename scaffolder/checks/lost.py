"""Which checks had something to look at when the template made the repository.

A check that has nothing to look at is of no interest, unless its subject went away: a chart that
was moved to where no check looks would pass in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scaffolder.model import Inapplicable, Outcome, Result
from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.repository.project import Project

_Answers = Mapping[str, Any]

_ANSWERING = frozenset(
    {
        *("AG013", "AG014", "AG015", "AG016", "AG017", "AG018", "AG019", "AG020", "AG021"),
        *("AG022", "AG023", "AG024", "AG025", "AG026", "AG032", "AG033", "AG034", "AG035"),
        *("AG052", "AG060"),
    }
)
"""Checks of ports, routes, pods that stay, and series: a job at set times has none of its own."""

_ROUTED = frozenset({"AG014", "AG017", "AG021", "AG052", "AG060"})
"""Checks of Services, routes, and what texts and queries say of requests: a worker has none."""

_SERVICE = frozenset(
    {
        *("SY001", "SY002", "SY003", "SY007", "SY008", "DK001", "CI004", "AG001", "AG020"),
        *("AG027", "AG047", "AG049", "AG050", "EN001", "EOL001", "EOL002", "EOL003"),
        *("SEC001", "SEC002", "SEC007", "SEC010"),
    }
)
"""Checks of what every service has: an image, scripts and texts."""

_CHART = frozenset(
    {
        *("HL001", "HL002", "HL003", "K8001", "K8002", "EN003", "AG013", "AG014", "AG015"),
        *("AG016", "AG017", "AG018", "AG021", "AG023", "AG025", "AG026", "AG028", "AG029"),
    }
)
"""Checks of the chart and of the objects that it renders."""

_MONITORED = frozenset(
    {
        *("MO001", "MO002", "MO003", "MO004"),
        *("AG019", "AG022", "AG024", "AG032", "AG033", "AG034", "AG035", "AG036", "AG038"),
        *("AG039", "AG052", "AG060", "AG062"),
    }
)
"""Checks of alerts and dashboards."""

_IN_A_CLUSTER = _CHART | {
    *("AG019", "AG022", "AG024", "AG027", "AG035", "EOL002", "MO006"),
}
"""Checks of what only a service in Kubernetes has: one on servers has none of it."""

_MONITORING_STACK = frozenset({"MO005", "MO006", "MO007", "AG040"})
"""Checks of Prometheus and Alertmanager themselves, which a shared cluster brings."""

_PROVISIONED = frozenset({"TF001", "TF002", "SY005", "AG007", "AG009", "SEC009", "SEC011"})
"""Checks of Terraform code."""

_OF_ENVIRONMENTS = frozenset({"EN002", "EN004", "EN005"})
"""Checks of the environments of a cloud."""


def told(
    project: Project, ended: Sequence[Result | Inapplicable]
) -> tuple[Result | Inapplicable, ...]:
    """Return the outcomes; a check without the subject that the answers name is not checked.

    Of a subject that is gone as a whole each check gives the same reason.
    """
    if not project.is_generated:
        return tuple(ended)
    gone = {one.check.id: one.reason for one in ended if isinstance(one, Inapplicable)}
    reasons: dict[str, str] = {}
    for subject in _SUBJECTS:
        if subject.made(project.answers):
            needed = (
                one for one in subject.checks & gone.keys() if _is_needed(one, project.answers)
            )
            reasons |= {check: gone.get(subject.first, gone[check]) for check in needed}
    return tuple(_not_checked(one, reasons) for one in ended)


def _is_needed(check: str, answers: _Answers) -> bool:
    """Return whether the answers name all that a check needs beside its subject."""
    return all(made(answers) for checks, made in _NEEDED if check in checks)


def _not_checked(ended: Result | Inapplicable, reasons: Mapping[str, str]) -> Result | Inapplicable:
    if isinstance(ended, Result) or ended.check.id not in reasons:
        return ended
    reason = f"{reasons[ended.check.id]}: nothing to look at any more"
    return Result(check=ended.check, outcome=Outcome.SKIPPED, reason=reason)


def _stays(answers: _Answers) -> bool:
    return str(answers.get("workload")) != "cron"


def _has_users(answers: _Answers) -> bool:
    return str(answers.get("workload", "service")) == "service"


def _has_custom_objects(answers: _Answers) -> bool:
    return _has_users(answers) or _is_monitored(answers)


def _is_in_a_cluster(answers: _Answers) -> bool:
    return str(answers.get("runs_on")) != "server"


def _is_deployed(answers: _Answers) -> bool:
    return answers.get("deploy") in {"helm", "terraform"}


def _is_monitored(answers: _Answers) -> bool:
    return answers.get("monitoring") == "prometheus-grafana"


def _brings_its_monitoring(answers: _Answers) -> bool:
    return _is_monitored(answers) and not _is_on_a_shared_cluster(answers)


def _is_on_a_shared_cluster(answers: _Answers) -> bool:
    if _is_in_a_cloud(answers):
        return answers.get("cluster") == "shared"
    return answers.get("platform_parts") == "existing"


def _is_in_a_cloud(answers: _Answers) -> bool:
    return answers.get("cloud") in {"aws", "azure"}


def _is_provisioned(answers: _Answers) -> bool:
    return _is_in_a_cloud(answers) or answers.get("deploy") == "terraform"


def _is_built_by(system: str) -> Callable[[_Answers], bool]:
    def made(answers: _Answers) -> bool:
        chosen = answers.get("ci")
        return system in (chosen if isinstance(chosen, list) else [chosen])

    return made


@dataclass(frozen=True, kw_only=True)
class _Subject:
    """A subject of the template for some answers; its `first` check tells whether it exists."""

    checks: frozenset[str]
    made: Callable[[_Answers], bool]
    first: str = ""


_SUBJECTS = (
    _Subject(checks=_SERVICE, made=_is_deployed),
    _Subject(checks=_CHART, made=_is_deployed, first="HL001"),
    _Subject(checks=_MONITORED, made=_is_monitored, first="MO003"),
    _Subject(checks=_MONITORING_STACK, made=_brings_its_monitoring, first="MO003"),
    _Subject(checks=_PROVISIONED, made=_is_provisioned, first="TF001"),
    _Subject(checks=_OF_ENVIRONMENTS, made=_is_in_a_cloud, first="TF001"),
    *(_Subject(checks=one.OWN_CHECKS, made=_is_built_by(name)) for name, one in CI_SYSTEMS.items()),
)

_NEEDED: tuple[tuple[frozenset[str], Callable[[_Answers], bool]], ...] = (
    (_ANSWERING, _stays),
    (_ROUTED, _has_users),
    (frozenset({"K8002"}), _has_custom_objects),
    (_IN_A_CLUSTER, _is_in_a_cluster),
)
"""The further answers without which these checks have nothing to look at, whatever the subject."""
