"""Is a text that is assigned to a password or a key more likely drawn than written?

Words that a person wrote are names, paths, references to a secret store or examples; generated ones
are hexadecimal, base64, or letters and digits in no order. Nothing here knows the text's place.
"""

from __future__ import annotations

import base64
import math
import re
from collections import Counter

from scaffolder.formats.regex import regex

_EXAMPLE = regex(
    r"example|sample|dummy|placeholder|change-?_?(?:me|it|this)|redacted|your[_-]|<|u003c|xxxx|\.\.\.|1234567|abcdef|0{6}|fake|test|"
    r"insert|replace|characters?_|is_required|^(?:some)?passw(?:or)?d=?$|local|default|notasecret|foobar|Eby8vdM02xNOcqFlqUwJ|\*{3}|deadbeef|todo",
    re.IGNORECASE,
)
"""Eby8… is how the key starts that Azure publishes for its emulator of storage."""

_REFERENCE = regex(
    r"[${}<>()]|^(?:var|local|data|module|env|secrets?|vault|ref|file|arn|op|gsm|awssm|projects|https?)[.:/+]"
    r"|^/|^\.|^~/|^\*?/|/\*|\.(?:json|ya?ml|pem|crt|p12|pfx|jks)$|^%|::|^ENC\[|^(?:sha\d+|md5|h1|zh)[:-]|\[\[|^!|^&\w|^\*\w",
    re.IGNORECASE,
)
_UUID = regex(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HEX = regex(r"(?=.*\d)(?=.*[a-f])[0-9a-f]{16,}|(?=.*\d)(?=.*[A-F])[0-9A-F]{16,}")
_BASE64 = regex(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_NAME = regex(r"[a-z0-9]+(?:[-_./:][a-z0-9]+)*")
_VARIABLE = regex(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_SAYS_SO = regex(
    r"passw|secret|token|credential|api_?-?key|(?<=-)(?:ssh|tls|pull|deploy|sign(?:ing)?)-key(?![a-z])",
    re.IGNORECASE,
)
_WRONG = regex(
    r"(?<![a-z])(?:wrong|invalid|fake|dummy|bogus|incorrect)(?![a-z])|^#\w+(?:&|$)", re.IGNORECASE
)
"""Values that a test expects to be refused, and the name of a bean in a route of Camel."""

_TECHNICAL = regex(
    r"k8s|s3|e2e|i18n|l10n|v\d+(?:alpha|beta)?\d*|oauth2?|ec2|x86|x64|db2|h2|http2|p12|p256|b64|base64|sha\d+|md5|"
    r"aes\d+|[rhe]s\d{3}|ed25519|utf8|ipv[46]|us-?\w+-?\d|r53|pkcs\d+|x509"
)
_USUAL = regex(
    r"postgres(?:ql)?|mysql|mariadb|root(?:root)?|admin(?:istrator)?|guest|rabbitmq|redis|mongo(?:db)?|minio(?:admin)?|"
    r"user(?:name)?|none|null|true|false|undefined|required|optional|string|enabled|disabled|inherit|prompt|ignored|"
    r"unused|empty",
    re.IGNORECASE,
)
"""Usual stand-ins for a password, and the default one of a database."""

_ENCODED_WORD = regex(r"[A-Za-z0-9+/]{6,64}={0,2}")
"""A possible word in base64; a longer one is a document."""


def entropy(text: str) -> float:
    """Bits per character, as Shannon counts them."""
    return -sum(
        number / len(text) * math.log2(number / len(text)) for number in Counter(text).values()
    )


def is_example(text: str) -> bool:
    """Return whether the text, or its base64 content, is a stand-in for another one."""
    if _EXAMPLE.search(text):
        return True
    word = decoded(text)
    return bool(
        _EXAMPLE.search(word)
        or _USUAL.fullmatch(word)
        or (_SAYS_SO.search(word) and re.fullmatch(r"[\w./:-]+", word))
    )


def decoded(text: str) -> str:
    """Return the word that a text is in base64, "" if it is none."""
    if not _ENCODED_WORD.fullmatch(text):
        return ""
    try:
        return (
            base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("ascii").strip()
        )
    except ValueError:  # not base64, or its content is not text
        return ""


def is_drawn(text: str) -> bool:
    """Return whether the text was generated: hexadecimal, base64 or random characters."""
    return (
        _may_be_secret(text)
        and not is_example(text)
        and (_is_hexadecimal(text) or _is_shuffled(text))
    )


def is_secret(text: str) -> bool:
    """Return whether a text assigned to a secret is one: generated, or with digits or signs."""
    if not _may_be_secret(text) or is_example(text):
        return False
    mixed = re.search(r"[A-Za-z]", text) and re.search(r"[0-9!#&*+=?@^~]", text)
    if not mixed or entropy(text) < 2.75:
        return is_drawn(text)
    return not (_NAME.fullmatch(text) or _VARIABLE.fullmatch(text)) or is_drawn(text)


def is_password(text: str, *, plain: bool) -> bool:
    """Whether a text that is assigned to a password is one.

    A person chose many of them, so that one word with digits is enough, and so are eight digits.
    `plain` is true where nothing but the value itself can stand: a word is a password there as
    well.
    """
    if is_secret(text) or re.fullmatch(r"\d{8,}", text) or _of_google(text):
        return True
    if not _may_be_secret(text) or is_example(text) or _USUAL.fullmatch(text):
        return False
    if re.fullmatch(r"[a-z]+\d[a-z\d]*|\d+[a-z][a-z\d]*", text):
        return True
    return _is_unpronounceable(text) or (
        plain and re.fullmatch(r"[\w.!@#%^&*+=?~-]+", text) is not None
    )


def _may_be_secret(text: str) -> bool:
    return (
        len(text) >= 8
        and not _REFERENCE.search(text)
        and not _UUID.fullmatch(text)
        and not _WRONG.search(text)
        and not (
            _SAYS_SO.search(text) and re.fullmatch(r"[\w./:-]+", text) and not _is_hexadecimal(text)
        )
        and text not in (text + text)[1:-1]  # one piece again and again
    )


def _is_hexadecimal(text: str) -> bool:
    return _HEX.fullmatch(text) is not None and entropy(text) >= 2.5


def _is_shuffled(text: str) -> bool:
    """Whether small letters, capitals and digits change places as no word and no name lets them."""
    text = _TECHNICAL.sub("", text) if _NAME.fullmatch(text) else text
    between = len(re.findall(r"(?<=[a-zA-Z])(?=\d)|(?<=\d)(?=[a-zA-Z])", text))
    if _NAME.fullmatch(text):
        return between >= 3 and entropy(text) >= 2.75
    capitals = len(re.findall(r"(?<=[a-z])(?=[A-Z])", text))
    all_kinds = all(re.search(kind, text) for kind in ("[a-z]", "[A-Z]", r"\d"))
    return (
        _BASE64.fullmatch(text) is not None
        and all_kinds
        and entropy(text) >= 3.2
        and (between + capitals) / len(text) >= 0.22
    )


def _of_google(text: str) -> bool:
    """Whether it is a password of an application for Google's mail: four times four letters."""
    return (
        re.fullmatch(r"[a-z]{4}(?: [a-z]{4}){3}", text) is not None
        and entropy(text.replace(" ", "")) >= 3
    )


def _is_unpronounceable(text: str) -> bool:
    """Return whether it is lower-case letters with too many consonants in a row for a word."""
    return (
        re.fullmatch(r"[a-z]{12,}", text) is not None
        and re.search(r"[^aeiouy]{5,}", text) is not None
    )
