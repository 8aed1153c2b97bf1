"""The commands that pipelines and scripts run, line by line, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder.formats import Unreadable
from scaffolder.formats.dockerfile import filled as filled_with
from scaffolder.formats.makefile import logical_lines
from scaffolder.model import Location
from scaffolder.repository import files, reading
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, table

_LONGEST = 4000
"""Characters of a line that are looked at: patterns take long over more, and nobody types more."""

GITHUB, GITLAB, AZURE, JENKINS, MAKE, SCRIPT = "GitHub", "GitLab", "Azure", "Jenkins", "make", "script"


@dataclass(frozen=True, kw_only=True)
class Command:
    """One line of shell: who runs it, from which folder, and where it stands; "" where the folder is not known."""

    system: str
    place: Location
    text: str
    folder: Path | None

    @property
    def in_pipeline(self) -> bool:
        return self.system in {GITHUB, GITLAB, AZURE, JENKINS}


def commands(project: Project) -> tuple[Command, ...]:
    """Every command of every pipeline, Makefile and shell script."""
    return project.once("commands", lambda: tuple(_commands(project)))


def variables(project: Project) -> dict[str, tuple[str, Location]]:
    """Variables that scripts set once, to a text."""
    found: dict[str, list[tuple[str, Location]]] = {}
    for file in sorted((*files.shell_scripts(project), *files.makefiles(project), *files.variables_files(project))):
        for at, line in enumerate(project.lines(file), 1):
            if words := re.match(
                r"\s*(?:export\s+|readonly\s+)?([A-Za-z_]\w*)\s*[:?]?=\s*[\"']?([\w./-]+)[\"']?\s*(?:#.*)?$", line
            ):
                found.setdefault(words[1], []).append((words[2], Location(path=file, line=at, text=line.strip())))
    return {name: said[0] for name, said in found.items() if len({text for text, _ in said}) == 1}


def filled(project: Project, text: str) -> str:
    """`text` with the variables filled in that scripts set once."""
    return filled_with(text, {name: value for name, (value, _) in variables(project).items()})


def _commands(project: Project) -> Iterator[Command]:
    for file in files.github_files(project):
        yield from _github(project, file, table(project, file))
    for file in files.gitlab_pipelines(project):
        yield from _gitlab(project, file, table(project, file))
    for file in files.azure_pipelines(project):
        yield from _azure(project, file, table(project, file))
    for file in files.jenkinsfiles(project):
        yield from _jenkins(project, file)
    for file in files.make_files(project):
        for target in reading.makefile_of(project, file).targets:
            for number, line in target.recipe:
                yield _command(MAKE, file, number, line.lstrip("@-+"), file.parent)
    for file in files.shell_programs(project):
        moved = _moves_to_root(project, file)
        for number, line in logical_lines(project.text(file)):
            if not line.lstrip().startswith("#"):
                yield _command(SCRIPT, file, number, line, moved)


def _moves_to_root(project: Project, file: Path) -> Path | None:
    """The folder that a script says it works in; None where nobody can tell."""
    found = re.search(r"^\s*cd \"?\$\(dirname[^)]*\)\)?\"?(?:/([./]*))?[\"')]*", project.text(file), re.MULTILINE)
    if found:
        return project.relative((file.parent / (found[1] or ".")).as_posix())
    return None


def _github(project: Project, file: Path, workflow: dict[Any, Any]) -> Iterator[Command]:
    jobs = workflow.get("jobs") if isinstance(workflow.get("jobs"), dict) else {"": workflow.get("runs")}
    outer = _working(workflow)
    for job in jobs.values() if isinstance(jobs, dict) else ():
        steps = job.get("steps") if isinstance(job, dict) else None
        for step in steps if isinstance(steps, list) else ():
            if isinstance(step, dict) and isinstance(step.get("run"), str):
                folder = step.get("working-directory") or _working(job) or outer
                yield from _script(GITHUB, project, file, line_of(step, "run"), step["run"], _folder(folder))


def _working(value: Any) -> Any:
    for key in ("defaults", "run", "working-directory"):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _gitlab(project: Project, file: Path, pipeline: dict[Any, Any]) -> Iterator[Command]:
    for job in (pipeline, *pipeline.values()):
        for key in ("before_script", "script", "after_script"):
            said = job.get(key) if isinstance(job, dict) else None
            for number, line in enumerate([said] if isinstance(said, str) else said if isinstance(said, list) else ()):
                if isinstance(line, str):
                    at = line_of(job, key, number) if isinstance(said, list) else line_of(job, key)
                    yield from _script(GITLAB, project, file, at, line, Path())


def _azure(project: Project, file: Path, value: Any, depth: int = 0) -> Iterator[Command]:
    if depth > 40:
        return
    if isinstance(value, dict):
        for key in ("bash", "script", "inlineScript", "pwsh"):
            if isinstance(value.get(key), str):
                folder = _folder(value.get("workingDirectory"))
                yield from _script(AZURE, project, file, line_of(value, key), value[key], folder)
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _azure(project, file, one, depth + 1)


def _jenkins(project: Project, file: Path) -> Iterator[Command]:
    try:
        statements = reading.jenkinsfile_of(project, file)
    except Unreadable:
        return
    moved: set[int] = {
        one.line
        for top in statements
        for block in top.everything()
        if block.name == "dir"
        for one in block.everything()
    }
    for one in (inner for top in statements for inner in top.everything()):
        if one.name in {"sh", "bat"}:
            text = re.sub(
                r"^\w+\s*\(?\s*(?:script:\s*)?('''|\"\"\"|'|\")|('''|\"\"\"|'|\").*$", "", one.words, flags=re.DOTALL
            )
            folder = None if one.line in moved else Path()
            yield from _script(JENKINS, project, file, one.line, text, folder)


def _script(system: str, project: Project, file: Path, line: int, text: str, folder: Path | None) -> Iterator[Command]:
    """The lines of a script, each found again in its file from `line` on."""
    lines = project.lines(file)
    at = max(line, 1)
    for _, one in logical_lines(text):
        words = one.strip()
        if not words or words.startswith("#"):
            continue
        start = next((n for n in range(at, min(len(lines), at + 200) + 1) if words[:60] in lines[n - 1]), at)
        at = start
        yield _command(system, file, start, one, folder)
        folder = None if re.match(r"\s*(?:cd|pushd)\b", one) else folder


def _command(system: str, file: Path, line: int, text: str, folder: Path | None) -> Command:
    place = Location(path=file, line=line, text=text.strip()[:160])
    return Command(system=system, place=place, text=text[:_LONGEST], folder=folder)


def _folder(name: Any) -> Path | None:
    text = str(name or ".")
    return None if "$" in text else Path(text)
