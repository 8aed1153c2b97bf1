"""Doctor's lines on proxy and CA."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder import cli
from scaffolder.errors import ExitCode
from scaffolder.tools.network import Setting, settings


def test_an_empty_environment_has_no_settings() -> None:
    assert settings({"PATH": "/bin", "HTTPS_PROXY": "", "NO_PROXIES": "x"}) == ()


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy"])
def test_a_proxy_is_shown_without_its_password(name: str) -> None:
    (proxy,) = settings({name: "http://me:secret@proxy.acme.io:3128"})
    assert proxy == Setting("HTTPS_PROXY", "http://***@proxy.acme.io:3128")


def test_hosts_that_are_reached_directly_are_shown_as_they_are() -> None:
    direct = ".svc,git@host,10.0.0.0/8"
    assert settings({"NO_PROXY": direct}) == (Setting("NO_PROXY", direct),)


def test_a_ca_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    there, missing = tmp_path / "ca.pem", tmp_path / "other.pem"
    there.write_text("x")
    found = settings({"SSL_CERT_FILE": str(there), "GIT_SSL_CAINFO": str(missing)})
    assert [one.problem for one in found] == ["does not exist", ""]


def test_doctor_names_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:secret@proxy.acme.io:3128")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    assert cli.run(["doctor"]) == ExitCode.CLEAN
    out = capsys.readouterr().out
    assert "  network: HTTPS_PROXY=http://***@proxy.acme.io:3128, " in out
    assert "!!  SSL_CERT_FILE names /nowhere/ca.pem, which does not exist\n" in out
    assert "secret" not in out
