"""List modules without a test of their path: `python -m tools.untested_modules`, in `make lint`.

The test of `scaffolder/a/b.py` is `tests/unit/a/test_b.py`, so that a broken function fails the
test beside its module. `tools/untested-modules.yml` has the number of modules without one, which
only goes down, and the modules that need none, each with its reason.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
LIMITS = ROOT / "tools/untested-modules.yml"


@dataclass(frozen=True)
class Mirror:
    """Modules with a test of their path and modules without, by their path from the root."""

    tested: tuple[str, ...]
    untested: tuple[str, ...]

    @property
    def share(self) -> float:
        """Return the percentage of modules that have a test of their path."""
        return 100 * len(self.tested) / max(len(self.tested) + len(self.untested), 1)


def main() -> int:
    """Print the modules without a test; return 1 if there are more than the limit."""
    limits = yaml.safe_load(LIMITS.read_text(encoding="utf-8"))
    mirror = compare(ROOT)
    problems = list(exceeded(mirror, limits["untested"], limits["excepted"]))
    listed = [path for path in mirror.untested if path not in limits["excepted"]]
    sys.stdout.writelines(f"{path}: no {expected(path)}\n" for path in listed)
    sys.stdout.write(f"{mirror.share:.1f} % of the modules have a test of their path\n")
    for problem in problems:
        sys.stderr.write(f"untested modules: {problem}\n")
    return 1 if problems else 0


def compare(root: Path) -> Mirror:
    """Compare the modules of the package with the unit tests of the project at `root`."""
    paths = sorted(
        path.relative_to(root).as_posix() for path in (root / "scaffolder").rglob("*.py")
    )
    modules = [path for path in paths if not path.endswith("__init__.py")]
    tested = tuple(path for path in modules if (root / expected(path)).is_file())
    return Mirror(tested, tuple(path for path in modules if path not in tested))


def expected(module: str) -> str:
    """Return the path of a module's test: `scaffolder/a/b.py` has `tests/unit/a/test_b.py`."""
    path = Path(module).relative_to("scaffolder")
    return (Path("tests/unit") / path.parent / f"test_{path.name}").as_posix()


def exceeded(mirror: Mirror, limit: int, excepted: Mapping[str, str]) -> Iterator[str]:
    """Describe an exceeded limit, one that is too high by a tenth, and needless exceptions."""
    untested = [path for path in mirror.untested if path not in excepted]
    if len(untested) > limit:
        yield (
            f"{len(untested)} modules have no test of their path, the limit is {limit}; "
            "`python -m tools.untested_modules` lists them"
        )
    elif len(untested) < limit * 0.9 - 1:  # branches that meet need a little room
        yield f"{len(untested)} modules are left: lower `untested` in {LIMITS.name}"
    for path in sorted(set(excepted) - set(mirror.untested)):
        yield f"{path} is excepted in {LIMITS.name}, but has a test or is not a module"


if __name__ == "__main__":
    sys.exit(main())
