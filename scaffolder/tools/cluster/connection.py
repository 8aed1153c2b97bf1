"""Send requests to an API server and read its answers, within limits of time and size."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scaffolder.errors import ClusterError
from scaffolder.formats.regex import regex
from scaffolder.tools.cluster.limits import within

AGENT = "scaffold-check"
"""The name under which the server's audit log shows our requests."""

LARGEST = 16 * 2**20
"""Bytes of the largest answer that is read; the largest object that a server stores has 1.5 MiB."""

_CHUNK = 2**16

_GRACE = 1.0
"""Seconds that the HTTP library has beyond a limit, so that its more exact message wins."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer: `document` is its JSON object ({} if none), `text` another body.

    `warnings` are its headers of that name.
    """

    status: int
    document: Mapping[str, Any]
    text: str = ""
    media_type: str = ""
    location: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def is_status(self) -> bool:
        """Whether this is a refusal in the form of Kubernetes."""
        return self.document.get("kind") == "Status"

    @property
    def message(self) -> str:
        """The server's message, if it has one, else the number of the HTTP status."""
        text = " ".join(self.text.split())[:200] if self.media_type == "text/plain" else ""
        return str(self.document.get("message") or "") or text or f"HTTP status {self.status}"


class OutOfTime(Exception):
    """All calls together took longer than they may."""


class Connection:
    """A connection to a server: each answer within `call` seconds, all until `deadline`."""

    def __init__(self, context: str, client: Any, *, call: float, deadline: float) -> None:
        """Keep `client` of the kubernetes package; `deadline` is a time of `time.monotonic`."""
        self.context = context
        self.host = str(client.configuration.host)
        self._client = client
        self._call = call
        self._deadline = deadline

    def ask(
        self,
        method: str,
        path: str,
        document: Mapping[str, Any] | None = None,
        media_type: str = "",
    ) -> Reply:
        """Return the server's answer; a status that refuses is a value.

        Raises:
            ClusterError: the server cannot be reached, does not answer in time, answers without end
            or returns 401. OutOfTime: the deadline has passed.

        """
        limit = min(self._call, self._deadline - time.monotonic())
        if limit <= 0:
            raise OutOfTime
        late = self._late() if limit == self._call else OutOfTime()
        # The timeout of urllib3 starts again with each piece that arrives, so it cannot bound an
        # answer that drips.
        reply = within(
            limit + _GRACE,
            lambda: self._exchange(method, path, document, media_type, limit, late),
            late,
        )
        if reply.status == 401:
            raise ClusterError(
                f"the cluster of context {self.context} refused the credentials: HTTP status 401",
                hint=f"kubectl --context {self.context} get pods tries the same credentials",
            )
        return reply

    def _exchange(
        self,
        method: str,
        path: str,
        document: Mapping[str, Any] | None,
        media_type: str,
        limit: float,
        late: Exception,
    ) -> Reply:
        import urllib3

        body = None if document is None else json.dumps(document)
        headers = {"Accept": "application/json", "User-Agent": AGENT, **self._credentials()}
        if body is not None:
            headers["Content-Type"] = media_type or "application/json"
        until = time.monotonic() + limit
        try:
            response = self._client.rest_client.pool_manager.request(
                method,
                self.host + path,
                body=body,
                headers=headers,
                timeout=urllib3.Timeout(total=limit),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            try:
                content = self._read(response, until, late)
            except BaseException:
                response.close()
                raise
            response.release_conn()
        except urllib3.exceptions.ReadTimeoutError as error:
            raise late from error
        except urllib3.exceptions.HTTPError as error:
            raise ClusterError(
                f"the cluster of context {self.context} cannot be reached at {self.host}:"
                f" {_reason(error)}",
                hint=f"kubectl --context {self.context} version shows the same",
            ) from error
        return _reply(response.status, response.headers, content)

    def _credentials(self) -> dict[str, str]:
        settings = self._client.configuration.auth_settings().values()
        return {
            setting["key"]: setting["value"] for setting in settings if setting["in"] == "header"
        }

    def _read(self, response: Any, until: float, late: Exception) -> bytes:
        content = b""
        for chunk in response.stream(_CHUNK):
            content += chunk
            if time.monotonic() > until:
                raise late
            if len(content) > LARGEST:
                raise ClusterError(
                    f"the cluster of context {self.context} sent an answer of more than"
                    f" {LARGEST // 2**20} MiB ({self.host})"
                )
        return content

    def _late(self) -> ClusterError:
        return ClusterError(
            f"the cluster of context {self.context} did not answer within {self._call:g} s"
            f" ({self.host})"
        )


def _reply(status: int, headers: Any, content: bytes) -> Reply:
    media_type = str(headers.get("Content-Type") or "").partition(";")[0].strip().lower()
    text = content.decode("utf-8", errors="replace")
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    is_object = isinstance(document, dict)
    return Reply(
        status=status,
        document=document if is_object else {},
        text="" if is_object else text,
        media_type=media_type,
        location=str(headers.get("Location") or ""),
        warnings=tuple(_warnings(headers.getlist("Warning"))),
    )


_WARNING = regex(r'\b\d{3} \S+ "((?:[^"\\]|\\.)*)"')
"""A code, an agent ("-" for Kubernetes) and a quoted text.

https://www.rfc-editor.org/rfc/rfc7234#section-5.5
"""


def _warnings(headers: list[str]) -> list[str]:
    texts = dict.fromkeys(_WARNING.findall(", ".join(headers)))
    return [_utf8(re.sub(r"\\(.)", r"\1", text)) for text in texts]


def _utf8(text: str) -> str:
    """Return a header's text, which HTTP reads as Latin-1 and Kubernetes writes as UTF-8."""
    return text.encode("latin-1", errors="replace").decode("utf-8", errors="replace")


def _reason(error: Exception) -> str:
    """Return the end of urllib3's sentence, which starts with an object's address in memory."""
    return str(error).rsplit(": ", 1)[-1]
