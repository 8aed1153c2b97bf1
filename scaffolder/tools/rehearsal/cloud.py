"""The cloud: objects by type and id, states by name, files of buckets; one JSON document."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffolder.errors import DestinationError
from scaffolder.tools.rehearsal.values import Value

_FORMAT = 1
_BYTES = "$bytes"


@dataclass(kw_only=True)
class CloudObject:
    """One object; `owner` is the root and environment that made it, `region` where it is.

    `protected` is the argument that keeps it from being deleted, "" if there is none.
    """

    type: str
    id: str
    owner: str
    region: str
    values: dict[str, Value]
    protected: str = ""


@dataclass
class Cloud:
    """All that exists; several threads may use it. Nothing is written before `save`."""

    objects: dict[tuple[str, str], CloudObject] = field(default_factory=dict)
    states: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    def of_type(self, kind: str) -> tuple[CloudObject, ...]:
        """Return the objects of a type, oldest first."""
        with self.lock:
            return tuple(one for (its, _), one in self.objects.items() if its == kind)

    def types(self) -> frozenset[str]:
        """Return the types of all objects."""
        with self.lock:
            return frozenset(kind for kind, _ in self.objects)

    def get(self, kind: str, identifier: str) -> CloudObject | None:
        """Return the object with this type and id, None if it does not exist."""
        with self.lock:
            return self.objects.get((kind, identifier))

    def put(self, made: CloudObject) -> None:
        """Make an object, or change the one that has its type and id."""
        with self.lock:
            self.objects[made.type, made.id] = made

    def delete(self, kind: str, identifier: str) -> None:
        """Delete an object if it exists."""
        with self.lock:
            self.objects.pop((kind, identifier), None)

    def owned_by(self, owner: str) -> tuple[CloudObject, ...]:
        """Return what a root and environment has made and not deleted, sorted by type and id."""
        with self.lock:
            owned = [one for one in self.objects.values() if one.owner == owner]
        return tuple(sorted(owned, key=lambda one: (one.type, one.id)))

    def save(self, file: Path) -> None:
        """Write the cloud to a file, whole or not at all.

        Raises:
            DestinationError: the file cannot be written.

        """
        document = {
            "format": _FORMAT,
            "objects": [
                {
                    "type": one.type,
                    "id": one.id,
                    "owner": one.owner,
                    "region": one.region,
                    **({"protected": one.protected} if one.protected else {}),
                    "values": one.values,
                }
                for one in self.objects.values()
            ],
            "states": self.states,
            "files": self.files,
        }
        try:
            handle, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as stream:
                    json.dump(document, stream, indent=1, default=_plain)
                Path(name).replace(file)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise DestinationError(
                f"{file} cannot be written: {error.strerror}", hint="name another --cloud-file"
            ) from error


def load(file: Path) -> Cloud:
    """Return the cloud that a file holds; an empty one if the file does not exist.

    Raises:
        DestinationError: the file is not a cloud.

    """
    if not file.exists():
        return Cloud()
    try:
        document = json.loads(file.read_text(encoding="utf-8"), object_hook=_value)
        if document["format"] != _FORMAT:
            raise ValueError("another format")
        made = [CloudObject(**one) for one in document["objects"]]
        return Cloud(
            objects={(one.type, one.id): one for one in made},
            states=dict(document["states"]),
            files=dict(document["files"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DestinationError(
            f"{file} is not the cloud of a rehearsal: {error}",
            hint="name another --cloud-file, or delete this one",
        ) from error


def _plain(value: object) -> dict[str, str]:
    if isinstance(value, bytes):
        return {_BYTES: value.decode()}
    raise TypeError(f"{type(value).__name__} is not a value of a cloud")


def _value(found: dict[str, Any]) -> Any:
    return found[_BYTES].encode() if found.keys() == {_BYTES} else found
