"""Real Terraform: no change of answers deletes what an AWS account has once, and the account's other services use."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support import Repository

from scaffolder.template import answers, manifest, releases, render
from scaffolder.tools.offline import catalog
from scaffolder.tools.offline.server import serving
from scaffolder.tools.programs import TERRAFORM
from scaffolder.tools.toolchain import SystemToolchain

ONCE_PER_ACCOUNT = "aws_iam_openid_connect_provider"
EVERY_SYSTEM = ("github", "gitlab", "jenkins", "azure-devops")
OLD_RELEASE = "0.5.0"


@dataclass(frozen=True)
class Change:
    """Answers before and after, and the action on each provider that leaves the state: none, forget, or refused."""

    before: dict[str, object]
    after: dict[str, object]
    action: str
    release: str = ""
    """The release that generated the repository before; empty for the templates of this checkout."""


CHANGES = {
    "add a CI system": Change({"ci": "github"}, {"ci": "github,jenkins"}, "none"),
    "remove a CI system": Change({"ci": "github,jenkins"}, {"ci": "github"}, "refused"),
    "replace the CI system": Change({"ci": "github"}, {"ci": "gitlab"}, "refused"),
    "use existing providers": Change(
        {"ci": EVERY_SYSTEM}, {"ci": EVERY_SYSTEM, "oidc_provider": "existing"}, "forget"
    ),
    "use existing providers and remove a CI system": Change(
        {"ci": "github,jenkins"}, {"ci": "github", "oidc_provider": "existing"}, "forget"
    ),
    "move to a shared cluster": Change(
        {"ci": "github,jenkins"}, {"ci": "github,jenkins", "cluster": "shared"}, "forget"
    ),
    "create the providers again": Change(
        {"ci": "github", "oidc_provider": "existing"}, {"ci": "github"}, "none"
    ),
    "remove a CI system that logs in through an existing provider": Change(
        {"ci": "github,jenkins", "oidc_provider": "existing"},
        {"ci": "github", "oidc_provider": "existing"},
        "none",
    ),
    "change the level": Change({"ci": "jenkins"}, {"ci": "jenkins", "level": "work"}, "none"),
    "change what deploys": Change(
        {"ci": "github"}, {"ci": "github", "deploy": "terraform"}, "none"
    ),
    "update": Change({"ci": "github,jenkins"}, {"ci": "github,jenkins"}, "none", OLD_RELEASE),
    "update and remove a CI system": Change(
        {"ci": "github,jenkins"}, {"ci": "github"}, "refused", OLD_RELEASE
    ),
    "update and use existing providers": Change(
        {"ci": "github,jenkins"},
        {"ci": "github", "oidc_provider": "existing"},
        "forget",
        OLD_RELEASE,
    ),
}

TEST = """\
mock_provider "aws" {{
  mock_data "aws_iam_openid_connect_provider" {{
    defaults = {{ client_id_list = ["sts.amazonaws.com", "api://AzureADTokenExchange"] }}
  }}
}}

run "before" {{
  state_key = "shared"

  module {{
    source = "./{before.name}/shared"
  }}

  variables {{
{values_before}
  }}
}}

run "after" {{
  command   = plan
  state_key = "shared"

  module {{
    source = "./{after.name}/shared"
  }}

  variables {{
{values_after}
  }}
}}
"""


@dataclass
class Outcome:
    """The result of the plan after a change: each action on a provider, and the errors that stopped it."""

    actions: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def outcomes(
    pristine: Repository, toolchain: SystemToolchain, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Outcome]:
    """Plan every change in one run of `terraform test`, with mocks instead of an account."""
    folder = tmp_path_factory.mktemp("changes")
    (folder / "tests").mkdir()
    for number, change in enumerate(CHANGES.values()):
        before, after = folder / f"before-{number}", folder / f"after-{number}"
        shutil.copytree(
            generated(change, pristine, toolchain, tmp_path_factory) / "terraform", before
        )
        shutil.copytree(pristine(**change.after) / "terraform", after)
        test = TEST.format(
            before=before, after=after, values_before=values(before), values_after=values(after)
        )
        (folder / "tests" / f"{number}.tftest.hcl").write_text(test, encoding="utf-8")
    return dict(zip(CHANGES, planned(folder, toolchain), strict=True))


def generated(
    change: Change,
    pristine: Repository,
    toolchain: SystemToolchain,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Return the repository before the change."""
    if not change.release:
        return pristine(**change.before)
    history = releases.embedded(toolchain)
    folder = tmp_path_factory.mktemp("released") / "my-service"
    completed = answers.complete({"service_name": "my-service", **change.before})
    render.write(
        manifest.origin(history, history.named(change.release), toolchain), completed, folder
    )
    return folder


def values(folder: Path) -> str:
    """Return the values of terraform/shared with a word in place of each that the owner fills in."""
    text = (folder / "shared" / "terraform.tfvars").read_text(encoding="utf-8")
    text = re.sub(r'(account_id = )""', r'\1"111122223333"', text)
    return re.sub(r"[A-Z]{3,}_[A-Z]{2,}", "filled-in", text)


def planned(folder: Path, toolchain: SystemToolchain) -> list[Outcome]:
    """Run all tests below `folder` and return the outcome of each plan, in the order of their numbers."""
    done = run(folder, toolchain)
    found = [Outcome() for _ in CHANGES]
    for line in done.splitlines():
        event: dict[str, Any] = json.loads(line)
        if event.get("@testrun") != "after":
            continue
        outcome = found[int(Path(event["@testfile"]).name.partition(".")[0])]
        if event["type"] == "test_plan":
            outcome.actions += actions(event["test_plan"])
        elif event["type"] == "diagnostic" and event["diagnostic"]["severity"] == "error":
            outcome.errors.append(event["diagnostic"]["summary"])
    return found


def run(folder: Path, toolchain: SystemToolchain) -> str:
    (schema, *_) = catalog.matching("hashicorp/aws", "")
    words = frozenset(
        word
        for file in folder.rglob("*.tf")
        for word in re.findall(r"\w+", file.read_text("utf-8"))
    )
    with serving({schema.address: catalog.load(schema, words)}) as env:
        toolchain.run(TERRAFORM, "get", "-no-color", cwd=folder, env=env, timeout=60)
        done = toolchain.run(
            TERRAFORM, "test", "-json", "-verbose", cwd=folder, env=env, timeout=180
        )
    assert done.exit_code in {0, 1}, done.stderr
    return done.stdout


def actions(plan: dict[str, Any]) -> list[str]:
    changes = [
        change for change in plan.get("resource_changes", []) if change["type"] == ONCE_PER_ACCOUNT
    ]
    return [action for change in changes for action in change["change"]["actions"]]


@pytest.mark.parametrize("name", CHANGES)
def test_no_change_of_answers_plans_to_delete_the_provider_of_the_account(
    name: str, outcomes: dict[str, Outcome]
) -> None:
    outcome = outcomes[name]
    assert "delete" not in outcome.actions
    match CHANGES[name].action:
        case "refused":
            assert outcome == Outcome(errors=["Instance cannot be destroyed"])
        case "forget":
            assert set(outcome.actions) == {"forget"}
            assert outcome.errors == []
        case _:
            assert set(outcome.actions) <= {"no-op", "create", "update"}
            assert outcome.errors == []
