"""The objects of the stand-in for a control plane, and who waits for a change of them."""

from __future__ import annotations

import marshal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from control_plane.kinds import Kind, Object

Plain = TypeVar("Plain", Object, Object | None)
Address = tuple[str, str, str]
"""The resource with its group, the namespace, the name."""


@dataclass(frozen=True)
class Change:
    """A watch's event: ADDED, MODIFIED or DELETED, and the object."""

    version: int
    event: str
    kind: Kind
    one: Object


@dataclass
class Storage:
    """The objects by address. Every method may be called by any thread."""

    objects: dict[Address, Object] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    version: int = 100
    changed: threading.Condition = field(
        default_factory=lambda: threading.Condition(threading.RLock())
    )

    listener: Callable[[Change], None] | None = None
    """What is called with each change, in the moment it is made."""

    def get(self, kind: Kind, namespace: str, name: str) -> Object | None:
        """Return a copy of an object, or None."""
        with self.changed:
            return copied(self.objects.get((kind.resource, namespace, name)))

    def select(self, kind: Kind, namespace: str = "") -> list[Object]:
        """Return copies of the objects of a kind, in one namespace or in all."""
        with self.changed:
            return [
                copied(one)
                for (resource, place, _), one in sorted(self.objects.items())
                if resource == kind.resource and namespace in ("", place)
            ]

    def put(self, kind: Kind, one: Object) -> Object:
        """Keep an object and return it as it is kept; the same object again changes nothing."""
        with self.changed:
            metadata = one["metadata"]
            address = (kind.resource, metadata.get("namespace", ""), metadata["name"])
            before = self.objects.get(address)
            kept = copied(one)
            stamp(kept, before, kind)
            if before is not None and _same(before, kept):
                return copied(before)
            self.version += 1
            kept["metadata"]["resourceVersion"] = str(self.version)
            self.objects[address] = kept
            self._tell("MODIFIED" if before else "ADDED", kind, kept)
            return copied(kept)

    def remove(self, kind: Kind, namespace: str, name: str) -> Object | None:
        """Forget an object, and return what it was."""
        with self.changed:
            gone = self.objects.pop((kind.resource, namespace, name), None)
            if gone is not None:
                self.version += 1
                gone["metadata"]["resourceVersion"] = str(self.version)
                self._tell("DELETED", kind, gone)
            return gone

    def since(self, version: int, seconds: float) -> Iterator[Change]:
        """Yield the changes after a version, and those that come, until the time is over."""
        end = time.monotonic() + seconds
        place = 0
        while True:
            with self.changed:
                while place >= len(self.changes) and time.monotonic() < end:
                    self.changed.wait(min(0.5, max(0.0, end - time.monotonic())))
                    if place >= len(self.changes):
                        break
                fresh = self.changes[place:]
                place = len(self.changes)
            for change in fresh:
                if change.version > version:
                    yield change
            if time.monotonic() >= end:
                return
            if not fresh:
                yield Change(0, "", NOTHING, {})

    def _tell(self, event: str, kind: Kind, one: Object) -> None:
        change = Change(self.version, event, kind, copied(one))
        self.changes.append(change)
        if self.listener:
            self.listener(change)
        self.changed.notify_all()


def copied(one: Plain) -> Plain:
    """Return a copy of what JSON can say; a tenth of the time of `copy.deepcopy`, which is most of a stand-in's work."""
    found: Plain = marshal.loads(marshal.dumps(one))  # noqa: S302, bytes that were written here
    return found


NOTHING = Kind("", "", "", "")
"""The kind of a change that only marks that time has passed."""


def now() -> str:
    """Return the time as Kubernetes writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp(one: Object, before: Object | None, kind: Kind) -> None:
    """Write into an object what only the server writes: uid, age, and the generation of its spec."""
    metadata = one["metadata"]
    old = before["metadata"] if before else {}
    metadata["uid"] = old.get("uid") or str(uuid.uuid4())
    metadata["creationTimestamp"] = old.get("creationTimestamp") or now()
    if "spec" in one and kind.name != "Service":
        fresh = before is None or before.get("spec") != one["spec"]
        metadata["generation"] = old.get("generation", 0) + (1 if fresh else 0)


def _same(before: Object, after: Object) -> bool:
    return _content(before) == _content(after)


def _content(one: Object) -> Object:
    metadata = {
        key: value
        for key, value in one["metadata"].items()
        if key not in ("managedFields", "resourceVersion")
    }
    owners = [
        {key: value for key, value in entry.items() if key != "time"}
        for entry in one["metadata"].get("managedFields", [])
    ]
    return {**one, "metadata": {**metadata, "owners": owners}}
