"""A failed deployment has its reason in one line of the chat, and no secret is in it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed")

CI = Path(__file__).parents[2] / "templates/ci"


def jq(program: str, text: str, *options: str) -> str:
    ran = subprocess.run(
        ("jq", *options, "-r", "-L", str(CI), f'include "why"; {program}'),
        input=text,
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout.rstrip("\n")


def why(*lines: str) -> str:
    return jq("last_error", "\n".join(lines) + "\n", "-nR")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            [
                '[pod/a-1/service] {"level":"error","message":"cannot start","cause":"DB_URL is not set"}',
                '[pod/a-1/service] {"level":"info","message":"stopped after error handling"}',
            ],
            "cannot start: DB_URL is not set",
        ),
        (
            ['{"severity":"ERROR","msg":"boom","error":"first\\nsecond"}'],
            "boom: first",
        ),
        (
            ["Error: UPGRADE FAILED: context deadline exceeded", "+ kubectl label failed=1"],
            "Error: UPGRADE FAILED: context deadline exceeded",
        ),
        (["╷", "│ Error: installation failed", "│ ", "╵"], "Error: installation failed"),
        (
            ["pod a runs the wrong thing:", "  digest is sha256:ab, expected sha256:cd"],
            "digest is sha256:ab, expected sha256:cd",
        ),
        (["Traceback", "KeyError: 'PORT'"], "KeyError: 'PORT'"),
        (["all is well", '{"level":"info","message":"error budget: fine"}'], ""),
        ([""], ""),
        (["\x1b[31mError: a\tb\x07"], "[31mError: a b"),
    ],
)
def test_the_last_line_that_speaks_of_an_error(lines: list[str], expected: str) -> None:
    assert why(*lines) == expected


def test_it_is_bounded() -> None:
    assert len(why("error: " + "word " * 500)) == 300


@pytest.mark.parametrize(
    "secret",
    [
        "postgres://app:hunter2hunter2@db:5432/x refused",
        "password=hunter2hunter2",
        'DB_PASSWORD: "hunter2 hunter2"',
        "Authorization: Bearer hunter2hunter2",
        "Basic aHVudGVyMmh1bnRlcjI=hunter2",
        "url https://x.example/?sig=hunter2hunter2&a=1",
        "AccountKey=hunter2hunter2/+==;EndpointSuffix=core",
        "eyJhbGciOiJIUzI1hunter2.hunter2.hunter2",
        "AKIAHUNTER2HUNTER2HU hunter",
        "ghp_hunter2hunter2hunter2hunter2",
        "https://hooks.slack.com/services/T0/B0/hunter2",
        "wJalrXUtnFEMIK7MDENGbPxRfiCYhunter2EXAMPLEKEY",
        '{"level":"error","message":"no","cause":"api_key=hunter2hunter2"}',
    ],
)
def test_no_secret_is_in_it(secret: str) -> None:
    line = why(secret if secret.startswith("{") else f"error: {secret}")
    assert "hunter2" not in line.lower()
    assert "***" in line


@pytest.mark.parametrize(
    "plain",
    [
        'password authentication failed for user "app"',
        "error: DB_PASSWORD is not set",
        f"error: expected sha256:{'a1' * 32}",
        f"error: {'0f' * 20} could not be installed",
        "error: https://api.example/v1/orders answered 503",
        "error: Secret orders-database not found",
        "error: /usr/lib/python3.14/site-packages/service/configuration/loading.py",
    ],
)
def test_what_only_looks_like_a_secret_stays(plain: str) -> None:
    assert why(plain) == plain


def pod(**status: Any) -> str:
    return json.dumps({"items": [{"metadata": {"name": "a"}, "status": status}]})


READY = [{"type": "Ready", "status": "True"}]


@pytest.mark.parametrize(
    ("pods", "expected"),
    [
        (
            pod(
                containerStatuses=[
                    {
                        "state": {
                            "waiting": {
                                "reason": "ImagePullBackOff",
                                "message": "Back-off pulling image",
                            }
                        }
                    }
                ]
            ),
            "ImagePullBackOff: Back-off pulling image",
        ),
        (
            pod(
                containerStatuses=[
                    {
                        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                        "lastState": {"terminated": {"reason": "OOMKilled"}},
                    }
                ]
            ),
            "OOMKilled",
        ),
        (
            pod(
                conditions=[
                    {
                        "type": "PodScheduled",
                        "status": "False",
                        "reason": "Unschedulable",
                        "message": "0/3 nodes are available",
                    }
                ]
            ),
            "Unschedulable: 0/3 nodes are available",
        ),
        (pod(containerStatuses=[{"state": {"waiting": {"reason": "CrashLoopBackOff"}}}]), ""),
        (
            pod(
                conditions=READY,
                containerStatuses=[{"lastState": {"terminated": {"reason": "OOMKilled"}}}],
            ),
            "",
        ),
        ('{"items": []}', ""),
    ],
)
def test_what_kubernetes_says_of_a_pod_that_is_not_ready(pods: str, expected: str) -> None:
    assert jq("kubernetes_says", pods) == expected
