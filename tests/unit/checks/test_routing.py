"""MO005: what another program fills in is not held against an Alertmanager configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import ScriptedToolchain, said, written

from scaffolder import checks
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import Tool


class Reading(ScriptedToolchain):
    """Accepts each configuration that it is handed, and keeps it."""

    def __init__(self) -> None:
        super().__init__({"amtool": said()})
        self.content: dict[str, Any] = {}

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
