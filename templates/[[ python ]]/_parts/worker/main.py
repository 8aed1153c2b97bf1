"""Starts the worker, and stops it on SIGTERM. `send TEXT` puts a message into its queue."""

import errno
import os
import platform
import signal
import sys
import threading

from service import config as configuration
from service import source as sources
from service.handler import handle
from service.log import Log
from service.metrics import Metrics
from service.probes import Probes
from service.worker import Worker

STOP = {signal.SIGTERM, signal.SIGINT}


def main(arguments: list[str]) -> int:
    log = Log(sys.stdout)
    # Blocked here, and so in all threads: they wait for `sigwait`. A handler would run only when this thread wakes up.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP)
    try:
        config = configuration.load(os.environ)
        source = sources.connect(os.environ, config.drain_seconds)
        if arguments[:1] == ["send"]:
            log.info("sent", id=source.send(" ".join(arguments[1:])))
            return 0
        metrics = Metrics("python", platform.python_version(), config.revision)
        worker = Worker(source, handle, log, metrics, config.drain_seconds)
        probes = Probes(config, worker, log)
    except ValueError as failure:
        log.refuse("cannot start", str(failure))
        return 1
    except OSError as failure:
        if failure.errno == errno.EADDRINUSE:
            log.refuse("cannot start", f"port {config.port} is in use: stop what listens there, or set PORT")
        else:
            log.error("cannot start", failure)
        return 1
    probes.start()
    stopping = threading.Event()
    loop = threading.Thread(target=worker.run, args=(stopping,), name="worker", daemon=True)
    loop.start()
    log.info(
        "started",
        service=config.service_name,
        environment=config.environment,
        port=probes.port,
        python=platform.python_version(),
        revision=config.revision,
    )
    signal.sigwait(STOP)
    log.info("stopping", drain_seconds=config.drain_seconds)
    stopping.set()
    loop.join(config.drain_seconds)
    if loop.is_alive():
        # It is hidden for longer than this process has left, and then another worker takes it.
        log.warn("stopped before the message was finished")
    else:
        log.info("stopped")
    return 0


if __name__ == "__main__":
    # Not sys.exit: the interpreter would wait for threads that still hold a connection, or trip over them.
    os._exit(main(sys.argv[1:]))
