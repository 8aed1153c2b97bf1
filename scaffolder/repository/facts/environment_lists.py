"""Which environments are listed where: validations, schemas, guards, loops and choices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffolder.model import Location
from scaffolder.repository import environments, files
from scaffolder.repository.facts import terraform_roots
from scaffolder.repository.project import Project
from scaffolder.repository.reading import blocks, place, table

VALIDATION, SCHEMA, GUARD, LOOP, CHOICE = (
    "the validation of Terraform",
    "the schema of the chart",
    "the guard of the script",
    "the loop",
    "the choice of the pipeline",
)

_KEY = r"(?:environment|env|stage)(?:_?name)?"
_NAME = r"[\"']?[A-Za-z][\w-]*[\"']?"
_VALIDATION = re.compile(rf"contains\(\s*\[([^\]]*)\]\s*,\s*(?:lower\(\s*)?var\.{_KEY}\b")
_SCHEMA = re.compile(rf'"{_KEY}"\s*:\s*\{{[^{{}}]*"enum"\s*:\s*\[([^\]]*)\]')
_REFUSES = r"\]\]\s*\|\|\s*\\?\s*(?:\{\s*)?(?:die|exit|fail|error|abort|usage|echo)"
_GUARD = re.compile(rf"=~\s*\^\(([\w|-]+)\)\$\s*{_REFUSES}")
_BRANCH = re.compile(r"(?m)^\s*([\w-]+(?:\s*\|\s*[\w-]+)+)\)\s*;;")
_LOOP = re.compile(rf"(?m)^\s*for\s+{_KEY}\s+in\s+([\w \t\"'-]+?)\s*(?:;|$)", re.IGNORECASE)
_CHOICE = re.compile(r"(?m)^[^#\n]*\b(?:options|values|choices)\s*[:=]\s*\[([^\]]*)\]")
_CHOICES = re.compile(rf"(?m)^\s*(?:options|values):[ \t]*\n((?:\s*-\s*{_NAME}[ \t]*\n)+)")


@dataclass(frozen=True, kw_only=True)
class EnvironmentList:
    """A list of environments: what it is, where, and the names as they are written."""

    kind: str
    at: Location
    names: tuple[str, ...]


def lists(project: Project) -> tuple[EnvironmentList, ...]:
    """Return every list of environments by its form; whether its names are some is not judged."""
    return project.once("lists of environments", lambda: tuple(_lists(project)))


def declared(project: Project) -> dict[str, list[Path]]:
    """Return the files of each environment: by their names, or by what they call it themselves.

    Names are those of `environments.names`, the first of each; any other name is as it is written.
    """
    found: dict[str, list[Path]] = {}
    for family in environments.families(project):
        for name, file in family.files.items():
            found.setdefault(name, []).append(file)
    for name, file in _calling_themselves(project):
        if file not in found.setdefault(name, []):
            found[name].append(file)
    found.pop(environments.LOCAL, None)
    return found


def usual(name: str) -> str:
    """Return the word that stands for the same environment as `name`."""
    return environments.names(name.lower())[0]


def concerns(project: Project, listed: EnvironmentList, file: Path) -> bool:
    """Return whether a list judges the values of a file: of its configuration, or of its chart."""
    folder = listed.at.path.parent
    if listed.kind == VALIDATION:
        root = terraform_roots.root_of_values(project, file.parent)
        parts = terraform_roots.configurations(project)
        return any(root in part and folder in part for part in parts)
    if listed.kind == SCHEMA:
        return file.is_relative_to(folder) or file in environments.beside(project, folder).values()
    return True


def _calling_themselves(project: Project) -> Iterator[tuple[str, Path]]:
    """Yield files beside each other that each set the name of another environment."""
    beside: dict[tuple[Path, str], dict[Path, str]] = {}
    for file in (*files.terraform_variables(project), *files.values_files(project)):
        name = "" if files.is_trial(file) else _own_name(project, file)
        if name:
            beside.setdefault((file.parent, file.suffix), {})[file] = name
    for named in beside.values():
        if len(set(named.values())) > 1:
            yield from ((usual(name), file) for file, name in named.items())


def _own_name(project: Project, file: Path) -> str:
    if file.suffix == ".tfvars":
        top = blocks(project, file)
        known = {key: one.text for key, one in top.attributes.items()} if top else {}
    else:
        known = {str(key): value for key, value in table(project, file).items()}
    values = [value for key, value in known.items() if re.fullmatch(_KEY, key)]
    named = [value for value in values if isinstance(value, str) and re.fullmatch(_NAME, value)]
    return named[0] if named else ""


def _lists(project: Project) -> Iterator[EnvironmentList]:
    for file in files.terraform(project):
        yield from _found(project, file, VALIDATION, _VALIDATION)
    for chart in files.charts(project):
        schema = chart / "values.schema.json"
        if project.has(schema):
            yield from _found(project, schema, SCHEMA, _SCHEMA)
    for file in files.shell_programs(project):
        for kind, form in ((GUARD, _GUARD), (GUARD, _BRANCH), (LOOP, _LOOP)):
            yield from _found(project, file, kind, form)
    for file in files.pipelines(project):
        for form in (_CHOICE, _CHOICES):
            yield from _found(project, file, CHOICE, form)


def _found(
    project: Project, file: Path, kind: str, form: re.Pattern[str]
) -> Iterator[EnvironmentList]:
    if files.is_trial(file):
        return
    text = project.text(file)
    for listed in form.finditer(text):
        names = re.findall(r"[A-Za-z][\w-]*", listed[1])
        line = text.count("\n", 0, listed.start(1)) + 1
        yield EnvironmentList(kind=kind, at=place(project, file, line), names=tuple(names))
