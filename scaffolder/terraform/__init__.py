"""What Terraform says of a folder of configurations: is it formatted, is it valid and at which level, do tests pass."""

from scaffolder.terraform.folders import roots
from scaffolder.terraform.format import Formatting, Unformatted, formatting
from scaffolder.terraform.output import Diagnostic
from scaffolder.terraform.testing import Tests, run_tests
from scaffolder.terraform.validation import Level, Validation, validate

__all__ = [
    "Diagnostic",
    "Formatting",
    "Level",
    "Tests",
    "Unformatted",
    "Validation",
    "formatting",
    "roots",
    "run_tests",
    "validate",
]
