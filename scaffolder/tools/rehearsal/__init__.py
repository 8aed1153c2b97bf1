"""A cloud that is a JSON file, to apply, plan and destroy in without a provider or an account."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

from scaffolder.tools.rehearsal.outcome import Kept, Rehearsed, Target
from scaffolder.tools.rehearsal.stages import Change

if TYPE_CHECKING:
    from scaffolder.tools.rehearsal.cloud import Cloud, load
    from scaffolder.tools.rehearsal.own_commands import run_commands
    from scaffolder.tools.rehearsal.run import rehearse

__all__ = [
    "Change",
    "Cloud",
    "Kept",
    "Rehearsed",
    "Target",
    "can_run",
    "load",
    "rehearse",
    "run_commands",
]

_NEEDS = ("grpc", "msgpack")
_LATER = {"Cloud": "cloud", "load": "cloud", "rehearse": "run", "run_commands": "own_commands"}


def can_run() -> bool:
    """Return whether the packages that a rehearsal needs are installed."""
    return all(importlib.util.find_spec(name) for name in _NEEDS)


def __getattr__(name: str) -> Any:
    """Import what needs MessagePack when it is asked for: the package is in the extra `tools`."""
    if name in _LATER:
        return getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
