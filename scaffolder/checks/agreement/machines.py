"""Machines of a service on servers: the scripts deploy to those that Terraform makes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from scaffolder.checks.agreement.findings import disagreement
from scaffolder.model import Check, Finding, Location, NotApplicable, Verdict, counted
from scaffolder.repository import files, reading
from scaffolder.repository.project import Project
from scaffolder.repository.reading import place
from scaffolder.tools.toolchain import Toolchain

_SETTINGS = Path("ci/settings.sh")
_SETTING = re.compile(r"(SERVERS|MONITORING|MACHINES)=([\"']?)([\w-]*)\2(?:\s+#.*)?\s*")
"""One value, and nothing that the shell computes."""
_VALUE = re.compile(r"\"[\w-]*\"|\d+|true|false")
_PAIRS = (("SERVERS", "servers"), ("MONITORING", "monitoring"), ("MACHINES", "service"))
"""The setting of the scripts, and the variable of Terraform that has to agree with it."""
_RESULTS = {
    "SERVERS": "a deployment stops at a machine that is not there, or leaves one out",
    "MONITORING": "the monitoring is sent to a machine that is not there, or never",
    "MACHINES": "the scripts find no machine under this name",
}


@dataclass(frozen=True)
class _Stated:
    value: str
    place: Location


def machines_are_those_of_terraform(project: Project, _: Toolchain) -> Verdict:
    """`ci/settings.sh` and the values of Terraform have the same machines, everywhere."""
    settings = _settings(project)
    if "SERVERS" not in settings:
        raise NotApplicable("no ci/settings.sh names a number of servers")
    folders = {
        file.parent
        for file in files.terraform_variables(project)
        if "servers" in _variables(project, file)
    }
    if not folders:
        raise NotApplicable("no .tfvars of Terraform names a number of servers")
    read = [file for file in files.terraform_variables(project) if file.parent in folders]
    findings = chain.from_iterable(_findings(settings, _variables(project, file)) for file in read)
    return Verdict(findings=tuple(findings), detail=counted(len(read), "file"))


def _findings(settings: dict[str, _Stated], variables: dict[str, _Stated]) -> Iterator[Finding]:
    for setting, variable in _PAIRS:
        ours, made = settings.get(setting), variables.get(variable)
        if ours and made and ours.value != made.value:
            yield disagreement(
                made.place,
                f"{variable} is {made.value}, and {_SETTINGS} has "
                f"{setting}={_in_shell(setting, ours.value)}: {_RESULTS[setting]}",
                ours.place,
                fix=f"write {setting}={_in_shell(setting, made.value)} there, or change it here; "
                "`scaffold set` changes both",
            )


def _in_shell(setting: str, value: str) -> str:
    if setting == "SERVERS":
        return value
    return f'"{ {"true": "1", "false": ""}.get(value, value) }"'


def _settings(project: Project) -> dict[str, _Stated]:
    """Return what the scripts name; the switch of the monitoring as Terraform writes it."""
    if _SETTINGS not in files.shell_scripts(project):
        return {}
    found = {}
    for number, line in enumerate(project.lines(_SETTINGS), 1):
        if match := _SETTING.fullmatch(line):
            name, value = match[1], match[3]
            if name == "MONITORING":
                value = "true" if value else "false"
            found[name] = _Stated(value, place(project, _SETTINGS, number))
    return found


def _variables(project: Project, file: Path) -> dict[str, _Stated]:
    """Return the values of a `.tfvars` that are written down there, and not computed."""
    block = reading.blocks(project, file)
    found = {}
    for _, name in _PAIRS:
        attribute = block.attributes.get(name) if block else None
        if attribute and _VALUE.fullmatch(attribute.expression.strip()):
            value = attribute.expression.strip().strip('"')
            found[name] = _Stated(value, place(project, file, attribute.line))
    return found


CHECKS = (
    Check(
        id="AG070",
        title="Scripts and Terraform have the same machines",
        run=machines_are_those_of_terraform,
    ),
)
