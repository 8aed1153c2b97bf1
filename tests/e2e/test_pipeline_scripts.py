"""The scripts of a generated repository's pipeline, run for real against simulated cluster programs.

bash, make, git, jq and curl are real, and so is the HTTP server that answers for the pods and for
the chat. helm, kubectl, cosign, crane, aws, terraform and gh are one stand-in that notes its calls
and prints the output of a test's rules.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from support import Repository

pytestmark = [
    pytest.mark.skipif(not shutil.which(program), reason=f"{program} is not installed")
    for program in ("bash", "jq", "curl", "git", "make")
]

IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/my-service"
NEW = "sha256:" + "a" * 64
HOST = "https://github.com/example-org/my-service"
OLD = "sha256:" + "b" * 64
COMMIT = "c" * 40
FAILED = '"my-service" failed: context deadline exceeded'
GONE = 'Error from server (NotFound): pods "web-0" not found\n'
# Helm 4 refuses the second without the first: a release that Helm 3 made is else applied as Helm 3 did.
HELM_4 = {"--server-side=true", "--force-conflicts"}

STAND_IN = (
    f"#!{sys.executable} -IS\n"  # neither site packages nor variables: a third of the time to start
    + """
import json, os, pathlib, signal, sys
name, argv, home = pathlib.Path(sys.argv[0]).name, sys.argv[1:], pathlib.Path(os.environ["STAND_IN"])
with (home / "calls").open("a") as calls:
    calls.write(json.dumps([name, *argv]) + "\\n")
if argv[-1:] == ["-"]:
    (home / "stdin").write_text(sys.stdin.read())
rules = json.loads((home / "rules").read_text())
for number, rule in enumerate(rules):
    if rule["call"] == [name, *argv][: len(rule["call"])] or (name == rule["call"][0] and set(rule["call"][1:]) <= set(argv)):
        used = home / f"used-{number}"
        if rule["once"] and used.exists():
            continue
        used.touch()
        for path, text in rule["writes"].items():
            pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
            pathlib.Path(path).write_text(text)
        sys.stdout.write(rule["stdout"]); sys.stdout.flush()
        sys.stderr.write(rule["stderr"])
        if rule["stays"]:
            signal.pause()
        sys.exit(rule["exit"])
"""
)


@dataclass
class Site:
    """A repository, the stand-ins on its PATH, and the two servers."""

    root: Path
    home: Path
    rules: list[dict[str, Any]] = field(default_factory=list)
    chat: list[dict[str, Any]] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)

    def on(
        self,
        call: str,
        stdout: object = "",
        *,
        status: int = 0,
        stderr: str = "",
        once: bool = False,
        stays: bool = False,
        writes: dict[str, str] | None = None,
    ) -> None:
        """Let `call` (its first words, or words in any order) print `stdout` from now on.

        The last rule wins.
        """
        text = stdout if isinstance(stdout, str) else json.dumps(stdout)
        rule = {
            "call": call.split(),
            "stdout": text,
            "stderr": stderr,
            "exit": status,
            "once": once,
            "stays": stays,
            "writes": writes or {},
        }
        self.rules.insert(0, rule)

    def make(self, target: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """`make target` in the repository, with exactly these variables beside PATH and HOME."""
        (self.home / "rules").write_text(json.dumps(self.rules))
        return subprocess.run(
            ["make", "--silent", *target.split()],
            cwd=self.root,
            env={**self.env, **variables},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @property
    def calls(self) -> list[list[str]]:
        """Every call of a stand-in, in order, as [program, argument, …]."""
        log = self.home / "calls"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def verbs(self, *programs: str) -> list[str]:
        """The calls of `programs` as their first two words: "helm upgrade"; not the question which version they are."""
        return [
            " ".join(call[:2])
            for call in self.calls
            if call[0] in programs and call[1] != "version"
        ]


@pytest.fixture
def server() -> Iterator[Callable[[Callable[[BaseHTTPRequestHandler], tuple[int, bytes]]], int]]:
    """Start an HTTP server on the loopback that answers by the given function; return its port."""
    servers = []

    def start(answer: Callable[[BaseHTTPRequestHandler], tuple[int, bytes]]) -> int:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = answer(self)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET  # noqa: N815 - the name that http.server looks for

            def log_message(self, *_: object) -> None:
                pass

        running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=running.serve_forever, daemon=True).start()
        servers.append(running)
        return int(running.server_address[1])

    yield start
    for running in servers:
        running.shutdown()
        running.server_close()


Answer = Callable[[BaseHTTPRequestHandler], tuple[int, bytes]]


@pytest.fixture(scope="session")
def committed(pristine: Repository, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """`committed(cloud="aws", …)`: such a repository with one commit, made once and copied by each test."""
    made: dict[str, Path] = {}

    def repository(**given: object) -> Path:
        key = repr(sorted(given.items()))
        if key not in made:
            root = tmp_path_factory.mktemp("committed") / "my-service"
            shutil.copytree(pristine(**given), root, symlinks=True)
            git = ["git", "-c", "user.name=test", "-c", "user.email=test@example.com"]
            for words in (
                ["init", "--quiet"],
                ["add", "--all"],
                ["commit", "--quiet", "--message", "first"],
            ):
                subprocess.run([*git, *words], cwd=root, check=True)
            made[key] = root
        return made[key]

    return repository


@pytest.fixture
def sites(
    committed: Repository, tmp_path: Path, server: Callable[[Answer], int]
) -> Callable[..., Site]:
    """`sites(cloud="azure", …)`: a site whose repository these answers give."""

    def build(**given: object) -> Site:
        root = Path(shutil.copytree(committed(**given), tmp_path / "my-service", symlinks=True))
        return _site(root, tmp_path, server)

    return build


@pytest.fixture
def site(sites: Callable[..., Site]) -> Site:
    return sites()


def _site(root: Path, tmp_path: Path, server: Callable[[Answer], int]) -> Site:
    home = tmp_path / "stand-in"
    programs = home / "bin"
    programs.mkdir(parents=True)
    for name in (
        "helm",
        "kubectl",
        "cosign",
        "crane",
        "aws",
        "terraform",
        "gh",
        "docker",
        "buildctl",
        "az",
        "kubelogin",
    ):
        (programs / name).write_text(STAND_IN)
        (programs / name).chmod(0o755)
    made = Site(root=root, home=home)

    def chat(request: BaseHTTPRequestHandler) -> tuple[int, bytes]:
        made.chat.append(json.loads(request.rfile.read(int(request.headers["Content-Length"]))))
        return 200, b"ok"

    made.env = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "STAND_IN": str(home),
        "ENVIRONMENT": "dev",
        "IMAGE": IMAGE,
        "DIGEST": NEW,
        "REVISION": COMMIT,
        "CLUSTER_NAME": "my-service-dev",
        "AWS_REGION": "eu-central-1",
        "CHAT_WEBHOOK_URL": f"http://127.0.0.1:{server(chat)}/hook",
    }
    made.on("helm history", history("deployed"))
    made.on("helm get values", {"image": {"digest": OLD}})
    return made


def history(*statuses: str, **descriptions: str) -> list[dict[str, Any]]:
    """`helm history`: one revision for each status; r3="Rollback to 1" describes the third."""
    return [
        {
            "revision": number,
            "status": status,
            "description": descriptions.get(f"r{number}", COMMIT),
        }
        for number, status in enumerate(statuses, start=1)
    ]


def pending(status: str, age: timedelta, zone: timezone = UTC) -> list[dict[str, Any]]:
    """`helm history` whose second revision has been pending for so long, its time as Helm writes it in that zone."""
    first, second = history("deployed", status)
    began = (datetime.now(UTC) - age).astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S.123456789%z")
    return [
        first,
        {**second, "updated": f"{began[:-2]}:{began[-2:]}" if zone != UTC else f"{began[:-5]}Z"},
    ]


def info(
    digest: str = NEW, revision: str = COMMIT, runtime: str = "21.0.12", environment: str = "dev"
) -> dict[str, Any]:
    return {
        "service": "my-service",
        "environment": environment,
        "runtime": {"name": "java", "version": runtime},
        "revision": revision,
        "digest": digest,
    }


def serve_pods(
    site: Site,
    server: Callable[[Answer], int],
    *answers: dict[str, Any] | list[dict[str, Any]],
) -> None:
    """These pods run, and give these answers."""
    items = []
    for number, told in enumerate(answers):
        queue = list(told) if isinstance(told, list) else [told]

        def answer(
            request: BaseHTTPRequestHandler, queue: list[dict[str, Any]] = queue
        ) -> tuple[int, bytes]:
            assert request.path == "/info"
            return 200, json.dumps(queue.pop(0) if len(queue) > 1 else queue[0]).encode()

        port = server(answer)
        site.on(
            f"kubectl port-forward pod/web-{number}",
            f"Forwarding from 127.0.0.1:{port} -> 8080\n",
            stays=True,
        )
        items.append({"metadata": {"name": f"web-{number}"}, "status": {"phase": "Running"}})
    site.on("kubectl get pods --output json", {"items": items})


@pytest.fixture
def pods(site: Site, server: Callable[[Answer], int]) -> Callable[..., None]:
    """`pods(info(…), …)`: these pods run; a list of answers is given one after the other, the last one for good."""

    def run(*answers: dict[str, Any] | list[dict[str, Any]]) -> None:
        serve_pods(site, server, *answers)

    return run


def test_a_deployment_verifies_installs_tests_and_announces(
    site: Site, pods: Callable[..., None]
) -> None:
    pods(info(), info())
    done = site.make("deploy")
    assert done.returncode == 0, done.stderr
    assert site.verbs("cosign", "helm") == [
        "cosign verify",
        "helm history",
        "helm history",
        "helm upgrade",
        "helm test",
    ]
    verify = next(call for call in site.calls if call[0] == "cosign")
    assert verify[-1] == f"{IMAGE}@{NEW}"
    assert (
        "https://github.com/example-org/my-service/.github/workflows/ci.yml@refs/heads/main"
        in verify
    )
    upgrade = next(call for call in site.calls if call[:2] == ["helm", "upgrade"])
    for argument in (
        f"image.digest={NEW}",
        f"image.repository={IMAGE}",
        f"revision={COMMIT}",
        "helm/my-service/values-dev.yaml",
        "--wait",
    ):
        assert argument in upgrade
    assert site.chat == [{"text": f":white_check_mark: *my-service*: dev runs {COMMIT}."}]


@pytest.mark.parametrize(
    ("version", "own"), [("v3.21.4+g1b4e9d2", set()), ("v4.2.4+g05fa379", HELM_4)]
)
def test_helm_gets_no_flag_that_it_lacks(
    site: Site, pods: Callable[..., None], version: str, own: set[str]
) -> None:
    site.on("helm version", version)
    pods([info(runtime="8.0.502"), info(digest=OLD)])
    site.make("deploy")
    flags = {
        argument
        for call in site.calls
        if call[0] == "helm"
        for argument in call
        if argument.startswith("--")
    }
    assert flags - {
        "--description", "--history-max", "--install", "--logs", "--namespace", "--output", "--set-string", "--short", "--timeout",
        "--values", "--wait",
    } == own  # fmt: skip


@pytest.mark.parametrize("verb", ["upgrade", "rollback"])
def test_with_helm_4_what_git_says_wins_over_what_was_changed_by_hand(
    site: Site, pods: Callable[..., None], verb: str
) -> None:
    pods([info(runtime="8.0.502"), info(digest=OLD)])
    site.make("deploy")
    assert set(next(call for call in site.calls if call[:2] == ["helm", verb])) >= HELM_4


def test_a_failing_helm_test_rolls_back_to_the_deployed_revision(
    site: Site, pods: Callable[..., None]
) -> None:
    pods(info(digest=OLD, revision="d" * 40))
    site.on("helm history", history("superseded", "failed", "superseded", "deployed", "failed"))
    site.on("helm test", status=1)
    done = site.make("deploy")
    assert done.returncode != 0
    assert site.verbs("helm")[-2:] == ["helm rollback", "helm get"]
    assert next(call for call in site.calls if call[1] == "rollback")[2:4] == ["my-service", "4"]
    assert [message["text"].split(":")[1] for message in site.chat] == ["rewind"]
    assert (site.root / "build/diagnostics/dev/logs.txt").exists(), (
        "the evidence is saved before the rollback"
    )


def test_a_failing_first_installation_is_left_for_inspection(
    site: Site, pods: Callable[..., None]
) -> None:
    site.on("helm history", status=1, stderr="Error: release: not found")
    site.on("helm upgrade", status=1)
    done = site.make("deploy")
    assert done.returncode != 0
    assert not {"helm rollback", "helm uninstall"} & set(site.verbs("helm"))
    assert "Nothing ran in dev before" in site.chat[0]["text"]


def test_a_pending_release_is_recovered_first(site: Site, pods: Callable[..., None]) -> None:
    pods(info())
    site.on("helm history", history("superseded", "deployed", "pending-upgrade"))
    assert site.make("deploy").returncode == 0
    assert site.verbs("helm") == [
        "helm history",
        "helm rollback",
        "helm history",
        "helm upgrade",
        "helm test",
    ]
    assert next(call for call in site.calls if call[1] == "rollback")[3] == "2"


def test_a_pending_first_installation_is_removed(site: Site, pods: Callable[..., None]) -> None:
    pods(info())
    site.on("helm history", status=1, stderr="Error: release: not found")
    site.on("helm history", history("pending-install"), once=True)
    assert site.make("deploy").returncode == 0
    assert site.verbs("helm") == [
        "helm history",
        "helm uninstall",
        "helm history",
        "helm upgrade",
        "helm test",
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (info(revision="d" * 40), f"revision is {'d' * 40}, expected {COMMIT}"),
        (info(digest=OLD), f"digest is {OLD}, expected {NEW}"),
        (info(runtime="17.0.20"), "runtime is 17.0.20, expected 21"),
        (info(runtime="210.1"), "runtime is 210.1, expected 21"),
        (info(environment="qa"), "environment is qa, expected dev"),
    ],
)
def test_one_pod_that_runs_the_wrong_thing_rolls_back(
    site: Site, pods: Callable[..., None], wrong: dict[str, Any], said: str
) -> None:
    pods([info(), info(digest=OLD)], [wrong, info(digest=OLD)])
    done = site.make("deploy")
    assert done.returncode != 0
    assert said in done.stderr
    assert "helm rollback" in site.verbs("helm")
    assert "dev runs what it ran before (Helm revision 1)" in site.chat[0]["text"]


def test_pods_are_asked_when_the_rollout_has_come_to_its_end(
    site: Site, pods: Callable[..., None]
) -> None:
    pods(info())
    assert site.make("deploy").returncode == 0
    verbs = [call[3] for call in site.calls if call[0] == "kubectl" and call[1] == "--namespace"]
    assert verbs.index("rollout") < verbs.index("get")
    assert next(call for call in site.calls if "rollout" in call)[3:6] == [
        "rollout",
        "status",
        "deployment/my-service",
    ]


def test_a_rollout_without_an_end_is_a_failed_deployment(
    site: Site, pods: Callable[..., None]
) -> None:
    pods(info())
    site.on(
        "kubectl rollout status", status=1, stderr="error: timed out waiting for the condition\n"
    )
    done = site.make("deploy")
    assert done.returncode != 0
    assert "the rollout of my-service in dev does not come to an end" in done.stderr
    assert "helm rollback" in site.verbs("helm")


def test_a_pod_that_is_gone_when_it_is_asked_is_no_fault(
    site: Site, pods: Callable[..., None]
) -> None:
    pods(info(digest=OLD), info())
    site.on("kubectl port-forward pod/web-0", status=1, stderr=GONE)
    done = site.make("deploy")
    assert done.returncode == 0, done.stderr
    assert "pod web-0 is gone, which is not a fault" in done.stderr
    assert "pod web-1 is right" in done.stderr


@pytest.mark.parametrize("metadata", [{}, {"deletionTimestamp": "2026-11-29T16:00:00Z"}])
def test_a_pod_that_leaves_while_it_is_asked_is_no_fault(
    site: Site, pods: Callable[..., None], metadata: dict[str, str]
) -> None:
    pods(info(), info(digest=OLD))
    leaving = {
        "metadata": {"name": "web-1", **metadata},
        "status": {"phase": "Running" if metadata else "Succeeded"},
    }
    staying = {"metadata": {"name": "web-0"}, "status": {"phase": "Running"}}
    before = {"items": [staying, {"metadata": {"name": "web-1"}, "status": {"phase": "Running"}}]}
    site.on("kubectl get pods --output json", {"items": [staying, leaving]})
    site.on("kubectl get pods --output json", before, once=True)
    done = site.make("deploy")
    assert done.returncode == 0, done.stderr


def test_where_every_pod_went_nothing_is_proved(site: Site, pods: Callable[..., None]) -> None:
    pods(info())
    site.on("kubectl port-forward pod/web-0", status=1, stderr=GONE)
    done = site.make("smoke")
    assert done.returncode != 0
    assert "every pod of my-service in dev went while it was asked" in done.stderr


def test_a_pod_without_a_crash_does_not_end_the_search_for_the_log_of_one(site: Site) -> None:
    none = 'previous terminated container "service" in pod "web-0" not found'
    site.on("helm test", status=1)
    site.on("kubectl logs --previous", status=1, stderr=f"Error from server (BadRequest): {none}\n")
    site.on(
        "kubectl logs --previous --ignore-errors",
        f"error: {none}\n[pod/web-1/service] out of memory\n",
    )
    done = site.make("deploy")
    assert "out of memory" in (site.root / "build/diagnostics/dev/logs-previous.txt").read_text()
    assert "logs-previous.txt is incomplete" not in done.stderr


NOISE = "PythonDeprecationWarning: Boto3 will no longer support Python 3.9\n"


def test_what_a_credentials_plugin_says_is_no_part_of_the_history(
    site: Site, pods: Callable[..., None]
) -> None:
    pods(info())
    site.on("helm history", history("deployed"), stderr=NOISE)
    done = site.make("deploy")
    assert done.returncode == 0, done.stderr


def test_a_first_installation_is_known_beside_what_a_credentials_plugin_says(
    site: Site, pods: Callable[..., None]
) -> None:
    pods(info())
    site.on("helm history", status=1, stderr=f"{NOISE}Error: release: not found\n")
    done = site.make("deploy")
    assert done.returncode == 0, done.stderr


REFUSALS = (
    "Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress\n",
    "Error: UPGRADE FAILED: release: already exists\n",
    "Error: INSTALLATION FAILED: cannot re-use a name that is still in use\n",
    "Error: cannot reuse a name that is still in use\n",
)
"""The messages of Helm 3 and Helm 4 for the second of two."""


@pytest.mark.parametrize("words", REFUSALS)
def test_the_second_of_two_deployments_leaves_the_first_alone(site: Site, words: str) -> None:
    site.on("helm upgrade", status=1, stderr=NOISE + words)
    done = site.make("deploy")
    assert done.returncode != 0
    assert "Error 75" in done.stderr
    assert words in done.stderr
    assert not {"helm rollback", "helm uninstall", "helm test"} & set(site.verbs("helm"))
    (message,) = site.chat
    assert (
        f"{COMMIT} was not deployed: another deployment of dev is under way. Nothing was rolled back"
        in message["text"]
    )


@pytest.mark.parametrize(
    "words",
    [
        "Error: Error acquiring the state lock\n\nError message: the state is already locked by another terraform client\n",
        "Error: another operation (install/upgrade/rollback) is in progress\n",
        "Error: cannot re-use a name that is still in use\n",
    ],
)
def test_the_second_of_two_applies_leaves_the_first_alone(
    sites: Callable[..., Site], words: str
) -> None:
    site = sites(deploy="terraform")
    (site.root / "terraform/deploy/.terraform.lock.hcl").write_text("# pinned\n")
    site.on("terraform apply", status=1, stderr=words)
    done = site.make("deploy")
    assert "Error 75" in done.stderr
    assert [call[2] for call in site.calls if call[0] == "terraform"] == ["init", "apply"]
    assert "another deployment of dev is under way" in site.chat[0]["text"]


def test_what_another_one_deployed_meanwhile_is_not_rolled_back(
    site: Site, pods: Callable[..., None]
) -> None:
    pods(info(digest=OLD))
    site.on("helm test", status=1)
    site.on("helm history", history("superseded", "superseded", "deployed"))
    for _ in range(2):
        site.on("helm history --output", history("deployed"), once=True)
    done = site.make("deploy")
    assert "Error 75" in done.stderr
    assert "helm rollback" not in site.verbs("helm")
    assert "another deployment came in between. Nothing was rolled back" in site.chat[0]["text"]


@pytest.mark.parametrize("target", ["deploy", "rollback TO=1"])
def test_a_release_that_is_being_worked_on_is_waited_for(
    site: Site, pods: Callable[..., None], target: str
) -> None:
    pods(info() if target == "deploy" else info(digest=OLD))
    site.on("helm history", history("superseded", "deployed"))
    site.on("helm history", pending("pending-upgrade", timedelta(seconds=30)), once=True)
    done = site.make(target)
    assert done.returncode == 0, done.stderr
    assert "another deployment of dev has been under way for 3" in done.stderr
    verb = "upgrade" if target == "deploy" else "rollback"
    assert [call[1] for call in site.calls if call[0] == "helm"][:3].count("history") == (
        3 if verb == "upgrade" else 2
    )
    assert [call[1] for call in site.calls if call[1] in {"upgrade", "rollback"}] == [verb]


@pytest.mark.parametrize(
    "zone", [UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=8))]
)
def test_a_release_that_is_older_than_a_deployment_can_take_was_cut_off(
    site: Site, pods: Callable[..., None], zone: timezone
) -> None:
    pods(info())
    site.on("helm history", pending("pending-upgrade", timedelta(minutes=13), zone))
    assert site.make("deploy").returncode == 0
    assert site.verbs("helm") == [
        "helm history",
        "helm rollback",
        "helm history",
        "helm upgrade",
        "helm test",
    ]


def test_who_knows_that_a_release_was_cut_off_need_not_wait(
    site: Site, pods: Callable[..., None]
) -> None:
    pods(info())
    site.on("helm history", pending("pending-upgrade", timedelta(seconds=5)))
    assert site.make("deploy", CUT_OFF="1").returncode == 0
    assert "helm rollback" in site.verbs("helm")


def test_a_rollback_that_fails_too_calls_for_help(site: Site, pods: Callable[..., None]) -> None:
    site.on("helm test", status=1)
    site.on("helm rollback", status=1)
    assert site.make("deploy").returncode != 0
    assert "dev needs someone now" in site.chat[0]["text"]


def failed_installation(site: Site, after: list[dict[str, Any]]) -> None:
    """Helm fails while it upgrades, after it was asked twice for its history; then the history is `after`."""
    site.on("helm upgrade", status=1, stderr="Error: UPGRADE FAILED: context deadline exceeded\n")
    site.on("helm history", after)
    for _ in range(2):
        site.on("helm history --output", history("deployed"), once=True)


def test_an_installation_that_fails_is_rolled_back(site: Site, pods: Callable[..., None]) -> None:
    pods(info(digest=OLD, revision="d" * 40))
    failed_installation(site, history("deployed", "failed"))
    site.on("helm get values --revision 2", {"image": {"digest": NEW}})
    done = site.make("deploy")
    assert next(call for call in site.calls if call[:2] == ["helm", "rollback"])[3] == "1"
    assert "could not be installed in dev. dev runs what it ran before" in site.chat[0]["text"]
    assert "Error 1\n" in done.stderr


def test_a_revision_that_another_one_made_while_the_installation_failed_is_not_rolled_back(
    site: Site,
) -> None:
    failed_installation(site, history("superseded", "deployed"))
    site.on("helm get values --revision 2", {"image": {"digest": OLD}})
    done = site.make("deploy")
    assert "Error 75" in done.stderr
    assert "helm rollback" not in site.verbs("helm")
    assert "another deployment came in between. Nothing was rolled back" in site.chat[0]["text"]


def test_an_installation_of_which_helm_made_no_revision_leaves_nothing_to_roll_back(
    site: Site,
) -> None:
    failed_installation(site, history("deployed"))
    done = site.make("deploy")
    assert "Error 75" in done.stderr
    assert "helm rollback" not in site.verbs("helm")
    assert (
        "Helm made no revision of it. Nothing was rolled back; dev runs what it ran before."
        in site.chat[0]["text"]
    )


def test_an_installation_that_fails_is_not_rolled_back_blindly(site: Site) -> None:
    failed_installation(site, [])
    site.on("helm history", status=1, stderr="Error: Kubernetes cluster unreachable\n")
    for _ in range(2):
        site.on("helm history --output", history("deployed"), once=True)
    done = site.make("deploy")
    assert "Error 75" in done.stderr
    assert "helm rollback" not in site.verbs("helm")
    assert "dev needs someone now" in site.chat[0]["text"]


@pytest.mark.parametrize(("target", "words"), [("deploy", "pending"), ("rollback TO=1", "seconds")])
def test_who_cannot_tell_whether_another_one_is_at_work_changes_nothing(
    site: Site, target: str, words: str
) -> None:
    file = site.root / "ci/history.jq"
    file.write_text(file.read_text().replace(f"def {words}:", f"def {words}_of_old:"))
    done = site.make(target)
    assert done.returncode != 0
    assert "error: cannot tell " in done.stderr
    assert site.verbs("helm") in ([], ["helm history"])


@pytest.fixture
def promoted(site: Site) -> tuple[str, str]:
    """Two commits of main as the pipeline's checkout knows it, the older one first."""
    older = git(site.root, "rev-parse", "HEAD")
    git(site.root, "commit", "--quiet", "--allow-empty", "--message", "second")
    newer = git(site.root, "rev-parse", "HEAD")
    git(site.root, "update-ref", "refs/remotes/origin/main", newer)
    return older, newer


@pytest.mark.parametrize("environment", ["qa", "prod"])
def test_an_older_commit_does_not_replace_a_newer_one(
    site: Site, promoted: tuple[str, str], environment: str
) -> None:
    older, newer = promoted
    site.on("helm history", history("superseded", "deployed", "failed"))
    site.on("helm get values --revision 2", {"image": {"digest": OLD}, "revision": newer})
    done = site.make("deploy", ENVIRONMENT=environment, REVISION=older)
    assert "Error 1\n" in done.stderr
    assert f"{environment} runs {newer}, which is newer than {older}: not deployed" in done.stderr
    assert "OLDER=1" in done.stderr
    assert site.verbs("helm") == ["helm history", "helm get"]
    assert site.chat == [
        {
            "text": f":x: *my-service*: {older} was not deployed: {environment} runs {newer}, which is newer."
            f" <{HOST}/blob/main/docs/rolled-back.md|What to do> <{HOST}/commit/{older}|Commit>"
        }
    ]


@pytest.mark.parametrize(
    ("environment", "variables"),
    [("prod", {"OLDER": "1"}), ("dev", {})],
    ids=["who-means-it", "to-dev"],
)
def test_an_older_commit_is_deployed(
    site: Site,
    pods: Callable[..., None],
    promoted: tuple[str, str],
    environment: str,
    variables: dict[str, str],
) -> None:
    older, newer = promoted
    pods(info(revision=older, environment=environment))
    site.on("helm get values", {"image": {"digest": OLD}, "revision": newer})
    done = site.make("deploy", ENVIRONMENT=environment, REVISION=older, **variables)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("running", ["older", "newer", "f" * 40, ""])
def test_a_newer_commit_the_same_and_one_that_cannot_be_compared_are_deployed(
    site: Site, pods: Callable[..., None], promoted: tuple[str, str], running: str
) -> None:
    older, newer = promoted
    pods(info(revision=newer, environment="prod"))
    known = {"older": older, "newer": newer}
    site.on("helm get values", {"image": {"digest": OLD}, "revision": known.get(running, running)})
    done = site.make("deploy", ENVIRONMENT="prod", REVISION=newer)
    assert done.returncode == 0, done.stderr


def test_where_nobody_can_read_what_prod_runs_nothing_is_deployed(
    site: Site, promoted: tuple[str, str]
) -> None:
    site.on("helm get values", status=1, stderr="Error: Kubernetes cluster unreachable\n")
    done = site.make("deploy", ENVIRONMENT="prod", REVISION=promoted[0])
    assert done.returncode != 0
    assert "cannot read which commit prod runs (Helm revision 1)" in done.stderr
    assert "helm upgrade" not in site.verbs("helm")


def test_a_rollback_goes_to_an_older_commit(
    site: Site, pods: Callable[..., None], promoted: tuple[str, str]
) -> None:
    older, newer = promoted
    pods(info(digest=OLD, revision=older, environment="prod"))
    site.on("helm get values", {"image": {"digest": OLD}, "revision": newer})
    done = site.make("rollback", ENVIRONMENT="prod", TO="1")
    assert done.returncode == 0, done.stderr


def test_an_image_that_this_pipeline_did_not_sign_is_not_deployed(site: Site) -> None:
    site.on("cosign verify", status=1, stderr="no matching signatures")
    done = site.make("deploy")
    assert "is not signed by https://github.com/example-org/my-service" in done.stderr
    assert site.verbs("helm", "kubectl") == []


def test_a_history_that_cannot_be_read_is_not_taken_for_a_first_installation(site: Site) -> None:
    site.on("helm history", status=1, stderr="Error: Kubernetes cluster unreachable")
    done = site.make("deploy")
    assert done.returncode != 0
    assert "Kubernetes cluster unreachable" in done.stderr
    assert "helm upgrade" not in site.verbs("helm")


def git(root: Path, *words: str) -> str:
    """Return the output of a real Git in `root`."""
    command = ["git", "-c", "user.name=test", "-c", "user.email=test@example.com", *words]
    return subprocess.run(
        command, cwd=root, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def merged(site: Site) -> str:
    """The commit that is on main, in a checkout that has fetched main from a real remote."""
    git(site.home, "init", "--quiet", "--bare", "remote")
    git(site.root, "remote", "add", "origin", str(site.home / "remote"))
    git(site.root, "push", "--quiet", "origin", "HEAD:refs/heads/main")
    git(site.root, "fetch", "--quiet", "origin", "main")
    return git(site.root, "rev-parse", "HEAD")


@pytest.mark.parametrize("environment", ["qa", "prod"])
def test_what_was_merged_is_promoted(
    site: Site, pods: Callable[..., None], merged: str, environment: str
) -> None:
    git(site.root, "commit", "--quiet", "--allow-empty", "--message", "newer")
    git(site.root, "push", "--quiet", "origin", "HEAD:refs/heads/main")
    pods(info(revision=merged, environment=environment))
    done = site.make("deploy", ENVIRONMENT=environment, REVISION=merged)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("environment", ["qa", "prod"])
def test_a_commit_that_is_not_on_main_is_not_promoted_though_it_is_signed(
    site: Site, merged: str, environment: str
) -> None:
    git(site.root, "checkout", "--quiet", "-b", "branch")
    git(site.root, "commit", "--quiet", "--allow-empty", "--message", "not merged")
    done = site.make(
        "deploy", ENVIRONMENT=environment, REVISION=git(site.root, "rev-parse", "HEAD")
    )
    assert done.returncode != 0
    assert f"only what was merged is deployed to {environment}" in done.stderr
    assert site.calls == [], "before any login"


@pytest.mark.parametrize("revision", [COMMIT, "main~1"])
def test_a_revision_that_git_does_not_know_is_not_promoted(
    site: Site, merged: str, revision: str
) -> None:
    done = site.make("deploy", ENVIRONMENT="prod", REVISION=revision)
    assert f"{revision} is not on main as this checkout knows it" in done.stderr
    assert site.calls == []


def test_a_checkout_without_main_promotes_nothing(site: Site) -> None:
    done = site.make("deploy", ENVIRONMENT="qa")
    assert done.returncode != 0
    assert "the checkout has no origin/main; `git fetch origin main` gets it" in done.stderr
    assert site.calls == []


def test_a_silent_chat_does_not_fail_a_deployment_but_is_mentioned(
    site: Site, pods: Callable[..., None]
) -> None:
    pods(info())
    done = site.make("deploy", CHAT_WEBHOOK_URL="")
    assert done.returncode == 0
    assert "CHAT_WEBHOOK_URL is not set" in done.stderr
    assert "warning: the chat was not told" in done.stderr


@pytest.mark.parametrize(
    ("target", "variable", "hint"),
    [
        ("deploy", "ENVIRONMENT", "make deploy ENVIRONMENT=dev"),
        ("deploy", "IMAGE", "terraform -chdir=terraform/shared output -raw image_repository"),
        ("deploy", "DIGEST", "`make push` writes it to build/digest"),
        ("push", "IMAGE", "terraform -chdir=terraform/shared output -raw image_repository"),
        ("sign", "DIGEST", "`make push` writes it to build/digest"),
        ("smoke", "ENVIRONMENT", "make deploy ENVIRONMENT=dev"),
        ("drift", "ENVIRONMENT", "make deploy ENVIRONMENT=dev"),
        ("tf-plan", "ENVIRONMENT", "make deploy ENVIRONMENT=dev"),
        ("platform", "ENVIRONMENT", "make deploy ENVIRONMENT=dev"),
        ("notify OUTCOME=failed TEXT=x", "CHAT_WEBHOOK_URL", "create an incoming webhook"),
    ],
)
def test_a_missing_variable_is_named_with_the_way_to_set_it(
    site: Site, target: str, variable: str, hint: str
) -> None:
    done = site.make(target, **{variable: ""})
    assert done.returncode != 0
    assert f"error: {variable} is not set: " in done.stderr
    assert hint in done.stderr
    assert site.verbs("helm", "kubectl", "cosign", "terraform") == []


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"ENVIRONMENT": "production"}, "one of dev, qa, prod"),
        ({"DIGEST": "latest"}, "64 hexadecimal digits"),
    ],
)
def test_a_variable_that_cannot_be_right_is_refused(
    site: Site, variables: dict[str, str], said: str
) -> None:
    done = site.make("deploy", **variables)
    assert done.returncode != 0
    assert said in done.stderr
    assert site.calls == []


def test_a_missing_tool_is_an_error_that_says_how_to_get_it(site: Site) -> None:
    (site.home / "bin/cosign").unlink()
    if shutil.which("cosign"):
        pytest.skip("cosign is installed on this machine")
    done = site.make("sign")
    assert done.returncode != 0
    assert "cosign is not installed: `mise install`" in done.stderr


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('it said "no"', 'it said "no"'),
        ("a\nb", "a\nb"),
        (
            "<!channel> & <http://evil.example|here>",
            "&lt;!channel&gt; &amp; &lt;http://evil.example|here&gt;",
        ),
        ("$(id) `id` \\ '", "$(id) `id` \\ '"),
        ("x" * 5000, "x" * 2000),
    ],
)
def test_the_chat_shows_any_text_as_text(site: Site, text: str, shown: str) -> None:
    done = site.make("notify", OUTCOME="failed", TEXT=text, RUN_URL="https://ci.example/1")
    assert done.returncode == 0, done.stderr
    assert site.chat == [{"text": f":x: *my-service*: {shown} <https://ci.example/1|Log>"}]


def test_a_chat_that_refuses_is_an_error(site: Site, server: Callable[[Answer], int]) -> None:
    port = server(lambda request: (403, b"no"))
    done = site.make(
        "notify",
        OUTCOME="failed",
        TEXT="x",
        CHAT_WEBHOOK_URL=f"http://127.0.0.1:{port}/secret-part",
    )
    assert done.returncode != 0
    assert "the chat did not take the message" in done.stderr
    assert "secret-part" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("revisions", "goes_to"),
    [
        (history("superseded", "superseded", "deployed"), "2"),
        (history("superseded", "failed", "deployed"), "1"),
        # 3 was bad and 4 is 2 again: going back means going to 1, neither to 3 nor to 2, which runs already.
        (history("superseded", "superseded", "superseded", "deployed", r4="Rollback to 2"), "1"),
        (
            history(
                "superseded",
                "superseded",
                "superseded",
                "superseded",
                "deployed",
                r4="Rollback to 2",
            ),
            "2",
        ),
        # A rollback that failed: Helm leaves its words in place of where it was to go, and the one before it was bad.
        (history("superseded", "superseded", "failed", r3=f"Rollback {FAILED}"), "1"),
        # While it waited for pods, Helm leaves the bad one "deployed".
        (history("superseded", "deployed", "failed", r3=f"Release {FAILED}"), "1"),
        # A second one that fails makes the first "superseded", as it makes an upgrade that failed.
        (
            history(
                "superseded",
                "superseded",
                "superseded",
                "failed",
                r3=f"Rollback {FAILED}",
                r4=f"Rollback {FAILED}",
            ),
            "1",
        ),
        (
            history(
                "superseded",
                "deployed",
                "superseded",
                "failed",
                r3=f"Upgrade {FAILED}",
                r4=f"Rollback {FAILED}",
            ),
            "1",
        ),
        (history("superseded", "superseded", "failed", "deployed", r3=f"Rollback {FAILED}"), "1"),
    ],
)
def test_a_rollback_goes_to_the_newest_good_release(
    site: Site, pods: Callable[..., None], revisions: list[dict[str, Any]], goes_to: str
) -> None:
    pods(info(digest=OLD, revision="d" * 40, runtime="17.0.20"))
    site.on("helm history", revisions)
    done = site.make("rollback", DIGEST="")
    assert done.returncode == 0, done.stderr
    assert next(call for call in site.calls if call[1] == "rollback")[2:4] == [
        "my-service",
        goes_to,
    ]


@pytest.mark.parametrize(
    "revisions",
    [
        history("superseded", "superseded", "failed", r3=f"Rollback {FAILED}"),
        history("superseded", "deployed", "failed", r3=f"Release {FAILED}"),
    ],
)
def test_a_deployment_after_a_rollback_that_failed_never_goes_back_to_the_bad_one(
    site: Site, revisions: list[dict[str, Any]]
) -> None:
    site.on("helm history", revisions)
    site.on("helm test", status=1)
    assert site.make("deploy").returncode != 0
    assert next(call for call in site.calls if call[:2] == ["helm", "rollback"])[3] == "1"


def test_a_rollback_that_was_cut_off_is_not_undone(site: Site, pods: Callable[..., None]) -> None:
    pods(info())
    site.on(
        "helm history", history("superseded", "deployed", "pending-rollback", r3="Rollback to 1")
    )
    assert site.make("deploy").returncode == 0
    assert next(call for call in site.calls if call[:2] == ["helm", "rollback"])[3] == "1"


def test_a_rollback_without_anything_to_go_back_to_says_so(site: Site) -> None:
    done = site.make("rollback")
    assert done.returncode != 0
    assert "no earlier good revision" in done.stderr


def test_a_rollback_is_proved_by_the_digest_of_the_old_release(
    site: Site, pods: Callable[..., None]
) -> None:
    pods(info(digest=NEW))
    done = site.make("rollback", TO="1")
    assert done.returncode != 0
    assert f"digest is {NEW}, expected {OLD}" in done.stderr


# A release that was given up


def with_terraform(site: Site) -> Site:
    """The site, with what an apply of terraform/deploy needs."""
    lock = site.root / "terraform/deploy/.terraform.lock.hcl"
    if lock.parent.is_dir():
        lock.write_text("# pinned\n")
        values = {"image": {"repository": IMAGE, "digest": OLD}, "revision": "d" * 40}
        site.on("helm get values", values)
    return site


def keep_labels(site: Site) -> None:
    """From now on the cluster has the labels that were written, and the last one also on each later revision."""
    labels: dict[str, str] = {}
    for call in site.calls:
        if call[:3] == ["kubectl", "label", "secret"]:
            number, label = call[3].rpartition(".v")[2], call[-1]
            labels.pop(number, None) if label == "given-up-" else labels.update(
                {number: label.removeprefix("given-up=")}
            )
    if labels:
        newest = max(labels, key=int)
        labels.update({str(int(newest) + more): labels[newest] for more in (1, 2, 3)})
    site.on("kubectl get secrets", "".join(f"{key}={value} " for key, value in labels.items()))
    for used in site.home.glob("used-*"):
        used.unlink()  # the rules that come now have their numbers


def goes_back_to(site: Site) -> list[str]:
    """The revisions that Helm or Terraform was told to go back to, in order."""
    told = [call[3] for call in site.calls if call[:2] == ["helm", "rollback"]]
    words = [word for call in site.calls if call[0] == "terraform" for word in call]
    return told + [
        word.removeprefix("description=Rollback to ")
        for word in words
        if word.startswith("description=Rollback to ")
    ]


def fails_to_go_back(site: Site) -> None:
    """A deployment makes revision 2, whose test fails, and then the rollback to 1 fails too."""
    site.on("helm test", status=1)
    site.on("helm rollback", status=1)
    site.on(f"terraform digest={OLD}", status=1)
    site.on("helm history", history("superseded", "deployed"))
    for _ in range(2):
        site.on("helm history --output", history("deployed"), once=True)
    assert site.make("deploy").returncode != 0
    assert "the rollback to Helm revision 1 failed too" in site.chat[-1]["text"]
    keep_labels(site)


AFTER_A_ROLLBACK_THAT_FAILED = {
    "nothing was written": history("superseded", "deployed"),
    "as Helm writes it": history("superseded", "superseded", "failed", r3=f"Rollback {FAILED}"),
    "as Terraform writes it": history("superseded", "deployed", "failed", r3=f"Upgrade {FAILED}"),
    "twice": history(
        "superseded", "deployed", "failed", "failed", r3=f"Upgrade {FAILED}", r4=f"Upgrade {FAILED}"
    ),
}


@pytest.mark.parametrize("left", AFTER_A_ROLLBACK_THAT_FAILED)
@pytest.mark.parametrize("deploy", ["helm", "terraform"])
@pytest.mark.parametrize("target", ["deploy", pytest.param("rollback", marks=pytest.mark.long)])
def test_what_a_rollback_that_failed_gave_up_does_not_count_as_good(
    sites: Callable[..., Site], deploy: str, left: str, target: str
) -> None:
    site = with_terraform(sites(deploy=deploy))
    fails_to_go_back(site)
    site.on("helm history", AFTER_A_ROLLBACK_THAT_FAILED[left])
    site.make(target)
    assert goes_back_to(site) == ["1", "1"]


@pytest.mark.parametrize("deploy", ["helm", "terraform"])
def test_what_is_deployed_after_a_rollback_that_failed_is_good_again(
    sites: Callable[..., Site], deploy: str
) -> None:
    """Also with the same digest, and although Helm hands the label of revision 2 on to revisions 3 and 4."""
    site = with_terraform(sites(deploy=deploy))
    fails_to_go_back(site)
    site.on(
        "helm history",
        history("superseded", "superseded", "failed", "deployed", r3=f"Upgrade {FAILED}"),
    )
    site.make("deploy")
    assert goes_back_to(site) == ["1", "4"]


@pytest.mark.parametrize("deploy", ["helm", "terraform"])
def test_what_a_person_gave_up_does_not_count_as_good_when_the_rollback_failed(
    sites: Callable[..., Site], deploy: str
) -> None:
    site = with_terraform(sites(deploy=deploy))
    site.on("helm history", history("superseded", "superseded", "deployed"))
    site.on("helm rollback", status=1)
    site.on(f"terraform digest={OLD}", status=1)
    assert site.make("rollback TO=1").returncode != 0
    keep_labels(site)
    site.on("helm history", history("superseded", "superseded", "deployed", "failed"))
    site.make("rollback")
    assert goes_back_to(site) == ["1", "1"]


@pytest.mark.parametrize("deploy", ["helm", "terraform"])
def test_a_first_release_that_was_given_up_is_nothing_to_go_back_to(
    sites: Callable[..., Site], deploy: str
) -> None:
    site = with_terraform(sites(deploy=deploy))
    site.on("helm get values", {"image": {"repository": IMAGE, "digest": NEW}})
    site.on("helm test", status=1)
    site.on("helm history", history("deployed"))
    for _ in range(2):
        site.on("helm history --output", [], once=True)
    site.make("deploy")
    keep_labels(site)
    site.on("helm history", history("superseded", "deployed"))
    for _ in range(2):
        site.on("helm history --output json", history("deployed"), once=True)
    site.make("deploy")
    assert goes_back_to(site) == []
    assert ["Nothing ran in dev before" in message["text"] for message in site.chat] == [True] * 2


def test_a_failed_release_between_others_is_given_up_where_nothing_is_rolled_back(
    site: Site,
) -> None:
    site.on("helm get values", {"image": {"digest": NEW}})
    site.on("helm test", status=1)
    site.on("helm history", history("superseded", "superseded", "deployed"))
    for _ in range(2):
        site.on("helm history --output", history("deployed"), once=True)
    assert "Error 75" in site.make("deploy").stderr
    keep_labels(site)
    site.on("helm history", history("superseded", "superseded", "deployed"))
    site.make("rollback")
    assert goes_back_to(site) == ["1"]


def test_a_release_of_another_deployment_is_never_given_up(site: Site) -> None:
    site.on("helm test", status=1)
    site.on("helm history", history("superseded", "superseded", "deployed"))
    for _ in range(2):
        site.on("helm history --output", history("deployed"), once=True)
    assert "Error 75" in site.make("deploy").stderr
    assert "kubectl label" not in site.verbs("kubectl")


def test_a_deployment_that_was_cut_off_does_not_remove_what_was_given_up_and_still_runs(
    site: Site, pods: Callable[..., None]
) -> None:
    pods(info())
    site.on("kubectl get secrets", "1=1 ")
    site.on("helm history", history("deployed", "pending-upgrade"))
    assert site.make("deploy").returncode == 0
    assert "helm uninstall" not in site.verbs("helm")
    assert goes_back_to(site) == ["1"]


def test_what_was_given_up_stays_bad_when_it_is_only_put_back(site: Site) -> None:
    site.on("kubectl get secrets", "2=2 ")
    site.on("helm test", status=1)
    site.on(
        "helm history",
        history("superseded", "superseded", "failed", "deployed", r4="Rollback to 2"),
    )
    site.make("deploy")
    assert goes_back_to(site) == ["1"]


@pytest.mark.parametrize(("runs", "taken_back"), [(OLD, ["2"]), (NEW, [])])
def test_what_was_given_up_is_good_again_when_a_rollback_to_it_is_proved(
    site: Site, pods: Callable[..., None], runs: str, taken_back: list[str]
) -> None:
    pods(info(digest=runs, revision="d" * 40, runtime="17.0.20"))
    site.on("kubectl get secrets", "2=2 3=2 ")
    site.on("helm history", history("superseded", "superseded", "deployed"))
    site.make("rollback TO=2")
    labels = [(call[3][-1], call[-1]) for call in site.calls if call[:2] == ["kubectl", "label"]]
    assert labels == [("3", "given-up=3"), *((number, "given-up-") for number in taken_back)]


def test_a_rollback_goes_on_where_nothing_can_be_noted(
    site: Site, pods: Callable[..., None]
) -> None:
    pods(info(digest=OLD, revision="d" * 40, runtime="17.0.20"))
    site.on("helm history", history("superseded", "deployed"))
    site.on("kubectl label", status=1)
    done = site.make("rollback")
    assert done.returncode == 0, done.stderr
    assert site.verbs("kubectl").count("kubectl label") == 3
    assert "warning: Helm revision 2 is not marked as given up" in done.stderr


@pytest.mark.parametrize("target", ["deploy", "rollback"])
def test_where_nobody_can_read_what_was_given_up_nothing_is_changed(
    site: Site, target: str
) -> None:
    site.on("kubectl get secrets", status=1, stderr="Unable to connect to the server: EOF\n")
    done = site.make(target)
    assert done.returncode != 0
    assert "cannot read which releases of my-service were given up" in done.stderr
    assert not {"helm upgrade", "helm rollback"} & set(site.verbs("helm"))


@pytest.mark.parametrize("to", ["0", "two", "-1", "1 2"])
def test_a_revision_that_is_no_number_is_refused(site: Site, to: str) -> None:
    done = site.make("rollback", TO=to)
    assert f"TO is '{to}': it is the number of a Helm revision" in done.stderr
    assert site.calls == []


@pytest.mark.parametrize(
    "target",
    ["deploy", "rollback", "smoke", "build", "push", "sign", "drift", "tf-plan", "tf-apply", "pin"],
)
def test_a_dry_run_calls_nothing_and_changes_nothing(site: Site, target: str) -> None:
    before = sorted(site.root.rglob("*"))
    done = site.make(target, DRY_RUN="1", REVISION="HEAD")
    assert done.returncode == 0, done.stderr
    assert "+ " in done.stderr
    assert site.calls == []
    assert site.chat == []
    assert sorted(site.root.rglob("*")) == before


def layout(root: Path) -> str:
    """An OCI layout as BuildKit writes it, with a bill of materials of two packages; its digest."""
    blobs = root / "build/image/blobs/sha256"
    blobs.mkdir(parents=True)

    def blob(letter: str, content: object) -> str:
        (blobs / (letter * 64)).write_text(json.dumps(content))
        return f"sha256:{letter * 64}"

    statement = blob(
        "1", {"predicate": {"spdxVersion": "SPDX-2.3", "packages": [{"name": "a"}, {"name": "b"}]}}
    )
    attestation = blob(
        "2",
        {
            "layers": [
                {
                    "digest": "sha256:" + "9" * 64,
                    "annotations": {"in-toto.io/predicate-type": "https://slsa.dev/provenance/v1"},
                },
                {
                    "digest": statement,
                    "annotations": {"in-toto.io/predicate-type": "https://spdx.dev/Document"},
                },
            ]
        },
    )
    index = blob(
        "a",
        {
            "manifests": [
                {"digest": "sha256:" + "3" * 64},
                {
                    "digest": attestation,
                    "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
                },
            ]
        },
    )
    (root / "build/image/index.json").write_text(json.dumps({"manifests": [{"digest": index}]}))
    return index


def test_the_bill_of_materials_is_the_one_that_the_digest_covers(site: Site) -> None:
    layout(site.root)
    done = site.make("sbom")
    assert done.returncode == 0, done.stderr
    assert json.loads((site.root / "build/sbom.spdx.json").read_text())["packages"] == [
        {"name": "a"},
        {"name": "b"},
    ]


def test_what_was_built_is_pushed_and_its_digest_written_down(site: Site) -> None:
    digest = layout(site.root)
    site.on("crane digest", f"{digest}\n")
    site.on("crane digest", status=1, once=True)
    done = site.make("push")
    assert done.returncode == 0, done.stderr
    assert (site.root / "build/digest").read_text() == f"{digest}\n"
    assert ["crane", "push", "build/image", f"{IMAGE}:{COMMIT}"] in site.calls


def test_bytes_that_are_there_already_are_not_pushed_again(site: Site) -> None:
    digest = layout(site.root)
    site.on("crane digest", f"{digest}\n")
    assert site.make("push").returncode == 0
    assert "crane push" not in site.verbs("crane")
    assert (site.root / "build/digest").read_text() == f"{digest}\n"


def test_a_commit_never_gets_a_second_image(site: Site) -> None:
    layout(site.root)
    site.on("crane digest", f"{OLD}\n")
    site.on("crane push", status=0)
    done = site.make("push")
    assert done.returncode != 0
    assert "an image is built once per commit" in done.stderr
    assert "crane push" not in site.verbs("crane"), "not every registry refuses to move a tag"
    assert not (site.root / "build/digest").exists()


def test_a_commit_that_was_built_before_is_taken_from_the_registry(site: Site) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=site.root, capture_output=True, text=True, check=True
    ).stdout.strip()
    site.on("crane digest", f"{NEW}\n")
    done = site.make("build", REVISION=commit)
    assert done.returncode == 0, done.stderr
    assert ["crane", "pull", "--format=oci", f"{IMAGE}:{commit}", "build/image"] in site.calls
    assert site.verbs("docker") == []


def test_a_build_passes_commit_runtime_and_attestations(site: Site) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=site.root, capture_output=True, text=True, check=True
    ).stdout.strip()
    site.on(
        "docker buildx build",
        writes={"build/image/index.json": json.dumps({"manifests": [{"digest": NEW}]})},
    )
    done = site.make("build", REVISION=commit, IMAGE="")
    assert done.returncode == 0, done.stderr
    build = next(call for call in site.calls if call[:3] == ["docker", "buildx", "build"])
    assert {f"REVISION={commit}", "JAVA_VERSION=21", "--provenance=mode=max"} <= set(build)
    assert any(
        argument.startswith("--sbom=generator=docker/buildkit-syft-scanner:") for argument in build
    )
    assert any(
        "type=oci" in argument and "rewrite-timestamp=true" in argument for argument in build
    )
    assert site.verbs("crane", "aws") == []


def lock(root: Path) -> None:
    for name in ("bootstrap", "shared", "env"):
        (root / f"terraform/{name}/.terraform.lock.hcl").write_text("# pinned\n")


@pytest.mark.parametrize(
    ("exit_code", "result", "status"), [(0, "clean", 0), (2, "drift", 2), (1, "unknown", 1)]
)
def test_drift_is_reported_by_address_and_exit_code(
    site: Site, exit_code: int, result: str, status: int
) -> None:
    lock(site.root)
    site.on("terraform plan", status=exit_code)
    changes = [
        {
            "address": "aws_vpc.this",
            "change": {"actions": ["update"], "after": {"password": "secret"}},
        },
        {"address": "aws_eip.nat", "change": {"actions": ["no-op"]}},
        {"address": "aws_eks_addon.dns", "change": {"actions": ["delete", "create"]}},
    ]
    site.on("terraform show", {"resource_changes": changes})
    done = drift(site, "qa")
    assert done.returncode == status
    report = json.loads((site.root / "build/drift/qa.json").read_text())
    assert report["result"] == result
    assert report["changes"] == (
        ["update aws_vpc.this", "delete and create aws_eks_addon.dns"] if result == "drift" else []
    )
    assert "secret" not in json.dumps(report) + done.stderr
    assert "-lock=false" in next(call for call in site.calls if "plan" in call)


SHARED = {
    "resource_changes": [
        {"address": "module.registry.aws_ecr_repository.this", "change": {"actions": ["update"]}}
    ]
}


@pytest.mark.parametrize(
    ("env", "once", "result", "changes", "status"),
    [
        (0, 0, "clean", [], 0),
        (0, 2, "drift", ["update module.registry.aws_ecr_repository.this (shared)"], 2),
        (0, 1, "unknown", [], 1),
        # Known differences are reported, whatever else cannot be compared.
        (1, 2, "drift", ["update module.registry.aws_ecr_repository.this (shared)"], 2),
    ],
)
def test_the_comparison_of_dev_includes_what_exists_once(
    site: Site, env: int, once: int, result: str, changes: list[str], status: int
) -> None:
    lock(site.root)
    site.on("terraform plan", status=once)
    site.on("terraform plan -var-file=envs/dev.tfvars", status=env)
    site.on("terraform show", SHARED)
    done = drift(site, "dev")
    assert done.returncode == status, done.stderr
    report = json.loads((site.root / "build/drift/dev.json").read_text())
    assert (report["result"], report["changes"]) == (result, changes)
    assert "not compared: terraform/bootstrap" in done.stderr
    plans = [call for call in site.calls if "plan" in call]
    assert [call[1] for call in plans] == ["-chdir=terraform/env", "-chdir=terraform/shared"]
    assert all("-lock=false" in call for call in plans)


def test_bootstrap_is_compared_where_its_state_is(site: Site) -> None:
    lock(site.root)
    (site.root / "terraform/bootstrap/terraform.tfstate").write_text("{}")
    done = drift(site, "dev")
    assert done.returncode == 0, done.stderr
    assert "not compared" not in done.stderr
    assert [call[1] for call in site.calls if "plan" in call][2:] == ["-chdir=terraform/bootstrap"]


@pytest.mark.parametrize(("environment", "of_shared"), [("prod", "dev"), ("dev", "")])
def test_other_comparisons_leave_out_what_exists_once(
    site: Site, environment: str, of_shared: str
) -> None:
    lock(site.root)
    settings = site.root / "ci/settings.sh"
    settings.write_text(
        settings.read_text().replace('DRIFT_OF_SHARED="dev"', f'DRIFT_OF_SHARED="{of_shared}"')
    )
    assert drift(site, environment).returncode == 0
    assert [call[1] for call in site.calls if "plan" in call] == ["-chdir=terraform/env"]


def drift(site: Site, environment: str) -> subprocess.CompletedProcess[str]:
    (site.home / "rules").write_text(json.dumps(site.rules))
    return subprocess.run(
        ["ci/drift.sh"],
        cwd=site.root,
        env={**site.env, "ENVIRONMENT": environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_terraform_without_a_lock_file_is_refused(site: Site) -> None:
    done = site.make("tf-plan")
    assert done.returncode != 0
    assert "`make tf-lock` writes it" in done.stderr
    assert site.calls == []


def test_an_apply_carries_out_the_plan_that_was_read_and_no_other(site: Site) -> None:
    lock(site.root)
    refused = site.make("tf-apply")
    assert "run `make tf-plan ROOT=env` first" in refused.stderr
    plan = site.root / "build/env-dev.tfplan"
    plan.parent.mkdir(exist_ok=True)
    plan.write_text("plan")
    assert site.make("tf-apply").returncode == 0
    assert site.calls[-1] == [
        "terraform",
        "-chdir=terraform/env",
        "apply",
        "-input=false",
        str(plan),
    ]
    assert not plan.exists()


@pytest.mark.parametrize(
    ("result", "open_issues", "verb"),
    [
        ("drift", [], "create"),
        ("drift", [{"number": 7, "title": "Drift in dev"}], "edit"),
        ("unknown", [{"number": 7, "title": "Drift in development tools"}], "create"),
        ("clean", [{"number": 7, "title": "Drift in dev"}], "close"),
        ("clean", [], None),
    ],
)
def test_one_issue_follows_the_state_of_an_environment(
    site: Site, result: str, open_issues: list[dict[str, Any]], verb: str | None
) -> None:
    report = site.root / "build/drift/dev.json"
    report.parent.mkdir(parents=True)
    report.write_text(
        json.dumps({"environment": "dev", "result": result, "changes": ["update aws_vpc.this"]})
    )
    site.on("gh issue list", open_issues)
    assert site.make("drift-issue").returncode == 0
    assert [call[2] for call in site.calls if call[0] == "gh"][1:] == ([verb] if verb else [])


def test_the_cluster_is_known_by_its_environment_alone(site: Site) -> None:
    site.on("helm history", history("superseded", "deployed"))
    site.make("rollback", CLUSTER_NAME="", AWS_REGION="")
    connected = next(call for call in site.calls if call[0] == "aws")
    assert connected[connected.index("--name") + 1] == "my-service-dev"
    assert connected[connected.index("--region") + 1] == "eu-central-1"


def variables_on_github(site: Site) -> dict[str, str]:
    """Return the inputs of `gh variable set`.

    {"dev/CLUSTER_NAME": value}, without the environment for the repository's own.
    """
    told = {}
    for call in site.calls:
        if call[:3] == ["gh", "variable", "set"]:
            environment = f"{call[call.index('--env') + 1]}/" if "--env" in call else ""
            told[environment + call[3]] = call[call.index("--body") + 1]
    return told


@pytest.mark.parametrize(
    ("given", "environments"), [({}, {"dev", "qa", "prod"}), ({"ENVIRONMENTS": "dev"}, {"dev"})]
)
def test_the_pipeline_learns_what_terraform_made(
    site: Site, given: dict[str, str], environments: set[str]
) -> None:
    lock(site.root)
    site.on("gh api --jq .id", "7")
    for output in (
        "image_repository",
        "build_role_arn",
        "region",
        "drift_role_arn",
        "deploy_role_arn",
        "cluster_name",
    ):
        site.on(f"terraform output -raw {output}", output)
    done = site.make("setup-github", DEPLOY_RUNNER="ours", **given)
    assert done.returncode == 0, done.stderr
    own = {
        "PROD_REVIEW": "required",
        "DEPLOY_RUNNER": "ours",
        "AWS_REGION": "region",
        "IMAGE": "image_repository",
    }
    assert variables_on_github(site) == {
        **own,
        "BUILD_ROLE_ARN": "build_role_arn",
        **{f"DRIFT_ROLE_ARN_{name.upper()}": "drift_role_arn" for name in environments},
        **{f"{name}/DEPLOY_ROLE_ARN": "deploy_role_arn" for name in environments},
        **{f"{name}/CLUSTER_NAME": "cluster_name" for name in environments},
    }


def test_a_variable_is_never_set_to_nothing(site: Site) -> None:
    lock(site.root)
    site.on("gh api --jq .id", "7")
    site.on(
        "terraform output -raw image_repository",
        status=1,
        stderr='Output "image_repository" not found',
    )
    done = site.make("setup-github")
    assert done.returncode != 0
    assert "terraform/shared has no output image_repository" in done.stderr
    assert variables_on_github(site) == {"PROD_REVIEW": "required"}


def environments_on_github(site: Site) -> list[str]:
    """The environments that GitHub was told about, in order."""
    puts = [
        call[call.index("PUT") + 1]
        for call in site.calls
        if call[:2] == ["gh", "api"] and "PUT" in call
    ]
    return [path.rpartition("/")[2] for path in puts if "/environments/" in path]


def test_prod_loses_its_own_reviewers_only_when_prod_approval_has_them(site: Site) -> None:
    site.on("gh api --jq .id", "7")
    site.make("setup-github")
    assert environments_on_github(site) == ["dev", "qa", "template-update", "prod-approval", "prod"]


def test_where_github_offers_no_reviewers_the_pipeline_stops_before_prod(site: Site) -> None:
    lock(site.root)
    site.on("gh api --jq .id", "7")
    site.on(
        "gh api PUT repos/example-org/my-service/environments/prod-approval", status=1, once=True
    )
    done = site.make("setup-github")
    assert variables_on_github(site)["PROD_REVIEW"] == "unavailable"
    assert environments_on_github(site)[-3:] == ["prod-approval", "prod-approval", "prod"]
    assert "this plan of GitHub has no reviewers" in done.stderr


def test_pinning_adds_the_digest_to_each_base_image_once(site: Site) -> None:
    site.on("crane digest", f"{OLD}\n")
    assert site.make("pin").returncode == 0
    bases = [
        line
        for line in (site.root / "Dockerfile").read_text().splitlines()
        if line.startswith("FROM ")
    ]
    assert bases
    assert all(f"@{OLD}" in line for line in bases)
    asked = [call[2] for call in site.calls if call[:2] == ["crane", "digest"]]
    assert asked
    assert all("$" not in name for name in asked)
    again = (site.root / "Dockerfile").read_text()
    assert site.make("pin").returncode == 0
    assert (site.root / "Dockerfile").read_text() == again


def test_every_target_is_listed_with_what_it_does(site: Site) -> None:
    makefile = (site.root / "Makefile").read_text()
    targets = {line.split()[1] for line in makefile.splitlines() if line.startswith(".PHONY: ")}
    listed = site.make("help").stdout
    assert {target for target in targets if f"\n  {target} " in f"\n{listed}"} == targets


def test_a_build_without_docker_asks_the_buildkit_beside_it(site: Site) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=site.root, capture_output=True, text=True, check=True
    ).stdout.strip()
    site.on(
        "buildctl build",
        writes={"build/image/index.json": json.dumps({"manifests": [{"digest": NEW}]})},
    )
    done = site.make("build", REVISION=commit, IMAGE="", BUILDKIT_HOST="tcp://buildkit:1234")
    assert done.returncode == 0, done.stderr
    (build,) = (call for call in site.calls if call[0] == "buildctl")
    assert {
        f"build-arg:REVISION={commit}",
        "build-arg:JAVA_VERSION=21",
        "attest:provenance=mode=max",
    } <= set(build)
    assert any(
        "type=oci" in argument and "rewrite-timestamp=true" in argument for argument in build
    )
    assert site.verbs("docker") == []


def test_a_key_signs_and_verifies_where_it_is_named(site: Site, pods: Callable[..., None]) -> None:
    pods(info())
    key = "awskms:///alias/my-service-signing"
    assert site.make("sign", COSIGN_KEY=key).returncode == 0
    assert site.make("deploy", COSIGN_KEY=key).returncode == 0
    signs = [call for call in site.calls if call[0] == "cosign"]
    assert [call[1] for call in signs] == ["sign", "verify"]
    assert all(call[call.index("--key") + 1] == key for call in signs)


@pytest.mark.parametrize(
    ("cloud", "logs_in"),
    [("aws", "aws eks"), ("azure", "az aks"), ("none", "helm history")],
    ids=lambda text: text,
)
def test_where_nothing_is_signed_a_deployment_asks_for_no_signature_and_no_registry(
    sites: Callable[..., Site], cloud: str, logs_in: str
) -> None:
    site = sites(level="work", cloud=cloud, ci=["jenkins"])
    (site.home / "bin/cosign").unlink()
    site.make(
        "deploy", AZURE_SUBSCRIPTION_ID="subscription", KUBECONFIG="kubeconfig", COSIGN_KEY=""
    )
    assert site.verbs("cosign", "crane") == []
    calls = [" ".join(call[:2]) for call in site.calls]
    assert logs_in in calls
    assert "helm upgrade" in calls
    assert not {call for call in calls if call.startswith(("aws ecr", "az acr"))}
    done = site.make("sign")
    assert "No rule to make target 'sign'" in done.stderr


@pytest.mark.parametrize("target", ["sign", "deploy"])
def test_a_pipeline_that_sigstore_does_not_know_needs_a_key(
    sites: Callable[..., Site], target: str
) -> None:
    site = sites(ci=["jenkins"])
    done = site.make(target)
    assert done.returncode != 0
    assert "error: COSIGN_KEY is not set: name the key that signs" in done.stderr
    assert site.verbs("cosign", "helm") == []


def test_either_pipeline_of_two_may_have_signed(sites: Callable[..., Site]) -> None:
    site = sites(ci=["github", "gitlab"])
    site.on("cosign verify", status=1)
    done = site.make("deploy")
    assert "is not signed by" in done.stderr
    identities = [
        call[call.index("--certificate-identity") + 1]
        for call in site.calls
        if call[:2] == ["cosign", "verify"]
    ]
    assert identities == [
        "https://github.com/example-org/my-service/.github/workflows/ci.yml@refs/heads/main",
        "https://gitlab.com/example-org/my-service//.gitlab-ci.yml@refs/heads/main",
    ]


@pytest.mark.parametrize(
    "text",
    ['it said "no"', "a\nb", "<b> & [x](http://evil.example) **y**", "$(id) `id`", "x" * 5000],
)
def test_teams_shows_any_text_as_text(sites: Callable[..., Site], text: str) -> None:
    site = sites(chat="teams")
    done = site.make("notify", OUTCOME="rolled-back", TEXT=text, RUN_URL="https://ci.example/1")
    assert done.returncode == 0, done.stderr
    (message,) = site.chat
    (attachment,) = message["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    title, body = attachment["content"]["body"]
    assert title["text"] == "⏪ my-service"
    assert body == {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text[:2000]}]}
    assert attachment["content"]["actions"] == [
        {"type": "Action.OpenUrl", "title": "Log", "url": "https://ci.example/1"}
    ]


def test_terraform_deploys_the_digest_and_goes_back_to_the_last_good_one(
    sites: Callable[..., Site],
) -> None:
    site = sites(deploy="terraform")
    (site.root / "terraform/deploy/.terraform.lock.hcl").write_text("# pinned\n")
    site.on(
        "helm get values", {"image": {"repository": IMAGE, "digest": OLD}, "revision": "d" * 40}
    )
    site.on("helm test", status=1)
    done = site.make("deploy")
    assert done.returncode != 0
    assert site.verbs("helm") == [
        "helm history",
        "helm history",
        "helm test",
        "helm history",
        "helm history",
        "helm get",
        "helm get",
    ]
    applied = [call for call in site.calls if call[0] == "terraform" and "apply" in call]
    assert [next(word for word in call if word.startswith("digest=")) for call in applied] == [
        f"digest={NEW}",
        f"digest={OLD}",
    ]
    assert f"revision={'d' * 40}" in applied[1]
    assert "description=Rollback to 1" in applied[1]


def lease(holder: str, age: timedelta | None = None, written: str = "lock-info") -> dict[str, Any]:
    """The Lease that locks Terraform's state: held for so long, as Terraform writes it or in a field of the Lease."""
    began = (datetime.now(UTC) - age).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if age else ""
    times = {written: began} if age and written != "lock-info" else {}
    info = (
        {"app.terraform.io/lock-info": json.dumps({"ID": holder, "Created": began})}
        if age and not times
        else {}
    )
    return {
        "metadata": {"annotations": info},
        "spec": {"holderIdentity": holder, **times} if holder else {},
    }


@pytest.mark.parametrize(
    ("age", "written", "variables", "unlocked"),
    [
        (timedelta(minutes=13), "lock-info", {}, True),
        (timedelta(minutes=13), "renewTime", {}, True),
        (timedelta(minutes=5), "acquireTime", {}, False),
        (timedelta(minutes=5), "lock-info", {"CUT_OFF": "1"}, True),
        (timedelta(minutes=5), "lock-info", {"CUT_OFF": "1", "NOT_AFTER": "1"}, False),
        (None, "nowhere", {}, False),
    ],
)
def test_a_lock_on_the_state_without_a_pending_release_is_taken_away_from_a_run_that_was_cut_off(
    sites: Callable[..., Site],
    age: timedelta | None,
    written: str,
    variables: dict[str, str],
    unlocked: bool,
) -> None:
    site = sites(deploy="terraform")
    (site.root / "terraform/deploy/.terraform.lock.hcl").write_text("# pinned\n")
    site.on(
        "helm get values", {"image": {"repository": IMAGE, "digest": OLD}, "revision": "d" * 40}
    )
    site.on("kubectl get lease lock-tfstate-default-deploy", lease("4f2c-run", age, written))
    done = site.make("rollback", TO="1", **variables)
    steps = [call[2:] for call in site.calls if call[0] == "terraform" and call[2] != "init"]
    assert (["force-unlock", "-force", "4f2c-run"] in steps) is unlocked, done.stderr
    assert steps[-1][0] == "apply"
    assert ("CUT_OFF=1 declares it cut off" in done.stderr) is not unlocked


def test_a_deployment_that_finds_the_state_locked_says_how_to_go_on(
    sites: Callable[..., Site],
) -> None:
    site = sites(deploy="terraform")
    (site.root / "terraform/deploy/.terraform.lock.hcl").write_text("# pinned\n")
    site.on(
        "kubectl get lease lock-tfstate-default-deploy", lease("4f2c-run", timedelta(minutes=5))
    )
    site.on("terraform apply", status=1, stderr="Error: Error acquiring the state lock\n")
    assert "Error 75" in site.make("deploy").stderr
    assert "or at once with CUT_OFF=1 if none is under way" in site.chat[0]["text"]
    site.on("terraform apply")
    site.make("deploy", CUT_OFF="1")
    assert [
        "terraform",
        "-chdir=terraform/deploy",
        "force-unlock",
        "-force",
        "4f2c-run",
    ] in site.calls


def test_where_terraform_cannot_be_set_up_nothing_is_applied(sites: Callable[..., Site]) -> None:
    site = sites(deploy="terraform")
    (site.root / "terraform/deploy/.terraform.lock.hcl").write_text("# pinned\n")
    site.on("terraform init", status=1)
    assert site.make("deploy").returncode != 0
    assert not any("apply" in call for call in site.calls)


@pytest.mark.parametrize(("holder", "unlocked"), [("4f2c-run", True), ("", False)])
def test_terraform_forgets_a_release_that_was_cut_off_and_never_asks_helm_to_roll_back(
    sites: Callable[..., Site], holder: str, unlocked: bool
) -> None:
    site = sites(deploy="terraform")
    (site.root / "terraform/deploy/.terraform.lock.hcl").write_text("# pinned\n")
    site.on("helm history", history("superseded", "deployed", "pending-upgrade"), once=True)
    site.on("kubectl get lease lock-tfstate-default-deploy", lease(holder))
    site.make("deploy")
    assert {call[1] for call in site.calls if call[0] == "helm"} <= {"history", "test", "get"}
    assert [
        "kubectl",
        "delete",
        "secret",
        "sh.helm.release.v1.my-service.v3",
        "--namespace",
        "my-service",
    ] in site.calls
    steps = [call[2:] for call in site.calls if call[0] == "terraform"]
    assert (["force-unlock", "-force", holder] in steps) is unlocked
    assert [step[0] for step in steps if step[0] != "init"][: 1 + unlocked] == [
        "force-unlock"
    ] * unlocked + ["apply"]


def test_terraform_goes_back_from_a_release_that_was_cut_off(sites: Callable[..., Site]) -> None:
    site = sites(deploy="terraform")
    (site.root / "terraform/deploy/.terraform.lock.hcl").write_text("# pinned\n")
    site.on("helm history", history("superseded", "deployed", "pending-upgrade"))
    site.on(
        "helm get values", {"image": {"repository": IMAGE, "digest": OLD}, "revision": "d" * 40}
    )
    site.make("rollback", TO="2")
    changes = [
        " ".join(call[:3]) for call in site.calls if {"delete", "apply", "rollback"} & set(call)
    ]
    assert changes == ["kubectl delete secret", "terraform -chdir=terraform/deploy apply"]


def test_a_registry_and_a_cluster_of_your_own_need_no_cloud(sites: Callable[..., Site]) -> None:
    site = sites(cloud="none")
    done = site.make(
        "rollback",
        DRY_RUN="1",
        KUBECONFIG_TEXT="apiVersion: v1",
        IMAGE="registry.example.com/team/my-service",
    )
    assert done.returncode == 0, done.stderr
    refused = site.make("rollback")
    assert "error: KUBECONFIG is not set" in refused.stderr


@pytest.mark.parametrize("target", ["sign", "deploy"])
def test_a_key_in_vault_needs_the_login_to_it(sites: Callable[..., Site], target: str) -> None:
    site = sites(cloud="none", ci=["jenkins"])
    key = {
        "COSIGN_KEY": "hashivault://my-service-signing",
        "IMAGE": "registry.example.com/my-service",
    }
    refused = site.make(target, **key, VAULT_ADDR="https://vault.example.com")
    assert "error: VAULT_TOKEN is not set" in refused.stderr
    assert "error: VAULT_ADDR is not set" in site.make(target, **key, VAULT_TOKEN="x").stderr
    assert site.verbs("cosign") == []
    site.make(target, **key, VAULT_ADDR="https://vault.example.com", VAULT_TOKEN="x")
    assert site.verbs("cosign") == ["cosign sign" if target == "sign" else "cosign verify"]


def test_on_azure_a_pipeline_logs_in_with_its_token(sites: Callable[..., Site]) -> None:
    site = sites(cloud="azure", ci=["gitlab"])
    token = site.home / "token"
    token.write_text("secret-token")
    image = "crmyservice.azurecr.io/my-service"
    who = {
        "AZURE_CLIENT_ID": "client",
        "AZURE_TENANT_ID": "tenant",
        "AZURE_FEDERATED_TOKEN_FILE": str(token),
    }
    done = site.make("sign", IMAGE=image, **who)
    assert done.returncode == 0, done.stderr
    first, *pipe = [call[:3] for call in site.calls if call[0] in {"az", "crane"}]
    assert first == ["az", "login", "--service-principal"]
    # az hands the registry's token to crane through a pipe: either end may start first.
    assert sorted(pipe) == [["az", "acr", "login"], ["crane", "auth", "login"]]
    assert "secret-token" not in done.stdout + done.stderr


def test_on_azure_the_pipeline_is_bound_to_its_role_by_the_id_that_terraform_says(
    sites: Callable[..., Site],
) -> None:
    site = sites(cloud="azure")
    lock(site.root)
    refused = site.make("platform")
    assert "deploy_identity_principal_id: was it applied to dev?" in refused.stderr
    assert site.verbs("kubectl", "az") == []
    assert "-backend-config=envs/dev.azurerm.tfbackend" in site.calls[0]

    principal = "00000000-0000-4000-8000-000000000004"
    site.on("terraform output subscription_id", "subscription")
    site.on("terraform output deploy_identity_principal_id", principal)
    done = site.make("platform")
    assert done.returncode == 0, done.stderr
    assert ["kubectl", "apply", "-f", "-"] in site.calls
    assert (site.home / "stdin").read_text().endswith(f"    kind: User\n    name: {principal}\n")
    assert "subscription" in next(
        call for call in site.calls if call[:3] == ["az", "aks", "update"]
    )


@pytest.fixture
def rebound(sites: Callable[..., Site]) -> Site:
    """A site with a cluster of its own, whose RoleBinding names the group of release 0.5."""
    site = sites(cloud="none", ci=["gitlab"])
    site.env["KUBECONFIG"] = str(site.home / "administrator.kubeconfig")
    site.on("kubectl get rolebinding deployer", "deployers")
    return site


def login(site: Site, *groups: str, status: int = 0) -> None:
    """Put the login of the pipeline at its place in docs/first-deploy.md, with these groups in its certificate."""
    (site.root / "build").mkdir(exist_ok=True)
    (site.root / "build/deployer-dev.kubeconfig").write_text("{}")
    site.on("kubectl auth whoami", "\n".join(groups), status=status)


def test_the_platform_does_not_lock_out_a_pipeline_of_which_it_knows_no_login(
    rebound: Site,
) -> None:
    done = rebound.make("platform")
    assert done.returncode != 0
    assert (
        "dev binds the rights of the pipeline to deployers, platform/deployer-role.yaml to my-service-deployers"
        in done.stderr
    )
    assert "First make the new login, build/deployer-dev.kubeconfig" in done.stderr
    assert "kubectl apply" not in rebound.verbs("kubectl")


def test_the_platform_does_not_lock_out_a_pipeline_with_a_login_of_the_old_group(
    rebound: Site,
) -> None:
    login(rebound, "deployers", "system:authenticated")
    done = rebound.make("platform")
    assert done.returncode != 0
    assert (
        "build/deployer-dev.kubeconfig is not in the group my-service-deployers, and would be locked out"
        in done.stderr
    )
    assert "kubectl apply" not in rebound.verbs("kubectl")


def test_the_platform_asks_for_a_login_that_works(rebound: Site) -> None:
    login(rebound, status=1)
    done = rebound.make("platform")
    assert done.returncode != 0
    assert "the login in build/deployer-dev.kubeconfig does not work" in done.stderr
    assert "kubectl apply" not in rebound.verbs("kubectl")


def test_the_platform_takes_the_new_binding_once_the_pipeline_has_its_login(rebound: Site) -> None:
    login(rebound, "my-service-deployers", "deployers", "system:authenticated")
    done = rebound.make("platform")
    assert done.returncode == 0, done.stderr
    assert "kubectl apply" in rebound.verbs("kubectl")
    (asked,) = (call for call in rebound.calls if "whoami" in call)
    assert asked[1:3] == ["--kubeconfig", "build/deployer-dev.kubeconfig"]


@pytest.mark.parametrize("bound", ["", "my-service-deployers"], ids=["the-first-time", "again"])
def test_the_platform_needs_no_login_where_it_takes_no_right_away(
    rebound: Site, bound: str
) -> None:
    rebound.on("kubectl get rolebinding deployer", bound)
    done = rebound.make("platform")
    assert done.returncode == 0, done.stderr
    assert not any("whoami" in call for call in rebound.calls)


def test_the_platform_asks_the_cluster_nothing_when_it_only_says_what_it_would_do(
    rebound: Site,
) -> None:
    done = rebound.make("platform", DRY_RUN="1")
    assert done.returncode == 0, done.stderr
    assert rebound.calls == []


ENTRY = "arn:aws:iam::123456789012:role/my-service-dev-deploy"


def test_on_aws_the_platform_waits_for_terraform_to_put_the_pipeline_into_the_group(
    site: Site,
) -> None:
    site.on("aws eks list-access-entries", ENTRY)
    site.on(f"aws eks describe-access-entry --principal-arn {ENTRY}", "deployers")
    refused = site.make("platform")
    assert refused.returncode != 0
    assert (
        "the role my-service-dev-deploy is not in the group my-service-deployers" in refused.stderr
    )
    assert "First: make tf-plan ENVIRONMENT=dev && make tf-apply ENVIRONMENT=dev" in refused.stderr
    assert "kubectl apply" not in site.verbs("kubectl")

    site.on(
        f"aws eks describe-access-entry --principal-arn {ENTRY}", "my-service-deployers\tdeployers"
    )
    done = site.make("platform")
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr
    assert "kubectl apply" in site.verbs("kubectl")


UNREADABLE = pytest.mark.parametrize(
    "status", [0, 254], ids=["no-such-entry", "no-right-to-list-them"]
)


@UNREADABLE
def test_on_aws_the_platform_does_not_move_a_pipeline_of_which_it_cannot_see_the_groups(
    site: Site, status: int
) -> None:
    site.on("aws eks list-access-entries", status=status)
    site.on("kubectl get rolebinding deployer", "deployers")
    done = site.make("platform")
    assert done.returncode != 0
    assert "error: cannot read the access entry of the role my-service-dev-deploy" in done.stderr
    assert "dev binds its rights to deployers now" in done.stderr
    assert "kubectl apply" not in site.verbs("kubectl")


def test_on_aws_the_platform_does_not_need_the_groups_of_a_pipeline_that_stays_where_it_is(
    site: Site,
) -> None:
    site.on("aws eks list-access-entries", status=254)
    site.on("kubectl get rolebinding deployer", "my-service-deployers")
    done = site.make("platform")
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr
    assert "kubectl apply" in site.verbs("kubectl")


@UNREADABLE
def test_on_aws_the_platform_warns_where_it_cannot_see_the_groups_of_the_pipeline(
    site: Site, status: int
) -> None:
    site.on("aws eks list-access-entries", status=status)
    done = site.make("platform")
    assert done.returncode == 0, done.stderr
    assert "warning: cannot read the access entry of the role my-service-dev-deploy" in done.stderr
    assert "kubectl apply" in site.verbs("kubectl")


UNREADY = {
    "metadata": {"name": "my-service-new-1"},
    "status": {"conditions": [{"type": "Ready", "status": "False"}]},
}
LOG = (
    '[pod/my-service-old-1/service] {"level":"error","message":"of the old release"}\n'
    '[pod/my-service-new-1/service] {"level":"info","message":"listens"}\n'
    '[pod/my-service-new-1/service] {"level":"error","message":"cannot start <now>",'
    '"cause":"postgres://app:hunter2@db refused"}\n'
)
REASON = "cannot start <now>: postgres://***@db refused"


def fails_with_a_log(site: Site) -> None:
    site.on("kubectl get pods --output json", {"items": [UNREADY]})
    site.on("kubectl logs", LOG)


@pytest.mark.parametrize(("deploy", "chat"), [("helm", "slack"), ("terraform", "teams")])
def test_a_message_about_a_failed_deployment_says_why(
    sites: Callable[..., Site], deploy: str, chat: str
) -> None:
    site = with_terraform(sites(deploy=deploy, chat=chat, ci=["gitlab"]))
    fails_with_a_log(site)
    site.on("helm history", status=1, stderr="Error: release: not found")
    site.on("helm upgrade", status=1)
    site.on("terraform apply", status=1)
    done = site.make("deploy", RUN_URL="https://ci.example/1")
    assert done.returncode != 0
    [message] = site.chat
    commit = f"https://gitlab.com/example-org/my-service/-/commit/{COMMIT}"
    page = "https://gitlab.com/example-org/my-service/-/blob/main/docs/rolled-back.md"
    if chat == "slack":
        end = f"<{page}|What to do> <{commit}|Commit> <https://ci.example/1|Log>"
        shown = REASON.replace("<", "&lt;").replace(">", "&gt;")
        assert message["text"].endswith(f"\n> {shown}\n {end}")
    else:
        card = message["attachments"][0]["content"]
        assert card["body"][-1]["inlines"][0]["text"] == REASON
        assert [(action["title"], action["url"]) for action in card["actions"]] == [
            ("What to do", page),
            ("Commit", commit),
            ("Log", "https://ci.example/1"),
        ]
    assert "hunter2" not in str(message)
    for line in (f"why: {REASON}", f"commit: {commit}", f"what to do: {page}"):
        assert line in done.stderr.splitlines()


def test_a_rollback_says_what_the_test_of_the_release_said(
    site: Site, pods: Callable[..., None]
) -> None:
    pods(info(digest=OLD, revision="d" * 40))
    site.on("helm history", history("deployed", "deployed"))
    site.on("helm test", status=1, stderr="Error: pod my-service-test failed\n")
    assert site.make("deploy").returncode != 0
    assert "\n> Error: pod my-service-test failed\n" in site.chat[0]["text"]


def test_a_deployment_that_succeeds_says_no_more_than_that(
    site: Site, pods: Callable[..., None]
) -> None:
    pods(info())
    assert site.make("deploy").returncode == 0
    assert site.chat[-1]["text"] == f":white_check_mark: *my-service*: dev runs {COMMIT}."


# Two at once: the second replaces the pods of the first while that one asks them


def another_comes(site: Site, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    """Helm has `before` until this deployment has installed its release, and `after` from then on."""
    site.on("helm history", after)
    for _ in range(2):
        site.on("helm history --output", before, once=True)
    site.on(f"helm get values --revision {len(before) + 1}", {"image": {"digest": NEW}})


def given_up(site: Site) -> list[str]:
    """Return the revisions that were marked."""
    return [call[3].rpartition(".v")[2] for call in site.calls if call[:2] == ["kubectl", "label"]]


SECOND = "sha256:" + "d" * 64


ANOTHER = {"digest": SECOND, "revision": "d" * 40}
BAD_ITSELF = {"digest": NEW, "revision": "d" * 40}


@pytest.mark.parametrize(
    ("deploy", "first", "answer", "marked"),
    [
        ("helm", False, ANOTHER, False),
        ("helm", True, ANOTHER, False),
        ("terraform", False, ANOTHER, False),
        ("helm", False, BAD_ITSELF, True),
        ("helm", True, BAD_ITSELF, True),
    ],
)
def test_a_good_release_that_another_one_replaces_while_it_is_proved_stays_good(
    sites: Callable[..., Site],
    server: Callable[[Answer], int],
    deploy: str,
    first: bool,
    answer: dict[str, Any],
    marked: bool,
) -> None:
    site = with_terraform(sites(deploy=deploy))
    serve_pods(site, server, info(**answer))
    before = [] if first else history("deployed")
    another_comes(site, before, history(*["superseded"] * (len(before) + 1), "deployed"))
    done = site.make("deploy")
    assert "Error 75" in done.stderr
    assert "another deployment came in between" in site.chat[0]["text"]
    assert given_up(site) == ([str(len(before) + 1)] if marked else [])


def test_a_release_whose_test_failed_is_given_up_though_another_one_came(
    site: Site, pods: Callable[..., None]
) -> None:
    pods(info(digest=SECOND))
    site.on("helm test", status=1)
    another_comes(site, history("deployed"), history("superseded", "superseded", "deployed"))
    assert "Error 75" in site.make("deploy").stderr
    assert given_up(site) == ["2"]


def serve_run(
    site: Site,
    *,
    said: dict[str, Any] | None = None,
    outcome: str = "Complete",
    image: str = f"{IMAGE}@{NEW}",
    others: tuple[int, ...] = (),
) -> None:
    """Serve a CronJob with `image`, whose run ends so and prints `said` when it starts.

    `others`: runs under way at each look.
    """
    said = {"message": "started", **(info() if said is None else said)}
    template = {"spec": {"containers": [{"image": image}]}}
    spec = {"activeDeadlineSeconds": 0, "template": template}
    ended = {"type": outcome, "status": "True", "reason": "BackoffLimitExceeded"}
    site.on("kubectl get cronjob my-service", {"spec": {"jobTemplate": {"spec": spec}}})
    site.on("kubectl get job", {"status": {"conditions": [ended]}})
    by_hand = {"annotations": {"cronjob.kubernetes.io/instantiate": "manual"}}
    site.on("kubectl create job --dry-run=client", {"kind": "Job", "metadata": by_hand})
    site.on("kubectl get jobs", {"items": []})
    for number in reversed(others):
        job = {"metadata": {"name": "my-service-1"}, "status": {"active": number}}
        site.on("kubectl get jobs", {"items": [job]}, once=True)
    site.on("kubectl logs --tail=-1", f"not JSON\n{json.dumps(said)}\n")
    site.on("kubectl get pods", {"items": []})


@pytest.fixture
def job_site(sites: Callable[..., Site]) -> Site:
    return sites(workload="cron")


def test_a_deployment_of_a_worker_asks_each_pod_and_has_no_helm_test(
    sites: Callable[..., Site], server: Callable[[Answer], int]
) -> None:
    site = sites(workload="worker")
    serve_pods(site, server, info(), info())
    done = site.make("deploy")
    assert done.returncode == 0, done.stderr
    assert site.verbs("helm") == ["helm history", "helm history", "helm upgrade"]
    assert len([call for call in site.calls if "port-forward" in call]) == 2


def test_a_worker_of_another_digest_is_rolled_back(
    sites: Callable[..., Site], server: Callable[[Answer], int]
) -> None:
    site = sites(workload="worker")
    serve_pods(site, server, info(digest=SECOND))
    assert site.make("smoke").returncode != 0


def test_a_deployment_of_a_job_runs_it_once(job_site: Site) -> None:
    serve_run(job_site)
    done = job_site.make("deploy")
    assert done.returncode == 0, done.stderr
    assert job_site.verbs("helm") == ["helm history", "helm history", "helm upgrade"]
    (made,) = [call for call in job_site.calls if "create" in call and "job" in call]
    assert "--from=cronjob/my-service" in made
    assert json.loads((job_site.home / "stdin").read_text())["metadata"]["annotations"] == {
        "cronjob.kubernetes.io/instantiate": "manual",
        "run-by": "smoke test",
    }
    assert [message["text"] for message in job_site.chat if "text" in message] != []


@pytest.mark.parametrize(
    ("run", "says"),
    [
        ({"outcome": "Failed"}, "failed: BackoffLimitExceeded"),
        ({"said": info(digest=OLD)}, f"digest is {OLD}, expected {NEW}"),
        ({"said": info(revision="d" * 40, runtime="17.0.1")}, f"expected {COMMIT}"),
        ({"said": {"message": "other"}}, 'no line "started"'),
        ({"image": f"{IMAGE}@{OLD}"}, f"expected the digest {NEW}"),
        ({"outcome": "Suspended"}, "has not ended after"),
    ],
    ids=["failed", "digest", "commit", "silent", "image", "endless"],
)
def test_a_run_that_is_not_right_is_rolled_back(
    job_site: Site, run: dict[str, Any], says: str
) -> None:
    serve_run(job_site, **run)
    # Without waiting for a minute: the clock is not what is tested.
    script = job_site.root / "ci/smoke.sh"
    script.write_text(
        script.read_text().replace("limit + 60", "limit").replace("sleep 2", "sleep 0")
    )
    done = job_site.make("deploy")
    assert done.returncode != 0
    assert says in done.stderr
    assert "helm rollback" in job_site.verbs("helm")


def test_a_run_waits_until_no_other_one_goes_on(job_site: Site) -> None:
    serve_run(job_site, others=(1,))
    script = job_site.root / "ci/smoke.sh"
    script.write_text(script.read_text().replace("sleep 5", "sleep 0"))
    done = job_site.make("smoke")
    assert done.returncode == 0, done.stderr
    assert "waiting for the run that goes on: my-service-1" in done.stderr
    looks = [" ".join(call) for call in job_site.calls if call[0] == "kubectl"]
    created = next(number for number, call in enumerate(looks) if " create job " in call)
    assert sum(" get jobs " in call for call in looks[:created]) == 2


def test_a_run_that_goes_on_for_ever_is_not_joined_by_another(job_site: Site) -> None:
    serve_run(job_site, others=(1, 1))
    job_site.on(
        "kubectl get jobs",
        {"items": [{"metadata": {"name": "my-service-1"}, "status": {"active": 1}}]},
    )
    script = job_site.root / "ci/smoke.sh"
    script.write_text(script.read_text().replace("sleep 5", "sleep 0"))
    done = job_site.make("smoke")
    assert done.returncode != 0
    assert "goes on for longer than a run may take" in done.stderr
    assert not [call for call in job_site.calls if "create" in call]


def test_a_rollback_of_a_job_is_proved_by_a_run(job_site: Site) -> None:
    serve_run(job_site, said=info(digest=OLD), image=f"{IMAGE}@{OLD}")
    job_site.on("helm history", history("superseded", "deployed"))
    done = job_site.make("rollback")
    assert done.returncode == 0, done.stderr
    assert "my-service-smoke-" in done.stderr
