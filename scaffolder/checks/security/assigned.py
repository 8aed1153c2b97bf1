"""Find secrets by the names that they are assigned to: settings, manifests, addresses, code."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from scaffolder.checks.security.drawn import entropy, is_drawn, is_password, is_secret
from scaffolder.checks.security.forms import Secret, known
from scaffolder.formats.regex import regex
from scaffolder.repository.ci import of_each

_LONGEST_NAME = 80
_LONGEST_VALUE = 2000


class Kind(Enum):
    """How a file writes a value without quotes."""

    LINES = auto()
    """As the rest of the line: YAML, properties."""
    WORDS = auto()
    """Up to the next blank: shells, files of the environment, Dockerfiles."""
    QUOTED = auto()
    """Not at all, there it is an expression: Terraform, JSON, TOML, XML."""
    CODE = auto()
    """As QUOTED, but most texts are not settings: only a generated one counts."""


_SUFFIXES = {
    **dict.fromkeys(
        (".yaml", ".yml", ".properties", ".ini", ".conf", ".cfg", ".config", ".cnf"), Kind.LINES
    ),
    **dict.fromkeys((".env", ".sh", ".bash", ".zsh", ".mk", ".ps1", ".bat"), Kind.WORDS),
    **dict.fromkeys(
        (".tf", ".tfvars", ".hcl", ".tfbackend", ".json", ".jsonc", ".toml", ".xml"), Kind.QUOTED
    ),
    **dict.fromkeys(
        (".py", ".js", ".ts", ".jsx", ".tsx", ".mjs", ".cjs", ".java", ".kt", ".kts", ".go"),
        Kind.CODE,
    ),
    **dict.fromkeys(
        (".rb", ".php", ".cs", ".scala", ".groovy", ".gradle", ".rs", ".swift", ".bicep"), Kind.CODE
    ),
}
_OF_PIPELINES = of_each(lambda system: system.TEXTS)
_WORDS_BY_NAME = (
    ".env",
    "Dockerfile",
    "Containerfile",
    "Makefile",
    ".netrc",
    ".npmrc",
    ".pypirc",
    *_OF_PIPELINES,
)

_SAYS_SECRET = regex(
    r"""(?P<password> passw(?:or)?d | passphrase | pwd | pass )
    | secret | token | credentials? | _auth
    | (?: api | access | private | secret | sign(?:ing|ature) | encrypt(?:ion)? | master | auth
      | account | hmac | jwt | session | cookie | app(?:lication)? | license | storage | service
      | shared | webhook | client | admin | deploy | aes | crypto | seed ) [_.-]? key""",
    re.IGNORECASE | re.VERBOSE,
)
_BEHIND = (
    r"(?:[_.-]?(?:base|value|plain|hex|b(?:ase)?64|prod(?:uction)?|dev|qa|stag(?:e|ing)|old|new|primary|secondary|"
    r"\d{1,2}))?"
)
_KEY_END = regex(rf"(?:{_SAYS_SECRET.pattern}){_BEHIND}$", re.IGNORECASE | re.VERBOSE)
_ANY_KEY_END = regex(rf"[\w.-][_.-]key{_BEHIND}$|[a-z]Key$", re.IGNORECASE)
_NO_SECRET = regex(
    r"public|pub_?key$|publish|authenticity|payment_?token|checksum|digest|hash$|sha\d|fingerprint|thumbprint|etag|csrf|xsrf|next_?token|page_?token|"
    r"continuation|bypass|compass|trespass|google_?tag_?manager|(?<![a-z])(?:gtm_|react_app_|vite_|(?:repo|apt|gpg|pgp|rpm)[_.-]?key)|key_?id$|(?:name|ref|file|path|arn|id|url|mount)$",
    re.IGNORECASE,
)
_NO_SECRET_KEY = regex(
    r"^key$|cache|foreign|partition|sort|idempoten|site|header|map|primary|object|s3|host|row|index|field",
    re.IGNORECASE,
)
_HINTS = ("pass", "pwd", "secret", "token", "credential", "key", "_auth")
_NAME_AFTER = regex(r"[\w.-]*")
_ASSIGNS = regex(
    r"[\"'`]?(?P<sign>[ \t]*(?:=>|:=|\?=|=|:(?!:))[ \t]*|[ \t]+(?=[\"'])|>)(?P<quote>[\"'`]?)"
)
_FOLLOWS = regex(r"[\"'`]?[ \t]*[:=>?]|[ \t]+[\"']")
"""Signs after a name that has a value: the start of _ASSIGNS, and quick to look for."""
_ENV_WITH_BLANK = regex(r"[ \t]+(?=\S)")

_IN_QUOTES = regex(
    r"(?P<secret>[^\s\"'`]{6,})(?=[\"'`])|(?P<four>[a-z]{4}(?: [a-z]{4}){3})(?=[\"'`])"
)
_TO_THE_END = regex(
    r"(?P<secret>[^\s\"'`,;{}\[\]]+|[a-z]{4}(?: [a-z]{4}){3})(?=[ \t]*(?:$|[ \t]\#|[,;}\])&]))",
    re.M,
)
_TO_A_BLANK = regex(r"(?P<secret>[^\s\"'`;|&]+)(?=$|[\s;|&\"'`\\])", re.M)
_IN_A_CONNECTION = regex(r"(?P<secret>[^\s\"'`;&]+)")
_IN_AN_ELEMENT = regex(r"(?P<secret>[^\s<>]+)(?=</)")

_PAIR = regex(
    r"\b(?:name|key)[\"']?\s*[:=]\s*[\"']?(?P<key>[\w.-]{3,80})[\"']?\s*,?\s*[\"']?value[\"']?\s*[:=]["
    r" \t]*"
    r"(?:[\"'](?P<secret>[^\s\"']+)[\"']|(?P<plain>[^\s\"',;{}\[\]]+)[ \t]*(?:\#.*)?$)",
    re.M,
)
_DEFAULT = regex(
    r"\bvariable\s+\"(?P<key>\w+)\"\s*\{[^}]*?\bdefault\s*=\s*\"(?P<secret>[^\s\"]+)\""
)
_ADDRESS = regex(r"://[^/\s:@\"'<>{}$]*:(?P<secret>[^/\s:@\"'<>{}$%*]{8,})@(?P<host>[\w.-]+)")
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "host.docker.internal"})
_BESIDE = frozenset({"db", "postgres"})
_API_DESCRIPTION = regex(r"^ {0,4}[\"']?(?:openapi|swagger)[\"']?\s*:\s*[\"']?\d", re.M)
_PAGE = regex(r"\s*<(?:!doctype html|html)\b", re.IGNORECASE)
"""A page that was saved, whatever its file is called: its tokens are of a visit."""

_EXAMPLES = regex(r"[\"']?(?:x-)?examples?[\"']?\s*:")


_MOUNTED = regex(r"(?:id|type|src|source|env)=[\w./-]+(?:,|$)")
"""What `--secret` of a build is given: where a secret is, not the secret.

https://docs.docker.com/build/building/secrets/
"""


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    """A value, and the name that it is assigned to."""

    key: str
    key_start: int
    value: str
    start: int
    plain: bool = False
    """Whether only the value itself can stand there, no name of one."""


def assigned(file: Path, text: str) -> Iterator[Secret]:
    """Each secret that is assigned to a name, or that is the password in an address."""
    kind = _kind(file)
    if kind is None or _API_DESCRIPTION.search(text, 0, 5000) or _PAGE.match(text):
        return
    if "@" in text:
        yield from _in_addresses(text)
    lowered = (
        text.encode("utf-8", "replace").lower().decode("utf-8")
    )  # only ASCII, so that places stay the same
    if not any(hint in lowered for hint in _HINTS):
        return
    entries = list(_entries(text)) if kind is Kind.LINES and "kind: Secret" in text else []
    for entry in entries:
        if _is_entry_of_secret(entry):
            yield Secret(
                start=entry.start, end=entry.end, name=f"a secret in {entry.key} of a Secret"
            )
    judged = {entry.start for entry in entries}
    sealed = "SealedSecret" in text
    for candidate in _candidates(file, kind, text, lowered):
        if candidate.key_start in judged or _is_explained(file, text, candidate):
            continue
        if candidate.value.lower().startswith(candidate.key.lower()):
            continue  # a list of pairs, in which a name stands for itself
        if _is_assigned_secret(kind, candidate) and not _is_shown(text, candidate, sealed=sealed):
            name = f"a secret in {candidate.key}"
            yield Secret(
                start=candidate.key_start, end=candidate.start + len(candidate.value), name=name
            )


def _kind(file: Path) -> Kind | None:
    if file.name.startswith(_WORDS_BY_NAME) or file.name.endswith((".Dockerfile", ".env")):
        return Kind.WORDS
    return _SUFFIXES.get(file.suffix.lower())


def _candidates(file: Path, kind: Kind, text: str, lowered: str) -> Iterator[_Candidate]:
    plain = file.name.startswith(".env") or file.suffix in {".env", ".tfvars"}
    blank = kind in {Kind.WORDS, Kind.LINES} and any(
        word in text for word in ("--", "ENV ", "ARG ", "login ")
    )
    for start, end in _names(text, lowered, blank=blank):
        if candidate := _value(kind, text, start, end, plain=plain):
            yield candidate
    for pattern in _patterns(file, kind, lowered):
        for found in pattern.finditer(text):
            group = "secret" if found["secret"] else "plain"
            if found[group] and (group == "secret" or kind is Kind.LINES):
                yield _Candidate(
                    key=found["key"],
                    key_start=found.start("key"),
                    value=found[group],
                    start=found.start(group),
                )


def _names(text: str, lowered: str, *, blank: bool) -> Iterator[tuple[int, int]]:
    """Yield start and end of each name that holds a hint and may have a value.

    `blank` tells that the value may follow a blank.
    """
    ends = set()
    for hint in _HINTS:
        at = lowered.find(hint)
        while at >= 0:
            after = _NAME_AFTER.match(text, at, at + _LONGEST_NAME)
            end = after.end() if after else at
            if end not in ends and (
                _FOLLOWS.match(text, end) or (blank and text[end : end + 1] in {" ", "\t"})
            ):
                ends.add(end)
                yield _start_of_name(text, at), end
            at = lowered.find(hint, at + len(hint))


def _start_of_name(text: str, at: int) -> int:
    farthest = max(0, at - _LONGEST_NAME)
    while at > farthest and (text[at - 1].isalnum() or text[at - 1] in "_.-"):
        at -= 1
    return at


def _patterns(file: Path, kind: Kind, lowered: str) -> Iterator[re.Pattern[str]]:
    """How a file may write a name and its value as two texts."""
    if kind in {Kind.LINES, Kind.QUOTED} and "value" in lowered:
        yield _PAIR
    if file.suffix == ".tf" and "default" in lowered:
        yield _DEFAULT


def _value(kind: Kind, text: str, start: int, end: int, *, plain: bool) -> _Candidate | None:
    """The value that is assigned to the name between `start` and `end`."""
    key = text[start:end].lstrip("-.")
    before = text[start - 1 : start]
    if text[max(start - 2, 0) : start] == "${" and text[end : end + 2] in {":?", ":+"}:
        return None  # the shell's message for an unset variable
    if before in {"/", "@", "$", "{", "%"} and not (
        before == "{" and text[end : end + 1] in {":", "'", '"', "="}
    ):
        return None
    assigns = _ASSIGNS.match(text, end)
    if assigns is None:
        assigns = _ENV_WITH_BLANK.match(text, end) if _takes_blank(text, start, kind) else None
        sign, quote = " ", ""
    else:
        sign, quote = assigns["sign"], assigns["quote"]
    if assigns is None or (
        sign == ":" and not quote and text[end] not in "\"'" and kind is not Kind.WORDS
    ):
        return None
    found = _reader(kind, sign, quote, before).match(
        text, assigns.end(), assigns.end() + _LONGEST_VALUE
    )
    if found is None:
        return None
    group = "secret" if found["secret"] else "four"
    value = found[group].rstrip(",;") if not quote else found[group]
    return _Candidate(
        key=key, key_start=end - len(key), value=value, start=found.start(group), plain=plain
    )


_NOTHING = regex(r"(?P<secret>(?!))")


def _reader(kind: Kind, sign: str, quote: str, before: str) -> re.Pattern[str]:
    """Return the pattern that reads the value behind a sign, if one may be written so."""
    if sign == ">":
        return _IN_AN_ELEMENT if before == "<" else _NOTHING
    if quote:
        return _IN_QUOTES
    if sign == "=" and before in {";", "?", "&"}:
        return _IN_A_CONNECTION
    readers = {Kind.LINES: _TO_THE_END, Kind.WORDS: _TO_A_BLANK}
    return readers.get(kind, _NOTHING)


def _takes_blank(text: str, start: int, kind: Kind) -> bool:
    """Return whether a value follows its name without a sign.

    An option of a command, `ENV` of a Dockerfile and .netrc do.
    """
    if kind not in {Kind.WORDS, Kind.LINES}:
        return False
    line = text[text.rfind("\n", 0, start) + 1 : start]
    return (
        text.startswith("--", start)
        or re.search(r"(?:^|\s)(?:ENV|ARG|login\s+\S+)\s+$", line) is not None
    )


def _is_assigned_secret(kind: Kind, candidate: _Candidate) -> bool:
    key, value = candidate.key, candidate.value
    says = _KEY_END.search(key)
    if _NO_SECRET.search(key) or _MOUNTED.match(value):
        return False
    if says is None:
        is_key = _ANY_KEY_END.search(key) is not None and not _NO_SECRET_KEY.search(key)
        return is_key and len(value) >= 32 and is_drawn(value)
    if kind is Kind.CODE:
        return is_drawn(value) and (len(value) >= 20 or bool(says["password"]))
    if says["password"]:
        return is_password(value, plain=candidate.plain)
    return is_secret(value)


def _is_explained(file: Path, text: str, candidate: _Candidate) -> bool:
    """Return whether the value is in a comment and not generated: an example of the form.

    The defaults of a chart name in comments what may be set.
    """
    line = text[text.rfind("\n", 0, candidate.key_start) + 1 : candidate.key_start].lstrip()
    is_comment = line.startswith(("#", "//", ";", "* ", "<!--"))
    if is_comment and file.name == "values.yaml":
        return True
    return is_comment and not (len(candidate.value) >= 16 and is_drawn(candidate.value))


def _is_shown(text: str, candidate: _Candidate, *, sealed: bool) -> bool:
    """Return whether the value is an example of an API, or encrypted for a controller."""
    if sealed and candidate.value.startswith("Ag") and len(candidate.value) > 60:
        return True
    line_start = text.rfind("\n", 0, candidate.key_start) + 1
    indent = len(text[line_start:]) - len(text[line_start:].lstrip(" "))
    for line in reversed(text[:line_start].splitlines()[-200:]):
        own = len(line) - len(line.lstrip(" "))
        if line.strip() and own < indent:
            indent = own
            if _EXAMPLES.match(line.strip()):
                return True
        if indent == 0:
            break
    return False


def _in_addresses(text: str) -> Iterator[Secret]:
    for found in _ADDRESS.finditer(text):
        host, secret = found["host"], found["secret"]
        if host in _THIS_MACHINE or (host in _BESIDE and not is_drawn(secret)):
            continue
        if is_password(secret.rstrip("="), plain=False):
            yield Secret(start=found.start(), end=found.end(), name="a password in an address")


_ENTRY = regex(
    r"(?P<indent> +)[\"']?(?P<key>[\w.-]+)[\"']?:["
    r" \t]+(?P<quote>[\"']?)(?P<value>[^\s\"']+)(?P=quote)[ \t]*(?:\#.*)?$"
)


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """A line of a Secret's `data`, which is encoded, or of its `stringData`."""

    start: int
    end: int
    key: str
    value: str
    encoded: bool


_IS_SECRET = regex(r"^[ -]*kind: [\"']?Secret[\"']?[ \t]*$", re.M)


def _entries(text: str) -> Iterator[_Entry]:
    """The entries of the Secrets of Kubernetes in a file, which may be a template of Helm."""
    at = 0
    for document in re.split(r"(?m)(?<=\n)(?=---)", text):
        if _IS_SECRET.search(document):
            yield from _entries_of(document, at)
        at += len(document)


def _entries_of(document: str, at: int) -> Iterator[_Entry]:
    section, outer = "", 0
    for line in document.splitlines(keepends=True):
        stripped = line.strip()
        indent = len(line) - len(line.lstrip(" "))
        if stripped in {"data:", "stringData:"}:
            section, outer = stripped[:-1], indent
        elif stripped and indent <= outer:
            section = ""
        elif section and (entry := _ENTRY.match(line.rstrip("\n"))):
            start, end, encoded = at + entry.start("key"), at + entry.end(), section == "data"
            yield _Entry(
                start=start, end=end, key=entry["key"], value=entry["value"], encoded=encoded
            )
        at += len(line)


def _is_entry_of_secret(entry: _Entry) -> bool:
    key, value = entry.key, entry.value
    if entry.encoded:
        try:
            content = base64.b64decode(value, validate=True)
            value = content.decode("utf-8").strip()
        except UnicodeDecodeError:
            return len(content) >= 12 and _KEY_END.search(key) is not None and entropy(value) >= 3
        except (binascii.Error, ValueError):
            return False  # a reference, or a template of Helm
    if any(True for _ in known(value)) or any(True for _ in _in_addresses(value)):
        return True
    if key in {".dockerconfigjson", ".dockercfg"}:
        return re.search(r"\"(?:auth|password)\"\s*:\s*\"[^\"<$]{8,}\"", value) is not None
    if _NO_SECRET.search(key) and not _KEY_END.search(key):
        return False
    if _KEY_END.search(key):
        return is_password(value, plain=True)
    return len(value) >= 16 and is_drawn(value)
