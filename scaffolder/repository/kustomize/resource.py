"""An object on its way through a kustomization, with the names that it had."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffolder.repository.kustomize.sourced import SourcedTable, made_table, table_at


@dataclass(eq=False)
class Resource:
    """An object, the file that holds it, and each name and namespace that it had, oldest first."""

    content: SourcedTable
    path: Path
    names: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Remember the first name."""
        self.names.append((self.namespace, self.name))

    @property
    def kind(self) -> str:
        """Return its kind."""
        return str(self.content.get("kind", ""))

    @property
    def group(self) -> str:
        """Return the group of its API, empty for the core."""
        return str(self.content.get("apiVersion", "")).rpartition("/")[0]

    @property
    def version(self) -> str:
        """Return the version of its API without the group."""
        return str(self.content.get("apiVersion", "")).rpartition("/")[2]

    @property
    def name(self) -> str:
        """Return its present name."""
        return str(self._metadata.get("name") or "")

    @property
    def namespace(self) -> str:
        """Return its present namespace, empty if it has none."""
        return str(self._metadata.get("namespace") or "")

    @property
    def _metadata(self) -> dict[Any, Any]:
        return table_at(self.content, "metadata") or {}

    def rename(self, key: str, text: str, file: Path, line: int) -> None:
        """Set name or namespace, as `line` of `file` asks for."""
        made_table(self.content, "metadata").put(key, text, file, line)
        self.names.append((self.namespace, self.name))

    def was_called(self, name: str) -> bool:
        """Return whether this is, or was, its name."""
        return any(known == name for _, known in self.names)

    def fits(self, target: dict[Any, Any]) -> bool:
        """Return whether the target of a patch selects it; fields are whole regular expressions."""
        fields = {"group": [self.group], "version": [self.version], "kind": [self.kind]}
        fields["name"] = [name for _, name in self.names]
        fields["namespace"] = [namespace or "default" for namespace, _ in self.names]
        if not all(
            any(_fits(str(target[key]), value) for value in values)
            for key, values in fields.items()
            if target.get(key)
        ):
            return False
        return all(
            _selected(
                str(target.get(f"{key}Selector") or ""),
                table_at(self.content, "metadata", f"{key}s"),
            )
            for key in ("label", "annotation")
        )


def _fits(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return pattern == value


def _selected(selector: str, labels: SourcedTable | None) -> bool:
    """Return whether labels have what a selector such as "app=web,tier!=cache,track" asks for."""
    known = {str(key): str(value) for key, value in (labels or {}).items()}
    for term in filter(None, (part.strip() for part in selector.split(","))):
        key, operator, value = re.match(r"(!?[^=!]*)(!?=?=?)(.*)", term).groups()  # type: ignore[union-attr]
        if operator == "!=":
            right = known.get(key) != value
        elif operator:
            right = known.get(key) == value
        else:
            right = (key.removeprefix("!") in known) != key.startswith("!")
        if not right:
            return False
    return True
