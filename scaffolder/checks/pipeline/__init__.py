"""CI: the pipelines and their scripts are valid and safe, and publish images that were checked."""

from __future__ import annotations

from scaffolder.checks.pipeline import linters, publishing, schemas, traps

CHECKS = tuple(
    sorted(
        (*schemas.CHECKS, *linters.CHECKS, *publishing.CHECKS, *traps.CHECKS),
        key=lambda check: check.id,
    )
)
