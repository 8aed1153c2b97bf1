"""A host of the company's own: repository, issuers, registry, runners and signatures name it, and the public one nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import Repository

from scaffolder.errors import AnswersError
from scaffolder.template import answers

GITHUB = {"ci": "github", "git_host": "git.acme.io", "runner": "acme-linux"}
GITLAB = {"ci": "gitlab", "cloud": "azure", "git_host": "gitlab.acme.io"}
_PUBLIC = re.compile(
    r"github\.com/example-org|gitlab\.com|api\.github\.com|OWNER_ID/|runs-on: ubuntu"
    r"|\"[^\"]*token\.actions\.githubusercontent"
)


def _settings(root: Path) -> str:
    """Return everything except tests of Terraform and pages."""
    return "\n".join(
        f"{file.relative_to(root)}: {file.read_text(encoding='utf-8')}"
        for file in sorted(root.rglob("*"))
        if file.is_file() and file.suffix in {".sh", ".yml", ".tfvars", ".yaml", ".tf"}
        if "tests" not in file.relative_to(root).parts
    )


@pytest.mark.parametrize("given", [GITHUB, GITLAB], ids=["github", "gitlab"])
def test_no_file_names_the_public_host(given: dict[str, str], pristine: Repository) -> None:
    assert _PUBLIC.findall(_settings(pristine(**given))) == []


def test_tokens_of_github_enterprise_server(pristine: Repository) -> None:
    root = pristine(**GITHUB)
    common = (root / "terraform/env/envs/common.tfvars").read_text(encoding="utf-8")
    assert 'issuer   = "git.acme.io/_services/token"' in common
    assert '"repo:example-org/my-service:environment:prod"' in common
    host = (root / "ci/host.sh").read_text(encoding="utf-8")
    assert "${GITHUB_API_URL:-https://git.acme.io/api/v3}" in host
    setup = (root / "ci/setup-github.sh").read_text(encoding="utf-8")
    assert 'export GH_HOST="git.acme.io"' in setup


def test_sigstore_does_not_know_a_host_of_your_own(pristine: Repository) -> None:
    root = pristine(**GITHUB)
    assert "SIGNERS=()" in (root / "ci/settings.sh").read_text(encoding="utf-8")
    for name in ("ci.yml", "deploy.yml"):
        workflow = (root / ".github/workflows" / name).read_text(encoding="utf-8")
        assert "COSIGN_KEY: ${{ vars.COSIGN_KEY }}" in workflow
    assert "signing_key COSIGN_KEY" in (root / "ci/setup-variables.sh").read_text(encoding="utf-8")
    assert (root / "terraform/modules/signing-key/main.tf").exists()


def test_a_runner_of_your_own_is_known_to_actionlint(pristine: Repository) -> None:
    root = pristine(**GITHUB)
    assert "- acme-linux\n" in (root / ".github/actionlint.yaml").read_text(encoding="utf-8")
    assert "ubuntu-24.04" not in (root / ".github/actionlint.yaml").read_text(encoding="utf-8")


def test_the_issuer_of_gitlab_is_its_host(pristine: Repository) -> None:
    root = pristine(**GITLAB)
    common = (root / "terraform/env/envs/common.tfvars").read_text(encoding="utf-8")
    assert 'issuer   = "gitlab.acme.io"' in common
    assert (root / "ci/host.sh").exists()


@pytest.mark.parametrize("host", ["https://git.acme.io", "git", "Git.acme.io", "git.acme.io/x", ""])
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(AnswersError):
        answers.complete({"service_name": "x", "git_host": host})


def test_azure_devops_has_one_host() -> None:
    with pytest.raises(AnswersError):
        answers.complete({"service_name": "x", "ci": "azure-devops", "git_host": "git.acme.io"})


def test_the_command_that_repeats_a_run_keeps_empty_answers() -> None:
    line = answers.command_line(answers.complete({"service_name": "x"}))
    assert "--administrators '' --allowed-cidrs ''" in line
