"""Sites of documentation: which links are files, and which are routes of a generator."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.sites import (
    is_file,
    is_page,
    is_translated,
    names_headings,
    of_page,
)

MKDOCS = {"mkdocs.yml": "site_name: x\n", "docs/guide.md": "# Guide\n"}
JEKYLL = {"docs/_config.yml": "theme: x\n", "docs/guide.md": "---\n---\n", "docs/plain.md": "x\n"}


@pytest.mark.parametrize(
    ("files", "page", "generator"),
    [
        (MKDOCS, "docs/guide.md", "MkDocs"),
        (MKDOCS, "README.md", ""),
        (JEKYLL, "docs/guide.md", "Jekyll"),
        (JEKYLL, "docs/plain.md", ""),
        ({"docs/guide.md": "x\n"}, "docs/guide.md", ""),
    ],
)
def test_a_page_is_part_of_a_site(
    files: dict[str, str], page: str, generator: str, tmp_path: Path
) -> None:
    assert of_page(written(tmp_path, files), Path(page)) == generator


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("guide", True),
        ("guide.html", True),
        ("other", False),
        ("guide.md", False),
        ("/guide", False),
    ],
)
def test_a_link_may_lead_to_the_page_of_a_file(link: str, *, leads: bool, tmp_path: Path) -> None:
    project = written(tmp_path, JEKYLL)
    assert is_page(project, Path("docs/plain.md"), link) is leads


@pytest.mark.parametrize(
    ("generator", "path", "is_a_file"),
    [
        ("", "anything", True),
        ("MkDocs", "guide.md", True),
        ("MkDocs", "a.png", True),
        ("Hugo", "a.png", False),
        ("Hugo", "guide.md", True),
        ("MkDocs", "guide/", False),
        ("Docusaurus", "/guide.md", False),
        ("Docusaurus", "@site/guide.md", False),
    ],
)
def test_a_link_of_a_site_is_a_file_by_its_ending(
    generator: str, path: str, *, is_a_file: bool
) -> None:
    assert is_file(generator, path) is is_a_file


def test_a_translation_is_known_by_its_folder() -> None:
    folder = "website/i18n/fr/docusaurus-plugin-content-docs/current/guide.md"
    assert is_translated(Path(folder))
    assert not is_translated(Path("docs/i18n/guide.md"))


@pytest.mark.parametrize(
    ("generator", "page", "anchor", "known"),
    [
        ("", "missing.md", "x", True),
        ("MkDocs", "docs/guide.md", "guide", True),
        ("MkDocs", "docs/guide.md", "é", True),
        ("MkDocs", "docs/guide.md", "a.b", False),
        ("MkDocs", "docs/missing.md", "guide", False),
        ("Hugo", "docs/guide.md", "guide", False),
        ("MkDocs", "docs/macros.md", "guide", False),
    ],
)
def test_headings_of_some_generators_are_known(
    generator: str, page: str, anchor: str, *, known: bool, tmp_path: Path
) -> None:
    project = written(tmp_path, {**MKDOCS, "docs/macros.md": "{{ macro }}\n"})
    assert names_headings(project, generator, Path(page), anchor) is known
