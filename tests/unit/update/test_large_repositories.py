"""`scaffold update` leaves alone what is the repository's own: it is not read, not fetched, and costs no memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from updating import Template, commit, fates, git, update

from scaffolder.errors import UpdateError
from scaffolder.update import run
from scaffolder.update.merge import FileAction

LINES = "".join(f"line {number}\n" for number in range(1, 31))


OURS, THEIRS = LINES.replace("line 2\n", "mine\n"), LINES.replace("line 18\n", "theirs\n")


MOST_MEMORY = 120 * 1024
"""KiB of the largest process of an update, whatever else the repository holds."""


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return Template.made(tmp_path / "template", {"a.txt": LINES, "b.txt": LINES})


def test_the_size_of_ones_own_files_costs_no_memory(template: Template, tmp_path: Path) -> None:
    project = template.generate(tmp_path / "project")
    for setting in ("core.looseCompression=0", "core.bigFileThreshold=1m"):
        git(project, "config", *setting.split("="))
    for name in ("one.bin", "two.bin"):
        with (project / name).open("wb") as stream:
            stream.truncate(150 * 2**20)
    commit(project, {"a.txt": OURS})
    template.release("1.1.0", {"a.txt": THEIRS})
    assert _largest_process(project) < MOST_MEMORY


def test_the_number_of_ones_own_files_costs_no_memory(template: Template, tmp_path: Path) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"a.txt": OURS, "own.txt": "own\n"})
    blob = git(project, "rev-parse", "HEAD:own.txt")
    # They are in the repository and, as in a sparse checkout, not on disk.
    names = [f"packages/p{number // 50}/f{number}.txt" for number in range(20_000)]
    entries = "".join(f"100644 {blob}\t{name}\n" for name in names)
    for arguments, text in (
        (("--index-info",), entries),
        (("--skip-worktree", "--stdin"), "".join(f"{name}\n" for name in names)),
    ):
        command = ["git", "-C", str(project), "update-index", *arguments]
        subprocess.run(command, input=text, text=True, check=True)
    git(project, "commit", "--quiet", "--message", "packages")
    template.release("1.1.0", {"a.txt": THEIRS})
    assert _largest_process(project) < MOST_MEMORY
    assert git(project, "show", ":a.txt") == OURS.replace("line 18\n", "theirs\n").strip()
    assert git(project, "status", "--short").splitlines() == [
        "M  .copier-answers.yml",
        "M  a.txt",
    ]


def _largest_process(project: Path) -> int:
    """Return the memory of the largest process of an update, in KiB."""
    code = (
        "import resource, subprocess, sys;"
        "subprocess.run([sys.executable, '-m', 'scaffolder', 'update', '--quiet', sys.argv[1]], check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(project)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.parametrize("windows", [False, True])
def test_the_number_of_processes_does_not_grow_with_the_files(
    windows: bool, tmp_path: Path
) -> None:
    counted = []
    for count in (3, 12):
        files = {f"f{number}.txt": LINES.replace("line", str(number)) for number in range(count)}
        template = Template.made(tmp_path / f"template{count}", files)
        project = template.generate(tmp_path / f"project{count}")
        mine = {name: text.replace(" 2\n", " mine\n", 1) for name, text in files.items()}
        commit(
            project,
            {name: text.replace("\n", "\r\n" if windows else "\n") for name, text in mine.items()},
        )
        template.release(
            "1.1.0", {name: text.replace(" 18\n", " theirs\n") for name, text in files.items()}
        )
        trace = tmp_path / f"trace{count}"
        update(project)  # fetches the releases, and notes which Git this is
        run.abort(project)
        argv = [sys.executable, "-m", "scaffolder", "update", "--format", "json", str(project)]
        env = {**os.environ, "GIT_TRACE": str(trace)}
        done = subprocess.run(argv, env=env, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)["summary"]["merged"] == count
        counted.append(trace.read_text(encoding="utf-8").count("trace: built-in"))
        if windows:
            text = (project / "f0.txt").read_bytes().decode()
            assert "\r\n0 theirs\r\n" in text
            assert text.count("\r\n") == text.count("\n") == 30
    of_the_host = 6  # a fetch and what it starts; the releases inside scaffolder need none
    assert counted == [21 + of_the_host] * 2


def _submodule(tmp_path: Path, project: Path, place: str) -> None:
    module = tmp_path / "module"
    git(tmp_path, "init", "--quiet", str(module))
    git(module, "commit", "--quiet", "--allow-empty", "--message", "module")
    # As `git submodule add` does it, which is a shell script: a bare machine has no shell tools.
    git(tmp_path, "clone", "--quiet", str(module), str(project / place))
    settings = f'[submodule "{place}"]\n\tpath = {place}\n\turl = {module}\n'
    (project / ".gitmodules").write_text(settings, encoding="utf-8")
    git(project, "-c", "advice.addEmbeddedRepo=false", "add", ".gitmodules", place)
    commit(project)


@pytest.mark.parametrize(("place", "file"), [("new.txt", "new.txt"), ("sub", "sub/new.txt")])
def test_a_file_that_comes_where_a_submodule_is_is_refused_by_name(
    place: str, file: str, template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    _submodule(tmp_path, project, place)
    template.release("1.1.0", {file: "new\n"})
    with pytest.raises(
        UpdateError, match=f"^{place} is a submodule here, and the template has {file}$"
    ):
        update(project)
    assert git(project, "status", "--short") == ""


def test_a_submodule_elsewhere_or_in_place_of_a_file_that_stays_is_no_obstacle(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"b.txt": None})
    _submodule(tmp_path, project, "b.txt")
    template.release("1.1.0", {"a.txt": THEIRS})
    assert fates(update(project)) == {"a.txt": FileAction.UPDATED}
    assert git(project, "ls-files", "--stage", "b.txt").startswith("160000")
