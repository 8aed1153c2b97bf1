"""Write the development environment's lock file: the installed packages, but not ours."""

import subprocess
import sys
from pathlib import Path

from scaffolder.tools import installation

HEADER = (
    "# The exact development environment; `make lock` writes it. The package itself has lower"
    " bounds only.\n"
)
NOT_LOCKED = {"pip", "setuptools", "wheel", installation.NAME}


def main(target: str) -> None:
    """Upgrade every development dependency within its bounds, and write the result."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--upgrade", "pip"], check=True)
    subprocess.run(
        [*pip, "install", "--quiet", "--upgrade", "--group", "dev", "--editable", ".[tools]"],
        check=True,
    )
    frozen = subprocess.run(
        [*pip, "freeze", "--exclude-editable"], check=True, capture_output=True, text=True
    ).stdout
    lines = [line for line in frozen.splitlines() if line.split("==")[0].lower() not in NOT_LOCKED]
    Path(target).write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
