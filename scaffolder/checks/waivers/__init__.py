"""WV: each silenced finding is written down, with a reason, an owner and an end."""

from __future__ import annotations

from scaffolder.checks.waivers.ledger import checks

__all__ = ["checks"]
