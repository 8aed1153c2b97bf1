"""Find the files that travel with the package: the template, and its pinned versions."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from scaffolder.errors import RenderError
from scaffolder.tools import installation

_PACKAGE = Path(__file__).parent.parent
_IN_THE_PACKAGE = _PACKAGE / "_template"
_IN_THE_CHECKOUT = _PACKAGE.parent


@cache
def root() -> Path:
    """Return the folder of copier.yml and templates/: the package's own, or the checkout's.

    Raises:
        RenderError: the package was built without its template.

    """
    for folder in (_IN_THE_PACKAGE, _IN_THE_CHECKOUT):
        if (folder / "copier.yml").is_file() and (folder / "templates").is_dir():
            return folder
    raise RenderError(
        "this installation of scaffolder holds no template",
        hint=installation.current().reinstall(),
    )


def data(package: str, name: str) -> Any:
    """Return the value of a JSON file that is beside the modules of `package`."""
    import json

    return json.loads((files(package) / name).read_text(encoding="utf-8"))


def text(package: str, name: str) -> str:
    """Return the text of a file that is beside the modules of `package`."""
    return (files(package) / name).read_text(encoding="utf-8")


@cache
def versions() -> dict[str, Any]:
    """Return the table of pinned versions: name → {version, eol, source}, or name → table."""
    from scaffolder.formats import yaml  # 26 ms, and `scaffold --help` does not need it

    content = yaml.data((root() / "versions.yml").read_text(encoding="utf-8"))
    return cast(dict[str, Any], content["versions"]["default"])
