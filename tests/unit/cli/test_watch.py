"""`scaffold watch`: what it refuses, and with which words and exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder import cli
from scaffolder.errors import ExitCode

RULES = 'groups: [{name: s, rules: [{alert: Down, expr: up{job="s"} == 0}]}]\n'
ROUTES = "route: {receiver: team}\nreceivers: [{name: team}]\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "rules.yaml").write_text(RULES.replace('up{job="s"}', "up"))
    (tmp_path / "alertmanager.yaml").write_text(ROUTES)
    return tmp_path


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--script", "burn:1"), "'burn:1' is not ACTION:SECONDS"),
        (("--format", "json"), "--format json needs --script or --duration"),
    ],
)
def test_bad_usage(
    options: tuple[str, ...], says: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["watch", str(repository), *options]) == ExitCode.USAGE
    assert says in capsys.readouterr().err


def test_without_alerts_it_says_what_brings_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "README.md").write_text("# A\n")
    assert cli.run(["watch", str(tmp_path)]) == ExitCode.USAGE
    assert capsys.readouterr().err == (
        f"scaffold: {tmp_path.name} has no rules of Prometheus, so no alert can be watched\n"
        "  try: scaffold set monitoring=prometheus-grafana brings both\n"
    )


@pytest.mark.only_git
def test_in_a_subfolder_it_is_the_repository_around_it(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / ".git").mkdir()
    (repository / "docs").mkdir()
    monkeypatch.chdir(repository / "docs")
    assert cli.run(["watch"]) == ExitCode.NO_VERDICT
    assert "prometheus is not installed" in capsys.readouterr().err


@pytest.mark.only_git
def test_every_missing_program_is_named_with_what_installs_it(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["watch", str(repository)]) == ExitCode.NO_VERDICT
    said = capsys.readouterr().err
    assert "prometheus is not installed; alertmanager is not installed; bash" in said
    for way in ("apt install prometheus,", "apt install prometheus-alertmanager,", "bash"):
        assert way in said
