"""HCL as blocks and attributes."""

from __future__ import annotations

from scaffolder.formats import (
    hcl,
)


def test_hcl_is_blocks_and_attributes() -> None:
    read = hcl.read(
        'terraform {\n  required_version = ">= 1.11"\n  required_providers {\n    aws = {\n      version = "~> 5.0"\n    }\n  }\n}\n'
    )
    (settings,) = read.each("terraform")
    assert (
        settings.attributes["required_version"].text,
        settings.attributes["required_version"].line,
    ) == (
        ">= 1.11",
        2,
    )
    (providers,) = settings.each("required_providers")
    assert hcl.object_of(providers.attributes["aws"].expression)["version"].text == "~> 5.0"


def test_a_call_has_its_first_argument_and_its_attribute() -> None:
    text = """locals {
  a = templatefile("${path.module}/a.json", { b = 1 })
  c = merge({ d = templatefile( "d.tpl", {} ) }, {})
  # e = templatefile("e.json", {})
  f = "templatefile(\\"f.json\\", {})"
  g = templatefile(var.file, {})
}
data "template_file" "h" {
  template = file("h.tpl")
}
"""
    calls = [call for name in ("templatefile", "file") for call in hcl.calls(text, name)]
    assert [(call.attribute, call.argument) for call in calls] == [
        ("a", "${path.module}/a.json"),
        ("c", "d.tpl"),
        ("template", "h.tpl"),
    ]
