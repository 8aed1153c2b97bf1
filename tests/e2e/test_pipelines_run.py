"""The pipelines of a generated repository, run: one commit becomes one image that goes through dev, qa and prod.

GitHub Actions is run by `act` and GitLab CI by `gitlab-ci-local`, both unchanged; of Jenkins and
Azure Pipelines the steps are run in order, without their servers. Every job gets a fresh clone and
exactly the environment that its file gives it. Real parts and stand-ins: `pipeline_lab`. `make
pipelines` runs all of it.
"""

from __future__ import annotations

import json
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pipeline_lab
import pipeline_steps
import pytest
import yaml
from control_plane.pods import PODS, Fate
from pipeline_lab import ENVIRONMENTS, RUNNERS, PipelineLab
from pipeline_steps import Stage
from support import Repository

Ran = Callable[[str, str, str], None]
UNKNOWN_TO_ACT = re.compile(r"^ +(deployment: false|queue: max) .*\n|^ +queue: max\n", re.MULTILINE)
"""Keys of GitHub that act 0.2.89 refuses: the only lines of the workflows that it is not given."""
BUILDKIT = re.compile(r"^  services:\n(?:    .*\n)+", re.MULTILINE)
"""The container with BuildKit beside the job that builds: the only lines of .gitlab-ci.yml that are taken out."""
KEY = "hashivault://my-service"
OUTPUT = re.compile(r"##vso\[task\.setvariable variable=digest;isOutput=true\](\S+)")


class Always(dict[str, Fate]):
    """One fate for every image."""

    def __init__(self, *, ready: bool) -> None:
        super().__init__()
        self._fate = Fate(ready=ready)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the one fate."""
        return self._fate


@pytest.fixture
def opened(pristine: Repository, tmp_path: Path) -> Iterator[Callable[..., PipelineLab]]:
    """`opened(*runners, by_environment=…, **answers)`: a lab on a repository with all four pipelines."""
    managers = []

    def start(*runners: str, by_environment: bool = False, **given: object) -> PipelineLab:
        reason = pipeline_lab.missing(*runners)
        if reason:
            pytest.skip(reason)
        every = ["github", "gitlab", "jenkins", "azure-devops"]
        version = pipeline_lab.node_version()
        answers = {"cloud": "none", "runtime": "node", "runtime_version": version, "ci": every}
        repository = pristine(**answers, **given)
        manager = pipeline_lab.opened(repository, tmp_path, by_environment=by_environment)
        managers.append(manager)
        return manager.__enter__()

    yield start
    for manager in managers:
        manager.__exit__(None, None, None)


def stub_action(here: PipelineLab, action: str) -> str:
    """Write an action in the place of another one, and return how act is told: checkout clones, the others do nothing."""
    name, _, _ = action.partition("@")
    place = here.folder / "actions" / name.replace("/", "-")
    place.mkdir(parents=True, exist_ok=True)
    clone = f'git clone --quiet {here.origin} . && git checkout --quiet "${{{{ inputs.ref || github.sha }}}}"'
    run = clone if name == "actions/checkout" else "true"
    steps = {"using": "composite", "steps": [{"run": run, "shell": "bash"}]}
    inputs = {"ref": {"description": "what to check out", "required": False}}
    document = {"name": name, "description": name, "inputs": inputs, "runs": steps}
    (place / "action.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    return f"{action}={place}"


def run_github(here: PipelineLab, **given: str) -> CompletedProcess[str]:
    """Run ci.yml on a push to main, with all that it calls."""
    return run_workflow(here, "push", "ci.yml", {"PROD_REVIEW": "required", **given})


def run_workflow(
    here: PipelineLab, event: str, workflow: str, given: dict[str, str], **inputs: str
) -> CompletedProcess[str]:
    """Run a workflow of GitHub, with these variables of the repository, or of the shell (LOAD_*), and inputs."""
    clone = here.clone(f"act-{len(list(here.folder.glob('clones/*')))}")
    used = set()
    for name in (workflow, "deploy.yml"):
        file = clone / ".github/workflows" / name
        text = file.read_text(encoding="utf-8")
        file.write_text(UNKNOWN_TO_ACT.sub("", text), encoding="utf-8")
        used |= set(re.findall(r"uses: ([\w-]+/[\w-]+@[0-9a-f]{40})", text))
    local = [
        word
        for action in sorted(used)
        for word in ("--local-repository", stub_action(here, action))
    ]
    of_shell = {name: value for name, value in given.items() if name.startswith("LOAD_")}
    variables = {"IMAGE": here.image, "REGISTRY_USER": "pipeline", **given}
    secrets = {"REGISTRY_PASSWORD": "none", "CHAT_WEBHOOK_URL": here.chat_url}
    words = [str(RUNNERS / "act"), event, "--workflows", f".github/workflows/{workflow}"]
    words += ["--platform", "ubuntu-24.04=-self-hosted", "--no-skip-checkout"]
    words += ["--env", f"KUBECONFIG={here.kubeconfigs['dev']}", "--defaultbranch", "main", *local]
    words += [word for name, value in variables.items() for word in ("--var", f"{name}={value}")]
    words += [word for name, value in secrets.items() for word in ("--secret", f"{name}={value}")]
    words += [word for name, value in of_shell.items() for word in ("--env", f"{name}={value}")]
    words += [word for name, value in inputs.items() for word in ("--input", f"{name}={value}")]
    return here.run(words, clone, {"XDG_CACHE_HOME": str(here.home / "cache")})


def run_gitlab(here: PipelineLab, **given: str) -> CompletedProcess[str]:
    """Run .gitlab-ci.yml on main, with a person who starts the job prod."""
    clone = here.clone("gitlab")
    pipeline = clone / ".gitlab-ci.yml"
    text = pipeline.read_text(encoding="utf-8")
    assert len(BUILDKIT.findall(text)) == 1
    pipeline.write_text(BUILDKIT.sub("", text), encoding="utf-8")
    address = "git@gitlab.com:example-org/my-service.git"
    subprocess.run(["git", "remote", "set-url", "origin", address], cwd=clone, check=True)
    everywhere = {
        "CHAT_WEBHOOK_URL": here.chat_url,
        "CI_REGISTRY_IMAGE": here.image,
        "CI_REGISTRY_USER": "pipeline",
        "CI_REGISTRY_PASSWORD": "none",
        "CI_PIPELINE_SOURCE": "push",
        **given,
    }
    scoped = {
        "KUBECONFIG": {
            "type": "file",
            "values": {name: file.read_text() for name, file in here.kubeconfigs.items()},
        }
    }
    file = clone / ".gitlab-ci-local-variables.yml"
    file.write_text(yaml.safe_dump({**everywhere, **scoped}), encoding="utf-8")
    (clone / ".git/info/exclude").write_text(".gitlab-ci-local*\n", encoding="utf-8")
    words = [str(here.folder / "bin/node"), str(RUNNERS / pipeline_lab.GITLAB_CI_LOCAL)]
    words += ["--force-shell-executor", "--manual", "prod"]
    return here.run(words, clone, {})


RUNNER = {
    "GitHub Actions": ("act", run_github),
    "GitLab CI": (pipeline_lab.GITLAB_CI_LOCAL, run_gitlab),
}


@pytest.mark.pipelines
@pytest.mark.parametrize("pipeline", RUNNER)
def test_a_runner_takes_one_digest_to_prod(
    pipeline: str, opened: Callable[..., PipelineLab], ran: Ran
) -> None:
    runner, run = RUNNER[pipeline]
    here = opened(runner, "node", by_environment=runner == "act")
    done = run(here)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    here.proved()
    ran("pipelines", pipeline, runner.partition("/")[0])


@pytest.mark.pipelines
@pytest.mark.parametrize("pipeline", RUNNER)
def test_a_runner_stops_before_prod_when_qa_fails(
    pipeline: str, opened: Callable[..., PipelineLab], ran: Ran
) -> None:
    runner, run = RUNNER[pipeline]
    here = opened(runner, "node", by_environment=runner == "act")
    here.planes["qa"].pods.fates = Always(ready=False)
    done = run(here)
    assert done.returncode != 0
    served = here.serves()
    assert served["dev"] == {here.digest()}, done.stdout[-6000:] + done.stderr[-3000:]
    assert served["prod"] == set()
    assert [text.split()[0] for text in here.chat] == [":white_check_mark:", ":x:"]
    ran("pipelines", f"{pipeline}, a commit that fails in qa", runner.partition("/")[0])


class Users(ThreadingHTTPServer):
    """What users reach: the newest release behind its address. With `slow`, each answer takes half a second."""

    daemon_threads = True

    def __init__(self, here: PipelineLab, *, slow: bool) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.here = here
        self.slow = slow
        self.asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def info(self) -> object:
        """Return what the pods answer of the last environment that a release reached."""
        for environment in reversed(ENVIRONMENTS):
            plane = self.here.planes[environment]
            for pod in plane.api.storage.select(PODS, pipeline_lab.SERVICE):
                if pod["metadata"].get("ownerReferences"):
                    return plane.pods.info(pod)
        return {}


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Users

    def do_GET(self) -> None:
        body = b""
        if self.path == "/info":
            body = json.dumps(self.server.info()).encode()
        else:
            self.server.asked += 1
            time.sleep(0.5 if self.server.slow else 0)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@contextmanager
def serving(here: PipelineLab, *, slow: bool) -> Iterator[Users]:
    """Have users reach the service until the end of the block."""
    users = Users(here, slow=slow)
    threading.Thread(target=users.serve_forever, daemon=True).start()
    try:
        yield users
    finally:
        users.shutdown()
        users.server_close()


LOAD = {"LOAD_RATE": "10", "LOAD_SECONDS": "30", "LOAD_WARM_UP": "2"}
"""300 requests that count: none may fail, and three may be slow."""


@pytest.mark.pipelines
@pytest.mark.parametrize("slow", [False, True], ids=["held", "not held"])
@pytest.mark.parametrize("pipeline", RUNNER)
def test_a_runner_goes_on_after_dev_only_when_the_load_is_held(
    pipeline: str, slow: bool, opened: Callable[..., PipelineLab], ran: Ran
) -> None:
    runner, run = RUNNER[pipeline]
    here = opened(runner, "node", by_environment=runner == "act", level="fast")
    with serving(here, slow=slow) as users:
        done = run(here, SERVICE_URL=users.url, **LOAD)
    output = done.stdout[-6000:] + done.stderr[-3000:]
    assert users.asked >= 300, output
    if slow:
        assert done.returncode != 0
        assert "the objectives are not held under load" in done.stdout + done.stderr, output
        assert here.serves() == {"dev": {here.digest()}, "qa": set(), "prod": set()}, output
        assert [text.split()[0] for text in here.chat] == [":white_check_mark:", ":x:"]
        assert "does not hold its objectives under load in dev" in here.chat[-1]
    else:
        assert done.returncode == 0, output
        here.proved()
    outcome = "a load that is not held" if slow else "a load that is held"
    ran("pipelines", f"{pipeline}, {outcome}", runner.partition("/")[0])


GH = """\
#!/bin/sh
# gh api ADDRESS --jq FILTER: of a commit with one run, whose load ended as here
case "$2" in
  */runs?head_sha=*) echo '{{"workflow_runs": [{{"id": 7}}]}}' ;;
  *) echo '{{"jobs": [{{"name": "dev / Deploy to dev", "steps": [{{"name": "Load", "conclusion": "{load}"}}]}}]}}' ;;
esac | exec jq -r "$4"
"""


@pytest.mark.pipelines
def test_a_promotion_by_hand_goes_on_only_when_the_load_was_held(
    opened: Callable[..., PipelineLab], ran: Ran
) -> None:
    here = opened("act", "node", by_environment=True, level="fast")

    def promoted(load: str, address: str) -> CompletedProcess[str]:
        gh = here.folder / "bin/gh"
        gh.write_text(GH.format(load=load), encoding="utf-8")
        gh.chmod(0o755)
        people = {"RELEASE_MANAGERS": '["nektos/act"]', "SERVICE_URL": address}
        inputs = {"revision": here.commit, "digest": here.digest()}
        return run_workflow(here, "workflow_dispatch", "promote.yml", people, **inputs)

    with serving(here, slow=False) as users:
        before = run_github(here, SERVICE_URL=users.url, PROD_REVIEW="", **LOAD)
        assert before.returncode == 0, before.stdout[-6000:] + before.stderr[-3000:]
        digest = here.digest()
        assert here.serves() == {"dev": {digest}, "qa": {digest}, "prod": set()}

        refused = promoted("failure", users.url)
        output = refused.stdout[-6000:] + refused.stderr[-3000:]
        assert refused.returncode != 0, output
        assert "did not hold its objectives under load in dev (runs: 7: failure)" in output
        assert here.serves()["prod"] == set()

        done = promoted("success", users.url)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
        assert here.serves()["prod"] == {digest}
    ran("pipelines", "GitHub Actions, a promotion by hand asks for the load", "act")


def run_in_order(here: PipelineLab, stages: Iterator[Stage], server: dict[str, str]) -> None:
    """Run each stage in a clone of its own; the digest is handed over as the server does."""
    digest = ""
    for stage in stages:
        clone = here.clone(stage.name)
        if stage.takes_digest:
            (clone / "build").mkdir()
            (clone / "build/digest").write_text(digest, encoding="utf-8")
        for command, variables in stage.steps:
            given = {
                name: digest if value.startswith("$[ stageDependencies.") else value
                for name, value in variables.items()
            }
            done = here.run(["bash", "-c", command], clone, {**server, **given})
            assert done.returncode == 0, f"{stage.name}: {command}\n{done.stdout}\n{done.stderr}"
            told = OUTPUT.search(done.stdout)
            digest = told[1] if told else digest
        if stage.leaves_digest:
            digest = (clone / "build/digest").read_text(encoding="utf-8").strip()


@pytest.mark.pipelines
def test_the_jenkinsfile_steps_in_order_without_jenkins(
    opened: Callable[..., PipelineLab], ran: Ran
) -> None:
    here = opened("node")
    text = (here.clone("jenkins") / "Jenkinsfile").read_text(encoding="utf-8")
    filled = {"IMAGE": here.image, "COSIGN_KEY": KEY, "VAULT_ADDR": "https://vault.example.com"}
    for name, value in filled.items():
        text = text.replace(f"{name} = '' // fill in", f"{name} = '{value}' // filled in", 1)
    credentials = {
        "my-service-chat": here.chat_url,
        "my-service-registry": ("pipeline", "none"),
        "my-service-vault": "token",
        **{f"my-service-{name}": str(file) for name, file in here.kubeconfigs.items()},
    }
    stages = pipeline_steps.jenkins(text, ["Lint", "Test", "Image", *ENVIRONMENTS], credentials)
    run_in_order(
        here, stages, {"BUILD_URL": "https://jenkins.example.com/1", "BRANCH_NAME": "main"}
    )
    here.proved()
    ran("pipelines", "Jenkins", "its steps in order, without Jenkins")


@pytest.mark.pipelines
def test_the_azure_pipeline_steps_in_order_without_azure_devops(
    opened: Callable[..., PipelineLab], ran: Ran
) -> None:
    here = opened("node")
    clone = here.clone("azure")
    groups = {
        "IMAGE": here.image,
        "COSIGN_KEY": KEY,
        "CHAT_WEBHOOK_URL": here.chat_url,
        "REGISTRY_USER": "pipeline",
        "REGISTRY_PASSWORD": "none",
        "VAULT_ADDR": "https://vault.example.com",
        "VAULT_TOKEN": "token",
    }

    def stages() -> Iterator[Stage]:
        for name in ("check", "image", *ENVIRONMENTS):
            server = {
                "Build.SourceVersion": here.commit,
                "Build.BuildId": "1",
                "System.CollectionUri": "https://dev.azure.com/example-org/",
                "System.TeamProject": "my-service",
                "kubeconfig.secureFilePath": str(here.kubeconfigs.get(name, "")),
            }
            yield from pipeline_steps.azure(clone, [name], groups, server)

    run_in_order(here, stages(), {"BUILD_SOURCEVERSION": here.commit})
    here.proved()
    ran("pipelines", "Azure Pipelines", "its steps in order, without Azure DevOps")
