"""TF: the infrastructure code is formatted, and Terraform itself accepts it."""

from __future__ import annotations

from scaffolder.checks.terraform.configuration import checks

__all__ = ["checks"]
