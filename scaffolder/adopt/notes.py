"""List the steps for a person after an adoption: the points at which both sides meet."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from scaffolder.adopt import ports
from scaffolder.adopt.layout import FileAction, Layout
from scaffolder.adopt.propose import Proposal
from scaffolder.adopt.scripts import FILES
from scaffolder.repository.project import PROPOSED
from scaffolder.repository.runtimes.runtime import BuildTool


def of(
    proposal: Proposal, laid: Layout, prefix: str, tool: BuildTool | None, own: Collection[str]
) -> Iterator[str]:
    """The notes, one sentence each.

    `prefix` is where the service lies in a larger repository, else empty; `own` are the files that
    are written for this repository alone.
    """
    yield from _of_the_deployment(proposal)
    yield from _of_the_image(proposal)
    if any(
        one.path == "Makefile" and one.fate is not FileAction.SAME
        for one in laid.of(FileAction.BESIDE)
    ):
        yield (
            f"the Makefile stays yours; pipelines and documents call targets of Makefile{PROPOSED}:"
            " take them over, or include it"
        )
    if tool is None:
        yield "no file builds the service: write app/build.sh, app/test.sh and app/run.sh"
    if prefix:
        yield (
            f"{prefix} is part of a repository whose host reads pipelines and CODEOWNERS at its top"
        )
    blocked = [one.path for one in laid.of(FileAction.LEFT_OUT) if one.path in laid.kept]
    blocked += [file for file in FILES if tool and file not in own]
    if blocked:
        yield f"not written, because another file is there: {', '.join(blocked[:5])}"


def _of_the_deployment(proposal: Proposal) -> Iterator[str]:
    port, chart, service = (
        proposal.thing("port"),
        proposal.thing("chart"),
        proposal.answers["service_name"],
    )
    if port and int(port.value) < ports.LOWEST and not chart:
        yield (
            f"the service listens on {port.value}, which is for root; the template's chart does not"
            f" run as root: let the service take its port from PORT, which is {ports.DEFAULT}"
        )
    elif port and port.value != str(ports.DEFAULT):
        where = (
            f"{chart.value}/values.yaml, set it there"
            if chart
            else f"helm/{service}/values.yaml has it"
        )
        yield f"the service listens on {port.value}; the template passes a port as PORT ({where})"
    if chart:
        yield (
            "the chart stays yours; the template's, with alerts and network policy, is in"
            f" helm/{service}{PROPOSED}/"
        )
    if proposal.thing("terraform") and proposal.answers["cloud"] != "none":
        yield (
            "your Terraform stays yours; the template's, which `make drift` looks at, is in"
            f" terraform{PROPOSED}/"
        )
    if manifests := proposal.thing("manifests"):
        yield (
            f"{manifests.places[0].path.as_posix()} deploys today, helm/{service} would too: keep"
            " one of the two"
        )


def _of_the_image(proposal: Proposal) -> Iterator[str]:
    image = proposal.thing("image")
    files = [place.path.as_posix() for place in image.places] if image else []
    if not files:
        yield (
            f"no Dockerfile found; Dockerfile{PROPOSED} is for the template's own service, adapt it"
        )
    elif "Dockerfile" not in files:
        yield (
            "ci/build.sh builds the Dockerfile at the root, and yours is "
            f"{files[0]}: move it, or name it there"
        )
