"""Resources that this process uses, under their usual names."""

import os
import time
from pathlib import Path

_STARTED = time.time()


def usage() -> dict[str, tuple[str, str, float]]:
    """Return type, description and value of each metric. Memory and open files are known on Linux only."""
    used = {
        "process_cpu_seconds_total": ("counter", "Total user and system CPU time spent in seconds.", _cpu_seconds()),
        "process_start_time_seconds": (
            "gauge",
            "Start time of the process since unix epoch in seconds.",
            round(_STARTED, 3),
        ),
    }
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        files = len(os.listdir("/proc/self/fd"))
    except OSError:
        return used
    used["process_resident_memory_bytes"] = (
        "gauge",
        "Resident memory size in bytes.",
        pages * os.sysconf("SC_PAGE_SIZE"),
    )
    used["process_open_fds"] = ("gauge", "Number of open file descriptors.", files)
    return used


def _cpu_seconds() -> float:
    times = os.times()
    return round(times.user + times.system, 2)
