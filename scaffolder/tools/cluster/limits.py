"""Limit the time of a call that has no limit of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

_Value = TypeVar("_Value")


def within(seconds: float, function: Callable[[], _Value], otherwise: Exception) -> _Value:
    """Return what `function` returns; raise `otherwise` if that takes longer than `seconds`.

    The function runs in a thread of its own, which is left behind then: it ends with this process
    at the latest.
    """
    ended: list[tuple[_Value | None, Exception | None]] = []

    def run() -> None:
        try:
            ended.append((function(), None))
        except Exception as error:  # noqa: BLE001, raised again below, in the thread that asked
            ended.append((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not ended:
        raise otherwise
    value, error = ended[0]
    if error:
        raise error
    return value  # type: ignore[return-value]
