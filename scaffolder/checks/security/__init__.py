"""SEC: no secret is in a file, nothing that runs can be exchanged, and no right is needless."""

from __future__ import annotations

from scaffolder.checks.security import (
    downloads,
    grants,
    images,
    pods,
    secrets,
    state,
    trust,
    workflows,
)
from scaffolder.model import Check, Severity

__all__ = ["CHECKS"]

CHECKS = (
    Check(id="SEC001", title="No secrets in files", run=secrets.no_secret_is_in_a_file),
    Check(
        id="SEC002",
        severity=Severity.WARNING,
        title="Image tags are pinned",
        run=images.images_have_a_tag_that_stays,
    ),
    Check(
        id="SEC003",
        severity=Severity.WARNING,
        title="Actions are pinned",
        run=workflows.actions_are_pinned,
    ),
    Check(
        id="SEC004",
        severity=Severity.WARNING,
        title="Workflow permissions are explicit",
        run=workflows.permissions_are_named,
    ),
    Check(id="SEC005", title="Forks reach no secret", run=workflows.forks_reach_no_secret),
    Check(
        id="SEC006",
        severity=Severity.WARNING,
        title="Pods have no privileges",
        run=pods.pods_have_no_privileges,
    ),
    Check(
        id="SEC007",
        severity=Severity.WARNING,
        title="Images do not run as root",
        run=images.images_do_not_run_as_root,
    ),
    Check(id="SEC008", title="No wildcard permissions", run=grants.nobody_may_do_everything),
    Check(
        id="SEC009",
        title="The state is locked and secret",
        run=state.the_state_is_locked_and_secret,
    ),
    Check(
        id="SEC010",
        severity=Severity.WARNING,
        title="Downloads are verified before they run",
        run=downloads.nothing_is_run_straight_from_the_network,
    ),
    Check(id="SEC011", title="A role is taken by one pipeline", run=trust.trust_names_one_pipeline),
)
