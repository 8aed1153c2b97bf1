"""Reading a provider's schema out of its prebuilt bindings for the Cloud Development Kit.

The bindings hold the whole schema as generated JavaScript: each class lists its fields in comments
("// arn - computed: true, optional: false, required: false"), its `…ToHclTerraform` function shows
which field is a block and of which kind, and the declarations show which fields may be left out.
Not in there: sensitive, functions, ephemeral resources.

A field of objects may be a block (`logging {}`) or an attribute (`logging = {}`), and the function
calls both a block. They differ so: a block's comment is "<name> block", or the second argument of
its list mapper is true.
"""

from __future__ import annotations

import io
import re
import tarfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

type_of_construct = {
    "TerraformResource": "resource",
    "TerraformDataSource": "data",
    "TerraformProvider": "provider",
}

_CLASS = re.compile(r"^class (\w+) extends cdkt[fn]\.(\w+) \{", re.M)
_TYPE_NAME = re.compile(r"terraformResourceType: '(\w+)'")
_VERSION = re.compile(r"providerVersion: '([\d.]+)'")
_FIELD = re.compile(
    r"// (?P<name>\w+) - computed: (?P<computed>true|false), optional: (?P<optional>true|false),"
    r" required: (?P<required>true|false)\s*\n(?P<code>.*?)(?=\n\s*// \w+ - computed:|\n    //"
    r" =====|\n\}|\Z)",
    re.S,
)
_ARGUMENT = re.compile(
    r"^\s{8,16}(?P<name>\w+): \{\s*\n\s*value: (?P<value>.*?),\n\s*isBlock: (?P<block>true|false),"
    r'\s*\n\s*type: "(?P<kind>\w+)",\s*\n\s*storageClassType: "(?P<storage>[^"]+)",',
    re.M,
)
_FUNCTION = re.compile(r"^function (\w+)ToHclTerraform\(struct\) \{(.*?)^\}", re.S | re.M)
_INTERFACE = re.compile(r"^export interface (\w+)[^{]*\{(.*?)^\}", re.S | re.M)
_PROPERTY = re.compile(r"^\s+readonly (\w+)(\??):", re.M)
_BLOCK_COMMENT = re.compile(r"^\s+\* (\w+) block\s*$", re.M)
_PRIMITIVES = {"string": "string", "number": "number", "boolean": "bool", "any": "dynamic"}


class EndlessSchema(Exception):
    """A block holds itself: such a schema has no end, and bindings do not limit its depth."""


@dataclass(frozen=True, kw_only=True)
class _Argument:
    is_block: bool
    kind: str
    storage: str
    value: str


@dataclass
class _Module:
    """The generated code of one resource, data source or provider."""

    code: str
    declarations: str
    parents: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, dict[str, _Argument]] = field(default_factory=dict)
    optional: dict[str, dict[str, bool]] = field(default_factory=dict)
    blocks: frozenset[str] = frozenset()
    within: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        starts = [*_CLASS.finditer(self.code)]
        for match, following in zip(starts, [*starts[1:], None], strict=False):
            self.parents[match[1]] = match[2]
            self.bodies[match[1]] = self.code[
                match.start() : following.start() if following else len(self.code)
            ]
        self.arguments = {
            match[1].lower(): _arguments(match[2]) for match in _FUNCTION.finditer(self.code)
        }
        self.optional = {
            match[1]: {name: mark == "?" for name, mark in _PROPERTY.findall(match[2])}
            for match in _INTERFACE.finditer(self.declarations)
        }
        self.blocks = frozenset(_BLOCK_COMMENT.findall(self.declarations))

    def block(self, name: str) -> dict[str, Any]:
        """Return the block of the class `name`, as `terraform providers schema -json` prints it.

        Raises:
            ValueError: the bindings do not have that class: an empty block would turn down each
            correct argument. EndlessSchema: the class is inside itself.

        """
        if name in self.within:
            raise EndlessSchema(name)
        if (
            name not in self.bodies
            and name.removesuffix("OutputReference").lower() not in self.arguments
        ):
            raise ValueError(f"no class {name} in the bindings: their generator has changed")
        self.within.append(name)
        try:
            return self._block(name)
        finally:
            self.within.pop()

    def _block(self, name: str) -> dict[str, Any]:
        body = self.bodies.get(name, "")
        top = self.parents.get(name) in type_of_construct
        if top:
            arguments = _arguments(body[body.find("synthesizeHclAttributes") :])
        else:
            arguments = self.arguments.get(name.removesuffix("OutputReference").lower(), {})
        attributes: dict[str, Any] = {}
        blocks: dict[str, Any] = {}
        for match in _FIELD.finditer(body):
            flags = {
                key: True for key in ("computed", "optional", "required") if match[key] == "true"
            }
            self._field(
                match["name"],
                match["code"],
                arguments.get(match["name"]),
                flags,
                attributes,
                blocks,
            )
        declared = self.optional.get(
            name + "Config" if top else name.removesuffix("OutputReference"), {}
        )
        for (
            field_name,
            argument,
        ) in arguments.items():  # providers have no comments, older compilers left some out
            if field_name not in attributes and field_name not in blocks:
                optional = declared.get(_camel(field_name), True)
                flags = {"optional": True} if optional else {"required": True}
                self._field(field_name, "", argument, flags, attributes, blocks)
        return {
            **({"attributes": dict(sorted(attributes.items()))} if attributes else {}),
            **({"block_types": dict(sorted(blocks.items()))} if blocks else {}),
        }

    def _field(
        self,
        name: str,
        code: str,
        argument: _Argument | None,
        flags: dict[str, bool],
        attributes: dict[str, Any],
        blocks: dict[str, Any],
    ) -> None:
        inner = self._inner_class(name, code, argument)
        if inner is None:
            attributes[name] = {"type": _type(name, code, argument), **flags}
        elif argument is None or not argument.is_block:
            attributes[name] = {"type": self._object_type(name, code, argument, inner), **flags}
        elif ", true)(" in argument.value or name in self.blocks:
            blocks[name] = {
                "block": self.block(inner),
                **_nesting(name, argument),
                **_minimum(flags),
            }
        else:
            mode = {"struct": "single", "map": "map", "set": "set"}.get(argument.kind, "list")
            attributes[name] = {"nested_type": {**self.block(inner), "nesting_mode": mode}, **flags}

    def _inner_class(self, name: str, code: str, argument: _Argument | None) -> str | None:
        """The class of the objects in this field, or None where it holds plain values."""
        if match := re.search(rf'new (?:\w+\.)?(\w+)\(this, "{name}"', code):
            found = match[1]
            if found in self.parents:
                if self.parents[found] in ("ComplexList", "ComplexMap"):
                    reference = re.sub("(List|Map)$", "", found) + "OutputReference"
                    return reference if reference in self.bodies else found
                return found
        if argument is not None and argument.is_block:
            return re.sub("List$", "", argument.storage) + "OutputReference"
        return None

    def _object_type(self, name: str, code: str, argument: _Argument | None, inner: str) -> Any:
        kind: Any = ["object", _attribute_types(self.block(inner))]
        match = re.search(rf'new (?:\w+\.)?(\w+)\(this, "{name}"(?:, (true|false))?', code)
        parent = self.parents.get(match[1]) if match else None
        if parent == "ComplexMap":
            return ["map", kind]
        if parent == "ComplexList":
            as_set = (argument is not None and argument.kind == "set") or (
                match is not None and match[2] == "true"
            )
            return ["set" if as_set else "list", kind]
        return kind


def _arguments(code: str) -> dict[str, _Argument]:
    return {
        match["name"]: _Argument(
            is_block=match["block"] == "true",
            kind=match["kind"],
            storage=match["storage"],
            value=match["value"],
        )
        for match in _ARGUMENT.finditer(code)
    }


def _nesting(name: str, argument: _Argument) -> dict[str, Any]:
    if argument.kind == "struct" or name == "timeouts":
        return {"nesting_mode": "single"}
    mode = "set" if argument.kind == "set" else "list"
    return (
        {"nesting_mode": mode}
        if "listMapper" in argument.value
        else {"nesting_mode": mode, "max_items": 1}
    )


def _minimum(flags: dict[str, bool]) -> dict[str, int]:
    return {"min_items": 1} if flags.get("required") else {}


def _attribute_types(block: dict[str, Any]) -> dict[str, Any]:
    types = {
        name: attribute.get("type", "dynamic")
        for name, attribute in block.get("attributes", {}).items()
    }
    for name, nested in block.get("block_types", {}).items():
        mode = "set" if nested["nesting_mode"] == "set" else "list"
        types[name] = [mode, ["object", _attribute_types(nested["block"])]]
    return types


def _type(name: str, code: str, argument: _Argument | None) -> Any:
    if argument is not None:
        return _stored_type(argument)
    plain = re.search(rf"(tolist\()?this\.get(\w+?)Attribute\('{name}'\)", code)
    match = plain or re.search(rf'()new cdkt[fn]\.(\w+?(?:List|Map))\(this, "{name}"', code)
    if match is None:
        return "dynamic"
    simple = {"List": "StringList"}.get(match[2], match[2])
    primitive = re.match("String|Number|Boolean|Any", simple)
    if primitive is None:
        return "dynamic"
    kind: Any = _PRIMITIVES[primitive[0].lower()]
    if kind == "dynamic":
        return kind
    for wrapper in re.findall("Map|List", simple[primitive.end() :]):
        kind = [wrapper.lower(), kind]
    return ["set", kind[1]] if match[1] and isinstance(kind, list) else kind


def _stored_type(argument: _Argument) -> Any:
    base = re.sub("(List|Map|Set)+$", "", argument.storage)
    kind: Any = _PRIMITIVES.get(base, "dynamic")
    if kind == "dynamic":  # the bindings have "map of any" if Terraform lets it be anything
        return kind
    for wrapper in re.findall("List|Map|Set", argument.storage[len(base) :]):
        kind = ["map" if wrapper == "Map" else "list", kind]
    return ["set", kind[1]] if argument.kind == "set" and isinstance(kind, list) else kind


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


def read(archive: Path) -> tuple[str, dict[str, Any]]:
    """The provider's version, and its schema in the shape of `terraform providers schema -json`.

    A type whose schema has no end is there with None. `archive` is the npm tarball of the bindings,
    or the wheel that holds that tarball.
    """
    folders = _folders(_unpack(archive))
    version = ""
    schema: dict[str, Any] = {"provider": {}, "resource_schemas": {}, "data_source_schemas": {}}
    for folder in folders.values():
        code = "".join(folder["code"])
        module = _Module(code, "".join(folder["declarations"]))
        for name, parent in module.parents.items():
            match type_of_construct.get(parent):
                case "provider":
                    block = module.block(name)
                    block["attributes"].pop("alias", None)  # Terraform's own, for every provider
                    schema["provider"] = {"block": block}
                    version = _first(_VERSION, code)
                case "resource":
                    schema["resource_schemas"][_first(_TYPE_NAME, code)] = _schema(module, name)
                case "data":
                    schema["data_source_schemas"][_first(_TYPE_NAME, code)] = _schema(module, name)
    return version, schema


def _folders(files: dict[str, str]) -> dict[str, dict[str, list[str]]]:
    """The code and the declarations of each resource, data source and provider.

    They are in package/lib/<resource>/index.js; a large one has its classes in
    package/lib/<resource>/index-structs/.
    """
    folders: dict[str, dict[str, list[str]]] = {}
    for name, text in sorted(files.items()):
        parts = name.split("/")
        if len(parts) >= 4 and parts[1] == "lib":
            kind = "declarations" if name.endswith(".d.ts") else "code"
            folders.setdefault(parts[2], {"code": [], "declarations": []})[kind].append(text)
    return folders


def _schema(module: _Module, name: str) -> dict[str, Any] | None:
    """The schema of a resource or data source; None where it has no end."""
    try:
        return {"block": module.block(name)}
    except EndlessSchema:
        return None


def _unpack(archive: Path) -> dict[str, str]:
    data = archive.read_bytes()
    if archive.suffix == ".whl":
        with zipfile.ZipFile(io.BytesIO(data)) as wheel:
            data = wheel.read(next(name for name in wheel.namelist() if name.endswith(".jsii.tgz")))
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as package:
        return {
            member.name: content.read().decode()
            for member in package
            if member.name.endswith((".js", ".d.ts")) and (content := package.extractfile(member))
        }


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    if match is None:
        raise ValueError(f"no {pattern.pattern} in the bindings: their generator has changed")
    return match[1]
