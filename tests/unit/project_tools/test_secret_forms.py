"""The script that takes the published forms of secrets from gitleaks' table."""

from __future__ import annotations

import json
import re

import pytest

from tools import secret_forms

END = r"""(?:[\x60'"\s;]|\\[nr]|$)"""
PATTERNS = {
    "flags that start inside": (r"\b(x-(?i)[a-f]{4})" + END, "x-aBcD", "X-abcd"),
    "flags of a group": (r"a_(?i:b{4})c", "a_BbBbc", "a_BbBbC"),
    "flags up to the end of a group": (r"(?:k(?i)ey)_[A-Z]{3}", "kEY_ABC", "kEY_abc"),
    "a class of POSIX": (r"pat[[:alnum:]]{4}", "pata1B2", "pat-1B2"),
    "the end of a text": (r"\b(sha256~[\w-]{4})(?:[^\w-]|\z)", "sha256~ab-c", "sha256~ab-cd"),
    "a parenthesis in a class": (r"(?:q[()](?i)x)y", "q)Xy", "q)XY"),
}


@pytest.mark.parametrize(("pattern", "secret", "other"), PATTERNS.values(), ids=PATTERNS)
def test_a_pattern_of_go_is_rewritten_for_python(pattern: str, secret: str, other: str) -> None:
    rewritten = re.compile(secret_forms.python_pattern(pattern))
    assert rewritten.search(f'"{secret}", ')
    assert rewritten.search(f"x={secret}")
    assert not rewritten.search(other)
    assert not rewritten.search(f"a{secret}")


def test_the_table_is_what_the_script_writes() -> None:
    table = json.loads(secret_forms.FILE.read_text(encoding="utf-8"))
    assert re.fullmatch("[0-9a-f]{40}", table["header"]["revision"])
    assert len(table["forms"]) > 90
    for form in table["forms"]:
        re.compile(form["pattern"])
        assert form["hints"] == sorted(hint.lower() for hint in form["hints"])
        assert form["name"] not in secret_forms.LEFT_OUT
