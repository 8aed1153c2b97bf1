"""Check the rights that Terraform and Kubernetes roles grant."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from scaffolder.model import Finding, NotApplicable, Verdict, counted
from scaffolder.repository import files, manifests
from scaffolder.repository.clouds import of_each
from scaffolder.repository.clouds.cloud import NARROWER, Grant, kind_of
from scaffolder.repository.kubernetes_objects import KubernetesObject
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Block, blocks, line_of, listed
from scaffolder.tools.toolchain import Toolchain


def nobody_may_do_everything(project: Project, toolchain: Toolchain) -> Verdict:
    """No policy, assignment or role allows every action, or all of a service on all resources."""
    configurations = files.terraform(project)
    items, limit = manifests.everything(project, toolchain)
    roles = [item for item in items if item.kind in {"Role", "ClusterRole"}]
    if not configurations and not roles:
        raise NotApplicable("no Terraform code and no Kubernetes role")
    # Kustomizations may give one role several names; its rule is one cause.
    wide = chain.from_iterable(map(_of_role, reversed(roles)))
    of_roles = {(finding.path, finding.line): finding for finding in wide}
    findings = list(reversed(of_roles.values()))
    for file in configurations:
        block = blocks(project, file)
        for one in block.blocks if block else ():
            if not any("test" in part for part in file.parts):
                findings += _of_block(file, one)
    detail = f"{counted(len(configurations), 'Terraform file')}, {counted(len(roles), 'role')}"
    return Verdict(findings=tuple(dict.fromkeys(findings)), detail=detail, limit=limit)


def _of_block(file: Path, block: Block) -> Iterator[Finding]:
    for grant in (*of_each(lambda cloud: cloud.wide_grants(block)), *_of_google(block)):
        yield Finding(path=file, line=grant.line, message=grant.allows, fix=grant.fix)


def _of_google(block: Block) -> Iterator[Grant]:
    """Yield roles on a whole project, of a cloud that the template has no value for."""
    role = block.attributes.get("role_definition_name") or block.attributes.get("role")
    if block.type != "resource" or not role or not kind_of(block).startswith("google_project_iam_"):
        return
    if role.text in {"roles/owner", "roles/editor"}:
        yield Grant(line=role.line, allows=f"gives {role.text} of the whole project")


_EVERY_GROUP = frozenset({"*", "", "rbac.authorization.k8s.io"})
"""Groups whose resources give the rest: secrets and pods are in the core group, roles in RBAC's."""


def _of_role(item: KubernetesObject) -> Iterator[Finding]:
    """Yield the rules of a role that allow everything; a CRD's API group counts as a part."""
    for rule in listed(item.content.get("rules")):
        if (
            isinstance(rule, dict)
            and "*" in listed(rule.get("verbs"))
            and "*" in listed(rule.get("resources"))
        ):
            groups = {str(group) for group in listed(rule.get("apiGroups"))}
            wide = groups & _EVERY_GROUP
            if groups and not wide:
                continue
            names = " and ".join(group or "core" for group in sorted(wide))
            which = f" of the API group {names}" if wide and "*" not in wide else ""
            yield Finding(
                path=item.path,
                line=line_of(rule, "verbs"),
                message=f"{item} allows every verb on every resource{which}",
                fix=NARROWER,
            )
