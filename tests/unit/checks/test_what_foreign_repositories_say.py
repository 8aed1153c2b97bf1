"""Rules that were wrong about repositories that nobody generated: one test a kind, and what stays found."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, written

from scaffolder import checks
from scaffolder.model import Outcome, Result


def results(root: Path, files: Mapping[str, str], *ids: str) -> dict[str, Result]:
    chosen = [check for check in checks.every(today=TODAY) if check.id in ids]
    report = checks.run(written(root, files), chosen, ScriptedToolchain({}))
    return {result.check.id: result for result in report.results}


def found(root: Path, files: Mapping[str, str], *ids: str) -> list[str]:
    return [
        f"{finding.path.as_posix()}:{finding.line} {finding.message}"
        for result in results(root, files, *ids).values()
        for finding in result.findings
    ]


# ---- AG030: namespaces ---------------------------------------------------------------------------

ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: runner, namespace: jobbs}\n"
MADE = {
    "ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: jobs}\n",
    "a/one.yaml": ACCOUNT.replace("jobbs", "jobs"),
}
ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: jobs, namespace: argocd}
spec:
  source: {path: components/jobs}
  destination: {namespace: jobbs}
  syncPolicy: {syncOptions: [CreateNamespace=true]}
"""
RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: jobs, namespace: flux-system}
spec: {targetNamespace: jobbs, install: {createNamespace: true}}
"""
APPLICATIONS = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: teams}
spec:
  template:
    spec:
      destination: {namespace: "{{path.basename}}"}
      syncPolicy: {syncOptions: [CreateNamespace=true]}
"""


def test_a_misspelt_namespace_is_found(tmp_path: Path) -> None:
    (line,) = found(tmp_path, {**MADE, "a/two.yaml": ACCOUNT}, "AG030")
    assert line.startswith("a/two.yaml:3 ServiceAccount runner is in the namespace jobbs")


@pytest.mark.parametrize(
    "makes",
    [
        {"apps/jobs.yaml": ARGO},
        {"apps/sets.yaml": APPLICATIONS},
        {"apps/release.yaml": RELEASE},
        {
            "main.tf": 'resource "kubernetes_namespace" "a" {\n  metadata {\n    name = "jobbs"\n  }\n}\n'
        },
        {
            "main.tf": 'resource "helm_release" "a" {\n  namespace        = "jobbs"\n  create_namespace = true\n}\n'
        },
        {"up.sh": "kubectl create namespace jobbs --dry-run=client -o yaml | kubectl apply -f -\n"},
        {"up.sh": "kubectl create ns jobbs\n"},
        {"up.sh": "helm upgrade --install jobs ./x -n jobbs --create-namespace\n"},
        {"up.sh": "oc new-project jobbs\n"},
        {
            "k8s/kustomization.yaml": "namespace: jobbs\nresources: [n.yaml]\n",
            "k8s/n.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: base}\n",
        },
    ],
)
def test_a_namespace_is_made_in_many_ways(makes: dict[str, str], tmp_path: Path) -> None:
    assert found(tmp_path, {**MADE, "a/two.yaml": ACCOUNT, **makes}, "AG030") == []


@pytest.mark.parametrize("name", ["jobs-a", "jobs2", "team-jobs", "monitoring"])
def test_another_namespace_is_no_misspelt_one(name: str, tmp_path: Path) -> None:
    files = {**MADE, "a/two.yaml": ACCOUNT.replace("jobbs", name)}
    assert found(tmp_path, files, "AG030") == []


# ---- AG029: values that do not parse -------------------------------------------------------------

CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: till\nversion: 0.1.0\n",
    "chart/templates/a.yaml": "kind: ConfigMap\nmetadata: {name: a}\ndata: {a: {{ .Values.replicas }}}\n",
}


@pytest.mark.parametrize(
    "values", ["replicas: 2\na: []\na: []\n", "replicas: [\n", "a: b: c\n", "\t- x\n"]
)
def test_values_that_do_not_parse_are_one_skip(values: str, tmp_path: Path) -> None:
    ended = results(tmp_path, {**CHART, "chart/values.yaml": values}, "AG028", "AG029", "AG053")
    assert list(ended) == ["AG029"]
    assert ended["AG029"].outcome is Outcome.SKIPPED
    assert ended["AG029"].reason.startswith("values do not parse: chart/values.yaml:")
    assert ended["AG029"].reason.endswith("see SY002")


def test_another_chart_is_judged_beside_it(tmp_path: Path) -> None:
    other = {name.replace("chart/", "charts/b/"): text for name, text in CHART.items()}
    files = {
        **CHART,
        "chart/values.yaml": "a: [\n",
        **other,
        "charts/b/values.yaml": "replicaz: 1\n",
    }
    result = results(tmp_path, files, "AG029")["AG029"]
    assert [finding.path.as_posix() for finding in result.findings] == ["charts/b/templates/a.yaml"]
    assert "chart/values.yaml" in result.limit


# ---- AG031: a glob -------------------------------------------------------------------------------


def test_a_glob_names_charts(tmp_path: Path) -> None:
    files = {**CHART, "Makefile": "lint:\n\thelm lint ./cha*\n\thelm package ./other/*\n"}
    (line,) = found(tmp_path, files, "AG031")
    assert line == "Makefile:3 names the chart other/*, which does not exist"


# ---- AG033: series of others ---------------------------------------------------------------------

SOURCE = """\
const sales = new Counter({name: 'till_sales_total'});
connect(process.env["DB_CONNECTION_STRING"]);
log.info("cart_get", {});
"""


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ("till_sales_total", 0),
        ("till_refunds_total", 1),
        ("tills_sales_total", 1),
        ("otelcol_receiver_accepted_spans_total", 0),
        ("target_info", 0),
        ("traces_span_metrics_calls_total", 0),
        ("db_client_operation_duration_seconds_count", 0),
        ("cart_put", 0),
        ("DB_CONNECTION_TIME", 0),
        ("kafka_consumergroup_lag", 0),
        ("nobody_knows_total", 0),
    ],
)
def test_only_series_of_the_service_are_missed(series: str, expected: int, tmp_path: Path) -> None:
    dashboard = (
        '{"title": "a", "schemaVersion": 39, "panels": [{"type": "stat", "title": "b", "targets": ['
        f'{{"expr": "sum({series})"}}, {{"expr": "till_sales_total"}}]}}]}}'
    )
    files = {
        "Dockerfile": "FROM node:24\n",
        "package.json": "{}",
        "src/a.js": SOURCE,
        "dashboards/a.json": dashboard,
    }
    assert len(found(tmp_path, files, "AG033")) == expected


def test_a_series_that_a_configuration_names_is_known(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM node:24\n",
        "package.json": "{}",
        "src/a.js": SOURCE,
        "dashboards/a.json": '{"title": "a", "schemaVersion": 39, "panels": [{"type": "stat", "title": "b",'
        ' "targets": [{"expr": "till_orders_total"}, {"expr": "till_sales_total"}]}]}',
    }
    assert len(found(tmp_path / "a", files, "AG033")) == 1
    config = "exporters: {queries: [{metric: till_orders_total, query: select 1}]}\n"
    assert found(tmp_path / "b", {**files, "sql-exporter.yaml": config}, "AG033") == []


# ---- AG047: words that no shell runs -------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("make test", 0),
        ("make push", 1),
        ("echo 'run make push and try again'", 0),
        ('echo "run make push" >&2', 0),
        ("make test # or make push", 0),
        ("cat <<EOF\nmake push\nEOF\nmake test", 0),
        ("cat <<EOF\nmake push\nEOF\nmake lost", 1),
        ("bash <<EOF\nmake push\nEOF", 1),
        ('git commit -m "first\nmake push\nlast"', 0),
        ("make -C web build", 0),
        ("make -C web test", 1),
        ("make --directory=web build", 0),
        ("cd web && make build", 0),
        ("(cd web && make test)", 1),
        ("make -f other.mk ship", 0),
        ("make -f other.mk test", 1),
        ("make -f $FILE push", 0),
        ("make -C $DIR push", 0),
        ("make -j 4 test", 0),
        ("make TARGET=push test", 0),
        ('VERSION="$(make version)"', 1),
        ("if ! make push; then exit 1; fi", 1),
        ("docker run image make push", 0),
        ("make $(TARGET)", 0),
    ],
)
def test_a_target_is_what_a_shell_gives_to_make(script: str, expected: int, tmp_path: Path) -> None:
    steps = "\n".join(f"          {line}" for line in script.splitlines())
    files = {
        "Makefile": "test:\n\t@true\n",
        "web/Makefile": "build:\n\t@true\n",
        "other.mk": "ship:\n\t@true\n",
        ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"
        f"      - run: |\n{steps}\n",
    }
    assert len(found(tmp_path, files, "AG047")) == expected


def test_a_text_may_mean_a_makefile_further_up(tmp_path: Path) -> None:
    text = "```sh\nmake tools\nmake site\nmake gone\n```\n"
    files = {
        "Makefile": "tools:\n\t@true\n",
        "site/Makefile": "site:\n\t@true\n",
        "site/docs/a.md": text,
    }
    (line,) = found(tmp_path, files, "AG047")
    assert line == "site/docs/a.md:4 calls `make gone`, which is no target of site/Makefile"
