"""Needless objections of wrapped linters and readers of formats in repositories of others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, said, written

from scaffolder import checks
from scaffolder.model import Finding, Outcome, Result
from scaffolder.tools.process import CompletedRun


def results(
    root: Path, files: Mapping[str, str], *ids: str, **programs: CompletedRun
) -> tuple[Result, ...]:
    chosen = [check for check in checks.every(today=TODAY) if check.id in ids]
    named = {name.replace("_", "-"): done for name, done in programs.items()}
    return checks.run(written(root, files), chosen, ScriptedToolchain(named)).results


def findings(
    root: Path, files: Mapping[str, str], *ids: str, **programs: CompletedRun
) -> tuple[Finding, ...]:
    return tuple(
        one for result in results(root, files, *ids, **programs) for one in result.findings
    )


DEPLOYS = """\
on: push
concurrency: {group: a, cancel-in-progress: true}
jobs:
  a:
    runs-on: ubuntu-24.04
    steps:
      - MAKES
      - run: helm upgrade --install a ./chart
"""


@pytest.mark.parametrize(
    ("makes", "number"),
    [
        ("uses: helm/kind-action@v1", 0),
        ("run: kind create cluster --wait 60s", 0),
        ("run: k3d cluster create", 0),
        ("run: minikube start --driver=docker", 0),
        ("run: aws eks update-kubeconfig --name a", 1),
        ("run: echo kind regards", 1),
    ],
)
def test_a_cluster_that_ends_with_its_job_may_be_cut_off(
    makes: str, number: int, tmp_path: Path
) -> None:
    files = {".github/workflows/a.yml": DEPLOYS.replace("MAKES", makes)}
    assert len(findings(tmp_path, files, "CI011")) == number


@pytest.mark.parametrize(
    ("name", "step", "number"),
    [
        ("action.yml", "uses: helm/kind-action@v1", 0),
        ("action.yaml", "run: k3d cluster create", 0),
        ("action.yml", "uses: ./.github/actions/inner", 0),
        ("action.yml", "uses: azure/setup-helm@v4", 1),
        ("action.yml", "uses: ./.github/actions/cluster", 1),
        ("other.yml", "uses: helm/kind-action@v1", 1),
    ],
)
def test_an_action_of_the_repository_may_make_the_cluster(
    name: str, step: str, number: int, tmp_path: Path
) -> None:
    action = "runs:\n  using: composite\n  steps:\n    - STEP\n"
    files = {
        ".github/workflows/a.yml": DEPLOYS.replace("MAKES", "uses: ./.github/actions/cluster"),
        f".github/actions/cluster/{name}": action.replace("STEP", step),
        ".github/actions/inner/action.yml": action.replace("STEP", "run: kind create cluster"),
    }
    assert len(findings(tmp_path, files, "CI011")) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("FROM postgres:18\nCOPY a.sql /docker-entrypoint-initdb.d/\n", 0),
        ("FROM docker.io/library/mysql:9.1\n", 0),
        ("FROM node:24.1.0 AS production\nUSER node\nFROM production AS test\nUSER root\n", 0),
        ("FROM node:24.1.0 AS production\nFROM production AS test\nUSER 1000\n", 1),
        ("FROM node:24.1.0 AS base\nFROM base AS tests\nUSER root\n", 1),
        ("FROM node:24.1.0 AS build\nUSER node\nFROM node:24.1.0\nUSER root\n", 1),
        ("FROM node:24.1.0\n", 1),
    ],
)
def test_the_stage_that_users_get_may_not_be_the_last(
    text: str, number: int, tmp_path: Path
) -> None:
    assert len(findings(tmp_path, {"Dockerfile": text}, "SEC007")) == number


@pytest.mark.parametrize(
    ("image", "number"),
    [
        ("registry.io/team/app:set-me", 0),
        ("app:replace-me", 0),
        ("app:changeme", 0),
        ("app:app_version", 0),
        ("app:to-be-replaced", 0),
        ("app:latest", 1),
        ("app:v1", 0),
        ("app:staging", 1),
    ],
)
def test_a_tag_that_is_filled_in_is_no_tag(image: str, number: int, tmp_path: Path) -> None:
    pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{{name: a, image: '{image}'}}]}}\n"
    assert len(findings(tmp_path, {"k8s/a.yaml": pod}, "SEC002")) == number


def test_an_image_stream_has_the_tags_of_an_image(tmp_path: Path) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: crier}]}\n"
    stream = "apiVersion: image.openshift.io/v1\nkind: ImageStream\nmetadata: {name: crier}\n"
    assert len(findings(tmp_path / "a", {"k8s/a.yaml": pod}, "SEC002")) == 1
    assert findings(tmp_path / "b", {"k8s/a.yaml": pod, "k8s/b.yaml": stream}, "SEC002") == ()


DRAWN = "hR7dh2kQp0x8ZsW1mN4v"


@pytest.mark.parametrize(
    ("name", "text", "severities"),
    [
        ("a.yml", "docker_repo_repokey: 9DC858229FC7DD38854AE2D88D81803C0EBFCD88\n", []),
        (
            "Dockerfile",
            "FROM a:1\nENV POSTGRES_REPO_KEY=B97B0AFCAA1A47F044F244A07FCC7D46ACCC4CF8\n",
            [],
        ),
        ("a.sh", 'url="rediss://:PASSWORD=@db.example.org:6380/0"\n', []),
        ("a.sh", 'url="rediss://:hR7dh2kQp0x8@db.example.org:6380/0"\n', ["error"]),
        ("values.yaml", f"GOOGLE_TAG_MANAGER_AUTH: {DRAWN}\n", []),
        ("values.yaml", f"SERVICE_AUTH_TOKEN: {DRAWN}\n", ["error"]),
        ("values.yaml", f"INVITE_TOKEN: {DRAWN}\n", ["error"]),
        ("values.yaml", f"VITE_AUTH_TOKEN: {DRAWN}\n", []),
        ("a.ini", ";secret_key = SW2YcwTIb9zpOOhoPsMm\n", []),
        (
            "a.json",
            '{"x-amz-credential": "ASIAIOSFODNN7QWERTYU/20230911/eu-west-2/s3/aws4_request"}\n',
            [],
        ),
        ("app/config.py", f'class Development(Config):\n    SECRET_KEY = "{DRAWN}"\n', ["note"]),
        ("app/config.py", f'class Production(Config):\n    SECRET_KEY = "{DRAWN}"\n', ["error"]),
        ("app/config.py", f'class Config:\n    SECRET_KEY = "{DRAWN}"\n', ["error"]),
        (
            "issuer.yaml",
            "route53:\n  accessKeyID: AKIAQ3EGRZK7WLXYHTPM\n  secretAccessKeySecretRef: {name: a}\n",
            ["note"],
        ),
        ("a.yaml", "accessKeyID: AKIAQ3EGRZK7WLXYHTPM\n", ["note"]),
    ],
)
def test_what_opens_nothing_is_no_secret(
    name: str, text: str, severities: list[str], tmp_path: Path
) -> None:
    told = findings(tmp_path, {name: text}, "SEC001")
    assert [one.severity.value for one in told] == severities


@pytest.mark.parametrize(
    ("name", "content", "number"),
    [
        ("env/prod.tfvars", b"\0GITCRYPT\0\x01\x02\xff", 0),
        ("vault.yml", b"$ANSIBLE_VAULT;1.1;AES256\n6162\n", 0),
        ("secret.tf", b"# STRONGBOX ENCRYPTED RESOURCE ; See https://example.com\nabc=\n", 0),
        ("secret.tf", b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n", 0),
        ("secret.json", b"\n-----BEGIN PGP MESSAGE-----\n\nabc\n", 0),
        ("env/prod.tfvars", b"\0\x01\x02\xff", 1),
        ("src/main/resources/Messages.properties", "a=ü\n".encode("latin-1"), 0),
        ("a.yaml", "a: ü\n".encode("latin-1"), 1),
    ],
)
def test_what_is_encrypted_or_of_another_encoding_can_be_read_by_its_readers(
    name: str, content: bytes, number: int, tmp_path: Path
) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(content)
    assert len(findings(tmp_path, {}, "SY007")) == number


@pytest.mark.parametrize(
    ("content", "number"),
    [
        (b"# STRONGBOX ENCRYPTED RESOURCE ; See https://example.com\nUmVhbGx5{\n", 0),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVu/+{\n", 0),
        (b"$ANSIBLE_VAULT;1.1;AES256\n6162{\n", 0),
        (b"# strongbox is what we use\na = {\n", 1),
        (b"# a certificate\n-----BEGIN CERTIFICATE-----\n", 1),
    ],
)
@pytest.mark.parametrize(("name", "check"), [("a.tf", "SY005"), ("a.json", "SY003")])
def test_what_is_encrypted_is_in_no_language(
    name: str, check: str, content: bytes, number: int, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    assert len(findings(tmp_path, {}, check)) == number


def test_an_encrypted_file_is_said_not_to_be_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a.tfvars").write_bytes(b"\0GITCRYPT\0\x01")
    (result,) = results(tmp_path, {}, "SY007")
    assert result.limit == "a.tfvars is encrypted"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ('{"copies": <NON_UK_COPIES>, "a": 1}\n', 0),
        ('{"a": [<A_B>]}\n', 0),
        ('{"copies": <b>, "a": 1}\n', 1),
        ('{"a": 1,\n', 1),
    ],
)
def test_json_with_a_placeholder_is_filled_in_first(text: str, number: int, tmp_path: Path) -> None:
    assert len(findings(tmp_path, {"src/functionalTest/a.json": text}, "SY003")) == number


INGRESS = "apiVersion: v1\nkind: Service\nmetadata:\n  name: {}\nspec: {{prts: []}}\n"


@pytest.mark.parametrize(
    ("name", "number"),
    [("#SERVICE_NAME#-maintenance", 0), ("__SERVICE__", 0), ("a # SERVICE #", 1), ("a", 1)],
)
def test_a_manifest_that_sed_completes_is_not_judged(
    name: str, number: int, tmp_path: Path
) -> None:
    assert len(findings(tmp_path, {"k8s/a.yaml": INGRESS.format(name)}, "K8001")) == number


@pytest.mark.parametrize(
    ("ignored", "number"),
    [("node_modules/\n", 1), ("/build\n", 0), ("build/\n", 0), ("**/build/*\n", 0), ("", 1)],
)
def test_a_folder_called_build_is_looked_at_unless_git_ignores_it(
    ignored: str, number: int, tmp_path: Path
) -> None:
    files = {".gitignore": ignored, "build/Dockerfile": "FROM node:24.1.0\nUSER root\n"}
    assert len(findings(tmp_path, files, "SEC007")) == number


@pytest.mark.parametrize(
    ("line", "outcome"),
    [("slack_api_url: {{.url}}", Outcome.SKIPPED), ("slack_api_url: http://a.b", Outcome.FAILED)],
)
def test_a_template_of_an_alertmanager_is_not_judged(
    line: str, outcome: Outcome, tmp_path: Path
) -> None:
    text = f"global:\n  {line}\nroute: {{receiver: a}}\nreceivers: [{{name: a}}]\n"
    (result,) = results(
        tmp_path, {"alertmanager.yml": text}, "MO005", amtool=said("FAILED: no", exit_code=1)
    )
    assert result.outcome is outcome


STACK = (
    "prometheus:\n  prometheusSpec:\n    retention: 1d\nkube-state-metrics: {}\nalertmanager: {}\n"
)


MONITOR = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata:\n  name: a\n  labels:\n    {}\nspec: {{}}\n"


@pytest.mark.parametrize(("label", "number"), [("release: prometheus", 0), ("team: a", 1)])
def test_the_stack_takes_what_has_the_label_of_its_release(
    label: str, number: int, tmp_path: Path
) -> None:
    files = {"k8s/prometheus-values.yaml": STACK, "k8s/monitor.yaml": MONITOR.format(label)}
    assert len(findings(tmp_path, files, "MO006")) == number


@pytest.mark.parametrize(("other", "number"), [("vm_rows_inserted_total", 0), ("up", 1)])
def test_a_dashboard_of_victoria_metrics_is_in_another_language(
    other: str, number: int, tmp_path: Path
) -> None:
    board = {
        "panels": [
            {"title": "a", "targets": [{"expr": "increase(requests_total)"}, {"expr": other}]}
        ]
    }
    assert len(findings(tmp_path, {"a.json": json.dumps(board)}, "MO002")) == number
