"""The chat of `make watch`, without scaffolder: a page that shows what Alertmanager and the pipeline post.

It also asks the service for `/` ten times a second, so that the rules have something to compare. It needs nothing but
the image that compose.yaml names, and keeps nothing.
"""

import html
import json
import os
import re
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = int(os.environ.get("PORT", "8090"))
HOST = os.environ.get("HOST", "0.0.0.0")  # in its container; Compose publishes it on 127.0.0.1 alone
TARGET = os.environ.get("TARGET", "localhost:8080")
SERVICE = os.environ.get("SERVICE", "the service")
PER_SECOND = 10
LARGEST = 1_000_000
SHOWN = 50

LINK = re.compile(r"&lt;(?P<address>https?://[^|\s]+?)\|(?P<words>.+?)&gt;")
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
article { border-left: .4rem solid #767676; padding: .2rem 1rem; margin: 1rem 0; white-space: pre-line; }
.danger { border-color: #c9252d; } .warning { border-color: #b25e00; } .good { border-color: #1a7f37; }
h2 { font-size: 1.1rem; margin: 0; } code { white-space: pre-wrap; }
"""

messages = []
answers = {"ok": 0, "failed": 0}
heard = {"watchdog": 0.0}
lock = threading.Lock()


def read(payload):
    """Return title, text and tone of a message."""
    part = (payload.get("attachments") or [{"title": payload.get("text", "")}])[0]
    title, color = part.get("title", ""), part.get("color", "")
    text = "\n".join(filter(None, [part.get("pretext", "").replace("<!channel>", "@channel"), part.get("text", "")]))
    if color not in ("good", "danger", "warning"):
        color = "good" if "Resolved" in title else "danger" if "Critical" in title else "warning"
    return title, text, color


def marked(text):
    """Return HTML: a link of the chat is a link, everything else is shown as it is."""
    return LINK.sub(r'<a href="\g<address>">\g<words></a>', html.escape(text))


def page():
    """Return the page as it is now, the newest message first."""
    now = time.time()
    with lock:
        told = [(at, title, text, tone) for at, title, text, tone in reversed(messages)]
        silent = now - heard["watchdog"] if heard["watchdog"] else None
        counts = f"{answers['ok']} answers, {answers['failed']} failures"
    lamp = "not heard yet" if silent is None else f"last heard {silent:.0f} s ago"
    if silent is not None and silent > 15:
        lamp = f"<strong>silent for {silent:.0f} s: the monitoring itself is broken</strong>"
    name = html.escape(SERVICE)
    articles = "".join(
        f'<article class="{tone}"><h2>{marked(title)}</h2>{marked(text)}\n<small>{now - at:.0f} s ago</small></article>'
        for at, title, text, tone in told
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="2"><title>Chat of {name}</title><style>{STYLE}</style></head>
<body><h1>What the team hears of {name}</h1>
<p>Users get {counts}. Watchdog: {lamp}. An hour passes in a minute.</p>
<p>Break it: <code>docker compose stop service</code>. Fix it: <code>docker compose start service</code>.</p>
<main>{articles or "<p>No message yet.</p>"}</main></body></html>"""


class Chat(BaseHTTPRequestHandler):
    """The addresses of the page and of the chat."""

    def do_GET(self):
        if self.path == "/":
            self.answer(200, page(), "text/html; charset=utf-8")
        else:
            self.answer(404, "not found\n")

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        if self.path not in ("/chat", "/watchdog") or length > LARGEST:
            self.answer(404, "not found\n")
            return
        try:
            payload = json.loads(self.rfile.read(length))
            told = () if self.path == "/watchdog" else read(payload)
        except (ValueError, AttributeError, TypeError, LookupError):
            self.answer(400, "this is not a message\n")
            return
        with lock:
            if told:
                messages.append((time.time(), *told))
                del messages[:-SHOWN]
            else:
                heard["watchdog"] = time.time()
        self.answer(200, "ok")  # the word that Alertmanager expects of Slack

    def answer(self, status, text, kind="text/plain; charset=utf-8"):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Log nothing: each request is on the page."""


def ask():
    """Ask the service once, and count what came."""
    try:
        with urllib.request.urlopen(f"http://{TARGET}/", timeout=3) as answer:
            answer.read()
        got = "ok"
    except urllib.error.HTTPError as error:
        got = "failed" if error.code >= 500 else "ok"
    except (OSError, ValueError):
        got = "failed"
    with lock:
        answers[got] += 1


def users():
    """Come ten times a second, however long an answer takes, but never more than forty at once."""
    free = threading.Semaphore(40)

    def come():
        try:
            ask()
        finally:
            free.release()

    while True:
        if free.acquire(blocking=False):
            threading.Thread(target=come, daemon=True).start()
        time.sleep(1 / PER_SECOND)


if __name__ == "__main__":
    threading.Thread(target=users, daemon=True).start()
    ThreadingHTTPServer((HOST, PORT), Chat).serve_forever()
