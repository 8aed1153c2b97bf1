"""Which providers a configuration needs, and what stands in for them."""

from __future__ import annotations

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


def test_declared_providers_come_with_their_constraints() -> None:
    assert required_providers(DECLARED) == {
        "hashicorp/aws": ">= 5.100.0, < 7.0.0",
        "hashicorp/random": "~> 3.0",
        "mycorp/mycloud": "",
    }


def test_constraints_of_a_root_and_its_modules_add_up() -> None:
    module = 'terraform {\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n      version = "~> 5.0"\n    }\n  }\n}'
    assert required_providers(DECLARED + module)["hashicorp/aws"] == ">= 5.100.0, < 7.0.0, ~> 5.0"


def test_a_provider_is_needed_by_the_resources_of_its_name() -> None:
    text = 'resource "null_resource" "a" {}\ndata tls_certificate b {\n}\nresource "terraform_data" "c" {}\n'
    assert required_providers(text) == {"hashicorp/null": "", "hashicorp/tls": ""}


def test_what_is_part_of_terraform_is_not_needed() -> None:
    text = 'terraform {\n  required_providers {\n    terraform = { source = "terraform.io/builtin/terraform" }\n  }\n}'
    assert required_providers(text) == {}


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
    assert required_providers('provider "vsphere" {\n  user = "a"\n}\n') == {
        "hashicorp/vsphere": ""
    }


def test_the_lock_file_says_which_major_version_is_meant() -> None:
    def said(constraint: str, locked: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        chosen, unknown = choose({"hashicorp/aws": constraint}, {}, {"hashicorp/aws": locked})
        return tuple(map(str, chosen)), unknown

    assert said(">= 4.0", "5.31.0") == (("aws 5.100.0",), ())
    assert said(">= 4.0", "4.67.0") == ((), ("hashicorp/aws 4.67.0",))
    assert said("~> 4.0", "4.67.0") == ((), ("hashicorp/aws ~> 4.0",))
