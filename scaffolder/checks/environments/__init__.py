"""EN: dev, qa and prod are the same, but for what has to differ."""

from __future__ import annotations

from scaffolder.checks.environments import keys, lists, names, promotion, states, values
from scaffolder.model import Check, Severity

__all__ = ["CHECKS"]

CHECKS = (
    Check(
        id="EN001",
        severity=Severity.WARNING,
        title="Values files have the same keys",
        run=keys.values_have_the_same_keys,
    ),
    Check(
        id="EN002",
        severity=Severity.WARNING,
        elsewhere=Severity.NOTE,
        title="Terraform variables have the same names",
        run=keys.variables_have_the_same_names,
    ),
    Check(
        id="EN003",
        severity=Severity.WARNING,
        title="The chart renders the same everywhere",
        run=values.charts_render_the_same,
    ),
    Check(
        id="EN004",
        severity=Severity.WARNING,
        elsewhere=Severity.NOTE,
        title="Terraform variables have the same values",
        run=values.variables_are_the_same,
    ),
    Check(id="EN005", title="States are separate and alike", run=states.states_are_apart),
    Check(
        id="EN006",
        severity=Severity.WARNING,
        title="The digest of qa reaches prod",
        run=promotion.the_digest_of_qa_reaches_prod,
    ),
    Check(
        id="EN007",
        severity=Severity.WARNING,
        elsewhere=Severity.NOTE,
        title="Every environment is everywhere",
        run=names.every_environment_is_everywhere,
    ),
    Check(
        id="EN008",
        elsewhere=Severity.WARNING,
        title="Files name their own environment",
        run=names.files_speak_of_their_own_environment,
    ),
    Check(
        id="EN009",
        severity=Severity.WARNING,
        title="Lists know every environment",
        run=lists.lists_know_every_environment,
    ),
)
