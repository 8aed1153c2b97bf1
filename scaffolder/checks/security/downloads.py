"""What is fetched from the network and run."""

from __future__ import annotations

import re

from scaffolder.model import Finding, NotApplicable, Verdict, counted
from scaffolder.repository import files as kinds
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain

_PIPED = re.compile(
    r"\b(?:curl|wget)\b[^|;&#]*\|\s*(?:sudo\s+(?:-\w+\s+)*)?(?:/bin/)?(?:ba|z|da|k)?sh\b(?!\w)"
    r"|\b(?:ba|z)?sh\s+(?:-c\s+)?[\"']?(?:<\(|\$\()\s*(?:curl|wget)\b"
)
_COMMENT = re.compile(r"^\s*(?:#|//|\*)|\becho\b|\bprintf\b")


def nothing_is_run_straight_from_the_network(project: Project, _: Toolchain) -> Verdict:
    """No script pipes a download into a shell: what arrives is checked before it is run."""
    scripts = (
        *kinds.shell_programs(project),
        *kinds.make_files(project),
        *kinds.all_dockerfiles(project),
    )
    files = sorted((*scripts, *kinds.pipelines(project)))
    if not files:
        raise NotApplicable("there is no script, Dockerfile or pipeline")
    findings = tuple(
        Finding(
            path=file,
            line=number,
            message="a download is run as it arrives, whatever it is",
            fix="download a fixed version, check its sha256, then run it",
        )
        for file in files
        if "curl" in project.text(file) or "wget" in project.text(file)
        for number, line in _joined(project.lines(file))
        if _PIPED.search(line) and not _COMMENT.search(line)
    )
    return Verdict(findings=findings, detail=counted(len(files), "file"))


def _joined(lines: list[str]) -> list[tuple[int, str]]:
    """Lines that end in a backslash with those that go on with them, under the number of the first."""
    found: list[tuple[int, str]] = []
    pending, start = "", 0
    for number, line in enumerate(lines, 1):
        start = start or number
        if line.rstrip().endswith("\\"):
            pending += line.rstrip()[:-1] + " "
            continue
        found.append((start, pending + line))
        pending, start = "", 0
    return found if not pending else [*found, (start, pending)]
