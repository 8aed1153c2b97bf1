"""Parts outside a repository.

Clones, routes of a site, values from a controller, promoted images.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, written

from scaffolder import checks
from scaffolder.model import Finding, Report, Result, Severity


def ran(root: Path, files: Mapping[str, str], *ids: str) -> Report:
    chosen = [check for check in checks.every(today=TODAY) if check.id in ids]
    return checks.run(written(root, files), chosen, ScriptedToolchain({}))


def findings(root: Path, files: Mapping[str, str], *ids: str) -> tuple[Finding, ...]:
    report = ran(root, files, *ids)
    return tuple(finding for result in report.results for finding in result.findings)


# ---- AG031, AG048, AG051: folders from elsewhere -------------------------------------------------

STEPS = """\
on: push
jobs:
  a:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v5
{}      - run: scripts/release.sh
      - run: helm install x charts/web --values charts/web/prod.yaml
"""
OWN = {"scripts/build.sh": "true\n", "charts/api/Chart.yaml": "name: api\nversion: 1.0.0\n"}


@pytest.mark.parametrize(
    ("step", "number"),
    [
        ("", 3),
        ("      - uses: actions/checkout@v5\n        with: {repository: o/ops}\n", 0),
        ("      - uses: actions/checkout@v5\n        with: {repository: o/c, path: charts}\n", 1),
        ("      - uses: actions/checkout@v5\n        with: {fetch-depth: 0}\n", 3),
        ("      - run: git clone -b main --depth 1 https://a.b/c.git charts\n", 1),
        ("      - run: git clone https://a.b/charts.git && ls\n", 1),
        ("      - run: git clone https://a.b/other.git\n", 3),
        ("      - run: unzip a.zip -d scripts\n", 2),
    ],
)
def test_what_a_pipeline_brings_is_not_missed(step: str, number: int, tmp_path: Path) -> None:
    files = {".github/workflows/a.yml": STEPS.format(step), **OWN}
    assert len(findings(tmp_path, files, "AG031", "AG048", "AG051")) == number


# ---- AG049: routes and forms ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "link", "number"),
    [
        ("app/views/guidance/a.md", "/guidance/census-sign-off", 0),
        ("tech_docs/source/a.html.md", "/guidance/census", 0),
        ("app/views/guidance/a.md", "/app/views/gone.md", 1),
        ("notes/a.md", "/guidance/census", 1),
        ("docs/a.md", "/docs/gone", 1),
        ("docs/a.md", "/gone.md", 1),
        (".github/pull_request_template.md", "link", 0),
        (".github/PULL_REQUEST_TEMPLATE/a.md", "ticket link", 0),
        (".github/pull_request_template.md", "CONTRIBUTING.md", 1),
        ("docs/a.md", "link", 1),
    ],
)
def test_a_route_and_a_word_to_replace_are_no_files(
    name: str, link: str, number: int, tmp_path: Path
) -> None:
    assert len(findings(tmp_path, {name: f"[x](<{link}>)\n"}, "AG049")) == number


# ---- AG029: values from a controller -------------------------------------------------------------

CHART = {
    "charts/web/Chart.yaml": "name: web\nversion: 1.0.0\n",
    "charts/web/values.yaml": "a: 1\n",
    "charts/web/templates/a.yaml": "a: {{ .Values.domain.name }}\n",
}
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: web}}
spec:
  source:
    path: {path}
    helm:
      {helm}
"""
RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web}
spec:
  chart: {spec: {chart: ./charts/web}}
  values: {domain: {name: x}}
"""


@pytest.mark.parametrize(
    ("files", "number"),
    [
        ({}, 1),
        ({"a.yaml": APPLICATION.format(path="charts/web", helm="values: 'domain: {name: x}'")}, 0),
        (
            {
                "a.yaml": APPLICATION.format(
                    path="charts/web/", helm="valuesObject: {domain: {name: x}}"
                )
            },
            0,
        ),
        (
            {
                "a.yaml": APPLICATION.format(
                    path="charts/web", helm="parameters: [{name: domain.name, value: x}]"
                )
            },
            0,
        ),
        ({"a.yaml": APPLICATION.format(path="charts/api", helm="values: 'domain: {name: x}'")}, 1),
        ({"a.yaml": APPLICATION.format(path="charts/web", helm="values: 'domain: {nam: x}'")}, 1),
        ({"a.yaml": RELEASE}, 0),
    ],
)
def test_a_controller_may_hand_a_value_over(
    files: dict[str, str], number: int, tmp_path: Path
) -> None:
    assert len(findings(tmp_path, {**CHART, **files}, "AG029")) == number


APP_OF_APPS = {
    "apps/Chart.yaml": "name: apps\nversion: 1.0.0\n",
    "apps/values.yaml": "environment: dev\nservices:\n- {name: web, chart: charts/web}\n",
}
A_CHART_MAKES = """\
{{{{- range .Values.services }}}}
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: "{{{{ .name }}}}"}}
spec:
  source:
    path: {path}
    helm:
      releaseName: "{{{{ .name }}}}"
      {helm}
  destination: {{namespace: "{{{{ .name }}}}"}}
{{{{- end }}}}
"""
ALL = "values: |\n        {{- toYaml $.Values | nindent 8 }}"
A_SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: web}}
spec:
  generators:
  - git:
      directories:
      - path: {directories}
  template:
    spec:
      source:
        path: '{{{{path}}}}'
        helm:
          valueFiles:
          - {file}
"""
VALUES_FROM = RELEASE.replace(
    "  values: {domain: {name: x}}", "  valuesFrom: [{kind: ConfigMap, name: x}]"
)
DOMAIN = "domain: {name: x}\n"


@pytest.mark.parametrize(
    ("files", "number"),
    [
        ({"apps/templates/a.yaml": A_CHART_MAKES.format(path="charts/web", helm=ALL)}, 0),
        ({"apps/templates/a.yaml": A_CHART_MAKES.format(path="'{{ .chart }}'", helm=ALL)}, 0),
        (
            {
                "apps/templates/a.yaml": A_CHART_MAKES.format(
                    path="charts/{{ .name }}", helm="valuesObject: {domain: '{{ .domain }}'}"
                )
            },
            0,
        ),
        ({"apps/templates/a.yaml": A_CHART_MAKES.format(path="charts/api", helm=ALL)}, 1),
        ({"apps/templates/a.yaml": A_CHART_MAKES.format(path="'{{ .other }}/api'", helm=ALL)}, 1),
        (
            {"apps/templates/a.yaml": A_CHART_MAKES.format(path="charts/web", helm="skipCrds: y")},
            1,
        ),
        ({"a.yaml": A_SET.format(directories="charts/*", file="'../../envs/{{env}}.yaml'")}, 0),
        ({"a.yaml": A_SET.format(directories="charts/web", file="$values/web/prod.yaml")}, 0),
        ({"a.yaml": A_SET.format(directories="services/*", file="'{{env}}.yaml'")}, 1),
        (
            {
                "a.yaml": APPLICATION.format(
                    path="charts/web", helm="valueFiles: [../../envs/prod.yaml]"
                ),
                "envs/prod.yaml": DOMAIN,
            },
            0,
        ),
        (
            {
                "a.yaml": APPLICATION.format(
                    path="charts/web", helm="valueFiles: [$values/envs/prod.yaml]"
                ),
                "envs/prod.yaml": "domain: {port: 1}\n",
            },
            1,
        ),
        ({"a.yaml": VALUES_FROM}, 0),
        ({"a.yaml": VALUES_FROM.replace("./charts/web", "./charts/api")}, 1),
    ],
)
def test_what_an_application_fills_in_is_unknown(
    files: dict[str, str], number: int, tmp_path: Path
) -> None:
    (result,) = ran(tmp_path, {**CHART, **APP_OF_APPS, **files}, "AG029").results
    assert len(result.findings) == number
    assert bool(number) is (" completes the values of charts/web" not in said_of(result)) or (
        "envs/prod.yaml" in files
    )


def said_of(result: Result) -> str:
    return f"{result.reason}{result.limit}"


@pytest.mark.parametrize(
    ("key", "number"),
    [("urlj", 1), ("Url", 1), ("u_rl", 1), ("uri", 0), ("address", 0), ("urlSuffix", 0)],
)
def test_a_misspelt_value_is_found_in_whatever_brings_others(
    key: str, number: int, tmp_path: Path
) -> None:
    files = {
        **CHART,
        "charts/web/values.yaml": "zipkin:\n  url: x\n  uriOf: y\n",
        "charts/web/templates/a.yaml": f"a: {{{{ .Values.zipkin.{key} }}}}\n",
        "helmfile.yaml": "releases:\n- name: web\n  chart: ./charts/web\n",
    }
    assert len(findings(tmp_path, files, "AG029")) == number


@pytest.mark.parametrize(
    ("values", "key", "severity"),
    [
        ("db:\n  # password: ''\n  user: x\n", "db.password", Severity.NOTE),
        ("# domain: example.com\na: 1\n", "domain", Severity.NOTE),
        ("db:\n  user: x\n  #\n  ## password: x\na: 1\n", "db.password", Severity.NOTE),
        ("db:\n  user: x\na: 1\n# password: x\n", "db.password", Severity.ERROR),
        ("db:\n  # the password is elsewhere\n  user: x\n", "db.password", Severity.ERROR),
    ],
)
def test_a_value_that_a_comment_names_is_optional(
    values: str, key: str, severity: Severity, tmp_path: Path
) -> None:
    files = {
        **CHART,
        "charts/web/values.yaml": values,
        "charts/web/templates/a.yaml": f"a: {{{{ .Values.{key} }}}}\n",
    }
    (finding,) = findings(tmp_path, files, "AG029")
    assert finding.severity == severity


@pytest.mark.parametrize(
    ("name", "text", "number"),
    [
        ("web-stack-values-prod.yaml", "grafana: {a: 1}\n", 0),
        ("web-values-prod.yaml", "grafana: {a: 1}\n", 0),
        ("redis-values-prod.yaml", "a: 2\ngrafana: 1\n", 0),
        ("values-prod.yaml", "grafana: 1\n", 1),
        ("web-stack-operator-values-prod.yaml", "grafana: 1\n", 1),
        ("web-values-prod.yaml", "a: 2\ngrafana: 1\n", 1),
    ],
)
def test_values_of_another_chart_are_not_of_this_one(
    name: str, text: str, number: int, tmp_path: Path
) -> None:
    files = {
        "stack/Chart.yaml": "name: web-stack-operator\nversion: 1.0.0\n",
        "stack/values.yaml": "a: 1\n",
        "stack/templates/a.yaml": "a: {{ .Values.a }}\n",
        f"stack/{name}": text,
        f"stack/{name.replace('prod', 'staging')}": "a: 1\n",
    }
    results = ran(tmp_path, files, "AG053").results
    assert sum(len(result.findings) for result in results) == number


@pytest.mark.parametrize(
    ("chart", "is_judged"),
    [
        ("./charts/web", False),
        ("../charts/web/", False),
        ("charts/web", False),
        ("o/web", True),
        ("charts/web-api", True),
    ],
)
def test_helmfile_completes_a_chart(chart: str, is_judged: bool, tmp_path: Path) -> None:
    files = {**CHART, "helmfile.yaml.gotmpl": f"releases:\n- name: web\n  chart: {chart}\n"}
    (result,) = ran(tmp_path, files, "AG029").results
    said = f"{result.reason}{result.limit}"
    assert ("Helmfile completes the values of charts/web" in said) is not is_judged
    assert bool(result.findings) is is_judged


# ---- EN003, EN008 --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("nextEnvironment: prod", 0),
        ("teamName: alphagov:prod-deploy", 0),
        ("host: db.prod.example.com", 1),
        ("dbs:\n" + "".join(f"  d{one}: a{one}_prod_x\n" for one in range(7)), 1),
        ("dbs:\n" + "".join(f"  d{one}: a{one}_prod_x\n" for one in range(3)), 3),
    ],
)
def test_one_finding_tells_of_many_lines(line: str, number: int, tmp_path: Path) -> None:
    files = {"values-dev.yaml": f"{line}\n", "values-prod.yaml": "host: db.example.com\n"}
    assert len(findings(tmp_path, files, "EN008")) == number


POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers: [{name: web, image: {{ .Values.image }}, args: [{{ .Values.mode }}]}]
"""


@pytest.mark.parametrize(
    ("dev", "prod", "number"),
    [
        ("image: o/web:v2\nmode: a\n", "image: o/web:v1\nmode: a\n", 0),
        ("image: o/web:v2\nmode: a\n", "image: o/web:v1\nmode: b\n", 1),
        ("image: o/web:v2\nmode: a\n", "image: o/api:v2\nmode: a\n", 1),
    ],
)
def test_releases_of_one_image_are_promoted(
    dev: str, prod: str, number: int, tmp_path: Path
) -> None:
    files = {
        "web/Chart.yaml": "name: web\nversion: 1.0.0\n",
        "web/values.yaml": "image: o/web:v0\nmode: a\n",
        "web/values-dev.yaml": dev,
        "web/values-prod.yaml": prod,
        "web/templates/pod.yaml": POD,
    }
    assert len(findings(tmp_path, files, "EN003")) == number


# ---- AG016: from which Dockerfile Compose builds -------------------------------------------------

APP = {"Dockerfile": "FROM a:1\nEXPOSE 81\n", "Dockerfile.dev": "FROM a:1\n"}


@pytest.mark.parametrize(
    ("build", "files", "number"),
    [
        ("{context: ., dockerfile: Dockerfile.dev}", {}, 0),
        ("{context: ., dockerfile: Dockerfile.gone}", {}, 0),
        ("./docs", {}, 0),
        (".", {}, 1),
        (
            "{context: ., dockerfile: Dockerfile.dev}",
            {"Dockerfile.dev": "FROM a:1\nEXPOSE 82\n"},
            1,
        ),
    ],
)
def test_compose_publishes_the_port_of_the_image_that_it_builds(
    build: str, files: dict[str, str], number: int, tmp_path: Path
) -> None:
    compose = f"services:\n  web:\n    build: {build}\n    ports: ['3000:3000']\n"
    assert len(findings(tmp_path, {**APP, **files, "compose.yml": compose}, "AG016")) == number


# ---- AG001: a lower bound of Java ----------------------------------------------------------------

POM = """\
<project>
  <artifactId>a</artifactId>
  <properties><maven.compiler.target>{}</maven.compiler.target></properties>
</project>
"""


@pytest.mark.parametrize(
    ("target", "image", "number"), [(7, 8, 0), (7, 21, 0), (8, 11, 1), (17, 11, 1)]
)
def test_a_target_older_than_every_jdk_is_a_lower_bound(
    target: int, image: int, number: int, tmp_path: Path
) -> None:
    files = {
        "pom.xml": POM.format(target),
        "Dockerfile": f"FROM eclipse-temurin:{image}-jre\nUSER 1001\n",
    }
    assert len(findings(tmp_path, files, "AG001")) == number


# ---- SEC001: keys of one file --------------------------------------------------------------------


@pytest.mark.parametrize(("number", "said"), [(1, ""), (3, " (and 2 more)")])
def test_private_keys_of_one_file_are_one_finding(number: int, said: str, tmp_path: Path) -> None:
    key = "-----BEGIN {} KEY-----\n{}\n-----END {} KEY-----\n"
    lines = "\n".join("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7" for _ in range(6))
    text = "".join(key.format("PRIVATE", lines, "PRIVATE") for _ in range(number))
    told = findings(tmp_path, {"signer.txt": text}, "SEC001")
    assert [one.message for one in told] == [f"holds what looks like a private key{said}"]
