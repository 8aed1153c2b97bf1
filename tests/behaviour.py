"""Which rendered objects and Terraform blocks differ between two repositories, and which notes explain the differences."""

from __future__ import annotations

import difflib
import filecmp
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from scaffolder.formats import hcl
from scaffolder.repository import files, manifests
from scaffolder.repository.project import Project
from scaffolder.template import expressions, releases
from scaffolder.template.notes import Note
from scaffolder.tools.toolchain import Toolchain

UNCHANGED = Path(__file__).parent / "data" / "behaviour-unchanged.yml"

_LINES, _CHANGES = 12, 10
"""How much of a difference, and how many of them, a message shows."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """An object that differs: what it is, the names that a glob may match, and its text on both sides ("": absent)."""

    what: str
    names: tuple[str, ...]
    before: str
    after: str

    def matches(self, glob: str) -> bool:
        return any(fnmatchcase(name, glob) for name in self.names)

    def shown(self) -> str:
        kind = "new" if not self.before else "gone" if not self.after else "changed"
        lines = [
            *difflib.unified_diff(
                self.before.splitlines(), self.after.splitlines(), n=1, lineterm=""
            )
        ][2:]
        more = [f"… and {len(lines) - _LINES} more lines"] if len(lines) > _LINES else []
        return "\n".join(
            [f"  {self.what}: {kind}", *(f"      {line}" for line in [*lines[:_LINES], *more])]
        )


@dataclass(frozen=True, kw_only=True)
class Unchanged:
    """A reviewed difference after which nothing behaves otherwise."""

    object: str
    release: str
    reason: str

    @property
    def number(self) -> tuple[int, ...]:
        return releases.number_of(self.release)


def unchanged(file: Path = UNCHANGED) -> tuple[Unchanged, ...]:
    """Read the reviewed differences."""
    return tuple(
        Unchanged(**entry) for entry in yaml.safe_load(file.read_text(encoding="utf-8")) or ()
    )


def changes(old: Path, new: Path, toolchain: Toolchain) -> tuple[Change, ...]:
    """Return the Kubernetes objects and Terraform blocks that differ between two rendered repositories."""
    before, after = {**_platform(old), **_terraform(old)}, {**_platform(new), **_terraform(new)}
    if not _same(old, new, "helm") or not _same(
        old, new, "terraform"
    ):  # Terraform names the version of Kubernetes
        before |= _chart(old, toolchain)
        after |= _chart(new, toolchain)
    return tuple(
        Change(
            what=what,
            names=names,
            before=before.get((what, names), ""),
            after=after.get((what, names), ""),
        )
        for what, names in sorted({*before, *after})
        if before.get((what, names)) != after.get((what, names))
    )


def applies(note: Note, values: Mapping[str, object]) -> bool:
    """Return whether a note concerns a repository with these answers; a broken condition does not."""
    return not note.when or expressions.holds(note.when, values)


def unexplained(
    found: Iterable[Change], notes: Iterable[Note], reviewed: Iterable[Unchanged]
) -> tuple[Change, ...]:
    """Return the changes that no note and no reviewed entry matches; `notes` are those that apply."""
    globs = [glob for note in notes for glob in note.objects] + [entry.object for entry in reviewed]
    return tuple(change for change in found if not any(change.matches(glob) for glob in globs))


def stale(
    found: Mapping[str, tuple[Change, ...]],
    values: Mapping[str, Mapping[str, object]],
    notes: Iterable[Note],
    reviewed: Iterable[Unchanged],
) -> Iterator[str]:
    """Yield a sentence per glob that matches no change; `found` and `values` are by the name of a set of answers."""
    for note in notes:
        concerned = [
            change for name, made in found.items() if applies(note, values[name]) for change in made
        ]
        for glob in note.objects:
            if not any(change.matches(glob) for change in concerned):
                yield f"notes.yml: `{glob}` of {note.id} matches nothing that differs where `when` is true"
    for entry in reviewed:
        if not any(change.matches(entry.object) for made in found.values() for change in made):
            yield f"{UNCHANGED.name}: `{entry.object}` matches nothing that differs"


def message(left: tuple[Change, ...], old: str, answers: str) -> str:
    """Name the objects that differ, the answers, and the text to write."""
    globs = ", ".join(
        f'"{name}"' for name in dict.fromkeys(change.names[0] for change in left[:_CHANGES])
    )
    more = [f"  … and {len(left) - _CHANGES} more"] if len(left) > _CHANGES else []
    return "\n".join(
        [
            f"{len(left)} rendered objects differ from {old}, and no note explains them",
            f"answers: {answers}",
            *(change.shown() for change in left[:_CHANGES]),
            *more,
            "If it behaves otherwise, add to notes.yml (CONTRIBUTING.md, Release), with `when` if not all are concerned:",
            f"  - {{id: …, release: NEXT, title: …, changes: …, do: …, undo: …, objects: [{globs}]}}",
            f"If owners never notice, add to tests/data/{UNCHANGED.name}:",
            "  - {object: …, release: NEXT, reason: …}",
        ]
    )


_Objects = dict[tuple[str, tuple[str, ...]], str]
"""An object's kind and names → its text."""


def _platform(root: Path) -> _Objects:
    found: _Objects = {}
    for file in sorted((root / "platform").rglob("*.y*ml")):
        for content in yaml.safe_load_all(file.read_text(encoding="utf-8")):
            if isinstance(content, dict) and "kind" in content:
                _add(found, "platform", _name(content), content)
            elif content is not None:  # values of a chart that others make
                path = file.relative_to(root).as_posix()
                found[path, (path,)] = _dumped(content)
    return found


def _chart(root: Path, toolchain: Toolchain) -> _Objects:
    found: _Objects = {}
    project = Project(root)
    if files.chart(project) is None:
        return found
    for manifest in manifests.manifests(project, toolchain):
        assert not manifest.error, (
            f"the chart does not render for {manifest.environment}: {manifest.error}"
        )
        for rendered in manifest.objects:
            _add(found, manifest.environment, _name(rendered.content), rendered.content)
    return found


def _terraform(root: Path) -> _Objects:
    found: _Objects = {}
    for file in sorted((root / "terraform").rglob("*.tf")):
        folder = file.parent.relative_to(root).as_posix()
        for address, text in _blocks(hcl.read(file.read_text(encoding="utf-8"))):
            found[f"{address} ({folder})", _addresses(address, folder)] = text
    for file in sorted((root / "terraform").rglob("*.tfvars")):
        path = file.relative_to(root).as_posix()
        for name, attribute in hcl.read(file.read_text(encoding="utf-8")).attributes.items():
            address = f"variable.{name}"
            found[f"{address} ({path})", (address, f"{path}/{address}")] = _code(
                attribute.expression
            )
    return found


def _addresses(address: str, folder: str) -> tuple[str, ...]:
    """Return what a glob may name: the address, with its folder, and as `terraform plan` has it of a module."""
    parent, _, name = folder.rpartition("/")
    inside = (f"module.{name}.{address}",) if parent.endswith("/modules") else ()
    return (address, f"{folder}/{address}", *inside)


def _blocks(file: hcl.Block) -> Iterator[tuple[str, str]]:
    """Yield the address and the text of what Terraform makes or reads; of a variable, its default alone."""
    for block in file.each("resource"):
        yield ".".join(block.labels), _body(block)
    for block in file.each("data", "module"):
        yield ".".join((block.type, *block.labels)), _body(block)
    for block in file.each("variable"):
        default = block.attributes.get("default")
        yield f"variable.{block.labels[0]}", _code(default.expression) if default else "required"
    for block in file.each("locals"):
        for name, attribute in block.attributes.items():
            yield f"local.{name}", _code(attribute.expression)


def _body(block: hcl.Block) -> str:
    lines = [
        f"{name} = {_code(attribute.expression)}"
        for name, attribute in sorted(block.attributes.items())
    ]
    for inner in block.blocks:
        body = "\n".join(f"  {line}" for line in _body(inner).splitlines())
        lines.append(f"{' '.join((inner.type, *inner.labels))} {{\n{body}\n}}")
    return "\n".join(lines) or "{}"


def _code(expression: str) -> str:
    """Return an expression without lines of comment and without its layout."""
    lines = (" ".join(line.split()) for line in expression.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(("#", "//")))


def _add(found: _Objects, where: str, name: str, content: object) -> None:
    key = (f"{name} ({where})", (name,))
    text = _dumped(_without_noise(content))
    found[key] = f"{found[key]}---\n{text}" if key in found else text


def _name(content: Mapping[str, Any]) -> str:
    return f"{content['kind']}/{(content.get('metadata') or {}).get('name', '')}"


def _without_noise(value: object) -> object:
    """Return an object without what differs in every release: the chart's version, and hashes of what is compared."""
    if isinstance(value, dict):
        kept = {key: _without_noise(item) for key, item in value.items() if not _is_noise(str(key))}
        return {key: item for key, item in kept.items() if item != {}}
    return [_without_noise(item) for item in value] if isinstance(value, list) else value


def _is_noise(key: str) -> bool:
    return key == "helm.sh/chart" or key.startswith("checksum/")


def _dumped(content: object) -> str:
    return yaml.safe_dump(content, sort_keys=True, width=10_000)


def _same(old: Path, new: Path, folder: str) -> bool:
    """Whether a folder has the same files on both sides."""
    sides = [
        {
            Path(place, name).relative_to(root)
            for place, _, names in os.walk(root / folder)
            for name in names
        }
        for root in (old, new)
    ]
    return sides[0] == sides[1] and all(
        filecmp.cmp(old / file, new / file, shallow=False) for file in sides[0]
    )
