"""`scaffold lab run`, `open`, `stop`, `cloud`: what runs for a lab on this machine."""

from __future__ import annotations

import contextlib
import json
import threading

import click

from scaffolder.cli import lab_place, options
from scaffolder.errors import ExitCode, ProjectError, ToolMissing
from scaffolder.lab import (
    alarm,
    cloud,
    course,
    deployment,
    judging,
    lab,
    live,
    pipeline,
    releasing,
    rollout,
    running,
    runtimes,
)
from scaffolder.lab.place import Place
from scaffolder.lab.scene import Scene
from scaffolder.lab.work import FOLDER
from scaffolder.model import counted, visible
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import SystemToolchain


@click.command("stop")
@options.debug
def stop() -> None:
    """End what `scaffold lab open` runs in another terminal."""
    what = running.end(FOLDER)
    click.echo(f"{what} is stopped" if what else "nothing runs")


@click.command("run")
@click.argument("where", type=click.Choice(["dev", "prod"]))
@click.argument("word", metavar="[ID]", required=False)
@options.no_color
@options.debug
def run(where: str, word: str | None) -> int:
    """Start the service of a lab as on the developer's machine or as in prod, and ask it."""
    place = _place(word)
    paths = [one.values["path"] for one in place.lab.criteria if one.kind == "serves"]
    if not paths:
        raise ProjectError(
            f"lab {place.lab.number} has no service to run", hint="scaffold lab check"
        )
    track = place.lab.form["track"]
    with SystemToolchain() as toolchain:
        image = Scene(place, {}, toolchain).image_version
    version = image if where == "prod" else place.lab.form["stated"]
    name = f"{runtimes.NAMES[track]} {version}"
    installed = runtimes.find(place.folder, track, version)
    if installed is None:
        more = "" if where == "prod" else "; the lab can be solved without it"
        get = runtimes.how_to_get(track, version)
        raise ToolMissing(f"{name} is not installed{more}", hint=get)
    failed = False
    with live.running(place.root, installed) as port:
        click.echo(f"{where}: {place.name} on {name}, http://127.0.0.1:{port}")
        for path in ("/readyz", *paths):
            answer = live.ask(port, path)
            failed = failed or answer is None or answer.status != live.OK
            words = "no answer" if answer is None else f"{answer.status}  {answer.text}"
            click.echo(visible(f"GET {path:<10} {words}"))
    return ExitCode.FOUND if failed else ExitCode.CLEAN


def _place(word: str | None) -> Place:
    """Return the place of the lab that is named, of the current folder, or open."""
    chosen = lab_place.chosen(word)
    return course.opened(FOLDER, lab.required(chosen.id))


@click.command("open")
@click.argument("what", type=click.Choice(["chat"]))
@click.argument("word", metavar="[ID]", required=False)
@options.debug
def open_(what: str, word: str | None) -> None:
    """Run the service with its alerts and the chat page until Ctrl-C or `scaffold lab stop`."""
    place = _place(word)
    kinds = {one.kind for one in place.lab.criteria}
    if "chat-rings" not in kinds:
        raise ProjectError(f"lab {place.lab.number} has no chat", hint="scaffold lab list")
    with (
        SystemToolchain() as toolchain,
        running.held(FOLDER, "the chat page"),
        alarm.running(Project(place.root), toolchain) as it,
    ):
        click.echo(f"chat page: {it.page.address}")
        click.echo(f"prometheus: http://127.0.0.1:{it.ports.prometheus}")
        click.echo(f"alertmanager: http://127.0.0.1:{it.ports.alertmanager}")
        click.echo("break and fix the service with the buttons of the page; Ctrl-C ends it")
        click.echo("an alert needs up to 30 seconds until it is on the page")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
    click.echo("the chat page is stopped")


@click.command("replace")
@options.debug
def replace() -> int:
    """Replace each server of a lab, one after the other, and count the requests that fail."""
    place = _place(None)
    if all(one.kind != "no-request-lost" for one in place.lab.criteria):
        raise ProjectError(f"lab {place.lab.number} replaces no server", hint="scaffold lab list")
    serving = rollout.serving(place.root)
    count = counted(serving.number, serving.kind)
    click.echo(f"{count} of prod; processes of this machine are used (reduced)")
    with options.working("replacing"):
        users = rollout.replaced(place.root, serving.number)
    click.echo(f"{users.failed} of {users.requests} requests failed")
    return ExitCode.FOUND if users.failed else ExitCode.CLEAN


@click.command("pipeline")
@options.debug
def run_pipeline() -> int:
    """Run the pipeline of a lab in reduced form: build, and deploy to dev, qa and prod."""
    place = _place(None)
    if pipeline.last(place) is None:
        raise ProjectError(f"lab {place.lab.number} has no pipeline", hint="scaffold lab list")
    with SystemToolchain() as toolchain, options.working("running the pipeline"):
        done = pipeline.run(place, builds_again=judging.builds_again(place, toolchain))
    for name, digest in done.digests.items():
        click.echo(f"{name:<5} orders:{done.tag}  {digest}")
    click.echo(f"{counted(done.builds, 'image')} built; an image is an archive here (reduced)")
    return ExitCode.CLEAN if done.builds == 1 else ExitCode.FOUND


@click.command("deploy")
@click.argument("environment", type=click.Choice(["prod"]))
@click.argument("commit")
@options.debug
def deploy(environment: str, commit: str) -> None:
    """Deploy a COMMIT of the lab, and record it: a name of Git such as HEAD~1, or a message."""
    place = _place(None)
    if not deployment.revision(place, environment):
        raise ProjectError(f"lab {place.lab.number} deploys nothing", hint="scaffold lab list")
    with SystemToolchain() as toolchain, options.working("deploying"):
        done = releasing.release(place, environment, commit, toolchain)
    click.echo(f"{environment} runs {done.revision[:7]}: GET {done.path} {done.status}")


@click.group("cloud")
def cloud_group() -> None:
    """See and change the cloud of a lab, which is a file in lab-work: no account is needed."""


@cloud_group.command("ls")
@click.argument("where", default="", metavar="[ENVIRONMENT|hand]")
def cloud_ls(where: str) -> None:
    """List what is in the cloud: all, of an environment, or what was made by hand."""
    owner = cloud.BY_HAND if where == "hand" else cloud.owner(where) if where else ""
    found = [one for one in cloud.objects(_place(None)) if owner in {"", one.owner}]
    for one in found:
        click.echo(visible(f"{one.type:<44} {one.id:<44} {one.owner}"))
        if where == "hand":
            for name, value in one.values.items():
                click.echo(visible(f"  {name}: {value}"))
    click.echo(counted(len(found), "object"))


@cloud_group.command("plan")
@click.argument("environment")
@options.debug
def cloud_plan(environment: str) -> int:
    """Compare the cloud with the code; nothing is changed. 0: the same, 1: it differs."""
    place = _place(None)
    with SystemToolchain() as toolchain, options.working("planning"):
        exists = bool(cloud.objects(place, environment))
        done, differences = cloud.planned(place, environment, toolchain)
    if not exists:
        click.echo(f"{environment} does not exist: {counted(done.objects, 'object')} to add")
        return ExitCode.FOUND
    for one in done.before:
        click.echo(visible(f"{one.action} {one.address}"))
    for value in differences if done.before else ():
        here, code = json.dumps(value.cloud), json.dumps(value.code)
        click.echo(visible(f"{value.id}: {value.name} is {here}, the code has {code}"))
    if done.before:
        click.echo(f"{environment} differs from the code: {counted(len(done.before), 'object')}")
        return ExitCode.FOUND
    click.echo(f"{environment} matches the code: {counted(done.objects, 'object')}")
    return ExitCode.CLEAN


@cloud_group.command("apply")
@click.argument("environment")
@options.debug
def cloud_apply(environment: str) -> None:
    """Apply the code to the cloud."""
    place = _place(None)
    with SystemToolchain() as toolchain, options.working("applying"):
        done = cloud.apply(place, environment, toolchain)
    for one in done.before:
        click.echo(visible(f"{one.action} {one.address}"))
    click.echo(f"{environment} matches the code: {counted(done.objects, 'object')}")


@cloud_group.command("delete")
@click.argument("identifier", metavar="ID")
@options.debug
def cloud_delete(identifier: str) -> None:
    """Delete an object by hand."""
    gone = cloud.delete(_place(None), identifier)
    click.echo(visible(f"{gone.type} {gone.id} is deleted"))


COMMANDS = (run, open_, stop, run_pipeline, replace, deploy, cloud_group)
