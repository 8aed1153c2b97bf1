"""Run Terraform through python-terraform.

`python -P -m scaffolder.tools.embedded.terraform_driver TERRAFORM… -- ARGS`

Only `Terraform.cmd` is used: its other calls pass flags that Terraform dropped, and its own run has
no timeout. So it runs in this process of its own, which the toolchain kills as a group, and
Terraform writes straight to our streams.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from python_terraform import Terraform


def main(arguments: list[str]) -> int:
    """Run the program before "--" with the arguments behind it.

    Return its exit code, negative for a signal.
    """
    end = arguments.index("--")
    (binary, *leading), (command, *rest) = arguments[:end], arguments[end + 1 :]
    terraform = Terraform(working_dir=str(Path.cwd()), terraform_bin_path=binary)
    exit_code, _, _ = terraform.cmd(" ".join((*leading, command)), *rest, capture_output=False)
    return int(exit_code)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    if code < 0:
        signal.signal(-code, signal.SIG_DFL) if -code not in (
            signal.SIGKILL,
            signal.SIGSTOP,
        ) else None
        os.kill(os.getpid(), -code)  # die the way it died, so that the toolchain sees a crash
    sys.exit(code)
