"""Generated on one machine, updated on another: two installed wheels, two homes, and no network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest
from support import ROOT
from updating import PLAIN_COPIER, git

from scaffolder.errors import ExitCode
from scaffolder.template import releases

pytestmark = pytest.mark.xdist_group("wheel")  # builds, as the tests of the wheel do

NEXT = "99.0.0"


@dataclass(frozen=True)
class Machine:
    """A home, and the programs that its owner can call."""

    home: Path
    programs: Path

    def run(self, *argv: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        inherited = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("GIT_", "XDG_", "SCAFFOLD", "PYTHON"))
        }
        nowhere = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
        person = {
            f"GIT_{role}_{what}": "someone"
            for role in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        common = [
            place for place in os.get_exec_path() if not Path(place, "git-remote-scaffold").exists()
        ]
        path = os.pathsep.join([str(self.programs), *common])
        env = {**inherited, **nowhere, **person, "PATH": path, "HOME": str(self.home)}
        return subprocess.run(
            [*argv], cwd=cwd, env=env, capture_output=True, text=True, timeout=300
        )


def wheel(source: Path, folder: Path) -> Path:
    argv = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(folder),
        str(source),
    ]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


def machine(folder: Path, built: Path) -> Machine:
    """A machine with the wheel in an environment of its own; its dependencies are those of the tests."""
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv" / "bin" / "python"
    (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
    (packages / "dependencies.pth").write_text(
        sysconfig.get_path("purelib") + "\n", encoding="utf-8"
    )
    argv = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        str(built),
    ]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (folder / "home").mkdir()
    return Machine(folder / "home", folder / "venv" / "bin")


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> tuple[Machine, Machine]:
    """One with this checkout's wheel, and one with the wheel of the release after it."""
    folder = tmp_path_factory.mktemp("machines")
    source = folder / "source"
    for name in ("scaffolder", "tools", "templates", "docs"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    template = ("copier.yml", "versions.yml", "notes.yml", "presets.yml")
    for name in (*template, "pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, source / name)
    first = machine(folder / "first", wheel(source, folder / "first-wheel"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    news = "## Unreleased\n\n### Templates\n- A file that says hello.\n\n## 98.0.0 - 2026-01-01\n"
    (source / "CHANGELOG.md").write_text(
        changelog.replace("## Unreleased\n", news, 1), encoding="utf-8"
    )
    (source / "templates" / "hello.txt").write_text("hello\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "tools.release", NEXT], cwd=source, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return first, machine(folder / "second", wheel(source, folder / "second-wheel"))


@pytest.fixture
def edited(machines: tuple[Machine, Machine], tmp_path: Path) -> Path:
    """Provide a repository of the first machine with a line changed by hand."""
    first, _ = machines
    done = first.run(
        "scaffold", "new", "my-service", "--defaults", "--no-check", "--quiet", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    project = tmp_path / "my-service"
    with (project / "SECURITY.md").open("a", encoding="utf-8") as file:
        file.write("Mine.\n")
    git(project, "commit", "--quiet", "--all", "--message", "mine")
    return project


def test_a_newer_wheel_elsewhere_updates_and_an_older_one_says_what_to_type(
    machines: tuple[Machine, Machine], edited: Path, tmp_path: Path
) -> None:
    first, second = machines
    git(tmp_path, "clone", "--quiet", str(edited), "clone")
    clone = tmp_path / "clone"
    done = second.run(str(second.programs / "scaffold"), "update", cwd=clone)
    assert done.returncode == ExitCode.CLEAN, done.stderr
    assert f"my-service: {releases.newest().tag} to v{NEXT}" in done.stdout
    assert "A file that says hello." in done.stdout
    assert (clone / "hello.txt").is_file()
    assert (clone / "SECURITY.md").read_text(encoding="utf-8").endswith("Mine.\n")
    git(clone, "commit", "--quiet", "--all", "--message", "updated")

    behind = first.run("scaffold", "update", cwd=clone)
    assert behind.returncode == ExitCode.USAGE
    assert (
        f"scaffold: v{NEXT} is not among the releases of scaffold://templates.git" in behind.stderr
    )
    newer = f"first-wheel/devops_scaffolder-{NEXT}-py3-none-any.whl"
    assert '  try: pip install --upgrade "devops-scaffolder[tools] @ file:///' in behind.stderr
    assert f'{newer}"\n' in behind.stderr


@PLAIN_COPIER
@pytest.mark.long
def test_plain_copier_sees_the_newer_wheel_at_once(
    machines: tuple[Machine, Machine], edited: Path
) -> None:
    first, second = machines
    copier = [sys.executable, "-m", "copier"]
    assert "up-to-date" in first.run(*copier, "check-update", cwd=edited).stdout
    upgraded = Machine(first.home, second.programs)  # the same home, and with it Copier's cache
    assert NEXT in upgraded.run(*copier, "check-update", cwd=edited).stdout
    done = upgraded.run(*copier, "update", "--defaults", "--quiet", cwd=edited)
    assert done.returncode == 0, done.stderr
    assert (edited / "hello.txt").is_file()
    assert f"_commit: v{NEXT}\n" in (edited / ".copier-answers.yml").read_text(encoding="utf-8")


@PLAIN_COPIER
def test_copier_alone_updates_from_a_published_mirror(
    machines: tuple[Machine, Machine], edited: Path, tmp_path: Path
) -> None:
    first, second = machines
    host = tmp_path / "host.git"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(host))
    assert first.run("scaffold", "template", "publish", str(host), cwd=tmp_path).returncode == 0
    done = first.run("scaffold", "template", "use", str(host), cwd=edited)
    assert done.returncode == 0, done.stderr
    git(edited, "commit", "--quiet", "--all", "--message", "from our host")
    published = second.run("scaffold", "template", "publish", str(host), cwd=tmp_path)
    assert published.stdout.startswith(f"  v{NEXT} pushed to {host}\n"), published.stderr

    nothing_of_ours = Machine(tmp_path, tmp_path / "empty")
    assert nothing_of_ours.run("git", "remote-scaffold", cwd=tmp_path).returncode != 0
    done = nothing_of_ours.run(
        sys.executable, "-m", "copier", "update", "--defaults", "--quiet", cwd=edited
    )
    assert done.returncode == 0, done.stderr
    assert (edited / "hello.txt").is_file()
    assert (edited / "SECURITY.md").read_text(encoding="utf-8").endswith("Mine.\n")


@PLAIN_COPIER
def test_without_the_tool_the_record_says_what_to_install(
    machines: tuple[Machine, Machine], edited: Path, tmp_path: Path
) -> None:
    nothing_of_ours = Machine(tmp_path, tmp_path / "empty")
    done = nothing_of_ours.run(
        sys.executable, "-m", "copier", "update", "--defaults", "--quiet", cwd=edited
    )
    assert done.returncode != 0
    assert "remote-scaffold" in done.stderr
    assert "ci/scaffolder.sh install" in (edited / ".copier-answers.yml").read_text(
        encoding="utf-8"
    )
    assert git(edited, "status", "--short") == ""


def test_a_release_of_the_same_name_and_other_content_is_not_moved(
    machines: tuple[Machine, Machine], tmp_path: Path
) -> None:
    first, _ = machines
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "theirs")
    git(tmp_path / "theirs", "commit", "--quiet", "--allow-empty", "--message", "other")
    git(tmp_path / "theirs", "tag", releases.newest().tag)
    done = first.run("scaffold", "template", "publish", str(tmp_path / "theirs"), cwd=tmp_path)
    assert done.returncode == ExitCode.USAGE
    assert done.stderr == (
        f"scaffold: {tmp_path / 'theirs'} has another {releases.newest().tag}\n"
        "  try: a release never moves: give an empty repository\n"
    )
