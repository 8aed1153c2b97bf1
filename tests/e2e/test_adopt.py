"""A repository that was not generated comes under the template, and not a byte of what it holds changes."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import foreign
import pytest
import yaml

from scaffolder import checks, cli, status
from scaffolder.adopt import branch, ports, run
from scaffolder.adopt.layout import FileAction
from scaffolder.checks import duplicates
from scaffolder.errors import AnswersError, ExitCode, ProjectError, ScaffolderError
from scaffolder.model import Outcome
from scaffolder.repository.project import Project
from scaffolder.template import keep_list, manifest, releases, render
from scaffolder.tools.programs import SHELLCHECK
from scaffolder.tools.toolchain import SystemToolchain

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


ALL = run.Scope.EVERYTHING
"""These repositories have pipelines: without it, only the checks are proposed."""


pytestmark = pytest.mark.only_git

FORMATS = (".editorconfig", ".gitattributes")
"""Rules for files that follow other ones."""


@dataclass(frozen=True)
class Team:
    """A team's files, the place of its service, and the template's expected result."""

    files: dict[str, str]
    origin: str
    service: str
    answers: dict[str, Any]
    found: dict[str, str]
    kept: set[str]


TEAMS = {
    "a Maven service with a Dockerfile": Team(
        foreign.MAVEN,
        "git@github.com:acme/order-service.git",
        ".",
        {
            "service_name": "order-service",
            "organization": "acme",
            "team": "checkout",
            "runtime": "java",
            "runtime_version": "17",
            "cloud": "aws",
            "region": "eu-west-1",
            "ci": ("github",),
            "deploy": "helm",
        },
        {
            "build": "pom.xml",
            "port": "Dockerfile:8",
            "image": "Dockerfile",
            "runtime_version": "pom.xml:13",
        },
        {"app/", "Dockerfile", ".gitignore", "README.md", "CODEOWNERS", ".dockerignore", *FORMATS},
    ),
    "a Flask app with a chart": Team(
        foreign.FLASK,
        "https://gitlab.com/acme/catalog.git",
        ".",
        {
            "service_name": "catalog",
            "organization": "acme",
            "runtime": "python",
            "runtime_version": "3.12",
            "cloud": "azure",
            "ci": ("gitlab",),
            "chat": "slack",
        },
        {
            "build": "requirements.txt",
            "port": "Dockerfile:7",
            "chart": "helm/catalog/Chart.yaml",
            "cloud": ".gitlab-ci.yml:11",
        },
        {
            "app/",
            "Dockerfile",
            ".gitignore",
            "README.md",
            ".gitlab-ci.yml",
            "helm/catalog/",
            "monitoring/tests/",
            ".dockerignore",
            *FORMATS,
        },
    ),
    "a package of a Node monorepo": Team(
        foreign.MONOREPO,
        "",
        "packages/payments",
        {
            "service_name": "payments",
            "runtime": "node",
            "runtime_version": "22",
            "cloud": "none",
            "ci": ("github",),
        },
        {"build": "../../pnpm-lock.yaml", "port": "Dockerfile:4", "service_name": "package.json:2"},
        {"app/", "Dockerfile", "README.md", ".dockerignore", *FORMATS},
    ),
}
IN_THE_GATE = "a Flask app with a chart"
"""The one that every check, and every program behind one, reads in the gate; `make long` has the others."""


@pytest.fixture(params=TEAMS, ids=lambda name: str(name).replace(" ", "-"))
def team(request: pytest.FixtureRequest) -> Team:
    return TEAMS[str(request.param)]


@pytest.fixture
def top(team: Team, tmp_path: Path) -> Path:
    return foreign.repository(tmp_path / "theirs", team.files, team.origin)


@pytest.fixture
def maven(tmp_path: Path) -> Path:
    return foreign.repository(tmp_path / "orders", foreign.MAVEN)


def state(top: Path) -> dict[str, str]:
    """Return all that must not change.

    Every file with its mode, the branch, the index, Git's status.
    """
    files = {
        path.relative_to(
            top
        ).as_posix(): f"{path.stat().st_mode} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in top.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(top).parts
    }
    return {
        **files,
        "HEAD": foreign.git(top, "rev-parse", "--symbolic-full-name", "HEAD")
        + foreign.git(top, "rev-parse", "HEAD"),
        "status": foreign.git(top, "status", "--porcelain"),
        "index": foreign.git(top, "ls-files", "--stage"),
    }


def test_what_is_missing_is_on_a_branch_and_nothing_else_changes(team: Team, top: Path) -> None:
    before = state(top)
    made = run.adopt(top / team.service, {}, scope=ALL, no_check=True)
    assert made is not None
    assert state(top) == before
    assert {name: made.proposal.answers.get(name) for name in team.answers} == team.answers
    places = {
        one.name: str(one.places[0])
        for one in (*made.proposal.there, *made.proposal.found)
        if one.places
    }
    assert {name: places.get(name) for name in team.found} == team.found
    assert foreign.git(top, "rev-parse", f"{branch.NAME}^") == foreign.git(top, "rev-parse", "main")
    assert (
        foreign.git(top, "log", "-1", "--format=%an <%ae>", branch.NAME)
        == "Somebody <somebody@example.org>"
    )
    assert foreign.git(top, "diff", "--name-only", "--diff-filter=a", "main", branch.NAME) == ""
    foreign.git(top, "switch", "--quiet", branch.NAME)
    after = state(top)
    assert {name: after[name] for name in team.files} == {name: before[name] for name in team.files}
    written = yaml.safe_load((top / team.service / keep_list.FILE).read_text(encoding="utf-8"))
    assert set(written["kept"]) == team.kept
    beside = {one.target for one in made.layout.of(FileAction.BESIDE)}
    assert {f"{name}.scaffold-new" for name in team.kept if not name.endswith("/")} <= beside


ASKED = {"AG018", "AG019", "AG020"}
"""Probes, scrapes and the smoke test ask what the service of a team does not answer yet: true, and its to add."""

OF_THE_CHART = {
    Path(name) for name in ("ci/install.sh", "ci/local.sh", "monitoring/README.md", "CODEOWNERS")
}
"""Files of the template about its chart.

A team with a chart of its own has to make the two agree.
"""


@pytest.mark.programs
@pytest.mark.parametrize(
    "team",
    [pytest.param(name, marks=[pytest.mark.long] * (name != IN_THE_GATE)) for name in TEAMS],
    ids=lambda name: str(name).replace(" ", "-"),
    indirect=True,
)
def test_the_checks_find_only_what_was_there_before_and_what_has_to_agree_with_it(
    team: Team, top: Path, toolchain: SystemToolchain
) -> None:
    made = run.adopt(top / team.service, {}, scope=ALL)
    assert made is not None
    assert made.report is not None
    theirs = {
        Path(name).relative_to(team.service)
        for name in team.files
        if Path(name).is_relative_to(team.service)
    }
    outcomes = {result.check.id: result.outcome for result in made.report.results}
    assert len(outcomes) > 50
    assert Outcome.BROKEN not in outcomes.values()
    found = {
        finding.path
        for result in made.report.results
        for finding in result.findings
        if result.check.id not in ASKED
    }
    assert found <= theirs | (OF_THE_CHART if "chart" in team.found else set())
    assert made.commit
    # The report is that of the branch: what a check of its checkout finds is the same. Actionlint alone asks for other
    # workflows at the top of the repository that the folder is in, and there are none there.
    foreign.git(top, "switch", "--quiet", branch.NAME)
    apart = {"CI002"} if team.service != "." else set()
    # A program that found nothing on the branch reads the same files again.
    told = {result.check.id for result in made.report.results if result.findings}
    for result in made.report.results:
        told |= {name.split()[0] for finding in result.findings for name in finding.also}
    telling = [check for check in checks.every() if check.tool is None or check.id in told]
    again = duplicates.folded(checks.run(Project(top / team.service), telling, toolchain))
    named = {check.id for check in telling} - apart
    assert {
        result.check.id: result.findings for result in again.results if result.check.id in named
    } == {
        result.check.id: result.findings
        for result in made.report.results
        if result.check.id in named
    }


def test_an_update_afterwards_leaves_alone_what_was_there(
    team: Team, top: Path, toolchain: SystemToolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = releases.embedded(toolchain)
    oldest, newest = history.releases[0], history.newest
    if oldest == newest:
        pytest.skip("there is one release only")
    monkeypatch.setattr(render, "current", lambda: manifest.origin(history, oldest, toolchain))
    root = top / team.service
    run.adopt(root, {}, scope=ALL, no_check=True)
    monkeypatch.undo()
    foreign.git(top, "switch", "--quiet", branch.NAME)
    before = state(top)
    stood = status.of(root, toolchain)
    assert stood.release == oldest
    assert stood.deleted == ()
    fitted = {"compose.yaml", ".devcontainer/devcontainer.json"}
    fitted |= set() if "CODEOWNERS" in team.kept else {"CODEOWNERS"}
    fitted |= {".scaffold/waivers.yml", ".trivyignore.yaml"} if "chart" in team.found else set()
    assert set(stood.edited) - {f"helm/{team.answers['service_name']}/values.yaml"} == fitted
    assert cli.run(["update", str(root)]) == ExitCode.CLEAN
    after = state(top)
    assert {name: after[name] for name in team.files} == {name: before[name] for name in team.files}
    assert f"_commit: {newest.tag}" in (root / ".copier-answers.yml").read_text(encoding="utf-8")
    assert not (root / "app/src").exists() or "app/src" in "".join(team.files)
    assert foreign.git(top, "diff", "--name-only", "--diff-filter=U") == ""


def test_answers_can_be_given_and_win(maven: Path) -> None:
    given = {
        "cloud": "none",
        "runtime_version": "21",
        "service_name": "orders",
        "monitoring": "none",
    }
    made = run.adopt(maven, given, dry_run=True)
    assert made is not None
    assert {name: made.proposal.answers[name] for name in given} == given


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("runtime_version", "16"),
        ("region", "nowhere"),
        ("service_name", "A B"),
        ("servce_name", "x"),
    ],
)
def test_a_given_answer_is_held_to_the_rules_of_the_questions(
    maven: Path, name: str, value: str
) -> None:
    before = state(maven)
    with pytest.raises(AnswersError, match=name):
        run.adopt(maven, {name: value})
    assert state(maven) == before


def test_a_dry_run_and_a_no_write_nothing(maven: Path) -> None:
    before, refs = state(maven), foreign.git(maven, "for-each-ref")
    made = run.adopt(maven, {}, scope=ALL, dry_run=True)
    assert made is not None
    assert (made.commit, made.report) == ("", None)
    assert run.adopt(maven, {}, scope=ALL, agreed=lambda proposal: False) is None
    assert (state(maven), foreign.git(maven, "for-each-ref")) == (before, refs)


def _outside_git(folder: Path) -> None:
    shutil.rmtree(folder / ".git")


def _without_a_checkout(folder: Path) -> None:
    foreign.git(folder, "config", "core.bare", "true")


def _nothing_committed(folder: Path) -> None:
    shutil.rmtree(folder / ".git")
    foreign.git(folder, "init", "--quiet")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_outside_git, "is not in a Git repository"),
        (_without_a_checkout, "is a Git repository without a checkout"),
        (_nothing_committed, "nothing of .* is committed"),
        (
            lambda folder: (folder / "README.md").write_text("changed\n"),
            r"not committed: README\.md",
        ),
        (lambda folder: (folder / "new.txt").write_text("untracked\n"), r"not committed: new\.txt"),
        (
            lambda folder: foreign.git(folder, "branch", branch.NAME),
            "there is a branch scaffold/adopt already",
        ),
        (
            lambda folder: foreign.git(folder, "branch", "scaffold"),
            "no branch scaffold/adopt beside the branch scaffold$",
        ),
        (
            lambda folder: foreign.git(folder, "branch", "scaffold/adopt/x"),
            "beside the branch scaffold/adopt/x$",
        ),
    ],
)
def test_a_repository_that_is_not_in_order_is_refused(maven: Path, spoil: Any, says: str) -> None:
    spoil(maven)
    with pytest.raises(ProjectError, match=says) as raised:
        run.adopt(maven, {}, scope=ALL)
    assert raised.value.hint


def test_a_repository_of_a_template_is_not_adopted(tmp_path: Path) -> None:
    files = {".copier-answers.yml": "_commit: v0.1.0\n", "README.md": "ours\n"}
    with pytest.raises(ProjectError, match="a template made it already"):
        run.adopt(foreign.repository(tmp_path / "made", files), {})


def test_what_was_adopted_is_not_adopted_again(maven: Path) -> None:
    run.adopt(maven, {}, scope=ALL, no_check=True)
    with pytest.raises(ProjectError, match="there is a branch scaffold/adopt already") as raised:
        run.adopt(maven, {}, scope=ALL)
    assert raised.value.hint.startswith("git switch scaffold/adopt to go on with it")
    foreign.git(maven, "switch", "--quiet", branch.NAME)
    with pytest.raises(ProjectError, match="it was adopted already") as raised:
        run.adopt(maven, {}, scope=ALL)
    assert raised.value.hint == "scaffold status; scaffold update"


def test_an_empty_repository_is_sent_to_where_one_is_made(tmp_path: Path) -> None:
    foreign.git(tmp_path, "init", "--quiet")
    with pytest.raises(ProjectError) as raised:
        run.adopt(tmp_path, {})
    assert raised.value.hint == "scaffold new my-service makes a new one"


@pytest.mark.skipif(
    shutil.which("sed") is None, reason="git submodule is a shell script, and sed is not installed"
)
@pytest.mark.programs  # `git submodule` is a script of the shell
def test_what_a_submodule_says_is_not_taken_for_the_service(maven: Path, tmp_path: Path) -> None:
    other = foreign.repository(
        tmp_path / "other",
        {"Dockerfile": "FROM node:24\nEXPOSE 9999\n", "k8s.yml": "kind: Deployment\n"},
    )
    foreign.git(maven, "rm", "--quiet", "Dockerfile")
    foreign.git(
        maven,
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        str(other),
        "third",
    )
    foreign.git(maven, "commit", "--quiet", "--message", "no image, and somebody else's code")
    made = run.adopt(maven, {}, scope=ALL, no_check=True)
    assert made is not None
    assert {
        place.path.parts[0]
        for one in (*made.proposal.there, *made.proposal.found)
        for place in one.places
    }.isdisjoint({"third"})
    assert (made.proposal.thing("image"), made.proposal.thing("manifests")) == (None, None)
    assert made.proposal.answers["runtime"] == "java"
    assert foreign.git(maven, "ls-tree", branch.NAME, "third") == foreign.git(
        maven, "ls-tree", "main", "third"
    )


def test_a_detached_checkout_is_adopted_from_where_it_stands(maven: Path) -> None:
    foreign.git(maven, "switch", "--quiet", "--detach")
    before = state(maven)
    made = run.adopt(maven, {}, scope=ALL, no_check=True)
    assert made is not None
    assert state(maven) == before
    assert foreign.git(maven, "rev-parse", f"{branch.NAME}^") == foreign.git(
        maven, "rev-parse", "HEAD"
    )
    assert foreign.git(maven, "rev-parse", "HEAD").startswith(made.current)


def test_line_ends_of_windows_stay_in_every_checkout(tmp_path: Path) -> None:
    root = foreign.repository(tmp_path / "orders", foreign.MAVEN)
    foreign.git(root, "config", "core.autocrlf", "false")
    for name in foreign.MAVEN:
        (root / name).write_bytes((root / name).read_bytes().replace(b"\n", b"\r\n"))
    foreign.git(root, "commit", "--quiet", "--all", "--message", "as Windows writes it")
    made = run.adopt(root, {}, scope=ALL, no_check=True)
    assert made is not None
    assert (made.proposal.answers["runtime_version"], made.proposal.answers["region"]) == (
        "17",
        "eu-west-1",
    )
    foreign.git(tmp_path, "clone", "--quiet", "--branch", branch.NAME, str(root), "again")
    assert foreign.git(tmp_path / "again", "status", "--porcelain") == ""
    for name in foreign.MAVEN:
        assert (tmp_path / "again" / name).read_bytes() == (root / name).read_bytes()


def test_several_services_are_adopted_one_by_one(tmp_path: Path) -> None:
    with pytest.raises(
        ProjectError, match="holds several services: packages/payments, packages/web"
    ):
        run.adopt(foreign.repository(tmp_path / "shop", foreign.MONOREPO), {})


def test_what_git_ignores_is_not_overwritten_when_the_branch_is_taken(tmp_path: Path) -> None:
    root = foreign.repository(
        tmp_path / "orders", {**foreign.MAVEN, ".gitignore": "mise.toml\nkind.yaml\n"}
    )
    (root / "mise.toml").write_text("# mine, and not committed\n")
    made = run.adopt(root, {}, scope=ALL, no_check=True)
    assert made is not None
    foreign.git(root, "switch", "--quiet", branch.NAME)
    assert (root / "mise.toml").read_text() == "# mine, and not committed\n"
    assert (root / "mise.toml.scaffold-new").is_file()
    assert (root / "kind.yaml").is_file()


def test_nothing_is_written_through_a_link_or_over_a_name_of_another_case(tmp_path: Path) -> None:
    root = foreign.repository(
        tmp_path / "orders", {**foreign.MAVEN, "changelog.md": "ours\n", "platform": "a file\n"}
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (root / "monitoring").symlink_to(elsewhere)
    foreign.git(root, "add", "--all")
    foreign.git(root, "commit", "--quiet", "--message", "a link")
    made = run.adopt(root, {}, scope=ALL, no_check=True)
    assert made is not None
    targets = {one.target for one in made.layout.files}
    assert not {target for target in targets if target.startswith(("monitoring/", "platform/"))}
    assert "CHANGELOG.md.scaffold-new" in targets
    assert any("another file is there" in note for note in made.notes)
    foreign.git(root, "switch", "--quiet", branch.NAME)
    assert [*elsewhere.iterdir()] == []


@pytest.mark.parametrize("link", [False, True])
def test_nothing_takes_the_place_of_a_file_or_a_link_that_is_called_app(
    maven: Path, link: bool
) -> None:
    (maven / "app").symlink_to("src") if link else (maven / "app").write_text("a program\n")
    foreign.git(maven, "add", "--all")
    foreign.git(maven, "commit", "--quiet", "--message", "app")
    made = run.adopt(maven, {}, scope=ALL, no_check=True)
    assert made is not None
    assert (
        foreign.git(maven, "ls-tree", branch.NAME, "app")
        == foreign.git(maven, "ls-tree", "main", "app")
        != ""
    )
    assert foreign.git(maven, "diff", "--name-only", "--diff-filter=a", "main", branch.NAME) == ""
    assert made.scripts == ()
    assert (
        "not written, because another file is there: app/build.sh, app/test.sh, app/run.sh"
        in made.notes
    )


def test_a_script_that_git_ignores_is_not_overwritten_when_the_branch_is_taken(
    tmp_path: Path,
) -> None:
    root = foreign.repository(tmp_path / "orders", {**foreign.MAVEN, ".gitignore": "app/\n"})
    (root / "app").mkdir()
    (root / "app/build.sh").write_text("mine\n")
    made = run.adopt(root, {}, scope=ALL, no_check=True)
    assert made is not None
    foreign.git(root, "switch", "--quiet", branch.NAME)
    assert (root / "app/build.sh").read_text() == "mine\n"
    assert made.scripts == ("app/test.sh", "app/run.sh")


def test_a_file_in_the_place_of_the_list_of_what_is_kept_is_named(maven: Path) -> None:
    (maven / ".scaffold").write_text("mine\n")
    foreign.git(maven, "add", "--all")
    foreign.git(maven, "commit", "--quiet", "--message", "mine")
    before = state(maven)
    with pytest.raises(ProjectError, match=r"something in the place of \.scaffold/adopted\.yml"):
        run.adopt(maven, {}, scope=ALL, no_check=True)
    assert (state(maven), _there(maven)) == (before, False)


def test_a_tree_in_which_something_would_change_is_not_made(
    maven: Path, toolchain: SystemToolchain
) -> None:
    repository = branch.opened(maven, toolchain)
    for name in ("pom.xml", "README.md/inside"):
        with pytest.raises(ProjectError, match="would not stay as it is; nothing was written"):
            branch.tree(repository, {name: maven / "CODEOWNERS"})


@pytest.mark.programs
def test_the_scripts_that_it_writes_run_from_anywhere_and_pass_shellcheck(
    team: Team, top: Path, toolchain: SystemToolchain
) -> None:
    if not shutil.which("bash") or not toolchain.find(SHELLCHECK):
        pytest.skip("bash or shellcheck is not installed")
    run.adopt(top / team.service, {}, scope=ALL, no_check=True)
    foreign.git(top, "switch", "--quiet", branch.NAME)
    scripts = [top / team.service / f"app/{name}.sh" for name in ("build", "test", "run")]
    for script in scripts:
        assert os.access(script, os.X_OK)
        subprocess.run(["bash", "-n", str(script)], check=True)
    done = toolchain.run(SHELLCHECK, "--norc", *map(str, scripts), timeout=60)
    assert (done.exit_code, done.stdout) == (0, "")


def test_the_command_says_what_it_found_and_what_to_type(
    maven: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["adopt", str(maven), "--everything", "--no-check"]) == 0
    said = capsys.readouterr().out
    for words in (
        f"order-service: found in {maven}\n",
        "  port             8081                   Dockerfile:8\n",
        "  beside    Dockerfile.scaffold-new\n",
        "  for yours app/build.sh\n",
        f"Next    cd {maven}      git switch scaffold/adopt ",
        f"Again   scaffold adopt {maven} --everything --service-name order-service ",
    ):
        assert words in said


def test_the_command_line_goes_before_a_variable_and_does_not_contradict_itself(
    maven: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCAFFOLD_CHAT", "teams")
    monkeypatch.setenv("SCAFFOLD_CLOUD", "azure")
    monkeypatch.setenv("SCAFFOLD_TEAM", "by-variable")
    given = ["--data", "cloud=none", "--team", "by-flag"]
    contradiction = [*given, "--data", "team=by-data"]
    assert cli.run(["adopt", str(maven), "--dry-run", *contradiction]) == ExitCode.USAGE
    capsys.readouterr()
    assert cli.run(["adopt", str(maven), "--dry-run", "--format", "json", *given]) == 0
    answers = json.loads(capsys.readouterr().out)["answers"]
    assert (answers["chat"], answers["cloud"], answers["team"]) == ("teams", "none", "by-flag")


VERSION = ("--runtime-version", "21")


def test_the_command_says_it_in_one_document(
    maven: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        cli.run(["adopt", str(maven), "--everything", "--no-check", "--format", "json", *VERSION])
        == 0
    )
    document = json.loads(capsys.readouterr().out)
    assert document["answers"]["runtime_version"] == "21"
    assert document["branch"] == branch.NAME
    assert {file["state"] for file in document["files"]} <= {str(fate) for fate in FileAction}
    version = next(one for one in document["found"] if one["name"] == "runtime_version")
    assert version["note"] == "given"


KILLING_GIT = """\
#!/bin/sh
# Git, which ends who called it at one call: POINT is "3 before" or "3 after".
call=0
[ ! -f "$CALLS" ] || read -r call <"$CALLS"
call=$((call + 1))
echo "$call" >"$CALLS"
[ "$call before" != "$POINT" ] || kill -9 "$PPID"
"$GIT" "$@"
code=$?
[ "$call after" != "$POINT" ] || kill -9 "$PPID"
exit "$code"
"""


def _has_members(group: int) -> bool:
    """Return whether a process of this group still runs."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def test_killed_at_any_moment_the_repository_is_as_before_or_the_branch_is_whole(
    tmp_path: Path,
) -> None:
    """SIGKILL at twenty points by chance: before and after calls of Git, which alone writes, and between them."""
    root = foreign.repository(tmp_path / "orders", foreign.MAVEN)
    argv = [sys.executable, "-m", "scaffolder", "adopt", str(root), "--no-check"]
    calls, program = tmp_path / "calls", tmp_path / "bin/git"
    program.parent.mkdir()
    program.write_text(KILLING_GIT)
    program.chmod(0o755)
    left_behind = tmp_path / "temporary"
    left_behind.mkdir()
    real = {"GIT": str(shutil.which("git")), "CALLS": str(calls), "TMPDIR": str(left_behind)}
    env = {**os.environ, **real, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}

    def killed(point: str, after: float | None = None) -> bool:
        """Whether a run from the start was ended at the point, or `after` that many seconds; it may have been over."""
        calls.unlink(missing_ok=True)
        foreign.git(root, "branch", "--quiet", "-D", branch.NAME) if _there(root) else None
        with subprocess.Popen(
            argv, env={**env, "POINT": point}, stdout=-3, stderr=-3, start_new_session=True
        ) as process:
            try:
                process.wait(after)
            except subprocess.TimeoutExpired:
                process.kill()
        # A Git that it had called may outlive it by a moment, and would meet the next run.
        deadline = time.monotonic() + 10
        while _has_members(process.pid) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert process.returncode in {0, -signal.SIGKILL}
        return process.returncode != 0

    before = state(root)
    started = time.monotonic()
    assert not killed("never")
    length = time.monotonic() - started
    whole = foreign.git(root, "rev-parse", f"{branch.NAME}^{{tree}}")
    number = int(calls.read_text())
    chance = random.Random(5)  # noqa: S311, the points need not be a secret
    points = [f"{call} {side}" for call in range(1, number + 1) for side in ("before", "after")]
    moments = [("never", chance.uniform(0.2, 0.9) * length) for _ in range(6)]
    left = set()
    at_calls = [*chance.sample(points[:-2], 12), *points[-2:]]
    for point, after in [*((point, None) for point in at_calls), *moments]:
        assert killed(point, after) or after is not None
        assert state(root) == before
        assert not [*(root / ".git").rglob("*.lock")]
        left.add(_there(root))
        if _there(root):
            assert foreign.git(root, "rev-parse", f"{branch.NAME}^{{tree}}") == whole
    assert left == {False, True}
    foreign.git(root, "fsck", "--strict", "--no-dangling")
    assert not killed("never")


def _there(root: Path) -> bool:
    done = subprocess.run(
        ["git", "show-ref", "--quiet", f"refs/heads/{branch.NAME}"], cwd=root, check=False
    )
    return done.returncode == 0


def test_errors_are_ours(tmp_path: Path) -> None:
    with pytest.raises(ScaffolderError):
        run.adopt(tmp_path / "absent", {})


def test_what_was_found_fits_what_is_written(tmp_path: Path) -> None:
    files = {
        **foreign.MAVEN,
        "infra/main.tf": 'provider "aws" {}\n',
        "chart/Chart.yaml": "name: order-service\n",
    }
    root = foreign.repository(tmp_path / "orders", files)
    made = run.adopt(root, {}, scope=ALL, no_check=True)
    assert made is not None
    targets = {one.target for one in made.layout.files}
    assert {target.split("/")[0] for target in targets if "main.tf" in target} == {
        "terraform.scaffold-new"
    }
    assert not {target for target in targets if target.startswith("helm/order-service/")}
    assert "helm/order-service.scaffold-new/values.yaml" in targets
    foreign.git(root, "switch", "--quiet", branch.NAME)
    assert 'CHART="chart"' in (root / "ci/settings.sh").read_text(encoding="utf-8")
    assert "\nport: 8081\n" in (root / "helm/order-service.scaffold-new/values.yaml").read_text(
        encoding="utf-8"
    )
    assert len([note for note in made.notes if "stays yours" in note]) == 2


def test_the_port_that_was_found_meets_no_other_on_the_machine_of_a_person(tmp_path: Path) -> None:
    files = {**foreign.MAVEN, "Dockerfile": "FROM eclipse-temurin:17-jre\nEXPOSE 3000\n"}
    root = foreign.repository(tmp_path / "orders", files)
    run.adopt(root, {}, scope=ALL, no_check=True)
    foreign.git(root, "switch", "--quiet", branch.NAME)
    composed = yaml.safe_load((root / "compose.yaml").read_text(encoding="utf-8"))["services"]
    published = {name: service.get("ports", []) for name, service in composed.items()}
    hosts = [port.rsplit(":", 1)[0] for some in published.values() for port in some]
    assert published["service"] == ["127.0.0.1:8080:3000"]
    assert len(hosts) == len(set(hosts)) > 2
    assert '"service:3000"' in (root / "compose.yaml").read_text(encoding="utf-8")
    container = (root / ".devcontainer/devcontainer.json").read_text(encoding="utf-8")
    assert '"forwardPorts": [3000]' in container


def test_what_stands_beside_a_folder_is_beside_it_whole(tmp_path: Path) -> None:
    files = {
        **foreign.MAVEN,
        "chart/Chart.yaml": "name: order-service\n",
        "monitoring/rules.yml": "groups: []\n",
    }
    made = run.adopt(foreign.repository(tmp_path / "orders", files), {}, scope=ALL, dry_run=True)
    assert made is not None
    beside = {
        one.target.partition(".scaffold-new/")[0]
        for one in made.layout.of(FileAction.BESIDE)
        if "new/" in one.target
    }
    assert beside == {"helm/order-service", "monitoring"}
    assert {"helm/order-service/", "monitoring/"} <= set(made.layout.kept)


def test_a_port_that_is_roots_does_not_go_into_a_chart_that_refuses_it(tmp_path: Path) -> None:
    files = {**foreign.MAVEN, "Dockerfile": "FROM eclipse-temurin:17-jre\nEXPOSE 80\n"}
    root = foreign.repository(tmp_path / "orders", files)
    made = run.adopt(root, {}, scope=ALL, no_check=True)
    assert made is not None
    assert any("listens on 80, which is for root" in note for note in made.notes)
    chart = "helm/order-service"
    values = yaml.safe_load(foreign.git(root, "show", f"{branch.NAME}:{chart}/values.yaml"))
    schema = json.loads(foreign.git(root, "show", f"{branch.NAME}:{chart}/values.schema.json"))[
        "properties"
    ]["port"]
    assert (values["port"], schema["minimum"]) == (ports.DEFAULT, ports.LOWEST)
