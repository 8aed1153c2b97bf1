"""`scaffold add service`: what was written, and what to type next, as text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from scaffolder.errors import AnswersError, ExitCode
from scaffolder.operate import services as add_service
from scaffolder.operate.services import LIST, OBJECTS, Added
from scaffolder.operate.services.objects import PRINCIPAL
from scaffolder.operate.services.request import ServiceRequest

WORD = "service"

_OF_ANSWERS = ("rehearse", "diff", "check")
"""Options of `scaffold add` that are about other answers."""


def carried_out(words: Sequence[str], root: Path, settings: Mapping[str, bool | str]) -> int:
    """Take the service whose request is named after the word `service`.

    Raises:
        AnswersError: no file or several are named, an option does not apply, or the request is
            refused.

    """
    if len(words) != 2:
        raise AnswersError(
            "add service takes one file",
            hint="scaffold add service ../pay-api/platform-request.yaml",
        )
    for name in _OF_ANSWERS:
        if settings.get(name):
            raise AnswersError(
                f"add service has no option --{name}",
                hint=f"scaffold add service {words[1]}, without --{name}",
            )
    dry_run = bool(settings.get("dry_run"))
    added = add_service.add(Path(words[1]), root, dry_run=dry_run)
    if settings.get("form") == "json":
        click.echo(json.dumps(_document(added, dry_run=dry_run), indent=2))
    elif not settings.get("quiet"):
        click.echo("\n".join(_lines(added, root, dry_run=dry_run)))
    return ExitCode.CLEAN


def _document(added: Added, *, dry_run: bool) -> dict[str, object]:
    files = [{"path": one.path.as_posix(), "action": one.action} for one in added.files]
    return {
        "version": 1,
        "service": added.request.service,
        "namespace": added.request.namespace,
        "dry_run": dry_run,
        "files": files,
    }


def _lines(added: Added, root: Path, *, dry_run: bool) -> Iterator[str]:
    asked = added.request
    yield f"{asked.service}: namespace {asked.namespace}, team {asked.team}"
    yield ""
    for one in added.files:
        yield f"  {one.action:9}  {one.path.as_posix()}"
    yield ""
    if dry_run:
        yield "Nothing was written."
        return
    environment = next(iter(asked.deployers))
    yield f"Next    in a cluster of {environment}, and likewise in the others:"
    yield from (f"        {line}" for line in _commands(asked, environment))


def _commands(asked: ServiceRequest, environment: str) -> Iterator[str]:
    objects = (LIST / asked.service / OBJECTS).as_posix()
    identity = asked.deployers[environment]
    if asked.cloud == "aws":
        yield f"kubectl apply -f {objects}"
        yield "aws eks create-access-entry --cluster-name CLUSTER \\"
        yield f"  --principal-arn arn:aws:iam::ACCOUNT:role/{identity} \\"
        yield f"  --kubernetes-groups {asked.service}-deployers"
    elif asked.cloud == "none":
        yield f"kubectl apply -f {objects}    # {identity} logs in, in {asked.service}-deployers"
    else:
        yield f"id=$(az identity show --name {identity} --query principalId --output tsv \\"
        yield f"  --resource-group {asked.service}-{environment})"
        yield f'sed "s/{PRINCIPAL}$/$id/" {objects} | kubectl apply -f -'
        yield 'az role assignment create --assignee-object-id "$id" \\'
        yield "  --assignee-principal-type ServicePrincipal --scope CLUSTER_ID \\"
        yield '  --role "Azure Kubernetes Service Cluster User Role"'
    if asked.alerts:
        yield f"kubectl --namespace {asked.namespace} create secret generic \\"
        yield f'  alertmanager-chat --from-literal=url="$WEBHOOK"    # {asked.alerts.channel}'
