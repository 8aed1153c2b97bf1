"""Values for variables that have none: what a name and a type suggest."""

from __future__ import annotations

import pytest

from scaffolder.tools.rehearsal.stand_ins import suggested


@pytest.mark.parametrize(
    ("name", "kind", "expression"),
    [
        ("account_id", "string", '"111122223333"'),
        ("subscription_id", "string", '"00000000-0000-4000-8000-000000000001"'),
        ("admin_arns", "set(string)", '["arn:aws:iam::111122223333:role/rehearsal"]'),
        ("vpc_cidr", "string", '"10.0.0.0/16"'),
        ("environment", "string", '"qa"'),
        ("service", "string", '"rehearsal"'),
        ("nodes", "number", "2"),
        ("enabled", "bool", "false"),
        ("ports", "list(number)", "[2]"),
        ("tags", "map(string)", "{}"),
        ("rules", "list(object({ a = string }))", "[]"),
        ("settings", "object({ a = string })", ""),
    ],
)
def test_a_name_and_a_type_suggest_a_value(name: str, kind: str, expression: str) -> None:
    assert suggested(name, kind, "qa") == expression
