"""The pages that are written for the site: their blocks of commands, and their sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"
WRITTEN = (
    "index.md",
    "start.md",
    "first-lab.md",
    "the-wall.md",
    "four-pillars.md",
    "strategies.md",
    "which-rung.md",
    "two-hour-class.md",
    "weekend-alone.md",
    "template-authors.md",
)
WALKED = ("start.md", "which-rung.md", "two-hour-class.md", "weekend-alone.md")
"""Pages whose commands are typed in order, in one empty folder."""

IN_A_TERMINAL = ("first-lab.md",)
"""Pages whose commands `make lab-walk` types in a terminal, with the built wheel."""

WHOLE = {
    "adopt.md": "tests/e2e/test_adopt_document.py",
}
"""Pages of which a test of their own types every block, and that test."""

EXAMPLES = {
    "checks.md": "tests/unit/checks/test_page.py",
}
"""Pages whose blocks are contents of files, and the test that runs the checks on them."""

FOLLOWED_BY = (
    "tests/e2e/test_docs_are_followed.py",
    "tests/e2e/test_first_lab.py",
    "tests/e2e/test_lab_page.py",
    "tests/e2e/test_lab_transcripts.py",
    "tests/e2e/test_pages_are_typed.py",
    "tests/e2e/test_watch.py",
    "tests/unit/operate/test_postmortem.py",
)
"""The tests that type a block with the name that a comment before it gives: `followed: NAME`."""

ROOT = DOCS.parent
ON_THE_SITE = tuple(
    sorted(
        [
            *(file.relative_to(DOCS).as_posix() for file in DOCS.rglob("*.md")),
            *("../CONTRIBUTING.md", "../README.md", "../SECURITY.md"),
        ]
    )
)
"""Every page, as a path from the folder of the documents."""

_FENCE = re.compile(
    r"(?:^ *<!-- (?P<kind>not run|exit code|followed): (?P<value>[^\n]*?) -->\n)?"
    r"^(?P<indent> *)```(?:console|sh)\n(?P<text>.*?)^ *```$",
    re.DOTALL | re.MULTILINE,
)
_BLOCK = re.compile(
    r"(?:^ *<!-- (not run|exit code): ([^\n]*?) -->\n)?^( *)```console\n(.*?)^ *```\n"
    r"(?:\n```text\n(.*?)```\n)?",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, kw_only=True)
class Block:
    """Commands of one block, why they are not typed in a test, or how each one may end."""

    lines: tuple[str, ...]
    reason: str
    exit_codes: tuple[int, ...]
    output: str
    """The output of the last command, with a line … in place of others, or ""."""


def commands(page: str) -> list[Block]:
    """Return the blocks of a page in their order."""
    blocks = []
    for kind, value, indent, text, output in _BLOCK.findall(read(page)):
        lines = [line.removeprefix(indent) for line in text.splitlines()]
        assert all(line.startswith("$ ") for line in lines), f"{page}: {lines}"
        codes = re.findall(r"\d+", value) if kind == "exit code" else ["0"]
        blocks.append(
            Block(
                lines=tuple(line.removeprefix("$ ") for line in lines),
                reason=value if kind == "not run" else "",
                exit_codes=tuple(map(int, codes)),
                output=output,
            )
        )
    return blocks


def followed(page: str, name: str) -> list[str]:
    """Return the commands of the blocks of a page that have this name, without output and `$`."""
    blocks = [
        _commands(found["text"], found["indent"])
        for found in _FENCE.finditer(read(page))
        if (found["kind"], found["value"]) == ("followed", name)
    ]
    assert blocks, f"{page} has no block {name}"
    return blocks


def _commands(text: str, indent: str) -> str:
    lines = [line.removeprefix(indent) for line in text.splitlines()]
    if any(line.startswith("$ ") for line in lines):
        lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    return "".join(f"{line}\n" for line in lines)


def not_held(page: str, text: str, tests: str) -> list[str]:
    """Return the blocks of a page that nothing types and that have no reason; `tests` is their text."""
    if page in (*WALKED, *IN_A_TERMINAL, *WHOLE, *EXAMPLES):
        return []
    return [
        found["text"]
        for found in _FENCE.finditer(text)
        if not (found["kind"] == "not run" and found["value"])
        and not (found["kind"] == "followed" and f'("{page}", "{found["value"]}")' in tests)
    ]


def read(page: str) -> str:
    """Return the text of a page."""
    return (DOCS / page).read_text(encoding="utf-8")


def sentences(text: str) -> list[str]:
    """Return the sentences of a page, a cell of a table and a heading among them; code is left out."""
    text = re.sub(r"^ *```.*?^ *```", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = text.replace("|", "\n\n").replace("`", "")
    parts = [
        part for paragraph in re.split(r"\n\s*\n|\n *[*#\d]", text) for part in _split(paragraph)
    ]
    return [" ".join(part.split()) for part in parts if part.strip()]


def _split(paragraph: str) -> list[str]:
    return re.split(r"(?<=[.!?:;])\s", paragraph)


def typed(page: str) -> list[str]:
    """Return what blocks of commands of any page have to be typed, without comments at its end."""
    lines = []
    for kind, text in re.findall(
        r"^ *```(console|sh)\n(.*?)^ *```", read(page), re.DOTALL | re.MULTILINE
    ):
        for line in text.replace("\\\n", " ").splitlines():
            if kind == "sh" or line.lstrip().startswith("$ "):
                lines.append(line.strip().removeprefix("$ ").partition(" #")[0].strip())
    return lines
