"""Service accounts and roles: what pods run as and what bindings name is made."""

from __future__ import annotations

from scaffolder.checks.agreement.findings import disagreement, distinct, limit_of
from scaffolder.model import Check, Finding, NotApplicable, Severity, Verdict, counted
from scaffolder.repository.facts import accounts, charts
from scaffolder.repository.facts.accounts import Unmade
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain


def accounts_and_roles_exist(project: Project, _: Toolchain) -> Verdict:
    """Each service account of a pod, and each account and role of a binding, is made.

    https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding
    """
    named = accounts.named(project)
    if not named:
        raise NotApplicable("no pod or binding names a service account or a role")
    findings = (_finding(project, one) for one in accounts.unmade(project))
    return Verdict(
        findings=distinct(findings),
        detail=counted(len(named), "name"),
        limit=limit_of(charts.unread(project)),
    )


def _finding(project: Project, one: Unmade) -> Finding:
    used = one.used
    is_pod = used.workload.kind not in {"RoleBinding", "ClusterRoleBinding"}
    verb = "runs its pods as" if is_pod else "names"
    return disagreement(
        used.place,
        f"{used.workload} {verb} {used.kind} {used.name}, which nothing here makes",
        one.meant.place(project, "metadata", "name") if one.meant else (),
        fix=f"name {one.meant.name}" if one.meant else f"add the {used.kind}, or name another",
        severity=Severity.ERROR if one.meant else Severity.WARNING,
    )


CHECKS = (
    Check(
        id="AG069",
        severity=Severity.ERROR,
        title="Accounts and roles that are named exist",
        run=accounts_and_roles_exist,
    ),
)
