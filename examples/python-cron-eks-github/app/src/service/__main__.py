"""Runs the job once: exits 0 when its work is done, and 1 when it is not."""

import os
import platform
import signal
import sys
import threading
import time

from service import job
from service.log import Log


def main() -> int:
    log = Log(sys.stdout)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    # The exact build: the smoke test of a deployment reads this line.
    log.info(
        "started",
        service=os.environ.get("SERVICE_NAME") or "service",
        environment=os.environ.get("ENVIRONMENT") or "local",
        runtime={"name": "python", "version": platform.python_version()},
        revision=os.environ.get("REVISION") or "unknown",
        digest=os.environ.get("IMAGE_DIGEST") or "unknown",
    )
    started = time.monotonic()
    try:
        handled = job.run(log, stopping.is_set)
    except job.Stopped as stopped:
        log.warn("stopped before the work was done", handled=stopped.handled)
        return 1
    except Exception as failure:  # whatever the job raises, the log has the cause and the run has failed
        log.error("failed", failure)
        return 1
    log.info("finished", handled=handled, duration_ms=round((time.monotonic() - started) * 1000))
    return 0


if __name__ == "__main__":
    sys.exit(main())
