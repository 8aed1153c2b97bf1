"""MO: alerts are sent to services that are still there."""

from __future__ import annotations

from typing import Any, NamedTuple

from scaffolder.formats.regex import regex
from scaffolder.model import Check, Finding, NotApplicable, Verdict, counted
from scaffolder.repository.facts import monitoring
from scaffolder.repository.project import Project
from scaffolder.repository.reading import listed
from scaffolder.tools.toolchain import Toolchain


class _Retired(NamedTuple):
    """A kind of receiver whose service has ended: its spellings, what ended, what to write."""

    keys: tuple[str, ...]
    ended: str
    instead: str


_RETIRED = (
    # https://devblogs.microsoft.com/microsoft365dev/retirement-of-office-365-connectors-within-microsoft-teams/
    _Retired(
        keys=("msteams_configs", "msteamsConfigs"),
        ended="Microsoft retired the connectors of Teams that it posts to",
        instead="msteamsv2_configs, with the address of a workflow",
    ),
    # https://github.com/prometheus/alertmanager/blob/main/CHANGELOG.md (0.17.0)
    _Retired(
        keys=("hipchat_configs",),
        ended="HipChat ended in 2019, and Alertmanager no longer knows it",
        instead="the receiver of the chat that the team uses",
    ),
)
_WORKFLOW = regex(r"logic\.azure\.|powerplatform\.|powerautomate\.|flow\.microsoft\.")
"""Addresses of workflows, which are not retired."""


def receivers_are_in_service(project: Project, _: Toolchain) -> Verdict:
    """No receiver of Alertmanager posts to a service that has ended."""
    configurations = monitoring.alertmanagers(project)
    if not configurations:
        raise NotApplicable("no Alertmanager configuration")
    findings = []
    for configuration in configurations:
        for number, receiver in enumerate(listed(configuration.content.get("receivers"))):
            for retired in _RETIRED:
                for key in retired.keys:
                    if _posts(receiver, key):
                        at = configuration.place(project, "receivers", number, key)
                        message = (
                            f"{key}: {retired.ended}; alerts are accepted, and no one sees them"
                        )
                        fix = f"write {retired.instead}"
                        findings.append(
                            Finding(path=at.path, line=at.line, message=message, fix=fix)
                        )
    return Verdict(findings=tuple(findings), detail=counted(len(configurations), "configuration"))


def _posts(receiver: Any, key: str) -> bool:
    given = receiver.get(key) if isinstance(receiver, dict) else None
    return bool(given) and not _WORKFLOW.search(str(given))


CHECKS = (Check(id="MO007", title="Receivers are in service", run=receivers_are_in_service),)
