"""Read Markdown: links, headings and anchors with lines, as GitHub and GitLab do.

The rules are those of CommonMark (https://spec.commonmark.org/0.31.2/), for what decides whether
something is a link: code, HTML and their borders, backslashes, nested brackets, references. The
names of headings are made as GitHub's TableOfContentsFilter makes them
(https://github.com/gjtorikian/html-pipeline), and as GitLab does where it differs.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from scaffolder.formats.regex import regex

_PUNCTUATION = r"!-/:-@\[-`{-~"
_ESCAPE = regex(rf"\\([{_PUNCTUATION}])")
_TAG = regex(
    r"</?[A-Za-z][\w-]*(?:\s+[\w:@.-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?)*\s*/?>|<!--.*?-->",
    re.S,
)
_AUTOLINK = regex(r"<[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*>|<[\w.+-]+@[\w.-]+>")
_ANCHOR = regex(r"<\w+\b[^>]*?\s(?:id|name)\s*=\s*[\"']?([^\s\"'>]+)")
_HTML_HEADING = regex(r"<h([1-6])\b[^>]*>(.*?)</h\1\s*>", re.S | re.I)
_DEFINITION = regex(
    r" {0,3}\[((?:[^\]\\\[]|\\.)+)\]:\s*(?:<([^<>\n]*)>|([^\s<]\S*))(?:\s+[\"'(].*)?\s*$"
)
_TITLE = regex(r" *(?:\"[^\"]*\"|'[^']*'|\([^()]*\))\s*$")
_DEFINITION_START = regex(r" {0,3}\[((?:[^\]\\\[]|\\.)+)\]:\s*$")

_LIST = regex(r"( *)([-*+]|\d{1,9}[.)])( +|$)")
_QUOTE = regex(r" {0,3}> ?")
_QUOTE_IN_LIST = regex(r" *> ?")
_FENCE = regex(r"(`{3,})([^`]*)$|(~{3,})(.*)$")
_ATX = regex(r"(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_SETEXT = regex(r"(?:=+|-+)[ \t]*$")
_RULE = regex(r" *(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$")
_RAW = regex(r"<(pre|script|style|textarea)(?=[\s>]|$)", re.I)
_BLOCK_TAG = regex(
    r"</?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|"
    r"dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|"
    r"menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|"
    r"tr|track|ul)(?=[\s>/]|$)",
    re.I,
)
_PLAIN = regex(r"[^\\`<&\[\]!()]+")
_ENTITY = regex(r"&(?:#\d+|#x[\da-fA-F]+|\w+);")
_REFERENCE = regex(r"\[((?:[^\]\\\[]|\\.)*)\]")
_WORD = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Pc"})
_KEPT = "\ue000"
"""Stands for an underscore outside emphasis, while the signs of emphasis are taken out."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link or an image: its line, and its destination with its escapes resolved."""

    line: int
    destination: str


@dataclass(frozen=True, kw_only=True)
class Markdown:
    """The links of a text and its anchors, in lower case."""

    links: tuple[Link, ...]
    anchors: frozenset[str]
    headings: tuple[str, ...]
    """The texts of the headings, as a reader sees them."""


def read(text: str) -> Markdown:
    """Return the links and anchors of a Markdown text."""
    reader = _Reader(lines=text.expandtabs(4).split("\n"))
    reader.read()
    return reader.result()


_OF_NO_WORD = regex(r"[^a-z0-9_ -]+")


def slug(heading: str) -> str:
    """Return GitHub's name of a heading, without the number that tells it from an earlier one."""
    if heading.isascii():
        return _OF_NO_WORD.sub("", heading.lower()).replace(" ", "-")
    return "".join(
        sign for sign in heading.lower() if sign in "-_ " or _is_of_a_word(sign)
    ).replace(" ", "-")


def mkdocs_slugs(headings: tuple[str, ...]) -> frozenset[str]:
    """Return MkDocs' names of headings.

    They have no blank at an end, one hyphen for any row, `_1` for the second.
    """
    names: set[str] = set()
    for heading in headings:
        text = re.sub(r"\s*\{[^}]*\}\s*$", "", heading)
        text = re.sub(r":(?:material|fontawesome|octicons|simple)-[\w-]+:", "", text)  # an icon
        name = base = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", text).strip().lower())
        times = 0
        while name in names:
            times += 1
            name = f"{base}_{times}"
        names.add(name)
    return frozenset(names)


def _is_of_a_word(sign: str) -> bool:
    r"""Return whether Ruby's \p{Word} has it.

    The invisible sign that only sets an emoji's style is left out here and in links.
    """
    if sign.isascii():
        return sign.isalnum()
    return unicodedata.category(sign) in _WORD and not "\ufe00" <= sign <= "\ufe0f"


@dataclass
class _Reader:
    """Splits a text into blocks, and hands the text of each to the reader of links."""

    lines: list[str]
    paragraph: list[tuple[int, str]] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    """How far the content of each open list item is indented."""
    outside: list[int] | None = None
    """Those of the list around the quote that is open; None outside of quotes."""
    lazy: bool = False
    """Whether the line continues the paragraph of a quote without saying so."""
    headings: list[_Inline | str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    definitions: dict[str, Link] = field(default_factory=dict)
    blocks: list[_Inline] = field(default_factory=list)
    at: int = 0

    def read(self) -> None:
        self._skip_front_matter()
        while self.at < len(self.lines):
            number, line = self.at + 1, self.lines[self.at]
            self.at += 1
            rest = self._content(line)
            if not rest.strip():
                self._close()
            elif not self._is_code(rest):
                self._block(number, rest)
        self._close()

    def result(self) -> Markdown:
        links: dict[Link, None] = {}
        for block in self.blocks:
            links.update(dict.fromkeys(block.links()))
            self.names.update(block.names())
        headings = [
            heading if isinstance(heading, str) else heading.heading() for heading in self.headings
        ]
        names = frozenset(_anchors(headings) | self.names)
        return Markdown(links=tuple(links), anchors=names, headings=tuple(headings))

    def _skip_front_matter(self) -> None:
        if self.lines and self.lines[0].rstrip() == "---":
            ends = (
                number
                for number, line in enumerate(self.lines[1:], 2)
                if line.rstrip() in {"---", "..."}
            )
            self.at = next(ends, 0)

    def _content(self, line: str) -> str:
        """Return the line without the marks of quotes and items around it.

        Opens and closes items.
        """
        rest, inside = line, self.offsets or self.outside
        while quote := (_QUOTE_IN_LIST if inside else _QUOTE).match(rest):
            rest = rest[quote.end() :]
        quoted = len(rest) != len(line)
        if quoted and self.outside is None:
            self._close()
            self.outside, self.offsets = self.offsets, []
        elif not quoted and self.outside is not None and not (self.paragraph and rest.strip()):
            self._leave_quote()
        self.lazy = not quoted and self.outside is not None
        return rest

    def _leave_quote(self) -> None:
        self._close()
        self.offsets, self.outside, self.lazy = self.outside or [], None, False

    def _interrupt(self, rest: str) -> None:
        """End the paragraph above a line that starts another block.

        Also the quote and the items that it is not inside.
        """
        if self.lazy:
            self._leave_quote()
        self._close()
        while self.offsets and len(rest) - len(rest.lstrip()) < self.offsets[-1]:
            self.offsets.pop()

    def _is_code(self, rest: str) -> bool:
        """Return whether the line is code by its indentation.

        Four blanks more than its container, outside a paragraph.
        """
        indent = len(rest) - len(rest.lstrip())
        if not self.paragraph:
            while self.offsets and indent < self.offsets[-1]:
                self.offsets.pop()
        return not self.paragraph and indent >= (self.offsets[-1] if self.offsets else 0) + 4

    def _block(self, number: int, rest: str) -> None:
        rest = self._items(rest)
        text = rest.lstrip()
        if self._is_fence(rest) or self._is_html(rest):
            return
        if self._is_underline(rest):
            self._heading()
        elif heading := self._starts(_ATX, rest):
            self._interrupt(rest)
            self.paragraph = [(number, heading[2] or "")]
            self._heading()
        elif self._starts(_RULE, rest):
            self._interrupt(rest)
        elif not self.paragraph and self._is_definition(number, text):
            return
        else:
            if text.startswith("|"):  # a row of a table is a text of its own
                self._close()
            self.paragraph.append((number, text))

    def _is_underline(self, rest: str) -> bool:
        """Whether the line makes a heading of the lines above it."""
        inside = len(rest) - len(rest.lstrip()) >= (self.offsets[-1] if self.offsets else 0)
        return (
            bool(self.paragraph)
            and inside
            and not self.lazy
            and self._starts(_SETEXT, rest) is not None
        )

    def _starts(self, kind: re.Pattern[str], rest: str) -> re.Match[str] | None:
        """Return how the line starts a block; None if its indentation continues the paragraph."""
        text = rest.lstrip()
        found = kind.match(text)
        if found is None:
            return None
        indent = len(rest) - len(text)
        outer = max((offset for offset in self.offsets if offset <= indent), default=0)
        return found if indent - outer < 4 else None

    def _items(self, rest: str) -> str:
        """The line without the marks of the list items that start in it."""
        while (
            (item := _LIST.match(rest)) and not _RULE.match(rest) and not self._is_underline(rest)
        ):
            self._interrupt(rest)
            indent = len(item[1])
            blanks = len(item[3]) if 0 < len(item[3]) < 5 else 1
            width = indent + len(item[2]) + blanks
            self.offsets.append(width)
            rest = " " * width + rest[item.end() :].lstrip()
            if not rest.strip() or not _LIST.match(rest.lstrip()):
                break
        return rest

    def _is_fence(self, rest: str) -> bool:
        fence = self._starts(_FENCE, rest)
        if fence is None:
            return False
        self._interrupt(rest)
        marks = fence[1] or fence[3]
        closing = re.compile(rf"(?: *> ?)* *{re.escape(marks[0])}{{{len(marks)},}}\s*$")
        outer = self.offsets[-1] if self.offsets else 0
        while self.at < len(self.lines):
            line = self.lines[self.at]
            indent = len(line) - len(line.lstrip())
            if self.outside is not None and not _QUOTE_IN_LIST.match(line):
                break
            if self.outside is None and outer and line.strip() and indent < min(outer, 2):
                break  # the list item ends, and the fence with it
            self.at += 1
            if closing.match(line):
                break
        return True

    def _is_html(self, rest: str) -> bool:
        """Return whether the line starts a block of HTML, and skip the block's other lines."""
        text = rest.lstrip()
        if not text.startswith("<"):
            return False
        alone = _TAG.match(text)
        whole = alone is not None and not text[alone.end() :].strip() and not self.paragraph
        if raw := _RAW.match(text):
            ends = re.compile(rf"</{raw[1]}>", re.I)
        elif text.startswith("<!--"):
            ends = re.compile("-->")
        elif _BLOCK_TAG.match(text) or (whole and not text.startswith("<!")):
            ends = re.compile(r"^\s*(?:> ?)*\s*$")
        else:
            return False
        self._interrupt(rest)
        lines = [text]
        while not ends.search(lines[-1]) and self.at < len(self.lines):
            lines.append(self.lines[self.at])
            self.at += 1
        if not raw and not text.startswith("<!--"):
            self._html("\n".join(lines))
        elif behind := ends.split(lines[-1], maxsplit=1)[1:]:
            self._html(behind[0])
        return True

    def _html(self, text: str) -> None:
        text = re.sub("<!--.*?-->", "", text, flags=re.S)
        self.names.update(name.lower() for name in _ANCHOR.findall(text))
        for heading in _HTML_HEADING.finditer(text):
            self.headings.append(html.unescape(_TAG.sub("", heading[2])))

    def _is_definition(self, number: int, text: str) -> bool:
        found = _DEFINITION.match(text)
        label, destination = (
            (found[1], found[2] if found[2] is not None else found[3]) if found else ("", "")
        )
        if not found and (start := _DEFINITION_START.match(text)) and self.at < len(self.lines):
            destination = self.lines[self.at].strip().strip("<>")
            label, number = start[1], number + 1
            if not destination or " " in destination:
                return False
            self.at += 1
        if not label or label.startswith("^"):
            return False
        if self.at < len(self.lines) and _TITLE.match(self.lines[self.at]):
            self.at += 1
        self.definitions.setdefault(
            _label(label), Link(line=number, destination=_plain(destination))
        )
        return True

    def _heading(self) -> None:
        self.paragraph[-1] = (self.paragraph[-1][0], self.paragraph[-1][1].rstrip())
        self.headings.append(_Inline.of(self.paragraph, self.definitions))
        self._close()

    def _close(self) -> None:
        if self.paragraph:
            self.blocks.append(_Inline.of(self.paragraph, self.definitions))
            self.paragraph = []


@dataclass
class _Inline:
    """The text of one paragraph or heading."""

    text: str
    starts: list[int]
    """Where each of its lines starts."""
    numbers: list[int]
    definitions: dict[str, Link]
    unclosed: set[int] = field(default_factory=set)
    """Numbers of backticks that no later run has."""

    @classmethod
    def of(cls, block: list[tuple[int, str]], definitions: dict[str, Link]) -> _Inline:
        starts, length = [], 0
        for _, line in block:
            starts.append(length)
            length += len(line) + 1
        text = "\n".join(line for _, line in block)
        return cls(
            text=text,
            starts=starts,
            numbers=[number for number, _ in block],
            definitions=definitions,
        )

    def links(self) -> list[Link]:
        """The links, in the order of their ends."""
        return [] if "[" not in self.text else [link for _, _, _, link in self._found()]

    def names(self) -> set[str]:
        """The names that tags of HTML give to a place in the text."""
        if "<" not in self.text:
            return set()
        names = chain.from_iterable(map(_ANCHOR.findall, self._tags()))
        return {name.lower() for name in names}

    def heading(self) -> str:
        """Return the text that a reader sees.

        No tags, images, destinations and signs of emphasis.
        """
        cut: list[tuple[int, int]] = []
        for start, middle, end, _ in self._found():
            cut.append((start, end) if self.text[start] == "!" else (start, start + 1))
            cut.append((middle, end))
        pieces = []
        for start, _, text in self._pieces():
            if not any(first <= start < last for first, last in cut):
                pieces.append(text)
        return _without_emphasis("".join(pieces)).replace(_KEPT, "_")

    def _pieces(self) -> Iterator[tuple[int, int, str]]:
        """Yield each sign, code, tag and escaped sign: its start, its end, and the shown text."""
        at = 0
        while at < len(self.text):
            end, shown = self._piece(at)
            yield at, end, shown
            at = end

    def _piece(self, at: int) -> tuple[int, str]:
        text, sign = self.text, self.text[at]
        if plain := _PLAIN.match(text, at):
            return plain.end(), plain[0]
        if sign == "\\" and (escape := _ESCAPE.match(text, at)):
            return escape.end(), escape[1].replace("_", _KEPT)
        if sign == "`":
            run = len(text) - at - len(text[at:].lstrip("`"))
            end = self._closing(at + run, run)
            if end is None:
                return at + run, ""
            return end + run, text[at + run : end].strip("\n").replace("_", _KEPT)
        if sign == "<":
            if link := _AUTOLINK.match(text, at):
                return link.end(), link[0][1:-1].replace("_", _KEPT)
            if tag := _TAG.match(text, at):
                return tag.end(), ""
        if sign == "&" and (entity := _ENTITY.match(text, at)):
            return entity.end(), html.unescape(entity[0])
        return at + 1, sign

    def _closing(self, start: int, run: int) -> int | None:
        """Return the start of the next run of exactly so many backticks."""
        if run in self.unclosed:
            return None
        for ticks in re.compile("`+").finditer(self.text, start):
            if ticks.end() - ticks.start() == run:
                return ticks.start()
        self.unclosed.add(run)
        return None

    def _tags(self) -> Iterator[str]:
        for start, end, _ in self._pieces():
            if self.text[start] == "<" and end - start > 1:
                yield self.text[start:end]

    def _found(self) -> Iterator[tuple[int, int, int, Link]]:
        """Yield each link: its start, the end of its text, its end, and its destination."""
        open_brackets: list[tuple[int, bool]] = []
        resume = 0
        for at, end, _ in self._pieces():
            sign = self.text[at:end]
            if at < resume:
                continue
            if sign == "[":
                image = at > 0 and self.text[at - 1] == "!"
                open_brackets.append((at - image, image))
            elif sign == "]" and open_brackets:
                start, image = open_brackets.pop()
                found = self._destination(start + image, at)
                if found is None:
                    continue
                resume, link = found
                yield start, at, resume, link
                if not image:  # a link holds no other link
                    open_brackets = [bracket for bracket in open_brackets if bracket[1]]

    def _destination(self, start: int, end: int) -> tuple[int, Link] | None:
        """Return the text behind a link that ends at `end`: a destination, a reference, or None."""
        follows = self.text[end + 1 : end + 2]
        if follows == "(" and (inline := _INLINE.match(self.text, end + 1)):
            written = inline["angle"] if inline["angle"] is not None else inline["plain"] or ""
            at = max(inline.start("angle"), inline.start("plain"), end)
            number = self.numbers[bisect_right(self.starts, at) - 1]
            return inline.end(), Link(line=number, destination=_plain(written))
        label, stop = self.text[start + 1 : end], end + 1
        if follows == "[" and (reference := _REFERENCE.match(self.text, end + 1)):
            label, stop = reference[1] or label, reference.end()
        definition = self.definitions.get(_label(label)) if len(label) < 1000 else None
        return (stop, definition) if definition else None


_PARENTHESES = r"(?:[^\s()<\\]|\\.|\((?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.)*+\))*+\))"
_INLINE = regex(
    rf"\(\s*(?:<(?P<angle>(?:[^<>\n\\]|\\.)*)>|(?P<plain>{_PARENTHESES}(?:{_PARENTHESES}|<)*+)?)"
    r"(?:\s+(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\)))?\s*\)"
)


def _plain(destination: str) -> str:
    """Return a destination as it is followed, with escapes and entities resolved."""
    return html.unescape(_ESCAPE.sub(r"\1", destination))


def _label(label: str) -> str:
    return " ".join(label.split()).casefold()


def _without_emphasis(text: str) -> str:
    """Return the text without underscores of emphasis; the other signs are not in names anyway."""
    before = None
    while before != text:
        before = text
        text = re.sub(
            r"(?<![\w\ue000])(_{1,3})(?=[^\s_])((?:(?!\1).)+?)(?<=[^\s_])\1(?![\w\ue000])",
            r"\2",
            text,
        )
    return text


def _anchors(headings: list[str]) -> set[str]:
    """The names of headings; one that is there already has a number behind it."""
    names: set[str] = set()
    seen: dict[str, int] = {}
    for heading in headings:
        # Docusaurus, MkDocs, Hugo
        if named := re.search(r"\{:?[^{}#]*#([\w-]+)[^{}]*\}", heading):
            names.add(named[1].lower())
        on_gitlab = re.sub("-{2,}", "-", slug(heading.strip()))
        without_name = re.sub(r"\s*\{[^{}]*#[\w-]+[^{}]*\}", "", heading) if named else heading
        for name in {slug(heading), on_gitlab, slug(without_name)}:
            times = seen.get(name, 0)
            seen[name] = times + 1
            names.add(f"{name}-{times}" if times else name)
    return names
