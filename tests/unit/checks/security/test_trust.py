"""Who may take a role: SEC011 on Terraform as teams write it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.repository.project import Project


def found(root: Path, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    report = checks.run(
        Project(root), checks.choose(select=["SEC011"], ignore=[]), ScriptedToolchain({})
    )
    return [
        f"{finding.path.as_posix()}:{finding.line}"
        for result in report.results
        for finding in result.findings
    ]


def document(condition: str, issuer: str = "aws_iam_openid_connect_provider.github.arn") -> str:
    return f"""\
data "aws_iam_policy_document" "trust" {{
  statement {{
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {{
      type        = "Federated"
      identifiers = [{issuer}]
    }}
{condition}
  }}
}}
"""


AUDIENCE = """\
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }
"""


def subject(test: str, values: str, claim: str = "token.actions.githubusercontent.com:sub") -> str:
    return f"""\
    condition {{
      test     = "{test}"
      variable = "{claim}"
      values   = {values}
    }}
"""


def role(condition: str) -> str:
    return f"""\
resource "aws_iam_role" "pipeline" {{
  name = "pipeline"
  assume_role_policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Effect    = "Allow"
      Principal = {{ Federated = aws_iam_openid_connect_provider.this.arn }}
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {{
{condition}
      }}
    }}]
  }})
}}
"""


WIDE = {
    "no subject in a document": document(AUDIENCE),
    "every repository of an owner": document(AUDIENCE + subject("StringLike", '["repo:acme/*"]')),
    "every repository of an owner and every branch": document(
        AUDIENCE + subject("StringLike", '["repo:acme/*:*"]')
    ),
    "repositories by the start of a name": document(
        subject("StringLike", '["repo:acme/shop-*:ref:refs/heads/main"]')
    ),
    "any of several values": document(
        subject("ForAnyValue:StringLike", '["repo:acme/shop:*", "repo:*"]')
    ),
    "every project of a GitLab group": document(
        subject(
            "StringLike",
            '["project_path:acme/*:ref_type:branch:ref:main"]',
            "gitlab.com:sub",
        )
    ),
    "every service account of every namespace": document(
        subject(
            "StringLike",
            '["system:serviceaccount:*:*"]',
            '${replace(module.eks.cluster_oidc_issuer_url, \\"https://\\", \\"\\")}:sub',
        ).replace('\\"', '"')
    ),
    "no subject in JSON": role(
        '        StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com" }'
    ),
    "every repository in JSON": role(
        '        StringLike = { "token.actions.githubusercontent.com:sub" = "repo:acme/*" }'
    ),
    "a list in JSON": role(
        """\
        StringLike = {
          "token.actions.githubusercontent.com:sub" = [
            "repo:acme/shop:ref:refs/heads/main",
            "repo:acme/*",
          ]
        }"""
    ),
    "here document": """\
resource "aws_iam_role" "pipeline" {
  assume_role_policy = <<EOF
{
  "Statement": [{
    "Effect": "Allow",
    "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {"StringLike": {"gitlab.com:sub": "project_path:acme/*:ref_type:tag:ref:*"}}
  }]
}
EOF
}
""",
    "published module": """\
module "role" {
  source   = "terraform-aws-modules/iam/aws//modules/iam-github-oidc-role"
  subjects = ["acme/*"]
}
""",
    "flexible credential of Entra": """\
resource "azuread_application_flexible_federated_identity_credential" "github" {
  application_id             = azuread_application.this.id
  claims_matching_expression = "claims['sub'] matches 'repo:acme/*:ref:refs/heads/main'"
}
""",
    "pool of Google without a condition": """\
resource "google_iam_workload_identity_pool_provider" "github" {
  attribute_mapping = { "google.subject" = "assertion.sub" }
  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}
""",
}

NARROW = {
    "one branch": document(
        AUDIENCE + subject("StringEquals", '["repo:acme/shop:ref:refs/heads/main"]')
    ),
    "branches of one repository": document(
        AUDIENCE + subject("StringLike", '["repo:acme/shop:ref:refs/heads/release-*"]')
    ),
    "a variable compared exactly": document(subject("StringEquals", "var.subjects")),
    "a wildcard that is compared letter by letter": document(
        subject("StringEquals", '["repo:acme/*"]')
    ),
    "another claim that names the repository": document(
        subject("StringEquals", '["123456"]', "token.actions.githubusercontent.com:repository_id")
    ),
    "users of Cognito": document(
        subject(
            "ForAnyValue:StringLike", '["authenticated"]', "cognito-identity.amazonaws.com:amr"
        ),
        '"cognito-identity.amazonaws.com"',
    ),
    "an instance of EC2": """\
data "aws_iam_policy_document" "instance" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}
""",
    "one service account": document(
        subject(
            "StringEquals",
            '["system:serviceaccount:kube-system:external-dns"]',
            "${module.eks.oidc_provider}:sub",
        )
    ),
    "JSON with one branch": role(
        """\
        StringEquals = {
          "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:sub" = "repo:acme/shop:environment:prod"
        }"""
    ),
    "exact credential of Entra": """\
resource "azurerm_federated_identity_credential" "github" {
  issuer  = "https://token.actions.githubusercontent.com"
  subject = "repo:acme/shop:environment:prod"
}
""",
    "pool of Google with a condition": """\
resource "google_iam_workload_identity_pool_provider" "github" {
  attribute_condition = "assertion.repository == 'acme/shop'"
  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}
""",
}


@pytest.mark.parametrize("name", WIDE)
def test_finds_a_role_that_others_may_take(name: str, tmp_path: Path) -> None:
    assert len(found(tmp_path, {"main.tf": WIDE[name]})) == 1


@pytest.mark.parametrize("name", NARROW)
def test_accepts_a_role_of_one_pipeline(name: str, tmp_path: Path) -> None:
    assert found(tmp_path, {"main.tf": NARROW[name]}) == []


@pytest.mark.parametrize("test", ["StringLike", "ForAnyValue:StringLike"])
def test_finds_the_pattern_where_it_is_written(test: str, tmp_path: Path) -> None:
    files = {
        "modules/role/main.tf": document(subject(test, "var.subjects")),
        "prod.tfvars": 'region = "eu-west-1"\nsubjects = ["repo:acme/*"]\n',
    }
    assert found(tmp_path, files) == ["prod.tfvars:2"]


def test_a_pattern_in_a_comment_or_a_test_is_no_value(tmp_path: Path) -> None:
    files = {
        "main.tf": document(subject("StringLike", "var.subjects")),
        "prod.tfvars": '# never "repo:acme/*"\nsubjects = ["repo:acme/shop:ref:refs/heads/main"]\n',
        "tests/wide.tftest.hcl": 'variables {\n  subjects = ["repo:acme/*"]\n}\n',
    }
    assert found(tmp_path, files) == []


def test_an_exact_comparison_lets_no_pattern_in(tmp_path: Path) -> None:
    files = {
        "main.tf": document(subject("StringEquals", "var.subjects")),
        "prod.tfvars": 'subjects = ["repo:acme/*"]\n',
    }
    assert found(tmp_path, files) == []


WORKSPACES = '["organization:acme:project:*:workspace:*:run_phase:*"]'
OF_ISSUERS = {
    "workspaces": (
        document(subject("StringLike", WORKSPACES, "${var.tfc_hostname}:sub"), "var.issuer"),
        "name one workspace: ",
    ),
    "service accounts": (
        document(subject("StringLike", '["system:serviceaccount:*:*"]', "${var.issuer}:sub")),
        "name one service account: ",
    ),
    "a cluster without a subject": (
        role('        StringEquals = { "${module.eks.oidc_provider}:aud" = "sts.amazonaws.com" }'),
        "name one service account: ",
    ),
    "an issuer that nobody knows": (
        role('        StringEquals = { "${var.issuer}:aud" = "sts.amazonaws.com" }'),
        "name one subject of that issuer",
    ),
    "repositories": (
        document(subject("StringLike", '["repo:acme/*"]')),
        "name one repository and one branch",
    ),
}


@pytest.mark.parametrize("name", OF_ISSUERS)
def test_speaks_of_the_issuer_in_its_own_words(name: str, tmp_path: Path) -> None:
    text, fix = OF_ISSUERS[name]
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    chosen = checks.choose(select=["SEC011"], ignore=[])
    (result,) = checks.run(Project(tmp_path), chosen, ScriptedToolchain({})).results
    (finding,) = result.findings
    assert finding.fix.startswith(fix)
    assert "repositor" not in finding.message or name == "repositories"


def test_a_line_is_one_finding(tmp_path: Path) -> None:
    others = document(subject("StringLike", "var.subjects"))
    wide = document(subject("StringLike", WORKSPACES, "${var.tfc_hostname}:sub"))
    files = {"main.tf": others, "wide.tf": wide, "prod.tfvars": 'a = ["repo:a/*", "repo:b/*"]\n'}
    assert found(tmp_path, files) == ["prod.tfvars:1", "wide.tf:11"]
