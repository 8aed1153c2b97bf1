"""Find secrets by their form alone: tokens and keys with a vendor's prefix, private keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from scaffolder.checks.security.drawn import entropy, is_example
from scaffolder.formats.regex import regex
from scaffolder.tools import package_data

PRIVATE_KEY = "a private key"


@dataclass(frozen=True, kw_only=True)
class Form:
    """The form of a kind of secret; `hints` are lower-case pieces, one of which is always there."""

    name: str
    hints: tuple[str, ...]
    expression: str
    entropy: float = 3.0
    """Bits per character that a secret of this form has at least."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The expression, compiled when a text has a hint: most texts have none."""
        return re.compile(self.expression)


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A probable secret: its place in a file's text, and a name that does not repeat it."""

    start: int
    end: int
    name: str


def _form(name: str, hint: str, pattern: str) -> Form:
    return Form(name=name, hints=(hint.lower(),), expression=pattern)


# Forms that their makers publish, those that are met most; forms.json has the others, from
# gitleaks' table.
_OWN = (
    *(
        _form("an AWS access key", start, rf"\b{start}[A-Z2-7]{{16}}\b")
        for start in ("AKIA", "ASIA")
    ),
    *(
        _form("a GitHub token", f"gh{kind}_", rf"\bgh{kind}_[A-Za-z0-9]{{36,251}}\b")
        for kind in "pousr"
    ),
    _form("a GitHub token", "github_pat_", r"\bgithub_pat_[A-Za-z0-9_]{82}\b"),
    *(
        _form("a GitLab token", f"gl{kind}-", rf"\bgl{kind}-[A-Za-z0-9_-]{{20,}}")
        for kind in ("pat", "dt", "rt", "ptt")
    ),
    _form("a Slack token", "xox", r"\bxox[abeprs]-(?:\d-)?[A-Za-z0-9-]{24,}"),
    _form(
        "a Slack webhook",
        "hooks.slack.com",
        r"hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{40,}",
    ),
    _form(
        "a Teams webhook",
        "webhook.office.com",
        r"\.webhook\.office\.com/webhookb2/[0-9a-f-]{36}@[^\s\"']{40,}",
    ),
    _form(
        "a Discord webhook",
        "/api/webhooks/",
        r"discord(?:app)?\.com/api/webhooks/\d{17,20}/[\w-]{60,}",
    ),
    _form(
        "a signed address of a Logic App",
        "sig=",
        r"\.logic\.azure\.com\S+[?&]sig=[A-Za-z0-9_%-]{40,}",
    ),
    _form(
        "a signed address of Azure storage",
        "sig=",
        r"[?&]sv=\d{4}-\d\d-\d\d&\S*sig=[A-Za-z0-9_%-]{40,}",
    ),
    _form("an Azure storage key", "AccountKey=", r"AccountKey=[A-Za-z0-9+/]{86}=="),
    _form("an Azure shared access key", "SharedAccessKey=", r"SharedAccessKey=[A-Za-z0-9+/]{43}="),
    _form("an Azure client secret", "8Q~", r"(?<![\w~.-])[\w~.-]{3}8Q~[\w~.-]{31,34}(?![\w~.-])"),
    _form("a Google API key", "AIza", r"\bAIza[0-9A-Za-z_-]{35}(?![\w-])"),
    _form("a Google client secret", "GOCSPX-", r"\bGOCSPX-[\w-]{28}(?![\w-])"),
    _form("an npm token", "npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
    _form("a PyPI token", "pypi-", r"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}"),
    _form("a Docker Hub token", "dckr_pat_", r"\bdckr_pat_[A-Za-z0-9_-]{27}"),
    _form("a Stripe key", "k_live_", r"\b[rs]k_live_[0-9A-Za-z]{16,}"),
    _form("a Stripe key of the test mode", "k_test_", r"\b[rs]k_test_[0-9A-Za-z]{16,}"),
    _form("a Stripe webhook secret", "whsec_", r"\bwhsec_[A-Za-z0-9+/]{32,}"),
    _form("a Square token", "sq0", r"\bsq0(?:atp|csp)-[\w-]{22,60}"),
    _form("a SendGrid key", "SG.", r"\bSG\.[\w-]{22}\.[\w-]{43}"),
    _form("a Twilio key", "SK", r"\bSK[0-9a-f]{32}\b"),
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
)
_PRIVATE_KEY = regex(
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\\n|\s|[A-Za-z-]+:"
    r" \S+)*[A-Za-z0-9+/=]{40,}"
)
_LONG_WORD = regex(r"\S{20,}")
"""Each form has 20 signs without a blank.

Few words of a file have, and only those are searched for hints.
"""

_MODE = regex(r"_(?:test|live|prod)_")


def known(text: str) -> Iterator[Secret]:
    """Yield each secret of a published form, unordered, once for each form that it fits."""
    if "PRIVATE KEY" in text:
        for found in _PRIVATE_KEY.finditer(text):
            yield Secret(start=found.start(), end=found.end(), name=PRIVATE_KEY)
    lowered = "\n".join(_LONG_WORD.findall(text)).lower()
    for form in dict.fromkeys([form for hint, form in _by_hint() if hint in lowered]):
        for found in form.pattern.finditer(text):
            if (
                not is_example(_MODE.sub("", found[0], count=1))
                and entropy(found[0]) >= form.entropy
            ):
                yield Secret(start=found.start(), end=found.end(), name=form.name)


@cache
def _by_hint() -> tuple[tuple[str, Form], ...]:
    pairs: list[tuple[str, Form]] = []
    for form in _forms():
        pairs += [(hint, form) for hint in form.hints]
    return tuple(pairs)


def _forms() -> tuple[Form, ...]:
    """The own forms, then those of the table."""
    table = package_data.data(__package__, "forms.json")["forms"]
    others = (
        Form(
            name=f"a secret ({row['name']})",
            hints=tuple(row["hints"]),
            expression=row["pattern"],
            entropy=row["entropy"],
        )
        for row in table
    )
    return (*_OWN, *others)
