"""MO: alerts and dashboards ask Prometheus what it understands, and the alerts do what their tests say."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from scaffolder.checks.optional import module
from scaffolder.errors import ToolCrashed
from scaffolder.model import Check, Finding, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import files as kinds
from scaffolder.repository.facts import monitoring
from scaffolder.repository.facts.monitoring import RuleGroups
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, listed
from scaffolder.tools import output
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import AMTOOL, PROMTOOL
from scaffolder.tools.toolchain import Toolchain

_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))")
"""A Grafana variable in a query: `$namespace`, `${namespace}`, `${namespace:regex}`."""

_FAILED_TEST = re.compile(
    r'^\s*(?:alertname: (?P<alert>\w+), time:|expr: (?P<expr>".*"), time:)', re.MULTILINE
)
"""How `promtool test rules` names what it asked in vain."""

_REFUSED = re.compile(r"FAILED: (.*)")
_QUOTED = re.compile(r'"([^"]+)"')
_HANDED = re.compile(r"rules\.json: (?:\d+:\d+: )?")
"""Where promtool says that something is, in the file that it was handed in the place of an object."""

_SINCE = {"url_file": (0, 26), "msteams_configs": (0, 26), "msteamsv2_configs": (0, 28)}
"""Settings of receivers, and the Alertmanager that first had them: github.com/prometheus/alertmanager, CHANGELOG.md."""

_DURATIONS = {"__rate_interval", "__interval", "__range", "interval"}


def rules_parse(project: Project, toolchain: Toolchain) -> Verdict:
    """Each expression of each recording and alerting rule is PromQL."""
    parser = module("promql_parser")
    findings, number = [], 0
    for groups in _rule_groups(project):
        for way, rule in groups.rules:
            number += 1
            problem = _problem(parser, str(rule.get("expr", "")))
            if problem:
                kind = next((key for key in ("alert", "record") if rule.get(key)), "")
                line = line_of(groups.document, *way, kind) or line_of(groups.document, *way)
                name = rule.get(kind, "a rule")
                findings.append(Finding(path=groups.path, line=line, message=f"{name}: {problem}"))
    return Verdict(findings=tuple(findings), detail=counted(number, "rule"))


def dashboards_parse(project: Project, toolchain: Toolchain) -> Verdict:
    """Each query of each dashboard is PromQL once Grafana has filled in its variables."""
    parser = module("promql_parser")
    panels = monitoring.panels(project)
    if not panels:
        raise NotApplicable("there is no dashboard")
    findings = []
    for panel in panels:
        problem = _problem(parser, _VARIABLE.sub(_filled, panel.expression))
        if problem:
            message = f"{panel.title!r}: {problem}"
            findings.append(Finding(path=panel.place.path, line=panel.place.line, message=message))
    return Verdict(findings=tuple(findings), detail=counted(len(panels), "query"))


def promtool_accepts_the_rules(project: Project, toolchain: Toolchain) -> Verdict:
    """`promtool check rules` accepts each rule file, and the groups of each PrometheusRule, its lints counted."""
    findings = []
    found = _rule_groups(project)
    for groups in found:
        done = _checked(project, toolchain, groups)
        match done.exit_code:
            case 0:
                pass
            case 1 | 3:  # 1: does not parse; 3: a lint, made fatal
                message = _essence(done.stdout + done.stderr)
                line = _line_in_object(groups, message) if groups.is_object else 0
                severity = Severity.ERROR if done.exit_code == 1 else Severity.WARNING
                findings.append(
                    Finding(path=groups.path, line=line, message=message, severity=severity)
                )
            case _:
                raise ToolCrashed(f"promtool ended with {done.exit_code}: {_essence(done.stderr)}")
    return Verdict(findings=tuple(dict.fromkeys(findings)), detail=counted(len(found), "rule file"))


def alerts_pass_their_tests(project: Project, toolchain: Toolchain) -> Verdict:
    """`promtool test rules` passes: each alert fires when it should, and only then."""
    files = monitoring.rule_tests(project)
    if not files:
        raise NotApplicable("there is no test of alerting rules")
    project.hand(files)
    findings = []
    for file in files:
        done = toolchain.run(
            PROMTOOL,
            "test",
            "rules",
            file.name,
            cwd=project.root / file.parent,
            timeout=60,
            reads=kinds.but_documents(project),
        )
        match done.exit_code:
            case 0:
                pass
            case 1:
                findings.append(_failed_tests(project, file, done.stdout + done.stderr))
            case _:
                raise ToolCrashed(f"promtool ended with {done.exit_code}: {_essence(done.stderr)}")
    return Verdict(findings=tuple(findings), detail=counted(len(files), "test file"))


def alertmanager_accepts_its_configuration(project: Project, toolchain: Toolchain) -> Verdict:
    """amtool accepts each Alertmanager configuration: a file of its own, or in the values of a chart.

    An AlertmanagerConfig spells its keys otherwise, and is the operator's to judge. An amtool that
    is older than a setting is shown the configuration without it, and the verdict's limit says so.
    """
    found = [one for one in monitoring.alertmanagers(project) if not one.is_object]
    if not found:
        raise NotApplicable("there is no Alertmanager configuration")
    program = toolchain.find(AMTOOL)
    version = tuple(int(part) for part in program.version.split(".")[:2]) if program else (0, 0)
    findings, limits = [], set()
    for one in found:
        file = one.path
        known, left_out = _known_to(
            version, {**one.content, "templates": []}
        )  # their files lie in the cluster
        limits |= left_out
        with tempfile.TemporaryDirectory(prefix="scaffold-") as folder:
            path = Path(folder) / "alertmanager.json"  # JSON is YAML
            path.write_text(output.text_of(known), encoding="utf-8")
            done = toolchain.run(AMTOOL, "check-config", str(path))
        match done.exit_code:
            case 0:
                pass
            case 1:
                refused = _REFUSED.search(done.stdout + done.stderr)
                message = refused[1] if refused else _essence(done.stdout + done.stderr)
                named = _QUOTED.search(message)
                line = (
                    project.line_of(file, named[1] if named else "")
                    or one.place(project, "receivers").line
                )
                findings.append(Finding(path=file, line=line, message=message))
            case _:
                raise ToolCrashed(f"amtool ended with {done.exit_code}: {_essence(done.stderr)}")
    limit = f"{', '.join(sorted(limits))}, newer than this amtool" if limits else ""
    return Verdict(
        findings=tuple(findings),
        detail=", ".join(one.path.as_posix() for one in found),
        limit=limit,
    )


def _failed_tests(project: Project, file: Path, printed: str) -> Finding:
    """What `promtool test rules` says of a test file, at the first test that fails, beside the rules it asks of."""
    asked = [
        found["alert"] or output.value_of(found["expr"]) for found in _FAILED_TEST.finditer(printed)
    ]
    places = {rule.name: rule.place for rule in reversed(monitoring.rules(project)) if rule.name}
    names = dict.fromkeys(rule.name for rule in monitoring.rules(project) if rule.name)
    meant = [
        name
        for name in names
        if any(re.search(rf"(?<![\w:]){re.escape(name)}(?![\w:])", one) for one in asked)
    ]
    return Finding(
        path=file,
        line=project.line_of(file, asked[0]) if asked else 0,
        message=(f"{', '.join(meant)}: " if meant else "") + _essence(printed),
        related=tuple(places[name] for name in meant),
    )


def _rule_groups(project: Project) -> tuple[RuleGroups, ...]:
    found = monitoring.rule_groups(project)
    if not found:
        raise NotApplicable("there is no file of Prometheus rules")
    return found


def _checked(project: Project, toolchain: Toolchain, groups: RuleGroups) -> CompletedRun:
    """What promtool says of a file of rules, or of the groups of an object, which is handed to it as such a file."""
    arguments = ("check", "rules", "--lint=all", "--lint-fatal")
    if not groups.is_object:
        names = project.hand([groups.path])
        return toolchain.run(
            PROMTOOL, *arguments, *names, cwd=project.root, reads=[project.root / groups.path]
        )
    with tempfile.TemporaryDirectory(prefix="scaffold-") as folder:
        path = Path(folder) / "rules.json"  # JSON is YAML
        path.write_text(output.text_of({"groups": groups.groups}), encoding="utf-8")
        done = toolchain.run(PROMTOOL, *arguments, path.name, cwd=Path(folder))
    return replace(done, stdout=_HANDED.sub("", done.stdout), stderr=_HANDED.sub("", done.stderr))


def _line_in_object(groups: RuleGroups, message: str) -> int:
    """The line of the rule that promtool names, else of the groups."""
    named = set(_QUOTED.findall(message))
    ways = [
        way
        for way, rule in groups.rules
        if named & {str(rule.get("alert")), str(rule.get("record"))}
    ]
    return line_of(groups.document, *(ways[0] if ways else groups.way))


def _known_to(version: tuple[int, ...], config: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """`config` as an amtool of this version can read it, and the settings that were left out for that."""
    newer = {setting: since for setting, since in _SINCE.items() if version < since}
    receivers: list[Any] = []
    left_out: set[str] = set()
    for receiver in config["receivers"]:
        if not isinstance(receiver, dict):
            receivers.append(receiver)  # for amtool to say
            continue
        kept = {}
        for kind, integrations in receiver.items():
            if kind in newer:
                left_out.add(kind)
            elif kind == "webhook_configs" and "url_file" in newer:
                tables = [one for one in listed(integrations) if isinstance(one, dict)]
                left_out |= {"url_file" for one in tables if "url_file" in one}
                kept[kind] = [
                    {"url" if key == "url_file" else key: _url(key, one[key]) for key in one}
                    for one in tables
                ]
            else:
                kept[kind] = integrations
        receivers.append(kept)
    return {**config, "receivers": receivers}, left_out


def _url(key: str, value: Any) -> Any:
    return "http://stands-for-the-file.invalid" if key == "url_file" else value


def _filled(variable: re.Match[str]) -> str:
    return "5m" if (variable[1] or variable[2]) in _DURATIONS else "x"


def _problem(parser: Any, expression: str) -> str:
    try:
        parser.parse(expression)
    except ValueError as error:
        return f"is not PromQL: {' '.join(str(error).split())}"
    return ""


def _essence(printed: str) -> str:
    """What a person needs of a tool's output: without its headings and empty lines, at most a few lines' worth."""
    lines = [line.strip() for line in printed.splitlines()]
    return " ".join(
        line
        for line in lines
        if line and not line.startswith(("Checking", "Unit Testing", "SUCCESS"))
    )[:600]


CHECKS = (
    Check(id="MO001", title="The rules are PromQL", run=rules_parse),
    Check(id="MO002", title="The dashboards ask PromQL", run=dashboards_parse),
    Check(
        id="MO003",
        title="promtool check rules passes",
        run=promtool_accepts_the_rules,
        tool=PROMTOOL,
    ),
    Check(
        id="MO004",
        title="promtool test rules passes",
        run=alerts_pass_their_tests,
        tool=PROMTOOL,
        cost=2,
    ),
    Check(
        id="MO005",
        title="amtool check-config passes",
        run=alertmanager_accepts_its_configuration,
        tool=AMTOOL,
    ),
)
