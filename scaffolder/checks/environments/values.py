"""What each environment renders, and what it gives to Terraform."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaffolder import environments, manifests, parity
from scaffolder.checks.environments.families import families_of, patterns, short
from scaffolder.environments import VARIABLES
from scaffolder.formats.yaml import line_of
from scaffolder.model import Finding, NotApplicable, Place, Unsettled, Verdict
from scaffolder.project import Project
from scaffolder.reading import table
from scaffolder.toolchain import Toolchain


def charts_render_the_same(project: Project, toolchain: Toolchain) -> Verdict:
    """What the chart renders differs between environments in name, host, size and the like, and in nothing else."""
    chart = manifests.chart_of(project)
    files = environments.beside(project, chart)
    if len(files) < 2:
        raise NotApplicable("the chart has no values of several environments")
    rendered = manifests.manifests(project, toolchain)
    if sum(not one.error for one in rendered) < 2:
        raise Unsettled("the chart does not render for two environments: see HL002")
    findings = [
        _difference(project, files, item.source, f"{item.kind} {_name(item)}", one)
        for item, one in parity.rendered_differences(project, toolchain)
    ]
    return Verdict(findings=tuple(findings), detail=", ".join(files), table=parity.rendered_table(project, toolchain))


def variables_are_the_same(project: Project, _: Toolchain) -> Verdict:
    """The values of Terraform's variables differ between environments in name, network, size and the like only."""
    families = families_of(project, VARIABLES)
    findings = []
    for family, one in parity.variable_differences(project):
        places = {name: parity.place_of(project, family, name, one.what) for name in family.files}
        place = places[one.odd[0]]
        findings.append(
            Finding(
                path=place.path,
                line=place.line,
                message=f"{one.what} is {short(one.values[one.odd[0]])}, in {one.other()} "
                f"{short(one.values[one.other()])}",
                fix="give both the same value; what may differ is listed in `scaffold explain EN004`",
                related=(places[one.other()],),
            )
        )
    return Verdict(findings=tuple(findings), detail=patterns(families), table=parity.variables_table(project))


def _difference(project: Project, files: dict[str, Path], template: Path, what: str, one: parity.Difference) -> Finding:
    odd, other = one.odd[0], one.other()
    if not one.what:
        there = next(name for name, value in one.values.items() if value)
        lacking = " and ".join(name for name, value in one.values.items() if not value)
        return Finding(
            path=template,
            message=f"{what} is rendered for {there}, but not for {lacking}",
            fix="render the same objects everywhere",
            related=tuple(Place(path=file) for file in files.values()),
        )
    place = _setting(project, files[odd], one.what, one.values[odd])
    return Finding(
        path=place.path,
        line=place.line,
        message=f"{what}: {one.what} is {short(one.values[odd])} in {odd}, {short(one.values[other])} in {other}",
        fix="give both the same value; what may differ is listed in `scaffold explain EN003`",
        related=(_setting(project, files[other], one.what, one.values[other]), Place(path=template)),
    )


def _setting(project: Project, file: Path, path: str, value: str) -> Place:
    """The line of a values file that most likely sets what was rendered: the same value, best under the same key."""
    last = re.split(r"[.\[\]]+", path.removesuffix(".value").rstrip("]"))[-1].lower()
    scored = [
        ((str(key).lower() == last) * 2 + (str(one).lower() == value.lower()), line)
        for key, one, line in _scalars(table(project, file))
    ]
    score, line = max(scored, key=lambda pair: (pair[0], -pair[1]), default=(0, 0))
    return Place(path=file, line=line if score else 0)


def _scalars(value: Any) -> Iterator[tuple[Any, Any, int]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in pairs:
        if isinstance(one, dict | list):
            yield from _scalars(one)
        else:
            yield key, one, line_of(value, key)


def _name(item: manifests.KubernetesObject) -> str:
    return str((item.content.get("metadata") or {}).get("name", "?"))
