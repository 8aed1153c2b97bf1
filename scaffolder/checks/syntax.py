"""SY: every file is what its name says it is, and nothing of the template is left in it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from scaffolder.checks.optional import module
from scaffolder.model import Check, Finding, NotApplicable, Verdict
from scaffolder.project import Project
from scaffolder.toolchain import Toolchain

_MARKER = re.compile(r"\[\[ ?[a-z_.]+(?: ?\|[^\]]*)? ?\]\]|\[% .*? %\]|^\s*#% \w", re.MULTILINE)
"""What an unrendered template line looks like. A bash test (`[[ -n $x ]]`) or a TOML table (`[[bin]]`) does not match:
the first has operators in it, the second is a whole line."""

_TOML_TABLE = re.compile(r"^\s*\[\[[^\]]+\]\]\s*$")
_HELM_TEMPLATES = "templates"


def leftovers(project: Project, toolchain: Toolchain) -> Verdict:
    """No line still holds a marker of the template language, and no file its suffix."""
    findings = []
    for file in project.files:
        if file.suffix == ".jinja":
            findings.append(Finding(path=file, message="is a template that was not rendered", fix="delete it"))
        for number, line in enumerate(project.lines(file), 1):
            if _MARKER.search(line) and not (file.suffix == ".toml" and _TOML_TABLE.match(line)):
                findings.append(
                    Finding(path=file, line=number, message=f"a template marker is left: {line.strip()[:80]}")
                )
    return Verdict(findings=tuple(findings), detail=f"{len(project.files)} files")


def yaml_parses(project: Project, toolchain: Toolchain) -> Verdict:
    """YAML files parse and repeat no key; the templates of a chart are Helm's to judge."""
    files = [file for file in project.matching("*.yaml", "*.yml") if not _is_helm_template(project, file)]
    return _each(project, files, "YAML", _yaml_problem)


def json_parses(project: Project, toolchain: Toolchain) -> Verdict:
    """JSON files parse."""
    return _each(project, project.matching("*.json"), "JSON", _json_problem)


def toml_parses(project: Project, toolchain: Toolchain) -> Verdict:
    """TOML files parse."""
    return _each(project, project.matching("*.toml"), "TOML", _toml_problem)


def xml_parses(project: Project, toolchain: Toolchain) -> Verdict:
    """XML files parse."""
    return _each(project, project.matching("*.xml"), "XML", _xml_problem)


def hcl_parses(project: Project, toolchain: Toolchain) -> Verdict:
    """Terraform files parse as HCL, whether or not there is a terraform here."""
    files = project.matching("*.tf", "*.tfvars", "*.hcl", "*.tfbackend")
    parser = module("tree_sitter_hcl")
    tree_sitter = module("tree_sitter")
    hcl = tree_sitter.Parser(tree_sitter.Language(parser.language()))

    def problem(project: Project, file: Path) -> tuple[int, str] | None:
        root = hcl.parse(project.text(file).encode()).root_node
        if not root.has_error:
            return None
        node = next(_broken_nodes(root))
        return node.start_point[0] + 1, f"missing {node.type!r}" if node.is_missing else "is not HCL from here on"

    return _each(project, files, "HCL", problem)


_Problem = Callable[[Project, Path], tuple[int, str] | None]
"""What is wrong with a file, and on which line; None where it parses."""


def _each(project: Project, files: tuple[Path, ...] | list[Path], language: str, problem: _Problem) -> Verdict:
    if not files:
        raise NotApplicable(f"there is no {language} file")
    findings = []
    for file in files:
        found = problem(project, file)
        if found:
            findings.append(Finding(path=file, line=found[0], message=f"does not parse as {language}: {found[1]}"))
    return Verdict(findings=tuple(findings), detail=f"{len(files)} files" if len(files) > 1 else "1 file")


def _yaml_problem(project: Project, file: Path) -> tuple[int, str] | None:
    import yaml

    try:
        project.documents(file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        return (mark.line + 1 if mark else 0), str(error.problem)
    except yaml.YAMLError as error:
        return 0, " ".join(str(error).split())
    return None


def _json_problem(project: Project, file: Path) -> tuple[int, str] | None:
    try:
        json.loads(project.text(file))
    except json.JSONDecodeError as error:
        return error.lineno, error.msg
    return None


def _toml_problem(project: Project, file: Path) -> tuple[int, str] | None:
    try:
        tomllib.loads(project.text(file))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        return (int(line[1]) if line else 0), str(error)
    return None


def _xml_problem(project: Project, file: Path) -> tuple[int, str] | None:
    try:
        ElementTree.fromstring(project.text(file).encode())  # noqa: S314, the repository's own files, nothing fetched
    except ElementTree.ParseError as error:
        return error.position[0], str(error)
    return None


def _broken_nodes(node: Any) -> Iterator[Any]:
    if node.is_missing or node.type == "ERROR":
        yield node
    for child in node.children:
        if child.has_error or child.is_missing:
            yield from _broken_nodes(child)


def _is_helm_template(project: Project, file: Path) -> bool:
    return any(parent.name == _HELM_TEMPLATES and project.has(parent.parent / "Chart.yaml") for parent in file.parents)


CHECKS = (
    Check(id="SY001", title="Nothing of the template is left", run=leftovers),
    Check(id="SY002", title="YAML parses", run=yaml_parses),
    Check(id="SY003", title="JSON parses", run=json_parses),
    Check(id="SY004", title="TOML parses", run=toml_parses),
    Check(id="SY005", title="HCL parses", run=hcl_parses),
    Check(id="SY006", title="XML parses", run=xml_parses),
)
