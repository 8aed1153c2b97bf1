"""Is it formatted?"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.tools.programs import TERRAFORM
from scaffolder.tools.terraform.folders import read
from scaffolder.tools.terraform.output import Diagnostic, no_verdict
from scaffolder.tools.toolchain import Toolchain


@dataclass(frozen=True, kw_only=True, order=True)
class Unformatted:
    """A file that `terraform fmt` would change: the first changed line, and the new text."""

    path: Path
    line: int
    formatted: str


@dataclass(frozen=True, kw_only=True)
class Formatting:
    """Files that are not formatted, and what kept Terraform from telling."""

    unformatted: tuple[Unformatted, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def formatting(tools: Toolchain, directory: Path, files: Sequence[Path] = ()) -> Formatting:
    """Return the changes of `terraform fmt` below `directory`; nothing is written there.

    If it cannot read a file, it reports nothing of the others: then it reads a copy of `files`,
    which leaves out encrypted files, and links that lead nowhere. Terraform's own `-diff` is not
    used: it needs a program called diff, which a machine may not have.
    """
    done = tools.run(
        TERRAFORM, "fmt", "-check", "-recursive", "-no-color", cwd=directory, reads=[directory]
    )
    match done.exit_code:
        case 0:
            return Formatting()
        case 3:
            names = [Path(name) for name in done.stdout.splitlines() if name]
            return Formatting(unformatted=tuple(_unformatted(tools, directory, names)))
        case 2 if files:
            return _of_copy(tools, directory, files)
        case 2 if found := tuple(
            _printed_errors(done.stderr)
        ):  # it then reports none of the other files
            return Formatting(diagnostics=found)
    raise no_verdict(done)


def _of_copy(tools: Toolchain, directory: Path, files: Sequence[Path]) -> Formatting:
    with _copy_of(directory, files) as copy:
        return formatting(tools, copy)


@contextmanager
def _copy_of(directory: Path, files: Iterable[Path]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="scaffold-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder)
        for name in files:
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(directory / name, copy / name)
        yield copy


_PRINTED_ERROR = regex(
    r"^Error: (?P<summary>.+)\n\n  on (?P<path>.+) line (?P<line>\d+)", re.MULTILINE
)


def _unformatted(tools: Toolchain, directory: Path, names: Sequence[Path]) -> Iterator[Unformatted]:
    """Let Terraform format a copy of the files, and compare."""
    with _copy_of(directory, names) as copy:
        done = tools.run(TERRAFORM, "fmt", "-recursive", "-no-color", cwd=copy)
        if done.exit_code != 0:
            raise no_verdict(done)
        for name in names:
            before, after = read(directory / name), read(copy / name)
            pairs = zip_longest(before.splitlines(), after.splitlines())
            line = next((number for number, (old, new) in enumerate(pairs, 1) if old != new), 0)
            yield Unformatted(path=name, line=line, formatted=after)


def _printed_errors(printed: str) -> Iterator[Diagnostic]:
    for match in _PRINTED_ERROR.finditer(printed):
        yield Diagnostic(
            path=Path(match["path"]), line=int(match["line"]), summary=match["summary"]
        )
