"""TF: the infrastructure code is formatted, Terraform itself accepts it, and it can be applied."""

from __future__ import annotations

from scaffolder.checks.terraform import configuration, providers, regions
from scaffolder.model import Check

__all__ = ["checks"]


def checks(*, online: bool, rehearse: bool = False) -> tuple[Check, ...]:
    """The checks of this family; `online` and `rehearse` are those of `configuration.checks`."""
    own = configuration.checks(online=online, rehearse=rehearse)
    return (*own, *providers.CHECKS, *regions.CHECKS)
