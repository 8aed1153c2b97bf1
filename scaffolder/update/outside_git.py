"""List the objects outside Git under a changed answer: no update renames or deletes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from scaffolder.errors import RenderError
from scaffolder.template import expressions

_Values = Mapping[str, object]
"""The answers of a repository, and what its template computes from them."""

_ENVIRONMENTS = ("dev", "qa", "prod")
"""The environments of a template without the question `environments`."""

_HOSTS = {"github": "GitHub", "gitlab": "GitLab", "azure-devops": "Azure DevOps"}
"""CI systems whose settings belong to the repository of that address."""

_CLOUDS = {"aws": "AWS", "azure": "Azure"}

_LIST = "environments"

_DEFAULTS = {"network_range": "10.0.0.0/8"}
"""The answers of a repository of an older release, which did not ask yet."""

_NOTHING_YET = "if nothing is deployed yet, nothing."


@dataclass(frozen=True, kw_only=True)
class Outside:
    """The objects that keep the former answer to one question, and what to `do` about them."""

    answer: str
    before: str
    after: str
    objects: tuple[str, ...]
    do: str

    @property
    def title(self) -> str:
        """Return one line with the answer, and the fact that only files change."""
        now = f"now {self.after}" if self.after else "no longer an answer"
        return (
            f"{self.answer} was {self.before}, {now}: files change, and nothing else is"
            f" {'renamed' if self.answer in {'service_name', 'organization'} else 'moved'}"
        )


def kept(before: _Values, after: _Values, folder: Path) -> tuple[Outside, ...]:
    """Return what exists under the answers `before`, and not under `after`.

    `folder` is that of the release. One entry for each changed answer. Leftovers of a change of the
    cloud are named with the cloud, and its region and clusters are not listed again.
    """
    if not before.get("service_name"):  # a template that makes something else than ours
        return ()
    before, after = {**_DEFAULTS, **before}, {**_DEFAULTS, **after}
    changed = [
        name for name in _OBJECTS if before.get(name) and before.get(name) != after.get(name)
    ]
    if "cloud" in changed:
        changed = [name for name in changed if name not in {"cluster", "region"}]
    if {"cloud", "cluster", "region"} & set(changed):  # the networks are left whole, with the rest
        changed = [name for name in changed if name != "network_range"]
    if not changed:
        return ()
    values = _completed(before, folder)
    entries = (
        _of_environments(values, after)
        if name == _LIST
        else Outside(
            answer=name,
            before=str(before[name]),
            after=str(after.get(name) or ""),
            objects=tuple(_OBJECTS[name](values)),
            do=_todo(name, values),
        )
        for name in changed
    )
    return tuple(entry for entry in entries if entry.objects)


def _of_environments(values: _Values, after: _Values) -> Outside:
    """Return what an environment that goes leaves behind, and what one that comes still lacks."""
    here, wanted = _environments(values), _environments(after)
    gone = tuple(name for name in here if name not in wanted)
    new = tuple(name for name in wanted if name not in here)
    service = str(values["service_name"])
    hosts = ", ".join(_HOSTS[name] for name in _ci(values) if name in _HOSTS)
    objects: list[str] = []
    if gone:
        left = {**values, _LIST: gone}
        objects += _of_the_clusters(left)
        if values.get("cloud") in _CLOUDS:
            deployers = _each(_short(values), tuple(f"{name}-deploy" for name in gone))
            objects += (f"identities {deployers}",)
            objects += [f"{entry} (env/{name})" for name, entry in product(gone, _state(left))]
        if not _on_servers(values):
            objects += [f"the namespace {service} in the cluster of {name}" for name in gone]
        objects += [f"{hosts}: the environment {name} and its variables" for name in gone if hosts]
    for name in new:
        made = f"{_one(values)}, network and identities" if _makes_clusters(values) else "namespace"
        objects.append(f"not there yet: {made} of {name}")
        if hosts:
            objects.append(f"not there yet: {hosts}: the environment {name}, its variables")
    if here[-1] != wanted[-1]:
        objects.append(f"approvals that ask before {here[-1]}, and not before {wanted[-1]}")
    return Outside(
        answer=_LIST,
        before=",".join(here),
        after=",".join(wanted),
        objects=tuple(objects),
        do=_todo_for_environments(gone, new, values),
    )


def _todo_for_environments(gone: tuple[str, ...], new: tuple[str, ...], values: _Values) -> str:
    steps = []
    if gone and values.get("cloud") in _CLOUDS:
        steps.append(
            f"no plan destroys {', '.join(gone)}: if it was applied, destroy it from a checkout of"
            " the commit before this change (terraform/README.md); until then it costs money."
        )
    elif gone:
        steps.append(f"if {', '.join(gone)} is in use, uninstall the release there first.")
    if new:
        steps.append(
            f"for {', '.join(new)}, fill in its files and take the steps of docs/first-deploy.md"
            " before this is merged: until then the pipeline stops there, and before production."
        )
    return " ".join(steps) or "set the approvals of the pipeline before the next release."


def _completed(before: _Values, folder: Path) -> _Values:
    """Return the answers, and what the template computes from them if it can."""
    try:
        return expressions.completed(before, folder)
    except RenderError:
        return before


def _of_the_name(values: _Values) -> Iterator[str]:
    """Yield the objects with the name of the service."""
    service = str(values["service_name"])
    yield from _of_the_cloud(values)
    if not _on_servers(values):  # servers are listed above, with all that is on them
        yield f"in each cluster: namespace {service} and its Helm release {service}"
    if values.get("monitoring", "none") != "none":
        yield f"metrics, silences and alerts that were recorded for {service}"
    yield from _of_the_host(values)
    if "jenkins" in _ci(values):
        yield f"Jenkins: the job of {service} and its credentials"


def _of_the_organization(values: _Values) -> Iterator[str]:
    """Yield the objects with the name of the organization."""
    yield from _state(values)
    yield from _of_the_host(values)


def _of_the_region(values: _Values) -> Iterator[str]:
    """Yield the objects in the region, for as long as they are not destroyed there."""
    region = values.get("region")
    yield from (f"{entry}, in {region}" for entry in _of_the_cloud(values))


def _of_the_cloud(values: _Values) -> Iterator[str]:
    """Yield the objects that Terraform made, whose cost goes on."""
    if values.get("cloud") not in _CLOUDS:
        return
    service, names = _short(values), _environments(values)
    yield from _of_the_clusters(values)
    deployers = _each(service, tuple(f"{name}-deploy" for name in names))
    if values["cloud"] == "azure":
        yield f"Azure identities {service}-build, {deployers}, and what trusts them"
        registry = " ".join(filter(None, ("registry", str(values.get("registry_name", "")))))
        yield f"Azure resource group {service}-shared: {registry} with all images"
    else:
        yield f"AWS roles {service}-build, {deployers}, and what trusts them"
        yield f"AWS registry {service} with all images"
    yield from _state(values)


def _makes_clusters(values: _Values) -> bool:
    return values.get("cloud") in _CLOUDS and values.get("cluster", "dedicated") == "dedicated"


def _on_servers(values: _Values) -> bool:
    return values.get("runs_on") == "server"


def _one(values: _Values) -> str:
    """Return what an environment of this repository runs on."""
    return "servers" if _on_servers(values) else "cluster"


def _of_the_clusters(values: _Values) -> Iterator[str]:
    """Yield what runs day and night, unless a platform team runs it for others as well."""
    if not _makes_clusters(values):
        return
    each = _each(_short(values), _environments(values))
    kind = "servers" if _on_servers(values) else "clusters"
    what = f"AWS {kind}" if values["cloud"] == "aws" else f"Azure resource groups with {kind}"
    yield f"{what} and networks {each}"


def _of_the_networks(values: _Values) -> Iterator[str]:
    """The network of each environment, and what is in it, if this repository makes networks."""
    if not _makes_clusters(values):
        return
    cloud, service = _CLOUDS[str(values["cloud"])], _short(values)
    cidrs, numbers = values.get("environment_cidrs"), values.get("environment_networks")
    for name in _environments(values):
        cidr = f"10.{numbers[name]}.0.0/16" if isinstance(numbers, Mapping) else ""
        if isinstance(cidrs, Mapping):
            cidr = cidrs[name]["all"]
        where = f" ({cidr})" if cidr else ""
        there = "on them" if _on_servers(values) else "in it"
        inside = f"the {_one(values)} and all that runs {there}"
        yield f"{cloud} network {service}-{name}{where}, with {inside}"


def _state(values: _Values) -> Iterator[str]:
    """Where Terraform keeps its state; code that looks elsewhere plans everything new."""
    if values.get("cloud") == "aws" and (bucket := values.get("state_bucket")):
        yield f"Terraform's state in the bucket {bucket}"
    if values.get("cloud") == "azure" and (account := values.get("state_storage_account")):
        yield f"Terraform's state in the storage account {account}"


def _of_the_host(values: _Values) -> Iterator[str]:
    """The repository itself, and what its host keeps beside it."""
    hosts = ", ".join(_HOSTS[name] for name in _ci(values) if name in _HOSTS)
    if hosts and (address := values.get("repository_url")):
        yield f"{hosts}: the repository {address}, its environments, variables and approvals"


def _todo(name: str, values: _Values) -> str:
    if name == "cluster":
        # To destroy an environment would also take the identities, which the service goes on with.
        return (
            f"{_NOTHING_YET} Else deploy to the new clusters first: the next plan forgets the old"
            " ones and deletes nothing, so that they cost money until you take them down"
            ' (terraform/README.md, "From a cluster of its own").'
        )
    if name == "network_range":
        return (
            f"{_NOTHING_YET} Else do not apply it over what runs: addresses of a network cannot"
            f" change, so that the plan replaces network and {_one(values)} (AWS) or is refused"
            " (Azure)."
            " One environment after the other, destroy it from a checkout of the commit before this"
            " change (terraform/README.md), then make it again."
        )
    if values.get("cloud") in _CLOUDS and name != "organization":
        return (
            f"{_NOTHING_YET} Else destroy it from a checkout of the commit before this change, and"
            " before the new code is applied (terraform/README.md); until then both cost money."
        )
    if values.get("cloud") in _CLOUDS:
        return (
            f"{_NOTHING_YET} Else move the state first (`terraform init -migrate-state` in each"
            " root), or the next plan makes everything a second time."
        )
    return f"{_NOTHING_YET} Else deploy under the new name, move the traffic, and delete the old."


def _short(values: _Values) -> str:
    """Return how names in the cloud begin; releases before 0.10.0 had no other than the name."""
    return str(values.get("short_name") or values["service_name"])


def _each(service: str, names: tuple[str, ...]) -> str:
    return ", ".join(f"{service}-{name}" for name in names)


def _environments(values: _Values) -> tuple[str, ...]:
    named = values.get("environments")
    return tuple(map(str, named)) if isinstance(named, list | tuple) and named else _ENVIRONMENTS


def _ci(values: _Values) -> tuple[str, ...]:
    named = values.get("ci")
    return tuple(map(str, named)) if isinstance(named, list | tuple) else (str(named),)


_OBJECTS: Mapping[str, Callable[[_Values], Iterator[str]]] = {
    "service_name": _of_the_name,
    "organization": _of_the_organization,
    "cloud": _of_the_cloud,
    "cluster": _of_the_clusters,
    "region": _of_the_region,
    "network_range": _of_the_networks,
    _LIST: lambda _: iter(()),  # it takes both lists: _of_environments
}
"""The objects under the answer to each question, in the order of the report."""
