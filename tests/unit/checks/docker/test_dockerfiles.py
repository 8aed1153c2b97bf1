"""DK001: objections of hadolint that are right, and those that are not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, said, written

from scaffolder import checks
from scaffolder.model import Finding, Outcome, Result
from scaffolder.tools.process import CompletedRun


def results(
    root: Path, files: Mapping[str, str], *ids: str, **programs: CompletedRun
) -> tuple[Result, ...]:
    chosen = [check for check in checks.every(today=TODAY) if check.id in ids]
    named = {name.replace("_", "-"): done for name, done in programs.items()}
    return checks.run(written(root, files), chosen, ScriptedToolchain(named)).results


def findings(
    root: Path, files: Mapping[str, str], *ids: str, **programs: CompletedRun
) -> tuple[Finding, ...]:
    return tuple(
        one for result in results(root, files, *ids, **programs) for one in result.findings
    )


@pytest.mark.parametrize(
    ("text", "rule", "line", "number"),
    [
        ("FROM ghcr.io/o/node\nCOPY a b\n", "DL3045", 2, 0),
        ("FROM node:24.1.0\nCOPY a b\n", "DL3045", 2, 1),
        ("FROM a:1\nHEALTHCHECK CMD wget -q x || exit 1\n", "DL3025", 2, 0),
        ("FROM a:1\nCMD node a.js\n", "DL3025", 2, 1),
        ("FROM built-here\n", "DL3006", 1, 0),
        ("FROM node\n", "DL3006", 1, 1),
    ],
)
def test_hadolint_does_not_know_the_base_image(
    text: str, rule: str, line: int, number: int, tmp_path: Path
) -> None:
    problem = {"file": "Dockerfile", "line": line, "message": "m", "code": rule, "level": "warning"}
    files = {
        "Dockerfile": text,
        "compose.yaml": "services: {a: {build: ./a, image: built-here}}\n",
    }
    printed = said(json.dumps([problem]))
    assert len(findings(tmp_path, files, "DK001", hadolint=printed)) == number


@pytest.mark.parametrize(
    ("name", "text", "asked"),
    [
        ("template/{{cookiecutter.project_name}}/Dockerfile", "FROM a:1\n", False),
        ("Dockerfile", "FROM a:1\n{% if x %}\nRUN a\n{% endif %}\n", False),
        ("api.tmpl.Dockerfile", "FROM a:1\n{{- if .X }}\nRUN a\n{{- end }}\n", False),
        ("Dockerfile", "FROM a:1\nRUN docker inspect -f '{{ .Id }}' a\n", True),
    ],
)
def test_hadolint_reads_no_template(name: str, text: str, asked: bool, tmp_path: Path) -> None:
    files = {name: text, "b/Dockerfile": "FROM a:1\n"}
    (told,) = results(tmp_path, files, "DK001", hadolint=said(json.dumps([])))
    assert ("template" in told.limit) is not asked
    assert (name in told.detail.split(", ")) is asked


@pytest.mark.parametrize(
    ("after", "is_read"),
    [("", True), ("\nDockerfile:1 DL3006 warning: m\n", True), ("\n[]", True), (None, False)],
)
def test_a_format_of_the_settings_is_printed_after_the_report(
    after: str | None, is_read: bool, tmp_path: Path
) -> None:
    problem = {
        "file": "Dockerfile",
        "line": 1,
        "message": "m",
        "code": "DL3006",
        "level": "warning",
    }
    report = "Dockerfile:1 DL3006\n" if after is None else json.dumps([problem]) + after
    files = {"Dockerfile": "FROM node\n", ".hadolint.yaml": "format: tty\n"}
    (result,) = results(tmp_path, files, "DK001", hadolint=said(report))
    assert (result.outcome is not Outcome.BROKEN) == is_read
    assert len(result.findings) == is_read
