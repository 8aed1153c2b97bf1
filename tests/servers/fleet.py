"""Servers of one environment, and a generated repository whose scripts deploy to them.

`ci/cloud.sh` is a stand-in: it knows the names of the machines and runs commands there, as a cloud would.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from servers.machine import BASE, HOST, Machine, machines
from servers.registry import Registry, listening

CLOUD = """\
server_names() { printf '%s\\n' {names}; }
on_server() {
  nsenter -t "$(cat "{pids}/$1")" -m -p -u -i -C -n --root --wd=/ \\
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root bash -c "$2" </dev/null
}
"""
LIBRARIES = BASE / "usr/lib/x86_64-linux-gnu"
"""Of Debian's programs that the images of the proxy and the exporter are made of."""
SHORTER = {
    "service_memory": '""',  # no controllers
    "service_registry_login": "false",
    "service_leave_seconds": "3",
    "service_patience": "12",
    "machine_monitoring_cidrs": f'["{HOST}/32", "10.213.0.0/16"]',
}


@dataclass
class Fleet:
    """The fleet of a test."""

    repository: Path
    machines: list[Machine]
    registry: Registry
    images: dict[str, str]
    """By name, such as `one` or `crash`: the address with the digest."""
    chat: list[str] = field(default_factory=list)
    webhook: str = ""

    def make(self, script: str, image: str = "one", **variables: str) -> Run:
        """Run `ci/<script>.sh` as a pipeline does, with one of the images."""
        address, _, digest = self.images[image].partition("@")
        started = time.monotonic()
        done = subprocess.run(
            ["bash", f"ci/{script}.sh"],
            cwd=self.repository,
            env={
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME": str(self.repository.parent),
                "LANG": "C.UTF-8",
                "ENVIRONMENT": "dev",
                "IMAGE": address,
                "DIGEST": digest,
                "REVISION": revision(image),
                "CHAT_WEBHOOK_URL": self.webhook,
                **variables,
            },
            capture_output=True,
            text=True,
            timeout=900,
        )
        return Run(done.returncode, done.stdout + done.stderr, time.monotonic() - started)

    def has(self, image: str) -> None:
        """Have an image on all servers, from whatever they run."""
        if self.runs() != [image] * len(self.machines):
            done = self.make("deploy", image)
            assert done.code == 0, done.output

    def runs(self) -> list[str]:
        """Return which image each server runs, as its users see it through the proxy."""
        return [self._image(machine) for machine in self.machines]

    def _image(self, machine: Machine) -> str:
        status, body = get(f"http://{machine.address}/info")
        digest = json.loads(body)["digest"] if status == 200 else ""
        return next((name for name, at in self.images.items() if at.endswith(f"@{digest}")), "")


@dataclass(frozen=True)
class Run:
    """A script's exit code, its output, and its time in seconds."""

    code: int
    output: str
    seconds: float

    @property
    def changed(self) -> list[int]:
        """Return how many tasks changed something, for each playbook that ran."""
        return [int(count) for count in re.findall(r"changed=(\d+)", self.output)]


def revision(image: str) -> str:
    """Return the commit that an image of the tests is made of."""
    return image.encode().hex().ljust(40, "0")


def get(url: str) -> tuple[int, str]:
    """Return status and body of an answer; 0 and the reason where there is none."""
    try:
        with urllib.request.urlopen(url, timeout=45) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


@contextmanager
def requests(url: str, at_once: int = 4) -> Iterator[Counter[int]]:
    """Send requests until the end of the block; count the statuses of the answers."""
    statuses: Counter[int] = Counter()
    ended = threading.Event()

    def send() -> None:
        while not ended.is_set():
            statuses[get(url)[0]] += 1
            time.sleep(0.05)

    threads = [threading.Thread(target=send) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        ended.set()
        for thread in threads:
            thread.join()


@contextmanager
def running(repository: Path, folder: Path, *names: str) -> Iterator[Fleet]:
    """A fleet of machines with these names, on a copy of a rendered repository."""
    copy = folder / "repository"
    shutil.copytree(repository, copy)
    with (
        machines(folder, *names) as booted,
        listening(HOST, 5000) as registry,
        _chat() as (webhook, chat),
    ):
        images = _images(registry, folder, copy)
        pids = folder / "pids"
        pids.mkdir()
        fleet = Fleet(copy, booted, registry, images, chat, webhook)
        remember(fleet)
        (copy / "ci" / "cloud.sh").write_text(
            CLOUD.replace("{names}", " ".join(names)).replace("{pids}", str(pids))
        )
        values = copy / "server" / "values.yaml"
        _configure(values, proxy_image=images["caddy"], **SHORTER)
        values.write_text(f"{values.read_text()}exporter_image: {images['exporter']}\n")
        yield fleet


def remember(fleet: Fleet) -> None:
    """Write down where the machines are, for ci/cloud.sh: after a restart they are elsewhere."""
    for machine in fleet.machines:
        (fleet.repository.parent / "pids" / machine.name).write_text(machine.init())


def _configure(values: Path, **settings: str) -> None:
    text = values.read_text()
    for name, value in settings.items():
        text, count = re.subn(rf"(?m)^{name}: .*$", f"{name}: {value}", text)
        assert count == 1, name
    values.write_text(text)


def _images(registry: Registry, folder: Path, repository: Path) -> dict[str, str]:
    program = folder / "service"
    source = Path(__file__).parent / "service.c"
    subprocess.run(["gcc", "-static", "-O1", "-o", str(program), str(source)], check=True)
    runtime = (repository / ".go-version").read_text().strip()
    images = {
        name: registry.add(
            "service",
            {"/service": program},
            ["/service"],
            REVISION=revision(name),
            RUNTIME_VERSION=runtime,
            FATE=name,
        )
        for name in ("one", "two", "crash", "unready", "liar")
    }
    libraries = {
        "/lib64/ld-linux-x86-64.so.2": LIBRARIES / "ld-linux-x86-64.so.2",
        "/lib/x86_64-linux-gnu/libzstd.so.1": (LIBRARIES / "libzstd.so.1").resolve(),
        "/lib/x86_64-linux-gnu/libc.so.6": LIBRARIES / "libc.so.6",
    }
    caddy = {"/usr/bin/caddy": BASE / "usr/bin/caddy", **libraries}
    exporter = {"/exporter": BASE / "usr/bin/prometheus-node-exporter", **libraries}
    return {
        **images,
        "caddy": registry.add("caddy", caddy, ["/usr/bin/caddy"]),
        "exporter": registry.add("exporter", exporter, entrypoint=["/exporter"]),
    }


@contextmanager
def _chat() -> Iterator[tuple[str, list[str]]]:
    """A chat that listens: its address, and what it got."""
    got: list[str] = []

    class Listen(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            got.append(json.loads(self.rfile.read(length))["text"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Print nothing: a test asks for its requests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listen)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/", got
    finally:
        server.shutdown()
        server.server_close()
