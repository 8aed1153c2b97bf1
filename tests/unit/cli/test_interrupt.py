"""An interrupt reaches the program wherever it comes, also where Python would print it and go on."""

from __future__ import annotations

import subprocess
import sys

import pytest

IN_A_DESTRUCTOR = """
class Forgotten:
    def __del__(self):
        raise KeyboardInterrupt

Forgotten()
"""
BESIDE_A_FORK = """
def dropped():
    raise KeyboardInterrupt

os.register_at_fork(after_in_parent=dropped)
if (child := os.fork()) == 0:
    os._exit(0)
os.waitpid(child, 0)
"""


@pytest.mark.parametrize("where", [IN_A_DESTRUCTOR, BESIDE_A_FORK], ids=["destructor", "fork"])
def test_an_interrupt_that_python_drops_comes_again(where: str) -> None:
    program = f"""
import os, sys, time
from scaffolder import cli

sys.unraisablehook = cli._raise_later
try:
{"".join(f"    {line}" for line in where.splitlines(keepends=True))}
    time.sleep(20)
except KeyboardInterrupt:
    print("interrupted")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=15
    )
    assert (done.stdout, done.stderr) == ("interrupted\n", "")


STOPPED = """
import os, signal, sys, time
from scaffolder import cli

signal.signal(signal.SIGTERM, cli._Stop())
interrupts = 0
for pause in {pauses}:
    try:
        time.sleep(pause)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.01)
    except KeyboardInterrupt:
        interrupts += 1
print(interrupts)
"""


@pytest.mark.parametrize(
    ("pauses", "interrupts"),
    [((0,), 1), ((0, 0), 1), ((0, 0.2, 0), 1), ((0, 1.1), 2)],
    ids=["one", "process and group", "three at once", "later, another one"],
)
def test_signals_that_arrive_together_are_one_interrupt(
    pauses: tuple[float, ...], interrupts: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STOPPED.format(pauses=pauses)],
        capture_output=True,
        text=True,
        timeout=15,
    )
    assert (done.stdout, done.stderr) == (f"{interrupts}\n", "")
