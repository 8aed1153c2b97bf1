"""Repositories made to break a reader: `scaffold check` ends, in bounded time and memory, with a code from the table."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scaffolder import checks
from scaffolder.errors import ExitCode
from scaffolder.model import Outcome
from scaffolder.repository.project import Project
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import HELM, Tool
from scaffolder.tools.toolchain import SystemToolchain

LONGEST = 60.0
"""Seconds for one run; what a hostile file costs must be far below a tool's own timeout, even on a busy machine."""

LARGEST = 1536 * 2**20
"""Bytes of resident memory of the largest process: Terraform alone takes 1.1 GiB on some inputs before it gives up."""

NAMES = (
    *(
        "Dockerfile",
        "compose.yaml",
        "Jenkinsfile",
        ".gitlab-ci.yml",
        "azure-pipelines.yml",
        ".github/workflows/ci.yml",
    ),
    *(
        "chart/Chart.yaml",
        "chart/values.yaml",
        "chart/templates/a.yaml",
        "terraform/main.tf",
        "terraform/a.tfvars",
    ),
    *(
        "ci/build.sh",
        "run",
        "package.json",
        "pom.xml",
        "pyproject.toml",
        "go.mod",
        ".java-version",
        "CODEOWNERS",
    ),
    *(
        "monitoring/rules.yaml",
        "monitoring/dashboard.json",
        ".scaffold/waivers.yml",
        ".copier-answers.yml",
    ),
)
"""One file of every kind that a check looks for."""

CHART = b"apiVersion: v2\nname: chart\nversion: 0.1.0\n"


@dataclass(frozen=True)
class Ran:
    """How a run of `scaffold check` ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    return folder


@pytest.fixture
def check(root: Path, tmp_path: Path) -> Callable[..., Ran]:
    """Run `scaffold check` in a process of its own, within the limits."""

    def run(*arguments: str, before: tuple[str, ...] = ()) -> Ran:
        code = (
            "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:]);"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(done.returncode)"
        )
        options = ("--no-cache", "--verbose", *arguments)
        command = (sys.executable, "-m", "scaffolder", "check", str(root), *options)
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", code, *before, *command],
            capture_output=True,
            encoding="utf-8",
            errors="strict",  # whatever the names of files are, the output is text
            timeout=LONGEST * 3,
        )
        err, _, peak = done.stderr.rstrip("\n").rpartition("\n")
        assert time.monotonic() - started < LONGEST, done.stdout
        assert int(peak) * (1 if sys.platform == "darwin" else 1024) < LARGEST, done.stdout
        assert done.returncode in {
            ExitCode.CLEAN,
            ExitCode.FOUND,
            ExitCode.USAGE,
            ExitCode.NO_VERDICT,
        }, done.stderr
        for trace in ("Traceback", "the check itself failed"):
            assert trace not in done.stdout + err
        assert "\x1b" not in done.stdout + err
        return Ran(done.returncode, done.stdout, err)

    return run


def put(root: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)


def test_binary_files_under_the_names_of_texts(root: Path, check: Callable[..., Ran]) -> None:
    put(root, dict.fromkeys(NAMES, bytes(range(256)) * 200))
    ran = check()
    assert ran.code == ExitCode.FOUND
    assert "terraform/main.tf: error[SY007] is not text" in ran.out
    assert "not checked: terraform/a.tfvars is not text: see SY007" in ran.out


def test_files_that_are_not_utf_8(root: Path, check: Callable[..., Ran]) -> None:
    put(root, dict.fromkeys(NAMES, b"name: caf\xe9 \xff\xfe\n"))
    ran = check()
    assert ran.code == ExitCode.FOUND
    assert "Dockerfile: error[SY007] is not UTF-8" in ran.out


def test_files_of_fifty_megabytes(root: Path, check: Callable[..., Ran]) -> None:
    line = b"a: 1234567890123456789012345678901234567890123456789\n"
    names = (
        "a.yaml",
        "b.json",
        "ci/x.sh",
        "terraform/main.tf",
        "Dockerfile",
        ".github/workflows/ci.yml",
        "README.md",
    )
    put(
        root,
        dict.fromkeys((*names, "chart/Chart.yaml", "chart/templates/a.yaml"), line * 1_000_000),
    )
    ran = check()
    assert ran.code == ExitCode.FOUND
    assert "nothing over 2 MB is read: see SY007" in ran.out


def test_yaml_that_grows_by_its_aliases(root: Path, check: Callable[..., Ran]) -> None:
    levels = [
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
    ]
    bomb = ("a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(levels)).encode()
    yaml = [name for name in NAMES if name.endswith((".yml", ".yaml")) and "chart/" not in name]
    put(root, dict.fromkeys((*yaml, "chart/values.yaml"), bomb))
    put(
        root,
        {"chart/Chart.yaml": CHART, "chart/templates/a.yaml": b"a: {{ .Values.i | toYaml }}\n"},
    )
    ran = check()
    assert ran.code == ExitCode.FOUND
    assert re.search(
        r"compose.yaml:\d+: error\[SY002\] does not parse as YAML: aliases make over", ran.out
    )


def test_texts_that_nest_without_end(root: Path, check: Callable[..., Ran]) -> None:
    put(
        root,
        {
            "a.yaml": b"[" * 100_000,
            "b.json": b"[" * 100_000,
            "c.tf": b"a = " + b"[" * 10_000,
            "d.toml": b"a = " + b"[" * 5_000,
            "pom.xml": b"<a>" * 100_000,
            "Jenkinsfile": b"pipeline {" * 50_000,
            ".github/workflows/ci.yml": b"a: " + b"[" * 20_000,
        },
    )
    assert check().code == ExitCode.FOUND


def test_links_that_loop_or_lead_out_and_what_is_no_file(
    root: Path, check: Callable[..., Ran]
) -> None:
    put(root, {"a.yml": b"a: 1\n", "d/e/b.yml": b"b: 1\n"})
    links = {
        "loop": "loop",
        "d/e/up": "../..",
        "out": "/etc",
        "zero.yml": "/dev/zero",
        "gone.yml": "nowhere",
    }
    for name, target in (links | {"ping.yml": "pong.yml", "pong.yml": "ping.yml"}).items():
        (root / name).symlink_to(target)
    os.mkfifo(root / "pipe.yml")
    ran = check()
    assert ran.code == ExitCode.CLEAN
    assert re.search(r"SY002 .* 2 files", ran.out)


def test_names_that_are_options_commands_or_no_utf_8(root: Path, check: Callable[..., Ran]) -> None:
    names = (
        b"caf\xe9.yml",
        b"new\nline.yml",
        b"esc\x1b[31m.yml",
        b"a b.yml",
        b"::error::x.yml",
        b"--config=x.yml",
    )
    others = (
        b"-rf.sh",
        b"-x/Dockerfile",
        b"--version.tf",
        b"chart\xff/Chart.yaml",
        b".github/workflows/--help.yml",
    )
    for name in (*names, *others):
        path = root / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"a: [\n")
    ran = check()
    assert ran.code == ExitCode.FOUND
    assert "-rf.sh:1: note[CI004]" in ran.out or "shellcheck is not installed" in ran.out
    assert "esc\\x1b[31m.yml:2: error[SY002]" in ran.out
    assert "new\\nline.yml:2: error[SY002]" in ran.out
    github = check("--format", "github", "--select", "SY002").out
    assert len([line for line in github.splitlines() if line.lstrip().startswith("::")]) == 8


def test_ten_thousand_files(root: Path, check: Callable[..., Ran]) -> None:
    kinds = (
        ("yaml", b"a: 1\n"),
        ("json", b"{}\n"),
        ("md", b"# x\n"),
        ("py", b"x = 1\n"),
        ("tf", b"locals {}\n"),
    )
    for number in range(10_000):
        kind, content = kinds[number % len(kinds)]
        put(root, {f"d{number % 100}/f{number}.{kind}": content})
    ran = check("--ignore", "TF")
    assert ran.code == ExitCode.CLEAN
    assert "10000 files" in ran.out


def test_files_that_nobody_may_read(root: Path, check: Callable[..., Ran]) -> None:
    put(
        root,
        {
            "a.yml": b"a: 1\n",
            "b.yml": b"b: 1\n",
            "Dockerfile": b"FROM a\n",
            "x.sh": b"echo\n",
            "secret/c.yml": b"c",
        },
    )
    closed = [root / name for name in ("b.yml", "Dockerfile", "x.sh", "secret")]
    for path in closed:
        path.chmod(0)
    before: tuple[str, ...] = ()
    if os.geteuid() == 0:  # root reads everything, unless it gives up the right to
        if not shutil.which("setpriv"):
            pytest.skip("root reads everything, and there is no setpriv (apt install util-linux)")
        rights = "-dac_override,-dac_read_search"
        before = ("setpriv", "--bounding-set", rights, "--inh-caps", rights, "--")
    try:
        ran = check(before=before)
    finally:
        for path in closed:
            path.chmod(0o700)
    assert ran.code == ExitCode.FOUND
    assert "secret: error[SY007] cannot be opened: Permission denied" in ran.out
    assert "not checked: Dockerfile cannot be read: Permission denied: see SY007" in ran.out


def test_a_folder_that_nobody_may_open_and_one_without_files_are_bad_usage(
    check: Callable[..., Ran],
) -> None:
    ran = check()
    assert ran.code == ExitCode.USAGE
    assert "holds no files" in ran.err


class Impatient(SystemToolchain):
    """The programs of this machine, given two seconds each."""

    def run(self, tool: Tool, *args: str, timeout: float = 30, **given: Any) -> CompletedRun:
        return super().run(tool, *args, timeout=min(timeout, 2), **given)


def test_a_chart_that_never_renders_is_no_verdict(root: Path) -> None:
    loop = b"{{ range until 1000000 }}{{ range until 1000000 }}{{ end }}{{ end }}"
    put(
        root,
        {
            "chart/Chart.yaml": CHART,
            "chart/values.yaml": b"a: 1\n",
            "chart/templates/loop.yaml": loop,
        },
    )
    with Impatient() as tools:
        if tools.find(HELM) is None:
            pytest.skip("there is no helm")
        report = checks.run(
            Project(root), checks.choose(select=["HL002", "K8001"], ignore=[]), tools
        )
    assert {result.outcome for result in report.results} == {Outcome.BROKEN}
    assert "helm did not finish within 2 s and was killed" in report.results[0].reason
    assert report.exit_code is ExitCode.NO_VERDICT
