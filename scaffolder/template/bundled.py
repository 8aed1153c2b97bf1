"""The place of the embedded template on this machine, and its copier.yml."""

from __future__ import annotations

from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.errors import RenderError
from scaffolder.tools import package_data

SOURCE = "scaffold://templates.git"
"""The template's recorded address: no path and no host of this machine."""


@cache
def configuration(folder: Path | None = None) -> dict[str, Any]:
    """Return copier.yml with its `!include`s; keys with a leading underscore are Copier's settings.

    `folder` is that of another template, or of another release. Of a setting in several documents
    the last wins, and lists are joined, as Copier itself does it.
    """
    merged: dict[str, Any] = {}
    folder = folder or package_data.root()
    try:
        documents = _documents(
            folder, "copier.yml" if (folder / "copier.yml").is_file() else "copier.yaml"
        )
    except RecursionError as error:
        raise RenderError("copier.yml of the template includes itself") from error
    for document in documents:
        for key, value in document.items():
            if key.startswith("_") and isinstance(value, list):
                merged[key] = [*merged.get(key, []), *value]
            else:
                merged[key] = value
    return merged


def refuse_code(folder: Path, name: str) -> None:
    """Raise if the template in `folder` runs code; messages call it `name`.

    Raises:
        RenderError: it has code to run, or reads files that no release holds.

    """
    asked = configuration(folder)
    if code := [
        setting for setting in ("_tasks", "_migrations", "_jinja_extensions") if asked.get(setting)
    ]:
        raise RenderError(
            f"{name} wants to run code of its own ({', '.join(code)}), and scaffolder never does"
            " that",
            hint=(
                "ask whoever keeps that template to take it out; do not give `--trust` to Copier"
                " either"
            ),
        )
    if asked.get("_external_data"):
        raise RenderError(
            f"{name} reads files that no release holds (_external_data)",
            hint="ask whoever keeps that template to make them questions",
        )


def presets() -> dict[str, Any]:
    """The presets that come with the template: name → {about, answers}."""
    (document,) = _documents(package_data.root(), "presets.yml")
    return document


def _documents(folder: Path, name: str) -> list[dict[str, Any]]:
    import yaml  # 26 ms, and `scaffold --help` does not need it

    from scaffolder.formats import yaml as bounds

    class Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
        """Knows `!include FILE`, which Copier resolves against the template's root."""

    def include(loader: Any, node: Any) -> list[dict[str, Any]]:
        return list(
            chain.from_iterable(
                _documents(folder, file)
                for file in _included(folder, loader.construct_scalar(node))
            )
        )

    Loader.add_constructor("!include", include)
    documents: list[dict[str, Any]] = []
    if not (folder / name).resolve().is_relative_to(folder.resolve()):
        raise RenderError(f"{name} of the template is a link that leads out of it")
    try:
        text = (folder / name).read_text(encoding="utf-8")
        bounds.refuse_unbounded(text)
        for document in yaml.load_all(text, Loader=Loader):
            documents.extend(
                document if isinstance(document, list) else [document] if document else []
            )
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RenderError(f"{name} of the template cannot be read: {_reason(error)}") from error
    if not all(isinstance(document, dict) for document in documents):
        raise RenderError(f"{name} of the template has an entry that is not `name: value`")
    for key in chain.from_iterable(documents):
        if not isinstance(key, str):
            raise RenderError(
                f"{name} of the template has the name {key}, which YAML takes for no text: put it"
                " in quotes"
            )
    return documents


def _reason(error: Exception) -> str:
    """Why a file cannot be read, without its place on this machine."""
    if isinstance(error, OSError):
        return error.strerror or "it is not a file"
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or str(error)
    return " ".join(f"{f'line {mark.line + 1}: ' if mark else ''}{said}".split())


def _included(folder: Path, pattern: str) -> list[str]:
    """Return the files of an `!include`, from the template's root: a pattern that stays inside."""
    if Path(pattern).is_absolute():
        raise RenderError(f"`!include {pattern}` leads out of the template")
    found = sorted(folder.glob(pattern))
    if not all(file.resolve().is_relative_to(folder.resolve()) for file in found):
        raise RenderError(f"`!include {pattern}` leads out of the template")
    return [file.relative_to(folder).as_posix() for file in found]
