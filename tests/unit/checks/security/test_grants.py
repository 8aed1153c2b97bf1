"""SEC008: rights to do everything in a cloud."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Report
from scaffolder.repository.project import Project


def checked(
    root: Path, check: str, files: dict[str, str], *, tools: dict[str, Any] | None = None
) -> Report:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return checks.run(
        Project(root), checks.choose(select=[check], ignore=[]), ScriptedToolchain(tools or {})
    )


def found(root: Path, check: str, files: dict[str, str]) -> list[str]:
    report = checked(root, check, files)
    assert report.results, report.inapplicable
    return [
        f"{one.path.as_posix()}:{one.line}: {one.message}" for one in report.results[0].findings
    ]


POLICY = 'resource "aws_iam_policy" "x" {\n  policy = jsonencode({\n    Statement = [{ Effect = "%s", Action = %s, Resource = %s }]\n  })\n}\n'


DOCUMENT = 'data "aws_iam_policy_document" "x" {\n  statement {\n    actions   = %s\n    resources = %s\n    %s\n  }\n}\n'


GRANTS = {
    "every action": (DOCUMENT % ('["*"]', '["*"]', ""), ["3"]),
    "every action of a service everywhere": (DOCUMENT % ('["s3:*"]', '["*"]', ""), ["3"]),
    "every action of a service on one resource": (DOCUMENT % ('["s3:*"]', "[aws_s3_bucket.x.arn]", ""), []),
    "one action everywhere": (DOCUMENT % ('["ec2:DescribeVpcs"]', '["*"]', ""), []),
    "it is denied": (DOCUMENT % ('["*"]', '["*"]', 'effect = "Deny"'), []),
    "a key's own policy": (DOCUMENT % ('["kms:*"]', '["*"]', 'principals {\n type = "AWS"\n identifiers = ["arn:x"]\n }'), []),
    "everybody": (DOCUMENT % ('["s3:GetObject"]', '["x"]', 'principals {\n type = "*"\n identifiers = ["*"]\n }'), ["5"]),
    "JSON": (POLICY % ("Allow", '"*"', '"*"'), ["3"]),
    "JSON that denies": (POLICY % ("Deny", '"*"', '"*"'), []),
    "JSON that names the action": (POLICY % ("Allow", '["s3:GetObject"]', '"*"'), []),
    "an administrator": ('resource "aws_iam_role_policy_attachment" "x" {\n  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"\n}\n', ["2"]),
    "an owner of a subscription": ('resource "azurerm_role_assignment" "x" {\n  role_definition_name = "Owner"\n  scope = data.azurerm_subscription.current.id\n}\n', ["2"]),
    "an owner of a group": ('resource "azurerm_role_assignment" "x" {\n  role_definition_name = "Contributor"\n  scope = azurerm_resource_group.x.id\n}\n', []),
    "an editor of a project": ('resource "google_project_iam_member" "x" {\n  role = "roles/editor"\n}\n', ["2"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "lines"), GRANTS.values(), ids=GRANTS)
def test_nobody_may_do_everything_in_the_cloud(text: str, lines: list[str], tmp_path: Path) -> None:
    assert [one.split(":")[1] for one in found(tmp_path, "SEC008", {"main.tf": text})] == lines


ROLE = """apiVersion: rbac.authorization.k8s.io/v1
kind: {kind}
metadata: {{name: operator}}
rules:
- apiGroups: {groups}
  resources: {resources}
  verbs: ["*"]
"""


@pytest.mark.parametrize(
    ("groups", "resources", "said"),
    [
        ('["*"]', '["*"]', " allows every verb on every resource"),
        ('[""]', '["*"]', " allows every verb on every resource of the API group core"),
        ('["", apps]', '["*"]', " allows every verb on every resource of the API group core"),
        (
            "[rbac.authorization.k8s.io]",
            '["*"]',
            " allows every verb on every resource of the API group rbac.authorization.k8s.io",
        ),
        ("[serving.knative.dev]", '["*"]', ""),
        ("[dex.coreos.com, k8s.cni.cncf.io]", '["*"]', ""),
        ("[apps]", '["*"]', ""),
        ('["*"]', "[pods]", ""),
    ],
)
@pytest.mark.parametrize("kind", ["Role", "ClusterRole"])
def test_every_resource_of_one_group_is_not_everything(
    kind: str, groups: str, resources: str, said: str, tmp_path: Path
) -> None:
    manifest = ROLE.format(kind=kind, groups=groups, resources=resources)
    lines = found(tmp_path, "SEC008", {"k8s/role.yaml": manifest})
    assert len(lines) == bool(said)
    assert all(said in line for line in lines)
