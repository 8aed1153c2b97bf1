"""AG049, AG051, AG062, AG063, EN001, EN008, MO005: names that only look like what they are taken for."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, said, written

from scaffolder import checks


def found(root: Path, files: dict[str, str], *ids: str, **programs: str) -> list[str]:
    outcomes = {name: said(text, exit_code=1) for name, text in programs.items()}
    report = checks.run(
        written(root, files), checks.choose(select=ids, ignore=[]), ScriptedToolchain(outcomes)
    )
    return [finding.message for result in report.results for finding in result.findings]


# ---- EN008, EN001 --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("hmpps-connect-dps-non-prod", 0),
        ("nonprod", 0),
        ("team_non_production", 0),
        ("not-prod-x", 0),
        ("Non-Prod", 0),
        ("delivery.tekton.dev.application", 0),
        ("publisher_prod.public.editions", 0),
        ("whitehall_prod.assets", 0),
        ("config_prod.json", 1),
        ("shop_prod.com", 1),
        ("db.prod.example.com", 1),
        ("non-prod-or-prod", 1),
        ("none-prod", 1),
        ("shop_prod", 1),
    ],
)
def test_another_word_is_no_environment(value: str, number: int, tmp_path: Path) -> None:
    files = {
        "chart/Chart.yaml": "name: a\nversion: 1.0.0\n",
        "chart/values.yaml": "severity: x\n",
        "chart/values-staging.yaml": f"severity: {value}\n",
        "chart/values-prod.yaml": "severity: y\n",
        "chart/values-dev.yaml": "severity: z\n",
    }
    assert len(found(tmp_path, files, "EN008")) == number


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        (("cp-546b408b8600f28d-001", "cp-a9e2b17c5d30f644-001"), 0),
        (("546b408b8600f28d", "a9e2b17c5d30f644"), 0),
        (("123456789012", "210987654321"), 0),
        (("checkout", "payment"), 2),
        (("facade", "defaced"), 2),
    ],
)
def test_ids_are_of_one_environment(keys: tuple[str, str], number: int, tmp_path: Path) -> None:
    files = {
        "chart/Chart.yaml": "name: a\nversion: 1.0.0\n",
        "chart/values.yaml": "a: 1\n",
        "chart/values-staging.yaml": f"a: 1\nclusters:\n  {keys[0]}: x\n  all: y\n",
        "chart/values-prod.yaml": f"a: 1\nclusters:\n  {keys[1]}: x\n  all: y\n",
    }
    assert len(found(tmp_path, files, "EN001")) == number


# ---- AG062 ---------------------------------------------------------------------------------------

ALERT = "  - alert: A{n}\n    expr: '{expr}'\n    labels: {{severity: page{team}}}\n"


@pytest.mark.parametrize(
    ("expr", "number"),
    [
        ("up == 0", 1),
        ("(up == 0) * on (instance) group_left(team) role_owner", 0),
        ('label_replace(up == 0, "team", "sre", "", "")', 0),
        ("sum by (team, job) (up) == 0", 0),
        ("sum by (steam) (up) == 0", 1),
        ('up{team_x="a"} == 0', 1),
    ],
)
def test_an_expression_may_bring_a_label(expr: str, number: int, tmp_path: Path) -> None:
    text = "groups:\n- name: a\n  rules:\n" + ALERT.format(n=0, expr=expr, team="")
    text += "".join(ALERT.format(n=n, expr="up == 0", team=", team: sre") for n in range(1, 8))
    assert len(found(tmp_path, {"alerts/rules.yaml": text}, "AG062")) == number


# ---- AG063, AG049 --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("The service answers at http://localhost:3999.", 1),
        ("Access the UI at http://localhost:3999.", 0),
        ("Set `GIT_API_ENDPOINT=https://localhost:3999/api`.", 0),
        ("Build the guide: http://localhost:3999", 1),
    ],
)
def test_a_port_of_something_else_is_not_the_service(
    line: str, number: int, tmp_path: Path
) -> None:
    files = {
        "README.md": f"# Shop\n\n{line}\n",
        "package.json": '{"name": "shop"}\n',
        "Dockerfile": "FROM node:22\nENV PORT=8080\nEXPOSE 8080\n",
    }
    assert len(found(tmp_path, files, "AG063")) == number


@pytest.mark.parametrize(
    ("heading", "number"),
    [
        (":material-kubernetes: Create the cluster", 0),
        (":octicons-tools-24: Create the cluster", 0),
        ("Create the cluster :fontawesome-solid-bolt:", 0),
        (":custom: Create the cluster", 1),
    ],
)
def test_an_icon_is_no_part_of_a_name(heading: str, number: int, tmp_path: Path) -> None:
    files = {
        "mkdocs.yml": "site_name: x\n",
        "docs/a.md": f"[a](#create-the-cluster)\n\n## {heading}\n",
    }
    assert len(found(tmp_path, files, "AG049")) == number


# ---- AG051 ---------------------------------------------------------------------------------------

BUILD = """on: push
jobs:
  a:
    runs-on: x
    steps:
      - uses: actions/checkout@v4
{more}      - uses: docker/build-push-action@v6
        with: {{context: {context}, file: {file}}}
"""


@pytest.mark.parametrize(
    ("context", "file", "more", "number"),
    [
        ("./examples/web-app", "./examples/web-app/Dockerfile", "", 2),
        ("api", "api/Dockerfile.prod", "", 1),
        ("api", "api/Dockerfile", "", 0),
        (".", "./api/Dockerfile", "", 0),
        ("dist/app", "api/Dockerfile", "", 0),
        ("./api/target", "api/target/docker/Dockerfile", "", 0),
        ("web/dist", "web/out/Dockerfile", "", 0),
        ('"{{defaultContext}}:api"', '"${{ matrix.file }}"', "", 0),
        ("web", "web/Dockerfile", "      - uses: actions/download-artifact@v4\n", 0),
        ("web", "web/Dockerfile", "      - run: mkdir web\n", 0),
    ],
)
def test_an_image_is_built_from_what_is_there(
    context: str, file: str, more: str, number: int, tmp_path: Path
) -> None:
    workflow = BUILD.format(context=context, file=file, more=more)
    files = {"api/Dockerfile": "FROM scratch\n", ".github/workflows/a.yml": workflow}
    assert len(found(tmp_path, files, "AG051")) == number


ACTION = """on: push
jobs:
  a:
    runs-on: x
    steps:
      - uses: actions/checkout@v4
{more}      - uses: {uses}
        with: {{{given}}}
"""


@pytest.mark.parametrize(
    ("uses", "given", "more", "number"),
    [
        ("docker/build-push-action@v6", "context: ., file: api/Dockerfil", "", 1),
        ("docker/build-push-action@v6", "context: apii", "      - run: cp a b\n", 1),
        ("docker/build-push-action@v6", "context: other", "      - run: cp a b\n", 0),
        ("actions/setup-node@v4", "node-version-file: .nvmrcs", "", 1),
        ("actions/setup-node@v4", "cache-dependency-path: web/package-lock.json", "", 1),
        ("actions/setup-node@v4", "cache-dependency-path: '**/package-lock.json'", "", 0),
        ("actions/setup-python@v5", "python-version-file: pyproject.toml", "", 1),
        ("hadolint/hadolint-action@v3", "dockerfile: api/Dockerfile", "", 0),
        ("helm/kind-action@v1", "config: kind-config.yaml", "", 1),
        ("some/action@v1", "file: nothing.txt", "", 0),
    ],
)
def test_actions_read_what_is_there(
    uses: str, given: str, more: str, number: int, tmp_path: Path
) -> None:
    files = {
        "api/Dockerfile": "FROM scratch\n",
        ".nvmrc": "24\n",
        ".github/workflows/a.yml": ACTION.format(uses=uses, given=given, more=more),
    }
    assert len(found(tmp_path, files, "AG051")) == number


def test_a_checkout_in_a_folder_moves_what_actions_read(tmp_path: Path) -> None:
    step = "      - uses: actions/checkout@v4\n        with:\n          path: src\n"
    workflow = ACTION.format(
        uses="docker/build-push-action@v6", given="context: src/api", more=step
    )
    files = {"api/Dockerfile": "FROM scratch\n", ".github/workflows/a.yml": workflow}
    assert found(tmp_path, files, "AG051") == []


DOCKER = """steps:
  - task: Docker@2
    inputs:
      command: build
      Dockerfile: {file}
      buildContext: {context}
"""


@pytest.mark.parametrize(
    ("file", "context", "number"),
    [
        ("api/Dockerfile", "api", 0),
        ("api/Dokerfile", "$(Build.SourcesDirectory)/apis", 2),
        ("'**/Dockerfile'", "$(folder)", 0),
        ("$(Build.SourcesDirectory)/api/Dockerfile", ".", 0),
    ],
)
def test_a_task_of_azure_builds_what_is_there(
    file: str, context: str, number: int, tmp_path: Path
) -> None:
    files = {
        "api/Dockerfile": "FROM scratch\n",
        "azure-pipelines.yml": DOCKER.format(file=file, context=context),
    }
    assert len(found(tmp_path, files, "AG051")) == number


# ---- MO005 ---------------------------------------------------------------------------------------

CONFIG = "route: {routes: []}\nreceivers: [{name: team, webhook_configs: []}]\n"
NO_DEFAULT = "FAILED: root route must specify a default receiver"


@pytest.mark.parametrize(
    ("name", "text", "printed", "number"),
    [
        ("values.yaml", "alertmanager:\n  config:\n", NO_DEFAULT, 0),
        ("alertmanager.yml", "", NO_DEFAULT, 1),
        ("values.yaml", "alertmanager:\n  config:\n", 'FAILED: field "rout" not found', 1),
    ],
)
def test_helm_merges_settings_with_those_of_the_chart(
    name: str, text: str, printed: str, number: int, tmp_path: Path
) -> None:
    indent = "    " if text else ""
    lines = "".join(f"{indent}{line}\n" for line in CONFIG.splitlines())
    assert (
        len(found(tmp_path, {f"monitoring/{name}": text + lines}, "MO005", amtool=printed))
        == number
    )
