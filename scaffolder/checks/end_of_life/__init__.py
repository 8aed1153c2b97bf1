"""EOL: pinned versions still get fixes, and will for a while."""

from __future__ import annotations

from scaffolder.checks.end_of_life.versions import checks

__all__ = ["checks"]
