"""Run `scaffold add service`: take a service into the list of a platform's repository."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffolder.errors import AnswersError, DestinationError, ProjectError
from scaffolder.operate.services import objects
from scaffolder.operate.services.request import ServiceRequest, parse, read

LIST = Path("services")
"""The folder of the list: one folder for each service, by its name."""

REQUEST = "request.yaml"
OBJECTS = "objects.yaml"


@dataclass(frozen=True, kw_only=True)
class Written:
    """One file of the list; `action` is new, changed or unchanged."""

    path: Path
    action: str


@dataclass(frozen=True, kw_only=True)
class Added:
    """The service that was taken, and the files of the list that hold it."""

    request: ServiceRequest
    files: tuple[Written, ...]


def add(file: Path, root: Path, *, dry_run: bool = False) -> Added:
    """Take the service whose request is `file` into the list of the repository at `root`.

    The same request again changes nothing. With `dry_run` nothing is written.

    Raises:
        AnswersError: the request is not one, asks for what a service may not have, or for what
            another service of the list has.
        ProjectError: the repository does not exist.
        DestinationError: the list cannot be written.

    """
    if not root.is_dir():
        raise ProjectError(f"{root} is not a folder", hint="--path the repository of the platform")
    text = read(file)
    asked = parse(text, file)
    found = objects.of(asked, file)
    _refuse_taken(asked, root)
    folder = LIST / asked.service
    texts = {folder / REQUEST: text, folder / OBJECTS: _written(asked, found)}
    files = tuple(
        Written(path=path, action=_action(root / path, content)) for path, content in texts.items()
    )
    if not dry_run:
        for one in files:
            if one.action != "unchanged":
                _write(root / one.path, texts[one.path])
    return Added(request=asked, files=files)


def listed(root: Path) -> Iterator[ServiceRequest]:
    """Yield the requests in the list of a platform's repository.

    Raises:
        AnswersError: one of them cannot be read.

    """
    for file in sorted((root / LIST).glob(f"*/{REQUEST}")):
        yield parse(read(file), file)


def _refuse_taken(asked: ServiceRequest, root: Path) -> None:
    for there in listed(root):
        if there.service == asked.service:
            _refuse_namesake(asked, there)
            continue
        if there.namespace == asked.namespace:
            raise AnswersError(
                f"the namespace {asked.namespace} is that of {there.service}",
                hint="choose another namespace in platform-request.yaml: each has one service",
            )
        for environment, host in asked.hosts.items():
            if there.hosts.get(environment) == host:
                raise AnswersError(
                    f"the host name {host} is that of {there.service}",
                    hint="choose another host name in platform-request.yaml: each has one service",
                )
        for environment, identity in asked.deployers.items():
            if there.deployers.get(environment) == identity:
                raise AnswersError(
                    f"{identity} deploys {there.service}",
                    hint="name another identity in platform-request.yaml: each deploys one service",
                )


def _refuse_namesake(asked: ServiceRequest, there: ServiceRequest) -> None:
    if there.repository != asked.repository:
        raise AnswersError(
            f"{asked.service} is the service of {there.repository}, not of {asked.repository}",
            hint="a service that moved: change repository in its request.yaml first",
        )


def _written(asked: ServiceRequest, found: tuple[objects.Object, ...]) -> str:
    import yaml

    head = (
        f"# The namespace of {asked.service}, which team {asked.team} owns. `scaffold add service`"
        " writes this file from its request.\n"
    )
    return head + yaml.safe_dump_all(found, sort_keys=False, explicit_start=True, width=120)


def _action(path: Path, content: str) -> str:
    if not path.exists():
        return "new"
    return "unchanged" if path.read_text(encoding="utf-8") == content else "changed"


def _write(path: Path, content: str) -> None:
    """Write a file whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, delete=False, encoding="utf-8", newline="\n"
        ) as file:
            file.write(content)
        Path(file.name).chmod(0o644)
        Path(file.name).replace(path)
    except OSError as error:
        raise DestinationError(
            f"{path} cannot be written: {error.strerror}", hint="look at the rights of its folder"
        ) from error
