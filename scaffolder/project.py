"""A generated repository, read: which files it holds, what they say, and the answers it was made from."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

from scaffolder import answers
from scaffolder.errors import AnswersError, ProjectError

ENVIRONMENTS = ("dev", "qa", "prod")
"""In promotion order; docs/contract.md."""

_NOT_OURS = {".git", ".terraform", ".venv", "node_modules", "__pycache__", "build", "target", ".mypy_cache"}

_Value = TypeVar("_Value")


class Project:
    """One repository on disk, at the moment it was opened. Safe to share between threads.

    `files` are relative to `root`, sorted; folders that tools fill (`.git`, `.terraform`, `build` …) are left out.
    """

    def __init__(self, root: Path) -> None:
        """Open the repository at `root`.

        Raises:
            ProjectError: there is no folder there, or nothing in it.
        """
        if not root.is_dir():
            raise ProjectError(f"{root} is not a folder", hint="scaffold check PATH, where PATH is a repository")
        self.root = root.resolve()
        self.files = tuple(sorted(_walk(self.root)))
        if not self.files:
            raise ProjectError(f"{root} holds no files", hint="scaffold new my-service makes a repository")
        self._lock = threading.Lock()
        self._known: dict[object, _Once] = {}

    def matching(self, *patterns: str) -> tuple[Path, ...]:
        """The files whose path, or whose last part, matches one of the shell patterns."""
        return tuple(
            file
            for file in self.files
            if any(fnmatch(file.as_posix(), pattern) or fnmatch(file.name, pattern) for pattern in patterns)
        )

    def under(self, folder: str, *patterns: str) -> tuple[Path, ...]:
        """The files below `folder` whose last part matches one of the patterns."""
        return tuple(
            file
            for file in self.files
            if file.is_relative_to(folder) and any(fnmatch(file.name, pattern) for pattern in patterns)
        )

    def has(self, file: str | Path) -> bool:
        return Path(file) in self._file_set

    def relative(self, name: str) -> Path:
        """A path as an external program named it, absolute or from the root, as a path from the root."""
        path = Path(name)
        if path.is_absolute():
            path = path.resolve()
            return path.relative_to(self.root) if path.is_relative_to(self.root) else path
        return Path(os.path.normpath(path))

    def text(self, file: str | Path) -> str:
        """What `file` says; bytes that are not UTF-8 become U+FFFD."""
        return self.once(("text", Path(file)), lambda: (self.root / file).read_text(encoding="utf-8", errors="replace"))

    def lines(self, file: str | Path) -> list[str]:
        return self.text(file).splitlines()

    def line_of(self, file: str | Path, words: str) -> int:
        """The first line, counted from 1, that contains `words`; 0 where none does."""
        return next((number for number, line in enumerate(self.lines(file), 1) if words in line), 0)

    def documents(self, file: str | Path) -> list[Any]:
        """The YAML documents of `file`, those that are empty left out.

        Raises:
            yaml.YAMLError: it does not parse.
        """
        import yaml

        def parse() -> list[Any]:
            loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
            return [document for document in yaml.load_all(self.text(file), Loader=loader) if document is not None]

        return self.once(("yaml", Path(file)), parse)

    def once(self, key: object, make: Callable[[], _Value]) -> _Value:
        """`make()`, computed one time for all who ask for `key`; an exception is remembered like a value."""
        with self._lock:
            entry = self._known.setdefault(key, _Once())
        return cast(_Value, entry.value_of(make))

    @cached_property
    def answers(self) -> dict[str, object]:
        """What the repository was made from; empty where it was not made by us, or its answers file does not parse."""
        if not self.has(answers.FILE):
            return {}
        try:
            return answers.load(self.root / answers.FILE)
        except AnswersError:
            return {}

    @property
    def name(self) -> str:
        return str(self.answers.get("service_name", self.root.name))

    @cached_property
    def template(self) -> str:
        """The template release that the repository is at, such as "v0.1.0"; empty where it names none."""
        lines = self.lines(answers.FILE) if self.has(answers.FILE) else []
        return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("_commit:")), "")

    @cached_property
    def chart(self) -> Path | None:
        """The folder of the service's Helm chart, relative to the root; None where there is none."""
        charts = [file.parent for file in self.matching("helm/*/Chart.yaml", "charts/*/Chart.yaml", "chart/Chart.yaml")]
        return charts[0] if charts else None

    @cached_property
    def _file_set(self) -> frozenset[Path]:
        return frozenset(self.files)


class _Once:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._outcome: tuple[bool, object] | None = None

    def value_of(self, make: Callable[[], object]) -> object:
        with self._lock:
            if self._outcome is None:
                try:
                    self._outcome = (True, make())
                except Exception as error:  # noqa: BLE001, remembered, and raised again below
                    self._outcome = (False, error)
        done, value = self._outcome
        if done:
            return value
        raise cast(Exception, value)


def _walk(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in _NOT_OURS]
        for name in names:
            yield (Path(folder) / name).relative_to(root)
