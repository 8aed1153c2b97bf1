"""From what was found in a repository to answers to the template's questions."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from scaffolder.adopt import charts, detect, languages, names, operations, ports, single
from scaffolder.adopt.found import Found
from scaffolder.errors import AnswersError
from scaffolder.repository import files
from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.repository.facts import services
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import RUNTIMES
from scaffolder.template import answers
from scaffolder.template.answers import Answer

_OWNER = (
    r"^https://([\w-]+)\.visualstudio\.com/"
    r"|^(?:\w+://)?(?:[^@/]+@)?[\w-]+(?:\.[\w-]+)+(?::\d+/|[:/])(?:scm/|v3/)?([A-Za-z0-9][A-Za-z0-9-]*)/"
)
"""The first folder behind the host, whose name has a dot: a local path names no owner."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Answers, what each comes from, and what is there already beside them."""

    answers: dict[str, Answer]
    found: tuple[Found, ...]
    there: tuple[Found, ...]

    def thing(self, name: str) -> Found | None:
        """Return a detected property that is not a question: "port", "chart"."""
        return next((one for one in self.there if one.name == name), None)


def of(
    project: Project,
    whole: Project | None,
    remote: str,
    given: Mapping[str, object],
    usual: Mapping[str, object] | None = None,
) -> Proposal:
    """Return the answers for the repository; `given` ones win, `remote` is its address or "".

    `whole` is the larger repository that the project is a folder of: it may answer what the project
    leaves open. The rest is as `usual`, which is what the user has set, else the default.

    Raises:
        AnswersError: a given answer is invalid or not allowed, or no file tells what the service is
        written in. ProjectError: the folder holds several services.

    """
    usual = usual or {}
    answers.refuse_unknown({**usual, **given})
    refuse(project, given)
    found = {one.name: one for one in _detected(project, whole, remote, {**usual, **given}) if one}
    for name, value in given.items():
        found[name] = Found(name=name, value=_text(value), note="given")
    proposed: dict[str, Answer] = {}
    shown: list[Found] = []
    for question in answers.questions():
        if not question.asked_given(proposed):
            if question.name in given:
                raise AnswersError(
                    f"{question.name} does not apply to these answers",
                    hint=f"leave {question.flag} out",
                )
            continue
        one = found.get(question.name) or _unsaid(question, usual, proposed)
        if question.name not in given:
            one = _allowed(question, one, proposed)
        proposed[question.name] = answers.accepted(
            question, given.get(question.name, one.value), proposed
        )
        shown.append(one)
    things = (
        ports.port(project),
        detect.image(project),
        charts.chart(project),
        detect.manifests(project),
        detect.infrastructure(project),
    )
    return Proposal(answers=proposed, found=tuple(shown), there=tuple(one for one in things if one))


def refuse(project: Project, given: Mapping[str, object]) -> None:
    """Stop where the folder is not one service that the template can have.

    Raises:
        ProjectError: it holds several services, or is in another language.
        AnswersError: no file tells its language.

    """
    single.one_service(project)
    if "runtime" in given:
        return
    languages.refuse_another(project)
    if detect.runtime(project) is None:
        below = [
            f"scaffold adopt {folder.as_posix()}, or "
            for folder in services.folders(project)
            if folder != services.HERE
        ]
        raise AnswersError(
            "no file names the service's language",
            hint=f"{''.join(below[:1])}--runtime {'|'.join(RUNTIMES)}",
            missing=("runtime",),
        )


def for_checks(
    project: Project, whole: Project | None, remote: str, given: Mapping[str, object]
) -> Proposal:
    """The answers that an adoption of the checks alone records: what is found and given.

    A version, a language or a name that the template does not have is none of its business.

    Raises:
        AnswersError: a given answer is none, or means something to the whole template only.

    """
    answers.refuse_unknown(given)
    for name in given:
        if name not in FOR_CHECKS:
            raise AnswersError(
                f"{name} means nothing to the checks alone",
                hint="add --everything, or leave it out",
            )
    found = {one.name: one for one in _stated(project, whole, remote) if one}
    found |= {name: Found(name=name, value=_text(it), note="given") for name, it in given.items()}
    recorded: dict[str, Answer] = {}
    for question in answers.questions():
        if question.name not in FOR_CHECKS or question.name not in found:
            continue
        value = found[question.name].value
        if question.name in given:
            recorded[question.name] = answers.accepted(question, value, recorded)
        else:
            recorded[question.name] = tuple(value.split(",")) if question.several else value
    shown = tuple(found[name] for name in recorded)
    return Proposal(answers=recorded, found=shown, there=())


FOR_CHECKS = ("service_name", "organization", "team", "runtime", "runtime_version", "ci")
"""The questions that describe a repository which takes the checks alone."""


def command_line(path: str, proposal: Proposal, scope: str = "") -> str:
    """The command that takes the same answers again."""
    words = ["scaffold adopt", *([shlex.quote(path)] if path != "." else [])]
    words += [scope] if scope else []
    words += [
        f"--{name.replace('_', '-')} {shlex.quote(_text(answer))}"
        for name, answer in proposal.answers.items()
    ]
    return " ".join(words)


def _stated(project: Project, whole: Project | None, remote: str) -> list[Found | None]:
    """Return the repository's answers for FOR_CHECKS."""
    runtime = detect.runtime(project)
    inside = project.root.relative_to(whole.root).as_posix() if whole else ""
    return [
        names.name(project, "" if whole else remote, _ANY, whole),
        _organization(remote),
        detect.team(project) or (_outside(detect.team(whole, inside)) if whole else None),
        runtime,
        _version(project, whole, runtime.value) if runtime else None,
        _pipelines(project, whole) or _host(remote),
    ]


_ANY = 100
"""Letters of a name that no cluster has to take."""


def _detected(
    project: Project, whole: Project | None, remote: str, known: Mapping[str, object]
) -> list[Found | None]:
    def either(look: Callable[[Project], Found | None]) -> Found | None:
        return look(project) or (_outside(look(whole)) if whole else None)

    cloud = either(operations.cloud)
    where = str(known.get("cloud", cloud.value if cloud else "none"))
    stated = {one.name: one for one in _stated(project, whole, remote) if one}
    written_in = str(known.get("runtime", _value(stated.get("runtime"))))
    return [
        *stated.values(),
        None
        if "service_name" in known
        else names.name(project, "" if whole else remote, whole=whole),
        _version(project, whole, written_in),
        cloud,
        either(lambda one: operations.region(one, where)),
        either(operations.chat),
    ]


def _value(found: Found | None) -> str:
    return found.value if found else ""


def _version(project: Project, whole: Project | None, runtime: str) -> Found | None:
    return detect.version(project, runtime) or (
        _version_at_the_top(whole, runtime) if whole else None
    )


def _pipelines(project: Project, whole: Project | None) -> Found | None:
    found = detect.pipelines(project)
    return found or (_outside(detect.pipelines(whole)) if whole else None)


def has_pipelines(project: Project, whole: Project | None) -> bool:
    """Return whether the repository has a pipeline of its own, of any system."""
    others = (files.unread_pipelines(one) for one in (project, whole) if one is not None)
    return _pipelines(project, whole) is not None or any(others)


def _version_at_the_top(whole: Project, runtime: str) -> Found | None:
    """Return the version that a larger repository sets for all its parts.

    Its other services are neither asked nor read.
    """
    top = {file.name for file in whole.files if len(file.parts) == 1}
    return _outside(detect.version(Project(whole.root, only=top), runtime)) if top else None


def _outside(found: Found | None) -> Found | None:
    outside = "at the top of the larger repository"
    return (
        replace(found, note=f"{outside}; {found.note}" if found.note else outside)
        if found
        else None
    )


def _organization(remote: str) -> Found | None:
    found = re.search(_OWNER, remote)
    owner = next((one for one in found.groups() if one), "") if found else ""
    return Found(name="organization", value=owner, note="git remote origin") if owner else None


def _host(remote: str) -> Found | None:
    names = [name for name, one in CI_SYSTEMS.items() if one.HOST and re.search(one.HOST, remote)]
    return Found(name="ci", value=names[0], note="git remote origin") if names else None


def _unsaid(
    question: answers.Question, usual: Mapping[str, object], proposed: Mapping[str, Answer]
) -> Found:
    """Return the user's setting for an answer that the repository leaves open, else the default."""
    if question.name in usual and question.name not in _OF_THE_REPOSITORY:
        value = _text(usual[question.name])
        one = Found(name=question.name, value=value, note="your own default or preset")
        allowed = _allowed(question, one, proposed)
        if allowed.value == value:
            return one
    if question.name == "cloud":
        return Found(name="cloud", value="none", note="nothing here speaks of a cloud")
    return _default(question, proposed)


_OF_THE_REPOSITORY = frozenset({"service_name", "runtime", "runtime_version"})
"""Questions about the repository itself, whatever its user's defaults."""


def _default(question: answers.Question, proposed: Mapping[str, Answer]) -> Found:
    default = question.default_given(proposed)
    return Found(name=question.name, value=_text(default or ""), note="default")


def _allowed(question: answers.Question, one: Found, proposed: Mapping[str, Answer]) -> Found:
    """Return the detected value if allowed.

    Else the next newer version, or the default, with a note.
    """
    choices = [choice.value for choice in question.choices_given(proposed)]
    try:
        answers.accepted(question, one.value, proposed)
    except AnswersError:
        newer = [choice for choice in choices if _number(choice) >= _number(one.value)]
        instead = (
            newer[0]
            if newer and question.name == "runtime_version"
            else _default(question, proposed).value
        )
        offered = f"; the template has {', '.join(choices)}" if choices else ""
        return replace(one, value=instead, note=f"{one.value} was found{offered}")
    return one


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _text(value: object) -> str:
    return ",".join(str(item) for item in value) if isinstance(value, list | tuple) else str(value)
