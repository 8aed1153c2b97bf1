"""Writes the table of what replaces an object: `python -m tools.replacement PROVIDER [TYPE…]`.

PROVIDER is the file of a real provider, such as terraform-provider-aws_v5.100.0_x5. It is asked,
over its own protocol, for the plan of one change after the other; no account is needed, because a
plan of a change asks no cloud. The documentation of another provider's types is merged with
--documents FOLDER, the folder with one page of Markdown for each type.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import grpc

from scaffolder.tools.offline import catalog
from scaffolder.tools.offline.wire import bytes_field, text_field
from scaffolder.tools.rehearsal import messages
from scaffolder.tools.rehearsal.conforming import conform

TARGET = Path(__file__).parent.parent / "scaffolder/tools/rehearsal/replacement.json.gz"
COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
"""The cookie that HashiCorp's go-plugin expects of the program that starts a provider."""

PANICS = 6
"""After so many panics a type is left as far as it is known."""

Object = dict[str, Any]
_FORCES = re.compile(
    r"forces? (?:a )?(?:new|replace|re-?creat)|forces? .*to be (?:re)?created", re.I
)
_ARGUMENT = re.compile(r"^[*-] `(?P<name>\w+)` - (?P<words>.*)$")


def main(arguments: list[str]) -> None:
    """Ask the provider about each type, or the named ones, and merge the answers into the table."""
    if arguments[0] == "--documents":
        _merge(dict(_documented(Path(arguments[1]), arguments[2])))
    else:
        planned(Path(arguments[0]), arguments[1:], on_type=_merge)


def planned(
    provider: Path,
    names: Collection[str] = (),
    on_type: Callable[[Object], None] = lambda found: None,
) -> Object:
    """Return what replaces an object of each type, or the named ones, as a provider plans it."""
    version = re.search(r"_v([\d.]+)", provider.name)
    schema = catalog.matching("hashicorp/aws", f"= {version[1]}" if version else "")[0]
    part = catalog.load(schema, frozenset(names or catalog.types(schema)))
    ask = Provider(provider, part.provider["block"])
    found: Object = {}
    for name, its in sorted(part.resources.items()):
        replacing, answered = _replacing(ask, name, its["block"])
        if answered:
            found[name] = sorted(replacing)
        print(name, *sorted(replacing), "" if answered else "(no plan)", flush=True)
        on_type(found)
    ask.end()
    return found


def _merge(found: Object) -> None:
    known = json.loads(gzip.decompress(TARGET.read_bytes()))["types"] if TARGET.exists() else {}
    table = {"types": dict(sorted({**known, **found}.items()))}
    TARGET.write_bytes(gzip.compress(json.dumps(table).encode(), mtime=0))


class Provider:
    """A real provider of protocol 5; one that a plan makes panic is started again."""

    def __init__(self, file: Path, block: Object) -> None:
        self._file = file
        self._block = block
        self._start()

    def __call__(self, call: str, request: bytes) -> bytes:
        """Call the provider and return its response."""
        try:
            answer = self._channel.unary_unary(f"/tfplugin5.Provider/{call}")(request, timeout=5)
            return bytes(answer)
        except grpc.RpcError:
            if self._process.poll() is not None or call == "PlanResourceChange":
                self.end()
                self._start()
            raise

    def end(self) -> None:
        """End the provider."""
        self._channel.close()
        if self._process.stdout:
            self._process.stdout.close()
        self._process.kill()
        self._process.wait()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [self._file],
            env={**os.environ, "TF_PLUGIN_MAGIC_COOKIE": COOKIE, "PLUGIN_PROTOCOL_VERSIONS": "5"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        said = self._process.stdout.readline() if self._process.stdout else ""
        _, _, network, place = said.strip().split("|")[:4]
        unlimited = [("grpc.max_receive_message_length", -1)]
        address = f"unix:{place}" if network == "unix" else place
        self._channel = grpc.insecure_channel(address, options=unlimited)
        _configure(self, self._block)


def _configure(ask: Any, block: Object) -> None:
    settings = {
        "region": "eu-central-1",
        "access_key": "rehearsal",
        "secret_key": "rehearsal",
        "skip_credentials_validation": True,
        "skip_region_validation": True,
        "skip_requesting_account_id": True,
        "skip_metadata_api_check": "true",
    }
    answer = messages.fields(ask("Configure", messages.dynamic_value(2, conform(block, settings))))
    if 1 in answer:
        raise SystemExit(f"the provider cannot be configured: {answer[1]}")


def _replacing(ask: Any, name: str, block: Object) -> tuple[set[str], bool]:
    """Return what replaces an object ("block.attribute" in a block), and whether it planned."""
    found: set[str] = set()
    answered, panics = False, 0
    full = _filled(block, everything=True)
    for key, prior, planned in _changes(block, full):
        minimal = _filled(block, everything=False)
        top = key.partition(".")[0]
        for before, after in (
            (prior, planned),
            (minimal | {top: prior[top]}, minimal | {top: planned[top]}),
        ):
            try:
                firsts = _plan(ask, name, block, before, after)
            except grpc.RpcError:
                panics += 1
                if panics > PANICS:
                    return found, answered
                continue
            answered = answered or firsts is not None
            if firsts and top in firsts:
                found.add(key)
                break
    return found, answered


def _changes(block: Object, full: Object) -> Iterator[tuple[str, Object, Object]]:
    """Yield each attribute with an object before and after its change."""
    for name, attribute in block.get("attributes", {}).items():
        if (attribute.get("optional") or attribute.get("required")) and name != "id":
            yield name, full, full | {name: _other(full[name])}
    for name, nested in block.get("block_types", {}).items():
        if name == "timeouts":
            continue
        many = nested["nesting_mode"] in {"list", "set"}
        if not full[name]:
            continue
        yield name, full, full | {name: [] if many else None}
        one = full[name][0] if many else full[name]
        for inner, attribute in nested["block"].get("attributes", {}).items():
            if attribute.get("optional") or attribute.get("required"):
                changed = one | {inner: _other(one[inner])}
                yield f"{name}.{inner}", full, full | {name: [changed] if many else changed}


def _plan(ask: Any, name: str, block: Object, before: Object, after: Object) -> set[str] | None:
    """Return the attributes that a plan names as replacing, None without a plan."""
    computed = {
        key
        for key, attribute in block.get("attributes", {}).items()
        if not attribute.get("optional") and not attribute.get("required")
    }
    config = {
        key: None if key in computed or key == "id" else value for key, value in after.items()
    }
    request = (
        text_field(1, name)
        + messages.dynamic_value(2, before)
        + messages.dynamic_value(3, after)
        + messages.dynamic_value(4, config)
        + bytes_field(5, b"{}")
    )
    answer = messages.fields(ask("PlanResourceChange", request))
    error = 1
    if any(messages.fields(one).get(1) == [error] for one in answer.get(4, [])):
        return None
    return {
        messages.text(messages.fields(messages.fields(path)[1][0]), 1)
        for path in answer.get(2, [])
        if 1 in messages.fields(path)
    }


def _filled(block: Object, *, everything: bool) -> Object:
    found: Object = {}
    for name, attribute in block.get("attributes", {}).items():
        given = everything or attribute.get("required") or name == "id"
        found[name] = _value(name, attribute) if given else None
    for name, nested in block.get("block_types", {}).items():
        given = (everything or nested.get("min_items")) and name != "timeouts"
        inner = _filled(nested["block"], everything=everything) if given else None
        match nested["nesting_mode"]:
            case "single" | "group":
                found[name] = inner
            case "map":
                found[name] = {"a": inner} if inner else {}
            case _:
                found[name] = [inner] if inner else []
    return found


def _value(name: str, attribute: Object) -> Any:
    if "nested_type" in attribute:
        nested = attribute["nested_type"]
        inner = {name: _value(name, one) for name, one in nested["attributes"].items()}
        return inner if nested["nesting_mode"] == "single" else [inner]
    return _of(name, attribute["type"])


_FORMS = (
    (r"arn|role$|principal", "arn:aws:iam::11112222333{}:role/a"),
    (r"cidr", "10.{}.0.0/16"),
    (r"policy|json|document|definition$", '{{"Version": "{}"}}'),
    (r"time|date$|_at$", "2026-01-0{}T00:00:00Z"),
    (r"(^|_)ip($|_)|address", "10.0.0.{}"),
)
"""The forms that the provider expects in strings of some names, with a digit to change."""


def _text(name: str, digit: str) -> str:
    fitting = (form for pattern, form in _FORMS if re.search(pattern, name))
    return next(fitting, "{}").format(digit)


def _of(name: str, kind: Any) -> Any:
    match kind:
        case "string":
            return _text(name, "1")
        case "number":
            return 1
        case "bool":
            return False
        case ["object", inner]:
            return {key: _of(key, one) for key, one in inner.items()}
        case ["map", inner]:
            return {"a": _of("", inner)}
        case [_, inner]:
            return [_of(name, inner)]
    return None


def _other(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case str():
            return _later(value)
        case int():
            return 2
        case list():
            return [_other(one) for one in value]
        case dict():
            return {key: _other(one) for key, one in value.items()}
    return value


def _later(value: str) -> str:
    """Return a string of a form with the digit 2 in the place of its 1."""
    known = {form.format("1"): form.format("2") for _, form in _FORMS}
    return known.get(value, "2")


def _documented(folder: Path, prefix: str) -> Iterator[tuple[str, list[str]]]:
    """Yield, for each page, the arguments of the type itself that its words call replacing."""
    schema = catalog.matching(f"hashicorp/{prefix.rstrip('_')}", "")[0]
    resources = catalog.load(schema, catalog.types(schema)).resources
    for page in sorted(folder.glob("*.markdown")):
        kind = prefix + page.name.partition(".")[0]
        if kind not in resources:
            continue
        known = set(_names(resources[kind]["block"]))
        names, inside = [], ""
        for line in page.read_text(encoding="utf-8").splitlines():
            if block := re.match(r"^(?:An?|The|Each) `(\w+)` block", line):
                inside = f"{block[1]}."
            elif re.match(r"^## ", line):
                inside = "" if "Argument" in line else "-"
            argument = _ARGUMENT.match(line)
            if argument and inside != "-" and _FORCES.search(argument["words"]):
                names.append(inside + argument["name"])
        yield kind, sorted(set(names) & known)


def _names(block: Object) -> Iterator[str]:
    """Yield the attributes and blocks of a type, and the attributes of its blocks."""
    yield from block.get("attributes", {})
    for name, nested in block.get("block_types", {}).items():
        yield name
        yield from (f"{name}.{inner}" for inner in nested["block"].get("attributes", {}))


if __name__ == "__main__":
    main(sys.argv[1:])
