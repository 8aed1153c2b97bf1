"""Releases on servers: the generated scripts and playbooks on Debian machines that are really booted.

systemd, podman, the firewall, Caddy and Ansible are real; the machines share this host's kernel, and the cloud between the scripts
and the machines is a stand-in (tests/servers/fleet.py). `make servers-proof` makes the machines' base and runs this.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from servers.balancer import balancer
from servers.fleet import Fleet, get, metadata_service, remember, requests, running
from servers.machine import Machine, missing
from support import ROOT, Repository

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def fleet(pristine: Repository, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Two servers and the machine that watches them, freshly made: nothing has been deployed."""
    if reason := missing():
        pytest.skip(reason)
    repository = pristine(
        cloud="aws", runtime="go", level="work", runs_on="server", servers=2, deploy="helm"
    )
    folder = tmp_path_factory.mktemp("fleet")
    names = ("my-service-dev-1", "my-service-dev-2")
    with running(repository, folder, *names, watcher="my-service-dev-monitoring") as fleet:
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
    assert fleet.machines[1].run(f"curl --fail --silent http://{address}/").returncode == 0
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


def test_a_rollback_after_a_deployment_that_failed_at_the_second_server_mixes_nothing(
    fleet: Fleet,
) -> None:
    fleet.has("one")
    fleet.has("two")
    second = fleet.machines[1]
    second.run("ip route add unreachable 10.213.0.1/32")
    try:
        failed = fleet.make("deploy", "three")
    finally:
        second.run("ip route del unreachable 10.213.0.1/32")
    assert failed.code == 1, failed.output
    assert fleet.runs() == ["two", "two"]

    done = fleet.make("rollback")
    assert done.code == 0, done.output
    assert fleet.runs() == ["one", "one"]


def test_a_rollback_that_one_server_cannot_make_changes_none(fleet: Fleet) -> None:
    fleet.has("one")
    fleet.has("two")
    fleet.machines[0].run("rm -f /var/lib/my-service/previous.container")
    done = fleet.make("rollback")
    assert done.code == 1, done.output
    assert "no earlier good release is on every server" in done.output
    assert "nothing was changed" in done.output
    assert fleet.runs() == ["two", "two"]


CUT_AFTER_THE_START = """
sed -i 's/{before}/{after}/' /etc/containers/systemd/my-service.container
systemctl daemon-reload
systemctl restart my-service || true"""
"""Of a deployment, as far as it came before it was cut off: the new unit is in place, and nothing has proved it."""


@pytest.mark.parametrize("image", ["two", "crash"])
def test_a_deployment_that_is_cut_off_is_taken_back_and_announced_as_such(
    fleet: Fleet, image: str
) -> None:
    fleet.has("one")
    second = fleet.machines[1]
    second.run(f"podman pull --quiet {fleet.images[image]}")
    before, after = (fleet.images[name].partition("@")[2] for name in ("one", image))
    left = CUT_AFTER_THE_START.format(before=before, after=after)
    if image == "crash":  # the first server does not take it; so only the second is asked
        left = left.replace("systemctl restart", "true")
    cut = second.name if image == "two" else fleet.machines[0].name
    done = fleet.make("deploy", image, CUT=cut, CUT_LEAVES=left)
    assert done.code == 1, done.output
    assert "was cut off" in fleet.chat[-1]
    assert fleet.chat[-1].startswith(":rewind:")
    assert fleet.runs() == ["one", "one"]
    for machine in fleet.machines:
        same = "cmp /etc/containers/systemd/my-service.container /var/lib/my-service/good.container"
        assert machine.run(same).returncode == 0, machine.name


def test_a_process_that_hangs_is_started_again(fleet: Fleet) -> None:
    fleet.has("one")
    machine = fleet.machines[0]
    began = time.monotonic()
    machine.run("kill -STOP $(podman inspect --format '{{.State.Pid}}' my-service)")
    restarts = "systemctl show --property NRestarts --value my-service"
    while machine.run(restarts).stdout.strip() == "0":
        assert time.monotonic() < began + 120, machine.run("podman ps --all").stdout
        time.sleep(0.5)
    say(f"a process that hangs is killed after {time.monotonic() - began:.1f} s")
    assert fleet.runs() == ["one", "one"]
    machine.run("systemctl reset-failed my-service")


def test_only_root_gets_the_identity_of_the_machine(fleet: Fleet) -> None:
    fleet.has("one")
    machine = fleet.machines[0]
    ask = "curl --silent --fail --max-time 3 http://169.254.169.254/"
    with metadata_service():
        assert machine.run(ask).returncode == 0
        for user in ("10001", "10002", "65534"):
            as_user = f"setpriv --reuid {user} --regid {user} --clear-groups {ask}"
            assert machine.run(as_user).returncode == 7, user
        inside = "podman exec my-service /service fetch"
        assert machine.run(f"{inside} 169.254.169.254 80").returncode == 1
        assert machine.run(f"{inside} {fleet.registry.address.replace(':', ' ')}").returncode == 1
        assert "/" in fleet.registry.pulled, "the container reaches nothing at all"
    for unit in ("proxy", "node-exporter"):
        asked = f"ps -o uid= -p $(podman inspect --format '{{{{.State.Pid}}}}' {unit})"
        assert machine.run(asked).stdout.strip() not in {"", "0"}, unit


def test_no_request_is_lost_while_a_server_restarts_at_night(fleet: Fleet) -> None:
    fleet.has("one")
    machine = fleet.machines[0]
    with balancer([each.address for each in fleet.machines]) as front, requests(front) as statuses:
        time.sleep(3)
        began = time.monotonic()
        machine.restart()
        remember(fleet)
        while get(f"http://{machine.address}/readyz")[0] != 200:
            assert time.monotonic() < began + 180, machine.run("systemctl --failed").stdout
            time.sleep(0.5)
        took = time.monotonic() - began
        time.sleep(3)
    say(f"restart {took:.0f} s, {sum(statuses.values())} requests")
    assert set(statuses) == {200}, statuses
    assert statuses[200] >= 100
    assert machine.run("test -e /var/lib/my-service/drain/leaving").returncode == 1


def test_a_server_comes_back_from_a_restart_only_when_its_service_is_ready(fleet: Fleet) -> None:
    fleet.has("one")
    machine = fleet.machines[0]
    image = fleet.images["one"].partition("@")[2]
    unready = fleet.images["unready"].partition("@")[2]
    machine.run(f"podman pull --quiet {fleet.images['unready']}")
    unit = "/etc/containers/systemd/my-service.container"
    machine.run(f"sed -i 's/{image}/{unready}/' {unit}")
    machine.restart()
    remember(fleet)
    time.sleep(5)
    assert get(f"http://{machine.address}/readyz")[0] == 503
    assert machine.run("test -e /var/lib/my-service/drain/leaving").returncode == 0

    machine.run(f"sed -i 's/{unready}/{image}/' {unit}")
    machine.run("systemctl daemon-reload; systemctl restart my-service")
    ended = time.monotonic() + 30
    while get(f"http://{machine.address}/readyz")[0] != 200:
        assert time.monotonic() < ended
        time.sleep(0.5)


def test_the_machine_that_watches_sees_both_servers_and_calls_the_dead_mans_switch(
    fleet: Fleet,
) -> None:
    fleet.has("one")
    assert fleet.watcher is not None
    chat = f"{fleet.deadman}chat"
    silent = fleet.make("monitoring", CHAT_WEBHOOK_URL="", DEADMAN_URL="")
    assert silent.code != 0
    assert "cannot read the addresses" in silent.output

    first = fleet.make("monitoring", CHAT_WEBHOOK_URL=chat, DEADMAN_URL=f"{fleet.deadman}alive")
    assert first.code == 0, first.output
    again = fleet.make("monitoring", CHAT_WEBHOOK_URL="", DEADMAN_URL="")
    assert (again.code, again.changed) == (0, [0]), again.output
    say(f"monitoring: first {first.seconds:.0f} s, again {again.seconds:.0f} s")

    assert set(fleet.secrets) == {"/chat-webhook-url", "/deadman-url"}
    for secret in fleet.secrets.values():
        assert secret not in fleet.commands()
    ask = "curl --silent 'http://127.0.0.1:9090/api/v1/query?query=sum+by+(job)+(up)'"
    ended = time.monotonic() + 120
    while True:
        answer = json.loads(fleet.watcher.run(ask).stdout)["data"]["result"]
        up = {each["metric"]["job"]: each["value"][1] for each in answer}
        if up == {"my-service": "2", "node": "3", "prometheus": "1"} and fleet.calls:
            break
        assert time.monotonic() < ended, (up, fleet.calls)
        time.sleep(2)
    assert any("Watchdog" in call for call in fleet.calls)
    for port in (22, 80, 443, 3000, 9090, 9093, 9100):
        address = fleet.watcher.address
        done = fleet.machines[0].run(f"curl --silent --max-time 3 http://{address}:{port}/")
        assert done.returncode == 28, f"port {port} answers"


def watched(fleet: Fleet) -> Machine:
    """Return the machine that watches, with the monitoring on it."""
    assert fleet.watcher is not None
    ready = "curl --fail --silent http://127.0.0.1:9090/-/ready"
    if fleet.watcher.run(ready).returncode != 0:
        address = fleet.deadman
        done = fleet.make("monitoring", CHAT_WEBHOOK_URL=address, DEADMAN_URL=address)
        assert done.code == 0, done.output
    return fleet.watcher


RULE = "  - name: {name}\n    rules:\n      - record: one\n        expr: vector(1)\n"


@contextmanager
def changed(file: Path, old: str, new: str) -> Iterator[None]:
    """Have a file of the repository changed until the end of the block."""
    right = file.read_text()
    assert old in right, old
    file.write_text(right.replace(old, new, 1))
    try:
        yield
    finally:
        file.write_text(right)


def rules_have(watcher: Machine, name: str) -> bool:
    """Return whether Prometheus has a group of rules, half a minute after it was told at the latest."""
    ended = time.monotonic() + 30
    asked = "curl --silent http://127.0.0.1:9090/api/v1/rules"
    while name not in watcher.run(asked).stdout:
        if time.monotonic() > ended:
            return False
        time.sleep(0.5)
    return True


def test_new_rules_are_read_and_prometheus_goes_on_to_run(fleet: Fleet) -> None:
    watcher = watched(fleet)
    starts = "systemctl show prometheus --property ExecMainStartTimestamp"
    began = watcher.run(starts).stdout
    rules = fleet.repository / "monitoring/rules.yaml"
    with changed(rules, "groups:\n", "groups:\n" + RULE.format(name="another.group")):
        done = fleet.make("monitoring", CHAT_WEBHOOK_URL="", DEADMAN_URL="")
    assert done.code == 0, done.output
    assert rules_have(watcher, "another.group")
    assert watcher.run(starts).stdout == began
    say(f"changed rules are read after {done.seconds:.0f} s")


CUT = "- name: Cut it off\n  ansible.builtin.command: pkill -KILL -f ansible-playbook\n\n"
"""A task at which a play ends as if the power of its machine had been cut: nothing after it happens, and nothing is cleaned up."""


def test_rules_are_read_by_the_run_after_one_that_was_cut_off(fleet: Fleet) -> None:
    watcher = watched(fleet)
    rules = fleet.repository / "monitoring/rules.yaml"
    tasks = fleet.repository / "server/roles/monitoring/tasks/main.yml"
    before_it = "- name: Restart what has a new unit\n"
    with changed(rules, "groups:\n", "groups:\n" + RULE.format(name="group.of.the.cut")):
        with changed(tasks, before_it, CUT + before_it):
            cut = fleet.make("monitoring", CHAT_WEBHOOK_URL="", DEADMAN_URL="")
        assert cut.code != 0
        copied = watcher.run("cat /etc/prometheus/rules/service.yaml").stdout
        assert "group.of.the.cut" in copied
        loaded = watcher.run("curl --silent http://127.0.0.1:9090/api/v1/rules").stdout
        assert "group.of.the.cut" not in loaded, "the run was not cut off in time"

        done = fleet.make("monitoring", CHAT_WEBHOOK_URL="", DEADMAN_URL="")
        assert done.code == 0, done.output
        assert rules_have(watcher, "group.of.the.cut")
        again = fleet.make("monitoring", CHAT_WEBHOOK_URL="", DEADMAN_URL="")
        assert (again.code, again.changed) == (0, [0]), again.output


def test_a_proxy_is_configured_by_the_deployment_after_one_that_was_cut_off(fleet: Fleet) -> None:
    fleet.has("one")
    machine = fleet.machines[0]
    caddyfile = fleet.repository / "server/roles/proxy/templates/Caddyfile.j2"
    tasks = fleet.repository / "server/roles/proxy/tasks/main.yml"
    before_it = "- name: Restart or reload the proxy where it changed\n"
    asks = f"curl --silent --head http://{machine.address}/"
    place = "\t# Numbers about the service are not for users.\n"
    with changed(caddyfile, place, "\theader X-After-The-Cut yes\n" + place):
        with changed(tasks, before_it, CUT + before_it):
            cut = fleet.make("deploy", "one")
        assert cut.code == 1, cut.output
        assert "X-After-The-Cut" in machine.run("cat /etc/caddy/Caddyfile").stdout
        assert "x-after-the-cut" not in machine.run(asks).stdout.lower()

        done = fleet.make("deploy", "one")
        assert done.code == 0, done.output
        assert "x-after-the-cut: yes" in machine.run(asks).stdout.lower()
        again = fleet.make("deploy", "one")
        assert (again.code, again.changed) == (0, [0, 0]), again.output


@pytest.mark.parametrize(
    ("path", "old", "new", "why"),
    [
        (
            "monitoring/rules.yaml",
            "expr: |",
            "expr: | \n          sum by ((",
            "could not parse expression",
        ),
        (
            "server/roles/monitoring/files/alertmanager.yml",
            "receiver: team-chat\n",
            "receiver: x\n",
            "undefined receiver",
        ),
    ],
    ids=["rules", "routes"],
)
def test_rules_and_routes_that_are_wrong_change_nothing_of_what_runs(
    fleet: Fleet, path: str, old: str, new: str, why: str
) -> None:
    watcher = watched(fleet)
    sums = "cat /etc/prometheus/rules/* /etc/prometheus/*.yml /etc/alertmanager/*.yml | sha256sum"
    before = watcher.run(sums).stdout
    file = fleet.repository / path
    right = file.read_text()
    file.write_text(right.replace(old, new, 1))
    assert file.read_text() != right
    try:
        done = fleet.make("monitoring", CHAT_WEBHOOK_URL="", DEADMAN_URL="")
    finally:
        file.write_text(right)
    assert done.code == 2, done.output
    assert why in done.output
    assert watcher.run(sums).stdout == before
    assert watcher.run("curl --fail --silent http://127.0.0.1:9090/-/ready").returncode == 0


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
