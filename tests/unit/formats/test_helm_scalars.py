"""The type of an unquoted scalar in Helm's values: recorded from Helm 3.19 and 4.1."""

from __future__ import annotations

import pytest

from scaffolder.formats.helm_scalars import value_of
from scaffolder.formats.sprig import text_of, to_json, to_yaml

NUMBERS = (
    ("10485760", "1.048576e+07", "10485760"),
    ("999999", "999999", "999999"),
    ("1000000", "1e+06", "1000000"),
    ("1234567.5", "1.2345675e+06", "1234567.5"),
    ("123456.7", "123456.7", "123456.7"),
    ("0755", "493", "493"),
    ("-0755", "-493", "-493"),
    ("089", "89", "89"),
    ("0o17", "15", "15"),
    ("0b11", "3", "3"),
    ("0x1_F", "31", "31"),
    ("1_000", "1000", "1000"),
    ("1_", "1", "1"),
    ("+5", "5", "5"),
    ("-0", "0", "0"),
    (".5", "0.5", "0.5"),
    ("5.", "5", "5"),
    ("1.20", "1.2", "1.2"),
    ("-1.50", "-1.5", "-1.5"),
    ("1e3", "1000", "1000"),
    ("0.0001", "0.0001", "0.0001"),
    ("0.00001", "1e-05", "0.00001"),
    ("0.1e-5", "1e-06", "0.000001"),
    ("0.1e-6", "1e-07", "1e-7"),
    ("9007199254740993", "9.007199254740992e+15", "9007199254740992"),
    ("18446744073709551615", "1.8446744073709552e+19", "18446744073709552000"),
    ("1e20", "1e+20", "100000000000000000000"),
    ("1e21", "1e+21", "1e+21"),
)
TEXTS = (
    "12:30",
    "190:20:30.15",
    "2026-11-29",
    "2026-11-29T10:00:00Z",
    "1.2.3",
    "1,000",
    "tRUE",
    "_1",
    "0b",
    "1e400",
    "-",
    "a",
)


@pytest.mark.parametrize(("written", "printed", "in_json"), NUMBERS)
def test_a_number_is_a_float_that_is_printed_in_another_way_than_json_has_it(
    written: str, printed: str, in_json: str
) -> None:
    value = value_of(written)
    assert isinstance(value, float)
    assert (text_of(value), to_json(value)) == (printed, in_json)


@pytest.mark.parametrize("written", ["y", "Yes", "on", "True", "TRUE"])
def test_a_word_of_yaml_1_1_is_true(written: str) -> None:
    assert value_of(written) is True


@pytest.mark.parametrize("written", ["n", "No", "off", "False"])
def test_a_word_of_yaml_1_1_is_false(written: str) -> None:
    assert value_of(written) is False


@pytest.mark.parametrize("written", TEXTS)
def test_a_text_stays_a_text(written: str) -> None:
    assert value_of(written) == written


def test_whole_floats_have_no_point_in_yaml_and_json() -> None:
    value = {"a": [10485760.0], "b": 1.5}
    assert to_yaml(value) == "a:\n- 10485760\nb: 1.5"
    assert to_json(value) == '{"a": [10485760], "b": 1.5}'


@pytest.mark.parametrize("written", ["1" * 5000, "0x" + "f" * 5000, "0" * 5000, "1" * 70])
def test_a_number_of_any_length_is_read(written: str) -> None:
    assert value_of(written) is not None
