"""Which series the rules and dashboards ask for, and who makes them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from scaffolder.checks.agreement.findings import disagreement, distinct
from scaffolder.formats.regex import regex
from scaffolder.model import Check, Finding, Location, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import clouds, files, runtimes
from scaffolder.repository.facts import (
    application,
    charts,
    documents,
    monitoring,
    scrape_configurations,
    scrape_jobs,
)
from scaffolder.repository.facts.monitoring import Matcher, Query, Selector
from scaffolder.repository.facts.scrape_configurations import ScrapeConfiguration
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain

_OF_CHOICES = "|".join(
    (*runtimes.of_each(lambda runtime: runtime.SERIES), *clouds.of_each(lambda cloud: cloud.SERIES))
)
_OTHERS = regex(
    r"(?:ALERTS\w*|up|scrape_\w+|absent|vector|(?:kube|kubelet|kubernetes|container|node"
    r"|machine|apiserver|etcd|coredns|rest_client"
    r"|prometheus|alertmanager|grafana|loki|cadvisor|istio|envoy|nginx|traefik|haproxy|linkerd"
    r"|probe|blackbox|cortex|thanos"
    r"|process|http_server|http_client|dotnet|ruby|redis|pg|mysql|mongodb|kafka|rabbitmq"
    r"|elasticsearch|gcp|stackdriver|argocd"
    r"|flux|gotk|otelcol|otel|otlp|target|traces|calls|duration|db|messaging|system|k8s|hw|faas"
    r"|gen_ai|certmanager|velero|workqueue|controller_runtime|volume_manager|storage_operation"
    r"|grpc|rpc|net_conntrack"
    rf"|sidekiq|base|vendor|cassandra|jenkins|gitlab|{_OF_CHOICES})_\w+)"
)
"""Series of other sources than the service: Kubernetes, exporters, and runtime libraries."""

_METRIC = regex(
    r"[Cc]ounter|[Gg]auge|[Hh]istogram|[Ss]ummary|[Mm]eter\b|[Mm]etric|[Tt]imer|[Pp]rom"
    r"|# (?:HELP|TYPE)"
    r"|\b[Nn]ame[\"']?\s*[:=]"
)
"""Patterns of a line of source that names a metric."""

_UNITS = regex(r"_(?:total|seconds|bytes|milliseconds|ratio|info|bucket|count|sum)$")
_ENDINGS = regex(r"_(?:bucket|count|sum|total|created|info|max)$")


def rules_ask_for_what_is_there(project: Project, _: Toolchain) -> Verdict:
    """Each series in a rule is named in the source, recorded by a rule, or made by others."""
    found = monitoring.rules(project)
    if not found:
        raise NotApplicable("no file of Prometheus rules")
    asked = _asked((rule.at["expr"], rule.name, rule.query) for rule in found)
    return _known(project, asked, "series in rules")


def dashboards_ask_for_what_is_there(project: Project, _: Toolchain) -> Verdict:
    """Each series in a dashboard is named in the source, recorded by a rule, or made by others."""
    found = monitoring.panels(project)
    if not found:
        raise NotApplicable("no dashboard")
    asked = _asked((panel.place, repr(panel.title), panel.query) for panel in found)
    return _known(project, asked, "series in dashboards")


def _asked(queries: Iterable[tuple[Location, str, Query]]) -> list[tuple[Location, str, Selector]]:
    """Return each selector with the place and the words of its question."""
    asked: list[tuple[Location, str, Selector]] = []
    for place, name, query in queries:
        asked += [(place, f"{name} asks for", selector) for selector in query.selectors]
    return asked


def recorded_series_exist(project: Project, _: Toolchain) -> Verdict:
    """A series with a colon in its name, in a rule or a dashboard, is one that a rule records."""
    rules = monitoring.rules(project)
    recorded = {rule.record: rule for rule in rules if rule.record}
    queries = [(rule.at["expr"], rule.name, rule.query) for rule in rules]
    queries += [(one.place, one.title, one.query) for one in monitoring.panels(project)]
    asked: list[tuple[Location, str, str]] = []
    for place, who, query in queries:
        asked += [(place, who, one.name) for one in query.selectors if ":" in one.name]
    if not asked or not recorded:
        raise NotApplicable("nothing asks for a recorded series")
    names = {name for _, _, name in asked}
    # Where most are recorded elsewhere, as with remote write, only a slip of the pen is told.
    elsewhere = len(names - recorded.keys()) > max(len(names & recorded.keys()), _FEW)
    findings = []
    for place, who, name in asked:
        if name not in recorded:
            family = [one for one in recorded if one.split(":")[0] == name.split(":")[0]]
            if elsewhere:
                family = difflib.get_close_matches(name, family, n=1, cutoff=_SLIP)
            near = difflib.get_close_matches(name, family, n=1, cutoff=0.0)
            if not elsewhere:
                near = near or difflib.get_close_matches(name, list(recorded), n=1, cutoff=0.8)
            if not near:
                continue  # rules that are not here may record it
            message = f"{who} asks for {name}, which no rule records"
            findings.append(
                disagreement(
                    place, message, recorded[near[0]].place, fix=f"ask for {near[0]}, or record it"
                )
            )
    return Verdict(findings=distinct(findings), detail=counted(len(asked), "question"))


_FEW = 3
"""Names of series without a rule that may all be mistakes."""

_SLIP = 0.93
"""How alike two names are that differ by a letter or two."""


def selectors_name_the_service(project: Project, _: Toolchain) -> Verdict:
    """The labels `job` and `service` in rules and dashboards have values of this repository."""
    known = scrape_jobs.jobs(project)
    loaded = scrape_configurations.configurations(project)
    if not known and not loaded:
        raise NotApplicable("no ServiceMonitor or scrape configuration names the jobs")
    findings = list(chain.from_iterable(_of_no_job(project, one) for one in loaded))
    looked = sum(len(one.jobs) for one in loaded)
    slips: dict[tuple[str, str, Location], list[tuple[Location, str]]] = {}
    for place, who, query in monitoring.queries(project) if known else ():
        release = scrape_jobs.of_release(project, place.path)
        local = release.names if release else known
        for one, matcher in _by_job(query):
            looked += 1
            if matcher.value in local:
                continue
            near = difflib.get_close_matches(matcher.value, list(local), n=1, cutoff=0.7)
            if not near and release and release.are_all and matcher.label == "job":
                near = [next(iter(local))] if _is_counted(project, one.name) else []
            if near:
                selects = f'{matcher.label}="{matcher.value}"'
                wanted = f'{matcher.label}="{near[0]}"'
                slips.setdefault((selects, wanted, local[near[0]]), []).append((place, who))
    for (selects, wanted, service), places in slips.items():
        findings += _selecting(selects, wanted, service, places)
    if not looked:
        raise NotApplicable("no rule and no dashboard selects by job or service")
    return Verdict(findings=distinct(findings), detail=counted(looked, "selector"))


def _selecting(
    selects: str, wanted: str, service: Location, places: list[tuple[Location, str]]
) -> Iterator[Finding]:
    """Yield a finding for each query, or one for all of them if the service was renamed."""
    named = wanted.partition("=")[2].strip('"')
    told = list(dict.fromkeys(places))
    if len(told) <= _SLIPS:
        for place, who in told:
            message = f"{who} selects {selects}, but the service is {named}"
            yield disagreement(place, message, service, fix=f"select {wanted}")
        return
    message = f"{len(told)} queries select {selects}, but the service is {named}"
    others = [place for place, _ in told[1 : _SLIPS + 1]]
    fix = f"select {wanted} in each, or give the service its name back"
    yield disagreement(told[0][0], message, [service, *others], fix=fix)


_SLIPS = 3
"""Queries with the same wrong value that may each be a slip; more of them have one cause."""


def _of_no_job(project: Project, loaded: ScrapeConfiguration) -> Iterator[Finding]:
    """Yield, once a file, selected jobs of loaded rules that Prometheus does not scrape."""
    selected: dict[tuple[Path, str], list[tuple[Location, str]]] = {}
    for rule in monitoring.rules(project):
        named = _jobs_of(rule.query) if loaded.loads(rule.place.path) else frozenset()
        if named & loaded.jobs.keys():
            continue  # one of its conditions has series
        for job in sorted(named):
            key = rule.place.path, job
            selected.setdefault(key, []).append((rule.at["expr"], rule.name))
    for (_, job), places in selected.items():
        place, name = places[0]
        near = [one for one in loaded.jobs if job in one or one in job]
        near = near or difflib.get_close_matches(job, list(loaded.jobs), n=1, cutoff=0.6)
        others = len(dict.fromkeys(who for _, who in places)) - 1
        more = f" (and {counted(others, 'more rule')})" if others else ""
        message = (
            f'{name}{more} selects job="{job}", which {loaded.path.as_posix()} does not scrape: '
            "no series matches"
        )
        fix = f'select job="{near[0]}"' if near else f"scrape {job}, or take the rule out"
        related = loaded.jobs[near[0]] if near else next(iter(loaded.jobs.values()))
        yield disagreement(place, message, related, fix=fix)


def _jobs_of(query: Query) -> frozenset[str]:
    """Return the names of jobs that a query selects by, as they are written."""
    return frozenset(
        matcher.value
        for matcher in _matchers(query)
        if matcher.label == "job" and matcher.operator == "=" and "$" not in matcher.value
    )


def _matchers(query: Query) -> Iterator[Matcher]:
    """Yield the conditions of all selectors of a query."""
    return chain.from_iterable(selector.matchers for selector in query.selectors)


def _by_job(query: Query) -> Iterator[tuple[Selector, Matcher]]:
    """Yield where a query selects series of the service by the name of a job or a Service."""
    for one in query.selectors:
        if _OTHERS.fullmatch(one.name) and one.name != "up":
            continue
        for matcher in one.matchers:
            is_plain = matcher.operator == "=" and "$" not in matcher.value
            if matcher.label in {"job", "service"} and is_plain:
                yield one, matcher


def _is_counted(project: Project, name: str) -> bool:
    """Return whether a source of the repository names a series."""
    return any(_named(name, one.words) for one in application.applications(project))


def absence_is_alerted(project: Project, _: Toolchain) -> Verdict:
    """Where an alert divides, or compares a rate, another one fires when its series are absent.

    A ratio of series that do not exist is empty, and an empty result never fires.
    """
    alerts = monitoring.alerts(project)
    recorded = {rule.record: rule for rule in monitoring.rules(project) if rule.record}
    dividing = [alert for alert in alerts if _divides(alert.query, recorded)]
    if not dividing:
        raise NotApplicable("no alert divides")
    watched = [alert for alert in alerts if alert.query.functions & {"absent", "absent_over_time"}]
    if watched:
        return Verdict(detail=f"{watched[0].alert} for {len(dividing)} alerts")
    first = dividing[0]
    message = (
        f"{first.alert} divides: without its series it never fires, and no alert notices that they"
        " are absent"
    )
    others = [one.at["expr"] for one in dividing[1:2]] or [first.place]
    fix = 'add an alert on absent(…{job="…"}) or absent_over_time(…)'
    return Verdict(findings=(disagreement(first.at["expr"], message, others, fix=fix),))


def no_label_is_a_digest(project: Project, _: Toolchain) -> Verdict:
    """No label, of a series or of an object, holds the digest of an image.

    Each release would make new series, and Kubernetes refuses a label with a colon or more than 63
    characters.
    """
    found = charts.objects(project)
    rules = monitoring.rules(project)
    if not found and not rules:
        raise NotApplicable("no Kubernetes object and no rule")
    findings = []
    for one in found:
        for way in (
            ("metadata", "labels"),
            (*(one.pod or ()), "metadata", "labels") if one.pod is not None else (),
        ):
            labels = charts.texts(one.get(*way)) if way else {}
            for key, value in labels.items():
                if re.search(r"sha256[:-]?[0-9a-f]{12,}", value) or (
                    key.endswith("digest") and value
                ):
                    at = one.place(project, *way, key)
                    other = one.place(project, "metadata", "name")
                    findings.append(
                        disagreement(
                            at, f"the label {key} is a digest", other, fix="make it an annotation"
                        )
                    )
    for place, who, query in monitoring.queries(project):
        names = query.labels | {matcher.label for matcher in _matchers(query)}
        for name in sorted(
            one for one in names if one in {"digest", "image_digest", "sha", "image_sha"}
        ):
            sources = _source_of(project, name)
            findings.append(
                disagreement(
                    place,
                    f"{who} groups by the label {name}",
                    sources,
                    fix="group by revision or version",
                )
            )
    return Verdict(findings=distinct(findings), detail=counted(len(found), "object"))


def texts_name_real_series(project: Project, _: Toolchain) -> Verdict:
    """Series with a selector that runbooks and other texts name exist, as those of rules do."""
    asked = []
    for file in documents.texts(project):
        text = project.text(file)
        if "{" not in text:
            continue
        for at, line in enumerate(text.splitlines(), 1):
            if "{" not in line:
                continue
            for name in re.findall(
                r"\b([a-z][a-z0-9_]+(?::[\w:]+)?_[a-z0-9_:]+)\{[a-z_]+(?:=|!=|=~|!~)[\"']", line
            ):
                asked.append(
                    (
                        Location(path=file, line=at, text=line.strip()[:160]),
                        "the text names",
                        Selector(name=name),
                    )
                )
    if not asked:
        raise NotApplicable("no text names a series")
    return _known(project, asked, "series in texts")


def _known(project: Project, asked: list[tuple[Location, str, Selector]], noun: str) -> Verdict:
    words: dict[str, Location] = {}
    for source in application.applications(project):
        words |= source.words
    words |= {re.sub(r"[.-]", "_", word): at for word, at in words.items()}
    recorded = {rule.record for rule in monitoring.rules(project)}
    ours = [
        (place, who, one)
        for place, who, one in asked
        if one.name and ":" not in one.name and one.name not in recorded
    ]
    named = [_named(one.name, words) for _, _, one in ours]
    jobs = scrape_jobs.jobs(project)
    queries = (query.selectors for _, _, query in monitoring.queries(project))
    everywhere = {selector.name for selector in chain.from_iterable(queries)}
    if not any(named) and not any(_named(name, words) for name in everywhere):
        asks = " (`make contract` asks the running service)" if _has_contract(project) else ""
        raise NotApplicable(f"no source here names a series that is asked for{asks}")
    own = {word: at for word, at in words.items() if _is_metric(word, at)}
    # After a rename in the source its new name is the one that nothing asks for yet.
    unasked = {
        word: at
        for word, at in own.items()
        if not any(_ENDINGS.sub("", word) == _ENDINGS.sub("", one) for one in everywhere)
    }
    findings = []
    with_prefix = {word for word, at in own.items() if _has_prefix(project, at)}
    for (place, who, one), known in zip(ours, named, strict=True):
        name = one.name
        if (
            known
            or _ends_with(name, with_prefix)
            or _OTHERS.fullmatch(name)
            or _is_configured(project, name)
        ):
            continue
        near = _own_series(name, unasked) or _own_series(name, own)
        if not near and any(matcher.value in jobs for matcher in one.matchers):
            near = next(iter(own), "")  # it asks the service itself, by the name of its job
        if near:
            message = f"{who} {name}, which the service does not expose"
            fix = f"ask for {_ENDINGS.sub('', near)}…, or let the service count it"
            findings.append(disagreement(place, message, own[near], fix=fix))
    return Verdict(findings=distinct(findings), detail=f"{len(ours)} {noun}")


def _has_contract(project: Project) -> bool:
    return project.has(Path("ci/contract.sh"))


def _is_metric(word: str, at: Location) -> bool:
    """Return whether a literal of the source names a metric, not a variable or an event."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+", word):
        return False
    return bool(_METRIC.search(at.text) or _UNITS.search(word))


_PREFIXES = regex(r"\b(?:[Nn]amespace|[Ss]ubsystem|[Pp]refix)\b\W")


def _has_prefix(project: Project, at: Location) -> bool:
    """Return whether the source that names a metric puts a namespace or a prefix before it.

    https://pkg.go.dev/github.com/prometheus/client_golang/prometheus#BuildFQName
    """
    key = ("prefixes of metrics", at.path)
    return project.once(key, lambda: _PREFIXES.search(project.text(at.path)) is not None)


def _ends_with(name: str, words: set[str]) -> bool:
    """Return whether a series is one of these names with words before it."""
    parts = _ENDINGS.sub("", name).split("_")
    ends = ("_".join(parts[at:]) for at in range(1, len(parts) - 1))
    short = {_ENDINGS.sub("", word) for word in words}
    return any(end in short for end in ends)


def _own_series(name: str, own: dict[str, Location]) -> str:
    """Return the metric of the service that a series is or should be; empty if others may make it.

    Who exports a series is known only of the service's own: those that share the first word of one,
    or are nearly called like one.
    """
    short = _ENDINGS.sub("", name)
    family = {word: word for word in own if word.split("_")[0] == name.split("_")[0]}
    shorts = {_ENDINGS.sub("", word): word for word in own}
    near = difflib.get_close_matches(short, list(shorts), n=1, cutoff=0.85)
    if near:
        return shorts[near[0]]
    near = difflib.get_close_matches(name, list(family), n=1, cutoff=0.0)
    return near[0] if near else ""


def _is_configured(project: Project, name: str) -> bool:
    """Return whether a configuration, such as an exporter's or a collector's, names a series."""
    short = _ENDINGS.sub("", name)
    asking = {one.place.path for one in monitoring.panels(project)}
    asking |= {one.place.path for one in monitoring.rules(project)}
    asking |= set(monitoring.rule_tests(project))
    return any(
        short in project.text(file) for file in files.plain_yaml(project) if file not in asking
    )


def _named(name: str, words: dict[str, Location]) -> bool:
    short = _ENDINGS.sub("", name)
    shorter = _ENDINGS.sub("", short)
    return any(
        one in words
        for one in (name, short, shorter, re.sub(r"_(?:seconds|bytes|milliseconds)$", "", short))
    )


def _divides(query: Query, recorded: dict[str, monitoring.Rule], depth: int = 0) -> bool:
    inner = (recorded[one.name].query for one in query.selectors if one.name in recorded)
    return query.divides or (depth < 5 and any(_divides(one, recorded, depth + 1) for one in inner))


def _source_of(project: Project, name: str) -> list[Location]:
    return [one.words[name] for one in application.applications(project) if name in one.words][:1]


CHECKS = (
    Check(id="AG032", title="Rules use series that exist", run=rules_ask_for_what_is_there),
    Check(
        id="AG033",
        severity=Severity.WARNING,
        title="Dashboards use series that exist",
        run=dashboards_ask_for_what_is_there,
    ),
    Check(
        id="AG034",
        severity=Severity.WARNING,
        title="Recorded series are recorded",
        run=recorded_series_exist,
    ),
    Check(
        id="AG035", title="Rules select the service's own series", run=selectors_name_the_service
    ),
    Check(
        id="AG036",
        severity=Severity.WARNING,
        elsewhere=Severity.NOTE,
        title="Absent series raise an alert",
        run=absence_is_alerted,
    ),
    Check(
        id="AG037",
        severity=Severity.WARNING,
        title="No label is a digest",
        run=no_label_is_a_digest,
    ),
    Check(
        id="AG052",
        severity=Severity.WARNING,
        title="Documents name series that exist",
        run=texts_name_real_series,
    ),
)
