"""A stand-in for a program: a shell script that tells a version."""

from __future__ import annotations

import textwrap
from pathlib import Path

from scaffolder.tools.programs import Tool

TOOL = Tool(
    name="frobnicate", minimum=(1, 2), install_hint="apt install frobnicate", alternatives=("frob",)
)


def install(folder: Path, body: str, *, name: str = "frobnicate", version: str = "1.10.0") -> Path:
    """A shell script that tells its version when asked and does `body` otherwise."""
    script = folder / name
    answer = f"frobnicate v{version} (build 7)"
    script.write_text(
        f'#!/bin/sh\nif [ "$1" = --version ]; then echo "{answer}"; exit 0; fi\n{textwrap.dedent(body)}\n'
    )
    script.chmod(0o755)
    return script
