"""Groups of rules, and the program that evaluates them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.rule_groups import (
    LOKI,
    PROMETHEUS,
    VICTORIA,
    RuleGroups,
    embedded,
    managed_by_grafana,
    rule_groups,
    rule_templates,
)

GROUPS = "groups:\n  - name: shop\n    rules:\n      - alert: Down\n        expr: up == 0\n"


def indented(text: str, spaces: int) -> str:
    return "".join(" " * spaces + line + "\n" for line in text.splitlines())


def obj(kind: str) -> str:
    return f"apiVersion: example.com/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec:\n" + indented(
        GROUPS, 2
    )


def groups(root: Path, text: str, file: str = "monitoring/rules.yml") -> RuleGroups:
    (one,) = rule_groups(written(root, {file: text}))
    return one


@pytest.mark.parametrize(
    ("text", "engine", "is_object"),
    [
        (GROUPS, PROMETHEUS, False),
        (obj("PrometheusRule"), PROMETHEUS, True),
        (obj("VMRule"), VICTORIA, True),
        (
            GROUPS.replace("  - name: shop\n", "  - name: shop\n    concurrency: 2\n"),
            VICTORIA,
            False,
        ),
        (
            GROUPS.replace("  - name: shop\n", "  - name: shop\n    source_tenants: [a]\n"),
            PROMETHEUS,
            True,
        ),
        ("$schema: x\n" + GROUPS, PROMETHEUS, True),
    ],
)
def test_groups_are_evaluated_by_a_program(
    text: str, engine: str, is_object: bool, tmp_path: Path
) -> None:
    one = groups(tmp_path, text)
    assert (one.engine, one.is_object) == (engine, is_object)
    ((way, rule),) = one.rules
    assert rule["alert"] == "Down"
    assert way[-2:] == ("rules", 0)


def test_the_only_tenant_of_loki_is_called_fake(tmp_path: Path) -> None:
    assert groups(tmp_path, GROUPS, "loki/rules/fake/rules.yml").engine == LOKI


def test_settings_of_other_rulers_are_taken_out(tmp_path: Path) -> None:
    text = GROUPS.replace("  - name: shop\n", "  - name: shop\n    source_tenants: [a]\n")
    (group,) = groups(tmp_path, text).as_prometheus
    assert set(group) == {"name", "rules"}


@pytest.mark.parametrize(
    "text", ["groups:\n  - name: a\n    rules: [{host: x}]\n", "groups: [admins]\n", "a: b\n"]
)
def test_groups_of_other_programs_are_left_out(text: str, tmp_path: Path) -> None:
    assert rule_groups(written(tmp_path, {"monitoring/a.yml": text})) == ()


def test_a_file_may_be_a_template_of_rules(tmp_path: Path) -> None:
    files = {
        "monitoring/a.yml": GROUPS.replace("up == 0", "up == <%= limit %>"),
        "monitoring/b.yml": GROUPS + "        annotations: {summary: '{{ $labels.job }}'}\n",
    }
    assert rule_templates(written(tmp_path, files)) == (Path("monitoring/a.yml"),)


def test_alerts_of_grafana_are_known_by_their_data(tmp_path: Path) -> None:
    text = (
        "apiVersion: 1\ngroups:\n  - name: a\n    folder: f\n    rules:\n      - title: Down\n"
        "        data: [{refId: A, datasourceUid: x, model: {expr: up}}]\n"
    )
    files = {"monitoring/a.yml": text, "monitoring/b.yml": GROUPS}
    assert managed_by_grafana(written(tmp_path, files)) == {"Down"}


def test_rules_in_a_config_map_keep_their_lines(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\ndata:\n  rules.yml: |\n" + indented(GROUPS, 4)
    project = written(tmp_path, {"monitoring/a.yml": text, "monitoring/b.yml": GROUPS})
    ((file, document),) = embedded(project, "groups:")
    assert file == Path("monitoring/a.yml")
    assert document["groups"][0]["name"] == "shop"
    (of_map,) = (one for one in rule_groups(project) if one.is_embedded)
    assert of_map.is_object
