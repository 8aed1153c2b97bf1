"""A repository's files as values that remember their lines: parsed once for all who ask.

One reader for each format, with two ways to call it. `yaml_of`, `json_of` … raise Unreadable if a
file does not parse, for those who report it; `table`, `blocks` … return nothing then, and SY
reports it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from scaffolder.formats import Unreadable, dockerfile, hcl, jsonc, makefile
from scaffolder.formats import xml as xml_format
from scaffolder.formats import yaml as yaml_format
from scaffolder.formats.dockerfile import Dockerfile, Instruction, Stage
from scaffolder.formats.hcl import Attribute, Block
from scaffolder.formats.makefile import Makefile
from scaffolder.formats.regex import regex
from scaffolder.formats.xml import Element
from scaffolder.formats.yaml import line_of
from scaffolder.model import Location
from scaffolder.repository.project import Project

if TYPE_CHECKING:
    from scaffolder.formats import jenkinsfile

__all__ = [
    "Attribute",
    "Block",
    "Dockerfile",
    "Element",
    "Instruction",
    "Makefile",
    "Stage",
    "Unread",
    "Unreadable",
    "blocks",
    "dockerfile_of",
    "documents",
    "hcl_of",
    "jenkinsfile_of",
    "json",
    "json_of",
    "line_of",
    "listed",
    "makefile_of",
    "parsed",
    "place",
    "stages",
    "table",
    "table_of",
    "tables",
    "toml_of",
    "unread",
    "values_of",
    "xml",
    "xml_of",
    "yaml_of",
]

_Value = TypeVar("_Value")
_Nothing = TypeVar("_Nothing")

_WITH_COMMENTS = regex(
    r"(?:ts|js)config.*\.json|\.?devcontainer(?:-.*)?\.json|.*\.(?:jsonc|json5)|\.eslintrc\.json"
    r"|appsettings.*\.json|launchSettings\.json|(?:host|local\.settings)\.json|\.babelrc\.json"
    r"|babel\.config\.json|tslint\.json|api-extractor.*\.json|typedoc\.json|rush\.json|nx\.json"
    r"|turbo\.json|deno\.json|wrangler\.json|cspell\.json|\.?markdownlint\.json|angular\.json"
    r"|\.?swcrc|renovate\.json|\.renovaterc\.json|biome\.json|\.?jscpd\.json|\.oxlintrc\.json"
)


@dataclass(frozen=True, kw_only=True, order=True)
class Unread:
    """A file that should state something and could not be read: where and why."""

    path: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path.as_posix()}{f':{self.line}' if self.line else ''} ({self.reason})"


def unread(file: Path, error: Unreadable) -> Unread:
    """Return what is remembered of a file that does not parse."""
    return Unread(path=file, line=error.line, reason=str(error))


# ---- what raises Unreadable ----------------------------------------------------------------------


def dockerfile_of(project: Project, file: Path) -> Dockerfile:
    """Return the stages of a Dockerfile. Raises Unreadable."""
    return project.once(("dockerfile", file), lambda: dockerfile.read(project.text(file)))


def xml_of(project: Project, file: Path) -> Element:
    """Return the root element of an XML file. Raises Unreadable."""
    return project.once(("xml", file), lambda: xml_format.read(project.text(file)))


def hcl_of(project: Project, file: Path) -> Block:
    """Return the blocks of a Terraform file. Raises Unreadable."""
    return project.once(("hcl", file), lambda: hcl.read(project.text(file)))


def templates_of(project: Project, file: Path) -> tuple[str, ...]:
    """Return the paths of the files that a Terraform file renders, as they are written."""
    text = project.text(file)
    given = (call.argument for call in hcl.calls(text, "templatefile"))
    older = (call.argument for call in hcl.calls(text, "file") if call.attribute == "template")
    return (*given, *older)


def makefile_of(project: Project, file: Path) -> Makefile:
    """Return the targets of a Makefile; every text is one."""
    return project.once(("makefile", file), lambda: makefile.read(project.text(file)))


def jenkinsfile_of(project: Project, file: Path) -> tuple[jenkinsfile.Statement, ...]:
    """Return the statements of a Jenkinsfile. Raises Unreadable."""
    from scaffolder.formats import jenkinsfile  # a parser for few repositories

    return project.once(("jenkinsfile", file), lambda: jenkinsfile.read(project.text(file)))


def json_of(project: Project, file: Path) -> Any:
    """Return the value of a JSON file; comments are allowed where its readers allow them.

    Raises Unreadable.
    """
    comments = bool(_WITH_COMMENTS.fullmatch(file.name)) or ".vscode" in file.parts
    return project.once(("json", file), lambda: jsonc.read(project.text(file), comments=comments))


def toml_of(project: Project, file: Path) -> dict[str, Any]:
    """Return the table of a TOML file. Raises Unreadable."""
    return project.once(("toml", file), lambda: _toml(project.text(file)))


def yaml_of(project: Project, file: Path) -> list[Any]:
    """Return the documents of a YAML file. Raises Unreadable."""
    return _yaml(lambda: project.documents(file))


def yaml_in(text: str) -> list[Any]:
    """Return the documents of a text that is not a whole file. Raises Unreadable."""
    return _yaml(lambda: yaml_format.load_all(text))


def table_of(project: Project, file: Path) -> dict[Any, Any]:
    """Return the first document of a YAML file if it is a table, else an empty one.

    Raises Unreadable.
    """
    found = yaml_of(project, file)
    return found[0] if found and isinstance(found[0], dict) else {}


def values_of(project: Project, file: Path) -> dict[Any, Any]:
    """The first document of a YAML file where it is a table, each scalar as it is written.

    Raises Unreadable.
    """

    def load() -> list[Any]:
        return _yaml(lambda: yaml_format.load_sources(project.text(file)))

    found = project.once(("sources", file), load)
    return found[0] if found and isinstance(found[0], dict) else {}


def _yaml(read: Callable[[], list[Any]]) -> list[Any]:
    import yaml

    try:
        return read()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise Unreadable(str(error.problem), mark.line + 1 if mark else 0) from error
    except yaml.YAMLError as error:
        raise Unreadable(" ".join(str(error).split())) from error


# ---- what gives nothing --------------------------------------------------------------------------


def documents(project: Project, file: Path) -> list[Any]:
    """Return the YAML documents of `file`; none if it does not parse: SY002 reports it."""
    return _or(list[Any](), yaml_of, project, file)


def parsed(project: Project, file: Path, part: str, text: str) -> list[Any]:
    """Return the YAML documents of a text inside `file`, kept by the name of the part.

    None if it does not parse: it may be a template.
    """

    def load() -> list[Any]:
        try:
            return yaml_in(text)
        except Unreadable:
            return []

    return project.once(("part", file, part), load)


def table(project: Project, file: Path) -> dict[Any, Any]:
    """Return the first document of `file`, empty if it is not a table."""
    return _or(dict[Any, Any](), table_of, project, file)


def tables(project: Project, file: Path) -> Iterator[dict[Any, Any]]:
    """Yield every table of the first document of `file`, at any depth.

    None if it does not parse.
    """
    return yaml_format.tables(table(project, file))


def json(project: Project, file: Path) -> dict[str, Any]:
    """Return the table of a JSON file, empty if it is none or does not parse: SY003 reports it."""
    found = _or(None, json_of, project, file)
    return found if isinstance(found, dict) else {}


def xml(project: Project, file: Path) -> Element | None:
    """Return the root element of an XML file; None if it does not parse: SY006 reports it."""
    return _or(None, xml_of, project, file)


def blocks(project: Project, file: Path) -> Block | None:
    """Return the blocks of a file of HCL; None if it does not parse: SY005 reports it."""
    return _or(None, hcl_of, project, file)


def stages(project: Project, file: Path) -> Dockerfile | None:
    """Return the stages of a Dockerfile; None if it does not parse: SY008 reports it."""
    return _or(None, dockerfile_of, project, file)


def listed(value: Any) -> list[Any]:
    """Return `value` if it is a list, else no items; another check reports a wrong type."""
    return value if isinstance(value, list) else []


def place(project: Project, file: Path, line: int) -> Location:
    """Return a line of a file with its text, shortened to what fits on a screen."""
    if not line or not project.has(file):
        return Location(path=file)
    # Kept: a file that many statements are in is split once, not for each of them.
    lines = project.once(("lines of places", file), lambda: project.lines(file))
    text = lines[line - 1].strip()[:160] if 0 < line <= len(lines) else ""
    return Location(path=file, line=line if lines else 0, text=text)


def _or(
    nothing: _Nothing, read: Callable[[Project, Path], _Value], project: Project, file: Path
) -> _Value | _Nothing:
    try:
        return read(project, file)
    except Unreadable:
        return nothing


def _toml(text: str) -> dict[str, Any]:
    import tomllib  # a parser for few repositories

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise Unreadable(str(error), int(line[1]) if line else 0) from error
    except (RecursionError, ValueError) as error:
        raise Unreadable("nests too deep, or holds a value too long") from error
