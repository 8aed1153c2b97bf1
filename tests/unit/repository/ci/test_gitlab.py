"""GitLab CI's meaning for a repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.ci import gitlab
from scaffolder.repository.ci.system import NamedFile
from scaffolder.repository.project import Project

FILE = ".gitlab-ci.yml"


def project(folder: Path, text: str) -> Project:
    return written(folder, {FILE: text})


def test_scripts_are_texts_or_lists_of_jobs_and_defaults(tmp_path: Path) -> None:
    text = "before_script: a\nlint:\n  script:\n    - b\n    - [c]\n  after_script: d\n"
    found = [(one.text, one.line) for one in gitlab.scripts(project(tmp_path, text), Path(FILE))]
    assert found == [("a", 1), ("b", 4), ("d", 6)]


@pytest.mark.parametrize(
    ("include", "files"),
    [
        ("ci/a.yml", [NamedFile(path=Path("ci/a.yml"), line=1)]),
        (
            "\n  - local: /ci/a.yml\n  - https://example.com/b.yml",
            [NamedFile(path=Path("ci/a.yml"), line=2)],
        ),
        ("{local: ci/*.yml}", []),
        ("{template: Jobs/SAST.gitlab-ci.yml}", []),
        ("$FILE", []),
        ("", []),
    ],
)
def test_the_files_that_are_included(tmp_path: Path, include: str, files: list[NamedFile]) -> None:
    assert list(gitlab.named_files(project(tmp_path, f"include: {include}\n"), Path(FILE))) == files


def test_variables_in_an_image_are_filled_in(tmp_path: Path) -> None:
    text = (
        "variables: {NODE: 22}\ntest:\n  image: {name: 'node:$NODE'}\nlint:\n  image: go:$OTHER\n"
    )
    found = [(one.name, one.line) for one in gitlab.set_ups(project(tmp_path, text), Path(FILE))]
    assert found[0] == ("node:22", 3)
    assert "$" in found[1][0]


def test_images_of_jobs_and_services(tmp_path: Path) -> None:
    text = "image: node:22\ntest:\n  services: [postgres:17, {name: 'redis:8'}]\n"
    found = [one.name for one in gitlab.images(project(tmp_path, text), Path(FILE))]
    assert found == ["node:22", "postgres:17", "redis:8"]


@pytest.mark.parametrize(
    ("file", "is_one"),
    [
        (".gitlab/agents/a/config.yaml", False),
        (".gitlab/route-map.yml", False),
        (".gitlab/ci/test.yml", True),
        ("agents/x.gitlab-ci.yml", True),
    ],
)
def test_settings_of_gitlab_are_no_pipelines(file: str, is_one: bool) -> None:
    assert gitlab.is_pipeline(Path(file)) is is_one
