"""Who may take a role with a token that a pipeline or a pod gets (OpenID Connect)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scaffolder.model import Finding, NotApplicable, Verdict, counted
from scaffolder.repository import files
from scaffolder.repository.clouds import of_each
from scaffolder.repository.clouds.cloud import Trust, is_wide_subject, issuer_of, strings
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Block, blocks
from scaffolder.tools.toolchain import Toolchain

_ONE = "name one repository and one branch or environment"


def trust_names_one_pipeline(project: Project, _: Toolchain) -> Verdict:
    """A role that is taken with a token names the subject, and no wildcard covers who else may."""
    configurations = [file for file in files.terraform(project) if not _is_test(file)]
    if not configurations:
        raise NotApplicable("no Terraform code")
    trusts: list[tuple[Path, Trust]] = []
    for file in configurations:
        for block in _blocks(project, file):
            trusts += [(file, trust) for trust in _trusts(block)]
    findings = [
        Finding(path=file, line=trust.line, message=trust.problem, fix=trust.fix or _ONE)
        for file, trust in trusts
        if trust.problem
    ]
    if any(trust.patterns_elsewhere for _, trust in trusts):
        places = {(one.path, one.line) for one in findings}
        findings += [
            one for one in _written_elsewhere(project) if (one.path, one.line) not in places
        ]
    return Verdict(
        findings=tuple(dict.fromkeys(findings)), detail=counted(len(trusts), "trust policy")
    )


def _trusts(block: Block) -> tuple[Trust, ...]:
    return (*of_each(lambda cloud: cloud.trusts(block)), *_google(block))


def _is_test(file: Path) -> bool:
    return any("test" in part for part in file.parts)


def _blocks(project: Project, file: Path) -> tuple[Block, ...]:
    block = blocks(project, file)
    return block.blocks if block else ()


def _written_elsewhere(project: Project) -> Iterator[Finding]:
    """Yield the wide subjects among all values: a pattern is compared with one of them."""
    for file in files.terraform_inputs(project):
        if _is_test(file):
            continue
        for number, line in enumerate(project.lines(file), 1):
            code = re.sub(r"(?:^|\s)(?:#|//).*$", "", line)
            for text in strings(code):
                if is_wide_subject(text):
                    yield Finding(
                        path=file,
                        line=number,
                        message=f"the subject {text} is compared as a pattern: it covers other "
                        f"{issuer_of(text).others}, and each may take the role",
                        fix=issuer_of(text).fix,
                    )
                    break


def _google(block: Block) -> Iterator[Trust]:
    """Yield a pool of Google Cloud, of which the template has no value, that asks for nothing.

    https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines
    """
    kind = block.labels[0] if block.labels else ""
    if block.type != "resource" or kind != "google_iam_workload_identity_pool_provider":
        return
    issuers = (oidc.attributes.get("issuer_uri") for oidc in block.each("oidc"))
    shared = any(
        re.search(r"token\.actions\.githubusercontent\.com|gitlab\.com", issuer.expression)
        for issuer in filter(None, issuers)
    )
    if shared and "attribute_condition" not in block.attributes:
        yield Trust(
            line=block.line,
            problem="has no attribute_condition: the tokens of every repository are accepted",
            fix="attribute_condition = \"assertion.repository_owner == '<owner>'\"",
        )
    else:
        yield Trust(line=block.line)
