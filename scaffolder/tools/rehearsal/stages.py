"""The commands of Terraform that a rehearsal runs, and what they print."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffolder.tools.process import CompletedRun
from scaffolder.tools.terraform.folders import PROVIDER_TIMEOUT, Root
from scaffolder.tools.terraform.output import Diagnostic, diagnostic, no_verdict
from scaffolder.tools.toolchain import Toolchain

_SAME = frozenset({"noop", "read"})


@dataclass(frozen=True, kw_only=True, order=True)
class Change:
    """A plan's change of one object: `action` is create, update, replace or delete."""

    address: str
    action: str
    attributes: tuple[str, ...] = ()

    def __str__(self) -> str:
        of = f" ({', '.join(self.attributes)})" if self.attributes else ""
        return f"{self.action} {self.address}{of}"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One diagnostic, and the values that Terraform shows beside it, by their names in the code."""

    diagnostic: Diagnostic
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The output of one command: `exit_code` 2 of a plan means that it has changes."""

    exit_code: int
    changes: tuple[Change, ...] = ()
    seen: tuple[Seen, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether Terraform stopped with an error."""
        return self.exit_code not in (0, 2)


@dataclass(kw_only=True)
class Commands:
    """Terraform in one root, for one environment: its values, and in `env` its state and providers.

    `plan_file` is where a plan may be written.
    """

    tools: Toolchain
    root: Root
    plan_file: Path
    arguments: tuple[str, ...]
    env: Mapping[str, str]
    options: tuple[str, ...] = field(default=("-input=false", "-no-color", "-lock=false"))

    def apply(self) -> Stage:
        """Apply the code."""
        return self._stage("apply", "-auto-approve")

    def plan(self, *options: str) -> Stage:
        """Compare the code with the cloud."""
        return self._stage("plan", "-detailed-exitcode", *options)

    def destroy(self) -> Stage:
        """Delete everything that the state names; a plan has just looked at the cloud."""
        return self._stage("apply", "-destroy", "-auto-approve", "-refresh=false")

    def changed_attributes(self, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        """Return the changes with the attributes that differ, which costs a plan."""
        self._stage("plan", f"-out={self.plan_file}")
        shown = self.root.run(
            self.tools, "show", "-json", str(self.plan_file), env=self.env, timeout=PROVIDER_TIMEOUT
        )
        if shown.exit_code:
            return changes
        named = {
            one["address"]: _differing(one["change"])
            for one in json.loads(shown.stdout).get("resource_changes", [])
        }
        return tuple(
            Change(address=one.address, action=one.action, attributes=named.get(one.address, ()))
            for one in changes
        )

    def _stage(self, command: str, *options: str) -> Stage:
        done = self.root.run(
            self.tools,
            command,
            "-json",
            *options,
            *self.options,
            *self.arguments,
            env=self.env,
            timeout=PROVIDER_TIMEOUT,
        )
        return _read(done, self.root.path)


def _read(done: CompletedRun, root: Path) -> Stage:
    """Return what a command with -json printed.

    Raises:
        ToolCrashed: it failed without a reason that can be read.

    """
    changes: dict[str, Change] = {}
    seen: list[Seen] = []
    for event in _events(done.stdout):
        match event.get("type"):
            case "planned_change":
                its = event["change"]
                address = its["resource"]["addr"]
                if its["action"] not in _SAME:
                    changes[address] = Change(address=address, action=its["action"])
            case "outputs":
                for name, output in event["outputs"].items():
                    if output.get("action", "noop") not in _SAME:
                        address = f"output.{name}"
                        changes[address] = Change(address=address, action=output["action"])
            case "diagnostic":
                seen.append(_seen(event["diagnostic"], root))
    errors = any(one.diagnostic.severity == "error" for one in seen)
    if done.exit_code not in (0, 2) and not errors:
        raise no_verdict(done)
    return Stage(
        exit_code=done.exit_code,
        changes=tuple(sorted(changes.values())),
        seen=tuple(seen),
    )


def _events(printed: str) -> Iterator[dict[str, Any]]:
    for line in printed.splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def _seen(item: Mapping[str, Any], root: Path) -> Seen:
    shown = (item.get("snippet") or {}).get("values") or []
    return Seen(diagnostic=diagnostic(item, root), names=tuple(one["traversal"] for one in shown))


def _differing(change: Mapping[str, Any]) -> tuple[str, ...]:
    before, after = change.get("before") or {}, change.get("after") or {}
    unknown = change.get("after_unknown") or {}
    if not isinstance(before, dict) or not isinstance(after, dict):
        return ()
    names = before.keys() | after.keys()
    return tuple(
        sorted(
            name
            for name in names
            if before.get(name) != after.get(name) or unknown.get(name) is True
        )
    )
