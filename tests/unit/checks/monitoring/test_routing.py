"""MO005: what another program fills in is not held against an Alertmanager configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import ScriptedToolchain, said, written

from scaffolder import checks
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import Tool
from scaffolder.tools.toolchain import Program


class Reading(ScriptedToolchain):
    """Accepts each configuration that it is handed, and keeps it."""

    def __init__(self) -> None:
        super().__init__({"amtool": said()})
        self.content: dict[str, Any] = {}
        self.version = "9.9.9"

    def find(self, tool: Tool) -> Program | None:
        program = super().find(tool)
        return program and replace(program, version=self.version)

    def run(
        self,
        tool: Tool,
        *args: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout: float = 30,
        memory: int | None = None,
        reads: Iterable[Path] | None = None,
    ) -> CompletedRun:
        self.content = yaml.safe_load(Path(args[-1]).read_text(encoding="utf-8"))
        return super().run(tool, *args)


def handed(root: Path, settings: str) -> dict[str, Any]:
    text = f"global:\n{settings}\nroute: {{receiver: team}}\nreceivers: [{{name: team}}]\n"
    toolchain = Reading()
    project = written(root, {"monitoring/alertmanager.yml": text})
    checks.run(project, checks.choose(select=["MO005"], ignore=[]), toolchain)
    return dict(toolchain.content["global"])


URL = "http://stands-for-the-placeholder.invalid"
PLACEHOLDERS = {
    "envsubst": ('  slack_api_url: "${SLACK_URL}"', "slack_api_url", URL),
    "a variable of the shell": ("  slack_api_url: $SLACK_URL", "slack_api_url", URL),
    "Ansible": ('  slack_api_url: "{{ slack_url }}"', "slack_api_url", URL),
    "SOPS": ('  slack_api_url: "ENC[AES256_GCM,data:x,type:str]"', "slack_api_url", URL),
    "a hint for readers": ("  opsgenie_api_url: <your address>", "opsgenie_api_url", URL),
    "an address of mail": (
        "  smtp_smarthost: ${HOST}",
        "smtp_smarthost",
        "stands-for-the-placeholder.invalid:25",
    ),
    "a duration": ("  resolve_timeout: ${TIMEOUT}", "resolve_timeout", "1m"),
    "a text": ('  smtp_from: "${FROM}"', "smtp_from", "${FROM}"),
    "no placeholder": ("  slack_api_url: url", "slack_api_url", "url"),
    "an address": (
        "  slack_api_url: https://a.invalid/$b",
        "slack_api_url",
        "https://a.invalid/$b",
    ),
}


@pytest.mark.parametrize(("settings", "key", "value"), PLACEHOLDERS.values(), ids=PLACEHOLDERS)
def test_a_placeholder_has_a_stand_in(settings: str, key: str, value: str, tmp_path: Path) -> None:
    assert handed(tmp_path, settings)[key] == value


def test_a_switch_of_a_chart_is_not_handed_to_amtool(tmp_path: Path) -> None:
    text = "config:\n  enabled: true\n  route: {receiver: team}\n  receivers: [{name: team}]\n"
    toolchain = Reading()
    project = written(tmp_path, {"charts/alertmanager/values.yaml": text})
    checks.run(project, checks.choose(select=["MO005"], ignore=[]), toolchain)
    assert "enabled" not in toolchain.content


@pytest.mark.parametrize(
    ("version", "sink", "shown"),
    [
        ("0.25.0", {"token_file": "/t", "user_key": "u"}, {"token": "1", "user_key": "u"}),
        ("0.25.0", {"webhook_url_file": "/t"}, {"webhook_url": "https://stands-for.invalid"}),
        ("0.31.0", {"token_file": "/t"}, {"token_file": "/t"}),
        ("0.25.0", {"tls_config": {"ca_file": "/c"}}, {"tls_config": {"ca_file": "/c"}}),
        ("0.25.0", {"tokn": "x"}, {"tokn": "x"}),
    ],
)
def test_an_older_amtool_is_not_asked_about_files(
    version: str, sink: dict[str, Any], shown: dict[str, Any], tmp_path: Path
) -> None:
    toolchain = Reading()
    toolchain.version = version
    receivers = [{"name": "team", "pushover_configs": [sink]}]
    text = yaml.safe_dump({"route": {"receiver": "team"}, "receivers": receivers})
    project = written(tmp_path, {"monitoring/alertmanager.yml": text})
    checks.run(project, checks.choose(select=["MO005"], ignore=[]), toolchain)
    assert toolchain.content["receivers"][0]["pushover_configs"] == [shown]


@pytest.mark.parametrize(
    ("receivers", "is_asked"),
    [
        ("[{name: dump, stdout: {}}]", False),
        ("[{name: a, elasticsearch: {hosts: []}}, {name: b, webhook: {endpoint: x}}]", False),
        ("[{name: a}]", True),
        ("[{name: a, slack_configs: []}]", True),
        ("[{name: a, slack_config: []}]", True),
        ("[{name: a, stdout: {}, webhook_configs: []}]", True),
    ],
)
def test_receivers_of_other_programs_are_not_of_alertmanager(
    receivers: str, is_asked: bool, tmp_path: Path
) -> None:
    toolchain = Reading()
    text = f"logLevel: error\nroute: {{routes: [], receiver: a}}\nreceivers: {receivers}\n"
    project = written(tmp_path, {"config.yaml": text})
    checks.run(project, checks.choose(select=["MO005"], ignore=[]), toolchain)
    assert bool(toolchain.content) is is_asked
