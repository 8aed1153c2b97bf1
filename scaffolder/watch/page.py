"""The chat page, with what users get, what the team knows and the controls, on 127.0.0.1."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from typing import Any

from scaffolder.errors import DestinationError
from scaffolder.repository.project import Project
from scaffolder.watch import messages, runbooks, view
from scaffolder.watch.configuration import Ports, Watched
from scaffolder.watch.door import POLL
from scaffolder.watch.handler import Handler
from scaffolder.watch.story import Story

_TEMPLATE = Path(__file__).with_name("page.html.jinja")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class Page:
    """The server of the page and the address of the chat; `do` carries out a button's action."""

    def __init__(
        self,
        project: Project,
        watched: Watched,
        story: Story,
        do: Callable[[str], None],
        *,
        port: int = 0,
    ) -> None:
        """Listen on `port`, 0 for a free one. Raises DestinationError if it is in use."""
        import jinja2

        self.project = project
        self.watched = watched
        self.story = story
        self.ports: Ports | None = None
        self.closed = threading.Event()
        self._do = do
        self._acting = threading.Lock()
        environment = jinja2.Environment(
            autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
        handler = type("PageHandler", (Handler,), {"page": self})
        try:
            self._server = _Server(("127.0.0.1", port), handler)
        except OSError as error:
            raise DestinationError(
                f"the page cannot listen on port {port}: {error.strerror}",
                hint="leave out --port, and a free one is taken",
            ) from error
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(POLL,), daemon=True).start()

    @property
    def address(self) -> str:
        """Return where a browser finds the page."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """End the streams and listen no longer."""
        self.closed.set()
        self.story.watchdog()  # wakes those that wait
        self._server.shutdown()
        self._server.server_close()

    def act(self, action: str) -> None:
        """Carry out one action at a time."""
        with self._acting:
            self._do(action)

    def take(self, chat: str, payload: dict[str, Any]) -> None:
        """Take what Alertmanager or a pipeline posts."""
        if messages.is_watchdog(payload):
            self.story.watchdog()
            return
        for message in messages.read(chat, payload):
            self.story.hear(message)

    def whole(self, nonce: str) -> str:
        """Return the page as it is at this moment."""
        return self._template.render(nonce=nonce, **self._values())

    def regions(self) -> dict[str, str]:
        """Return the parts of the page that change, by their id."""
        values = self._values()
        module = self._template.make_module(values | {"nonce": ""})
        return {
            name.removeprefix("region_"): str(getattr(module, name)())
            for name in dir(module)
            if name.startswith("region_")
        }

    def file(self, name: str) -> str | None:
        """Return a Markdown file of the repository as a page, or None."""
        if not (runbooks.is_shown(name) and self.project.has(name)):
            return None
        body = runbooks.html(self.project.text(name), PurePosixPath(name).parent, self.project.has)
        return self._template.render(
            self._values() | {"nonce": "", "document": body, "document_name": name}
        )

    def link(self, address: str) -> str | None:
        """Return where a link of a message leads on this machine, or None."""
        if found := runbooks.local(self.project, address):
            return found
        if self.ports is None or "grafana" not in address:
            return address
        if "/silence" in address:
            return f"http://127.0.0.1:{self.ports.alertmanager}/#/silences/new"
        return f"http://127.0.0.1:{self.ports.prometheus}/alerts"

    def _values(self) -> dict[str, Any]:
        values = view.values(self.story.state(), self.watched, self.ports, self.link)
        return {"document": "", "document_name": "", **values}
