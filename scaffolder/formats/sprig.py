"""The functions of charts, as Helm has them.

https://masterminds.github.io/sprig/ and Helm's own.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import chain
from typing import Any

from scaffolder.formats.versions import allows

_MOST_LINES = 20_000


class Failed(Exception):
    """The chart itself stops the rendering: `fail` or `required`."""


def truth(value: Any) -> bool:
    """Return the truth of a value in `if`."""
    return bool(value)


def text_of(value: Any) -> str:
    """Return the printed text of a value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, Mapping):
        entries = sorted(value.items(), key=str)
        return f"map[{' '.join(f'{key}:{text_of(entry)}' for key, entry in entries)}]"
    return f"[{' '.join(map(text_of, value))}]" if isinstance(value, list | tuple) else str(value)


def float_text(value: float) -> str:
    """Return a float as Go's `%v` prints it.

    The fewest digits that name it, with an exponent from 1e-05 down and 1e+06 up.
    """
    return (
        _with_exponent(value)
        if _exponent(value) < -4 or _exponent(value) >= 6
        else _positional(value)
    )


def json_text(value: float) -> str:
    """Return a float as Go's encoding/json writes it.

    With an exponent only below 1e-6 and from 1e21 up.
    """
    if value and not 1e-6 <= abs(value) < 1e21:
        return re.sub(r"e-0(\d)$", r"e-\1", _with_exponent(value))
    return _positional(value)


def _exponent(value: float) -> int:
    return Decimal(repr(value)).adjusted() if value and math.isfinite(value) else 0


def _positional(value: float) -> str:
    text = format(Decimal(repr(value)), "f") if math.isfinite(value) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _with_exponent(value: float) -> str:
    sign, digits, _ = Decimal(repr(value)).normalize().as_tuple()
    first, *rest = map(str, digits)
    mantissa = f"{'-' if sign else ''}{first}{'.' if rest else ''}{''.join(rest)}"
    return f"{mantissa}e{_exponent(value):+03}"


def to_json(value: Any, indent: int | None = None) -> str:
    """A value as JSON, its whole floats without a point."""
    if isinstance(value, float):
        return json_text(value)
    return json.dumps(_without_points(value), default=str, indent=indent)


def _without_points(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_points(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_points(one) for one in value]
    return (
        int(json_text(value))
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e21
        else value
    )


def to_yaml(value: Any) -> str:
    """A value as YAML in block style, without a line break at the end."""
    return "\n".join(_block(value, [_MOST_LINES]))


def _block(value: Any, left: list[int]) -> list[str]:
    left[0] -= 1
    if left[0] < 0:
        raise Failed(f"toYaml gives more than {_MOST_LINES} lines")
    if isinstance(value, Mapping) and value:
        lines = []
        for key in sorted(value, key=str):
            inner = _block(value[key], left)
            name = (
                _scalar(key)
                if not isinstance(key, str) or not re.fullmatch(r"[A-Za-z_][\w./-]*", key)
                else key
            )
            if isinstance(value[key], Mapping | list | tuple) and value[key]:
                lines += [
                    f"{name}:",
                    *(("  " if isinstance(value[key], Mapping) else "") + line for line in inner),
                ]
            else:
                lines.append(f"{name}: {inner[0]}")
        return lines
    if isinstance(value, list | tuple) and value:
        lines = []
        for item in value:
            first, *more = _block(item, left)
            lines += [f"- {first}", *(f"  {line}" for line in more)]
        return lines
    return [_scalar(value)]


def _scalar(value: Any) -> str:
    if isinstance(value, Mapping | list | tuple):
        return "{}" if isinstance(value, Mapping) else "[]"
    if isinstance(value, float):
        return json_text(value) if value.is_integer() else float_text(value)
    return json.dumps(value, default=str, ensure_ascii=False)


def _indent(width: int, text: Any) -> str:
    return "\n".join(" " * min(width, 200) + line for line in text_of(text).split("\n"))


def _default(fallback: Any, value: Any = None) -> Any:
    return value if truth(value) else fallback


def _number(value: Any) -> int:
    try:
        return int(float(value)) if value not in (None, "") else 0
    except (TypeError, ValueError):
        return 0


def _compare(first: Any, second: Any) -> int:
    if isinstance(first, str) and isinstance(second, str):
        return (first > second) - (first < second)
    return (float(first) > float(second)) - (float(first) < float(second))


def _equal(first: Any, *others: Any) -> bool:
    return any(
        first == other and isinstance(first, bool) == isinstance(other, bool) for other in others
    )


def _fail(message: Any) -> Any:
    raise Failed(text_of(message))


def _required(message: Any, value: Any) -> Any:
    return _fail(message) if value in (None, "") else value


def _printf(pattern: str, *values: Any) -> str:
    rest = list(values)

    def one(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        value = rest.pop(0) if rest else ""
        if found[2] == "q":
            return json.dumps(text_of(value))
        if found[2] in "dx":
            return str(f"%{found[1]}{found[2]}" % _number(value))
        return (
            str(f"%{found[1]}s" % text_of(value))
            if found[2] in "svt"
            else str(f"%{found[1]}f" % float(value))
        )

    return re.sub(r"%%|%([-+0-9.]{0,6})([a-z])", one, pattern)


def _merged(first: Any, *others: Any) -> dict[Any, Any]:
    made = dict(first or {})
    for other in others:
        for key, value in (other or {}).items():
            both = isinstance(made.get(key), Mapping) and isinstance(value, Mapping)
            made[key] = _merged(made[key], value) if both else made.get(key, value)
    return made


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        if isinstance(value, Mapping):
            value = value.get(key)
        else:
            value = (
                value[key]
                if isinstance(value, list) and isinstance(key, int) and key < len(value)
                else None
            )
    return value


def _dictionary(*parts: Any) -> dict[Any, Any]:
    return dict(zip(parts[::2], parts[1::2], strict=False))


def _dig(*parts: Any) -> Any:
    *keys, fallback, value = parts
    for key in keys:
        if not isinstance(value, Mapping) or key not in value:
            return fallback
        value = value[key]
    return value


def _parsed(text: Any) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return {}


def _parsed_yaml(text: Any) -> Any:
    import yaml

    from scaffolder.formats.yaml import load_all

    try:
        return next(iter(load_all(text_of(text))), {})
    except yaml.YAMLError:
        return {}


def _kind(value: Any) -> str:
    for kind, name in (
        (bool, "bool"),
        (str, "string"),
        (int, "int"),
        (float, "float64"),
        (Mapping, "map"),
    ):
        if isinstance(value, kind):
            return name
    return "slice" if isinstance(value, list | tuple) else "invalid"


def _arithmetic(step: Callable[[int, int], int]) -> Callable[..., int]:
    return lambda *values: functools.reduce(step, map(_number, values))


def _text(change: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a text that may be given another value."""
    return lambda *values: change(*values[:-1], text_of(values[-1]))


def _set(table: Any, key: Any, value: Any) -> Any:
    table[key] = value
    return table


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "quote": lambda *values: " ".join(
        json.dumps(text_of(one), ensure_ascii=False) for one in values if one is not None
    ),
    "squote": lambda *values: " ".join(f"'{text_of(one)}'" for one in values if one is not None),
    "default": _default,
    "required": _required,
    "fail": _fail,
    "toYaml": to_yaml,
    "toJson": to_json,
    "toPrettyJson": lambda value: to_json(value, 2),
    "fromJson": _parsed,
    "fromYaml": _parsed_yaml,
    "indent": _indent,
    "nindent": lambda width, text: "\n" + _indent(width, text),
    "trunc": _text(lambda n, text: text[:n] if n >= 0 else text[n:]),
    "trim": _text(str.strip),
    "trimSuffix": _text(lambda end, text: text.removesuffix(end)),
    "trimPrefix": _text(lambda start, text: text.removeprefix(start)),
    "trimAll": _text(lambda signs, text: text.strip(signs)),
    "lower": _text(str.lower),
    "upper": _text(str.upper),
    "title": _text(str.title),
    "replace": _text(lambda old, new, text: text.replace(old, new)),
    "contains": _text(lambda part, text: part in text),
    "hasPrefix": _text(lambda start, text: text.startswith(start)),
    "hasSuffix": _text(lambda end, text: text.endswith(end)),
    "splitList": _text(lambda sign, text: text.split(sign)),
    "join": lambda sign, values: sign.join(map(text_of, values)),
    "cat": lambda *values: " ".join(map(text_of, values)),
    "print": lambda *values: "".join(map(text_of, values)),
    "printf": _printf,
    "toString": text_of,
    "int": _number,
    "int64": _number,
    "float64": lambda value: float(value or 0),
    "atoi": _number,
    "add": lambda *values: sum(map(_number, values)),
    "add1": lambda value: _number(value) + 1,
    "sub": _arithmetic(lambda a, b: a - b),
    "mul": _arithmetic(lambda a, b: a * b),
    "div": _arithmetic(lambda a, b: a // b if b else 0),
    "max": lambda *values: max(map(_number, values)),
    "min": lambda *values: min(map(_number, values)),
    "eq": _equal,
    "ne": lambda first, second: not _equal(first, second),
    "lt": lambda first, second: _compare(first, second) < 0,
    "le": lambda first, second: _compare(first, second) <= 0,
    "gt": lambda first, second: _compare(first, second) > 0,
    "ge": lambda first, second: _compare(first, second) >= 0,
    "and": lambda *values: next((one for one in values if not truth(one)), values[-1]),
    "or": lambda *values: next((one for one in values if truth(one)), values[-1]),
    "not": lambda value: not truth(value),
    "empty": lambda value: not truth(value),
    "coalesce": lambda *values: next((one for one in values if truth(one)), None),
    "ternary": lambda yes, no, choice: yes if truth(choice) else no,
    "dict": _dictionary,
    "list": lambda *values: list(values),
    "tuple": lambda *values: list(values),
    "set": _set,
    "get": lambda table, key: (table or {}).get(key, ""),
    "hasKey": lambda table, key: key in (table or {}),
    "pluck": lambda key, *tables: [one[key] for one in tables if key in one],
    "dig": _dig,
    "index": _index,
    "keys": lambda *tables: list(chain.from_iterable(tables)),
    "values": lambda table: list(table.values()),
    "omit": lambda table, *names: {key: value for key, value in table.items() if key not in names},
    "pick": lambda table, *names: {key: value for key, value in table.items() if key in names},
    "merge": _merged,
    "mergeOverwrite": lambda first, *others: _merged(*reversed((first, *others))),
    "deepCopy": lambda value: value,
    "len": lambda value: len(value or ()),
    "first": lambda values: values[0] if values else None,
    "last": lambda values: values[-1] if values else None,
    "append": lambda values, one: [*values, one],
    "prepend": lambda values, one: [one, *values],
    "concat": lambda *lists: list(chain.from_iterable(lists)),
    "compact": lambda values: [one for one in values if truth(one)],
    "uniq": lambda values: [one for place, one in enumerate(values) if one not in values[:place]],
    "sortAlpha": lambda values: sorted(map(text_of, values)),
    "has": lambda one, values: one in (values or ()),
    "until": lambda number: list(range(min(number, 10_000))),
    "kindIs": lambda kind, value: _kind(value) == kind,
    "kindOf": _kind,
    "typeOf": _kind,
    "b64enc": _text(lambda text: base64.b64encode(text.encode()).decode()),
    "sha256sum": _text(lambda text: hashlib.sha256(text.encode()).hexdigest()),
    "semverCompare": lambda wanted, version: allows(wanted.replace("-0", ""), version) is not False,
    "lookup": lambda *_: {},
    "now": lambda: "1970-01-01",
    "date": lambda *_: "1970-01-01",
    "randAlphaNum": lambda number: "x" * min(number, 1000),
}
