"""A Debian machine with systemd, podman and Ansible: really booted, in namespaces of this host.

The base is made once by debootstrap (`make servers-proof`) and kept in .servers/; each machine is
an overlay on it. Such a machine has no limits of memory (its control groups have no controllers),
no AppArmor, and no kernel of its own.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support import ROOT

BASE = ROOT / ".servers" / "trixie"
HOST = "10.213.0.1"
"""The host's address for every machine: the registry listens there."""
PROGRAMS = ("ip", "nsenter", "unshare", "gcc")
CGROUPS = ("/sys/fs/cgroup/unified", "/sys/fs/cgroup")

# No controllers, so no limits: of processes, of memory.
CONTAINERS = """\
[containers]
pids_limit = 0
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
"""
REGISTRIES = f"""\
[[registry]]
location = "{HOST}:5000"
insecure = true
"""


def missing() -> str:
    """Return why no machine can be booted here, or ""."""
    if os.geteuid() != 0:
        return "only root boots a machine in namespaces"
    absent = [name for name in PROGRAMS if not shutil.which(name)]
    if absent:
        return f"not installed: {', '.join(absent)}"
    if not (BASE / "usr/bin/podman").exists():
        return "there is no Debian to boot: `make .servers/.ready` makes it with debootstrap"
    if _cgroups() is None:
        return "this host has no control groups of version 2"
    return ""


def _cgroups() -> Path | None:
    for name in CGROUPS:
        if (Path(name) / "cgroup.procs").exists() and (Path(name) / "cgroup.controllers").exists():
            return Path(name)
    return None


@dataclass
class Machine:
    """A machine that runs, and how to reach it."""

    name: str
    number: int
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Return its address, as the host sees it."""
        return f"10.213.{self.number}.2"

    @property
    def _cgroup(self) -> Path:
        parent = _cgroups()
        assert parent is not None
        return parent / f"scaffolder-{os.getpid()}-{self.name}"

    def boot(self) -> None:
        """Start systemd, and give the machine a network."""
        upper = self.folder / "upper"
        for name, text in {
            "etc/containers/containers.conf.d/test.conf": CONTAINERS,
            "etc/containers/registries.conf.d/test.conf": REGISTRIES,
            "var/lib/apt/periodic/update-success-stamp": "",
            "etc/hostname": f"{self.name}\n",
        }.items():
            file = upper / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        log = (self.folder / "console.log").open("ab")
        self.process = subprocess.Popen(
            [
                "bash",
                str(Path(__file__).parent / "boot.sh"),
                str(BASE),
                str(self.folder),
                self.name,
                str(self._cgroup),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        _wait(lambda: self._is_in_namespaces(), f"{self.name} does not start")
        self._connect()
        _wait(self._is_up, f"{self.name} does not boot: {self.folder / 'console.log'}")

    def init(self) -> str:
        """Return the process id, on the host, of the machine's first process."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return children.read_text().split()[0]

    def _is_in_namespaces(self) -> bool:
        with contextlib.suppress(OSError, IndexError):
            return b"systemd" in Path(f"/proc/{self.init()}/cmdline").read_bytes().split(b"\0")[0]
        return False

    def _is_up(self) -> bool:
        state = self.run("systemctl is-system-running").stdout.strip()
        return state in {"running", "degraded"}

    def _connect(self) -> None:
        here, gate = f"scaf{self.number}", f"10.213.{self.number}.1"
        init = self.init()
        inside = ["nsenter", "-t", init, "-n"]
        _ip("link", "add", here, "type", "veth", "peer", "name", "eth0", "netns", init)
        _ip("addr", "add", f"{gate}/24", "dev", here)
        _ip("link", "set", here, "up")
        # From one machine to another: the host forwards what comes from this one, and nothing else.
        Path(f"/proc/sys/net/ipv4/conf/{here}/forwarding").write_text("1")
        for line in (
            f"addr add {self.address}/24 dev eth0",
            "link set eth0 up",
            f"route add default via {gate}",
        ):
            subprocess.run([*inside, "ip", *line.split()], check=True)

    def run(self, command: str, timeout: int = 600) -> subprocess.CompletedProcess[str]:
        """Run a command of the shell as root on the machine."""
        namespaces = ["nsenter", "-t", self.init(), "-m", "-p", "-u", "-i", "-C", "-n", "--root"]
        clean = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "HOME=/root"]
        return subprocess.run(
            [*namespaces, "--wd=/", *clean, "bash", "-c", command],
            capture_output=True,
            text=True,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
        )

    def put(self, source: Path, target: str) -> None:
        """Copy a folder of the host to the machine."""
        shutil.copytree(
            source,
            Path(f"/proc/{self.init()}/root") / target.lstrip("/"),
            dirs_exist_ok=True,
        )

    def restart(self) -> None:
        """Restart it as its system does it by itself at night: every unit is told to stop."""
        assert self.process is not None
        self.run("systemctl reboot")
        self.process.wait(timeout=180)
        self.process = None
        _wait(lambda: _removed(self._cgroup), f"{self._cgroup} does not end")
        self.boot()

    def stop(self) -> None:
        """Cut the power."""
        if self.process is None:
            return
        with contextlib.suppress(OSError, IndexError):
            os.kill(int(self.init()), signal.SIGKILL)
        self.process.wait(timeout=60)
        self.process = None
        _wait(lambda: _removed(self._cgroup), f"{self._cgroup} does not end")


def _removed(cgroup: Path) -> bool:
    """Remove a control group, from the innermost on; return whether it is gone."""
    with contextlib.suppress(OSError):
        for folder, _, _ in os.walk(cgroup, topdown=False):
            Path(folder).rmdir()
    return not cgroup.exists()


def _ip(*args: str) -> None:
    subprocess.run(["ip", *args], check=True)


def _wait(until: object, otherwise: str) -> None:
    assert callable(until)
    end = time.monotonic() + 120
    while not until():
        assert time.monotonic() < end, otherwise
        time.sleep(0.2)


@contextmanager
def machines(folder: Path, *names: str) -> Iterator[list[Machine]]:
    """Machines of these names that run until the end of the block."""
    subprocess.run(["ip", "addr", "replace", f"{HOST}/32", "dev", "lo"], check=True)
    booted: list[Machine] = []
    try:
        for number, name in enumerate(names, start=1):
            machine = Machine(name, number, folder / name)
            booted.append(machine)
            machine.boot()
        yield booted
    finally:
        for machine in booted:
            machine.stop()
        subprocess.run(["ip", "addr", "del", f"{HOST}/32", "dev", "lo"], check=False)
