"""The settings of this process. All of them come from the environment, so one image serves every stage."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    port: int
    service_name: str
    environment: str
    revision: str
    image_digest: str
    drain_seconds: int


def load(variables: Mapping[str, str]) -> Config:
    """Read the settings; raise ValueError that names the variable with an unusable value."""
    return Config(
        port=_number(variables, "PORT", 8080, least=0, most=65535),
        service_name=variables.get("SERVICE_NAME") or "service",
        environment=variables.get("ENVIRONMENT") or "local",
        revision=variables.get("REVISION") or "unknown",
        image_digest=variables.get("IMAGE_DIGEST") or "unknown",
        drain_seconds=_number(variables, "DRAIN_SECONDS", 10, least=1, most=3600),
    )


def _number(variables: Mapping[str, str], name: str, otherwise: int, *, least: int, most: int) -> int:
    value = variables.get(name) or str(otherwise)
    if value.isascii() and value.isdigit() and least <= int(value) <= most:
        return int(value)
    raise ValueError(f'{name} must be a whole number from {least} to {most}, not "{value}"')
