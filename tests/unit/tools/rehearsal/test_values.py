"""A machine without the extra `tools`.

Checks and commands start, and a rehearsal names its needs.
"""

from __future__ import annotations

import subprocess
import sys

MODULES = (
    "scaffolder.rehearse",
    "scaffolder.cli.rehearse",
    "scaffolder.checks.terraform",
    "scaffolder.repository.rehearsals",
    "scaffolder.update.rehearsal",
)


def test_nothing_but_a_rehearsal_itself_needs_messagepack_or_grpc() -> None:
    code = (
        "import sys\n"
        "sys.modules |= dict.fromkeys(('msgpack', 'grpc'))\n"  # an import of None fails
        f"import {', '.join(MODULES)}\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
