"""AG, EN, EOL and SEC judge documents of any shape: keys that they know, with absurd values."""

from __future__ import annotations

import tempfile
from pathlib import Path

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import TODAY, ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Outcome
from scaffolder.repository.project import Project

FILES = (
    ".github/workflows/a.yml",
    ".github/actions/a/action.yml",
    ".gitlab-ci.yml",
    "azure-pipelines.yml",
    "compose.yaml",
    "values-dev.yaml",
    "values-prod.yaml",
    "k8s/object.yaml",
    "kind.yaml",
    "azure-pipelines.yaml",
    ".gitlab/deploy.yml",
    "monitoring/alertmanager.yml",
    "monitoring/tests.yaml",
)
KEYS = [
    "on",
    "jobs",
    "steps",
    "uses",
    "with",
    "run",
    "if",
    "needs",
    "permissions",
    "secrets",
    "environment",
    "container",
    "services",
    "image",
    "name",
    "runs-on",
    "runs",
    "apiVersion",
    "kind",
    "metadata",
    "spec",
    "template",
    "containers",
    "initContainers",
    "volumes",
    "hostPath",
    "path",
    "securityContext",
    "privileged",
    "capabilities",
    "add",
    "rules",
    "verbs",
    "resources",
    "jobTemplate",
    "route",
    "password",
    "env",
    "panels",
    "targets",
    "annotations",
    "ports",
    "build",
    "ref",
    "repository",
    "stages",
    "receivers",
    "groups",
    "tests",
    "alert_rule_test",
    "alertname",
    "expr",
    "alert",
    "prometheus",
    "prometheusSpec",
]
WORDS = (
    "Pod",
    "Deployment",
    "CronJob",
    "Role",
    "v1",
    "pull_request_target",
    "actions/checkout@v4",
    "x:latest",
    "*",
    "",
)

_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 3), st.floats(allow_nan=False), st.sampled_from(WORDS)
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=25,
)
_OBJECTS = st.fixed_dictionaries(
    {"apiVersion": st.just("v1"), "kind": st.sampled_from(WORDS[:4])},
    optional={"spec": _VALUES, "rules": _VALUES, "metadata": _VALUES},
)
_WORKFLOWS = st.fixed_dictionaries(
    {},
    optional={
        "on": _VALUES,
        "jobs": st.dictionaries(st.sampled_from("abc"), _VALUES, max_size=3),
        "permissions": _VALUES,
    },
)
OWN = [one for one in checks.every(today=TODAY) if one.family in {"AG", "EN", "EOL", "SEC"}]


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(
    st.lists(
        st.tuples(st.sampled_from(FILES), st.one_of(_VALUES, _OBJECTS, _WORKFLOWS)),
        min_size=1,
        max_size=3,
    )
)
def test_no_document_breaks_a_check(documents: list[tuple[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, value in documents:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(yaml.safe_dump(value), encoding="utf-8")
        report = checks.run(Project(root), OWN, ScriptedToolchain({}))
    broken = {one.check.id: one.reason for one in report.results if one.outcome is Outcome.BROKEN}
    assert broken == {}
