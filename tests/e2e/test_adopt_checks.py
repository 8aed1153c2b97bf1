"""A repository with a pipeline of its own takes the checks alone: few files, nothing generated, nothing broken."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import foreign
import pytest
import yaml

from scaffolder import checks, cli, status
from scaffolder.adopt import branch, run
from scaffolder.errors import AnswersError, ExitCode, ProjectError
from scaffolder.repository.project import Project
from scaffolder.template import keep_list
from scaffolder.tools.programs import SHELLCHECK
from scaffolder.tools.toolchain import SystemToolchain

NEEDS_BASH = pytest.mark.skipif(not shutil.which("bash"), reason="no bash")

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")

GITHUB = "git@github.com:acme/order-service.git"
PHP = {"composer.json": "{}\n", ".github/workflows/a.yml": "on: [push]\njobs: {}\n"}
JOBS = {
    "github": (".github/workflows/ci.yml", ".github/workflows/scaffold-check.yml"),
    "gitlab": (".gitlab-ci.yml", ".gitlab/scaffold-check.yml"),
    "jenkins": ("Jenkinsfile", "ci/scaffold-check.jenkinsfile"),
    "azure-devops": ("azure-pipelines.yml", ".azure-pipelines/scaffold-check.yml"),
}
OWN = {".scaffold/adopted.yml", ".scaffold/scaffolder.sh"}


@pytest.fixture
def maven(tmp_path: Path) -> Path:
    return foreign.repository(tmp_path / "orders", foreign.MAVEN, GITHUB)


def added(top: Path) -> set[str]:
    return set(foreign.git(top, "diff", "--name-only", "main", branch.NAME).split())


@pytest.mark.parametrize("system", JOBS)
def test_the_job_is_for_the_ci_system_that_is_there(tmp_path: Path, system: str) -> None:
    theirs, job = JOBS[system]
    files = {"pom.xml": foreign.MAVEN["pom.xml"], theirs: "# theirs\n"}
    root = foreign.repository(tmp_path / "orders", files)
    made = run.adopt(root, {}, no_check=True)
    assert made is not None
    assert made.scope is run.Scope.CHECKS
    assert added(root) == {*OWN, job}
    assert foreign.git(root, "diff", "--name-only", "--diff-filter=a", "main", branch.NAME) == ""
    text = foreign.git(root, "show", f"{branch.NAME}:{job}")
    assert ".scaffold/scaffolder.sh check" in text
    assert "[[" not in text
    assert system == "github" or any(job in note for note in made.notes)


def test_what_there_is_today_is_held_back_and_the_job_brings_nothing(
    maven: Path, toolchain: SystemToolchain
) -> None:
    made = run.adopt(maven, {})
    assert made is not None
    assert made.report is not None
    assert made.exit_code is ExitCode.CLEAN
    assert [finding for result in made.report.results for finding in result.findings] == []
    foreign.git(maven, "switch", "--quiet", branch.NAME)
    found = checks.run(Project(maven), checks.every(), toolchain)
    paths = {one.path.as_posix() for result in found.results for one in result.findings}
    assert paths
    assert paths <= set(foreign.MAVEN)
    done = toolchain.run(SHELLCHECK, "--norc", str(maven / keep_list.SCRIPT), timeout=60)
    assert (done.exit_code, done.stdout) == (0, "")


def test_status_and_update_know_that_nothing_is_generated(
    maven: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run.adopt(maven, {}, no_check=True)
    foreign.git(maven, "switch", "--quiet", branch.NAME)
    (maven / JOBS["github"][1]).write_text("# mine\n")
    stands = status.of_checks(maven)
    assert stands is not None
    assert (stands.edited, stands.pinned) == ((JOBS["github"][1],), False)
    assert cli.run(["status", str(maven)]) == ExitCode.CLEAN
    assert "order-service: only the checks, adopted with v" in capsys.readouterr().out
    before = foreign.git(maven, "status", "--porcelain")
    assert cli.run(["update", str(maven)]) == ExitCode.CLEAN
    assert "only the checks were adopted" in capsys.readouterr().out
    for command in ("status", "update"):
        assert cli.run([command, str(maven), "--format", "json"]) == ExitCode.CLEAN
        assert json.loads(capsys.readouterr().out)["adopted"] == "checks"
    assert cli.run(["set", "-C", str(maven), "cloud=aws"]) == ExitCode.USAGE
    assert "--everything" in capsys.readouterr().err
    assert foreign.git(maven, "status", "--porcelain") == before
    assert not Project(maven).is_generated


def test_a_second_time_it_says_what_is_there(maven: Path) -> None:
    run.adopt(maven, {}, no_check=True)
    foreign.git(maven, "switch", "--quiet", branch.NAME)
    with pytest.raises(ProjectError, match=r"has the checks of scaffolder .* already") as raised:
        run.adopt(maven, {})
    hint = raised.value.hint
    assert "scaffold adopt --everything" in hint
    files = hint.partition("git rm ")[2].partition(",")[0].split()
    foreign.git(maven, "rm", "--quiet", *files)
    foreign.git(maven, "commit", "--quiet", "--message", "the whole template instead")
    foreign.git(maven, "branch", "--move", branch.NAME, "work")
    made = run.adopt(maven, {}, scope=run.Scope.EVERYTHING, no_check=True)
    assert made is not None
    assert made.layout.kept


def test_the_record_says_what_the_repository_says(tmp_path: Path) -> None:
    name = "customer-onboarding-service"
    remote = f"git@github.com:acme/{name}.git"
    files = {"requirements.txt": "", "Dockerfile": "FROM python:3.9\n", "Jenkinsfile": "node {}\n"}
    root = foreign.repository(tmp_path / "x", files, remote)
    run.adopt(root, {}, no_check=True)
    record = yaml.safe_load(foreign.git(root, "show", f"{branch.NAME}:{keep_list.FILE}"))
    assert record["answers"] == {
        "service_name": name,
        "organization": "acme",
        "runtime": "python",
        "runtime_version": "3.9",
        "ci": ["jenkins"],
    }


def test_a_folder_of_a_larger_repository_has_its_job_at_the_top(tmp_path: Path) -> None:
    top = foreign.repository(tmp_path / "shop", foreign.MONOREPO)
    made = run.adopt(top / "packages/payments", {}, no_check=True)
    assert made is not None
    job = ".github/workflows/scaffold-check-packages-payments.yml"
    assert added(top) == {job, *(f"packages/payments/{name}" for name in OWN)}
    text = foreign.git(top, "show", f"{branch.NAME}:{job}")
    assert "- run: packages/payments/.scaffold/scaffolder.sh check" in text


def test_a_job_that_is_there_stays(tmp_path: Path) -> None:
    job = JOBS["github"][1]
    root = foreign.repository(tmp_path / "x", {**foreign.MAVEN, job: "on: [push]\njobs: {}\n"})
    made = run.adopt(root, {}, no_check=True)
    assert made is not None
    assert added(root) == {*OWN, f"{job}.scaffold-new"}


def test_any_language_takes_the_checks_if_they_are_asked_for(tmp_path: Path) -> None:
    root = foreign.repository(tmp_path / "shop", PHP)
    with pytest.raises(ProjectError, match="is written in PHP"):
        run.adopt(root, {})
    made = run.adopt(root, {}, scope=run.Scope.CHECKS, no_check=True)
    assert made is not None
    assert "runtime" not in made.proposal.answers


def test_an_answer_for_the_template_asks_for_the_template(maven: Path) -> None:
    made = run.adopt(maven, {"cloud": "none"}, dry_run=True)
    assert made is not None
    assert made.scope is run.Scope.EVERYTHING
    with pytest.raises(AnswersError, match="cloud means nothing to the checks alone"):
        run.adopt(maven, {"cloud": "none"}, scope=run.Scope.CHECKS, dry_run=True)


def test_without_a_pipeline_the_whole_template_is_proposed(tmp_path: Path) -> None:
    root = foreign.repository(tmp_path / "x", {"pom.xml": foreign.MAVEN["pom.xml"]})
    made = run.adopt(root, {}, dry_run=True)
    assert made is not None
    assert made.scope is run.Scope.EVERYTHING


def test_the_users_own_defaults_answer_what_the_repository_does_not_say(
    maven: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text(
        '[defaults]\nchat = "teams"\ncloud = "azure"\nruntime = "go"\n'
        '[presets.ours]\nmonitoring = "none"\nchat = "slack"\n'
    )
    monkeypatch.setenv("SCAFFOLD_CONFIG", str(settings))
    words = ["adopt", str(maven), "--everything", "--dry-run", "--format", "json"]
    assert cli.run(words) == ExitCode.CLEAN
    answers = json.loads(capsys.readouterr().out)["answers"]
    assert (answers["chat"], answers["cloud"], answers["runtime"]) == ("teams", "aws", "java")
    assert cli.run([*words, "--preset", "ours"]) == ExitCode.CLEAN
    answers = json.loads(capsys.readouterr().out)["answers"]
    assert (answers["chat"], answers["monitoring"]) == ("slack", "none")


@NEEDS_BASH
def test_without_a_pin_the_job_fails_and_says_what_to_type(maven: Path) -> None:
    run.adopt(maven, {}, no_check=True)
    foreign.git(maven, "switch", "--quiet", branch.NAME)
    done = subprocess.run(
        [str(maven / keep_list.SCRIPT), "check"], capture_output=True, text=True, env=os.environ
    )
    assert done.returncode == 1
    assert (
        "no scaffolder is pinned, so nothing is checked: .scaffold/scaffolder.sh pin" in done.stderr
    )


@pytest.mark.parametrize(
    "line",
    [
        "devops-scaffolder==1.0.0",
        "devops-scaffolder @ git+https://x.example.org/a@main",
        "devops-scaffolder @ git+http://x.example.org/a@" + "a" * 40,
        "--index-url http://x.example.org/simple",
        "scaffolder==1.0.0 --hash=sha256:" + "a" * 64,
    ],
)
@NEEDS_BASH
def test_a_lock_that_leaves_anything_open_is_refused(maven: Path, line: str) -> None:
    run.adopt(maven, {}, no_check=True)
    foreign.git(maven, "switch", "--quiet", branch.NAME)
    (maven / keep_list.LOCK).write_text(f"# a comment\n{line}\n")
    script = str(maven / keep_list.SCRIPT)
    done = subprocess.run([script, "check"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "leaves this open" in done.stderr or "does not name devops-scaffolder" in done.stderr
