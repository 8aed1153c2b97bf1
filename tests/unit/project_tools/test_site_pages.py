"""The site: its navigation, its links and its words, without building it; `make site-proof` looks at the result."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import click
import pytest
import yaml
from site_text import (
    DOCS,
    EXAMPLES,
    FOLLOWED_BY,
    IN_A_TERMINAL,
    ON_THE_SITE,
    WALKED,
    WHOLE,
    WRITTEN,
    commands,
    not_held,
    read,
    sentences,
    typed,
)
from support import ROOT

from scaffolder.cli import scaffold
from scaffolder.formats import markdown
from tools import site_pages

MAX_WORDS = 20


def navigation(entry: object) -> list[str]:
    """Return the pages that a part of the navigation names."""
    match entry:
        case str():
            return [entry]
        case list():
            return [page for part in entry for page in navigation(part)]
        case dict():
            return [page for part in entry.values() for page in navigation(part)]
    raise TypeError(entry)


@cache
def page(path: Path) -> markdown.Markdown:
    return markdown.read(path.read_text(encoding="utf-8"))


def test_the_navigation_names_each_page_once() -> None:
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    named = Counter(navigation(yaml.safe_load(settings.partition("\nnav:\n")[2])))
    generated = ("commands.md", "questions.md", "glossary.md", "versions.md")
    expected = [*site_pages.names().values(), *generated]
    assert named == Counter(expected), "each page belongs into `nav` of mkdocs.yml"


def test_no_link_of_a_page_is_dead() -> None:
    dead = [
        f"{path.relative_to(ROOT)}:{link.line}: {link.destination}"
        for path in DOCS.rglob("*.md")
        for link in page(path).links
        if not leads_somewhere(path, link.destination)
    ]
    assert dead == []


def leads_somewhere(path: Path, destination: str) -> bool:
    """Return whether a link leads to another host, or to a file and a heading that are here."""
    if re.match(r"[a-z]+:", destination):
        return True
    name, _, anchor = destination.partition("#")
    target = Path(posixpath.normpath(path.parent / name)) if name else path
    if not target.exists():
        return False
    return not anchor or anchor.lower() in page(target).anchors


def test_a_dead_link_is_seen() -> None:
    start = DOCS / "start.md"
    assert leads_somewhere(start, "install.md#upgrade")
    assert leads_somewhere(start, "https://example.com/x")
    assert not leads_somewhere(start, "install.md#downgrade")
    assert not leads_somewhere(start, "instal.md")


KNOWN = {
    "docs/a.md": "a.md",
    "docs/deep/README.md": "deep/README.md",
    "docs/deep/b.md": "deep/b.md",
    "docs/x.svg": "x.svg",
    "README.md": "overview.md",
}


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("docs/a.md", "see [b](deep/b.md#part).", "see [b](deep/b.md#part)."),
        ("docs/a.md", "see [all](deep).", "see [all](deep/README.md)."),
        ("docs/a.md", "see [it](../README.md#try-it).", "see [it](overview.md#try-it)."),
        ("docs/deep/b.md", "see [a](../a.md), [it](../../README.md)", "see [a](../a.md), [it](../overview.md)"),
        ("README.md", "see [b](docs/deep/b.md)", "see [b](deep/b.md)"),
        ("docs/a.md", "see [the code](../scaffolder/new.py#L3).", "see the code."),
        ("docs/a.md", "see [`x[0]`](../gone).", "see `x[0]`."),
        ("docs/a.md", "[here](#part), [there](https://example.com/a.md)", "[here](#part), [there](https://example.com/a.md)"),
        ("docs/deep/b.md", "![a line](../x.svg)", "![a line](../x.svg)"),
        ("docs/a.md", "```md\n[gone](../gone.md)\n```", "```md\n[gone](../gone.md)\n```"),
        ("docs/a.md", "~~~\n```\n[g](../g.md)\n~~~\n[g](../g.md)", "~~~\n```\n[g](../g.md)\n~~~\ng"),
    ],
)  # fmt: skip
def test_links_become_those_of_the_site(source: str, text: str, expected: str) -> None:
    assert site_pages.rewritten(text, source, KNOWN) == expected


@pytest.mark.parametrize("name", WRITTEN)
def test_every_command_of_a_page_exists_with_its_options(name: str) -> None:
    for block in commands(name):
        assert name in (*WALKED, *IN_A_TERMINAL) or block.reason, (
            "nothing types these commands, and no reason is given"
        )
        for line in block.lines:
            if line.startswith("scaffold "):
                parse(shlex.split(line)[1:])


@pytest.mark.parametrize("name", ON_THE_SITE)
def test_every_block_of_commands_is_typed_by_a_test_or_has_a_reason(name: str) -> None:
    assert not_held(name, read(name), texts(FOLLOWED_BY)) == []


def test_the_tests_that_type_a_page_read_it() -> None:
    for page, test in {**WHOLE, **EXAMPLES}.items():
        assert page in texts((test,))
    for test in FOLLOWED_BY:
        assert re.search(r'\("[a-z-]+\.md", "[a-z]+"\)', texts((test,))), f"{test} types no block"


@cache
def texts(tests: Sequence[str]) -> str:
    return "".join((ROOT / test).read_text(encoding="utf-8") for test in tests)


BLOCK = "```sh\nmake it\n```\n"


@pytest.mark.parametrize(
    ("text", "tests", "held"),
    [
        (BLOCK, "", False),
        (f"<!-- not run: it needs a cloud -->\n{BLOCK}", "", True),
        (f"<!-- not run:  -->\n{BLOCK}", "", False),
        (f"<!-- followed: make -->\n{BLOCK}", 'followed("a.md", "make")', True),
        (f"<!-- followed: make -->\n{BLOCK}", 'followed("b.md", "make")', False),
        (f"<!-- followed: make -->\n{BLOCK}", "", False),
        (f"<!-- not run: it needs a cloud -->\n\n{BLOCK}", "", False),
        ("1. first\n\n   ```console\n   $ make it\n   ```\n", "", False),
    ],
)  # fmt: skip
def test_a_block_with_neither_is_seen(text: str, tests: str, held: bool) -> None:
    assert (not_held("a.md", text, tests) == []) is held


@pytest.mark.parametrize("name", [name for name in ON_THE_SITE if name not in EXAMPLES])
def test_every_command_of_another_page_exists_with_its_options(name: str) -> None:
    for line in typed(name):
        if line.startswith("scaffold "):
            parse(shlex.split(line)[1:])


def test_every_block_of_commands_is_seen() -> None:
    for name in WRITTEN:
        assert len(commands(name)) == read(name).count("```console")


def test_an_unknown_option_is_seen() -> None:
    with pytest.raises(click.NoSuchOption):
        parse(["check", "orders", "--no-such"])
    with pytest.raises(AssertionError):
        parse(["lab", "dance"])


def parse(arguments: list[str]) -> None:
    """Fail for a command or an option that does not exist."""
    command: click.Command = scaffold
    context = click.Context(command, info_name="scaffold")
    while isinstance(command, click.Group) and arguments:
        name, *arguments = arguments
        found = command.get_command(context, name)
        assert found, name
        command = found
        context = click.Context(command, info_name=name, parent=context)
    command.make_parser(context).parse_args(list(arguments))


@pytest.mark.parametrize("name", WRITTEN)
def test_sentences_are_short(name: str) -> None:
    long = [sentence for sentence in sentences(read(name)) if len(sentence.split()) > MAX_WORDS]
    assert long == []


@pytest.mark.parametrize("file", sorted(DOCS.glob("diagrams/*.svg")), ids=lambda file: file.stem)
def test_a_picture_has_a_title_and_a_description_and_is_on_a_page_with_words(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace('"http://www.w3.org/2000/svg"', "")
    assert re.search(r'<title id="title">\w.*</title>', text)
    assert re.search(r'<desc id="desc">\w.*</desc>', text)
    assert "http" not in text, "a picture asks no other host"
    shown = [name for name in WRITTEN if f"](diagrams/{file.name})" in read(name)]
    assert shown
    assert all("The picture in words: " in read(name) for name in shown)
