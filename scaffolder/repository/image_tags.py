"""Which tags of images are moved, and which names of images stand for another one."""

from __future__ import annotations

import re

from scaffolder.formats.regex import regex

_MOVING = frozenset(
    (
        *("latest", "stable", "edge", "nightly", "main", "master", "dev", "develop", "snapshot"),
        *("canary", "lts", "current", "rolling", "mainline", "unstable", "testing", "next"),
        *("head", "beta", "alpha", "rc", "release", "prod", "production", "staging"),
    )
)
"""Words of a tag that name a channel, which gets each release."""

_VARIANT = regex(
    r"alpine(?:\d+\.\d+)?|debian\d*|ubuntu\d*|ubi\d*|centos\d*|bci\d*|distroless|nanoserver|windowsservercore|ltsc\d+"
    r"|slim|bullseye|bookworm|buster|stretch|trixie|jessie|xenial|bionic|focal|jammy|noble"
    r"|(?:jdk|jre|openjdk|temurin|java|node|python|php|npm|go)\d*(?:\.\d+)*|amd64|arm64|arm64v8|x86|cuda"
    r"|nonroot|debug|root|fpm|apache|cli|dind|rootless|management|perl|browsers|native|minimal|full|ce|ee|oss"
)
"""Words of a tag that name what else is in an image, such as its system."""

_CODENAME = regex(r"bullseye|bookworm|buster|stretch|trixie|jessie|xenial|bionic|focal|jammy|noble")
_SYSTEMS = frozenset(
    {"debian", "ubuntu", "buildpack-deps", "base", "ubuntu-minimal", "devcontainers"}
)
"""Images of a system alone, for which the name of a release is its version."""

_OFFICIAL = regex(
    r"(?:(?:index\.)?docker\.io/|public\.ecr\.aws/docker/|(?:[\w.:-]+/)+(?=library/))?(?:library/)?[a-z][\w.-]*(?::[^/]+)?(?:@\S+)?$"
    r"|mcr\.microsoft\.com/(?!.*chiseled)|gcr\.io/distroless/|public\.ecr\.aws/(?:amazoncorretto|amazonlinux)/"
)
"""Official images, and others of which is known that they name no user.

Most others name one that is not root.
"""

_STEPS_DOWN = frozenset(
    (
        *("postgres", "mysql", "mariadb", "percona", "mongo", "redis", "valkey", "memcached"),
        *("rabbitmq", "cassandra", "couchdb", "influxdb", "elasticsearch", "opensearch", "ghost"),
        *("arangodb", "crate", "neo4j", "solr", "zookeeper", "postgis", "timescaledb", "kong"),
    )
)
"""Images whose entrypoint starts as root and then becomes another user by itself."""

_FILLED_IN = regex(
    r"(?:set|replace|change|fill)[-_]?(?:me|this|it|in)|to[-_]be[-_](?:replaced|set|filled)"
    r"|(?:image|app|build|docker)[-_]?(?:tag|version)|placeholder|tag|version|todo",
    re.IGNORECASE,
)
"""Tags that stand for the one that a pipeline writes in their place."""

_COMMIT = regex(r"(?:sha-|git-|g)?[0-9a-f]{7,40}")
_OPEN = regex(r"[${}<>\[\]%]|__|\s")
_DEFAULT = regex(r"\$\{\w+:?-([^}]*)\}")
_STAND_IN = regex(
    r"(?:(?:my|your|the|some|this)[-_]?)?(?:docker[-_]?|container[-_]?|app(?:lication)?[-_]?|service[-_]?)?"
    r"image(?:[-_]?(?:name|url|uri|tag|ref|placeholder))?"
    r"|(?:my|your)[-_](?:[\w-]+[-_])?(?:app|service|image|registry|repo(?:sitory)?|name|container)"
    r"|placeholder|replace[-_]?(?:me|this)?(?:[-_]\w+)*|change[-_]?me|todo|fixme|x{3,}|[\w-]*[-_]placeholder"
    r"|my[-_]?(?:org|company|registry)|your[-_]?(?:org|company)"
    r"|src",  # of OpenShift's CI: https://docs.ci.openshift.org/docs/architecture/ci-operator/
    re.IGNORECASE,
)
"""Names that a tool or a person puts an image in the place of."""

_OF_KUBEBUILDER = "controller:latest"
"""The stand-in that kubebuilder writes, and that its kustomization replaces."""

_SHOUTED = regex(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_LOCAL = frozenset({"local", "kind"})


def moving_tag(image: str) -> str | None:
    """Return the tag by which an image may be another one tomorrow; "" if it has no tag.

    None if it is pinned, or if it cannot be told.
    """
    image = _DEFAULT.sub(lambda found: found[1], image.strip())
    if image.startswith("ko://"):
        return None  # a package that `ko` builds, and replaces by its image
    if "@sha256:" in image or not image or image == "scratch" or is_stand_in(image):
        return None
    name, colon, tag = image.rpartition("/")[2].partition(":")
    if not colon:
        return ""
    return None if _stays(name, tag) else tag


def is_stand_in(image: str) -> bool:
    """Return whether a name is a stand-in that is replaced before anything is pulled."""
    if _OPEN.search(image) or image == _OF_KUBEBUILDER:
        return True
    *folders, last = image.split("/")
    name, _, tag = last.partition(":")
    if _SHOUTED.fullmatch(name) or any(_STAND_IN.fullmatch(part) for part in (*folders, name)):
        return True
    if _FILLED_IN.fullmatch(tag):
        return True
    return _SHOUTED.fullmatch(tag) is not None and tag.lower() not in _MOVING and len(tag) > 2


def is_official(image: str) -> bool:
    """Return whether an image is official, or known to name no user and no folder."""
    return _OFFICIAL.match(image) is not None


def steps_down(image: str) -> bool:
    """Return whether the entrypoint of an image starts as root and then becomes another user."""
    return name_of(image).rpartition("/")[2] in _STEPS_DOWN


def name_of(image: str) -> str:
    """Return the name of an image with its registry, without tag and digest."""
    return _parts(image)[0]


def tag_of(image: str) -> str:
    """Return the tag of an image, "" if it has none."""
    return _parts(image)[1]


def _parts(image: str) -> tuple[str, str]:
    name = image.partition("@")[0]
    before, colon, tag = name.rpartition(":")
    return (before, tag) if colon and "/" not in tag else (name, "")


def _stays(name: str, tag: str) -> bool:
    """Return whether a tag names a version of the program, and not only a variant."""
    if tag in _LOCAL or _COMMIT.fullmatch(tag):
        return True
    words = [word for word in re.split(r"[-_+]", tag.lower()) if word]
    if words and words[0] in _MOVING:
        # main-4f0c2d1: the branch, and the commit that was built; latest-4.0.5: a whole version.
        return any(
            re.fullmatch(r"v?\d+\.\d+\.\d+", word)
            or (_COMMIT.fullmatch(word) and re.search(r"\d", word))
            for word in words[1:]
        )
    if name in _SYSTEMS and any(_CODENAME.fullmatch(word) for word in words):
        return True
    own = [word for word in words if not _VARIANT.fullmatch(word)]
    if any(re.search(r"\d", word) for word in own):
        return True
    # The name may hold the version itself: distroless/java21-debian12:nonroot.
    return re.search(r"\d", name) is not None and tag not in _MOVING
