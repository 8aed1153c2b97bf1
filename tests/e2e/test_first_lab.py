"""docs/first-lab.md, typed into a terminal as it stands there: from the wheel to the first green lab."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pexpect
import pytest
from site_text import followed, read
from support import ROOT

from scaffolder.lab import lab, runtimes

PAGE = "first-lab.md"
LONGEST = 600.0
"""Seconds from the wheel to the first green lab."""

LARGEST = 120e6
"""Bytes that a track downloads: the packages of the extra, and its first runtime."""

PROMPT = "typed-and-done> "
_PART = re.compile(
    r"^```console\n(?P<typed>.*?)^```\n(?:\n```text\n(?P<printed>.*?)^```\n)?"
    r"|^<!-- edit: (?P<file>\S+) -->\n```diff\n(?P<diff>.*?)^```\n",
    re.DOTALL | re.MULTILINE,
)

pytestmark = pytest.mark.walk


@dataclass(frozen=True, kw_only=True)
class Part:
    """Lines that are typed and what the last one prints, or an edit of a file."""

    typed: tuple[str, ...]
    printed: str
    file: str
    diff: str


def parts() -> Iterator[Part]:
    """Yield the blocks of the page in their order."""
    for found in _PART.finditer(read(PAGE)):
        lines = (found["typed"] or "").splitlines()
        yield Part(
            typed=tuple(line.removeprefix("$ ") for line in lines),
            printed=found["printed"] or "",
            file=found["file"] or "",
            diff=found["diff"] or "",
        )


class Terminal:
    """A shell in a pseudo-terminal of 100 columns; nothing of this user's home is seen."""

    def __init__(self, folder: Path) -> None:
        home = folder / "home"
        home.mkdir()
        hidden = ("VIRTUAL_ENV", "PYTHONPATH", "CI", "NO_COLOR", "ACCESSIBLE", "COLUMNS", "LINES")
        environment = {name: os.environ[name] for name in os.environ if name not in hidden}
        path = [str(Path(sys.executable).parent), *os.environ["PATH"].split(os.pathsep)]
        environment |= {
            "HOME": str(home),
            "PATH": os.pathsep.join(_without_scaffold(path, folder)),
            "PS1": PROMPT,
            "VIRTUAL_ENV_DISABLE_PROMPT": "1",
            "TERM": "xterm",
        }
        self.shell = pexpect.spawn(
            *("/bin/sh", ["-i"]),
            cwd=str(folder / "work"),
            env=environment,
            encoding="utf-8",
            dimensions=(40, 100),
            timeout=LONGEST,
            echo=False,
        )
        self.shell.expect_exact(PROMPT)

    def type(self, line: str) -> str:
        """Type a line, and return what stays on the screen until the next prompt, without colours."""
        self.shell.sendline(line)
        self.shell.expect_exact(PROMPT)
        printed = click.unstyle(str(self.shell.before)).replace("\r\n", "\n")
        return re.sub(r"\r[^\r\n]*\r *\r", "", printed)  # the line while a command works


def _without_scaffold(path: list[str], folder: Path) -> Iterator[str]:
    """Yield the folders of PATH, with one in the place of ours that has Python alone."""
    python = folder / "python"
    python.mkdir()
    (python / "python3").symlink_to(Path(sys.executable).resolve())
    yield str(python)
    yield from (name for name in path if not (Path(name) / "scaffold").exists())


def expected(text: str) -> re.Pattern[str]:
    """A pattern of what the page shows: a line of … stands for any lines, … in a line for any text."""
    lines = [
        r"(?:[^\n]*\n)*?"
        if line.strip() == "…"
        else "[^\n]*".join(re.escape(piece) for piece in line.split("…")) + r"\n"
        for line in text.splitlines()
    ]
    return re.compile("".join(lines))


def of_this_python(text: str) -> str:
    """The text of the page, which is written for Python 3.11, for the Python of this machine."""
    here = f"3.{sys.version_info.minor}"
    wanted = "3.13" if here in {"3.11", "3.12"} else "3.12"
    return text.replace("3.13", "WANTED").replace("3.11", here).replace("WANTED", wanted)


def edited(file: Path, diff: str) -> None:
    """Change the one line that a diff names."""
    [old] = re.findall(r"^-(.*)$", diff, re.MULTILINE)
    [new] = re.findall(r"^\+(.*)$", diff, re.MULTILINE)
    text = file.read_text(encoding="utf-8")
    assert text.splitlines()[3] == old, "the page names line 4"
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("track", ["java", "node", "python"])
def test_the_extra_and_a_runtime_of_a_track_are_a_small_download(
    track: str, tmp_path: Path
) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    packages = [*project["optional-dependencies"]["lab"]]
    first = lab.required("1").of_track(track)[0]
    packages += [package for (_, package), *_ in runtimes.wheels(track)[:1]]
    if track != "python":
        assert runtimes.how_to_get(track, first["image"]).endswith(packages[-1])
    argv = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest"]
    subprocess.run([*argv, str(tmp_path), *packages], check=True)
    size = sum(file.stat().st_size for file in tmp_path.iterdir())
    print(f"{size / 1e6:6.1f} MB  the extra, and what the track {track} runs on")  # noqa: T201
    assert size <= LARGEST


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    argv = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir"]
    done = subprocess.run([*argv, str(folder), str(ROOT)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


def test_from_the_wheel_to_the_first_green_lab(wheel: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (work / wheel.name).write_bytes(wheel.read_bytes())
    terminal = Terminal(tmp_path)
    began = time.monotonic()
    written = list(parts())
    assert any(part.diff for part in written)
    for part in written:
        if part.diff:
            edited(work / part.file, of_this_python(part.diff))
        printed = ""
        for line in part.typed:
            at = time.monotonic()
            printed = terminal.type(line)
            print(f"{time.monotonic() - at:6.1f} s  $ {line}")  # noqa: T201 - what `make lab-walk` shows
        if part.printed:
            assert expected(of_this_python(part.printed)).fullmatch(printed), printed
    seconds = time.monotonic() - began
    print(f"{seconds:6.1f} s  from the wheel to the first green lab")  # noqa: T201
    assert "Done, with 1 hint." in printed
    assert sorted(path.name for path in work.iterdir()) == [".venv", wheel.name, "lab-work"]
    assert [path.name for path in (tmp_path / "home").rglob("*.lab*")] == []
    assert seconds < LONGEST


NO_NETWORK = ("unshare", "--map-root-user", "--net", "sh", "-e", "-c")
IN_THE_ROOM = """
ip link set lo up
cd room
{python} -m venv .venv
. .venv/bin/activate
cp -R ../usb/. .
sha256sum --quiet --check SHA256SUMS
{install}
scaffold lab start 1 --track java
red scaffold lab check
scaffold lab hint; scaffold lab hint; scaffold lab hint
sed -i 's/^ARG JAVA_VERSION=.*/ARG JAVA_VERSION=8/' lab-work/works-on-my-machine/Dockerfile
scaffold lab check
scaffold lab start 3 --variant 1
red scaffold lab cloud plan prod
scaffold lab cloud apply prod
rule=$(scaffold lab cloud ls hand | sed -n 's/^aws_vpc_security_group_ingress_rule *\\([^ ]*\\) .*/\\1/p')
scaffold lab cloud delete "$rule"
echo "unseen: $rule" > lab-work/drift/ANSWERS.yml
scaffold lab check
"""
"""A lab with a runtime of the bundle, and one with its Terraform; `red` is a command that ends with 1."""


def test_a_room_without_a_network_needs_the_bundle_alone(wheel: Path, tmp_path: Path) -> None:
    """The commands that `scaffold lab bundle` prints are typed where no other host is reached."""
    hidden = subprocess.run([*NO_NETWORK, "true"], capture_output=True)
    if hidden.returncode or not shutil.which("ip"):
        pytest.skip("this machine cannot hide its network: unshare --net, and ip of iproute2")
    words = followed("lab.md", "bundle")[0].partition("#")[0].split()
    assert words == ["scaffold", "lab", "bundle", "usb", "--track", "java"]
    scaffold = [sys.executable, "-m", "scaffolder", *words[1:]]
    made = subprocess.run(
        [*scaffold, "--wheel", str(wheel)], cwd=tmp_path, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stdout + made.stderr
    summary, _, commands = made.stdout.partition("in the room, in a copy of this folder:\n")
    print(summary.strip())  # noqa: T201 - what `make lab-walk` shows
    install = "\n".join(line.strip() for line in commands.splitlines())
    (tmp_path / "room").mkdir()
    red = 'red() { if "$@"; then exit 9; else test $? = 1; fi; }\n'
    typed = red + IN_THE_ROOM.format(python=sys.executable, install=install)
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "COLUMNS": "100"}
    done = subprocess.run(
        [*NO_NETWORK, typed], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("This is how it starts: red.") == 2
    assert "prod differs from the code: 2 objects" in done.stdout
    assert "Done, with 3 hints." in done.stdout
    assert "Done, with 0 hints." in done.stdout
