"""Find secrets in files. Their values are never repeated, neither in a finding nor in a log."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from scaffolder.checks.security.assigned import assigned
from scaffolder.checks.security.drawn import decoded, is_drawn
from scaffolder.checks.security.forms import PRIVATE_KEY, Secret, known
from scaffolder.formats.regex import regex
from scaffolder.model import Finding, Severity, Verdict, counted
from scaffolder.repository import files
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import of_each
from scaffolder.tools.toolchain import Toolchain

_LOCKS = regex(
    r"packages\.lock\.json|Package\.resolved|checksums?\.txt|SHA\d+SUMS|.+\.lock|\.terraform\.lock\.hcl|"
    + "|".join(map(re.escape, of_each(lambda runtime: runtime.LOCK_FILES)))
)
_TRIALS = regex(
    r"(?:^|[/._-])(?:tests?|test-?(?:data|resources)|fixtures?|mocks?|examples?|samples?|spec|specs|stubs?)(?:[/._-]|$)"
    r"|(?:^|/)\.env\.(?:template|dist|tpl|defaults?)$",
    re.IGNORECASE,
)
_ALLOWED = regex(r"gitleaks:allow|pragma: ?allowlist secret|noseyparker:ignore")


def no_secret_is_in_a_file(project: Project, _: Toolchain) -> Verdict:
    """No file holds a key, a token or a password.

    Examples, placeholders and references to a secret are none. Equal texts are searched once, and
    count once towards the budget.
    """
    findings = []
    by_form: dict[str, tuple[Secret, ...]] = {}
    size, left_out = 0, 0
    for file in project.files:
        if _LOCKS.fullmatch(file.name):
            continue
        text = project.text(file)
        if text not in by_form:  # copies of one library are searched once
            if size + len(text) > project.budget.text:
                left_out += 1
                continue
            size += len(text)
            by_form[text] = tuple(known(text))
        for secret in _apart(_secrets(file, text, by_form[text])):
            number = text.count("\n", 0, secret.start) + 1
            line = project.lines(file)[number - 1]
            if (
                not _ALLOWED.search(line)
                and not _is_public(text, line)
                and not _is_in_data(text, secret.start)
            ):
                findings.append(
                    Finding(
                        path=file,
                        line=number,
                        message=f"holds what looks like {secret.name}",
                        fix=(
                            "revoke it, for the history keeps it; then read it from the environment"
                            " or a secret store"
                        ),
                        severity=_weight(project, file, text, secret),
                    )
                )
    limit = f"{counted(left_out, 'file')} beyond {project.budget.text // 2**20} MiB of text"
    return Verdict(
        findings=tuple(_keys_once(findings)),
        detail=counted(len(project.files), "file"),
        limit=limit if left_out else "",
    )


def _keys_once(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield the findings, several private keys of one file as one: they are replaced together."""
    of_keys = Counter(one.path for one in findings if one.message.endswith(PRIVATE_KEY))
    told = set()
    for one in findings:
        if not one.message.endswith(PRIVATE_KEY) or of_keys[one.path] == 1:
            yield one
        elif one.path not in told:
            told.add(one.path)
            yield replace(one, message=f"{one.message} (and {of_keys[one.path] - 1} more)")


_FOR_DEVELOPERS = regex(
    r"^(?:class\s+|\[|)(?:Dev(?:elopment)?|Tests?|Testing|Local(?:host)?)\w*(?:\(.*\)|\]|)\s*:?\s*$",
    re.IGNORECASE,
)
"""The head of a class or section with the settings of a developer's machine."""

_ELSEWHERE = regex(r"secret(?:Access)?KeySecretRef|secretKeyRef|secretRef", re.IGNORECASE)


def _weight(project: Project, file: Path, text: str, secret: Secret) -> Severity:
    """Return NOTE for a secret without use in production, such as an id without its secret."""
    if files.is_trial_values(project, file) or _is_for_developers(text, secret.start):
        return Severity.NOTE
    is_named = secret.name.startswith("a secret in")
    if (
        _OF_DEVELOPERS.search(file.name)
        or (is_named and _is_of_a_machine(file))
        or _is_alone(text, secret)
        or _is_the_name_of_its_user(text, secret)
    ):
        return Severity.NOTE
    line_start = text.rfind("\n", 0, secret.start) + 1
    is_id = re.match(
        r"[\s-]*access_?key_?id[\"']?\s*:", text[line_start : secret.end], re.IGNORECASE
    )
    around = "\n".join(text[line_start:].splitlines()[:6])
    return Severity.NOTE if is_id and _ELSEWHERE.search(around) else Severity.ERROR


_OF_DEVELOPERS = regex(
    r"^(?:docker-)?compose\b.*[._-](?:dev(?:elopment)?|local|tests?|e2e|ci)\b.*\.ya?ml$",
    re.IGNORECASE,
)
"""A file of Compose for a machine on which nothing is worth a secret."""


_OF_A_MACHINE = regex(r"(?:^|[._-])(?:local(?:host)?|development)(?:[._-][\w.-]+)?$", re.IGNORECASE)
"""Settings for the machine of a developer, such as `application-local.yml`: keys of forms count."""

_FOLDERS_OF_A_MACHINE = frozenset({"local", "localhost", ".devcontainer"})


def _is_of_a_machine(file: Path) -> bool:
    in_folder = not _FOLDERS_OF_A_MACHINE.isdisjoint(file.parts[:-1])
    return in_folder or _OF_A_MACHINE.search(file.name) is not None


_VALUE = regex(r"[:=]\s*[\"']?([\w./+=-]+)[\"']?\s*$")
_NEAR = 12
"""Lines before and after a password in which the name of its user is looked for."""


def _is_the_name_of_its_user(text: str, secret: Secret) -> bool:
    """Return whether a password is the name of the user beside it: the one of a demonstration."""
    value = _VALUE.search(text[secret.start : secret.end])
    if value is None or is_drawn(value[1]) or is_drawn(decoded(value[1])):
        return False
    before, after = text[: secret.start].splitlines()[-_NEAR:], text[secret.end :].splitlines()
    around = "\n".join([*before, *after[:_NEAR]])
    named = rf"(?im)user(?:_?name)?[\"']?\s*[:=]\s*[\"']?{re.escape(value[1])}[\"']?,?\s*$"
    return re.search(named, around) is not None


_OF_AN_ID = regex(r"(?:user(?:name)?|key_?id)[\"']?\s*[:=]", re.IGNORECASE)


def _is_alone(text: str, secret: Secret) -> bool:
    """Return whether a name or an id is that of an AWS key, without the key itself."""
    before_it = text[text.rfind("\n", 0, secret.start) + 1 : secret.end]
    if secret.name != "an AWS access key" or not _OF_AN_ID.search(before_it):
        return False
    before, after = text[: secret.start].splitlines()[-8:], text[secret.end :].splitlines()[:8]
    around = "\n".join([*before, *after])
    return not re.search(r"secret|password|[A-Za-z0-9/+]{40}", around, re.IGNORECASE)


def _is_for_developers(text: str, at: int) -> bool:
    """Return whether the class or section that encloses a place is for development or for tests."""
    before = text[:at].splitlines()
    indent = len(before[-1]) - len(before[-1].lstrip()) if before else 0
    for line in reversed(before[:-1]):
        own = len(line) - len(line.lstrip())
        if line.strip() and (own < indent or line.startswith("[")):
            return _FOR_DEVELOPERS.match(line.strip()) is not None
    return False


_PUBLISHED = regex(
    # The emulator of Azure Storage.
    r"Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq"
    r"|X-Amz-Credential[\"']?\s*[=:]"  # the signature of an address, by a key that is not given
    r"|/\d{8}/[a-z0-9-]+/\w+/aws4_request"
    r"|SW2YcwTIb9zpOOhoPsMm"  # the key of sessions that Grafana comes with
    r"|\bphc_[a-z0-9]{20,}|\bpk_(?:live|test)_[a-z0-9]{10,}",  # PostHog, Stripe and Clerk
    re.IGNORECASE,
)


_OF_SEARCH = regex(r"\b(?:apiKey|api_key|searchApiKey)[\"']?\s*[:=]")
"""The key with which the page of a visitor searches: https://docsearch.algolia.com."""


def _is_public(text: str, line: str) -> bool:
    """Return whether a key is published, or the text describes a kind of object or names a key."""
    if _PUBLISHED.search(line) or "kind: CustomResourceDefinition" in text:
        return True
    if _OF_SEARCH.search(line) and re.search(r"algolia|docsearch", text, re.IGNORECASE):
        return re.search(r"[\"']?(?:appId|indexName)[\"']?\s*:", text) is not None
    names_a_key = re.match(r"\s*-?\s*(?:secretKey|key|property)\s*:", line)
    return bool(names_a_key) and "kind: ExternalSecret" in text


_DATA = regex(r"data:[\w/+.;=-]*;base64,[A-Za-z0-9+/=]*")


def _is_in_data(text: str, at: int) -> bool:
    """Return whether a place is in an embedded picture or font: `data:image/png;base64,`."""
    start = text.rfind(";base64,", text.rfind("\n", 0, at) + 1, at)
    head = text.rfind("data:", 0, start) if start >= 0 else -1
    return head >= 0 and _DATA.fullmatch(text, head, at) is not None


def _secrets(file: Path, text: str, by_form: tuple[Secret, ...]) -> Iterator[Secret]:
    is_trial = _TRIALS.search(file.as_posix()) is not None
    for secret in by_form:
        if not (is_trial and secret.name == PRIVATE_KEY):
            yield secret
    if not is_trial:
        yield from assigned(file, text)


def _apart(secrets: Iterator[Secret]) -> Iterator[Secret]:
    """Yield the secrets in the order of the file; of several in one place, the first found."""
    kept: list[Secret] = []
    for secret in secrets:
        if not any(secret.start < other.end and other.start < secret.end for other in kept):
            kept.append(secret)
    return iter(sorted(kept, key=lambda secret: secret.start))
