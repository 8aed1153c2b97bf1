"""Releases on servers: the generated scripts and playbooks on Debian machines that are really booted.

systemd, podman, the firewall, Caddy and Ansible are real; the machines share this host's kernel, and the cloud between the scripts
and the machines is a stand-in (tests/servers/fleet.py). `make servers-proof` makes the machines' base and runs this.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from servers.fleet import Fleet, get, remember, requests, running
from servers.machine import missing
from support import ROOT, Repository

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def fleet(pristine: Repository, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Two servers, both freshly made: nothing has been deployed."""
    if reason := missing():
        pytest.skip(reason)
    repository = pristine(
        cloud="aws", runtime="go", level="work", runs_on="server", servers=2, deploy="helm"
    )
    folder = tmp_path_factory.mktemp("fleet")
    with running(repository, folder, "my-service-dev-1", "my-service-dev-2") as fleet:
        yield fleet


def say(line: str) -> None:
    """Show how long something took; `make servers-proof` runs without capture."""
    sys.stdout.write(f"  {line}\n")


def test_a_first_deployment_makes_both_servers_and_a_second_one_changes_nothing(
    fleet: Fleet,
) -> None:
    first = fleet.make("deploy", "one")
    assert first.code == 0, first.output
    assert fleet.runs() == ["one", "one"]
    assert fleet.chat[-1].startswith(":white_check_mark:")

    again = fleet.make("deploy", "one")
    assert (again.code, again.changed) == (0, [0, 0]), again.output
    say(f"first {first.seconds:.0f} s, again {again.seconds:.0f} s")


def test_only_the_proxy_is_open_and_it_hides_the_metrics(fleet: Fleet) -> None:
    fleet.has("one")
    address = fleet.machines[0].address
    assert get(f"http://{address}/")[0] == 200
    assert get(f"http://{address}/metrics")[0] == 404
    assert get(f"http://{address}:9180/metrics")[0] == 200
    assert get(f"http://{address}:9180/info")[0] == 404
    for port in (22, 8080):
        done = fleet.machines[1].run(f"curl --silent --max-time 3 http://{address}:{port}/")
        assert done.returncode == 28, f"port {port} answers"


def test_the_exporter_tells_what_the_alerts_about_servers_ask(fleet: Fleet) -> None:
    fleet.has("one")
    status, metrics = get(f"http://{fleet.machines[0].address}:9100/metrics")
    assert status == 200
    unit = 'name="my-service.service"'
    assert re.search(rf'node_systemd_unit_state{{{unit},state="failed",.*}} 0', metrics)
    assert f"node_systemd_service_restart_total{{{unit}}} " in metrics
    assert "node_vmstat_oom_kill " in metrics
    assert "node_filesystem_avail_bytes{" in metrics


def test_the_container_has_no_more_rights_than_it_needs(fleet: Fleet) -> None:
    fleet.has("one")
    inside = fleet.machines[0].run("podman inspect my-service").stdout
    assert '"ReadonlyRootfs": true' in inside
    assert '"User": "10001:10001"' in inside
    process = "$(podman inspect --format '{{.State.Pid}}' my-service)"
    status = fleet.machines[0].run(f"cat /proc/{process}/status").stdout
    assert "CapEff:\t0000000000000000" in status
    assert "CapBnd:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status


def test_no_request_is_lost_while_both_servers_get_a_new_digest(fleet: Fleet) -> None:
    fleet.has("one")
    address = fleet.machines[0].address
    ready: set[int] = set()
    ended = threading.Event()

    def watch() -> None:
        while not ended.is_set():
            ready.add(get(f"http://{address}/readyz")[0])
            time.sleep(0.3)

    watcher = threading.Thread(target=watch)
    watcher.start()
    with requests(f"http://{address}/") as statuses:
        done = fleet.make("deploy", "two")
    ended.set()
    watcher.join()
    assert done.code == 0, done.output
    assert fleet.runs() == ["two", "two"]
    assert set(statuses) == {200}
    assert statuses[200] >= 500
    assert 503 in ready, "the load balancer was not told"
    say(f"new digest {done.seconds:.0f} s, {statuses[200]} requests")


@pytest.mark.parametrize("fate", ["crash", "unready", "liar"])
def test_a_bad_digest_is_taken_back_and_the_second_server_never_sees_it(
    fleet: Fleet, fate: str
) -> None:
    fleet.has("one")
    second = fleet.machines[1]
    began = second.run("systemctl show my-service --property ExecMainStartTimestamp").stdout
    done = fleet.make("deploy", fate)
    assert done.code == 1, done.output
    assert fleet.runs() == ["one", "one"]
    assert fleet.chat[-1].startswith(":rewind:")
    if fate == "crash":
        assert "cannot read the settings" in fleet.chat[-1]
    assert second.run(f"podman image exists {fleet.images[fate]}").returncode == 1
    after = second.run("systemctl show my-service --property ExecMainStartTimestamp").stdout
    assert after == began
    say(f"bad digest {done.seconds:.0f} s")


def test_a_server_that_fails_takes_the_ones_before_it_back(fleet: Fleet) -> None:
    fleet.has("one")
    second = fleet.machines[1]
    second.run("podman image rm --force " + fleet.images["two"])
    second.run("ip route add unreachable 10.213.0.1/32")
    try:
        done = fleet.make("deploy", "two")
    finally:
        second.run("ip route del unreachable 10.213.0.1/32")
    assert done.code == 1, done.output
    assert fleet.runs() == ["one", "one"]
    assert fleet.chat[-1].startswith(":rewind:")


def test_a_deployment_leaves_a_server_alone_that_another_one_works_on(fleet: Fleet) -> None:
    fleet.has("one")
    first = fleet.machines[0]
    first.run("systemd-run --unit other flock /run/lock/my-service-deploy sleep 300")
    try:
        done = fleet.make("deploy", "two")
    finally:
        first.run("systemctl stop other")
    assert done.code == 75, done.output
    assert fleet.runs() == ["one", "one"]


def test_a_rollback_goes_one_release_back_and_then_has_nothing_left(fleet: Fleet) -> None:
    fleet.has("one")
    fleet.has("two")
    done = fleet.make("rollback")
    assert done.code == 0, done.output
    assert fleet.runs() == ["one", "one"]

    again = fleet.make("rollback")
    assert again.code == 1
    assert "no earlier good release" in again.output
    assert fleet.runs() == ["one", "one"]


def test_a_server_that_restarts_serves_again_without_the_registry(fleet: Fleet) -> None:
    fleet.has("one")
    pulled = list(fleet.registry.pulled)
    machine = fleet.machines[0]
    machine.stop()
    began = time.monotonic()
    machine.boot()
    remember(fleet)
    while get(f"http://{machine.address}/info")[0] != 200:
        assert time.monotonic() < began + 60, machine.run("systemctl --failed").stdout
        time.sleep(0.2)
    say(f"serves {time.monotonic() - began:.1f} s after the power is back")
    assert fleet.runs() == ["one", "one"]
    assert fleet.registry.pulled == pulled
    assert machine.run("nft list table inet host").returncode == 0


def test_the_playbooks_pass_the_strictest_profile_of_ansible_lint(pristine: Repository) -> None:
    programs = ROOT / ".servers" / "ansible" / "bin"
    if not (programs / "ansible-lint").exists():
        pytest.skip("ansible-lint is not installed: `make .servers/.ready` installs it")
    repository = pristine(cloud="aws", runtime="go", level="work", runs_on="server", servers=2)
    done = subprocess.run(
        [str(programs / "ansible-lint"), "--offline", "--profile", "production"],
        cwd=repository / "server",
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
