"""A project: which files it has, and what is read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.errors import ProjectError
from scaffolder.repository.project import Project


def write(root: Path, **files: str) -> Project:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Project(root)


def test_files_leave_out_what_tools_make(tmp_path: Path) -> None:
    project = write(
        tmp_path,
        **{"a.txt": "", "b/c.txt": "", ".git/HEAD": "", "build/x": "", "node_modules/y": ""},
    )
    assert project.files == (Path("a.txt"), Path("b/c.txt"))


@pytest.mark.parametrize(
    ("mark", "is_ours"),
    [("modules.txt", False), ("autoload.php", False), ("bundle/x", False), ("README.md", True)],
)
def test_modules_of_package_managers_are_not_ours(mark: str, is_ours: bool, tmp_path: Path) -> None:
    names = {"a.txt": "", f"test/e2e/vendor/{mark}": "", "test/e2e/vendor/k8s.io/a.sh": ""}
    project = write(tmp_path, **names)
    assert (Path("test/e2e/vendor/k8s.io/a.sh") in project.files) is is_ours


def test_a_folder_that_is_absent_or_empty_is_refused_with_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="is not a folder"):
        Project(tmp_path / "absent")
    with pytest.raises(ProjectError, match="holds no files"):
        Project(tmp_path)


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("Makefile", ["Makefile", "x/Makefile"]),
        ("*.tf", ["a.tf", "x/b.tf"]),
        ("*file", ["Makefile", "x/Makefile"]),
        ("a.t?", ["a.tf"]),
        ("[ab].tf", ["a.tf", "x/b.tf"]),
        ("x/*", ["x/Makefile", "x/b.tf"]),
        ("x*", ["x/Makefile", "x/b.tf"]),
        ("tf", []),
        (".tf", []),
        ("*", ["Makefile", "a.tf", "x/Makefile", "x/b.tf"]),
    ],
)
def test_matching_follows_shell_patterns(tmp_path: Path, pattern: str, names: list[str]) -> None:
    project = write(tmp_path, **{"a.tf": "", "Makefile": "", "x/b.tf": "", "x/Makefile": ""})
    assert project.matching(pattern) == tuple(map(Path, names))
    assert project.matching(pattern, "no-such-name") == tuple(map(Path, names))


def test_matching_takes_names_and_paths(tmp_path: Path) -> None:
    project = write(tmp_path, **{"a.tf": "", "x/b.tf": "", "x/c.md": ""})
    assert project.matching("*.tf") == (Path("a.tf"), Path("x/b.tf"))
    assert project.matching("x/*") == (Path("x/b.tf"), Path("x/c.md"))


def test_relative_understands_both_ways_of_naming_a_file(tmp_path: Path) -> None:
    project = write(tmp_path, a="")
    assert project.relative(str(tmp_path / "a")) == Path("a")
    assert project.relative("./x/../a") == Path("a")


def test_line_of_counts_from_one(tmp_path: Path) -> None:
    project = write(tmp_path, a="x\ny\n")
    assert project.line_of("a", "y") == 2
    assert project.line_of("a", "z") == 0


def test_once_computes_one_time_and_repeats_an_error(tmp_path: Path) -> None:
    project = write(tmp_path, a="")
    made: list[int] = []

    def fail() -> int:
        made.append(1)
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            project.once("x", fail)
    assert made == [1]


def test_a_value_whose_making_was_interrupted_is_made_by_the_next_who_asks(tmp_path: Path) -> None:
    project = write(tmp_path, a="")

    def interrupted() -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        project.once("x", interrupted)
    assert project.once("x", lambda: 1) == 1


def test_a_value_that_needs_itself_is_an_error_and_no_endless_wait(tmp_path: Path) -> None:
    project = write(tmp_path, a="")

    def circle() -> int:
        return project.once("x", lambda: 1)

    with pytest.raises(RuntimeError, match="computed from itself"):
        project.once("x", circle)


def test_answers_and_template_come_from_the_answers_file(tmp_path: Path) -> None:
    project = write(tmp_path, **{".copier-answers.yml": "_commit: v1.2.3\nservice_name: pay-api\n"})
    assert (project.name, project.template) == ("pay-api", "v1.2.3")


def test_a_repository_that_is_not_ours_is_called_like_its_folder(tmp_path: Path) -> None:
    project = write(tmp_path / "theirs", a="")
    assert (project.name, project.template, project.answers) == ("theirs", "", {})


def test_what_adopt_put_beside_a_file_is_no_part_of_the_service(tmp_path: Path) -> None:
    for name in (
        "Dockerfile",
        "Dockerfile.scaffold-new",
        "helm/pay.scaffold-new/Chart.yaml",
        "helm/pay/Chart.yaml",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x\n", encoding="utf-8")
    assert [file.as_posix() for file in Project(tmp_path).files] == [
        "Dockerfile",
        "helm/pay/Chart.yaml",
    ]


def test_an_adopted_repository_is_not_generated(tmp_path: Path) -> None:
    answers = "service_name: x\nruntime: go\n"
    (tmp_path / ".copier-answers.yml").write_text(answers, encoding="utf-8")
    assert Project(tmp_path).is_generated
    (tmp_path / ".scaffold").mkdir()
    (tmp_path / ".scaffold/adopted.yml").write_text("kept: [app/]\n", encoding="utf-8")
    assert not Project(tmp_path).is_generated
