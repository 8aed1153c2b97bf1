"""Administrators and allowed addresses are answers.

Without them, the files have placeholders, as before.
"""

from __future__ import annotations

import pytest
from support import Repository

from scaffolder.errors import AnswersError
from scaffolder.template import answers

ROLE = "arn:aws:iam::111122223333:role/platform"
GROUP = "01234567-89ab-cdef-0123-456789abcdef"


def test_answers_are_in_the_files_of_each_environment(pristine: Repository) -> None:
    root = pristine(administrators=f"{ROLE},{ROLE}-2", allowed_cidrs="203.0.113.0/28,10.8.0.0/16")
    envs = root / "terraform/env/envs"
    for name in ("dev", "qa", "prod"):
        values = (envs / f"{name}.tfvars").read_text(encoding="utf-8")
        assert f'admin_principal_arns = ["{ROLE}", "{ROLE}-2"]\n' in values
    common = (envs / "common.tfvars").read_text(encoding="utf-8")
    assert 'api_allowed_cidrs = ["203.0.113.0/28", "10.8.0.0/16"]\n' in common


def test_a_group_of_entra_is_in_each_file_that_asks_for_it(pristine: Repository) -> None:
    root = pristine(cloud="azure", administrators=GROUP) / "terraform"
    assert f'= "{GROUP}"\n' in (root / "bootstrap/terraform.tfvars").read_text(encoding="utf-8")
    assert f'= ["{GROUP}"]\n' in (root / "env/envs/prod.tfvars").read_text(encoding="utf-8")


def test_without_answers_the_files_say_what_to_fill_in(pristine: Repository) -> None:
    envs = pristine() / "terraform/env/envs"
    assert "admin_principal_arns = [] # fill in: the role" in (envs / "dev.tfvars").read_text(
        "utf-8"
    )
    assert "api_allowed_cidrs = []\n" in (envs / "common.tfvars").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "given",
    [
        {"administrators": "platform-admin"},
        {"administrators": f"{ROLE},"},
        {"administrators": GROUP},
        {"administrators": ROLE, "cloud": "azure"},
        {"administrators": ROLE, "cloud": "none"},
        {"allowed_cidrs": "0.0.0.0/0"},
        {"allowed_cidrs": "10.0.0.0/8"},
        {"allowed_cidrs": "203.0.113.7"},
        {"allowed_cidrs": "203.0.113.7/32, 203.0.113.8/32"},
        {"allowed_cidrs": "203.0.113.7/32", "cluster": "shared"},
    ],
    ids=str,
)
def test_what_is_neither_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(AnswersError):
        answers.complete({"service_name": "x", **given})
