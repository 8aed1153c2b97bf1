"""A template behind the proxy, the mirror and the CA of a company, all on this machine."""

from __future__ import annotations

import functools
import http.server
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from updating import Template, git

from scaffolder import cli
from scaffolder.errors import ExitCode, StoreError
from scaffolder.template import git_mirror, releases
from scaffolder.tools.toolchain import SystemToolchain

HOST = "http://git.example.com/templates.git"
"""An address that no machine has; whoever reaches it went through the proxy."""

Serve = Callable[..., str]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with templates.git as Git's plain HTTP protocol wants it."""
    folder = tmp_path_factory.mktemp("host")
    template = Template.made(folder / "template", {"a.txt": "a\n"})
    git(folder, "clone", "--quiet", "--bare", str(template.folder), "files/templates.git")
    git(folder / "files/templates.git", "update-server-info")
    return folder / "files"


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files, also to whoever asks it as a proxy, and notes what was asked for."""

    asked: list[str]

    def __init__(self, *given: object, asked: list[str], **settings: object) -> None:
        self.asked = asked
        super().__init__(*given, **settings)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path.startswith("http://"):
            self.path = "/" + self.path.split("/", 3)[3]
        super().do_GET()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def serve(files: Path) -> Iterator[Serve]:
    servers = []

    def started(asked: list[str], *, context: ssl.SSLContext | None = None) -> str:
        handler = functools.partial(Handler, asked=asked, directory=str(files))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        scheme = "https" if context else "http"
        return f"{scheme}://127.0.0.1:{server.server_port}"

    yield started
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy and no CA of the machine that runs the tests."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name in ("GIT_SSL_CAINFO", "GIT_SSL_NO_VERIFY", "SSL_CERT_FILE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def tags(address: str, tools: SystemToolchain) -> list[str]:
    return [release.tag for release in releases.at(address, tools).releases]


@pytest.mark.parametrize("name", ["http_proxy", "all_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_used(
    name: str, serve: Serve, monkeypatch: pytest.MonkeyPatch, tools: SystemToolchain
) -> None:
    asked: list[str] = []
    monkeypatch.setenv(name, serve(asked))
    assert tags(HOST, tools) == ["v1.0.0"]
    assert asked[0].startswith("http://git.example.com/templates.git/info/refs")


def test_a_host_that_no_proxy_is_for_is_reached_directly(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, tools: SystemToolchain
) -> None:
    asked: list[str] = []
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1,git.example.com")
    assert tags(f"{serve(asked)}/templates.git", tools) == ["v1.0.0"]


def test_a_proxy_that_is_not_there_is_named_with_what_to_type(
    monkeypatch: pytest.MonkeyPatch, tools: SystemToolchain
) -> None:
    monkeypatch.setenv("http_proxy", "http://nowhere.invalid:3128")
    with pytest.raises(StoreError) as refused:
        releases.at(HOST, tools)
    assert "proxy" in refused.value.message
    assert "http.proxy" in refused.value.hint


def test_a_mirror_of_git_serves_the_address_that_is_recorded(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.{serve(asked)}/.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "https://git.example.com/")
    address = "https://git.example.com/templates.git"
    command = ["new", "pay", "--template", address, "-o", str(tmp_path), "--no-check", "--no-git"]
    assert cli.run(command) == ExitCode.CLEAN
    record = (tmp_path / "pay" / ".copier-answers.yml").read_text(encoding="utf-8")
    assert f"_src_path: {address}\n" in record
    assert asked


def _openssl(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def ca(tmp_path: Path) -> Path:
    """A folder with a CA of its own, and a certificate of it for 127.0.0.1."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificates, is not installed")
    key = ("-newkey", "rsa:2048", "-nodes", "-days", "2")
    _openssl(
        tmp_path, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca"
    )
    _openssl(
        tmp_path,
        *("req", "-x509", *key, "-keyout", "host.key", "-out", "host.pem", "-subj", "/CN=host"),
        *("-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "subjectAltName=IP:127.0.0.1"),
        *("-addext", "basicConstraints=critical,CA:FALSE"),
    )
    return tmp_path


@pytest.mark.programs
def test_a_private_ca_is_named_to_git_and_without_it_the_error_says_how(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, tools: SystemToolchain, ca: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ca / "host.pem", ca / "host.key")
    address = f"{serve([], context=context)}/templates.git"
    with pytest.raises(StoreError, match="certificate") as refused:
        releases.at(address, tools)
    assert "http.sslCAInfo" in refused.value.hint
    monkeypatch.setenv("GIT_SSL_CAINFO", str(ca / "ca.pem"))
    assert tags(address, tools) == ["v1.0.0"]


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (
            "fatal: unable to access 'x': SSL certificate problem: self-signed certificate",
            "sslCAInfo",
        ),
        ("server certificate verification failed. CAfile: none CRLfile: none", "sslCAInfo"),
        (
            "fatal: unable to access 'x': Received HTTP code 407 from proxy after CONNECT",
            "http.proxy",
        ),
        ("Could not resolve proxy: proxy.example.com", "http.proxy"),
        ("fatal: repository 'https://h/x.git/' not found", ""),
        ("fatal: Authentication failed for 'https://h/x.git/'", ""),
    ],
)
def test_what_is_in_the_way_is_told_by_gits_own_words(said: str, word: str) -> None:
    hint = git_mirror._of_the_network(said)
    assert word in hint
    assert bool(hint) == bool(word)
