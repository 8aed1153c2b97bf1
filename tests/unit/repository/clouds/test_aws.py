"""AWS's meaning for a repository."""

from __future__ import annotations

import pytest

from scaffolder.formats import hcl
from scaffolder.repository.clouds import aws


def grants(text: str) -> list[tuple[int, str]]:
    return [
        (grant.line, grant.allows)
        for block in hcl.read(text).blocks
        for grant in aws.wide_grants(block)
    ]


def document(statement: str) -> str:
    return f'data "aws_iam_policy_document" "a" {{\n  statement {{\n{statement}\n  }}\n}}\n'


@pytest.mark.parametrize(
    ("statement", "allows"),
    [
        ('actions = ["*"]\nresources = ["arn:x"]', [(3, 'allows every action: "*"')]),
        ('actions = ["s3:*"]\nresources = ["*"]', [(3, "allows s3:* on every resource")]),
        (
            'actions = ["s3:*", "acm:*", "ec2:Run", "s3:*"]\nresources = ["*"]',
            [(3, "allows s3:* and acm:* on every resource")],
        ),
        (
            'actions = ["acm:*", "athena:*", "ec2:*", "ecr:*", "iam:Get"]\nresources = ["*"]',
            [(3, "allows acm:*, athena:* and 2 more on every resource")],
        ),
        (
            'actions = ["acm:*", "*", "ec2:*"]\nresources = ["*"]',
            [(3, 'allows every action: "*"')],
        ),
        ('actions = ["s3:*"]\nresources = ["arn:x"]', []),
        ('effect = "Deny"\nactions = ["*"]\nresources = ["*"]', []),
        (
            'principals {\nidentifiers = ["*"]\n}',
            [(3, "allows it to everybody, without a condition")],
        ),
        (
            'sid = "PublicRead"\nactions = ["s3:GetObject"]\nprincipals {\nidentifiers = ["*"]\n}',
            [(5, "allows s3:GetObject to everybody, without a condition")],
        ),
        ('principals {\nidentifiers = ["*"]\n}\ncondition {\n}', []),
    ],
)
def test_statements_of_a_policy_document(statement: str, allows: list[tuple[int, str]]) -> None:
    assert grants(document(statement)) == allows


@pytest.mark.parametrize(
    ("block", "wide"),
    [
        ('resource "aws_iam_role_policy" "a"', True),
        ('module "a"', True),
        ('resource "aws_s3_bucket_policy" "a"', False),
    ],
)
def test_a_policy_in_json_is_read_where_it_is_that_of_a_role(block: str, wide: bool) -> None:
    policy = 'jsonencode({\nStatement = [{ Effect = "Allow", Action = "*", Resource = "*" }]\n})'
    assert grants(f"{block} {{\npolicy = {policy}\n}}\n") == (
        [(3, 'allows every action: "*"')] if wide else []
    )


def test_an_administrator_by_reference() -> None:
    text = 'resource "x" "a" {\npolicy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"\n}\n'
    assert grants(text) == [(2, "makes an administrator of the account")]
