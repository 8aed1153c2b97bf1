"""Where `scaffold check` is started from: pre-commit, the GitHub Action, and the snippets that people copy."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfgv import validate
from pre_commit.clientlib import CONFIG_SCHEMA, MANIFEST_SCHEMA
from pre_commit.yaml import yaml_load
from support import ROOT

from scaffolder import checks, cli, report
from scaffolder.errors import ExitCode
from scaffolder.formats import jenkinsfile
from scaffolder.model import Outcome
from scaffolder.repository.project import Project
from scaffolder.tools.programs import ACTIONLINT, CHECK_JSONSCHEMA, SHELLCHECK, ZIZMOR, Tool
from scaffolder.tools.toolchain import SystemToolchain

DOCUMENT = (ROOT / "docs" / "check-anywhere.md").read_text(encoding="utf-8")

Git = Callable[..., None]


@pytest.fixture
def git(monkeypatch: pytest.MonkeyPatch) -> Git:
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "somebody")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "somebody@example.com")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")

    def run(folder: Path, *arguments: str) -> None:
        subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)

    return run


def need(toolchain: SystemToolchain, tool: Tool) -> None:
    if toolchain.find(tool) is None:
        pytest.skip(f"there is no {tool.name}")


def snippets() -> dict[str, str]:
    """The files that the document shows, by name."""
    blocks = re.findall(r"^```\w+\n(?:#|//) (\S+)\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    return dict(blocks)


def test_the_document_has_a_snippet_for_each_system_and_names_every_format() -> None:
    assert set(snippets()) == {
        *(".pre-commit-config.yaml", ".github/workflows/scaffold-check.yml"),
        *(".gitlab-ci.yml", "Jenkinsfile", "azure-pipelines.yml"),
    }
    assert re.findall(r"^\| `(\w+)` \|", DOCUMENT, re.MULTILINE) == sorted(
        report.FORMATS, key=["text", "github", "sarif", "junit", "json", "html"].index
    )


@pytest.mark.parametrize("name", sorted(snippets()))
def test_every_command_of_the_snippets_is_one_that_scaffold_knows(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.yml").write_text("a: 1\n", encoding="utf-8")
    for words in re.findall(r"scaffold\"? check ([^\n'`]+)", snippets()[name]):
        arguments = [
            word for word in words.split() if word not in {"--only-changed", "--require-tools"}
        ]
        code = cli.run(
            [
                "check",
                str(tmp_path),
                "--select",
                "SY002",
                *arguments,
                "--output",
                str(tmp_path / "out"),
            ]
        )
        assert code == ExitCode.CLEAN, capsys.readouterr().err


def test_our_own_checks_accept_the_pipelines(tmp_path: Path, toolchain: SystemToolchain) -> None:
    for name, text in snippets().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    need(toolchain, CHECK_JSONSCHEMA)
    said = checks.run(Project(tmp_path), checks.choose(select=["CI", "SY"], ignore=[]), toolchain)
    verdicts = {result.check.id: result for result in said.results}
    assert {"CI001", "CI005", "CI006", "CI007"} <= verdicts.keys()
    for result in said.results:
        assert not result.findings, result
        assert result.outcome in {Outcome.PASSED, Outcome.SKIPPED}, result


def test_the_jenkinsfile_has_an_agent_and_keeps_the_report() -> None:
    statements = jenkinsfile.read(snippets()["Jenkinsfile"])
    names = {statement.name for top in statements for statement in top.everything()}
    assert {"agent", "stage", "junit"} <= names


def action() -> Any:
    return yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def test_githubs_schema_and_zizmor_accept_the_action(toolchain: SystemToolchain) -> None:
    need(toolchain, CHECK_JSONSCHEMA)
    need(toolchain, ZIZMOR)
    schema = ("--builtin-schema", "vendor.github-actions")
    accepted = toolchain.run(CHECK_JSONSCHEMA, *schema, "action.yml", cwd=ROOT)
    assert accepted.exit_code == 0, accepted.stdout
    audited = toolchain.run(
        ZIZMOR,
        "--offline",
        "--persona",
        "pedantic",
        "--format",
        "json-v1",
        "--no-progress",
        "action.yml",
        cwd=ROOT,
    )
    assert json.loads(audited.stdout) == [], audited.stdout


def test_actionlint_accepts_how_the_document_uses_the_action(
    tmp_path: Path, toolchain: SystemToolchain, git: Git
) -> None:
    need(toolchain, ACTIONLINT)
    git(tmp_path, "init", "--quiet")
    shutil.copy(ROOT / "action.yml", tmp_path / "action.yml")
    text = snippets()[".github/workflows/scaffold-check.yml"]
    used = re.sub(r"uses: example-org/scaffolder@\S+ # \S+", "uses: ./", text)
    assert used != text
    workflow = tmp_path / ".github" / "workflows" / "ci.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(used, encoding="utf-8")
    done = toolchain.run(ACTIONLINT, "-no-color", cwd=tmp_path)
    assert done.exit_code == 0, done.stdout
    workflow.write_text(used.replace("args:", "arguments:"), encoding="utf-8")
    assert (
        'input "arguments" is not defined'
        in toolchain.run(ACTIONLINT, "-no-color", cwd=tmp_path).stdout
    )


def test_the_actions_scripts_are_sound_and_take_no_input_as_code(
    toolchain: SystemToolchain,
) -> None:
    need(toolchain, SHELLCHECK)
    for step in action()["runs"]["steps"]:
        assert "${{" not in step["run"]
        done = toolchain.run(SHELLCHECK, "--shell", "bash", "-", stdin=step["run"])
        assert done.exit_code == 0, done.stdout


@pytest.mark.parametrize(("text", "code"), [("a: 1\n", 0), ("a: [\n", 1)], ids=["clean", "found"])
def test_the_actions_check_passes_on_arguments_output_and_exit_code(
    text: str, code: int, tmp_path: Path
) -> None:
    """The step as a runner starts it, but for the installation, which is this environment's own."""
    bash = shutil.which("bash")
    if not bash:
        pytest.skip("there is no bash")
    (tmp_path / "repository; echo injected").mkdir()
    (tmp_path / "repository; echo injected" / "a.yml").write_text(text, encoding="utf-8")
    scripts = tmp_path / "scaffolder" / "bin"
    scripts.mkdir(parents=True)
    (scripts / "scaffold").symlink_to(Path(sysconfig.get_path("scripts")) / "scaffold")
    (script,) = [step["run"] for step in action()["runs"]["steps"] if step.get("id") == "check"]
    done = subprocess.run(
        [bash, "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
        env={
            **os.environ,
            "RUNNER_TEMP": str(tmp_path),
            "GITHUB_OUTPUT": str(tmp_path / "outputs"),
            "WHERE": str(tmp_path / "repository; echo injected"),
            "FORMAT": "sarif",
            "OUTPUT": str(tmp_path / "out.sarif"),
            "MORE": "--select SY002  --quiet",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stderr
    assert (tmp_path / "outputs").read_text(encoding="utf-8") == f"exit-code={code}\n"
    assert (
        len(json.loads((tmp_path / "out.sarif").read_text(encoding="utf-8"))["runs"][0]["results"])
        == code
    )
    assert "injected\n" not in done.stdout


def test_pre_commit_accepts_the_snippet_and_the_hooks_are_those_it_names() -> None:
    manifest = yaml_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    config = yaml_load(snippets()[".pre-commit-config.yaml"])
    validate(manifest, MANIFEST_SCHEMA)
    validate(config, CONFIG_SCHEMA)
    used = {hook["id"] for repository in config["repos"] for hook in repository["hooks"]}
    assert used <= {hook["id"] for hook in manifest}
    assert {hook["id"] for hook in manifest} <= set(re.findall(r"scaffold-[a-z-]+", DOCUMENT))


@pytest.mark.xdist_group("wheel")
def test_pre_commit_runs_the_hook_in_another_repository(
    tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no Git checkout, and pre-commit clones what it installs")
    missing = [name for name in ("basename", "sed", "uname") if not shutil.which(name)]
    if missing:
        pytest.skip(
            f"git submodule, which pre-commit calls, is a script that needs {', '.join(missing)}"
        )
    (tmp_path / "theirs").mkdir()
    git(tmp_path / "theirs", "init", "--quiet", "--initial-branch", "main")
    (tmp_path / "theirs" / "old.yml").write_text("a: [\n", encoding="utf-8")
    git(tmp_path / "theirs", "add", "--all")
    git(tmp_path / "theirs", "commit", "--quiet", "--message", "start")
    # The hook's environment takes its packages from this one: the test is of the hook, and the
    # index is far.
    monkeypatch.setenv("PYTHONPATH", sysconfig.get_path("purelib"))
    for name, value in (
        ("PIP_NO_INDEX", "1"),
        ("PIP_NO_DEPS", "1"),
        ("PIP_NO_BUILD_ISOLATION", "0"),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "home"))

    head = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    )
    config = {
        "repos": [
            {"repo": str(ROOT), "rev": head.stdout.strip(), "hooks": [{"id": "scaffold-check"}]}
        ]
    }
    (tmp_path / "config.yaml").write_text(json.dumps(config), encoding="utf-8")

    def hook() -> subprocess.CompletedProcess[str]:
        argv = [
            sys.executable,
            "-m",
            "pre_commit",
            "run",
            "--config",
            str(tmp_path / "config.yaml"),
            "--verbose",
        ]
        return subprocess.run(argv, cwd=tmp_path / "theirs", capture_output=True, text=True)

    clean = hook()
    assert clean.returncode == 0, clean.stdout + clean.stderr
    assert "1 in other files are not shown" in clean.stdout
    (tmp_path / "theirs" / "new.yml").write_text("b: [\n", encoding="utf-8")
    git(tmp_path / "theirs", "add", "new.yml")
    found = hook()
    assert found.returncode == 1
    assert "new.yml:2: error[SY002]" in found.stdout
