"""The command line: whole outputs, exit codes, and no traceback for a user."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scaffolder import __version__, cli
from scaffolder.errors import ExitCode

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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["new", "x", "-d", "runtime"], "an answer is KEY=VALUE, not 'runtime'"),
        (["new", "x", "-d", "runtim=java"], "unknown question 'runtim'"),
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
