"""Starts the service, and stops it on SIGTERM."""

import errno
import os
import platform
import signal
import sys

from service import config as configuration
from service.log import Log
from service.routes import routes
from service.server import Server

STOP = {signal.SIGTERM, signal.SIGINT}


def main() -> int:
    log = Log(sys.stdout)
    # Blocked here, and so in all threads: they wait for `sigwait`. A handler would run only when this thread wakes up.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP)
    try:
        config = configuration.load(os.environ)
        server = Server(config, routes(config), log)
    except ValueError as failure:
        log.refuse("cannot start", str(failure))
        return 1
    except OSError as failure:
        if failure.errno == errno.EADDRINUSE:
            log.refuse("cannot start", f"port {config.port} is in use: stop what listens there, or set PORT")
        else:
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
    signal.sigwait(STOP)
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
