"""Which errors of a rehearsal come from the rehearsal and not from the code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from itertools import chain
from typing import Any

from scaffolder.errors import ToolError
from scaffolder.formats.hcl import Block
from scaffolder.formats.regex import regex
from scaffolder.tools.offline.catalog import Part
from scaffolder.tools.rehearsal.stages import Seen
from scaffolder.tools.terraform import limits
from scaffolder.tools.terraform.folders import Root
from scaffolder.tools.terraform.output import Diagnostic

_NO_FUNCTION = "Unknown provider function"
_TOO_LATE = "until apply"
"""Terraform's message for a value that only an apply brings."""

_INDEX = regex(r"\[[^\]]*\]")
_OURS = ("Value for undeclared variable",)
"""Warnings about how the rehearsal calls Terraform."""


class NotRehearsed(ToolError):
    """The Terraform of a repository cannot be rehearsed."""


def refusal(files: Iterable[Block], parts: Mapping[str, Part], unknown: Iterable[str]) -> str:
    """Return why a configuration cannot be rehearsed, "" if it can."""
    files = tuple(files)
    if missing := sorted(unknown):
        return f"no schema of {', '.join(missing)}"
    if commands := sorted(_commands(files)):
        return f"it runs commands on this machine: provisioner {', '.join(commands)}"
    objects = chain.from_iterable(file.each("resource", "data", "ephemeral") for file in files)
    used = {block.labels[0] for block in objects if block.labels}
    if "terraform_remote_state" in used:
        return "it reads the state of another root"
    without = set(chain.from_iterable(part.without_schema for part in parts.values()))
    if names := sorted(used & without):
        return f"no schema of {', '.join(names)}"
    return ""


def _commands(files: Iterable[Block]) -> Set[str]:
    provisioners = chain.from_iterable(file.within("provisioner") for file in files)
    return {block.labels[0] for block in provisioners if block.labels}


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The diagnostics that the code causes, and what kept the rehearsal from judging the others."""

    diagnostics: tuple[Diagnostic, ...] = ()
    limit: str = ""


def judged(
    seen: Iterable[Seen],
    root: Root,
    parts: Mapping[str, Part],
    *,
    configured: Set[str],
    made_up: Set[str],
    stand_ins: Set[str],
) -> Judgement:
    """Tell what the code causes from what only the rehearsal does.

    `configured` are the attributes that the code sets ("aws_vpc.this.cidr_block"), `made_up` the
    data sources whose answers are made up, `stand_ins` the variables that have no value of their
    own.
    """
    kept, reasons = [], []
    for one in seen:
        if one.diagnostic.summary.startswith(_OURS):
            continue
        reason = _made_by_us(one, parts, configured, made_up, stand_ins)
        if reason and one.diagnostic.severity == "error":
            reasons.append(reason)
        else:
            kept.append(one.diagnostic)
    split = limits.split(kept, root)
    return Judgement(
        diagnostics=split.diagnostics,
        limit="; ".join(dict.fromkeys((*reasons, *split.limits))),
    )


def configured(files: Iterable[Block]) -> frozenset[str]:
    """Return what the code sets of each resource, such as "aws_vpc.this.cidr_block"."""
    paths: set[str] = set()
    for resource in chain.from_iterable(file.each("resource") for file in files):
        names = (*resource.attributes, *(block.type for block in resource.blocks))
        paths |= {".".join((*resource.labels, name)) for name in names}
    return frozenset(paths)


def _made_by_us(
    one: Seen,
    parts: Mapping[str, Part],
    configured: Set[str],
    made_up: Set[str],
    stand_ins: Set[str],
) -> str:
    """Return which made-up value an error may come from, "" if none."""
    if one.diagnostic.summary == _NO_FUNCTION:
        return "functions of providers are not carried"
    for name in one.names:
        words = _INDEX.sub("", name).split(".")
        if words[0] == "var" and words[1:2] and words[1] in stand_ins:
            return f"no value is known that suits variable {words[1]}"
        if words[0] == "data" and f"data.{words[1]}" in made_up:
            return f"the answer of data.{words[1]} is made up"
        late = _TOO_LATE in " ".join(one.diagnostic.detail.split())
        computed = _is_computed(words, parts, guessed=late)
        if (computed and ".".join(words[:3]) not in configured) or _is_in_block(words, parts):
            return f"the value of {'.'.join(words[:3])} is made up"
        if words[0] in {"local", "module", "each"} and made_up:
            return f"the answer of {min(made_up)} is made up"
    return ""


def _is_computed(words: list[str], parts: Mapping[str, Part], *, guessed: bool) -> bool:
    """Return whether a name such as aws_vpc.this.arn is what the cloud chooses.

    With `guessed` only what the code could have set counts: the real provider may know its default.
    """
    if len(words) < 3:
        return False
    for part in parts.values():
        schema = part.resources.get(words[0], {"block": {}})
        attribute = schema["block"].get("attributes", {}).get(words[2], {})
        is_configurable = attribute.get("optional") and words[2] != "id"
        if attribute.get("computed") and (is_configurable or not guessed):
            return True
    return False


def _is_in_block(words: list[str], parts: Mapping[str, Part]) -> bool:
    """Return whether a name leads into a block, of which the cloud may choose what is left out."""
    if len(words) < 3:
        return False
    schemas = (part.resources.get(words[0], {"block": {}}) for part in parts.values())
    blocks = [schema["block"].get("block_types", {}).get(words[2]) for schema in schemas]
    return any(block is not None and _chooses(block["block"]) for block in blocks)


def _chooses(block: Mapping[str, Any]) -> bool:
    """Return whether a cloud chooses anything in a block."""
    own = any(one.get("computed") for one in block.get("attributes", {}).values())
    return own or any(_chooses(one["block"]) for one in block.get("block_types", {}).values())
