"""Write forms.json: the published forms of secrets, taken from gitleaks' table.

It is in scaffolder/checks/security/.

    python -m tools.secret_forms gitleaks.toml REVISION
        gitleaks.toml is config/gitleaks.toml of https://github.com/gitleaks/gitleaks at that
        revision

The table is data under the MIT licence; see NOTICE. Taken are the rules for tokens that can be told
by themselves, by a prefix that their maker gives them. Left out are rules that guess by a name
beside the value (SEC001 does that itself, for every name), those for one file, and those in
LEFT_OUT. The patterns are written for Go and rewritten for Python.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[1] / "scaffolder" / "checks" / "security" / "forms.json"
BY_NAME = r"(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)"
"""In each rule that wants the name of a vendor before any value."""

LEFT_OUT = {
    "azure-ad-client-secret": "SEC001 knows it, whatever stands around it",
    "curl-auth-header": "an example of a call is in half of all documents",
    "curl-auth-user": "an example of a call is in half of all documents",
    "facebook-access-token": "any number with a bar behind it",
    "flutterwave-public-key": "is public",
    "jwt": "an example of a token is in every description of an API, and its end is in it",
    "jwt-base64": "as jwt",
    "kubernetes-secret-yaml": "SEC001 reads manifests itself",
    "private-key": "SEC001 knows it, in one line of JSON as well",
    "square-access-token": (
        "its short prefix is in each program that is written in base64; SEC001 knows the other one"
    ),
    "sourcegraph-access-token": "any commit is one",
    "twilio-api-key": "SEC001 knows it",
    "vault-service-token": "the short form is any 24 letters; SEC001 knows the long one",
}
_END = re.compile(
    r"(?:\(\?:\[\\x60'\"\\s;\]\|\\\\\[nr\]\|\$(?:\|\\b)?\)|\(\?:\[\^[^\]]*\]\|\\z\))$"
)


def main() -> None:
    source, revision = Path(sys.argv[1]), sys.argv[2]
    rules = tomllib.loads(source.read_text(encoding="utf-8"))["rules"]
    rows = [_row(rule) for rule in rules if _is_taken(rule)]
    header = {
        "source": "https://github.com/gitleaks/gitleaks, config/gitleaks.toml",
        "revision": revision,
        "licence": "MIT",
    }
    lines = ",\n".join(
        "  " + json.dumps(row, sort_keys=True)
        for row in sorted(rows, key=lambda row: str(row["name"]))
    )
    FILE.write_text(
        f'{{"header": {json.dumps(header)},\n"forms": [\n{lines}\n]}}\n', encoding="utf-8"
    )
    print(f"{FILE.name}: {len(rows)} of {len(rules)} rules")


def _is_taken(rule: dict[str, Any]) -> bool:
    pattern = rule.get("regex", "")
    return bool(pattern and rule.get("keywords")) and not (
        rule.get("path") or BY_NAME in pattern or rule["id"] in LEFT_OUT
    )


def _row(rule: dict[str, Any]) -> dict[str, object]:
    pattern = python_pattern(rule["regex"])
    re.compile(pattern)
    return {
        "name": rule["id"],
        "hints": sorted(word.lower() for word in rule["keywords"]),
        "pattern": pattern,
        "entropy": rule.get("entropy", 2),
    }


def python_pattern(pattern: str) -> str:
    """Return a pattern of Go's regexp for Python's re, between borders of words.

    Go lets a flag start anywhere, up to the end of its group; Python wants it around its subject.
    The text after a token is widened from the few signs of gitleaks to any sign outside a token.
    """
    pattern = _scoped_flags(_END.sub("", pattern).replace("[[:alnum:]]", "[A-Za-z0-9]"))
    return rf"(?<![A-Za-z0-9])(?:{pattern})(?![A-Za-z0-9_])"


def _scoped_flags(pattern: str) -> str:
    """Return the pattern with each bare `(?i)` as a group, up to the end of its surrounding one."""
    while (at := pattern.find("(?i)")) >= 0:
        end = _end_of_group(pattern, at + 4)
        pattern = f"{pattern[:at]}(?i:{pattern[at + 4 : end]}){pattern[end:]}"
    return pattern


def _end_of_group(pattern: str, start: int) -> int:
    """Return the end of the group around `start`, or of the pattern."""
    depth, at, in_class = 0, start, False
    while at < len(pattern):
        sign = pattern[at]
        if sign == "\\":
            at += 1
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
            if depth < 0:
                return at
        at += 1
    return len(pattern)


if __name__ == "__main__":
    main()
