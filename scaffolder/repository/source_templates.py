"""Files that another program renders or replaces first, so that their names do not apply yet.

Sources of Helm, Jinja, Go, ERB, Handlebars and Cookiecutter, resources that Maven filters, and the
pointers of Git LFS. A file is one by its path, by a statement of a template engine, or by a
placeholder in the place where it does not parse.
"""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.repository.project import Project

_IN_PATH = regex(r"\{\{|\{%|<%|\[\[|__cookiecutter")
_IN_NAME = regex(
    r"\.(?:tpl|tmpl|j2|jinja2?|gotmpl|erb|ejs|ftl|hbs|mustache|template|tftpl)\.\w+$", re.IGNORECASE
)
_STATEMENT = regex(
    r"^[ \t]*(?:-[ \t]+)?(?:\{%|<%|</?#\w|\[%|\{\{[-~]|\{\{~?[#/^>!]"
    r"|\{\{\s*(?:if|else|end|range|with|define|block|template|include|tpl|toYaml)\b|\{\{\s*\$\w+\s*:?=)",
    re.MULTILINE,
)
_QUOTED = regex(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')
_PLACEHOLDER = regex(
    r"(?<!\$)\{\{.*?\}\}|<%.*?%>|\{%.*?%\}|\[\[ .*? \]\]|@[A-Za-z][\w.-]*@|(?<![\w%])%[A-Z_]\w*%"
)
_IN_BRACES = regex(
    r"^\s*(?:-\s+)?\{[A-Za-z_][\w.]*\}(?:[\w-]+\s*:|\s*$)"
    r"|^\s*(?:-\s+)?[\w.$-]+:\s+\{[A-Za-z_][\w.]*\}\s*[\w./-]"
    r"|^\s*(?:-\s+)?\$\{[A-Za-z_][\w.]*\}\s*,?\s*$"
)
"""A name in braces where YAML has a key, a line or a text: `{resource}Type:`, `${key}`."""

_IN_JSON = regex(r"(?::|^)\s*\$?\{[A-Za-z_][\w.]*\}\s*[,}\]]?\s*$")
"""A name in braces in the place of a value, which is never JSON."""

_IN_ANGLES = regex(r"<[A-Z][A-Z0-9_]*>")
_TO_EDIT = regex(r"<[A-Z][A-Z0-9]*(?:[ :_-]+[A-Z][A-Z0-9]*)+>")
"""Words in capitals in angle brackets, which a reader of a course replaces: `<EDIT: YOUR NAME>`."""

_VALUE = regex(
    r"^\s*(?:-\s+|[\w.-]+:\s+|-\s+[\w.-]+:\s+)(?:\{\{[^{}]*\}\}\s*$|#[A-Z][A-Z0-9_]*#)",
    re.MULTILINE,
)

_SED = regex(r":[ \t]+[\"']?(?:#[A-Z][A-Z0-9_]*#|__[A-Z][A-Z0-9_]*__|%%[A-Z][A-Z0-9_]*%%)")
"""A value that a script writes: YAML reads `#NAME#` as a comment, and the value as none."""

_POINTER = "version https://git-lfs.github.com/spec/"
_READ_AS_THEY_ARE = regex(
    r"\.github/(?:workflows|actions)/.*|\.gitlab-ci\.ya?ml|(?:.*/)?(?:group_vars|host_vars)/.*"
    r"|(?:.*/)?roles/[^/]+/(?:tasks|handlers|vars|defaults|meta)/.*|(?:.*/)?playbooks?/.*"
    r"|(?:.*/)?(?:playbook|site)\.ya?ml"
)
"""Files whose program reads them as they are: a placeholder without quotes is a mistake there."""


_CALLED_TEMPLATE = regex(r"(?:^|[-_.])(?:template|templ|tmpl)\.(?:ya?ml|json)$")


def is_source(project: Project, file: Path, line: int = 0) -> bool:
    """Return whether a file is rendered or replaced first; it does not parse at `line`, if any."""
    if is_named_so(file):
        return True
    text = project.text(file)
    if text.startswith(_POINTER) or _STATEMENT.search(text):
        return True
    if _CALLED_TEMPLATE.search(file.name) and "${" in text:
        return True  # envsubst fills it in
    if not line or _READ_AS_THEY_ARE.fullmatch(file.as_posix()) or _is_of_helm(project, file):
        return False
    # A parser stops where a table that a placeholder seemed to open should have ended.
    around = project.lines(file)[max(line - 4, 0) : line + 1]
    is_json = file.suffix in {".json", ".jsonc"}
    patterns = (
        (_PLACEHOLDER, _IN_ANGLES, _IN_JSON) if is_json else (_PLACEHOLDER, _IN_BRACES, _TO_EDIT)
    )
    plain = [_QUOTED.sub("", one) for one in around]
    return any(pattern.search(text) for text, pattern in product(plain, patterns))


def is_written_by_a_script(project: Project, file: Path) -> bool:
    """Return whether a value of a file is a placeholder such as `#NAME#`, for `sed` to fill in."""
    return _SED.search(project.text(file)) is not None


def is_named_so(file: Path) -> bool:
    """Return whether the path of a file marks it as rendered first."""
    return _IN_PATH.search(file.as_posix()) is not None or _IN_NAME.search(file.name) is not None


def has_open_values(project: Project, file: Path) -> bool:
    """Return whether a value of a YAML file is a placeholder, which YAML takes for a table."""
    return _VALUE.search(project.text(file)) is not None


def _is_of_helm(project: Project, file: Path) -> bool:
    """Return whether Helm reads a file without rendering it: what a chart is, and its values."""
    named = file.name.startswith("values") or file.name in {"Chart.yaml", "Chart.lock"}
    return named and project.has(file.parent / "Chart.yaml")
