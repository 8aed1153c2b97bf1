r"""Writes one file of scaffolder/tools/offline/schemas: the schema of one release of one provider.

    python -m tools.schemas.regenerate hashicorp/aws --provider 5.100.0
        ask the provider itself, through `terraform providers schema -json`; it comes from the
        source of your Terraform's providers (TF_CLI_CONFIG_FILE names a mirror if the registry is
        out of reach)
    python -m tools.schemas.regenerate hashicorp/azurerm \
            --json azurerm.json --version 4.81.0 --also-named bindings.tgz
        the earlier output of that command; if it was cut down to some types, the bindings name the
        others, and if descriptions were cut out of it, they tell which objects have a field of
        that name
    python -m tools.schemas.regenerate hashicorp/aws \
            --bindings cdktn_provider_aws-25.8.1.whl --like aws.json
        the provider's prebuilt CDK bindings, a wheel or an npm tarball; `--like` is the real schema
        of a near release, whose word counts if bindings cannot tell an attribute of objects from a
        block

The same input gives the same bytes. Provider schemas are data of their providers (MPL-2.0); see
NOTICE.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tools.schemas import cdk

FOLDER = Path(__file__).parents[2] / "scaffolder" / "tools" / "offline" / "schemas"
KINDS = {
    "resource": "resource_schemas",
    "data": "data_source_schemas",
    "ephemeral": "ephemeral_resource_schemas",
}
# characters; a handful of schemas that spell out a recursion are as long as all others together
LONGEST = 100_000
ATTRIBUTE_KEYS = (
    "type",
    "nested_type",
    "required",
    "optional",
    "computed",
    "sensitive",
    "write_only",
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("address", help="namespace/name of the provider")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--provider", metavar="VERSION")
    source.add_argument("--json", type=Path, metavar="FILE")
    source.add_argument("--bindings", type=Path, metavar="FILE")
    parser.add_argument("--version", help="of the provider that --json came from")
    parser.add_argument("--like", type=Path, metavar="FILE")
    parser.add_argument("--also-named", type=Path, metavar="FILE")
    options = parser.parse_args()

    if options.provider:
        version, schema, origin = (
            options.provider,
            ask(options.address, options.provider),
            "the provider itself",
        )
    elif options.json:
        version, schema, origin = options.version, read(options.json), "the provider itself"
    else:
        version, schema = cdk.read(options.bindings)
        origin = f"CDK bindings {options.bindings.name}"
    if options.like:
        correct(schema, read(options.like))
    named = cdk.read(options.also_named)[1] if options.also_named else {}
    restore_descriptions(schema, named)

    file = FOLDER / f"{options.address.replace('/', '_')}_{version}.gz"
    header = json.dumps(
        {"address": options.address, "version": version, "source": origin}, sort_keys=True
    )
    text = "\n".join((header, *sorted(lines(options.address, schema, named)))) + "\n"
    file.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    print(
        f"{file.name}: {text.count(chr(10)) - 2} types, {file.stat().st_size // 1024} KB, from"
        f" {origin}"
    )


def ask(address: str, version: str) -> dict[str, Any]:
    """The schema as the provider tells it to terraform on PATH."""
    with tempfile.TemporaryDirectory() as folder:
        name = address.rpartition("/")[2]
        block = {"required_providers": {name: {"source": address, "version": version}}}
        Path(folder, "main.tf.json").write_text(json.dumps({"terraform": block}))
        subprocess.run(
            ["terraform", "init", "-input=false", "-no-color"],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        printed = subprocess.run(
            ["terraform", "providers", "schema", "-json"],
            cwd=folder,
            check=True,
            capture_output=True,
        )
    return _only_provider(json.loads(printed.stdout))


def read(file: Path) -> dict[str, Any]:
    return _only_provider(json.loads(file.read_text()))


def _only_provider(printed: dict[str, Any]) -> dict[str, Any]:
    (schema,) = printed["provider_schemas"].values()
    return dict(schema)


def correct(schema: dict[str, Any], like: Mapping[str, Any]) -> None:
    """Settle by a real schema what bindings leave open: types of attributes, recurring blocks.

    Bindings cut a recursion short with an attribute of any type, which would turn down every block
    of that name: such a schema is dropped, so that its type counts as one that we do not carry.
    """
    for key in KINDS.values():
        for name, known in like.get(key, {}).items():
            found = schema.get(key, {}).get(name)
            if found and not _corrected(found["block"], known["block"]):
                schema[key][name] = None


def _corrected(block: dict[str, Any], known: Mapping[str, Any]) -> bool:
    attributes = block.get("attributes", {})
    for name, attribute in known.get("attributes", {}).items():
        if "nested_type" in attributes.get(name, {}) and "type" in attribute:
            attributes[name] = attribute
    for name, nested in known.get("block_types", {}).items():
        cut = attributes.get(name, {})
        if cut.get("type") == "dynamic" and (cut.get("optional") or cut.get("required")):
            return False
        same = block.get("block_types", {}).get(name)
        if same and not _corrected(same["block"], nested["block"]):
            return False
    return True


def restore_descriptions(schema: Mapping[str, Any], named: Mapping[str, Any]) -> None:
    """Give objects back a field "description", which cutting all descriptions took from them."""
    for key in KINDS.values():
        for name, known in named.get(key, {}).items():
            carried = schema.get(key, {}).get(name)
            if not known or not carried:
                continue
            for field, attribute in carried["block"].get("attributes", {}).items():
                match attribute, known["block"].get("attributes", {}).get(field):
                    case (
                        {"type": [_, ["object", fields]]},
                        {"type": [_, ["object", {"description": kind}]]},
                    ):
                        fields["description"] = kind
                    case (
                        {"type": [_, ["object", fields]]},
                        {"nested_type": {"attributes": {"description": known_field}}},
                    ):
                        fields["description"] = known_field["type"]


def lines(address: str, schema: Mapping[str, Any], named: Mapping[str, Any]) -> Iterator[str]:
    """The schema file's lines after its header."""
    yield _line("provider", address, schema["provider"])
    for kind, key in KINDS.items():
        carried = schema.get(key, {})
        for name in {*carried, *named.get(key, {})}:
            yield _line(kind, name, carried.get(name))


def _line(kind: str, name: str, schema: Mapping[str, Any] | None) -> str:
    if schema is None:
        return f"{kind} {name} "
    version = {"version": schema["version"]} if schema.get("version") else {}
    text = json.dumps(
        {**version, "block": _slim(schema["block"])}, separators=(",", ":"), sort_keys=True
    )
    return f"{kind} {name} {text if len(text) < LONGEST else ''}"


def _slim(block: Mapping[str, Any]) -> dict[str, Any]:
    """A block without descriptions and without what is false or empty."""
    slim = {
        "attributes": {
            name: _slim_attribute(value) for name, value in block.get("attributes", {}).items()
        },
        "block_types": {
            name: {
                **{key: value for key, value in nested.items() if value},
                "block": _slim(nested["block"]),
            }
            for name, nested in block.get("block_types", {}).items()
        },
    }
    return {key: value for key, value in slim.items() if value}


def _slim_attribute(attribute: Mapping[str, Any]) -> dict[str, Any]:
    slim = {key: attribute[key] for key in ATTRIBUTE_KEYS if attribute.get(key)}
    if nested := slim.get("nested_type"):
        inner = {
            name: _slim_attribute(value) for name, value in nested.get("attributes", {}).items()
        }
        slim["nested_type"] = {"attributes": inner, "nesting_mode": nested["nesting_mode"]}
    return slim


if __name__ == "__main__":
    main()
