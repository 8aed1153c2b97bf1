"""Find code that is fetched from the network and run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scaffolder.formats.regex import regex
from scaffolder.model import Finding, NotApplicable, Verdict, counted
from scaffolder.repository import files as kinds
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain

_PIPED = regex(
    r"\b(?:curl|wget)\b[^|;&#]*\|\s*(?:sudo\s+(?:-\w+\s+)*)?(?:/bin/)?(?:ba|z|da|k)?sh\b(?!\w)"
    r"|\b(?:ba|z)?sh\s+(?:-c\s+)?[\"']?(?:<\(|\$\()\s*(?:curl|wget)\b"
)
_COMMENT = regex(r"^\s*(?:#|//|\*)|\becho\b|\bprintf\b")


def nothing_is_run_straight_from_the_network(project: Project, _: Toolchain) -> Verdict:
    """No script pipes a download into a shell: what arrives is checked before it is run."""
    scripts = (
        *kinds.shell_programs(project),
        *kinds.make_files(project),
        *kinds.all_dockerfiles(project),
    )
    files = sorted(
        file for file in (*scripts, *kinds.pipelines(project)) if not kinds.is_trial(file)
    )
    if not files:
        raise NotApplicable("no script, Dockerfile or pipeline")
    findings: list[Finding] = []
    for file in files:
        text = project.text(file)
        if "curl" in text or "wget" in text:
            findings += [
                Finding(
                    path=file,
                    line=number,
                    message="a download is run as it arrives, whatever it is",
                    fix="download a fixed version, check its sha256, then run it",
                )
                for number in _piped(project.lines(file), text)
            ]
    return Verdict(findings=tuple(findings), detail=counted(len(files), "file"))


_NEXT = regex(r"&&|\|\||;|\bthen\b|\bdo\b")
"""Where another command begins."""


def _piped(lines: list[str], text: str) -> Iterator[int]:
    """Yield the line of each download that is piped into a shell."""
    for line in _joined(lines):
        for found in _PIPED.finditer(line.text):
            before = _NEXT.split(line.text[: found.start()])[-1]
            command = _NEXT.split(line.text[found.start() :])[0]
            if not _COMMENT.search(before) and not _is_of_a_commit(command, text):
                yield line.number_at(found.start())


_COMMIT_OF_GITHUB = regex(
    r"raw\.githubusercontent\.com/[^/\s]+/[^/\s]+/(?:(?P<commit>[0-9a-f]{40})|\$\{?(?P<name>\w+)\}?)/"
)


def _is_of_a_commit(command: str, text: str) -> bool:
    """Return whether a download is of one commit, which never is another one."""
    found = _COMMIT_OF_GITHUB.search(command)
    if not found:
        return False
    name = re.escape(found["name"] or "")
    given = rf"\b{name}\s*[:=]\s*[\"']?[0-9a-f]{{40}}\b"
    return bool(found["commit"]) or re.search(given, text) is not None


@dataclass(frozen=True, kw_only=True)
class _Line:
    """A command over one or more lines: its text, and where each line of the file begins in it."""

    text: str
    starts: tuple[tuple[int, int], ...]

    def number_at(self, position: int) -> int:
        """Return the number of the line of the file that is at a position of the text."""
        return max(number for start, number in self.starts if start <= position)


def _joined(lines: list[str]) -> Iterator[_Line]:
    """Yield the lines, joined with those after a backslash; comments between are left out."""
    text, starts = "", list[tuple[int, int]]()
    for number, line in enumerate(lines, 1):
        if text and line.lstrip().startswith("#"):
            continue
        starts.append((len(text), number))
        if line.rstrip().endswith("\\"):
            text += line.rstrip()[:-1] + " "
            continue
        yield _Line(text=text + line, starts=tuple(starts))
        text, starts = "", []
    if starts:
        yield _Line(text=text, starts=tuple(starts))
