"""Which files of the template would contradict what is there, and so go beside it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffolder.adopt.propose import Proposal
from scaffolder.formats.regex import regex
from scaffolder.model import Report
from scaffolder.repository import facts, files
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import RUNTIMES

_FORMATS = (".editorconfig", ".gitattributes")
"""Rules for the files that are there, which follow other ones: line endings, indentation."""

_CALL = regex(r"^\s*-?\s*uses:\s*[\"']?\./([^\s\"'#]+)", re.MULTILINE)
_MAKE = regex(r"(?:^|[\s;&|('\"])make (?:-\S+ )*([a-z][\w-]*)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """A file of the template that is not written in its place, and why."""

    file: str
    reason: str


def of(project: Project, proposal: Proposal, template: Project) -> Iterator[Contradiction]:
    """Yield the files of `template`, as it is rendered, that would contradict the repository."""
    for name in _FORMATS:
        if template.has(name):
            yield Contradiction(file=name, reason="your files follow other rules")
    yield from _versions(project, proposal, template)
    yield from _pipelines(project, template)


def is_made_up(proposal: Proposal, name: str) -> bool:
    """Return whether an answer is the template's default, and not stated anywhere."""
    found = next((one for one in proposal.found if one.name == name), None)
    return found is not None and found.note == "default"


def _versions(project: Project, proposal: Proposal, template: Project) -> Iterator[Contradiction]:
    """Yield the file with the version of the runtime, if another file states one already."""
    runtime = str(proposal.answers["runtime"])
    stated = [one for one in facts.read(project).of(f"runtime {runtime}") if one.role != "range"]
    version = str(proposal.answers["runtime_version"])
    other = [one for one in stated if one.value != version]
    files_of_versions = [one for one in stated if one.role == "version file"]
    for name in RUNTIMES[runtime].VERSION_FILES if other or files_of_versions else ():
        if template.has(name):
            at = (other or files_of_versions)[0]
            yield Contradiction(file=name, reason=f"{at.place} has {at.value}")


def _pipelines(project: Project, template: Project) -> Iterator[Contradiction]:
    """Yield the pipelines that call a workflow of the owner's, or targets that a Makefile lacks."""
    known = {file.as_posix().lower() for file in project.files}
    texts = {file.as_posix(): template.text(file) for file in files.pipelines(template)}
    missing = {name for name in texts if name.lower() in known}
    targets = _targets(project)
    if targets is not None:
        for name, text in texts.items():
            lacking = [target for target in _MAKE.findall(text) if target not in targets]
            if lacking and name not in missing:
                missing.add(name)
                yield Contradiction(file=name, reason=f"your Makefile has no target {lacking[0]}")
    yield from _callers(texts, missing)


def _callers(texts: Mapping[str, str], missing: set[str]) -> Iterator[Contradiction]:
    """Yield each workflow that calls one of `missing`, and those that call these."""
    found = True
    while found:
        found = False
        for name, text in texts.items():
            called = [one for one in _CALL.findall(text) if one in missing]
            if called and name not in missing:
                missing.add(name)
                found = True
                yield Contradiction(file=name, reason=f"it calls {called[0]}, which is yours")


def _targets(project: Project) -> set[str] | None:
    """Return the targets of the Makefiles at the root; None if there are none, or they include."""
    own = [file for file in files.makefiles(project) if file.parent == Path()]
    if not own:
        return None
    found: set[str] = set()
    for file in own:
        for line in project.lines(file):
            if re.match(r"-?include\s", line):
                continue
            if target := re.match(r"([\w./ -]+?)\s*::?(?!=)", line):
                found |= set(target[1].split())
    return found


_MOVABLE = (".md", "mise.toml", "renovate.json")
"""Endings of files that nothing else of the template needs to work."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A check's reason why a file contradicts the repository."""

    check: str
    reason: str


def told(report: Report, written: Collection[str]) -> dict[str, Told]:
    """Return which movable files, of those `written`, the findings name, with the first of each.

    Scripts and charts stay: what they and the service have to agree on is for people to settle.
    """
    found: dict[str, Told] = {}
    for result in report.results:
        for finding in result.findings:
            places = (finding.place, *finding.related)
            named = [place.path.as_posix() for place in places]
            for name in named:
                if name in written and name.endswith(_MOVABLE):
                    reason = f"{result.check.id}: {finding.message}"
                    found.setdefault(name, Told(check=result.check.id, reason=reason))
    return found


def waived(template: Project, written: frozenset[str]) -> Iterator[tuple[Path, str]]:
    """Yield the ledgers without the waivers for files that are not `written`, with their texts."""
    for file in (*files.trivy_exceptions(template), *_ledgers(template)):
        text = template.text(file)
        entries = re.sub(
            r"^  - id: .*\n(?:(?!  - id: ).*\n)*",
            lambda found: _needed(found[0], written),
            text,
            flags=re.MULTILINE,
        )
        if entries != text:
            yield file, entries.rstrip("\n") + "\n"


def _ledgers(template: Project) -> tuple[Path, ...]:
    return files.at_root(template, ".scaffold/waivers.yml")


def _needed(entry: str, written: frozenset[str]) -> str:
    """Return an entry of a ledger without the paths that are not written; "" without any left."""
    inline = re.search(r"^ +paths: *\[(?P<paths>.*?)\]", entry, re.MULTILINE | re.DOTALL)
    block = re.search(r"^ +paths: *\n(?P<paths>(?: {6,}- \S.*\n)+)", entry, re.MULTILINE)
    stated = inline or block
    if not stated:
        return entry
    named = stated["paths"].split(",") if inline else stated["paths"].splitlines(keepends=True)
    kept = [one for one in named if _covers(one.strip(" -\"'\n"), written)]
    if not kept:
        return ""
    left = ",".join(kept).strip() if inline else "".join(kept)
    start, end = stated.span("paths")
    return entry[:start] + left + entry[end:]


def _covers(pattern: str, written: frozenset[str]) -> bool:
    start = pattern.partition("*")[0]
    return any(file == pattern or ("*" in pattern and file.startswith(start)) for file in written)
