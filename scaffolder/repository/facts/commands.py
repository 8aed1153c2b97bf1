"""The commands that pipelines and scripts run, line by line, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from scaffolder.formats import shell
from scaffolder.formats.dockerfile import filled as filled_with
from scaffolder.formats.makefile import logical_lines
from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import files, reading
from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.repository.ci.system import Script
from scaffolder.repository.facts import included
from scaffolder.repository.project import Project

_EXPRESSION = "${EXPRESSION}"
_LONGEST = 4000
"""Characters of a line that are read.

Patterns take long over more, and no real command has more.
"""

_SETS = regex(
    r"\s*(?:export\s+|readonly\s+)?([A-Za-z_]\w*)\s*[:?]?=\s*[\"']?([\w./-]+)[\"']?\s*(?:#.*)?$"
)
MAKE, SCRIPT = "make", "script"
"""Who runs a command that is in no pipeline."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """One line of shell: its caller, its folder (None if unknown), and its place.

    `system` is a name of CI_SYSTEMS, MAKE or SCRIPT. `is_text`: the line begins in a here document
    or inside quotes, so that it is printed or written and not run.
    """

    system: str
    place: Location
    text: str
    folder: Path | None
    is_text: bool = False
    has_left: bool = False

    @property
    def in_pipeline(self) -> bool:
        """Whether a pipeline runs it."""
        return self.system in CI_SYSTEMS


def commands(project: Project) -> tuple[Command, ...]:
    """Every command of every pipeline, Makefile and shell script."""
    return project.once("commands", lambda: tuple(_commands(project)))


def variables(project: Project) -> dict[str, tuple[str, Location]]:
    """Variables that scripts set once, to a text."""
    return project.once("variables of scripts", lambda: _variables(project))


def _variables(project: Project) -> dict[str, tuple[str, Location]]:
    found: dict[str, list[tuple[str, Location]]] = {}
    for file in sorted(
        (*files.shell_scripts(project), *files.makefiles(project), *files.variables_files(project))
    ):
        for at, line in enumerate(project.lines(file), 1):
            if words := _SETS.match(line):
                found.setdefault(words[1], []).append(
                    (words[2], Location(path=file, line=at, text=line.strip()))
                )
    return {name: said[0] for name, said in found.items() if len({text for text, _ in said}) == 1}


def filled(project: Project, text: str) -> str:
    """`text` with the variables filled in that scripts set once."""
    return filled_with(text, {name: value for name, (value, _) in variables(project).items()})


def _commands(project: Project) -> Iterator[Command]:
    for name, system in CI_SYSTEMS.items():
        for file in files.ci_files(project, name):
            for script in system.scripts(project, file):
                yield from _script(name, project, file, script)
    for file in files.make_files(project):
        folder = included.folder_of(project, file)
        for target in reading.makefile_of(project, file).targets:
            for number, line in target.recipe:
                yield _command(MAKE, file, number, line.lstrip("@-+ "), folder)
    for file in files.shell_programs(project):
        yield from _of_program(project, file)


def _of_program(project: Project, file: Path) -> Iterator[Command]:
    moved, left = _moves_to_root(project, file), list[Path]()
    texts = shell.lines_of_texts(project.text(file))
    has_left = False
    for number, line in logical_lines(project.text(file)):
        if not line.lstrip().startswith("#"):
            one = _command(SCRIPT, file, number, line, moved, is_text=number in texts)
            yield replace(one, has_left=has_left) if has_left else one
            has_left = _leaves(line) or (has_left and not _BACK.match(line))
            if moved is not None:
                moved = _folder_after(project, line, moved, left)


_GOES = regex(r"(cd|pushd)\s+(?!-)[\"']?([\w.-][\w./-]*)[\"']?\s*(?:$|[#|>&;])")


def _folder_after(project: Project, line: str, folder: Path, left: list[Path]) -> Path:
    """Return the folder of a script after a line; `left` has those that `popd` goes back to.

    A line that begins with a blank may be in a function or a condition, and is passed over.
    """
    if left and re.match(r"popd\b", line):
        return left.pop()
    going = _GOES.match(line)
    if going is None:
        return folder
    if going[1] == "pushd":
        left.append(folder)
    return project.relative((folder / going[2]).as_posix())


_BACK = regex(r"\s*(?:cd -|popd\b|[})]|cd\s*$)")
_TO_ROOT = regex(r"root|repo|base|project|here|self|dirname|BASH_SOURCE|git rev-parse|pwd", re.I)


def _leaves(line: str) -> bool:
    """Return whether a line goes to a folder that a variable names, and that is not the root."""
    found = re.match(r"\s*(?:cd|pushd)\s+(?!-)(\S.*)", line) if "$" in line else None
    return found is not None and "$" in found[1] and _TO_ROOT.search(found[1]) is None


def _moves_to_root(project: Project, file: Path) -> Path | None:
    """Return the folder that a script changes to, or None if it is unknown."""
    found = re.search(
        r"^\s*cd \"?\$\(dirname[^)]*\)\)?\"?(?:/([./]*))?[\"')]*", project.text(file), re.MULTILINE
    )
    if found:
        return project.relative((file.parent / (found[1] or ".")).as_posix())
    return None


def _script(system: str, project: Project, file: Path, script: Script) -> Iterator[Command]:
    """The lines of a script, each found again in its file from its first line on."""
    lines = project.lines(file)
    at, folder = max(script.line, 1), script.folder
    texts = shell.lines_of_texts(script.text)
    for number, one in logical_lines(script.text):
        words = one.strip()
        if not words or words.startswith("#"):
            continue
        start = next(
            (n for n in range(at, min(len(lines), at + 200) + 1) if words[:60] in lines[n - 1]), at
        )
        at = start
        yield _command(system, file, start, one, folder, is_text=number in texts)
        folder = None if re.match(r"\s*(?:cd|pushd)\b", one) else folder


def _command(
    system: str, file: Path, line: int, text: str, folder: Path | None, *, is_text: bool = False
) -> Command:
    place = Location(path=file, line=line, text=text.strip()[:160])
    # An expression of a pipeline, `${{ matrix.service }}`, is one word whose text is not known.
    known = text[:_LONGEST]
    if "${{" in known:
        known = re.sub(r"\$\{\{.*?\}\}", _EXPRESSION, known)
    return Command(system=system, place=place, text=known, folder=folder, is_text=is_text)


def calls(command: Command) -> Iterator[tuple[tuple[str, ...], Path | None]]:
    """Yield the words of each program that a line runs, and its folder (None if unknown)."""
    folder = command.folder
    for words in () if command.is_text else shell.simple_commands(command.text):
        if words[0] in {"cd", "pushd"}:
            to = words[1] if len(words) == 2 else ""
            plain = to and not to.startswith(("/", "~", "-")) and "$" not in to
            folder = folder / to if folder is not None and plain else None
        else:
            yield words, folder


def words_of(line: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of each program that a line of shell in a document runs."""
    yield from shell.simple_commands(line)
