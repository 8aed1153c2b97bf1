"""Install the package in each way that docs/install.md names, and write seconds and sizes there.

Everything is installed in folders of its own and thrown away. The packages that scaffolder needs
come from the index that pip is set up with, once, as a folder of wheels; the index and the Git host
of the page are stood in for on this machine.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "install.md"
START, END = "<!-- measured -->\n", "<!-- end of measured -->"
LOCK = ROOT / "requirements" / "dev.txt"
WHEEL = "devops_scaffolder-{version}-py3-none-any.whl"


@dataclass(frozen=True, kw_only=True)
class Place:
    """The inputs of the commands: wheels, an index of them, a Git host, and a folder."""

    wheels: Path
    index: str
    repository: Path
    folder: Path

    @property
    def wheel(self) -> Path:
        """The built package."""
        return next(self.wheels.glob("devops_scaffolder-*.whl"))

    @property
    def host(self) -> str:
        """The server of the index, which serves the repository too."""
        return self.index.rpartition("/")[0]

    @property
    def version(self) -> str:
        """The number of the release."""
        return self.wheel.name.split("-")[1]

    def python(self) -> Path:
        """A virtual environment without scaffolder."""
        made = self.folder / "venv"
        subprocess.run([sys.executable, "-m", "venv", made], check=True)
        return made / "bin" / "python"

    def pip(self, *arguments: str | Path) -> list[str]:
        """Return the command of a fresh environment's pip."""
        return [str(word) for word in (self.python(), *PIP, *arguments)]


PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")


@dataclass(frozen=True, kw_only=True)
class Way:
    """One row of the page: its title, the command as users type it, and the same command here."""

    title: str
    typed: str
    here: Callable[[Place], list[str]]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The cost of one way: seconds of wall clock, and mebibytes on the disk."""

    way: Way
    seconds: float
    size: int


def _tools(address: str | Path) -> str:
    return f"devops-scaffolder[tools] @ {address}"


WAYS = (
    Way(
        title="pip, a wheel, without the extra",
        typed='pip install "devops-scaffolder @ https://packages.example.com/{wheel}"',
        here=lambda place: place.pip("--constraint", LOCK, place.wheel),
    ),
    Way(
        title="pip, a wheel",
        typed='pip install "devops-scaffolder[tools] @ https://packages.example.com/{wheel}"',
        here=lambda place: place.pip("--constraint", LOCK, _tools(place.wheel.as_uri())),
    ),
    Way(
        title="pip, an index of your own",
        typed="pip install --index-url https://packages.example.com/simple"
        ' "devops-scaffolder[tools]=={version}"',
        here=lambda place: place.pip(
            *("--isolated", "--index-url", place.index),
            f"devops-scaffolder[tools]=={place.version}",
        ),
    ),
    Way(
        title="pip, a tag in Git",
        typed='pip install "devops-scaffolder[tools] @ git+https://git.example.com/platform/scaffolder@v{version}"',
        here=lambda place: place.pip(
            *("--constraint", LOCK), _tools(f"git+{place.host}/{place.repository.name}@measured")
        ),
    ),
    Way(
        title="pip, a folder of wheels, offline",
        typed='pip install --no-index --find-links wheels "devops-scaffolder[tools]=={version}"',
        here=lambda place: place.pip(
            *("--isolated", "--no-index", "--find-links", place.wheels),
            f"devops-scaffolder[tools]=={place.version}",
        ),
    ),
    Way(
        title="pipx",
        typed='pipx install "devops-scaffolder[tools] @ https://packages.example.com/{wheel}"',
        here=lambda place: [
            shutil.which("pipx") or "pipx",
            "install",
            _tools(place.wheel.as_uri()),
        ],
    ),
    Way(
        title="uv",
        typed='uv tool install "devops-scaffolder[tools] @ https://packages.example.com/{wheel}"',
        here=lambda place: [
            *(_uv(), "tool", "install", "--quiet", "--no-cache"),
            *("--no-index", "--find-links", str(place.wheels)),
            _tools(place.wheel.as_uri()),
        ],
    ),
)


def main() -> int:
    """Measure every way, or those whose title has a word; fail if one does not work."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only ways whose title has one of them")
    words = parser.parse_args().words
    ways = [way for way in WAYS if not words or any(word in way.title for word in words)]
    done: list[Measured] = []
    with tempfile.TemporaryDirectory() as temporary, _prepared(Path(temporary)) as place:
        for way in filter(_can_run, ways):
            done.append(_measured(way, place))
            print(f"{way.title:<34} {done[-1].seconds:6.0f} s {done[-1].size:6} MiB", flush=True)
            text = PAGE.read_text(encoding="utf-8")
            rows = table(done, _size(place.wheels), before=text)
            PAGE.write_text(filled(text, rows), encoding="utf-8")
    return 0


def table(done: list[Measured], wheels: int, before: str = "") -> str:
    """Return a row for each way as Markdown; one that is not measured now keeps what the page has.

    The folder of wheels has `wheels` mebibytes itself.
    """
    known = dict(
        re.findall(r"^\| ([^|]+) \| `[^`]+` \| (\d+ MiB \| \d+ s) \|$", before, re.MULTILINE)
    )
    known |= {one.way.title: f"{one.size} MiB | {one.seconds:.0f} s" for one in done}
    rows = [
        f"| {way.title} | `{way.typed}` | {known.get(way.title, 'not measured | -')} |"
        for way in WAYS
    ]
    head = ["| from | command | on the disk | here |", "|---|---|---|---|"]
    return "\n".join([*head, *rows, "", f"The folder of wheels itself has {wheels} MiB.", ""])


def filled(text: str, rows: str) -> str:
    """Return the page with these rows, and the number of this release in its commands."""
    from scaffolder import __version__

    wheel = WHEEL.format(version=__version__)
    numbered = rows.replace("{wheel}", wheel).replace("{version}", __version__)
    before, _, rest = text.partition(START)
    return f"{before}{START}{numbered}{END}{rest.partition(END)[2]}"


def commands(text: str) -> list[str]:
    """Return the commands in the rows of the page, without the number of a release."""
    rows = text.partition(START)[2].partition(END)[0]
    found = re.findall(r"`((?:pip|pipx|uv) [^`]+)`", rows)
    wheel = re.compile(WHEEL.format(version=r"[\d.]+").replace("-py3", r"-py3"))
    return [
        re.sub(r"(==|@v)[\d.]+\d", r"\1{version}", wheel.sub("{wheel}", command))
        for command in found
    ]


@contextmanager
def _prepared(folder: Path) -> Iterator[Place]:
    """Build the wheel, fetch all that it needs, and serve both."""
    wheels = folder / "wheels"
    build = ["build", "--no-isolation", "--wheel", "--outdir", wheels, ROOT]
    subprocess.run([sys.executable, "-m", *map(str, build)], check=True, capture_output=True)
    (wheel,) = wheels.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    fetch = ["wheel", "--wheel-dir", wheels, "--constraint", LOCK, _tools(wheel.as_uri())]
    subprocess.run([*pip, *map(str, fetch)], check=True)
    repository = folder / "scaffolder.git"
    clone = ["git", "clone", "--quiet", "--bare", "--no-hardlinks", str(ROOT), str(repository)]
    subprocess.run(clone, check=True)
    for command in (["tag", "measured", "HEAD"], ["update-server-info"]):
        subprocess.run(["git", "-C", str(repository), *command], check=True)
    with _served(wheels, folder / "simple") as index:
        yield Place(wheels=wheels, index=index, repository=repository, folder=folder)


@contextmanager
def _served(wheels: Path, simple: Path) -> Iterator[str]:
    """Serve the wheels as an index of PEP 503, on this machine alone."""
    for file in wheels.iterdir():
        name = re.sub(r"[-_.]+", "-", file.name.split("-")[0]).lower()
        (simple / name).mkdir(parents=True, exist_ok=True)
        (simple / name / file.name).symlink_to(file)
    handler = functools.partial(_Quiet, directory=str(simple.parent))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple"
    finally:
        server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Print nothing of a request."""


def _can_run(way: Way) -> bool:
    program = way.title.split(",")[0]
    if program != "pip" and not (shutil.which(program) or program == "uv"):
        print(f"{way.title:<34} not measured: {program} is not installed")
        return False
    return True


def _measured(way: Way, place: Place) -> Measured:
    inside = place.folder / "installed"
    inside.mkdir()
    here = Place(wheels=place.wheels, index=place.index, repository=place.repository, folder=inside)
    homes = {
        "PIP_NO_COMPILE": "1",  # Python compiles what it imports, a small part of it all
        **{f"PIPX_{name}": str(inside / name.lower()) for name in ("HOME", "BIN_DIR", "MAN_DIR")},
        "UV_TOOL_DIR": str(inside / "tools"),
        "UV_TOOL_BIN_DIR": str(inside / "bin_dir"),
    }
    argv = way.here(here)
    started = time.monotonic()
    done = subprocess.run(argv, env={**os.environ, **homes}, capture_output=True, text=True)
    seconds = time.monotonic() - started
    if done.returncode != 0:
        raise SystemExit(f"{way.title}: {' '.join(argv)}\n{done.stdout}{done.stderr}")
    program = next(iter([*inside.glob("venv/bin/scaffold"), *inside.glob("bin_dir/scaffold")]))
    new = [str(program), "new", "x", "--defaults", "--no-check", "--no-git", "-o", str(inside)]
    subprocess.run(new, check=True, capture_output=True)
    shutil.rmtree(inside / "x")
    size = _size(inside)
    shutil.rmtree(inside)
    return Measured(way=way, seconds=seconds, size=size)


def _size(folder: Path) -> int:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return round(sum(path.stat().st_size for path in files) / 2**20)


def _uv() -> str:
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.exists() else "uv"


if __name__ == "__main__":
    raise SystemExit(main())
