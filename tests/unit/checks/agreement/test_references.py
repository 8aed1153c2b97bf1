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
    "routes of VitePress": {"docs/.vitepress/config.ts": "x\n", "docs/guide/a.md": "[a](./b) [b](/guide/b.html) ![c](/logo.png) [d](b#what-s-new)\n", "docs/guide/b.md": "# What's new?\n"},
    "routes of Docusaurus": {"website/docusaurus.config.js": "x\n", "website/docs/a.md": "[a](/docs/intro) [b](./intro) [c](b.md#made)\n", "website/docs/b.md": "import X from 'x';\n\n<Steps />\n"},
    "routes of Hugo": {"docs/_index.md": "[a](setup/) [b](/docs/<VERSION>/x/) ![c](../a.png) [d](setup.md#é-x)\n", "docs/setup.md": "x\n"},
    "names that plugins of MkDocs make": {"mkdocs.yml": "docs_dir: pages\n", "pages/a.md": "[a](#config.b) [b](b.md#made) [c](c/) [d](/x/)\n\n<!-- md:option config.b -->\n", "pages/b.md": "--8<-- 'c.md'\n"},
    "a page of Jekyll": {"_config.yml": "x: y\n", "a.md": "---\ntitle: A\n---\n[a](/b/) [b](c.html)\n"},
    "names that a heading states": {"a.md": "[a](#one) [b](#two) [c](#three)\n\n# Eins {#one}\n\n# Zwei <small>neu</small> { #two }\n\n# Drei { .x #three data-y='z' }\n"},
    "a submodule": {".gitmodules": '[submodule "a"]\n\tpath = libs/a\n\turl = https://example.com/a\n', "b.md": "[a](libs/a/README.md) [b](libs/a)\n"},
    "data of a test": {"pkg/testdata/a.md": "[a](b.md)\n", "c.md": "[a](#top)\n"},
    "routes and parts of a site of Middleman": {"docs/config.rb": "x\n", "docs/source/includes/_a.md": "![a](/images/a.png) [b](/x/b.html) [c](#of-another-part)\n"},
    "routes of GOV.UK's documents": {"tech/config.rb": "x\n", "tech/source/api/index.html.md": "[a](/api/v2/) [b](../c.html#d:~:text=1) [c](e)\n"},
    "views of Rails": {"config/routes.rb": "x\n", "app/views/guidance/a.md": "[a](/bulk/template.csv) [b](/guidance/b) [c](#made)\n"},
    "pages of Docusaurus beside its folder": {"website/docusaurus.config.js": "presets: [[x, {docs: {\n  path: '../docs',\n}}]]\n", "docs/a.md": "[a](/docs/intro) [b](intro) ![c](/img/c.png)\n"},
    "a translation of Docusaurus": {"docusaurus.config.js": "x\n", "i18n/de/docusaurus-plugin-content-docs/current/a.md": "[a](./b.md)\n", "docs/b.md": "x\n"},
    "the root of a site": {"docusaurus.config.js": "x\n", "docs/a.md": "[a](@site/src/x.md) [b](~/y.md)\n"},
    "routes of a site of Hugo by its settings": {"config.toml": "baseURL = 'x'\n", "content/a.md": "[a](../b) [b](/c.html)\n"},
    "routes of Docsify": {"docs/.nojekyll": "", "docs/index.html": "<script src=docsify.js>\n", "docs/a.md": "[a](/guide) [b](b?id=c)\n"},
    "pages that GitHub Pages serves": {"docs/_config.yml": "theme: x\n", "docs/a.md": "[a](b) [b](b.html)\n", "docs/b.md": "x\n"},
    "routes of Jekyll with a source": {"_config.yml": "source: site\n", "site/a.md": "---\n---\n[a](/x/) [b](c)\n"},
    "routes of Nuxt and Nextra": {"nuxt.config.ts": "x\n", "content/a.md": "[a](/b)\n", "pages/_meta.json": "{}\n", "pages/c.mdx": "x\n", "pages/d.md": "[d](/e) [f](./g)\n"},
    "pages that tests of Gradle expect": {"src/test/resources/a.md": "[a](cases/1)\n", "src/functionalTest/resources/x/b.md": "[b](c.md)\n"},
    "labels of Jupyter Book": {"docs/_config.yml": "title: x\n", "docs/_toc.yml": "root: a\n", "docs/x/a.md": "[a](calitp-background) [b](#a-label) [c](b.md#x)\n\n(a-label)=\n# A\n", "docs/x/b.md": "x\n"},
    "the folder itself": {"a.md": "[a](.) [b](./) [c](docs/..)\n", "docs/b.md": "[d](..) [e](../)\n"},
    "labels of MyST in Sphinx": {"docs/source/conf.py": "extensions = ['myst_parser']\n", "docs/source/a.md": "[a](intro) [b](/x/y)\n"},
    "a regular expression": {"a.md": "Names match [a-z]([-a-z0-9]*[a-z0-9])? and [a-z](x*)\n"},
    "words that a template replaces": {"README-template.md": "[a](repositoryUrl) [b](docs url)\n"},
    "an address of the host in a form": {".github/pull_request_template.md": "[a](/acme/shop/blob/main/CONTRIBUTING.md)\n"},
    "what is not yet known": {"a.md": "[a](docs/<version>/b.md) [b]({{ c }}/d.md) [e](#top)\n"},
}  # fmt: skip


@pytest.mark.parametrize("files", ALIVE.values(), ids=ALIVE)
def test_a_link_that_leads_somewhere_is_left_alone(files: dict[str, str], tmp_path: Path) -> None:
    assert [
        f"{finding.line}: {finding.message}"
        for finding in found(tmp_path, {**files, "z.md": "[z](#top)\n"})
    ] == []


DEAD = {
    "an input that is no more": (
        '| <a name="input_zones"></a> [zones](#input\\_zone) |\n',
        "links to #input_zone, which matches no heading of docs/a.md",
        "link to #input_zones",
    ),
    "a heading without its emoji": ("[a](#start)\n\n## 🚀 Start\n", "links to #start, which matches no heading of docs/a.md", "link to #-start"),
    "a heading in code": ("[a](#deploy)\n\n```\n# deploy\n```\n", "links to #deploy, which matches no heading of docs/a.md", "name a heading that is there"),
    "one more than there are": ("[a](#usage-2)\n\n# Usage\n\n# Usage\n", "links to #usage-2, which matches no heading of docs/a.md", "link to #usage-1"),
    "a name of MkDocs without it": ("[a](#is-it-so)\n\n# Is it so ?\n", "links to #is-it-so, which matches no heading of docs/a.md", "link to #is-it-so-"),
    "a file by reference": ("[a][b]\n\n[b]: oncal.md\n", "links to oncal.md, which does not exist", "link to oncall.md"),
    "a file of its own name": ("[a](old/a.md)\n", "links to old/a.md, which does not exist", "correct the link, or take it out"),
    "an image in a link": ("[![a](a.svg)](oncall.md)\n", "links to a.svg, which does not exist", "correct the link, or take it out"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message", "fix"), DEAD.values(), ids=DEAD)
def test_a_dead_link_is_found(text: str, message: str, fix: str, tmp_path: Path) -> None:
    (finding,) = found(tmp_path, {"docs/a.md": text, "docs/oncall.md": "x\n"})
    assert (finding.message, finding.fix) == (message, fix)


SITES = {
    "a page of MkDocs": {"mkdocs.yml": "x: y\n", "docs/a.md": "[a](old.md)\n"},
    "a heading of MkDocs": {"mkdocs.yml": "x: y\n", "docs/a.md": "[a](#old)\n\n# New\n"},
    "a page of Docusaurus": {"docusaurus.config.ts": "x\n", "docs/a.md": "[a](old.md)\n"},
    "a page of Hugo": {"content/_index.md": "[a](old.md)\n"},
    "a page of VitePress": {"docs/.vitepress/config.mts": "x\n", "docs/a.md": "[a](./old.md)\n"},
    "a page beside a site": {"site/docusaurus.config.ts": "x\n", "a.md": "[a](docs/old)\n"},
    "a link in a link": {"a.md": "[x]([TODO](https://example.com))\n"},
    "a page of Sphinx": {"docs/conf.py": "extensions = ['myst_parser']\n", "docs/a.md": "[a](old.md)\n"},
    "a conf.py of something else": {"conf.py": "PORT = 1\n", "a.md": "[a](old)\n"},
    "a file in a template": {"README-template.md": "[a](docs/old.md)\n"},
    "an address of the host in a page": {"docs/a.md": "[a](/acme/shop/blob/main/CONTRIBUTING.md)\n"},
    "a page of Middleman": {"docs/config.rb": "x\n", "docs/source/a.md": "[a](old.md)\n"},
    "a folder called source": {"source/a.md": "[a](old.html)\n"},
    "a page beside the pages of Docusaurus": {"website/docusaurus.config.js": "x: {\n path: '../docs',\n}\n", "guides/a.md": "[a](old)\n"},
    "a page of GitHub Pages": {"docs/_config.yml": "theme: x\n", "docs/a.md": "[a](old)\n"},
    "settings of something else": {"config.toml": "x = 1\n", "a.md": "[a](old)\n"},
    "a page of views": {"config/routes.rb": "x\n", "app/views/a.md": "[a](old.md)\n"},
    "resources of a program": {"src/main/resources/a.md": "[a](old.md)\n"},
    "the README of a site": {"site/docusaurus.config.ts": "x\n", "site/README.md": "[a](docs/old)\n"},
    "a text that Jekyll passes over": {"_config.yml": "x: y\n", "a.md": "[a](docs/old)\n"},
}  # fmt: skip


@pytest.mark.parametrize("files", SITES.values(), ids=SITES)
def test_a_dead_link_of_a_site_is_found(files: dict[str, str], tmp_path: Path) -> None:
    assert len(found(tmp_path, files)) == 1


HINTS = {
    "one of several": ("[a](x/setup.md)\n", "correct the link, or take it out"),
    "the README of another folder": ("[a](x/README.md)\n", "correct the link, or take it out"),
    "the only one of its name": ("[a](../guide.md)\n", "link to ../../docs/b/guide.md"),
    "a folder that is elsewhere": ("[a](b)\n", "link to ../../docs/b"),
    "a page of the host": ("[a](/owner/name/b)\n", "correct the link, or take it out"),
    "from the root": ("[a](/x/guide.md)\n", "link to /docs/b/guide.md"),
    "another case": ("[a](GUIDE.MD)\n", "link to ../../docs/b/guide.md"),
    "an address": ("[a](www.example.com/b)\n", "link to https://www.example.com/b"),
    "a host": ("[a](kubernetes.io/docs/c/)\n", "link to https://kubernetes.io/docs/c/"),
    "another kind of file": ("[a](text.zip)\n", "correct the link, or take it out"),
    "nothing like it": ("[a](zzz.md)\n", "correct the link, or take it out"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "fix"), HINTS.values(), ids=HINTS)
def test_a_hint_is_what_is_meant_or_none(text: str, fix: str, tmp_path: Path) -> None:
    others = ("README.md", "docs/a/setup.md", "docs/b/setup.md", "docs/b/guide.md")
    (finding,) = found(tmp_path, {**dict.fromkeys(others, "x\n"), "t/d/text.md": text})
    assert finding.fix == fix


def test_a_guess_is_not_made_for_two_links(tmp_path: Path) -> None:
    text = "[a](on-push-test.yml)\n[b](on-pull-test.yml)\n"
    findings = found(tmp_path, {"docs/a.md": text, "docs/on-push-tests.yml": "x\n"})
    assert {one.fix for one in findings} == {"correct the link, or take it out"}


def test_a_link_of_a_form_is_written_in_full(tmp_path: Path) -> None:
    name = ".github/pull_request_template.md"
    (finding,) = found(tmp_path, {name: "[a](CONTRIBUTING.md)\n", "CONTRIBUTING.md": "x\n"})
    assert finding.fix == (
        "write the whole address of CONTRIBUTING.md: the text is copied to pages elsewhere"
    )
