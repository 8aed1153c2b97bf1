"""A Markdown file of the repository as a page, and the address here of what a message links."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from html import escape
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from scaffolder.formats.regex import regex
from scaffolder.repository.project import Project

PLACE = "/file/"

_FENCE = "```"

_INLINE = regex(
    r"`(?P<code>[^`]+)`|\[(?P<words>[^\]]+)\]\((?P<to>[^)\s]+)\)|\*\*(?P<bold>[^*]+)\*\*|\*(?P<soft>[^*\s][^*]*)\*"
)
_ITEM = regex(r"(?P<indent>\s*)(?P<sign>[-*]|\d+\.)\s+(?P<text>.*)")
_HEADING = regex(r"(?P<signs>#{1,6})\s+(?P<text>.*?)\s*#*")
_ROW = regex(r"\s*\|(.*)\|\s*")
_RULE = regex(r"[\s|:-]+")


def local(project: Project, address: str) -> str | None:
    """Return where the page shows the file that an address of the host ends with, or None."""
    parts = PurePosixPath(unquote(urlsplit(address).path)).parts
    for start in range(1, len(parts)):
        name = "/".join(parts[start:])
        if project.has(name) and is_shown(name):
            return PLACE + quote(name)
    return None


def is_shown(name: str) -> bool:
    """Return whether the page shows a file: it is Markdown."""
    return name.endswith(".md")


def html(markdown: str, folder: PurePosixPath, known: Callable[[str], bool]) -> str:
    """Return Markdown as HTML; a relative link leads to a file that is `known`, or nowhere."""
    return "\n".join(_blocks(markdown.splitlines(), folder, known))


def _blocks(lines: list[str], folder: PurePosixPath, known: Callable[[str], bool]) -> Iterator[str]:
    def inline(text: str) -> str:
        return _inline(text, folder, known)

    at = 0
    while at < len(lines):
        line = lines[at]
        if line.lstrip().startswith(_FENCE):
            end = _until(lines, at + 1, lambda one: one.lstrip().startswith(_FENCE))
            yield _code(lines[at + 1 : end])
            at = end + 1
        elif heading := _HEADING.fullmatch(line):
            level = len(heading["signs"])
            yield f"<h{level}>{inline(heading['text'])}</h{level}>"
            at += 1
        elif _ITEM.fullmatch(line):
            end = _until(lines, at, lambda one: not one.strip())
            yield _list(lines[at:end], inline)
            at = end
        elif _ROW.fullmatch(line):
            end = _until(lines, at, lambda one: not _ROW.fullmatch(one))
            yield _table(lines[at:end], inline)
            at = end
        elif line.strip():
            end = _until(lines, at, _ends_paragraph)
            yield f"<p>{inline(' '.join(one.strip() for one in lines[at:end]))}</p>"
            at = end
        else:
            at += 1


def _ends_paragraph(line: str) -> bool:
    is_code = line.lstrip().startswith(_FENCE)
    return not line.strip() or is_code or bool(_ITEM.fullmatch(line) or _HEADING.fullmatch(line))


def _until(lines: list[str], start: int, over: Callable[[str], bool]) -> int:
    """Return the number of the first line from `start` on that `over` is true of."""
    for number in range(start, len(lines)):
        if over(lines[number]):
            return number
    return len(lines)


def _list(lines: list[str], inline: Callable[[str], str]) -> str:
    """Return a list with its blocks of code; items below items are items."""
    items: list[list[str]] = []
    ordered = False
    at = 0
    while at < len(lines):
        line = lines[at]
        item = _ITEM.fullmatch(line)
        if item:
            ordered = ordered or item["sign"][0].isdigit()
            items.append([item["text"]])
        elif line.lstrip().startswith(_FENCE):
            end = _until(lines, at + 1, lambda one: one.lstrip().startswith(_FENCE))
            items[-1] += [_code(lines[at + 1 : end]), ""]
            at = end
        else:
            items[-1][-1] += f" {line.strip()}"
        at += 1
    name = "ol" if ordered else "ul"
    written = "".join(f"<li>{_item(parts, inline)}</li>" for parts in items)
    return f"<{name}>{written}</{name}>"


def _item(parts: list[str], inline: Callable[[str], str]) -> str:
    return "".join(part if part.startswith("<pre") else inline(part) for part in parts)


def _code(lines: list[str]) -> str:
    text = escape(textwrap.dedent("\n".join(lines)))
    return f'<pre tabindex="0"><code>{text}</code></pre>'


def _table(lines: list[str], inline: Callable[[str], str]) -> str:
    rows: list[str] = []
    for line in lines:
        if _RULE.fullmatch(line):
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        kind = "td" if rows else "th"
        rows.append("".join(f"<{kind}>{inline(cell)}</{kind}>" for cell in cells))
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    frame = '<div class="scroll" tabindex="0" role="group" aria-label="Table">'
    return f"{frame}<table>{body}</table></div>"


def _inline(text: str, folder: PurePosixPath, known: Callable[[str], bool]) -> str:
    parts, at = [], 0
    for found in _INLINE.finditer(text):
        parts.append(escape(text[at : found.start()], quote=False))
        parts.append(_marked(found, folder, known))
        at = found.end()
    return "".join([*parts, escape(text[at:], quote=False)])


def _marked(found: re.Match[str], folder: PurePosixPath, known: Callable[[str], bool]) -> str:
    if found["code"]:
        return f"<code>{escape(found['code'], quote=False)}</code>"
    if found["bold"]:
        return f"<b>{_inline(found['bold'], folder, known)}</b>"
    if found["soft"]:
        return f"<i>{escape(found['soft'], quote=False)}</i>"
    words = _inline(found["words"], folder, known)
    target = _target(found["to"], folder, known)
    return f'<a href="{escape(target)}">{words}</a>' if target else words


def _target(to: str, folder: PurePosixPath, known: Callable[[str], bool]) -> str:
    if urlsplit(to).scheme:
        return to if to.startswith(("http://", "https://")) else ""
    steps: list[str] = []
    for part in (folder / to.partition("#")[0]).parts:
        if part == "..":
            steps = steps[:-1]
        elif part != ".":
            steps.append(part)
    name = "/".join(steps)
    return PLACE + quote(name) if known(name) and is_shown(name) else ""
