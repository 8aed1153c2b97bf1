"""Which providers a configuration needs, and what stands in for them."""

from __future__ import annotations

from scaffolder.formats import hcl
from scaffolder.formats.hcl import Block
from scaffolder.tools.offline.requirements import choose, required_providers

DECLARED = """
terraform {
  required_version = ">= 1.11"

  required_providers {
    # aws = { source = "hashicorp/aws", version = "~> 4.0" }
    aws = {
      source  = "registry.terraform.io/hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
    random = "~> 3.0"
    mycloud = {
      source = "mycorp/mycloud"
    }
  }
}
"""


def read(*files: str) -> list[Block]:
    return [hcl.read(file) for file in files]


def test_declared_providers_come_with_their_constraints() -> None:
    assert required_providers(read(DECLARED)) == {
        "hashicorp/aws": ">= 5.100.0, < 7.0.0",
        "hashicorp/random": "~> 3.0",
        "mycorp/mycloud": "",
    }


def test_constraints_of_a_root_and_its_modules_add_up() -> None:
    module = 'terraform {\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n      version = "~> 5.0"\n    }\n  }\n}'
    assert (
        required_providers(read(DECLARED, module))["hashicorp/aws"] == ">= 5.100.0, < 7.0.0, ~> 5.0"
    )


def test_a_provider_is_needed_by_the_resources_of_its_name() -> None:
    text = 'resource "null_resource" "a" {}\ndata tls_certificate b {\n}\nresource "terraform_data" "c" {}\n'
    assert required_providers(read(text)) == {"hashicorp/null": "", "hashicorp/tls": ""}


def test_what_is_part_of_terraform_is_not_needed() -> None:
    text = 'terraform {\n  required_providers {\n    terraform = { source = "terraform.io/builtin/terraform" }\n  }\n}'
    assert required_providers(read(text)) == {}


def test_what_a_comment_or_a_string_says_is_not_needed() -> None:
    text = """
/* resource "google_project" "a" {} */
locals {
  example = <<-EOT
    resource "github_repository" "b" {
    }
    terraform {
      required_providers { gitlab = { source = "gitlabhq/gitlab" } }
    }
  EOT
}
resource "aws_vpc" "c" { # resource "datadog_monitor" "d" {
}
"""
    assert required_providers(read(text)) == {"hashicorp/aws": ""}


def test_a_declaration_may_have_braces_and_aliases_in_it() -> None:
    text = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.0", configuration_aliases = [aws.a, aws.b] }
    tls = {
      version = ">= 4.0" // { a brace
    }
  }
}
"""
    assert required_providers(read(text)) == {"hashicorp/aws": "~> 5.0", "hashicorp/tls": ">= 4.0"}


def test_terraform_json_is_the_same() -> None:
    text = """{
      "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "~> 6.0"}}},
      "resource": {"null_resource": {"a": {}}},
      "data": [{"tls_certificate": {"b": {"url": "https://example.com"}}}]
    }"""
    assert required_providers([hcl.of_json(text)]) == {
        "hashicorp/aws": "~> 6.0",
        "hashicorp/null": "",
        "hashicorp/tls": "",
    }


def test_a_file_that_breaks_off_needs_what_it_names_before() -> None:
    text = 'resource "aws_vpc" "a" {\n}\nresource "null_resource" "b" {\n  triggers = {\n'
    assert "hashicorp/aws" in required_providers([hcl.recovered(text)])


def test_choose_takes_the_newest_release_that_is_allowed() -> None:
    chosen, unknown = choose({"hashicorp/aws": ">= 5.100.0, < 7.0.0"}, {})
    assert ([str(schema) for schema in chosen], unknown) == (["aws 6.69.1"], ())


def test_choose_takes_the_release_that_is_asked_for() -> None:
    chosen, _ = choose({"hashicorp/aws": ">= 5.100.0, < 7.0.0"}, {"hashicorp/aws": "5.100.0"})
    assert [str(schema) for schema in chosen] == ["aws 5.100.0"]


def test_choose_names_what_it_does_not_have() -> None:
    _, unknown = choose({"hashicorp/aws": "~> 4.0", "mycorp/mycloud": ""}, {})
    assert unknown == ("hashicorp/aws ~> 4.0", "mycorp/mycloud")


def test_a_provider_is_needed_by_its_own_block() -> None:
    assert required_providers([hcl.read('provider "vsphere" {\n  user = "a"\n}\n')]) == {
        "hashicorp/vsphere": ""
    }


def test_the_lock_file_says_which_major_version_is_meant() -> None:
    def said(constraint: str, locked: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        chosen, unknown = choose({"hashicorp/aws": constraint}, {}, {"hashicorp/aws": locked})
        return tuple(map(str, chosen)), unknown

    assert said(">= 4.0", "5.31.0") == (("aws 5.100.0",), ())
    assert said(">= 4.0", "4.67.0") == ((), ("hashicorp/aws 4.67.0",))
    assert said("~> 4.0", "4.67.0") == ((), ("hashicorp/aws ~> 4.0",))
