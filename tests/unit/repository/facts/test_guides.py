"""Lines of pages that tell how to work on a repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.guides import lines

IMAGE = {"Dockerfile": "FROM scratch\n"}


def test_lines_are_prose_or_shell(tmp_path: Path) -> None:
    page = "# Shop\n\nNeeds Java 21.\n\n```sh\nmake test\n```\n"
    found = lines(written(tmp_path, {**IMAGE, "README.md": page}))
    kinds = {one.text.strip(): (one.kind, one.place.line) for one in found}
    assert kinds["Needs Java 21."] == ("prose", 3)
    assert kinds["make test"] == ("shell", 6)


def test_an_entry_of_a_list_is_introduced_by_its_heading(tmp_path: Path) -> None:
    page = "# Shop\n\n## Requirements\n\nYou need:\n\n- Java 21\n"
    (entry,) = [
        one for one in lines(written(tmp_path, {**IMAGE, "README.md": page})) if "Java" in one.text
    ]
    assert "Requirements" in entry.introduced
    assert "You need:" in entry.introduced


@pytest.mark.parametrize(
    "heading", ["Changelog", "Migration to 2.0", "Supported versions", "Troubleshooting"]
)
def test_sections_about_other_times_are_left_out(heading: str, tmp_path: Path) -> None:
    page = f"# Shop\n\n## {heading}\n\nNeeds Java 8.\n\n## Build\n\nNeeds Java 21.\n"
    found = [one.text for one in lines(written(tmp_path, {**IMAGE, "README.md": page}))]
    assert any("Java 21" in text for text in found)
    assert not any("Java 8" in text for text in found)


@pytest.mark.parametrize(
    ("heading", "link", "is_read"),
    [
        ("Kubeflow repo (under centraldashboard)", "https://github.com/kubeflow/kubeflow", False),
        ("The dashboard repository", "https://gitlab.com/team/web/dashboard.git", False),
        ("Clone the repo", "https://github.com/kubeflow/kubeflow", True),
        ("Our repository", "https://github.com/team/shop", True),
        ("Kubeflow repo", "https://kubeflow.example.com", True),
    ],
)
def test_steps_in_another_repository_are_left_out(
    heading: str, link: str, is_read: bool, tmp_path: Path
) -> None:
    page = f"# Shop\n\nSee [it]({link}).\n\n## {heading}\n\n```sh\nnpm run dev\n```\n"
    found = [one.text for one in lines(written(tmp_path, {**IMAGE, "README.md": page}))]
    assert any("npm run dev" in text for text in found) == is_read


def test_a_page_is_about_the_service_of_its_folder(tmp_path: Path) -> None:
    files = {
        "a/Dockerfile": "FROM scratch\n",
        "b/Dockerfile": "FROM scratch\n",
        "a/README.md": "Needs Java 21.\n",
    }
    (one,) = [one for one in lines(written(tmp_path, files)) if "Java" in one.text]
    assert one.service == Path("a")
