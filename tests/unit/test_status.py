"""The state of a repository: nothing is called edited that was not, and everything that was is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from updating import commit, git

from scaffolder import cli, status
from scaffolder.errors import AnswersError, ProjectError, StoreError
from scaffolder.template import keep_list, manifest, releases, render
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


def test_an_untouched_repository_is_as_generated(made: Path, toolchain: SystemToolchain) -> None:
    found = status.of(made, toolchain)
    assert (found.name, found.release) == ("my-service", releases.releases()[0])
    assert found.newer == releases.releases()[1:]
    assert (found.edited, found.deleted, found.kept, found.unmanaged) == ((), (), (), ())
    assert found.generated == sum(
        1 for path in made.rglob("*") if path.is_file() and ".git" not in path.parts
    )


def test_what_people_did_is_told_apart(made: Path, toolchain: SystemToolchain) -> None:
    (made / "Dockerfile").write_text("FROM scratch\n")
    (made / "ci/build.sh").chmod(0o644)
    (made / "docs/architecture.md").unlink()
    (made / "README.md").write_bytes((made / "README.md").read_bytes().replace(b"\n", b"\r\n"))
    (made / "notes.txt").write_text("ours\n")
    (made / "build").mkdir()
    (made / "build/digest").write_text("ignored\n")
    found = status.of(made, toolchain)
    assert found.edited == ("Dockerfile", "ci/build.sh")
    assert found.deleted == ("docs/architecture.md",)
    assert found.unmanaged == ("notes.txt",)


def test_a_link_in_the_place_of_a_file_is_an_edit_and_a_folder_a_deletion(
    made: Path, toolchain: SystemToolchain
) -> None:
    for name in ("Dockerfile", "README.md"):
        (made / name).unlink()
    (made / "Dockerfile").symlink_to("Makefile")
    (made / "README.md").mkdir()
    found = status.of(made, toolchain)
    assert (found.edited, found.deleted) == (("Dockerfile",), ("README.md",))


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_what_a_sparse_checkout_leaves_out_is_not_deleted(
    made: Path, toolchain: SystemToolchain
) -> None:
    (made / "docs/architecture.md").write_text("ours\n")
    (made / "docs/oncall.md").unlink()
    (made / "docs/ours.md").write_text("ours\n")
    commit(made)
    git(made, "sparse-checkout", "set", "app", "helm")
    assert not (made / "docs").exists()
    found = status.of(made, toolchain)
    assert (found.edited, found.deleted) == (("docs/architecture.md",), ("docs/oncall.md",))


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_file_system_without_modes_is_no_edit(made: Path, toolchain: SystemToolchain) -> None:
    (made / "ci/push.sh").chmod(0o644)
    commit(made)
    git(made, "config", "core.fileMode", "false")
    for path in made.rglob("*"):
        if path.is_file() and ".git" not in path.relative_to(made).parts:
            path.chmod(0o755)
    assert status.of(made, toolchain).edited == ("ci/push.sh",)


def test_what_was_there_before_the_template_is_kept_and_no_edit(
    made: Path, toolchain: SystemToolchain
) -> None:
    (made / "Dockerfile").write_text("FROM scratch\n")
    (made / keep_list.FILE).write_text(keep_list.text(["Dockerfile", "gone-from-the-template.txt"]))
    found = status.of(made, toolchain)
    assert (found.kept, found.edited) == (("Dockerfile",), ())
    assert found.unmanaged == (keep_list.FILE.as_posix(),)


def test_a_folder_that_is_kept_is_one_line_and_none_of_its_files_is_claimed_to_be_there(
    made: Path, toolchain: SystemToolchain, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(made / "app")
    (made / keep_list.FILE).write_text(keep_list.text(["app/", "Dockerfile"]))
    found = status.of(made, toolchain)
    assert (found.kept, found.deleted) == (("Dockerfile", "app/"), ())
    assert cli.run(["status", str(made)]) == 0
    said = capsys.readouterr().out
    assert [line.split()[1] for line in said.splitlines() if line.startswith("  kept")] == [
        "Dockerfile",
        "app/",
    ]
    assert (
        f"{found.generated - found.not_taken} as generated, {found.not_taken} left out for yours;"
        in said
    )
    assert found.not_taken > 2


@pytest.mark.parametrize("content", ["kept: Dockerfile\n", "- Dockerfile\n", "kept: [\n"])
def test_a_list_of_kept_files_that_is_none_is_refused(
    made: Path, toolchain: SystemToolchain, content: str
) -> None:
    (made / keep_list.FILE).write_text(content)
    with pytest.raises(AnswersError, match=r"adopted\.yml"):
        status.of(made, toolchain)


def test_an_empty_list_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / ".scaffold").mkdir()
    (tmp_path / keep_list.FILE).write_text("# all handed over\n")
    assert keep_list.kept(tmp_path) == keep_list.Kept()


def test_a_repository_of_somebody_else_is_refused(
    tmp_path: Path, toolchain: SystemToolchain
) -> None:
    with pytest.raises(ProjectError, match=r"has no \.copier-answers\.yml"):
        status.of(tmp_path, toolchain)


def test_a_release_from_the_future_names_what_to_upgrade(
    made: Path, toolchain: SystemToolchain
) -> None:
    answers = made / ".copier-answers.yml"
    answers.write_text(
        answers.read_text().replace(f"_commit: {releases.releases()[0].tag}", "_commit: v99.0.0")
    )
    with pytest.raises(StoreError) as raised:
        status.of(made, toolchain)
    assert "99.0.0" in raised.value.hint


def test_the_second_time_nothing_is_rendered(
    made: Path, toolchain: SystemToolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = status.of(made, toolchain)
    monkeypatch.setattr(render, "write", lambda *arguments: pytest.fail("it rendered again"))
    assert status.of(made, toolchain) == first
