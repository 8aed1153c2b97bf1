"""Starts the service, and stops it on SIGTERM."""

import os
import platform
import signal
import sys
import threading

from service import config as configuration
from service.log import Log
from service.routes import routes
from service.server import Server


def main() -> int:
    log = Log(sys.stdout)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        config = configuration.load(os.environ)
        server = Server(config, routes(config), log)
    except (ValueError, OSError) as failure:
        log.error("cannot start", failure)
        return 1
    server.start()
    server.become_ready()
    log.info(
        "started",
        service=config.service_name,
        environment=config.environment,
        port=server.port,
        python=platform.python_version(),
        revision=config.revision,
    )
    stop.wait()
    log.info("stopping", drain_seconds=config.drain_seconds)
    cut_off = server.drain(config.drain_seconds)
    if cut_off:
        log.warn("stopped before all requests were finished", cut_off=cut_off)
    else:
        log.info("stopped")
    return 0


if __name__ == "__main__":
    # Not sys.exit: the interpreter would wait for threads that still hold a connection, or trip over them.
    os._exit(main())
