"""Exits 0 when a URL answers with status 200; without an argument it asks the service in this container.

The image's HEALTHCHECK and the chart's test run it, so the image needs no curl.
"""

import os
import sys
import urllib.request

from service import config as configuration

TIMEOUT_SECONDS = 2


def answers(url: str) -> bool:
    # The probe must reach this very address, whatever HTTP_PROXY is.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=TIMEOUT_SECONDS) as response:
            return bool(response.status == 200)
    except (OSError, ValueError) as failure:
        print(f"{url}: {failure}", file=sys.stderr)
        return False


if __name__ == "__main__":
    here = f"http://127.0.0.1:{configuration.load(os.environ).port}/healthz"
    sys.exit(0 if answers(sys.argv[1] if len(sys.argv) > 1 else here) else 1)
