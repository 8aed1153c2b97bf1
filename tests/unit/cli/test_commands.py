"""The command line: whole outputs, exit codes, and that nobody sees a traceback."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from scaffolder import __version__, cli
from scaffolder.cli import new, prompts
from scaffolder.errors import ExitCode
from scaffolder.template import answers

HEAVY = {
    "copier",
    "kubernetes",
    "rich",
    "yaml",
    "jinja2",
    "pydantic",
    "grpc",
    "asyncio",
    "importlib.metadata",
}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_help_lists_every_command_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--help"]) == ExitCode.CLEAN
    out = " ".join(capsys.readouterr().out.split())
    for command in ("new", "check", "list", "doctor"):
        assert f" {command} " in out
    for code in ExitCode:
        assert f"{code.value} {code.meaning}" in out


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from scaffolder import cli; cli.run(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY.isdisjoint(done.stderr.split())


def test_check_imports_only_what_the_asked_families_and_the_files_need(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text("all:\n\ttrue\n", encoding="utf-8")
    code = "import sys; from scaffolder import cli; cli.run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    arguments = ["check", ".", "--select", "AG,EN", "--no-cache", "--quiet"]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    imported = set(done.stderr.split())
    heavy = HEAVY - {"yaml"} | {"tomllib", "tree_sitter"}
    assert heavy.isdisjoint(imported)
    ours = {name.removeprefix("scaffolder.") for name in imported if name.startswith("scaffolder.")}
    unneeded = {"new", "template.render", "report.github", "report.json", "checks.security"}
    unneeded |= {"formats.jenkinsfile", "repository.ci.trap"}
    assert unneeded.isdisjoint(ours)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["list", "checks", "--format", "json"], ExitCode.CLEAN),
        (["check", ".", "--select", "SY003"], ExitCode.FOUND),
        (["check", ".", "--select", "nothing"], ExitCode.USAGE),
    ],
)
def test_a_process_ends_with_its_code_its_whole_output_and_its_exit_functions(
    tmp_path: Path, arguments: list[str], code: int
) -> None:
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    program = (
        "import atexit, sys; from scaffolder import cli; atexit.register(print, 'left'); cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == code
    assert done.stdout.endswith("left\n")
    if code == ExitCode.CLEAN:
        assert json.loads(done.stdout.removesuffix("left\n"))


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == ExitCode.CLEAN
    assert capsys.readouterr().out == f"scaffold {__version__}\n"


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
    """What `scaffold new x WORDS` makes of its words."""
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


def test_adopt_takes_the_word_of_its_help_for_the_checks_alone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    arguments = ["adopt", str(tmp_path), "--only", "checks", "--dry-run"]
    cli.run(arguments)
    assert "is not in a Git repository" in capsys.readouterr().err
    cli.run(["adopt", str(tmp_path), "--only", "CHECKS"])
    assert "Invalid value for '--only'" in capsys.readouterr().err


def test_adopt_refuses_two_values_for_one_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["adopt", "--service-name", "x", "-d", "service_name=other"]) == ExitCode.USAGE
    assert capsys.readouterr().err.startswith(
        "scaffold: service_name is given twice: x and other\n"
    )


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
        "scaffold: no first commit: git commit failed: error: gpg failed to sign the data; mend that, then git commit\n"
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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["new", "x", "-d", "runtime"], "an answer is KEY=VALUE, not 'runtime'"),
        (["new", "x", "-d", "runtim=java"], "there is no question 'runtim'"),
        (
            ["new", "x", "--data-file", "absent.yml"],
            "absent.yml cannot be read: No such file or directory",
        ),
        (["new", "../x"], "service_name cannot be '../x'"),
        (["check", "absent"], "absent is not a folder"),
        (["check", "--select", "TFF", "."], "no check is called 'TFF'"),
        (["chek"], "No such command 'chek'"),
        (["list", "nothing"], "is not one of"),
        (["explain", "TF012"], "no check is called 'TF012'\n  try: scaffold explain TF002"),
        (["new", "--nonsense"], "No such option"),
    ],
)
def test_bad_usage_is_one_sentence_and_exit_code_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(arguments) == ExitCode.USAGE
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""
    assert "Traceback" not in captured.err


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
    assert made[:3] == ["a service", "Java 21", "AWS (EKS) eu-central-1"]
    named = ("GitHub Actions", "direct internet access", "Helm", "Slack", "level right")
    assert [answer for answer in made if answer in named] == list(named)
    for stage in ("1 infrastructure", "2 packaging", "3 pipeline", "4 monitoring", "culture"):
        assert f"  {stage}" in out
    assert "not checked: --no-check was given" in out
    assert "Next    cd my-service && make test" in out
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
    assert (
        "no first commit: it lies in a Git repository; git add it there" in capsys.readouterr().out
    )
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
        "no first commit: git commit failed: error: gpg failed to sign the data; mend that, then git commit"
        in said
    )
    assert "Next    cd 'a folder/my-service' && make test" in said


def _person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str) -> None:
    """Somebody with a name and with these settings of Git, and nothing from this machine's."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "home").mkdir()
    person = "[user]\n\tname = somebody\n\temail = somebody@example.com\n"
    (tmp_path / "home/.gitconfig").write_text(person + settings, encoding="utf-8")


def test_check_runs_what_is_selected_and_json_is_one_document(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.yml").write_text("a: [\n", encoding="utf-8")
    assert cli.run(["check", "--select", "SY002", "--format", "json"]) == ExitCode.FOUND
    document = json.loads(capsys.readouterr().out)
    assert [result["id"] for result in document["results"]] == ["SY002"]
    assert document["results"][0]["findings"][0]["path"] == "a.yml"


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("sarif", '{\n  "$schema"'),
        ("junit", "<?xml"),
        ("github", "::error file=a.yml,line="),
        ("html", "<!doctype html>"),
    ],
)
def test_check_writes_each_format_to_a_file_and_the_text_to_the_terminal(
    form: str, start: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.yml").write_text("a: [\n", encoding="utf-8")
    assert cli.run(["check", "--select", "SY002", "--format", form]) == ExitCode.FOUND
    assert capsys.readouterr().out.startswith(start)
    assert (
        cli.run(["check", "--select", "SY002", "--format", form, "--output", "out"])
        == ExitCode.FOUND
    )
    assert capsys.readouterr().out.startswith("a.yml:2: error[SY002]")
    assert (tmp_path / "out").read_text(encoding="utf-8").startswith(start)


def test_check_in_a_job_of_github_actions_fills_its_summary(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("from an earlier step\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert cli.run(["check", "--select", "SY010", "--format", "github"]) == ExitCode.CLEAN
    assert summary.read_text(encoding="utf-8").startswith(
        "from an earlier step\n## scaffold check: "
    )


def test_check_of_nothing_it_knows_is_no_verdict(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("a\n", encoding="utf-8")
    assert cli.run(["check", "--ignore", "SEC001", "--ignore", "SY010"]) == ExitCode.NO_VERDICT
    assert "0 passed" in capsys.readouterr().out


@pytest.mark.parametrize("what", ["questions", "checks", "presets", "versions", "words"])
def test_list_as_text_and_json_have_the_same_rows(
    what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["list", what, "--format", "json"]) == ExitCode.CLEAN
    rows = json.loads(capsys.readouterr().out)
    assert cli.run(["list", what]) == ExitCode.CLEAN
    assert len(capsys.readouterr().out.splitlines()) == len(rows) + 1


@pytest.mark.programs
def test_doctor_names_every_tool_and_what_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["doctor", "--format", "json"]) == ExitCode.CLEAN
    tools = json.loads(capsys.readouterr().out)["tools"]
    assert {"git", "terraform", "helm", "hadolint"} <= {tool["tool"] for tool in tools}
    assert cli.run(["doctor"]) == ExitCode.CLEAN
    out = capsys.readouterr().out
    for tool in tools:
        assert f" {tool['tool']} " in out


@pytest.mark.programs
def test_doctor_says_whether_plain_copier_reaches_the_releases(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    helper = tmp_path / "bin" / "git-remote-scaffold"
    helper.parent.mkdir()
    helper.write_text("#!/bin/sh\n")
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", str(helper.parent))
    assert f"  ok  git-remote-scaffold           path      {helper}\n" in _doctor(capsys)
    helper.unlink()
    scripts = Path(sysconfig.get_path("scripts"))
    said = (
        f'export PATH="{scripts}:$PATH"'
        if (scripts / helper.name).is_file()
        else "pip install --force-reinstall --no-deps"
    )
    assert f"  --  git-remote-scaffold not on PATH; {said}" in _doctor(capsys)


@pytest.mark.programs
def test_doctor_has_the_words_of_a_git_that_cannot_be_used_and_nothing_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    git = tmp_path / "git"
    said = "fatal: bad config line 1 in file /home/dev/.gitconfig"
    git.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 128\n")
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert f"  --  git               cannot be used: {said}\n" in _doctor(capsys)


@pytest.mark.programs
def test_doctor_says_what_installs_a_git_that_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "  --  git               not found; apt install git" in _doctor(capsys)


def _doctor(capsys: pytest.CaptureFixture[str]) -> str:
    assert cli.run(["doctor"]) == ExitCode.CLEAN
    return capsys.readouterr().out


def test_a_defect_of_ours_is_exit_code_4_with_a_traceback_only_under_debug(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "scaffolder.checks.choose", lambda **_: 1 / 0
    )  # a defect cannot be had otherwise
    assert cli.run(["check"]) == ExitCode.BROKEN
    err = capsys.readouterr().err
    assert err.startswith("scaffold: scaffolder failed: ZeroDivisionError")
    assert "Traceback" not in err
    monkeypatch.setenv("SCAFFOLD_DEBUG", "1")
    assert cli.run(["check"]) == ExitCode.BROKEN
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("new --runtime p", ["python"]),
        ("new --runtime go --runtime-version ", ["1.26", "1.27"]),
        ("new --ci github,je", ["github,jenkins"]),
        ("ch", ["check"]),
    ],
)
def test_the_shell_completes_commands_and_choices(
    words: str,
    offered: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    typed = ["scaffold", *words.split(" ")]
    monkeypatch.setenv("_SCAFFOLD_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", " ".join(typed))
    monkeypatch.setenv("COMP_CWORD", str(len(typed) - 1))
    with pytest.raises(SystemExit):
        cli.run([])
    assert capsys.readouterr().out.split() == [f"plain,{word}" for word in offered]


def test_an_exercise_loads_nothing_that_only_labs_run() -> None:
    code = "import sys; from scaffolder import cli; cli.run(sys.argv[1:]); print(*sys.modules)"
    argv = [sys.executable, "-c", code, "lab", "show", "situation", "two-javas"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert "UnsupportedClassVersionError" in done.stdout
    loaded = set(done.stdout.split())
    assert (
        loaded & {"scaffolder.lab.alarm", "scaffolder.lab.cloud", "scaffolder.update.run"} == set()
    )


def test_explain_prints_the_page_of_a_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["explain", "wv002"]) == ExitCode.CLEAN
    out = capsys.readouterr().out
    assert out.startswith("WV002  No waiver is expired or unused\n\nWhat\nEach entry of")
    assert out.endswith(
        "Example\nBefore:\n\n    expires: 2025-01-31\n\nAfter:\n\n    expires: 2027-06-30\n"
    )


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["severty"], "scaffold explain severity"),
        (["eror", "budget"], "scaffold explain error budget"),
        (["stonehenge"], "scaffold list words"),
    ],
)
def test_explain_of_a_word_that_is_none_names_where_words_are(
    words: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["explain", *words]) == ExitCode.USAGE
    message = f"no check and no word of the course is called {' '.join(words)!r}"
    assert capsys.readouterr().err == f"scaffold: {message}\n  try: {hint}\n"


def test_explain_says_which_program_a_check_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["explain", "MO003"]) == ExitCode.CLEAN
    assert capsys.readouterr().out.endswith(
        "Needs\npromtool: apt install prometheus, or https://prometheus.io/download\n"
    )


def test_explain_gives_a_family_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["explain", "tf", "--format", "json"]) == ExitCode.CLEAN
    pages = json.loads(capsys.readouterr().out)
    assert [page["id"] for page in pages] == ["TF001", "TF002", "TF003", "TF004"]
    assert all(page["what"] and page["why"] and page["fix"] and page["example"] for page in pages)
    assert [page["tool"] for page in pages] == ["terraform", "terraform", "", ""]
