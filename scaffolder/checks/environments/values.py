"""Compare what each environment renders, and the variables that it gives to Terraform."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from scaffolder.checks.environments.families import families_of, patterns, short
from scaffolder.formats.regex import regex
from scaffolder.model import Blocked, Finding, Location, NotApplicable, Verdict
from scaffolder.repository import environment_diff, environments, manifests
from scaffolder.repository.environments import VARIABLES, Family
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, table
from scaffolder.tools.toolchain import Toolchain


def charts_render_the_same(project: Project, toolchain: Toolchain) -> Verdict:
    """Rendered charts differ between environments only in name, host, size and the like."""
    chart = manifests.chart_of(project)
    files = environments.beside(project, chart)
    if len(files) < 2:
        raise NotApplicable("the chart has no values of several environments")
    rendered = environment_diff.rendered(project, toolchain) or manifests.of_service(
        project, toolchain
    )
    if sum(one.is_rendered for one in rendered) < 2:
        limit = manifests.limit_of(project, rendered)
        raise Blocked(limit or "the chart does not render for two environments: see HL002")
    findings = [
        _difference(project, files, item.path, str(item), one)
        for item, one in environment_diff.rendered_differences(project, toolchain)
        if not _is_promoted(project, one)
    ]
    return Verdict(
        findings=tuple(findings),
        detail=", ".join(files),
        table=environment_diff.rendered_table(project, toolchain),
    )


_TAG = regex(r"(?:^|\.)(?:image|imageTag|image\.tag|tag|targetRevision)$")


def _is_promoted(project: Project, one: environment_diff.Difference) -> bool:
    """Return whether environments run releases of one image: each gets it in its turn.

    In what our template made the pipeline hands the image over.
    """
    if project.is_generated or not _TAG.search(one.what):
        return False
    names = {re.split(r"@|:(?=[^/]*$)", value)[0] for value in one.values.values()}
    return len(names) == 1 or all(re.fullmatch(r"[\w.-]+", tag) for tag in one.values.values())


def variables_are_the_same(project: Project, _: Toolchain) -> Verdict:
    """Terraform variables differ between environments only in name, network, size and the like."""
    families = families_of(project, VARIABLES)
    findings = []
    for family, one in environment_diff.variable_differences(project):
        if _names_another(family, one):
            continue
        places = {
            name: environment_diff.place_of(project, family, name, one.what)
            for name in family.files
        }
        place = places[one.odd[0]]
        findings.append(
            Finding(
                path=place.path,
                line=place.line,
                message=(
                    f"{one.what} is {short(one.values[one.odd[0]])}, in {one.other()} "
                    f"{short(one.values[one.other()])}"
                ),
                fix=(
                    "give both the same value; what may differ is listed in `scaffold explain"
                    " EN004`"
                ),
                related=(places[one.other()],),
            )
        )
    return Verdict(
        findings=tuple(findings),
        detail=patterns(families),
        table=environment_diff.variables_table(project),
    )


def _names_another(family: Family, one: environment_diff.Difference) -> bool:
    """Return whether the odd value is another environment's own, which EN008 finds."""
    odd, usual = one.values[one.odd[0]] or "", one.values[one.other()] or ""
    return any(
        name != one.odd[0] and environment_diff.neutral(odd, name) == usual != odd
        for name in family.files
    )


def _difference(
    project: Project,
    files: dict[str, Path],
    template: Path,
    what: str,
    one: environment_diff.Difference,
) -> Finding:
    odd, other = one.odd[0], one.other()
    if not one.what:
        there = next(name for name, value in one.values.items() if value)
        lacking = " and ".join(name for name, value in one.values.items() if not value)
        return Finding(
            path=template,
            message=f"{what} is rendered for {there}, but not for {lacking}",
            fix="render the same objects everywhere",
            related=tuple(Location(path=file) for file in files.values()),
        )
    place = _setting(project, files[odd], one.what, one.values[odd])
    values = _apart(one.values[odd], one.values[other])
    return Finding(
        path=place.path,
        line=place.line,
        message=f"{what}: {one.what} is {values[0]} in {odd}, {values[1]} in {other}",
        fix="give both the same value; what may differ is listed in `scaffold explain EN003`",
        related=(
            _setting(project, files[other], one.what, one.values[other]),
            Location(path=template),
        ),
    )


def _apart(odd: str, other: str) -> tuple[str, str]:
    """Return both values on a line; of texts that begin alike the first lines that differ."""
    if short(odd) != short(other):
        return short(odd), short(other)
    lines = zip_longest(odd.splitlines(), other.splitlines(), fillvalue="")
    pairs = (pair for pair in lines if pair[0] != pair[1])
    first, second = next(pairs, (odd, other))
    return short(first), short(second)


def _setting(project: Project, file: Path, path: str, value: str) -> Location:
    """Return the line of a values file that most likely sets a rendered value.

    It has the same value, best under the same key.
    """
    last = re.split(r"[.\[\]]+", path.removesuffix(".value").rstrip("]"))[-1].lower()
    scored = [
        ((str(key).lower() == last) * 2 + (str(one).lower() == value.lower()), line)
        for key, one, line in _scalars(table(project, file))
    ]
    score, line = max(scored, key=lambda pair: (pair[0], -pair[1]), default=(0, 0))
    return Location(path=file, line=line if score else 0)


def _scalars(value: Any) -> Iterator[tuple[Any, Any, int]]:
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, one in pairs:
        if isinstance(one, dict | list):
            yield from _scalars(one)
        else:
            yield key, one, line_of(value, key)
