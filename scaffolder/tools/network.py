"""Read the proxy, CA and mirrors of this machine's programs from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffolder.formats.regex import regex

_ADDRESSES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
"""Read by git, Terraform, pip, uv and the Kubernetes client, in capitals or not (curl's rules)."""

_FILES = ("GIT_SSL_CAINFO", "SSL_CERT_FILE", "PIP_CERT", "TF_CLI_CONFIG_FILE")
"""Read by git; by Terraform and uv; by pip; by Terraform. Each names one file."""

_LOGIN = regex(r"(?<=//)[^/@\s]*@")


@dataclass(frozen=True)
class Setting:
    """One variable that is set; `problem` is empty unless its file does not exist."""

    name: str
    value: str
    problem: str = ""


def settings(environment: Mapping[str, str]) -> tuple[Setting, ...]:
    """Return the network settings of `environment`, without the passwords of addresses."""
    return (*_addresses(environment), *_files(environment))


def _addresses(environment: Mapping[str, str]) -> tuple[Setting, ...]:
    given = ((name, environment.get(name) or environment.get(name.lower())) for name in _ADDRESSES)
    return tuple(Setting(name, _LOGIN.sub("***@", value)) for name, value in given if value)


def _files(environment: Mapping[str, str]) -> tuple[Setting, ...]:
    given = ((name, environment.get(name)) for name in _FILES)
    return tuple(
        Setting(name, value, "" if Path(value).exists() else "does not exist")
        for name, value in given
        if value
    )
