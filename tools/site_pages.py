"""Write the pages of the site into build/pages, for `make site`: `python -m tools.site_pages`.

The Markdown of docs/ is written for a reader on a Git host. The site has the same pages, plus the
texts at the root of the project and pages from the program itself: its commands, questions, words
and versions. A link to a file outside the site becomes plain text.
"""

from __future__ import annotations

import json
import posixpath
import re
import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path

import click
from click.testing import CliRunner

from scaffolder.cli import scaffold
from scaffolder.lab import glossary

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = ROOT / "build/pages"
ROOT_PAGES = ("CHANGELOG.md", "CONTRIBUTING.md", "README.md", "SECURITY.md")
"""The texts at the root of the project that are pages of the site."""

_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def main() -> None:
    """Write every page again."""
    shutil.rmtree(PAGES, ignore_errors=True)
    for name, text in written().items():
        _write(name, text)
    for name, text in generated().items():
        _write(name, text)
    for file in copied():
        target = PAGES / file.relative_to(DOCS)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def names() -> dict[str, str]:
    """Return the pages that are in the repository: from the path there to the path in the site."""
    inside = {
        file.relative_to(ROOT).as_posix(): file.relative_to(DOCS).as_posix()
        for file in sorted(DOCS.rglob("*.md"))
    }
    return inside | {name: _in_site(name) for name in ROOT_PAGES}


def copied() -> list[Path]:
    """Return the files of docs/ that pages show or link, without the pages."""
    return [
        file for file in sorted(DOCS.rglob("*")) if file.suffix in (".css", ".js", ".json", ".svg")
    ]


def written() -> dict[str, str]:
    """Return the text of each page that is in the repository, with the links of the site."""
    known = names()
    known |= {file.relative_to(ROOT).as_posix(): _under_docs(file) for file in copied()}
    return {
        target: rewritten((ROOT / source).read_text(encoding="utf-8"), source, known)
        for source, target in names().items()
    }


def generated() -> dict[str, str]:
    """Return the pages that are made from the program."""
    return {
        "commands.md": _commands(),
        "questions.md": _questions(),
        "glossary.md": _glossary(),
        "versions.md": _versions(),
    }


def rewritten(text: str, source: str, known: dict[str, str]) -> str:
    """Return a page of the site: its links lead to pages of the site, or become text.

    `source` is its path in the repository; `known` maps such paths to those in the site.
    """
    lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        border = _FENCE.match(line)
        if fence:
            fence = "" if border and border[1].startswith(fence) else fence
        elif border:
            fence = border[1]
        else:
            line = _with_links(line, source, known)
            line = line.replace("<details>", '<details markdown="1">')
        lines.append(line)
    return "\n".join(lines)


def _with_links(line: str, source: str, known: dict[str, str]) -> str:
    def replaced(link: re.Match[str]) -> str:
        image, label, target = link.groups()
        path, mark, anchor = target.partition("#")
        if not path or ":" in path:
            return link[0]
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        wanted = f"{wanted}/README.md" if f"{wanted}/README.md" in known else wanted
        if wanted not in known:
            return label
        here = posixpath.dirname(known[source])
        return f"{image}[{label}]({posixpath.relpath(known[wanted], here or '.')}{mark}{anchor})"

    return _LINK.sub(replaced, line)


def _in_site(name: str) -> str:
    # A README is the index of its folder for the builders, and the site has an index of its own.
    return "overview.md" if name == "README.md" else name.lower()


def _under_docs(file: Path) -> str:
    return file.relative_to(DOCS).as_posix()


def _write(name: str, text: str) -> None:
    target = PAGES / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def _commands() -> str:
    head = "# Commands\n\nThe help of each command, as `--help` prints it.\n"
    context = click.Context(scaffold, info_name="scaffold")
    return head + "".join(_helps(scaffold, context))


def _helps(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"\n## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if not isinstance(command, click.Group):
        return
    for name in command.list_commands(context):
        part = command.get_command(context, name)
        if part and not part.hidden:
            yield from _helps(part, click.Context(part, info_name=name, parent=context))


def _questions() -> str:
    head = (
        "# Questions\n\nWhat `scaffold new` asks. Each question has a flag and a variable."
        " The file `copier.yml` and those beside the templates define them.\n\n"
        "| question | flag | choices | default | about |\n|---|---|---|---|---|\n"
    )
    rows = [
        f"| `{row['name']}` | `{row['flag']}` | {', '.join(row['choices']) or 'any'}"
        f" | {_cell(row['default'])} | {escape(row['help'])} |\n"
        for row in _listed("questions")
    ]
    return head + "".join(rows)


def _glossary() -> str:
    head = "# Glossary\n\nThe words of the course. `scaffold explain WORD` prints the same.\n"
    return head + "".join(
        f"\n## {term.term}\n\n{term.what}\n\n**Why.** {term.why}\n\n**Where.** `{term.where}`\n"
        for term in glossary.every()
    )


def _versions() -> str:
    head = (
        "# Versions\n\n"
        "Each version that a generated repository pins, and the day its support ends.\n\n"
        "| name | version | ends | read from |\n|---|---|---|---|\n"
    )
    return head + "".join(
        f"| {row['name']} | {row['version']} | {row['ends'] or '-'} | <{row['source']}> |\n"
        for row in _listed("versions")
    )


def _listed(what: str) -> list[dict[str, str]]:
    result = CliRunner().invoke(
        scaffold, ["list", what, "--format", "json"], catch_exceptions=False
    )
    rows: list[dict[str, str]] = json.loads(result.stdout)
    return rows


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "required" if value is None else str(value)


if __name__ == "__main__":
    main()
