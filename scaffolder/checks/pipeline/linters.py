"""CI: the pipelines are what their services accept, and safe; the scripts behind them are sound."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaffolder.errors import ToolCrashed
from scaffolder.model import Check, Finding, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import files as kinds
from scaffolder.repository import reading
from scaffolder.repository.ci import github, jenkins
from scaffolder.repository.project import Project
from scaffolder.tools import output
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import ACTIONLINT, CHECK_JSONSCHEMA, SHELLCHECK, ZIZMOR
from scaffolder.tools.toolchain import Toolchain

_EXTENSIONS = (
    *(
        "AWSCLI@",
        "AWSShellScript@",
        "AmazonWebServices.",
        "TerraformCLI@",
        "TerraformInstaller@",
        "TerraformTask",
    ),
    *("SonarCloud", "SonarQube", "replacetokens@", "trivy@"),
)
"""How the tasks of usual extensions begin: https://marketplace.visualstudio.com/azuredevops."""


def workflows_match_the_schema(project: Project, toolchain: Toolchain) -> Verdict:
    """GitHub's own schema of a workflow accepts each file."""
    files = _workflows(project)
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

    A component has its inputs in a document of its own, for which there is no schema.
    """
    found = kinds.pipelines_of(project, "gitlab")
    if not found:
        raise NotApplicable("there is no .gitlab-ci.yml")
    components = [file for file in found if len(reading.documents(project, file)) > 1]
    files = [file for file in found if file not in components]
    limit = (
        f"no schema for components: {', '.join(file.as_posix() for file in components)}"
        if components
        else ""
    )
    if not files:
        raise NotApplicable(limit)
    done = toolchain.run(
        CHECK_JSONSCHEMA,
        *(
            "--builtin-schema",
            "vendor.gitlab-ci",
            "--data-transform",
            "gitlab-ci",
            "--output-format",
            "json",
        ),
        *project.hand(files),
        cwd=project.root,
        reads=[project.root / file for file in files],
    )
    findings = tuple(_schema_findings(project, done))
    return Verdict(findings=findings, detail=counted(len(files), "file"), limit=limit)


def azure_pipelines_match_the_schema(project: Project, toolchain: Toolchain) -> Verdict:
    """Microsoft's schema accepts azure-pipelines.yml and its templates.

    The schema knows Microsoft's tasks only and refuses every other, so that a task of an extension
    is left out.
    """
    files = kinds.pipelines_of(project, "azure-devops")
    if not files:
        raise NotApplicable("there is no azure-pipelines.yml")
    findings: list[Finding] = []
    project.hand(files)
    for file in files:
        done = toolchain.run(
            CHECK_JSONSCHEMA,
            # The schema's own expressions are not those of the default engine
            # (python-jsonschema/check-jsonschema#353).
            *("--builtin-schema", "vendor.azure-pipelines", "--regex-variant", "nonunicode"),
            *("--output-format", "json", "--default-filetype", "yaml", "-"),
            cwd=project.root,
            stdin=_without_extensions(project, file),
            reads=[],
        )
        findings += _schema_findings(project, done, file)
    return Verdict(findings=tuple(findings), detail=counted(len(files), "file"))


def jenkinsfile_is_declarative(project: Project, toolchain: Toolchain) -> Verdict:
    """The Jenkinsfile has the form of Declarative Pipeline, gives each step an agent and lets no question hold one."""
    files = kinds.pipelines_of(project, "jenkins")
    if not files:
        raise NotApplicable("there is no Jenkinsfile")
    findings = tuple(
        Finding(path=file, line=problem.line, message=problem.message, fix=problem.fix)
        for file in files
        for problem in jenkins.problems(project, file)
    )
    return Verdict(
        findings=findings, detail="structure; Groovy's own grammar is for Jenkins to judge"
    )


def actionlint_is_silent(project: Project, toolchain: Toolchain) -> Verdict:
    """actionlint finds nothing: expressions, runners, inputs, shell steps."""
    files = _workflows(project)
    done = toolchain.run(
        ACTIONLINT,
        "-format",
        "{{json .}}",
        *project.hand(files),
        cwd=project.root,
        timeout=60,
        reads=kinds.read_by_workflow_linters(project),
    )
    problems = _json(ACTIONLINT.name, done, codes={0, 1})
    findings = tuple(
        Finding(
            path=project.relative(p["filepath"]),
            line=p["line"],
            message=p["message"],
            rule=p["kind"],
            severity=_of_actionlint(p["kind"], p["message"]),
        )
        for p in problems or []
    )
    return Verdict(findings=findings, detail=counted(len(files), "workflow"))


def zizmor_is_silent(project: Project, toolchain: Toolchain) -> Verdict:
    """zizmor finds no way to misuse a workflow; a workflow that it cannot read is no verdict.

    Runs offline; on a repository that was generated also as the reader of style ("pedantic").
    """
    files = _workflows(project)
    config = kinds.at_root(project, *github.ZIZMOR)
    done = toolchain.run(
        ZIZMOR,
        *("--offline", "--format", "json-v1", "--no-progress"),
        *(("--persona", "pedantic") if project.is_generated else ()),
        # It looks for its configuration at the root of the Git repository, which is another one in
        # a monorepo.
        *(("--config", config[0].as_posix()) if config else ()),
        *project.hand(files),
        cwd=project.root,
        timeout=60,
        reads=kinds.read_by_workflow_linters(project),
    )
    # 0: nothing; 11 to 14: findings, the number says how severe the worst is
    # (docs.zizmor.sh/usage/#exit-codes).
    problems = _json(ZIZMOR.name, done, codes={0, 11, 12, 13, 14})
    unread = [
        line
        for line in done.stderr.splitlines()
        if "failed to" in line.lower() or "invalid" in line.lower()
    ]
    if unread:
        raise ToolCrashed(
            f"zizmor could not read every workflow: {unread[0].strip()[:200]}",
            hint="see check CI001",
        )
    return Verdict(
        findings=tuple(_audited(project, p) for p in problems),
        detail=counted(len(files), "workflow"),
    )


def shellcheck_is_silent(project: Project, toolchain: Toolchain) -> Verdict:
    """shellcheck finds nothing in any script: a `.sh` file, or one whose first line names a shell."""
    files = kinds.shell_programs(project)
    if not files:
        raise NotApplicable("there is no shell script")
    done = toolchain.run(
        SHELLCHECK,
        "--format",
        "json1",
        "-x",
        *project.hand(files),
        cwd=project.root,
        timeout=60,
        reads=kinds.but_documents(
            project
        ),  # -x follows a script to what it sources, whatever that is called
    )
    problems = _json(SHELLCHECK.name, done, codes={0, 1})["comments"]
    findings = tuple(
        Finding(
            path=project.relative(p["file"]),
            line=p["line"],
            message=p["message"],
            rule=f"SC{p['code']}",
            fix=f"https://www.shellcheck.net/wiki/SC{p['code']}",
            severity=_of_shellcheck(p["level"]),
        )
        for p in problems
    )
    return Verdict(findings=findings, detail=counted(len(files), "script"))


def _schema_findings(
    project: Project, done: CompletedRun, only: Path | None = None
) -> Iterator[Finding]:
    """What check-jsonschema reported, about `only` where it read that file from its standard input."""
    report = _json(CHECK_JSONSCHEMA.name, done, codes={0, 1})
    if not isinstance(report, dict):
        raise ToolCrashed(
            f"check-jsonschema ended with {done.exit_code} and no report: {done.stderr.strip()[-200:]}"
        )
    for error in report.get("errors", []):
        best = error.get("best_deep_match") or error
        file = only or project.relative(error["filename"])
        key = _last_key(best["path"])
        yield Finding(
            path=file,
            line=project.line_of(file, key) if key else 0,
            message=f"{best['path']}: {best['message'][:300]}",
        )
    for error in report.get("parse_errors", []):
        file = only or project.relative(error["filename"])
        yield Finding(path=file, message=f"does not parse: {error['message']}")


def _without_extensions(project: Project, file: Path) -> str:
    """The document as JSON, each step with a task of `_EXTENSIONS` as a script; a text that is no YAML as it is."""
    try:
        return output.text_of(_replaced(next(iter(reading.yaml_of(project, file)), None)))
    except reading.Unreadable:
        return project.text(file)


def _replaced(value: Any) -> Any:
    if isinstance(value, dict):
        if str(value.get("task", "")).startswith(_EXTENSIONS):
            return {"bash": "true"}
        return {key: _replaced(one) for key, one in value.items()}
    return [_replaced(one) for one in value] if isinstance(value, list) else value


def _workflows(project: Project) -> tuple[Path, ...]:
    files = kinds.pipelines_of(project, "github")
    if not files:
        raise NotApplicable("there is no GitHub workflow")
    return files


def _audited(project: Project, problem: dict[str, Any]) -> Finding:
    location = next(
        (one for one in problem["locations"] if one["symbolic"].get("kind") == "Primary"),
        problem["locations"][0],
    )
    key = location["symbolic"]["key"]["Local"]
    return Finding(
        path=project.relative(key["verbatim_path"]),
        line=location["concrete"]["location"]["start_point"]["row"] + 1,
        message=f"{problem['desc']}: {location['symbolic']['annotation']}",
        rule=problem["ident"],
        fix=problem["url"],
        severity=_of_zizmor(problem["ident"], problem["determinations"]),
    )


_OF_ZIZMOR = {"High": Severity.ERROR, "Medium": Severity.WARNING}
"""How much its severities weigh; low, informational and unknown ones are notes."""

_OPEN_TO_MISUSE = frozenset(
    {
        "cache-poisoning",
        "dangerous-triggers",
        "excessive-permissions",
        "secrets-inherit",
        "unpinned-images",
        "unpinned-uses",
    }
)
"""Audits of what is wider than it has to be: somebody has to find a way in first, as with SEC003 and SEC004."""

_LIKELY = frozenset({"deprecated-commands", "if-cond", "pyflakes", "runner-label", "shell-name"})
"""Kinds of actionlint's problems with which a workflow still runs, if not always as it was meant."""

_OLD_ACTION = re.compile(r"is (?:deprecated|retired|too old)")
"""An action for an older Node.js still runs; EOL005 knows the services that were switched off."""

_SHELLCHECK_LEVEL = re.compile(r"shellcheck reported issue in this script: SC\d+:(\w+)")


def _of_actionlint(kind: str, message: str) -> Severity:
    shell = _SHELLCHECK_LEVEL.search(message)
    if shell:
        return _of_shellcheck(shell[1])
    still_runs = kind in _LIKELY or (kind == "action" and _OLD_ACTION.search(message))
    return Severity.WARNING if still_runs else Severity.ERROR


def _of_zizmor(audit: str, determined: dict[str, str]) -> Severity:
    severity = _OF_ZIZMOR.get(determined["severity"], Severity.NOTE)
    sure = determined.get("confidence", "High") == "High" and audit not in _OPEN_TO_MISUSE
    return severity if sure else severity.at_most(Severity.WARNING)


def _of_shellcheck(level: str) -> Severity:
    return Severity(level) if level in {"error", "warning"} else Severity.NOTE


def _json(name: str, done: CompletedRun, *, codes: set[int]) -> Any:
    """What the program reported; an exit code that it does not document, or no JSON, is no verdict."""
    if done.exit_code in codes:
        try:
            return output.value_of(done.stdout or "[]")
        except ValueError:
            pass
    said = (done.stderr.strip() or done.stdout.strip()).splitlines()
    worst = next(
        (line for line in said if re.match(r"\W*(error|fatal|panic)", line, re.IGNORECASE)),
        "".join(said[-1:]),
    )
    raise ToolCrashed(
        f"{name} ended with {done.exit_code}: {worst.strip()[:200] or 'it said nothing'}"
    )


def _last_key(path: str) -> str:
    words = [
        word for word in re.split(r"[.\[\]]+", path) if word and word != "$" and not word.isdigit()
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
    Check(id="CI002", title="actionlint is silent", run=actionlint_is_silent, tool=ACTIONLINT),
    Check(id="CI003", title="zizmor is silent", run=zizmor_is_silent, tool=ZIZMOR),
    Check(
        id="CI004", title="shellcheck is silent", run=shellcheck_is_silent, tool=SHELLCHECK, cost=4
    ),
    Check(
        id="CI005", title="The Jenkinsfile is declarative Pipeline", run=jenkinsfile_is_declarative
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
