"""CI: the pipelines are what their services accept, and safe; the scripts behind them are sound."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.errors import ToolCrashed, ToolTimeout
from scaffolder.formats.regex import regex
from scaffolder.model import Check, Finding, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import files as kinds
from scaffolder.repository import source_templates, terraform_templates
from scaffolder.repository.ci import github, jenkins
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, table
from scaffolder.tools import output
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import ACTIONLINT, SHELLCHECK, ZIZMOR
from scaffolder.tools.toolchain import Toolchain


def jenkinsfile_is_declarative(project: Project, toolchain: Toolchain) -> Verdict:
    """The Jenkinsfile is Declarative Pipeline; each step has an agent that no question holds."""
    files = kinds.pipelines_of(project, "jenkins")
    if not files:
        raise NotApplicable("no Jenkinsfile")
    declarative = [file for file in files if not jenkins.is_scripted(project, file)]
    if not declarative:
        raise NotApplicable(_are_scripted(files))
    findings = chain.from_iterable(_not_declarative(project, file) for file in declarative)
    scripted = [file for file in files if file not in declarative]
    return Verdict(
        findings=tuple(findings),
        detail="structure; Groovy's own grammar is for Jenkins to judge",
        limit=_are_scripted(scripted) if scripted else "",
    )


def _not_declarative(project: Project, file: Path) -> Iterator[Finding]:
    for problem in jenkins.problems(project, file):
        yield Finding(path=file, line=problem.line, message=problem.message, fix=problem.fix)


def _are_scripted(files: Sequence[Path]) -> str:
    names = sorted(file.as_posix() for file in files)
    if names == ["Jenkinsfile"]:
        return "the Jenkinsfile is a scripted pipeline"
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    are = "are scripted pipelines" if len(names) > 1 else "is a scripted pipeline"
    return f"{', '.join(names[:3])}{more} {are}"


def actionlint_passes(project: Project, toolchain: Toolchain) -> Verdict:
    """actionlint finds nothing: expressions, runners, inputs, shell steps."""
    files = workflows(project)
    config = kinds.at_root(project, *github.ACTIONLINT)
    done = toolchain.run(
        ACTIONLINT,
        "-format",
        "{{json .}}",
        # It looks for its configuration at the root of the Git repository, which is another one in
        # a monorepo, and none in a folder that is not yet one.
        *(("-config-file", config[0].as_posix()) if config else ()),
        *project.hand(files),
        cwd=project.root,
        timeout=60,
        reads=kinds.read_by_workflow_linters(project),
    )
    problems = json_report(ACTIONLINT.name, done, codes={0, 1})
    findings = tuple(
        Finding(
            path=project.relative(p["filepath"]),
            line=p["line"],
            message=p["message"].replace(f"{project.root.as_posix()}/", ""),
            rule=p["kind"],
            severity=_of_actionlint(project, p),
        )
        for p in problems or []
        if not (
            _is_documented(project, p)
            or _is_of_a_checkout_around(project, p)
            or _is_inherited(project, p)
        )
    )
    return Verdict(findings=findings, detail=counted(len(files), "workflow"))


_UNREAD_WORKFLOW = regex(
    r'could not read reusable workflow file for "\./(?P<path>[^"]+)": open (?P<place>.+?): '
)


def _is_of_a_checkout_around(project: Project, problem: dict[str, Any]) -> bool:
    """Return whether a called workflow is missing only because of a checkout around it.

    A repository that was just generated inside a checkout with workflows has no `.git` of its own:
    actionlint then takes the checkout for its root, and looks for our workflow there.
    """
    missed = _UNREAD_WORKFLOW.search(problem["message"])
    return (
        missed is not None
        and Path(missed["path"]) in project.files
        and not Path(missed["place"]).is_relative_to(project.root)
    )


_UNDECLARED = regex(r'property "(?P<name>[\w-]+)" is not defined in object type \{')


def _is_inherited(project: Project, problem: dict[str, Any]) -> bool:
    """Return whether callers hand over all their secrets to a workflow, also undeclared ones.

    https://docs.github.com/actions/how-tos/reuse-automations/reuse-workflows#passing-inputs-and-secrets-to-a-reusable-workflow
    """
    missed = _UNDECLARED.match(problem["message"])
    file = project.relative(problem["filepath"])
    lines = project.lines(file)[problem["line"] - 1 :]
    if missed is None or not lines:
        return False
    text = "\n".join(_with_block(lines))
    named = rf"\bsecrets\s*(?:\.\s*|\[\s*'){re.escape(missed['name'])}\b"
    return re.search(named, text, re.IGNORECASE) is not None and any(
        job.get("secrets") == "inherit" for job in _calling(project, file)
    )


def _calling(project: Project, called: Path) -> Iterator[dict[Any, Any]]:
    """Yield the jobs of the workflows here that call one of them."""
    for file in workflows(project):
        jobs = table(project, file).get("jobs")
        for job in jobs.values() if isinstance(jobs, dict) else ():
            if isinstance(job, dict) and job.get("uses") == f"./{called.as_posix()}":
                yield job


_NO_FILTER = regex(r'object type "\{[^}]*\}" cannot be filtered by object filtering `\.\*`')
_NUMBER_AS_NAME = 'property access of object must be type of string but got "number"'
_PORT = regex(r"job\.services(?:\.[\w-]+|\[[^\]]+\])\.ports\[\s*\d+\s*\]")


def _is_documented(project: Project, problem: dict[str, Any]) -> bool:
    """Return whether actionlint objects to `job.services.<id>.ports[6379]` or `matrix.*`.

    GitHub documents these forms.

    https://docs.github.com/actions/reference/workflows-and-actions/expressions#object-filters
    https://docs.github.com/actions/reference/workflows-and-actions/contexts#job-context
    """
    if _NO_FILTER.match(problem["message"]):
        return True
    if problem["message"] != _NUMBER_AS_NAME:
        return False
    lines = project.lines(project.relative(problem["filepath"]))
    text = "\n".join(_with_block(lines[problem["line"] - 1 :]))
    written = "\n".join(re.findall(r"\$\{\{.*?\}\}", text, re.DOTALL)) or text
    others = _PORT.sub("", written)
    return others != written and not re.search(r"[\w\])]\[\s*\d+\s*\]", others)


def _with_block(lines: Sequence[str]) -> Iterator[str]:
    """Yield the first line, and the more indented ones below it: a text over several lines."""
    indent = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
    yield from lines[:1]
    yield from itertools.takewhile(
        lambda line: not line.strip() or len(line) - len(line.lstrip()) > indent, lines[1:]
    )


def zizmor_passes(project: Project, toolchain: Toolchain) -> Verdict:
    """zizmor finds no way to misuse a workflow; one that it cannot read is not checked.

    Runs offline; on a repository that was generated also as the reader of style ("pedantic").
    """
    files = workflows(project)
    problems, unread = _audits(project, toolchain, files)
    if len(unread) == len(files):
        raise ToolCrashed(
            f"zizmor could not read {unread[0].as_posix()}",
            hint="see check CI001",
        )
    names = ", ".join(one.as_posix() for one in unread[:3])
    more = f" and {len(unread) - 3} more" if len(unread) > 3 else ""
    return Verdict(
        findings=tuple(_audited(project, p) for p in problems),
        detail=counted(len(files) - len(unread), "workflow"),
        limit=f"zizmor could not read {names}{more}: see CI001" if unread else "",
    )


def _audits(
    project: Project, toolchain: Toolchain, files: Sequence[Path]
) -> tuple[list[dict[str, Any]], list[Path]]:
    """Return what zizmor reports, and the workflows that it cannot read: those are left out.

    Raises:
        ToolCrashed: it gives no report of a single workflow.

    """
    done = _run_zizmor(project, toolchain, files)
    # 0: nothing; 11 to 14: findings, the number is the highest severity
    # (docs.zizmor.sh/usage/#exit-codes).
    is_whole = done.exit_code in _AUDITED
    lines = [line for line in done.stderr.splitlines() if _UNREAD.search(line)]
    if is_whole and not lines:
        return json_report(ZIZMOR.name, done, codes=_AUDITED), []
    named = [file for file in files if any(file.as_posix() in line for line in lines)]
    if is_whole and len(named) == len(lines):
        return json_report(ZIZMOR.name, done, codes=_AUDITED), named
    if len(files) == 1:
        if not lines:
            return json_report(ZIZMOR.name, done, codes=_AUDITED), []
        return [], list(files)
    # It does not name the file that it could not read, or one took the verdict of all.
    half = len(files) // 2
    first, unread = _audits(project, toolchain, files[:half])
    second, others = _audits(project, toolchain, files[half:])
    return [*first, *second], [*unread, *others]


_AUDITED = {0, 11, 12, 13, 14}
_UNREAD = regex(r"failed to|invalid|no audit was performed", re.IGNORECASE)


def _run_zizmor(project: Project, toolchain: Toolchain, files: Sequence[Path]) -> CompletedRun:
    config = kinds.at_root(project, *github.ZIZMOR)
    return toolchain.run(
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


def shellcheck_passes(project: Project, toolchain: Toolchain) -> Verdict:
    """shellcheck passes for each `.sh` file and each script whose first line names a shell."""
    # Terraform fills in its templates first: their variables are none of the shell.
    programs = terraform_templates.without(project, kinds.shell_programs(project))
    files = tuple(
        file
        for file in programs
        if not (kinds.is_test_data(file) or _only_sets_variables(project.text(file)))
    )
    if not files:
        raise NotApplicable("no shell script")
    problems, unread = _of_shells(project, toolchain, files)
    templates = {
        file for p in problems if (file := project.relative(p["file"])) and _is_template(project, p)
    }
    findings = tuple(
        Finding(
            path=project.relative(p["file"]),
            line=p["line"],
            message=p["message"],
            rule=f"SC{p['code']}",
            fix=f"https://www.shellcheck.net/wiki/SC{p['code']}",
            severity=_of_shellcheck(_RUNS_AS_WRITTEN.get(p["code"], p["level"])),
        )
        for p in problems
        if project.relative(p["file"]) not in templates
        if not (p["code"] == _NO_SHELL and _is_sourced(project, project.relative(p["file"])))
        if p["code"] not in _OTHER_SHELLS
    )
    limits = [f"{counted(len(templates), 'template')} of other programs"] if templates else []
    if others := {p["file"] for p in problems if p["code"] in _OTHER_SHELLS}:
        limits.append(
            f"{counted(len(others), 'script')} for programs that shellcheck does not know"
        )
    return Verdict(
        findings=findings,
        detail=counted(len(files), "script"),
        limit="; ".join([*limits, *unread]),
    )


_BATCH = 25
"""Scripts that are handed to shellcheck at once: a slow one takes no verdict of the others."""

_SLOWEST = 60.0
"""Seconds of one batch."""


def _of_shells(
    project: Project, toolchain: Toolchain, files: Sequence[Path]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return what shellcheck reports of scripts, and what it did not read; it reads copies once.

    Raises:
        ToolTimeout: no batch ended in its time.

    """
    copies: dict[str, list[Path]] = {}
    for file in files:
        copies.setdefault(project.text(file), []).append(file)
    each = [same[0] for same in copies.values()]
    batches = [each[start : start + _BATCH] for start in range(0, len(each), _BATCH)]
    clock = project.budget.clock()
    problems: list[dict[str, Any]] = []
    unread: list[str] = []
    for number, batch in enumerate(batches):
        if clock.is_over():
            left = sum(map(len, batches[number:]))
            unread.append(f"{counted(left, 'script')}: {clock.reason}")
            break
        try:
            problems += _of_batch(project, toolchain, batch)
        except ToolTimeout as slow:
            if len(unread) + 1 == len(batches):
                raise
            number_of = counted(len(batch), "script")
            unread.append(f"{number_of} from {batch[0].as_posix()} on: {slow.message}")
    return [*_of_copies(project, problems, copies)], unread


def _of_copies(
    project: Project, problems: Iterable[dict[str, Any]], copies: Mapping[str, Sequence[Path]]
) -> Iterator[dict[str, Any]]:
    """Yield each problem for each copy of its script."""
    for problem in problems:
        file = project.relative(problem["file"])
        same = copies.get(project.text(file), [file]) if project.has(file) else [file]
        yield from (
            {**problem, "file": one.as_posix()} for one in (same if file in same else [file])
        )


def _of_batch(
    project: Project, toolchain: Toolchain, files: Sequence[Path]
) -> list[dict[str, Any]]:
    done = toolchain.run(
        SHELLCHECK,
        "--format",
        "json1",
        "-x",
        *project.hand(files),
        cwd=project.root,
        timeout=_SLOWEST,
        reads=kinds.but_documents(
            project
        ),  # -x follows a script to what it sources, whatever that is called
    )
    comments: list[dict[str, Any]] = json_report(SHELLCHECK.name, done, codes={0, 1})["comments"]
    return comments


_OTHER_SHELLS = frozenset({1008, 1071})
"""Rules about a first line for a shell, or a program before one, that shellcheck does not know."""

_NO_SHELL = 2148
"""The rule by which shellcheck misses a first line: it does not know the shell."""

_RUNS_AS_WRITTEN = {_NO_SHELL: "note", 2068: "warning", 2145: "warning"}
"""Errors of shellcheck with which a script runs, and fails with words that hold blanks at most."""

_LAST_OF_PARSER = 1999
"""The last rule about what shellcheck cannot read."""

_OF_FLUX = regex(r"\$\$[({A-Za-z_]")
"""A `$` that Flux leaves in its substitutions.

https://fluxcd.io/flux/components/kustomize/kustomizations/
"""


def _is_template(project: Project, problem: dict[str, Any]) -> bool:
    """Return whether shellcheck cannot read a script because another program fills it in first."""
    file = project.relative(problem["file"])
    if problem["code"] > _LAST_OF_PARSER or problem["level"] != "error":
        return False
    if source_templates.is_source(project, file, problem["line"]):
        return True
    return _OF_FLUX.search(project.text(file)) is not None and bool(kinds.kustomizations(project))


def _is_sourced(project: Project, file: Path) -> bool:
    """Return whether another script reads a file as a part of itself, or a runner of tests does."""
    if file.name.endswith("_spec.sh"):
        return True  # of ShellSpec
    return file.name in project.once("names of sourced scripts", lambda: _sourced(project))


def _sourced(project: Project) -> frozenset[str]:
    """Return the file names of the scripts that other scripts source."""
    texts = map(project.text, kinds.shell_programs(project))
    paths = chain.from_iterable(map(_SOURCES.findall, texts))
    return frozenset(path.rpartition("/")[2].strip("\"';") for path in paths)


_SOURCES = regex(r"(?:^|[;&|({]|\bthen|\bdo)\s*(?:source|\.)\s+(\S+)", re.MULTILINE)


_ASSIGNMENT = regex(r"(?:export\s+|readonly\s+)?[A-Za-z_]\w*\s*[:?+]?=.*")


def _only_sets_variables(text: str) -> bool:
    """Return whether a file without a shebang sets variables alone.

    Such a file is for inclusion, by make too.
    """
    if text.startswith("#!"):
        return False
    lines = [line.strip() for line in text.splitlines()]
    written = [line for line in lines if line and not line.startswith("#")]
    return bool(written) and all(_ASSIGNMENT.fullmatch(line) for line in written)


def workflows(project: Project) -> tuple[Path, ...]:
    """Return the workflows of GitHub. Raises NotApplicable if there is none."""
    files = kinds.pipelines_of(project, "github")
    if not files:
        raise NotApplicable("no GitHub workflow")
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
        severity=_of_zizmor(problem["ident"], problem["determinations"]).at_most(
            _of_expansion(project, location)
            if problem["ident"] == "template-injection"
            else Severity.ERROR
        ),
    )


def _of_expansion(project: Project, location: dict[str, Any]) -> Severity:
    """Return how much an expansion weighs at most, by who can set the value."""
    feature = location["symbolic"].get("feature_kind")
    part = feature.get("Subfeature", {}) if isinstance(feature, dict) else {}
    fragment = part.get("fragment", {})
    raw = str(fragment.get("Raw", "")) if isinstance(fragment, dict) else ""
    if _is_of_owner(project, location, raw):
        return Severity.NOTE
    return Severity.WARNING if _OF_WRITERS.match(raw) else Severity.ERROR


_OF_WRITERS = regex(
    r"(?:github\.event\.)?inputs\b|github\.(?:ref|ref_name|sha|actor|triggering_actor|base_ref)\b"
    r"|github\.event\.(?:release|client_payload|milestone|label|base_ref|ref)\b"
)
"""Values that only writers of the repository set: inputs of a manual run, tags, releases."""


def _is_of_owner(project: Project, location: dict[str, Any], raw: str) -> bool:
    """Return whether only the repository's owner or the calling workflow sets the value."""
    if raw.startswith("github.event.repository.") or _OF_GITHUB.fullmatch(raw.strip()):
        return True
    workflow = table(
        project, project.relative(location["symbolic"]["key"]["Local"]["verbatim_path"])
    )
    on = workflow.get("on", workflow.get(True))  # YAML 1.1 reads the key `on` as true
    called = on == "workflow_call" or (isinstance(on, list | dict) and "workflow_call" in on)
    return called and _INPUT.fullmatch(raw) is not None


_OF_GITHUB = regex(
    r"github\.(?:actor_id|repository(?:_id|_owner|_owner_id)?|run_(?:id|number|attempt)|job|workflow"
    r"|event_name|ref_type|ref_protected|server_url|api_url|graphql_url|workspace|action|token)"
    r"|github\.event(?:\.\w+)+\.(?:id|node_id|sha|head_sha|number|run_number|merged|draft|html_url)"
)
"""Values that GitHub makes, or the owner's names: numbers, addresses, and words of few kinds."""

_INPUT = regex(r"inputs(?:\.[\w-]+|\['[\w-]+'\])")


_OF_ZIZMOR = {"High": Severity.ERROR, "Medium": Severity.WARNING}
"""How much its severities weigh; low, informational and unknown ones are notes."""

_OPEN_TO_MISUSE = frozenset(
    {
        "bot-conditions",
        "cache-poisoning",
        "dangerous-triggers",
        "excessive-permissions",
        "github-app",
        "secrets-inherit",
        "unpinned-images",
        "unpinned-uses",
    }
)
"""Audits of needless rights, which need another weakness first, as with SEC003 and SEC004."""

_LIKELY = frozenset(
    {
        *("deprecated-commands", "if-cond", "pyflakes", "runner-label", "shell-name"),
        "cache-call-unrestricted",
    }
)
"""Kinds of actionlint's problems that do not stop a workflow but may change its meaning."""

_OLD_ACTION = regex(r"is (?:deprecated|retired|too old)")
"""An action for an older Node.js still runs; EOL005 knows the services that were switched off."""

_SHELLCHECK_LEVEL = regex(r"shellcheck reported issue in this script: SC\d+:(\w+)")


_UNUSED_DEFAULT = regex(r"has the default value .*but it is also required")
"""An input that is required needs no default, and takes it if nothing is given."""

_LABEL = regex(r'label "([^"]+)" is unknown')
_HOSTED = (
    *("ubuntu-latest", "ubuntu-26.04", "ubuntu-24.04", "ubuntu-22.04", "ubuntu-20.04"),
    *("ubuntu-18.04", "windows-latest", "windows-2025", "windows-2022", "windows-2019"),
    *("macos-latest", "macos-26", "macos-15", "macos-14", "macos-13", "macos-12", "macos-11"),
)


def _is_slip(message: str) -> bool:
    """Whether a label is nearly that of a machine of GitHub: an own runner has any name."""
    label = _LABEL.search(message)
    return label is None or bool(
        difflib.get_close_matches(label[1].lower(), _HOSTED, n=1, cutoff=0.85)
    )


_MORE_OF_AN_INPUT = regex(
    r"could not parse action metadata .*unexpected key \".*\" for definition of (?:input|output)"
)
"""GitHub leaves out what it does not know of an input of an action, such as `type`."""

_NO_DESCRIPTION = regex(r"^description is required in metadata of")
"""GitHub runs an action without a description; its marketplace does not list it."""

_NESTED_RIGHTS = regex(r'nested job ".*?" of ".*?" requires ')
"""A called workflow asks for more than its caller gives."""


def _of_actionlint(project: Project, problem: dict[str, Any]) -> Severity:
    kind, message = problem["kind"], problem["message"]
    shell = _SHELLCHECK_LEVEL.search(message)
    if shell and "SC2209:" in message:
        return Severity.NOTE  # also `NODE_ENV=test npm start`, whose value is no command
    if shell:
        return _of_shellcheck(shell[1])
    if kind == "runner-label" and not _is_slip(message):
        return Severity.NOTE
    if _UNUSED_DEFAULT.search(message) or _MORE_OF_AN_INPUT.search(message):
        return Severity.NOTE
    if _NO_DESCRIPTION.search(message):
        return Severity.WARNING
    if _NESTED_RIGHTS.search(message) and not _gives_rights(project, problem):
        return Severity.NOTE
    still_runs = kind in _LIKELY or (kind == "action" and _OLD_ACTION.search(message))
    return Severity.WARNING if still_runs else Severity.ERROR


def _gives_rights(project: Project, problem: dict[str, Any]) -> bool:
    """Return whether the calling job, or its workflow, sets its rights.

    Else the settings of the repository decide, which no file of it holds.
    """
    workflow = table(project, project.relative(problem["filepath"]))
    jobs = workflow.get("jobs")
    calling = [
        job
        for name, job in (jobs.items() if isinstance(jobs, dict) else ())
        if isinstance(job, dict) and line_of(jobs, name) <= problem["line"]
    ]
    return "permissions" in workflow or bool(calling and "permissions" in calling[-1])


def _of_zizmor(audit: str, determined: dict[str, str]) -> Severity:
    severity = _OF_ZIZMOR.get(determined["severity"], Severity.NOTE)
    sure = determined.get("confidence", "High") == "High" and audit not in _OPEN_TO_MISUSE
    return severity if sure else severity.at_most(Severity.WARNING)


def _of_shellcheck(level: str) -> Severity:
    return Severity(level) if level in {"error", "warning"} else Severity.NOTE


def json_report(name: str, done: CompletedRun, *, codes: set[int]) -> Any:
    """Return the JSON report of a program.

    An undocumented exit code, or output that is not JSON, is inconclusive.
    """
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
        f"{name} ended with {done.exit_code}: {worst.strip()[:200] or 'without output'}"
    )


CHECKS = (
    Check(id="CI002", title="actionlint passes", run=actionlint_passes, tool=ACTIONLINT),
    Check(id="CI003", title="zizmor passes", run=zizmor_passes, tool=ZIZMOR),
    Check(id="CI004", title="shellcheck passes", run=shellcheck_passes, tool=SHELLCHECK, cost=4),
    Check(
        id="CI005", title="The Jenkinsfile is declarative Pipeline", run=jenkinsfile_is_declarative
    ),
)
