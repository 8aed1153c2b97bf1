"""Files that others complete, generate, or read by another rule than the one that a check knows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from support import ScriptedToolchain, said, written

from scaffolder import checks
from scaffolder.model import Report, Severity
from scaffolder.repository import files


def ran(root: Path, files: Mapping[str, str], *ids: str) -> Report:
    chosen = checks.choose(select=ids, ignore=[])
    return checks.run(written(root, files), chosen, ScriptedToolchain({}))


def number(root: Path, files: Mapping[str, str], *ids: str) -> int:
    return sum(len(result.findings) for result in ran(root, files, *ids).results)


# ---- SY005 ---------------------------------------------------------------------------------------

HCL = {
    "Consul": ("client/svc.hcl", 'service {\n  name = "a"\n  check {\n    id = "a",\n    http = "b",\n  }\n}\n', 0),
    "Vault": ("policy.hcl", 'path "a" {\n  capabilities = ["read"],\n}\n', 0),
    "a list of lines": ("nomad.hcl", 'server {\n  join = [\n    "a",\n    "b",\n  ],\n}\n', 0),
    "a comment after it": ("a.hcl", 'x {\n  y = 1, # one\n}\n', 0),
    "Terraform": ("main.tf", 'locals {\n  y = 1,\n  z = 2\n}\n', 1),
    "Terragrunt": ("terragrunt.hcl", "inputs = {}\nlocals {\n  y = 1,\n}\n", 1),
    "a bracket that is open": ("svc.hcl", "service {\n  id = 1,\n", 1),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text", "wrong"), HCL.values(), ids=HCL)
def test_the_first_version_of_hcl_has_commas(
    tmp_path: Path, name: str, text: str, wrong: int
) -> None:
    assert number(tmp_path, {name: text}, "SY005") == wrong


# ---- K8001, K8002 --------------------------------------------------------------------------------

FRAGMENT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  port: 80\n"
FOLDERS = {
    "Quarkus": ("api/src/main/kubernetes/minikube.yml", 0),
    "JKube": ("src/main/jkube/configmap.yml", 0),
    "fabric8": ("src/main/fabric8/cm.yml", 0),
    "invalid on purpose": ("hack/invalid-examples/standard/cm.yaml", 0),
    "deployed": ("kubernetes/cm.yml", 1),
    "in a folder of sources": ("src/kubernetes/cm.yml", 1),
    "a word of its name": ("deploy/invalidation/cm.yaml", 1),
}


@pytest.mark.parametrize(("path", "wrong"), FOLDERS.values(), ids=FOLDERS)
def test_parts_that_a_build_completes_are_no_objects(tmp_path: Path, path: str, wrong: int) -> None:
    assert number(tmp_path, {path: FRAGMENT}, "K8001") == wrong


# ---- AG050 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("scripts/add-codeowners/CODEOWNERS", 0),
        ("templates/service/.github/CODEOWNERS", 0),
        ("policies/CODEOWNERS", 0),
        ("CODEOWNERS", 1),
        (".github/CODEOWNERS", 1),
        (".gitlab/CODEOWNERS", 1),
        ("docs/CODEOWNERS", 1),
    ],
)
def test_owners_are_read_where_hosts_read_them(tmp_path: Path, path: str, wrong: int) -> None:
    assert number(tmp_path, {path: "/absent/ @a/b\n", "a.md": ""}, "AG050") == wrong


# ---- CI001 ---------------------------------------------------------------------------------------

WORKFLOW = ".github/workflows/a.yml"
TAB = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: a/b@c\t # v1\n"
PARSED = {
    "a tab before a comment": (TAB, 0),
    "a tab after a value": (TAB.replace("\t # v1", "\t"), 0),
    "a bracket that is open": (TAB + "      - {run: a\n", 1),
    "a tab as an indent": (TAB + "\t- run: a\n", 1),
}


@pytest.mark.parametrize(("text", "wrong"), PARSED.values(), ids=PARSED)
def test_what_our_reader_parses_is_yaml(tmp_path: Path, text: str, wrong: int) -> None:
    error = {"filename": WORKFLOW, "message": f"Failed to parse {WORKFLOW}"}
    assert schema_says(tmp_path, text, {"parse_errors": [error]}) == wrong


@pytest.mark.parametrize(
    ("path", "message", "wrong"),
    [
        ("$.jobs.a.strategy", "'matrix' is a required property", 0),
        ("$.jobs['a-b'].strategy", "'matrix' is a required property", 0),
        ("$.jobs.a", "'runs-on' is a required property", 1),
        ("$.jobs.a.strategy", "Additional properties are not allowed ('x' was unexpected)", 1),
    ],
)
def test_a_strategy_needs_no_matrix(tmp_path: Path, path: str, message: str, wrong: int) -> None:
    error = {"filename": WORKFLOW, "path": path, "message": message}
    assert schema_says(tmp_path, TAB, {"errors": [error]}) == wrong


def schema_says(root: Path, text: str, printed: dict[str, object]) -> int:
    toolchain = ScriptedToolchain({"check-jsonschema": said(json.dumps(printed), exit_code=1)})
    chosen = checks.choose(select=["CI001"], ignore=[])
    (result,) = checks.run(written(root, {WORKFLOW: text}), chosen, toolchain).results
    return len(result.findings)


# ---- SEC001 --------------------------------------------------------------------------------------

SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\n{kind}:\n{entries}"
PASSWORDS = {
    "in base64": ("data", "  user: c3VwZXJtYW4=\n  password: c3VwZXJtYW4=\n", Severity.NOTE),
    "with a long key": ("data", "  db.username: bG9jYXRpb25z\n  db.password: bG9jYXRpb25z\n", Severity.NOTE),
    "two of one": ("stringData", "  MYSQL_PASSWORD: Superman1\n  MYSQL_USER: Superman1\n", Severity.NOTE),
    "another one": ("data", "  user: c3VwZXJtYW4=\n  password: aHVudGVyMmFi\n", Severity.ERROR),
    "drawn, as the user": (
        "stringData",
        "  user: x8Kq2Lm9Zt4Rw7Vb3Np6\n  password: x8Kq2Lm9Zt4Rw7Vb3Np6\n",
        Severity.ERROR,
    ),
    "without a user": ("data", "  title: c3VwZXJtYW4=\n  password: c3VwZXJtYW4=\n", Severity.ERROR),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "entries", "expected"), PASSWORDS.values(), ids=PASSWORDS)
def test_a_password_that_is_the_name_of_its_user_is_of_a_demonstration(
    tmp_path: Path, kind: str, entries: str, expected: Severity
) -> None:
    files = {"k8s/secret.yaml": SECRET.format(kind=kind, entries=entries)}
    found = [one for result in ran(tmp_path, files, "SEC001").results for one in result.findings]
    assert {one.severity for one in found if "password" in one.message.lower()} == {expected}


# ---- AG047 ---------------------------------------------------------------------------------------

CLONE = "```sh\ngit clone https://github.com/acme/{name} && cd {name}\n```\n\n"
PAGES = {
    "a clone of another": ("reports/a/README.md", CLONE.format(name="proxy"), "run-all", 0),
    "in words": ("reports/a.md", "1. Clone https://github.com/acme/proxy\n\n", "run-all", 0),
    "by the link to it": ("docs/a.md", "In the [repo](https://github.com/acme/proxy):\n\n", "run-all", 0),
    "a word to fill in": ("README.md", "", "test-<chart-name>", 0),
    "two words to fill in": ("README.md", "", "<env>-[stack]", 0),
    "the clone of this one": ("docs/a.md", CLONE.format(name="shop"), "run-all", 1),
    "the first page": ("README.md", CLONE.format(name="mine") + "`make build`\n\n", "run-all", 1),
    "no clone": ("reports/a/README.md", "", "run-all", 1),
}  # fmt: skip


@pytest.mark.parametrize(("path", "before", "target", "wrong"), PAGES.values(), ids=PAGES)
def test_a_page_about_another_repository_calls_its_make(
    tmp_path: Path, path: str, before: str, target: str, wrong: int
) -> None:
    files = {
        "Makefile": "build:\n\ttrue\n",
        "package.json": '{"name": "shop"}\n',
        path: f"# A\n\n{before}```sh\nmake {target}\n```\n",
    }
    assert number(tmp_path, files, "AG047") == wrong


# ---- AG049 ---------------------------------------------------------------------------------------

HUGO = '[module]\n  [[module.mounts]]\n    source = "{source}"\n    target = "content/geps"\n'
MOUNTS = {
    "a page of another folder": ("../geps", "geps/one/index.md", "../overview.md", 0),
    "in YAML": ("yaml", "geps/one/index.md", "../../reference/a.md", 0),
    "deep": ("../geps/", "geps/a/b/c.md", "../../../x.md", 0),
    "beside": ("../geps", "geps/one/index.md", "absent.md", 1),
    "a folder that is not taken in": ("../other", "geps/one/index.md", "../overview.md", 1),
}


@pytest.mark.parametrize(("source", "page", "link", "wrong"), MOUNTS.values(), ids=MOUNTS)
def test_pages_that_hugo_takes_in_are_beside_others(
    tmp_path: Path, source: str, page: str, link: str, wrong: int
) -> None:
    yaml = "module:\n  mounts:\n    - source: ../geps\n      target: content/geps\n"
    settings = {"site/hugo.yaml": yaml} if source == "yaml" else {}
    settings = settings or {"site/hugo.toml": HUGO.format(source=source)}
    files = {**settings, page: f"# A\n\n[a]({link})\n", "site/content/a.md": "# B\n"}
    assert number(tmp_path, files, "AG049") == wrong


@pytest.mark.parametrize(
    ("link", "guess"),
    [
        ("../idm/keycloak", "correct the link, or take it out"),
        ("../forms/", "correct the link, or take it out"),
        ("../app/keycloak", "link to ../apps/keycloak"),
        ("../guide.md", "link to ../pages/deep/below/guide.md"),
    ],
)
def test_a_folder_far_away_is_no_guess(tmp_path: Path, link: str, guess: str) -> None:
    files = {
        "web/README.md": f"# A\n\n[a]({link})\n",
        "apps/bpm/src/main/java/org/extension/keycloak/A.java": "class A {}\n",
        "openshift/templates/forms/a.yaml": "a: 1\n",
        "pages/deep/below/guide.md": "# B\n",
    }
    if link == "../app/keycloak":
        files = {"web/README.md": files["web/README.md"], "apps/keycloak/a.txt": "a\n"}
    (result,) = ran(tmp_path, files, "AG049").results
    assert [finding.fix for finding in result.findings] == [guess]


# ---- EN001 ---------------------------------------------------------------------------------------

KEYS = {
    "a word that begins with it": ("production_env", "production_env", 0),
    "its name in each": ("is_prod", "is_prod", 0),
    "of each environment": ("prod_url", "dev_url", 0),
    "of one alone": ("retries", "", 1),
}


@pytest.mark.parametrize(("of_prod", "of_others", "wrong"), KEYS.values(), ids=KEYS)
def test_a_key_with_the_name_of_an_environment_that_all_have(
    tmp_path: Path, of_prod: str, of_others: str, wrong: int
) -> None:
    files = {"chart/Chart.yaml": "apiVersion: v2\nname: chart\nversion: 0.1.0\n"}
    files |= {"chart/values.yaml": "a: 1\n"}
    for name in ("dev", "qa", "prod"):
        key = of_prod if name == "prod" else of_others.replace("dev", name)
        files[f"chart/values-{name}.yaml"] = f"a: 1\nb: 2\n{key}: 3\n" if key else "a: 1\nb: 2\n"
    assert number(tmp_path, files, "EN001") == wrong


# ---- AG014, AG015, AG029, AG055 ------------------------------------------------------------------

CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: chart\nversion: 0.1.0\n",
    "chart/values.yaml": "size: 1\n",
}
TEMPLATE = "a: {{ .Values.size }}\nb: {{ .Values.image.name }}\n"
SETS = {
    "a variable of make": ("Makefile", "HELM_OPTIONS := $(HELM_OPTIONS) --set image.name=$(IMAGE)\nx:\n\thelm upgrade a chart $(HELM_OPTIONS)\n", 0),
    "one that is added to": ("Makefile", "HELM_ARGS += --set image.name=$(IMAGE)\nx:\n\thelm install a chart $(HELM_ARGS)\n", 0),
    "one of a script": ("up.sh", '#!/bin/sh\nHELM_FLAGS="$HELM_FLAGS --set image.name=$1"\nhelm upgrade a chart $HELM_FLAGS\n', 0),
    "the program in a variable": ("Makefile", "x:\n\t$(HELM) upgrade a chart --set image.name=b\n", 0),
    "of another value": ("Makefile", "HELM_OPTIONS := $(HELM_OPTIONS) --set image.tag=$(TAG)\n", 1),
    "none": ("Makefile", "x:\n\thelm upgrade a chart\n", 1),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text", "wrong"), SETS.values(), ids=SETS)
def test_options_in_a_variable_set_values(tmp_path: Path, name: str, text: str, wrong: int) -> None:
    files = {**CHART, "chart/templates/a.yaml": TEMPLATE, name: text}
    assert number(tmp_path, files, "AG029") == wrong


MARKETS = {
    "Google's": ("chart/../schema.yaml", "x-google-marketplace:\n  schemaVersion: v2\n", 0),
    "Google's, another ending": ("schema.yml", "x-google-marketplace: {}\n", 0),
    "Azure's": ("createUiDefinition.json", '{"handler": "Microsoft.Azure.createUiDefinition"}\n', 0),
    "another schema": ("schema.yaml", "type: object\n", 1),
    "beside another chart": ("other/schema.yaml", "x-google-marketplace: {}\n", 1),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text", "wrong"), MARKETS.values(), ids=MARKETS)
def test_users_of_a_marketplace_give_a_chart_its_values(
    tmp_path: Path, name: str, text: str, wrong: int
) -> None:
    files = {**CHART, "chart/templates/a.yaml": TEMPLATE, name: text}
    assert number(tmp_path, files, "AG029") == wrong


PODS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: a}}
spec:
  selector: {{matchLabels: {{app: a{label}}}}}
  template:
    metadata: {{labels: {{app: a{label}}}}}
    spec:
      containers:
        - name: a
          image: registry.corp/shop/a:1.2.3
          ports: [{{name: http, containerPort: {port}}}]
          livenessProbe: {{httpGet: {{path: /, port: {probe}}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: a}}
spec:
  selector: {{app: a}}
  ports: [{{port: 80, targetPort: {target}}}]
"""
PORTS = {
    "no number anywhere": ("null", "null", "8080", 0),
    "none of the container": ("null", "http", "9090", 0),
    "none of the probe": ("8080", "null", "8080", 0),
    "another name of the Service": ("8080", "http", "web", 1),
    "another name of the probe": ("8080", "web", "8080", 1),
}


@pytest.mark.parametrize(("port", "probe", "target", "wrong"), PORTS.values(), ids=PORTS)
def test_a_port_without_a_number_may_be_any(
    tmp_path: Path, port: str, probe: str, target: str, wrong: int
) -> None:
    manifest = PODS.format(label="", port=port, probe=probe, target=target)
    assert number(tmp_path, {"k8s/a.yaml": manifest}, "AG014", "AG015") == wrong


@pytest.mark.parametrize(
    ("version", "wrong"),
    [("latest", 0), ("java25-latest", 0), ("v1-stable", 0), ("main", 0), ("1.2.3", 1), ("v1", 1)],
)
def test_a_version_that_stays_may_be_in_a_selector(
    tmp_path: Path, version: str, wrong: int
) -> None:
    label = f", app.kubernetes.io/version: {version}"
    manifest = PODS.format(label=label, port=8080, probe=8080, target=8080)
    assert number(tmp_path, {"k8s/a.yaml": manifest}, "AG055") == wrong


# ---- TF003 ---------------------------------------------------------------------------------------

CLUSTERS = """\
resource "azurerm_kubernetes_cluster" "one" {{}}
resource "azurerm_kubernetes_cluster" "two" {{}}
locals {{
  hosts = {{
    one = azurerm_kubernetes_cluster.one.fqdn
    two = azurerm_kubernetes_cluster.two.fqdn
  }}
}}
provider "kubernetes" {{
  host = local.hosts.two
  {setting}
}}
resource "kubernetes_namespace" "a" {{}}
"""


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ("client_key = azurerm_kubernetes_cluster.two.kube_config", "two"),
        ("client_key = base64decode(azurerm_kubernetes_cluster.two.kube_config[0].key)", "two"),
        ("exec {\n    args = [local.a, azurerm_kubernetes_cluster.two.name]\n  }", "two"),
        ("insecure = true", "one"),
    ],
)
def test_a_provider_is_of_the_cluster_that_it_names_itself(
    tmp_path: Path, setting: str, name: str
) -> None:
    (result,) = ran(tmp_path, {"main.tf": CLUSTERS.format(setting=setting)}, "TF003").results
    (finding,) = result.findings
    assert f"azurerm_kubernetes_cluster.{name}," in finding.message


# ---- AG048: the folder of a script ---------------------------------------------------------------

AT = '#!/bin/sh\ncd "$(dirname "$0")"\n'
MOVES = {
    "up": ("pushd ..\nexec ./setup.sh\npopd\n", 0),
    "up, in quotes": ('cd ".."\n./setup.sh\n', 0),
    "into a folder": ("cd sub/\n./inner.sh\n", 0),
    "and back": ("pushd .. >/dev/null\npopd\n./setup.sh\n", 1),
    "into another": ("cd sub\n./setup.sh\n", 1),
    "nowhere": ("./setup.sh\n", 1),
}


@pytest.mark.parametrize(("text", "wrong"), MOVES.values(), ids=MOVES)
def test_a_script_goes_on_where_it_went(tmp_path: Path, text: str, wrong: int) -> None:
    files = {"setup.sh": "true\n", "infra/up.sh": AT + text, "infra/sub/inner.sh": "true\n"}
    assert number(tmp_path, files, "AG048") == wrong


# ---- SY003, CI004 --------------------------------------------------------------------------------

JSONC = {
    "after the bracket": ('{\n\t// copy this file\n\t"a": 1\n}\n', 0),
    "a block": ('[\n  /* one */\n  "a"\n]\n', 0),
    "at the start": ('// one\n{"a": 1}\n', 0),
    "a slip": ('{\n  // one\n  "a": 1,,\n}\n', 1),
    "a comment in the middle": ('{\n  "a": 1 // one\n}\n', 1),
}


@pytest.mark.parametrize(("text", "wrong"), JSONC.values(), ids=JSONC)
def test_json_that_begins_with_a_comment_has_a_reader_of_comments(
    tmp_path: Path, text: str, wrong: int
) -> None:
    assert number(tmp_path, {"a/local.example.json": text}, "SY003") == wrong


@pytest.mark.parametrize(("code", "wrong"), [(1008, 0), (1071, 0), (1073, 1), (2086, 1)])
def test_a_shell_that_shellcheck_does_not_know_is_not_looked_at(
    tmp_path: Path, code: int, wrong: int
) -> None:
    comment = {"file": "a.sh", "line": 1, "code": code, "level": "error", "message": "m"}
    toolchain = ScriptedToolchain({"shellcheck": said(json.dumps({"comments": [comment]}))})
    project = written(tmp_path, {"a.sh": "#!/usr/bin/dumb-init /bin/sh\ntrue\n"})
    (result,) = checks.run(project, checks.choose(select=["CI004"], ignore=[]), toolchain).results
    assert (len(result.findings), bool(result.limit)) == (wrong, not wrong)


# ---- AG029: nothing is as good as a value --------------------------------------------------------

LINES = {
    "a time of a probe": ("periodSeconds: {{ .Values.image.period }}", 0),
    "in quotes": ('imagePullPolicy: "{{ .Values.image.pull }}"', 0),
    "of the root": ("storageClassName: {{ $.Values.image.class }}", 0),
    "a list that is merged": ('{{ include "m" (dict "values" (list .Values.image.a .Values.size) "context" .) }}', 0),
    "an image": ("image: {{ .Values.image.name }}", 1),
    "a part of a text": ("priorityClassName: {{ .Values.image.name }}-high", 1),
    "a misspelt one": ("replicas: {{ .Values.imag.size }}", 1),
}  # fmt: skip


@pytest.mark.parametrize(("line", "wrong"), LINES.values(), ids=LINES)
def test_a_field_that_may_be_empty_needs_no_value(tmp_path: Path, line: str, wrong: int) -> None:
    values = "size: 1\nimage:\n  tag: a\n"
    files = {**CHART, "chart/values.yaml": values, "chart/templates/a.yaml": f"{line}\n"}
    assert number(tmp_path, files, "AG029") == wrong


# ---- AG047: the repository that a page is about --------------------------------------------------

ABOUT = {
    "its address": ("See [its README](https://github.com/acme/compose/tree/main#readme).", 0),
    "its name": ("Go to the `compose` repository.", 0),
    "a short word": ("Build from the `compose` repo.", 0),
    "this one": ("See [its README](https://github.com/acme/shop/tree/main).", 1),
    "of a tool": ("Install [kind](https://github.com/kubernetes-sigs/kind) first.", 1),
    "of another section": ("Go to the `compose` repository.\n\n## Build", 1),
    "no repository": ("Use `compose` here.", 1),
}


@pytest.mark.parametrize(("text", "wrong"), ABOUT.values(), ids=ABOUT)
def test_a_command_beside_the_name_of_another_repository_is_of_that(
    tmp_path: Path, text: str, wrong: int
) -> None:
    files = {
        "Makefile": "build:\n\ttrue\n",
        "package.json": '{"name": "shop"}\n',
        "README.md": f"# A\n\n{text}\n\n```sh\nmake run-all\n```\n",
    }
    assert number(tmp_path, files, "AG047") == wrong


# ---- HL001, AG029: parts of charts; AG008: two versions on purpose --------------------------------

PARTS = {
    "a part": ("version: ${CHART_VERSION}\ndependencies: []\n", (), 0),
    "a part with values": ("version: 1.0.0\n", ("values.yaml",), 0),
    "no name, yet templates": ("version: 1.0.0\n", ("templates/a.yaml",), 1),
    "a chart": ("apiVersion: v2\nname: a\nversion: 1.0.0\n", ("templates/a.yaml",), 1),
    "a chart without templates": ("apiVersion: v2\nname: a\nversion: 1.0.0\n", (), 1),
}


@pytest.mark.parametrize(("text", "more", "charts"), PARTS.values(), ids=PARTS)
def test_a_part_that_a_script_puts_into_a_chart_is_none(
    tmp_path: Path, text: str, more: tuple[str, ...], charts: int
) -> None:
    project = written(tmp_path, {"x/Chart.yaml": text, **{f"x/{name}": "a: 1\n" for name in more}})
    assert len(files.charts(project)) == charts


HELM = "      - uses: azure/setup-helm@v5\n        with: {{version: {version}}}\n"
JOBS = {
    "both in one pipeline": ({"a": ("4.1.4", "3.20.0"), "b": ("4.1.4",)}, 0),
    "both, in another order": ({"a": ("3.20.0", "4.1.4"), "b": ("4.1.4",)}, 0),
    "in two pipelines": ({"a": ("3.20.0",), "b": ("4.1.4",), "c": ("4.1.4",)}, 1),
    "two of one major": ({"a": ("4.1.4", "4.0.1"), "b": ("4.1.4",)}, 1),
}


@pytest.mark.parametrize(("jobs", "wrong"), JOBS.values(), ids=JOBS)
def test_a_pipeline_that_tries_two_major_versions(
    tmp_path: Path, jobs: dict[str, tuple[str, ...]], wrong: int
) -> None:
    text = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n"
    workflows = {
        f".github/workflows/{name}.yml": text
        + "".join(HELM.format(version=f"v{version}") for version in versions)
        for name, versions in jobs.items()
    }
    assert number(tmp_path, workflows, "AG008") == wrong


# ---- SY002: wrong on purpose ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("test/kubepug/smoke-test-negative.yaml", 0),
        ("tests/invalid-workflow.yaml", 0),
        ("e2e/cases/a.malformed.yaml", 0),
        ("deploy/negative.yaml", 1),
        ("tests/workflow.yaml", 1),
        ("tests/invalidation.yaml", 1),
    ],
)
def test_a_file_of_a_test_that_says_so_is_wrong_on_purpose(
    tmp_path: Path, path: str, wrong: int
) -> None:
    assert number(tmp_path, {path: "incorrect formatting\nkind: A\n"}, "SY002") == wrong


# ---- AG020, SY002: files by another name ---------------------------------------------------------

JAVA = {
    "Dockerfile": "FROM eclipse-temurin:21\nEXPOSE 8080\n",
    "src/main/java/A.java": '@GetMapping("/orders")\nclass A { String a = "/customers"; }\n',
    "pom.xml": "<project><artifactId>a</artifactId></project>\n",
}
NATS = """\
services:
  nats:
    image: nats:2
    healthcheck:
      test: [CMD, wget, "http://localhost:8222/healthz"]
"""


@pytest.mark.parametrize(
    ("name", "text", "wrong"),
    [
        ("docker-compose.yml", NATS, 0),
        ("deploy/shop-demo-compose.yaml", NATS, 0),
        ("demo.compose.yml", NATS, 0),
        ("deploy/demo-compose.yaml", NATS.replace("image: nats:2", "build: .."), 1),
    ],
)
def test_compose_has_files_of_other_names(tmp_path: Path, name: str, text: str, wrong: int) -> None:
    assert number(tmp_path, {**JAVA, name: text}, "AG020") == wrong


@pytest.mark.parametrize(
    ("name", "text", "wrong"),
    [
        ("add-service-template.yml", '${NAME}:\n  run: [${SHELL} "a"]\n', 0),
        ("service_tmpl.yaml", 'a: [${SHELL} "a"]\n', 0),
        ("template.yaml", 'a: [${SHELL} "a"]\n', 0),
        ("add-service-template.yml", 'a: ["b" "a"]\n', 1),
        ("add-service.yml", '${NAME}:\n  run: ["b" "a"]\n', 1),
    ],
)
def test_a_template_that_a_script_fills_in_is_no_yaml_yet(
    tmp_path: Path, name: str, text: str, wrong: int
) -> None:
    assert number(tmp_path, {name: text}, "SY002") == wrong
