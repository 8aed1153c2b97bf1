"""Writes docs/checks.md: every check of the registry, with its page."""

from __future__ import annotations

from pathlib import Path

from scaffolder import checks
from scaffolder.checks import page
from scaffolder.model import Check

PAGE = Path(__file__).parent.parent / "docs" / "checks.md"

_HEAD = """# Checks

The checks of `scaffold check`. `make docs` writes this file from the registry of checks and from
their pages in `scaffolder/checks/`; `scaffold explain ID` prints the same in a terminal. A check
without anything to look at is named as such, one whose program is missing is skipped with a
reason, and neither is a pass.
"""


def main() -> None:
    PAGE.write_text(text(), encoding="utf-8")


def text() -> str:
    """The whole of docs/checks.md."""
    every = checks.every()
    families = [
        (family, about, [check for check in every if check.family == family])
        for family, about in checks.FAMILIES.items()
    ]
    parts = [_HEAD]
    for family, about, members in families:
        rows = [
            f"| [{one.id}](#{_anchor(one)}) | {one.title} | {one.tool.name if one.tool else ''} |"
            for one in members
        ]
        parts.append(
            "\n".join(
                [
                    f"## {family}: {about}\n",
                    "| id | true when it passes | needs |",
                    "|---|---|---|",
                    *rows,
                    "",
                ]
            )
        )
        parts += [_section(one) for one in members]
    return "\n".join(parts)


def _section(check: Check) -> str:
    one = page.of(check.id)
    return (
        f"### {check.id} {check.title}\n\n{one.what}\n\n**Why.** {one.why}\n\n**Fix.**"
        f" {one.fix}\n\n{one.example}\n"
    )


def _anchor(check: Check) -> str:
    """Return GitHub's anchor of the heading: lower case, without punctuation, spaces as hyphens."""
    kept = "".join(
        letter
        for letter in f"{check.id} {check.title}".lower()
        if letter.isalnum() or letter in " -_"
    )
    return kept.replace(" ", "-")


if __name__ == "__main__":
    main()
