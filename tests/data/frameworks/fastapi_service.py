"""A service on FastAPI that holds the contract: docs/your-own-framework.md shows its parts."""

import asyncio
import json
import logging
import os
import platform
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from pydantic import BaseModel

NAME = os.environ.get("SERVICE_NAME", "service")
REVISION = os.environ.get("REVISION", "unknown")
VERSION = platform.python_version()
BODY_BYTES = 64 * 1024
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
UNCOUNTED = {"/healthz", "/readyz", "/metrics"}
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Counter("http_requests", "Requests answered.", ["method", "route", "code"])
SECONDS = Histogram(
    "http_request_duration_seconds", "Time to the answer.", ["method", "route"], buckets=BUCKETS
)
IN_FLIGHT = Gauge("http_requests_in_flight", "Requests that are worked on.")
Gauge("http_requests_queued", "Requests that wait for their turn.")
BUILD = Gauge("app_build_info", "What runs.", ["runtime", "version", "revision"])
BUILD.labels("python", VERSION, REVISION).set(1)

app = FastAPI(openapi_url=None)
state = {"ready": True, "stopping": False}


class Greeting(BaseModel):
    name: str


@app.get("/")
def greeting() -> dict[str, str]:
    return {"message": f"Hello from {NAME}"}


@app.post("/")
def greeting_of(asked: Greeting) -> dict[str, str]:
    return {"message": f"Hello {asked.name} from {NAME}"}


@app.get("/info")
def info() -> dict[str, object]:
    return {
        "service": NAME,
        "environment": os.environ.get("ENVIRONMENT", "local"),
        "runtime": {"name": "python", "version": VERSION},
        "revision": REVISION,
        "digest": os.environ.get("IMAGE_DIGEST", "unknown"),
    }


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "alive"}


@app.get("/readyz")
def readyz() -> JSONResponse:
    return JSONResponse({"ready": state["ready"]}, 200 if state["ready"] else 503)


@app.get("/metrics")
def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


ROUTES = {"/", "/info"}
for route in (*ROUTES, "other"):
    SECONDS.labels("GET", route)
    for code in ("200", "500"):
        REQUESTS.labels("GET", route, code)


@app.exception_handler(RequestValidationError)
async def unusable(_: Request, failure: RequestValidationError) -> JSONResponse:
    return JSONResponse({"error": "the body must be a JSON object with a name"}, 400)


@app.middleware("http")
async def observed(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    started = time.monotonic()
    if int(request.headers.get("content-length", "0")) > BODY_BYTES:
        response: Response = JSONResponse({"error": "content too large"}, 413)
    else:
        with IN_FLIGHT.track_inprogress():
            response = await answer(request)
    if state["stopping"]:
        response.headers["Connection"] = "close"
    path = request.url.path
    if path not in UNCOUNTED:
        seconds = time.monotonic() - started
        method = request.method if request.method in METHODS else "other"
        route = path if path in ROUTES else "other"  # never the path that a caller invents
        REQUESTS.labels(method, route, str(response.status_code)).inc()
        SECONDS.labels(method, route).observe(seconds)
        log_request(request, path, response.status_code, seconds)
    return response


def log_request(request: Request, path: str, status: int, seconds: float) -> None:
    parts = request.headers.get("traceparent", "").split("-")
    trace = {"trace_id": os.urandom(16).hex()}
    if len(parts) == 4:
        trace = {"trace_id": parts[1], "span_id": parts[2]}
    duration = round(seconds * 1000, 3)
    log("request", method=request.method, path=path, status=status, duration_ms=duration, **trace)


def log(message: str, **fields: object) -> None:
    logging.info(message, extra={"fields": fields})


class JsonLines(logging.Formatter):
    """One JSON object a line, also for what uvicorn logs."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


class Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: object) -> None:
        """Turn not ready at SIGTERM, and close the port a second later."""
        state.update(ready=False, stopping=True)
        asyncio.get_running_loop().call_later(1, setattr, self, "should_exit", True)


if __name__ == "__main__":
    out = logging.StreamHandler(sys.stdout)
    out.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[out])
    port = int(os.environ.get("PORT", "8080"))
    drain = int(os.environ.get("DRAIN_SECONDS", "10"))
    asyncio.run(
        Server(
            uvicorn.Config(
                app,
                host="0.0.0.0",  # noqa: S104 - a container is asked from outside
                port=port,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=max(1, drain - 2),  # a second has passed by then
            )
        ).serve()
    )
