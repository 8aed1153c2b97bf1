"""JSON, and the JSON with comments and trailing commas that editors and compilers write."""

from __future__ import annotations

import json
import re
from typing import Any

from scaffolder.formats import Unreadable
from scaffolder.formats.regex import regex

_STRING = r'"(?:[^"\\\n]|\\.)*"'
_COMMENT = regex(rf"{_STRING}|//[^\n]*|/\*.*?\*/", re.DOTALL)
_COMMA = regex(rf"{_STRING}|,(?=\s*[}}\]])")


def read(text: str, *, comments: bool = False) -> Any:
    """The value of a JSON text; with `comments`, also with comments and trailing commas.

    Raises:
        Unreadable: it does not parse, or nests too deep.

    """
    try:
        if comments:  # comments first: a comma before them may be followed by anything
            text = _COMMA.sub(_blank, _COMMENT.sub(_blank, text))
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable(error.msg, error.lineno) from error
    except (RecursionError, ValueError) as error:
        raise Unreadable("nests too deep, or holds a number too long") from error


def _blank(found: re.Match[str]) -> str:
    text = found[0]
    return text if text.startswith('"') else re.sub(r"[^\n]", " ", text)
