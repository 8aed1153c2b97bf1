"""The answers of the service. A new path starts here: one entry in `routes` and one function."""

import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from service.config import Config


@dataclass(frozen=True)
class Response:
    """An answer: its status code, the type of its content, and the content."""

    status: int
    content_type: str
    body: bytes


class RefusedError(Exception):
    """The caller has to change the request; it is answered with this status and this sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


# Answers one request; one that is not for GET is handed the body. An exception becomes status 500.
Route = Callable[..., Response]


def json_response(status: int, /, **content: Any) -> Response:
    return Response(status, "application/json", json.dumps(content, separators=(",", ":")).encode() + b"\n")


def json_object(body: bytes) -> Mapping[str, Any]:
    """The body as JSON; RefusedError if it is not a JSON object."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise RefusedError(400, "the body must be a JSON object")
    return content


def metrics_response(text: str) -> Response:
    return Response(200, "text/plain; version=0.0.4; charset=utf-8", text.encode())


def routes(config: Config) -> Mapping[str, Route]:
    """Path to answer, for GET and HEAD; `POST /` is that of another method.

    The paths are also the values of the metrics' label `route`.
    """
    return {
        "/": lambda: _greeting(config),
        "POST /": lambda body: _greeting_of(config, json_object(body)),
        "/info": lambda: _info(config),
    }


def _greeting(config: Config) -> Response:
    return json_response(200, message=f"Hello from {config.service_name}")


def _greeting_of(config: Config, asked: Mapping[str, Any]) -> Response:
    name = asked.get("name")
    if not isinstance(name, str) or not name:
        raise RefusedError(400, "name must be a text")
    return json_response(200, message=f"Hello {name} from {config.service_name}")


def _info(config: Config) -> Response:
    """The exact build: the deployment compares it with the one that it meant to deploy."""
    return json_response(
        200,
        service=config.service_name,
        environment=config.environment,
        runtime={"name": "python", "version": platform.python_version()},
        revision=config.revision,
        digest=config.image_digest,
    )
