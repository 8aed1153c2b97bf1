"""Keys that are public, values that stand for none, and texts of other readers: right ones, and look-alikes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, said, written

from scaffolder import checks
from scaffolder.model import Finding, Severity
from scaffolder.tools.process import CompletedRun

DRAWN = "Zq8vT2mXw9LrK4pN7sBd"


def findings(
    root: Path, files: Mapping[str, str], *ids: str, **programs: CompletedRun
) -> list[Finding]:
    chosen = [check for check in checks.every(today=TODAY) if check.id in ids]
    report = checks.run(written(root, files), chosen, ScriptedToolchain(programs))
    return [finding for result in report.results for finding in result.findings]


@pytest.mark.parametrize(
    ("name", "text", "number"),
    [
        ("docs/docs.json", f'{{"apiKey": "phc_{DRAWN}{DRAWN}"}}\n', 0),
        ("site.json", f'{{"apiKey": "pk_live_{DRAWN}"}}\n', 0),
        ("site.json", f'{{"algolia": {{"appId": "X", "apiKey": "{DRAWN}"}}}}\n', 0),
        ("site.json", f'{{"apiKey": "{DRAWN}"}}\n', 1),
        ("site.json", f'{{"apiKey": "phx_{DRAWN}{DRAWN}"}}\n', 1),
        ("a.json", '{"password": "Pa55word12_wrong"}\n', 0),
        ("a.json", '{"password": "fake-Kx91"}\n', 0),
        ("a.yaml", "archival-cred: credentials=#credsreg&operation=x\n", 0),
        ("a.json", '{"password": "kx91wrongs7q"}\n', 1),
    ],
)
def test_a_key_may_be_public_or_wrong_on_purpose(
    name: str, text: str, number: int, tmp_path: Path
) -> None:
    assert len(findings(tmp_path, {name: text}, "SEC001")) == number


KEY_ID = "AKIA" + "Q3EGRWTZ5KLMN2PX"


@pytest.mark.parametrize(
    ("name", "text", "severity"),
    [
        ("values-dev.yaml", f"smtp:\n  user: {KEY_ID}\n", Severity.NOTE),
        ("values-dev.yaml", f"smtp:\n  user: {KEY_ID}\n  secretKey: ${{X}}\n", Severity.ERROR),
        ("docker-compose.dev.yml", "services: {a: {environment: {DB_PASSWORD: dev123xyz}}}\n", Severity.NOTE),
        ("docker-compose.local.yml", "services: {a: {environment: {DB_PASSWORD: dev123xyz}}}\n", Severity.NOTE),
        ("docker-compose.yml", "services: {a: {environment: {DB_PASSWORD: dev123xyz}}}\n", Severity.ERROR),
        ("docker-compose.device.yml", "services: {a: {environment: {DB_PASSWORD: dev123xyz}}}\n", Severity.ERROR),
    ],
)  # fmt: skip
def test_what_opens_nothing_by_itself_is_a_note(
    name: str, text: str, severity: Severity, tmp_path: Path
) -> None:
    (told,) = findings(tmp_path, {name: text}, "SEC001")
    assert told.severity is severity


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("a: \"endpoint: \\'{{ $labels.name }}\\' failed\"\n", 0),
        ('a: "tab \\\\\\\' b"\n', 0),
        ('a: "\\q"\n', 1),
        ("a: \"\\'\n", 1),
    ],
)
def test_an_apostrophe_may_be_escaped_as_in_go(text: str, number: int, tmp_path: Path) -> None:
    assert len(findings(tmp_path, {"a.yaml": text}, "SY002")) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("--outer-boundary\nContent-Id: <a>\n\n<a/>\n", 0),
        ("Content-Type: text/xml\n\n<a/>\n", 0),
        ("<a>\n", 1),
        ("a <b/>\n", 1),
    ],
)
def test_a_message_is_no_xml(text: str, number: int, tmp_path: Path) -> None:
    assert len(findings(tmp_path, {"a.xml": text}, "SY006")) == number


CONFIG = "route: {receiver: a}\nreceivers:\n  - name: a\n    webhook_configs: [{url: http://a}]\n"


@pytest.mark.parametrize(
    ("file", "message", "number"),
    [
        ("am/alertmanager.yml", "field mattermost_webhook_url not found in type config.plain", 0),
        ("am/alertmanager.yml", "field app_token not found in type config.plain", 0),
        ("am/alertmanager.yml", "field reciever not found in type config.plain", 1),
        ("am/alertmanager.yml", "undefined receiver", 1),
        ("am/testdata/alertmanager.yml", "undefined receiver", 0),
        ("internal/mock/alertmanager.yml", "undefined receiver", 0),
    ],
)
def test_amtool_may_be_older_than_a_setting(
    file: str, message: str, number: int, tmp_path: Path
) -> None:
    printed = said(f"Checking 'a'  FAILED: {message}\n", exit_code=1)
    assert len(findings(tmp_path, {file: CONFIG}, "MO005", amtool=printed)) == number
