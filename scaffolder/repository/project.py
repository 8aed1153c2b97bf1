"""A repository as read: its files, their content, and the answers it was made from."""

from __future__ import annotations

import os
import re
import stat
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from fnmatch import translate
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar, cast

from scaffolder.errors import AnswersError, ProjectError
from scaffolder.formats import answers_file
from scaffolder.formats.encrypted import is_encrypted
from scaffolder.formats.regex import regex
from scaffolder.model import Blocked
from scaffolder.repository.budget import Budget
from scaffolder.repository.excluded import Excluded

LARGEST_FILE = 2 * 2**20
"""Bytes; a larger file is not read: no person wrote it."""

PROPOSED = ".scaffold-new"
"""The suffix of files that `scaffold adopt` put beside existing ones.

Not part of the service yet.
"""

_ADOPTED = ".scaffold/adopted.yml"
"""The record that `scaffold adopt` leaves in a repository."""

_NOT_OURS = {
    ".git",
    ".terraform",
    ".venv",
    "node_modules",
    "__pycache__",
    ".mypy_cache",
}

_MAY_BE_OUTPUT = {"build", "target"}
"""Folders that tools fill in most repositories, but not in those that do not ignore them."""

_IS_ENCRYPTED = "is encrypted"

_NAME = regex(r"[^*?\[/]+")
"""A shell pattern that is a name."""
_SUFFIX = regex(r"\*[^*?\[/]+")
"""A shell pattern that asks for the end of a name: what matches it matches by its name alone."""

VENDORED = frozenset(
    {
        "vendor",
        "third_party",
        "third-party",
        "thirdparty",
        "bower_components",
        "site-packages",
        ".terragrunt-cache",
    }
)
"""Folders with code of others: their files are there, and of no kind that checks look at."""


def is_vendored(file: Path) -> bool:
    """Return whether one of the folders of a file holds code of others.

    LibMan and older templates of ASP.NET put the libraries of a site into `wwwroot/lib`.
    """
    folders = file.parts[:-1]
    if not VENDORED.isdisjoint(folders):
        return True
    return "wwwroot" in folders and folders[folders.index("wwwroot") + 1 :][:1] == ("lib",)


_Value = TypeVar("_Value")


class Project:
    """One repository on disk, at the moment it was opened. Safe to share between threads.

    `files` are relative to `root`, sorted; folders that tools fill (`.git`, `.terraform`, `build`
    …) are left out, and so are pipes and links that lead nowhere or out of the repository.
    `unreadable` has the reasons why files were not read; it is complete once everything was asked
    for.
    """

    def __init__(
        self,
        root: Path,
        *,
        only: Collection[str] | None = None,
        exclude: Iterable[str] = (),
        environments: Iterable[str] = (),
        budget: Budget | None = None,
    ) -> None:
        """Open the repository at `root`; `only` are the names of the files to read, if not all.

        `exclude` are patterns of paths that are left out, `environments` the declared names in
        promotion order, `budget` how much of it is looked at.

        Raises:
            ProjectError: the folder does not exist, or is empty.

        """
        if not root.is_dir():
            raise ProjectError(
                f"{root} is not a folder", hint="scaffold check PATH, where PATH is a repository"
            )
        self.root = root.resolve()
        self.unreadable: dict[Path, str] = {}
        self.excluded = Excluded(exclude)
        self.environments = tuple(environments)
        self.budget = budget or Budget()
        most = self.budget.files
        walked = sorted(_walk(self.root, self.unreadable, self.excluded, most), key=_parts)
        self.files = tuple(file for file in walked if only is None or file.as_posix() in only)
        if not self.files:
            raise ProjectError(
                f"{root} holds no files", hint="scaffold new my-service makes a repository"
            )
        self._lock = threading.Lock()
        self._known: dict[object, _Once] = {}

    @property
    def cut(self) -> str:
        """Why some files of the repository are not among `files`; empty if all are."""
        beyond = self.unreadable.get(Path(), "")
        return f"the repository {beyond}" if "nothing over" in beyond else ""

    def matching(self, *patterns: str) -> tuple[Path, ...]:
        """Return the files whose path, or last part, matches a shell pattern.

        Vendored code is left out. For `files.py` alone.
        """
        return self.once(("matching", patterns), lambda: self._matching(patterns))

    def has(self, file: str | Path) -> bool:
        """Return whether the project has this file."""
        return (file if isinstance(file, Path) else Path(file)) in self._file_set

    def relative(self, name: str) -> Path:
        """Return a path of an external program, absolute or from the root, as one from the root."""
        path = Path(os.path.normpath(name))
        if path.is_absolute():
            path = Path(name).resolve()
            return path.relative_to(self.root) if path.is_relative_to(self.root) else path
        return path

    def text(self, file: str | Path) -> str:
        """Return the text of `file`; bytes that are not UTF-8 become U+FFFD.

        It is empty, with an entry in `unreadable`, if it is too large, not a text, or may not be
        read.

        Raises:
            FileNotFoundError: the repository has no such file.

        """
        path = file if isinstance(file, Path) else Path(file)
        return self.once(("text", path), lambda: self._text(path))

    def hand(self, files: Iterable[Path]) -> list[str]:
        """Return names of files for a program's argv, none of which it would take for an option.

        Raises:
            Blocked: a program might never end on one: it is not text, too large, closed to us, or
            YAML without bounds.

        """
        from yaml import YAMLError

        from scaffolder.formats.yaml import Unbounded

        names = []
        for file in files:
            self.text(file)
            if reason := self.unreadable.get(file, "").replace("is not UTF-8", ""):
                raise Blocked(f"{file.as_posix()} {reason}: see SY007")
            if file.suffix in {".yaml", ".yml"}:
                try:
                    self.documents(file)
                except Unbounded as error:
                    raise Blocked(f"{file.as_posix()} {error.problem}: see SY002") from error
                except YAMLError:
                    pass  # the program reports it
            names.append(
                f"./{file.as_posix()}" if file.as_posix().startswith("-") else file.as_posix()
            )
        return names

    def is_encrypted(self, file: Path) -> bool:
        """Return whether a program encrypted `file`, so that only who has the key can read it."""
        self.text(file)
        return self.unreadable.get(file) == _IS_ENCRYPTED

    def lines(self, file: str | Path) -> list[str]:
        """Return the lines of `file`, without their ends."""
        return self.text(file).splitlines()

    def line_of(self, file: str | Path, words: str) -> int:
        """The first line, counted from 1, that contains `words`; 0 where none does."""
        return next((number for number, line in enumerate(self.lines(file), 1) if words in line), 0)

    def documents(self, file: str | Path) -> list[Any]:
        """Return the non-empty YAML documents of `file`; tables and lists know their lines.

        Raises:
            yaml.YAMLError: it does not parse.

        """
        from scaffolder.formats.yaml import load_all

        path = file if isinstance(file, Path) else Path(file)
        return self.once(("yaml", path), lambda: load_all(self.text(path)))

    def once(self, key: object, make: Callable[[], _Value]) -> _Value:
        """Return `make()`, computed once for each `key`.

        An exception is remembered like a value.
        """
        entry = self._known.get(key)
        if entry is None:
            with self._lock:
                entry = self._known.setdefault(key, _Once())
        return cast(_Value, entry.value_of(make))

    @cached_property
    def answers(self) -> dict[str, object]:
        """Return the answers that made the repository.

        Empty if it was not generated or does not parse.
        """
        if not self.has(answers_file.FILE):
            return {}
        try:
            return answers_file.load(self.root / answers_file.FILE)
        except AnswersError:
            return {}

    @cached_property
    def is_generated(self) -> bool:
        """Whether the answers are those of this template, and all files here were written by it.

        Its address may be any, and after a merge it may not parse. An adopted repository has files
        of its owners, which follow rules of their own.
        """
        if not self.has(answers_file.FILE) or self.has(_ADOPTED):
            return False
        names = {line.partition(":")[0] for line in self.lines(answers_file.FILE)}
        return {"service_name", "runtime"} <= names

    @property
    def name(self) -> str:
        """Return the service's name, else that of the folder."""
        return str(self.answers.get("service_name", self.root.name))

    @cached_property
    def template(self) -> str:
        """Return the template release of the repository, such as "v0.1.0", or ""."""
        lines = self.lines(answers_file.FILE) if self.has(answers_file.FILE) else []
        return next(
            (line.split(":", 1)[1].strip() for line in lines if line.startswith("_commit:")), ""
        )

    @cached_property
    def folders(self) -> frozenset[Path]:
        """The folders that hold a file, in themselves or in a folder below; the root among them."""
        return frozenset(
            chain.from_iterable((parent, *parent.parents) for parent in self._by_folder)
        )

    def named(self, name: str) -> tuple[Path, ...]:
        """Return the files of exactly this name, wherever they are."""
        return tuple(self._by_name.get(name, ()))

    def inside(self, folder: Path) -> tuple[Path, ...]:
        """Return the files of a folder, without those of the folders in it."""
        return self._by_folder.get(folder, ())

    @cached_property
    def _by_folder(self) -> dict[Path, tuple[Path, ...]]:
        folders: dict[Path, list[Path]] = {}
        for file in self.files:
            folders.setdefault(file.parent, []).append(file)
        return {folder: tuple(files) for folder, files in folders.items()}

    @cached_property
    def _file_set(self) -> frozenset[Path]:
        return frozenset(self.files)

    @cached_property
    def _by_name(self) -> dict[str, list[Path]]:
        names: dict[str, list[Path]] = {}
        for file in self.files:
            names.setdefault(file.name, []).append(file)
        return names

    @cached_property
    def _by_path(self) -> list[tuple[str, Path]]:
        return [(file.as_posix(), file) for file in self.files]

    def _matching(self, patterns: tuple[str, ...]) -> tuple[Path, ...]:
        # A plain name and a plain ending need no expression, which costs more than the search.
        names = [pattern for pattern in patterns if _NAME.fullmatch(pattern)]
        endings = tuple(pattern[1:] for pattern in patterns if _SUFFIX.fullmatch(pattern))
        others = [one for one in patterns if not (_NAME.fullmatch(one) or _SUFFIX.fullmatch(one))]
        found = set(chain.from_iterable(self.named(name) for name in names))
        in_names = [translate(pattern) for pattern in others if "/" not in pattern]
        if endings or in_names:
            named = re.compile("|".join(in_names)).match if in_names else _matches_nothing
            for name, files in self._by_name.items():
                if name.endswith(endings) or named(name):
                    found.update(files)
        # A star of a shell pattern that is held against a path takes slashes too.
        in_paths = [translate(one) for one in others if "/" in one or "*" in one]
        if in_paths:
            placed = re.compile("|".join(in_paths)).match
            found.update(file for path, file in self._by_path if placed(path))
        ours = (file for file in found if not is_vendored(file))
        return tuple(sorted(ours, key=_parts))

    def _text(self, file: Path) -> str:
        try:
            size = (self.root / file).stat().st_size
            if size > LARGEST_FILE:
                self.unreadable[file] = (
                    f"is {size / 2**20:.1f} MB; nothing over {LARGEST_FILE // 2**20} MB is read"
                )
                return ""
            content = (self.root / file).read_bytes()
        except OSError as error:
            if file not in self._file_set:
                raise
            self.unreadable[file] = f"cannot be read: {error.strerror}"
            return ""
        is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        if is_encrypted(content):
            self.unreadable[file] = _IS_ENCRYPTED
            return ""
        if b"\0" in content[:8192] and not is_wide:
            self.unreadable[file] = "is not text"
            return ""
        try:
            if is_wide:
                self.unreadable[file] = "is UTF-16"
                return content.decode("utf-16").replace("\r\n", "\n")
            return content.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
        except UnicodeDecodeError:
            self.unreadable[file] = "is not UTF-8"
            return content.decode("utf-8", errors="replace")


def _matches_nothing(_: str) -> None:
    return None


def _parts(file: Path) -> tuple[str, ...]:
    """Return the sort key of a path, which is kept: a path would compute it at each comparison."""
    return file.parts


class _Once:
    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._is_asked = False
        self._outcome: tuple[bool, object] | None = None

    def value_of(self, make: Callable[[], object]) -> object:
        if self._outcome is None:
            with self._lock:
                if self._is_asked and self._outcome is None:
                    # One key for two values, or a circle: without this the check would never end.
                    raise RuntimeError("a value is computed from itself")
                self._is_asked = True
                try:
                    self._outcome = self._outcome or _outcome_of(make)
                finally:
                    self._is_asked = False  # an interrupt leaves no outcome, and no circle either
        done, value = self._outcome
        if done:
            return value
        raise cast(Exception, value)


def _outcome_of(make: Callable[[], object]) -> tuple[bool, object]:
    try:
        return True, make()
    except Exception as error:  # noqa: BLE001, remembered, and raised again for all who ask
        return False, error


def _walk(root: Path, unreadable: dict[Path, str], excluded: Excluded, most: int) -> Iterator[Path]:
    number = 0

    def closed(error: OSError) -> None:
        unreadable[Path(error.filename).relative_to(root)] = f"cannot be opened: {error.strerror}"

    for folder, folders, names in os.walk(root, onerror=closed):
        here = Path(folder)
        below = here.relative_to(root)
        folders[:] = sorted(
            name
            for name in folders
            if name not in _NOT_OURS
            and not (name in _MAY_BE_OUTPUT and _is_output(root, below / name))
            and not (name == "vendor" and _is_of_a_package_manager(root / below / name))
            and not name.endswith(PROPOSED)
            and below / name not in excluded
        )
        for name in (name for name in names if not name.endswith(PROPOSED)):
            file = below / name
            if file in excluded:
                continue
            if number == most:
                unreadable[Path()] = f"holds more files; nothing over {most:,} is looked at"
                return
            if _is_file_of(root, here / name):
                number += 1
                yield file


def _is_of_a_package_manager(folder: Path) -> bool:
    """Return whether a folder holds the modules that Go, Composer or Bundler put there."""
    return any((folder / name).exists() for name in ("modules.txt", "autoload.php", "bundle"))


def _is_output(root: Path, folder: Path) -> bool:
    """Return whether .gitignore is absent, or one ignores a folder by its usual lines."""
    ignoring = [root / parent / ".gitignore" for parent in folder.parents]
    texts = [_lines_of(path) for path in ignoring if path.is_file()]
    if not texts:
        return True
    ends = {folder.name, f"*/{folder.name}", f"**/{folder.name}", folder.as_posix()}
    lines = chain.from_iterable(texts)
    return any(line.strip().strip("/").removesuffix("/*") in ends for line in lines)


def _lines_of(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _is_file_of(root: Path, path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            target = path.resolve(strict=True)
            return target.is_file() and target.is_relative_to(root)
    except (OSError, RuntimeError):  # RuntimeError: links in a circle, in Python 3.11 and 3.12
        return False
    return stat.S_ISREG(mode)
