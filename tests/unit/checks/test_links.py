"""AG049: links in texts that others wrote lead somewhere, and those that do not are found."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Finding
from scaffolder.repository.project import Project


def found(root: Path, files: dict[str, str]) -> tuple[Finding, ...]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    report = checks.run(
        Project(root), checks.choose(select=["AG049"], ignore=[]), ScriptedToolchain({})
    )
    assert report.results, report.inapplicable
    return report.results[0].findings


TERRAFORM_DOCS = r"""<!-- BEGIN_TF_DOCS -->
## Providers

| Name | Version |
|------|---------|
| <a name="provider_google"></a> [google](#provider\_google) | ~> 7.0 |

## Modules

| Name | Source |
|------|--------|
| <a name="module_node_pool"></a> [node\_pool](#module\_node\_pool) | ./modules/node\_pool |

## Outputs

| Name | Description |
|------|-------------|
| <a name="output_cluster_id"></a> [cluster\_id](#output\_cluster\_id) | See [its module](modules/node\_pool/README.md#output\_id) |
<!-- END_TF_DOCS -->
"""

ALIVE = {
    "terraform-docs": {
        "README.md": TERRAFORM_DOCS,
        "modules/node_pool/README.md": '# Pool\n\n<a name="output_id"></a>\n',
    },
    "terraform-docs for readers of documents": {
        "README.adoc.md": '### <a name="input_zone"></a> [zone](#input\\_zone)\n\n- [zone](#-zone)\n'
    },
    "headings with emoji": {"a.md": "[a](#-quick-start) [b](#️-set-up) [c](#-set-up)\n\n## 🚀 Quick start\n\n## ⚙️ Set up\n"},
    "headings that are alike": {"a.md": "[a](#usage-2)\n\n# Usage\n\n# `Usage`\n\n# **usage**\n"},
    "underlined headings and HTML": {"a.md": '[a](#one) [b](#two) [c](#Three)\n\nOne\n===\n\n<h2>Two</h2>\n<p id="three">\n'},
    "lines, the top and the text itself": {"README.md": "[a](#top) [b](b.sh#L3) [c](README.md#L1-L2) [d](#readme) [e](#)\n", "b.sh": "x\n"},
    "examples of links": {"a.md": "[a](a.md) `[b](b.md)`\n\n    [c](c.md)\n\n<!--\n[d](d.md)\n-->\n\n```\n[e](e.md)\n```\n"},
    "headings of MkDocs": {"mkdocs.yml": "site_name: x\n", "a.md": "[a](#is-it-so) [b](#a-b) [c](#use_1)\n\n# Is it so ?\n\n# A & B\n\n# Use\n\n# Use\n"},
    "a text to look for": {"a.md": "[a](#:~:text=other)\n"},
    "by reference": {"a.md": "[a][1], [b]\n\n[1]: <b c.md>\n[b]: ./a.md 'A title'\n", "b c.md": "x\n"},
}  # fmt: skip


@pytest.mark.parametrize("files", ALIVE.values(), ids=ALIVE)
def test_a_link_that_leads_somewhere_is_left_alone(files: dict[str, str], tmp_path: Path) -> None:
    assert [f"{finding.line}: {finding.message}" for finding in found(tmp_path, files)] == []


DEAD = {
    "an input that is no more": (
        '| <a name="input_zones"></a> [zones](#input\\_zone) |\n',
        "links to #input_zone, which is no heading of docs/a.md",
        "link to #input_zones",
    ),
    "a heading without its emoji": ("[a](#start)\n\n## 🚀 Start\n", "links to #start, which is no heading of docs/a.md", "link to #-start"),
    "a heading in code": ("[a](#deploy)\n\n```\n# deploy\n```\n", "links to #deploy, which is no heading of docs/a.md", "name a heading that is there"),
    "one more than there are": ("[a](#usage-2)\n\n# Usage\n\n# Usage\n", "links to #usage-2, which is no heading of docs/a.md", "link to #usage-1"),
    "a name of MkDocs without it": ("[a](#is-it-so)\n\n# Is it so ?\n", "links to #is-it-so, which is no heading of docs/a.md", "link to #is-it-so-"),
    "a file by reference": ("[a][b]\n\n[b]: oncal.md\n", "links to oncal.md, which does not exist", "link to docs/oncall.md"),
    "a file of its own name": ("[a](old/a.md)\n", "links to old/a.md, which does not exist", "mend the link"),
    "an image in a link": ("[![a](a.svg)](oncall.md)\n", "links to a.svg, which does not exist", "mend the link"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message", "fix"), DEAD.values(), ids=DEAD)
def test_a_dead_link_is_found(text: str, message: str, fix: str, tmp_path: Path) -> None:
    (finding,) = found(tmp_path, {"docs/a.md": text, "docs/oncall.md": "x\n"})
    assert (finding.message, finding.fix) == (message, fix)
