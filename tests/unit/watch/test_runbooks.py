"""A runbook opens on this machine, as it is written and without markup of its own."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from scaffolder.repository.project import Project
from scaffolder.watch import runbooks


def html(text: str) -> str:
    known = {"docs/oncall.md", "docs/runbooks/B.md", "Makefile"}
    return runbooks.html(text, PurePosixPath("docs/runbooks"), known.__contains__)


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("# A `b`", "<h1>A <code>b</code></h1>"),
        ("a\nb", "<p>a b</p>"),
        ("- a\n- **b**", "<ul><li>a</li><li><b>b</b></li></ul>"),
        (
            "1. do\n   ```sh\n   make x\n   ```\n2. see",
            '<ol><li>do<pre tabindex="0"><code>make x</code></pre></li><li>see</li></ol>',
        ),
        ("```\na < b\n```", '<pre tabindex="0"><code>a &lt; b</code></pre>'),
        ("[b](B.md)", '<p><a href="/file/docs/runbooks/B.md">b</a></p>'),
        ("[on call](../oncall.md#x)", '<p><a href="/file/docs/oncall.md">on call</a></p>'),
        ("[x](../../Makefile)", "<p>x</p>"),
        ("[x](javascript:alert(1))", "<p>x)</p>"),
        ("[x](https://a.b/c)", '<p><a href="https://a.b/c">x</a></p>'),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
    ],
)
def test_markdown_becomes_html(markdown: str, shown: str) -> None:
    assert html(markdown) == shown


def test_a_table() -> None:
    shown = html("| a | b |\n|---|---|\n| 1 | 2 |")
    assert "<tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr>" in shown


def test_the_address_of_a_file_on_any_host_leads_to_the_file_here(tmp_path: Path) -> None:
    (tmp_path / "docs/runbooks").mkdir(parents=True)
    (tmp_path / "docs/runbooks/Down.md").write_text("# Down\n")
    project = Project(tmp_path)
    for address in (
        "https://github.com/o/s/blob/main/docs/runbooks/Down.md",
        "https://gitlab.com/o/s/-/blob/main/docs/runbooks/Down.md#top",
        "https://dev.azure.com/docs/runbooks/Down.md",
    ):
        assert runbooks.local(project, address) == "/file/docs/runbooks/Down.md"
    assert runbooks.local(project, "https://grafana.example.com/d/s") is None
