"""MO007: receivers whose service has ended."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.repository.project import Project


def found(root: Path, check: str, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    report = checks.run(
        Project(root), checks.choose(select=[check], ignore=[]), ScriptedToolchain({})
    )
    return [
        f"{finding.path.as_posix()}:{finding.line}"
        for result in report.results
        for finding in result.findings
    ]


ALERTMANAGER = """\
route:
  receiver: team
receivers:
  - name: team
    {0}:
      - {1}: {2}
"""


@pytest.mark.parametrize(
    "url", ["https://acme.webhook.office.com/webhookb2/x", "https://outlook.office.com/webhook/x"]
)
def test_a_connector_of_teams_is_found(url: str, tmp_path: Path) -> None:
    text = ALERTMANAGER.format("msteams_configs", "webhook_url", url)
    assert found(tmp_path, "MO007", {"alertmanager.yml": text}) == ["alertmanager.yml:5"]


def test_a_connector_in_the_values_of_a_chart_is_found(tmp_path: Path) -> None:
    text = ALERTMANAGER.format("msteams_configs", "webhook_url_file", "/etc/teams")
    inner = "alertmanager:\n  config:\n" + "".join(f"    {line}\n" for line in text.splitlines())
    assert found(tmp_path, "MO007", {"values.yaml": inner}) == ["values.yaml:7"]


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("msteamsv2_configs", "https://prod-1.westeurope.logic.azure.com/workflows/x"),
        ("msteams_configs", "https://prod-1.westeurope.logic.azure.com/workflows/x"),
        ("slack_configs", "https://example.com/x"),
    ],
)
def test_a_receiver_in_service_is_accepted(key: str, url: str, tmp_path: Path) -> None:
    text = ALERTMANAGER.format(key, "webhook_url", url)
    assert found(tmp_path, "MO007", {"alertmanager.yml": text}) == []
