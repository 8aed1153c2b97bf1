"""Mirror templates of Git hosts: addresses that can be recorded, and a local copy of tags."""

from __future__ import annotations

import hashlib
import re
import shlex
import shutil
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from scaffolder.errors import StoreError, ToolError
from scaffolder.formats.regex import regex
from scaffolder.template.bundled import SOURCE
from scaffolder.tools import folder_cache
from scaffolder.tools.git import Git, bare
from scaffolder.tools.toolchain import Toolchain

PATIENCE = 300
"""Seconds that a host has for all releases of a template."""

_FETCHED = "scaffold-fetched"
"""A file in a mirror with the time of the last fetch.

Git changes its own files even if a fetch fails.
"""

_IN_THE_WAY = (
    (
        regex(r"certificate|SSL CA|CAfile|TLS", re.IGNORECASE),
        "git config --global http.sslCAInfo FILE names your own CA: docs/company-network.md",
    ),
    (
        regex(r"proxy|\b407\b", re.IGNORECASE),
        "git config --global http.proxy URL, or HTTPS_PROXY: docs/company-network.md",
    ),
)
"""Git's messages for a certificate or a proxy (libcurl's words), and the command to type."""

_FOR_COPIER = ("git@", "git://", "git+", "gh:", "gl:", "https://github.com/", "https://gitlab.com/")
"""Beginnings of addresses that Copier takes for a repository's.

Whatever their end (copier/_vcs.py, get_repo).
"""


def recordable(address: str, command: str = "scaffold template use") -> str:
    """Return `address` in the form for a record.

    Plain Copier understands it, on every machine, and it holds no secret.

    `command` is what is typed before the address.

    Raises:
        StoreError: it cannot be recorded; and what to type instead.

    """
    url = located(address)
    parts = urlsplit(url.removeprefix("git+"))
    if parts.password or (parts.username and parts.scheme in {"http", "https"}):
        plain = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        raise StoreError(
            f"the address of {plain} holds a name or a password, and it would be committed",
            hint=f"{command} {plain}, and `git config credential.helper` for the password",
        )
    if (
        parts.scheme in {"http", "https", "ssh"}
        and not url.endswith(".git")
        and not url.startswith(_FOR_COPIER)
    ):
        raise StoreError(
            f"plain Copier takes {url} for a folder: an address ends in .git",
            hint=f"{command} {url.rstrip('/')}.git",
        )
    if parts.scheme == "scaffold" and url != SOURCE:
        raise StoreError(
            f"{url} is not the address of a template",
            hint=f"the releases inside scaffolder are {SOURCE}",
        )
    return url


def located(url: str) -> str:
    """`url`, or where it is a folder of this machine, its whole path.

    Raises:
        StoreError: it is empty.

    """
    if not url.strip():
        raise StoreError("a template's address is not empty", hint="https://HOST/GROUP/NAME.git")
    if "://" in url or re.match(r"[^/]+:", url):
        return url
    path = Path(url).expanduser()
    return str(path.resolve()) if path.is_dir() else url


def without_secret(text: str, url: str) -> str:
    """`text` with what `url` holds of a name and a password taken out."""
    user, at, _ = urlsplit(url).netloc.rpartition("@")
    return text.replace(f"{user}{at}", "") if ":" in user else text


def fetched(address: str, toolchain: Toolchain, timeout: float = PATIENCE) -> Path:
    """A bare repository of this machine with the tags that the repository at `address` has now.

    `timeout` is in seconds: a host that drops packets answers never.

    Raises:
        StoreError: the host cannot be read.
        ToolError: Git is missing.

    """
    mirror = _place(address)
    url = _git_url(address)
    try:
        with folder_cache.alone(mirror):
            if not (mirror.is_dir() and _failed(toolchain, mirror, url, timeout) is None):
                _make(toolchain, mirror, url, timeout)
            (mirror / _FETCHED).touch()
    except ToolError as error:
        message = without_secret(f"the template at {address} cannot be read: {error.message}", url)
        hint = _of_the_network(message) or f"git ls-remote {shlex.quote(url)}"
        raise StoreError(message, hint=without_secret(hint, url)) from error
    return mirror


def tags_command(address: str) -> str:
    """Return the command that lists the tags of the repository at `address`, without its secret."""
    url = _git_url(address)
    return without_secret(f"git ls-remote --tags {shlex.quote(url)}", url)


def kept(address: str) -> tuple[Path, float | None] | None:
    """Return this machine's copy of `address`, and the time of its fetch in seconds since 1970.

    The time is None if it was not noted; the whole is None if nothing was ever fetched from there.
    """
    mirror = _place(address)
    if not (mirror / "HEAD").is_file():
        return None
    try:
        return mirror, (mirror / _FETCHED).stat().st_mtime
    except OSError:
        return mirror, None


def reason(said: str) -> str:
    """Return the line of Git's output with the reason: the host's words, if it has some."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    of_host = [line.removeprefix("remote:").strip() for line in lines if line.startswith("remote:")]
    fatal = [
        line
        for line in lines
        if line.startswith("fatal: ") and "Could not read from remote" not in line
    ]
    refused = [line for line in lines if line.startswith("! [")]
    return next(filter(None, [*of_host, *fatal, *refused, *lines]), "no reason given")


def _of_the_network(message: str) -> str:
    """Return the command to type if the network is in the way; "" if not, or unknown."""
    return next((hint for words, hint in _IN_THE_WAY if words.search(message)), "")


def _place(address: str) -> Path:
    return (
        folder_cache.folder()
        / "mirrors"
        / f"{hashlib.sha256(address.encode()).hexdigest()[:32]}.git"
    )


def _make(toolchain: Toolchain, mirror: Path, url: str, timeout: float) -> None:
    """Make the mirror again: it is absent, or a killed run left it unusable."""
    made = mirror.with_name(f"{mirror.name}.new")
    shutil.rmtree(made, ignore_errors=True)
    Git(toolchain, mirror.parent)("init", "--quiet", "--bare", "--template=", str(made))
    if failed := _failed(toolchain, made, url, timeout):
        shutil.rmtree(made, ignore_errors=True)
        raise ToolError(failed)
    shutil.rmtree(mirror, ignore_errors=True)
    made.rename(mirror)


def _failed(toolchain: Toolchain, mirror: Path, url: str, timeout: float) -> str | None:
    """Why the tags of `url` could not be fetched into `mirror`; None where they were."""
    tags = "+refs/tags/*:refs/tags/*"
    done = bare(toolchain, mirror).attempt(
        "fetch", "--quiet", "--prune", "--no-tags", "--", url, tags, timeout=timeout
    )
    return reason(done.stderr) if done.exit_code != 0 else None


def _git_url(address: str) -> str:
    """Return Git's form of an address that Copier understands."""
    for short, host in (("gh:", "https://github.com/"), ("gl:", "https://gitlab.com/")):
        if address.startswith(short):
            return host + address.removeprefix(short).strip("/").removesuffix(".git") + ".git"
    if address.startswith("~"):
        return str(Path(address).expanduser())
    return address.removeprefix("git+")
