"""SY: every file parses as its name promises, and nothing of the template is left in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from scaffolder.checks.syntax import leftovers
from scaffolder.formats import Unreadable, editorconfig, hcl, jsonc
from scaffolder.formats.editorconfig import EditorConfig
from scaffolder.formats.regex import regex
from scaffolder.model import (
    Check,
    Edit,
    Finding,
    Location,
    NotApplicable,
    Severity,
    Verdict,
    counted,
)
from scaffolder.repository import ci, files, reading, source_templates, terraform_templates
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import of_each
from scaffolder.tools.toolchain import Toolchain

_TEXT_NAMES = ("Dockerfile", "Makefile", "CODEOWNERS", *ci.of_each(lambda system: system.TEXTS))
_TEXTS = frozenset(
    {
        *(
            ".yaml",
            ".yml",
            ".json",
            ".toml",
            ".xml",
            ".tf",
            ".tfvars",
            ".hcl",
            ".sh",
            ".md",
            ".properties",
        ),
        ".tpl",
        *of_each(lambda runtime: runtime.TEXTS),
    }
)


def yaml_parses(project: Project, toolchain: Toolchain) -> Verdict:
    """YAML files parse and repeat no key, except sources that Helm or Terraform renders first."""
    found = terraform_templates.without(project, files.plain_yaml(project))
    return _each(project, found, "YAML", _yaml_problem)


def json_parses(project: Project, toolchain: Toolchain) -> Verdict:
    """JSON files parse, except sources that Terraform renders first."""
    found = terraform_templates.without(project, files.json(project))
    return _each(project, found, "JSON", _json_problem)


def toml_parses(project: Project, toolchain: Toolchain) -> Verdict:
    """TOML files parse."""
    return _each(project, files.toml(project), "TOML", _toml_problem)


def xml_parses(project: Project, toolchain: Toolchain) -> Verdict:
    """XML files parse."""
    return _each(project, files.xml(project), "XML", _xml_problem)


def hcl_parses(project: Project, toolchain: Toolchain) -> Verdict:
    """Terraform files parse as HCL, whether or not there is a terraform here."""
    return _each(project, files.hcl(project), "HCL", _hcl_problem)


def files_are_readable(project: Project, toolchain: Toolchain) -> Verdict:
    """Each text that a check would read can be read: it is UTF-8, and its permissions allow it.

    Images, archives and the like are binary, and no check asks for them. A text that is too large
    for us is not the repository's fault: it is not looked at.
    """
    for file in project.files:
        project.text(file)
    if not project.unreadable and not any(_should_be_text(file) for file in project.files):
        raise NotApplicable("no file that a check would read")
    unreadable = {
        path: reason
        for path, reason in sorted(project.unreadable.items())
        if "cannot be" in reason or path == Path() or _should_be_text(path)
        if not (reason == "is UTF-16" and path.suffix in _ANY_UNICODE)
        if not (reason == "is not UTF-8" and path.suffix == ".properties")
    }
    ours = [
        path for path, reason in unreadable.items() if any(word in reason for word in _NOT_READ)
    ]
    findings = tuple(
        Finding(path=path, message=reason, fix=_cure(reason), severity=_weight(path))
        for path, reason in unreadable.items()
        if path not in ours and not files.is_of_others(path) and not files.is_library(path)
        if not (reason == "is not UTF-8" and path.suffix == ".properties")  # Java reads Latin-1
    )
    limit = ", ".join(f"{path.as_posix()} {unreadable[path]}" for path in ours[:3])
    more = f" and {len(ours) - 3} more" if len(ours) > 3 else ""
    return Verdict(
        findings=findings, detail=counted(len(project.files), "file"), limit=limit + more
    )


def _weight(path: Path) -> Severity:
    """Return NOTE for a script of a browser: it may be in any encoding that its page names."""
    return Severity.NOTE if path.suffix in {".js", ".css"} else Severity.ERROR


_ANY_UNICODE = frozenset({".yaml", ".yml", ".xml", ".json", ".md", ".properties"})
"""Texts whose readers find out about UTF-16 by its first bytes; others ask for UTF-8."""

_NOT_READ = ("is encrypted", "nothing over")
"""The model's texts for a file that is encrypted or too large: no fault of the repository."""


def dockerfiles_parse(project: Project, toolchain: Toolchain) -> Verdict:
    """Dockerfiles parse."""
    return _each(project, files.all_dockerfiles(project), "Dockerfile", _dockerfile_problem)


def lines_end_as_agreed(project: Project, toolchain: Toolchain) -> Verdict:
    """No line ends in a blank, and a newline ends the file, if .editorconfig requires it.

    Only where our template wrote it: elsewhere editors keep to it, and old files are left alone.
    """
    if not project.is_generated:
        raise NotApplicable("the repository was not generated from this template")
    configs = {
        file.parent: editorconfig.read(project.text(file))
        for file in files.editor_settings(project)
    }
    if not configs:
        raise NotApplicable("no .editorconfig")
    findings = []
    for file in project.files:
        if _ends_well(project.text(file)):
            continue
        wanted = _wanted(configs, file)
        edits = tuple(
            _edits(
                project,
                file,
                trim=wanted.get("trim_trailing_whitespace") == "true",
                end=wanted.get("insert_final_newline") == "true",
            )
        )
        if edits:
            more = f" (and {len(edits) - 1} more lines)" if len(edits) > 1 else ""
            findings.append(
                Finding(
                    path=file,
                    line=edits[0].line,
                    message=f"{_said(edits[0])}{more}",
                    fix="scaffold check --fix",
                    related=(Location(path=_nearest(configs, file) / ".editorconfig"),),
                    edits=edits,
                )
            )
    return Verdict(findings=tuple(findings), detail=counted(len(project.files), "file"))


def _ends_well(text: str) -> bool:
    """Return whether a text is as each setting wants it; most are, and a pattern takes longer."""
    return not _TRAILING.search(text) and (not text or text.endswith("\n"))


def conflicts_are_settled(project: Project, toolchain: Toolchain) -> Verdict:
    """No file holds the markers that Git puts around the two sides of a conflict."""
    findings = []
    for file in project.files:
        conflicts = (
            list(_conflicts(project.lines(file))) if "<<<<<<< " in project.text(file) else []
        )
        if conflicts:
            more = f" (and {len(conflicts) - 1} more)" if len(conflicts) > 1 else ""
            findings.append(
                Finding(
                    path=file,
                    line=conflicts[0],
                    message=f"a conflict of a merge is left{more}",
                    fix="keep one side, or what both mean, and take out the three lines of markers",
                )
            )
    return Verdict(findings=tuple(findings), detail=counted(len(project.files), "file"))


def _conflicts(lines: Sequence[str]) -> Iterator[int]:
    """Yield the line of each conflict: Git's first marker, with the middle and last one below.

    A heading of Markdown that is underlined with seven signs is none.
    """
    start, middle = 0, False
    for number, line in enumerate(lines, 1):
        if line.startswith("<<<<<<< "):
            start, middle = number, False
        elif start and line.rstrip("\r") == "=======":
            middle = True
        elif start and middle and line.startswith(">>>>>>> "):
            yield start
            start = 0


def _wanted(configs: dict[Path, EditorConfig], file: Path) -> dict[str, str]:
    """Return the settings of the .editorconfig files on the way to `file`; the nearest wins."""
    wanted: dict[str, str] = {}
    for folder in file.parents:
        if folder in configs:
            wanted = configs[folder].of(file.relative_to(folder).as_posix()) | wanted
            if configs[folder].root:
                break
    return wanted


def _nearest(configs: dict[Path, EditorConfig], file: Path) -> Path:
    return next(folder for folder in file.parents if folder in configs)


def _edits(project: Project, file: Path, *, trim: bool, end: bool) -> Iterator[Edit]:
    text = project.text(file)
    if not (trim and _TRAILING.search(text)) and (not end or not text or text.endswith("\n")):
        return
    lines = project.lines(file)
    for number, line in enumerate(lines, 1):
        new = line.rstrip(" \t") if trim else line
        last = end and number == len(lines) and not text.endswith("\n")
        if new != line or last:
            yield Edit(path=file, line=number, old=line, new=f"{new}\n" if last else new)


def _said(edit: Edit) -> str:
    return "no newline ends the file" if edit.new == f"{edit.old}\n" else "blanks end the line"


_TRAILING = regex(r"[ \t]+$", re.MULTILINE)


def _should_be_text(file: Path) -> bool:
    return file.suffix in _TEXTS or file.name.startswith(_TEXT_NAMES)


def _cure(reason: str) -> str:
    return (
        "save it as UTF-8"
        if "UTF-8" in reason or "no text" in reason
        else "take it out of the repository, or correct it"
    )


_Problem = Callable[[Project, Path], tuple[int, str] | None]
"""The error in a file, and its line; None if it parses."""


def _each(project: Project, found: tuple[Path, ...], language: str, problem: _Problem) -> Verdict:
    if not found:
        raise NotApplicable(f"no {language}{'' if language == 'Dockerfile' else ' file'}")
    findings, templates = [], 0
    for file in found:
        wrong = None if files.is_of_others(file) else problem(project, file)
        if wrong and (
            source_templates.is_source(project, file, wrong[0])
            or terraform_templates.is_one(project, file)
            or (language == "YAML" and _is_substituted(project, file))
            or (language in _OF_A_VALUE and _FRONT_MATTER.match(project.text(file)))
        ):
            templates += 1
        elif wrong and language in _OF_A_VALUE and not project.text(file).strip():
            findings += [] if file in project.unreadable else [_empty(file)]
        elif wrong:
            findings.append(
                Finding(
                    path=file, line=wrong[0], message=f"does not parse as {language}: {wrong[1]}"
                )
            )
    limit = f"{counted(templates, 'template')} of other programs" if templates else ""
    return Verdict(findings=tuple(findings), detail=counted(len(found), "file"), limit=limit)


_VARIABLE = regex(r"\$\{[A-Za-z_]\w*(?::?[=-][^}\n]*)?\}")


def _is_substituted(project: Project, file: Path) -> bool:
    """Return whether Flux fills in the variables of a file, which is YAML with their values.

    https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution
    """
    text = project.text(file)
    if "${" not in text or not project.once(
        "variables of Flux",
        lambda: any(
            "postBuild:" in project.text(one) and "kustomize.toolkit.fluxcd.io" in project.text(one)
            for one in files.yaml(project)
        ),
    ):
        return False
    try:
        reading.yaml_in(_VARIABLE.sub("x", text))
    except Unreadable:
        return False
    return True


_FRONT_MATTER = regex(r"\ufeff?---[ \t]*\r?\n(?:.*\r?\n){0,40}?---[ \t]*\r?\n")
"""How a page of Jekyll or Hugo begins, which the site generator fills in: manifest.json too."""

_OF_A_VALUE = frozenset({"JSON", "XML"})
"""Languages in which an empty text is not valid."""


def _empty(file: Path) -> Finding:
    return Finding(
        path=file,
        message="is empty",
        fix="write its value, or take the file out",
        severity=Severity.WARNING,
    )


def _yaml_problem(project: Project, file: Path) -> tuple[int, str] | None:
    return _unreadable(lambda: reading.yaml_of(project, file))


_OPEN_VALUE = regex(r"[:\[,]\s*<[A-Z][A-Z0-9_]+>\s*[,\]}\n]")
"""A placeholder in the place of a value of JSON."""


_COMMENT_FIRST = regex(r"(?:[{\[]\s*)?(?://|/\*)")


def _json_problem(project: Project, file: Path) -> tuple[int, str] | None:
    problem = _unreadable(lambda: reading.json_of(project, file))
    if problem and _OPEN_VALUE.search(project.text(file)):
        return None  # what a test, or a script, writes a value into
    text = project.text(file).lstrip("\ufeff").lstrip()
    if (
        problem
        and not files.is_strict_json(file)
        and _COMMENT_FIRST.match(text)
        and not _unreadable(partial(jsonc.read, text, comments=True))
    ):
        return None  # who wrote a comment first has a program that reads comments
    if problem and problem[1] == "Extra data" and _is_one_a_line(project.lines(file)):
        return None
    return problem


def _is_one_a_line(lines: Sequence[str]) -> bool:
    """Whether each line is a value by itself: logs and tables are written like this."""
    written = [line for line in lines if line.strip()]
    return not any(_unreadable(partial(jsonc.read, line)) for line in written)


def _dockerfile_problem(project: Project, file: Path) -> tuple[int, str] | None:
    return _unreadable(lambda: reading.dockerfile_of(project, file))


def _unreadable(read: Callable[[], object]) -> tuple[int, str] | None:
    try:
        read()
    except Unreadable as error:
        return error.line, str(error)
    return None


def _toml_problem(project: Project, file: Path) -> tuple[int, str] | None:
    return _unreadable(lambda: reading.toml_of(project, file))


_API_MANAGEMENT = regex(
    r"\A\s*(?:<!--.*?-->\s*)*<(?:policies|fragment)\b.*@[({]"
    r"|=\"@[({]|>\s*@[({]",
    re.DOTALL,
)
"""A policy of Azure API Management: its expressions in C# are not XML.

https://learn.microsoft.com/azure/api-management/api-management-policy-expressions
"""


_MESSAGE = regex(r"\s*(?:--[\w=.'()+,/:?-]{6,}\s*\n|[A-Z][\w-]+: \S)")
"""How a message of MIME or HTTP begins that was saved with its heads: it holds XML among others."""


def _xml_problem(project: Project, file: Path) -> tuple[int, str] | None:
    text = project.text(file)
    if _API_MANAGEMENT.search(text) or _MESSAGE.match(text):
        return None
    return _unreadable(lambda: reading.xml_of(project, file))


def _hcl_problem(project: Project, file: Path) -> tuple[int, str] | None:
    problem = _unreadable(lambda: reading.hcl_of(project, file))
    if problem is None or not files.may_be_hcl_1(file):
        return problem
    text = _COMMA.sub(r"\1", project.text(file))
    texts = (text, _COMMA_OF_LISTS.sub(r"\1", text))
    return problem if all(_unreadable(partial(hcl.read, one)) for one in texts) else None


_COMMA = regex(
    r"""(?m)^([ \t]*"?[\w.-]+"?[ \t]*=(?!.*[\[{(][ \t]*$).*),(?=[ \t]*(?:(?:\#|//).*)?$)"""
)
_COMMA_OF_LISTS = regex(r"(?m)^([ \t]*[\]})]+),(?=[ \t]*$)")
"""A comma after an argument: the first version of HCL allows it.

https://github.com/hashicorp/hcl/tree/hcl1
"""


CHECKS = (
    Check(
        id="SY001",
        title="No template placeholder is left",
        run=leftovers.nothing_of_the_template_is_left,
    ),
    Check(id="SY002", title="YAML parses", run=yaml_parses),
    Check(id="SY003", title="JSON parses", run=json_parses),
    Check(id="SY004", title="TOML parses", run=toml_parses),
    Check(id="SY005", title="HCL parses", run=hcl_parses),
    Check(id="SY006", title="XML parses", run=xml_parses),
    Check(
        id="SY007",
        title="Every file can be read",
        run=files_are_readable,
    ),
    Check(id="SY008", title="Dockerfiles parse", run=dockerfiles_parse),
    Check(
        id="SY009",
        severity=Severity.NOTE,
        title="Line endings follow .editorconfig",
        run=lines_end_as_agreed,
    ),
    Check(id="SY010", title="No merge conflict is left", run=conflicts_are_settled),
)
