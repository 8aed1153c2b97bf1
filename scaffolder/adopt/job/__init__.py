"""The files of the job that checks a repository which has pipelines of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.template import keep_list
from scaffolder.tools import package_data


@dataclass(frozen=True, kw_only=True)
class Job:
    """The job: its file from the top of the repository, its text, and what is left to do."""

    file: str
    text: str
    wiring: str


def of(system: str, *, prefix: str, branch: str) -> Job:
    """Return the job for a CI system; `prefix` is where the service is in a larger repository."""
    known = CI_SYSTEMS[system].CHECK_JOB
    folder = re.sub(r"[^a-z0-9]+", "-", prefix.lower()).strip("-")
    name = f"scaffold-check-{folder}" if folder else "scaffold-check"
    file = known.file.format(job=name)
    checkout = package_data.versions()["actions"]["actions/checkout"]
    words = {
        "job": name,
        "file": file,
        "branch": branch,
        "script": f"{prefix}{keep_list.SCRIPT}",
        "python": max(package_data.versions()["python"].values(), key=_number)["version"],
        "checkout.sha": checkout["sha"],
        "checkout.version": checkout["version"],
    }
    text = package_data.text(__name__, f"{system}{Path(file).suffix}")
    for word, value in words.items():
        text = text.replace(f"[[ {word} ]]", value)
    return Job(file=file, text=text, wiring=known.wiring.format(file=Path(file).as_posix()))


def script() -> str:
    """Return the script that pins, installs and runs the scaffolder of the job."""
    return package_data.text(__name__, "scaffolder.sh")


def _number(entry: Mapping[str, str]) -> tuple[int, ...]:
    return tuple(int(part) for part in entry["version"].split("."))
