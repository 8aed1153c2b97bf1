"""AG: what the repository states in several places, it states the same in all of them."""

from __future__ import annotations

from scaffolder.checks.agreement import (
    accounts,
    alerts,
    asked_ports,
    buckets,
    config_maps,
    deployment,
    disruption,
    documents,
    image_sources,
    limits,
    machines,
    paths,
    ports,
    programs,
    quantities,
    references,
    runtime,
    secret_names,
    selectors,
    series,
    siblings,
    stages,
    values,
    variables,
)

CHECKS = tuple(
    sorted(
        (
            *runtime.CHECKS,
            *programs.CHECKS,
            *ports.CHECKS,
            *asked_ports.CHECKS,
            *paths.CHECKS,
            *selectors.CHECKS,
            *quantities.CHECKS,
            *deployment.CHECKS,
            *config_maps.CHECKS,
            *secret_names.CHECKS,
            *accounts.CHECKS,
            *image_sources.CHECKS,
            *disruption.CHECKS,
            *limits.CHECKS,
            *machines.CHECKS,
            *values.CHECKS,
            *variables.CHECKS,
            *series.CHECKS,
            *buckets.CHECKS,
            *alerts.CHECKS,
            *siblings.CHECKS,
            *stages.CHECKS,
            *references.CHECKS,
            *documents.CHECKS,
        ),
        key=lambda check: check.id,
    )
)
