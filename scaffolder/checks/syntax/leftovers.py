"""SY001: is a marker of our templates left in a repository that was generated from them?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from scaffolder.formats.regex import regex
from scaffolder.model import Finding, NotApplicable, Verdict
from scaffolder.repository.project import Project
from scaffolder.template import bundled
from scaffolder.tools.toolchain import Toolchain

# `[[` also opens a table of TOML, a test of Bash, a text of Lua, an attribute of C++, a link of a
# wiki and a list of lists. A marker of ours is told apart by its name, a question of the template,
# and by the blanks around it. Without blanks the name has to be one that other languages do not
# write there: of several words, or with a filter.
_FILTERS = r"(?:upper|lower|title|capitalize|trim|replace|default|length|join|int)\b"
_VALUE = regex(
    r"\[\[-? (?P<name>[a-z]\w*)(?:\.\w+|\[[^\]]*\]|\([^)]*\))*(?: ?[|+*/~][^\]]*)? -?\]\]"
)
_TIGHT_VALUE = regex(
    rf"\[\[-? ?(?P<name>[a-z]\w*)(?P<rest>(?:\.\w+)*(?: ?\| ?{_FILTERS}[^\]]*)?) ?-?\]\]"
)
_CHOICE = regex(r"\[\[-? (?P<expression>['\"][^$]*? if [^$]*?) -?\]\]")
_QUOTED = regex(r"'[^']*'|\"[^\"]*\"")
_KEYWORDS = r"(?:if|elif|else|endif|for|endfor|set|macro|endmacro|include|import|from|raw|endraw)\b"
_STATEMENT = regex(rf"\[%[-+]? {_KEYWORDS}.*?%\]|^\s*#%[-+]? {_KEYWORDS}")
_TABLE = regex(r"\s*\[\[[\w. \"'-]+\]\]\s*(?:#.*)?$")
_TOML = frozenset({".toml", ".lock"})


def nothing_of_the_template_is_left(project: Project, _: Toolchain) -> Verdict:
    """No line of a generated repository has a marker of our templates, and no file is one."""
    if not project.is_generated:
        raise NotApplicable("the repository was not generated from this template")
    findings = []
    for file in project.files:
        marked = [
            number
            for number, line in _marked(project.lines(file))
            if not _is_table(file.suffix, line)
        ]
        if marked and file.suffix == ".jinja":
            findings.append(
                Finding(path=file, message="is a template that was not rendered", fix="delete it")
            )
        for number in marked:
            line = project.lines(file)[number - 1].strip()
            findings.append(
                Finding(
                    path=file,
                    line=number,
                    message=f"a template marker is left: {line[:80]}",
                    fix="write the value that belongs there",
                )
            )
    return Verdict(findings=tuple(findings), detail=f"{len(project.files)} files")


def _marked(lines: list[str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, 1):
        if ("[[" in line or "[%" in line or "#%" in line) and _holds_marker(line):
            yield number, line


def _holds_marker(line: str) -> bool:
    if _STATEMENT.search(line):
        return True
    if any(match["name"] in _questions() for match in _VALUE.finditer(line)):
        return True
    tight = (
        match for match in _TIGHT_VALUE.finditer(line) if match["rest"] or "_" in match["name"]
    )
    if any(match["name"] in _questions() for match in tight):
        return True
    choices = (_QUOTED.sub("", match["expression"]) for match in _CHOICE.finditer(line))
    return any(_questions() & set(re.findall(r"[a-z]\w*", expression)) for expression in choices)


def _is_table(suffix: str, line: str) -> bool:
    return suffix in _TOML and _TABLE.match(line) is not None


@cache
def _questions() -> frozenset[str]:
    """Return the names that start a template's marker: its questions and computed values."""
    return frozenset(name for name in bundled.configuration() if not name.startswith("_"))
