"""List the rehearsals: each root of the Terraform code, with the values of environments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.repository import environments, files, reading
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Attribute, Block
from scaffolder.tools.rehearsal import stand_ins
from scaffolder.tools.rehearsal.outcome import Target

_PLACEHOLDER = regex(r"\b[A-Z]{3,}(?:_[A-Z]{2,})+\b|\bCHANGE_?ME\b|<[a-z][a-z0-9_ -]*>")
_BLANK = frozenset({'""', "[]", "{}"})
_BLANK_ROW = regex(r'^(\s*[\w"-]+\s*=\s*)""\s*#(.*)$', re.MULTILINE)
"""A row of a table without a value, and its comment."""

_FILL_IN = regex(r"fill.?in|todo|change.?me|replace", re.IGNORECASE)
_ELSEWHERE = regex(r"\b(?:run|var|local|module|data)\.")


_NOTHING = Block(type="", labels=(), line=0, attributes={}, blocks=())


def folder_of(project: Project) -> Path | None:
    """Return the deepest folder that holds all roots and their modules; None without code."""
    folders = [file.parent for file in files.terraform(project)]
    if not folders:
        return None
    shared = set.intersection(*({folder, *folder.parents} for folder in folders))
    return max(shared, key=lambda folder: len(folder.parts))


def targets(
    project: Project, folder: Path, roots: Iterable[Path], *, only: str = ""
) -> tuple[Target, ...]:
    """Return each root, relative to `folder`, with each environment that it has values for.

    `only` is an environment: roots that have no environments are rehearsed with it. A variable
    without a value gets one that stands in: the one that the tests of the root use, or one that its
    name and type suggest; values that only another environment has are left out, which is an error
    of the repository.
    """
    found: list[Target] = []
    for root in roots:
        for environment, values in _values_by_environment(project, folder / root):
            if not only or environment in ("", only):
                found.append(_target(project, folder, root, environment, values))
    return tuple(sorted(found, key=_order))


def _order(target: Target) -> tuple[int, str]:
    """Return roots that all environments share first, and of them the one that makes the states."""
    is_first = target.root.name == "bootstrap"
    return (0 if is_first else 1 if not target.environment else 2, target.root.as_posix())


def _values_by_environment(project: Project, root: Path) -> list[tuple[str, tuple[Path, ...]]]:
    """Return the environments of a root, in promotion order, with the values that each takes."""
    own = [one for one in _variable_files(project, root) if not _is_read_by_itself(one, root)]
    families = [
        family
        for family in environments.family_of(project, environments.VARIABLES)
        if set(family.files.values()) & set(own)
    ]
    if not families:
        named = environments.named_in(root, project)
        return [(named, tuple(own) if len(own) == 1 else ())]
    names = environments.in_order(
        set(chain.from_iterable(family.files for family in families)), project
    )
    shared = [base for family in families if (base := environments.base_of(project, family))]
    return [
        (
            name,
            (
                *dict.fromkeys(shared),
                *(family.files[name] for family in families if name in family.files),
            ),
        )
        for name in names
    ]


def _variable_files(project: Project, root: Path) -> list[Path]:
    """Return the files of values in a root or in a folder of it that holds no code."""
    with_code = {file.parent for file in files.terraform(project)}
    return [
        file
        for file in files.terraform_variables(project)
        if file.parent == root or (root in file.parents and file.parent not in with_code)
    ]


def _is_read_by_itself(file: Path, root: Path) -> bool:
    """Return whether Terraform reads a file of values without being told to."""
    name = file.name
    return file.parent == root and (
        name in {"terraform.tfvars", "terraform.tfvars.json"} or ".auto." in name
    )


def _target(
    project: Project, folder: Path, root: Path, environment: str, values: tuple[Path, ...]
) -> Target:
    where = folder / root
    automatic = [one for one in _variable_files(project, where) if _is_read_by_itself(one, where)]
    given: dict[str, tuple[Path, Attribute]] = {}
    for file in (*automatic, *values):
        given |= {name: (file, one) for name, one in _blocks(project, file).attributes.items()}
    of_tests = dict(_values_of_tests(project, where))
    elsewhere = set(
        chain.from_iterable(
            _blocks(project, file).attributes for file in _variable_files(project, where)
        )
    )
    standing_in: dict[str, str] = {}
    for block in _variables(project, where):
        name = block.labels[0]
        if name in given:
            file, attribute = given[name]
            text = _filled_in(project, file, attribute, block, of_tests.get(name), environment)
        elif "default" in block.attributes or name in elsewhere:
            continue
        else:
            text = of_tests.get(name) or _suggested(block, environment)
        if text:
            standing_in[name] = text
    return Target(
        root=root,
        environment=environment,
        var_files=tuple(file.relative_to(folder) for file in values),
        stand_ins=standing_in,
    )


def _filled_in(
    project: Project,
    file: Path,
    attribute: Attribute,
    variable: Block,
    of_tests: str | None,
    environment: str,
) -> str:
    """Return a value for a variable whose owner has not given one yet, "" if one is given."""
    expression = attribute.expression.strip()
    if _PLACEHOLDER.search(_without_comments(expression)):
        return _with_numbers(expression)
    if any(_FILL_IN.search(row[2]) for row in _BLANK_ROW.finditer(expression)):
        value = stand_ins.suggested(variable.labels[0].removesuffix("s"), "string", environment)
        return of_tests or _BLANK_ROW.sub(lambda row: f"{row[1]}{value}", expression)
    if expression not in _BLANK:
        return ""
    lines = project.text(file).splitlines()
    near = lines[max(attribute.line - 2, 0) : attribute.line]
    comments = [near[-1], *(one for one in near[:-1] if one.lstrip().startswith("#"))]
    if not any(_FILL_IN.search(line.partition("#")[2]) for line in comments):
        return ""
    return of_tests or _suggested(variable, environment)


def _with_numbers(expression: str) -> str:
    """Return an expression with a number for each word that its owner is to replace."""
    words = dict.fromkeys(_PLACEHOLDER.findall(expression))
    numbers = {word: str(1001 + place) for place, word in enumerate(words)}
    return _PLACEHOLDER.sub(lambda found: numbers[found[0]], expression)


def _without_comments(expression: str) -> str:
    return re.sub(r"#.*|//\s.*", "", expression)


def _suggested(variable: Block, environment: str) -> str:
    kind = variable.attributes.get("type")
    return stand_ins.suggested(
        variable.labels[0], kind.expression if kind else "string", environment
    )


def _variables(project: Project, root: Path) -> Iterator[Block]:
    for file in files.terraform(project):
        if file.parent == root:
            yield from (block for block in _blocks(project, file).each("variable") if block.labels)


def _values_of_tests(project: Project, root: Path) -> Iterator[tuple[str, str]]:
    """Yield the values that the tests of a root give to variables in all their runs."""
    for file in files.terraform_tests(project):
        if file.parent in (root, root / "tests"):
            for block in _blocks(project, file).each("variables"):
                for name, attribute in block.attributes.items():
                    if not _ELSEWHERE.search(attribute.expression):
                        yield name, attribute.expression


def _blocks(project: Project, file: Path) -> Block:
    return reading.blocks(project, file) or _NOTHING
