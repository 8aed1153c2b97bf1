"""SEC001: secrets of published forms and passwords in settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Report
from scaffolder.repository.project import Project


def checked(
    root: Path, check: str, files: dict[str, str], *, tools: dict[str, Any] | None = None
) -> Report:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return checks.run(
        Project(root), checks.choose(select=[check], ignore=[]), ScriptedToolchain(tools or {})
    )


def found(root: Path, check: str, files: dict[str, str]) -> list[str]:
    report = checked(root, check, files)
    assert report.results, report.inapplicable
    return [
        f"{one.path.as_posix()}:{one.line}: {one.message}" for one in report.results[0].findings
    ]


RANDOM = "Zx81kQ7mV2bN9cT4"


SECRETS = {
    "AWS": "AKIA" + "QZ7KLMNPRSTUVWX2",
    "GitHub": "ghp_" + RANDOM * 2 + "aB3d",
    "GitHub, fine-grained": "github_pat_" + (RANDOM * 6)[:82],
    "GitLab": "glpat-" + RANDOM + "aB3d",
    "Slack": "xoxb-" + "2468013579-" + RANDOM + "aB3d",
    "Slack's webhook": "https://hooks.slack.com/services/"
    + "T0AB1CD2E/B0AB1CD2E/"
    + RANDOM
    + "aB3dE5fG",
    "Azure storage": "AccountKey=" + (RANDOM * 6)[:86] + "==",
    "Google": "AIza" + (RANDOM * 3)[:35],
    "npm": "npm_" + (RANDOM * 3)[:36],
    "Docker Hub": "dckr_pat_" + (RANDOM * 2)[:27],
    "Stripe": "sk_live_" + RANDOM + "aB3dE5fG",
    "Vault": "hvs." + RANDOM + "aB3dE5fG",
    "Grafana": "glsa_" + RANDOM * 2 + "_1a2b3c4d",
    "a private key": "-----BEGIN "
    + "PRIVATE KEY-----\n"
    + RANDOM * 4
    + "\n-----END "
    + "PRIVATE KEY-----",
    "a private key in JSON": '"-----BEGIN ' + "PRIVATE KEY-----\\n" + RANDOM * 4 + '\\n"',
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_a_secret_of_a_published_form_is_found_and_not_repeated(
    secret: str, tmp_path: Path
) -> None:
    (one,) = found(tmp_path, "SEC001", {"a/notes.txt": f"first line\nx = {secret}\n"})
    assert one.startswith("a/notes.txt:2: holds what looks like a")
    assert not any(part in one for part in (secret, RANDOM, secret[-12:]))


WRITTEN = {
    "values of a chart": ("values-prod.yaml", "database:\n  password: tR0ub4dor&3-horse\n"),
    "variables of Terraform": ("prod.tfvars", 'db_password = "tR0ub4dor&3-horse"\n'),
    "a file of the environment": (".env", "export API_KEY=tR0ub4dor3Horse9\n"),
    "properties": (
        "src/main/resources/application.properties",
        "spring.datasource.password=tR0ub4dor&3\n",
    ),
    "JSON": ("appsettings.json", '{\n  "ClientSecret": "tR0ub4dor&3-horse",\n  "a": 1\n}\n'),
    "a Dockerfile": ("Dockerfile", "FROM x:1\nENV DB_PASSWORD=tR0ub4dor&3-horse\n"),
    "an address": ("config.yaml", "url: amqp://service:" + "tR0ub4dor!3@queue.internal:5672/\n"),
}


@pytest.mark.parametrize(("file", "text"), WRITTEN.values(), ids=WRITTEN)
def test_a_password_in_settings_is_found_and_not_repeated(
    file: str, text: str, tmp_path: Path
) -> None:
    (one,) = found(tmp_path, "SEC001", {file: text})
    assert "holds what looks like a" in one
    assert "tR0ub4dor" not in one


HARMLESS = {
    "the key of Amazon's documentation": ("a.env", "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\n"),
    "a placeholder": ("values.yaml", "password: changeme123\napiKey: your-api-key-1\ntoken: <token-1234>\n"),
    "nothing": ("values.yaml", 'password: ""\nsecret:\ntoken: null\n'),
    "a variable": ("a.yaml", "password: ${DB_PASSWORD}\ntoken: $TOKEN_9\nsecret: {{ .Values.secret1 }}\n"),
    "a reference of Terraform": ("main.tf", 'password = var.password_1\nsecret = data.vault.x1\ntoken = "${local.t1}"\n'),
    "the name of a secret": ("values.yaml", "existingSecret: my-service-db-1\nsecretName: tls-2\npasswordFile: /run/p1\n"),
    "a key of an object": ("values.yaml", "key: env/prod/terraform.tfstate\nsecretKey: db-password-2\n"),
    "words": ("values.yaml", "password: correct horse battery staple\n"),
    "a test": ("src/test/resources/application.yml", "password: tR0ub4dor&3-horse\n"),
    "a private key of a test": ("tests/fixtures/tls.key", SECRETS["a private key"]),
    "an example of a form": ("README.md", "ghp_" + "x" * 36 + "\n-----BEGIN " + "PRIVATE KEY-----\n...\n"),
    "an address without a password": ("a.yaml", "url: https://user@example.com/x\nother: redis://redis:6379/0\n"),
    "an address of this machine": ("compose.yaml", "url: postgres://app:" + "p4ssw0rd-x@localhost/app\n"),
    "a placeholder that JSON spells": ("a.yaml", '"apiKey": "\\u003cDATADOG_API_KEY\\u003e"\n'),
    "pairs of a name with itself": ("gen.sh", 'MAP="A=A,MCPSecretKey=MCPSecretKey,MCPToken=*MCPToken"\n'),
    "code": ("app.py", 'token = request.headers["X-Token-1"]\n'),
    "a lock": ("package-lock.json", '{"integrity-token": "sha512-tR0ub4dor3horse"}\n'),
    "one that is waived": ("a.env", "API_KEY=tR0ub4dor3Horse9 # gitleaks:allow\n"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "text"), HARMLESS.values(), ids=HARMLESS)
def test_what_is_no_secret_is_left_alone(file: str, text: str, tmp_path: Path) -> None:
    assert found(tmp_path, "SEC001", {file: text}) == []
