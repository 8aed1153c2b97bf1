"""`scaffold explain FILE[:LINE]`: every generated file has an origin, and a line of it the line of a template."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from support import ROOT
from updating import git, lay

from scaffolder import cli, explain
from scaffolder.errors import ExitCode, ProjectError
from scaffolder.repository.project import Project
from scaffolder.template import answers, releases, render
from scaffolder.template.render import Origin
from scaffolder.tools.toolchain import SystemToolchain

JAVA = ROOT / "examples" / "java-eks-github"


@pytest.fixture(autouse=True)
def in_a_generated_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(JAVA)


def test_a_sample_of_every_kind_of_file_has_an_origin() -> None:
    project = Project(JAVA)
    for file in project.files[::12]:
        assert explain.of(project, file).file == file


def test_a_file_says_its_template_its_condition_and_its_answers(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.run(["explain", "terraform/env/main.tf"]) == ExitCode.CLEAN
    first, because, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith(
        "terraform/env/main.tf comes from templates/[[ aws ]]/[[ dedicated ]]/terraform/env/main.tf"
    )
    assert because == (
        "  there because  cloud == 'aws' and cluster == 'dedicated' and runs_on == 'kubernetes'"
    )


def test_a_file_that_is_put_together_names_all_its_templates(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.run(["explain", ".devcontainer/Dockerfile", "--format", "json"]) == ExitCode.CLEAN
    said = json.loads(capsys.readouterr().out)
    assert said["templates"] == [
        "templates/.devcontainer/Dockerfile.jinja",
        "templates/[[ java ]]/_parts/devcontainer.Dockerfile.jinja",
    ]
    assert said["conditions"] == []
    assert said["answers"]["runtime_version"] == "21"


@pytest.mark.parametrize("environment", ["dev", "qa", "prod"])
def test_a_file_of_one_environment_comes_from_the_template_of_all(environment: str) -> None:
    origin = explain.of(Project(JAVA), Path(f"helm/my-service/values-{environment}.yaml"))
    assert "yield environment from environments" in origin.templates[0].name


def test_parts_that_are_included_in_a_loop_are_named_one_for_each_choice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = "terraform/shared/terraform.tfvars"
    assert cli.run(["explain", file, "--format", "json"]) == ExitCode.CLEAN
    assert json.loads(capsys.readouterr().out)["templates"] == [
        "templates/[[ aws ]]/terraform/shared/terraform.tfvars.jinja",
        "templates/[[ github ]]/_parts/[[ aws ]]/terraform.tfvars.jinja",
    ]


def test_a_line_of_a_part_is_there_because_of_the_folder_that_holds_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A condition of the whole file is not repeated: this one is there because of AWS."""
    file = Path("terraform/shared/terraform.tfvars")
    lines = file.read_text(encoding="utf-8").splitlines()
    number = next(at for at, line in enumerate(lines, 1) if "github = {" in line)
    assert cli.run(["explain", f"{file}:{number}"]) == ExitCode.CLEAN
    out = capsys.readouterr().out.splitlines()
    assert out[1] == "  there because  cloud == 'aws'"
    assert out[4] == "  there because  'github' in ci"


def test_what_is_computed_from_an_answer_is_told_by_the_answer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`cloud_facts` and its like are names of the template; the answer is what a person gave."""
    lines = Path("mise.toml").read_text(encoding="utf-8").splitlines()
    number = next(at for at, line in enumerate(lines, 1) if "from your system" in line)
    assert cli.run(["explain", f"mise.toml:{number}"]) == ExitCode.CLEAN
    assert "  answers in it  cloud=aws kind=service" in capsys.readouterr().out.splitlines()


def test_a_line_says_the_condition_around_it_and_the_answers_in_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = Path("Dockerfile").read_text(encoding="utf-8").splitlines()
    number = lines.index("ARG JAVA_VERSION=21") + 1
    assert cli.run(["explain", f"Dockerfile:{number}"]) == ExitCode.CLEAN
    out = capsys.readouterr().out.splitlines()
    assert out[3].startswith(f"line {number} comes from templates/[[ java ]]/Dockerfile.jinja:")
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
    assert f"line {last} matches no line of a template" in capsys.readouterr().out


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
    with pytest.raises(ProjectError, match=r"mine\.txt is not generated: it was added by hand"):
        explain.of(Project(tmp_path), Path("mine.txt"))


def test_the_templates_are_those_that_the_repository_was_made_from(
    toolchain: SystemToolchain,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A team's own release asks a question of its own, and has a file that ours has not."""
    ours, team = releases.embedded(toolchain), tmp_path / "team"
    git(tmp_path, "clone", "--quiet", str(ours.repository), str(team))
    asked = (team / "copier.yml").read_text(encoding="utf-8")
    tier = "---\ntier: {type: str, choices: [gold, silver], default: silver}\n"
    docker = "---\n!include templates/docker"
    lay(
        team,
        {
            "copier.yml": asked.replace(docker, f"{tier}{docker}", 1),
            "templates/PLATFORM.md.jinja": "Ask us.\n\nSupport: [[ tier ]]\n",
        },
    )
    git(team, "add", "--all")
    git(team, "commit", "--quiet", "--message", "v50.0.0")
    git(team, "tag", "v50.0.0")
    origin = Origin(folder=team, commit="v50.0.0", address=str(team))
    render.write(origin, answers.complete({"service_name": "my-service"}), tmp_path / "made")
    monkeypatch.chdir(tmp_path / "made")
    assert cli.run(["explain", "PLATFORM.md:3"]) == ExitCode.CLEAN
    assert capsys.readouterr().out.splitlines() == [
        "PLATFORM.md comes from templates/PLATFORM.md.jinja",
        "  there because  every repository has it",
        "  answers in it  tier=silver",
        "line 3 comes from templates/PLATFORM.md.jinja:3",
        "  there because  the file is",
        "  answers in it  tier=silver",
    ]
