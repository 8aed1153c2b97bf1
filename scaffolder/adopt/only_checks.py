"""An adoption of the checks alone: a record, one job for the CI system, and a baseline."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from scaffolder.adopt import branch, job, layout
from scaffolder.adopt.layout import FileAction, Layout, Placed
from scaffolder.adopt.propose import Proposal
from scaffolder.errors import ProjectError
from scaffolder.model import Report, counted
from scaffolder.repository import baseline
from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.repository.project import PROPOSED, Project
from scaffolder.template import keep_list, manifest, render


@dataclass(frozen=True, kw_only=True)
class Checks:
    """The files of the adoption: each from the root of the service, with its present place."""

    files: Mapping[str, Path]
    layout: Layout
    notes: tuple[str, ...]


def of(proposal: Proposal, repository: branch.Repository, folder: Path) -> Checks:
    """Write the record and the job into `folder`, and return their places.

    Raises:
        ProjectError: something is in the place of the record or of the script.

    """
    made = job.of(_system(proposal, repository), prefix=repository.prefix, branch=_main(repository))
    up = os.path.relpath(repository.top, repository.root)
    at = made.file if up == "." else f"{up}/{made.file}"
    beside = not _free_at_top(made.file, repository)
    target = f"{at}{PROPOSED}" if beside else at
    texts = {target: made.text, keep_list.SCRIPT: job.script()}
    written = {name: _written(folder, number, texts[name]) for number, name in enumerate(texts)}
    record = keep_list.ChecksOnly(
        name=str(proposal.answers["service_name"]),
        release=render.current().commit,
        answers={name: _plain(value) for name, value in proposal.answers.items()},
        files={name: manifest.entry(path).blob for name, path in written.items()},
    )
    written[keep_list.FILE.as_posix()] = _written(folder, 9, keep_list.checks_text(record))
    for name in (keep_list.SCRIPT, keep_list.FILE.as_posix()):
        if not layout.free(name, repository.root, repository.tracked):
            raise ProjectError(
                f"{repository.root} has something in the place of {name}",
                hint=f"git mv {Path(name).parent} to another name, and commit",
            )
    placed = [
        Placed(
            path=name,
            target=name,
            fate=FileAction.BESIDE if name != at and name == target else FileAction.NEW,
        )
        for name in sorted(written)
    ]
    return Checks(
        files=written,
        layout=Layout(files=tuple(placed), kept=()),
        notes=tuple(_notes(made, repository, beside=beside)),
    )


def with_baseline(
    checks: Checks, project: Project, report: Report, folder: Path
) -> tuple[Checks, Report]:
    """Add the findings that the repository has to a baseline; the report is left with the others.

    The additions of the job's own files are not in it.
    """
    own = {Path(os.path.normpath(name)) for name in checks.files}
    theirs = replace(
        report,
        results=tuple(
            result.with_findings(
                (one for one in result.findings if one.path not in own), strict=report.strict
            )
            for result in report.results
        ),
    )
    number = sum(len(result.findings) for result in theirs.results)
    if not number:
        return checks, report
    file = folder / Path(keep_list.BASELINE).name
    known = baseline.write(project, theirs, file)
    left = baseline.only_new(project, report, replace(known, file=Path(keep_list.BASELINE)))
    placed = Placed(path=keep_list.BASELINE, target=keep_list.BASELINE, fate=FileAction.NEW)
    verb = "is" if number == 1 else "are"
    note = (
        f"{counted(number, 'finding')} of today {verb} in {keep_list.BASELINE}:"
        " the job fails for new ones only; `scaffold check` without --baseline shows all"
    )
    added = replace(
        checks,
        files={**checks.files, keep_list.BASELINE: file},
        layout=Layout(files=(*checks.layout.files, placed), kept=()),
        notes=(*checks.notes, note),
    )
    return added, left


def _system(proposal: Proposal, repository: branch.Repository) -> str:
    """Return the CI system of the job: that of the host if it is used, else the first one."""
    found = proposal.answers.get("ci", ())
    systems = [name for name in CI_SYSTEMS if name in found] or [*CI_SYSTEMS][:1]
    hosts = [name for name in systems if _hosts(name, repository.remote)]
    return (hosts or systems)[0]


def _hosts(system: str, remote: str) -> bool:
    host = CI_SYSTEMS[system].HOST
    return bool(host and re.search(host, remote))


def _main(repository: branch.Repository) -> str:
    """Return the default branch: that of the remote, else the one that is checked out."""
    said = repository.git.attempt("symbolic-ref", "--short", "refs/remotes/origin/HEAD")
    return said.stdout.strip().removeprefix("origin/") or repository.current


def _free_at_top(file: str, repository: branch.Repository) -> bool:
    return layout.free(file, repository.top, repository.all_tracked)


def _written(folder: Path, number: int, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / str(number)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755 if text.startswith("#!") else 0o644)
    return path


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _notes(made: job.Job, repository: branch.Repository, *, beside: bool) -> Iterator[str]:
    yield (
        f"pin the scaffolder that the job installs: {keep_list.SCRIPT} pin git+https://…@vX.Y.Z,"
        f" and commit {keep_list.LOCK}; without it the job fails and names the file"
    )
    if made.wiring:
        yield made.wiring
    if beside:
        yield f"{made.file} is yours: the job is in {made.file}{PROPOSED}, give it another name"
    if repository.prefix:
        yield f"the job is at the top of the repository, and checks {repository.prefix} alone"
