"""Explain a generated file, or a line of it: its template, conditions and answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffolder.errors import ProjectError, RenderError
from scaffolder.formats.regex import regex
from scaffolder.repository.project import Project
from scaffolder.template import answers, bundled, question_types, sandbox
from scaffolder.template.answers import Answer
from scaffolder.tools import package_data

if TYPE_CHECKING:
    from jinja2 import Environment, Template

_MARK = regex(r"\[\[(.*?)\]\]")
_INCLUDE = regex(
    r"(?:\[%-?|^\s*#%)\s*include\s+(.+?)(?:\s+ignore missing)?\s*(?:-?%\]|$)", re.MULTILINE
)
_LOOP = regex(r"\[% yield (\w+) from (\w+) %\](.*?)\[% endyield %\]")
"""A name of which each item of a list gives a file; Copier allows one in a path."""
_COMPUTED = frozenset({"float", "int", "json", "yaml"})
_STATEMENT = regex(r"(?:^\s*#%|\[%-?)\s*(if|elif|else|endif|for|endfor)\b\s*(.*?):?\s*(?:-?%\]|$)")
_WORD = regex(r"\b[a-z_]+\b")


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The origin of a file: its templates, the first one with its name, in the order of inclusion.

    `folder` holds the release that they are of. `conditions` are true of the answers, or the file
    were not there; `uses` are the answers that stand in it.
    """

    folder: Path
    file: Path
    templates: tuple[Path, ...]
    conditions: tuple[str, ...]
    uses: dict[str, object]


@dataclass(frozen=True, kw_only=True)
class Line:
    """The origin of a line, with the conditions around it and the answers in it."""

    template: Path
    number: int
    text: str
    conditions: tuple[str, ...]
    uses: dict[str, object]


def of(project: Project, file: Path, folder: Path | None = None) -> Origin:
    """Return the origin of `file` in the release in `folder`; None is this installation's.

    Raises:
        ProjectError: the repository is not generated, has no such file, or it is not one that was
        generated.

    """
    if not project.answers:
        raise ProjectError(
            f"{project.root} was not generated",
            hint="scaffold adopt brings a repository under the template",
        )
    if not project.has(file):
        raise ProjectError(
            f"{file.as_posix()} does not exist", hint="scaffold status lists what was generated"
        )
    folder = folder or package_data.root()
    values = _values(project, folder)
    for source, switches in _sources(file, values, folder):
        templates = (source, *_included(source, values, folder))
        texts = [_read(folder, one) for one in templates]
        marks = chain.from_iterable(map(_MARK.findall, texts))
        named = set(chain.from_iterable(map(_WORD.findall, marks)))
        return Origin(
            folder=folder,
            file=file,
            templates=templates,
            conditions=tuple(_condition(switch, folder) for switch in switches),
            uses=_answered(project, named, folder),
        )
    raise ProjectError(
        f"{file.as_posix()} is not generated: it was added by hand",
        hint="git log -- " + file.as_posix(),
    )


def line_of(project: Project, origin: Origin, number: int) -> Line | None:
    """Return the origin of a line, from 1; None if no line of the templates gives it.

    Raises:
        ProjectError: the file has no such line.

    """
    lines = project.lines(origin.file)
    if not 0 < number <= len(lines):
        raise ProjectError(
            f"{origin.file.as_posix()} has {len(lines)} lines", hint=f"{origin.file.as_posix()}:1"
        )
    wanted = lines[number - 1].strip()
    before = sum(line.strip() == wanted for line in lines[:number])
    candidates = chain.from_iterable(_lines(project, source, origin) for source in origin.templates)
    found = [line for line in candidates if wanted and _gives(line.text, wanted)]
    return found[min(before, len(found)) - 1] if found else None


def _lines(project: Project, source: Path, origin: Origin) -> Iterator[Line]:
    """The lines of a template that may become lines of a file, each with the conditions around it.

    A part that lies in a folder of one choice is there because of that choice.
    """
    folder = origin.folder
    switches = re.findall(r"\[\[ (\w+) \]\]", source.parent.as_posix())
    of_folders = [_condition(switch, folder) for switch in switches]
    around = [condition for condition in of_folders if condition not in origin.conditions]
    for at, text in enumerate(_read(folder, source).splitlines(), 1):
        statements = _STATEMENT.findall(text)
        for word, rest in statements:
            _enter(around, word, rest)
        if not statements:
            named = set(chain.from_iterable(_WORD.findall(mark) for mark in _MARK.findall(text)))
            uses = _answered(project, named, folder)
            yield Line(
                template=source, number=at, text=text.strip(), conditions=tuple(around), uses=uses
            )


def _gives(text: str, wanted: str) -> bool:
    """Return whether a template's line may have become `wanted`: its text is there in order."""
    parts = _MARK.split(text)[::2]
    if not "".join(parts).strip() and len(parts) > 1:
        return False
    return re.fullmatch(".*?".join(map(re.escape, parts)), wanted) is not None


def _enter(around: list[str], word: str, rest: str) -> None:
    if word in {"if", "for"}:
        around.append(rest if word == "if" else f"for each {rest}")
    elif word in {"endif", "endfor"} and around:
        around.pop()
    elif around:
        around[-1] = f"not ({around[-1]})" if word == "else" else rest


def _sources(
    file: Path, values: dict[str, Any], folder: Path
) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """The templates that become `file` with these answers, each with the switches on its way."""
    root = folder / "templates"
    for source in sorted(root.rglob("*")):
        relative = source.relative_to(root)
        if not _is_inside(folder, source) or (
            relative.name.removesuffix(".jinja") != file.name and "[[" not in relative.name
        ):
            continue
        for parts, given in _names(relative, values):
            written = [_filled(part, given, folder) for part in parts]
            if all(written) and Path(*written).as_posix().removesuffix(".jinja") == file.as_posix():
                switches = [
                    part[3:-3] for part, said in zip(parts, written, strict=True) if said == "."
                ]
                yield Path("templates", relative), tuple(switches)


def _names(path: Path, values: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yield the parts of each name that a template's path stands for, with the values they take."""
    loop = _LOOP.search(path.as_posix())
    if loop is None:
        yield path.parts, values
        return
    item, items, _ = loop.groups()
    parts = Path(_LOOP.sub(r"\3", path.as_posix())).parts
    for value in values[items]:
        yield parts, {**values, item: value}


def _included(
    source: Path, values: dict[str, Any], folder: Path, around: tuple[Path, ...] = ()
) -> Iterator[Path]:
    if source in around:
        raise RenderError(f"the template does not render: {source.as_posix()} includes itself")
    text = _read(folder, source)
    if not _INCLUDE.search(text):
        return
    with sandbox.rendering(" ".join(_INCLUDE.findall(text))):
        environment = _environment(folder)
        names = _names_of_includes(environment, text).render(values).splitlines()
    for inner in map(Path, names):
        if _is_inside(folder, inner):
            yield inner
            yield from _included(inner, values, folder, (*around, source))


def _names_of_includes(environment: Environment, text: str) -> Template:
    """Return a template that prints the names that `text` includes; only its loops are kept."""
    from jinja2 import nodes

    def kept(node: nodes.Node) -> Iterator[nodes.Node]:
        for inner in node.iter_child_nodes():
            if isinstance(inner, nodes.Include):
                yield nodes.Output([inner.template, nodes.TemplateData("\n")])
            elif isinstance(inner, nodes.For):
                body = list(kept(inner))
                yield nodes.For(inner.target, inner.iter, body, [], inner.test, False)
            else:
                yield from kept(inner)

    tree = nodes.Template(list(kept(environment.parse(text))))
    tree.set_environment(environment)
    tree.set_lineno(1)
    return environment.from_string(tree)


def _is_inside(folder: Path, file: Path) -> bool:
    """Whether `file` is one of the template, and not what a name or a link in it leads to."""
    return (folder / file).is_file() and (folder / file).resolve().is_relative_to(folder.resolve())


def _filled(part: str, values: dict[str, Any], folder: Path) -> str:
    if "[[" not in part and "[%" not in part:
        return part
    with sandbox.rendering(part):
        rendered: str = _environment(folder).from_string(part).render(values)
        return rendered


def _values(project: Project, folder: Path) -> dict[str, Any]:
    """The answers with everything that copier.yml makes of them."""
    values: dict[str, Any] = dict(_given(project, folder))
    values["_copier_conf"] = {"answers_file": answers.FILE}
    asked = bundled.configuration(folder)
    if isinstance(table := asked.get("versions"), dict):  # which defaults read before its turn
        values["versions"] = table.get("default", {})
    for name, entry in asked.items():
        if not name.startswith("_") and name not in values and isinstance(entry, dict):
            default = entry.get("default", "")
            values[name] = default
            if isinstance(default, str):
                filled = _filled(default, values, folder)
                kind = entry.get("type")
                values[name] = _computed(filled, kind) if kind in _COMPUTED else filled
    return values


def _computed(text: str, kind: str) -> object:
    """Return a computed table or number, or its text if it cannot be read."""
    try:
        return question_types.native(kind, text)
    except ValueError:
        return text


def _given(project: Project, folder: Path) -> dict[str, Answer]:
    """Return the repository's answers to the release's questions; defaults for missing ones."""
    known: dict[str, Answer] = {}
    for question in answers.questions(folder):
        if question.asked_given(known):
            recorded = project.answers.get(question.name, question.default_given(known))
            known[question.name] = answers.accepted(question, recorded, known)
    return known


def _condition(switch: str, folder: Path) -> str:
    """Return the meaning of a switch of copier.yml: "cloud == 'aws'" for `aws`."""
    entry = bundled.configuration(folder).get(switch)
    default = str(entry.get("default", "")) if isinstance(entry, dict) else ""
    found = re.search(r"\bif (.+?) else\b", default)
    if not found:
        return switch
    return f"not ({found[1]})" if re.search(r"'' if", default) else found[1]


def _answered(project: Project, names: set[str], folder: Path) -> dict[str, object]:
    given = _given(project, folder)
    return {name: given[name] for name in sorted(_computed_from(names, folder) & set(given))}


def _computed_from(names: set[str], folder: Path) -> set[str]:
    """`names`, and those that copier.yml computes them from: `cloud` for `cloud_facts`."""
    entries = bundled.configuration(folder)
    found: set[str] = set()
    left = list(names)
    while left:
        if (name := left.pop()) in found:
            continue
        found.add(name)
        entry = entries.get(name)
        if isinstance(entry, dict) and entry.get("when") is False:
            default = entry.get("default")
            left += _WORD.findall(default) if isinstance(default, str) else []
    return found


def _read(folder: Path, source: Path) -> str:
    return (folder / source).read_text(encoding="utf-8")


@cache
def _environment(folder: Path) -> Environment:
    """Return an environment for the conditions alone: values that only Copier has are empty."""
    from jinja2 import ChainableUndefined

    return sandbox.environment(folder, undefined=ChainableUndefined)
