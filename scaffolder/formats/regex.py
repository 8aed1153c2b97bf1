"""Regular expressions that are compiled when they are first used.

The program has hundreds, and one run asks for a part of them.
"""

from __future__ import annotations

import re
from typing import Any, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "split", "sub", "subn")


def regex(text: str, flags: int = 0) -> re.Pattern[str]:
    """Return the pattern of a text, compiled when something of it is first asked for.

    An error in the text comes then, and not here: a test compiles every pattern of the program.
    """
    return cast("re.Pattern[str]", Lazy(text, flags))


class Lazy:
    """Stands for a compiled pattern, and has its methods as attributes after the first use."""

    def __init__(self, text: str, flags: int) -> None:
        """Keep the text and its flags."""
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        """Compile the pattern: no method of it has been asked for yet."""
        compiled = re.compile(self._text, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)
