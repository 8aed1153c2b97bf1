"""Reports that have everything in them: every outcome, both severities, and words that a format has to escape."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scaffolder.model import (
    Check,
    Edit,
    Finding,
    Inapplicable,
    Location,
    Outcome,
    Report,
    Result,
    Severity,
    Snippet,
    Table,
    Verdict,
)


def check(name: str, title: str) -> Check:
    return Check(id=name, title=title, run=lambda project, toolchain: Verdict())


REPORT = Report(
    project="pay-api",
    template="v0.1.0",
    seconds=3.94,
    excerpts={
        Location(path=Path("Dockerfile"), line=14): Snippet(
            first=12, lines=("ARG X", "", "FROM eclipse-temurin:11-jre", "USER 10001", "")
        ),
    },
    inapplicable=(Inapplicable(check=check("SY006", "XML parses"), reason="no XML file"),),
    results=(
        Result(
            check=check("TF002", "terraform validate passes"),
            outcome=Outcome.PASSED,
            seconds=0.412,
            level="schema",
            detail="3 roots",
            limit="values, which only the provider knows",
            tool="terraform 1.15.5 (embedded)",
        ),
        Result(
            check=check("AG001", "The runtime is the same"),
            outcome=Outcome.FAILED,
            findings=(
                Finding(
                    path=Path("Dockerfile"),
                    line=14,
                    message="uses java 11, but the service is for java 8",
                    related=(Location(path=Path("pom.xml"), line=21, text="<release>8</release>"),),
                    fix="write 8 here",
                ),
            ),
        ),
        Result(
            check=check("DK001", "hadolint passes"),
            outcome=Outcome.PASSED,
            findings=(
                Finding(
                    path=Path("Dockerfile"), message="note", rule="DL1", severity=Severity.WARNING
                ),
            ),
            tool="hadolint 2.15.1",
        ),
        Result(
            check=check("MO004", "promtool test rules"),
            outcome=Outcome.SKIPPED,
            reason="promtool is not installed",
        ),
        Result(
            check=check("HL001", "helm lint"),
            outcome=Outcome.BROKEN,
            reason="helm did not finish within 30 s",
        ),
    ),
)

NASTY = "100% of <b>\"it\" & 'that'</b>, a: b\n::set-env name=X::\r| `c` [x](y) é"
"""Text that a hostile repository or a chatty tool might put into a message."""

HOSTILE = replace(
    REPORT,
    notes=(NASTY,),
    project="<script>alert(1)</script>",
    results=(
        Result(
            check=check("DK001", "hadolint passes"),
            outcome=Outcome.FAILED,
            findings=(
                Finding(
                    path=Path("a b/100%, c:d/<é>.yml"),
                    line=3,
                    message=NASTY,
                    fix="https://example.com/wiki/DL1",
                    rule="DL1",
                    edits=(Edit(path=Path("a b/é.yml"), line=0, old="", new="new"),),
                    related=(Location(path=Path("::error::x"), line=1, text=NASTY),),
                ),
            ),
        ),
        Result(check=check("HL001", "helm lint"), outcome=Outcome.BROKEN, reason=NASTY),
    ),
    excerpts={
        Location(path=Path("a b/100%, c:d/<é>.yml"), line=3): Snippet(
            first=1, lines=("one", "two", NASTY, "four")
        ),
    },
)

CLEAN = Report(
    project="pay-api",
    template="v0.1.0",
    results=(
        Result(
            check=check("AG001", "The runtime is the same"),
            outcome=Outcome.PASSED,
            detail="4 places",
        ),
    ),
    seconds=0.1,
)

PARITY = Table(
    title="What differs between environments",
    columns=("value", "dev", "qa", "prod"),
    rows=(
        ("replicas", "1", "2", "3"),
        ("host", "dev.example.com", "qa.example.com", "example.com"),
    ),
    note="Only what may differ does",
)
