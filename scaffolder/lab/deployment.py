"""Deploy in a lab: one commit an environment, and a record of each deployment."""

from __future__ import annotations

import datetime
import json
import shutil
from pathlib import Path

from scaffolder.lab import history
from scaffolder.lab.place import Place
from scaffolder.tools.git import Git
from scaffolder.tools.toolchain import Toolchain

RECORDS = "records.jsonl"
"""The file in the repository of a lab that has what happened, a JSON document a line."""


def folder(place: Place, environment: str) -> Path:
    """Return where the code runs that is deployed to an environment."""
    return place.side / environment


def revision(place: Place, environment: str) -> str:
    """Return the commit that is deployed to an environment, "" if none is."""
    file = place.side / f"{environment}.revision"
    return file.read_text(encoding="utf-8").strip() if file.is_file() else ""


def deploy(place: Place, environment: str, commit: str, toolchain: Toolchain) -> str:
    """Deploy a commit, named as Git does or by its message; return its whole name.

    Raises:
        ProjectError: the repository has no such commit.

    """
    name = history.named(place.root, commit, toolchain)
    source, target = place.root.absolute(), folder(place, environment).absolute()  # git's own cwd
    shutil.rmtree(target, ignore_errors=True)
    Git(toolchain, place.root)("clone", "--quiet", "--no-checkout", str(source), str(target))
    Git(toolchain, target)("checkout", "--quiet", name)
    (place.side / f"{environment}.revision").write_text(f"{name}\n", encoding="utf-8")
    return name


def record(
    place: Place, event: str, at: datetime.datetime, text: str, source: str = "deployments"
) -> None:
    """Write down what happened."""
    line = {"at": at.isoformat(), "event": event, "text": text, "source": source}
    with (place.root / RECORDS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
