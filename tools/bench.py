"""Measure users' waiting times, and fail if one is too long beside a reference.

Limits are ratios, measured in turn: to `python -c pass`, `copier copy`, `copier update`, `helm
template` and the slowest tool. Seconds are printed and not judged, because they differ threefold
between machines.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder import checks
from scaffolder.template import bundled, releases

ROOT = Path(__file__).parent.parent
SCAFFOLD = (sys.executable, "-m", "scaffolder")
MEBIBYTE = 1024 * 1024

OWN = ("AG", "EN", "EOL", "SEC")
"""The families that ask no program but Helm, whose rendering all share."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One row: a measurement, the median, its unit, and the project's limit.

    A limit of None is reported, not judged.
    """

    name: str
    median: float
    limit: float | None
    unit: str

    @property
    def kept(self) -> bool:
        """Return whether the median is within the limit."""
        return self.limit is None or self.median <= self.limit


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--runs", type=int, default=5, help="counted runs of each command, after one to warm up"
    )
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        measures = list(_measures(Path(folder), runs))
    for measure in measures:
        word = "    " if measure.limit is None else "ok  " if measure.kept else "OVER"
        limit = "" if measure.limit is None else f" limit {measure.limit:g}"
        print(f"  {word}  {measure.name:<50} {measure.median:8.2f} {measure.unit:<4}{limit}")
    print(f"  medians of {runs} runs, {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    return 0 if all(measure.kept for measure in measures) else 1


def _measures(folder: Path, runs: int) -> Iterator[Measure]:
    nothing = [sys.executable, "-c", "pass"]
    yield from _ratio(
        "scaffold --help", [*SCAFFOLD, "--help"], "python -c pass", nothing, runs, limit=8
    )

    with _template(folder) as template:
        numbers = iter(range(2 * (runs + 1)))
        yield from _paired(
            ("scaffold new --no-check", lambda: _once(_new(folder / f"ours-{next(numbers)}"))),
            ("copier copy", lambda: _once(_copier(template, folder / f"copier-{next(numbers)}"))),
            runs,
            limit=1.0,
        )

    yield from _updates(folder, runs)

    repository = folder / "ours-0" / "my-service"
    os.environ["SCAFFOLD_CACHE_DIR"] = str(folder / "cache")
    check = [*SCAFFOLD, "check", str(repository), "--quiet"]
    _once(check)  # fills the cache
    cold = ("scaffold check, cold", lambda: _once([*check, "--no-cache"]))
    yield from _paired(("scaffold check, warm", lambda: _once(check)), cold, runs, limit=0.5)
    whole = [_report([*check, "--no-cache"]) for _ in range(runs)]
    ratios = [one["seconds"] / max(result["seconds"] for result in one["results"]) for one in whole]
    yield Measure(
        name="scaffold check / its slowest check, cold",
        median=statistics.median(ratios),
        limit=1.15,
        unit="x",
    )
    select = list(
        chain.from_iterable(("--select", family) for family in OWN if family in checks.FAMILIES)
    )
    yield from _paired(
        (
            f"checks of our own ({', '.join(select[1::2])})",
            lambda: _report([*check, *select])["seconds"],
        ),
        ("helm template, three environments", lambda: _render(repository)),
        runs,
        limit=4,
    )
    peak = _peak([*check, "--no-cache"], runs) / MEBIBYTE
    yield Measure(name="scaffold check, largest process", median=peak, limit=300, unit="MiB")
    status = [*SCAFFOLD, "status", str(repository)]
    yield from _ratio("scaffold status", status, "python -c pass", nothing, runs, limit=20)


def _ratio(
    name: str, ours: list[str], other: str, theirs: list[str], runs: int, limit: float
) -> Iterator[Measure]:
    yield from _paired((name, lambda: _once(ours)), (other, lambda: _once(theirs)), runs, limit)


def _paired(
    ours: tuple[str, Callable[[], float]],
    other: tuple[str, Callable[[], float]],
    runs: int,
    limit: float,
) -> Iterator[Measure]:
    """Measure two commands in turn, and judge the ratio: a slow machine is slow for both."""
    pairs = [(ours[1](), other[1]()) for _ in range(runs + 1)][1:]
    yield Measure(
        name=ours[0], median=statistics.median(one for one, _ in pairs), limit=None, unit="s"
    )
    yield Measure(
        name=other[0], median=statistics.median(one for _, one in pairs), limit=None, unit="s"
    )
    ratio = statistics.median(one / reference for one, reference in pairs)
    yield Measure(name=f"{ours[0]} / {other[0]}", median=ratio, limit=limit, unit="x")


def _new(target: Path) -> list[str]:
    return [
        *SCAFFOLD,
        "new",
        "my-service",
        "--defaults",
        "--no-check",
        "--quiet",
        "--output",
        str(target),
    ]


def _render(repository: Path) -> float:
    """Seconds that Helm takes to start and to render the chart for its three environments."""
    chart = repository / "helm" / "my-service"
    wanted = [
        {
            "name": "my-service",
            "namespace": "my-service",
            "values_files": [str(chart / f"values-{environment}.yaml")],
            "set_strings": [],
            "kube_version": "1.36.0",
            "api_versions": [],
        }
        for environment in ("dev", "qa", "prod")
    ]
    request = json.dumps({"chart": str(chart), "releases": wanted})
    argv = [sys.executable, "-P", "-m", "scaffolder.tools.embedded.helm", "render"]
    started = time.perf_counter()
    done = subprocess.run(argv, input=request, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"bench: helm ended with {done.returncode}: {done.stderr}")
    return time.perf_counter() - started


def _report(argv: list[str]) -> dict[str, Any]:
    done = subprocess.run([*argv, "--format", "json"], capture_output=True, text=True, check=True)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _updates(folder: Path, runs: int) -> Iterator[Measure]:
    """Update an untouched repository from the oldest release to the newest."""
    os.environ["PATH"] = (
        f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"  # git-remote-scaffold
    )
    project, oldest = folder / "old" / "my-service", releases.releases()[0].tag
    generate = [
        sys.executable,
        "-m",
        "copier",
        "copy",
        "--quiet",
        "--defaults",
        "--vcs-ref",
        oldest,
    ]
    subprocess.run(
        [*generate, "--data", "service_name=my-service", bundled.SOURCE, str(project)], check=True
    )
    git = ["git", "-C", str(project), "-c", "user.name=bench", "-c", "user.email=bench@localhost"]
    for arguments in (
        ["init", "--quiet"],
        ["add", "--all"],
        ["commit", "--quiet", "--message", "generated"],
    ):
        subprocess.run([*git, *arguments], check=True)

    def update(*command: str) -> float:
        seconds = _once([*command, str(project)])
        for arguments in (["reset", "--quiet", "--hard"], ["clean", "--quiet", "--force", "-d"]):
            subprocess.run([*git, *arguments], check=True)
        return seconds

    yield from _paired(
        ("scaffold update, nothing edited", lambda: update(*SCAFFOLD, "update", "--quiet")),
        (
            "copier update",
            lambda: update(sys.executable, "-m", "copier", "update", "--quiet", "--defaults"),
        ),
        runs,
        limit=0.25,
    )


def _copier(template: Path, target: Path) -> list[str]:
    data = ["--data", "service_name=my-service"]
    return [
        sys.executable,
        "-m",
        "copier",
        "copy",
        "--quiet",
        "--defaults",
        *data,
        str(template),
        str(target),
    ]


@contextmanager
def _template(folder: Path) -> Iterator[Path]:
    """Provide the template alone, as a plain folder.

    `copier copy` of the checkout would also clone its history.
    """
    template = folder / "template"
    template.mkdir()
    for name in ("copier.yml", "versions.yml"):
        shutil.copy(ROOT / name, template / name)
    shutil.copytree(ROOT / "templates", template / "templates")
    yield template


def _once(argv: list[str]) -> float:
    started = time.perf_counter()
    done = subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - started
    if done.returncode != 0:
        sys.exit(f"bench: {' '.join(argv)} ended with {done.returncode}: {done.stderr}")
    return seconds


def _peak(argv: list[str], runs: int) -> float:
    """Resident memory of the largest process among the command and all its children, in bytes."""

    def once() -> float:
        code = (
            "import resource,subprocess,sys; subprocess.run(sys.argv[1:],"
            " stdout=subprocess.DEVNULL)"
        )
        code += "; print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        done = subprocess.run(
            [sys.executable, "-c", code, *argv], capture_output=True, text=True, check=True
        )
        return int(done.stdout) * (1 if sys.platform == "darwin" else 1024)

    return _median(once, runs)


def _median(measure: Callable[[], float], runs: int) -> float:
    measure()
    return statistics.median(measure() for _ in range(runs))


if __name__ == "__main__":
    sys.exit(main())
