"""Runs every scanner over every example, and writes what they find as a table: docs/scanners.md."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

from scaffolder.model import NotApplicable
from scaffolder.repository import manifests, waivers
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import SystemToolchain

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "scanners.md"
ENVIRONMENT = ROOT / ".venv-scanners"
REQUIREMENTS = ROOT / "requirements" / "scanners.txt"
IN_ONE_PROCESS = {"CHECKOV_PARALLELIZATION_TYPE": "none"}
"""checkov forks itself for each kind of file, and spends half of its time copying its memory."""


@dataclass(frozen=True, kw_only=True, order=True)
class Finding:
    """A scanner's finding at one place of one repository."""

    path: str
    line: int = 0
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {' '.join(self.message.split())[:200]}"


@dataclass(frozen=True, kw_only=True)
class Scanner:
    """A program and how it is run; `scan` gives None for a repository with nothing to look at."""

    name: str
    how: str
    scan: Callable[[Path], list[Finding] | None]
    version: Callable[[], str]


class NotInstalled(Exception):
    """A scanner's program is neither beside this Python, nor in .venv-scanners, nor on PATH."""


def main() -> int:
    """With folders: print what is found in each.

    With --install: install the large ones. Else: write the table.
    """
    if sys.argv[1:] == ["--install"]:
        install()
        return 0
    if sys.argv[1:]:
        return sum(report(Path(folder)) for folder in sys.argv[1:]) and 1
    examples = sorted(path for path in (ROOT / "examples").iterdir() if path.is_dir())
    results = {example.name: findings_of(example) for example in examples}
    PAGE.write_text(
        page(results, {example.name: Project(example) for example in examples}), encoding="utf-8"
    )
    for name, by_scanner in results.items():
        for scanner, findings in by_scanner.items():
            print(
                *(f"{name}: {scanner}: {finding}" for finding in findings or ()),
                sep="\n",
                end="\n" if findings else "",
            )
    return int(any(chain.from_iterable(by_scanner.values() for by_scanner in results.values())))


def install() -> None:
    """Make .venv-scanners, with 500 MB of libraries in versions that ours must not depend on."""
    venv.create(ENVIRONMENT, with_pip=True, clear=True)
    pip = [
        str(ENVIRONMENT / "bin" / "python"),
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--quiet",
    ]
    subprocess.run([*pip, "install", "--requirement", str(REQUIREMENTS)], check=True)
    (ENVIRONMENT / ".ready").touch()


def report(folder: Path) -> int:
    """Print what every scanner finds in `folder`; the number of findings."""
    number = 0
    for name, findings in findings_of(folder).items():
        print(f"{name}: {'nothing to look at' if findings is None else len(findings)}")
        for finding in findings or ():
            print(f"  {finding}")
        number += len(findings or ())
    return number


def findings_of(folder: Path) -> dict[str, list[Finding] | None]:
    """Return each scanner's findings in the repository at `folder`, sorted.

    They see a copy outside of this Git repository: some look for their configuration at a
    repository's root.
    """
    with tempfile.TemporaryDirectory() as temporary:
        results = {
            scanner.name: scanner.scan(
                shutil.copytree(folder, Path(temporary) / scanner.name / folder.name)
            )
            for scanner in SCANNERS
        }
    return {name: None if found is None else sorted(set(found)) for name, found in results.items()}


# ---- the page

_PAGE = """# What scanners find in the examples

`make scanners` writes this page; a dash means that a scanner has nothing to look at. What stays \
is waived in
the generated repository, in `.scaffold/waivers.yml`, with reason, owner and end; `scaffold \
check` finds what silences a
scanner and is not listed there (WV001), and an entry that is expired or not needed (WV002).

{findings}

## The scanners

{scanners}

check-jsonschema asks the schemas of GitHub workflows, GitLab CI, Azure Pipelines, Compose and \
Renovate, and whether the
chart's `values.schema.json` is a schema; that of Azure Pipelines knows Microsoft's own tasks \
only, so a task of an
extension is read as a script. checkov looks at the repository and at what the chart renders for \
each environment; trivy
renders the chart itself. Both work from the rules that they bring, without a network.

## What is waived

{number} decisions in all examples together, at most {most} in one. They cover {rules} rules, at \
most
{most_rules} in one: checkov and trivy often have a rule each for the same thing, and each cloud \
has rules of its own.

{waived}
"""


def page(results: dict[str, dict[str, list[Finding] | None]], projects: dict[str, Project]) -> str:
    """The page as Markdown: it changes only with the examples, the scanners, or what they find."""
    ledgers = {name: waivers.ledger(project) for name, project in projects.items()}
    rows = [
        [f"[{name}](../examples/{name})", *map(_cell, by_scanner.values()), str(len(ledgers[name]))]
        for name, by_scanner in results.items()
    ]
    decisions: dict[str, list[waivers.Waiver]] = {}
    waived = list(chain.from_iterable(ledgers.values()))
    for waiver in waived:
        decisions.setdefault(waiver.id, []).append(waiver)
    rules = set(chain.from_iterable(waiver.rules for waiver in waived))
    return _PAGE.format(
        findings=_table(["example", *(scanner.name for scanner in SCANNERS), "waivers"], rows),
        scanners=_table(
            ["scanner", "version", "how"], [[s.name, s.version(), f"`{s.how}`"] for s in SCANNERS]
        ),
        number=len(decisions),
        most=max(map(len, ledgers.values())),
        rules=len(rules),
        most_rules=max(sum(len(waiver.rules) for waiver in ledger) for ledger in ledgers.values()),
        waived=_table(
            ["waiver", "rules", "reason"], [_decision(*one) for one in sorted(decisions.items())]
        ),
    )


def _cell(findings: list[Finding] | None) -> str:
    return "–" if findings is None else str(len(findings))  # noqa: RUF001, a dash is meant


def _decision(name: str, entries: list[waivers.Waiver]) -> list[str]:
    """Return one waiver in all repositories that have it.

    On each cloud it has other rules, and may have another reason.
    """
    rules = sorted(set(chain.from_iterable(entry.rules for entry in entries)))
    reasons = dict.fromkeys(" ".join(entry.reason.split()) for entry in entries)
    return [f"`{name}`", ", ".join(f"`{rule}`" for rule in rules), "<br>".join(reasons)]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


# ---- the scanners


def hadolint(folder: Path) -> list[Finding] | None:
    files = _files(folder, "Dockerfile")
    if not files:
        return None
    problems = _json("hadolint", "--format", "json", "--no-fail", *files, cwd=folder)
    return [
        Finding(path=p["file"], line=p["line"], rule=p["code"], message=p["message"])
        for p in problems
    ]


def shellcheck(folder: Path) -> list[Finding] | None:
    files = _files(folder, "*.sh")
    if not files:
        return None
    problems = _json("shellcheck", "--format", "json1", *files, cwd=folder)["comments"]
    return [
        Finding(path=p["file"], line=p["line"], rule=f"SC{p['code']}", message=p["message"])
        for p in problems
    ]


def yamllint(folder: Path) -> list[Finding] | None:
    lines = _run(
        "yamllint", "--strict", "--format", "parsable", ".", cwd=folder
    ).stdout.splitlines()
    found = [
        re.fullmatch(r"\./(.+?):(\d+):\d+: \[\w+\] (.*?)(?: \((.+)\))?", line) for line in lines
    ]
    return [
        (
            Finding(path=one[1], line=int(one[2]), rule=one[4] or "syntax", message=one[3])
            if one
            else Finding(path=".", rule="yamllint", message=line)
        )
        for one, line in zip(found, lines, strict=True)
    ]


def actionlint(folder: Path) -> list[Finding] | None:
    files = _files(folder, ".github/workflows/*.yml")
    if not files:
        return None
    problems = _json("actionlint", "-format", "{{json .}}", *files, cwd=folder)
    return [
        Finding(path=p["filepath"], line=p["line"], rule=p["kind"], message=p["message"])
        for p in problems or ()
    ]


def zizmor(folder: Path) -> list[Finding] | None:
    if not (folder / ".github").is_dir():
        return None
    options = ("--offline", "--persona", "pedantic", "--no-progress", "--format", "json-v1")
    config = ("--config", ".github/zizmor.yml") if (folder / ".github/zizmor.yml").is_file() else ()
    problems = _json("zizmor", *options, *config, ".github", cwd=folder)
    return [
        Finding(
            path=p["locations"][0]["symbolic"]["key"]["Local"]["verbatim_path"],
            line=p["locations"][0]["concrete"]["location"]["start_point"]["row"] + 1,
            rule=p["ident"],
            message=p["desc"],
        )
        for p in problems
    ]


_SCHEMAS: dict[str, tuple[str, ...]] = {
    ".github/workflows/*.yml": ("--builtin-schema", "vendor.github-workflows"),
    ".gitlab-ci.yml": ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"),
    # Patterns of this schema are those of ECMAScript without its flag "u".
    "azure-pipelines.yml": (
        "--builtin-schema",
        "vendor.azure-pipelines",
        "--regex-variant",
        "nonunicode",
    ),
    "ci/azure-devops/*.yml": (
        "--builtin-schema",
        "vendor.azure-pipelines",
        "--regex-variant",
        "nonunicode",
    ),
    "compose.yaml": ("--builtin-schema", "vendor.compose-spec"),
    "renovate.json": ("--builtin-schema", "vendor.renovate"),
    "helm/*/values.schema.json": ("--check-metaschema",),
}


def check_jsonschema(folder: Path) -> list[Finding] | None:
    found = []
    for pattern, schema in _SCHEMAS.items():
        files = _files(folder, pattern)
        if "vendor.azure-pipelines" in schema:
            _without_extensions(folder, files)
        if files:
            told = _json("check-jsonschema", "--output-format", "json", *schema, *files, cwd=folder)
            problems = [*told.get("errors", ()), *told.get("parse_errors", ())]
            found += [
                Finding(
                    path=one["filename"], rule=one.get("path", "syntax"), message=one["message"]
                )
                for one in problems
            ]
    return found


def _without_extensions(folder: Path, files: Sequence[str]) -> None:
    """In Azure Pipelines, write a script in place of each task that is not Microsoft's own."""
    for file in files:
        document = yaml.safe_load((folder / file).read_text(encoding="utf-8"))
        (folder / file).write_text(yaml.safe_dump(_replaced(document)), encoding="utf-8")


def _replaced(value: Any) -> Any:
    if isinstance(value, dict):
        if str(value.get("task", "")).startswith("AWSShellScript@"):
            return {"bash": "true"}
        return {key: _replaced(one) for key, one in value.items()}
    return [_replaced(one) for one in value] if isinstance(value, list) else value


def checkov(folder: Path) -> list[Finding] | None:
    """In the repository, and in what its chart renders to."""
    with tempfile.TemporaryDirectory() as temporary:
        rendered = Path(temporary)
        _render(folder, rendered)
        return [*_checkov(folder), *_checkov(rendered, "--framework", "kubernetes")]


def _checkov(folder: Path, *options: str) -> list[Finding]:
    reports = _json(
        "checkov",
        "--directory",
        ".",
        "--skip-download",
        "--compact",
        "--output",
        "json",
        *options,
        cwd=folder,
    )
    found = []
    for report in reports if isinstance(reports, list) else [reports]:
        for failed in report.get("results", {}).get("failed_checks", ()):
            path = failed["file_path"].lstrip("/")
            line = (failed["file_line_range"] or [0])[0]
            found.append(
                Finding(path=path, line=line, rule=failed["check_id"], message=failed["check_name"])
            )
        for unread in report.get("results", {}).get("parsing_errors", ()):
            found.append(Finding(path=str(unread), rule="syntax", message="checkov cannot read it"))
    return found


def _render(folder: Path, destination: Path) -> None:
    """Write the rendering of the chart.

    It is a file for each object, under its environment and the template it came from.
    """
    with SystemToolchain() as toolchain:
        try:
            objects = manifests.objects(Project(folder), toolchain)
        except NotApplicable:
            return
    for number, one in enumerate(objects):
        target = destination / one.environment / one.path.parent / f"{one.path.stem}-{number}.yaml"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(yaml.safe_dump(one.content), encoding="utf-8")


def trivy(folder: Path) -> list[Finding] | None:
    options = ["--skip-check-update", "--skip-version-check", "--quiet", "--format", "json"]
    options += chain.from_iterable(
        ("--helm-values", values) for values in _files(folder, "helm/*/values-local.yaml")
    )
    if (folder / ".trivyignore.yaml").is_file():
        options += ["--ignorefile", ".trivyignore.yaml"]
    results = _json("trivy", "config", *options, ".", cwd=folder).get("Results") or []
    chart = bool(_files(folder, "helm/*/Chart.yaml"))
    if chart and not any(result["Target"].startswith("helm/") for result in results):
        return [
            Finding(
                path="helm",
                rule="trivy",
                message="the chart was not looked at: trivy could not render it",
            )
        ]
    findings: list[Finding] = []
    for result in results:
        findings += [
            Finding(
                path=result["Target"],
                line=problem["CauseMetadata"].get("StartLine", 0),
                rule=problem["ID"],
                message=problem["Title"],
            )
            for problem in result.get("Misconfigurations") or ()
            if problem["Status"] == "FAIL"
        ]
    return findings


def _scanner(
    scan: Callable[[Path], list[Finding] | None], how: str, version_argument: str = "--version"
) -> Scanner:
    name = scan.__name__.replace("_", "-")
    return Scanner(name=name, how=how, scan=scan, version=lambda: _version(name, version_argument))


SCANNERS = (
    _scanner(hadolint, "hadolint Dockerfile .devcontainer/Dockerfile"),
    _scanner(shellcheck, "shellcheck ci/*.sh app/*.sh …"),
    _scanner(yamllint, "yamllint --strict ."),
    _scanner(actionlint, "actionlint", "-version"),
    _scanner(zizmor, "zizmor --offline --persona pedantic .github"),
    _scanner(check_jsonschema, "check-jsonschema --builtin-schema vendor.… FILE"),
    _scanner(checkov, "checkov --directory . --skip-download"),
    _scanner(
        trivy,
        "trivy config --skip-check-update --helm-values helm/…/values-local.yaml --ignorefile"
        " .trivyignore.yaml .",
    ),
)


# ---- running them


def find(program: str) -> str:
    """Return the place of a scanner's program.

    Raises:
        NotInstalled: nowhere.

    """
    places = [str(Path(sys.executable).parent), str(ENVIRONMENT / "bin")]
    found = next(
        (path for place in places if (path := shutil.which(program, path=place))),
        shutil.which(program),
    )
    if not found:
        raise NotInstalled(
            f"{program} is not installed: `make scanners` installs {REQUIREMENTS.name}"
        )
    return found


def _version(program: str, argument: str) -> str:
    done = _run(program, argument, cwd=ROOT)
    found = re.search(r"\d+\.\d+(?:\.\d+)*", done.stdout)
    return found[0] if found else "unknown"


def _run(program: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    argv, environment = [find(program), *arguments], {**os.environ, **IN_ONE_PROCESS}
    return subprocess.run(
        argv, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def _json(program: str, *arguments: str, cwd: Path) -> Any:
    """Return a program's report.

    Their exit codes tell whether a finding exists; output that is not JSON fails.
    """
    done = _run(program, *arguments, cwd=cwd)
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError as error:
        raise RuntimeError(
            f"{program} ended with {done.returncode} and no report: {done.stderr[-500:]}"
        ) from error


def _files(folder: Path, pattern: str) -> list[str]:
    """The files whose path, or whose last part, matches the pattern."""
    names = [file.as_posix() for file in Project(folder).files]
    return [name for name in names if fnmatch(name, pattern) or fnmatch(Path(name).name, pattern)]


if __name__ == "__main__":
    sys.exit(main())
