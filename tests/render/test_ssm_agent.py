"""The installer of the agent of Systems Manager: it installs what its key signed, and nothing else."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scaffolder.template import answers, render

pytestmark = pytest.mark.skipif(
    not (shutil.which("gpg") and shutil.which("gpgv")), reason="gpg is not installed"
)

PROGRAMS = {
    "curl": 'while [ "$1" != --output ]; do shift; done\ncp "$DOWNLOADS/$(basename "$2")" "$2"',
    "dpkg": 'echo "dpkg $*" >>"$DOWNLOADS/done"',
    "systemctl": 'echo "systemctl $*" >>"$DOWNLOADS/done"',
}
"""Programs of the machine that would leave it, or change it."""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("agent")
    given = answers.complete({"service_name": "my-service", "cloud": "aws", "runs_on": "server"})
    render.write(render.current(), given, folder)
    return (folder / "terraform/modules/servers/install-ssm-agent.sh").read_text(encoding="utf-8")


def _key(script: str) -> bytes:
    (text,) = re.findall(r"(?s)<<'END_OF_KEY'\n(.+?)\nEND_OF_KEY", script)
    return base64.b64decode(text)


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    """Return a folder with a package, its signature, and the key that made it."""
    folder = tmp_path / "downloads"
    home = tmp_path / "home"
    folder.mkdir()
    home.mkdir(mode=0o700)
    (folder / "agent.deb").write_bytes(b"an agent")
    gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--passphrase", ""]
    made = [*gpg, "--quick-generate-key", "A <a@example.com>", "ed25519", "sign", "1d"]
    subprocess.run(made, check=True, capture_output=True)
    subprocess.run([*gpg, "--detach-sign", str(folder / "agent.deb")], check=True)
    exported = subprocess.run([*gpg, "--export"], check=True, capture_output=True)
    (folder / "key.gpg").write_bytes(exported.stdout)
    return folder


def _install(script: str, downloads: Path, key: bytes) -> subprocess.CompletedProcess[str]:
    programs = downloads / "programs"
    programs.mkdir()
    for name, does in PROGRAMS.items():
        (programs / name).write_text(f"#!/bin/sh\n{does}\n")
        (programs / name).chmod(0o755)
    text = base64.encodebytes(key).decode()
    with_key = re.sub(r"(?s)(<<'END_OF_KEY'\n).+?(END_OF_KEY)", rf"\g<1>{text}\g<2>", script)
    (downloads / "install.sh").write_text(with_key)
    return subprocess.run(
        ["sh", str(downloads / "install.sh"), "eu-central-1", "3.3.859.0"],
        env={"PATH": f"{programs}:{os.environ['PATH']}", "DOWNLOADS": str(downloads)},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_what_the_key_signed_is_installed(script: str, signed: Path) -> None:
    done = _install(script, signed, (signed / "key.gpg").read_bytes())
    assert done.returncode == 0, done.stderr
    assert (signed / "done").read_text().splitlines() == [
        "dpkg --install agent.deb",
        "systemctl enable --now amazon-ssm-agent",
    ]


@pytest.mark.parametrize("wrong", ["package", "key"])
def test_nothing_else_is_installed(script: str, signed: Path, wrong: str) -> None:
    key = (signed / "key.gpg").read_bytes()
    if wrong == "package":
        (signed / "agent.deb").write_bytes(b"another agent")
    else:
        key = _key(script)
    done = _install(script, signed, key)
    assert done.returncode == 1
    assert "is not signed by AWS" in done.stderr
    assert not (signed / "done").exists()


def test_the_key_is_the_one_that_the_script_names(script: str, tmp_path: Path) -> None:
    (tmp_path / "key.gpg").write_bytes(_key(script))
    shown = subprocess.run(
        [
            "gpg",
            "--homedir",
            str(tmp_path),
            "--show-keys",
            "--with-colons",
            str(tmp_path / "key.gpg"),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    (fingerprint,) = re.findall(r"(?m)^fpr:+([0-9A-F]{40}):$", shown.stdout)
    (named,) = re.findall(r"Fingerprint ([0-9A-F ]+)\.", script)
    assert named.replace(" ", "") == fingerprint
