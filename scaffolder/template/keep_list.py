"""The files of an adopted repository that predate the template; no update touches them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder.errors import AnswersError

FILE = Path(".scaffold/adopted.yml")

_HEADER = """\
# Files that were here before the template. They stay as they are: no update changes them.
# The adoption wrote the template's version of each beside it, as *.scaffold-new.
# To hand a file over to the template, take its lines from that version, and delete its line here.
"""
_CHECKS_HEADER = """\
# Only the checks of scaffolder were adopted here, and nothing of its template.
# No file is generated, so `scaffold update` has nothing to do; `scaffold status` reports it too.
# `files` lists the files of the job, with the hashes of their first contents.
"""

SCRIPT = ".scaffold/scaffolder.sh"
LOCK = ".scaffold/scaffolder.txt"
BASELINE = ".scaffold/baseline.json"
"""Files of the job of an adoption of the checks alone."""

CHECKS = "checks"
"""The value of `only` where the checks were adopted, and nothing of the template."""


@dataclass(frozen=True, kw_only=True)
class ChecksOnly:
    """A repository in which only the checks were adopted: by which release, and the job's files.

    `files` are the hashes that Git has for their contents, by their paths from the root.
    """

    name: str
    release: str
    answers: Mapping[str, object]
    files: Mapping[str, str]


@dataclass(frozen=True)
class Kept:
    """Paths, and folders with a slash at their end; both keep the files that they match or hold."""

    entries: frozenset[str] = frozenset()

    def __contains__(self, file: object) -> bool:
        return bool(self.entry_of(str(file)))

    def entry_of(self, file: str) -> str:
        """Return the entry that keeps a file: its own, or its folder's; "" if none does."""
        above = (f"{folder.as_posix()}/" for folder in Path(file).parents)
        return next((name for name in (file, *above) if name in self.entries), "")


def kept(root: Path) -> Kept:
    """Return the kept files of the repository at `root`; none if it was not adopted.

    Raises:
        AnswersError: the list does not parse.

    """
    content = _content(root)
    if content is None:
        return Kept()
    files = content.get("kept") if isinstance(content, dict) else None
    if not isinstance(files, list):
        raise AnswersError(
            f"{root / FILE} has no list `kept`",
            hint="one file a line: `kept:`, then `- Dockerfile`",
        )
    return Kept(frozenset(str(file) for file in files))


def checks_only(root: Path) -> ChecksOnly | None:
    """Return what was adopted of the repository at `root`, if that is the checks alone.

    Raises:
        AnswersError: the record does not parse.

    """
    content = _content(root)
    if not isinstance(content, dict) or content.get("only") != CHECKS:
        return None
    given, files = (content.get(name) for name in ("answers", "files"))
    answers = given if isinstance(given, dict) else {}
    return ChecksOnly(
        name=str(answers.get("service_name", root.resolve().name)),
        release=str(content.get("release", "")),
        answers=answers,
        files=(
            {str(key): str(value) for key, value in files.items()}
            if isinstance(files, dict)
            else {}
        ),
    )


def _content(root: Path) -> Any:
    """Return what the record holds; None if there is none, or nothing in it."""
    import yaml

    from scaffolder.formats import yaml as bounds

    path = root / FILE
    if not path.is_file():
        return None
    try:
        listed = path.read_text(encoding="utf-8")
        bounds.refuse_unbounded(listed)
        return yaml.safe_load(listed)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise AnswersError(f"{path} cannot be read: {' '.join(str(error).split())}") from error


def checks_text(only: ChecksOnly) -> str:
    """Return the record of a repository in which only the checks were adopted."""
    import yaml

    content = {
        "only": CHECKS,
        "release": only.release,
        "answers": dict(only.answers),
        "files": dict(only.files),
        "kept": [],
    }
    return _CHECKS_HEADER + yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def text(files: Iterable[str]) -> str:
    """Return the text of the list that keeps `files`."""
    import yaml

    return _HEADER + yaml.safe_dump({"kept": sorted(files)}, allow_unicode=True)
