"""The files of an adopted repository that were there before the template, and that no update touches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from scaffolder.errors import AnswersError

FILE = Path(".scaffold/adopted.yml")

_HEADER = """\
# Files that were here before the template. They stay as they are, and no update changes them. The template's version of
# each stood beside it as *.scaffold-new when the repository was adopted. To hand a file over to the template, take what
# you want of that version and delete the line here.
"""


@dataclass(frozen=True)
class Kept:
    """Paths, and folders with a slash at their end; a path is kept where it is one of them or lies in one."""

    entries: frozenset[str] = frozenset()

    def __contains__(self, file: object) -> bool:
        return bool(self.entry_of(str(file)))

    def entry_of(self, file: str) -> str:
        """The entry that keeps a file: its own, or that of a folder that it lies in; empty where none does."""
        above = (f"{folder.as_posix()}/" for folder in Path(file).parents)
        return next((name for name in (file, *above) if name in self.entries), "")


def kept(root: Path) -> Kept:
    """What the repository at `root` keeps for itself, from its root; nothing where it was not adopted.

    Raises:
        AnswersError: the list does not parse.

    """
    import yaml

    from scaffolder.formats import yaml as bounds

    path = root / FILE
    if not path.is_file():
        return Kept()
    try:
        listed = path.read_text(encoding="utf-8")
        bounds.refuse_unbounded(listed)
        content = yaml.safe_load(listed)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise AnswersError(f"{path} cannot be read: {' '.join(str(error).split())}") from error
    if content is None:
        return Kept()
    files = content.get("kept") if isinstance(content, dict) else None
    if not isinstance(files, list):
        raise AnswersError(
            f"{path} has no list `kept`", hint="one file a line: `kept:`, then `- Dockerfile`"
        )
    return Kept(frozenset(str(file) for file in files))


def text(files: Iterable[str]) -> str:
    """What the list says that keeps `files`."""
    import yaml

    return _HEADER + yaml.safe_dump({"kept": sorted(files)}, allow_unicode=True)
