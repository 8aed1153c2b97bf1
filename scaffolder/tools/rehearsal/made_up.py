"""Make up the values that a cloud chooses, by type and name: ids, ARNs, addresses, times."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scaffolder.formats.regex import regex
from scaffolder.tools import package_data
from scaffolder.tools.rehearsal.values import UNKNOWN, Value

ACCOUNT = "111122223333"
"""An account of AWS that its documentation uses in examples."""

UUID = "00000000-0000-4000-8000-000000000001"
"""A subscription or tenant of Azure that is none."""

_IDENTITIES: dict[str, Any] = package_data.data("scaffolder.tools.rehearsal", "identities.json")
_TIME = "2026-01-01T00:00:00Z"
_KEY = "-----BEGIN REHEARSAL-----\nbm90IGEga2V5\n-----END REHEARSAL-----\n"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of a provider's configuration that its objects show."""

    account: str = ACCOUNT
    region: str = "us-east-1"
    subscription: str = UUID
    default_tags: tuple[tuple[str, str], ...] = ()


def settings(config: Mapping[str, Value]) -> Settings:
    """Return the settings of a provider's block."""
    accounts = config.get("allowed_account_ids")
    blocks = config.get("default_tags")
    tags = blocks[0].get("tags") if isinstance(blocks, list) and blocks else None
    return Settings(
        account=_first_text(accounts) or ACCOUNT,
        region=_text(config.get("region")) or Settings.region,
        subscription=_text(config.get("subscription_id")) or UUID,
        default_tags=tuple(sorted((tags or {}).items())) if isinstance(tags, dict) else (),
    )


class Maker:
    """Makes values up for one new object."""

    def __init__(
        self, kind: str, planned: Mapping[str, Value], its: Settings, *, seed: str = ""
    ) -> None:
        """`planned` is the object as far as it is configured; a `seed` repeats them."""
        self._kind = kind
        self._planned = planned
        self._settings = its
        unique = hashlib.sha256(f"{kind} {seed}".encode()).hexdigest()[:32]
        self._hex = unique if seed else uuid.uuid4().hex

    def value(self, name: str, kind: Any, configurable: bool, beside: Mapping[str, Value]) -> Value:
        """Return a value for an attribute that nothing configures."""
        if name == "tags_all":
            return tags_all(self._settings, self._planned)
        if kind == "string":
            return self._string(name, beside)
        if kind == "number":
            return _NUMBERS.get(name, 0)
        if kind == "bool":
            return False
        if not isinstance(kind, list):
            return None  # a type that only the object decides
        return self._many(name, kind, configurable)

    def _many(self, name: str, kind: list[Any], configurable: bool) -> Value:
        container, inner = kind
        if name in _LISTS:
            return list(_LISTS[name])
        if container == "object":
            return {key: self.value(key, its, False, {}) for key, its in inner.items()}
        if container == "map":
            return {}
        if container == "tuple":
            return [self.value(name, its, False, {}) for its in inner]
        if configurable and not _SINGLE.search(name):
            return []
        return [self.value(name.removesuffix("s"), inner, False, {})]

    def _string(self, name: str, beside: Mapping[str, Value]) -> str:
        if name == "id":
            return self._id()
        if name == "arn" or (name.endswith("_arn") and name != "role_arn"):
            return self._arn(name, beside)
        for pattern, template in _STRINGS:
            if pattern.search(name):
                return template.format(
                    hex=self._hex[:17],
                    long=self._hex,
                    uuid=str(uuid.UUID(self._hex)),
                    account=self._settings.account,
                    region=self._region,
                    subscription=self._settings.subscription,
                    name=self._name,
                )
        return f"rehearsal-{self._hex[:8]}"

    @property
    def _region(self) -> str:
        return _text(self._planned.get("region")) or self._settings.region

    @property
    def _name(self) -> str:
        """Return the name that the configuration gives the object, or a part of its id."""
        own = self._kind.rpartition("_")[2]
        for attribute in ("name", own, f"{own}_name", "identifier", "function_name", "bucket"):
            if name := _text(self._planned.get(attribute)):
                return name
        return self._hex[:8]

    def _id(self) -> str:
        of = _IDENTITIES["id"].get(self._kind)
        parts = [str(self._planned[key]) for key in of or () if _is_given(self._planned.get(key))]
        if parts:
            chosen = any(self._planned[key] is UNKNOWN for key in of)
            return ":".join([*parts, self._hex[:8]] if chosen else parts)
        if self._kind.startswith("aws_s3_bucket_") and (bucket := self._planned.get("bucket")):
            return str(bucket)
        if prefix := _IDENTITIES["prefix"].get(self._kind):
            return f"{prefix}-{self._hex[:17]}"
        if self._kind.startswith("azurerm_"):
            return self._azure_id()
        return f"{self._kind.partition('_')[2]}-{self._hex[:17]}"

    def _azure_id(self) -> str:
        group = _text(self._planned.get("resource_group_name"))
        short = self._kind.removeprefix("azurerm_")
        if short == "resource_group":
            return f"/subscriptions/{self._settings.subscription}/resourceGroups/{self._name}"
        above = next(
            (
                text
                for key in ("parent_id", "scope", "kubernetes_cluster_id", "storage_account_id")
                if (text := _text(self._planned.get(key))).startswith("/")
            ),
            f"/subscriptions/{self._settings.subscription}/resourceGroups/{group or 'rehearsal'}",
        )
        # Names are made unique: a network and its subnet may be called the same.
        return f"{above}/providers/Microsoft.Rehearsal/{short}/{self._name}-{self._hex[:8]}"

    def _arn(self, name: str, beside: Mapping[str, Value]) -> str:
        service, _, kind = self._kind.partition("_")[2].partition("_")
        if self._kind in _OF_EC2 or self._kind in _IDENTITIES["prefix"]:
            service, kind = "ec2", service if not kind else f"{service}-{kind}".replace("_", "-")
        if service == "s3" and self._kind == "aws_s3_bucket":
            return f"arn:aws:s3:::{self._name}"
        region = "" if service in {"iam", "route53", "cloudfront"} else self._region
        own = beside.get("id") if service in {"ec2", "kms"} else self._name
        kind = _KINDS.get(self._kind, f"{kind.replace('_', '-')}/" if kind else "")
        suffix = "" if name == "arn" else f"/{name.removesuffix('_arn')}"
        where = f"{_SERVICES.get(service, service)}:{region}:{self._settings.account}"
        return f"arn:aws:{where}:{kind}{own or self._name}{suffix}"


def tags_all(its: Settings, values: Mapping[str, Value]) -> Value:
    """Return the tags of an object with those that its provider gives to all."""
    own = values.get("tags")
    if own is UNKNOWN or own is None:
        return UNKNOWN if own is UNKNOWN else dict(its.default_tags)
    return {**dict(its.default_tags), **own}


def identity(kind: str, values: Mapping[str, Value]) -> tuple[str, ...] | None:
    """Return what no two objects of a type may share, None if there is nothing."""
    keys = _IDENTITIES["named"].get(kind) or _IDENTITIES["id"].get(kind) or ()
    found = tuple(str(values[key]) for key in keys if _is_given(values.get(key)))
    return found or None


def is_unique_everywhere(kind: str) -> bool:
    """Return whether the names of a type are shared by all accounts."""
    return kind in _IDENTITIES["everywhere"]


def protected_by(values: Mapping[str, Value]) -> str:
    """Return the argument by which the cloud refuses to delete an object, "" if there is none."""
    return next((name for name in _IDENTITIES["protection"] if values.get(name) is True), "")


def kept_by(values: Mapping[str, Value]) -> str:
    """Return the argument by which a destroyed object stays, "" if there is none."""
    return next((name for name in _IDENTITIES["kept"] if values.get(name) is True), "")


def _is_given(value: Value) -> bool:
    return value is not None and value is not UNKNOWN and value != ""


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _first_text(values: Value) -> str:
    return _text(values[0]) if isinstance(values, list) and values else ""


_SINGLE = regex(r"identit|profile|config|options|settings|addresses$|^os_disk")
"""Lists of one object that a cloud fills where the configuration leaves them out."""

_LISTS = {"client_id_list": ("sts.amazonaws.com", "api://AzureADTokenExchange")}
"""Lists whose usual elements others compare with: the audiences of AWS and of Azure DevOps."""

_NUMBERS = {"latest_version": 1, "default_version": 1, "version": 1, "port": 443}

_STRINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (regex(pattern), template)
    for pattern, template in (
        (r"^(account|owner|registry|aws_account)_?id$|^owner$", "{account}"),
        (r"subscription_id$", "{subscription}"),
        (r"(tenant|principal|client|object|application|workspace)_id$|^key_id$|uuid$", "{uuid}"),
        (r"role_definition_id$", "/providers/Microsoft.Authorization/roleDefinitions/{uuid}"),
        (r"(^|_)zone_id$", "Z{hex}"),
        (r"^region$|^location$", "{region}"),
        (r"availability_zone$", "{region}a"),
        (r"^(route|.*_route)_table_id$", "rtb-{hex}"),
        (r"network_acl_id$", "acl-{hex}"),
        (r"security_group_id$", "sg-{hex}"),
        (r"subnet_id$", "subnet-{hex}"),
        (r"vpc_id$", "vpc-{hex}"),
        (r"(^|_)(cert_pem|private_key|public_key|pem|key_data|kube_config_raw)", _KEY),
        (r"kube_config|certificate_authority|^data$|_b64|base64", "cmVoZWFyc2Fs"),
        (
            r"(oidc_)?issuer(_url)?$|(^|_)(url|uri|endpoint|link)$",
            "https://{hex}.rehearsal.example",
        ),
        (r"(_at|_date|_time|^time.*|^created|^expir.*|^last_.*)$", _TIME),
        (r"ipv6.*cidr", "2001:db8:1234:1a00::/56"),
        (r"cidr", "10.0.0.0/16"),
        (r"ipv6", "2001:db8::10"),
        (r"private_ip|^ip_configuration", "10.0.0.10"),
        (r"(^|_)ip(_address)?(es)?$|public_ip", "203.0.113.10"),
        (r"(dns|domain|host|fqdn|login_server|server)(_?name)?$", "{hex}.rehearsal.example"),
        (r"policy(_document)?$|(^|_)json$", "{{}}"),
        (r"^(status|state|provisioning_state)$", "ACTIVE"),
        (r"version(_id)?$", "1"),
        (r"(^|_)name$", "{name}"),
        (r"^partition$", "aws"),
        (r"^(hex|keepers|result|b64_.*)$", "{long}"),
    )
)
"""Names of attributes, the first that fits, and what such an attribute looks like."""

_OF_EC2 = frozenset({"aws_key_pair", "aws_placement_group", "aws_ebs_volume"})
_SERVICES = {
    "cloudwatch": "logs",
    "lb": "elasticloadbalancing",
    "db": "rds",
    "secretsmanager": "secretsmanager",
}
_KINDS = {
    "aws_cloudwatch_log_group": "log-group:",
    "aws_lambda_function": "function:",
    "aws_sns_topic": "",
    "aws_sqs_queue": "",
    "aws_secretsmanager_secret": "secret:",
    "aws_iam_openid_connect_provider": "oidc-provider/",
}
"""The beginning of an ARN's last part, if the type does not tell it."""
