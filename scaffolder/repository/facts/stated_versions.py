"""Read the versions of runtimes and programs that pages require."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import files
from scaffolder.repository.facts.guides import PROSE, GuideLine, lines
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import RUNTIMES


@dataclass(frozen=True, kw_only=True)
class StatedVersion:
    """A version that a page names: `fact` is that of a Declaration, `word` what the page calls it.

    `is_least`: later ones are as good.
    """

    fact: str
    word: str
    value: str
    is_least: bool
    service: Path
    place: Location


_NUMBER = r"(?:\.(?:\d+|x|X))"
_NAMES = {
    "runtime java": (
        r"Java(?: ?SE)?(?: (?:JDK|Development Kit))?|(?:Open)?JDK|Temurin(?: JDK)?|Corretto",
        rf"(?:1\.\d|\d{{1,2}}){_NUMBER}*",
    ),
    "runtime python": (r"C?Python", rf"3\.\d{{1,2}}{_NUMBER}?"),
    "runtime node": (r"Node(?:\.?[Jj][Ss])?|nodejs", rf"\d{{1,2}}{_NUMBER}*"),
    "runtime go": (r"Go(?:lang)?", rf"1\.\d{{1,2}}{_NUMBER}?"),
    "tool terraform": (r"[Tt]erraform(?: CLI)?", rf"[01]\.\d{{1,2}}{_NUMBER}?"),
    "tool helm": (r"[Hh]elm(?: CLI)?", rf"[23]{_NUMBER}*"),
    "tool kubectl": (r"kubectl", rf"1\.\d{{1,2}}{_NUMBER}?"),
    "kubernetes": (r"Kubernetes|K8[sS]", rf"1\.\d{{1,2}}{_NUMBER}?"),
}
_WORDS = {
    "runtime java": ("Java", "JDK", "Temurin", "Corretto"),
    "runtime python": ("Python",),
    "runtime node": ("Node", "nodejs"),
    "runtime go": ("Go",),
    "tool terraform": ("erraform",),
    "tool helm": ("elm",),
    "tool kubectl": ("kubectl",),
    "kubernetes": ("Kubernetes", "K8"),
}
"""A word that a line has which names the version of each: no other is held against its pattern."""

_LEAST = r"(?:>=|≥|=>|&gt;=|[Aa]t least|[Mm]inimum(?: version)?(?: of)?|[Mm]in\.?)"
_STATED = {
    fact: regex(
        rf"(?P<least>{_LEAST}\s+)?(?<![\w./@-])(?P<word>{name})(?![\w])"
        rf"(?:\]\([^)\s]*\)|\])?[\s:(|`*_]{{0,6}}(?:(?:versions?|release|LTS|SDK)[\s:(`*_]{{1,4}})?"
        rf"(?P<operator>[<~^=]+|{_LEAST})?[\s`*_]{{0,3}}v?(?P<value>{value})(?![\w%])(?!\.\w)"
        rf"(?!\s*(?:[-\u2013\u2014/,|]|or|and|to|vs\.?)\s*(?:{name})?\s*v?\d)"
        rf"(?P<more>[\s`*_,()]{{0,4}}(?:\+|(?:or|and|&)[\s-](?:any[ ])?(?:later|newer|higher"
        rf"|above|up\b|upwards?"
        rf"|greater|more recent)|and up\b|or more\b|upwards?\b))?"
    )
    for fact, (name, value) in _NAMES.items()
}
_QUICK = regex("|".join(f"(?:{name})" for name, _ in _NAMES.values()))

_NEEDS = regex(
    r"\b(?:requires?|required|requirements?|prerequisites?|needs?|needed|must have|install(?:ed"
    r"|ing)?"
    r"|make sure|ensure|built (?:with|on|in|for|using)|written in|runs? (?:on|with)"
    r"|developed (?:with|in)"
    r"|powered by|tech(?:nology)?(?: |-)?stack|stack|language|runtime|getting started|set ?up"
    r"|quick ?start"
    r"|development|dependencies|before you (?:start|begin)|(?:service|app|application|api"
    r"|backend|server)"
    r" (?:in|for|on|uses)|uses|is based on|tools)\b",
    re.IGNORECASE,
)
"""Words in a line, its heading or its introduction that mark a required version."""

_NOT_NEEDED = regex(
    r"\b(?:tested|verified|test matrix|compatib\w*|support(?:s|ed|ing)?|e\.g|for example"
    r"|for instance|such as"
    r"|like|since|until|prior|before|after|upgrad\w*|migrat\w*|drop(?:s|ped)?|deprecat\w*"
    r"|no longer|previous\w*"
    r"|older|earlier|legacy|former\w*|used to|was|were|will|would|instead|does not|doesn't"
    r"|don't|not|cannot"
    r"|can't|never|bug|issue|workaround|optional(?:ly)?|alternativ\w*|if|unless|lambda"
    r"|functions?|actions?"
    r"|runners?|plugins?|clients?|tutorials?|courses?|blog|article|windows|end of life|eol"
    r"|might|may|should work"
    r"|also|either|various|several|multiple|older|only (?:if|when)|up to|less than|between"
    r"|docs? site|other"
    r"|added in|introduced|available|works|except|legacy|agent|image tag)\b|!\[|shields\.io"
    r"|requirement[\\_]",
    re.IGNORECASE,
)
"""Words of a line about other versions, other programs or other times."""

_COMMANDS = {
    "runtime node": regex(
        r"\b(?:nvm (?:install|use|alias default)|fnm (?:install|use|env)|volta install node@"
        r"|n install"
        r"|nodenv (?:install|local)|asdf (?:install|local|set) nodejs|mise (?:use"
        r"|install)(?: -g)? node@"
        r"|brew install node@)\s*v?(?P<value>\d{1,2}(?:\.\d+)*)\b"
    ),
    "runtime python": regex(
        r"(?:\b(?:pyenv (?:install|local|global|shell)(?: -s)?|uv python (?:install|pin)"
        r"|asdf (?:install|local|set) python|mise (?:use|install)(?: -g)? python@"
        r"|brew install python@)\s*"
        r"|\buv venv\b.*(?:--python|-p)[ =](?:python)?|\bconda create\b.*\bpython==?"
        r"|^\s*(?:\$ )?python(?=3\.\d+ -m venv)"
        r"|\bpoetry env use (?:python)?)(?P<value>3\.\d{1,2})(?:\.\d+)?\b"
    ),
    "runtime java": regex(
        r"\b(?:sdk (?:install|use|default) java|jenv (?:local|global)|asdf (?:install|local"
        r"|set) java \w+-"
        r"|mise (?:use|install)(?: -g)? java@\w*-?|brew install (?:openjdk"
        r"|temurin)@)\s*(?P<value>\d{1,2})\b"
        r"|\bapt(?:-get)? install\b.*\bopenjdk-(?P<package>\d{1,2})-j"
    ),
    "tool terraform": regex(
        r"\b(?:tfenv (?:install|use)|tfswitch|asdf (?:install|local|set) terraform|mise (?:use"
        r"|install)"
        r"(?: -g)? terraform@)\s*(?P<value>\d+\.\d+(?:\.\d+)?)\b"
    ),
}
"""Commands that set a version up for work on the repository."""


def stated(project: Project) -> tuple[StatedVersion, ...]:
    """Return the versions that pages require for the services of the repository."""
    return project.once("versions in guides", lambda: tuple(_stated(project)))


def _stated(project: Project) -> Iterator[StatedVersion]:
    for line in lines(project):
        if len(line.text) > 600 or not re.search(r"\d", line.text):
            continue
        commands = list(_commands(line))
        yield from commands
        if line.kind == PROSE and not commands and _QUICK.search(line.text):
            yield from _prose(line)


def _commands(line: GuideLine) -> Iterator[StatedVersion]:
    for fact, pattern in _COMMANDS.items():
        found = pattern.search(line.text)
        if found and not _NOT_NEEDED.search(line.text):
            value = found["value"] or found.groupdict().get("package") or ""
            if made := _version(line, fact, fact.rpartition(" ")[2], value, is_least=False):
                yield made


def _prose(line: GuideLine) -> Iterator[StatedVersion]:
    if _NOT_NEEDED.search(line.text):
        return
    if not _NEEDS.search(line.text) and not (line.introduced and _NEEDS.search(line.introduced)):
        return
    named = [fact for fact, names in _WORDS.items() if any(name in line.text for name in names)]
    for fact in named:
        found = list(_STATED[fact].finditer(line.text))
        if len({one["value"] for one in found}) != 1:
            continue  # none, or a range of them
        one = found[0]
        if _is_condition(line, one):
            continue
        operator = one["operator"] or ""
        if operator.startswith(("<", "~", "^", "=")) and operator not in {"=>"}:
            continue
        is_least = bool(one["more"] or operator or one["least"])
        if made := _version(line, fact, one["word"], one["value"], is_least=is_least):
            yield made


_IN_CASE = regex(r"\b(?:on|under|with|for|from|in|since)\s+[`*_]{0,3}$", re.IGNORECASE)
_DEMANDS = regex(r"\b(?:needs?|requires?|must)\b", re.IGNORECASE)


def _is_condition(line: GuideLine, found: re.Match[str]) -> bool:
    """Return whether a line tells what else is needed in a version: "on Node 20 it needs X"."""
    before, after = line.text[: found.start("word")], line.text[found.end() :]
    return (
        _IN_CASE.search(before) is not None
        and not _NEEDS.search(before)
        and _DEMANDS.search(after) is not None
    )


def _version(
    line: GuideLine, fact: str, word: str, value: str, *, is_least: bool
) -> StatedVersion | None:
    value = re.sub(r"\.[xX]\b.*", "", value)
    runtime = fact.removeprefix("runtime ")
    if runtime in RUNTIMES:
        value = RUNTIMES[runtime].shared_form(value)
    if not value:
        return None
    return StatedVersion(
        fact=fact,
        word=word,
        value=value,
        is_least=is_least,
        service=line.service,
        place=line.place,
    )


def fetches_its_own(project: Project, build: Path) -> bool:
    """Return whether a build downloads the JDK that it compiles with.

    https://docs.gradle.org/current/userguide/toolchains.html#sec:provisioning
    """
    return any(
        "foojay" in project.text(file)
        for file in files.gradle_settings(project)
        if build.is_relative_to(file.parent)
    )
