"""The scripts that write the packaged schemas."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tools.schemas import cdk, regenerate

RESOURCE = """
class AcmeThingPartOutputReference extends cdktn.ComplexObject {
    // size - computed: false, optional: false, required: true
    get size() {
        return this.getNumberAttribute('size');
    }
}
class AcmeThingPartList extends cdktn.ComplexList {
}
function acmeThingPartToHclTerraform(struct) {
    const attrs = {
        size: {
            value: cdktn.numberToHclTerraform(struct.size),
            isBlock: false,
            type: "simple",
            storageClassType: "number",
        },
    };
}
class AcmeThing extends cdktn.TerraformResource {
    constructor() {
        super(scope, id, {
            terraformResourceType: 'acme_thing',
            terraformGeneratorMetadata: { providerVersion: '1.2.3' },
        });
    }
    // arn - computed: true, optional: false, required: false
    get arn() {
        return this.getStringAttribute('arn');
    }
    // part - computed: false, optional: true, required: false
    _part = new AcmeThingPartList(this, "part", true);
    // option - computed: false, optional: true, required: false
    _option = new AcmeThingPartList(this, "option", true);
    // tags - computed: false, optional: true, required: false
    get tags() {
        return this.getStringMapAttribute('tags');
    }
    synthesizeHclAttributes() {
        const attrs = {
            part: {
                value: cdktn.listMapperHcl(acmeThingPartToHclTerraform, true)(this._part.internalValue),
                isBlock: true,
                type: "set",
                storageClassType: "AcmeThingPartList",
            },
            option: {
                value: cdktn.listMapperHcl(acmeThingPartToHclTerraform, false)(this._option.internalValue),
                isBlock: true,
                type: "list",
                storageClassType: "AcmeThingPartList",
            },
            tags: {
                value: cdktn.hashMapperHcl(cdktn.stringToHclTerraform)(this._tags),
                isBlock: false,
                type: "map",
                storageClassType: "stringMap",
            },
        };
    }
}
"""
PART = {"attributes": {"size": {"type": "number", "required": True}}}


SPLIT = RESOURCE[RESOURCE.index("class AcmeThing extends") :]
"""The resource without the classes of its blocks, as the generator writes it where there are many."""
SPLIT = SPLIT.replace("new AcmeThingPart", "new index_1.AcmeThingPart").replace(
    "(acmeThing", "(index_1.acmeThing"
)
STRUCTS = RESOURCE[: RESOURCE.index("class AcmeThing extends")]

NESTED = """
class AcmeThingPartOutputReference extends cdktn.ComplexObject {
    // size - computed: false, optional: false, required: true
    get size() {
        return this.getNumberAttribute('size');
    }
    // part - computed: false, optional: true, required: false
    _part = new AcmeThingPartList(this, "part", false);
}
"""
"""A part that has parts."""


def bindings(folder: Path, files: dict[str, str] | None = None) -> Path:
    archive = folder / "bindings.tgz"
    with tarfile.open(archive, "w:gz") as package:
        for name, text in (files or {"index.js": RESOURCE}).items():
            member = tarfile.TarInfo(f"package/lib/thing/{name}")
            member.size = len(text.encode())
            package.addfile(member, io.BytesIO(text.encode()))
    return archive


def test_bindings_are_read_as_terraform_would_print_the_schema(tmp_path: Path) -> None:
    _, schema = cdk.read(bindings(tmp_path))
    assert schema["resource_schemas"] == {
        "acme_thing": {
            "block": {
                "attributes": {
                    "arn": {"type": "string", "computed": True},
                    "option": {"nested_type": {**PART, "nesting_mode": "list"}, "optional": True},
                    "tags": {"type": ["map", "string"], "optional": True},
                },
                "block_types": {"part": {"block": PART, "nesting_mode": "set"}},
            }
        }
    }


@pytest.mark.parametrize("name", ["structs0.js", "structs400.js"])
def test_the_classes_of_a_large_type_are_in_a_folder_of_their_own(
    name: str, tmp_path: Path
) -> None:
    files = {
        "index.js": SPLIT,
        "index-structs/index.js": "__exportStar();\n",
        f"index-structs/{name}": STRUCTS,
    }
    (tmp_path / "split").mkdir()
    assert cdk.read(bindings(tmp_path / "split", files)) == cdk.read(bindings(tmp_path))


def test_a_class_that_the_bindings_do_not_have_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no class AcmeThingPartOutputReference"):
        cdk.read(bindings(tmp_path, {"index.js": SPLIT}))


def test_a_type_that_holds_itself_is_named_without_a_schema(tmp_path: Path) -> None:
    text = NESTED + RESOURCE[RESOURCE.index("class AcmeThingPartList") :]
    _, schema = cdk.read(bindings(tmp_path, {"index.js": text}))
    assert schema["resource_schemas"] == {"acme_thing": None}
    schema["provider"] = {"block": {}}
    regenerate.restore_descriptions(schema, resource({}))
    assert list(regenerate.lines("acme/acme", schema, {}))[1:] == ["resource acme_thing "]


def resource(block: dict[str, Any]) -> dict[str, Any]:
    return {
        "provider": {"block": {}},
        "resource_schemas": {"acme_thing": {"block": block}},
        "data_source_schemas": {},
    }


def test_a_real_schema_settles_what_bindings_leave_open() -> None:
    real = {"type": ["set", ["object", {"port": "number"}]], "optional": True}
    schema = resource(
        {"attributes": {"ingress": {"nested_type": {"attributes": {}}, "optional": True}}}
    )
    regenerate.correct(schema, resource({"attributes": {"ingress": real}}))
    assert schema["resource_schemas"]["acme_thing"]["block"]["attributes"]["ingress"] == real


def test_a_schema_whose_recursion_was_cut_is_not_carried() -> None:
    schema = resource({"attributes": {"statement": {"type": "dynamic", "optional": True}}})
    real = resource({"block_types": {"statement": {"block": {}, "nesting_mode": "list"}}})
    regenerate.correct(schema, real)
    assert list(regenerate.lines("acme/acme", schema, {})) == [
        'provider acme/acme {"block":{}}',
        "resource acme_thing ",
    ]


def test_objects_get_their_field_called_description_back() -> None:
    schema = resource({"attributes": {"rule": {"type": ["set", ["object", {"name": "string"}]]}}})
    known = {
        "attributes": {
            "description": {"type": "string", "optional": True},
            "name": {"type": "string"},
        }
    }
    regenerate.restore_descriptions(
        schema, resource({"attributes": {"rule": {"nested_type": known}}})
    )
    (rule,) = schema["resource_schemas"]["acme_thing"]["block"]["attributes"].values()
    assert rule["type"] == ["set", ["object", {"name": "string", "description": "string"}]]


def test_lines_leave_out_descriptions_and_name_what_is_not_carried() -> None:
    attribute = {"type": "string", "optional": True, "computed": False, "description": "long"}
    schema = resource({"attributes": {"name": attribute}, "description": "long"})
    named: dict[str, Any] = {"resource_schemas": {"acme_thing": {}, "acme_other": {}}}
    found = dict(line.rsplit(" ", 1) for line in regenerate.lines("acme/acme", schema, named))
    assert json.loads(found["resource acme_thing"]) == {
        "block": {"attributes": {"name": {"type": "string", "optional": True}}}
    }
    assert found["resource acme_other"] == ""
