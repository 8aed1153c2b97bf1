"""Refuse answers that would move the network of an environment unasked: it would be replaced."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scaffolder.errors import AnswersError, RenderError
from scaffolder.template import expressions

_Values = Mapping[str, object]


def refuse(before: _Values, after: _Values, folder: Path) -> None:
    """Refuse other environments where one that stays would move within `network_range`.

    A range has a place for each usual name. Two unusual ones can have the same, and the later one
    gives way. `folder` is that of the template that both are rendered from.

    Raises:
        AnswersError: an environment that stays would have other addresses.

    """
    if not before.get("network_range") or before["network_range"] != after.get("network_range"):
        return
    if before.get("environments") == after.get("environments"):
        return
    here, wanted = _addresses(before, folder), _addresses(after, folder)
    moved = [name for name in here if wanted.get(name, here[name]) != here[name]]
    new = [name for name in wanted if name not in here]
    if moved:
        raise AnswersError(
            f"{moved[0]} would get the addresses {wanted[moved[0]]} instead of {here[moved[0]]}:"
            f" in {after['network_range']} it has the same place as {', '.join(new)}",
            hint=f"give {', '.join(new)} another name, or a place after {moved[0]}",
        )


def _addresses(values: _Values, folder: Path) -> dict[str, str]:
    """Return the addresses of each environment, none where the template has no such range."""
    try:
        cidrs = expressions.completed(values, folder).get("environment_cidrs")
    except RenderError:
        return {}
    if not isinstance(cidrs, Mapping):
        return {}
    return {str(name): str(entry["all"]) for name, entry in cidrs.items()}
