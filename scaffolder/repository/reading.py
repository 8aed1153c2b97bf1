"""A repository's files as values that remember their lines, for checks that leave what does not parse to others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scaffolder.errors import ToolMissing
from scaffolder.formats import Unreadable, dockerfile, hcl
from scaffolder.repository.project import Project
from scaffolder.tools import installation


def documents(project: Project, file: Path) -> list[Any]:
    """The YAML documents of `file`; none where it does not parse: SY002 says so."""
    import yaml

    try:
        return project.documents(file)
    except yaml.YAMLError:
        return []


def table(project: Project, file: Path) -> dict[Any, Any]:
    """The first document of `file`, empty where it is no table."""
    found = documents(project, file)
    return found[0] if found and isinstance(found[0], dict) else {}


def blocks(project: Project, file: Path) -> hcl.Block | None:
    """The blocks of a file of HCL; None where it does not parse: SY005 says so.

    Raises:
        ToolMissing: the packages that read HCL are not installed.
    """
    if not hcl.available():
        raise ToolMissing(
            "the Python packages that read HCL are not installed", hint=installation.current().with_tools()
        )
    try:
        return project.once(("hcl", file), lambda: hcl.read(project.text(file)))
    except Unreadable:
        return None


def stages(project: Project, file: Path) -> dockerfile.Dockerfile | None:
    """The stages of a Dockerfile; None where it does not parse: SY008 says so."""
    try:
        return project.once(("dockerfile", file), lambda: dockerfile.read(project.text(file)))
    except Unreadable:
        return None


def listed(value: Any) -> list[Any]:
    """`value` where it is a list; else no items, for who writes something else there has another mistake to mend."""
    return value if isinstance(value, list) else []
