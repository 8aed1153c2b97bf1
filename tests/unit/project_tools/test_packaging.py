"""The package's metadata, its release, and its installation."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import ROOT

from scaffolder import __version__
from tools import installs, pythons

WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def workflow() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    return content


def steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = job["steps"]
    return found


def test_the_metadata_lead_to_files_that_exist() -> None:
    urls = PROJECT["urls"]
    assert {"Homepage", "Documentation", "Changelog", "Issues", "Security"} <= urls.keys()
    for url in urls.values():
        assert url.startswith("https://git.example.com/platform/scaffolder")
        if "/blob/main/" in url:
            assert (ROOT / url.partition("/blob/main/")[2]).is_file()


def test_every_supported_python_is_one_that_make_pythons_tries() -> None:
    assert pythons.supported() == ["3.11", "3.12", "3.13", "3.14"]
    assert PROJECT["requires-python"] == f">={pythons.supported()[0]}"


def test_the_interpreter_that_runs_is_found_and_one_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    shim = tmp_path / f"python{here}"
    shim.write_text("#!/bin/sh\nexit 127\n")  # as pyenv leaves one for versions that are not on
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    folder = tmp_path / "pyenv" / "versions" / f"{here}.99" / "bin"
    folder.mkdir(parents=True)
    (folder / "python").symlink_to(sys.executable)
    assert pythons.interpreter(here) == str(folder / "python")
    assert pythons.interpreter("3.99") is None


def test_only_named_jobs_have_rights_and_no_secret_is_stored() -> None:
    jobs = workflow()["jobs"]
    assert workflow()["permissions"] == {}
    signing = {name for name, job in jobs.items() if job["permissions"].get("id-token")}
    assert signing == {"attest", "index"}
    writing = {name for name, job in jobs.items() if job["permissions"].get("contents") == "write"}
    assert writing == {"github"}
    assert "secrets." not in WORKFLOW.read_text(encoding="utf-8")
    assert jobs["index"]["environment"] == "release"
    build = jobs["build"]
    assert build["permissions"] == {"contents": "read"}
    assert all(job["timeout-minutes"] <= 20 for job in jobs.values())


def test_actions_are_pinned_as_the_templates_pin_them() -> None:
    pinned = yaml.safe_load((ROOT / "versions.yml").read_text(encoding="utf-8"))
    table = pinned["versions"]["default"]["actions"]
    used = re.findall(r"uses: (\S+)@(\S+) # (\S+)", WORKFLOW.read_text(encoding="utf-8"))
    assert len(used) == WORKFLOW.read_text(encoding="utf-8").count("uses:")
    for action, commit, version in used:
        assert re.fullmatch(r"[0-9a-f]{40}", commit)
        if action in table:
            assert (commit, version) == (table[action]["sha"], table[action]["version"])


def test_what_is_published_is_what_was_attested_and_the_tag_is_the_version() -> None:
    jobs = workflow()["jobs"]
    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "build": None,
        "attest": "build",
        "github": "attest",
        "index": "attest",
    }
    runs = [step.get("run", "") for step in steps(jobs["build"])]
    assert any('test "$TAG" = "v$(.venv/bin/hatchling version)"' in run for run in runs)
    assert not any("build" in step.get("run", "") for step in steps(jobs["index"]))


@pytest.mark.programs
@pytest.mark.parametrize("argv", [["actionlint"], ["zizmor", "--offline", "--quiet"]])
def test_the_linters_of_workflows_find_nothing(argv: list[str]) -> None:
    beside = Path(sys.executable).with_name(argv[0])
    program = str(beside) if beside.exists() else shutil.which(argv[0])
    if program is None:
        pytest.skip(f"{argv[0]} is not installed")
    done = subprocess.run([program, *argv[1:], str(WORKFLOW)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_commands_of_the_page_are_those_that_are_measured() -> None:
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    assert installs.commands(page) == [way.typed for way in installs.WAYS]
    assert installs.START in page


def test_rows_are_filled_between_the_marks_alone() -> None:
    way = installs.WAYS[2]
    rows = installs.table([installs.Measured(way=way, seconds=12.4, size=640)], 210)
    page = f"before\n{installs.START}old\n{installs.END}\nafter\n"
    filled = installs.filled(page, rows)
    assert filled.startswith(f"before\n{installs.START}| from |")
    assert filled.endswith(f"{installs.END}\nafter\n")
    assert f'[tools]=={__version__}"` | 640 MiB | 12 s |' in filled
    assert installs.commands(filled) == [way.typed for way in installs.WAYS]
    assert filled.count("| not measured | - |") == len(installs.WAYS) - 1
    other = installs.Measured(way=installs.WAYS[3], seconds=3, size=7)
    again = installs.filled(filled, installs.table([other], 210, before=filled))
    assert again.count("| 640 MiB | 12 s |") == again.count("| 7 MiB | 3 s |") == 1


@pytest.mark.parametrize(
    "page", ["SECURITY.md", "docs/release-policy.md", "docs/install.md", "docs/company-network.md"]
)
def test_links_of_the_pages_lead_somewhere(page: str) -> None:
    file = ROOT / page
    for target in re.findall(r"\]\(([^)#]+)", file.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (file.parent / target).exists(), target
