"""Functions of charts, as Helm has them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scaffolder.formats.sprig import (
    FUNCTIONS,
    Failed,
    float_text,
    json_text,
    text_of,
    to_json,
    to_yaml,
    truth,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (3, "3"),
        ("a", "a"),
        ([1, "b"], "[1 b]"),
        ({"b": 1, "a": True}, "map[a:true b:1]"),
        (1.5, "1.5"),
    ],
)
def test_a_value_is_printed_as_go_prints_it(value: Any, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("value", "text", "as_json"),
    [
        (1.0, "1", "1"),
        (0.5, "0.5", "0.5"),
        (1e6, "1e+06", "1000000"),
        (123456.0, "123456", "123456"),
        (1e-5, "1e-05", "0.00001"),
        (1e21, "1e+21", "1e+21"),
    ],
)
def test_floats_have_the_forms_of_go(value: float, text: str, as_json: str) -> None:
    assert float_text(value) == text
    assert json_text(value) == as_json


@pytest.mark.parametrize(
    ("value", "true"), [("", False), ([], False), (0, False), ("0", True), ({"a": 1}, True)]
)
def test_empty_values_are_false(value: Any, *, true: bool) -> None:
    assert truth(value) is true


def test_a_value_becomes_json_or_yaml() -> None:
    value = {"a": [1.0, "x"], "b": {"c": None}}
    assert json.loads(to_json(value)) == value
    assert to_json({"a": 1.0}, indent=1) == '{\n "a": 1\n}'
    assert to_yaml({"b": 1, "a": ["x"]}) == 'a:\n- "x"\nb: 1'
    assert to_yaml("8080") == '"8080"'
    assert to_yaml({}) == "{}"


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("quote", ("a", 1, None), '"a" "1"'),
        ("squote", ("a",), "'a'"),
        ("default", ("x", ""), "x"),
        ("default", ("x", "y"), "y"),
        ("default", ("x", 0), "x"),
        ("upper", ("a",), "A"),
        ("trunc", (3, "abcdef"), "abc"),
        ("trimSuffix", ("-", "a-"), "a"),
        ("replace", (".", "-", "a.b"), "a-b"),
        ("contains", ("b", "abc"), True),
        ("contains", ("x", "abc"), False),
        ("indent", (2, "a\nb"), "  a\n  b"),
        ("nindent", (2, "a"), "\n  a"),
        ("ternary", ("a", "b", True), "a"),
        ("ternary", ("a", "b", False), "b"),
        ("add", (1, 2), 3),
        ("eq", (1, 1), True),
        ("eq", (1, 2), False),
        ("gt", (2, 1), True),
        ("lt", (2, 1), False),
        ("hasKey", ({"a": 1}, "a"), True),
        ("hasKey", ({"a": 1}, "b"), False),
        ("dig", ("a", "b", "x", {"a": {"b": 1}}), 1),
        ("dig", ("a", "c", "x", {"a": {"b": 1}}), "x"),
        ("printf", ("%s-%d", "a", 1), "a-1"),
        ("b64enc", ("a",), "YQ=="),
        ("sha256sum", ("",), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ],
)
def test_a_function_gives_what_helm_gives(
    name: str, arguments: tuple[Any, ...], result: Any
) -> None:
    assert FUNCTIONS[name](*arguments) == result


@pytest.mark.parametrize(
    ("name", "arguments"), [("fail", ("no",)), ("required", ("no", "")), ("required", ("no", None))]
)
def test_a_chart_stops_its_rendering(name: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(Failed, match="no"):
        FUNCTIONS[name](*arguments)


def test_a_required_value_that_is_there_is_given() -> None:
    assert FUNCTIONS["required"]("no", "x") == "x"
