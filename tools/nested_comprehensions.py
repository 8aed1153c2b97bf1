"""List comprehensions with two `for`: `python -m tools.nested_comprehensions`, in `make lint`.

A reader has to run such a comprehension in their head, from the middle outwards. A loop,
`itertools.chain.from_iterable`, `itertools.product` or a named generator function names each step.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("scaffolder", "tools")


def main() -> int:
    """Print the comprehensions with two `for`; return 1 if there is one."""
    found = list(nested(ROOT))
    sys.stderr.writelines(f"{place}: a comprehension with two `for`\n" for place in found)
    return 1 if found else 0


def nested(root: Path) -> Iterator[str]:
    """Yield "path:line" of each comprehension with two `for` in the code of the project at `root`.

    Templates are no code of the project: `_data` holds their releases.
    """
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*.py")):
            path = file.relative_to(root)
            if "_data" not in path.parts:
                for line in lines(file.read_text(encoding="utf-8")):
                    yield f"{path.as_posix()}:{line}"


def lines(source: str) -> list[int]:
    """Return the line of each comprehension with two `for` in a module."""
    return sorted(
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp)
        and len(node.generators) > 1
    )


if __name__ == "__main__":
    sys.exit(main())
