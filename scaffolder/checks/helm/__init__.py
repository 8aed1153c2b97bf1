"""HL: the chart is sound, and renders in every environment."""

from __future__ import annotations

from scaffolder.checks.helm.charts import CHECKS

__all__ = ["CHECKS"]
