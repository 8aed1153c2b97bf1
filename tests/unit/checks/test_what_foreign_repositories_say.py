"""Rules that were wrong about repositories that were not generated.

One test a kind, and the true findings.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, written

from scaffolder import checks
from scaffolder.model import Outcome, Result, Severity


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


# ---- AG029: comments of templates ----------------------------------------------------------------

USAGE = """\
{{/*
Usage:
{{ include "x" (dict "value" .Values.path.to.value "context" $) }}
*/}}
{{- /* {{ .Values.other }} */ -}}
a: {{ .Values.name }}
"""


@pytest.mark.parametrize(("values", "lines"), [("name: x\n", []), ("names: x\n", [6])])
def test_a_comment_of_a_template_uses_nothing(
    values: str, lines: list[int], tmp_path: Path
) -> None:
    files = {
        "c/Chart.yaml": "name: c\nversion: 1.0.0\n",
        "c/values.yaml": values,
        "c/templates/a.yaml": USAGE,
    }
    assert [one.line for one in results(tmp_path, files, "AG029")["AG029"].findings] == lines


# ---- AG047, AG048: who checks out what -----------------------------------------------------------

CALLED = """\
on: {workflow_call: {inputs: {where: {type: string}}}}
jobs:
  unit:
    runs-on: ubuntu-latest
    steps: [{run: make units}, {run: ci/units.sh}]
"""
CALLS = "on: push\njobs:\n  unit: {uses: ./.github/workflows/unit.yml}\n"
WITH_MAKE = {"Makefile": "test:\n\tgo test\n", "ci/test.sh": "true\n"}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"unit.yml": CALLED}, 0),
        (
            {
                "unit.yml": CALLED.replace(
                    "{workflow_call: {inputs: {where: {type: string}}}}", "workflow_call"
                )
            },
            0,
        ),
        ({"unit.yml": CALLED, "ci.yml": CALLS.replace("unit.yml", "reunit.yml")}, 0),
        ({"unit.yml": CALLED, "ci.yml": CALLS}, 2),
        ({"unit.yml": CALLED.replace("on: {", "on: {push: {}, ")}, 2),
    ],
)
def test_a_workflow_for_other_repositories_checks_out_theirs(
    files: dict[str, str], expected: int, tmp_path: Path
) -> None:
    workflows = {f".github/workflows/{name}": text for name, text in files.items()}
    assert len(found(tmp_path, {**WITH_MAKE, **workflows}, "AG047", "AG048")) == expected


@pytest.mark.parametrize(
    ("scripts", "expected"), [(("a", "b"), 0), (("a",), 2), ((), 2)], ids=("all", "one", "none")
)
def test_a_folder_with_a_jenkinsfile_may_be_a_root(
    scripts: tuple[str, ...], expected: int, tmp_path: Path
) -> None:
    steps = "sh './jenkins/unit/a.sh'\n      sh './jenkins/unit/b.sh'"
    files = {
        "jenkins/pipeline/Jenkinsfile": f"node {{\n  stage('a') {{\n      {steps}\n  }}\n}}\n",
        **{f"jenkins/pipeline/jenkins/unit/{name}.sh": "true\n" for name in scripts},
    }
    said = found(tmp_path, files, "AG048")
    assert len(said) == expected


# ---- AG020: routes of Django, paths of the machine -----------------------------------------------

DJANGO = """\
from django.urls import include, path
urlpatterns = [
    path(
        'health/',
        View.as_view(),
    ),
    path("status/", include("health_check.urls")),
    path("orders/<int:number>/", order),
]
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [("health/", 0), ("status/db", 0), ("healthz", 1), ("info", 1)],
)
def test_a_route_of_django_may_be_on_the_next_line(
    path: str, expected: int, tmp_path: Path
) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "x"\ndependencies = ["django"]\n',
        "server/urls.py": DJANGO,
        "server/settings.py": 'worker_tmp_dir = "/dev/shm"\nlogs = "/var/log/health"\n',
        "ci/ask.sh": f"curl http://localhost:8000/{path}\n",
    }
    said = results(tmp_path, files, "AG020")["AG020"].findings
    assert len(said) == expected
    assert not any("/dev" in one.fix or "/var" in one.fix for one in said)


# ---- AG001, AG008: versions ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("dockerfiles/python313/Dockerfile", 0),
        ("docker/3.13/Dockerfile", 0),
        ("docker/py3.13.Dockerfile", 0),
        ("docker/python312/Dockerfile", 1),
        ("docker/app/Dockerfile", 1),
    ],
)
def test_a_file_whose_name_has_the_version_is_for_it(
    file: str, expected: int, tmp_path: Path
) -> None:
    files = {
        ".python-version": "3.14\n",
        "pyproject.toml": '[project]\nname = "x"\n',
        "main.py": "import fastapi\n",
        file: 'FROM python:3.13-slim\nCMD ["python", "main.py"]\n',
    }
    assert len(found(tmp_path, files, "AG001")) == expected


def test_a_program_is_never_told_to_be_older(tmp_path: Path) -> None:
    scripts = ("3.11.3", "3.16.3")
    step = "#!/bin/sh\nHELM_VERSION={0}\nTERRAFORM_VERSION=1.9.{1}\n"
    files = {f"ci/{at}.sh": step.format(one, at) for at, one in enumerate(scripts)}
    files[".terraform-version"] = "1.9.0\n"
    said = {(one.path.name, one.fix) for one in results(tmp_path, files, "AG008")["AG008"].findings}
    assert said == {("0.sh", "write 3.16.3"), ("1.sh", "write 1.9.1 in all places")}


# ---- MO006: whose Prometheus ---------------------------------------------------------------------

STACK = "prometheus: {prometheusSpec: {replicas: 1}}\n"
WATCHED = "apiVersion: monitoring.coreos.com/v1\nkind: PodMonitor\nmetadata: {name: x}\n"


@pytest.mark.parametrize(
    ("values", "monitor", "expected"),
    [
        ("lessons/072", "lessons/138/k8s", 0),
        ("examples/stack", "examples/other", 0),
        ("01-metrics", "02-logs", 0),
        ("lessons/072", "lessons/072/k8s", 1),
        ("monitoring", "k8s/app", 1),
        ("deploy/monitoring", "deploy/app", 1),
    ],
)
def test_an_object_of_another_installation_is_for_another_prometheus(
    values: str, monitor: str, expected: int, tmp_path: Path
) -> None:
    files = {f"{values}/values.yaml": STACK, f"{monitor}/monitor.yaml": WATCHED}
    assert len(found(tmp_path, files, "MO006")) == expected


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


@pytest.mark.parametrize("name", ["openshift-config", "openshift-monitoring", "kube-flannel"])
def test_a_namespace_of_the_cluster_is_no_misspelt_one(name: str, tmp_path: Path) -> None:
    own = f"{name}s"
    files = {
        "ns.yaml": f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {own}}}\n",
        "a.yaml": ACCOUNT.replace("jobbs", own),
        "b.yaml": ACCOUNT.replace("jobbs", name),
    }
    assert found(tmp_path, files, "AG030") == []


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
    assert line == "site/docs/a.md:4 calls `make gone`, which is not a target of site/Makefile"


# ---- AG009, AG010: configurations that have nothing to do with each other ------------------------

PROVIDER = 'terraform {{\n  required_providers {{\n    aws = {{ source = "hashicorp/aws", version = "{}" }}\n  }}\n}}\n'
CALL = 'module "a" {\n  source = "../modules/a"\n}\n'


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"one/v.tf": "~> 5.0", "two/v.tf": "~> 6.0"}, 0),
        ({"root/v.tf": "~> 6.0", "examples/a/v.tf": "~> 5.0"}, 0),
        ({"root/v.tf": "~> 6.0", "modules/a/v.tf": "~> 5.0"}, 1),
        ({"root/v.tf": "~> 6.0", "modules/a/v.tf": ">= 5.0"}, 0),
        ({"one/v.tf": "~> 5.0", "root/v.tf": "~> 6.0", "modules/a/v.tf": "~> 6.1"}, 0),
    ],
)
def test_a_provider_is_one_in_a_configuration(
    files: dict[str, str], expected: int, tmp_path: Path
) -> None:
    pytest.importorskip("tree_sitter_hcl")
    written_files = {name: PROVIDER.format(text) for name, text in files.items()}
    if "root/v.tf" in files:
        written_files["root/main.tf"] = CALL
    assert len(found(tmp_path, written_files, "AG009")) == expected


CLUSTER = 'resource "aws_eks_cluster" "a" {{\n  name    = "a"\n  version = "{}"\n}}\n'
MODULE = 'module "a" {\n  source          = "../modules/a"\n  cluster_version = "1.33"\n}\n'
DEFAULT = 'variable "cluster_version" {\n  default = "1.31"\n}\n'
KIND = "kind: Cluster\nnodes:\n  - image: kindest/node:v{}.0\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"root/main.tf": MODULE, "modules/a/v.tf": DEFAULT}, 0),
        ({"a/main.tf": CLUSTER.format("1.33"), "b/main.tf": CLUSTER.format("1.31")}, 0),
        ({"a/main.tf": CLUSTER.format("1.33"), "a/x.tfvars": 'cluster_version = "1.31"\n'}, 1),
        ({"a/main.tf": CLUSTER.format("1.33"), "kind.yaml": KIND.format("1.31")}, 1),
        (
            {
                "a/main.tf": CLUSTER.format("1.33"),
                "b/main.tf": CLUSTER.format("1.31"),
                "kind.yaml": KIND.format("1.31"),
            },
            0,
        ),
        ({"a/main.tf": CLUSTER.format("1.33"), "docs/kind.yaml": KIND.format("1.31")}, 0),
        ({"kind-a.yaml": KIND.format("1.33"), "kind-b.yaml": KIND.format("1.31")}, 0),
        (
            {
                "kind-a.yaml": KIND.format("1.33"),
                "kind-b.yaml": KIND.format("1.33"),
                "kind-c.yaml": KIND.format("1.31"),
            },
            1,
        ),
    ],
)
def test_each_cluster_has_its_kubernetes(
    files: dict[str, str], expected: int, tmp_path: Path
) -> None:
    pytest.importorskip("tree_sitter_hcl")
    assert len(found(tmp_path, files, "AG010")) == expected


def test_the_fix_follows_the_majority_and_not_the_outlier(tmp_path: Path) -> None:
    files = {
        "kind-a.yaml": KIND.format("1.16"),
        "kind-b.yaml": KIND.format("1.35"),
        "kind-c.yaml": KIND.format("1.35"),
    }
    (finding,) = results(tmp_path, files, "AG010")["AG010"].findings
    assert finding.path == Path("kind-a.yaml")
    assert finding.fix.startswith("write 1.35")


# ---- AG020: paths of libraries -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/actuator", 0),
        ("/actuator/health", 0),
        ("/actuator/chaosmonkey/assaults", 0),
        ("/actuator/helth", 1),
    ],
)
def test_a_library_answers_its_paths(path: str, expected: int, tmp_path: Path) -> None:
    files = {
        "pom.xml": "<project><dependencies><dependency><artifactId>spring-boot-starter-actuator</artifactId>"
        "</dependency><dependency><artifactId>chaos-monkey-spring-boot</artifactId></dependency>"
        "</dependencies></project>",
        "src/main/java/A.java": '@GetMapping("/a")\n@GetMapping("/b")\n',
        "check.sh": f"curl http://localhost:8080{path}\n",
    }
    assert len(found(tmp_path, files, "AG020")) == expected


# ---- AG024, AG034, AG035: what Prometheus asks ---------------------------------------------------

WATCHED = """\
apiVersion: v1
kind: Service
metadata: {name: shop, labels: {app: shop}}
spec: {selector: {app: shop}, ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: a, image: a}]}}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: shop}
spec: {selector: {matchLabels: {app: shop}}, endpoints: [{port: http}]}
"""
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: shop}
spec: {podSelector: {matchLabels: {app: %s}}, ingress: [{from: [%s]}]}
"""


@pytest.mark.parametrize(
    ("guarded", "source", "expected"),
    [
        ("shop", "podSelector: {matchLabels: {app: front}}", 1),
        ("shop", "podSelector: {matchLabels: {app.kubernetes.io/name: prometheus}}", 0),
        ("shop", "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}", 0),
        ("other", "podSelector: {matchLabels: {app: front}}", 0),
    ],
)
def test_a_policy_lets_prometheus_in(
    guarded: str, source: str, expected: int, tmp_path: Path
) -> None:
    files = {"k8s/a.yaml": WATCHED, "k8s/policies/p.yaml": POLICY % (guarded, f"{{{source}}}")}
    assert len(found(tmp_path, files, "AG024")) == expected


def test_no_policy_guards_the_network_of_a_node(tmp_path: Path) -> None:
    on_host = WATCHED.replace("spec: {containers:", "spec: {hostNetwork: true, containers:")
    guard = POLICY % ("shop", "{podSelector: {matchLabels: {app: front}}}")
    assert found(tmp_path, {"k8s/a.yaml": on_host, "k8s/p.yaml": guard}, "AG024") == []


RULES = "groups: [{name: a, rules: [{record: 'shop:a:rate5m', expr: 'up{job=\"%s\"}'}, {record: b, expr: '%s'}]}]\n"


@pytest.mark.parametrize(
    ("job", "expected"), [("shop", 0), ("shopp", 1), ("apiserver", 0), ("kubelet", 0)]
)
def test_jobs_of_others_are_not_missed(job: str, expected: int, tmp_path: Path) -> None:
    files = {"k8s/a.yaml": WATCHED, "rules.yml": RULES % (job, "up")}
    assert len(found(tmp_path, files, "AG035")) == expected


@pytest.mark.parametrize(
    ("series", "expected"),
    [("shop:a:rate5m", 0), ("shop:b:rate5m", 1), ("central_nodeagent:unhealthy:count", 0)],
)
def test_series_that_others_record_are_not_missed(
    series: str, expected: int, tmp_path: Path
) -> None:
    assert len(found(tmp_path, {"rules.yml": RULES % ("shop", series)}, "AG034")) == expected


# ---- what was seen on repositories that no fix was made on ---------------------------------------

SILENT = {
    "a comment before a comma in JSON": (
        "SY003",
        {".devcontainer/devcontainer.json": '{\n "a": {},\n // "f": [],\n "b": 1\n}\n'},
    ),
    "a policy of API Management": (
        "SY006",
        {"policy.xml": '<policies>\n  <set-header value="@(a("b","c"))" />\n</policies>\n'},
    ),
    "the emulator of Azure Storage": (
        "SEC001",
        {
            "run.sh": "export AZURE_STORAGE_KEY=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/"
            "K1SZFPTOtr/KBHBeksoGMGw==\n"
        },
    ),
    "the name of a key in an ExternalSecret": (
        "SEC001",
        {
            "secret.yaml": "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nspec:\n  data:\n"
            "    - secretKey: gcp-sa-key-9f8e7d6c5b4a3f2e1d0c\n"
        },
    ),
    "a variable that is asked for first": (
        "AG061",
        {
            "requirements.txt": "flask\n",
            "Dockerfile": "FROM python:3.14\n",
            "compose.yaml": "services:\n  a:\n    build: .\n    environment:\n      MODE: x\n",
            "app.py": 'if "REDIS_PWD" in os.environ:\n    password = os.environ["REDIS_PWD"]\n',
        },
    ),
    "a chart of a repository of charts": (
        "AG031",
        {
            "istio/README.md": "# Istio\n",
            "ci/install.sh": "helm repo add istio $URI\nhelm upgrade --install istiod istio/istiod\n",
        },
    ),
    "an image that Compose tags": (
        "AG027",
        {
            "Dockerfile": "FROM python:3.14\n",
            "Makefile": "build:\n\tdocker build -t documents-service .\n",
            "compose.yaml": "services:\n  a:\n    build: .\n    image: mn-documents-service\n",
        },
    ),
}


@pytest.mark.parametrize("kind", SILENT)
def test_what_is_right_is_no_finding(kind: str, tmp_path: Path) -> None:
    check, files = SILENT[kind]
    assert found(tmp_path, files, check) == []


def test_what_one_environment_lacks_is_advice_in_a_repository_of_others(tmp_path: Path) -> None:
    files = {
        "envs/dev.tfvars": 'environment = "dev"\nsize = 1\n',
        "envs/qa.tfvars": 'environment = "qa"\nsize = 1\n',
        "envs/prod.tfvars": 'environment = "prod"\nsize = 1\nextra = true\n',
    }
    (finding,) = results(tmp_path, files, "EN002")["EN002"].findings
    assert finding.severity is Severity.NOTE


# ---- AG027: images of a matrix -------------------------------------------------------------------

BUILDS = """\
on: push
env: {REGISTRY: ghcr.io}
jobs:
  build:
    runs-on: ubuntu-24.04
    strategy:
      matrix:
        MATRIX
    steps:
      - uses: docker/metadata-action@v5
        with:
          images: IMAGES
"""


@pytest.mark.parametrize(
    ("matrix", "images", "number"),
    [
        ("name: [operator, webhook]", "${{ env.REGISTRY }}/equinor/${{ matrix.name }}", 0),
        (
            "container: [{repository: /equinor/operator}]",
            "${{ env.REGISTRY }}${{ matrix.container.repository }}",
            0,
        ),
        ("include: [{name: operator}]", "ghcr.io/equinor/${{matrix.name}}", 0),
        ("name: [radix-operators]", "ghcr.io/equinor/${{ matrix.name }}", 1),
    ],
)
def test_an_image_may_be_built_by_a_leg_of_a_matrix(
    matrix: str, images: str, number: int, tmp_path: Path
) -> None:
    files = {
        "Dockerfile": "FROM scratch\n",
        "Makefile": "build:\n\tdocker build -t radix-operator .\n",
        ".github/workflows/a.yml": BUILDS.replace("MATRIX", matrix).replace("IMAGES", images),
        "charts/radix-operator/Chart.yaml": "apiVersion: v2\nname: radix-operator\nversion: 1.0.0\n",
        "charts/radix-operator/values.yaml": "image:\n  repository: ghcr.io/equinor/operator\n",
    }
    assert len(found(tmp_path, files, "AG027")) == number
