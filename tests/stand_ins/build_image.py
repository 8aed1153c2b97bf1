"""A stand-in for `docker buildx` and `buildctl`: writes an OCI layout with an image, its bill of materials, and no program.

The image holds the commit that it was built from, as the Dockerfile of a generated repository puts it there.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path

_INDEX = "application/vnd.oci.image.index.v1+json"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"


def main(words: list[str]) -> int:
    """Build where the arguments are those of a build; anything else, such as `buildx inspect`, succeeds."""
    line = " ".join(words)
    if "type=oci" not in line:
        return 0
    revision = re.search(r"REVISION=([0-9a-f]+)", line)
    place = re.search(r"dest=([^, ]+)", line)
    if revision is None or place is None:
        sys.stderr.write("a build without REVISION or without a place to write to\n")
        return 1
    _write(Path(place[1]), revision[1])
    return 0


def _write(folder: Path, revision: str) -> None:
    blobs = folder / "blobs/sha256"
    blobs.mkdir(parents=True)

    def blob(content: object, kind: str) -> dict[str, object]:
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        name = hashlib.sha256(raw).hexdigest()
        (blobs / name).write_bytes(raw)
        return {"mediaType": kind, "digest": f"sha256:{name}", "size": len(raw)}

    settings = {"architecture": "amd64", "os": "linux", "config": {"Env": [f"REVISION={revision}"]}}
    layer = blob(b"the service, as a stand-in", "application/vnd.oci.image.layer.v1.tar")
    image = blob(
        {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": blob(settings, _CONFIG),
            "layers": [layer],
        },
        _MANIFEST,
    )
    statement = blob(
        {"predicate": {"spdxVersion": "SPDX-2.3", "packages": [{"name": "stand-in"}]}},
        "application/vnd.in-toto+json",
    )
    statement["annotations"] = {"in-toto.io/predicate-type": "https://spdx.dev/Document"}
    attestation = blob(
        {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": blob({}, _CONFIG),
            "layers": [statement],
        },
        _MANIFEST,
    )
    attestation["annotations"] = {"vnd.docker.reference.type": "attestation-manifest"}
    index = blob(
        {"schemaVersion": 2, "mediaType": _INDEX, "manifests": [image, attestation]}, _INDEX
    )
    document = {"schemaVersion": 2, "manifests": [index]}
    (folder / "index.json").write_text(json.dumps(document), encoding="utf-8")
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}', encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
