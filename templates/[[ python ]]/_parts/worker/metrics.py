"""Counts messages and writes them in the Prometheus text format.

Every label has a small fixed set of values: a label that a sender can fill freely (a name, an unknown type)
would make a new time series for each value and fill the memory of Prometheus.
"""

import threading
import time
from bisect import bisect_left
from collections.abc import Callable

from service import process
from service.source import Backlog

RESULTS = ("done", "failed", "aside")
BUCKETS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300)


class Metrics:
    def __init__(self, runtime: str, version: str, revision: str, now: Callable[..., float] = time.time) -> None:
        """Start all series at zero: without a series for failures their share would be empty, not 0."""
        self._lock = threading.Lock()
        self._now = now
        self.in_flight = _Gauge()
        self.backlog = Backlog(0, 0)
        self._build_info = _labels(runtime=runtime, version=version, revision=revision)
        self._results = dict.fromkeys(RESULTS, 0)
        self._durations = {result: _Histogram() for result in RESULTS}
        self._queue_errors = 0
        self._last_success = 0.0

    def finished(self, result: str, seconds: float) -> None:
        """Count a message by its result, and how long it took."""
        with self._lock:
            self._results[result] += 1
            self._durations[result].observe(seconds)
            if result == "done":
                self._last_success = round(self._now(), 3)

    def queue_failed(self) -> None:
        with self._lock:
            self._queue_errors += 1

    def text(self) -> str:
        backlog = self.backlog
        # It grows by itself while the loop stands still.
        age = max(0.0, round(self._now() - backlog.oldest, 3)) if backlog.waiting else 0
        with self._lock:
            lines = _header("messages_processed_total", "counter", "Messages by how their handling ended.")
            lines += (f'messages_processed_total{{result="{name}"}} {count}' for name, count in self._results.items())
            lines += _header("message_duration_seconds", "histogram", "Time from taking a message to its end.")
            for name, histogram in self._durations.items():
                lines += histogram.lines("message_duration_seconds", _labels(result=name))
            lines += _single("queue_errors_total", "counter", "Times that the queue did not answer.", self._queue_errors)
            last = self._last_success
        lines += _single("messages_in_flight", "gauge", "Messages that are worked on.", self.in_flight.value)
        lines += _single("messages_waiting", "gauge", "Messages that are not done, as last seen.", backlog.waiting)
        lines += _single("message_oldest_seconds", "gauge", "Age of the oldest message that is not done.", age)
        text = "When a message was last done, since unix epoch; 0: never."
        lines += _single("message_last_success_timestamp_seconds", "gauge", text, last)
        for name, (kind, text, value) in process.usage().items():
            lines += _single(name, kind, text, value)
        lines += _header("app_build_info", "gauge", "What runs: runtime, its version, and the revision of the source.")
        lines.append(f"app_build_info{{{self._build_info}}} 1")
        return "\n".join(lines) + "\n"
