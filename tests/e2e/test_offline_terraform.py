"""Real Terraform, from PATH and embedded, against the packaged schemas: what is wrong is found at its line, nothing is left."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from support import Repository

from scaffolder.errors import ToolCrashed, ToolTimeout
from scaffolder.tools import terraform
from scaffolder.tools.offline.catalog import matching
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import TERRAFORM, Tool
from scaffolder.tools.toolchain import SystemToolchain

AWS = ["5.100.0", "6.69.1"]
AKS = """\
provider "azurerm" {
  features {}
  subscription_id = "00000000-0000-0000-0000-000000000000"
}
resource "azurerm_resource_group" "main" {
  name     = "a"
  location = "westeurope"
}
resource "azurerm_kubernetes_cluster" "main" {
  name                = "a"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  dns_prefix          = "a"
  default_node_pool {
    name       = "system"
    vm_size    = "Standard_D2s_v5"
    node_count = 1
  }
  identity {
    type = "SystemAssigned"
  }
  node_provisioning_profile {
    mode = "Manual"
  }
}
"""


@pytest.fixture(scope="module", params=["path", "embedded"])
def tools(request: pytest.FixtureRequest) -> Iterator[SystemToolchain]:
    """Terraform as it is found on PATH, and as it is found where PATH holds nothing; no real provider is in reach."""
    with pytest.MonkeyPatch.context() as patch, SystemToolchain() as toolchain:
        if request.param == "embedded":
            patch.setenv("PATH", os.devnull)
        elif not shutil.which("terraform"):
            pytest.skip("there is no terraform on PATH")
        patch.setenv("TF_CLI_CONFIG_FILE", os.devnull)
        patch.delenv("TF_PLUGIN_CACHE_DIR", raising=False)
        program = toolchain.find(TERRAFORM)
        assert program is not None
        assert program.origin == request.param
        yield toolchain


@pytest.fixture(scope="session")
def infrastructure(pristine: Repository) -> Path:
    """The Terraform code of a repository with the default answers."""
    return pristine() / "terraform"


def configuration(folder: Path, text: str, **providers: str) -> Path:
    """A folder with one root, `env`, that requires these versions of hashicorp's providers."""
    required = "".join(
        f'    {name} = {{\n      source  = "hashicorp/{name}"\n      version = "{version}"\n    }}\n'
        for name, version in providers.items()
    )
    (folder / "env").mkdir(parents=True)
    (folder / "env" / "versions.tf").write_text(
        f"terraform {{\n  required_providers {{\n{required}  }}\n}}\n"
    )
    (folder / "env" / "main.tf").write_text(text)
    return folder


def only(found: tuple[terraform.Validation, ...]) -> terraform.Validation:
    (validation,) = found
    return validation


@pytest.mark.parametrize("release", AWS)
def test_what_we_generate_is_valid(
    tools: SystemToolchain, infrastructure: Path, release: str
) -> None:
    before = sorted(infrastructure.rglob("*"))
    roots = terraform.roots(infrastructure)
    assert roots == (Path("bootstrap"), Path("env"), Path("shared"))
    for found in terraform.validate(
        tools, infrastructure, roots, releases={"hashicorp/aws": release}
    ):
        assert (found.level, found.diagnostics, found.limit) == ("schema", (), "")
        assert found.providers == (f"aws {release}",)
    assert sorted(infrastructure.rglob("*")) == before


def test_what_we_generate_is_formatted(tools: SystemToolchain, infrastructure: Path) -> None:
    assert terraform.formatting(tools, infrastructure) == terraform.Formatting()


def test_the_tests_that_we_generate_pass(tools: SystemToolchain, infrastructure: Path) -> None:
    for found in terraform.run_tests(tools, infrastructure, terraform.roots(infrastructure)):
        assert (found.failed, found.diagnostics) == (0, ())
        assert found.passed > 0


@pytest.mark.parametrize(
    ("line", "summary"),
    [
        ('  cidr_blok = "10.0.0.0/16"', "Unsupported argument"),
        ("  logging {\n  }", "Unsupported block type"),
        ("  enable_dns_support = [1]", "Incorrect attribute value type"),
        ("  tags = { Name = aws_vpc.other.idd }", "Unsupported attribute"),
        ("  tags = { Name = var.nothing }", "Reference to undeclared input variable"),
        ("  tags = ", "Invalid expression"),
    ],
)
@pytest.mark.parametrize("release", AWS)
def test_a_fault_is_found_at_its_line(
    tools: SystemToolchain, tmp_path: Path, line: str, summary: str, release: str
) -> None:
    text = f'resource "aws_vpc" "other" {{\n  cidr_block = "10.0.0.0/16"\n}}\nresource "aws_vpc" "main" {{\n{line}\n}}\n'
    folder = configuration(tmp_path / "terraform", text, aws=">= 5.100.0, < 7.0.0")
    found = only(
        terraform.validate(tools, folder, [Path("env")], releases={"hashicorp/aws": release})
    )
    (diagnostic,) = found.diagnostics
    assert (diagnostic.path, diagnostic.line, diagnostic.summary) == (
        Path("env/main.tf"),
        5,
        summary,
    )


def test_a_fault_in_a_module_is_found_there(tools: SystemToolchain, tmp_path: Path) -> None:
    folder = configuration(
        tmp_path / "terraform", 'module "n" {\n  source = "../modules/n"\n}\n', aws="~> 6.0"
    )
    module = folder / "modules" / "n"
    module.mkdir(parents=True)
    (module / "main.tf").write_text('resource "aws_vpc" "main" {\n  cidr_blok = "10.0.0.0/16"\n}\n')
    assert terraform.roots(folder) == (Path("env"),)
    found = only(terraform.validate(tools, folder, [Path("env")]))
    assert [(one.path, one.line) for one in found.diagnostics] == [(Path("modules/n/main.tf"), 2)]


def test_a_missing_module_is_named(tools: SystemToolchain, tmp_path: Path) -> None:
    folder = configuration(tmp_path / "terraform", 'module "n" {\n  source = "../modules/n"\n}\n')
    (diagnostic,) = only(terraform.validate(tools, folder, [Path("env")])).diagnostics
    assert (diagnostic.path, diagnostic.line) == (Path("env/main.tf"), 1)
    assert diagnostic.summary == "Unreadable module directory"
    assert "modules" in diagnostic.detail


def test_a_type_that_does_not_exist_is_found(tools: SystemToolchain, tmp_path: Path) -> None:
    folder = configuration(tmp_path / "terraform", 'resource "aws_vcp" "main" {\n}\n', aws="~> 6.0")
    (diagnostic,) = only(terraform.validate(tools, folder, [Path("env")])).diagnostics
    assert (diagnostic.line, diagnostic.summary) == (1, "Invalid resource type")


def test_a_type_that_we_do_not_carry_is_no_fault(tools: SystemToolchain, tmp_path: Path) -> None:
    text = (
        'resource "aws_wafv2_web_acl" "main" {\n  rule {\n    statement {}\n  }\n}\n'
        'output "arn" {\n  value = aws_wafv2_web_acl.main.arn\n}\n'
        'resource "aws_vpc" "main" {\n  cidr_blok = "10.0.0.0/16"\n}\n'
    )
    folder = configuration(tmp_path / "terraform", text, aws="~> 6.0")
    found = only(terraform.validate(tools, folder, [Path("env")]))
    assert found.limit == "no schema of aws_wafv2_web_acl"
    assert [one.line for one in found.diagnostics] == [10]


def test_a_provider_without_a_schema_leaves_the_syntax(
    tools: SystemToolchain, tmp_path: Path
) -> None:
    folder = configuration(tmp_path / "terraform", 'resource "aws_vpc" "main" {\n}\n', aws="~> 4.0")
    found = only(terraform.validate(tools, folder, [Path("env")]))
    assert (found.level, found.diagnostics, found.limit) == (
        "syntax",
        (),
        "no schema of hashicorp/aws ~> 4.0",
    )
    (folder / "env" / "main.tf").write_text('resource "aws_vpc" "main" {\n')
    found = only(terraform.validate(tools, folder, [Path("env")]))
    assert [one.path for one in found.diagnostics] == [Path("env/main.tf")]


@pytest.mark.parametrize(
    "release", [schema.version for schema in matching("hashicorp/azurerm", "")]
)
def test_azure_is_validated_against_both_majors(
    tools: SystemToolchain, tmp_path: Path, release: str
) -> None:
    folder = configuration(tmp_path / "terraform", AKS, azurerm=">= 4.0")
    releases = {"hashicorp/azurerm": release}
    assert (
        only(terraform.validate(tools, folder, [Path("env")], releases=releases)).diagnostics == ()
    )
    (folder / "env" / "main.tf").write_text(AKS.replace("dns_prefix ", "dns_prefixx"))
    (diagnostic,) = only(
        terraform.validate(tools, folder, [Path("env")], releases=releases)
    ).diagnostics
    assert (diagnostic.line, diagnostic.summary) == (13, "Unsupported argument")


POD = """
metadata {
  labels = { app = "shop" }
}
spec {
  container {
    name  = "shop"
    image = "shop:1"
    env {
      name = "TOKEN"
      value_from {
        secret_key_ref {
          name = "shop"
          key  = "token"
        }
      }
    }
    liveness_probe {
      http_get {
        path = "/"
        port = 8080
      }
    }
    security_context {
      run_as_non_root = true
    }
  }
}
"""
SELECTOR = 'selector {\n  match_labels = { app = "shop" }\n}\n'
TEMPLATE = f"template {{{POD}}}\n"
WORKLOADS = {
    "deployment_v1": SELECTOR + TEMPLATE,
    "deployment": SELECTOR + TEMPLATE,
    "daemon_set_v1": SELECTOR + TEMPLATE,
    "daemonset": SELECTOR + TEMPLATE,
    "stateful_set_v1": f'service_name = "shop"\n{SELECTOR}{TEMPLATE}',
    "stateful_set": f'service_name = "shop"\n{SELECTOR}{TEMPLATE}',
    "job_v1": TEMPLATE,
    "job": TEMPLATE,
    "cron_job_v1": f'schedule = "0 4 * * *"\njob_template {{\n  metadata {{}}\n  spec {{\n{TEMPLATE}  }}\n}}\n',
    "cron_job": f'schedule = "0 4 * * *"\njob_template {{\n  metadata {{}}\n  spec {{\n{TEMPLATE}  }}\n}}\n',
    "replication_controller_v1": f'selector = {{ app = "shop" }}\n{TEMPLATE}',
    "pod_v1": POD[POD.index("  container") : POD.rindex("}")],
}


def workloads(pod: str) -> str:
    """One object of each kind that has a template of pods, with `pod` in place of that template's container."""
    return "\n".join(
        f'resource "kubernetes_{kind}" "shop" {{\n  metadata {{\n    name = "shop"\n  }}\n  spec {{\n'
        f"{spec.replace('image =', pod)}  }}\n}}\n"
        for kind, spec in WORKLOADS.items()
    )


def test_every_kind_of_workload_is_valid(tools: SystemToolchain, tmp_path: Path) -> None:
    folder = configuration(tmp_path / "terraform", workloads("image ="), kubernetes="~> 3.0")
    found = only(terraform.validate(tools, folder, [Path("env")]))
    assert (found.level, found.diagnostics, found.limit) == ("schema", (), "")


def test_a_fault_inside_a_template_of_pods_is_found_at_its_line(
    tools: SystemToolchain, tmp_path: Path
) -> None:
    text = workloads("imagee =")
    folder = configuration(tmp_path / "terraform", text, kubernetes="~> 3.0")
    found = only(terraform.validate(tools, folder, [Path("env")]))
    lines = [number for number, line in enumerate(text.splitlines(), 1) if "imagee" in line]
    assert [one.line for one in found.diagnostics if one.summary == "Unsupported argument"] == lines
    assert len(lines) == len(WORKLOADS)


def test_a_large_type_of_aws_has_its_blocks(tools: SystemToolchain, tmp_path: Path) -> None:
    text = (
        'resource "aws_securityhub_insight" "a" {\n  name               = "a"\n  group_by_attribute = "AwsAccountId"\n'
        '  filters {\n    aws_account_id {\n      comparison = "EQUALS"\n      value      = "1"\n    }\n  }\n}\n'
    )
    folder = configuration(tmp_path / "terraform", text, aws="~> 6.0")
    assert only(terraform.validate(tools, folder, [Path("env")])).diagnostics == ()
    (folder / "env" / "main.tf").write_text(text.replace("comparison", "comparision"))
    summaries = {
        one.summary for one in only(terraform.validate(tools, folder, [Path("env")])).diagnostics
    }
    assert "Unsupported argument" in summaries


def test_the_helm_provider_takes_attributes_where_it_took_blocks(
    tools: SystemToolchain, tmp_path: Path
) -> None:
    text = (
        'provider "helm" {\n  kubernetes = {\n    host = "https://example.org"\n  }\n}\n'
        'resource "helm_release" "a" {\n  name  = "a"\n  chart = "./a"\n  set   = [{ name = "a", value = "b" }]\n}\n'
    )
    folder = configuration(tmp_path / "terraform", text, helm="~> 3.0")
    assert only(terraform.validate(tools, folder, [Path("env")])).diagnostics == ()
    (folder / "env" / "main.tf").write_text(text.replace("kubernetes = {", "kubernetes {"))
    (diagnostic,) = only(terraform.validate(tools, folder, [Path("env")])).diagnostics
    assert (diagnostic.line, diagnostic.summary) == (2, "Unsupported block type")


def test_a_real_provider_goes_first(
    tmp_path: Path, toolchain: SystemToolchain, provider_mirror: Path
) -> None:
    text = 'provider "aws" {\n  region = "eu-central-1"\n}\nresource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/99"\n}\n'
    folder = configuration(tmp_path / "terraform", text, aws=">= 5.0")
    found = only(terraform.validate(toolchain, folder, [Path("env")]))
    assert found.level == "provider"
    assert [one.line for one in found.diagnostics] == [5]  # the provider's own opinion of a value


class Impatient(SystemToolchain):
    """The programs of this machine, given one second each."""

    def run(
        self,
        tool: Tool,
        *args: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout: float = 30,
        memory: int | None = None,
        reads: Iterable[Path] | None = None,
    ) -> CompletedRun:
        return super().run(
            tool, *args, cwd=cwd, env=env, stdin=stdin, timeout=min(timeout, 1), memory=memory
        )


@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        ("sleep 60", ToolTimeout, "terraform did not finish within 1 s and was killed"),
        ("kill -9 $$", ToolCrashed, "terraform was ended by SIGKILL"),
        ("echo panic >&2; exit 11", ToolCrashed, "terraform ended with exit code 11: panic"),
        ("echo not JSON; exit 0", ToolCrashed, "terraform ended with exit code 0: not JSON"),
    ],
    ids=["hangs", "is killed", "panics", "says something else"],
)
def test_a_terraform_that_fails_gives_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, error: type[Exception], message: str
) -> None:
    script = tmp_path / "bin" / "terraform"
    script.parent.mkdir()
    script.write_text(
        f"#!/bin/sh\nif [ \"$1\" = version ]; then echo 'Terraform v1.99.0'; exit 0; fi\n{body}\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:/usr/bin:/bin")
    folder = configuration(tmp_path / "terraform", "")
    with Impatient() as tools, pytest.raises(error, match=message):
        terraform.validate(tools, folder, [Path("env")])
