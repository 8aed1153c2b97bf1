"""The faults that no check sees: each is stopped when the service is built, tested or deployed, or it sets off an alert.

The gates are the real ones: the scripts of the generated repository, the service it makes, its chart and its rules. Only
the cluster is simulated: kubectl is a stand-in that leads to a service on this machine.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from gates import expect_only, reacting
from runtimes import TOOLS
from support import Repository

from scaffolder.checks import faults
from scaffolder.checks.faults import GATES, Fault
from scaffolder.repository import manifests
from scaffolder.repository.kubernetes_objects import DIGEST
from scaffolder.repository.project import Project
from scaffolder.tools import terraform
from scaffolder.tools.toolchain import SystemToolchain

pytestmark = pytest.mark.skipif(
    not shutil.which("bash"), reason="bash is not installed: the scripts need it"
)

LATER = tuple(fault for fault in faults.every() if fault.gate in GATES)
COMMIT = "c" * 40


def told_by_script(script: str, root: Path, toolchain: SystemToolchain) -> str:
    """Return the message of a failing script of app/; "" if it succeeds."""
    answers = yaml.safe_load((root / ".copier-answers.yml").read_text(encoding="utf-8"))
    tools = TOOLS[answers["runtime"]](str(answers["runtime_version"]))
    return _failure([script], root, tools.environment)


def told_by_alert_tests(root: Path, toolchain: SystemToolchain) -> str:
    _needs("make", "promtool", "amtool")
    return _failure(["make", "--silent", "test-alerts"], root, {})


def told_by_terraform_tests(root: Path, toolchain: SystemToolchain) -> str:
    roots = [
        Path("terraform") / folder
        for folder in terraform.roots(root / "terraform")
        if folder.name == "env"
    ]
    said = terraform.run_tests(toolchain, root, roots)
    return "\n".join(
        f"{one.path}:{one.line} {one.summary} {one.detail}"
        for tests in said
        for one in tests.diagnostics
    )


def told_by_smoke_test(environment: str, root: Path, toolchain: SystemToolchain) -> str:
    """Return the output of ci/smoke.sh for a service with the rendered variables, behind the rendered route."""
    _needs("jq", "curl", "git")
    rendered = [
        one for one in manifests.objects(Project(root), toolchain) if one.environment == environment
    ]
    hosts = [
        host
        for one in rendered
        if one.kind == "HTTPRoute"
        for host in one.content["spec"]["hostnames"]
    ]
    (deployment,) = (one.content for one in rendered if one.kind == "Deployment")
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    variables = {one["name"]: one["value"] for one in container["env"]} | {"REVISION": COMMIT}
    with _service(root, variables) as port, _gateway(hosts, port) as gateway:
        programs = _stand_ins(root.parent / "programs", port)
        return _failure(
            ["ci/smoke.sh"],
            root,
            {
                "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
                "KUBECONFIG": "/dev/null",
                "ENVIRONMENT": environment,
                "DIGEST": DIGEST,
                "EXPECTED_REVISION": COMMIT,
                "SERVICE_URL": f"http://my-service.{environment}.example.com",  # as the platform's DNS knows it
                "http_proxy": f"http://127.0.0.1:{gateway}",
                "no_proxy": "127.0.0.1",
            },
        )


def told_by_alerts(root: Path, toolchain: SystemToolchain) -> str:
    """The alerts that fire in prod, by name and severity, after an hour of such requests as the service is asked here."""
    _needs("promtool")
    with _service(root, {"ENVIRONMENT": "prod", "SERVICE_NAME": "my-service"}) as port:
        with ThreadPoolExecutor(10) as callers:
            list(callers.map(lambda _: _status(f"http://127.0.0.1:{port}/"), range(20)))
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as metrics:
            samples = re.findall(r"^(\w+)\{(.*)\} (\S+)$", metrics.read().decode(), re.MULTILINE)
    labels = 'job="my-service",service="my-service",namespace="my-service",pod="a"'
    asked = 'count by (alertname, severity) (ALERTS{alertstate="firing"})'
    test = {
        "rule_files": [str(root / "helm/my-service/files/rules.yaml")],
        "evaluation_interval": "10m",
        "group_eval_order": ["my-service.slo", "my-service.slo.days", "my-service.budget"],
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": f"{name}{{{own},{labels}}}", "values": f"0+{value}x60"}
                    for name, own, value in samples
                    if name.startswith("http_")
                ]
                + [{"series": f"up{{{labels}}}", "values": "1x60"}],
                "promql_expr_test": [{"expr": asked, "eval_time": "60m", "exp_samples": []}],
            }
        ],
    }
    file = root.parent / "an-hour.yaml"
    file.write_text(yaml.safe_dump(test), encoding="utf-8")
    return _failure(["promtool", "test", "rules", str(file)], root, {})


TOLD: Mapping[str, Callable[[Path, SystemToolchain], str]] = {
    "build": lambda root, toolchain: told_by_script("app/build.sh", root, toolchain),
    "unit tests": lambda root, toolchain: told_by_script("app/test.sh", root, toolchain),
    "alert tests": told_by_alert_tests,
    "terraform test": told_by_terraform_tests,
    "smoke test in qa": lambda root, toolchain: told_by_smoke_test("qa", root, toolchain),
    "smoke test in prod": lambda root, toolchain: told_by_smoke_test("prod", root, toolchain),
    "alert": told_by_alerts,
}
"""Each gate's message about a repository; empty if it lets it through."""


@pytest.mark.parametrize("fault", LATER, ids=lambda fault: fault.name)
def test_a_later_gate_stops_a_fault_that_no_check_sees(
    fault: Fault, repository: Repository, toolchain: SystemToolchain
) -> None:
    root = repository(**fault.answers)
    expect_only(fault, root, reacting(fault), toolchain)
    said = TOLD[fault.gate](root, toolchain)
    assert fault.says in said
    assert not fault.at or fault.at.file in said


# The tests of Terraform's code, which take long, have tests/matrix/test_terraform.py for this.
@pytest.mark.parametrize("gate", [gate for gate in GATES if gate != "terraform test"])
def test_a_later_gate_lets_an_untouched_repository_through(
    gate: str, repository: Repository, toolchain: SystemToolchain
) -> None:
    fault = next(fault for fault in LATER if fault.gate == gate)
    assert TOLD[gate](repository(**fault.answers), toolchain) == ""


def _failure(argv: list[str], root: Path, variables: Mapping[str, str]) -> str:
    done = subprocess.run(
        argv,
        cwd=root,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def _needs(*programs: str) -> None:
    for program in programs:
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")


@contextmanager
def _service(root: Path, variables: Mapping[str, str]) -> Iterator[int]:
    """The service of a repository in Python, built and running with these variables; its port."""
    python = TOOLS["python"]((root / ".python-version").read_text().strip()).environment["PYTHON"]
    assert _failure(["app/build.sh"], root, {"PYTHON": python}) == ""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as probe:
        port = int(probe.server_address[1])
    env = {
        **os.environ,
        **variables,
        "PORT": str(port),
        "DRAIN_SECONDS": "1",
        "PYTHONPATH": "build/app",
    }
    process = subprocess.Popen(
        [python, "-m", "service"], cwd=root, env=env, stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 20
        while _status(f"http://127.0.0.1:{port}/readyz") != 200:
            assert process.poll() is None, "the service ended"
            assert time.monotonic() < deadline, "the service did not get ready"
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def _gateway(hosts: list[str], port: int) -> Iterator[int]:
    """A proxy that knows these hosts alone, and sends their requests to the service; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers["Host"] in hosts
            body = b""
            if known:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/info", timeout=10) as answer:
                    body = answer.read()
            self.send_response(200 if known else 404)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield int(server.server_address[1])
        server.shutdown()


def _stand_ins(folder: Path, port: int) -> Path:
    """kubectl, which knows one pod and leads to `port`, and curl without its pauses between two attempts."""
    pods: dict[str, Any] = {
        "items": [{"metadata": {"name": "web"}, "status": {"phase": "Running"}}]
    }
    scripts = {
        "kubectl": f"""case "$*" in
          *port-forward*) echo "Forwarding from 127.0.0.1:{port} -> 8080"; exec sleep 60 ;;
          *) echo '{json.dumps(pods)}' ;;
        esac""",
        "curl": f'exec {shutil.which("curl")} "$@" --retry 0',
    }
    folder.mkdir()
    for name, script in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return folder


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
