"""Tags that are not what a release's tag is, as a rule: each is understood or passed over, and stops nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from updating import Template, git, update

from scaffolder.template import releases
from scaffolder.tools.toolchain import SystemToolchain


@pytest.fixture
def template(tmp_path: Path) -> Template:
    """A template with v1.0.0 and v1.1.0, whose commits have bodies."""
    template = Template.made(tmp_path / "template", {"a.txt": "a\n"})
    template.release("1.1.0", {"a.txt": "b\n"})
    git(
        template.folder,
        "commit",
        "--quiet",
        "--allow-empty",
        "--message",
        "next",
        "--message",
        "- a change",
    )
    return template


def tags(template: Template, toolchain: SystemToolchain) -> dict[str, releases.Release]:
    return {
        release.tag: release for release in releases.at(str(template.folder), toolchain).releases
    }


@pytest.mark.parametrize("levels", [1, 2, 4])
def test_a_tag_of_a_tag_is_the_release_that_it_leads_to(
    levels: int, template: Template, toolchain: SystemToolchain, tmp_path: Path
) -> None:
    target = "HEAD"
    for level in range(levels):
        name = "v1.2.0" if level == levels - 1 else f"level-{level}"
        git(template.folder, "tag", "--annotate", "--message", name, name, target)
        target = name
    project = tmp_path / "project"
    git(template.folder, "checkout", "--quiet", "v1.0.0")
    template.generate(project)
    found = tags(template, toolchain)["v1.2.0"]
    assert found.tree == git(template.folder, "rev-parse", "v1.2.0^{tree}")
    assert found.changes == ("a change",)
    assert update(project).new.tag == "v1.2.0"


@pytest.mark.parametrize("what", ["HEAD:copier.yml", "HEAD^{tree}"], ids=["blob", "tree"])
@pytest.mark.parametrize("annotated", [0, 1, 2])
def test_a_tag_that_leads_to_no_commit_is_passed_over(
    what: str, annotated: int, template: Template, toolchain: SystemToolchain
) -> None:
    target = git(template.folder, "rev-parse", what)
    for level in range(annotated):
        name = "v1.2.0" if level == annotated - 1 else f"level-{level}"
        git(template.folder, "tag", "--annotate", "--message", name, name, target)
        target = name
    if not annotated:
        git(template.folder, "tag", "v1.2.0", target)
    assert list(tags(template, toolchain)) == ["v1.0.0", "v1.1.0"]


@pytest.mark.parametrize(
    "text", [b"\x01", b"\x02\x01\x1e", b"\xff\xfe", b"\r\n", b"%00%01", b"\n\n\n"], ids=repr
)
@pytest.mark.parametrize("kind", ["commit", "tag"])
def test_no_message_hides_a_release(
    text: bytes, kind: str, template: Template, toolchain: SystemToolchain, tmp_path: Path
) -> None:
    message = tmp_path / "message"
    message.write_bytes(b"v1.2.0 " + text + b"\n\n- one" + text + b"\n- two\n")
    if kind == "commit":
        git(
            template.folder,
            "commit",
            "--quiet",
            "--allow-empty",
            "--cleanup=verbatim",
            "--file",
            str(message),
        )
        git(template.folder, "tag", "v1.2.0")
    else:
        git(
            template.folder,
            "tag",
            "--annotate",
            "--cleanup=verbatim",
            "--file",
            str(message),
            "v1.2.0",
        )
    found = tags(template, toolchain)
    assert list(found) == ["v1.0.0", "v1.1.0", "v1.2.0"]
    assert found["v1.2.0"].changes[-1] == "two" or kind == "tag"


def test_a_nul_in_a_message_hides_no_release(
    template: Template, toolchain: SystemToolchain
) -> None:
    commit = git(template.folder, "cat-file", "commit", "HEAD").encode() + b"\n\n- one\0- two\n"
    argv = [
        "git",
        "-C",
        str(template.folder),
        "hash-object",
        "-t",
        "commit",
        "-w",
        "--literally",
        "--stdin",
    ]
    made = (
        subprocess.run(argv, input=commit, capture_output=True, check=True).stdout.decode().strip()
    )
    git(template.folder, "tag", "v1.2.0", made)
    assert list(tags(template, toolchain)) == ["v1.0.0", "v1.1.0", "v1.2.0"]
