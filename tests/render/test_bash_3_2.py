"""The scripts of a generated repository run on bash 3.2, which is the bash of every Mac."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import Repository

TEMPLATES = Path(__file__).parents[2] / "templates"
SCRIPTS = sorted(path for path in TEMPLATES.rglob("*") if path.name.endswith((".sh", ".sh.jinja")))
BASH = shutil.which("bash-3.2")

LATER = {
    r"\$\{!?\w+(\[[^]]*\])?(,,?|\^\^?)": "changes the case of a value (bash 4.0)",
    r"\$\{\w+(\[[^]]*\])?@[QEPAaUuLKk]\}": "transforms a value (bash 4.4)",
    r"\$\{\w+(\[[^]]*\])?:[^:{}]*:\s*-": "counts a length from the end (bash 4.2)",
    r"\$\{\w+\[\s*-": "counts an index from the end (bash 4.3)",
    r"\b(mapfile|readarray|coproc)\b": "is a command of bash 4.0",
    r"\b(declare|local|typeset|readonly)\s+-\w*[Ang]": "declares an associative, global or referring name (bash 4.0 to 4.3)",
    r"\blocal\s+-(\s|$)": "keeps the options of a function to itself (bash 4.4)",
    r"&>>": "appends both outputs (bash 4.0)",
    r"\|&": "pipes both outputs (bash 4.0)",
    r";;?&": "goes on in the next branch of a case (bash 4.0)",
    r"\bprintf\b.*%(-?\d+)?\([^)]*\)T": "formats a time (bash 4.2)",
    r"\bwait\s+-[nfp]": "waits for any job (bash 4.3)",
    r"(\[\[?|\btest)\s+(.*\s)?-v\s": "asks whether a name is set (bash 4.2)",
    r"\bread\s+(-\w+\s+)*-\w*[Ni]": "reads exactly so many characters, or offers a text (bash 4.0)",
    r"\bshopt\s+-s\b.*\b(globstar|lastpipe|inherit_errexit|autocd|dirspell|localvar_inherit)\b": "is an option of bash 4.0 or later",
    r"(^|\s)\{\w+\}[<>]": "chooses the number of a file (bash 4.1)",
    r"\{0\d+\.\.|\.\.0\d+\}|\{\w+\.\.\w+\.\.-?\d+\}": "pads a sequence, or skips in it (bash 4.0)",
    r"\$\{?(EPOCHSECONDS|EPOCHREALTIME|SRANDOM|BASHPID|BASH_ARGV0)\b": "is a variable of bash 4.0 or later",
    r"\$'[^']*\\[uU][0-9a-fA-F]": "names a character by its number (bash 4.2)",
}
"""Features that bash 3.2 has not."""


def problems(text: str, elsewhere: str = "") -> Iterator[str]:
    """Yield what bash 3.2 lacks or treats otherwise under `set -u`; `elsewhere` is what the script sources."""
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in code.splitlines():
        for pattern, why in LATER.items():
            if re.search(pattern, line):
                yield f"{line.strip()}: {why}"
    yield from _unset_names(code)
    yield from _empty_arrays(code, elsewhere)


def _unset_names(code: str) -> Iterator[str]:
    """Yield names in arithmetic that nothing sets: bash 3.2 reads them also behind a `&&` that is false."""
    for arithmetic in _arithmetic(code):
        bare = re.sub(
            r"\$\{\w+(\[[^]]*\])?:?[-=?+][^{}]*\}|\$\{#[^{}]*\}|\$[0-9#?]", " ", arithmetic
        )
        for name in set(re.findall(r"[A-Za-z_]\w*", _without_commands(bare))):
            if not re.search(
                rf"(^|[\s;(])(local|for|read)\b[^\n;]*\b{name}\b|\b{name}\+?=", code, re.M
            ):
                yield f"(({arithmetic})): {name} may be unset (bash 3.2 reads it in any case)"


def _arithmetic(code: str) -> Iterator[str]:
    """Yield what is between `((` and `))`, with the commands in it."""
    for start in re.finditer(r"\(\(", code):
        depth, end = 2, start.end()
        while depth and end < len(code):
            depth += {"(": 1, ")": -1}.get(code[end], 0)
            end += 1
        if code[end - 2 : end] == "))":
            yield code[start.end() : end - 2]


def _without_commands(arithmetic: str) -> str:
    before = ""
    while before != arithmetic:
        before, arithmetic = arithmetic, re.sub(r"\$\([^()]*\)", " ", arithmetic)
    return arithmetic


def _empty_arrays(code: str, elsewhere: str) -> Iterator[str]:
    """Yield the arrays that may be empty and are expanded without `${name[@]+…}`: bash 3.2 takes an empty one for unset."""
    for name in set(re.findall(r"\b(\w+)=\(\s*\)", f"{code}\n{elsewhere}")):
        guarded = re.sub(
            rf"\$\{{{name}\[[@*]\]:?[-+](\"?\$\{{{name}\[[@*]\]\}}\"?)?[^{{}}]*\}}", "", code
        )
        for expansion in re.findall(rf"\$\{{{name}\[[@*]\][^{{}}]*\}}", guarded):
            yield f"{expansion}: an empty array is unset (before bash 4.4)"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_script_uses_nothing_that_bash_3_2_lacks(script: Path) -> None:
    settings = (TEMPLATES / "ci/settings.sh.jinja").read_text(encoding="utf-8")
    assert list(problems(script.read_text(encoding="utf-8"), settings)) == []


@pytest.mark.parametrize(
    "line",
    [
        *("echo ${name,,}", "echo ${name^^}", "echo ${names[0]^}", "echo ${name@Q}", "echo ${names[-1]}"),
        *("echo ${name:0:-1}", "echo ${name:1: -2}", "mapfile -t lines", "readarray lines < file", "coproc cat"),
        *("declare -A seen", "local -n other=$1", "declare -gr x=1", "local -", "make &>> log", "make |& tee log"),
        *("a) echo ;;&", "a) echo ;&", "printf '%(%F)T' -1", "printf '%-20(%F)T' -1", "wait -n", "[[ -v NAME ]]"),
        *("if test -v NAME; then", "read -N 3 x", "read -r -N3 x", "shopt -s globstar", "shopt -s inherit_errexit"),
        *("exec {log}>file", "echo {01..10}", "echo {1..10..2}", "echo $EPOCHSECONDS", "echo ${BASHPID}", "x=$'\\u00e9'"),
        *("((${LIMIT:-0} > 0 && age > LIMIT))", "if (($(count <<<\"$1\") > LIMIT)); then", "x=$((NUMBER + 1))"),
        *("x=$((${NUMBER} + 1))", "flags=(); run \"${flags[@]}\"", "flags=()\nfor f in \"${flags[@]:1}\"; do", "x=()\necho ${x[*]}"),
    ],
)  # fmt: skip
def test_what_bash_3_2_lacks_or_treats_otherwise_is_seen(line: str) -> None:
    assert list(problems(line))


@pytest.mark.parametrize(
    "line",
    [
        *("# mapfile, ${name,,} and wait -n are of bash 4", "echo ${name:0:3} ${name: -3} ${name:-x} ${name%,*}"),
        *("flags=()\nrun ${flags[@]+\"${flags[@]}\"}", "words=(a b)\nrun \"${words[@]}\"", "x=()\necho \"${x[*]-}\""),
        *("((${LIMIT:-0} > 0 && last > ${LIMIT:-0})) || last=1", "number=0\nnumber=$((number + 1))", "((${#words[@]}))"),
        *("local age\n((age > 3))", "for ((i = 0; i < 3; i++)); do", "x=()\n((${#x[@]} == 0))", "[[ \"$1\" == --* ]]"),
        *("printf '%s\\n' \"$(date +%T)\"", "a) echo ;;", "wait \"$job\"", "make >log 2>&1", "read -r -a words"),
        *("declare -a names", "declare -r x=1", "(($# > 0 && $1 > 2))", "((${1:-0} > 2))"),
    ],
)  # fmt: skip
def test_what_bash_3_2_has_is_no_problem(line: str) -> None:
    assert list(problems(line)) == []


@pytest.mark.skipif(BASH is None, reason="no bash-3.2")
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"cloud": "azure", "deploy": "terraform", "ci": ["gitlab"]},
        {"cloud": "none", "ci": ["azure-devops"]},
    ],
    ids=["aws", "azure", "own-cluster"],
)
def test_bash_3_2_reads_every_script_and_would_roll_back(
    pristine: Repository, given: dict[str, object]
) -> None:
    root = pristine(**given)
    for script in sorted(root.rglob("*.sh")):
        read = subprocess.run(
            [str(BASH), "-n", str(script)], capture_output=True, text=True, timeout=10
        )
        assert (read.returncode, read.stderr) == (0, ""), script
    env = {
        "PATH": "/usr/bin:/bin",
        "DRY_RUN": "1",
        "ENVIRONMENT": "dev",
        "AZURE_SUBSCRIPTION_ID": "s",
        "KUBECONFIG": "k",
    }
    done = subprocess.run(
        [str(BASH), "ci/rollback.sh"],
        cwd=root,
        env=env,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    # With a trap, bash 3.2 exits with 0 when it stops at an unset variable.
    assert "unbound variable" not in done.stderr
    assert "PREVIOUS" in done.stderr, done.stderr
