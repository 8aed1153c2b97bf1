"""MO: rules, dashboards and routing are valid, tested, and reach Prometheus."""

from __future__ import annotations

from scaffolder.checks.monitoring import alerting, discovery

CHECKS = (*alerting.CHECKS, *discovery.CHECKS)
