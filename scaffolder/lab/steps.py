"""The steps of a lab: changes to its repository, to its cloud, and to its records."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from scaffolder.checks import faults
from scaffolder.lab import cloud, deployment, history, judging, pipeline, releasing
from scaffolder.lab.lab import Step, data
from scaffolder.lab.place import ANSWERS, Place
from scaffolder.operate import postmortem
from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.update import run as updating
from scaffolder.update.engine import Request

Values = Mapping[str, Any]


def carry_out(place: Place, steps: Iterable[Step], toolchain: SystemToolchain) -> None:
    """Carry out steps one after the other.

    Raises:
        ValueError: a file is not as an edit expects it.
        ToolError: a program that a step needs is missing or fails.

    """
    for step in steps:
        KINDS[step.kind](place, step.values, toolchain)


def _edit(place: Place, values: Values, _: SystemToolchain) -> None:
    faults.edit(dict(values)).make(place.root)


def _copy(place: Place, values: Values, _: SystemToolchain) -> None:
    target = place.root / values["to"]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data(place.lab.id, values["file"]).read_bytes())


def _commit(place: Place, values: Values, toolchain: SystemToolchain) -> None:
    history.commit(place.root, values["message"], toolchain)


def _revert(place: Place, values: Values, toolchain: SystemToolchain) -> None:
    history.revert(place.root, values["message"], toolchain)


def _answer_commit(place: Place, values: Values, toolchain: SystemToolchain) -> None:
    key, found = values["key"], history.find(place.root, values["message"], toolchain)
    faults.edit({"file": ANSWERS, "line": f"{key}:", "new": f"{key}: {found}"}).make(place.root)


def _pipeline(place: Place, _: Values, toolchain: SystemToolchain) -> None:
    pipeline.run(place, builds_again=judging.builds_again(place, toolchain))


def _set(place: Place, values: Values, _: SystemToolchain) -> None:
    updating.update(Request(root=place.root, given=dict(values["answers"]), answers_only=True))


def _deploy(place: Place, values: Values, toolchain: SystemToolchain) -> None:
    commit = history.find(place.root, values["message"], toolchain)
    deployment.deploy(place, values["environment"], commit, toolchain)


def _release(place: Place, values: Values, toolchain: SystemToolchain) -> None:
    releasing.release(place, values["environment"], values["message"], toolchain)


def _record(place: Place, values: Values, _: SystemToolchain) -> None:
    at = datetime.datetime.fromisoformat(values["at"])
    deployment.record(place, values["event"], at, values["text"], values["source"])


def _postmortem(place: Place, values: Values, toolchain: SystemToolchain) -> None:
    records = [place.root / deployment.RECORDS]
    postmortem.new(place.root, values["title"], records, toolchain)


def _cloud_apply(place: Place, values: Values, toolchain: SystemToolchain) -> None:
    cloud.apply(place, values["environment"], toolchain)


def _cloud_change(place: Place, values: Values, _: SystemToolchain) -> None:
    cloud.change(place, values["type"], values["id"], values["set"])


def _cloud_add(place: Place, values: Values, _: SystemToolchain) -> None:
    cloud.add(place, values["type"], values["id"], values["values"])


def _cloud_delete(place: Place, values: Values, _: SystemToolchain) -> None:
    cloud.delete(place, values["id_of"])


KINDS: Mapping[str, Callable[[Place, Values, SystemToolchain], None]] = {
    "edit": _edit,
    "copy": _copy,
    "commit": _commit,
    "pipeline": _pipeline,
    "set": _set,
    "revert": _revert,
    "deploy": _deploy,
    "release": _release,
    "record": _record,
    "postmortem": _postmortem,
    "answer-commit": _answer_commit,
    "cloud-apply": _cloud_apply,
    "cloud-change": _cloud_change,
    "cloud-add": _cloud_add,
    "cloud-delete": _cloud_delete,
}
