"""Write custom_resources.gz: JSON schemas of the custom resources of repositories.

It is in scaffolder/tools/offline/.

    npm pack @kubernetes-models/gateway-api @kubernetes-models/prometheus-operator \
             @kubernetes-models/apimachinery kubernetes-models
    python -m tools.schemas.custom_resources *.tgz

Those packages (MIT) are generated from the Go types of the Gateway API and of the Prometheus
operator. A class in their declarations lists the fields of an object, and the validator beside it
knows the pattern and the values of a string. aws_gateway.json holds, written by hand, the spec of
two kinds of the AWS load balancer controller, whose fields are on
https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/gateway/ under
"configuration".

The same input gives the same bytes.
"""

from __future__ import annotations

import gzip
import json
import posixpath
import re
import sys
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[2] / "scaffolder" / "tools" / "offline" / "custom_resources.gz"
BY_HAND = Path(__file__).with_name("aws_gateway.json")
KINDS = {
    "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1": (
        "BackendTLSPolicy",
        "Gateway",
        "GatewayClass",
        "GRPCRoute",
        "HTTPRoute",
    ),
    "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1beta1": ("ReferenceGrant",),
    "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1": (
        "PodMonitor",
        "Probe",
        "PrometheusRule",
        "ServiceMonitor",
    ),
    "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1alpha1": (
        "AlertmanagerConfig",
    ),
}
OBJECT_META = "@kubernetes-models/apimachinery/apis/meta/v1/ObjectMeta"
LABEL_SELECTOR = "@kubernetes-models/apimachinery/apis/meta/v1/LabelSelector"

_IMPORT = re.compile(r'import \{ ([^}]*) \} from "([^"]+)"')
_CLASS = re.compile(
    r"^export declare class (\w+) extends Model<.*?\{(.*?)^    (?:static|constructor)", re.S | re.M
)
_ALIAS = re.compile(r"^export type I(\w+) = (.*?);$", re.MULTILINE)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\w+|[<>{}\[\]|:;?]')
_PATTERN = re.compile(r'keyword:"pattern",params:\{pattern:("(?:[^"\\]|\\.)*")\}')
_PRIMITIVES = {
    "string": {"type": "string"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "unknown": {},
    "any": {},
    "object": {"type": "object"},
}


@dataclass
class Models:
    """The files of all packages, by package and path, and the definitions that were read so far."""

    files: dict[str, str]
    definitions: dict[str, Any] = field(default_factory=dict)

    def define(self, module: str) -> str:
        """Read the type that `module` declares, and all it refers to.

        Return the definition's name.
        """
        text = re.sub(r"/\*\*.*?\*/", "", self.files[f"{module}.d.ts"], flags=re.DOTALL)
        name = self._full_name(text, module)
        if name not in self.definitions:
            self.definitions[name] = {}  # types may refer to themselves
            imports = self._imports(text, module)
            if declared := _CLASS.search(text):
                self.definitions[name] = self._literal(_TOKEN.findall(declared[2] + "}"), imports)
            elif alias := _ALIAS.search(text):
                self.definitions[name] = self._type(alias[2], imports) | self._limits(module, name)
        return name

    def _type(self, text: str, imports: dict[str, str]) -> dict[str, Any]:
        tokens = _TOKEN.findall(text)
        schema = self._union(tokens, imports)
        if tokens:
            raise ValueError(f"{text!r}: {tokens} is left over")
        return schema

    def _union(self, tokens: list[str], imports: dict[str, str]) -> dict[str, Any]:
        options = [self._single(tokens, imports)]
        while tokens and tokens[0] == "|":
            tokens.pop(0)
            options.append(self._single(tokens, imports))
        if all("const" in option for option in options):
            return {"enum": [option["const"] for option in options]}
        return options[0] if len(options) == 1 else {"anyOf": options}

    def _single(self, tokens: list[str], imports: dict[str, str]) -> dict[str, Any]:
        word = tokens.pop(0)
        if word == "Array":
            tokens.pop(0)  # <
            items = self._union(tokens, imports)
            tokens.pop(0)  # >
            return {"type": "array", "items": items}
        if word == "{":
            return self._literal(tokens, imports)
        if word.startswith('"') or word.isdigit():
            return {"const": json.loads(word)}
        if word in _PRIMITIVES:
            return dict(_PRIMITIVES[word])
        if (
            tokens and tokens[0] == "["
        ):  # IOwnerReference["apiVersion"], which is a string wherever it occurs
            del tokens[:3]
            return {"type": "string"}
        return {"$ref": f"#/$defs/{self.define(imports[word])}"}

    def _literal(self, tokens: list[str], imports: dict[str, str]) -> dict[str, Any]:
        """Return the type behind "{": a map, `[key: string]: T;`, or named fields."""
        properties: dict[str, Any] = {}
        required = []
        others: Any = False
        while (word := tokens.pop(0)) != "}":
            if word == "[":
                del tokens[:4]  # key : string ]
                tokens.pop(0)  # :
                others = self._union(tokens, imports)
            else:
                name = json.loads(word) if word.startswith('"') else word
                if tokens[0] == "?":
                    tokens.pop(0)
                else:
                    required.append(name)
                tokens.pop(0)  # :
                properties[name] = self._union(tokens, imports)
            if tokens[0] == ";":
                tokens.pop(0)
        if not properties and others is False:  # an object of any content
            return {"type": "object"}
        schema: dict[str, Any] = {"type": "object", "additionalProperties": others}
        return (
            schema
            | ({"properties": properties} if properties else {})
            | ({"required": required} if required else {})
        )

    def _limits(self, module: str, name: str) -> dict[str, Any]:
        """Return the limits of a plain value's validator, without patterns only for JavaScript."""
        package = re.match(r"(?:@[^/]+/)?[^/]+", module)
        validator = self.files.get(f"{package[0] if package else ''}/_schemas/{name}.js", "")
        limits: dict[str, Any] = {}
        for keyword in ("minLength", "maxLength"):
            if match := re.search(rf'keyword:"{keyword}",params:\{{limit:(\d+)\}}', validator):
                limits[keyword] = int(match[1])
        if match := _PATTERN.search(validator):
            limits["pattern"] = json.loads(match[1])
        return limits

    def _imports(self, text: str, module: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for names, source in _IMPORT.findall(text):
            path = source.removesuffix(".js")
            where = (
                posixpath.normpath(posixpath.join(posixpath.dirname(module), path))
                if path[0] == "."
                else path
            )
            found |= {name.strip(): where for name in names.split(",")}
        return found

    def _full_name(self, text: str, module: str) -> str:
        match = re.search(r"export type \{ I\w+ as I(\w+)", text)
        if match is None:
            raise ValueError(f"{module} declares no type")
        return match[1]


def unpack(archives: list[Path]) -> dict[str, str]:
    files: dict[str, str] = {}
    for archive in archives:
        with tarfile.open(archive, "r:gz") as package:
            members = {
                m.name.removeprefix("package/"): m
                for m in package
                if m.name.endswith((".d.ts", ".js", ".json"))
            }
            content = {name: package.extractfile(member) for name, member in members.items()}
            texts = {name: file.read().decode() for name, file in content.items() if file}
        name = json.loads(texts["package.json"])["name"]
        files |= {f"{name}/{path}": text for path, text in texts.items()}
    return files


def closed(schema: Any) -> Any:
    """Every object that lists its fields, without fields of other names."""
    if isinstance(schema, dict):
        extra = (
            {"additionalProperties": False}
            if "properties" in schema and "additionalProperties" not in schema
            else {}
        )
        return {key: closed(value) for key, value in schema.items()} | extra
    return [closed(item) for item in schema] if isinstance(schema, list) else schema


def main() -> None:
    archives = [Path(name) for name in sys.argv[1:]]
    if not archives:
        sys.exit(__doc__)
    models = Models(unpack(archives))
    models.define(LABEL_SELECTOR)
    by_hand = json.loads(BY_HAND.read_text())
    kinds = {}
    for folder, names in KINDS.items():
        group_version = "/".join(folder.split("/")[-2:])
        for name in names:
            definition = models.definitions[models.define(f"{folder}/{name}")]
            definition["properties"].pop("status", None)
            kinds[f"{group_version} {name}"] = definition
    for key, spec in by_hand["kinds"].items():
        api_version, _, kind = key.partition(" ")
        kinds[key] = {
            "type": "object",
            "properties": {
                "apiVersion": {"const": api_version},
                "kind": {"const": kind},
                "metadata": {"$ref": f"#/$defs/{models.define(OBJECT_META)}"},
                "spec": closed(spec),
            },
            "required": ["apiVersion", "kind", "spec"],
            "additionalProperties": False,
        }
    content = {
        "source": sorted(archive.name for archive in archives),
        "kinds": kinds,
        "$defs": models.definitions | closed(by_hand["definitions"]),
    }
    FILE.write_bytes(
        gzip.compress(
            json.dumps(content, separators=(",", ":"), sort_keys=True).encode(), 9, mtime=0
        )
    )
    print(
        f"{FILE.name}: {len(kinds)} kinds, {len(content['$defs'])} definitions,"
        f" {FILE.stat().st_size // 1024} KB"
    )


if __name__ == "__main__":
    main()
