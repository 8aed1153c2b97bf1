"""Markdown texts: their links, headings and shell examples; and who owns which files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from scaffolder.formats import markdown
from scaffolder.formats.markdown import Markdown
from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import files
from scaffolder.repository.facts import sites
from scaffolder.repository.project import Project

_FENCE = regex(r"\s*(`{3,}|~{3,})\s*(\w*)")
_ELSEWHERE = regex(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|[{<$]")
_OPEN = regex(r"\{\{|\$\{|<[^>]*>|\{%|\*")
"""A part of a destination that is not yet known."""

_SHELLS = frozenset({"sh", "bash", "console", "shell", "zsh"})


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link to a file of the repository; `path` is from the root, `anchor` without its sign."""

    place: Location
    written: str
    path: Path
    anchor: str


def texts(project: Project) -> tuple[Path, ...]:
    """Return the Markdown files, except generated ones and those of other projects."""
    return project.once("documents", lambda: tuple(_texts(project)))


def _texts(project: Project) -> Iterator[Path]:
    size = 0
    for file in files.documents(project):
        # A link to a text is read at its own place, from which its links lead somewhere.
        is_read = file.name.upper() != "CHANGELOG.MD" and not (project.root / file).is_symlink()
        if is_read and not files.is_of_others(file):
            size += len(project.text(file))
            project.budget.refuse_text(size, "documents")
            yield file


def links(project: Project) -> tuple[Link, ...]:
    """Every link to a file, in every text."""
    return project.once("links", lambda: tuple(_links(project)))


def target(project: Project, link: Link) -> Path | None:
    """The file or folder that a link leads to; None where there is none."""
    if project.has(link.path):
        return link.path
    return link.path if link.path in project.folders else None


def anchors(project: Project, file: Path) -> frozenset[str]:
    """Return the anchors of a text, as GitHub, GitLab and, if used, MkDocs make them."""
    text = _markdown(project, file)
    return (
        text.anchors | markdown.mkdocs_slugs(text.headings)
        if files.mkdocs_settings(project)
        else text.anchors
    )


def shell(project: Project) -> Iterator[tuple[Location, str]]:
    """Yield the lines of all shell examples without comments, and code spans that call make."""
    for file in texts(project):
        for number, line, kind in _lines(project, file):
            if kind == "shell":
                yield (
                    Location(path=file, line=number, text=line.strip()[:160]),
                    re.sub(r"^\s*\$ ", "", line).split(" #")[0],
                )
            elif kind == "prose" and "`make " in line:
                for code in re.findall(r"`(make [^`\n]+)`", line):
                    yield Location(path=file, line=number, text=line.strip()[:160]), code


def lines(project: Project, file: Path) -> Iterator[tuple[int, str, str]]:
    """Yield number, text and kind of each line but fences: "prose", "shell", "plain" or "other".

    A fence that names no language is plain.
    """
    yield from _lines(project, file)


def owned(project: Project, pattern: str) -> bool:
    """Return whether a pattern of CODEOWNERS matches a file.

    https://docs.github.com/repositories, "About code owners"
    """
    anchored = "/" in pattern.rstrip("/")
    if not re.search(r"[*?\[\\]", pattern):
        path = Path(pattern.strip("/"))
        if anchored:
            return path in project.folders or (not pattern.endswith("/") and project.has(path))
        return path.name in _names_of_folders(project) or (
            not pattern.endswith("/") and bool(files.called(project, path.name))
        )
    inner = (
        re.escape(pattern.strip("/"))
        .replace(r"\*\*/", "(?:.*/)?")
        .replace(r"\*\*", ".*")
        .replace(r"\*", "[^/]*")
    )
    inner = inner.replace(r"\?", "[^/]")
    start = "" if anchored else "(?:.*/)?"
    end = "/.*" if pattern.endswith("/") else "(?:/.*)?"
    matches = re.compile(f"{start}{inner}{end}").fullmatch
    return pattern in {"*", "/", "**"} or any(matches(file.as_posix()) for file in project.files)


def _names_of_folders(project: Project) -> frozenset[str]:
    return project.once(
        "names of folders", lambda: frozenset(folder.name for folder in project.folders)
    )


def _links(project: Project) -> Iterator[Link]:
    others = files.submodules(project)
    for file in texts(project):
        lines = project.lines(file)
        generator = sites.of_page(project, file)
        for link in _markdown(project, file).links:
            written = link.destination
            if not written or _ELSEWHERE.match(written) or _OPEN.search(written):
                continue
            path, _, anchor = written.partition("#")
            path = unquote(path.partition("?")[0])
            if path and _is_address(project, file, generator, path):
                continue
            if _is_filled_in(file, written) or _is_of_a_site(project, file, path):
                continue
            base = Path() if path.startswith("/") else file.parent
            found = project.relative((base / path.lstrip("/")).as_posix()) if path else file
            if found.parts[:1] == ("..",) or any(found.is_relative_to(one) for one in others):
                continue  # out of this repository
            if anchor and not sites.names_headings(project, generator, found, anchor):
                anchor = ""
            place = Location(
                path=file,
                line=link.line,
                text="".join(lines[link.line - 1 : link.line]).strip()[:160],
            )
            yield Link(
                place=place,
                written=written,
                path=found,
                anchor=_without_selector(unquote(anchor).lower()),
            )


def _is_address(project: Project, file: Path, generator: str, path: str) -> bool:
    """Return whether a link of a page is one of the site that it is part of, and no file here."""
    return (
        not sites.is_file(generator, path)
        or _is_route(project, file, path)
        or (generator == "Docusaurus" and sites.is_translated(file))
        or (not generator and sites.is_page(project, file, path))
        or (path.startswith("../") and sites.is_mounted(project, file))
        or (path.startswith("/") and path.strip("/") in sites.permalinks(project))
    )


_NAMED_LATER = regex(r"[A-Z][A-Z0-9]*_[A-Z0-9_]*/")
"""A placeholder at the start of an address: IMG_URL/a.png."""

_FEW = 3
"""Addresses of pages in a folder from which on it is a site."""


def _is_of_a_site(project: Project, file: Path, path: str) -> bool:
    """Return whether a link is an address of a site that an application makes of pages."""
    if _NAMED_LATER.match(path):
        return True
    return _is_pretty(project, file, path) and file.parent in project.once(
        "folders of pages", lambda: _sites(project)
    )


def _sites(project: Project) -> frozenset[Path]:
    times: Counter[Path] = Counter()
    for file in texts(project):
        paths = (link.destination.partition("#")[0] for link in _markdown(project, file).links)
        times[file.parent] += sum(_is_pretty(project, file, path) for path in paths)
    return frozenset(folder for folder, number in times.items() if number >= _FEW)


def _is_pretty(project: Project, file: Path, path: str) -> bool:
    """Return whether a path is the address of a page beside, as it is seen from the own address.

    The page of a.md is at a/, so that b.md is at ../b/ from there.
    """
    words = re.fullmatch(r"(?:\.\./)?([\w-]+)/?", path)
    if words is None or (not path.startswith("../") and not path.endswith("/")):
        return False
    beside = file.parent / f"{words[1]}.md"
    there = project.relative((file.parent / path).as_posix())
    return project.has(beside) and not project.has(there) and there not in project.folders


_FORM = regex(r"(?:pull_request|issue|merge_request)_template", re.IGNORECASE)


def is_form(file: Path) -> bool:
    """Return whether a text is what the author of a change or an issue begins with."""
    return _FORM.search(file.as_posix()) is not None


def _is_filled_in(file: Path, written: str) -> bool:
    """Return whether a link of a form is a word that its author replaces, or an address."""
    if is_form(file) and re.match(r"/[\w.-]+/[\w.-]+/(?:blob|tree|issues|pull|wiki|raw)/", written):
        return True  # an address of the host, from its root
    if _COPIED.match(file.name) and not is_form(file) and not written.startswith("/"):
        return True  # a file beside the page that is made of it, in another folder
    is_template = is_form(file) or _TEMPLATE.search(file.name) is not None
    return is_template and re.fullmatch(r"[\w -]+", written) is not None


_COPIED = regex(r"templates?[-_].*\.md$", re.IGNORECASE)
"""One of several templates for a page, such as template-library.md: it is copied elsewhere."""


_TEMPLATE = regex(r"[-_.]templates?\.md$|^templates?[-_.].*\.md$", re.IGNORECASE)
"""A text that a program or an author completes, such as README-template.md."""


_RENDERED = frozenset(
    {
        *("views", "source", "content", "contents", "_docs", "_posts", "_pages", "pages"),
        *("site", "website", "www", "public", "static"),
    }
)
"""Folders of texts that an application or a generator makes the pages of a site of."""


def _is_route(project: Project, file: Path, path: str) -> bool:
    """Return whether a link of a page is an address of the site that it is part of, and no file.

    It is absolute, is not a Markdown page, and begins with a folder that the repository does not
    have.
    """
    first = path.strip("/").partition("/")[0]
    return (
        path.startswith("/")
        and not _RENDERED.isdisjoint(file.parts[:-1])
        and bool(first)
        and Path(path).suffix != ".md"
        and Path(first) not in project.folders
        and not project.has(first)
    )


def _markdown(project: Project, file: Path) -> Markdown:
    return project.once(("markdown", file), lambda: markdown.read(project.text(file)))


def _without_selector(anchor: str) -> str:
    """Return an anchor without the invisible sign that makes an emoji.

    GitHub keeps it, and authors leave it out.
    """
    return re.sub("[\ufe00-\ufe0f]", "", anchor)


def _lines(project: Project, file: Path) -> Iterator[tuple[int, str, str]]:
    """Yield number, text and kind of each line.

    Kinds are "prose", "shell", "plain" (a fence of no language) and "other".
    """
    kind, fence = "prose", ""
    for number, line in enumerate(project.lines(file), 1):
        found = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if found and (not fence or found[1].startswith(fence)):
            kind, fence = ("prose", "") if fence else (_kind(found[2].lower()), found[1])
        else:
            yield number, line[:4000], kind


def _kind(language: str) -> str:
    if language in _SHELLS:
        return "shell"
    return "other" if language else "plain"
