"""Which runtime an image brings, by its name and tag."""

from __future__ import annotations

from scaffolder.repository.runtimes import RUNTIMES


def split(image: str) -> tuple[str, str, str]:
    """Name with its registry, tag and digest of an image; empty what it does not have."""
    name, _, digest = image.partition("@")
    before, colon, tag = name.rpartition(":")
    if colon and "/" not in tag:
        return before, tag, digest
    return name, "", digest


def runtime_of(image: str) -> tuple[str, str] | None:
    """Return runtime and version of `image` as they are written, or None if its name has none."""
    name, tag, _ = split(image.strip().strip("\"'"))
    for runtime, known in RUNTIMES.items():
        if version := known.version_in_image(name.lower(), tag.lower()):
            return runtime, version
    return None


def shared_form(runtime: str, version: str) -> str:
    """Return a version of a runtime in the form that all places share.

    "" if it is not a version.
    """
    return RUNTIMES[runtime].shared_form(version)
