"""Fill README.md's generated parts: a run's transcript, the tree of its files, exit codes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scaffolder.errors import ExitCode

README = Path(__file__).parent.parent / "README.md"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        argv = [sys.executable, "-m", "scaffolder", "new", "my-service", "--defaults"]
        programs = Path(folder, "bin")
        programs.mkdir()
        (programs / "git").symlink_to(str(shutil.which("git")))
        environment = {**os.environ, "PATH": str(programs)}
        run = subprocess.run(
            argv, cwd=folder, env=environment, capture_output=True, text=True, check=True
        )
        listing = tree(Path(folder) / "my-service")
    text = README.read_text(encoding="utf-8")
    text = _fill(
        text,
        "transcript[^>]*",
        "end of transcript",
        f"```text\n$ scaffold new my-service --defaults\n{run.stdout.rstrip()}\n```",
    )
    text = _fill(text, "tree", "end of tree", f"```text\n{listing}\n```")
    text = _fill(text, "exit codes", "end of exit codes", exit_codes())
    README.write_text(text, encoding="utf-8")


def exit_codes() -> str:
    """The table of exit codes, as Markdown."""
    rows = [f"| `{code.value}` | {code.meaning} |" for code in ExitCode]
    return "\n".join(["| exit code | means |", "|---|---|", *rows])


def tree(root: Path) -> str:
    """Return a repository's first two levels, folders first, with the number of files below."""
    lines = ["my-service/"]
    for path in _sorted(root):
        lines.append(_line(path, 1))
        if path.is_dir() and path.name not in {".devcontainer", ".github", "ci"}:
            lines += [_line(below, 2) for below in _sorted(path) if below.is_dir()]
    return "\n".join(lines)


def _line(path: Path, depth: int) -> str:
    if not path.is_dir():
        return "  " * depth + path.name
    number = sum(file.is_file() for file in path.rglob("*"))
    name = "  " * depth + path.name + "/"
    return f"{name:<24} {number:>3} {'file' if number == 1 else 'files'}"


def _sorted(folder: Path) -> list[Path]:
    paths = [path for path in folder.iterdir() if path.name != ".git"]
    return sorted(paths, key=lambda path: (path.is_file(), path.name))


def _fill(text: str, start: str, end: str, content: str) -> str:
    pattern = re.compile(rf"(<!-- {start} -->\n).*?(\n<!-- {end} -->)", re.DOTALL)
    filled, number = pattern.subn(lambda found: found[1] + content + found[2], text)
    if number != 1:
        sys.exit(f"README.md has no part between <!-- {start} --> and <!-- {end} -->")
    return filled


if __name__ == "__main__":
    main()
