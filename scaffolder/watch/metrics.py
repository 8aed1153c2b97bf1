"""The counters of a service with the answers added that the proxy gave in its place."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

from scaffolder.formats.regex import regex

_REQUESTS = "http_requests_total"
_SECONDS = "http_request_duration_seconds"
_SAMPLE = regex(r"(?P<name>[a-zA-Z_:][\w:]*)\{(?P<labels>.*)\}\s+(?P<value>\S+)\s*")
_LABEL = regex(r'(\w+)="((?:[^"\\]|\\.)*)"')

Labels = frozenset[tuple[str, str]]


@dataclass
class _Histogram:
    """Answers by how long they took."""

    seconds: list[float] = field(default_factory=list)
    total: float = 0.0

    def add(self, seconds: float) -> None:
        self.seconds.insert(bisect_left(self.seconds, seconds), seconds)
        self.total += seconds

    def at_most(self, bound: str) -> int:
        return bisect_left(self.seconds, float(bound) + 1e-9)


class Answers:
    """The answers of the proxy, counted as the service counts its own; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[Labels] = Counter()
        self._durations: dict[Labels, _Histogram] = {}

    def count(self, method: str, path: str, code: int, seconds: float) -> None:
        """Count one answer that took `seconds`."""
        of_route = (("method", method), ("route", _route(path)))
        with self._lock:
            self._requests[frozenset((*of_route, ("code", str(code))))] += 1
            self._durations.setdefault(frozenset(of_route), _Histogram()).add(seconds)

    def added_to(self, exposition: str) -> str:
        """Return the metrics of the service with these answers in their series."""
        with self._lock:
            rest = Counter(self._requests)
            lines = [self._line(line, rest) for line in exposition.splitlines()]
            lines += [f"{_REQUESTS}{{{_text(labels)}}} {n}" for labels, n in rest.items()]
        return "\n".join(lines) + "\n"

    def _line(self, line: str, rest: Counter[Labels]) -> str:
        sample = _SAMPLE.fullmatch(line)
        if sample is None:
            return line
        labels = dict(_LABEL.findall(sample["labels"]))
        bound = labels.pop("le", "")
        series = frozenset(labels.items())
        more: float = 0
        if sample["name"] == _REQUESTS:
            more = rest.pop(series, 0)
        elif series in self._durations:
            more = _share(self._durations[series], sample["name"], bound)
        if not more:
            return line
        value = float(sample["value"]) + more
        number = int(value) if value.is_integer() else value
        return f"{sample['name']}{{{sample['labels']}}} {number}"


def _share(histogram: _Histogram, name: str, bound: str) -> float:
    """Return what a histogram adds to a sample of the service's histogram."""
    if name == f"{_SECONDS}_bucket":
        return histogram.at_most(bound)
    if name == f"{_SECONDS}_count":
        return len(histogram.seconds)
    return histogram.total if name == f"{_SECONDS}_sum" else 0


def _route(path: str) -> str:
    """Return the label of a path, as docs/contract.md has it for every runtime."""
    path = path.partition("?")[0]
    return path if path in {"/", "/info"} else "other"


def _text(labels: Labels) -> str:
    return ",".join(f'{name}="{value}"' for name, value in sorted(labels))
