"""What an update writes into `.git` before it touches a file, for the one who takes it back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

BEGUN, DONE = "begun", "done"


@dataclass(frozen=True, kw_only=True)
class Journal:
    """An update from the tree `before` to the tree `after`, at the commit `head`; paths are from the top."""

    state: str
    head: str
    before: str
    paths: tuple[str, ...]
    after: str = ""


def place(private: Path) -> Path:
    """Where the journal of a repository stands; `private` is the folder inside its `.git` that is ours."""
    return private / "update.json"


def write(journal: Journal, file: Path) -> None:
    """Write it whole, or leave the one that is there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(".new")
    temporary.write_text(json.dumps(asdict(journal)), encoding="utf-8")
    temporary.replace(file)


def read(private: Path) -> Journal | None:
    """The journal of the last update, which may be committed since; None where there was none."""
    try:
        content = json.loads(place(private).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Journal(**{**content, "paths": tuple(content["paths"])})
