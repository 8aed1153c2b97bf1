"""MO: alerts and dashboards are valid for Prometheus, and alerts pass their tests."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path

from scaffolder.checks.monitoring import batches, failed_alerts
from scaffolder.checks.monitoring.expressions import rule_groups, templates_of_rules
from scaffolder.errors import ToolCrashed, ToolTimeout
from scaffolder.formats.regex import regex
from scaffolder.model import Blocked, Check, Finding, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import files as kinds
from scaffolder.repository.facts import expressions, monitoring
from scaffolder.repository.facts.monitoring import RuleGroups
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, listed, table
from scaffolder.tools import output
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import PROMTOOL
from scaffolder.tools.toolchain import Toolchain

_FAILED_TEST = regex(
    r'^\s*(?:alertname: (?P<alert>\w+), time:|expr: (?P<expr>".*"), time:)', re.MULTILINE
)
"""How `promtool test rules` names what it asked in vain."""

_QUOTED = regex(r'"([^"]+)"')
_HANDED = regex(r"rules\.json: (?:\d+:\d+: )?")
"""The place that promtool names in the file it was given instead of an object."""

_NEWER_THAN_PROMTOOL = regex(
    r"field (query_offset|labels|keep_firing_for|limit) not found in type|function \"(\w+)\" is not"
    r" enabled"
    r"|unknown function with name"
    r" \"(info|sort_by_label\w*|limitk|limit_ratio|mad_over_time|histogram_\w+)\""
    r"|\b(limitk|limit_ratio|double_exponential_smoothing)\b[^.]*experimental"
)
"""Errors of an older promtool, or one without feature flags, that Prometheus may accept."""

_CHECK = ("check", "rules", "--lint=all", "--lint-fatal")
_DUPLICATE = regex(r"duplicate rule\(s\) found")


def promtool_accepts_the_rules(project: Project, toolchain: Toolchain) -> Verdict:
    """`promtool check rules` accepts each rule file and PrometheusRule, lints included."""
    findings: list[Finding] = []
    found = rule_groups(project)
    limits = [*filter(None, [templates_of_rules(project)])]
    readable = [groups for groups in found if not _for_another_ruler(groups)]
    if len(readable) < len(found):
        limits.append(f"{counted(len(found) - len(readable), 'file')} for other rulers")
    if not readable:
        raise NotApplicable("the rules are for other rulers than that of Prometheus")
    plain = [groups.path for groups in readable if not groups.is_object]
    passed = batches.accepted(
        project,
        toolchain,
        _CHECK,
        plain,
        reads=[project.root / file for file in plain],
        clock=project.budget.clock(),
    )
    for groups in readable:
        if groups.path in passed and not groups.is_object:
            continue
        done = _checked(project, toolchain, groups)
        message = essence(done.stdout + done.stderr)
        match done.exit_code:
            case 0:
                pass
            case 1 if newer := _NEWER_THAN_PROMTOOL.search(message):
                word = next(group for group in newer.groups() if group)
                limits.append(f"{groups.path.as_posix()}: {word} is newer than this promtool")
            case 3 if _only_apart_by_labels(groups, message):
                pass
            case 1 | 3:  # 1: does not parse; 3: a lint, made fatal
                line = _line_in_object(groups, message) if groups.is_object else 0
                severity = Severity.ERROR if done.exit_code == 1 else Severity.WARNING
                findings.append(
                    Finding(path=groups.path, line=line, message=message, severity=severity)
                )
            case _:
                raise ToolCrashed(f"promtool ended with {done.exit_code}: {essence(done.stderr)}")
    return Verdict(
        findings=tuple(dict.fromkeys(findings)),
        detail=counted(len(readable), "rule file"),
        limit=", ".join(limits),
    )


def _for_another_ruler(groups: RuleGroups) -> bool:
    """Return whether promtool cannot read the rules.

    They are for Loki or VictoriaMetrics, or still templates.
    """
    texts = [str(rule.get("expr", "")) for _, rule in groups.rules]
    return groups.engine != monitoring.PROMETHEUS or any(
        expressions.other_language(text) or expressions.is_template(text) for text in texts
    )


def _only_apart_by_labels(groups: RuleGroups, message: str) -> bool:
    """Return whether rules counted as duplicates select different values, and so differ."""
    if not _DUPLICATE.search(message):
        return False
    shapes: dict[tuple[str, str], list[str]] = {}
    for _, rule in groups.rules:
        kind = "alert" if rule.get("alert") else "record"
        shapes.setdefault((kind, f"{rule.get(kind)} {rule.get('labels')}"), []).append(
            str(rule.get("expr"))
        )
    return all(_are_apart(kind, texts) for (kind, _), texts in shapes.items() if len(texts) > 1)


def _are_apart(kind: str, texts: list[str]) -> bool:
    """Whether rules of one name ask for different things: an alert may have several conditions."""
    if len(set(texts)) < len(texts):
        return False
    return kind == "alert" or len(set(map(expressions.without_strings, texts))) == 1


def alerts_pass_their_tests(project: Project, toolchain: Toolchain) -> Verdict:
    """`promtool test rules` passes: each alert fires when it should, and only then."""
    files = monitoring.rule_tests(project)
    if not files:
        raise NotApplicable("no test of alerting rules")
    project.hand(files)
    findings: list[Finding] = []
    limits: list[str] = []
    hung: list[ToolTimeout] = []
    judged = 0
    clock = project.budget.clock()
    inputs = kinds.but_documents(project)
    passed = batches.accepted(
        project, toolchain, ("test", "rules"), files, reads=inputs, clock=clock
    )
    judged += len(passed)
    left = [file for file in files if file not in passed]
    for number, file in enumerate(left):
        if clock.is_over():
            limits.append(f"{counted(len(left) - number, 'test file')}: {clock.reason}")
            break
        try:
            done = _tested(project, toolchain, file)
        except ToolTimeout as slow:
            limits.append(f"{file.as_posix()}: {slow.message}")
            hung.append(slow)
            continue
        match done.exit_code:
            case 0:
                judged += 1
            case 1 if limit := _not_for_here(project, toolchain, file, done.stdout + done.stderr):
                limits.append(f"{file.as_posix()}: {limit}")
            case 1:
                judged += 1
                findings.append(_failed_tests(project, file, done.stdout + done.stderr))
            case _:
                raise ToolCrashed(f"promtool ended with {done.exit_code}: {essence(done.stderr)}")
    if len(hung) == len(files):
        raise hung[0]
    if not judged:
        raise Blocked(", ".join(limits[:3]))
    more = f" and {len(limits) - 3} more" if len(limits) > 3 else ""
    return Verdict(
        findings=tuple(findings),
        detail=counted(len(files), "test file"),
        limit=", ".join(limits[:3]) + more,
    )


def _tested(project: Project, toolchain: Toolchain, file: Path) -> CompletedRun:
    """Return promtool's output for one file of tests; a slow one takes no verdict of the others."""
    return toolchain.run(
        PROMTOOL,
        "test",
        "rules",
        file.name,
        cwd=project.root / file.parent,
        timeout=_SLOWEST,
        reads=kinds.but_documents(project),
    )


_SLOWEST = 60.0
"""Seconds of one file of tests."""

_UNKNOWN_FIELD = regex(r"field (\$?[\w-]+) not found in type")
_NO_RULES = regex(r"no file match pattern (\S+)")
_STARTS_AT_INTERVAL = (3, 0)
"""The promtool that first gave a group of tests without `interval` that of the evaluation.

https://github.com/prometheus/prometheus/blob/main/CHANGELOG.md
"""


def _not_for_here(project: Project, toolchain: Toolchain, file: Path, printed: str) -> str:
    """Return why a test cannot pass here though it may elsewhere, "" if it should pass."""
    if unknown := _UNKNOWN_FIELD.search(printed):
        if unknown[1].startswith(("$", "x-")):
            return f"{unknown[1]} is for another program"
        return f"{unknown[1]} is newer than this promtool"
    if missing := _NO_RULES.search(printed):
        return f"{missing[1].strip(',')} is not in the repository"
    promtool = toolchain.find(PROMTOOL)
    version = tuple(int(part) for part in promtool.version.split(".")[:2]) if promtool else (9,)
    groups = table(project, file).get("tests")
    without = any("interval" not in one for one in listed(groups) if isinstance(one, dict))
    if version < _STARTS_AT_INTERVAL and without:
        return "its groups have no interval, which only promtool 3 fills in"
    return ""


def _failed_tests(project: Project, file: Path, printed: str) -> Finding:
    """Return the finding of `promtool test rules` for a file, at its first failing test."""
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
        message=(f"{', '.join(meant)}: " if meant else "")
        + (failed_alerts.difference(printed) or essence(printed)),
        related=tuple(places[name] for name in meant),
    )


def _checked(project: Project, toolchain: Toolchain, groups: RuleGroups) -> CompletedRun:
    """Return promtool's output for a file of rules, or for an object's groups in such a file."""
    if not groups.is_object:
        names = project.hand([groups.path])
        return toolchain.run(
            PROMTOOL, *_CHECK, *names, cwd=project.root, reads=[project.root / groups.path]
        )
    with tempfile.TemporaryDirectory(prefix="scaffold-") as folder:
        path = Path(folder) / "rules.json"  # JSON is YAML
        path.write_text(output.text_of({"groups": groups.as_prometheus}), encoding="utf-8")
        done = toolchain.run(PROMTOOL, *_CHECK, path.name, cwd=Path(folder))
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


def essence(printed: str) -> str:
    """Return a tool's output without its headings and empty lines, at most 600 signs."""
    lines = [line.strip() for line in printed.splitlines()]
    return " ".join(
        line
        for line in lines
        if line and not line.startswith(("Checking", "Unit Testing", "SUCCESS"))
    )[:600]


CHECKS = (
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
)
