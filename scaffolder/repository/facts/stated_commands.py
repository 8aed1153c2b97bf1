"""Scripts and files that pages about a repository tell a reader to run or to hand to a program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, product
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import files, reading
from scaffolder.repository.facts import commands, documents
from scaffolder.repository.facts.guides import PROSE, SHELL, GuideLine, lines
from scaffolder.repository.project import Project
from scaffolder.repository.reading import place

PACKAGE_SCRIPT, FILE = "script of a package", "file"


@dataclass(frozen=True, kw_only=True)
class StatedCommand:
    """A command of a page: `name` is a script of package.json, or the path of a file.

    `is_applied`: the file is handed to kubectl or Helm, and may be the output of a program.
    """

    kind: str
    name: str
    place: Location
    is_applied: bool = False


_INLINE = regex(r"`([^`\n]+)`")
_WORKSPACE = regex(
    r"(?:^|\s)(?:-w|-C|-r|--(?:prefix|workspaces?|filter|cwd|dir|recursive|if-present)\b)"
    r"|\bworkspace\b"
)
_SCRIPT = regex(r"(?:\./)?(?:[\w.-]+/)+[\w.-]+\.(?:sh|bash|py)")
_HANDED = regex(
    r"\bcp (?:-\w+ )*(?P<copied>[\w./-]*\.?(?:env|ya?ml|json|toml|tfvars"
    r"|properties)?[\w.-]*\.(?:example|sample|template|dist)"
    r"(?:\.\w+)?)\s"
    r"|\bpip3? install\b.*?\s-r (?P<listed>[\w./-]+\.txt)"
    r"|\b(?:docker[ -]compose)\b.*?\s(?:-f|--file)[ =](?P<composed>[\w./-]+\.ya?ml)"
    r"|\b(?:kubectl (?:apply|create)|helm (?:install|upgrade|template))\b.*?\s(?:-f|--filename"
    r"|--values)[ =]"
    r"(?P<applied>[\w.-]+/[\w./-]+\.ya?ml)"
    r"|\b(?:docker|podman) (?:buildx )?build\b.*?\s(?:-f|--file)[ =](?P<built>[\w./-]+)"
)
_MADE = regex(
    r"(?:^|/)(?:build|dist|target|out|node_modules|\.?venv|env|tmp|coverage|bin|vendor"
    r"|generated|\.terraform)(?:/|$)"
)
_NOT_NOW = regex(
    r"\b(?:removed|deprecated|obsolete|no longer|replaced|renamed|formerly|used to|create"
    r"|creates|adds?|write|save"
    r"|generated?|generates|will be|would|(?<!\.)example|e\.g|such as|your own|planned|later"
    r"|if present|optional(?:ly)?"
    r"|download\w*|clone|in the .* repo(?:sitory)?)\b|https?://|<[\w -]+>|\$\{|\.\.\.|…",
    re.IGNORECASE,
)
"""Words of a line about a command of another time or another place."""

_STANDS_FOR = regex(
    r"(?:^|/)(?:(?:your|my|the|some|new)[-_][\w-]+|(?:service|app|application|module|package|project"
    r"|component|function|feature|chart|environment|env|script|file)[-_]?name|xxx+|foo|bar|path)(?:/|\.|$)",
    re.IGNORECASE,
)
"""A part of a path in whose place a reader writes a name."""

_MAKES = regex(r"\b(?:creat|sav|writ|add|download|generat|copy|mak)\w*\b", re.IGNORECASE)
_RUNS = regex(
    r"\b(?:run|runs|running|execute|executes|call|calls|start|starts|use|uses|using|with|via"
    r"|invoke)\b",
    re.IGNORECASE,
)

_LEAVES = regex(
    r"\b(?:git clone|curl|wget|npx create|npm (?:init|create)|yarn create|cd \.\.|tar )"
)
"""Commands after which a reader is in another repository, or has files of another one."""


def stated(project: Project) -> tuple[StatedCommand, ...]:
    """Return the scripts and files that pages name in commands for the repository."""
    return project.once("commands in guides", lambda: tuple(_stated(project)))


def package_scripts(project: Project) -> dict[str, Location]:
    """Return the scripts of all packages of Node.js, each where it is first."""
    return project.once("scripts of packages", lambda: _package_scripts(project))


def has_file(project: Project, name: str) -> bool:
    """Return whether a path is one of the repository, from any of its folders."""
    parts = tuple(part for part in Path(name).parts if part != "..")
    if not parts:
        return True
    beside = files.called(project, parts[-1])
    return any(file.parts[-len(parts) :] == parts for file in beside)


def same_named(project: Project, path: Path) -> tuple[Path, ...]:
    """Return the files of the repository that are called like the one at a path."""
    return files.called(project, path.name)


def is_made(project: Project, one: StatedCommand) -> bool:
    """Return whether the page, or a .gitignore, shows that a reader has or makes the file."""
    name = Path(one.name).name
    for _, text, kind in documents.lines(project, one.place.path):
        if name in text and (kind == "other" or (kind == PROSE and _MAKES.search(text))):
            return True
    ignored = project.text(".gitignore") if project.has(".gitignore") else ""
    return name in ignored


def is_program(project: Project, name: str) -> bool:
    """Return whether a name may be a program of a library: yarn and pnpm run those as well."""
    words = project.once("libraries of packages", lambda: _libraries(project))
    return name in words or any(name in word.split("/")[-1].split("-") for word in words)


def _libraries(project: Project) -> frozenset[str]:
    keys = ("dependencies", "devDependencies", "optionalDependencies")
    packages = (reading.json(project, file) for file in files.node_packages(project))
    tables = (package.get(key) for package, key in product(packages, keys))
    return frozenset(chain.from_iterable(table for table in tables if isinstance(table, dict)))


def _package_scripts(project: Project) -> dict[str, Location]:
    found: dict[str, Location] = {}
    for file in files.node_packages(project):
        scripts = reading.json(project, file).get("scripts")
        for name in scripts if isinstance(scripts, dict) else ():
            found.setdefault(name, place(project, file, project.line_of(file, f'"{name}"')))
    return found


def _stated(project: Project) -> Iterator[StatedCommand]:
    left: Path | None = None
    for line in lines(project):
        if left != line.place.path:
            left = None
        if line.kind == SHELL and re.search(r"\bgit clone\b", line.text):
            left = None  # the clone of this repository, which is where the page begins
        elif line.kind == SHELL and _LEAVES.search(line.text):
            left = line.place.path
        if left is not None or len(line.text) >= 1000:
            continue
        # Most lines of prose hold no code, and need no closer look.
        if (line.kind == SHELL or "`" in line.text) and not _NOT_NOW.search(line.text):
            for code in _codes(line):
                yield from _in(project, line, code)


def _codes(line: GuideLine) -> list[str]:
    if line.kind == SHELL:
        return [re.sub(r"^\s*[$%>] ", "", line.text).split(" #")[0]]
    return _INLINE.findall(line.text) if _RUNS.search(line.text) else []


def _in(project: Project, line: GuideLine, code: str) -> Iterator[StatedCommand]:
    for words in commands.words_of(code):
        name = _package_script(words)
        runs_programs = words[0] != "npm"
        if (
            name
            and not _WORKSPACE.search(code)
            and not (runs_programs and is_program(project, name))
        ):
            yield StatedCommand(kind=PACKAGE_SCRIPT, name=name, place=line.place)
        script = _script_of(words)
        if script and not (_MADE.search(script) or _STANDS_FOR.search(script)):
            yield StatedCommand(kind=FILE, name=script, place=line.place)
    for found in _HANDED.finditer(f"{code} "):
        name = next(one for one in found.groups() if one)
        if not (name.startswith("/") or _MADE.search(name) or _STANDS_FOR.search(name)):
            applied = found["applied"] is not None
            yield StatedCommand(kind=FILE, name=name, place=line.place, is_applied=applied)


def _package_script(words: tuple[str, ...]) -> str:
    """Return the script of package.json that a command runs, empty if it runs none."""
    if words[0] not in {"npm", "pnpm", "yarn"} or len(words) < 2:
        return ""
    name = words[2] if words[1] in {"run", "run-script"} and len(words) > 2 else ""
    return name if re.fullmatch(r"[a-z][\w:.-]*", name) else ""


def _script_of(words: tuple[str, ...]) -> str:
    """Return the path of the script that a command runs, empty if it runs none."""
    at = (
        1
        if words[0] in {"bash", "sh", "python", "python3", "source", "."} and len(words) > 1
        else 0
    )
    return words[at] if _SCRIPT.fullmatch(words[at]) else ""
