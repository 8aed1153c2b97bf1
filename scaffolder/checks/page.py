"""The page of each check: its rule, why, how to fix a finding, and an example."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import chain

from scaffolder.errors import AnswersError
from scaffolder.model import Check

SECTIONS = ("What", "Why", "Fix", "Example")
"""The headings of a page, in their order."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """The page of a check; every part but `id` and `title` is Markdown, without its heading."""

    id: str
    title: str
    what: str
    why: str
    fix: str
    example: str


def of(check_id: str) -> Page:
    """Return the page of the check with this id; `read` names its possible errors."""
    return read(check_id, _pages()[check_id].read_text(encoding="utf-8"))


def ids() -> tuple[str, ...]:
    """The ids that have a page."""
    return tuple(sorted(_pages()))


@cache
def _pages() -> dict[str, Traversable]:
    """Return the page of each id; it is beside the module of its check."""
    families = [entry for entry in files(__package__).iterdir() if entry.is_dir()]
    entries = list(chain.from_iterable(family.iterdir() for family in families))
    return {
        entry.name.removesuffix(".md"): entry for entry in entries if entry.name.endswith(".md")
    }


def read(check_id: str, text: str) -> Page:
    """The page that `text` is.

    Raises:
        ValueError: it has not the form that every page has: a title with the id, then `SECTIONS`,
        none of them empty.

    """
    title, _, rest = text.partition("\n")
    if not title.startswith(f"# {check_id} "):
        raise ValueError(f'the page of {check_id} does not start with "# {check_id} "')
    parts = re.split(r"^## (.+)$", rest, flags=re.MULTILINE)
    headings, bodies = tuple(parts[1::2]), [body.strip() for body in parts[2::2]]
    if headings != SECTIONS or not all(bodies):
        raise ValueError(
            f"the page of {check_id} has {', '.join(headings) or 'no section'}, not"
            f" {', '.join(SECTIONS)}"
        )
    what, why, fix, example = bodies
    return Page(
        id=check_id,
        title=title.removeprefix(f"# {check_id} ").strip(),
        what=what,
        why=why,
        fix=fix,
        example=example,
    )


def named(word: str, checks: Sequence[Check]) -> tuple[Check, ...]:
    """The checks that `word` means, in any case: one id ("TF002"), or the start of several ("TF").

    Raises:
        AnswersError: it means none.

    """
    found = tuple(check for check in checks if check.id.startswith(word.upper()))
    if word and found:
        return found
    nearest = difflib.get_close_matches(word.upper(), [check.id for check in checks], n=1)
    raise AnswersError(
        f"no check is called {word!r}",
        hint=f"scaffold explain {nearest[0]}" if nearest else "scaffold list checks",
    )
