"""Check the actions, the rights and the secrets of GitHub workflows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.formats.regex import regex
from scaffolder.model import Finding, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import files as kinds
from scaffolder.repository.clouds import of_each
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, table
from scaffolder.tools.toolchain import Toolchain

_COMMIT = regex(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_OF_GITHUB = ("actions/", "github/")
_HEAD = regex(
    r"github\.event\.pull_request\.head\.(?:sha|ref)|github\.head_ref|refs/pull/|\.number|head_sha"
)
_SECRET = regex(r"secrets\.(?!GITHUB_TOKEN\b)(\w+)|secrets\[")
_DEPLOYS = regex(
    r"GCP|GOOGLE|KUBE|DEPLOY|PROD|SSH|REGISTRY|DOCKER|TERRAFORM|TF_|SIGN|PUBLISH|NPM|PYPI|CHAT|WEBHOOK|"
    + "|".join(of_each(lambda cloud: cloud.SECRET_WORDS))
)
_GUARDED = regex(
    r"head\.repo|github\.repository_owner|fork|event_name\s*[!=]=|github\.ref\s*==|github\.actor|workflow_dispatch"
    r"|(?<!!)github\.event\.pull_request\.merged(?!\s*(?:==\s*'?false|!=\s*'?true))"
)

_RUNS_ANYWAY = regex(r"always\(\)|!\s*cancelled\(\)")
"""A condition with which a job runs where a job that it needs was skipped."""


def actions_are_pinned(project: Project, _: Toolchain) -> Verdict:
    """Each action and each reusable workflow from elsewhere is named by its commit.

    GitHub's own are notes.
    """
    files = _workflows(project)
    uses = list(chain.from_iterable(_uses(project, file) for file in files))
    findings = tuple(
        Finding(
            path=file,
            line=line,
            message=(
                f"{name} is used at {ref or 'no version'}, which its owner may move to other code"
            ),
            fix=f"uses: {name}@<commit> # {ref or 'v1.2.3'}",
            severity=Severity.NOTE if name.startswith(_OF_GITHUB) else Severity.WARNING,
        )
        for file, line, name, ref in uses
        if not _COMMIT.fullmatch(ref)
    )
    return Verdict(
        findings=findings, detail=f"{counted(len(uses), 'use')} in {counted(len(files), 'file')}"
    )


def permissions_are_named(project: Project, _: Toolchain) -> Verdict:
    """No workflow and no job asks for every permission of the repository's token."""
    files = _workflows(project)
    findings = []
    for file in files:
        workflow = table(project, file)
        for holder in (workflow, *_jobs(workflow).values()):
            if holder.get("permissions") == "write-all":
                findings.append(
                    Finding(
                        path=file,
                        line=line_of(holder, "permissions"),
                        message=(
                            "write-all: every step, and every action, may change the repository and"
                            " its releases"
                        ),
                        fix=(
                            "permissions: {contents: read}, and what one job needs beyond that at"
                            " that job"
                        ),
                    )
                )
    return Verdict(findings=tuple(findings), detail=counted(len(files), "file"))


def forks_reach_no_secret(project: Project, _: Toolchain) -> Verdict:
    """Nothing that a fork's pull request runs can read a secret or write with the token."""
    files = _workflows(project)
    findings = list(chain.from_iterable(_exposed(file, table(project, file)) for file in files))
    return Verdict(findings=tuple(findings), detail=counted(len(files), "file"))


def _exposed(file: Path, workflow: dict[Any, Any]) -> Iterator[Finding]:
    on = _triggers(workflow)
    strangers = sorted(on & {"pull_request_target", "workflow_run", "issue_comment"})
    for name, job in _jobs(workflow).items():
        guard = _guarded(_jobs(workflow), name)
        for step in _steps(job):
            checkout = str(step.get("uses", "")).startswith("actions/checkout@")
            ref = str(step.get("with" if checkout else "run", ""))
            fetches = checkout or re.search(
                r"\bgit (?:fetch|checkout|pull|clone)\b|\bgh pr checkout\b", ref
            )
            if (
                strangers
                and fetches
                and (_HEAD.search(ref) or "gh pr checkout" in ref)
                and not guard
            ):
                yield Finding(
                    path=file,
                    line=line_of(step, "uses" if checkout else "run"),
                    message=(
                        f"{name} fetches a stranger's code on {strangers[0]}, which has the secrets"
                    ),
                    fix="run what comes from a pull request on pull_request, without secrets",
                )
        secret = next(
            (
                found
                for found in _SECRET.finditer(str(_on_pull_request(job)))
                if _DEPLOYS.search(found[1] or "")
            ),
            None,
        )
        if "pull_request" in on and not guard and (secret or job.get("secrets") == "inherit"):
            what = secret[1] if secret else "every secret"
            line = line_of(job, "secrets") if "secrets" in job else line_of(_jobs(workflow), name)
            yield Finding(
                path=file,
                line=line,
                message=(
                    f"{name} runs on pull_request, and its steps, which the pull request may"
                    f" change, get {what}"
                ),
                fix=(
                    "give the job an environment with a required reviewer, or `if:"
                    " github.event_name == 'push'`"
                    if "push" in on
                    else (
                        "hand over only the secrets that it needs, or give the job an environment"
                        " with a required reviewer"
                    )
                ),
                severity=Severity.WARNING,
            )


_NOT_ON_PULL_REQUEST = regex(
    r"github\.event_name\s*!=\s*'pull_request'|github\.event_name\s*==\s*'(?!pull_request)\w+'"
    r"|github\.ref(?:_name|_type)?\s*==|startsWith\(\s*github\.ref\b|head\.repo|\bfork\b"
    r"|github\.event\.pull_request\.merged|github\.repository_owner"
)
"""A condition of a step that is not met for a pull request of a stranger."""


def _on_pull_request(job: dict[Any, Any]) -> dict[Any, Any]:
    """Return a job without the steps that no pull request runs."""
    steps = job.get("steps")
    if not isinstance(steps, list):
        return job
    kept = [step for step in steps if not (isinstance(step, dict) and _is_left_out(step))]
    return {**job, "steps": kept}


def _is_left_out(step: dict[Any, Any]) -> bool:
    condition = str(step.get("if", ""))
    return _NOT_ON_PULL_REQUEST.search(condition) is not None and "||" not in condition


def _guarded(
    jobs: dict[Any, dict[Any, Any]], name: Any, seen: frozenset[Any] = frozenset()
) -> bool:
    """Return whether a job, or one that it needs, is limited to events or an approval."""
    job = jobs.get(name, {})
    condition = str(job.get("if", ""))
    if _GUARDED.search(condition) or "environment" in job:
        return True
    needs = job.get("needs", ())
    before = [needs] if isinstance(needs, str) else needs if isinstance(needs, list) else []
    return not _RUNS_ANYWAY.search(condition) and any(
        _guarded(jobs, one, seen | {name})
        for one in before
        if one not in seen and isinstance(one, str)
    )


def _triggers(workflow: dict[Any, Any]) -> set[str]:
    on = workflow.get("on", workflow.get(True))  # YAML 1.1 reads the key `on` as true
    return (
        {on}
        if isinstance(on, str)
        else {str(one) for one in on}
        if isinstance(on, list | dict)
        else set()
    )


def _jobs(workflow: dict[Any, Any]) -> dict[Any, dict[Any, Any]]:
    jobs = workflow.get("jobs")
    if not isinstance(jobs, dict) or not all(isinstance(job, dict) for job in jobs.values()):
        return {}
    return jobs


def _steps(job: dict[Any, Any]) -> Iterator[dict[Any, Any]]:
    steps = job.get(
        "steps", (job.get("runs") or {}).get("steps") if isinstance(job.get("runs"), dict) else ()
    )
    yield from (
        step for step in (steps if isinstance(steps, list) else ()) if isinstance(step, dict)
    )


def _uses(project: Project, file: Path) -> Iterator[tuple[Path, int, str, str]]:
    workflow = table(project, file)
    for job in (workflow, *_jobs(workflow).values()):
        for holder in (job, *_steps(job)):
            used = holder.get("uses")
            if isinstance(used, str) and not used.startswith(("./", "docker://", "$")):
                name, _, ref = used.partition("@")
                line = line_of(holder, "uses")
                if not (_is_of_here(project, name) or _is_accepted(project, file, line)):
                    yield file, line, name, ref


def _is_of_here(project: Project, name: str) -> bool:
    """Return whether a use names an action or workflow of this repository by its address."""
    _, _, inside = name.partition("/")
    path = Path(inside.partition("/")[2])
    return path.parts[:1] == (".github",) and (project.has(path) or path in project.folders)


_ACCEPTED = regex(r"#\s*(?:ratchet:exclude|pinact:ignore|zizmor:\s*ignore\[[^]]*unpinned-uses)")
"""A comment by which a line is left out by tools that pin actions."""


def _is_accepted(project: Project, file: Path, line: int) -> bool:
    lines = project.lines(file)
    return 0 < line <= len(lines) and _ACCEPTED.search(lines[line - 1]) is not None


def _workflows(project: Project) -> tuple[Path, ...]:
    files = kinds.ci_files(project, "github")
    if not files:
        raise NotApplicable("no GitHub workflow")
    return files
