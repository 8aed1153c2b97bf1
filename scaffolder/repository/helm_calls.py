"""The values that commands give to charts: `helm upgrade --set image.tag=… -f prod.yaml`.

Commands are read in the text of any file that may run Helm, so that CI systems which have no reader
of their own, task runners and programs count as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.formats import shell
from scaffolder.formats.dockerfile import filled
from scaffolder.formats.makefile import logical_lines
from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import files
from scaffolder.repository.project import Project

_COMMANDS = frozenset({"upgrade", "install", "template", "lint"})
_INSTALLS = frozenset({"upgrade", "install"})
_HELM = regex(r"(?:.*/)?helm3?|\$[({]?HELM\w*[)}]?|.*/helm:\S+")
_PRINTS = frozenset({"echo", "printf", "cat", "grep", "sed"})
_LONGEST = 4000
"""Characters of a command that are looked at."""

_OF_TASKS = frozenset({".yml", ".yaml", ".tf"})
_DEPLOYS = regex(r"helm_release|HelmDeploy|\bhelm\b|k8s-bake")

_GIVES = regex(r"--set|--values|--reset-then-reuse|(?:^|\s)-f")
"""An option by which a command gives values."""

_EXPRESSION = regex(r"\$\{\{.*?\}\}|<<\s*[\w.-]+\s*>>|\{\{.*?\}\}|\$\([\w.-]+\)")
"""Placeholders for another program: expressions of CI systems and Taskfiles, make variables."""

_VARIABLE = regex(r"^[\s@-]*(?:export\s+)?(\w+)\s*(?:=|:=|\?=|:\s)\s*[\"']?([\w./-]+)[\"']?\s*$")
_BEGIN = regex(r"^\s*(?:-\s+)?(?:[\w-]+:\s+)?[@-]*(?=\S)")
_COLLECTED = regex(r"^\s*(?:(?:export|local|readonly)\s+)?\w+\+?=[\"'](.*--set\b.*)[\"']\s*$")
"""A variable of a script that collects options: FLAGS="$FLAGS --set a=b"."""

_COMPUTED = regex(r"[$`<{]|EXPRESSION")
_ELSEWHERE = regex(r"(?:oci|https?)://|.*\.tgz$|[a-z][\w-]*/[a-z][\w-]*$")


@dataclass(frozen=True, kw_only=True)
class HelmCall:
    """A command that gives values: its chart (None if unknown), and the values.

    `sets` holds the text of each key, "" if it is computed. `missing` names files of values that
    are not in the repository.
    """

    place: Location
    chart: Path | None
    sets: Mapping[str, str]
    values_files: tuple[Path, ...]
    missing: tuple[str, ...]


def calls(project: Project) -> tuple[HelmCall, ...]:
    """Return the commands that give values to charts of the repository."""
    return project.once("helm calls", lambda: tuple(_calls(project)))


def of_chart(project: Project, chart: Path) -> tuple[HelmCall, ...]:
    """Return the commands that give values to one chart, or to a chart that is not known."""
    return tuple(one for one in calls(project) if one.chart in {None, chart})


def sets(project: Project, chart: Path, key: str) -> bool:
    """Return whether a command, a task of a CI system or Terraform sets a value of a chart."""
    stated = set(chain.from_iterable(one.sets for one in of_chart(project, chart)))
    above = [key[: found.start()] for found in re.finditer(r"\.", key)]
    return (
        key in stated
        or any(name.startswith(f"{key}.") for name in stated)
        or any(name in stated for name in above)
        or _is_in_tasks(project, key)
    )


def incomplete(project: Project, chart: Path) -> str:
    """Return the command that takes values which are not in the repository, "" if none does."""
    for one in of_chart(project, chart):
        if one.chart and one.missing:
            return f"{one.place.path.as_posix()}:{one.place.line} (with {one.missing[0]})"
    return ""


def split(key: str) -> list[str]:
    r"""Return the parts of a key of `--set`: `a\.b.c[0]` is `a.b`, then `c`."""
    parts = re.split(r"(?<!\\)\.", re.sub(r"\[\d+\]", "", key))
    return [part.replace("\\.", ".") for part in parts]


def given(project: Project, chart: Path, *values: Mapping[Any, Any]) -> dict[str, str]:
    """Return the texts that commands set, of keys that no table has; computed ones are left out.

    An image's name is a stand-in text, as the pipeline computes it.
    """
    found: dict[str, str] = {}
    for one in of_chart(project, chart):
        for key, text in one.sets.items() if one.chart else ():
            text = text or _standing_for(key)
            if text and "[" not in key and not any(_has(one, split(key)) for one in values):
                found.setdefault(key, text)
    return found


REPOSITORY = "registry.example.com/image"
"""The stand-in for an image whose name only the pipeline knows."""

_STANDS_FOR = {"repository": REPOSITORY, "tag": "0123456789ab", "digest": "sha256:" + "0" * 64}


def _standing_for(key: str) -> str:
    return _STANDS_FOR.get(key.rpartition(".")[2], "") if "image" in key.lower() else ""


def _has(values: Any, parts: list[str]) -> bool:
    for part in parts:
        if not isinstance(values, dict) or part not in values:
            return False
        values = values[part]
    return values is not None and values != ""


def _is_in_tasks(project: Project, key: str) -> bool:
    """Return whether Terraform, Skaffold or a task such as HelmDeploy sets a value."""
    name = re.escape(key)
    pattern = rf"name\s*=\s*\"{name}\""
    if "." in key:
        pattern += rf"|(?:^|[\s,\"'|]){name}\s*[=:]"
    return any(re.search(pattern, project.text(file), re.MULTILINE) for file in _others(project))


def _others(project: Project) -> tuple[Path, ...]:
    """Return the files with words for a chart's values outside commands."""
    return project.once(
        "other files that deploy charts",
        lambda: tuple(
            file
            for file in files.that_run_helm(project)
            if file.suffix in _OF_TASKS and _DEPLOYS.search(project.text(file))
        ),
    )


def _calls(project: Project) -> Iterator[HelmCall]:
    charts = files.charts(project)
    for file in files.that_run_helm(project) if charts else ():
        text = project.text(file)
        if "helm" not in text.lower() or file.suffix == ".tf" or not _GIVES.search(text):
            continue
        texts = shell.lines_of_texts(text) if file in files.shell_programs(project) else ()
        variables = _variables(text)
        for number, line in _lines(text):
            if _GIVES.search(line) and number not in texts:
                yield from _of_line(project, Location(path=file, line=number), line, variables)


def _variables(text: str) -> dict[str, str]:
    """Return the variables that a file sets once, to a plain text."""
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        if words := _VARIABLE.match(line):
            found.setdefault(words[1], set()).add(words[2])
    return {name: next(iter(said)) for name, said in found.items() if len(said) == 1}


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the commands of a file; one of YAML that is folded goes on with options."""
    start, pending = 0, ""
    for number, line in logical_lines(text):
        words = line.strip()
        if pending and words.startswith("-") and not words.startswith("- "):
            pending += f" {words}"
            continue
        if pending:
            yield start, pending[:_LONGEST]
        start, pending = number, "" if words.startswith("#") else _BEGIN.sub("", line, count=1)
    if pending:
        yield start, pending[:_LONGEST]


def _of_line(
    project: Project, place: Location, line: str, variables: Mapping[str, str]
) -> Iterator[HelmCall]:
    text = re.sub(r"\$\((\w+)\)", r"${\1}", line)
    text = _EXPRESSION.sub("${EXPRESSION}", filled(text, variables))
    text = re.sub(r"<\([^)]*\)", "/dev/stdin", text)
    text = _COLLECTED.sub(r"\1", text)
    for command in shell.simple_commands(text):
        words = _argv(command)
        if words and words[0] not in _PRINTS:
            one = _call(project, place, words)
            if one is not None:
                yield one


def _argv(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words from `helm` on; those of a text that a shell is handed, too."""
    if words[0] in _PRINTS:
        return ()
    for at, word in enumerate(words):
        if _is_helm(words[at:]):
            return words[at:]
        if "helm " in word and " " in word.strip():
            # A word whose blanks are escaped stays one word.
            texts = [text for text in shell.simple_commands(word) if word not in text]
            inner = [_argv(text) for text in texts]
            return next(filter(None, inner), ())
    return words if any(word.startswith("--set") for word in words) else ()


def _is_helm(words: tuple[str, ...]) -> bool:
    """Return whether the first word starts Helm; HELM_OPTIONS, before no command, holds options."""
    is_options = words[0].startswith("$") and _COMMANDS.isdisjoint(words[1:4])
    return _HELM.fullmatch(words[0]) is not None and not is_options


def _call(project: Project, place: Location, words: tuple[str, ...]) -> HelmCall | None:
    is_helm = _is_helm(words)
    if is_helm and _COMMANDS.isdisjoint(words[1:4]):
        return None
    stated: dict[str, str] = {}
    here: list[Path] = []
    missing: list[str] = []
    others: list[str] = []
    for option, value in _options(words[is_helm:]):
        if option.startswith("--set"):
            stated |= _settings(option, value)
        elif option in {"-f", "--values"}:
            for name in value.split(","):
                found = _values_files(project, place.path.parent, name)
                here += found
                missing += [] if found else [name]
        else:
            others.append(value)
    chart = _chart(project, place.path.parent, others) if is_helm else None
    if chart == Path("/") or not (stated or here or missing):
        return None
    if "--reuse-values" in words or "--reset-then-reuse-values" in words:
        missing.append("--reuse-values")
    if not _INSTALLS.intersection(words[1:4]):
        missing = []  # what `helm lint` and `helm template` get is often for this test alone
    return HelmCall(
        place=place, chart=chart, sets=stated, values_files=tuple(here), missing=tuple(missing)
    )


def _options(words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the options that give values, and the other words under ""."""
    at = 0
    while at < len(words):
        word = words[at]
        option, equals, value = word.partition("=")
        if option.startswith("--set") or option in {"-f", "--values"}:
            if not equals:
                at += 1
                value = words[at] if at < len(words) else ""
            yield option, value
        elif word.startswith("-f") and len(word) > 2:
            yield "-f", word[2:]
        else:
            yield "", word
        at += 1


def _settings(option: str, text: str) -> dict[str, str]:
    """Return the keys and texts of `a=1,b.c=2`; what is not one text is "" (computed, a list)."""
    if option == "--set-json":
        return {text.partition("=")[0].strip("'\""): ""}
    found = {}
    for part in re.split(r"(?<!\\),(?![^{]*\})", text):
        key, equals, value = part.partition("=")
        if equals and re.fullmatch(r"[\w.\\/\[\]-]+", key):
            is_text = option != "--set-file" and not _COMPUTED.search(value)
            is_text = is_text and value not in {"true", "false", "null"}
            found[key] = value if is_text else ""
    return found


def _values_files(project: Project, folder: Path, name: str) -> list[Path]:
    """Return the files that a word may name: `values-$ENV.yaml` is one for each environment."""
    plain = _plain(name)
    if not plain.strip("*/.") or plain.startswith(("/", "http:", "https:")):
        return []
    inside = (project.relative((folder / plain).as_posix()), project.relative(plain))
    found = [file for file in inside if project.has(file)]
    if found:
        return found[:1]
    wanted = plain.split("..")[-1].lstrip("/")
    while wanted.startswith("*/"):
        wanted = wanted[2:]
    return [
        file
        for file in files.yaml(project)
        if fnmatchcase(file.as_posix(), wanted) or fnmatchcase(file.as_posix(), f"*/{wanted}")
    ]


def _plain(word: str) -> str:
    word = re.sub(r"\$\{[^}]*\}|\$\w+|\$\([^)]*\)|`[^`]*`", "*", word.strip("\"'"))
    return re.sub(r"^(?:\./)+", "", re.sub(r"(?:/\.?)+$", "", word))


def _chart(project: Project, folder: Path, words: list[str]) -> Path | None:
    """Return the chart that a command names; `/` if it is one from elsewhere, None if unknown."""
    charts = files.charts(project)
    for word in words:
        plain = _plain(word)
        near = project.relative((folder / plain).as_posix())
        for chart in charts if plain else ():
            if chart in {near, Path(plain)} or (plain in {".", ""} and chart == folder):
                return chart
    named = [_plain(word) for word in words if "/" in word and not word.startswith("-")]
    for plain in named:
        inner = plain.split("..")[-1].lstrip("*/")
        fitting = [one for one in charts if _fits(one, inner)] if inner else []
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    if "--repo" in words or any(_ELSEWHERE.match(word) for word in words):
        return Path("/")
    return charts[0] if len(charts) == 1 else None


def _fits(chart: Path, pattern: str) -> bool:
    """Return whether a pattern is the way to a chart, from the root or from a folder below."""
    way = chart.as_posix()
    return fnmatchcase(way, pattern) or fnmatchcase(way, f"*/{pattern}")
