"""The messages of the plugin protocol that carry values, written and read back."""

from __future__ import annotations

import msgpack
import pytest

from scaffolder.tools.rehearsal import messages
from scaffolder.tools.rehearsal.values import UNKNOWN


@pytest.mark.parametrize(
    "plain",
    [
        None,
        True,
        0,
        -1,
        1.5,
        "text",
        "ümlaut",
        [],
        ["a", None],
        {"a": {"b": [1]}},
        {"a": UNKNOWN},
        [UNKNOWN, "a"],
        [b'"string"', "of a dynamic type"],
    ],
    ids=repr,
)
def test_a_value_is_read_as_it_was_written(plain: object) -> None:
    message = messages.fields(messages.dynamic_value(3, plain))
    assert messages.value(message, 3) == plain


def test_an_unknown_value_of_which_something_is_known_is_unknown() -> None:
    refined = msgpack.packb(msgpack.ExtType(12, b"\x81\x01\xc2"))
    assert messages.unpacked(refined) is UNKNOWN


def test_another_extension_is_refused() -> None:
    with pytest.raises(ValueError, match="unexpected extension 5"):
        messages.unpacked(msgpack.packb(msgpack.ExtType(5, b"\0")))


def test_a_plan_names_what_replaces() -> None:
    response = messages.fields(messages.planned({"name": "a"}, ["name"]))
    assert messages.value(response, 1) == {"name": "a"}
    step = messages.fields(messages.fields(response[2][0])[1][0])
    assert (messages.text(step, 1), response[5]) == ("name", [1])


def test_a_message_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="unexpected wire type 5"):
        messages.fields(b"\x0d\0\0\0\0")
