"""A stand-in for `docker buildx` and `buildctl`: writes an OCI layout with an image and a bill of materials.

With `--buildah FOLDER` first, buildah makes the image from the Dockerfile, on the base images of
that folder; only the bill of materials stands in. Without, the image holds no program, but the
commit that it was built from, at the place of the Dockerfile of a generated repository.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

_INDEX = "application/vnd.oci.image.index.v1+json"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"


def main(words: list[str]) -> int:
    """Build where the arguments are those of a build; anything else, such as `buildx inspect`, succeeds."""
    storage = None
    if words[:1] == ["--buildah"]:
        storage, words = Path(words[1]), words[2:]
    line = " ".join(words)
    if "type=oci" not in line:
        return 0
    revision = re.search(r"REVISION=([0-9a-f]+)", line)
    place = re.search(r"dest=([^, ]+)", line)
    if revision is None or place is None:
        sys.stderr.write("a build without REVISION or without a place to write to\n")
        return 1
    folder = Path(place[1])
    if storage is None:
        _write(folder, _nothing(folder, revision[1]))
        return 0
    values = [
        word.removeprefix("build-arg:")
        for word in words
        if re.match(r"(build-arg:)?[A-Z_]+=", word)
    ]
    made = _buildah(storage, folder, values)
    if made is None:
        return 1
    _write(folder, made)
    return 0


def _buildah(storage: Path, folder: Path, values: list[str]) -> dict[str, object] | None:
    """Build the Dockerfile of this folder into an OCI layout, and describe its image; None if the build fails."""
    program = ["buildah", "--root", str(storage / "storage"), "--runroot", str(storage / "run")]
    given = [text for value in values for text in ("--build-arg", value)]
    options = [
        "--isolation",
        "chroot",
        "--pull-never",
        "--format",
        "oci",
        *given,
        "--tag",
        "built",
        ".",
    ]
    folder.parent.mkdir(parents=True, exist_ok=True)
    for command in (["build", *options], ["push", "--quiet", "built", f"oci:{folder}"]):
        done = subprocess.run([*program, *command], check=False, stdout=sys.stderr)
        if done.returncode != 0:
            return None
    (described,) = json.loads((folder / "index.json").read_text(encoding="utf-8"))["manifests"]
    return {key: described[key] for key in ("mediaType", "digest", "size")}


def _nothing(folder: Path, revision: str) -> dict[str, object]:
    """Write an image without a program that holds the commit, and describe it."""
    settings = {"architecture": "amd64", "os": "linux", "config": {"Env": [f"REVISION={revision}"]}}
    layer = _blob(folder, b"the service, as a stand-in", "application/vnd.oci.image.layer.v1.tar")
    return _manifest(folder, _blob(folder, settings, _CONFIG), layer)


def _write(folder: Path, image: dict[str, object]) -> None:
    """Write the index of a layout: the image, and a statement of what is in it."""
    statement = _blob(
        folder,
        {"predicate": {"spdxVersion": "SPDX-2.3", "packages": [{"name": "stand-in"}]}},
        "application/vnd.in-toto+json",
    )
    statement["annotations"] = {"in-toto.io/predicate-type": "https://spdx.dev/Document"}
    attestation = _manifest(folder, _blob(folder, {}, _CONFIG), statement)
    attestation["annotations"] = {"vnd.docker.reference.type": "attestation-manifest"}
    both = {"schemaVersion": 2, "mediaType": _INDEX, "manifests": [image, attestation]}
    document = {"schemaVersion": 2, "manifests": [_blob(folder, both, _INDEX)]}
    (folder / "index.json").write_text(json.dumps(document), encoding="utf-8")
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}', encoding="utf-8")


def _manifest(
    folder: Path, config: dict[str, object], layer: dict[str, object]
) -> dict[str, object]:
    content = {"schemaVersion": 2, "mediaType": _MANIFEST, "config": config, "layers": [layer]}
    return _blob(folder, content, _MANIFEST)


def _blob(folder: Path, content: object, kind: str) -> dict[str, object]:
    """Write a blob, and return its descriptor."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    name = hashlib.sha256(raw).hexdigest()
    blobs = folder / "blobs/sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    (blobs / name).write_bytes(raw)
    return {"mediaType": kind, "digest": f"sha256:{name}", "size": len(raw)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
