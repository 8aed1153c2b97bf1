"""Read what Helm and kubectl send as protobuf; answers are JSON, which every client takes.

The fields and their numbers: https://github.com/kubernetes/api/blob/master/core/v1/generated.proto,
https://github.com/kubernetes/api/blob/master/authorization/v1/generated.proto and
https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/v1/generated.proto
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

Object = dict[str, Any]

MEDIA_TYPE = "application/vnd.kubernetes.protobuf"

_MAGIC = b"k8s\x00"


def decode(body: bytes) -> Object:
    """Return the Secret, the DeleteOptions or the review in a protobuf envelope; ValueError for anything else."""
    if not body.startswith(_MAGIC):
        raise ValueError("no protobuf of Kubernetes")
    envelope = dict(fields(body[len(_MAGIC) :]))
    kind = dict(fields(envelope.get(1, b""))).get(2, b"").decode()
    raw = envelope.get(2, b"")
    if kind == "Secret":
        return _secret(raw)
    if kind == "DeleteOptions":
        policy = dict(fields(raw)).get(4, b"")
        return {"kind": kind, "apiVersion": "v1", "propagationPolicy": policy.decode()}
    if kind == "SelfSubjectAccessReview":
        return _review(kind, raw)
    raise ValueError(f"cannot read {kind} as protobuf")


def _review(kind: str, raw: bytes) -> Object:
    spec = dict(fields(dict(fields(raw)).get(2, b"")))
    wish = dict(fields(spec.get(1, b"")))
    names = ("namespace", "verb", "group", "version", "resource", "subresource", "name")
    attributes = {name: wish.get(at, b"").decode() for at, name in enumerate(names, start=1)}
    return {
        "kind": kind,
        "apiVersion": "authorization.k8s.io/v1",
        "spec": {"resourceAttributes": attributes},
    }


def _secret(raw: bytes) -> Object:
    secret: Object = {"apiVersion": "v1", "kind": "Secret", "metadata": {}, "data": {}}
    for number, value in fields(raw):
        if number == 1:
            secret["metadata"] = _metadata(value)
        elif number == 2:
            entry = dict(fields(value))
            secret["data"][entry[1].decode()] = base64.b64encode(entry.get(2, b"")).decode()
        elif number == 3:
            secret["type"] = value.decode()
    return secret


def _metadata(raw: bytes) -> Object:
    names = {1: "name", 3: "namespace", 5: "uid", 6: "resourceVersion"}
    maps = {11: "labels", 12: "annotations"}
    metadata: Object = {}
    for number, value in fields(raw):
        if number in names and value:
            metadata[names[number]] = value.decode()
        elif number in maps:
            entry = dict(fields(value))
            held = metadata.setdefault(maps[number], {})
            held[entry[1].decode()] = entry.get(2, b"").decode()
    return metadata


def fields(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the bytes of each field that has a length; numbers are left out."""
    place = 0
    while place < len(raw):
        tag, place = _varint(raw, place)
        match tag & 7:
            case 0:
                _, place = _varint(raw, place)
            case 1:
                place += 8
            case 2:
                length, place = _varint(raw, place)
                yield tag >> 3, raw[place : place + length]
                place += length
            case 5:
                place += 4
            case wire:
                raise ValueError(f"wire type {wire}")


def _varint(raw: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = raw[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place
