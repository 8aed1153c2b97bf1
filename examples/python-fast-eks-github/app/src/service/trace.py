"""The trace of a request: its caller sends it in the header `traceparent`.

The form is that of https://www.w3.org/TR/trace-context/. The log carries it, so the lines of one request are found
together, in this service and in all others that it passes.
"""

import re
import secrets

_FORM = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}")


def fields(traceparent: str | None) -> dict[str, str]:
    """Return the fields of a request for the log: the trace and span of its caller, or else a new trace."""
    form = _FORM.fullmatch(traceparent or "")
    if form:
        return {"trace_id": form[1], "span_id": form[2]}
    return {"trace_id": secrets.token_hex(16)}
