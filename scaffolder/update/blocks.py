"""Find the block of each line of a text: the less indented headings above, in any format.

YAML, HCL, JSON, Makefiles, programs and pages put what belongs together below a heading, and indent
it or begin a section. A block is named by its headings, so that it is the same one wherever it is
in the text. An item of a list, and a brace without a word, have the name that a line inside gives
them (`name: lint`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from scaffolder.formats.regex import regex

Path = tuple[str, ...]
"""The headings above a line, the outermost first."""

Blocks = Mapping[Path, Counter[str]]
"""The lines of each block, without inner blocks; space around a line does not count."""

_LIKELY = 0.3
"""The share of its lines that a block keeps when it gets another name."""

_TAB = 8
_WORD = regex(r"\w")
_COMMENT = regex(r"(#|//|--|;)(?!!)")
_REMARK = regex(r"\s+(#|//)\s.*$")
_SECTION = regex(r"\[.+\]$|FROM\s\S|---(\s|$)", re.IGNORECASE)
_KEY = regex(r"""["']?([\w./$%{}()<>@+-]+(?: [\w./-]+)*)["']?\s*:(?:\s|$)""")
_OPENS = regex(r"[\s{\[(|>:+-]+$")
_BARE = regex(r"(?:-\s|-$|<|[\w-]*\s*[{\[(]+$)")
_NAMES = (
    *(
        "name",
        "id",
        "key",
        "alert",
        "record",
        "job_name",
        "job",
        "displayName",
        "title",
        "artifactId",
    ),
    *("stage", "task", "uses", "host", "path", "repo", "source", "from_port", "port"),
)
_NAMED = regex(rf"""(?:-\s+|[{{<]\s*)*["']?({"|".join(_NAMES)})["']?\s*[:=>]\s*(.+?)[\s,}}]*$""")
_MARKDOWN = regex(r"(#{1,6}) \S")


@dataclass(frozen=True)
class _Line:
    text: str
    indent: int
    parent: int | None
    apart: bool
    """Whether a blank line is above it."""

    @property
    def item(self) -> bool:
        return self.text == "-" or self.text.startswith("- ")


def of(text: str, *, flat: bool, page: bool, plain: Container[str] = ()) -> Blocks:
    """The blocks of `text`.

    In a `flat` one nothing is indented, and a comment after a blank line begins a section.

    `page` tells whether it is Markdown, in which `#` begins a heading; `plain` are lines that are
    not headings, however little they are indented.
    """
    lines, sections = _lines(text, flat=flat, page=page, plain=plain)
    children = defaultdict[int, list[int]](list)
    for at, line in enumerate(lines):
        if line.parent is not None:
            children[line.parent].append(at)
    paths: list[Path] = []
    found = defaultdict[Path, Counter[str]](Counter)
    for at, line in enumerate(lines):
        path = paths[line.parent] if line.parent is not None else sections[at]
        if at in children:
            path = (*path, _label(lines, at, children[at]))
        paths.append(path)
    for at, line in enumerate(lines):
        if _WORD.search(line.text):
            found[paths[_described(lines, children, at)]][line.text] += 1
    return found


def indented(text: str) -> bool:
    """Whether a line of `text` is indented."""
    return any(line[:1].isspace() and line.strip() for line in text.splitlines())


def renamed(base: Blocks, side: Blocks) -> dict[Path, Path]:
    """Return the blocks that `side` renamed, new name → old name; ambiguous ones are left out."""
    found: dict[Path, Path] = {}
    base_trees, side_trees = _trees(base), _trees(side)
    for depth in range(1, max((len(path) for path in base_trees), default=0) + 1):
        level = {translated(path, found): path for path in side_trees if len(path) == depth}
        gone = [path for path in base_trees if len(path) == depth and path not in level]
        came = [path for path in level if path not in base_trees]
        for path in gone:
            others = [new for new in came if new[:-1] == path[:-1]]
            likely = {new: _shared(base_trees[path], side_trees[level[new]]) for new in others}
            alike = {
                new: SequenceMatcher(None, path[-1], new[-1], autojunk=False).ratio()
                for new in others
            }
            if (
                others
                and (best := _best(likely)) == _best(alike)
                and best is not None
                and likely[best] >= _LIKELY
            ):
                found[level[best]] = path
                came.remove(best)
    return found


def translated(path: Path, names: Mapping[Path, Path]) -> Path:
    """`path` with the longest of its beginnings that is in `names` replaced."""
    for end in range(len(path), 0, -1):
        if path[:end] in names:
            return (*names[path[:end]], *path[end:])
    return path


def named(blocks: Blocks, names: Mapping[Path, Path]) -> Blocks:
    """`blocks`, each with its name in `names`."""
    if not names:
        return blocks
    found = defaultdict[Path, Counter[str]](Counter)
    for path, lines in blocks.items():
        found[translated(path, names)].update(lines)
    return found


def _lines(
    text: str, *, flat: bool, page: bool, plain: Container[str]
) -> tuple[list[_Line], list[Path]]:
    """All lines that are not blank, and the section that each is in."""
    lines: list[_Line] = []
    sections: list[Path] = []
    section: Path = ()
    above: list[int] = []
    blank = True
    for raw in text.splitlines():
        stripped = raw.strip()
        if not stripped:
            blank = True
            continue
        indent = _indent(raw)
        while stripped not in plain and above and lines[above[-1]].indent >= indent:
            above.pop()
        section = (
            _section(section, stripped, flat=flat and blank, page=page) if indent == 0 else section
        )
        sections.append(section)
        parent = next((at for at in reversed(above) if lines[at].indent < indent), None)
        lines.append(_Line(text=stripped, indent=indent, parent=parent, apart=blank))
        if not _is_comment(stripped) and stripped not in plain:
            above.append(len(lines) - 1)
        blank = False
    return lines, _documents(lines, sections)


def _section(section: Path, line: str, *, flat: bool, page: bool) -> Path:
    if page:
        heading = _MARKDOWN.match(line)
        return (
            (*(name for name in section if name.index(" ") < len(heading[1])), line)
            if heading
            else section
        )
    if _SECTION.match(line) or (flat and _is_comment(line)):
        return (line,)
    return section


def _documents(lines: Sequence[_Line], sections: list[Path]) -> list[Path]:
    """Return the sections with the documents of a YAML file, by their `kind` and `name`."""
    named: list[Path] = []
    start = 0
    ends = [
        at
        for at, line in enumerate(lines)
        if at and line.indent == 0 and line.text.startswith("---")
    ]
    for end in (*ends, len(lines)):
        part = lines[start:end]
        kind = next(
            (line.text for line in part if line.indent == 0 and line.text.startswith("kind:")), ""
        )
        name = (
            next((line.text for line in part if line.text.startswith("name:")), "") if kind else ""
        )
        own = (f"{kind} {name}",) if kind else ()
        named += [own or section for section in sections[start:end]]
        start = end
    return named


def _label(lines: Sequence[_Line], heading: int, inside: Sequence[int]) -> str:
    """The name of the block below a heading."""
    text = lines[heading].text
    if _BARE.match(text):
        candidates = [heading, *inside] if lines[heading].item else inside
        pairs = [
            match.groups()
            for at in candidates
            if (match := _NAMED.match(_REMARK.sub("", lines[at].text)))
        ]
        if pairs:
            name, value = min(pairs, key=lambda pair: _NAMES.index(pair[0]))
            return f"{name}: {value.split('<')[0].strip(_QUOTES)}"
    return _short(text)


_QUOTES = "\"' "


def _short(text: str) -> str:
    """A heading without what may change in it: "lint" for "lint: .venv ## Look at the style"."""
    text = _REMARK.sub("", text)
    if not text.startswith("- ") and (key := _KEY.match(text)):
        return key[1]
    return " ".join(_OPENS.sub("", text).split())


def _described(lines: Sequence[_Line], children: Mapping[int, list[int]], at: int) -> int:
    """Return the line that a comment is about: a heading right below it, or the line itself."""
    below = at
    while below + 1 < len(lines) and _is_comment(lines[below].text) and not lines[below + 1].apart:
        below += 1
    alike = lines[below].indent == lines[at].indent
    return below if alike and below in children else at


def _trees(blocks: Blocks) -> dict[Path, Counter[str]]:
    """The lines of each block with those of the blocks in it."""
    found = defaultdict[Path, Counter[str]](Counter)
    for path, lines in blocks.items():
        for end in range(1, len(path) + 1):
            found[path[:end]].update(lines)
    return found


def _shared(one: Counter[str], other: Counter[str]) -> float:
    """The share of the lines of the smaller block that both have."""
    return (one & other).total() / max(1, min(one.total(), other.total()))


def _best(scores: Mapping[Path, float]) -> Path | None:
    """The only one with the highest score."""
    highest = max(scores.values())
    best = [path for path, score in scores.items() if score == highest]
    return best[0] if len(best) == 1 else None


def _indent(raw: str) -> int:
    """Return the depth of a line; a list's item is inside the key above it in the same column."""
    width = len(raw.expandtabs(_TAB)) - len(raw.expandtabs(_TAB).lstrip())
    stripped = raw.lstrip()
    return 2 * width + (1 if stripped.startswith("- ") or stripped.rstrip() == "-" else 0)


def _is_comment(line: str) -> bool:
    return bool(_COMMENT.match(line)) and not line.startswith("---")


def differences(
    base: Blocks, ours: Blocks, theirs: Blocks, result: Blocks
) -> Iterator[tuple[Path, str]]:
    """Yield lines of `result` that differ, by block, from the merge of three sides."""
    yield from changed(base, ours, theirs, result)
    yield from changed(base, theirs, ours, result)


def changed(base: Blocks, one: Blocks, other: Blocks, result: Blocks) -> Iterator[tuple[Path, str]]:
    """Yield lines of `result` that side `one` left alone and the `other`, by block, lacks."""
    for path in {*base, *one, *other, *result}:
        old, left, wanted, found = (
            side.get(path, Counter()) for side in (base, one, other, result)
        )
        for line in {*old, *left, *wanted, *found}:
            if left[line] == old[line] and found[line] != wanted[line]:
                yield path, line
