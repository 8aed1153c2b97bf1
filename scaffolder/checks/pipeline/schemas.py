"""CI: the pipelines are what the schemas of GitHub, GitLab and Azure DevOps accept."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from scaffolder.checks.pipeline.linters import json_report, workflows
from scaffolder.errors import ToolCrashed
from scaffolder.formats.regex import regex
from scaffolder.model import Check, Finding, NotApplicable, Verdict, counted
from scaffolder.repository import files as kinds
from scaffolder.repository import reading
from scaffolder.repository.ci import azure_schema, gitlab_schema
from scaffolder.repository.project import Project
from scaffolder.tools import output
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import CHECK_JSONSCHEMA
from scaffolder.tools.toolchain import Toolchain

_ENGINE = ("--regex-variant", "nonunicode", "--output-format", "json")
"""The schemas' own expressions are not those of the default engine.

https://github.com/python-jsonschema/check-jsonschema/issues/353
"""

_MANY = 8
"""Files that are handed over one by one; more are handed over together."""


def workflows_match_the_schema(project: Project, toolchain: Toolchain) -> Verdict:
    """GitHub's own schema of a workflow accepts each file."""
    files = workflows(project)
    done = toolchain.run(
        CHECK_JSONSCHEMA,
        *("--builtin-schema", "vendor.github-workflows", "--output-format", "json"),
        *project.hand(files),
        cwd=project.root,
        reads=[project.root / file for file in files],
    )
    return Verdict(
        findings=tuple(_schema_findings(project, done)), detail=counted(len(files), "workflow")
    )


def gitlab_matches_the_schema(project: Project, toolchain: Toolchain) -> Verdict:
    """GitLab's own schema accepts .gitlab-ci.yml and what it includes.

    A component has its inputs in a separate document, which has no schema.
    """
    found = kinds.pipelines_of(project, "gitlab")
    if not found:
        raise NotApplicable("no .gitlab-ci.yml")
    components = [file for file in found if len(reading.documents(project, file)) > 1]
    files = [file for file in found if file not in components]
    limit = (
        f"no schema for components: {', '.join(file.as_posix() for file in components)}"
        if components
        else ""
    )
    if not files:
        raise NotApplicable(limit)
    referring = [file for file in files if gitlab_schema.differs(project.text(file))]
    findings = list(
        _held_against(
            project, toolchain, "vendor.gitlab-ci", [one for one in files if one not in referring]
        )
    )
    views = {file: _gitlab_view(project, file) for file in referring}
    findings += _views_held_against(project, toolchain, "vendor.gitlab-ci", views)
    return Verdict(findings=tuple(findings), detail=counted(len(files), "file"), limit=limit)


def azure_pipelines_match_the_schema(project: Project, toolchain: Toolchain) -> Verdict:
    """Microsoft's schema accepts azure-pipelines.yml and its templates.

    It knows some versions of Microsoft's tasks and refuses every other, so that no task is judged.
    """
    files = kinds.pipelines_of(project, "azure-devops")
    if not files:
        raise NotApplicable("no pipeline of Azure DevOps")
    project.hand(files)
    views = {file: _azure_view(project, file) for file in files}
    findings = _views_held_against(project, toolchain, "vendor.azure-pipelines", views)
    return Verdict(findings=tuple(findings), detail=counted(len(files), "file"))


def _azure_view(project: Project, file: Path) -> str:
    """Return the document as JSON, as the schema reads it; invalid YAML as it is."""
    try:
        document = next(iter(reading.yaml_of(project, file)), None)
    except reading.Unreadable:
        return project.text(file)
    return output.text_of(azure_schema.as_schema_reads(document))


def _gitlab_view(project: Project, file: Path) -> str:
    try:
        return output.text_of(gitlab_schema.as_schema_reads(project.text(file)))
    except reading.Unreadable:
        return project.text(file)


def _held_against(
    project: Project, toolchain: Toolchain, schema: str, files: Sequence[Path]
) -> Iterator[Finding]:
    """Yield the findings of a schema for files as they are."""
    if files:
        done = toolchain.run(
            CHECK_JSONSCHEMA,
            *("--builtin-schema", schema, *_ENGINE, "--data-transform", "gitlab-ci"),
            *project.hand(files),
            cwd=project.root,
            reads=[project.root / file for file in files],
        )
        yield from _schema_findings(project, done)


def _views_held_against(
    project: Project, toolchain: Toolchain, schema: str, views: Mapping[Path, str]
) -> list[Finding]:
    """Return the findings of a schema for parsed files, one by one, so that answers are cached.

    Many are handed over at once, because each start of the program takes half a second.
    """
    arguments = ("--builtin-schema", schema, *_ENGINE, "--default-filetype", "yaml")
    findings: list[Finding] = []
    if len(views) <= _MANY:
        for file, text in views.items():
            done = toolchain.run(
                CHECK_JSONSCHEMA, *arguments, "-", cwd=project.root, stdin=text, reads=[]
            )
            findings += _schema_findings(project, done, partial(_itself, file))
        return findings
    with tempfile.TemporaryDirectory(prefix="scaffold-") as folder:
        names = {f"{number}.yaml": file for number, file in enumerate(views)}
        for name, file in names.items():
            (Path(folder) / name).write_text(views[file], encoding="utf-8")
        done = toolchain.run(CHECK_JSONSCHEMA, *arguments, *names, cwd=Path(folder), timeout=120)
        findings += _schema_findings(project, done, lambda name: names[Path(name).name])
    return findings


def _itself(file: Path, _: str) -> Path:
    return file


def _schema_findings(
    project: Project, done: CompletedRun, named: Callable[[str], Path] | None = None
) -> Iterator[Finding]:
    """Yield what check-jsonschema reported; `named` gives the file that has a name there."""
    named = named or project.relative
    report = json_report(CHECK_JSONSCHEMA.name, done, codes={0, 1})
    if not isinstance(report, dict):
        raise ToolCrashed(
            f"check-jsonschema ended with {done.exit_code} and no report: "
            f"{done.stderr.strip()[-200:]}"
        )
    for error in report.get("errors", []):
        best = error.get("best_deep_match") or error
        file = named(error["filename"])
        if _is_taken_by_github(best["path"], best["message"]):
            continue
        key = _last_key(best["path"])
        yield Finding(
            path=file,
            line=project.line_of(file, key) if key else 0,
            message=f"{best['path']}: {best['message'][:300]}",
        )
    for error in report.get("parse_errors", []):
        file = named(error["filename"])
        if not _parses(project, file):
            yield Finding(path=file, message=f"does not parse: {error['message']}")


def _parses(project: Project, file: Path) -> bool:
    """Return whether a file is YAML: the reader of the schema refuses a tab before a comment."""
    if not project.has(file):
        return False
    try:
        return bool(reading.yaml_of(project, file))
    except reading.Unreadable:
        return False


_NO_VALUE = regex(r"\$\.on\.|.*(?:^|\.)(?:env|with|outputs|secrets|inputs)\.[^.]+$")
_OR_A_LIST = regex(
    r".*\.(?:branches|branches-ignore|tags|tags-ignore|paths|paths-ignore|types|needs|workflows)$"
)


_QUOTED_KEY = regex(r"\[['\"]([^'\"]+)['\"]\]")
"""A key with a hyphen in a path: `$.on.push['paths-ignore']`."""


def _is_taken_by_github(path: str, message: str) -> bool:
    """Whether GitHub takes what the vendored schema refuses: https://docs.github.com/actions.

    A filter, a variable or an input without a value counts as none, one text as a list of one, and
    a workflow may have a description, and a strategy no matrix.
    """
    path = _QUOTED_KEY.sub(r".\1", path)
    if message.startswith("None is not"):
        return _NO_VALUE.match(path) is not None
    if message.endswith("is not of type 'array'") and message.startswith(("'", '"')):
        return _OR_A_LIST.fullmatch(path) is not None
    if message == "'matrix' is a required property":
        return path.endswith(".strategy")
    return path == "$" and "('description' was unexpected)" in message


def _last_key(path: str) -> str:
    words = [
        word
        for word in re.split(r"[.\[\]'\"]+", path)
        if word and word != "$" and not word.isdigit()
    ]
    return f"{words[-1]}:" if words else ""


CHECKS = (
    Check(
        id="CI001",
        title="Workflows match GitHub's schema",
        run=workflows_match_the_schema,
        tool=CHECK_JSONSCHEMA,
        cost=1,
    ),
    Check(
        id="CI006",
        title="GitLab CI matches its schema",
        run=gitlab_matches_the_schema,
        tool=CHECK_JSONSCHEMA,
    ),
    Check(
        id="CI007",
        title="Azure Pipelines match their schema",
        run=azure_pipelines_match_the_schema,
        tool=CHECK_JSONSCHEMA,
    ),
)
