"""The outcome of the template's files beside files with the same role under another name, or other needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.adopt import layout
from scaffolder.adopt.layout import FileAction, Layout


def laid(folder: Path, file: str, theirs: dict[str, str], *owned: str) -> Layout:
    rendered, root = folder / "rendered", folder / "root"
    for where, files in ((rendered, {file: "template\n"}), (root, theirs)):
        for name, text in files.items():
            (where / name).parent.mkdir(parents=True, exist_ok=True)
            (where / name).write_text(text, encoding="utf-8")
    root.mkdir(exist_ok=True)
    return layout.of(rendered, [Path(file)], root, [*theirs], owned)


@pytest.mark.parametrize(
    ("file", "theirs"),
    [
        ("compose.yaml", "docker-compose.yml"),
        ("CODEOWNERS", ".github/CODEOWNERS"),
        ("CODEOWNERS", "docs/CODEOWNERS"),
        ("renovate.json", ".github/renovate.json5"),
        ("renovate.json", ".renovaterc"),
        ("Makefile", "GNUmakefile"),
        (".yamllint.yaml", ".yamllint"),
        ("azure-pipelines.yml", "azure-pipelines.yaml"),
        ("README.md", "README.rst"),
        (".github/pull_request_template.md", "docs/PULL_REQUEST_TEMPLATE.md"),
    ],
)
def test_a_file_that_is_there_under_another_name_keeps_its_effect(
    tmp_path: Path, file: str, theirs: str
) -> None:
    found = laid(tmp_path, file, {theirs: "ours\n"})
    assert [(one.target, one.fate, one.yours) for one in found.files] == [
        (f"{file}.scaffold-new", FileAction.BESIDE, theirs)
    ]
    assert found.kept == (file,)


@pytest.mark.parametrize("file", ["Dockerfile", ".dockerignore"])
def test_what_belongs_to_the_templates_own_image_is_never_taken(tmp_path: Path, file: str) -> None:
    found = laid(tmp_path, file, {})
    assert [(one.target, one.fate) for one in found.files] == [
        (f"{file}.scaffold-new", FileAction.BESIDE)
    ]


def test_what_nothing_stands_for_is_new(tmp_path: Path) -> None:
    found = laid(tmp_path, "compose.yaml", {"docker/compose.yml": "ours\n"})
    assert [(one.target, one.fate, one.yours) for one in found.files] == [
        ("compose.yaml", FileAction.NEW, "")
    ]


def test_a_folder_of_the_repository_is_kept_for_answers_that_it_may_have_later(
    tmp_path: Path,
) -> None:
    found = laid(tmp_path, "README.md", {"terraform/main.tf": "ours\n"}, "terraform/")
    assert [one.fate for one in found.files] == [FileAction.NEW]
    assert found.kept == ("terraform/",)
