"""The log: one JSON object a line on standard output, which the cluster collects."""

import json
import threading
import traceback
from datetime import UTC, datetime
from typing import Any, TextIO


class Log:
    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lock = threading.Lock()

    def info(self, message: str, **details: Any) -> None:
        self._write("info", message, details)

    def warn(self, message: str, **details: Any) -> None:
        self._write("warn", message, details)

    def error(self, message: str, cause: BaseException, **details: Any) -> None:
        trace = "".join(traceback.format_exception(cause))
        self._write("error", message, {**details, "cause": repr(cause), "trace": trace})

    def refuse(self, message: str, cause: str) -> None:
        """An error that one sentence explains: no trace."""
        self._write("error", message, {"cause": cause})

    def _write(self, level: str, message: str, details: dict[str, Any]) -> None:
        time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = json.dumps({"time": time, "level": level, "message": message, **details}, separators=(",", ":"))
        with self._lock:
            self._out.write(line + "\n")
            self._out.flush()
