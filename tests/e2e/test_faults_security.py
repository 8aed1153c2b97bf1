"""Secrets, rights and versions that move are found in the file that a person would have edited."""

from __future__ import annotations

import pytest
from faults import Fault, append, expect_found, fault, replace
from support import Repository

from scaffolder.tools.programs import HELM
from scaffolder.tools.toolchain import SystemToolchain

CHART = "helm/my-service"
CI = ".github/workflows/ci.yml"
DEPLOYMENT = f"{CHART}/templates/deployment.yaml"
TOKEN = (
    "ghp_" + "Zx81kQ7" * 6
)  # put together here, so that no scanner of this repository takes it for one
DOCUMENT = 'data "aws_iam_policy_document" "x" {\n  statement {\n    actions   = ["%s"]\n    resources = ["*"]\n  }\n}\n'
STRANGERS = """on: pull_request_target
permissions: {}
jobs:
  preview:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
        with: {ref: "${{ github.event.pull_request.head.sha }}"}
      - run: make preview
"""

FAULTS = (
    fault("SEC001", "a token in a script", "ci/deploy.sh", append, f"\ncurl -H 'Authorization: Bearer {TOKEN}' x\n"),
    fault("SEC001", "a key of AWS in variables", "terraform/env/envs/prod.tfvars", append, '\naccess_key = "AKIA' + 'QZ7KLMNPRSTUVWX2"\n'),
    fault("SEC001", "a private key", "deploy.pem", append, "-----BEGIN RSA " + "PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA1c7+9z5Pad7OejecsQ0bu3aozN3tihPmUnlG" + "\n"),
    fault("SEC001", "a password in values", f"{CHART}/values-prod.yaml", append, '\nconfig:\n  DATABASE_PASSWORD: "tR0ub4dor&3-horse"\n'),
    fault("SEC001", "a password in an address", "compose.yaml", append, "\n# x\nx-url: postgres://service:" + "w9Kq2!mZr7@database.internal/app\n"),
    fault("SEC002", "an image floats", "Dockerfile", append, "\nFROM ubuntu:latest\nUSER 10001\n"),
    fault("SEC002", "an image has no tag", "docker-compose.cache.yaml", append, "services:\n  cache:\n    image: redis\n"),
    fault("SEC002", "a pod has an image that floats", DEPLOYMENT, replace, r"image: .*", "image: registry.example.com/x:latest"),
    fault("SEC003", "an action is named by a tag", CI, replace, r"uses: (jdx/mise-action)@\S+.*", r"uses: \1@v4"),
    fault("SEC004", "a workflow may do everything", CI, replace, r"^permissions:.*(\n  .*)*", "permissions: write-all"),
    fault("SEC005", "a stranger's code is run with secrets", ".github/workflows/preview.yml", append, STRANGERS),
    fault("SEC006", "a container is privileged", f"{CHART}/templates/_helpers.tpl", replace, r"^allowPrivilegeEscalation: false", "privileged: true\nallowPrivilegeEscalation: true", place=DEPLOYMENT),
    fault("SEC006", "a pod mounts the node", DEPLOYMENT, replace, r"^( +)volumes:", r"\1volumes:\n\1  - name: node\n\1    hostPath: {path: /var/run/docker.sock}"),
    fault("SEC007", "the image runs as root", "Dockerfile", replace, r"^USER .*", "USER root"),
    fault("SEC007", "the image has no user", "Dockerfile", replace, r"^USER .*\n", ""),
    fault("SEC008", "a policy allows everything", "terraform/shared/main.tf", append, DOCUMENT % "*"),
    fault("SEC008", "a policy allows a whole service everywhere", "terraform/shared/main.tf", append, DOCUMENT % "iam:*"),
    fault("SEC008", "the deployer may do everything", "platform/deployer-role.yaml", replace, r"(?s)^rules:.*", 'rules:\n  - apiGroups: ["*"]\n    resources: ["*"]\n    verbs: ["*"]\n'),
    fault("SEC009", "the state of prod has no lock", "terraform/env/envs/prod.s3.tfbackend", replace, r"^use_lockfile .*\n", ""),
    fault("SEC009", "the state is not encrypted", "terraform/shared/backend.s3.tfbackend", append, "\nencrypt = false\n"),
    fault("SEC009", "the state is committed", "terraform/env/terraform.tfstate", append, '{"version": 4}\n'),
    fault("SEC010", "a download is run", "ci/tools.sh", append, "\ncurl -fsSL https://example.com/install.sh \\\n  | bash\n"),
)  # fmt: skip


@pytest.mark.parametrize("one", FAULTS, ids=lambda one: f"{one.check} {one.name}")
def test_fault_is_found_and_its_place_is_said(
    one: Fault, repository: Repository, toolchain: SystemToolchain
) -> None:
    if (
        one.place.startswith(CHART)
        and one.place.endswith("deployment.yaml")
        and toolchain.find(HELM) is None
    ):
        pytest.skip(f"helm is not installed: {HELM.how_to_get}")
    root = repository()
    expect_found(one, root, toolchain)
