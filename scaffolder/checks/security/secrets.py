"""Secrets that lie in files. What is found is never repeated, neither in a finding nor in a log."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffolder.model import Finding, Verdict
from scaffolder.project import Project
from scaffolder.toolchain import Toolchain


@dataclass(frozen=True, kw_only=True)
class Form:
    """What a kind of secret looks like; `hint` is a piece of it by which most files are passed over quickly."""

    name: str
    hint: str
    pattern: re.Pattern[str]


def _form(name: str, hint: str, pattern: str) -> Form:
    return Form(name=name, hint=hint, pattern=re.compile(pattern))


# The forms that their makers publish; https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml knows more.
FORMS = (
    *(_form("an AWS access key", start, rf"\b{start}[A-Z2-7]{{16}}\b") for start in ("AKIA", "ASIA")),
    *(_form("a GitHub token", f"gh{kind}_", rf"\bgh{kind}_[A-Za-z0-9]{{36,251}}\b") for kind in "pousr"),
    _form("a GitHub token", "github_pat_", r"\bgithub_pat_[A-Za-z0-9_]{82}\b"),
    *(
        _form("a GitLab token", f"gl{kind}-", rf"\bgl{kind}-[A-Za-z0-9_-]{{20,}}")
        for kind in ("pat", "dt", "rt", "ptt")
    ),
    _form("a Slack token", "xox", r"\bxox[abeprs]-(?:\d-)?[A-Za-z0-9-]{24,}"),
    _form("a Slack webhook", "hooks.slack.com", r"hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{40,}"),
    _form("a Teams webhook", "webhook.office.com", r"\.webhook\.office\.com/webhookb2/[0-9a-f-]{36}@[^\s\"']{40,}"),
    _form("a signed address of a Logic App", "sig=", r"\.logic\.azure\.com\S+[?&]sig=[A-Za-z0-9_%-]{40,}"),
    _form("an Azure storage key", "AccountKey=", r"AccountKey=[A-Za-z0-9+/]{86}=="),
    _form("an Azure client secret", "8Q~", r"(?<![\w~.-])[\w~.-]{3}8Q~[\w~.-]{31,34}(?![\w~.-])"),
    _form("a Google API key", "AIza", r"\bAIza[0-9A-Za-z_-]{35}(?![\w-])"),
    _form("an npm token", "npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
    _form("a PyPI token", "pypi-", r"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}"),
    _form("a Docker Hub token", "dckr_pat_", r"\bdckr_pat_[A-Za-z0-9_-]{27}"),
    _form("a Stripe key", "k_live_", r"\b[rs]k_live_[0-9A-Za-z]{24,}"),
    _form("a SendGrid key", "SG.", r"\bSG\.[\w-]{22}\.[\w-]{43}"),
    *(_form("a Vault token", f"hv{kind}.", rf"\bhv{kind}\.[A-Za-z0-9_-]{{24,}}") for kind in "sb"),
    _form("a Terraform Cloud token", "atlasv1", r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}"),
    _form("a DigitalOcean token", "_v1_", r"\bdo[opr]_v1_[a-f0-9]{64}\b"),
    _form("a Grafana token", "glc_", r"\bglc_[A-Za-z0-9+/]{32,}"),
    _form("a Grafana token", "glsa_", r"\bglsa_[A-Za-z0-9]{32}_[a-f0-9]{8}\b"),
    _form(
        "an API key of a language model",
        "sk-",
        r"\bsk-(?:(?:ant-api\d\d|proj|svcacct)-[\w-]{60,}|\w{20}T3BlbkFJ\w{20})",
    ),
    _form(
        "a private key",
        "PRIVATE KEY",
        r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\\n|\s|[A-Za-z-]+: \S+)*[A-Za-z0-9+/=]{40,}",
    ),
)

_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]+://[^/\s:@\"'<>{}$]+:(?P<secret>[^/\s:@\"'<>{}$%*]{8,})@(?P<host>[\w.-]+)")
_ASSIGNED = re.compile(
    r"""\s*(?:-\s+|export\s+|ENV\s+|ARG\s+)? ["']?
    (?P<key>[\w.-]*(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)) ["']?
    (?: \s*[:=]\s* | \s+(?=["']) ) (?P<quote>["']?) (?P<secret>[^\s"']{8,}) (?P=quote) \s* (?:\#.*|,)? $""",
    re.IGNORECASE | re.VERBOSE,
)
_WORD = re.compile(r"(?:passw(?:or)?d|passphrase|secret|token|key)[\"']?\s*[:= ]", re.IGNORECASE)

_SETTINGS = {".yaml", ".yml", ".tfvars", ".env", ".properties", ".toml", ".ini", ".conf", ".cfg", ".json", ".tf", ".sh"}
_LOCKS = {"go.sum", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "poetry.lock", "uv.lock", "mise.lock"}
_TRIALS = re.compile(
    r"(?:^|[/._-])(?:tests?|testdata|fixtures?|mocks?|examples?|samples?|spec|specs|stubs?)(?:[/._-]|$)", re.I
)
_EXAMPLE = re.compile(
    r"example|sample|dummy|placeholder|change-?me|redacted|your[_-]|<|xxxx|\.\.\.|1234567|abcdef|0{6}|fake|test|insert|"
    r"replace|local|default|notasecret|foobar",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"[${}<>()]|^(?:var|local|data|module|env|secrets?|vault|ref|file|arn|https?)[.:/+]|^/|^\.|^%|::"
)
_ALLOWED = re.compile(r"gitleaks:allow|pragma: ?allowlist secret|noseyparker:ignore")


def no_secret_is_in_a_file(project: Project, _: Toolchain) -> Verdict:
    """No file holds a key, a token or a password. Examples, placeholders and references to a secret are none."""
    findings = []
    for file in project.files:
        if file.name in _LOCKS:
            continue
        text = project.text(file)
        for at, name in dict.fromkeys((*_known(file, text), *_written(file, text))):
            number = text.count("\n", 0, at) + 1
            if not _ALLOWED.search(project.lines(file)[number - 1]):
                findings.append(
                    Finding(
                        path=file,
                        line=number,
                        message=f"holds what looks like {name}",
                        fix="revoke it, for the history keeps it; then read it from the environment or a secret store",
                    )
                )
    return Verdict(findings=tuple(findings), detail=f"{len(project.files)} files")


def _known(file: Path, text: str) -> Iterator[tuple[int, str]]:
    """Where a secret of a published form starts, and what it is."""
    for form in FORMS:
        if form.hint not in text:
            continue
        for found in form.pattern.finditer(text):
            if form.name == "a private key":
                if not _TRIALS.search(file.as_posix()):
                    yield found.start(), form.name
            elif not _EXAMPLE.search(found[0]) and entropy(found[0]) >= 3:
                yield found.start(), form.name


def _written(file: Path, text: str) -> Iterator[tuple[int, str]]:
    """Where a password stands in an address, or is assigned to a name that says so."""
    if _TRIALS.search(file.as_posix()) or not (
        file.suffix in _SETTINGS or file.name.startswith((".env", "Dockerfile"))
    ):
        return
    if "@" in text:
        for found in _ADDRESS.finditer(text):
            if _random(found["secret"]) and found["host"] not in {"localhost", "127.0.0.1", "db", "postgres"}:
                yield found.start(), "a password in an address"
    for found in _WORD.finditer(text):
        start = text.rfind("\n", 0, found.start()) + 1
        assigned = _ASSIGNED.match(text, start, text.find("\n", start) if "\n" in text[start:] else len(text))
        if assigned:
            secret = assigned["secret"].strip(",;")
            if _random(secret) and not _names_a_place(assigned["key"], secret):
                yield assigned.start("key"), f"a secret in {assigned['key']}"


def _random(secret: str) -> bool:
    """Whether a text is more likely drawn than written: letters with digits or signs, and no word for an example."""
    mixed = re.search(r"[A-Za-z]", secret) and re.search(r"[0-9!#&*+=?@^~]", secret)
    return bool(mixed) and not _EXAMPLE.search(secret) and not _REFERENCE.search(secret) and entropy(secret) >= 2.75


def _names_a_place(key: str, secret: str) -> bool:
    """Whether the value only says where the secret is: a name in words, a path, an identifier of a resource."""
    if re.search(r"(?:name|ref|file|path|arn|id|url|mount)$", key, re.IGNORECASE):
        return True
    return bool(re.fullmatch(r"[a-z0-9]+(?:[-_./:][a-z0-9]+)*", secret)) and entropy(secret) < 4


def entropy(text: str) -> float:
    """Bits per character, as Shannon counts them."""
    return -sum(number / len(text) * math.log2(number / len(text)) for number in Counter(text).values())
