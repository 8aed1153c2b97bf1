"""Count the phrases that house style replaces: `python -m tools.plain_words`, in `make lint`.

It reads docstrings and comments of `scaffolder`, `tools` and `tests`, messages (string literals of
several words in `scaffolder`), the pages of `docs` and of the checks, README and CONTRIBUTING, and
the texts of generated repositories in `templates`. It counts, per 1,000 words of each part:

- a sentence that begins with "What" and is not a question: its noun is missing
- forms of the verb for speech: a file states, sets or has something
- "is" or "are" with "no"
- a clause with "where" for a condition ("if" or "for")

`tools/plain-words.yml` has the limit of each part. Limits only go down: a part that is better than
its limit by a tenth fails until the limit is lowered. Quotations and the stories of the labs are
left out. `docs/checks.md` is made from the pages of the checks, `docs/labs.md` from those stories.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tools import template_texts

ROOT = Path(__file__).resolve().parents[1]
LIMITS = ROOT / "tools/plain-words.yml"

PHRASES: Mapping[str, re.Pattern[str]] = {
    "what": re.compile(r"(?:^|(?<=[.;:!?] )|(?<=\n))What (?![^.?!]*\?)"),
    "say": re.compile(r"\b(?:say|says|said)\b(?! [\"'\\])", re.IGNORECASE),
    "is no": re.compile(r"\b(?:is|are) no\b(?! (?:longer|more))", re.IGNORECASE),
    "where": re.compile(
        r"(?:^|(?<=[.;:!?,(] )|(?<=only )|(?<=but )|(?<=and )|(?<=except ))"
        r"where (?:there|no|nothing|none|it|one|they|all|both|some|that|this|a|the)\b",
        re.IGNORECASE | re.MULTILINE,
    ),
}
"""The turns of phrase that are counted."""

FORBIDDEN = re.compile(r"\b(?:mend(?:s|ed|ing)?|anew|is silent|nobody|somebody)\b", re.IGNORECASE)
"""Words that no text for users has."""

FIRST_RELEASE = "0.12.0"
"""The first release of the templates whose notes are counted; older notes stay as they were."""

_FROM_OTHER_TEXTS = frozenset({"checks.md", "labs.md"})
_CODE = re.compile(r"```.*?```|`[^`]*`|<[^>]+>|https?://\S+", re.DOTALL)
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")


@dataclass
class Count:
    """How often each phrase occurs in the texts of one part, and where."""

    words: int = 0
    phrases: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in PHRASES})
    forbidden: list[str] = field(default_factory=list)

    def add(self, place: str, text: str) -> None:
        """Count one text; `place` is its file and line."""
        plain = _CODE.sub("`", text)
        self.words += len(_WORD.findall(plain))
        for name, pattern in PHRASES.items():
            self.phrases[name] += [
                f"{place}: {_around(plain, match)}" for match in pattern.finditer(plain)
            ]
        self.forbidden += [
            f"{place}: {_around(plain, match)}" for match in FORBIDDEN.finditer(plain)
        ]

    def rate(self, phrase: str) -> float:
        """Return occurrences per 1,000 words."""
        return 1000 * len(self.phrases[phrase]) / max(self.words, 1)


def main(arguments: list[str]) -> int:
    """Print the rates, or with the name of a part its places; return 1 if a limit is exceeded."""
    counts = count()
    if arguments:
        _print_places(counts, arguments)
        return 0
    limits = yaml.safe_load(LIMITS.read_text(encoding="utf-8"))
    problems = list(exceeded(counts, limits))
    for part, counted in counts.items():
        rates = "  ".join(f"{phrase} {counted.rate(phrase):.2f}" for phrase in PHRASES)
        sys.stdout.write(
            f"{part:<12} {counted.words:>7} words  {rates}  forbidden {len(counted.forbidden)}\n"
        )
    for problem in problems:
        sys.stderr.write(f"plain words: {problem}\n")
    return 1 if problems else 0


def count(root: Path = ROOT) -> dict[str, Count]:
    """Count the phrases in each part of the project at `root`."""
    return {part: _counted(root, read(root)) for part, read in PARTS.items()}


def exceeded(
    counts: Mapping[str, Count], limits: Mapping[str, Mapping[str, float]]
) -> Iterator[str]:
    """Describe each limit that is exceeded, and each that can be lowered."""
    for part, counted in counts.items():
        for phrase in PHRASES:
            rate, limit = counted.rate(phrase), limits[part][phrase]
            if rate > limit:
                yield (
                    f"{part}: {rate:.2f} of `{phrase}` in 1,000 words, the limit is {limit}; "
                    f"`python -m tools.plain_words {part}` lists them"
                )
            elif limit > GOAL and rate < limit * 0.9 - 0.05:
                yield (
                    f"{part}: `{phrase}` is at {rate:.2f}: "
                    f"lower its limit of {limit} in {LIMITS.name}"
                )
        limit = limits[part]["forbidden"]
        if len(counted.forbidden) > limit:
            yield (
                f"{part}: {len(counted.forbidden)} words that no text for users has, "
                f"the limit is {limit}; `python -m tools.plain_words {part} forbidden` lists them"
            )


GOAL = 0.5
"""Occurrences in 1,000 words that need no lower limit."""


def _counted(root: Path, texts: Iterator[tuple[str, str]]) -> Count:
    counted = Count()
    for place, text in texts:
        counted.add(place.removeprefix(f"{root}/"), text)
    return counted


def _print_places(counts: Mapping[str, Count], arguments: list[str]) -> None:
    phrases = arguments[1:] or [*PHRASES, "forbidden"]
    for phrase in phrases:
        counted = counts[arguments[0]]
        places = counted.forbidden if phrase == "forbidden" else counted.phrases[phrase]
        sys.stdout.writelines(f"{phrase}: {place}\n" for place in places)


def _around(text: str, match: re.Match[str]) -> str:
    start = text.rfind("\n", 0, match.start()) + 1
    end = text.find("\n", match.end())
    return text[start : end if end >= 0 else len(text)].strip()[:160]


def _modules(root: Path, *folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((root / folder).rglob("*.py"))


def _docstrings(root: Path) -> Iterator[tuple[str, str]]:
    for path in _modules(root, "scaffolder", "tools", "tests"):
        source = path.read_text(encoding="utf-8")
        for line, text in _docstrings_of(ast.parse(source)):
            yield f"{path}:{line}", text
        for line, text in _comments_of(source):
            yield f"{path}:{line}", text


def _docstrings_of(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if not isinstance(body, list):
            continue
        for statement in body:
            match statement:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    yield statement.lineno, text


def _comments_of(source: str) -> Iterator[tuple[int, str]]:
    """Yield blocks of comments; lines that follow each other are one text."""
    block: list[str] = []
    last = -1
    first = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT or token.string.startswith(("# type:", "# noqa", "#!")):
            continue
        if token.start[0] != last + 1 and block:
            yield first, " ".join(block)
            block = []
        if not block:
            first = token.start[0]
        block.append(token.string.lstrip("# "))
        last = token.start[0]
    if block:
        yield first, " ".join(block)


def _messages(root: Path) -> Iterator[tuple[str, str]]:
    """Yield string literals of several words, without docstrings: messages, titles, fixes."""
    for path in _modules(root, "scaffolder"):
        if "lab/labs" in path.as_posix():
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documented = {line for line, _ in _docstrings_of(tree)}
        for line, text in _literals(tree):
            if line not in documented and text.count(" ") > 1:
                yield f"{path}:{line}", text


def _literals(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield string literals; an f-string is one text, with "…" for each of its values."""
    match node:
        case ast.Constant(value=str(text)):
            yield node.lineno, text
        case ast.JoinedStr():
            yield node.lineno, "".join(map(_literal, node.values))
            for value in node.values:
                if isinstance(value, ast.FormattedValue):
                    yield from _literals(value.value)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _literals(child)


def _literal(part: ast.expr) -> str:
    return str(part.value) if isinstance(part, ast.Constant) else "…"


def _pages(root: Path) -> Iterator[tuple[str, str]]:
    paths = [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").rglob("*.md"))]
    paths = [path for path in paths if path.name not in _FROM_OTHER_TEXTS]
    for path in paths:
        yield from _paragraphs(path)


def _check_pages(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((root / "scaffolder/checks").rglob("*.md")):
        yield from _paragraphs(path)


def _paragraphs(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the paragraphs of a page with their lines, code blocks and quotations left out."""
    line = 1
    for paragraph in re.split(r"(\n\s*\n)", _blanked(path.read_text(encoding="utf-8"))):
        if paragraph.strip() and not paragraph.lstrip().startswith(">"):
            joined = re.sub(r"\n(?![-*|#\d])", " ", paragraph)
            yield f"{path}:{line}", joined
        line += paragraph.count("\n")


def _blanked(text: str) -> str:
    """Return the page without its code blocks, its lines kept."""
    return re.sub(r"```.*?```", lambda match: "\n" * match[0].count("\n"), text, flags=re.DOTALL)


def _templates(root: Path) -> Iterator[tuple[str, str]]:
    yield from template_texts.read(root, FIRST_RELEASE)


PARTS: Mapping[str, Callable[[Path], Iterator[tuple[str, str]]]] = {
    "docstrings": _docstrings,
    "messages": _messages,
    "docs": _pages,
    "checks": _check_pages,
    "templates": _templates,
}
"""The parts of the project, and how their texts are read."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
