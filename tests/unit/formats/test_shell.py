"""The commands of a shell script, and what is only a text."""

from __future__ import annotations

import pytest

from scaffolder.formats import shell


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("make test", [("make", "test")]),
        ("echo 'run make test and push'", [("echo", "run make test and push")]),
        ('printf "%s" "make push"', [("printf", "%s", "make push")]),
        ("make lint # then make push", [("make", "lint")]),
        ("if ! make -C web build; then", [("make", "-C", "web", "build")]),
        ("CI=1 sudo -E make all", [("make", "all")]),
        ('OUT="$(make version)"', [("make", "version")]),
        ("a && make lint | tee log", [("a",), ("make", "lint"), ("tee", "log")]),
        ("make all > out.log 2>&1", [("make", "all")]),
        ("(cd web && make build)", [("cd", "web"), ("make", "build")]),
        (r"echo \"make\" it", [("echo", '"make"', "it")]),
        ("echo it's", [("echo", "its")]),
        (
            "for x in a b; do make $x; done",
            [("for", "x", "in", "a", "b"), ("make", "$x"), ("done",)],
        ),
        ("`make list`", [("make", "list"), ("`make list`",)]),
        ("$(", [("$(",)]),
        ("", []),
    ],
)
def test_a_line_is_split_into_commands(line: str, expected: list[tuple[str, ...]]) -> None:
    assert list(shell.simple_commands(line)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cat <<EOF > x\nmake a\nEOF\nmake b", {2, 3}),
        ("cat <<-'END'\n\tmake a\n\tEND\nmake b", {2, 3}),
        ('echo "one\nmake a\n"\nmake b', {2, 3}),
        ("echo 'one\nmake a'\nmake b", {2}),
        ("bash <<EOF\nmake a\nEOF\nmake b", {3}),
        ("ssh host <<EOF\nmake a\nEOF", {3}),
        ("# it's a comment\nmake a", set()),
        ("x=$((1 << 2))\nmake a", set()),
        ("read x <<< word\nmake a", set()),
        ("echo don\\'t\nmake a", set()),
        ('x="$(echo "make a")"\nmake b', set()),
    ],
)
def test_lines_of_here_documents_and_quotes_are_no_commands(text: str, expected: set[int]) -> None:
    assert shell.lines_of_texts(text) == expected
