"""The weekly look for a new release of the template: its two scripts, run for real against a simulated host.

bash, make, git, jq and curl are real, and so are the repository that is pushed to and the HTTP server that answers for its
host. `uv`, which would install scaffolder, is a stand-in that installs a stand-in; at the end of this file it installs the
scaffolder of this checkout.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from support import ROOT, Repository

from scaffolder.cli import notes
from scaffolder.template import answers, manifest, releases, render
from scaffolder.template.notes import Note, Notes
from scaffolder.tools.toolchain import SystemToolchain

pytestmark = [
    pytest.mark.skipif(not shutil.which(program), reason=f"{program} is not installed")
    for program in ("bash", "jq", "curl", "git", "make")
]

SCAFFOLD = (
    f"#!{sys.executable} -IS\n"
    + """
import os, pathlib, re, subprocess, sys
command, news = sys.argv[1:], os.environ.get("NEWS", "")
if command == ["check"]:
    print("39 passed, 1 failed, 0 not checked")
    sys.exit(1)
if command == ["update", "--abort"]:
    sys.exit(subprocess.run(["git", "reset", "--quiet", "--hard"]).returncode)
if "--rehearse" in command:
    print(os.environ.get("REHEARSED", ""))
    sys.exit(0 if "REHEARSED" in os.environ else 2)
if news == "broken":
    sys.exit(4)
if news:
    answers = pathlib.Path(".copier-answers.yml")
    answers.write_text(re.sub(r"_commit: \\S+", "_commit: v99.0.0", answers.read_text()))
    with open("Makefile", "a") as makefile:
        makefile.write("# from the template\\n")
    pathlib.Path(".github/workflows/new.yml").parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(".github/workflows/new.yml").write_text("name: new\\n")
    print("v98.0.0 to v99.0.0: 1 new, 2 merged")
    print(os.environ.get("NOTES", ""), end="")
    print("\\nNext    git commit")
if news == "conflict":
    blob = subprocess.run(["git", "hash-object", "-w", "Makefile"], capture_output=True, text=True).stdout.strip()
    stages = "".join(f"100644 {blob} {stage}\\tMakefile\\n" for stage in (1, 2, 3))
    subprocess.run(["git", "update-index", "--index-info"], input=f"0 {'0' * 40}\\tMakefile\\n" + stages, text=True)
    sys.exit(1)
"""
)

OURS = f'#!/bin/sh\nexec {sys.executable} -m scaffolder "$@"\n'
"""The scaffolder of this checkout, as a program."""


def stand_in(scaffold: str) -> str:
    """A `uv` that notes in the home folder what it is to install, and puts `scaffold` into each new environment."""
    return (
        f"#!{sys.executable} -IS\n"
        + f"""
import os, pathlib, sys
if sys.argv[1] == "venv":
    program = pathlib.Path(sys.argv[-1], "bin", "scaffold")
    program.parent.mkdir(parents=True)
    program.write_text({scaffold!r})
    program.chmod(0o755)
else:
    with open(pathlib.Path(os.environ["HOME"], "installed"), "a") as installed:
        installed.write(pathlib.Path(sys.argv[-1]).read_text())
"""
    )


PINNED = f"devops-scaffolder[tools] @ git+https://git.example.com/platform/scaffolder@{'1f' * 20}"


@dataclass
class Site:
    """A clone of a repository, the bare one that its host keeps, and what the host was asked."""

    root: Path
    bare: Path
    env: dict[str, str]
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)

    def make(self, target: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", "--silent", target],
            cwd=self.root,
            env={**self.env, **variables},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def git(self, *arguments: str, folder: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder or self.root,
            env=self.env,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def fresh_checkout(self) -> None:
        """Make the second job's start: main, and the result of the first."""
        result = self.root.parent / "result"
        shutil.copytree(self.root / "build/template-update", result)
        self.git("reset", "--quiet", "--hard", "origin/main")
        self.git("clean", "--quiet", "-xdff")
        shutil.copytree(result, self.root / "build/template-update")

    @property
    def branches(self) -> set[str]:
        return set(
            self.git(
                "for-each-ref", "--format=%(refname:short)", "refs/heads", folder=self.bare
            ).split()
        )


@pytest.fixture
def system() -> str:
    """The host of the repository; tests that depend on it run on each."""
    return "github"


ON_EACH_HOST = pytest.mark.parametrize("system", ["github", "gitlab", "azure-devops"])


@pytest.fixture
def site(system: str, repository: Repository, tmp_path: Path) -> Iterator[Site]:
    root = repository(ci=[system])
    home, bare = tmp_path / "home", tmp_path / "bare.git"
    home.mkdir()
    (home / "bin").mkdir()
    (home / "bin/uv").write_text(stand_in(SCAFFOLD))
    (home / "bin/uv").chmod(0o755)
    asked: list[tuple[str, str, Any]] = []
    answers: dict[str, Any] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = urlsplit(self.path).path
            asked.append(
                (self.command, path, json.loads(body) if body else self.headers["Authorization"])
            )
            self.send_response(200)
            self.end_headers()
            self.wfile.write(
                json.dumps(answers.get(f"{self.command} {path.rsplit('/', 1)[-1]}", [])).encode()
            )

        do_POST = do_PATCH = do_GET  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    settings = (root / "ci/settings.sh").read_text(encoding="utf-8")
    if system == "azure-devops":
        (root / "ci/settings.sh").write_text(
            settings.replace("https://dev.azure.com", address), encoding="utf-8"
        )
    url = next(
        line
        for line in (root / "ci/settings.sh").read_text().splitlines()
        if line.startswith("REPOSITORY_URL=")
    )
    remote = url.split('"')[1] + ("" if system == "azure-devops" else ".git")
    (home / ".gitconfig").write_text(
        f'[url "{bare}"]\n  insteadOf = {remote}\n[user]\n  name = A\n  email = a@example.org\n'
    )
    env = {
        "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "GITHUB_API_URL": address,
    }
    made = Site(root=root, bare=bare, env=env, asked=asked, answers=answers)
    (root / "ci/scaffolder.txt").write_text(f"{PINNED}\n")
    made.git("init", "--quiet", "--initial-branch", "main")
    made.git("add", "--all")
    made.git("commit", "--quiet", "--message", "first")
    made.git("clone", "--quiet", "--bare", ".", str(bare))
    made.git("config", "receive.advertisePushOptions", "true", folder=bare)
    hook = bare / "hooks/pre-receive"
    hook.write_text('#!/bin/sh\nenv | grep ^GIT_PUSH_OPTION_ >"$GIT_DIR/options"\nexit 0\n')
    hook.chmod(0o755)
    made.git("remote", "add", "origin", str(bare))
    made.git("fetch", "--quiet", "origin")
    yield made
    server.shutdown()
    server.server_close()


def test_nothing_new_is_not_proposed_and_needs_no_token(site: Site) -> None:
    assert site.make("template-update").returncode == 0
    assert (site.root / "build/template-update/outcome").read_text() == "none\n"
    proposed = site.make("propose-update")
    assert (proposed.returncode, proposed.stderr) == (0, "the template has nothing new\n")
    assert site.branches == {"main"}


@ON_EACH_HOST
def test_a_release_becomes_a_branch_and_a_change_for_review(site: Site, system: str) -> None:
    site.answers.update(
        {
            "POST pulls": {"html_url": "https://github.com/pull/7"},
            "GET pullrequests": {"value": []},
            "POST pullrequests": {"pullRequestId": 7},
        }
    )
    updated = site.make("template-update", NEWS="yes")
    assert updated.returncode == 0, updated.stderr
    main = site.git("rev-parse", "main", folder=site.bare)
    site.fresh_checkout()
    proposed = site.make("propose-update", TEMPLATE_UPDATE_TOKEN="s3cret")
    assert proposed.returncode == 0, proposed.stderr
    assert site.branches == {"main", "template-update/v99.0.0"}
    assert site.git("rev-parse", "main", folder=site.bare) == main
    changed = site.git("diff", "--name-status", "main", "template-update/v99.0.0", folder=site.bare)
    assert changed.split() == [
        "M",
        ".copier-answers.yml",
        "A",
        ".github/workflows/new.yml",
        "M",
        "Makefile",
    ]
    assert "s3cret" not in updated.stderr + proposed.stderr + proposed.stdout
    assert (
        site.git("rev-parse", "HEAD"),
        site.git("status", "--short", "--untracked-files=no"),
    ) == (main, "")
    if system == "gitlab":
        assert "merge_request.create" in (site.bare / "options").read_text()
        return
    (method, path, body) = site.asked[-1]
    assert (method, path.rsplit("/", 1)[-1]) == (
        "POST",
        "pulls" if system == "github" else "pullrequests",
    )
    assert body["title"] == "Update the template to v99.0.0"
    text = body["body" if system == "github" else "description"]
    assert "v98.0.0 to v99.0.0: 1 new, 2 merged" in text
    assert "39 passed, 1 failed" in text


NOTE = Note(
    id="deployers-group",
    release="99.0.0",
    title="Deployers are a group",
    changes="The RoleBinding names a group.",
    do="1. `make plan`\n2. `make platform`\n\n    make deploy\n",
    undo="put the user back.",
)
"""The note of the stand-in's release, as this checkout prints it."""

MARKDOWN = """## Before you deploy

Do this from the branch of the update, before you merge it: a merge deploys
to dev.

### v99.0.0   Deployers are a group
The RoleBinding names a group.

**Do:**
1. `make plan`
2. `make platform`

    make deploy

**Undo:** put the user back.
"""


@pytest.mark.parametrize("news", ["yes", "conflict"])
def test_what_owners_do_before_they_deploy_is_a_section_of_the_proposal(
    news: str, site: Site
) -> None:
    site.answers.update(
        {"POST pulls": {"html_url": "https://github.com/pull/7"}, "POST issues": {"number": 3}}
    )
    printed = "".join(f"{line}\n" for line in notes.lines(Notes(entries=(NOTE,))))
    updated = site.make("template-update", NEWS=news, NOTES=printed)
    assert updated.returncode == 0, updated.stderr
    site.fresh_checkout()
    assert site.make("propose-update", TEMPLATE_UPDATE_TOKEN="s3cret").returncode == 0
    body = site.asked[-1][2]["body"]
    assert MARKDOWN in body
    assert body.count("Deployers are a group") == 1
    assert ("    v98.0.0 to v99.0.0" in body, "    Next    git commit\n" in body) == (
        (news == "yes"),
    ) * 2


REHEARSED = {
    "planned": [
        {"target": "environments/prod", "action": "update", "address": "aws_eks_cluster.this"},
        {"target": "environments/prod", "action": "replace", "address": "aws_vpc.this"},
    ],
    "errors": [],
    "not_rehearsed": ["shared: it needs a file"],
    "rehearsed": 4,
}


@pytest.mark.parametrize(
    ("given", "lines"),
    [
        (
            {"REHEARSED": json.dumps({"rehearsal": REHEARSED, "exit_code": 1})},
            """    DESTROY environments/prod: aws_vpc.this (replace)
    not rehearsed: shared: it needs a file
    update environments/prod: aws_eks_cluster.this
    rehearsed in 4 environments: 1 created or changed, 1 destroyed
""",
        ),
        ({"REHEARSED": json.dumps({"error": {"kind": "tool_missing"}})}, "    not rehearsed: "),
        ({}, "    not rehearsed: "),
    ],
    ids=["planned", "no Terraform", "an older scaffolder"],
)
def test_the_proposal_says_what_terraform_would_do(
    site: Site, given: dict[str, str], lines: str
) -> None:
    updated = site.make("template-update", NEWS="yes", **given)
    assert updated.returncode == 0, updated.stderr
    assert lines in (site.root / "build/template-update/body.md").read_text()
    assert len(site.git("worktree", "list").splitlines()) == 1


@pytest.mark.parametrize("system", ["gitlab"])
def test_a_merge_request_has_them_in_the_option_that_makes_it(site: Site) -> None:
    printed = "".join(f"{line}\n" for line in notes.lines(Notes(entries=(NOTE,))))
    site.make("template-update", NEWS="yes", NOTES=printed)
    site.fresh_checkout()
    proposed = site.make("propose-update", TEMPLATE_UPDATE_TOKEN="s3cret")
    assert proposed.returncode == 0, proposed.stderr
    (option,) = (
        line for line in (site.bare / "options").read_text().splitlines() if "description=" in line
    )
    assert MARKDOWN in option.replace("\\n", "\n")


@pytest.mark.parametrize(
    ("written", "harmless"),
    [
        ("/merge", "&#47;merge"),
        ("  /assign me", "  &#47;assign me"),
        ("see a/b, and /merge", "see a/b, and /merge"),
        (r"a\n/merge", r"a&#92;n/merge"),
        ("a\r/merge", "a/merge"),
        ("@all Closes #7 and !8", "&#64;all Closes &#35;7 and &#33;8"),
        (
            "`make pin X=git+https://h/x@v1` #1 `a@b #2`",
            "`make pin X=git+https://h/x@v1` &#35;1 `a@b #2`",
        ),
        ("` @all", "` &#64;all"),
        ("`a\n` @all `", "`a\n` &#64;all `"),
        ("``` @all ` x `", "``` &#64;all ` x `"),
        (r"\` @all \`", r"\` &#64;all \`"),
        ('<a x="`"> @all <a x="`">', '<a x="`"> &#64;all <a x="`">'),
    ],
)
def test_gitlab_takes_no_order_from_the_notes(tmp_path: Path, written: str, harmless: str) -> None:
    (tmp_path / "notes.md").write_text(f"{written}\n", newline="")
    host = ROOT / "templates/ci/[[ on_gitlab ]]/host.sh"
    script = 'REPOSITORY_URL=x; source "$0"; description notes.md'
    done = subprocess.run(
        ["bash", "-euc", script, str(host)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == harmless.replace("\n", "\\n") + "\\n"


def test_a_release_without_notes_has_no_such_section(site: Site) -> None:
    site.answers["POST pulls"] = {"html_url": "https://github.com/pull/7"}
    site.make("template-update", NEWS="yes")
    assert "Before you deploy" not in (site.root / "build/template-update/body.md").read_text()


def test_nothing_of_the_update_lies_beside_the_token(site: Site) -> None:
    """A tool of mise.toml is another version after an update, and the checkout decides which one runs."""
    site.answers["POST pulls"] = {"html_url": "https://github.com/pull/7"}
    jq = Path(site.env["HOME"]) / "bin/jq"
    jq.write_text(
        f'#!/bin/sh\ngrep -q "from the template" Makefile && exit 9\nexec {shutil.which("jq")} "$@"\n'
    )
    jq.chmod(0o755)
    site.make("template-update", NEWS="yes")
    site.fresh_checkout()
    proposed = site.make("propose-update", TEMPLATE_UPDATE_TOKEN="s3cret")
    assert proposed.returncode == 0, proposed.stderr
    assert "https://github.com/pull/7" in proposed.stderr


@ON_EACH_HOST
def test_a_branch_that_is_there_is_left_to_those_who_work_on_it(site: Site) -> None:
    site.answers.update(
        {"GET pulls": [{"html_url": "x"}], "GET pullrequests": {"value": [{"pullRequestId": 7}]}}
    )
    site.git("push", "--quiet", "origin", "main:refs/heads/template-update/v99.0.0")
    before = site.git("rev-parse", "template-update/v99.0.0", folder=site.bare)
    site.make("template-update", NEWS="yes")
    site.fresh_checkout()
    proposed = site.make("propose-update", TEMPLATE_UPDATE_TOKEN="s3cret")
    assert proposed.returncode == 0, proposed.stderr
    assert "is there already" in proposed.stderr
    assert site.git("rev-parse", "template-update/v99.0.0", folder=site.bare) == before
    assert [method for method, _, _ in site.asked] in ([], ["GET"])


def test_without_a_token_a_release_fails_with_what_to_do(site: Site) -> None:
    site.make("template-update", NEWS="yes")
    proposed = site.make("propose-update")
    assert proposed.returncode == 2
    assert "TEMPLATE_UPDATE_TOKEN is not set" in proposed.stderr
    assert "docs/living-with-the-template.md" in proposed.stderr
    assert site.branches == {"main"}


@ON_EACH_HOST
def test_a_conflict_tells_a_person_and_pushes_nothing(site: Site, system: str) -> None:
    site.answers["POST issues"] = {"number": 3}
    updated = site.make("template-update", NEWS="conflict")
    assert updated.returncode == 0, updated.stderr
    assert site.git("status", "--porcelain", "--untracked-files=no") == ""
    site.fresh_checkout()
    proposed = site.make("propose-update", TEMPLATE_UPDATE_TOKEN="s3cret")
    said = site.asked[-1][2]["body"] if system == "github" else proposed.stderr
    assert "    Makefile\n" in said
    assert "    build/scaffolder/bin/scaffold update " in said
    assert proposed.returncode == (0 if system == "github" else 2)
    assert site.branches == {"main"}


def test_a_scaffolder_that_fails_is_no_outcome(site: Site) -> None:
    updated = site.make("template-update", NEWS="broken")
    assert updated.returncode == 2
    assert "scaffold update ended with 4" in updated.stderr
    assert not (site.root / "build/template-update/outcome").exists()


def test_a_template_from_elsewhere_is_refused(site: Site) -> None:
    answers = site.root / ".copier-answers.yml"
    answers.write_text(
        answers.read_text().replace("scaffold://templates.git", "https://example.org/evil.git")
    )
    refused = site.make("template-update", NEWS="yes")
    assert "is not in TEMPLATE_SOURCES" in refused.stderr
    settings = site.root / "ci/settings.sh"
    settings.write_text(
        settings.read_text().replace('"scaffold://templates.git"', '"https://example.org/evil.git"')
    )
    refused = site.make("template-update", NEWS="yes")
    assert "merge a change of _src_path into main first" in refused.stderr
    assert not (Path(site.env["HOME"]) / "installed").exists()


def test_the_scaffolder_of_the_lock_is_installed_and_no_variable_names_another(site: Site) -> None:
    assert site.make("template-update", SCAFFOLDER_SPEC="scaffolder").returncode == 0
    assert (Path(site.env["HOME"]) / "installed").read_text() == f"{PINNED}\n"


def test_without_a_lock_nothing_is_installed_and_the_run_says_what_to_type(site: Site) -> None:
    (site.root / "ci/scaffolder.txt").unlink()
    done = site.make("template-update", NEWS="yes")
    assert done.returncode == 0, done.stderr
    assert "make pin SCAFFOLDER_FROM=git+https://" in done.stderr
    assert (site.root / "build/template-update/outcome").read_text() == "none\n"
    assert not (Path(site.env["HOME"]) / "installed").exists()
    assert site.make("propose-update").returncode == 0
    assert site.branches == {"main"}


def test_a_lock_that_leaves_something_open_fails_before_anything_runs(site: Site) -> None:
    (site.root / "ci/scaffolder.txt").write_text("scaffolder[tools]>=0.3.0\n")
    done = site.make("template-update", NEWS="yes")
    assert done.returncode == 2
    assert "ci/scaffolder.txt:1: scaffolder[tools]>=0.3.0: it has no hash" in done.stderr
    assert not (Path(site.env["HOME"]) / "installed").exists()
    assert not (site.root / "build/template-update/outcome").exists()


def test_dry_runs_say_what_they_would_do(site: Site) -> None:
    shown = site.make("template-update", DRY_RUN="1")
    assert (
        "+ ci/scaffolder.sh install build/scaffolder\n+ build/scaffolder/bin/scaffold update\n"
        in shown.stderr
    )
    assert site.make("propose-update", DRY_RUN="1").stderr.startswith(
        "+ propose build/template-update at "
    )
    assert not (site.root / "build").exists()


SCRIPTS = (
    "template-update.sh",
    "propose-update.sh",
    "scaffolder.sh",
    "host.sh",
    "prelude.sh",
    "settings.sh",
)


@pytest.fixture
def behind(site: Site, pristine: Repository, toolchain: SystemToolchain) -> Site:
    """The site at the oldest release, with today's scripts and the scaffolder of this checkout."""
    history = releases.embedded(toolchain)
    if history.releases[0] == history.newest:
        pytest.skip("there is one release only")
    given = answers.recorded(site.root).answers
    site.git("rm", "--quiet", "-r", ".")
    old = site.root.parent / "old"
    render.write(manifest.origin(history, history.releases[0], toolchain), given, old)
    shutil.copytree(old, site.root, dirs_exist_ok=True)
    (site.root / "ci").mkdir(exist_ok=True)
    for name in SCRIPTS:
        shutil.copy(pristine(ci=["github"]) / "ci" / name, site.root / "ci" / name)
    (site.root / "ci/scaffolder.txt").write_text(f"{PINNED}\n")
    site.git("add", "--all")
    site.git("commit", "--quiet", "--message", "behind")
    site.git("push", "--quiet", "origin", "main")
    (Path(site.env["HOME"]) / "bin/uv").write_text(stand_in(OURS))
    return site


@pytest.mark.long
def test_the_real_scaffolder_takes_the_newest_release_and_the_branch_is_what_it_generates(
    behind: Site, pristine: Repository
) -> None:
    updated = subprocess.run(
        ["ci/template-update.sh"], cwd=behind.root, env=behind.env, capture_output=True, text=True
    )
    assert updated.returncode == 0, updated.stderr
    assert (behind.root / "build/template-update/outcome").read_text() == "change\n"
    behind.fresh_checkout()
    behind.answers["POST pulls"] = {"html_url": "https://github.com/pull/7"}
    env = {**behind.env, "TEMPLATE_UPDATE_TOKEN": "s3cret"}
    proposed = subprocess.run(
        ["ci/propose-update.sh"], cwd=behind.root, env=env, capture_output=True, text=True
    )
    assert proposed.returncode == 0, proposed.stderr
    name = f"template-update/{releases.newest().tag}"
    fresh = pristine(ci=["github"])
    listed = behind.git("ls-tree", "-r", "--name-only", name, folder=behind.bare).splitlines()
    generated = {path.relative_to(fresh).as_posix() for path in fresh.rglob("*") if path.is_file()}
    assert set(listed) == generated | {"ci/scaffolder.txt"}
    for file in ("Makefile", ".copier-answers.yml", "mise.toml"):
        assert behind.git("show", f"{name}:{file}", folder=behind.bare) == (
            fresh / file
        ).read_text().rstrip("\n")
    body = behind.asked[-1][2]["body"]
    assert releases.newest().changes[0][:40] in body
    assert " passed, " in body
    told = "rehearsed in 5 environments: " if shutil.which("terraform") else "not rehearsed: "
    assert told in body


def test_a_conflict_of_the_real_scaffolder_is_taken_back_and_told(
    behind: Site, pristine: Repository
) -> None:
    fresh = (pristine(ci=["github"]) / "Makefile").read_text().splitlines()
    was = (behind.root / "Makefile").read_text().splitlines()
    changed = next(number for number, line in enumerate(was) if line not in fresh)
    was[changed] = "# somebody's own words"
    (behind.root / "Makefile").write_text("\n".join(was) + "\n")
    behind.git("commit", "--quiet", "--all", "--message", "ours")
    updated = subprocess.run(
        ["ci/template-update.sh"], cwd=behind.root, env=behind.env, capture_output=True, text=True
    )
    assert updated.returncode == 0, updated.stderr
    assert (behind.root / "build/template-update/outcome").read_text() == "conflict\n"
    assert (
        behind.root / "build/template-update/release"
    ).read_text() == f"{releases.newest().tag}\n"
    assert "    Makefile\n" in (behind.root / "build/template-update/body.md").read_text()
    assert behind.git("status", "--porcelain") == ""
