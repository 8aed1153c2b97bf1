"""Reading a file of answers: YAML that people also edit, merge and damage."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

from scaffolder.errors import AnswersError

FILE = ".copier-answers.yml"

_MARKER = re.compile(r"^(<<<<<<<|>>>>>>>) ", re.MULTILINE)


def content(path: Path) -> dict[str, Any]:
    """What a YAML or JSON file of answers holds, with the entries that begin with an underscore.

    Raises:
        AnswersError: it cannot be read, does not parse, is no mapping, or holds an answer twice or a conflict.
    """
    import yaml

    from scaffolder.formats import yaml as bounds

    try:
        text = path.read_text(encoding="utf-8")
        _refuse_markers(path, text)
        bounds.refuse_unbounded(text)
        _refuse_twice(path, yaml.compose(text, Loader=yaml.SafeLoader))
        content = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise AnswersError(f"{path} cannot be read: {_reason(error)}", hint="name a YAML file of answers") from error
    except yaml.YAMLError as error:
        raise AnswersError(f"{path} does not parse as YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise AnswersError(
            f"{path} holds no answers", hint="one `question: answer` a line, as in `service_name: my-service`"
        )
    return {str(key): value for key, value in content.items()}


def load(path: Path) -> dict[str, object]:
    """The answers that a YAML or JSON file holds, with Copier's own entries (a leading underscore) left out.

    Raises:
        AnswersError: the file cannot be read, does not parse, or holds no mapping.
    """
    return {key: value for key, value in content(path).items() if not key.startswith("_")}


def _refuse_markers(path: Path, text: str) -> None:
    if _MARKER.search(text):
        raise AnswersError(
            f"{path} holds the markers of a conflict",
            hint="keep one side of each, of _commit the newer release; then git add and git commit",
        )


def _refuse_twice(path: Path, node: Any) -> None:
    """Stop where a name stands twice, as after a careless merge: YAML readers take the last one without a word."""
    rows = node.value if isinstance(getattr(node, "value", None), list) else []
    keys = [row[0] for row in rows if isinstance(row, tuple)]
    counts = Counter(key.value for key in keys if isinstance(key.value, str))
    for name, count in counts.items():
        if count > 1:
            lines = ", ".join(str(key.start_mark.line + 1) for key in keys if key.value == name)
            raise AnswersError(f"{path} says {name} twice, in the lines {lines}", hint="keep the one that is right")


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
