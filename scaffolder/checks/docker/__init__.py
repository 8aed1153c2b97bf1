"""DK: the image is built the way images should be."""

from __future__ import annotations

from scaffolder.checks.docker.dockerfiles import CHECKS

__all__ = ["CHECKS"]
