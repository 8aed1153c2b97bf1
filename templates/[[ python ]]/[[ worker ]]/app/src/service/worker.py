"""Takes one message after the other, until it is told to stop. No message is lost, and none blocks the others for ever."""

import threading
import time
from collections.abc import Callable

from service.log import Log
from service.metrics import Metrics
from service.source import Message, Source

# So often a message is tried; then it is put aside, because it would fail for ever.
ATTEMPTS = 5
# Between two looks at a queue that had nothing.
IDLE_SECONDS = 1.0
# The longest pause before a message, or a queue that cannot be reached, is tried again.
LONGEST_PAUSE_SECONDS = 300.0
LONGEST_QUEUE_PAUSE_SECONDS = 30.0


def pause_after(attempt: int) -> float:
    """Return the seconds until a message is tried again: 5, 20, 80, 300."""
    return float(min(LONGEST_PAUSE_SECONDS, 5 * 4 ** (attempt - 1)))


class Worker:
    """`longest` is how many seconds one message may take."""

    def __init__(
        self,
        source: Source,
        handle: Callable[[Message, Log], None],
        log: Log,
        metrics: Metrics,
        longest: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.metrics = metrics
        self.ready = False
        self._source = source
        self._handle = handle
        self._log = log
        self._longest = longest
        self._now = now
        self._turned = now()
        self._unreachable = 0

    def alive(self) -> bool:
        """Return whether the loop goes round: a message that takes far too long is one that hangs."""
        return self._now() - self._turned < self._longest + 2 * LONGEST_QUEUE_PAUSE_SECONDS

    def run(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            if not self.turn():
                stopping.wait(self._pause())
        self.ready = False

    def turn(self) -> bool:
        """Take a message and finish it; return whether there was one."""
        self._turned = self._now()
        try:
            self.metrics.backlog = self._source.backlog()
            message = self._source.take()
        except Exception as failure:  # whatever a queue raises, the worker tries it again
            self._lost("the queue cannot be read", failure)
            return False
        self._unreachable = 0
        self.ready = True
        if message is None:
            return False
        with self.metrics.in_flight:
            self._finish(message)
        return True

    def _finish(self, message: Message) -> None:
        started = self._now()
        result = self._try(message)
        seconds = self._now() - started
        try:
            if result == "done":
                self._source.done(message)
            elif result == "failed":
                self._source.retry(message, pause_after(message.attempt))
            else:
                self._source.set_aside(message)
        except Exception as failure:  # it comes again by itself, as if this pod had been killed
            self._lost("the queue did not take the result", failure)
            return
        self.metrics.finished(result, seconds)
        duration = round(seconds * 1e3, 3)
        self._log.info("message", id=message.id, attempt=message.attempt, result=result, duration_ms=duration)

    def _try(self, message: Message) -> str:
        if message.attempt > ATTEMPTS:
            # Each attempt ended with its pod, so that no exception could put it aside: killed for its memory, for example, or hanging.
            self._log.warn("put aside", id=message.id, attempt=message.attempt, cause="no attempt came to an end")
            return "aside"
        try:
            self._handle(message, self._log)
        except Exception as failure:  # whatever the handler raises, the log has it and the message comes again
            last = message.attempt >= ATTEMPTS
            self._log.error("put aside" if last else "failed", failure, id=message.id, attempt=message.attempt)
            return "aside" if last else "failed"
        return "done"

    def _lost(self, text: str, failure: Exception) -> None:
        self.ready = False
        self._unreachable += 1
        self.metrics.queue_failed()
        self._log.error(text, failure)

    def _pause(self) -> float:
        return float(min(LONGEST_QUEUE_PAUSE_SECONDS, IDLE_SECONDS * 2 ** min(self._unreachable, 10)))
