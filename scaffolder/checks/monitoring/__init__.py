"""MO: rules, dashboards and routing are valid, tested, and reach Prometheus."""

from __future__ import annotations

from scaffolder.checks.monitoring import alerting, discovery, expressions, receivers, routing

CHECKS = (
    *expressions.CHECKS,
    *alerting.CHECKS,
    *routing.CHECKS,
    *discovery.CHECKS,
    *receivers.CHECKS,
)
