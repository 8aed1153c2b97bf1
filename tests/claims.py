"""Claims on inputs: one test's verdict saves all others of a run, whichever worker runs it."""

from __future__ import annotations

import hashlib
from pathlib import Path


class Claims:
    """Inputs that tests of this run take on to judge: the test that asks first has to, and fails for them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._known: set[str] = set()

    def is_first(self, *parts: str) -> bool:
        """Return whether no test of any worker has asked with these parts before."""
        key = hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()
        if key in self._known:
            return False
        self._known.add(key)
        try:
            (self._folder / key).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True
