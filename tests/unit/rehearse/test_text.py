"""The output of a rehearsal, whole, and the same as JSON."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scaffolder.rehearse import Rehearsal, document, text
from scaffolder.tools.rehearsal import Change, Kept, Rehearsed, Target
from scaffolder.tools.terraform import Diagnostic

BOOTSTRAP = Rehearsed(
    target=Target(root=Path("bootstrap"), stand_ins={"account_id": '"1"'}),
    objects=3,
    kept=(Kept(address="aws_s3_bucket.state", by="prevent_destroy"),),
)
DEV = Rehearsed(
    target=Target(root=Path("env"), environment="dev"),
    objects=1,
    changes=(Change(address="aws_vpc.this", action="update", attributes=("tags",)),),
    stayed=("aws_eip eipalloc-1",),
    made_up=("data.aws_ami",),
    unknown_replacement=("acme_thing",),
)
PROD = Rehearsed(
    target=Target(root=Path("env"), environment="prod"),
    diagnostics=(Diagnostic(path=Path("env/main.tf"), line=3, summary="Bad", detail="It\nis."),),
    failed="apply",
)
OTHER = Rehearsed(target=Target(root=Path("other")), limit="no schema of acme/a")


def rehearsal(*results: Rehearsed) -> Rehearsal:
    return Rehearsal(
        project="orders",
        folder=Path("terraform"),
        terraform="terraform 1.11.4",
        results=results,
        seconds=1.25,
    )


def test_all_that_was_found_is_told_with_what_to_do() -> None:
    found = rehearsal(BOOTSTRAP, DEV, PROD, OTHER)
    assert "\n".join(text.lines(found, lambda word, meaning: word)) == (
        "  ok        terraform/bootstrap  3 objects, a second plan changes nothing, destroyed,"
        " 1 protected\n"
        "  failed    terraform/env dev    1 object, a second plan changes 1, 1 left\n"
        "  failed    terraform/env prod   0 objects, apply failed\n"
        "  not tried terraform/other      not rehearsed: no schema of acme/a\n"
        "terraform/bootstrap: protected: aws_s3_bucket.state (prevent_destroy)\n"
        "terraform/env dev: error a second plan would update aws_vpc.this (tags)\n"
        "  fix: take out what differs each time, such as timestamp(), or name it in ignore_changes\n"
        "terraform/env dev: error aws_eip eipalloc-1 stays, and nothing protects it\n"
        "  fix: fix what keeps it from being destroyed, or protect it with prevent_destroy\n"
        "terraform/env/main.tf:3: error Bad: It is. (terraform/env prod)\n"
        "  fix: fix the code or the values, then rehearse again\n"
        "\n"
        "Values made up: account_id\n"
        "A rehearsal cannot know:\n"
        "  - value rules: ranges and formats that only the real provider checks\n"
        "  - defaults that a provider or a cloud chooses, and names that are taken elsewhere\n"
        "  - permissions (IAM, role assignments), quotas, and how long a cloud takes\n"
        "  - whether a change replaces an object of acme_thing\n"
        "  - the answers of data.aws_ami: they are made up\n"
        "\n"
        "  1 rehearsed without findings, 2 failed, 1 not rehearsed   1.2 s   terraform 1.11.4"
    )


def test_colours_stay_and_what_a_terminal_obeys_in_names_does_not() -> None:
    change = Change(address='aws_eip.a["\x1b[2J"]', action="create")
    found = rehearsal(replace(DEV, changes=(change,)))
    said = "\n".join(text.lines(found, lambda word, meaning: f"\x1b[31m{word}\x1b[0m"))
    assert "\x1b[31merror\x1b[0m a second plan would create aws_eip.a" in said
    assert "\x1b[2J" not in said


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ((BOOTSTRAP,), 0),
        ((BOOTSTRAP, OTHER), 0),
        ((BOOTSTRAP, DEV), 1),
        ((PROD,), 1),
        ((OTHER,), 3),
        ((), 3),
    ],
)
def test_the_exit_code_is_the_worst_that_happened(
    results: tuple[Rehearsed, ...], code: int
) -> None:
    found = rehearsal(*results)
    assert (found.exit_code, document.of(found)["exit_code"]) == (code, code)


def test_the_document_has_each_root_and_environment() -> None:
    said = document.of(rehearsal(DEV, OTHER))
    assert said["results"][0] == {
        "root": "terraform/env",
        "environment": "dev",
        "outcome": "failed",
        "reason": "",
        "failed_in": "",
        "objects": 1,
        "before": [],
        "second_plan": [{"address": "aws_vpc.this", "action": "update", "attributes": ["tags"]}],
        "stayed": ["aws_eip eipalloc-1"],
        "protected": [],
        "diagnostics": [],
    }
    assert (said["results"][1]["outcome"], said["results"][1]["reason"]) == (
        "skipped",
        "no schema of acme/a",
    )
