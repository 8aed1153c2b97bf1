"""DK002: the shell and the programs that a HEALTHCHECK runs are in the image."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, written

from scaffolder import checks

DISTROLESS = "gcr.io/distroless/nodejs22-debian12"
CURL = "curl -f http://localhost:3000/health || exit 1"


def found(root: Path, text: str) -> list[str]:
    report = checks.run(
        written(root, {"Dockerfile": text}),
        checks.choose(select=["DK002"], ignore=[]),
        ScriptedToolchain({}),
    )
    return [
        finding.message.partition(", which")[0].removeprefix("the health check needs ")
        for result in report.results
        for finding in result.findings
    ]


LACKING = {
    "a shell in distroless": (f"FROM {DISTROLESS}\nHEALTHCHECK CMD {CURL}\n", "a shell"),
    "a pipe in distroless": (
        f"FROM {DISTROLESS}\nHEALTHCHECK --interval=5s CMD curl x | grep ok\n",
        "a shell",
    ),
    "a shell in scratch": ("FROM scratch\nCOPY app /\nHEALTHCHECK CMD /app health\n", "a shell"),
    "curl in distroless": (f'FROM {DISTROLESS}\nHEALTHCHECK CMD ["curl", "-f", "x"]\n', "curl"),
    "sh by name": (f'FROM {DISTROLESS}\nHEALTHCHECK CMD ["/bin/sh", "-c", "true"]\n', "sh"),
    "a stage of distroless": (
        f"FROM node:22 AS build\nRUN apt-get install curl\nFROM {DISTROLESS} AS base\n"
        f"FROM base\nHEALTHCHECK CMD {CURL}\n",
        "a shell",
    ),
    "curl in Alpine": (f"FROM node:22-alpine\nHEALTHCHECK CMD {CURL}\n", "curl"),
    "curl in a list": (
        'FROM alpine:3.22\nRUN apk add nginx\nHEALTHCHECK CMD ["curl", "x"]\n',
        "curl",
    ),
    "wget in a slim image": (
        "FROM python:3.13-slim\nRUN pip install flask\nHEALTHCHECK CMD wget -q http://x\n",
        "wget",
    ),
    "curl in Debian": (f"FROM debian:13\nHEALTHCHECK CMD {CURL}\n", "curl"),
    "curl of another stage": (
        f"FROM alpine AS build\nRUN apk add curl\nFROM alpine\nHEALTHCHECK CMD {CURL}\n",
        "curl",
    ),
}


@pytest.mark.parametrize(("text", "missing"), LACKING.values(), ids=LACKING)
def test_what_a_health_check_lacks_is_found(text: str, missing: str, tmp_path: Path) -> None:
    assert found(tmp_path, text) == [missing]


COMPLETE = {
    "the service itself": 'FROM scratch\nCOPY app /\nHEALTHCHECK CMD ["/app", "health"]\n',
    "node in distroless": f'FROM {DISTROLESS}\nHEALTHCHECK CMD ["/nodejs/bin/node", "h.js"]\n',
    "a copied program": (
        f"FROM busybox AS b\nFROM {DISTROLESS}\nCOPY --from=b /bin/wget /bin/wget\n"
        'HEALTHCHECK CMD ["/bin/wget", "-q", "http://x"]\n'
    ),
    "a copied shell": f"FROM {DISTROLESS}\nCOPY --from=busybox:1 /bin/sh /bin/sh\nHEALTHCHECK CMD /a b\n",
    "distroless for debugging": f"FROM {DISTROLESS}:debug\nHEALTHCHECK CMD wget -q http://x\n",
    "none": f"FROM {DISTROLESS}\nHEALTHCHECK NONE\n",
    "wget of busybox": "FROM node:22-alpine\nHEALTHCHECK CMD wget -q http://x || exit 1\n",
    "installed": f"FROM node:22-alpine\nRUN apk add --no-cache curl\nHEALTHCHECK CMD {CURL}\n",
    "installed in a stage below": (
        f"FROM alpine AS base\nRUN apk add curl\nFROM base\nHEALTHCHECK CMD {CURL}\n"
    ),
    "installed by a script": f"FROM debian:13\nRUN ./install.sh\nHEALTHCHECK CMD {CURL}\n",
    "installed by a variable": (
        f"FROM ubuntu:24.04\nARG P\nRUN apt-get install -y $P\nHEALTHCHECK CMD {CURL}\n"
    ),
    "one or the other": "FROM python:3.13-slim\nHEALTHCHECK CMD curl x || wget x\n",
    "the whole image of Node.js": f"FROM node:22\nHEALTHCHECK CMD {CURL}\n",
    "an image that is not known": f"FROM example.com/base:1-alpine\nHEALTHCHECK CMD {CURL}\n",
    "nginx on Alpine": f"FROM nginx:1.28-alpine\nHEALTHCHECK CMD {CURL}\n",
    "a script by the name": "FROM alpine\nCOPY check.sh /\nHEALTHCHECK CMD /check.sh\n",
    "python": 'FROM python:3.13-slim\nHEALTHCHECK CMD python -c "import urllib.request"\n',
}


@pytest.mark.parametrize("text", COMPLETE.values(), ids=COMPLETE)
def test_a_health_check_that_runs_is_left_alone(text: str, tmp_path: Path) -> None:
    assert found(tmp_path, text) == []
