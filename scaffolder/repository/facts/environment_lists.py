"""Which environments are listed where: validations, schemas, guards, loops and choices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from scaffolder.formats import hcl
from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import environments, files
from scaffolder.repository.facts import terraform_roots
from scaffolder.repository.project import Project
from scaffolder.repository.reading import blocks, place, table

VALIDATION, TABLE, SCHEMA, GUARD, LOOP, CHOICE = (
    "the validation of Terraform",
    "the table of Terraform",
    "the schema of the chart",
    "the guard of the script",
    "the loop",
    "the choice of the pipeline",
)

_KEY = r"(?:environment|env|stage)(?:_?name)?"
_WORD = r"[A-Za-z][\w-]*"
_NAME = r"[\"']?[A-Za-z][\w-]*[\"']?"
_VALIDATION = regex(rf"contains\(\s*\[([^\]]*)\]\s*,\s*(?:lower\(\s*)?var\.{_KEY}\b")
_ASKED = rf"(?:lower\(\s*)?var\.{_KEY}\b"
_PATTERN = regex(rf'regex\(\s*"\^?\(?(?:\?:)?([\w|-]+\|[\w|-]+)\)?\$?"\s*,\s*{_ASKED}')
_EQUALS = regex(rf'((?:\bvar\.{_KEY}\s*==\s*"[\w-]+"\s*(?:\|\|\s*)?){{2,}})')
_KEYS = regex(rf"contains\(\s*keys\(\s*\{{([^{{}}]*)\}}\s*\)\s*,\s*{_ASKED}")
_NAMED_LIST = regex(rf"contains\(\s*(?:keys\(\s*)?local\.(\w+)\s*\)?\s*,\s*{_ASKED}")
_LOOKED_UP = regex(
    rf"\blocal\.(\w+)\[\s*{_ASKED}\s*\)?\s*\]|\blookup\(\s*local\.(\w+)\s*,\s*{_ASKED}\s*\)"
)
_SCHEMA_PATTERN = regex(
    rf'"{_KEY}"\s*:\s*\{{[^{{}}]*"pattern"\s*:\s*"\^\(?(?:\?:)?([\w|-]+\|[\w|-]+)\)?\$"'
)
_CASE = regex(r"(?s)\bcase\s+\S+\s+in\b(.*?)\besac\b")
_CASE_BRANCH = regex(r"(?m)(?:^|;;)\s*\(?([\w-]+(?:\s*\|\s*[\w-]+)*)\)")
_CASE_REFUSES = regex(r"(?s)\*\)(?:(?!;;).)*\b(?:exit|die|fail|error|abort|usage|return)\b")
_VARIABLE = regex(
    r"(?m)^\s*(?:ENVIRONMENTS|ENVS|STAGES)\s*(?:[:?]?="
    r"|\+=)\s*[\[({]?([\w ,\t\"'-]+)[\])}]?\s*(?:#.*)?$"
)
_ASKS_VARIABLE = regex(r"\$\(error\b|not in (?:ENVIRONMENTS|ENVS|STAGES)\b")
_SCHEMA = regex(rf'"{_KEY}"\s*:\s*\{{[^{{}}]*"enum"\s*:\s*\[([^\]]*)\]')
_REFUSES = r"\]\]\s*\|\|\s*\\?\s*(?:\{\s*)?(?:die|exit|fail|error|abort|usage|echo)"
_GUARD = regex(rf"=~\s*\^\(([\w|-]+)\)\$\s*{_REFUSES}")
_BRANCH = regex(r"(?m)^\s*([\w-]+(?:\s*\|\s*[\w-]+)+)\)\s*;;")
_LOOP = regex(rf"(?m)^\s*for\s+{_KEY}\s+in\s+([\w \t\"'-]+?)\s*(?:;|$)", re.IGNORECASE)
_CHOICE = regex(r"(?m)^[^#\n]*\b(?:options|values|choices)\s*[:=]\s*\[([^\]]*)\]")
_CHOICES = regex(rf"(?m)^\s*(?:options|values):[ \t]*\n((?:\s*-\s*{_NAME}[ \t]*\n)+)")


_MATRIX = regex(rf"(?mi)^\s*(?:-\s+)?{_KEY}:[ \t]*\[([^\]\n]*)\]")
_MATRIX_LINES = regex(rf"(?mi)^\s*(?:-\s+)?{_KEY}:[ \t]*\n((?:\s*-\s*{_NAME}[ \t]*\n)+)")


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
            found.setdefault(usual(name), []).append(file)
    for name, file in _calling_themselves(project):
        if file not in found.setdefault(name, []):
            found[name].append(file)
    for name, file in _overlays(project):
        found.setdefault(name, []).append(file)
    found.pop(environments.LOCAL, None)
    return found


def usual(name: str) -> str:
    """Return the word that stands for the same environment as `name`."""
    return environments.names(name.lower())[0]


def concerns(project: Project, listed: EnvironmentList, file: Path) -> bool:
    """Return whether a list judges the values of a file: of its configuration, or of its chart."""
    folder = listed.at.path.parent
    if listed.kind in {VALIDATION, TABLE}:
        root = terraform_roots.root_of_values(project, file.parent)
        parts = terraform_roots.configurations(project)
        return any(root in part and folder in part for part in parts)
    if listed.kind == SCHEMA:
        return file.is_relative_to(folder) or file in environments.beside(project, folder).values()
    return True


def _overlays(project: Project) -> Iterator[tuple[str, Path]]:
    """Yield the kustomizations in folders beside each other that are called like environments."""
    known = set(chain.from_iterable(environments.PROMOTION)) - environments.COMMON_WORDS
    beside: dict[Path, list[tuple[str, Path]]] = {}
    for file in files.kustomizations(project):
        if file.parent.name.lower() in known:
            named = (usual(file.parent.name), file)
            beside.setdefault(file.parent.parent, []).append(named)
    for named_files in beside.values():
        if len({name for name, _ in named_files}) > 1:
            yield from named_files


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


_FORMS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    (VALIDATION, _VALIDATION, _WORD),
    (VALIDATION, _PATTERN, _WORD),
    (VALIDATION, _EQUALS, r'"([\w-]+)"'),
    (VALIDATION, _KEYS, r"([\w-]+)\"?\s*="),
    (SCHEMA, _SCHEMA, _WORD),
    (SCHEMA, _SCHEMA_PATTERN, _WORD),
    (GUARD, _GUARD, _WORD),
    (GUARD, _BRANCH, _WORD),
    (LOOP, _LOOP, _WORD),
    (CHOICE, _CHOICE, _WORD),
    (CHOICE, _CHOICES, _WORD),
    (CHOICE, _MATRIX, _WORD),
    (CHOICE, _MATRIX_LINES, _WORD),
)
"""The forms of lists by their kind, and how a name is written in each."""


def _lists(project: Project) -> Iterator[EnvironmentList]:
    schemas = [chart / "values.schema.json" for chart in files.charts(project)]
    read = (
        ({VALIDATION}, files.terraform(project)),
        ({SCHEMA}, [file for file in schemas if project.has(file)]),
        ({GUARD, LOOP}, files.shell_programs(project)),
        ({CHOICE}, files.pipelines(project)),
    )
    for kinds, of_them in read:
        for file in of_them:
            for kind, form, names in _FORMS:
                if kind in kinds:
                    yield from _found(project, file, kind, form, names)
    for file in files.terraform(project):
        yield from _named_in_locals(project, file)
    for file in files.shell_programs(project):
        yield from _cases(project, file)
    for file in (*files.make_files(project), *files.python_scripts(project)):
        if _ASKS_VARIABLE.search(project.text(file)):
            yield from _found(project, file, GUARD, _VARIABLE, _WORD)


def _cases(project: Project, file: Path) -> Iterator[EnvironmentList]:
    """Yield the branches of each `case` whose last branch refuses what no other one takes."""
    text = project.text(file)
    for case in _CASE.finditer(text) if not files.is_trial(file) else ():
        branches = _CASE_BRANCH.findall(case[1])
        if len(branches) > 1 and _CASE_REFUSES.search(case[1]):
            line = text.count("\n", 0, case.start()) + 1
            names = tuple(chain.from_iterable(re.findall(r"[\w-]+", one) for one in branches))
            yield EnvironmentList(kind=GUARD, at=place(project, file, line), names=names)


def _named_in_locals(project: Project, file: Path) -> Iterator[EnvironmentList]:
    """Yield the lists and tables of `locals` in which a configuration looks its environment up.

    A table without the key of an environment ends its plan.
    """
    text = project.text(file)
    if "local." not in text:
        return
    asked = dict.fromkeys(_NAMED_LIST.findall(text), VALIDATION)
    asked |= {first or second: TABLE for first, second in _LOOKED_UP.findall(text)}
    for name, kind in asked.items():
        for beside in files.terraform(project):
            if beside.parent == file.parent:
                yield from _in_locals(project, beside, name, kind)


def _in_locals(project: Project, file: Path, name: str, kind: str) -> Iterator[EnvironmentList]:
    top = blocks(project, file)
    for held in top.each("locals") if top else ():
        attribute = held.attributes.get(name)
        if attribute is None:
            continue
        expression = attribute.expression
        names = tuple(hcl.object_of(expression)) or tuple(re.findall(r'"([\w-]+)"', expression))
        at = place(project, file, attribute.line)
        yield EnvironmentList(kind=kind, at=at, names=names)


def _found(
    project: Project,
    file: Path,
    kind: str,
    form: re.Pattern[str],
    names: str,
) -> Iterator[EnvironmentList]:
    if files.is_trial(file):
        return
    text = project.text(file)
    for listed in form.finditer(text):
        written = re.findall(names, listed[1])
        line = text.count("\n", 0, listed.start(1)) + 1
        yield EnvironmentList(kind=kind, at=place(project, file, line), names=tuple(written))
