"""A developer changes one place of a repository: the checks name the next places, three at most, or it is all there is to do.

Each step is half of a change, as it is when the developer asks what else belongs to it. Checks that need other programs are
left out: what guides here is the comparison of the repository with itself. That `make test` follows a dependency is in
test_dependencies_built.py.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support import Repository, ScriptedToolchain

from scaffolder import checks
from scaffolder.repository.project import Project

CHART = "helm/my-service"
ALERT = """\
groups:
  - name: my-service.orders
    rules:
      - alert: OrdersFail
        expr: sum(rate(http_requests_total{job="my-service", path="/orders"}[5m])) > 1
        labels:
          severity: warning
"""


def replaced(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text(encoding="utf-8")
    assert old in text, f"{file} has no {old!r}"
    (root / file).write_text(text.replace(old, new), encoding="utf-8")


def port(root: Path) -> None:
    replaced(root, f"{CHART}/values.yaml", "port: 8080", "port: 9090")


def port_of_the_service(root: Path) -> None:
    replaced(root, f"{CHART}/templates/service.yaml", "targetPort: http", "targetPort: web")


def endpoint(root: Path) -> None:
    replaced(root, f"{CHART}/templates/deployment.yaml", "path: /readyz", "path: /ready")


def alert(root: Path) -> None:
    replaced(root, f"{CHART}/files/rules.yaml", "groups:\n", ALERT)


def variable(root: Path) -> None:
    replaced(
        root, f"{CHART}/values-prod.yaml", "autoscaling:", "config:\n  LIMIT: 5\n\nautoscaling:"
    )


def secret(root: Path) -> None:
    replaced(root, f"{CHART}/values.yaml", "secrets: []", "secrets:\n  - name: database-password")


def environment(root: Path) -> None:
    text = (root / CHART / "values-qa.yaml").read_text(encoding="utf-8")
    (root / CHART / "values-perf.yaml").write_text(text.replace("qa", "perf"), encoding="utf-8")


def rename(root: Path) -> None:
    replaced(root, f"{CHART}/Chart.yaml", 'name: "my-service"', 'name: "my-orders"')


def runtime(root: Path) -> None:
    (root / ".python-version").write_text("3.13.15\n", encoding="utf-8")


def removal(root: Path) -> None:
    (root / "ci/smoke.sh").unlink()


NEXT: dict[Callable[[Path], None], tuple[str, ...]] = {
    port: (),
    port_of_the_service: (f"{CHART}/templates/service.yaml",),
    endpoint: (f"{CHART}/templates/deployment.yaml",),
    alert: (f"{CHART}/files/rules.yaml",),
    secret: (f"{CHART}/values.yaml -> terraform/env/envs/common.tfvars",),
    variable: (f"{CHART}/values-prod.yaml",),
    environment: ("ci/prelude.sh", f"{CHART}/values.schema.json"),
    rename: (f"{CHART}/files/rules.yaml -> {CHART}/templates/servicemonitor.yaml",),
    runtime: ("Dockerfile", "compose.yaml", ".devcontainer/Dockerfile"),
    removal: ("Makefile", "ci/deploy.sh", "ci/rollback.sh"),
}
"""The next places that the findings of each step name.

"a -> b" is a finding at `a` that leads to `b`.
"""


def findings(root: Path) -> list[str]:
    chosen = checks.choose(select=["AG", "EN", "SY", "SEC"], ignore=[])
    report = checks.run(Project(root), chosen, ScriptedToolchain({}))
    return [
        " ".join([finding.path.as_posix(), *(f"-> {place.path}" for place in finding.related)])
        for result in report.results
        for finding in result.findings
    ]


@pytest.mark.developer_walk
@pytest.mark.parametrize("step", NEXT, ids=lambda step: step.__name__)
def test_each_step_leads_to_the_next_places(
    step: Callable[[Path], None], repository: Repository
) -> None:
    root = repository(runtime="python", cloud="aws", level="work", secrets="external-secrets")
    step(root)
    named = findings(root)
    assert len(named) <= 3, named
    assert bool(named) is bool(NEXT[step]), named
    for place in NEXT[step]:
        assert any(one.startswith(place) for one in named), named


PACKAGE_LOCK = """\
{
  "name": "service",
  "lockfileVersion": 3,
  "packages": {
    "": { "dependencies": { "express": "^5.2.1" } },
    "node_modules/express": {
      "version": "5.2.1",
      "resolved": "https://registry.npmjs.org/express/-/express-5.2.1.tgz",
      "integrity": "sha512-hIS4idWWai69NezIdRt2xFVofaF4j+6INOpJlVOLDO8zXGpUVEVzIYk12UUi2JzjEzWL3IOAxcTubgz9Po0yXw=="
    }
  }
}
"""
DIGEST = "0" * 64
DEPENDENCIES: dict[str, dict[str, str]] = {
    "node": {"app/package-lock.json": PACKAGE_LOCK},
    "python": {
        "app/requirements.in": "fastapi\n",
        "app/requirements.txt": f"fastapi==0.165.0 \\\n    --hash=sha256:{DIGEST}\n",
    },
    "java": {
        "app/pom.xml": "<project><modelVersion>4.0.0</modelVersion><dependencies><dependency>"
        "<groupId>org.apache.commons</groupId><artifactId>commons-lang3</artifactId>"
        "<version>3.12.0</version></dependency></dependencies></project>\n",
        "app/lib/SHA256SUMS": f"{DIGEST}  commons-lang3-3.12.0.jar\n",
    },
    "go": {
        "app/go.sum": "github.com/go-chi/chi/v5 v5.2.3 h1:WQIt9uxdsAbgIYgid+BpYc+liqQZGMHRaUwp0JUcvdE=\n"
    },
}
"""What `npm install`, uv, app/libraries.sh and `go get` leave in a repository."""


@pytest.mark.developer_walk
@pytest.mark.parametrize("runtime", DEPENDENCIES)
def test_a_dependency_is_all_there_is_to_do(runtime: str, repository: Repository) -> None:
    root = repository(runtime=runtime, cloud="aws", level="work")
    for file, text in DEPENDENCIES[runtime].items():
        (root / file).parent.mkdir(exist_ok=True)
        (root / file).write_text(text, encoding="utf-8")
    if runtime == "node":
        declared = '"private": true,\n  "dependencies": { "express": "^5.2.1" },'
        replaced(root, "app/package.json", '"private": true,', declared)
    if runtime == "go":
        with (root / "app/go.mod").open("a", encoding="utf-8") as manifest:
            manifest.write("\nrequire github.com/go-chi/chi/v5 v5.2.3\n")
    assert findings(root) == []
