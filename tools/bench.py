"""Measures what users wait for, as medians over whole processes, and fails where a limit of the project is passed."""

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
    """One row: what was measured, the median, its unit, and the limit that the project sets."""

    name: str
    median: float
    limit: float
    unit: str

    @property
    def kept(self) -> bool:
        return self.median <= self.limit


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each command, after one to warm up")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        measures = list(_measures(Path(folder), runs))
    for measure in measures:
        word = "ok  " if measure.kept else "OVER"
        row = f"{measure.name:<40} {measure.median:8.2f} {measure.unit:<4} limit {measure.limit:g}"
        print(f"  {word}  {row}")
    print(f"  medians of {runs} runs, {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    return 0 if all(measure.kept for measure in measures) else 1


def _measures(folder: Path, runs: int) -> Iterator[Measure]:
    yield Measure(name="scaffold --help", median=_seconds([*SCAFFOLD, "--help"], runs), limit=0.15, unit="s")

    with _template(folder) as template:
        ours, copiers = [], []
        for number in range(runs + 1):  # in turn, so that a slow moment of the machine hits both
            target = folder / f"ours-{number}"
            new = [*SCAFFOLD, "new", "my-service", "--defaults", "--no-check", "--quiet", "--output", str(target)]
            ours.append(_once(new))
            copiers.append(_once(_copier(template, folder / f"copier-{number}")))
    yield Measure(name="scaffold new --no-check", median=statistics.median(ours[1:]), limit=1.5, unit="s")
    ratios = [one / other for one, other in zip(ours[1:], copiers[1:], strict=True)]
    yield Measure(name="scaffold new --no-check / copier copy", median=statistics.median(ratios), limit=1.2, unit="x")

    yield from _updates(folder, runs)

    repository = folder / "ours-0" / "my-service"
    os.environ["SCAFFOLD_CACHE_DIR"] = str(folder / "cache")
    check = [*SCAFFOLD, "check", str(repository), "--quiet"]
    yield Measure(name="scaffold check, cold", median=_seconds([*check, "--no-cache"], runs), limit=6.0, unit="s")
    yield Measure(name="scaffold check, warm", median=_seconds(check, runs), limit=2.0, unit="s")
    whole = [_report([*check, "--no-cache"]) for _ in range(runs)]
    ratios = [one["seconds"] / max(result["seconds"] for result in one["results"]) for one in whole]
    yield Measure(
        name="scaffold check / its slowest check, cold", median=statistics.median(ratios), limit=1.15, unit="x"
    )
    select = [word for family in OWN if family in checks.FAMILIES for word in ("--select", family)]
    own = statistics.median(_report([*check, *select])["seconds"] for _ in range(runs))
    yield Measure(name=f"checks of our own ({', '.join(select[1::2])})", median=own, limit=0.5, unit="s")
    peak = _peak([*check, "--no-cache"], runs) / MEBIBYTE
    yield Measure(name="scaffold check, largest process", median=peak, limit=300, unit="MiB")
    status = [*SCAFFOLD, "status", str(repository)]
    yield Measure(name="scaffold status", median=_seconds(status, runs), limit=0.4, unit="s")


def _report(argv: list[str]) -> dict[str, Any]:
    done = subprocess.run([*argv, "--format", "json"], capture_output=True, text=True, check=True)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _updates(folder: Path, runs: int) -> Iterator[Measure]:
    """From the oldest release to the newest, of a repository that nobody touched."""
    os.environ["PATH"] = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"  # git-remote-scaffold
    project, oldest = folder / "old" / "my-service", releases.releases()[0].tag
    generate = [sys.executable, "-m", "copier", "copy", "--quiet", "--defaults", "--vcs-ref", oldest]
    subprocess.run([*generate, "--data", "service_name=my-service", bundled.SOURCE, str(project)], check=True)
    git = ["git", "-C", str(project), "-c", "user.name=bench", "-c", "user.email=bench@localhost"]
    for arguments in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "generated"]):
        subprocess.run([*git, *arguments], check=True)
    ours, copiers = [], []
    for _ in range(runs + 1):
        ours.append(_once([*SCAFFOLD, "update", "--quiet", str(project)]))
        subprocess.run([*git, "reset", "--quiet", "--hard"], check=True)
        copiers.append(_once([sys.executable, "-m", "copier", "update", "--quiet", "--defaults", str(project)]))
        subprocess.run([*git, "reset", "--quiet", "--hard"], check=True)
        subprocess.run([*git, "clean", "--quiet", "--force", "-d"], check=True)
    ratios = [one / other for one, other in zip(ours[1:], copiers[1:], strict=True)]
    yield Measure(name="scaffold update, nothing edited", median=statistics.median(ours[1:]), limit=1.5, unit="s")
    yield Measure(name="scaffold update / copier update", median=statistics.median(ratios), limit=0.6, unit="x")


def _copier(template: Path, target: Path) -> list[str]:
    data = ["--data", "service_name=my-service"]
    return [sys.executable, "-m", "copier", "copy", "--quiet", "--defaults", *data, str(template), str(target)]


@contextmanager
def _template(folder: Path) -> Iterator[Path]:
    """The template alone, as a plain folder: `copier copy` of the checkout would also clone its history."""
    template = folder / "template"
    template.mkdir()
    for name in ("copier.yml", "versions.yml"):
        shutil.copy(ROOT / name, template / name)
    shutil.copytree(ROOT / "templates", template / "templates")
    yield template


def _seconds(argv: list[str], runs: int) -> float:
    return _median(lambda: _once(argv), runs)


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
        code = "import resource,subprocess,sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)"
        code += "; print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        done = subprocess.run([sys.executable, "-c", code, *argv], capture_output=True, text=True, check=True)
        return int(done.stdout) * (1 if sys.platform == "darwin" else 1024)

    return _median(once, runs)


def _median(measure: Callable[[], float], runs: int) -> float:
    measure()
    return statistics.median(measure() for _ in range(runs))


if __name__ == "__main__":
    sys.exit(main())
