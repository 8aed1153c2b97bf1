"""One provider of a rehearsal: plans, makes, reads, changes and deletes objects of the cloud."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from scaffolder.tools.offline.catalog import Part
from scaffolder.tools.rehearsal import data_sources, made_up, replacement
from scaffolder.tools.rehearsal.cloud import Cloud, CloudObject
from scaffolder.tools.rehearsal.conforming import (
    Schema,
    conform,
    has_unknown,
    made_known,
    with_unknowns,
)
from scaffolder.tools.rehearsal.made_up import Maker, Settings
from scaffolder.tools.rehearsal.messages import (
    applied,
    diagnostic,
    dynamic_value,
    fields,
    imported,
    planned,
    text,
    value,
)
from scaffolder.tools.rehearsal.values import UNKNOWN, Value

Answer = Callable[[bytes, str], bytes]
"""A call of the protocol: a request, and who asks, to a response."""

_GROWS = frozenset({"latest_version"})
"""Numbers that each change of an object makes one larger."""


class CloudProvider:
    """Answers for one provider, to all its configurations: each has a connection of its own."""

    def __init__(self, part: Part, cloud: Cloud, owner: str, *, root: str = "") -> None:
        """`owner` is the root and environment that the objects belong to, `root` the root alone."""
        self._part = part
        self._cloud = cloud
        self._owner = owner
        self._root = root or owner
        self._settings: dict[str, Settings] = {}
        self.made_up: set[str] = set()
        """The types of data sources whose answers are made up."""

    @property
    def answers(self) -> dict[str, Answer]:
        """Return the calls that have an answer of their own, by name."""
        return {
            "ConfigureProvider": self._configure,
            "UpgradeResourceState": self._upgrade,
            "ReadResource": self._read,
            "PlanResourceChange": self._plan,
            "ApplyResourceChange": self._apply,
            "ImportResourceState": self._import,
            "ReadDataSource": self._read_data,
            "OpenEphemeralResource": self._open,
            "CloseEphemeralResource": lambda request, peer: b"",
        }

    def _of(self, peer: str) -> Settings:
        return self._settings.get(peer, Settings())

    def _configure(self, request: bytes, peer: str) -> bytes:
        self._settings[peer] = made_up.settings(value(fields(request), 2) or {})
        return b""

    def _upgrade(self, request: bytes, peer: str) -> bytes:
        message = fields(request)
        raw = fields(message[3][0]) if 3 in message else {}
        state = json.loads(raw[1][0]) if 1 in raw else {}
        return dynamic_value(1, conform(self._block(text(message, 1)), state))

    def _read(self, request: bytes, peer: str) -> bytes:
        message = fields(request)
        kind, current = text(message, 1), value(message, 2)
        found = self._cloud.get(kind, _key(self._block(kind), current))
        return dynamic_value(1, conform(self._block(kind), found.values) if found else None)

    def _plan(self, request: bytes, peer: str) -> bytes:
        message = fields(request)
        kind = text(message, 1)
        prior, proposed = value(message, 2), value(message, 3)
        block = self._block(kind)
        if proposed is None:
            return planned(None, ())
        if prior is None:
            state = with_unknowns(block, proposed)
            return planned(_with_tags(state, block, self._of(peer)), ())
        state = _with_tags(dict(proposed), block, self._of(peer))
        if state != prior:
            state |= dict.fromkeys(_GROWS & state.keys(), UNKNOWN)
        return planned(state, replacement.replacing(kind, prior, state))

    def _apply(self, request: bytes, peer: str) -> bytes:
        message = fields(request)
        kind = text(message, 1)
        prior, state = value(message, 2), value(message, 3)
        if state is None:
            self._delete(kind, prior)
            return applied(None)
        block, its = self._block(kind), self._of(peer)
        if prior is None:
            with self._cloud.lock:
                if error := self._taken(kind, state):
                    return applied(None, error)
                return applied(self._make(kind, block, state, its))
        grown = {name: (prior.get(name) or 0) + 1 for name in _GROWS if state.get(name) is UNKNOWN}
        known = made_known(block, {**state, **grown}, Maker(kind, state, its).value)
        self._put(kind, block, known, its)
        return applied(known)

    def _make(self, kind: str, block: Schema, state: dict[str, Value], its: Settings) -> Value:
        known = made_known(block, state, Maker(kind, state, its).value)
        self._put(kind, block, known, its)
        return known

    def _taken(self, kind: str, state: Mapping[str, Value]) -> bytes:
        """Return an error if another object has what only one may have."""
        wanted = made_up.identity(kind, state)
        if wanted is None:
            return b""
        for other in self._cloud.of_type(kind):
            if self._shares_names(other) and made_up.identity(kind, other.values) == wanted:
                name = ", ".join(wanted)
                where = f" (made by {other.owner})" if other.owner != self._owner else ""
                return diagnostic(
                    3, f"{kind} {name} already exists", f"Another object has it{where}."
                )
        return b""

    def _shares_names(self, other: CloudObject) -> bool:
        """Return whether an object may not have the name of one of ours.

        Another root may be there instead of this one, as an example beside others; environments of
        a root may be in accounts of their own, which share the names of some types alone.
        """
        if other.owner == self._owner:
            return True
        same_root = f"{other.owner} ".startswith(f"{self._root} ")
        return same_root and made_up.is_unique_everywhere(other.type)

    def _put(self, kind: str, block: Schema, known: dict[str, Value], its: Settings) -> None:
        self._cloud.put(
            CloudObject(
                type=kind,
                id=_key(block, known),
                owner=self._owner,
                region=its.region,
                values=known,
            )
        )

    def _delete(self, kind: str, prior: Mapping[str, Value]) -> None:
        key = _key(self._block(kind), prior)
        found = self._cloud.get(kind, key)
        if found is None or made_up.kept_by(found.values):
            return
        if protection := made_up.protected_by(found.values):
            found.protected = protection
            return
        self._cloud.delete(kind, key)

    def _import(self, request: bytes, peer: str) -> bytes:
        message = fields(request)
        kind, identifier = text(message, 1), text(message, 2)
        found = self._cloud.get(kind, identifier)
        block = self._block(kind)
        if found is None:
            state = conform(block, {"id": identifier} if "id" in block["attributes"] else {})
            its = self._of(peer)
            unknown = {**with_unknowns(block, state), "id": identifier}
            known = made_known(block, unknown, Maker(kind, state, its).value)
            self._put(kind, block, known, its)
            return imported(kind, known)
        return imported(kind, conform(block, found.values))

    def _read_data(self, request: bytes, peer: str) -> bytes:
        message = fields(request)
        kind = text(message, 1)
        block = self._part.data_sources[kind]["block"]
        config = value(message, 2) or {}
        said, is_made_up = data_sources.answer(kind, block, config, self._cloud, self._of(peer))
        if is_made_up:
            self.made_up.add(f"data.{kind}")
        return dynamic_value(1, said)

    def _open(self, request: bytes, peer: str) -> bytes:
        message = fields(request)
        kind = text(message, 1)
        block = self._part.ephemeral_resources[kind]["block"]
        config = conform(block, value(message, 2) or {})
        self.made_up.add(f"ephemeral.{kind}")
        return dynamic_value(3, data_sources.made(kind, block, config, self._of(peer)))

    def _block(self, kind: str) -> Schema:
        block: Schema = self._part.resources[kind]["block"]
        return block


def _with_tags(state: dict[str, Value], block: Schema, its: Settings) -> dict[str, Value]:
    """Return a planned object whose `tags_all` has its own tags and those of the provider."""
    attributes: Mapping[str, Any] = block.get("attributes", {})
    if "tags_all" not in attributes or "tags" not in attributes:
        return state
    return {**state, "tags_all": made_up.tags_all(its, state)}


def _key(block: Schema, values: Mapping[str, Value]) -> str:
    """Return what an object is found by: its id, or all that has to be given if it has none."""
    if isinstance(values.get("id"), str):
        return str(values["id"])
    required = sorted(
        name for name, one in block.get("attributes", {}).items() if one.get("required")
    )
    named = [values.get(name) for name in required]
    return json.dumps([one for one in named if isinstance(one, str) and not has_unknown(one)])
