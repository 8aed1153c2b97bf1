"""Which environments the parts of a repository know, and which they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from scaffolder.checks.environments.families import patterns
from scaffolder.formats.regex import regex
from scaffolder.model import Finding, Location, NotApplicable, Verdict, counted
from scaffolder.repository import environments
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain

_PUBLIC_HOSTS = regex(
    r"\bdev\.azure\.com\b|\.dev\b(?=[/:\"'\s]|$)"
    r"|\b(?:tekton|knative|kaniko|go|web|skaffold|crossplane|istio|kpt|kyma|ko)\.dev\b"
)
"""Addresses on the internet that hold an environment's name by chance.

Azure DevOps, and all that end in .dev.
"""

_OTHERS_THAN = r"(?<![A-Za-z0-9])(?:non|not|no|pre|ex|sub)[-_ ]?"
"""Prefixes that turn an environment's name into another word: `non-prod`, `pre-production`."""

_TABLE = regex(
    r"\s*-?\s*[\"']?\w+_[a-z]+(?!\.(?:ya?ml|json|tf\w*|env|txt|sh|conf|pem|com|net|org|io)\b)"
    r"(?:\.\w+){1,2}[\"']?\s*"
)
"""A table of a database whose name ends like an environment: shop_production.public.orders."""


def every_environment_is_everywhere(project: Project, _: Toolchain) -> Verdict:
    """An environment of one part of the repository is known to values, variables and backends."""
    families = environments.families(project)
    if len(families) < 2:
        raise NotApplicable("only one part of the repository has files for environments")
    everywhere = dict.fromkeys(chain.from_iterable(family.files for family in families))
    findings = []
    for name in everywhere:
        witness = next(family for family in families if name in family.files)
        word = witness.word(name)
        lacking = [family for family in families if name not in family.files]
        missing = [family.pattern.replace("*", word) for family in lacking]
        if not lacking:
            continue
        more = f" (and {counted(len(missing) - 1, 'other file')})" if len(missing) > 1 else ""
        findings.append(
            Finding(
                path=next(iter(lacking[0].files.values())),
                message=f"{word} has no file here: {missing[0]} is missing{more}",
                fix=f"write {', '.join(missing[:3])}{' and so on' if len(missing) > 3 else ''},"
                f" or take {word} out of the others",
                related=(
                    Location(path=witness.files[name]),
                    *(Location(path=next(iter(one.files.values()))) for one in lacking[1:]),
                ),
            )
        )
    return Verdict(findings=tuple(findings), detail=", ".join(everywhere))


def files_speak_of_their_own_environment(project: Project, _: Toolchain) -> Verdict:
    """No file of one environment names another one: prod has no host, bucket or cluster of qa."""
    families = environments.families(project)
    if not families:
        raise NotApplicable("no files of several environments are beside each other")
    findings: list[Finding] = []
    for family in families:
        for name, file in family.files.items():
            others = chain.from_iterable(
                environments.names(other) for other in family.files if other != name
            )
            words = "|".join(sorted(set(others) - environments.COMMON_WORDS))
            if not words:
                continue
            pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])")
            others_than = re.compile(rf"{_OTHERS_THAN}(?:{words})(?![A-Za-z0-9])", re.IGNORECASE)
            shared = _said_everywhere(project, family)
            asks = _Asked(name=name, word=family.word(name), stranger=pattern, not_one=others_than)
            findings += _strangers(project, file, asks, shared)
    return Verdict(findings=tuple(findings), detail=patterns(families))


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """The names of other environments to look for in a file; `not_one` resembles one."""

    name: str
    word: str
    stranger: re.Pattern[str]
    not_one: re.Pattern[str]


def _strangers(
    project: Project, file: Path, asked: _Asked, shared: frozenset[str]
) -> Iterator[Finding]:
    name, word = asked.name, asked.word
    of_several = _lines_of_lists(project, file)
    strangers: dict[str, list[int]] = {}
    own = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(environments.names(name))})(?![A-Za-z0-9])")
    for number, line in enumerate(project.lines(file), 1):
        said = _PUBLIC_HOSTS.sub("", re.sub(r"(?:^|\s)(?:#|//).*$", "", line))
        value = re.split(r"[:=]", said, maxsplit=1)[-1]
        found = asked.stranger.search(asked.not_one.sub("", value))
        if number in of_several or line.strip() in shared or _ABOUT_OTHERS.search(said):
            continue
        if found and _TABLE.fullmatch(value):
            continue
        if found and not own.search(value):
            strangers.setdefault(found[0], []).append(number)
    for other, lines in strangers.items():
        shown = lines if len(lines) <= _MOST_TOLD else lines[:1]
        more = f" (and {len(lines) - 1} more lines)" if len(lines) > _MOST_TOLD else ""
        for number in shown:
            line = project.lines(file)[number - 1].strip()
            yield Finding(
                path=file,
                line=number,
                message=f"names {other}, but this is a file of {word}: {line[:80]}{more}",
                fix=f"write what belongs to {word}",
            )


_MOST_TOLD = 5
"""Lines of one file that name another environment; of more the first is told, with their number."""

_ABOUT_OTHERS = regex(
    r"^\s*(?:-\s+)?[\"']?\w*(?:next|previous|upstream|downstream|promote|source|team|group|owner)\w*[\"']?\s*[:=]",
    re.IGNORECASE,
)
"""Keys whose value is another environment on purpose, or the name of a team."""

_LIST = regex(r"([\w.\"'-]+)\s*[:=]\s*(?:\[([^\[\]]*)\]|((?:\n[ \t]*- [^\n]*)+))")
"""A list of texts, in brackets or a line each, with its key."""

_GRANT = regex(
    r"(?:^|_)(?:members|readers|writers|(?:from|to|with|for)_environments)\b|shared?_?with",
    re.IGNORECASE,
)
"""Names of lists that grant access: they name others, and not the file's own environment."""


def _lines_of_lists(project: Project, file: Path) -> frozenset[int]:
    """Return the lines of lists that name several environments, or let others in."""
    text = project.text(file)
    found: set[int] = set()
    for one in _LIST.finditer(text):
        items = one[2] or one[3] or ""
        several = [
            words
            for words in environments.PROMOTION
            if re.search(rf"(?<![A-Za-z0-9])(?:{'|'.join(words)})(?![A-Za-z0-9])", items)
        ]
        if len(several) > 1 or _GRANT.search(one[1].strip("\"'")):
            first = text.count("\n", 0, one.start()) + 1
            found |= set(range(first, first + one[0].count("\n") + 1))
    return frozenset(found)


def _said_everywhere(project: Project, family: environments.Family) -> frozenset[str]:
    """Return the lines that all of three or more environments have: names in them are shared."""
    lines = [{line.strip() for line in project.lines(file)} for file in family.files.values()]
    return frozenset(set.intersection(*lines)) if len(lines) > 2 else frozenset()
