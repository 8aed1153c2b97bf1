"""Write docs/labs.md from the files of the labs: `python -m tools.lab_pages`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

from scaffolder.formats.markdown import slug
from scaffolder.lab import lab
from scaffolder.lab.lab import Lab, LabFile

PAGE = Path(__file__).parents[1] / "docs/labs.md"
WIDTH = 120

_HEAD = """\
<!-- Written by `make docs` from scaffolder/lab/labs/*.yml. -->
# The labs

Each lab is a generated repository in which something is wrong that teams know.
`scaffold lab start NUMBER` writes it into `lab-work/` of the current folder.
It starts red: that is how it should be. Files that a lab names are in its folder there.
Do [your first lab](first-lab.md) with its page. How the commands work: [scaffold lab](lab.md).
Nothing needs Docker or a cloud account, and nothing leaves the machine.
On Windows, `scaffold lab list` and `scaffold explain` work natively. What starts a lab needs WSL.
In a second terminal, type `. .venv/bin/activate` first.
A word is new to you? `scaffold explain WORD` says what it is. `scaffold list words` has all.
Behind a title, *reduced* means that a smaller check stands in for the real one.
*Recorded* means that it is judged by records of a past incident.

| lab | minutes | about | needs beside Python | on Windows |
|---|---|---|---|---|
"""


def text() -> str:
    """Return the page."""
    rows = [_row(file) for file in lab.every()]
    parts = ["\n".join(_part(file)) for file in lab.every()]
    return _HEAD + "\n".join(rows) + "\n\n" + "\n\n".join(parts) + "\n"


def _row(file: LabFile) -> str:
    found = file.of(file.forms[0])
    anchor = slug(f"{found.number}. {found.title}")
    link = f"[{found.number}. {found.title}](#{anchor})"
    return f"| {link} | {found.minutes} | {found.pillar} | {found.needs} | {found.windows} |"


def _part(file: LabFile) -> Iterator[str]:
    found = file.of(file.forms[0])
    yield f"## {found.number}. {found.title}"
    yield ""
    yield from _filled(found.situation)
    yield ""
    yield from _filled(f"**Your task.** {found.task}")
    yield ""
    yield "<!-- followed: start -->"
    yield "```console"
    yield f"$ scaffold lab start {found.number}"
    yield "$ scaffold lab check"
    yield "```"
    yield ""
    yield from _filled(f"Try: {found.tries}.")
    yield ""
    if found.read:
        yield f"Read: [{_heading(found.read)}]({found.read})."
        yield ""
    if file.tracks:
        names = ", ".join(f"`--track {name}`" for name in file.tracks)
        yield from _filled(f"Tracks: {names}. This page shows the first one.")
        yield ""
    elif len(file.forms) > 1:
        yield "This lab has variants. Yours may have another fault than this page:"
        yield "`scaffold lab hint` and `scaffold lab show solution` are about yours."
        yield ""
    yield "| what has to be true | at the start |"
    yield "|---|---|"
    for one in found.criteria:
        yield f"| {one.title} | {'red' if one.red else 'green'} |"
    yield ""
    for number, hint in enumerate(found.hints, start=1):
        yield from _folded(f"Hint {number}", hint)
    yield from _folded("Solution, and what was learnt", _solution(found))


def _heading(page: str) -> str:
    """Return the title of a page."""
    first = (PAGE.parent / page).read_text(encoding="utf-8").splitlines()[0]
    return first.removeprefix("# ")


def _solution(found: Lab) -> str:
    commands, *others = found.shown.split("\n\n")
    texts = [" ".join(text.split()) for text in others]
    question = f"One question for the team: {found.question}"
    return "\n\n".join([textwrap.indent(commands, "    "), *texts, found.learnt, question])


def _folded(title: str, content: str) -> Iterator[str]:
    yield f"<details><summary>{title}</summary>"
    yield ""
    for paragraph in content.split("\n\n"):
        yield from [paragraph] if paragraph.startswith("    ") else _filled(paragraph)
        yield ""
    yield "</details>"
    yield ""


def _filled(paragraph: str) -> list[str]:
    return textwrap.wrap(paragraph, WIDTH, break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
