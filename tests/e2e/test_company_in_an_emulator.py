"""The real provider of AWS in an emulator: a company is applied, and one of its services taken down."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from company import PLATFORM, SERVICES, company
from support import ROOT, Repository

pytestmark = pytest.mark.rehearse

ACCOUNT = "123456789012"
ROOTS = ("bootstrap", "shared", "env")

GAPS = {
    "aws_s3_bucket_notification.state",  # the emulator forgets that events go to EventBridge
}
"""The objects that the emulator gives back otherwise than they were made: each plan changes them again."""

Plan = dict[str, str]
"""The action of a plan on each object that it changes, by address."""


@dataclass(frozen=True)
class Aws:
    """The emulator, as Terraform sees it."""

    environment: dict[str, str]

    def terraform(self, root: Path, *arguments: str) -> str:
        """Run Terraform in a root; its output."""
        done = subprocess.run(
            ["terraform", arguments[0], "-no-color", *arguments[1:]],
            cwd=root,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=1200,
        )
        assert done.returncode == 0, f"{root}: {arguments}\n{done.stdout[-3000:]}\n{done.stderr}"
        return done.stdout

    def init(self, root: Path) -> None:
        """Prepare a root, with its state in the emulator's bucket where it has a backend."""
        backend = {"shared": "backend.s3.tfbackend", "env": "envs/dev.s3.tfbackend"}.get(root.name)
        given = [f"-backend-config={backend}"] if backend else []
        self.terraform(root, "init", "-input=false", *given)

    def apply(self, root: Path) -> None:
        """Make what the code of a root says; dev, of the environments."""
        self.terraform(root, "apply", "-input=false", "-auto-approve", *values(root))

    def destroy(self, root: Path) -> None:
        """Take down what a root has made."""
        self.terraform(root, "destroy", "-input=false", "-auto-approve", *values(root))

    def plan(self, root: Path) -> Plan:
        """Return what an apply would change now."""
        self.terraform(root, "plan", "-input=false", "-out=now.tfplan", *values(root))
        said: dict[str, Any] = json.loads(self.terraform(root, "show", "-json", "now.tfplan"))
        return {
            one["address"]: "+".join(one["change"]["actions"])
            for one in said.get("resource_changes", ())
            if one["change"]["actions"] not in (["no-op"], ["read"])
        }


def values(root: Path) -> list[str]:
    """Return the files of values that Terraform does not read by itself."""
    files = ("envs/common.tfvars", "envs/dev.tfvars") if root.name == "env" else ()
    return [f"-var-file={file}" for file in files]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def aws(provider_mirror: Path, tmp_path: Path) -> Iterator[Aws]:
    python = ROOT / ".emulator/bin/python"
    if not python.exists():
        pytest.skip("no emulator of AWS: `make rehearse` installs it")
    if not shutil.which("terraform"):
        pytest.skip("there is no terraform")
    address = f"http://127.0.0.1:{(port := free_port())}"
    with (
        (tmp_path / "emulator.log").open("wb") as log,
        subprocess.Popen(
            [python, ROOT / "tests/emulator/server.py", str(port)],
            env={**os.environ, "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"},
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            answers(f"{address}/moto-api/", until=time.monotonic() + 120)
            yield Aws(
                {
                    "AWS_ENDPOINT_URL": address,
                    "AWS_ACCESS_KEY_ID": "testing",
                    "AWS_SECRET_ACCESS_KEY": "testing",
                    "AWS_EC2_METADATA_DISABLED": "true",
                    "CHECKPOINT_DISABLE": "1",
                    "TF_IN_AUTOMATION": "1",
                    "TF_PLUGIN_CACHE_DIR": "",
                }
            )
        finally:
            process.terminate()


def answers(address: str, until: float) -> None:
    """Wait for the emulator."""
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10):
                return
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < until, "the emulator does not answer"
            time.sleep(0.2)


def filled_in(repository: Path) -> None:
    """Put in what the first deployment looks up: account, administrator, numbers of the repository."""
    for file in repository.rglob("*.tfvars"):
        text = file.read_text(encoding="utf-8")
        text = re.sub(r'^(account_id +=) ""', rf'\1 "{ACCOUNT}"', text, flags=re.MULTILINE)
        text = text.replace("arns = []", f'arns = ["arn:aws:iam::{ACCOUNT}:role/admin"]')
        file.write_text(text.replace("OWNER_ID", "1").replace("REPOSITORY_ID", "2"))


def unprotected(root: Path) -> None:
    """Take the protection away by hand, as terraform/README.md says before a destroy."""
    for file in root.parent.rglob("*.tf"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("prevent_destroy = true", "prevent_destroy = false"))


def test_a_company_is_applied_and_one_service_taken_down(
    aws: Aws, pristine: Repository, tmp_path: Path
) -> None:
    listed = company("aws", pristine, tmp_path / "listed")
    made = {
        name: Path(shutil.copytree(listed[name], tmp_path / "made" / name))
        for name in (PLATFORM, *SERVICES)
    }
    # The platform first, with nothing on its list: a service looks for its cluster.
    requests = made[PLATFORM] / "services"
    shutil.move(requests, tmp_path / "services")
    every = [made[name] / "terraform" / root for name in made for root in ROOTS]
    for repository in made.values():
        filled_in(repository)
    for root in every:
        aws.init(root)
        aws.apply(root)
    platform = made[PLATFORM] / "terraform/env"
    shutil.move(tmp_path / "services", requests)
    aws.apply(platform)

    before = {root: aws.plan(root) for root in every}
    assert {address for plan in before.values() for address in plan} <= GAPS

    for name in ("env", "shared"):
        unprotected(made["shop"] / "terraform" / name)
        aws.destroy(made["shop"] / "terraform" / name)
    others = [root for root in every if made["shop"] not in root.parents]
    assert {root: aws.plan(root) for root in others} == {root: before[root] for root in others}

    shutil.rmtree(requests / "shop")
    left = {
        address: action for address, action in aws.plan(platform).items() if address not in GAPS
    }
    assert left == {'aws_eks_access_entry.service["shop"]': "delete"}
    aws.apply(platform)
    assert aws.plan(platform) == before[platform]
