"""Compare bucket selectors of rules and dashboards with a histogram's buckets and storage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from scaffolder.checks.agreement.findings import disagreement, distinct
from scaffolder.formats.regex import regex
from scaffolder.model import Check, Location, NotApplicable, Verdict, counted
from scaffolder.repository import image_references
from scaffolder.repository.facts import application, charts, monitoring
from scaffolder.repository.facts.monitoring import Selector
from scaffolder.repository.project import Project
from scaffolder.repository.reading import place
from scaffolder.tools.toolchain import Toolchain

_PROMETHEUS = regex(r"(?:^|/)prometheus:v?(\d+)\.")
_NUMBERS = regex(
    r"[\[({]\s*((?:[\"']?\d[\d_.eE+-]*[\"']?\s*,\s*){2,}[\"']?\d[\d_.eE+-]*[\"']?)\s*,?\s*[\])}]"
)


def buckets_are_selected_as_stored(project: Project, _: Toolchain) -> Verdict:
    """Each `le` of a query is a bucket of the service, spelled as Prometheus stores it."""
    selected = list(_selected(project))
    if not selected:
        raise NotApplicable("no query selects a bucket of a histogram")
    stores = _prometheus(project)
    findings = []
    for at, who, name, bound in selected:
        if stores and stores[0] >= 3 and re.fullmatch(r"\d+", bound):
            message = (
                f'{who} selects le="{bound}", which Prometheus 3 stores as "{bound}.0": '
                "it selects nothing"
            )
            findings.append(
                disagreement(at, message, stores[1], fix=f'le=~"{bound}([.]0)?", for old and new')
            )
            continue
        declared = _declared(project, name)
        if declared and not any(abs(float(bound) - one) < 1e-12 for one in declared[0]):
            message = f'{who} selects le="{bound}", which is not a bucket of {name}'
            nearest = min(declared[0], key=lambda one: abs(one - float(bound)))
            fix = f'select le="{nearest:g}", or give the histogram that bucket'
            findings.append(disagreement(at, message, declared[1], fix=fix))
    return Verdict(findings=distinct(findings), detail=counted(len(selected), "bucket"))


def _selected(project: Project) -> Iterator[tuple[Location, str, str, str]]:
    """Yield the place, the query's name, the histogram and the bound of each equality of `le`."""
    for at, who, query in monitoring.queries(project):
        for selector in query.selectors:
            for matcher in selector.matchers:
                exact = matcher.label == "le" and matcher.operator == "="
                if exact and _is_number(matcher.value) and _is_histogram(selector):
                    name = selector.name.removesuffix("_bucket")
                    yield _line(project, at, matcher.value), who, name, matcher.value


def _line(project: Project, at: Location, bound: str) -> Location:
    """Return the line of an expression, which may have several, that selects the bound."""
    lines = project.lines(at.path)
    asks = re.compile(rf"\ble\s*=\s*\\?[\"']{re.escape(bound)}\\?[\"']")
    for number in range(at.line, min(at.line + 40, len(lines)) + 1):
        if number and asks.search(lines[number - 1]):
            return place(project, at.path, number)
    return at


def _is_histogram(selector: Selector) -> bool:
    return selector.name.endswith("_bucket")


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", text))


def _prometheus(project: Project) -> tuple[int, Location] | None:
    """Return the major version of Prometheus that the repository runs, and its place."""
    for use in image_references.named(project):
        if found := _PROMETHEUS.search(use.image):
            return int(found[1]), place(project, use.path, use.line)
    for item in charts.objects(project):
        if item.kind == "Prometheus" and item.api_version.startswith("monitoring.coreos.com"):
            version = re.match(r"v?(\d+)\.", str(item.get("spec", "version") or ""))
            if version:
                return int(version[1]), item.place(project, "spec", "version")
    return None


def _declared(project: Project, name: str) -> tuple[list[float], Location] | None:
    """Return the bounds in the source that names the histogram; None if there are none or several.

    A list of at least three ascending numbers, on a line that calls them buckets or bounds.
    """
    return project.once(("buckets", name), lambda: _bounds(project, name))


def _bounds(project: Project, name: str) -> tuple[list[float], Location] | None:
    files: set[Path] = set()
    for one in application.applications(project):
        found = (one.words.get(word) for word in (name, f"{name}_bucket"))
        files |= {at.path for at in found if at is not None}
    lists = list(chain.from_iterable(_lists(project, file) for file in sorted(files)))
    return lists[0] if len(lists) == 1 else None


def _lists(project: Project, file: Path) -> Iterator[tuple[list[float], Location]]:
    for number, line in enumerate(project.lines(file), 1):
        if len(line) > 1000 or not re.search(r"(?i)bucket|bound|seconds|latenc", line):
            continue
        if found := _NUMBERS.search(line):
            texts = (one.strip(" \"'").replace("_", "") for one in found[1].split(","))
            numbers = [float(text) for text in texts]
            if numbers == sorted(set(numbers)):
                yield numbers, place(project, file, number)


CHECKS = (
    Check(
        id="AG060",
        title="Buckets are selected as they are stored",
        run=buckets_are_selected_as_stored,
    ),
)
