"""Two secrets in both lists: the repository's own Terraform tests pass, in each cloud, and a name in one list alone fails them.

Provider schemas are those of the package, and mocks stand for the account.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import Repository

from scaffolder.tools import terraform
from scaffolder.tools.toolchain import SystemToolchain

CLOUDS: dict[str, dict[str, object]] = {
    "azure": {"cloud": "azure"},
    "azure-shared": {"cloud": "azure", "cluster": "shared"},
    "aws": {"cloud": "aws"},
    "aws-shared": {"cloud": "aws", "cluster": "shared"},
}
NAMES = '["database-password", "partner-api-key"]'
ISSUERS = "".join(f'  {name} = "https://{name}.example.com/"\n' for name in ("dev", "qa", "prod"))
LISTED = "secrets:\n  - name: database-password\n  - {name: api-key, key: partner-api-key}\n"


def listed(root: Path, in_terraform: str, in_chart: str) -> Path:
    """List secrets as docs/secrets.md tells; on a shared cluster, with the issuers of the platform."""
    for file, before, after in (
        ("terraform/env/envs/common.tfvars", "secrets = []", f"secrets = {in_terraform}"),
        ("helm/my-service/values.yaml", "secrets: []\n", in_chart),
    ):
        text = (root / file).read_text(encoding="utf-8")
        assert text.count(before) == 1, file
        changed = text.replace(before, after)
        changed = re.sub(
            r"^cluster_issuers += {}", f"cluster_issuers = {{\n{ISSUERS}}}", changed, flags=re.M
        )
        (root / file).write_text(changed, encoding="utf-8")
    return root


def results_of(root: Path) -> terraform.Tests:
    with SystemToolchain() as toolchain:
        (tests,) = terraform.run_tests(toolchain, root, [Path("terraform/env")])
    return tests


@pytest.mark.parametrize("cloud", CLOUDS)
def test_two_secrets_pass_the_tests_of_terraform(cloud: str, repository: Repository) -> None:
    root = repository(secrets="external-secrets", level="work", **CLOUDS[cloud])
    tests = results_of(listed(root, NAMES, LISTED))
    assert (tests.failed, list(tests.diagnostics)) == (0, [])
    assert tests.passed > 1


@pytest.mark.parametrize("cloud", ["azure", pytest.param("aws", marks=pytest.mark.long)])
def test_a_secret_that_the_chart_alone_lists_fails_them(cloud: str, repository: Repository) -> None:
    root = repository(secrets="external-secrets", level="work", **CLOUDS[cloud])
    tests = results_of(listed(root, '["database-password"]', LISTED))
    assert tests.failed
    told = " ".join(problem.detail for problem in tests.diagnostics)
    assert "secrets of common.tfvars and of helm/my-service/values.yaml" in told
