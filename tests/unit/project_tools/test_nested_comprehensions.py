from pathlib import Path

import pytest

from tools import nested_comprehensions


@pytest.mark.parametrize(
    "expression",
    [
        "[y for x in z for y in x]",
        "{y for x in z for y in x}",
        "{y: x for x in z for y in x}",
        "tuple(y for x in z for y in x)",
        "[y for x in z if x for y in x if y]",
        "[a for x in z for y in x for a in y]",
        "[[y for x in z for y in x] for z in w]",
    ],
)
def test_a_second_for_is_listed(expression: str) -> None:
    assert nested_comprehensions.lines(f"\nfound = {expression}\n") == [2]


@pytest.mark.parametrize(
    "source",
    [
        "found = [x for x in y if x]",
        "found = [[x for x in y] for y in z]",
        "found = [x for x in [y for y in z]]",
        "for x in z:\n    for y in x:\n        found.append(y)",
    ],
)
def test_a_comprehension_in_another_and_a_loop_are_not(source: str) -> None:
    assert nested_comprehensions.lines(source) == []


def test_lines_are_in_order() -> None:
    one = "[y for x in z for y in x]"
    source = f"a = [\n    {one}\n    for z in w\n]\n\n\nb = {one}\n"
    assert nested_comprehensions.lines(source) == [2, 7]


def test_each_folder_of_code_is_read_and_no_other(tmp_path: Path) -> None:
    source = "found = [y for x in z for y in x]\n"
    for path in ("scaffolder/a/b.py", "scaffolder/_data/c.py", "tools/d.py", "tests/e.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(source)
    assert list(nested_comprehensions.nested(tmp_path)) == ["scaffolder/a/b.py:1", "tools/d.py:1"]


@pytest.mark.parametrize(
    ("source", "code", "printed"),
    [
        (
            "\nfound = {y for x in z for y in x}\n",
            1,
            "scaffolder/a.py:2: a comprehension with two `for`\n",
        ),
        ("found = {x for x in z}\n", 0, ""),
    ],
)
def test_one_is_printed_and_fails(
    source: str,
    code: int,
    printed: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "scaffolder").mkdir()
    (tmp_path / "scaffolder/a.py").write_text(source)
    monkeypatch.setattr(nested_comprehensions, "ROOT", tmp_path)
    assert nested_comprehensions.main() == code
    assert capsys.readouterr().err == printed
