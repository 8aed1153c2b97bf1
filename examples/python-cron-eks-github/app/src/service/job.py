"""The work of one run. **Put your own here:** `items` lists what is to be done, `handle` does one of them.

A run may be repeated: after a failure, after a deployment, by hand. So handle an item such that a second time changes nothing.
"""

from collections.abc import Callable, Iterable

from service.log import Log


class Stopped(Exception):
    """The run was told to stop (SIGTERM) when `handled` items were done and others were left."""

    def __init__(self, handled: int) -> None:
        super().__init__(f"stopped after {handled} items")
        self.handled = handled


def items() -> Iterable[str]:
    """Return what this run has to do, such as rows of a table that are not done yet."""
    return ("first", "second", "third")


def handle(item: str, log: Log) -> None:
    """Do one item; an exception ends the run, and Kubernetes starts it again."""
    log.info("handled", item=item)


def run(
    log: Log,
    stopping: Callable[[], bool],
    work: Callable[[], Iterable[str]] = items,
    do: Callable[[str, Log], None] = handle,
) -> int:
    """Do all items and return how many; between two of them it stops when it is told to."""
    handled = 0
    for item in work():
        if stopping():
            raise Stopped(handled)
        do(item, log)
        handled += 1
    return handled
