"""A stand-in for `crane` that speaks to a real registry: auth login, digest, push and pull of an OCI layout.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md ; only what ci/*.sh calls, over plain HTTP.
"""

from __future__ import annotations

import hashlib
import json
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

_INDEX = "application/vnd.oci.image.index.v1+json"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def main(words: list[str]) -> int:
    """Run the arguments; the exit status is crane's."""
    match words:
        case ["auth", "login", *_]:
            sys.stdin.read()
            return 0
        case ["digest", reference]:
            return _digest(reference)
        case ["push", folder, reference]:
            return _push(Path(folder), reference)
        case ["pull", "--format=oci", reference, folder]:
            return _pull(reference, Path(folder))
    sys.stderr.write(f"Error: unknown command {' '.join(words)}\n")
    return 1


def _split(reference: str) -> tuple[str, str]:
    """Return the address of the repository in the registry, and the tag."""
    host, _, rest = reference.partition("/")
    name, _, tag = rest.partition(":")
    return f"http://{host}/v2/{name}", tag


def _ask(method: str, url: str, body: bytes | None = None, **headers: str) -> Any:
    request = urllib.request.Request(url, data=body, method=method)
    for key, value in headers.items():
        request.add_header(key.replace("_", "-"), value)
    return urllib.request.urlopen(request, timeout=20)


def _digest(reference: str) -> int:
    url, tag = _split(reference)
    try:
        with _ask("HEAD", f"{url}/manifests/{tag}", Accept=f"{_INDEX}, {_MANIFEST}") as answer:
            sys.stdout.write(answer.headers["Docker-Content-Digest"] + "\n")
    except urllib.error.HTTPError as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    return 0


def _push(folder: Path, reference: str) -> int:
    url, tag = _split(reference)
    (entry,) = json.loads((folder / "index.json").read_text(encoding="utf-8"))["manifests"]
    index = json.loads(_blob(folder, entry["digest"]))
    for described in index["manifests"]:
        manifest = json.loads(_blob(folder, described["digest"]))
        for part in (manifest["config"], *manifest["layers"]):
            _upload(url, _blob(folder, part["digest"]), part["digest"])
        _put(url, described["digest"], _blob(folder, described["digest"]), _MANIFEST)
    _put(url, tag, _blob(folder, entry["digest"]), _INDEX)
    return 0


def _blob(folder: Path, digest: str) -> bytes:
    return (folder / "blobs" / digest.replace(":", "/")).read_bytes()


def _upload(url: str, content: bytes, digest: str) -> None:
    with _ask("POST", f"{url}/blobs/uploads/", b"") as answer:
        place = answer.headers["Location"]
    mark = "&" if "?" in place else "?"
    _ask("PUT", f"{place}{mark}digest={digest}", content, Content_Type="application/octet-stream")


def _put(url: str, name: str, content: bytes, kind: str) -> None:
    _ask("PUT", f"{url}/manifests/{name}", content, Content_Type=kind)


def _pull(reference: str, folder: Path) -> int:
    url, tag = _split(reference)
    blobs = folder / "blobs/sha256"
    blobs.mkdir(parents=True)

    def fetch(path: str) -> bytes:
        with _ask("GET", f"{url}/{path}", Accept=f"{_INDEX}, {_MANIFEST}") as answer:
            content: bytes = answer.read()
        (blobs / hashlib.sha256(content).hexdigest()).write_bytes(content)
        return content

    content = fetch(f"manifests/{tag}")
    for described in json.loads(content)["manifests"]:
        manifest = json.loads(fetch(f"manifests/{described['digest']}"))
        for part in (manifest["config"], *manifest["layers"]):
            fetch(f"blobs/{part['digest']}")
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    entry = {"mediaType": _INDEX, "digest": digest, "size": len(content)}
    document = {"schemaVersion": 2, "manifests": [entry]}
    (folder / "index.json").write_text(json.dumps(document), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
