"""Write scaffolder/tools/offline/external_secrets.gz: JSON schemas of External Secrets.

    git clone --depth 1 --branch v2.9.0 https://github.com/external-secrets/external-secrets
    python -m tools.schemas.external_secrets external-secrets/config/crds/bases/*.yaml

The definitions (Apache-2.0) have descriptions and some forty stores, of which three are kept: those
that a generated repository reads. A store of another kind is taken as it is. The same input gives
the same bytes.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parents[2] / "scaffolder" / "tools" / "offline" / "external_secrets.gz"
VERSION = "v1"
OBJECT_META = "IoK8sApimachineryPkgApisMetaV1ObjectMeta"
"""The name of this definition in custom_resources.gz, which is read together with this file."""
KINDS = ("ExternalSecret", "SecretStore", "ClusterSecretStore")
STORES = ("aws", "azurekv", "vault")
_KEPT = (
    "type",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "minimum",
    "maximum",
    "required",
)


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the rules of a schema: no text, and no field that it does not list."""
    if schema.get("x-kubernetes-preserve-unknown-fields") or schema.get(
        "x-kubernetes-int-or-string"
    ):
        return {}
    kept: dict[str, Any] = {key: schema[key] for key in _KEPT if key in schema}
    if "properties" in schema:
        kept["properties"] = {name: closed(item) for name, item in schema["properties"].items()}
        kept["additionalProperties"] = False
    elif "additionalProperties" in schema:
        extra = schema["additionalProperties"]
        kept["additionalProperties"] = closed(extra) if isinstance(extra, dict) else extra
    if "items" in schema:
        kept["items"] = closed(schema["items"])
    return kept


def _of_kind(schema: dict[str, Any], kind: str) -> dict[str, Any]:
    spec = closed(schema["properties"]["spec"])
    provider = spec["properties"].get("provider", {}).get("properties", {})
    for store in provider:
        if store not in STORES:
            provider[store] = {"type": "object"}
    return {
        "type": "object",
        "properties": {
            "apiVersion": {"const": f"external-secrets.io/{VERSION}"},
            "kind": {"const": kind},
            "metadata": {"$ref": f"#/$defs/{OBJECT_META}"},
            "spec": spec,
        },
        "required": ["apiVersion", "kind", "spec"],
        "additionalProperties": False,
    }


def main() -> None:
    """Read the definitions that the arguments name, and write the file."""
    kinds = {}
    for file in sys.argv[1:]:
        for definition in filter(None, yaml.safe_load_all(Path(file).read_text())):
            kind = definition.get("spec", {}).get("names", {}).get("kind")
            if kind in KINDS:
                versions = {item["name"]: item["schema"] for item in definition["spec"]["versions"]}
                schema = versions[VERSION]["openAPIV3Schema"]
                kinds[f"external-secrets.io/{VERSION} {kind}"] = _of_kind(schema, kind)
    if len(kinds) != len(KINDS):
        sys.exit(__doc__)
    text = json.dumps({"kinds": kinds}, separators=(",", ":"), sort_keys=True)
    FILE.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{FILE.name}: {len(kinds)} kinds, {FILE.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
