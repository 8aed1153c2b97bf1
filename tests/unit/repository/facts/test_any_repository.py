"""Any bytes in files of known names.

Every reader ends, and every rule gives a verdict or a reason.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Outcome
from scaffolder.repository import facts
from scaffolder.repository.project import Project

NAMES = (
    *(
        ".java-version",
        ".tool-versions",
        "mise.toml",
        "pom.xml",
        "build.gradle",
        "package.json",
        "go.mod",
        "pyproject.toml",
    ),
    *(
        "Dockerfile",
        "Jenkinsfile",
        ".gitlab-ci.yml",
        ".github/workflows/ci.yml",
        "azure-pipelines.yml",
        "compose.yaml",
    ),
    *(
        ".devcontainer/devcontainer.json",
        "Makefile",
        "ci/run.sh",
        "CODEOWNERS",
        "README.md",
        "main.tf",
        "prod.tfvars",
    ),
    *(
        "chart/Chart.yaml",
        "chart/values.yaml",
        "chart/values-prod.yaml",
        "chart/templates/x.yaml",
        "k8s/x.yaml",
    ),
    *("rules.yaml", "alertmanager.yml", "dashboard.json", "src/app.js", "src/application.yml"),
)
WORDS = (
    *("apiVersion: v1\nkind: Deployment\nspec:\n", "  template:\n", "metadata: {labels: {a: b}}\n", "spec: [1]\n", "- 1\n", "a: b\n"),
    *("groups:\n- rules:\n  - alert: A\n    expr: a / b\n", "route: {routes: [1, {receiver: x}]}\nreceivers: [1, {}]\n", "jobs:\n  a:\n    steps: 7\n"),
    *("services: {a: {build: 3, ports: [x, {}]}}\n", '{"panels": [{"targets": [1, {"expr": 5}]}, 3]}', '{"engines": 3, "features": []}', "stages: [1]\n"),
    *("FROM ${A}\nEXPOSE x ${P}\nHEALTHCHECK CMD curl http://localhost:1/\n", "{{ .Values.a.b.c }}\n", "{{ include", "kind: Service\n", "helm upgrade --set a.b=c x ./chart\n"),
    *("make a -C b\n", "[x](y#z)\n", "/a/ @b\n", "image: {repository: [1]}\n", "include: 3\n", "tools { jdk 'x' }\n", "script: [[1]]\n", "variables: [a]\n", "[tools]\n"),
)  # fmt: skip
OWN = tuple(
    check for check in checks.every() if check.tool is None and check.family in {"AG", "HL", "SY"}
)

content = st.one_of(
    st.binary(max_size=200),
    st.lists(st.sampled_from(WORDS), max_size=6).map(lambda words: "".join(words).encode()),
)


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(files=st.dictionaries(st.sampled_from(NAMES), content, min_size=1, max_size=10))
@example(files=dict.fromkeys(NAMES, b"\xff\xfe\x00"))
@example(files=dict.fromkeys(NAMES, b"[1, 2]\n"))
@example(files=dict.fromkeys(NAMES, b"a: {b: [c, {d: null}]}\n"))
@example(files={"chart/Chart.yaml": b"", "ci/run.sh": b"helm upgrade --set a=b x ./chart"})
def test_every_reader_and_every_rule_comes_to_an_end(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, bytes_ in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes_)
        started = time.process_time()
        facts.read(Project(Path(folder)))
        report = checks.run(Project(Path(folder)), OWN, ScriptedToolchain({}))
        broken = {
            result.check.id: result.reason
            for result in report.results
            if result.outcome is Outcome.BROKEN
        }
        assert broken == {}
        assert time.process_time() - started < 5
