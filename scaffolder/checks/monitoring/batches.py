"""Which of many files promtool accepts, asked of one process for twenty of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from scaffolder.errors import ToolTimeout
from scaffolder.formats.regex import regex
from scaffolder.repository.budget import Clock
from scaffolder.repository.project import Project
from scaffolder.tools.programs import PROMTOOL
from scaffolder.tools.toolchain import Toolchain

_SIZE = 20
"""Files for one process: to start promtool takes longer than to judge most files."""

_FEW = 10
"""Files that are asked one by one: some tests are slow, and each file has its own time then."""

_JUDGES = frozenset({0, 1, 3})
"""Exit codes with which promtool has judged every file: all good, some bad, some with lints."""

_ACCEPTED = regex(r"^(?:Unit Testing:|Checking)\s+(\S.*)\n\s+SUCCESS", re.MULTILINE)


def accepted(
    project: Project,
    toolchain: Toolchain,
    arguments: Sequence[str],
    files: Sequence[Path],
    *,
    reads: Iterable[Path],
    clock: Clock,
) -> frozenset[Path]:
    """Return the files that promtool accepts; each of the others needs a run of its own.

    Nothing else is concluded here: not from a process that crashed, nor from one that took too
    long, after which no further one is started for many.
    """
    found: set[Path] = set()
    known, waiting = list(reads), iter(files if len(files) > _FEW else ())
    while (batch := list(islice(waiting, _SIZE))) and not clock.is_over():
        names = project.hand(batch)
        try:
            done = toolchain.run(PROMTOOL, *arguments, *names, cwd=project.root, reads=known)
        except ToolTimeout:
            break
        if done.exit_code == 0:
            found.update(batch)
        elif done.exit_code in _JUDGES:
            found.update(project.relative(name) for name in _ACCEPTED.findall(done.stdout))
    return frozenset(found)
