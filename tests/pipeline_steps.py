"""The steps of a Jenkinsfile and of an Azure pipeline, read from the files in order, to be run without their servers.

The files decide what runs: the commands, and exactly the variables that file and server give them.
The server's own work is not run: conditions of stages, locks, milestones, approvals, artifacts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


@dataclass
class Stage:
    """A job of its own in a fresh clone: its commands in order, each with its variables.

    `takes_digest` and `leaves_digest`: Jenkins stashes build/digest; Azure hands over a variable instead.
    """

    name: str
    steps: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    takes_digest: bool = False
    leaves_digest: bool = False


# ---- Jenkins ---------------------------------------------------------------------------------------------------------

_STAGE = re.compile(r"stage\('([^']+)'\) \{")
_SH = re.compile(r"\bsh '((?:[^'\\]|\\.)*)'")
_SETTING = re.compile(r"^\s*(\w+) = (?:'([^']*)'|credentials\('([^']+)'\))", re.MULTILINE)
_BINDING = re.compile(r"(usernamePassword|string|file)\(credentialsId: '([^']+)', (.*?)\)")
_VARIABLE = re.compile(r"(\w*[vV]ariable): '(\w+)'")


def jenkins(text: str, names: list[str], credentials: Mapping[str, Any]) -> Iterator[Stage]:
    """Yield the named stages of a Jenkinsfile in their order in the file."""
    everywhere = _settings(_block(text, text.index("  environment {")), credentials)
    for match in _STAGE.finditer(text):
        if match[1] not in names:
            continue
        body = _block(text, match.start())
        stage = Stage(match[1], takes_digest="unstash 'digest'" in body)
        stage.leaves_digest = "stash name: 'digest'" in body
        variables = dict(everywhere)
        if "environment {" in body:
            inner = _block(body, body.index("environment {"))
            variables |= _settings(inner, credentials)
        steps = _block(body, body.index("steps {"))
        bound = _block(steps, steps.index("withCredentials")) if "withCredentials" in steps else ""
        secrets = _bindings(steps, credentials)
        for command in _SH.finditer(steps):
            given = {**variables, **(secrets if command[0] in bound else {})}
            stage.steps.append((command[1], given))
        yield stage


def _block(text: str, start: int) -> str:
    """Return what is in the braces that open after `start`."""
    opening = text.index("{", start)
    depth = 0
    for place in range(opening, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return text[opening + 1 : place]
    raise ValueError("a brace that is never closed")


def _settings(block: str, credentials: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: credentials[secret] if secret else value
        for name, value, secret in _SETTING.findall(block)
    }


def _bindings(steps: str, credentials: Mapping[str, Any]) -> dict[str, str]:
    bound: dict[str, str] = {}
    for kind, name, rest in _BINDING.findall(steps):
        variables = dict(_VARIABLE.findall(rest))
        if kind == "usernamePassword":
            user, password = credentials[name]
            bound |= {variables["usernameVariable"]: user, variables["passwordVariable"]: password}
        else:
            bound[variables["variable"]] = credentials[name]
    return bound


# ---- Azure Pipelines -------------------------------------------------------------------------------------------------

_PARAMETER = re.compile(r"\$\{\{ parameters\.(\w+) \}\}")
_MACRO = re.compile(r"\$\(([\w.]+)\)")


def azure(
    root: Path, names: list[str], groups: Mapping[str, str], server: Mapping[str, str]
) -> Iterator[Stage]:
    """Yield the jobs of the named stages; `groups` are the variables of the groups, `server` those that Azure sets."""
    pipeline = yaml.safe_load((root / "azure-pipelines.yml").read_text(encoding="utf-8"))
    everywhere = {**groups, **_variables(pipeline["variables"], server)}
    for given in pipeline["stages"]:
        for stage in _expanded(given, root):
            if stage["stage"] in names:
                for job in stage["jobs"]:
                    yield from _job(job, stage, root, everywhere, server)


def _expanded(stage: dict[str, Any], root: Path) -> list[dict[str, Any]]:
    if "template" not in stage:
        return [stage]
    return list(_template(root / stage["template"], stage.get("parameters", {}))["stages"])


def _template(file: Path, parameters: Mapping[str, Any]) -> Any:
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    defaults = {one["name"]: one.get("default", "") for one in document.pop("parameters", [])}
    return _filled(document, {**defaults, **parameters})


def _filled(one: Any, parameters: Mapping[str, Any]) -> Any:
    if isinstance(one, dict):
        return {key: _filled(value, parameters) for key, value in one.items()}
    if isinstance(one, list):
        return [_filled(value, parameters) for value in one]
    if isinstance(one, str):
        whole = _PARAMETER.fullmatch(one)
        if whole:
            return parameters[whole[1]]
        return _PARAMETER.sub(lambda match: str(parameters[match[1]]), one)
    return one


def _variables(given: Any, server: Mapping[str, str]) -> dict[str, str]:
    pairs = (
        [(one["name"], one["value"]) for one in given if "name" in one]
        if isinstance(given, list)
        else list(given.items())
    )
    return {name: _macros(str(value), server) for name, value in pairs}


def _macros(text: str, values: Mapping[str, str]) -> str:
    return _MACRO.sub(lambda match: values.get(match[1], match[0]), text)


def _job(
    job: dict[str, Any],
    stage: dict[str, Any],
    root: Path,
    everywhere: dict[str, str],
    server: Mapping[str, str],
) -> Iterator[Stage]:
    if "PullRequest" in job.get("condition", "") or job.get("pool") == "server":
        return
    known = {**everywhere, **_variables(job.get("variables", {}), server)}
    steps = job.get("steps") or job["strategy"]["runOnce"]["deploy"]["steps"]
    made = Stage(f"{stage['stage']}.{job.get('job') or job['deployment']}")
    # A secret is in no job's environment: a step that needs it names it (https://learn.microsoft.com/azure/devops/pipelines/process/set-secret-variables).
    plain = {name: value for name, value in known.items() if name not in SECRET}
    folder = root / "ci/azure-devops"
    for step in _steps(steps, root if "steps" in job else folder):
        if "bash" in step and step.get("condition") != "failed()":
            own = {
                name: _macros(str(value), {**known, **server})
                for name, value in step.get("env", {}).items()
            }
            made.steps.append((_macros(step["bash"], {**known, **server}), {**plain, **own}))
    yield made


SECRET = ("REGISTRY_PASSWORD", "VAULT_TOKEN", "CHAT_WEBHOOK_URL")
"""The variables that the head of azure-pipelines.yml calls secret."""


def _steps(steps: list[dict[str, Any]], folder: Path) -> Iterator[dict[str, Any]]:
    for step in steps:
        if "template" in step:
            yield from _template(folder / step["template"], step.get("parameters", {}))["steps"]
        else:
            yield step
