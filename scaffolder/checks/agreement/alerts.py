"""Alerts, their runbooks, and who is told."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.checks.agreement import autofix
from scaffolder.checks.agreement.findings import disagreement, distinct
from scaffolder.formats.regex import regex
from scaffolder.model import (
    Blocked,
    Check,
    Finding,
    Location,
    NotApplicable,
    Severity,
    Verdict,
    counted,
)
from scaffolder.repository import files
from scaffolder.repository.facts import documents, monitoring, ownership
from scaffolder.repository.facts.monitoring import Alertmanager, Rule
from scaffolder.repository.kubernetes_objects import dig
from scaffolder.repository.project import Project
from scaffolder.repository.reading import listed
from scaffolder.tools.toolchain import Toolchain

_OF_THE_STACK = frozenset({"watchdog", "infoinhibitor", "deadmansswitch"})
_OF_A_PLATFORM = (
    *("Kube", "Node", "Prometheus", "Alertmanager", "etcd", "CPUThrottling"),
    *("ClusterOperator", "ClusterVersion", "ClusterMonitoring", "ClusterNotUpgradeable", "SDN"),
    *("OVN", "MachineConfig", "MachineAPI", "MachineHealth", "Insights", "ImageRegistry"),
    *("HAProxy", "ThanosQuery", "ThanosRule", "ThanosSidecar", "Telemeter", "MCD", "MCC"),
    *(
        "TargetDown",
        "PodDisruptionBudget",
        "PodSecurityViolation",
        "CephCluster",
        "CephOSD",
        "CephMon",
    ),
)
"""How alerts begin that come with Kubernetes' mixins, OpenShift, and what clusters install."""
_IN_REPOSITORY = regex(r"(?:/-)?/(?:blob|tree|src|raw)/[^/]+/(?P<path>[^?#]+)(?:#(?P<anchor>.+))?$")
_ALERT_NAME = regex(r"\balertname\s*(?:=~|=|:)\s*[\"']?\^?\(?([A-Z][\w|]+)([.*+\[(]?)")
_ALIKE = 0.8
"""How alike two names have to be, for one in the values of a chart that has rules of its own."""
_MOST_COMPARED = 300
"""Names of files that are held against that of a runbook that is missing."""
_AZURE_REPOS = regex(r"/_git/[^?]+\?(?:.*&)?path=/?(?P<path>[^&#]+)")


def runbooks_are_there(project: Project, _: Toolchain) -> Verdict:
    """Each runbook link leads to a file and heading here; each runbook is of an alert.

    Only links into a repository of code are judged, and only if one of them leads to a file that is
    here.
    """
    alerts = [alert for alert in monitoring.alerts(project) if alert.annotations.get("runbook_url")]
    linked = [(alert, *_target(alert.annotations["runbook_url"])) for alert in alerts]
    pages = [(alert, path, anchor) for alert, path, anchor in linked if path is not None]
    if not pages:
        raise NotApplicable("no alert links to a runbook of a repository")
    homes = _own_homes(project, pages)
    here = [one for one in pages if _home(one[0].annotations["runbook_url"]) in homes]
    if not here:
        raise NotApplicable("the runbooks are in another repository")
    folders = {path.parent for _, path, _ in here if project.has(path)}
    findings = []
    for alert, path, anchor in here:
        if not project.has(path):
            near = _near(project, path, alert)
            beside = near or _first_page(project, path)
            other = Location(path=beside) if beside else alert.place
            message = f"{alert.alert} links to {path.as_posix()}, which does not exist"
            edits = autofix.start_the_runbook(alert, path)
            fix = f"write {path.as_posix()}" if edits or not near else f"link to {near.as_posix()}"
            findings.append(
                replace(disagreement(alert.at["runbook_url"], message, other, fix=fix), edits=edits)
            )
        elif anchor and anchor not in documents.anchors(project, path):
            message = (
                f"{alert.alert} links to #{anchor}, which matches no heading of {path.as_posix()}"
            )
            findings.append(
                disagreement(
                    alert.at["runbook_url"],
                    message,
                    Location(path=path),
                    fix=_heading_like(project, path, anchor),
                )
            )
    findings += _without_alert(
        project,
        {path for _, path, _ in here},
        folders,
        {alert.alert for alert in monitoring.alerts(project)}
        | monitoring.managed_by_grafana(project),
    )
    findings += _shared(here)
    return Verdict(findings=distinct(findings), detail=counted(len(here), "runbook"))


def _heading_like(project: Project, path: Path, anchor: str) -> str:
    """Return what to do about an anchor that is not there: the one that is most alike."""
    near = difflib.get_close_matches(anchor, sorted(documents.anchors(project, path)), n=1)
    return f"link to #{near[0]}" if near else "name a heading that is there"


def _own_homes(project: Project, pages: list[tuple[Rule, Path, str]]) -> set[str]:
    """Return the addresses of the repository itself, among those that runbooks are linked in.

    One that is called like something here, or of which a page or its folder of runbooks is here.
    """
    homes = set()
    for alert, path, _ in pages:
        home = _home(alert.annotations["runbook_url"])
        name = home.rpartition("/")[2].removesuffix(".git").lower()
        is_named = name in ownership.own_names(project)
        of_runbooks = path.parent.name in _RUNBOOKS and bool(project.inside(path.parent))
        if is_named or of_runbooks or (project.has(path) and not _is_anywhere(path)):
            homes.add(home)
    return homes


def _home(url: str) -> str:
    """Return the address of the repository that a link leads into."""
    return re.split(r"(?:/-)?/(?:blob|tree|src|raw)/|\?", url, maxsplit=1)[0].rstrip("/")


def _is_anywhere(path: Path) -> bool:
    return path.parent == Path() and path.stem.lower() in {"readme", "runbook", "runbooks", "docs"}


_RUNBOOKS = frozenset({"runbooks", "runbook", "alerts", "playbooks"})
"""The usual names of folders of runbooks."""


def named_alerts_exist(project: Project, _: Toolchain) -> Verdict:
    """Each alert that a route, an inhibition or a test of rules names is one of the rules."""
    known = {alert.alert: alert for alert in monitoring.alerts(project)}
    named = [*_in_routes(project), *monitoring.tested_alerts(project)]
    of_grafana = monitoring.managed_by_grafana(project)
    of_charts = {one.path for one in monitoring.alertmanagers(project) if one.is_in_values}
    if not known or not named:
        raise NotApplicable("no route and no test names an alert of rules that are here")
    absent = {
        name
        for _, name in named
        if name not in known
        and name not in of_grafana
        and name.lower() not in _OF_THE_STACK
        and not name.startswith(("Kube", "Node", "Prometheus", "Alertmanager", "etcd"))
    }
    # Where most names are of no rule here, the rules come with a platform.
    if len(absent) > _FEW and len(absent) * 2 > len({name for _, name in named}):
        some = ", ".join(sorted(absent)[:3])
        raise Blocked(f"most alerts that are named, such as {some}, are of rules elsewhere")
    unknown = {
        name for name in absent if not name.startswith(_OF_A_PLATFORM) or _alike_here(name, known)
    }
    findings = []
    for place, name in named:
        if name in unknown:
            near = difflib.get_close_matches(name, list(known), n=1)
            if place.path in of_charts and not difflib.get_close_matches(
                name, near, n=1, cutoff=_ALIKE
            ):
                continue  # the chart has rules of its own
            other = known[near[0]] if near else next(iter(known.values()))
            message = f"names the alert {name}, which no rule has"
            fix = f"name {near[0]}, or write the rule" if near else "write the rule"
            findings.append(disagreement(place, message, other.place, fix=fix))
    return Verdict(findings=distinct(findings), detail=counted(len(named), "name"))


def _alike_here(name: str, known: Iterable[str]) -> bool:
    """Return whether an alert of this repository is nearly called so."""
    return bool(difflib.get_close_matches(name, known, n=1, cutoff=_ALIKE))


_FEW = 3
"""Alerts without a rule that may be mistakes."""


def receivers_are_there(project: Project, _: Toolchain) -> Verdict:
    """Each receiver of a route exists, is used, and the first route's notifies someone."""
    found = [
        one
        for one in monitoring.alertmanagers(project)
        if isinstance(one.content.get("route"), dict) and not files.is_trial(one.path)
    ]
    if not found:
        raise NotApplicable("no Alertmanager configuration")
    findings = list(chain.from_iterable(_receivers(project, one) for one in found))
    return Verdict(
        findings=distinct(findings), detail=", ".join(one.path.as_posix() for one in found)
    )


def _receivers(project: Project, one: Alertmanager) -> Iterator[Finding]:
    named = {
        str(dig(receiver, "name")): (at, receiver)
        for at, receiver in enumerate(listed(one.content.get("receivers")))
        if isinstance(receiver, dict)
    }
    routes = list(_routes(one.content["route"], ("route",)))
    used = set()
    for way, route in routes:
        name = dig(route, "receiver")
        if name is None:
            continue
        used.add(str(name))
        if str(name) not in named:
            near = difflib.get_close_matches(str(name), list(named), n=1, cutoff=0.0)
            message = f"a route names the receiver {name}, which does not exist"
            other = (
                one.place(project, "receivers", named[near[0]][0])
                if near
                else one.place(project, "receivers")
            )
            fix = f"name {near[0]}, or add the receiver" if near else "add the receiver"
            yield disagreement(one.place(project, *way, "receiver"), message, other, fix=fix)
    first = str(dig(one.content, "route", "receiver"))
    tells_nobody = first in named and not set(named[first][1]) - {"name"}
    if tells_nobody:
        other = one.place(project, "receivers", named[first][0])
        message = (
            f"the first route's receiver {first} notifies no one: an alert that matches no route is"
            " lost"
        )
        yield disagreement(
            one.place(project, "route", "receiver"),
            message,
            other,
            fix="name a receiver that notifies the team",
            severity=Severity.WARNING if _DROPS.fullmatch(first) else Severity.ERROR,
        )
    for name in sorted(name for name in set(named) - used if not _DROPS.fullmatch(name)):
        at = one.place(project, "receivers", named[name][0])
        message = f"no route leads to the receiver {name}"
        yield disagreement(
            at,
            message,
            one.place(project, "route"),
            fix="lead a route to it, or take it out",
            severity=Severity.WARNING,
        )


_DROPS = regex(
    r"(?:default[-_.]?)?(?:null|none|black-?hole|dev-?null|void|no-?receiver|no-?op|drop|silen(?:ce|t)"
    r"|ignore|trash|discard|empty)(?:[-_.]?receiver)?",
    re.IGNORECASE,
)
"""The usual names of a receiver that drops alerts on purpose."""


def _routes(
    route: Any, way: tuple[Any, ...], depth: int = 0
) -> Iterator[tuple[tuple[Any, ...], dict[Any, Any]]]:
    if isinstance(route, dict) and depth < 40:
        yield way, route
        for at, one in enumerate(listed(route.get("routes"))):
            yield from _routes(one, (*way, "routes", at), depth + 1)


def _target(url: str) -> tuple[Path | None, str]:
    found = _IN_REPOSITORY.search(url) or _AZURE_REPOS.search(url)
    if not found or "{{" in url or "$" in url:
        return None, ""
    return Path(found["path"]), (found.groupdict().get("anchor") or "").lower()


def _beside(project: Project, path: Path) -> list[Path]:
    """Return the pages in the folder where a runbook should be."""
    return [file for file in project.inside(path.parent) if file.suffix == path.suffix]


def _near(project: Project, path: Path, alert: Rule) -> Path | None:
    beside = _beside(project, path)
    named = [file for file in beside if file.stem.lower() == alert.alert.lower()]
    names = [file.name for file in beside[:_MOST_COMPARED]]
    near = difflib.get_close_matches(path.name, names, n=1)
    return named[0] if named else path.parent / near[0] if near else None


def _first_page(project: Project, path: Path) -> Path | None:
    """Return a page of the folder of runbooks that a link leads into, to show what is there."""
    pages = [file for file in project.inside(path.parent) if file.suffix == path.suffix]
    return pages[0] if pages and path.parent.name in _RUNBOOKS else None


def _without_alert(
    project: Project, linked: set[Path], folders: set[Path], names: set[str]
) -> Iterator[Finding]:
    """Yield texts in a folder of runbooks that no alert links to.

    Only a folder that holds little else than runbooks is judged.
    """
    for folder in folders:
        texts = [file for file in project.inside(folder) if file.suffix == ".md"]
        pages = [
            file
            for file in texts
            if file.stem.lower() not in {"readme", "index", "template", "_template"}
        ]
        if folder.name not in _RUNBOOKS or len(set(pages) & linked) * 2 < len(pages):
            continue
        for file in pages:
            if file not in linked:
                near = difflib.get_close_matches(file.stem, sorted(names), n=1, cutoff=0.0)
                other = next(
                    (
                        one.place
                        for one in monitoring.alerts(project)
                        if near and one.alert == near[0]
                    ),
                    Location(path=folder),
                )
                yield disagreement(
                    Location(path=file),
                    "no alert links to this runbook",
                    other,
                    fix="delete it, or link to it",
                )


def _shared(here: list[tuple[Rule, Path, str]]) -> Iterator[Finding]:
    """Two alerts of different names that share a page which is named after one of them."""
    by_page: dict[Path, Rule] = {}
    for alert, path, _ in here:
        if path.stem == alert.alert:
            by_page.setdefault(path, alert)
    for alert, path, anchor in here:
        other = by_page.get(path)
        if other and other.alert != alert.alert and not anchor:
            message = f"{alert.alert} links to the runbook of {other.alert}"
            yield disagreement(
                alert.at["runbook_url"],
                message,
                other.place,
                fix=f"write a runbook for {alert.alert}",
            )


_COMMENT = regex(r"(?:^|\s)#.*$")


def _in_routes(project: Project) -> Iterator[tuple[Location, str]]:
    for one in monitoring.alertmanagers(project):
        start = one.place(project).line
        for at, written in enumerate(project.lines(one.path), 1):
            line = _COMMENT.sub("", written)
            for words, sign in _ALERT_NAME.findall(line) if at >= start else ():
                # "Host.*" is a pattern, not a name
                for name in words.split("|")[: -1 if sign else None]:
                    yield Location(path=one.path, line=at, text=line.strip()[:160]), name


CHECKS = (
    Check(
        id="AG038",
        severity=Severity.WARNING,
        title="Alerts and runbooks go together",
        run=runbooks_are_there,
    ),
    Check(
        id="AG039",
        severity=Severity.WARNING,
        title="Alerts that are named exist",
        run=named_alerts_exist,
    ),
    Check(id="AG040", title="Every alert reaches a receiver", run=receivers_are_there),
)
