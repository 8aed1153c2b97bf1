"""Files that an older release wrote, beside the record of a newer one."""

from __future__ import annotations

from pathlib import Path

import pytest
from updating import Template, commit

from scaffolder.template import answers, manifest, releases
from scaffolder.template.merged_branches import Older
from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.update import older_files

LINES = "".join(f"line {number}\n" for number in range(1, 11))
NEW = LINES.replace("line 3\n", "new\n")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository at release 1.1.0, which was at 1.0.0 before, with all files as released."""
    template = Template.made(tmp_path / "template", {"a.txt": LINES, "b.txt": LINES})
    folder = template.generate(tmp_path / "project")
    template.release("1.1.0", {"a.txt": NEW, "new.txt": "new\n"})
    record = (folder / answers.FILE).read_text().replace("v1.0.0", "v1.1.0")
    commit(folder, {answers.FILE: record, "a.txt": NEW, "new.txt": "new\n"})
    return folder


def _found(
    project: Path, tools: SystemToolchain, *deleted: str, is_empty: bool = True
) -> Older | None:
    history = releases.at(str(project.parent / "template"), tools)
    release = history.releases[-1]
    record = answers.recorded(project)
    written = project.parent / "written"
    manifest.write(manifest.origin(history, release, tools), record.answers, written)
    return older_files.found(
        project,
        history,
        release,
        record,
        written=written,
        edited=["a.txt", "b.txt"],
        deleted=deleted,
        is_empty=is_empty,
        toolchain=tools,
    )


def test_a_file_as_the_older_release_writes_it_is_found(
    project: Path, tools: SystemToolchain
) -> None:
    commit(project, {"a.txt": LINES})
    found = _found(project, tools)
    assert found is not None
    assert (found.release.tag, found.files) == ("v1.0.0", ("a.txt",))


def test_a_file_of_the_older_release_may_have_the_line_ends_of_windows(
    project: Path, tools: SystemToolchain
) -> None:
    commit(project, {"a.txt": LINES.replace("\n", "\r\n")})
    found = _found(project, tools)
    assert found is not None
    assert found.files == ("a.txt",)


def test_a_deleted_file_that_never_came_is_found_beside_another(
    project: Path, tools: SystemToolchain
) -> None:
    template = Template(project.parent / "template")
    template.release("1.2.0", {"later.txt": "later\n"})
    record = (project / answers.FILE).read_text().replace("v1.1.0", "v1.2.0")
    commit(project, {answers.FILE: record, "a.txt": LINES})
    found = _found(project, tools, "later.txt", "new.txt")
    assert found is not None
    assert (found.release.tag, found.files) == ("v1.0.0", ("a.txt", "later.txt"))


@pytest.mark.parametrize(
    "files",
    [{}, {"a.txt": NEW.replace("\n", "\r\n")}, {"a.txt": LINES.replace("line 9\n", "mine\n")}],
    ids=["as released", "with other line ends", "edited"],
)
def test_other_files_are_of_no_older_release(
    files: dict[str, str], project: Path, tools: SystemToolchain
) -> None:
    commit(project, files)
    assert _found(project, tools) is None


def test_a_link_is_not_compared(project: Path, tools: SystemToolchain) -> None:
    (project / "a.txt").unlink()
    (project / "a.txt").symlink_to("b.txt")
    commit(project)
    assert _found(project, tools) is None


def test_an_update_with_changes_does_not_look_unless_a_merge_made_the_record(
    project: Path, tools: SystemToolchain
) -> None:
    commit(project, {"a.txt": LINES})
    assert _found(project, tools, is_empty=False) is None
