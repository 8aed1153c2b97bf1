"""Files of an older release beside a newer record, as text and JSON, for `status` and `update`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scaffolder.formats.answers_file import FILE
from scaffolder.model import visible
from scaffolder.template.merged_branches import Older
from scaffolder.template.releases import Release

_SHOWN = 5


def lines(older: Older | None, release: Release, *, first: str = "") -> Iterator[str]:
    """Yield which files are those of an older release, and how an update brings the rest.

    `first` is a command to type before that.
    """
    if older:
        tag, files = older.release.tag, [visible(file) for file in older.files]
        more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
        yield f"\nAs {tag} has it, and not {release.tag}: {', '.join(files[:_SHOWN])}{more}"
        reason = f"a branch at {tag} was merged, and only an update from there changes them"
        yield f"    Unless that is on purpose, {reason}"
        steps = (first, f"put `_commit: {tag}` into {FILE}", "git commit", "scaffold update")
        yield f"\nNext    {', '.join(filter(None, steps))}"


def stale_lines(*, stale: bool) -> Iterator[str]:
    """Yield what to type if something else than scaffolder changed the record."""
    if stale:
        yield f"\n{FILE} was changed since `scaffold set`: by a merge, by plain Copier, or by hand"
        steps = "put the older one into _commit, git commit, scaffold update"
        yield f"    If branches at two releases were merged: {steps}"


def document(older: Older | None) -> dict[str, Any] | None:
    """Return the files and their release as JSON has them; None if there are none."""
    return {"release": older.release.tag, "files": list(older.files)} if older else None
