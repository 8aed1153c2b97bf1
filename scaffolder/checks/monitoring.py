"""MO: alerts and dashboards ask Prometheus what it understands, and the alerts do what their tests say."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaffolder.checks.optional import module
from scaffolder.errors import ToolCrashed
from scaffolder.model import Check, Finding, Location, NotApplicable, Verdict
from scaffolder.repository.project import Project
from scaffolder.tools.programs import AMTOOL, PROMTOOL
from scaffolder.tools.toolchain import Toolchain

_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))")
"""A Grafana variable in a query: `$namespace`, `${namespace}`, `${namespace:regex}`."""

_FAILED_TEST = re.compile(r'^\s*(?:alertname: (?P<alert>\w+), time:|expr: (?P<expr>".*"), time:)', re.MULTILINE)
"""How `promtool test rules` names what it asked in vain."""

_REFUSED = re.compile(r"FAILED: (.*)")
_QUOTED = re.compile(r'"([^"]+)"')

_SINCE = {"url_file": (0, 26), "msteams_configs": (0, 26), "msteamsv2_configs": (0, 28)}
"""Settings of receivers, and the Alertmanager that first had them: github.com/prometheus/alertmanager, CHANGELOG.md."""

_DURATIONS = {"__rate_interval", "__interval", "__range", "interval"}


def rules_parse(project: Project, toolchain: Toolchain) -> Verdict:
    """Each expression of each recording and alerting rule is PromQL."""
    parser = module("promql_parser")
    files = _rule_files(project)
    findings, number = [], 0
    for file in files:
        for rule in _rules(project, file):
            number += 1
            problem = _problem(parser, str(rule.get("expr", "")))
            if problem:
                name = rule.get("alert") or rule.get("record") or "a rule"
                findings.append(Finding(path=file, line=project.line_of(file, str(name)), message=f"{name}: {problem}"))
    return Verdict(findings=tuple(findings), detail=f"{number} rules")


def dashboards_parse(project: Project, toolchain: Toolchain) -> Verdict:
    """Each query of each dashboard is PromQL once Grafana has filled in its variables."""
    parser = module("promql_parser")
    queries = [(file, *query) for file in project.matching("*.json") for query in _queries(project, file)]
    if not queries:
        raise NotApplicable("there is no dashboard")
    findings = []
    for file, title, expression in queries:
        problem = _problem(parser, _VARIABLE.sub(_filled, expression))
        if problem:
            line = project.line_of(file, json.dumps(expression)[1:-1])
            findings.append(Finding(path=file, line=line, message=f"{title!r}: {problem}"))
    return Verdict(findings=tuple(findings), detail=f"{len(queries)} queries")


def promtool_accepts_the_rules(project: Project, toolchain: Toolchain) -> Verdict:
    """`promtool check rules` accepts each rule file, its lints counted."""
    findings = []
    files = _rule_files(project)
    for file in files:
        done = toolchain.run(
            PROMTOOL,
            "check",
            "rules",
            "--lint=all",
            "--lint-fatal",
            *project.hand([file]),
            cwd=project.root,
            reads=[project.root / file],
        )
        match done.exit_code:
            case 0:
                pass
            case 1 | 3:  # 1: does not parse; 3: a lint, made fatal
                findings.append(Finding(path=file, message=_essence(done.stdout + done.stderr)))
            case _:
                raise ToolCrashed(f"promtool ended with {done.exit_code}: {_essence(done.stderr)}")
    return Verdict(findings=tuple(findings), detail=_files(files, "rule file"))


def alerts_pass_their_tests(project: Project, toolchain: Toolchain) -> Verdict:
    """`promtool test rules` passes: each alert fires when it should, and only then."""
    files = [
        file
        for file in project.matching("*.yaml", "*.yml")
        if "rule_files:" in project.text(file) and "tests:" in project.text(file)
    ]
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
            reads=project.paths_but("*.md"),
        )
        match done.exit_code:
            case 0:
                pass
            case 1:
                findings.append(_failed_tests(project, file, done.stdout + done.stderr))
            case _:
                raise ToolCrashed(f"promtool ended with {done.exit_code}: {_essence(done.stderr)}")
    return Verdict(findings=tuple(findings), detail=_files(files, "test file"))


def alertmanager_accepts_its_configuration(project: Project, toolchain: Toolchain) -> Verdict:
    """amtool accepts the Alertmanager configuration that stands in the values of kube-prometheus-stack.

    An amtool older than a setting is shown the configuration without it, and the verdict's limit says so.
    """
    files = project.matching("monitoring/*.yaml")
    found = [(file, config) for file in files for config in _configurations(project, file)]
    if not found:
        raise NotApplicable("there is no Alertmanager configuration")
    program = toolchain.find(AMTOOL)
    version = tuple(int(part) for part in program.version.split(".")[:2]) if program else (0, 0)
    findings, limits = [], set()
    for file, config in found:
        known, left_out = _known_to(version, {**config, "templates": []})  # their files lie in the cluster
        limits |= left_out
        with tempfile.TemporaryDirectory(prefix="scaffold-") as folder:
            path = Path(folder) / "alertmanager.json"  # JSON is YAML
            path.write_text(json.dumps(known), encoding="utf-8")
            done = toolchain.run(AMTOOL, "check-config", str(path))
        match done.exit_code:
            case 0:
                pass
            case 1:
                refused = _REFUSED.search(done.stdout + done.stderr)
                message = refused[1] if refused else _essence(done.stdout + done.stderr)
                named = _QUOTED.search(message)
                line = project.line_of(file, named[1] if named else "") or project.line_of(file, "alertmanager:")
                findings.append(Finding(path=file, line=line, message=message))
            case _:
                raise ToolCrashed(f"amtool ended with {done.exit_code}: {_essence(done.stderr)}")
    limit = f"{', '.join(sorted(limits))}, newer than this amtool" if limits else ""
    return Verdict(findings=tuple(findings), detail=", ".join(file.as_posix() for file, _ in found), limit=limit)


def _failed_tests(project: Project, file: Path, output: str) -> Finding:
    """What `promtool test rules` says of a test file, at the first test that fails, beside the rules it asks of."""
    asked = [found["alert"] or json.loads(found["expr"]) for found in _FAILED_TEST.finditer(output)]
    names = [
        str(rule.get("alert") or rule.get("record")) for one in _rule_files(project) for rule in _rules(project, one)
    ]
    meant = [
        name for name in dict.fromkeys(names) if any(re.search(rf"(?<![\w:]){name}(?![\w:])", one) for one in asked)
    ]
    lines = [(one, project.line_of(one, f": {name}")) for one in _rule_files(project) for name in meant]
    return Finding(
        path=file,
        line=project.line_of(file, asked[0]) if asked else 0,
        message=(f"{', '.join(meant)}: " if meant else "") + _essence(output),
        related=tuple(
            Location(path=one, line=line, text=project.lines(one)[line - 1].strip()) for one, line in lines if line
        ),
    )


def _rule_files(project: Project) -> list[Path]:
    files = [
        file
        for file in project.matching("*.yaml", "*.yml")
        if "groups:" in project.text(file) and _groups(project, file)
    ]
    if not files:
        raise NotApplicable("there is no file of Prometheus rules")
    return files


def _groups(project: Project, file: Path) -> list[dict[str, Any]]:
    if not re.search(r"^groups:", project.text(file), re.MULTILINE):
        return []
    import yaml

    try:
        documents = project.documents(file)
    except yaml.YAMLError:
        return []  # SY002 says so
    groups = documents[0].get("groups") if documents and isinstance(documents[0], dict) else None
    return [group for group in groups if isinstance(group, dict)] if isinstance(groups, list) else []


def _rules(project: Project, file: Path) -> Iterator[dict[str, Any]]:
    for group in _groups(project, file):
        yield from (rule for rule in group.get("rules") or [] if isinstance(rule, dict))


def _queries(project: Project, file: Path) -> Iterator[tuple[str, str]]:
    if '"panels"' not in project.text(file):
        return
    try:
        dashboard = json.loads(project.text(file))
    except json.JSONDecodeError:
        return  # SY003 says so
    for annotation in dashboard.get("annotations", {}).get("list", []):
        if annotation.get("expr"):
            yield annotation.get("name", "?"), annotation["expr"]
    panels = list(dashboard.get("panels", []))
    while panels:
        panel = panels.pop(0)
        panels += panel.get("panels", [])
        for target in panel.get("targets", []):
            if target.get("expr"):
                yield panel.get("title", "?"), target["expr"]


def _configurations(project: Project, file: Path) -> Iterator[dict[str, Any]]:
    import yaml

    try:
        documents = project.documents(file)
    except yaml.YAMLError:
        return  # SY002 says so
    for document in documents:
        alertmanager = document.get("alertmanager") if isinstance(document, dict) else None
        config = alertmanager.get("config") if isinstance(alertmanager, dict) else None
        if isinstance(config, dict) and "receivers" in config:
            yield config


def _known_to(version: tuple[int, ...], config: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """`config` as an amtool of this version can read it, and the settings that were left out for that."""
    newer = {setting: since for setting, since in _SINCE.items() if version < since}
    receivers, left_out = [], set()
    for receiver in config["receivers"]:
        kept = {}
        for kind, integrations in receiver.items():
            if kind in newer:
                left_out.add(kind)
            elif kind == "webhook_configs" and "url_file" in newer:
                left_out |= {"url_file" for one in integrations if "url_file" in one}
                kept[kind] = [
                    {"url" if key == "url_file" else key: _url(key, one[key]) for key in one} for one in integrations
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


def _essence(output: str) -> str:
    """What a person needs of a tool's output: without its headings and empty lines, at most a few lines' worth."""
    lines = [line.strip() for line in output.splitlines()]
    return " ".join(line for line in lines if line and not line.startswith(("Checking", "Unit Testing", "SUCCESS")))[
        :600
    ]


def _files(files: list[Path], noun: str) -> str:
    return f"{len(files)} {noun}{'' if len(files) == 1 else 's'}"


CHECKS = (
    Check(id="MO001", title="The rules are PromQL", run=rules_parse),
    Check(id="MO002", title="The dashboards ask PromQL", run=dashboards_parse),
    Check(id="MO003", title="promtool check rules passes", run=promtool_accepts_the_rules, tool=PROMTOOL),
    Check(id="MO004", title="promtool test rules passes", run=alerts_pass_their_tests, tool=PROMTOOL, cost=2),
    Check(id="MO005", title="amtool check-config passes", run=alertmanager_accepts_its_configuration, tool=AMTOOL),
)
