"""Output of commands without -json.

Recorded from `terraform get` of Terraform 1.11.4 and 1.15.5.
"""

from __future__ import annotations

from pathlib import Path

from scaffolder.tools.terraform import Diagnostic
from scaffolder.tools.terraform.output import printed_errors

ARGUMENT = """
Error: Unsupported argument

  on main.tf line 53, in module "network":
  53:   nonsense = 1

An argument named "nonsense" is not expected
here.

Error: Invalid value for input variable

  on ../modules/a b/variables.tf line 4:
   4: variable "size" {
    ├────────────────
    │ var.size is "x"

A number is required.
"""
FOLDER = """
Error: Unreadable module directory

Unable to evaluate directory symlink: lstat ../modules/netwrk: no such file
or directory


Error: Unreadable module directory

The directory  could not be read for module "network" at main.tf:52.
"""


def test_an_error_has_the_place_that_terraform_names() -> None:
    assert printed_errors(ARGUMENT, Path("terraform/env")) == (
        Diagnostic(
            path=Path("terraform/env/main.tf"),
            line=53,
            summary="Unsupported argument",
            detail='An argument named "nonsense" is not expected here.',
        ),
        Diagnostic(
            path=Path("terraform/modules/a b/variables.tf"),
            line=4,
            summary="Invalid value for input variable",
            detail="A number is required.",
        ),
    )


def test_a_folder_that_is_not_there_is_one_error_at_its_module() -> None:
    reason = (
        "Unable to evaluate directory symlink: lstat ../modules/netwrk: no such file or directory"
    )
    assert printed_errors(FOLDER, Path("env")) == (
        Diagnostic(
            path=Path("env/main.tf"), line=52, summary="Unreadable module directory", detail=reason
        ),
    )


def test_an_error_without_a_place_is_about_the_root() -> None:
    assert printed_errors("Error: no space left on device\n", Path("env")) == (
        Diagnostic(path=Path("env"), summary="no space left on device"),
    )
