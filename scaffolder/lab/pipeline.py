"""The pipeline of a lab in reduced form: an image is an archive, and the registry is a file.

It follows the pipeline of the repository: build once and promote, or build again for prod.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffolder.lab.place import Place

ENVIRONMENTS = ("dev", "qa", "prod")
_FILE = "environments.json"
_SOURCES = ("Dockerfile", "app/src")
_MINUTES = 7
"""Minutes from the build for qa to a build for prod, in the label of the image."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """The result of a run: the digest of each environment, and how often it built an image."""

    tag: str
    digests: Mapping[str, str]
    builds: int


def run(place: Place, *, builds_again: bool) -> Run:
    """Build, deploy to each environment, and keep which digest each runs."""
    sources = _sources(place.root)
    tag = hashlib.sha256(sources).hexdigest()[:7]
    first = _digest(sources, 0)
    last = _digest(sources, _MINUTES) if builds_again else first
    done = Run(
        tag=tag,
        digests={name: last if name == "prod" else first for name in ENVIRONMENTS},
        builds=2 if builds_again else 1,
    )
    document = {"tag": tag, "digests": dict(done.digests), "builds": done.builds}
    (place.side / _FILE).write_text(json.dumps(document, indent=1), encoding="utf-8")
    return done


def last(place: Place) -> Run | None:
    """Return what the last run deployed, None if there was none."""
    file = place.side / _FILE
    if not file.is_file():
        return None
    document = json.loads(file.read_text(encoding="utf-8"))
    return Run(tag=document["tag"], digests=document["digests"], builds=document["builds"])


def _digest(sources: bytes, minutes: int) -> str:
    """Return the digest of an image: its sources, and the label with the time of its build."""
    label = f"org.opencontainers.image.created=2026-03-02T09:{minutes:02}:00Z".encode()
    return f"sha256:{hashlib.sha256(sources + label).hexdigest()}"


def _sources(root: Path) -> bytes:
    """Return an archive of what goes into the image: the same bytes for the same files."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name in _SOURCES:
            place = root / name
            files = [place] if place.is_file() else sorted(place.rglob("*"))
            for file in files:
                if file.is_file() and "__pycache__" not in file.parts:
                    content = file.read_bytes()
                    entry = tarfile.TarInfo(file.relative_to(root).as_posix())
                    entry.size = len(content)
                    archive.addfile(entry, io.BytesIO(content))
    return held.getvalue()
