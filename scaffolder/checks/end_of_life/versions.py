"""EOL: what is pinned still gets fixes, and will for a while."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.model import Blocked, Check, Finding, Location, NotApplicable, Severity, Verdict
from scaffolder.repository import clusters, end_of_life, facts, files, image_references
from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.repository.ci.runners import runners_in_matrices
from scaffolder.repository.ci.system import AGENT, CI
from scaffolder.repository.end_of_life import SOON, End
from scaffolder.repository.facts import tool_versions
from scaffolder.repository.facts.dev_environments import COMPOSE, DEV
from scaffolder.repository.facts.pipelines import MATRIX
from scaffolder.repository.facts.runtimes import IMAGE, IMAGE_BUILD
from scaffolder.repository.facts.versions_of_images import split
from scaffolder.repository.project import Project
from scaffolder.repository.reading import place
from scaffolder.repository.runtimes.runtime import VERSION_FILE
from scaffolder.tools.toolchain import Toolchain


@dataclass(frozen=True, kw_only=True, order=True)
class Pin:
    """A version of a product, and the place of its pin."""

    product: str
    version: str
    place: Location


_RUNS = {VERSION_FILE, IMAGE, IMAGE_BUILD, CI, MATRIX, AGENT, DEV, COMPOSE}
_DOTNET = regex(
    r"(?:^|/)dotnet/(?:core/)?(?:aspnet|runtime|runtime-deps|sdk)$"
    r"|(?:^|/)microsoft/(?:dotnet|aspnetcore|aspnetcore-build)$"
)
"""Images of .NET; those of the .NET Framework have the life of Windows."""

_SYSTEMS = regex(
    r"(?:^|-)(?:(squeeze|wheezy|jessie|stretch|buster|bullseye|bookworm|trixie)|(precise|trusty|xenial|bionic|focal|jammy|noble)|alpine(\d+\.\d+))(?=-|$)"
)
_BY_NAME = (
    ("debian", regex(r"(?:^|/)debian$")),
    ("ubuntu", regex(r"(?:^|/)ubuntu$")),
    ("alpine", regex(r"(?:^|/)alpine$")),
    ("centos", regex(r"(?:^|/)centos$")),
    ("postgresql", regex(r"(?:^|/)(?:postgres|postgresql)$")),
    ("mysql", regex(r"(?:^|/)mysql$")),
)
_DISTROLESS = regex(r"distroless/.*-debian(\d+)$")
_PRODUCT_OF_TOOL = {"terraform": "terraform", "helm": "helm", "kubectl": "kubernetes"}


def runtimes(project: Project) -> Iterator[Pin]:
    """Yield the runtimes in images, version files, pipelines and development containers."""
    for one in facts.read(project).starting("runtime "):
        if one.role in _RUNS and " || " not in one.value:  # each of several is stated by itself
            yield Pin(product=one.fact.removeprefix("runtime "), version=one.value, place=one.place)
    for use in image_references.named(project):
        name, tag, _ = split(use.image)
        if _DOTNET.search(name) and (found := re.match(r"\d+\.\d+", tag)):
            place = Location(path=use.path, line=use.line, text=use.image)
            yield Pin(product="dotnet", version=found[0], place=place)


def kubernetes(project: Project) -> Iterator[Pin]:
    """Yield the Kubernetes versions of Terraform's clusters and of a local cluster."""
    for file, version in clusters.versions(project):
        if not any("test" in part for part in file.parts):
            product = clusters.managed(project, file) or "kubernetes"
            yield Pin(
                product=product, version=version.text, place=place(project, file, version.line)
            )
    for one in facts.read(project).of("kubernetes"):
        if one.role == tool_versions.IMAGE:
            yield Pin(product="kubernetes", version=one.value, place=one.place)


def base_images(project: Project) -> Iterator[Pin]:
    """The operating systems and databases that images bring, by their names and tags."""
    for use in image_references.named(project):
        name, tag, _ = split(use.image)
        place = Location(path=use.path, line=use.line, text=use.image)
        systems: dict[str, str] = {}
        if distroless := _DISTROLESS.search(name):
            systems["debian"] = distroless[1]
        systems |= {product: tag for product, pattern in _BY_NAME if tag and pattern.search(name)}
        if system := _SYSTEMS.search(tag):
            systems["debian" if system[1] else "ubuntu" if system[2] else "alpine"] = next(
                filter(None, system.groups())
            )
        for product, version in systems.items():
            yield Pin(product=product, version=version, place=place)


def tools(project: Project) -> Iterator[Pin]:
    """Yield versions of Terraform, Helm and kubectl that are installed; a range is not a pin."""
    for tool, product in _PRODUCT_OF_TOOL.items():
        for one in facts.read(project).of(f"tool {tool}"):
            if one.role != "constraint":
                yield Pin(product=product, version=one.value, place=one.place)


def hosted(project: Project) -> Iterator[Pin]:
    """The machines and the services behind actions that a pipeline cannot run without."""
    for name, system in CI_SYSTEMS.items():
        for file in files.pipelines_of(project, name):
            if system.RUNNERS:
                yield from _runners(project, file, system.RUNNERS)
            for found in system.ACTIONS.finditer(project.text(file)) if system.ACTIONS else ():
                if end_of_life.knows(found[1]):
                    yield _pin(project, file, found.start(1), found[1], found[3] or found[2])


_NO_VERSION = regex(
    r"(?:latest|stable|oldstable|unstable|testing|sid|edge|rolling|devel|main|master|nightly|canary"
    r"|current|lts)(?![a-z])|\W*[${<]|$",
    re.IGNORECASE,
)
"""Names whose version changes, which SEC002 reports, and placeholders."""


def supported(
    project: Project,
    _: Toolchain,
    *,
    pins: Callable[[Project], Iterator[Pin]],
    nothing: str,
    today: datetime.date,
) -> Verdict:
    """No version of `pins` is past its end on `today`, or will be within `SOON`.

    Raises:
        NotApplicable: nothing is pinned; `nothing` names it.
        Blocked: of nothing that is pinned anybody has published an end.

    """
    found = sorted(
        pin
        for pin in dict.fromkeys(pins(project))
        if not _NO_VERSION.match(pin.version) and not files.is_trial(pin.place.path)
    )
    if not found:
        raise NotApplicable(nothing)
    ends = {
        (pin.product, pin.version): end_of_life.end_of(pin.product, pin.version) for pin in found
    }
    findings = []
    for (product, version), end in ends.items():
        places = [pin.place for pin in found if (pin.product, pin.version) == (product, version)]
        if end and end.day and today > end.day - SOON:
            findings.append(_ending(end, end.day, places, today))
    judged = sorted(
        {
            f"{_called(end)} {f'until {end.day}' if end.day else 'without an end'}"
            for end in ends.values()
            if end
        }
    )
    unknown = sorted(
        {f"{product} {version}" for (product, version), end in ends.items() if end is None}
    )
    limit = f"no end is published for {', '.join(unknown)}" if unknown else ""
    if not judged:
        raise Blocked(limit)
    return Verdict(findings=tuple(findings), detail=", ".join(judged), limit=limit)


def _called(end: End) -> str:
    return f"{end.product} {end.cycle}"


def _ending(end: End, last: datetime.date, places: list[Location], day: datetime.date) -> Finding:
    over = day > last
    return Finding(
        path=places[0].path,
        line=places[0].line,
        message=(
            f"{_called(end)} {'has had no fixes since' if over else 'gets fixes until'} {last}"
            f" ({end.source})"
        ),
        fix=(
            "go to a newer one, here and in the related places"
            if len(places) > 1
            else "go to a newer one"
        ),
        related=tuple(places[1:]),
        severity=_weight(places, over=over),
    )


_OLDEST = regex(r"oldest|lowest|minimum|\bmin[_-]|[_-]min\b|upgrade[_-]?from", re.IGNORECASE)
"""How a version is called that a pipeline tries on purpose because users still have it."""


def _weight(places: list[Location], *, over: bool) -> Severity:
    if all(_OLDEST.search(place.text) for place in places):
        return Severity.NOTE
    return Severity.ERROR if over else Severity.WARNING


def _runners(project: Project, file: Path, pattern: re.Pattern[str]) -> Iterator[Pin]:
    """Yield the machines that a pipeline names, those of a matrix at their own place."""
    for found in pattern.finditer(project.text(file)):
        yield _pin(project, file, found.start(1), "runner", found[1])
    for label, line in runners_in_matrices(project, file):
        yield Pin(product="runner", version=label, place=place(project, file, line))


def _pin(project: Project, file: Path, at: int, product: str, version: str) -> Pin:
    line = project.text(file).count("\n", 0, at) + 1
    return Pin(
        product=product,
        version=version,
        place=Location(path=file, line=line, text=project.lines(file)[line - 1].strip()),
    )


def checks(*, today: datetime.date) -> tuple[Check, ...]:
    """Return the checks of this family; versions have to get fixes on `today`."""

    def check(
        number: int, title: str, pins: Callable[[Project], Iterator[Pin]], nothing: str
    ) -> Check:
        run = partial(supported, pins=pins, nothing=nothing, today=today)
        return Check(id=f"EOL{number:03}", title=title, run=run)

    return (
        check(
            1, "The runtime still gets fixes", runtimes, "no file states the version of a runtime"
        ),
        check(
            2, "Kubernetes still gets fixes", kubernetes, "no file states the version of Kubernetes"
        ),
        check(
            3,
            "Base images still get fixes",
            base_images,
            "no image names its system or its database",
        ),
        check(4, "Tools still get fixes", tools, "no file pins Terraform, Helm or kubectl"),
        check(
            5,
            "Runners and actions still exist",
            hosted,
            "no pipeline of GitHub or Azure names a runner",
        ),
    )
