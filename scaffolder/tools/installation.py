"""Find how scaffolder was installed, and the commands to upgrade, complete and repair it.

The distribution is on no public index, so that a command by name alone would install another
project's package. An installer records where a distribution came from
(https://packaging.python.org/en/latest/specifications/direct-url/); the commands are derived from
that record.
"""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from scaffolder import __version__

NAME = "devops-scaffolder"
"""The distribution; the package it installs is called scaffolder, and the command scaffold."""

FORMER_NAME = "scaffolder"
"""The distribution until 0.5. On the public index the name belongs to another project."""

INDEX = "https://YOUR-INDEX/simple"
"""The placeholder for a user's own index: an installer does not record the one it used."""

_EXTRA = "[tools]"
_OF_THE_EXTRA = "promql_parser"  # a module that only the extra installs
_OUR_COMMAND = "scaffolder.cli:main"

Kind = Literal["git", "archive", "folder", "index"]


@dataclass(frozen=True, kw_only=True)
class Installation:
    """An installer's record of scaffolder.

    `source` is a Git address without "git+", the address of a wheel or an sdist, or the path of a
    folder; "" for an index. `revision` is the tag, branch or commit of a Git address. `installer`
    is what its commands begin with.
    """

    kind: Kind
    source: str = ""
    revision: str = ""
    subdirectory: str = ""
    editable: bool = False
    installer: str = "pip install"
    version: str = __version__
    tools: bool = False

    def upgrade(self, version: str) -> str:
        """Return the command that installs the release `version` ("0.7.0") from the same source."""
        if self.kind == "folder":
            folder = _quoted(self.source)
            checkout = f"git -C {folder} fetch --tags && git -C {folder} checkout v{version}"
            return f"{checkout} && {self._install(self._requirement(self._extra), '')}"
        if self.kind == "git":
            requirement = self._requirement(self._extra, revision=f"v{version}")
        elif self.kind == "archive":
            requirement = f"{NAME}{self._extra} @ {self._archive_of(version)}"
        else:
            requirement = f"{NAME}{self._extra}=={version}"
        return self._install(requirement, "--upgrade")

    def reinstall(self) -> str:
        """Return the command that installs the same release again, without its dependencies."""
        return self._install(self._requirement(self._extra), "--force-reinstall --no-deps")

    def with_tools(self) -> str:
        """Return the command that installs the same release with the extra `tools`."""
        return self._install(self._requirement(_EXTRA), "")

    def requirement(self, extra: str) -> str:
        """Return the same release with an extra, as pip takes it."""
        return self._requirement(f"[{extra}]")

    @property
    def _extra(self) -> str:
        return _EXTRA if self.tools else ""

    def _requirement(self, extra: str, *, revision: str = "") -> str:
        if self.kind == "folder":
            return f"{self.source}{extra}"
        if self.kind == "index":
            return f"{NAME}{extra}=={self.version}"
        if self.kind == "archive":
            return f"{NAME}{extra} @ {self.source}"
        folder = f"#subdirectory={self.subdirectory}" if self.subdirectory else ""
        return f"{NAME}{extra} @ git+{self.source}@{revision or self.revision}{folder}"

    def _archive_of(self, version: str) -> str:
        address = self.source.replace(self.version, version)
        return address if address != self.source else f"ADDRESS-OF-THE-WHEEL-OF-{version}"

    def _install(self, requirement: str, options: str) -> str:
        if self.installer.endswith(
            "--force"
        ):  # it installs a whole environment again, whatever is there
            options = ""
        words = [self.installer, options, f"--index-url {INDEX}" if self.kind == "index" else ""]
        words += ["--editable" if self.editable else "", _quoted(requirement)]
        return " ".join(word for word in words if word)


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """A distribution under the former name, which writes the same package and command as this one.

    `ours` is False for another project's package of that name. `remove` is the command that removes
    it and puts back the files that both wrote.
    """

    version: str
    ours: bool
    remove: str


@cache
def current() -> Installation:
    """Return how the running scaffolder was installed."""
    return installed(
        Path(__file__).parents[2], Path(sys.prefix), tools=find_spec(_OF_THE_EXTRA) is not None
    )


def installed(folder: Path, prefix: Path, *, tools: bool = False) -> Installation:
    """Return how the package in `folder` was installed into the environment `prefix`.

    A package without a record beside it is a checkout that is used in place.
    """
    records = sorted(folder.glob(f"{NAME.replace('-', '_')}-*.dist-info"))
    if not records:
        return Installation(kind="folder", source=str(folder), editable=True, tools=tools)
    record = records[-1]
    version = record.name.removesuffix(".dist-info").partition("-")[2]
    kind, source, revision, subdirectory = _origin(_read(record / "direct_url.json"))
    return Installation(
        kind=kind,
        source=source,
        revision=revision,
        subdirectory=subdirectory,
        installer=_installer(record, prefix),
        version=version,
        tools=tools,
    )


def leftover(
    search: Sequence[str] | None = None, installation: Installation | None = None
) -> Leftover | None:
    """Return the distribution of the former name on the module path `search`, or None.

    Costs no import.
    """
    for place in dict.fromkeys(sys.path if search is None else search):
        for record in sorted(Path(place or ".").glob(f"{FORMER_NAME}-*.dist-info")):
            remaining = installation or current()
            uninstall = (
                "uv pip uninstall"
                if remaining.installer.startswith("uv")
                else "pip uninstall --yes"
            )
            return Leftover(
                version=record.name.removesuffix(".dist-info").partition("-")[2],
                ours=_OUR_COMMAND in _text(record / "entry_points.txt"),
                remove=f"{uninstall} {FORMER_NAME} && {remaining.reinstall()}",
            )
    return None


def _origin(record: dict[str, Any]) -> tuple[Kind, str, str, str]:
    """Return kind, source, revision and subdirectory as PEP 610 records them."""
    address = _public(str(record.get("url", "")))
    subdirectory = str(record.get("subdirectory", ""))
    match record:
        case {"vcs_info": {"vcs": "git", "commit_id": commit, **more}}:
            return "git", address, str(more.get("requested_revision") or commit), subdirectory
        case {"archive_info": _}:
            return "archive", address, "", ""
        case {"dir_info": _}:
            return "folder", unquote(urlsplit(address).path), "", ""
        case _:
            return "index", "", "", ""


def _installer(record: Path, prefix: Path) -> str:
    if (prefix / "pipx_metadata.json").is_file():
        return "pipx install --force"
    if (prefix / "uv-receipt.toml").is_file():
        return "uv tool install --force"
    return "uv pip install" if _text(record / "INSTALLER").strip() == "uv" else "pip install"


def _public(address: str) -> str:
    """Return `address` without a password or a token; `git` in ssh://git@host is neither."""
    parts = urlsplit(address)
    account, at, host = parts.netloc.rpartition("@")
    if at and (parts.scheme != "ssh" or ":" in account):
        parts = parts._replace(netloc=host)
    return parts._replace(fragment="").geturl()


def _quoted(text: str) -> str:
    if re.fullmatch(r"[\w@%+=:,./-]+", text):
        return text
    return shlex.quote(text) if re.search(r'["$`\\!]', text) else f'"{text}"'


def _read(file: Path) -> dict[str, Any]:
    try:
        record = json.loads(_text(file))
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
