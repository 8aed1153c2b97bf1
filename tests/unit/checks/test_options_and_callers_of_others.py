"""Values of options, callers and conditions that only look like charts, versions and secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, said, written

from scaffolder import checks
from scaffolder.repository.project import Project


def found(root: Path, files: Mapping[str, str], *ids: str, **printed: str) -> list[str]:
    chosen = [check for check in checks.every(today=TODAY) if check.id in ids]
    outcomes = {name: said(text, exit_code=1) for name, text in printed.items()}
    report = checks.run(written(root, files), chosen, ScriptedToolchain(outcomes))
    return [one.message for result in report.results for one in result.findings]


# ---- AG031: options of Helm ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "number"),
    [
        ("helm package ./${{ env.CHART_PATH }} --destination ./packaged", 0),
        ("helm package ./chart --destination ./packaged", 0),
        ("helm package -d ./packaged ./chart", 0),
        ("helm package --destination=./packaged ./chart", 0),
        ("helm template shop ./chart --output-dir ./rendered", 0),
        ("helm package ./charts --destination ./packaged", 1),
        ("helm package --destination ./packaged ./charts", 1),
        ("helm upgrade shop ./charts --debug", 1),
    ],
)
def test_the_folder_of_an_option_is_no_chart(command: str, number: int, tmp_path: Path) -> None:
    workflow = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {command}\n"
    files = {
        "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ".github/workflows/a.yml": workflow,
    }
    assert len(found(tmp_path, files, "AG031")) == number


# ---- AG003: the folder of a lock file ------------------------------------------------------------


@pytest.mark.parametrize(
    ("cached", "number"),
    [
        ("tools/package-lock.json", 0),
        ("e2e/yarn.lock", 0),
        ("app/package-lock.json", 1),
        ("package-lock.json", 1),
        ("'**/package-lock.json'", 1),
        ("'${{ env.LOCK }}'", 1),
    ],
)
def test_a_step_is_for_the_folder_of_its_lock_file(
    cached: str, number: int, tmp_path: Path
) -> None:
    files = {
        "app/package.json": '{"name": "app"}\n',
        "app/Dockerfile": "FROM node:24\n",
        "tools/package.json": '{"name": "tools"}\n',
        ".github/workflows/a.yml": (
            "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"
            "      - uses: actions/setup-node@v6\n"
            f"        with: {{node-version: '20', cache: npm, cache-dependency-path: {cached}}}\n"
            "      - {run: npm ci, working-directory: app}\n      - run: make validate\n"
        ),
    }
    assert len(found(tmp_path, files, "AG003")) == number


# ---- AG008: images of tests ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "number"),
    [
        ("test/acceptance/Dockerfile", 0),
        ("e2e/Dockerfile", 0),
        ("examples/Dockerfile", 0),
        ("tools/Dockerfile", 1),
    ],
)
def test_tools_of_tests_may_be_others(file: str, number: int, tmp_path: Path) -> None:
    files = {
        "Dockerfile": "ARG PARENT_VERSION=2.1.2\nFROM scratch\n",
        file: "ARG PARENT_VERSION=1.2.1\nFROM scratch\n",
    }
    assert len(found(tmp_path, files, "AG008")) == number


# ---- AG063: on what something else is needed -----------------------------------------------------


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("`isolated-vm` on Node ≥20 needs `NODE_OPTIONS=--no-node-snapshot`.", 0),
        ("With Node 20 the build requires more memory.", 0),
        ("You need Node 20.", 1),
        ("The service requires Node 20 or newer.", 0),
        ("Development needs a shell with Node 20, which must be on PATH.", 1),
        ("The service runs on Node 20.", 1),
    ],
)
def test_a_condition_is_no_requirement(line: str, number: int, tmp_path: Path) -> None:
    files = {
        "README.md": f"# Shop\n\n{line}\n",
        "package.json": '{"name": "shop"}\n',
        "Dockerfile": "FROM node:24\n",
    }
    assert len(found(tmp_path, files, "AG063")) == number


# ---- SEC001: mounts of a build -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "number"),
    [
        ("--secret id=GH_PACKAGES_USER_9Xk2,env=GH_PACKAGES_USER_9Xk2", 0),
        ("--secret type=file,src=conf/Sentry_Token7.txt,id=sentry9", 0),
        ("--secret env=SENTRY_AUTH_TOKEN_77x", 0),
        ("--secret 9fK2mQ7xTz4LwB8vNc3RpYd6", 1),
        ("--token 9fK2mQ7xTz4LwB8vNc3RpYd6", 1),
    ],
)
def test_where_a_secret_is_mounted_from_is_no_secret(
    options: str, number: int, tmp_path: Path
) -> None:
    assert len(found(tmp_path, {"build.sh": f"docker build {options} .\n"}, "SEC001")) == number


# ---- CI002: secrets that callers hand over -------------------------------------------------------

CALLED = """\
on:
  workflow_call:
    secrets: {{URL: {{required: true}}}}
jobs:
  a:
    runs-on: x
    steps:
      - run: echo
        env: {{USER: "{expression}"}}
"""
CALLS = """\
on: push
jobs:
  b:
    uses: ./.github/workflows/{file}
    secrets: {secrets}
"""


@pytest.mark.parametrize(
    ("expression", "file", "secrets", "number"),
    [
        ("${{ secrets.E2E_USER }}", "a.yml", "inherit", 0),
        ("${{ secrets['E2E_USER'] }}", "a.yml", "inherit", 0),
        ("${{ secrets.E2E_USER }}", "a.yml", "{URL: x}", 1),
        ("${{ secrets.E2E_USER }}", "other.yml", "inherit", 1),
        ("${{ inputs.E2E_USER }}", "a.yml", "inherit", 1),
        ("${{ secrets.URL }}${{ env.E2E_USER }}", "a.yml", "inherit", 1),
    ],
)
def test_a_caller_may_hand_over_all_secrets(
    expression: str, file: str, secrets: str, number: int, tmp_path: Path
) -> None:
    problem = {
        "filepath": ".github/workflows/a.yml",
        "line": 9,
        "message": 'property "e2e_user" is not defined in object type {url: string}',
        "kind": "expression",
    }
    files = {
        ".github/workflows/a.yml": CALLED.format(expression=expression),
        ".github/workflows/b.yml": CALLS.format(file=file, secrets=secrets),
    }
    assert len(found(tmp_path, files, "CI002", actionlint=json.dumps([problem]))) == number


# ---- AG063: names that a reader replaces ---------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "number"),
    [
        ("docker build -t your-service -f apps/service-name/Dockerfile .", 0),
        ("docker build -f apps/your-service/Dockerfile .", 0),
        ("bash apps/my_service/deploy.sh", 0),
        ("docker build -f apps/user-servce/Dockerfile .", 1),
        ("docker build -f apps/naming-service/Dockerfile .", 1),
    ],
)
def test_a_reader_writes_a_name_in_place_of_a_placeholder(
    command: str, number: int, tmp_path: Path
) -> None:
    files = {
        "README.md": f"# Shop\n\n```sh\n{command}\n```\n",
        "apps/user-service/Dockerfile": "FROM scratch\n",
    }
    assert len(found(tmp_path, files, "AG063")) == number


# ---- AG049: templates, links to a text, what Git leaves out --------------------------------------


@pytest.mark.parametrize(
    ("file", "number"),
    [
        ("references/template-library.md", 0),
        ("docs/README-template.md", 1),
        ("references/library.md", 1),
        (".github/pull_request_template.md", 1),
        ("docs/templating.md", 1),
    ],
)
def test_a_template_of_a_page_links_beside_the_page(file: str, number: int, tmp_path: Path) -> None:
    assert len(found(tmp_path, {file: "See [it](guides/more.md).\n"}, "AG049")) == number


def test_a_link_to_a_text_is_read_at_its_own_place(tmp_path: Path) -> None:
    project = written(
        tmp_path, {"README.md": "[a](docs/a.md)\n", "docs/a.md": "# A\n", "site/x.md": "# X\n"}
    )
    (project.root / "site/readme.md").symlink_to("../README.md")
    (project.root / "site/copy.md").write_text("[a](docs/a.md)\n")
    report = checks.run(
        Project(project.root), checks.choose(select=["AG049"], ignore=[]), ScriptedToolchain({})
    )
    places = [one.path.as_posix() for result in report.results for one in result.findings]
    assert places == ["site/copy.md"]


@pytest.mark.parametrize(
    ("ignored", "target", "severity"),
    [
        ("/report/\n", "report", "note"),
        (".local/\n", ".local/runs/summary.json", "note"),
        ("*.json\n", "runs/summary.json", "note"),
        ("/report/\n", "reports", "warning"),
        ("# report\n!report\n", "report", "warning"),
    ],
)
def test_a_link_to_what_git_leaves_out_is_a_note(
    ignored: str, target: str, severity: str, tmp_path: Path
) -> None:
    files = {".gitignore": ignored, "README.md": f"See [it]({target}).\n"}
    report = checks.run(
        written(tmp_path, files), checks.choose(select=["AG049"], ignore=[]), ScriptedToolchain({})
    )
    (finding,) = report.results[0].findings
    assert finding.severity.value == severity


# ---- AG020: sources in other languages -----------------------------------------------------------

SPANS = 'fn a() { info_span!("/explain"); info_span!("/query"); }\n'


@pytest.mark.parametrize(
    ("file", "source", "number"),
    [
        ("src/main.rs", SPANS, 0),
        ("src/main.rs", SPANS + 'let app = Router::new().route("/orders", get(orders));\n', 1),
        ("src/main.rs", SPANS + '#[get("/orders")]\nfn orders() {}\n', 1),
        ("src/main.rs", SPANS + 'let app = Router::new().route("/metrics", get(m));\n', 0),
        ("config/routes.rb", 'get "/orders"\npost "/customers"\n', 1),
        ("lib/client.rb", 'ORDERS = "/orders"\nCUSTOMERS = "/customers"\n', 0),
        ("benches/load.js", 'const a = "/a";\nconst b = "/b";\n', 0),
        ("server.js", 'app.get("/a");\napp.get("/b");\n', 1),
    ],
)
def test_a_text_is_a_route_if_its_file_registers_routes(
    file: str, source: str, number: int, tmp_path: Path
) -> None:
    files = {
        "Dockerfile": "FROM scratch\n",
        file: source,
        "ci/run.sh": "curl -fsS http://localhost:8080/metrics\n",
    }
    assert len(found(tmp_path, files, "AG020")) == number


# ---- AG029: comments of YAML ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("  #env: {{ .Values.env }}", 0),
        ("  # env: {{ .Values.app.env }}", 0),
        ("  #env: {{ .Values.apps.env.name }}", 1),
        ("  env: {{ .Values.env }}", 1),
        ("  env: '#{{ .Values.env }}'", 1),
    ],
)
def test_a_value_of_a_comment_may_be_missing(line: str, number: int, tmp_path: Path) -> None:
    files = {
        "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        "chart/values.yaml": "app: {name: shop}\n",
        "chart/templates/a.yaml": f"kind: ConfigMap\ndata:\n  name: {{{{ .Values.app.name }}}}\n{line}\n",
    }
    assert len(found(tmp_path, files, "AG029")) == number


# ---- AG014: headless Services --------------------------------------------------------------------

PODS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: scanner}
spec:
  selector: {matchLabels: {app: scanner}}
  template:
    metadata: {labels: {app: scanner}}
    spec:
      containers:
      - {name: scanner, image: "scanner:1", ports: [{containerPort: 3310}]}
---
apiVersion: v1
kind: Service
metadata: {name: scanner}
spec:
  SPEC
  selector: {app: scanner}
  ports: [{port: 1234, targetPort: 1234}]
"""


@pytest.mark.parametrize(
    ("spec", "number"), [("clusterIP: None", 0), ("type: ClusterIP", 1), ("clusterIP: 10.0.0.9", 1)]
)
def test_the_pods_of_a_headless_service_are_asked_at_any_port(
    spec: str, number: int, tmp_path: Path
) -> None:
    files = {"k8s/scanner.yaml": PODS.replace("SPEC", spec)}
    assert len(found(tmp_path, files, "AG014")) == number


# ---- SEC001: settings of a developer's machine ---------------------------------------------------

SECRET = "password: 9fK2mQ7xTz4LwB8vNc3RpYd6\n"


@pytest.mark.parametrize(
    ("file", "text", "severity"),
    [
        ("src/main/resources/application-local.yml", SECRET, "note"),
        ("config/settings/development.yml", SECRET, "note"),
        (".env.local", "DB_PASSWORD=9fK2mQ7xTz4LwB8vNc3RpYd6\n", "note"),
        ("config/application-dev.yml", SECRET, "error"),
        ("config/localization.yml", SECRET, "error"),
        ("config/application-local.yml", "key: AKIAIOSFODNN7Q3XAMPL\n", "error"),
    ],
)
def test_a_password_of_a_developers_machine_is_a_note(
    file: str, text: str, severity: str, tmp_path: Path
) -> None:
    report = checks.run(
        written(tmp_path, {file: text}),
        checks.choose(select=["SEC001"], ignore=[]),
        ScriptedToolchain({}),
    )
    (finding,) = report.results[0].findings
    assert finding.severity.value == severity


# ---- SEC002, EOL003, vendored objects, templates of kustomize ------------------------------------


@pytest.mark.parametrize(
    ("tag", "number"),
    [("latest-4.0.5", 0), ("stable-v1.2.3", 0), ("latest-4", 1), ("latest-alpine", 1)],
)
def test_a_tag_with_a_whole_version_stays(tag: str, number: int, tmp_path: Path) -> None:
    assert len(found(tmp_path, {"Dockerfile": f"FROM team/base:{tag}\n"}, "SEC002")) == number


@pytest.mark.parametrize(
    ("file", "number"),
    [
        ("src/test/resources/Jenkinsfile", 0),
        ("e2e/compose.yaml", 0),
        ("examples/compose.yaml", 0),
        ("deploy/compose.yaml", 1),
    ],
)
def test_what_tests_and_examples_pin_may_be_old(file: str, number: int, tmp_path: Path) -> None:
    text = "services:\n  db: {image: 'postgres:9.6'}\n"
    assert len(found(tmp_path, {file: text}, "EOL003")) == number


ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: all}
rules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]
"""


@pytest.mark.parametrize(("folder", "number"), [("vendor", 0), ("third_party", 0), ("base", 1)])
def test_what_others_wrote_is_deployed_and_not_judged(
    folder: str, number: int, tmp_path: Path
) -> None:
    files = {
        "argocd/kustomization.yaml": f"resources: [{folder}/role.yaml]\n",
        f"argocd/{folder}/role.yaml": ROLE,
    }
    assert len(found(tmp_path, files, "SEC008")) == number


@pytest.mark.parametrize(("namespace", "number"), [('"{{ .Release.Namespace }}"', 0), ("shop", 1)])
def test_a_kustomization_that_makes_a_template_is_not_judged(
    namespace: str, number: int, tmp_path: Path
) -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {HELMSUBST_TYPE: ''}\n"
    files = {
        "deploy/kustomization.yaml": f"namespace: {namespace}\nresources: [service.yaml]\n",
        "deploy/service.yaml": service,
    }
    pytest.importorskip("kubernetes_validate")
    assert len(found(tmp_path, files, "K8001")) == number


# ---- AG001: build logic of Gradle ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "number"),
    [
        ("buildSrc/build.gradle.kts", 0),
        ("build-logic/build.gradle", 0),
        ("worker/build.gradle.kts", 1),
    ],
)
def test_build_logic_is_compiled_for_gradle(file: str, number: int, tmp_path: Path) -> None:
    files = {
        "build.gradle.kts": "java { toolchain { languageVersion = JavaLanguageVersion.of(25) } }\n",
        file: "kotlin { jvmToolchain(21) }\n",
        "Dockerfile": "FROM eclipse-temurin:25\n",
    }
    assert len(found(tmp_path, files, "AG001")) == number


# ---- AG020: variables with the address of another program ----------------------------------------


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("${loki_url}", 0),
        ("$PUSH_GATEWAY_URL", 0),
        ("${prometheusUrl}", 0),
        ("$GRAFANA_HOST", 0),
        ("${base_url}", 1),
        ("$STAGING_URL", 1),
        ("${PROMOTED_URL}", 1),
        ("$1", 1),
    ],
)
def test_a_variable_names_the_program_that_is_asked(
    address: str, number: int, tmp_path: Path
) -> None:
    files = {
        "Dockerfile": "FROM node:24\n",
        "server.js": 'app.get("/a");\napp.get("/b");\n',
        "ci/smoke.sh": f'curl -fsS "{address}/ready"\n',
    }
    assert len(found(tmp_path, files, "AG020")) == number


# ---- CI005: the Job DSL --------------------------------------------------------------------------

PIPELINE = "pipeline {\n  agent any\n  stages { stage('a') { steps { sh 'x' } } }\n"
JOB = "pipelineJob('a') {\n  definition { cps { script('''\n{pipeline}}}\n''') } }\n}\n"


@pytest.mark.parametrize(
    ("file", "text", "number"),
    [
        ("jobs/a.groovy", JOB.replace("{pipeline}", PIPELINE), 0),
        ("jobs/a.groovy", JOB.replace("{pipeline}", PIPELINE).replace("('a')", ' "a"'), 0),
        ("jobs/a.groovy", PIPELINE, 1),
        ("Jenkinsfile", PIPELINE, 1),
    ],
)
def test_a_script_of_the_job_dsl_is_no_pipeline(
    file: str, text: str, number: int, tmp_path: Path
) -> None:
    assert bool(found(tmp_path, {file: text}, "CI005")) == bool(number)


# ---- SEC001, SEC010, CI002 -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "severity"),
    [
        ("ansible/inventories/local/group_vars/main.yml", "note"),
        (".devcontainer/settings.yml", "note"),
        ("ansible/inventories/prod/group_vars/main.yml", "error"),
        ("internal/locals/settings.yml", "error"),
    ],
)
def test_a_folder_is_for_a_developers_machine(file: str, severity: str, tmp_path: Path) -> None:
    report = checks.run(
        written(tmp_path, {file: SECRET}),
        checks.choose(select=["SEC001"], ignore=[]),
        ScriptedToolchain({}),
    )
    (finding,) = report.results[0].findings
    assert finding.severity.value == severity


@pytest.mark.parametrize(
    ("folder", "number"),
    [
        ("internal/testresources", 0),
        ("test_resources", 0),
        ("resources", 1),
        ("attestresources", 1),
    ],
)
def test_a_key_of_tests_is_no_secret(folder: str, number: int, tmp_path: Path) -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQDSqF1QwmVu\n"
    files = {f"{folder}/client.pem": f"{key}-----END PRIVATE KEY-----\n"}
    assert len(found(tmp_path, files, "SEC001")) == number


@pytest.mark.parametrize(("folder", "number"), [("examples", 0), ("test", 0), ("build", 1)])
def test_a_download_of_an_example_is_not_run(folder: str, number: int, tmp_path: Path) -> None:
    files = {
        ".gitignore": "dist\n",
        f"{folder}/Dockerfile": "FROM a:1\nRUN curl -fsSL https://example.com/i.sh | sh\n",
    }
    assert len(found(tmp_path, files, "SEC010")) == number


@pytest.mark.parametrize(
    ("message", "number"),
    [
        (
            'object type "{os: string}" cannot be filtered by object filtering `.*` since it has no'
            " object element",
            0,
        ),
        ('receiver of object filtering `.*` must be type of object but got "string"', 1),
    ],
)
def test_values_of_a_matrix_are_filtered(message: str, number: int, tmp_path: Path) -> None:
    problem = {
        "filepath": ".github/workflows/a.yml",
        "line": 1,
        "message": message,
        "kind": "expression",
    }
    files = {".github/workflows/a.yml": "on: push\njobs: {}\n"}
    assert len(found(tmp_path, files, "CI002", actionlint=json.dumps([problem]))) == number


# ---- CI010, SEC002, SEC007 -----------------------------------------------------------------------

UPLOADS = """\
on: push
jobs:
  lint-a:
    {first}
    runs-on: x
    steps: [{{run: "true"}}]
  lint-b:
    runs-on: x
    steps: [{{run: "true"}}]
  test-a:
    needs: {needs}
    runs-on: x
    steps: [{{uses: actions/upload-artifact@v4, with: {{name: coverage, path: a}}}}]
  test-b:
    needs: lint-b
    runs-on: x
    steps: [{{uses: actions/upload-artifact@v4, with: {{name: coverage, path: b}}}}]
"""


@pytest.mark.parametrize(
    ("first", "needs", "number"),
    [
        ("if: inputs.pnpm == 'yes'", "lint-a", 0),
        ("if: inputs.pnpm == 'yes'", "[lint-b, lint-a]", 0),
        ("if: inputs.pnpm == 'yes'", "lint-b", 1),
        ("name: Lint", "lint-a", 1),
    ],
)
def test_a_job_is_skipped_with_those_that_it_waits_for(
    first: str, needs: str, number: int, tmp_path: Path
) -> None:
    files = {".github/workflows/a.yml": UPLOADS.format(first=first, needs=needs)}
    assert len(found(tmp_path, files, "CI010")) == number


@pytest.mark.parametrize(
    ("file", "number"),
    [
        ("ci/test.Dockerfile", 0),
        ("Dockerfile.e2e", 0),
        ("Dockerfile", 1),
        ("Dockerfile.latest", 1),
        ("contest.Dockerfile", 1),
    ],
)
def test_an_image_of_tests_may_run_as_root(file: str, number: int, tmp_path: Path) -> None:
    assert len(found(tmp_path, {file: "FROM node:24.1.0\n"}, "SEC007")) == number


@pytest.mark.parametrize(("image", "number"), [("src", 0), ("srcs", 1), ("src:latest", 0)])
def test_the_source_image_of_openshift_is_a_stand_in(
    image: str, number: int, tmp_path: Path
) -> None:
    assert len(found(tmp_path, {"Dockerfile": f"FROM {image}\n"}, "SEC002")) == number


# ---- AG051: what Compose builds ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "number"),
    [
        ("crat", 1),
        ("{context: crat}", 1),
        ("{context: cart, dockerfile: Dockerfiel}", 1),
        ("cart", 0),
        ("{context: cart, dockerfile: Dockerfile}", 0),
        ("../cart", 0),
        ("payment", 0),
        ("${FOLDER}", 0),
        ("https://github.com/team/crat.git", 0),
    ],
)
def test_compose_builds_what_is_there(build: str, number: int, tmp_path: Path) -> None:
    files = {
        "cart/Dockerfile": "FROM scratch\n",
        "compose.yaml": f"services:\n  a:\n    build: {build}\n",
    }
    assert len(found(tmp_path, files, "AG051")) == number
