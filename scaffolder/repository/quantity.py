"""Quantities of Kubernetes ("250m", "512Mi") and of memory for programs ("-Xmx2g") as numbers.

Read at https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

from scaffolder.formats.regex import regex

_UNITS = {
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "": 1.0,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "E": 1e18,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
    "Pi": 2.0**50,
    "Ei": 2.0**60,
}
_QUANTITY = regex(r"([+-]?\d+(?:\.\d*)?|\.\d+)(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)")


def read(value: object) -> float | None:
    """Return a quantity in its base unit (cores, bytes, pods); None if it is none."""
    found = _QUANTITY.fullmatch(str(value).strip())
    if not found:
        return None
    return float(found[1] + (found[2] or "")) * _UNITS[found[3] or ""]
