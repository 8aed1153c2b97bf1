"""MO: Alertmanager accepts its configuration."""

from __future__ import annotations

import difflib
import re
import tempfile
from pathlib import Path
from typing import Any

from scaffolder.checks.monitoring.alerting import essence
from scaffolder.errors import ToolCrashed
from scaffolder.formats.regex import regex
from scaffolder.model import Blocked, Check, Finding, NotApplicable, Verdict
from scaffolder.repository import files, source_templates
from scaffolder.repository.facts import monitoring
from scaffolder.repository.facts.monitoring import Alertmanager
from scaffolder.repository.project import Project
from scaffolder.repository.reading import listed
from scaffolder.tools import output
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import AMTOOL
from scaffolder.tools.toolchain import Toolchain

_REFUSED = regex(r"FAILED: (.*)", re.DOTALL)
_QUOTED = regex(r'"([^"]+)"')

_SINCE = {
    "discord_configs": (0, 25),
    "webex_configs": (0, 25),
    "msteams_configs": (0, 26),
    "msteamsv2_configs": (0, 28),
    "jira_configs": (0, 28),
    "rocketchat_configs": (0, 28),
    "incidentio_configs": (0, 29),
    "mattermost_configs": (0, 30),
}
"""Settings of receivers, and the Alertmanager that first had them.

https://github.com/prometheus/alertmanager/blob/main/CHANGELOG.md
"""

_PLACEHOLDER = regex(
    r"\$\{[^}]+\}|\$\(\w+\)|\$[A-Z_][A-Z0-9_]*|\{\{.+\}\}|<[\w .-]+>|%\w+%|__\w+__|@@?\w+@@?"
    r"|ENC\[.*\]|^(?:[A-Z][A-Z0-9]*_)+[A-Z0-9]+$|^(?:CHANGE_?ME|REPLACE_?ME|TODO|XXX+)$",
    re.DOTALL,
)
"""Placeholders for another program than Alertmanager: envsubst, Ansible, SOPS."""

_STAND_INS: tuple[tuple[re.Pattern[str], object], ...] = (
    (regex(r"(?:^|_)url$"), "http://stands-for-the-placeholder.invalid"),
    (regex(r"smarthost$"), "stands-for-the-placeholder.invalid:25"),
    (regex(r"_(?:wait|interval|timeout)$|^(?:retry|expire|ttl)$"), "1m"),
    (regex(r"^(?:send_resolved|require_tls|html|continue)$"), True),
    (regex(r"^(?:max_alerts|chat_id|priority)$"), 1),
)
"""Stand-ins for placeholders in settings that are not plain texts, by their names."""


def alertmanager_accepts_its_configuration(project: Project, toolchain: Toolchain) -> Verdict:
    """amtool accepts each Alertmanager configuration: a file, or a part of the values of a chart.

    An AlertmanagerConfig spells its keys otherwise, and is the operator's to judge. An amtool that
    is older than a setting gets the configuration without it, and the verdict's limit names it.
    """
    found = [
        one
        for one in monitoring.alertmanagers(project)
        if not one.is_object and not files.is_trial(one.path)
    ]
    if not found:
        raise NotApplicable("no Alertmanager configuration")
    amtool = toolchain.find(AMTOOL)
    version = tuple(int(part) for part in amtool.version.split(".")[:2]) if amtool else (0, 0)
    findings: list[Finding] = []
    limits: list[str] = []
    newer: set[str] = set()
    for one in found:
        file = one.path
        if source_templates.has_open_values(project, file):
            limits.append(f"{file.as_posix()} is a template")
            continue
        # Files of templates are in the cluster.
        content = {**_filled_in(one.content), "templates": []}
        if one.is_in_values:
            content.pop("enabled", None)  # a switch of the chart
        known, left_out = _known_to(version, content)
        newer |= left_out
        with tempfile.TemporaryDirectory(prefix="scaffold-") as folder:
            path = Path(folder) / "alertmanager.json"  # JSON is YAML
            path.write_text(output.text_of(known), encoding="utf-8")
            done = toolchain.run(AMTOOL, "check-config", str(path))
        match done.exit_code:
            case 0:
                pass
            case 1:
                message = _refusal(done)
                if excuse := _excuse(project, one, message):
                    limits.append(f"{file.as_posix()}, which {excuse}")
                    continue
                line = _line_of(project, one, message)
                findings.append(Finding(path=file, line=line, message=message))
            case _:
                raise ToolCrashed(f"amtool ended with {done.exit_code}: {essence(done.stderr)}")
    if limits and len(limits) == len(found):
        raise Blocked(", ".join(limits))
    if newer:
        names = ", ".join(sorted(newer))
        limits.append(f"the settings {names}, because this amtool is too old for them")
    return Verdict(
        findings=tuple(findings),
        detail=", ".join(one.path.as_posix() for one in found),
        limit="; ".join(limits),
    )


def _refusal(done: CompletedRun) -> str:
    """Return amtool's reason for refusing a configuration."""
    refused = _REFUSED.search(done.stdout + done.stderr)
    message = essence(refused[1]) if refused else essence(done.stdout + done.stderr)
    return message.partition(" amtool: error:")[0]


def _line_of(project: Project, one: Alertmanager, message: str) -> int:
    named = _QUOTED.search(message)
    line = project.line_of(one.path, named[1] if named else "")
    return line or one.place(project, "receivers").line


_UNKNOWN = regex(r"field (\w+) not found in type")

_FIELDS = (
    *("route", "routes", "receiver", "receivers", "group_by", "group_wait", "group_interval"),
    *("repeat_interval", "match", "match_re", "matchers", "continue", "mute_time_intervals"),
    *("active_time_intervals", "inhibit_rules", "source_match", "target_match", "equal", "global"),
    *("source_matchers", "target_matchers", "templates", "time_intervals", "send_resolved", "name"),
    *("slack_configs", "email_configs", "pagerduty_configs", "webhook_configs", "opsgenie_configs"),
    *("api_url", "channel", "title", "text", "color", "username", "icon_emoji", "icon_url", "url"),
    *(
        "to",
        "from",
        "smarthost",
        "auth_username",
        "auth_password",
        "headers",
        "html",
        "routing_key",
    ),
    *("service_key", "description", "severity", "details", "http_config", "resolve_timeout"),
    *("smtp_from", "smtp_smarthost", "smtp_auth_username", "smtp_auth_password", "slack_api_url"),
)
"""Settings that every Alertmanager of these years has, against which a slip of the pen is seen."""


def _newer(message: str) -> str:
    """Return the setting that a newer Alertmanager may know, "" if it is a slip of the pen."""
    unknown = _UNKNOWN.search(message)
    if unknown is None or difflib.get_close_matches(unknown[1], _FIELDS, n=1, cutoff=0.85):
        return ""
    return unknown[1]


_LACKS = regex(
    r"\bno (?:global|\w+) .*\b(?:set|configured)\b|\bmissing\b|\bmust be\b|\brequired\b"
    r"|unsupported scheme|must specify|at least one|\bempty\b|one of ",
    re.IGNORECASE,
)
"""Amtool's texts for a missing setting, which another program may fill in."""

_COMPLETES = regex(
    r"\b(?:sed|envsubst|gomplate|dockerize|confd|yq|perl|awk|jinja2|j2|mustache|consul-template)\b"
)


def _excuse(project: Project, one: Alertmanager, message: str) -> str:
    """Return why a configuration that amtool refuses may be right, "" if it is wrong."""
    if unknown := _newer(message):
        return f"has {unknown}, newer than this amtool"
    if not _LACKS.search(message):
        return ""
    if one.is_in_values:
        return "Helm merges with the chart's own"
    program = _completed_by(project, one.path)
    return f"{program.as_posix()} completes" if program else ""


def _completed_by(project: Project, file: Path) -> Path | None:
    """Return the program that fills in a configuration before Alertmanager reads it."""
    for program in files.that_fill_in(project):
        for line in re.sub(r"\\\n", " ", project.text(program)).splitlines():
            if file.name in line and _COMPLETES.search(line) and not line.lstrip().startswith("#"):
                return program
    return None


def _filled_in(value: Any, key: str = "") -> Any:
    """Return a configuration with stand-ins for placeholders where a text alone is refused."""
    if isinstance(value, dict):
        return {name: _filled_in(one, str(name)) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled_in(one, key) for one in value]
    if isinstance(value, str) and _PLACEHOLDER.search(value):
        return next((given for name, given in _STAND_INS if name.search(key)), value)
    return value


def _known_to(version: tuple[int, ...], config: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Return `config` as an amtool of this version reads it, and the settings left out."""
    newer = {setting: since for setting, since in _SINCE.items() if version < since}
    receivers: list[Any] = []
    left_out: set[str] = set()
    for receiver in config["receivers"]:
        if not isinstance(receiver, dict):
            receivers.append(receiver)  # amtool reports it
            continue
        kept: dict[Any, Any] = {}
        for kind, integrations in receiver.items():
            if kind in newer:
                left_out.add(kind)
            elif str(kind).endswith("_configs") and version < _ALL_FILES:
                kept[kind] = [_without_files(one, left_out) for one in listed(integrations)]
            else:
                kept[kind] = integrations
        receivers.append(kept)
    return {**config, "receivers": receivers}, left_out


_ALL_FILES = (0, 31)
"""The Alertmanager from which on amtool knows each setting that may be in a file."""

_LONG_KNOWN = frozenset({"cert_file", "key_file", "ca_file", "password_file", "credentials_file"})


def _without_files(integration: Any, left_out: set[str]) -> Any:
    """Return an integration with stand-ins for what is in files, which releases add one by one."""
    if not isinstance(integration, dict):
        return integration
    kept: dict[Any, Any] = {}
    for key, value in integration.items():
        name = str(key).removesuffix("_file")
        if name == key or key in _LONG_KNOWN or name in integration:
            kept[key] = value
            continue
        left_out.add(str(key))
        kept[name] = "https://stands-for.invalid" if name.endswith("url") else "1"
    return kept


CHECKS = (
    Check(
        id="MO005",
        title="amtool check-config passes",
        run=alertmanager_accepts_its_configuration,
        tool=AMTOOL,
    ),
)
