"""Run Terraform on a folder of configurations: formatting, validation and its level, tests."""

from scaffolder.tools.terraform.folders import goes_up, roots
from scaffolder.tools.terraform.format import Formatting, Unformatted, formatting
from scaffolder.tools.terraform.output import Diagnostic
from scaffolder.tools.terraform.testing import Tests, run_tests
from scaffolder.tools.terraform.validation import (
    Level,
    Validation,
    left_to_terragrunt,
    validate,
)

__all__ = [
    "Diagnostic",
    "Formatting",
    "Level",
    "Tests",
    "Unformatted",
    "Validation",
    "formatting",
    "goes_up",
    "left_to_terragrunt",
    "roots",
    "run_tests",
    "validate",
]
