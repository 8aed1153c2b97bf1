"""What gets no fixes any more is found, whatever it is."""

from __future__ import annotations

import pytest
from faults import Fault, append, expect_found, fault, replace
from support import Repository

from scaffolder.tools.toolchain import SystemToolchain

CI = ".github/workflows/ci.yml"

FAULTS = (
    fault("EOL001", "the service stays on an old Java", ".java-version", replace, "21", "20"),
    fault("EOL001", "the image is of an old Node", "Dockerfile", append, "\nFROM node:16-slim\nUSER 10001\n"),
    fault("EOL002", "the cluster is old", "terraform/env/envs/common.tfvars", replace, r'^(kubernetes_version = )".*"', r'\1"1.28"'),
    fault("EOL003", "the base image is old", "Dockerfile", replace, "jre-noble", "jre-focal"),
    fault("EOL003", "the database is old", "docker-compose.database.yaml", append, "services:\n  db:\n    image: postgres:11.22-bookworm\n"),
    fault("EOL004", "Terraform is old", "mise.toml", replace, r"^terraform = .*", 'terraform = "1.5.7"'),
    fault("EOL004", "Helm is old", "mise.toml", replace, r"^helm = .*", 'helm = "2.17.0"'),
    fault("EOL005", "the runner is gone", CI, replace, r"runs-on: .*", "runs-on: ubuntu-20.04"),
    fault("EOL005", "the service behind an action is gone", CI, replace, r"(actions/upload-artifact@[0-9a-f]{40} # )v\S+", r"\1v3.1.3"),
)  # fmt: skip


@pytest.mark.parametrize("one", FAULTS, ids=lambda one: f"{one.check} {one.name}")
def test_fault_is_found_and_its_place_is_said(
    one: Fault, repository: Repository, toolchain: SystemToolchain
) -> None:
    expect_found(one, repository(), toolchain)
