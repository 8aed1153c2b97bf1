"""Sites of documentation: in which folders a link is a route of a generator, and no file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.repository import files
from scaffolder.repository.files import Site
from scaffolder.repository.project import Project

_FILES = frozenset({".md", ".mdx", ".markdown"})
"""Endings of links that each generator takes for files of the repository."""

_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"})
_BY_ROUTE = frozenset(
    {"Hugo", "Jekyll", "Gatsby", "Eleventy", "Astro", "Middleman", "Rails", "Zola"}
)
"""Generators for which a picture is beside the address of a page, and not beside its file."""

_SLUGS_OF_GITHUB = frozenset({"MkDocs", "Docusaurus"})
"""Generators that name headings as GitHub does, or as is known of them."""

_TRANSLATED = regex(r"(?:^|/)i18n/[\w-]+/docusaurus-plugin-content-")

_MADE_LATER = regex(r"\{%|\{\{|--8<--|^:::|<!-- md:|<[A-Z]\w+|^import ", re.MULTILINE)
"""Syntax that adds headings and names to a page that are not in its text."""


def of_page(project: Project, file: Path) -> str:
    """Return the generator of the site that a page is part of, the innermost one; "" if none."""
    found: Site | None = None
    for site in files.sites(project):
        inside = file.is_relative_to(site.folder)
        if inside and (found is None or site.folder.is_relative_to(found.folder)):
            is_book = found is not None and found.generator == "Sphinx"
            found = found if is_book and found and found.folder == site.folder else site
    if found is None or file == found.folder / "README.md":
        return ""
    if found.generator == "Jekyll" and not project.text(file).startswith("---"):
        return ""  # rendered by GitHub Pages only, which reads links as a repository does
    return found.generator


def is_page(project: Project, file: Path, path: str) -> bool:
    """Return whether a link of a page in a site leads to the page that is made of a file.

    GitHub Pages serves `guide.md` as `guide` and as `guide.html`.
    """
    if Path(path).suffix.lower() not in {"", ".html"} or path.startswith("/"):
        return False
    target = project.relative((file.parent / path).as_posix())
    return (
        bool(target.name)
        and project.has(target.with_suffix(".md"))
        and any(file.is_relative_to(site.folder) for site in files.sites(project))
    )


_PERMALINK = regex(r"\A---\s*\n(?:.*\n)*?permalink:\s*[\"']?/([\w./-]*?)/?[\"']?\s*\n", re.ASCII)
_HEAD = 2_000
"""As much of a page may be its front matter."""


def permalinks(project: Project) -> frozenset[str]:
    """Return the addresses that pages of a site give themselves, without slashes at their ends."""
    return project.once("permalinks", lambda: frozenset(_permalinks(project)))


def _permalinks(project: Project) -> Iterator[str]:
    for file in files.documents(project):
        text = project.text(file)
        if text.startswith("---") and (found := _PERMALINK.match(text[:_HEAD])):
            yield found[1]


def is_mounted(project: Project, file: Path) -> bool:
    """Return whether a page is in a folder that a site takes in beside others."""
    return any(
        site.is_mounted and file.is_relative_to(site.folder) for site in files.sites(project)
    )


def is_file(generator: str, path: str) -> bool:
    """Return whether a link of a page leads to a file; a route has no ending, or is absolute.

    `@site/` and `~/` are other names of the root of the site.
    """
    if not generator:
        return True
    ending = Path(path).suffix.lower()
    known = _FILES if generator in _BY_ROUTE else _FILES | _PICTURES
    return ending in known and not path.startswith(("/", "@", "~"))


def is_translated(file: Path) -> bool:
    """Return whether a page is a translation: what it links to may be there in one language only.

    https://docusaurus.io/docs/i18n/introduction
    """
    return _TRANSLATED.search(file.as_posix()) is not None


def names_headings(project: Project, generator: str, page: Path, anchor: str) -> bool:
    """Return whether it is known how the headings of a page are linked to."""
    if not generator:
        return True
    return (
        generator in _SLUGS_OF_GITHUB
        and project.has(page)
        and re.fullmatch(r"[\w-]*", anchor) is not None
        and _MADE_LATER.search(project.text(page)) is None
    )
