"""A cloud's meaning for a repository: the Protocol of the modules in this folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from scaffolder.formats.regex import regex
from scaffolder.repository.reading import Block

NARROWER = "name the actions that it needs, and the resources"
"""The fix for a grant that is too wide."""

_STRINGS = regex(r'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, kw_only=True)
class StateLock:
    """The settings of a Terraform backend any of which makes it lock, and the one to write."""

    settings: tuple[str, ...]
    fix: str


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A right that is too wide, in Terraform: its line, what it allows, and what to do instead."""

    line: int
    allows: str
    fix: str = NARROWER


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Who may take a role with a token: the line, and what is wrong with it, "" if nothing is.

    `patterns_elsewhere`: subjects are compared as patterns, and the patterns are not written here.
    """

    line: int
    problem: str = ""
    fix: str = ""
    patterns_elsewhere: bool = False


class Cloud(Protocol):
    """One value of the question `cloud`: a module, with these constants and functions."""

    @property
    def TITLE(self) -> str:
        """Return the name in the words of its users: "AWS"."""

    @property
    def SPEAKS(self) -> str:
        """Return the expression for lines of pipelines, Terraform and charts that speak of it."""

    @property
    def REGIONS(self) -> frozenset[str]:
        """Return the regions that are known: a table, which a new region is not in at first."""

    @property
    def REGION(self) -> str:
        """Return the expression for lines of the same files that name a region, its group."""

    # ---- its Kubernetes

    @property
    def CLUSTER(self) -> str:
        """Return the product of versions.yml that its Kubernetes is: "eks"."""

    @property
    def CLUSTER_SIGNS(self) -> tuple[str, ...]:
        """Return the resources and modules of Terraform that make a cluster."""

    @property
    def CLUSTER_VERSIONS(self) -> tuple[str, ...]:
        """Return its own names of variables and arguments that hold the version of Kubernetes."""

    @property
    def CLUSTERS_WITH_VERSION(self) -> tuple[str, ...]:
        """Return the resources whose argument `version` is that of Kubernetes."""

    # ---- its state

    @property
    def STATE_LOCKS(self) -> Mapping[str, StateLock]:
        """Return what makes its backends lock, for those that do not by themselves."""

    @property
    def STATE_PLACE(self) -> tuple[str, ...]:
        """Return the settings of its backends that tell where a state is."""

    @property
    def STATE_ACCOUNT(self) -> tuple[str, ...]:
        """Return the settings of its backends that tell as whom a state is read."""

    # ---- identity and trust

    @property
    def SECRET_WORDS(self) -> tuple[str, ...]:
        """Return the words in names of a pipeline's secrets that give access to it, in capitals."""

    @property
    def SERIES(self) -> tuple[str, ...]:
        """Return the prefixes of metrics that its exporters expose, without the underscore."""

    def wide_grants(self, block: Block) -> Iterator[Grant]:
        """Yield rights of a block of Terraform that allow everything, or all of a service."""

    def trusts(self, block: Block) -> Iterator[Trust]:
        """Yield each policy of a block of Terraform that lets a token take a role."""


def strings(expression: str) -> list[str]:
    """Return the texts in quotes of an expression of Terraform."""
    return _STRINGS.findall(expression)


def kind_of(block: Block) -> str:
    """Return the type of a resource or data source; "" for other blocks without a label."""
    return block.labels[0] if block.labels else ""


_FORMS = (
    r"repo:(?P<github>[^:]*)",
    r"project_path:(?P<gitlab>[^:]*)",
    r"sc://(?P<azure>[^/]*/[^/]*)",
    r"system:serviceaccount:(?P<pod>[^:]*)",
    r"organization:(?P<terraform>[^:]*:project:[^:]*)",
)
_SUBJECT = regex("|".join(_FORMS))


def is_wide_subject(text: str) -> bool:
    """Return whether a subject, as a pattern, covers other repositories, projects or namespaces.

    A wildcard after the repository, `repo:owner/name:*`, covers branches of one repository.
    Forms: https://docs.github.com/actions/concepts/security/openid-connect and
    https://docs.gitlab.com/ci/secrets/id_token_authentication/
    """
    found = _SUBJECT.match(text)
    if not found:
        return False
    whose = next(group for group in found.groups() if group is not None)
    return "*" in whose or "?" in whose


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """Who makes tokens: what a pattern covers too many of, in its words, and how to name one."""

    others: str
    fix: str


_PIPELINES = Issuer(others="repositories", fix="name one repository and one branch or environment")
_WORKSPACES = Issuer(
    others="workspaces",
    fix="name one workspace: organization:<name>:project:<name>:workspace:<name>:run_phase:*",
)
_PODS = Issuer(
    others="service accounts",
    fix="name one service account: system:serviceaccount:<namespace>:<name>",
)
_ANOTHER = Issuer(others="subjects of the issuer", fix="name one subject of that issuer")
_ISSUERS = (
    (regex(r"\brepo:|\bproject_path:|\bsc://|github|gitlab|bitbucket", re.I), _PIPELINES),
    (regex(r"\borganization:|\bterraform\.io|\btf[ce]_|hcp_?terraform", re.I), _WORKSPACES),
    (regex(r"system:serviceaccount|eks|cluster|oidc_issuer|k8s|kubernetes", re.I), _PODS),
)


def issuer_of(written: str) -> Issuer:
    """Return the issuer that a condition, its claims and its principals speak of."""
    return next((issuer for sign, issuer in _ISSUERS if sign.search(written)), _ANOTHER)
