"""AG: what the repository states in several places, it states the same in all of them."""

from __future__ import annotations

from scaffolder.checks.agreement import runtime

CHECKS = (*runtime.CHECKS,)
