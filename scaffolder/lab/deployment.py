"""Deploy in a lab: one commit an environment, and a record of each deployment."""

from __future__ import annotations

import datetime
import json
import shutil
from pathlib import Path

from scaffolder.errors import ProjectError
from scaffolder.lab.place import Place
from scaffolder.operate import postmortem
from scaffolder.tools.git import Git
from scaffolder.tools.toolchain import Toolchain

RECORDS = "records.jsonl"
"""The file in the repository of a lab that has what happened, a JSON document a line."""

_BEFORE = datetime.timedelta(minutes=4)
_AFTER = datetime.timedelta(minutes=6)


def folder(place: Place, environment: str) -> Path:
    """Return where the code runs that is deployed to an environment."""
    return place.side / environment


def revision(place: Place, environment: str) -> str:
    """Return the commit that is deployed to an environment, "" if none is."""
    file = place.side / f"{environment}.revision"
    return file.read_text(encoding="utf-8").strip() if file.is_file() else ""


def deploy(place: Place, environment: str, commit: str, toolchain: Toolchain) -> str:
    """Deploy a commit, and return its whole name.

    Raises:
        ProjectError: the repository has no such commit.

    """
    done = Git(toolchain, place.root).attempt("rev-parse", "--verify", f"{commit}^{{commit}}")
    if done.exit_code:
        raise ProjectError(f"unknown commit {commit!r}", hint="git log --oneline")
    name = done.stdout.strip()
    source, target = place.root.absolute(), folder(place, environment).absolute()  # git's own cwd
    shutil.rmtree(target, ignore_errors=True)
    Git(toolchain, place.root)("clone", "--quiet", "--no-checkout", str(source), str(target))
    Git(toolchain, target)("checkout", "--quiet", name)
    (place.side / f"{environment}.revision").write_text(f"{name}\n", encoding="utf-8")
    return name


def roll_back(place: Place, environment: str, commit: str, toolchain: Toolchain) -> str:
    """Deploy an earlier commit during the incident, and record it; return its whole name."""
    name = deploy(place, environment, commit, toolchain)
    subject = Git(toolchain, place.root)("log", "-1", "--format=%s", name)
    last = postmortem.read(place.root / RECORDS)[-1].at
    record(place, "rollback", last + _BEFORE, f"{environment} runs {subject} ({name[:7]})")
    return name


def resolve(place: Place) -> None:
    """Record what the chat would tell: the alert is over."""
    last = postmortem.read(place.root / RECORDS)[-1].at
    record(place, "resolved", last + _AFTER, "Resolved: ErrorBudgetBurn of orders", "team chat")


def record(
    place: Place, event: str, at: datetime.datetime, text: str, source: str = "deployments"
) -> None:
    """Write down what happened."""
    line = {"at": at.isoformat(), "event": event, "text": text, "source": source}
    with (place.root / RECORDS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
