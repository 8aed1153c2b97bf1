"""`scaffold explain FILE[:LINE]`: every generated file has an origin, and a line of it the line of a template."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from support import ROOT

from scaffolder import cli, origins
from scaffolder.errors import ExitCode, ProjectError
from scaffolder.project import Project

JAVA = ROOT / "examples" / "java-eks-github"


@pytest.fixture(autouse=True)
def in_a_generated_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(JAVA)


def test_a_sample_of_every_kind_of_file_has_an_origin() -> None:
    project = Project(JAVA)
    for file in project.files[::12]:
        assert origins.of(project, file).file == file


def test_a_file_says_its_template_its_condition_and_its_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["explain", "terraform/env/main.tf"]) == ExitCode.CLEAN
    first, because, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("terraform/env/main.tf comes from templates/terraform/[[ aws ]]/env/main.tf")
    assert because == "  there because  cloud == 'aws'"


def test_a_file_that_is_put_together_names_all_its_templates(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["explain", "Dockerfile", "--format", "json"]) == ExitCode.CLEAN
    said = json.loads(capsys.readouterr().out)
    assert said["templates"] == ["templates/Dockerfile.jinja", "templates/docker/java/Dockerfile"]
    assert said["conditions"] == []
    assert said["answers"]["runtime_version"] == "21"


def test_a_line_says_the_condition_around_it_and_the_answers_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Path("Dockerfile").read_text(encoding="utf-8").splitlines()
    number = lines.index("ARG JAVA_VERSION=21") + 1
    assert cli.run(["explain", f"Dockerfile:{number}"]) == ExitCode.CLEAN
    out = capsys.readouterr().out.splitlines()
    assert out[3].startswith(f"line {number} comes from templates/docker/java/Dockerfile:")
    assert out[5] == "  answers in it  runtime_version=21"
    lines = Path("mise.toml").read_text(encoding="utf-8").splitlines()
    number = next(at for at, line in enumerate(lines, 1) if line.startswith("actionlint ="))
    assert cli.run(["explain", f"mise.toml:{number}"]) == ExitCode.CLEAN
    assert "  there because  'github' in ci" in capsys.readouterr().out.splitlines()


def test_a_line_that_somebody_wrote_comes_from_no_template(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (".copier-answers.yml", "Dockerfile"):
        shutil.copy(JAVA / name, tmp_path / name)
    with (tmp_path / "Dockerfile").open("a", encoding="utf-8") as stream:
        stream.write("LABEL ours=yes\n")
    monkeypatch.chdir(tmp_path)
    last = len((tmp_path / "Dockerfile").read_text(encoding="utf-8").splitlines())
    assert cli.run(["explain", f"Dockerfile:{last}"]) == ExitCode.CLEAN
    assert f"line {last} comes from no line of a template" in capsys.readouterr().out


def test_what_has_no_origin_is_bad_usage_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli.run(["explain", "Dockerfile:9999"]) == ExitCode.USAGE
    assert "Dockerfile has" in capsys.readouterr().err
    assert cli.run(["explain", "Dockerfile:x"]) == ExitCode.USAGE
    (tmp_path / "mine.txt").write_text("x\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert cli.run(["explain", "mine.txt"]) == ExitCode.USAGE
    assert "was not generated" in capsys.readouterr().err
    shutil.copy(JAVA / ".copier-answers.yml", tmp_path)
    with pytest.raises(ProjectError, match=r"mine\.txt is not generated: somebody added it"):
        origins.of(Project(tmp_path), Path("mine.txt"))
