"""TF: the infrastructure code is formatted, Terraform itself accepts it, and it can be applied."""

from __future__ import annotations

from scaffolder.checks.terraform import configuration, providers
from scaffolder.model import Check

__all__ = ["checks"]


def checks(*, online: bool) -> tuple[Check, ...]:
    """The checks of this family; `online` lets `terraform init` fetch the real providers."""
    return (*configuration.checks(online=online), *providers.CHECKS)
