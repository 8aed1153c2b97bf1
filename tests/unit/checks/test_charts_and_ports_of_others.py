"""Further repositories of others: config servers, meshes, configurations of kustomize, Flux."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, said, written

from scaffolder import checks
from scaffolder.model import Finding
from scaffolder.tools.process import CompletedRun


def findings(
    root: Path, files: Mapping[str, str], *ids: str, **programs: CompletedRun
) -> tuple[Finding, ...]:
    chosen = [check for check in checks.every(today=TODAY) if check.id in ids]
    named = {name.replace("_", "-"): done for name, done in programs.items()}
    report = checks.run(written(root, files), chosen, ScriptedToolchain(named))
    return tuple(finding for result in report.results for finding in result.findings)


# ---- AG016, AG066: a config server has the port --------------------------------------------------

SERVICE = {
    "shop/pom.xml": "<project><artifactId>shop</artifactId></project>\n",
    "shop/Dockerfile": 'FROM eclipse-temurin:21\nEXPOSE 8080\nCMD ["java", "-jar", "a.jar"]\n',
    "compose.yaml": (
        "services:\n  shop:\n    build: shop\n    ports: ['8443:8443']\n    healthcheck:\n"
        "      test: curl -f http://localhost:4004/health\n"
    ),
}
SETTINGS = "shop/src/main/resources/application"


@pytest.mark.parametrize(
    ("settings", "number"),
    [
        ({f"{SETTINGS}.yml": 'spring.config.import: "configserver:"\n'}, 0),
        ({f"{SETTINGS}.yaml": "spring:\n  config:\n    import: optional:configserver:x\n"}, 0),
        ({f"{SETTINGS}.properties": "spring.cloud.config.uri=http://config:8888\n"}, 0),
        (
            {"shop/src/main/resources/bootstrap.yml": "spring:\n  cloud:\n    config:\n      uri: x\n"},
            0,
        ),
        ({f"{SETTINGS}.yml": "spring:\n  cloud.config:\n    failFast: true\n"}, 0),
        ({f"{SETTINGS}.yml": "spring:\n  application: {name: shop}\n"}, 2),
        ({f"{SETTINGS}.yml": "app:\n  config:\n    name-of: x\n"}, 2),
        ({"other/src/main/resources/application.yml": "spring.cloud.config.uri: x\n"}, 2),
        ({}, 2),
    ],
)  # fmt: skip
def test_expose_says_nothing_of_a_service_of_a_config_server(
    settings: dict[str, str], number: int, tmp_path: Path
) -> None:
    assert len(findings(tmp_path, {**SERVICE, **settings}, "AG016", "AG066")) == number


# ---- AG055: versions by which a mesh routes ------------------------------------------------------

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: %s}
spec:
  selector: {matchLabels: {app: shop, version: "%s"}}
  template:
    metadata: {labels: {app: shop, version: "%s"}}
    spec: {containers: [{name: shop, image: "shop:%s"}]}
"""


@pytest.mark.parametrize(
    ("name", "version", "number"),
    [
        ("shop", "v1", 0),
        ("shop", "v2", 0),
        ("shop-v1", "1.0", 0),
        ("shop-v1-istio", "1.0", 0),
        ("shop-2", "2.1", 0),
        ("shop", "1.0", 1),
        ("shop-v1", "2.0", 1),
        ("shop-v1", "11.0", 1),
        ("shop", "v1.4.0", 1),
    ],
)
def test_the_version_of_a_variant_stays(
    name: str, version: str, number: int, tmp_path: Path
) -> None:
    text = DEPLOYMENT % (name, version, version, version)
    assert len(findings(tmp_path, {"k8s/a.yaml": text}, "AG055")) == number


# ---- AG029: a template that asks for the kind of a value -----------------------------------------


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ('{{- $has := not (kindIs "invalid" .Values.pdb.most) -}}', 0),
        ('{{- if typeIs "string" .Values.pdb.most }}', 0),
        ("{{- $kind := kindOf .Values.pdb.most -}}", 0),
        ("{{- $has := not .Values.pdb.least -}}", 1),
        ("", 1),
    ],
)
def test_a_value_whose_kind_is_asked_for_may_be_missing(
    line: str, number: int, tmp_path: Path
) -> None:
    files = {
        "c/Chart.yaml": "name: web\nversion: 1.0.0\n",
        "c/values.yaml": "pdb: {least: 1}\n",
        "c/templates/a.yaml": f"{line}\nmost: {{{{ .Values.pdb.most }}}}\n",
    }
    assert len(findings(tmp_path, files, "AG029")) == number


# ---- AG028: a table whose entries a template walks through ---------------------------------------


@pytest.mark.parametrize(
    ("template", "number"),
    [
        ("{{- range $key, $value := .Values.app.env }}{{ $key }}{{ end }}", 0),
        ("{{- range $k, $v := $.Values.app.env -}}{{ $k }}{{ end }}", 0),
        ("{{- range $k, $v := .Values.app }}{{ $k }}{{ end }}", 0),
        ("{{- range $k, $v := .Values.app.envs }}{{ $k }}{{ end }}", 1),
        ("{{- range .Values.app.env.LIST }}{{ . }}{{ end }}", 1),
    ],
)
def test_any_entry_of_a_table_that_is_walked_through_may_be_set(
    template: str, number: int, tmp_path: Path
) -> None:
    files = {
        "chart/Chart.yaml": "name: x\nversion: 1.0.0\n",
        "chart/values.yaml": "app: {env: {LEVEL: info, LIST: []}}\n",
        "chart/templates/a.yaml": f"a: {template}\n",
        "deploy.sh": "#!/bin/sh\nhelm install x chart --set app.env.URL=x\n",
    }
    assert len(findings(tmp_path, files, "AG028")) == number


# ---- AG049: what to write for an address, and addresses that pages give themselves ---------------


@pytest.mark.parametrize(
    ("link", "fix"),
    [
        ("team@example.com", "link to mailto:team@example.com"),
        ("www.example.se", "link to https://www.example.se"),
        ("www.example.com/a", "link to https://www.example.com/a"),
        ("example.dev/a", "link to https://example.dev/a"),
        ("team@example", "correct the link, or take it out"),
    ],
)
def test_an_address_without_its_scheme_gets_it(link: str, fix: str, tmp_path: Path) -> None:
    (finding,) = findings(tmp_path, {"README.md": f"[x]({link})\n"}, "AG049")
    assert finding.fix == fix


@pytest.mark.parametrize(
    ("head", "number"),
    [
        ("---\ntitle: x\npermalink: /docs/flux/\n---\n", 0),
        ('---\npermalink: "/docs/flux"\n---\n', 0),
        ("---\r\npermalink: /docs/flux/\r\n---\r\n", 0),
        ("---\npermalink: /docs/fluxcd/\n---\n", 1),
        ("permalink: /docs/flux/\n", 1),
    ],
)
def test_a_link_may_be_the_address_that_a_page_gives_itself(
    head: str, number: int, tmp_path: Path
) -> None:
    files = {"docs/_docs/flux.md": f"{head}# x\n", "design/a.md": "[x](/docs/flux/)\n"}
    assert len(findings(tmp_path, files, "AG049")) == number


# ---- AG001: of several images of a service, the one that differs is told -------------------------


@pytest.mark.parametrize(
    ("names", "place"),
    [
        ({"Dockerfile": "24", "Dockerfile.db": "22", "Dockerfile.mail": "24"}, "Dockerfile.db"),
        ({"Dockerfile": "22", "Dockerfile.db": "24", "Dockerfile.mail": "24"}, "Dockerfile"),
        ({"Dockerfile": "24", "Dockerfile.db": "24", "Dockerfile.mail": "22"}, "Dockerfile.mail"),
    ],
)
def test_the_image_that_differs_from_most_is_told(
    names: dict[str, str], place: str, tmp_path: Path
) -> None:
    files = {f"app/{name}": f"FROM node:{version}\n" for name, version in names.items()}
    found = findings(tmp_path, {**files, "app/package.json": "{}\n"}, "AG001")
    assert [one.path.name for one in found] == [place]


# ---- CI003: values that GitHub makes -------------------------------------------------------------

WORKFLOW = "on: pull_request\njobs: {a: {runs-on: ubuntu-24.04, steps: [{run: 'echo ${{ x }}'}]}}\n"


@pytest.mark.parametrize(
    ("raw", "severity"),
    [
        ("github.actor_id", "note"),
        ("github.repository", "note"),
        ("github.run_number", "note"),
        ("github.actor", "warning"),
        ("github.head_ref", "error"),
        ("github.repository_secret", "error"),
    ],
)
def test_an_expansion_weighs_by_who_sets_it(raw: str, severity: str, tmp_path: Path) -> None:
    problem = {
        "ident": "template-injection",
        "desc": "code injection",
        "url": "https://example.com",
        "determinations": {"severity": "High", "confidence": "High"},
        "locations": [
            {
                "symbolic": {
                    "kind": "Primary",
                    "annotation": "x",
                    "key": {"Local": {"verbatim_path": ".github/workflows/a.yml"}},
                    "feature_kind": {"Subfeature": {"fragment": {"Raw": raw}}},
                },
                "concrete": {"location": {"start_point": {"row": 0}}},
            }
        ],
    }
    found = findings(
        tmp_path,
        {".github/workflows/a.yml": WORKFLOW},
        "CI003",
        zizmor=said(json.dumps([problem]), exit_code=14),
    )
    assert [one.severity.value for one in found] == [severity]


# ---- K8002: labels that the configurations of kustomize add --------------------------------------

MONITOR = (
    "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: shop}\n"
    "spec: {endpoints: [{port: metrics}]}\n"
)
CONFIGURATION = "commonLabels:\n  - {path: spec/selector/matchLabels, create: %s, kind: %s}\n"


@pytest.mark.parametrize(
    ("configuration", "labels", "number"),
    [
        (CONFIGURATION % ("true", "ServiceMonitor"), "commonLabels: {app: shop}\n", 0),
        (CONFIGURATION % ("true", ""), "commonLabels: {app: shop}\n", 0),
        (CONFIGURATION % ("false", "ServiceMonitor"), "commonLabels: {app: shop}\n", 1),
        (CONFIGURATION % ("true", "PodMonitor"), "commonLabels: {app: shop}\n", 1),
        (CONFIGURATION % ("true", "ServiceMonitor"), "", 1),
        ("nameReference: []\n", "commonLabels: {app: shop}\n", 1),
    ],
)
@pytest.mark.parametrize("kind", ["Component", "Kustomization"])
def test_labels_go_where_the_configuration_says(
    kind: str, configuration: str, labels: str, number: int, tmp_path: Path
) -> None:
    inner = "resources: [monitor.yaml]\nconfigurations: [config.yaml]\n"
    key = "components" if kind == "Component" else "resources"
    files = {
        "k8s/part/monitor.yaml": MONITOR,
        "k8s/part/config.yaml": configuration,
        "k8s/part/kustomization.yaml": f"kind: {kind}\n{inner}",
        "k8s/prod/kustomization.yaml": f"{labels}{key}: [../part]\n",
    }
    assert len(findings(tmp_path, files, "K8002")) == number


# ---- SY002: variables that Flux fills in ---------------------------------------------------------

FLUX = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec:\n  postBuild: {substituteFrom: []}\n"
TARGETS = "targets: [vault.${DOMAIN}:8200]\n"


@pytest.mark.parametrize(
    ("files", "number"),
    [
        ({"flux/app.yaml": FLUX, "app/values.yaml": TARGETS}, 0),
        ({"flux/app.yaml": FLUX, "app/values.yaml": "a: [x${DOMAIN:-example.com}y]\n"}, 0),
        ({"flux/app.yaml": FLUX, "app/values.yaml": "a: {b: x.${DOMAIN:=a}, c: 1}\n"}, 0),
        ({"app/values.yaml": TARGETS}, 1),
        ({"flux/app.yaml": FLUX.replace("postBuild", "pre"), "app/values.yaml": TARGETS}, 1),
        ({"flux/app.yaml": FLUX, "app/values.yaml": "a: [vault.${DOMAIN}\nb: 1\n"}, 1),
    ],
)
def test_yaml_is_what_it_is_after_flux_filled_it_in(
    files: dict[str, str], number: int, tmp_path: Path
) -> None:
    assert len(findings(tmp_path, files, "SY002")) == number


# ---- SY003, SY006: pages of a site generator, and libraries of others ----------------------------


@pytest.mark.parametrize(
    ("name", "text", "number"),
    [
        ("site/manifest.json", '---\n---\n{"name": "{{ site.name }}"}\n', 0),
        ("site/feed.json", "---\nlayout: null\n---\n[]\n", 0),
        ("site/config.xml", "---\n---\n<a/>\n", 0),
        ("src/wwwroot/lib/bootstrap/a.json", "{\n", 0),
        ("site/manifest.json", "---\n{}\n", 1),
        ("site/config.xml", "--\n--\n<a/>\n", 1),
        ("src/wwwroot/js/lib/a.json", "{\n", 1),
        ("src/lib/a.json", "{\n", 1),
    ],
)
def test_what_a_site_generator_fills_in_is_no_json_yet(
    name: str, text: str, number: int, tmp_path: Path
) -> None:
    assert len(findings(tmp_path, {name: text}, "SY003", "SY006")) == number


# ---- SEC002: an image that is built here, for the machine that runs it ---------------------------


@pytest.mark.parametrize(
    ("folder", "image", "number"),
    [
        ("config-service", "config-service", 0),
        ("services/shop-api", "shop-api:latest", 0),
        ("ch2/catalog-service", "catalog-service", 0),
        ("config-service", "acme/config-service", 1),
        ("config-service", "other-service", 1),
        ("eclipse-temurin", "eclipse-temurin", 1),
        ("redis", "redis", 1),
    ],
)
def test_an_image_called_like_a_service_is_built_here(
    folder: str, image: str, number: int, tmp_path: Path
) -> None:
    pod = f"{{containers: [{{name: a, image: '{image}'}}]}}"
    files = {
        f"{folder}/pom.xml": "<project><artifactId>a</artifactId></project>\n",
        "k8s/a.yaml": f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {pod}\n",
    }
    assert len(findings(tmp_path, files, "SEC002")) == number


# ---- SEC003: what is used is here, or its line is accepted ---------------------------------------

USES = "on: push\njobs: {a: {runs-on: x, steps: [\n  {uses: %s}]}}\n"
ACTION = {".github/actions/lint/action.yml": "runs: {using: composite}\n"}


@pytest.mark.parametrize(
    ("uses", "number"),
    [
        ("acme/shop/.github/actions/lint@main", 0),
        ("acme/shop/.github/actions/lint/action.yml@main", 0),
        ("acme/shop/.github/workflows/a.yml@main", 0),
        ("acme/flow/.github/actions/test@main", 1),
        ("acme/lint@main", 1),
        ("acme/a/src/.github/actions/lint@main", 1),
    ],
)
def test_an_own_action_by_its_address_is_no_stranger(
    uses: str, number: int, tmp_path: Path
) -> None:
    files = {".github/workflows/a.yml": USES % uses, **ACTION}
    assert len(findings(tmp_path, files, "SEC003")) == number


@pytest.mark.parametrize(
    ("comment", "number"),
    [
        ("# ratchet:exclude", 0),
        ("# pinact:ignore", 0),
        ("# zizmor: ignore[unpinned-uses]", 0),
        ("# zizmor: ignore[artipacked]", 1),
        ("# main", 1),
    ],
)
def test_the_comment_of_a_tool_that_pins_is_kept(comment: str, number: int, tmp_path: Path) -> None:
    text = f"on: push\njobs:\n  a:\n    uses: acme/a/.github/workflows/b.yml@main {comment}\n"
    assert len(findings(tmp_path, {".github/workflows/a.yml": text}, "SEC003")) == number


# ---- AG063: copies of a service in chapters ------------------------------------------------------

OBJECT = (
    "apiVersion: v1\nkind: Service\nmetadata: {name: shop-api}\n"
    "spec: {selector: {app: shop-api}, ports: [{port: 80}]}\n"
)
PAGE = "# Shop\n\n```sh\nkubectl port-forward service/shop-api 8000:8080\n```\n"


@pytest.mark.parametrize(
    ("folders", "page", "number"),
    [
        (("ch1/shop-api", "ch2/shop-api"), "ch1/shop-api", 0),
        (("ch1/end/shop-api", "ch2/end/shop-api"), "ch1/end/shop-api", 0),
        (("ch1/shop-api", "ch2/shop-api"), "ch2/shop-api", 1),
        (("ch1/shop-api",), "ch1/shop-api", 1),
    ],
)
def test_a_page_is_about_its_own_copy_of_a_service(
    folders: tuple[str, ...], page: str, number: int, tmp_path: Path
) -> None:
    files = {f"{folder}/Dockerfile": "FROM node:24\n" for folder in folders}
    files |= {"ch2/k8s/service.yaml": OBJECT, f"{page}/README.md": PAGE}
    assert len(findings(tmp_path, files, "AG063")) == number


# ---- SEC008: one rule of a role, whatever kustomizations call it ---------------------------------


@pytest.mark.parametrize("prefixes", [("a-", "b-"), ("a-", ""), ("a-", "b-", "c-")])
def test_a_rule_is_told_once(prefixes: tuple[str, ...], tmp_path: Path) -> None:
    role = (
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: all}\n"
        "rules:\n  - apiGroups: ['*']\n    resources: ['*']\n    verbs: ['*']\n"
    )
    files = {"base/role.yaml": role, "base/kustomization.yaml": "resources: [role.yaml]\n"}
    files |= {
        f"o{at}/kustomization.yaml": f"namePrefix: '{prefix}'\nresources: [../base]\n"
        for at, prefix in enumerate(prefixes)
    }
    assert len(findings(tmp_path, files, "SEC008")) == 1


# ---- SY002: words that a reader of a course replaces ---------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("- <EDIT: YOUR RULE HERE>\n    <EDIT: YOUR RULE HERE>\n", 0),
        ("a:\n  <YOUR NAME>: x\n   b: <YOUR NAME>\n", 0),
        ("a: 1\n <TO_DO: FILL IN>\nb: 2\n", 0),
        ("a:\n  <Your name>: x\n   b: 1\n", 1),
        ("a: 1\n b: 2\n", 1),
    ],
)
def test_words_to_replace_are_no_yaml_yet(text: str, number: int, tmp_path: Path) -> None:
    assert len(findings(tmp_path, {"k8s/a.yaml": text}, "SY002")) == number


# ---- AG019: the message names the kind that is watched -------------------------------------------


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_a_port_of_pods_is_missing_in_what_makes_them(kind: str, tmp_path: Path) -> None:
    workload = (
        f"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: shop, labels: {{app: shop}}}}\n"
        "spec:\n  selector: {matchLabels: {app: shop}}\n  template:\n"
        "    metadata: {labels: {app: shop}}\n    spec: {containers: [{name: shop, image: 'shop:1',"
        " ports: [{name: http, containerPort: 80}]}]}\n"
    )
    monitor = (
        "apiVersion: monitoring.coreos.com/v1\nkind: PodMonitor\nmetadata: {name: shop}\n"
        "spec: {selector: {matchLabels: {app: shop}}, podMetricsEndpoints: [{port: metrics}]}\n"
    )
    files = {"k8s/a.yaml": workload, "k8s/b.yaml": monitor}
    (finding,) = findings(tmp_path, files, "AG019")
    assert finding.message == f"asks port metrics, which {kind} shop does not have"


# ---- AG029: what holds a value that is tested ----------------------------------------------------


@pytest.mark.parametrize(
    ("template", "number"),
    [
        ("{{ if .Values.app.metrcs.secure }}x{{ end }}", 1),
        ("{{ if and .Values.app.on $.Values.app.metrcs.secure }}x{{ end }}", 1),
        ("{{ .Values.app.metrcs.secure | default true }}", 1),
        ("{{ if .Values.app.metrics.secur }}x{{ end }}", 0),
        ("{{ if .Values.app.tracing.on }}x{{ end }}", 0),
        ("{{ if .Values.app.metrcs }}{{ if .Values.app.metrcs.secure }}x{{ end }}{{ end }}", 0),
    ],
)
def test_what_holds_a_tested_value_is_there(template: str, number: int, tmp_path: Path) -> None:
    files = {
        "c/Chart.yaml": "name: web\nversion: 1.0.0\n",
        "c/values.yaml": "app: {on: true, metrics: {secure: true}}\n",
        "c/templates/a.yaml": f"a: {template}\n",
    }
    assert len(findings(tmp_path, files, "AG029")) == number


# ---- AG021, AG023: one letter in a label, and the target of KEDA ---------------------------------

LABELS = "{app.kubernetes.io/name: %s, app.kubernetes.io/part-of: shop}"
WORKLOAD = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: %s}\n"
    "spec:\n  selector: {matchLabels: %s}\n  template:\n    metadata: {labels: %s}\n"
    "    spec: {containers: [{name: a, image: 'a:1'}]}\n"
)


@pytest.mark.parametrize(
    ("label", "number"),
    [("gateways", 1), ("gatewy", 1), ("gateway", 0), ("router", 0), ("gateway2", 0)],
)
def test_one_letter_in_one_of_several_labels_is_a_slip(
    label: str, number: int, tmp_path: Path
) -> None:
    service = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: shop-admin}\n"
        f"spec: {{selector: {LABELS % label}, ports: [{{port: 80}}]}}\n"
    )
    files = {"k8s/s.yaml": service}
    for name in ("gateway", "worker"):
        of_pods = LABELS % name
        files[f"k8s/{name}.yaml"] = WORKLOAD % (f"shop-{name}-main", of_pods, of_pods)
    assert len(findings(tmp_path, files, "AG021")) == number


@pytest.mark.parametrize(
    ("target", "number"),
    [
        ("{name: shop-gatewy}", 1),
        ("{name: shop-gatewy, kind: Deployment}", 1),
        ("{name: shop-gateway}", 0),
        ("{name: shop-gatewy, kind: Widget}", 0),
        ("{name: other}", 0),
    ],
)
def test_keda_scales_a_workload_that_is_there(target: str, number: int, tmp_path: Path) -> None:
    scaled = (
        "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: shop}\n"
        f"spec: {{scaleTargetRef: {target}}}\n"
    )
    labels = LABELS % "gateway"
    files = {"k8s/a.yaml": WORKLOAD % ("shop-gateway", labels, labels), "k8s/b.yaml": scaled}
    assert len(findings(tmp_path, files, "AG023")) == number


# ---- AG014: the image listens where the Service leads --------------------------------------------

SERVED = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
        - name: web
          image: {image}
          ports: [{{containerPort: 80}}]
---
apiVersion: v1
kind: Service
metadata: {{name: web}}
spec:
  selector: {{app: web}}
  ports: [{{port: 80, targetPort: {target}}}]
"""


@pytest.mark.parametrize(
    ("target", "dockerfile", "number"),
    [
        ("3000", "FROM node:24\nEXPOSE 3000\n", 0),
        ("3000", "FROM node:24\nENV PORT=3000\nEXPOSE 3000/tcp\n", 0),
        ("3000", "FROM node:24\nEXPOSE 8080 3000\n", 0),
        ("3000", "FROM node:24\nEXPOSE 8080\n", 1),
        ("3000", "FROM node:24\n", 1),
        ("80", "FROM node:24\nEXPOSE 3000\n", 0),
    ],
)
def test_a_service_may_lead_to_the_port_of_the_image(
    target: str, dockerfile: str, number: int, tmp_path: Path
) -> None:
    files = {
        "Dockerfile": f"{dockerfile}CMD node server.js\n",
        "package.json": '{"name": "web"}\n',
        "k8s/web.yaml": SERVED.format(image="example/web:1.2.3", target=target),
    }
    assert len(findings(tmp_path, files, "AG014")) == number
