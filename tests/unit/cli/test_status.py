"""`scaffold status`: words, one document, exit codes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support import ROOT, Repository

from scaffolder import cli
from scaffolder.template import manifest, releases, render
from scaffolder.tools.toolchain import SystemToolchain


@pytest.fixture(scope="module")
def oldest(tmp_path_factory: pytest.TempPathFactory, toolchain: SystemToolchain) -> Path:
    """The repository that the oldest release makes with every default; not to be changed."""
    history = releases.embedded(toolchain)
    folder = tmp_path_factory.mktemp("oldest") / "my-service"
    render.write(
        manifest.origin(history, history.releases[0], toolchain),
        {"service_name": "my-service"},
        folder,
    )
    return folder


@pytest.fixture
def made(oldest: Path, tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(oldest, tmp_path / "my-service"))
    if shutil.which("git"):
        subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    return folder


def test_the_command_says_it_in_words(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (made / "Dockerfile").write_text("FROM scratch\n")
    (made / "notes.txt").write_text("ours\n")
    assert cli.run(["status", str(made), "--verbose"]) == 0
    said = capsys.readouterr().out
    newest, oldest = releases.newest(), releases.releases()[0]
    news = "the newest release" if newest == oldest else f"{newest.tag} is out"
    assert said.startswith(f"my-service: {oldest.tag}, {news}\n")
    assert "  edited    Dockerfile\n  unmanaged notes.txt\n" in said
    assert "1 edited; 1 unmanaged\n" in said
    assert ("Next    scaffold update --dry-run" in said) is (newest != oldest)


def test_the_command_says_it_in_one_document(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (made / "Dockerfile").unlink()
    expected = int(releases.newest() != releases.releases()[0])
    assert cli.run(["status", str(made), "--format", "json", "--exit-code"]) == expected
    document = json.loads(capsys.readouterr().out)
    assert document["deleted"] == ["Dockerfile"]
    assert document["edited"] == document["unmanaged"] == []
    page = (ROOT / "docs/status.md").read_text(encoding="utf-8")
    rows = [
        row for row in page[page.index("| key | holds |") :].splitlines() if row.startswith("| `")
    ]
    assert set(document) == {
        key for row in rows for key in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    assert (document["newest"], document["exit_code"]) == (releases.newest().tag, expected)


def test_edits_alone_are_no_reason_for_the_exit_code(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository()
    (root / "Dockerfile").unlink()
    assert cli.run(["status", str(root), "--exit-code"]) == 0
