"""How readers open files: parsed once for all, and what does not parse is remembered."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from scaffolder.formats import Unreadable, dockerfile, hcl, jsonc, makefile, xml
from scaffolder.repository.facts.statements import Unread
from scaffolder.repository.project import Project

_WITH_COMMENTS = (
    "tsconfig*.json",
    "jsconfig*.json",
    "devcontainer.json",
    ".devcontainer.json",
    "*.jsonc",
    ".eslintrc.json",
)


def dockerfile_of(project: Project, file: Path) -> dockerfile.Dockerfile:
    """The stages of a Dockerfile. Raises Unreadable."""
    return project.once(("dockerfile", file), lambda: dockerfile.read(project.text(file)))


def xml_of(project: Project, file: Path) -> xml.Element:
    """The root element of an XML file. Raises Unreadable."""
    return project.once(("xml", file), lambda: xml.read(project.text(file)))


def hcl_of(project: Project, file: Path) -> hcl.Block:
    """The blocks of a Terraform file. Raises Unreadable."""
    return project.once(("hcl", file), lambda: hcl.read(project.text(file)))


def makefile_of(project: Project, file: Path) -> makefile.Makefile:
    """The targets of a Makefile."""
    return project.once(("makefile", file), lambda: makefile.read(project.text(file)))


def json_of(project: Project, file: Path) -> Any:
    """The value of a JSON file, its comments left out where its readers allow them. Raises Unreadable."""
    comments = any(file.match(pattern) for pattern in _WITH_COMMENTS) or ".vscode" in file.parts
    return project.once(("json", file), lambda: jsonc.read(project.text(file), comments=comments))


def toml_of(project: Project, file: Path) -> dict[str, Any]:
    """The table of a TOML file. Raises Unreadable."""
    return project.once(("toml", file), lambda: _toml(project.text(file)))


def yaml_of(project: Project, file: Path) -> list[Any]:
    """The documents of a YAML file. Raises Unreadable."""
    import yaml

    try:
        return project.documents(file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise Unreadable(str(error.problem), mark.line + 1 if mark else 0) from error
    except yaml.YAMLError as error:
        raise Unreadable(" ".join(str(error).split())) from error


def table_of(project: Project, file: Path) -> dict[Any, Any]:
    """The first document of a YAML file where it is a table, else an empty one. Raises Unreadable."""
    documents = yaml_of(project, file)
    return documents[0] if documents and isinstance(documents[0], dict) else {}


def values_of(project: Project, file: Path) -> dict[Any, Any]:
    """The first document of a YAML file where it is a table, each scalar as it is written. Raises Unreadable."""
    documents = project.once(("sources", file), lambda: _sources(project.text(file)))
    return documents[0] if documents and isinstance(documents[0], dict) else {}


def _sources(text: str) -> list[Any]:
    import yaml

    from scaffolder.formats.yaml import load_sources

    try:
        return load_sources(text)
    except yaml.YAMLError as error:
        raise Unreadable(" ".join(str(error).split())) from error


def unread(file: Path, error: Unreadable) -> Unread:
    """What is remembered of a file that does not parse."""
    return Unread(path=file, line=error.line, reason=str(error))


def _toml(text: str) -> dict[str, Any]:
    import re

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise Unreadable(str(error), int(line[1]) if line else 0) from error
    except (RecursionError, ValueError) as error:
        raise Unreadable("nests too deep, or holds a value too long") from error
