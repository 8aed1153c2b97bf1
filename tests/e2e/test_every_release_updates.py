"""From every release, with every preset's answers, to the newest: what a fresh generation gives, with both engines."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from support import copier_alone
from updating import PLAIN_COPIER, contents, git, update

from scaffolder import answers, manifest, presets, render, store
from scaffolder.errors import ExitCode
from scaffolder.toolchain import SystemToolchain
from scaffolder.update.merge import Fate

OLD = [release.tag for release in store.releases()[:-1]]
PRESETS = [preset.name for preset in presets.every()]


def generated(tag: str, preset: str, folder: Path, toolchain: SystemToolchain) -> Path:
    """The repository that a release made of a preset, committed as `scaffold new` does it."""
    history = store.embedded(toolchain)
    given = answers.complete({"service_name": "my-service", **presets.named(preset).answers})
    render.write(manifest.origin(history, history.named(tag), toolchain), given, folder)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Generated")
    return folder


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, toolchain: SystemToolchain) -> dict[str, Path]:
    """What the newest release makes of each preset."""
    folder = tmp_path_factory.mktemp("fresh")
    return {preset: generated(store.newest().tag, preset, folder / preset, toolchain) for preset in PRESETS}


@pytest.mark.only_git
@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("tag", OLD)
def test_our_engine_gives_what_is_generated_now(
    tag: str, preset: str, tmp_path: Path, toolchain: SystemToolchain, fresh: dict[str, Path]
) -> None:
    project = generated(tag, preset, tmp_path / "my-service", toolchain)
    outcome = update(project)
    assert outcome.exit_code is ExitCode.CLEAN
    assert {change.fate for change in outcome.changes} <= {Fate.NEW, Fate.CLEAN, Fate.DELETED}
    assert contents(project) == contents(fresh[preset])


@copier_alone
@PLAIN_COPIER
@pytest.mark.parametrize(
    ("tag", "preset"),
    [
        pytest.param(tag, preset, marks=[] if (tag, preset) == (OLD[0], PRESETS[0]) else pytest.mark.matrix)
        for tag in OLD
        for preset in PRESETS
    ],
)
def test_plain_copier_gives_what_is_generated_now(
    tag: str, preset: str, tmp_path: Path, toolchain: SystemToolchain, fresh: dict[str, Path]
) -> None:
    project = generated(tag, preset, tmp_path / "my-service", toolchain)
    path = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
    argv = [sys.executable, "-m", "copier", "update", "--quiet", "--defaults"]
    done = subprocess.run(argv, cwd=project, env={**os.environ, "PATH": path}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert contents(project) == contents(fresh[preset])
    assert shutil.which("git-remote-scaffold", path=path)
