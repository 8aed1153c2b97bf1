"""Whether a lab is solved: one verdict for each criterion, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffolder import checks
from scaffolder.errors import ScaffolderError, ToolError, ToolMissing
from scaffolder.lab import (
    alarm,
    climb,
    cloud,
    deployment,
    history,
    live,
    pipeline,
    rollout,
    runtimes,
    writing,
)
from scaffolder.lab.judge import Light, Verdict, digest, of_checks, others
from scaffolder.lab.lab import Lab, LabCriterion
from scaffolder.lab.place import ANSWERS, Place
from scaffolder.lab.scene import Scene
from scaffolder.model import Blocked
from scaffolder.template import manifest
from scaffolder.tools.toolchain import SystemToolchain

_FORMS = {"timeline": "recorded"}
"""Parts of a post-mortem about an incident that was recorded."""

_PROMOTES = "EN006"
"""The check that the digest of qa reaches prod."""

_DIGEST = len("sha256:") + 12

_SHORTEST = 7
"""Characters of a commit that Git shows at least."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A light, its reason, and "reduced" or "recorded" if that is what was looked at."""

    light: Light
    reason: str = ""
    form: str = ""


def judge(
    place: Place, started: Mapping[str, str], only: Iterable[str] = ()
) -> tuple[Verdict, ...]:
    """Return a verdict for each criterion, or for those with the ids `only`.

    The checks run without the settings and waivers of the repository, so that no fault is waived
    away. A criterion whose program is missing is "cannot tell", with the command that installs it.
    """
    wanted = set(only)
    with SystemToolchain() as toolchain:
        scene = Scene(place, started, toolchain)
        return tuple(
            verdict(one, scene) for one in place.lab.criteria if not wanted or one.id in wanted
        )


def digests(place: Place) -> dict[str, str]:
    """Return a digest of each file that must stay as it is."""
    names = [one.values["file"] for one in place.lab.criteria if one.kind == "unchanged"]
    return {name: digest(place.root / name) for name in names}


def verdict(criterion: LabCriterion, scene: Scene) -> Verdict:
    """Return the verdict of one criterion; an error of a program is not red."""
    if criterion.kind in {"check", "others"}:
        return _of_checks(criterion, scene)
    try:
        outcome = KINDS[criterion.kind](criterion, scene)
    except ToolMissing as error:
        reason = f"{error.message}: {error.hint}" if error.hint else error.message
        outcome = Outcome(light=Light.CANNOT_TELL, reason=reason)
    except (Blocked, ToolError) as error:
        outcome = Outcome(light=Light.CANNOT_TELL, reason=str(error))
    except (ScaffolderError, ValueError, OSError) as error:
        outcome = Outcome(light=Light.RED, reason=str(error))
    return Verdict(
        criterion=criterion, light=outcome.light, reason=outcome.reason, form=outcome.form
    )


def _of_checks(criterion: LabCriterion, scene: Scene) -> Verdict:
    lab: Lab = scene.place.lab
    if criterion.kind == "check":
        asked = [one for one in checks.every() if one.id == criterion.values["select"]]
    else:
        left_out = lab.checks | frozenset(criterion.values.get("ignore", ()))
        asked = others(left_out)
    return of_checks(criterion, asked, scene.project, scene.toolchain)


def _green(reason: str = "", form: str = "") -> Outcome:
    return Outcome(light=Light.GREEN, reason=reason, form=form)


def _red(reason: str) -> Outcome:
    return Outcome(light=Light.RED, reason=reason)


def _cannot_tell(reason: str) -> Outcome:
    return Outcome(light=Light.CANNOT_TELL, reason=reason)


def _unchanged(criterion: LabCriterion, scene: Scene) -> Outcome:
    file = criterion.values["file"]
    found = digest(scene.place.root / file)
    if found == scene.started.get(file):
        return _green()
    return _red(f"{file} {'was changed' if found else 'is missing'}, and it has to stay as it was")


def _holds(criterion: LabCriterion, scene: Scene) -> Outcome:
    file, text = criterion.values["file"], criterion.values["text"]
    if not scene.project.has(file):
        return _red(f"{file} is missing")
    if text in scene.project.text(file):
        return _green()
    return _red(f"{file} does not have {text!r}")


def _answer(criterion: LabCriterion, scene: Scene) -> Outcome:
    key, wanted = criterion.values["key"], criterion.values["value"]
    given = scene.written.get(key, "")
    if not given:
        return _red(f"{ANSWERS} has no answer for {key}")
    if given.lower() in {one.strip().lower() for one in str(wanted).split("|")}:
        return _green()
    return _red(f"{ANSWERS}: {key}: {given} is not it")


def _serves(criterion: LabCriterion, scene: Scene) -> Outcome:
    """Run the service on the runtime that the image brings, and ask for a path."""
    track, path = scene.place.lab.form["track"], criterion.values["path"]
    version = scene.image_version
    name = runtimes.NAMES[track]
    if not version:
        return _red(f"no image names the {name} version that it brings")
    installed = runtimes.find(scene.place.folder, track, version)
    if installed is None:
        return _not_run(scene, track, version)
    with live.running(scene.place.root, installed) as port:
        health, answer = live.ask(port, "/readyz"), live.ask(port, path)
    words = f"prod runs {name} {version}: GET /readyz {health.status if health else 'nothing'}"
    if answer is None:
        return _red(f"{words}, GET {path} no answer")
    if answer.status == live.OK:
        return _green(f"prod runs {name} {version}: GET {path} 200")
    return _red(f"{words}, GET {path} {answer.status} {answer.text}")


def _not_run(scene: Scene, track: str, version: str) -> Outcome:
    """Return the verdict without the runtime: whether it is the required one."""
    form = scene.place.lab.form
    get = runtimes.how_to_get(track, version)
    words = f"{runtimes.NAMES[track]} {version} is not installed: {get}"
    if version == form["stated"]:
        return _green(f"the image brings what the service is written for; {words}", "reduced")
    return Outcome(light=Light.CANNOT_TELL, reason=words)


def _no_drift(criterion: LabCriterion, scene: Scene) -> Outcome:
    environment = criterion.values["environment"]
    if not cloud.objects(scene.place, environment):
        return _red(f"{environment} does not exist in the cloud")
    done = cloud.plan(scene.place, environment, scene.toolchain)
    if not done.before:
        return _green()
    words = "; ".join(f"{one.action} {one.address}" for one in done.before)
    return _red(f"{environment} differs from the code: {words}")


def _absent(criterion: LabCriterion, scene: Scene) -> Outcome:
    wanted = criterion.values["id_of"]
    if any(one.id == wanted for one in cloud.objects(scene.place)):
        return _red("something is in the cloud that no code has made")
    return _green()


def _responds(criterion: LabCriterion, scene: Scene) -> Outcome:
    """Start the generated service with the settings of an environment, and ask for a path."""
    environment = criterion.values["environment"]
    return _asked(scene, scene.place.root, environment, criterion)


def _asked(scene: Scene, root: Path, environment: str, criterion: LabCriterion) -> Outcome:
    path = criterion.values["path"]
    with live.generated(root, scene.place.name, environment) as port:
        answer = live.ask(port, path)
    if answer is None:
        return _red(f"{environment}: GET {path} no answer")
    words = f"{environment}: GET {path} {answer.status}"
    if answer.status != live.OK or criterion.values["text"] not in answer.text:
        return _red(f"{words} {answer.text}")
    return _green(words)


def builds_again(place: Place, toolchain: SystemToolchain) -> bool:
    """Return whether the pipeline of the repository brings another digest to prod."""
    criterion = LabCriterion(id="once", kind="check", title="", values={"select": _PROMOTES})
    return _of_checks(criterion, Scene(place, {}, toolchain)).light is Light.RED


def _one_digest(_: LabCriterion, scene: Scene) -> Outcome:
    """Compare what the last run of the pipeline deployed to qa and to prod."""
    ran = pipeline.last(scene.place)
    if ran is None:
        return _red("the pipeline has not run yet")
    qa, prod = ran.digests["qa"], ran.digests["prod"]
    words = f"qa {qa[:_DIGEST]}, prod {prod[:_DIGEST]}"
    if qa != prod:
        return _red(f"the same tag, and other bytes: {words}")
    return _green(f"{words}; images are archives here", "reduced")


def _no_request_lost(_: LabCriterion, scene: Scene) -> Outcome:
    """Replace each server, or pod, of the repository while users ask."""
    root = scene.place.root
    serving = rollout.serving(root)
    number, kind = serving.number, serving.kind
    users = rollout.replaced(root, number)
    replaced = f"the {kind} was" if number == 1 else f"{number} {kind}s were"
    words = f"{users.failed} of {users.requests} requests failed while {replaced} replaced"
    if users.failed:
        return _red(words)
    return _green(f"{words}; processes of this machine are the {kind}s", "reduced")


def _prod_responds(criterion: LabCriterion, scene: Scene) -> Outcome:
    """Start what is deployed to prod, and ask for a path."""
    return _asked(scene, deployment.folder(scene.place, "prod"), "prod", criterion)


def _post_mortem(criterion: LabCriterion, scene: Scene) -> Outcome:
    problem = writing.problem(scene.place.root, criterion.values["part"])
    return _red(problem) if problem else _green(form=_FORMS.get(criterion.values["part"], ""))


def _generated(criterion: LabCriterion, scene: Scene) -> Outcome:
    """Compare a file with what the template gives for the answers of the repository."""
    file = criterion.values["file"]
    path = scene.place.root / file
    if not path.is_file():
        return _red(f"{file} is missing")
    written = scene.generated.get(Path(file))
    if written is None:
        return _red(f"{file} was written by hand: no answer of the repository gives it")
    if manifest.entry(path).blob != written.blob:
        return _red(f"{file} differs from what the answers of the repository give")
    return _green()


def _climbed(criterion: LabCriterion, scene: Scene) -> Outcome:
    rungs = climb.rungs(criterion.values["rungs"])
    problem = climb.problem(scene.place.root, rungs, scene.toolchain)
    return _red(problem) if problem else _green()


def _named_commit(criterion: LabCriterion, scene: Scene) -> Outcome:
    key = criterion.values["key"]
    given = scene.written.get(key, "")
    if not given:
        return _red(f"{ANSWERS} has no answer for {key}")
    wanted = history.find(scene.place.root, criterion.values["message"], scene.toolchain)
    if len(given) >= _SHORTEST and wanted.startswith(given.lower()):
        return _green()
    return _red(f"{ANSWERS}: {key}: {given} is not it")


def _chat_rings(_: LabCriterion, scene: Scene) -> Outcome:
    rung = scene.alarm
    if rung.late:
        return _cannot_tell(rung.late)
    users = f"{rung.failed} of {rung.requests} requests failed"
    if rung.called is None:
        heard = "a message came and called no one" if rung.messages else "no message"
        return _red(f"{heard} in {alarm.WITHIN:g} s, while {users}")
    if not rung.runbook:
        return _red(f"the call after {rung.called:.1f} s does not name an action")
    return _green(f"the team was called {rung.called:.1f} s after the fault")


def _chat_resolves(_: LabCriterion, scene: Scene) -> Outcome:
    rung = scene.alarm
    if late := rung.late or rung.end_late:
        return _cannot_tell(late)
    if rung.called is None:
        return _red("the team was not called, so no end was told")
    if rung.over is None:
        return _red(f"the end was not told within {alarm.RESOLVED_WITHIN:g} s")
    return _green(
        f"the end was told {rung.over:.1f} s after the fix; alert windows are 60 times shorter here"
    )


KINDS: Mapping[str, Callable[[LabCriterion, Scene], Outcome]] = {
    "unchanged": _unchanged,
    "holds": _holds,
    "answer": _answer,
    "serves": _serves,
    "applied": _no_drift,
    "no-drift": _no_drift,
    "absent": _absent,
    "responds": _responds,
    "named-commit": _named_commit,
    "prod-responds": _prod_responds,
    "post-mortem": _post_mortem,
    "generated": _generated,
    "climbed": _climbed,
    "one-digest": _one_digest,
    "no-request-lost": _no_request_lost,
    "chat-rings": _chat_rings,
    "chat-resolves": _chat_resolves,
}
