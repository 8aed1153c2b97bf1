"""Which names of objects a repository has in other lines than those that use them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from scaffolder.repository import files
from scaffolder.repository.facts import charts
from scaffolder.repository.project import Project

Lines = frozenset[tuple[Path, int]]

_LARGEST = 400_000
_LONGEST = 2000
_AROUND = 3
"""Lines before and after one that tell what a common name in it is of."""


def mentioned(
    project: Project,
    names: Iterable[str],
    using: Lines,
    *,
    about: re.Pattern[str],
    uses: re.Pattern[str],
) -> set[str]:
    """Return the names that a line has which does not use them: something may make them there.

    The name of another object counts only near a word that `about` finds, in lines that begin no
    use themselves.
    """
    wanted = sorted(set(names), key=len, reverse=True)
    if not wanted:
        return set()
    words = re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, wanted))})(?![\w-])")
    common = {one.name for one in charts.objects(project)}
    common |= {chart.name for chart in charts.charts(project)}
    found: set[str] = set()
    for file in (*files.settings_of_any_kind(project), *files.documents(project)):
        text = project.text(file)
        if len(text) > _LARGEST or not words.search(text):
            continue
        lines = text.split("\n")
        for number, line in enumerate(lines, 1):
            if (file, number) in using or len(line) > _LONGEST:
                continue
            near = lines[max(0, number - 1 - _AROUND) : number + _AROUND]
            around = "\n".join(one for one in near if not uses.search(one))
            for name in words.findall(line):
                if name not in common or about.search(around):
                    found.add(name)
    return found
