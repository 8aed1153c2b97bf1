"""`scaffold new --template`: from a Git host of one's own, at a release, with its questions."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from updating import Template, git, lay

from scaffolder import cli
from scaffolder.errors import ExitCode
from scaffolder.template import answers, named_template

QUESTIONS = (
    "service_name: {type: str}\n"
    "size: {type: str, choices: [small, large], default: small}\n"
    "region: {type: str, default: here}\n"
    "public: {type: bool, default: false}\n"
    "team: {type: str, default: '[[ service_name ]]-team'}\n"
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    files = {
        "README.md.jinja": "[[ service_name ]] [[ size ]] [[ region ]] [[ public ]] [[ team ]]\n"
    }
    made = Template.made(tmp_path_factory.mktemp("own") / "template", files, QUESTIONS)
    made.release("1.1.0", {"new.txt": "new\n"}, QUESTIONS)
    return made


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "config.toml"
    monkeypatch.setenv("SCAFFOLD_CONFIG", str(file))
    return file


def made(tmp_path: Path, spec: object, *more: str) -> Path:
    """Return a repository from the template, in a folder outside Git."""
    command = ["new", "pay", "--template", str(spec), "-o", str(tmp_path / "out"), "--no-check"]
    assert cli.run([*command, *more]) == ExitCode.CLEAN
    return tmp_path / "out" / "pay"


def readme(project: Path) -> str:
    return (project / "README.md").read_text(encoding="utf-8").strip()


@pytest.mark.parametrize(
    ("spec", "split"),
    [
        ("https://h/x.git", ("https://h/x.git", "")),
        ("https://h/x.git@v1.0.0", ("https://h/x.git", "v1.0.0")),
        ("https://user@h/x.git", ("https://user@h/x.git", "")),
        ("ssh://git@h/x.git", ("ssh://git@h/x.git", "")),
        ("ssh://git@h:22/x.git@1.0.0", ("ssh://git@h:22/x.git", "1.0.0")),
        ("git@h:g/x.git", ("git@h:g/x.git", "")),
        ("git@h:g/x.git@v1.0.0", ("git@h:g/x.git", "v1.0.0")),
        ("/srv/templates@v1.0.0", ("/srv/templates", "v1.0.0")),
        ("templates", ("templates", "")),
    ],
)
def test_a_release_is_told_from_a_user(spec: str, split: tuple[str, str]) -> None:
    assert named_template.split(spec) == split


def test_a_folder_whose_name_has_the_sign_is_no_release(tmp_path: Path) -> None:
    (tmp_path / "x@v1.0.0").mkdir()
    spec = str(tmp_path / "x@v1.0.0")
    assert named_template.split(spec) == (spec, "")


def test_the_newest_release_is_recorded_and_committed_by_the_user(
    template: Template, tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = made(tmp_path, template.folder, "-d", "size=large", "-d", "public=true")
    assert readme(project) == "pay large here True pay-team"
    record = answers.recorded(project)
    assert (record.commit, record.address) == ("v1.1.0", str(template.folder))
    assert record.answers["public"] is True
    assert git(project, "status", "--short") == ""
    assert git(project, "log", "-1", "--format=%an") == git(project, "config", "user.name")
    out = capsys.readouterr().out
    assert out.startswith(f"pay: v1.1.0 of {template.folder}\n")
    again = out.partition("Again   ")[2].strip()
    assert shlex.split(again)[:5] == ["scaffold", "new", "pay", "--template", str(template.folder)]
    assert "-d size=large" in again


def test_an_older_release_and_the_users_own_defaults(
    template: Template, tmp_path: Path, config: Path
) -> None:
    config.write_text('[defaults]\nregion = "eu-west-1"\nteam = "us"\ncloud = "aws"\n')
    project = made(tmp_path, f"{template.folder}@v1.0.0", "--region", "there")
    assert readme(project) == "pay small there False us"
    assert not (project / "new.txt").exists()
    assert answers.recorded(project).commit == "v1.0.0"


def test_what_the_other_template_does_not_take_of_the_defaults_is_left_out(
    template: Template, tmp_path: Path, config: Path
) -> None:
    config.write_text('[defaults]\nci = ["gitlab"]\nchat = "teams"\n')
    assert readme(made(tmp_path, template.folder)) == "pay small here False pay-team"


def test_variables_for_other_questions_are_not_for_this_template(
    template: Template, tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCAFFOLD_CLOUD", "aws")
    monkeypatch.setenv("SCAFFOLD_REGION", "there")
    monkeypatch.setenv("SCAFFOLD_TEMPLATE", f"{template.folder}@1.0.0")
    command = ["new", "pay", "-o", str(tmp_path / "out"), "--no-check", "--no-git"]
    assert cli.run(command) == ExitCode.CLEAN
    assert readme(tmp_path / "out" / "pay") == "pay small there False pay-team"


def test_the_branch_is_the_one_that_the_users_git_makes(
    template: Template, tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at, (key, value) in enumerate(
        {"user.name": "x", "user.email": "x@x", "init.defaultBranch": "trunk"}.items()
    ):
        monkeypatch.setenv(f"GIT_CONFIG_KEY_{at}", key)
        monkeypatch.setenv(f"GIT_CONFIG_VALUE_{at}", value)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "3")
    assert git(made(tmp_path, template.folder), "branch", "--show-current") == "trunk"


def test_programs_read_what_it_was_made_from(
    template: Template, tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(tmp_path, template.folder, "--format", "json", "--dry-run")
    document = json.loads(capsys.readouterr().out)
    assert document["template"] == {"address": str(template.folder), "release": "v1.1.0"}
    assert document["answers"]["service_name"] == "pay"


def _refused(spec: object, tmp_path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    command = ["new", "pay", "--template", str(spec), "-o", str(tmp_path / "out"), *more]
    assert cli.run(command) in {ExitCode.USAGE, ExitCode.BROKEN}
    assert not (tmp_path / "out").exists()
    return capsys.readouterr().err


def test_a_release_that_is_not_there_names_those_that_are(
    template: Template, tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for ref in ("v9.0.0", "main", "HEAD"):
        err = _refused(f"{template.folder}@{ref}", tmp_path, capsys)
        assert f"{ref} is not a release of {template.folder}, which has v1.0.0, v1.1.0" in err
        assert f"--template {template.folder}@v1.1.0" in err


def test_what_is_no_template_is_said_in_one_sentence(
    tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "is neither a folder nor the address of a Git repository" in _refused(
        tmp_path / "nowhere", tmp_path, capsys
    )
    plain = tmp_path / "plain"
    plain.mkdir()
    assert "is not a Git repository" in _refused(plain, tmp_path, capsys)
    git(plain, "init", "--quiet")
    lay(plain, {"a.txt": "a\n"})
    git(plain, "add", "--all")
    git(plain, "commit", "--quiet", "--message", "a")
    assert "has no release" in _refused(plain, tmp_path, capsys)
    git(plain, "tag", "v1.0.0")
    assert "is not a Copier template: it has no copier.yml" in _refused(plain, tmp_path, capsys)
    err = _refused("http://user:s3cret@127.0.0.1:9/x.git", tmp_path, capsys)
    assert "would be committed" in err
    assert "s3cret" not in err
    assert "--template http://127.0.0.1:9/x.git" in err
    assert "cannot be read" in _refused("http://127.0.0.1:9/x.git", tmp_path, capsys)


@pytest.mark.parametrize("setting", ["_tasks: ['true']", "_jinja_extensions: [x.Y]"])
def test_a_template_that_would_need_trust_is_refused(
    setting: str, tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unsafe = Template.made(tmp_path / "unsafe", {"a.txt": "a\n"}, f"{QUESTIONS}{setting}\n")
    err = _refused(unsafe.folder, tmp_path, capsys)
    assert f"({setting.partition(':')[0]})" in err
    assert "--trust" in err


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["-d", "siz=large"], "unknown question 'siz'"),
        (["-d", "size=huge"], "size cannot be 'huge': it is one of small, large"),
        (["--runtime", "go"], "unknown question 'runtime'"),
    ],
)
def test_answers_are_those_of_the_other_template(
    template: Template,
    tmp_path: Path,
    config: Path,
    capsys: pytest.CaptureFixture[str],
    given: list[str],
    message: str,
) -> None:
    assert message in _refused(template.folder, tmp_path, capsys, *given)


def test_a_template_without_a_question_for_the_service_names_only_the_folder(
    tmp_path: Path, config: Path
) -> None:
    other = Template.made(tmp_path / "other", {"a.txt.jinja": "[[ name ]]\n"})
    project = made(tmp_path, other.folder)
    assert (project / "a.txt").read_text() == "thing\n"
