"""Which runtime an image brings, by its name and tag."""

from __future__ import annotations

import re

RUNTIMES = ("java", "python", "node", "go")

_JAVA = re.compile(r"temurin|openjdk|corretto|zulu|liberica|semeru|sapmachine|graalvm|\bjdk|\bjre|^java$|dragonwell")
_BUILD_TOOLS = re.compile(r"^(?:maven|gradle|sbt|kotlin|jetty|tomcat|payara|wildfly|openliberty|jenkins.*)$")
_IN_TAG = re.compile(r"(?:temurin|jdk|jre|openjdk|corretto|java|semeru|sapmachine|graalvm)-?(\d+)")
_OTHERS = (
    ("python", re.compile(r"^(?:python|pypy)$")),
    ("node", re.compile(r"^(?:node|nodejs|javascript-node|typescript-node)$")),
    ("go", re.compile(r"^(?:golang|go)$")),
)
_LEADING = re.compile(r"^v?(\d+(?:[._u]\d+)*)")
_NAMED = re.compile(r"^(java|nodejs|python|go)(\d+)(?:-debian\d+)?$")


def split(image: str) -> tuple[str, str, str]:
    """Name with its registry, tag and digest of an image; empty what it does not have."""
    name, _, digest = image.partition("@")
    before, colon, tag = name.rpartition(":")
    if colon and "/" not in tag:
        return before, tag, digest
    return name, "", digest


def runtime_of(image: str) -> tuple[str, str] | None:
    """Runtime and version of `image` as they are written; None where its name does not say."""
    name, tag, _ = split(image.strip().strip("\"'"))
    last = name.rpartition("/")[2].lower()
    tag = tag.lower()
    named = _NAMED.match(last)
    if named and "distroless" in name:
        return ({"nodejs": "node"}.get(named[1], named[1]), named[2]) if named[2] != "3" else None
    if _BUILD_TOOLS.match(last):
        found = _IN_TAG.search(tag)
        return ("java", found[1]) if found else None
    for runtime, names in _OTHERS:
        if names.match(last):
            found = _LEADING.match(tag) or re.match(r"^[\d.]+-(\d+(?:\.\d+)*)", tag)
            return (runtime, found[1]) if found else None
    if _JAVA.search(last):
        found = _LEADING.match(tag) or _IN_TAG.search(tag) or re.search(r"(?:jdk|jre)-?(\d+)", last)
        inside = re.search(r"(?:openjdk|jdk|jre|java)-?(\d+)", last)
        version = inside[1] if inside else found[1] if found else ""
        return ("java", version) if version else None
    return None


def shared_form(runtime: str, version: str) -> str:
    """Java and Node are told apart by their major version ("1.8" and "8u502" are 8), Python and Go by the minor."""
    parts = [part for part in re.split(r"[._u]", version.strip().lower().removeprefix("v")) if part]
    if not parts:
        return ""
    if runtime == "java" and parts[0] == "1" and len(parts) > 1:
        return parts[1]
    return parts[0] if runtime in {"java", "node"} else ".".join(parts[:2])
