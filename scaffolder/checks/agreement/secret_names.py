"""Secrets of a store: what the chart reads is granted, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator

from scaffolder.checks.agreement.findings import disagreement, limit_of
from scaffolder.model import Check, Finding, NotApplicable, Severity, Verdict, counted
from scaffolder.repository.facts import charts, secret_names
from scaffolder.repository.facts.secret_names import SecretName
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain


def read_secrets_are_granted(project: Project, _: Toolchain) -> Verdict:
    """Terraform makes or grants each secret that an ExternalSecret of a chart reads.

    https://external-secrets.io/latest/api/externalsecret/
    """
    if not secret_names.reads_secrets(project):
        raise NotApplicable("no chart has an ExternalSecret")
    granted, read = secret_names.granted(project), secret_names.read(project)
    if granted is None:
        return Verdict(limit="names of secrets that Terraform computes")
    if not granted and secret_names.list_place(project) is None:
        raise NotApplicable("Terraform lists no secrets by their names")
    findings = [*_not_granted(project, read, granted), *_not_read(read, granted)]
    return Verdict(
        findings=tuple(findings),
        detail=counted(len(read), "secret"),
        limit=limit_of(charts.unread(project)),
    )


def _not_granted(
    project: Project, read: tuple[SecretName, ...], granted: tuple[SecretName, ...]
) -> Iterator[Finding]:
    told: set[str] = set()
    beside = granted[0].place if granted else secret_names.list_place(project)
    for one in read:
        short = one.name.rpartition("/")[2]
        if short in told or any(_is(one.name, other.name) for other in granted):
            continue
        told.add(short)
        where = beside.path if beside else "Terraform"
        yield disagreement(
            one.place,
            f"the chart reads the secret {short}, which {where} does not grant",
            beside or (),
            fix=f'add "{short}" to the secrets in {where}, or read one that is there',
        )


def _not_read(read: tuple[SecretName, ...], granted: tuple[SecretName, ...]) -> Iterator[Finding]:
    for one in granted:
        if one.is_listed and not any(_is(other.name, one.name) for other in read):
            yield disagreement(
                one.place,
                f"grants the secret {one.name}, which no chart reads",
                [other.place for other in read[:1]],
                fix=f'take "{one.name}" out, or read it in the chart',
                severity=Severity.WARNING,
            )


def _is(key: str, name: str) -> bool:
    """Return whether a key of the store is the secret `name`, alone or after a prefix."""
    return key == name or key.endswith(f"/{name}")


CHECKS = (
    Check(
        id="AG067",
        severity=Severity.ERROR,
        title="Secrets that the chart reads are granted",
        run=read_secrets_are_granted,
    ),
)
