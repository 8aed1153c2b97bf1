"""K8: the objects that the chart renders are accepted by a Kubernetes API server."""

from __future__ import annotations

from scaffolder.checks.kubernetes.objects import checks

__all__ = ["checks"]
