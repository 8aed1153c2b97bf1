"""Markdown texts: links, anchors, examples of shell, and patterns of CODEOWNERS."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.documents import (
    anchors,
    is_form,
    lines,
    links,
    owned,
    shell,
    target,
    texts,
)


@pytest.mark.parametrize(
    ("text", "path", "anchor"),
    [
        ("[a](docs/guide.md)\n", "docs/guide.md", ""),
        ("[a](docs/guide.md#set-up)\n", "docs/guide.md", "set-up"),
        ("[a](#set-up)\n", "page.md", "set-up"),
        ("[a](my%20file.md)\n", "my file.md", ""),
        ("[a](docs/)\n", "docs", ""),
    ],
)
def test_a_link_leads_to_a_path(text: str, path: str, anchor: str, tmp_path: Path) -> None:
    project = written(tmp_path, {"page.md": text})
    (one,) = links(project)
    assert (one.path.as_posix(), one.anchor) == (path, anchor)
    assert one.place.line == 1


@pytest.mark.parametrize(
    "text",
    [
        "[a](https://example.com/x.md)\n",
        "[a](mailto:team@example.com)\n",
        "[a]({{ url }})\n",
        "`[a](x.md)`\n",
        "```\n[a](x.md)\n```\n",
    ],
)
def test_other_texts_are_no_links_to_files(text: str, tmp_path: Path) -> None:
    assert links(written(tmp_path, {"page.md": text})) == ()


def test_a_link_may_lead_to_a_file_or_a_folder(tmp_path: Path) -> None:
    project = written(
        tmp_path, {"page.md": "[a](docs/guide.md) [b](docs) [c](x.md)\n", "docs/guide.md": "# A\n"}
    )
    assert [target(project, one) for one in links(project)] == [
        Path("docs/guide.md"),
        Path("docs"),
        None,
    ]


def test_anchors_are_those_of_headings(tmp_path: Path) -> None:
    project = written(tmp_path, {"page.md": "# Set up `x`\n\n# Set up `x`\n"})
    assert {"set-up-x", "set-up-x-1"} <= anchors(project, Path("page.md"))
    assert "set up" not in anchors(project, Path("page.md"))


def test_shell_is_read_from_fences_and_from_calls_of_make(tmp_path: Path) -> None:
    text = "Run `make test` first.\n\n```sh\n$ go test ./... # all\n```\n\n```python\nmake()\n```\n"
    found = [(place.line, code) for place, code in shell(written(tmp_path, {"page.md": text}))]
    assert found == [(1, "make test"), (4, "go test ./...")]


def test_lines_have_a_kind(tmp_path: Path) -> None:
    text = "a\n```\nb\n```\n```sh\nc\n```\n```json\nd\n```\n"
    project = written(tmp_path, {"page.md": text})
    assert [(line, kind) for _, line, kind in lines(project, Path("page.md"))] == [
        ("a", "prose"),
        ("b", "plain"),
        ("c", "shell"),
        ("d", "other"),
    ]


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("*", True),
        ("*.py", True),
        ("/app/", True),
        ("app/main.py", True),
        ("/main.py", False),
        ("main.py", True),
        ("main.py/", False),
        ("app/**/deep.py", True),
        ("app/*/deep.py", False),
        ("/a?p/", True),
        ("*.go", False),
        ("/docs/", False),
    ],
)
def test_a_pattern_of_owners_matches_files(pattern: str, *, matches: bool, tmp_path: Path) -> None:
    project = written(tmp_path, {"app/main.py": "", "app/x/y/deep.py": ""})
    assert owned(project, pattern) is matches


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (".github/PULL_REQUEST_TEMPLATE.md", True),
        (".github/ISSUE_TEMPLATE/bug.md", True),
        ("docs/template.md", False),
    ],
)
def test_a_form_is_known_by_its_name(path: str, *, form: bool) -> None:
    assert is_form(Path(path)) is form


def test_texts_of_others_are_left_out(tmp_path: Path) -> None:
    names = ("docs/guide.md", "vendor/x/README.md", "node_modules/y/README.md")
    project = written(tmp_path, dict.fromkeys(names, "# A\n"))
    assert texts(project) == (Path("README.md"), Path("docs/guide.md"))
