"""Run the unit tests on each supported Python of this machine, and name those that it lacks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PLACE = ROOT / ".pythons"
LOCK = ROOT / "requirements" / "dev.txt"


def main() -> int:
    """Fail where the tests fail on one of them, or where there is none at all."""
    wanted = sys.argv[1:] or ["tests/unit"]
    outcomes = {version: _tested(version, wanted) for version in supported()}
    for version, outcome in outcomes.items():
        print(f"Python {version}   {outcome}")
    return 0 if "passed" in outcomes.values() and "FAILED" not in outcomes.values() else 1


def supported() -> list[str]:
    """Return the versions that the package supports: "3.11"."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    prefix = "Programming Language :: Python :: "
    named = [text.removeprefix(prefix) for text in project["classifiers"] if prefix in text]
    return [version for version in named if version[-1].isdigit()]


def interpreter(version: str) -> str | None:
    """Return a Python of this version: on PATH, of pyenv, or of uv; None without one."""
    on_path = shutil.which(f"python{version}")
    if on_path and _is(on_path, version):
        return on_path
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for folder in sorted(pyenv.glob(f"{version}.*"), reverse=True):
        if _is(str(folder / "bin" / "python"), version):
            return str(folder / "bin" / "python")
    found = _run(_uv(), "python", "find", "--no-python-downloads", version)
    return found.strip() if found and _is(found.strip(), version) else None


def _tested(version: str, wanted: list[str]) -> str:
    python = interpreter(version)
    if python is None:
        return "not tested: this machine has no such interpreter"
    place = PLACE / version
    for argv in (
        [_uv(), "venv", "--quiet", "--clear", "--python", python, str(place)],
        [_uv(), "pip", "install", "--quiet", "--python", str(place), "--requirement", str(LOCK)],
        [_uv(), "pip", "install", "--quiet", "--python", str(place), "--no-deps", "-e", str(ROOT)],
        [str(place / "bin" / "python"), "-m", "pytest", "-q", "-n", "2", *wanted],
    ):
        if subprocess.run(argv, cwd=ROOT).returncode != 0:
            return "FAILED"
    return "passed"


def _is(python: str, version: str) -> bool:
    """Whether a program is that Python; a shim of pyenv may be there and lead nowhere."""
    said = _run(python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
    return said is not None and said.strip() == version


def _run(*argv: str) -> str | None:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _uv() -> str:
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.exists() else "uv"


if __name__ == "__main__":
    raise SystemExit(main())
