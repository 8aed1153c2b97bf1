"""Servers of one environment, and a generated repository whose scripts deploy to them.

`ci/cloud.sh` is a stand-in: it knows the names of the machines and runs commands there, as a cloud would. So is `ci/watch.sh`,
with a secret store that is a dictionary. Grafana is a program that says it is well: Debian has no Grafana.
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
server_names() { printf '%s\\n' {servers}; }
monitoring_name() { echo {watcher}; }
server_address() { cat "{pids}/$1.address"; }
on_server() {
  printf '%s\\n' "$2" >>"{pids}/commands.log"
  if [[ "$1" == "${CUT:-}" && "$2" == *" playbook.yml"* ]]; then
    set -- "$1" "$CUT_LEAVES"
    CUT="" on_server "$@"
    return 124
  fi
  nsenter -t "$(cat "{pids}/$1")" -m -p -u -i -C -n --root --wd=/ \\
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root bash -c "$2" </dev/null
}
"""
WATCH = """\
secret_address() { echo "{store}$1"; }
put_secret() { printf %s "$2" | curl --fail --silent --data-binary @- "{store}$1"; }
"""
READ_SECRET = """\
#!/bin/sh
exec curl --fail --silent --show-error "$1"
"""
LIBRARIES = BASE / "usr/lib/x86_64-linux-gnu"
"""Of Debian's programs that the images of the proxy and of the monitoring are made of."""
PROGRAMS = {
    "exporter": {"exporter": "prometheus-node-exporter"},
    "prometheus": {"prometheus": "prometheus", "promtool": "promtool"},
    "alertmanager": {"alertmanager": "prometheus-alertmanager", "amtool": "amtool"},
}
"""Of each image the programs and their names in Debian; the first is what the image starts."""
TEMPLATES = "usr/share/prometheus/alertmanager"
"""Where Debian's Alertmanager has the templates that the official one has inside."""
SHORTER = {
    "service_memory": '""',  # no controllers
    "service_registry_login": "false",
    "service_leave_seconds": "3",
    "service_patience": "12",
    "service_health_seconds": "2",
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
    watcher: Machine | None = None
    """The machine that watches the others, if there is one."""
    chat: list[str] = field(default_factory=list)
    webhook: str = ""
    secrets: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    """What the dead-man's switch was told."""
    deadman: str = ""

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

    def commands(self) -> str:
        """Return every command that the machines were given, as the history of a cloud keeps them."""
        return (self.repository.parent / "pids" / "commands.log").read_text()

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
def running(repository: Path, folder: Path, *names: str, watcher: str = "") -> Iterator[Fleet]:
    """A fleet of machines with these names, on a copy of a rendered repository; one more watches them."""
    copy = folder / "repository"
    shutil.copytree(repository, copy)
    secrets: dict[str, str] = {}
    with (
        machines(folder, *names, *([watcher] if watcher else [])) as booted,
        listening(HOST, 5000) as registry,
        _chat("127.0.0.1") as (webhook, chat),
        _chat(HOST) as (deadman, calls),
        _store(secrets) as store,
    ):
        images = _images(registry, folder, copy)
        pids = folder / "pids"
        pids.mkdir()
        servers, rest = booted[: len(names)], booted[len(names) :]
        fleet = Fleet(copy, servers, registry, images, rest[0] if rest else None, chat, webhook)
        fleet.secrets, fleet.calls, fleet.deadman = secrets, calls, deadman
        remember(fleet)
        (copy / "ci" / "cloud.sh").write_text(
            CLOUD.replace("{servers}", " ".join(names))
            .replace("{watcher}", watcher)
            .replace("{pids}", str(pids))
        )
        values = copy / "server" / "values.yaml"
        _configure(values, proxy_image=images["caddy"], **SHORTER)
        values.write_text(f"{values.read_text()}exporter_image: {images['exporter']}\n")
        if watcher:
            _stand_in_for_cloud_of_monitoring(copy, images, store)
        yield fleet


def _stand_in_for_cloud_of_monitoring(copy: Path, images: dict[str, str], store: str) -> None:
    (copy / "ci/watch.sh").write_text(WATCH.replace("{store}", store))
    (copy / "server/roles/monitoring/files/read-secret.sh").write_text(READ_SECRET)
    values = copy / "server/monitoring-values.yaml"
    _configure(values, monitoring_packages="[]")
    programs = ("prometheus", "alertmanager", "grafana")
    lines = [f"monitoring_{name}_image: {images[name]}\n" for name in programs]
    values.write_text(values.read_text() + "".join(lines))


@contextmanager
def metadata_service() -> Iterator[None]:
    """Have something answer where a cloud gives out the identity of a machine, until the end of the block."""
    address = "169.254.169.254"
    subprocess.run(["ip", "addr", "replace", f"{address}/32", "dev", "lo"], check=True)
    try:
        with _answering(address, 80):
            yield
    finally:
        subprocess.run(["ip", "addr", "del", f"{address}/32", "dev", "lo"], check=False)


@contextmanager
def _answering(host: str, port: int) -> Iterator[None]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Print nothing: a test asks whether it was reached."""

    server = ThreadingHTTPServer((host, port), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def _store(secrets: dict[str, str]) -> Iterator[str]:
    """A secret store: its address, and what it keeps."""

    class Keep(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            secrets[self.path] = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.send_response(200)
            self.end_headers()

        def do_GET(self) -> None:
            self.send_response(200 if self.path in secrets else 404)
            self.end_headers()
            self.wfile.write(secrets.get(self.path, "").encode())

        def log_message(self, *_: object) -> None:
            """Print nothing: a test looks at the secrets."""

    server = ThreadingHTTPServer((HOST, 0), Keep)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def remember(fleet: Fleet) -> None:
    """Write down where the machines are, for ci/cloud.sh: after a restart they are elsewhere."""
    folder = fleet.repository.parent / "pids"
    for machine in [*fleet.machines, *([fleet.watcher] if fleet.watcher else [])]:
        (folder / machine.name).write_text(machine.init())
        (folder / f"{machine.name}.address").write_text(machine.address)


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
        for name in ("one", "two", "three", "crash", "unready", "liar")
    }
    libraries = {
        "/lib64/ld-linux-x86-64.so.2": LIBRARIES / "ld-linux-x86-64.so.2",
        "/lib/x86_64-linux-gnu/libzstd.so.1": (LIBRARIES / "libzstd.so.1").resolve(),
        "/lib/x86_64-linux-gnu/libc.so.6": LIBRARIES / "libc.so.6",
    }
    of_debian = {
        name: {f"/bin/{target}": BASE / "usr/bin" / source for target, source in files.items()}
        for name, files in PROGRAMS.items()
    }
    templates = {f"/{TEMPLATES}/{file.name}": file for file in (BASE / TEMPLATES).glob("*.tmpl")}
    of_debian["alertmanager"].update(templates)
    made = {
        name: registry.add(name, {**files, **libraries}, entrypoint=[next(iter(files))])
        for name, files in of_debian.items()
    }
    caddy = {"/usr/bin/caddy": BASE / "usr/bin/caddy", **libraries}
    return {
        **images,
        **made,
        "caddy": registry.add("caddy", caddy, ["/usr/bin/caddy"]),
        "grafana": registry.add("grafana", {"/service": program}, ["/service"], PORT="3000"),
    }


@contextmanager
def _chat(host: str) -> Iterator[tuple[str, list[str]]]:
    """A chat that listens, or a dead-man's switch: its address, and what it got."""
    got: list[str] = []

    class Listen(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            sent = json.loads(self.rfile.read(length))
            got.append(sent.get("text") or json.dumps(sent))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Print nothing: a test asks for its requests."""

    server = ThreadingHTTPServer((host, 0), Listen)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{host}:{server.server_address[1]}/", got
    finally:
        server.shutdown()
        server.server_close()
