"""`scaffold new`: answers from every way in, output, first commit."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from scaffolder import cli
from scaffolder.cli import new, prompts
from scaffolder.errors import ExitCode
from scaffolder.template import answers


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_new_without_a_name_and_without_a_terminal_names_what_is_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.run(["new"]) == ExitCode.USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        "scaffold: service_name has no answer\n  try: scaffold new VALUE, or set SCAFFOLD_SERVICE_NAME\n"
    )


def test_new_refuses_a_bad_answer_from_every_way_in(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "answers.yml"
    file.write_text("runtime_version: 12\n", encoding="utf-8")
    expected = "scaffold: runtime_version cannot be '12': it is one of 8, 11, 17, 21, 25\n  try: --runtime-version 21\n"
    for way in (
        ["--runtime-version", "12"],
        ["-d", "runtime_version=12"],
        ["--data-file", str(file)],
    ):
        assert cli.run(["new", "x", *way]) == ExitCode.USAGE
        assert capsys.readouterr().err == expected
    monkeypatch.setenv("SCAFFOLD_RUNTIME_VERSION", "12")
    assert cli.run(["new", "x"]) == ExitCode.USAGE
    assert capsys.readouterr().err == expected
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answers.yml"]


def test_new_takes_the_answer_nearest_to_the_person(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def version(*arguments: str) -> str:
        assert cli.run(["new", "x", "--dry-run", "--format", "json", *arguments]) == ExitCode.CLEAN
        answer: str = json.loads(capsys.readouterr().out)["answers"]["runtime_version"]
        return answer

    (tmp_path / "answers.yml").write_text("runtime_version: 8\n", encoding="utf-8")
    assert version() == "21"
    assert version("--data-file", "answers.yml") == "8"
    monkeypatch.setenv("SCAFFOLD_RUNTIME_VERSION", "11")
    assert version("--data-file", "answers.yml") == "11"
    assert version("--data-file", "answers.yml", "-d", "runtime_version=17") == "17"
    assert version("--data-file", "answers.yml", "--runtime-version", "25") == "25"


@pytest.mark.parametrize(
    "words",
    [
        ["--ci", "jenkins", "--ci", "gitlab"],
        ["--ci", "jenkins,gitlab", "--ci", "gitlab"],
        ["--ci", "[jenkins, gitlab]"],
        ["-d", "ci=jenkins", "-d", "ci=gitlab"],
        ["-d", "ci=gitlab", "--ci", "jenkins"],
    ],
    ids=" ".join,
)
def test_several_answers_to_a_question_that_takes_several_are_together(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCAFFOLD_CI", "azure")
    assert _answered(*words)["ci"] == ("jenkins", "gitlab")


def test_a_variable_has_several_answers_between_commas_and_may_hold_spaces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SCAFFOLD_CI", "gitlab, jenkins")
    assert _answered()["ci"] == ("gitlab", "jenkins")


def _answered(*words: str) -> dict[str, answers.Answer]:
    """Return the answers of `scaffold new x WORDS`."""
    names = {question.name for question in answers.questions()}
    with new.command.make_context("new", ["x", *words]) as context:
        flags = {name: value for name, value in context.params.items() if name in names}
        files = (context.params["data_file"], context.params["preset"])
        return answers.complete(
            prompts.collect(context.params["name"], flags, context.params["data"], *files)
        )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["x", "-d", "service_name=other"],
            "service_name is given twice: x and other\n  try: scaffold new other\n",
        ),
        (
            ["x", "--cloud", "aws", "-d", "cloud=azure"],
            "cloud is given twice: aws and azure\n  try: --cloud azure\n",
        ),
        (
            ["x", "--cloud", "aws", "--cloud", "azure"],
            "cloud is given twice: aws and azure\n  try: --cloud azure\n",
        ),
        (
            ["x", "-d", "cloud=aws", "-d", "cloud=azure"],
            "cloud is given twice: aws and azure\n  try: --cloud azure\n",
        ),
    ],
    ids=["a name and --data", "a flag and --data", "a flag and a flag", "--data and --data"],
)
def test_two_values_for_one_answer_are_refused(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert cli.run(["new", *words]) == ExitCode.USAGE
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"scaffold: {said}")
    assert list(tmp_path.iterdir()) == []


def test_the_same_value_twice_is_one_and_what_is_further_away_contradicts_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "answers.yml").write_text(
        "service_name: of-the-file\ncloud: azure\n", encoding="utf-8"
    )
    monkeypatch.setenv("SCAFFOLD_SERVICE_NAME", "of-the-variable")
    monkeypatch.setenv("SCAFFOLD_CLOUD", "azure")
    words = [
        "-d",
        "service_name=x",
        "--cloud",
        "aws",
        "-d",
        "cloud=aws",
        "--data-file",
        "answers.yml",
    ]
    given = _answered(*words)
    assert (given["service_name"], given["cloud"]) == ("x", "aws")


@pytest.mark.parametrize("form", [["--quiet"], ["--format", "json"]], ids=" ".join)
def test_new_says_on_stderr_that_there_is_no_first_commit(
    form: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = tmp_path / "settings"
    settings.write_text(
        "[user]\nname = x\nemail = x@example.org\n[commit]\ngpgSign = true\n[gpg]\nprogram = false\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    assert cli.run(["new", "x", "--no-check", *form]) == ExitCode.CLEAN
    assert capsys.readouterr().err == (
        "scaffold: no first commit: git commit failed: error: gpg failed to sign the data; fix that, then git commit\n"
    )


@pytest.mark.parametrize("where", ["with a commit", "in another repository"])
def test_a_quiet_new_says_nothing_where_nothing_is_wrong(
    where: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "settings"
    settings.write_text("[user]\nname = x\nemail = x@example.org\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    if where == "in another repository":
        subprocess.run(["git", "init", "--quiet"], check=True)
    assert cli.run(["new", "x", "--no-check", "--quiet"]) == ExitCode.CLEAN
    assert capsys.readouterr().err == ""


def test_new_dry_run_lists_the_files_and_writes_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert cli.run(["new", "my-service", "--dry-run"]) == ExitCode.CLEAN
    lines = capsys.readouterr().out.splitlines()
    assert "  new       Dockerfile" in lines
    assert re.fullmatch(r"  \d+ files would be in my-service; nothing was written", lines[-1])
    assert list(tmp_path.iterdir()) == []


def test_new_says_what_was_made_and_what_to_type_next(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["new", "my-service", "--no-check", "--no-git"]) == ExitCode.CLEAN
    out = capsys.readouterr().out
    made = out.splitlines()[0].removeprefix("my-service: ").split(", ")
    assert made[:3] == ["Java 21", "AWS (EKS) eu-central-1", "Kubernetes"]
    named = ("GitHub Actions", "Helm", "Slack", "level right")
    assert [answer for answer in made if answer in named] == list(named)
    for stage in ("1 infrastructure", "2 packaging", "3 pipeline", "4 monitoring", "culture"):
        assert f"  {stage}" in out
    assert "not checked: --no-check was given" in out
    assert (
        "Next    cd my-service && make test\n        make help\n        scaffold check\nAgain"
        in out
    )
    assert "Again   scaffold new my-service --organization example-org" in out


def test_new_into_an_occupied_place_says_which_files_force_would_replace(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "my-service").mkdir()
    (tmp_path / "my-service" / "README.md").write_text("mine", encoding="utf-8")
    assert cli.run(["new", "my-service", "--no-check"]) == ExitCode.USAGE
    assert "my-service is not empty" in capsys.readouterr().err
    assert cli.run(["new", "my-service", "--force", "--dry-run"]) == ExitCode.CLEAN
    assert "  replaced  README.md" in capsys.readouterr().out
    assert cli.run(["new", "my-service", "--force", "--no-check"]) == ExitCode.CLEAN
    assert "  1 of them replaced: README.md" in capsys.readouterr().out


def test_new_makes_a_first_commit_unless_it_lies_in_a_repository(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"):
        monkeypatch.setenv(name, "somebody")
    for name in ("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(name, "somebody@example.com")
    assert cli.run(["new", "outer", "--no-check"]) == ExitCode.CLEAN
    status = ["git", "-C", "outer", "status", "--porcelain", "--branch"]
    assert subprocess.run(status, capture_output=True, text=True, check=True).stdout == "## main\n"
    assert cli.run(["new", "inner", "--no-check", "-o", "outer"]) == ExitCode.CLEAN
    assert "no first commit: it is in a Git repository; git add it there" in capsys.readouterr().out
    assert not (tmp_path / "outer" / "inner" / ".git").exists()


def test_new_without_a_git_identity_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.useConfigOnly")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    for name in (
        "XDG_CONFIG_HOME",
        "GIT_AUTHOR_NAME",
        "GIT_AUTHOR_EMAIL",
        "GIT_COMMITTER_NAME",
        "EMAIL",
    ):
        monkeypatch.delenv(name, raising=False)
    assert cli.run(["new", "my-service", "--no-check"]) == ExitCode.CLEAN
    assert "no first commit: git knows no name and e-mail of yours" in capsys.readouterr().out


def test_new_commits_also_what_a_person_ignores_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _person(tmp_path, monkeypatch, "[core]\n\texcludesFile = ~/ignored\n")
    (tmp_path / "home/ignored").write_text("*.tfvars\n.devcontainer/\n", encoding="utf-8")
    assert cli.run(["new", "my-service", "--no-check"]) == ExitCode.CLEAN
    listed = subprocess.run(
        ["git", "-C", "my-service", "ls-files"], capture_output=True, text=True, check=True
    ).stdout
    assert {"terraform/env/envs/prod.tfvars", ".devcontainer/devcontainer.json"} <= set(
        listed.splitlines()
    )


def test_new_says_why_git_did_not_commit(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _person(tmp_path, monkeypatch, "[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = /nowhere/gpg\n")
    assert cli.run(["new", "my-service", "--no-check", "-o", "a folder"]) == ExitCode.CLEAN
    said = capsys.readouterr().out
    assert (
        "no first commit: git commit failed: error: gpg failed to sign the data; fix that, then git commit"
        in said
    )
    assert "Next    cd 'a folder/my-service' && make test" in said


def _person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str) -> None:
    """Set up a user with a name and with these settings of Git, and nothing from this machine's."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "home").mkdir()
    person = "[user]\n\tname = somebody\n\temail = somebody@example.com\n"
    (tmp_path / "home/.gitconfig").write_text(person + settings, encoding="utf-8")
