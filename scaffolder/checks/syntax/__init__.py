"""SY: every file parses as its name promises, and has no template syntax left in it."""

from __future__ import annotations

from scaffolder.checks.syntax.parsing import CHECKS

__all__ = ["CHECKS"]
