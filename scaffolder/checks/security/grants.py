"""What Terraform and Kubernetes roles allow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scaffolder.model import Finding, NotApplicable, Verdict, counted
from scaffolder.repository import files, manifests
from scaffolder.repository.kubernetes_objects import KubernetesObject
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Block, blocks, line_of, listed
from scaffolder.tools.toolchain import Toolchain

_STRINGS = re.compile(r'"((?:[^"\\]|\\.)*)"')
_EVERYTHING = {"*", "*:*"}
_IDENTITY_POLICIES = {"aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy"}
_PRINCIPAL = re.compile(r'\bPrincipal"?\s*[=:]')
_ADMINISTRATOR = re.compile(r"policy/AdministratorAccess\b")
_FIX = "name the actions that it needs, and the resources"


def nobody_may_do_everything(project: Project, toolchain: Toolchain) -> Verdict:
    """No policy, role assignment or role allows every action, or every action of a service on every resource."""
    configurations = files.terraform(project)
    items, limit = manifests.everything(project, toolchain)
    roles = [item for item in items if item.kind in {"Role", "ClusterRole"}]
    if not configurations and not roles:
        raise NotApplicable("there is no Terraform code and no Kubernetes role")
    findings = [finding for item in roles for finding in _of_role(item)]
    for file in configurations:
        block = blocks(project, file)
        for one in block.blocks if block else ():
            if not any("test" in part for part in file.parts):
                findings += _of_block(file, one)
    detail = f"{counted(len(configurations), 'Terraform file')}, {counted(len(roles), 'role')}"
    return Verdict(findings=tuple(dict.fromkeys(findings)), detail=detail, limit=limit)


def _of_block(file: Path, block: Block) -> Iterator[Finding]:
    kind = block.labels[0] if block.labels else ""
    if block.type == "data" and kind == "aws_iam_policy_document":
        for statement in block.each("statement"):
            yield from _of_statement(file, statement)
    if block.type == "resource" and kind in _IDENTITY_POLICIES and "policy" in block.attributes:
        policy = block.attributes["policy"]
        yield from _of_policy(file, policy.line, policy.expression)
    if block.type == "module" and "policy" in block.attributes:  # a role's, unless it says whom it is for
        policy = block.attributes["policy"]
        if not _PRINCIPAL.search(policy.expression):
            yield from _of_policy(file, policy.line, policy.expression)
    if block.type == "resource":
        yield from _of_assignment(file, kind, block)


def _of_statement(file: Path, statement: Block) -> Iterator[Finding]:
    """One with principals is a resource's own policy, whose "*" is that resource: everybody is too much there."""
    said = {name: _STRINGS.findall(one.expression) for name, one in statement.attributes.items()}
    if said.get("effect", ["Allow"]) != ["Allow"]:
        return
    principals = [*statement.each("principals")]
    if principals:
        for one in principals:
            identifiers = one.attributes.get("identifiers")
            if identifiers and "*" in _STRINGS.findall(identifiers.expression) and not [*statement.each("condition")]:
                yield Finding(path=file, line=one.line, message="allows it to everybody, without a condition", fix=_FIX)
        return
    line = statement.attributes["actions"].line if "actions" in statement.attributes else statement.line
    yield from _wide(file, line, said.get("actions", []), said.get("resources", []))


def _of_policy(file: Path, line: int, expression: str) -> Iterator[Finding]:
    for start, text in _statements(expression):
        if re.search(r'"?Effect"?\s*[=:]\s*"Allow"', text):
            at = line + expression.count("\n", 0, start + text.index("Action"))
            yield from _wide(file, at, _values(text, "Action"), _values(text, "Resource"))


def _wide(file: Path, line: int, actions: list[str], resources: list[str]) -> Iterator[Finding]:
    for action in actions:
        if action in _EVERYTHING:
            yield Finding(path=file, line=line, message=f'allows every action: "{action}"', fix=_FIX)
        elif action.endswith(":*") and "*" in resources:
            yield Finding(path=file, line=line, message=f"allows {action} on every resource", fix=_FIX)


def _of_assignment(file: Path, kind: str, block: Block) -> Iterator[Finding]:
    attributes = block.attributes
    for name in ("policy_arn", "managed_policy_arns"):
        if name in attributes and _ADMINISTRATOR.search(attributes[name].expression):
            yield Finding(
                path=file, line=attributes[name].line, message="makes an administrator of the account", fix=_FIX
            )
    role = attributes.get("role_definition_name") or attributes.get("role")
    scope = attributes.get("scope")
    owner = kind == "azurerm_role_assignment" and role and role.text in {"Owner", "Contributor"}
    if (
        role
        and owner
        and scope
        and re.search(r"subscription(?:_id|\.\w+\.id)?\b(?!.*resourceGroups)", scope.expression)
    ):
        message = f"makes a {role.text} of the whole subscription"
        yield Finding(path=file, line=role.line, message=message, fix="give the role on one resource group")
    if role and kind.startswith("google_project_iam_") and role.text in {"roles/owner", "roles/editor"}:
        yield Finding(path=file, line=role.line, message=f"gives {role.text} of the whole project", fix=_FIX)
    for permissions in block.each("permissions") if kind == "azurerm_role_definition" else ():
        actions = permissions.attributes.get("actions")
        if actions and "*" in _STRINGS.findall(actions.expression):
            yield Finding(path=file, line=actions.line, message='allows every action: "*"', fix=_FIX)


def _of_role(item: KubernetesObject) -> Iterator[Finding]:
    for rule in listed(item.content.get("rules")):
        if isinstance(rule, dict) and "*" in listed(rule.get("verbs")) and "*" in listed(rule.get("resources")):
            yield Finding(
                path=item.path,
                line=line_of(rule, "verbs"),
                message=f"{item} allows every verb on every resource",
                fix=_FIX,
            )


def _statements(expression: str) -> Iterator[tuple[int, str]]:
    """The innermost objects that have an Effect, with where they start."""
    opened: list[int] = []
    inner = -1
    for at, letter in enumerate(expression):
        if letter == "{":
            opened.append(at)
        elif letter == "}" and opened:
            start = opened.pop()
            text = expression[start : at + 1]
            if start > inner and re.search(r'\bEffect"?\s*[=:]', text) and re.search(r'\bAction"?\s*[=:]', text):
                inner = at
                yield start, text


def _values(text: str, key: str) -> list[str]:
    found = re.search(rf'\b{key}"?\s*[=:]\s*(\[[^\]]*\]|"[^"]*")', text)
    return _STRINGS.findall(found[1]) if found else []
