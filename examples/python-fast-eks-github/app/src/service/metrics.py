"""Counts requests and writes them in the Prometheus text format.

Every label has a small fixed set of values: a label that a caller can fill freely (a path, an unknown method)
would make a new time series for each value and fill the memory of Prometheus.
"""

import threading
from bisect import bisect_left
from collections.abc import Iterable

from service import process

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    def __init__(self, routes: Iterable[str], runtime: str, version: str, revision: str) -> None:
        """Start all series of these routes at zero: without a series for 500 an error ratio would be empty, not 0.

        A route is a path, which is for GET, or a method and a path.
        """
        self._lock = threading.Lock()
        self.in_flight = _Gauge()
        self.queued = _Gauge()
        self._build_info = _labels(runtime=runtime, version=version, revision=revision)
        self._requests: dict[str, int] = {}
        self._durations: dict[str, _Histogram] = {}
        for name in routes:
            method, route = name.split() if " " in name else ("GET", name)
            for code in (200, 500):
                self._requests[_labels(method=method, route=route, code=code)] = 0
            self._durations[_labels(method=method, route=route)] = _Histogram()

    def observe(self, method: str, route: str, code: int, seconds: float) -> None:
        """Count a request and how long it took."""
        known = method if method in METHODS else "other"
        self.count(known, route, code)
        histogram = _labels(method=known, route=route)
        with self._lock:
            self._durations.setdefault(histogram, _Histogram()).observe(seconds)

    def count(self, method: str, route: str, code: int) -> None:
        """Count a request that took no time worth measuring."""
        counter = _labels(method=method, route=route, code=code)
        with self._lock:
            self._requests[counter] = self._requests.get(counter, 0) + 1

    def text(self) -> str:
        with self._lock:
            lines = _header("http_requests_total", "counter", "Requests answered, without probes and scrapes.")
            lines += (f"http_requests_total{{{labels}}} {count}" for labels, count in sorted(self._requests.items()))
            lines += _header("http_request_duration_seconds", "histogram", "Time from the request to its answer.")
            for labels, histogram in sorted(self._durations.items()):
                lines += histogram.lines("http_request_duration_seconds", labels)
        lines += _single("http_requests_in_flight", "gauge", "Requests that are worked on.", self.in_flight.value)
        lines += _single("http_requests_queued", "gauge", "Requests that wait for their turn.", self.queued.value)
        for name, (kind, text, value) in process.usage().items():
            lines += _single(name, kind, text, value)
        lines += _header("app_build_info", "gauge", "What runs: runtime, its version, and the revision of the source.")
        lines.append(f"app_build_info{{{self._build_info}}} 1")
        return "\n".join(lines) + "\n"


class _Gauge:
    """How many are inside of `with`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.value = 0

    def __enter__(self) -> None:
        with self._lock:
            self.value += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.value -= 1


class _Histogram:
    """How many requests took at most this many seconds, for each of the buckets."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BUCKETS) + 1)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        self._counts[bisect_left(BUCKETS, seconds)] += 1
        self._sum += seconds

    def lines(self, name: str, labels: str) -> list[str]:
        lines = []
        total = 0
        for bound, count in zip([*map(str, BUCKETS), "+Inf"], self._counts, strict=True):
            total += count
            lines.append(f'{name}_bucket{{{labels},le="{bound}"}} {total}')
        return [*lines, f"{name}_sum{{{labels}}} {self._sum!r}", f"{name}_count{{{labels}}} {total}"]


def _header(name: str, kind: str, text: str) -> list[str]:
    return [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]


def _single(name: str, kind: str, text: str, value: float) -> list[str]:
    """A metric with one value."""
    return [*_header(name, kind, text), f"{name} {value!r}"]


def _labels(**labels: object) -> str:
    return ",".join(f'{name}="{_escaped(str(value))}"' for name, value in labels.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
