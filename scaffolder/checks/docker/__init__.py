"""DK: the image is built the way images should be."""

from __future__ import annotations

from scaffolder.checks.docker import dockerfiles, health_checks

CHECKS = (*dockerfiles.CHECKS, *health_checks.CHECKS)

__all__ = ["CHECKS"]
