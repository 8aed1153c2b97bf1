"""Compare the environments of a repository: rendered objects and Terraform variables."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.errors import DestinationError, ProjectError, ToolError
from scaffolder.model import Blocked, Location, NotApplicable, Table
from scaffolder.repository import chart_limits, environments, manifests
from scaffolder.repository.environments import VARIABLES, Family
from scaffolder.repository.facts import charts
from scaffolder.repository.kubernetes_objects import KubernetesObject
from scaffolder.repository.manifests import Manifest
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Attribute, Block, blocks
from scaffolder.tools.toolchain import Toolchain


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """A place at which environments may differ, and why."""

    what: re.Pattern[str]
    reason: str


def _allowed(what: str, reason: str) -> Allowed:
    return Allowed(what=re.compile(what), reason=reason)


RENDERED_MAY_DIFFER = (
    _allowed(r"\w+:spec\.replicas", "size: how many pods"),
    _allowed(r"HorizontalPodAutoscaler:spec\.(min|max)Replicas", "size: how many pods, by load"),
    _allowed(
        r"PodDisruptionBudget:spec\.(minAvailable|maxUnavailable)",
        "size: it follows the number of pods",
    ),
    _allowed(r"\w+:.*\.resources\.(requests|limits)\..+", "size: what one pod or volume gets"),
    _allowed(
        r"(ResourceQuota:spec\.hard|LimitRange:spec\.limits).*",
        "size: what all pods may take together",
    ),
    _allowed(
        r"(\w+Route|VirtualService):spec\.(hostnames|hosts)", "host: the name that users type"
    ),
    _allowed(
        r"Ingress:spec\.(rules|tls)\b.*\.(host|hosts|secretName)", "host: the name that users type"
    ),
    _allowed(
        r"(Gateway|Certificate):.*(hostname|dnsNames|commonName|hosts)",
        "host: the name that users type",
    ),
    _allowed(r"NetworkPolicy:.*ipBlock.*", "network: each environment has addresses of its own"),
    _allowed(
        r"\w+:.*annotations\.[^.]*checksum/.*",
        "follows from what is rendered, which is compared itself",
    ),
    _allowed(
        r"\w+:metadata\.annotations\..*(arn|client-id|certificate).*",
        "identity: each environment has its own",
    ),
    _allowed(
        r"(Cluster)?SecretStore:spec\.provider\..*\.(vaultUrl|server|role|path|projectID"
        r"|tenantId|identityId|apiURL|apiUrl)",
        "identity: each environment has a store of its own",
    ),
    _allowed(
        r"(Cluster)?ExternalSecret:spec\..*remoteRef\.key",
        "identity: the name of the same secret in the store of each environment",
    ),
    _allowed(
        r"\w+:.*env\[\w*LOG_LEVEL\]\.value|ConfigMap:data\.\w*LOG_LEVEL",
        "how much is logged, not what is done",
    ),
)
"""Where rendered objects may differ, as "Kind:path"; everything else is a finding of EN003."""

VARIABLES_MAY_DIFFER = (
    _allowed(r"environment|env|name|stage|(name|resource)_prefix", "name: which environment it is"),
    _allowed(
        r"(aws_)?account(_id)?|subscription(_id)?|tenant(_id)?|project(_id)?",
        "name: the account that it is billed to",
    ),
    _allowed(
        r".*cidrs?(_blocks?)?|.*subnets?|.*_(range|prefix)(es|s)?", "network: addresses of its own"
    ),
    _allowed(
        r".*(instance|vm|node|machine|db|cache)_?(types?|sizes?|class|sku)",
        "size: what a machine is",
    ),
    _allowed(
        r".*(^|_)(min|max|desired|count|size|capacity|replicas|gib|gb|number)(_.*)?",
        "size: how many, how large",
    ),
    _allowed(
        r"(.*_)?(num_.*|multi_?az|(automatic_)?failover(_enabled)?|replicas?|nodes|shards|ha)(_.*)?"
        r"|.*(zone_awareness|high_availability).*",
        "size: how many, and whether one may fail",
    ),
    _allowed(
        r"(?!.*enable)(.*_)?((single|one|shared)_nat(_gateways?)?|nat_gateways)"
        r"|(?!.*enable).*nat_gateway_per_(az|zone)",
        "size: ways out of the network, and whether one may fail",
    ),
    _allowed(
        r".*(host|hostname|domain|dns|zone_id|fqdn|url|origin|alias)(e?s)?(_.*)?",
        "host: the name that users type",
    ),
    _allowed(
        r".*_arns?|.*principals?.*|.*object_ids?|.*admins?(_.*)?", "identity: who administers it"
    ),
    _allowed(r".*retention.*|.*backup.*", "how long data is kept, not how the service runs"),
    _allowed(r".*budget.*|.*cost.*|tags|labels", "who pays"),
    _allowed(
        r".*(maintenance|schedule|window).*",
        "when machines are renewed: not everywhere on the same day",
    ),
    _allowed(
        r".*(deletion_protection|prevent_destroy|force_destroy|skip_final_snapshot)",
        "a guard against mistakes",
    ),
    _allowed(r".*log_level", "how much is logged, not what is done"),
)
"""Which Terraform variables may differ; everything else is a finding of EN004."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A difference: its subject, and each environment's value ("" if it has none)."""

    what: str
    values: Mapping[str, str]

    @property
    def odd(self) -> tuple[str, ...]:
        """Return the environments in the minority.

        Without a minority the last in promotion order.
        """
        counted = Counter(self.values.values())
        usual, number = counted.most_common(1)[0]
        if list(counted.values()).count(number) > 1:
            usual = next(iter(self.values.values()))
        return tuple(name for name, value in self.values.items() if value != usual)

    def other(self) -> str:
        """The first environment that is not odd."""
        return next(name for name in self.values if name not in self.odd)


def rendered(project: Project, toolchain: Toolchain) -> tuple[Manifest, ...]:
    """Return the chart's objects for each environment, without Helm if nothing is left unread.

    Environments are compared with each other, so that it does not matter who filled in the
    templates, if the same did for all; a process of Helm costs more than all else that is compared.
    """
    return project.once(
        "compared", lambda: _without_helm(project) or _manifests(project, toolchain)
    )


def _without_helm(project: Project) -> tuple[Manifest, ...]:
    """Return the chart's objects for each environment; none if a template could not be read."""
    try:
        folder = manifests.chart_of(project)
        asked = {one.name: one.release.values_files for one in manifests.environments(project)}
    except (NotApplicable, Blocked, ToolError):
        return ()
    chart = next((one for one in charts.charts(project) if one.folder == folder), None)
    if chart is None or chart.unread or chart_limits.stated_dependencies(project, folder):
        return ()
    same = {
        one.environment: tuple(project.root / file for file in one.values_files)
        for one in chart.renderings
    }
    if same != asked or not all(one.environment and one.objects for one in chart.renderings):
        return ()
    return tuple(
        Manifest(chart=folder, environment=one.environment, objects=one.objects)
        for one in chart.renderings
    )


def rendered_differences(
    project: Project, toolchain: Toolchain
) -> tuple[tuple[KubernetesObject, Difference], ...]:
    """Return the differences of rendered objects, each with one of them, without allowed places."""
    manifest = rendered(project, toolchain)
    found = []
    named = _by_name(manifest)
    for name in sorted(set(chain.from_iterable(named.values()))):
        there = {environment: one.get(name) for environment, one in named.items()}
        some = next(item for item in there.values() if item is not None)
        if all(there.values()):
            said = {
                environment: dict(_leaves(item.content))
                for environment, item in there.items()
                if item
            }
            found += [
                (some, one)
                for one in _differences(_comparable(said))
                if not _may_differ(f"{some.kind}:{one.what}", RENDERED_MAY_DIFFER)
            ]
        else:
            said = {
                environment: {"": "there" if item else ""} for environment, item in there.items()
            }
            found += [(some, one) for one in _differences(_comparable(said))]
    return tuple(found)


def _leaves_of(item: KubernetesObject) -> dict[str, str]:
    """Return an object's values by path, without the places at which environments may differ."""
    return {
        path: value
        for path, value in _leaves(item.content)
        if not _may_differ(f"{item.kind}:{path}", RENDERED_MAY_DIFFER)
    }


def variable_differences(project: Project) -> tuple[tuple[Family, Difference], ...]:
    """Return the differences between `.tfvars` of the environments, without the allowed names."""
    found = []
    for family in environments.family_of(project, VARIABLES):
        values = _variables(project, family)
        shared = set.intersection(*(set(one) for one in values.values()))
        alike = {
            name: {key: value for key, value in one.items() if key in shared}
            for name, one in values.items()
        }
        found += [(family, one) for one in _differences(alike)]
    return tuple(found)


def _variables(project: Project, family: Family) -> dict[str, dict[str, str]]:
    """Return each environment's Terraform variables, normalised, without allowed differences."""
    read = {environment: blocks(project, file) for environment, file in family.files.items()}
    return _comparable(
        {
            environment: {
                name: " ".join(attribute.expression.split())
                for name, attribute in (block.attributes if block else {}).items()
                if not _may_differ(name, VARIABLES_MAY_DIFFER)
            }
            for environment, block in read.items()
        }
    )


def _comparable(said: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Return each environment's values, with its name taken out of those that differ."""
    everything = list(said.values())
    return {
        environment: {
            what: (
                value
                if all(other.get(what) == value for other in everything)
                else neutral(value, environment)
            )
            for what, value in one.items()
        }
        for environment, one in said.items()
    }


def neutral(text: str, environment: str) -> str:
    """`text` with the environment's own name taken out of it."""
    words = "|".join(environments.names(environment))
    return re.sub(
        rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])", "<environment>", text, flags=re.IGNORECASE
    )


def rendered_table(project: Project, toolchain: Toolchain) -> Table | None:
    """Return the allowed differences of rendered objects with their reasons, for the reader."""
    manifest = rendered(project, toolchain)
    rows: list[tuple[str, ...]] = []
    named = _by_name(manifest)
    for name in sorted(set(chain.from_iterable(named.values()))):
        there = {environment: one.get(name) for environment, one in named.items()}
        said = {
            environment: dict(_leaves(item.content)) if item else {}
            for environment, item in there.items()
        }
        kind = next(item.kind for item in there.values() if item)
        rows += _rows(f"{kind} ", f"{kind}:", said, RENDERED_MAY_DIFFER)
    return _table("Manifests of the chart", [one.environment for one in manifest], rows)


def variables_table(project: Project) -> Table | None:
    """The variables of Terraform that differ between environments and may, with the reason."""
    for family in environments.family_of(project, VARIABLES):
        read = {environment: blocks(project, file) for environment, file in family.files.items()}
        said = {
            environment: {
                name: one.expression.strip('"')
                for name, one in (block.attributes if block else {}).items()
            }
            for environment, block in read.items()
        }
        return _table("Terraform variables", list(said), _rows("", "", said, VARIABLES_MAY_DIFFER))
    return None


def _rows(
    shown: str, prefix: str, said: Mapping[str, Mapping[str, str]], allowed: Sequence[Allowed]
) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for difference in _differences(said):
        what = f"{prefix}{difference.what}"
        reason = next((one.reason for one in allowed if one.what.fullmatch(what)), "")
        if reason:
            values = (value[:60] or "-" for value in difference.values.values())
            rows.append((f"{shown}{difference.what}", *values, reason))
    return rows


def _table(title: str, names: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Table | None:
    if not rows:
        return None
    note = "Only what may differ is here; anything else that differs is a finding"
    return Table(
        title=title, columns=("what", *names, "may differ because"), rows=tuple(rows), note=note
    )


def save(project: Project, toolchain: Toolchain, path: Path) -> None:
    """Write what `hashes` gives to `path`, as JSON.

    Raises:
        ProjectError: the repository has no environments to compare.
        DestinationError: it cannot be written there.

    """
    text = json.dumps(hashes(project, toolchain), indent=2) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DestinationError(f"{path} cannot be written: {error.strerror}") from error


def hashes(project: Project, toolchain: Toolchain) -> dict[str, Any]:
    """Return hashes for each environment.

    One of each normalised object, one of each file of variables, and one of all together.

    Environments are alike where their hashes are.

    Raises:
        ProjectError: the repository has no environments to compare.

    """
    rendered = _by_name(_manifests(project, toolchain))
    families = environments.family_of(project, VARIABLES)
    if not rendered and not families:
        raise ProjectError(
            f"{project.name} has no files of several environments to compare",
            hint=(
                "values-dev.yaml and values-prod.yaml beside a chart, or dev.tfvars and prod.tfvars"
            ),
        )
    found: dict[str, dict[str, dict[str, str]]] = {}
    for name in sorted(set(chain.from_iterable(rendered.values()))):
        said = {
            environment: _leaves_of(objects[name])
            for environment, objects in rendered.items()
            if name in objects
        }
        for environment, leaves in _comparable(said).items():
            found.setdefault(environment, {}).setdefault("objects", {})[name] = _hash(leaves)
    for family in families:
        for environment, variables in _variables(project, family).items():
            found.setdefault(environment, {}).setdefault("variables", {})[family.pattern] = _hash(
                variables
            )
    each = {environment: {"hash": _hash(parts), **parts} for environment, parts in found.items()}
    return {
        "version": 1,
        "alike": len({one["hash"] for one in each.values()}) == 1,
        "environments": each,
    }


def _manifests(project: Project, toolchain: Toolchain) -> tuple[Manifest, ...]:
    """Return the chart's objects for each environment; none without a chart or environments."""
    try:
        rendered = manifests.of_service(project, toolchain)
    except (NotApplicable, Blocked):
        return ()
    return tuple(one for one in rendered if one.environment and one.is_rendered)


def place_of(project: Project, family: Family, environment: str, name: str) -> Location:
    """Where an environment's file gives the variable `name`."""
    file = family.files[environment]
    attribute = _attribute(blocks(project, file), name)
    line = attribute.line if attribute else 0
    return Location(
        path=file, line=line, text=project.lines(file)[line - 1].strip() if line else ""
    )


def _attribute(block: Block | None, name: str) -> Attribute | None:
    return block.attributes.get(name) if block else None


def _by_name(manifests: Sequence[Manifest]) -> dict[str, dict[str, KubernetesObject]]:
    """Return the objects of each environment under names that the same object has in the others.

    A name that all of them have is not an environment's: pay-test is not pay of the environment
    test.
    """
    written = [{_key(item, "") for item in one.objects} for one in manifests]
    everywhere = set.intersection(*written) if written else set()
    named: dict[str, dict[str, KubernetesObject]] = {}
    for manifest in manifests:
        objects = named.setdefault(manifest.environment, {})
        for item in manifest.objects:
            key = _key(item, "")
            objects[key if key in everywhere else _key(item, manifest.environment)] = item
    return named


def _key(item: KubernetesObject, environment: str) -> str:
    """Return version, kind and name of an object, the `environment` taken out of its name."""
    name = str((item.content.get("metadata") or {}).get("name", ""))
    shown = neutral(name, environment) if environment else name
    return f"{item.api_version} {item.kind} {shown}"


def _differences(leaves: Mapping[str, Mapping[str, str]]) -> Iterator[Difference]:
    for what in sorted(set(chain.from_iterable(leaves.values()))):
        values = {environment: one.get(what, "") for environment, one in leaves.items()}
        if len(set(values.values())) > 1:
            yield Difference(what=what, values=values)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every scalar with its path; a list's item goes by its name, or else its position."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _leaves(one, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        for number, one in enumerate(value):
            name = one.get("name", number) if isinstance(one, dict) else number
            yield from _leaves(one, f"{path}[{name}]")
    else:
        yield path, value if isinstance(value, str) else json.dumps(value, default=str)


def _may_differ(what: str, allowed: Sequence[Allowed]) -> bool:
    return any(one.what.fullmatch(what) for one in allowed)


def _hash(value: Any) -> str:
    return "sha256:" + hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
