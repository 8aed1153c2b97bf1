"""Where the embedded template stands on this machine, and what its copier.yml says."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import IO, Any, cast

from scaffolder.errors import RenderError

SOURCE = "scaffold://templates.git"
"""What generated repositories record as the template's address: no path and no host of this machine."""

_IN_THE_PACKAGE = Path(__file__).parent / "_template"
_IN_THE_CHECKOUT = Path(__file__).parent.parent


@cache
def root() -> Path:
    """The folder that holds copier.yml and templates/: in an installed package its own, in a checkout the checkout's.

    Raises:
        RenderError: the package was built without its template.
    """
    for folder in (_IN_THE_PACKAGE, _IN_THE_CHECKOUT):
        if (folder / "copier.yml").is_file() and (folder / "templates").is_dir():
            return folder
    raise RenderError(
        "this installation of scaffolder holds no template",
        hint="pip install --force-reinstall scaffolder",
    )


@cache
def configuration(folder: Path | None = None) -> dict[str, Any]:
    """Everything copier.yml says, its `!include`s read in; keys with a leading underscore are Copier's settings.

    `folder` is that of another template, or of another release. Of a setting in several documents the last wins, and
    lists are joined, as Copier itself does it.
    """
    merged: dict[str, Any] = {}
    folder = folder or root()
    for document in _documents(folder, "copier.yml" if (folder / "copier.yml").is_file() else "copier.yaml"):
        for key, value in document.items():
            if key.startswith("_") and isinstance(value, list):
                merged[key] = [*merged.get(key, []), *value]
            else:
                merged[key] = value
    return merged


def versions() -> dict[str, Any]:
    """The table of pinned versions: name → {version, eol, source}, or name → such a table again."""
    return cast(dict[str, Any], configuration()["versions"]["default"])


def presets() -> dict[str, Any]:
    """The presets that come with the template: name → {about, answers}."""
    (document,) = _documents(root(), "presets.yml")
    return document


def _documents(folder: Path, name: str) -> list[dict[str, Any]]:
    import yaml  # 26 ms, and `scaffold --help` does not need it

    class Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
        """Knows `!include FILE`, which Copier resolves against the template's root."""

    def include(loader: Any, node: Any) -> list[dict[str, Any]]:
        return [one for file in _included(folder, loader.construct_scalar(node)) for one in _documents(folder, file)]

    Loader.add_constructor("!include", include)
    stream: IO[str]
    documents: list[dict[str, Any]] = []
    try:
        with (folder / name).open(encoding="utf-8") as stream:
            for document in yaml.load_all(stream, Loader=Loader):
                documents.extend(document if isinstance(document, list) else [document] if document else [])
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RenderError(f"{name} of the template cannot be read: {' '.join(str(error).split())}") from error
    if not all(isinstance(document, dict) for document in documents):
        raise RenderError(f"{name} of the template holds something that is no `name: value`")
    return documents


def _included(folder: Path, pattern: str) -> list[str]:
    """The files that `!include` names, from the template's root, as Copier reads it: a pattern that stays inside."""
    if Path(pattern).is_absolute():
        raise RenderError(f"`!include {pattern}` leads out of the template")
    found = sorted(folder.glob(pattern))
    if not all(file.resolve().is_relative_to(folder.resolve()) for file in found):
        raise RenderError(f"`!include {pattern}` leads out of the template")
    return [file.relative_to(folder).as_posix() for file in found]
