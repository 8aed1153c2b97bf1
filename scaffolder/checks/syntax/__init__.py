"""SY: every file parses as its name says, and no template syntax is left in it."""

from __future__ import annotations

from scaffolder.checks.syntax.parsing import CHECKS

__all__ = ["CHECKS"]
