"""The questions and their answers: one set of rules for prompts, flags, variables and files."""

from __future__ import annotations

import contextlib
import difflib
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

from scaffolder import __version__
from scaffolder.errors import AnswersError, ProjectError, RenderError, ScaffolderError
from scaffolder.formats import answers_file
from scaffolder.template import bundled, expressions, keep_list, question_types

FILE = answers_file.FILE
load = answers_file.load

Answer = str | tuple[str, ...]
Accept = Callable[[str], Answer]
Ask = Callable[["Question", tuple["Choice", ...], Answer | None, Accept], Answer]
"""Asks a person.

It gets the question, its choices at this point, the default, and a function that refuses a wrong
answer.
"""


class Repeated(tuple[str, ...]):
    """Different texts of one command line for one answer, in order: `--ci jenkins --ci gitlab`."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One value that a question allows, and the words a person reads for it."""

    value: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question of copier.yml; texts with marks are rendered with the answers before it.

    The marks are those of the template in `folder`; None is the embedded one.
    """

    name: str
    help: str
    default: Any
    choices: Any
    validator: str
    when: Any
    several: bool
    folder: Path | None = None
    placeholder: str = ""
    kind: str = "str"

    @property
    def flag(self) -> str:
        """Return the flag of the question; the service's name is the command's own argument."""
        return "scaffold new" if self.name == "service_name" else "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """Return the variable of the environment that answers it."""
        return f"SCAFFOLD_{self.name.upper()}"

    def choices_given(self, answers: Mapping[str, Answer]) -> tuple[Choice, ...]:
        """Return the choices, given earlier answers; empty for free text or if they are unknown."""
        choices = self.choices
        if not isinstance(choices, list | dict | None):
            choices = _listed(
                self.name, expressions.understood(str(choices), answers, self.folder) or "[]"
            )
        pairs = (
            choices.items()
            if isinstance(choices, dict)
            else (_pair(choice) for choice in choices or ())
        )
        return tuple(
            Choice(value=value, label=str(label))
            for label, choice in pairs
            if (value := _open_value(choice, answers, self.folder)) is not None
        )

    def why_closed(self, value: str, answers: Mapping[str, Answer]) -> str:
        """Return the reason for which these answers close the choice `value`, or "" without one."""
        if not isinstance(self.choices, dict):
            return ""
        for choice in self.choices.values():
            if isinstance(choice, dict) and choice.get("value") == value:
                reason = expressions.understood(
                    str(choice.get("validator", "")), answers, self.folder
                )
                return " ".join((reason or "").split())
        return ""

    def default_given(self, answers: Mapping[str, Answer]) -> Answer | None:
        """Return the default, or None if the question is required or Copier alone can tell."""
        if self.default is None:
            return None
        if self.several and isinstance(self.default, list):
            return tuple(str(item) for item in self.default)
        rendered = expressions.understood(
            question_types.text(self.kind, self.default), answers, self.folder
        )
        return (
            tuple(question_types.items(rendered))
            if self.several and rendered is not None
            else rendered
        )

    def asked_given(self, answers: Mapping[str, Answer]) -> bool:
        """Return whether the question applies, given earlier answers.

        True if Copier alone can tell.
        """
        when = expressions.understood(str(self.when), answers, self.folder)
        return when is None or when.strip().lower() not in {"", "false", "no", "0"}


@dataclass(frozen=True, kw_only=True)
class Record:
    """The origin of a repository: the release's tag, the template's address, and the answers.

    `fingerprint` is what `scaffold set` noted of them, "" where it did not; `stale` is whether they
    are others by now.
    """

    commit: str
    address: str
    answers: Mapping[str, object]
    fingerprint: str = ""
    stale: bool = False


@cache
def questions(folder: Path | None = None) -> tuple[Question, ...]:
    """Return all questions in order; `folder` is that of another template or release."""
    asked = {
        name: (
            entry if isinstance(entry, dict) else {"default": entry}
        )  # Copier's short form: `name: default`
        for name, entry in bundled.configuration(folder).items()
        if not name.startswith("_")
    }
    return tuple(
        Question(
            name=name,
            help=str(entry.get("help") or ""),
            default=entry.get("default"),
            choices=entry.get("choices"),
            validator=str(entry.get("validator") or ""),
            when=entry.get("when", True),
            several=entry.get("multiselect", False) or question_types.lists_words(entry),
            folder=folder,
            placeholder=entry.get("placeholder", ""),
            kind=question_types.of(entry),
        )
        for name, entry in asked.items()
        if entry.get("when") is not False
    )


def complete(
    given: Mapping[str, object],
    *,
    usual: Mapping[str, object] = MappingProxyType({}),
    places: Mapping[str, str] = MappingProxyType({}),
    proposed: Mapping[str, object] = MappingProxyType({}),
    ask: Ask | None = None,
    folder: Path | None = None,
) -> dict[str, Answer]:
    """Return every answer in order: `given`, else the result of `ask`, else the default.

    `usual` are defaults of the user's own, and `places` the line of each. One that does not fit a
    given answer (a region of another cloud) is left out. `proposed` are the template's own for a
    new repository. `folder` is that of another template: of the user's defaults it takes those that
    it understands, and a default that Copier alone can compute is left to it.

    Raises:
        AnswersError: a name is not a question, a value is not allowed, or an answer is missing for
        a question
        without a default.

    """
    refuse_unknown(given, folder)
    if ask is None:
        refuse_missing(questions(folder), {**usual, **given})
    answers: dict[str, Answer] = {}
    for question in questions(folder):
        if not question.asked_given(answers):
            if question.name in given:
                refusal = _not_asked(question, given[question.name], answers, folder)
                raise AnswersError(refusal, hint=f"leave {question.flag} out")
            continue
        if question.name in given:
            answers[question.name] = accepted(question, given[question.name], answers)
        else:
            try:
                own = _own_default(question, usual, answers)
            except AnswersError as error:
                place = places.get(question.name, "your own default")
                raise AnswersError(f"{place}: {error.message}", hint=error.hint) from error
            better = own or _proposal(question, proposed, answers)
            asking = ask if _has_effect(question, answers, folder) else None
            answer = _answered(question, answers, asking, better)
            if answer is not None:
                answers[question.name] = answer
    return answers


def _has_effect(question: Question, answers: Mapping[str, Answer], folder: Path | None) -> bool:
    """Return whether an answer changes anything beside the earlier ones.

    The template lists under `without_effect` what does not, with a condition. Such an answer is
    stored all the same, so that it is there when the other answer changes.
    """
    entry = bundled.configuration(folder).get("without_effect") or {}
    conditions = entry.get("default") if isinstance(entry, dict) else None
    condition = conditions.get(question.name) if isinstance(conditions, dict) else None
    if condition is None:
        return True
    holds = expressions.understood(str(condition), answers, folder)
    return holds is None or holds.strip().lower() in {"", "false", "no", "0"}


def _not_asked(
    question: Question, value: object, answers: Mapping[str, Answer], folder: Path | None
) -> str:
    """Return why an answer is refused that nothing asks for.

    The reason is the template's, or that of the question's validator.
    """
    complaint = _complaint(question, _as_answer(question, value), answers)
    return not_applicable(question.name, folder, otherwise=complaint)


def not_applicable(name: str, folder: Path | None = None, *, otherwise: str = "") -> str:
    """Return that a question is not asked beside the other answers, and why if that is known."""
    entry = bundled.configuration(folder).get("not_asked") or {}
    reasons = entry.get("default") if isinstance(entry, dict) else None
    reason = reasons.get(name) if isinstance(reasons, dict) else None
    reason = reason or otherwise
    return f"{name} does not apply to these answers" + (f": {reason}" if reason else "")


def proposals() -> Mapping[str, object]:
    """Return the answers that `scaffold new` proposes.

    The default is for repositories that exist.

    A new question's default renders what the release before it did, so that no update changes a
    repository unasked. If another answer is better for a new repository, the template has it under
    `proposed`; a text with marks is rendered with the answers before it.
    """
    entry = bundled.configuration().get("proposed") or {}
    found: Mapping[str, object] = entry.get("default") or {}
    return found


def refuse_never_allowed(name: str, value: object, beside: Mapping[str, object]) -> None:
    """Raise AnswersError if `value` cannot answer the question `name`, by any other answers.

    `beside` are answers that are known already. A condition on another answer (a region on its
    cloud) is tried with each choice of every question before it.
    """
    known: dict[str, Answer] = {}
    before: list[Question] = []
    for question in questions():
        if question.name == name:
            break
        before.append(question)
        answer = beside.get(question.name, question.default_given(known))
        if answer is not None and question.asked_given(known):
            known[question.name] = _as_answer(question, answer)
    contexts = [known]
    for earlier in before:
        contexts += [
            {**known, earlier.name: (choice.value,) if earlier.several else choice.value}
            for choice in earlier.choices_given(known)
        ]
    refused = [_refusal(question, value, context) for context in contexts]
    if refused[0] and all(refused):
        raise refused[0]


def _refusal(question: Question, value: object, known: Mapping[str, Answer]) -> AnswersError | None:
    """Return why `value` does not answer `question`, given the answers before it, or None."""
    try:
        accepted(question, value, known)
    except AnswersError as error:
        return error
    return None


def refuse_missing(asked: Iterable[Question], given: Mapping[str, object]) -> None:
    """Raise AnswersError with all applicable questions that have neither answer nor default."""
    known: dict[str, Answer] = {}
    lacking: list[Question] = []
    for question in asked:
        try:
            if not question.asked_given(known):
                continue
            if question.name in given:
                known[question.name] = _as_answer(question, given[question.name])
            elif question.default is None:
                lacking.append(question)
            elif (default := question.default_given(known)) is not None:
                known[question.name] = default
        except (
            ScaffolderError
        ):  # a bad answer, or a text that does not render: its next reader reports it
            continue
    if lacking:
        raise missing_answers(lacking)


def missing_answers(lacking: Sequence[Question]) -> AnswersError:
    """Return the error for questions without an answer."""
    names = tuple(question.name for question in lacking)
    verb = "has" if len(names) == 1 else "have"
    flags = ", ".join(f"{question.flag} VALUE" for question in lacking)
    variables = ", ".join(question.variable for question in lacking)
    return AnswersError(
        f"{_enumerated(names)} {verb} no answer", hint=f"{flags}, or set {variables}", missing=names
    )


def _enumerated(names: Sequence[str]) -> str:
    """Give "a", or "a, b and c"."""
    return " and ".join([part for part in (", ".join(names[:-1]), names[-1]) if part])


def refuse_unknown(given: Mapping[str, object], folder: Path | None = None) -> None:
    """Raise AnswersError for a name that is not a question of the template in `folder`."""
    known = [question.name for question in questions(folder)]
    for name in given:
        if name not in known:
            nearest = difflib.get_close_matches(name, known, n=1)
            raise AnswersError(
                f"unknown question {name!r}",
                hint=(
                    f"did you mean {nearest[0]}?"
                    if nearest
                    else f"the questions are {', '.join(known)}"
                ),
            )


def accepted(question: Question, value: object, answers: Mapping[str, Answer]) -> Answer:
    """`value` as an answer to `question`, given the answers before it.

    Raises:
        AnswersError: the value is not one of the choices, or the question's validator refuses it.

    """
    answer = _as_answer(question, value)
    choices = question.choices_given(answers)
    for item in answer if isinstance(answer, tuple) else (answer,):
        if choices and item not in {choice.value for choice in choices}:
            allowed = ", ".join(choice.value for choice in choices)
            raise AnswersError(
                f"{question.name} cannot be {item!r}: "
                + (question.why_closed(item, answers) or f"it is one of {allowed}"),
                hint=f"{question.flag} {_nearest(item, question, choices, answers)}",
            )
    if complaint := _complaint(question, answer, answers):
        shown = ",".join(answer) if isinstance(answer, tuple) else answer
        raise AnswersError(
            f"{question.name} cannot be {shown!r}: {complaint}", hint=_example(question)
        )
    return answer


def joined(question: Question, given: Repeated) -> tuple[str, ...]:
    """The answers that `given` are together.

    Raises:
        AnswersError: the question takes one answer.

    """
    if not question.several:
        first, second, *_ = given
        raise AnswersError(
            f"{question.name} is given twice: {first} and {second}",
            hint=f"{question.flag} {second}",
        )
    return tuple(dict.fromkeys(chain.from_iterable(question_types.items(text) for text in given)))


def _complaint(question: Question, answer: Answer, answers: Mapping[str, Answer]) -> str:
    """Return the objection of the question's kind or validator to an answer."""
    try:
        for item in answer if isinstance(answer, tuple) else (answer,):
            question_types.native(question.kind, item)
        said = (
            expressions.understood(
                question.validator, {**answers, question.name: answer}, question.folder
            )
            or ""
        )
    except ValueError:
        return f"must be {question_types.WORDS.get(question.kind, question.kind)}"
    return " ".join(said.split())


def _nearest(
    item: str, question: Question, choices: tuple[Choice, ...], answers: Mapping[str, Answer]
) -> str:
    """Return the choice that `item` may mean: one with a similar spelling, else the default."""
    values = [choice.value for choice in choices]
    default = question.default_given(answers)
    likely = [
        *difflib.get_close_matches(item.lower(), values, n=1),
        *([default] if isinstance(default, str) else []),
    ]
    return next((value for value in likely if value in values), values[0])


def command_line(answers: Mapping[str, Answer], *, name: str = "", template: str = "") -> str:
    """The command that gives the same answers again, without asking.

    `template` is what `--template` names, whose questions have no flags; the repository's `name` is
    an answer, if that template asks for it.
    """
    if template:
        first = f"scaffold new {shlex.quote(name)} --template {shlex.quote(template)}"
        pairs = (
            f"-d {shlex.quote(f'{key}={_text(answer)}')}"
            for key, answer in answers.items()
            if key != "service_name"
        )
        return " ".join([first, *pairs])
    words = ["scaffold new", _text(answers["service_name"])]
    words += [
        f"--{name.replace('_', '-')} {shlex.quote(_text(answer))}"
        for name, answer in answers.items()
        if name != "service_name"
    ]
    return " ".join(words)


def recorded(root: Path) -> Record:
    """Return the record of the repository at `root`.

    Raises:
        ProjectError: it records nothing, or not which template made it.
        AnswersError: the record does not parse.

    """
    require_record(root)
    content = answers_file.content(root / FILE)
    commit, address = content.pop("_commit", None), content.pop("_src_path", None)
    if not isinstance(commit, str) or not isinstance(address, str):
        raise ProjectError(
            f"{root / FILE} does not name the template of the repository",
            hint=(
                f"it needs _commit, a release such as v{__version__}, and _src_path, such as"
                f" {bundled.SOURCE}"
            ),
        )
    text = (root / FILE).read_text(encoding="utf-8")
    noted = answers_file.fingerprint_in(text)
    return Record(
        commit=commit,
        address=address,
        fingerprint=noted,
        stale=bool(noted) and noted != answers_file.right_fingerprint(text),
        answers={key: value for key, value in content.items() if not key.startswith("_")},
    )


def require_record(root: Path) -> None:
    """Raise if `root` is not a generated repository.

    Raises:
        ProjectError: naming the folder above that is one.

    """
    if not (root / FILE).is_file():
        if keep_list.checks_only(root):
            raise ProjectError(
                f"in {root} the checks were adopted, and nothing of the template",
                hint=(
                    "scaffold check and scaffold status work; scaffold adopt --everything brings"
                    " the rest"
                ),
            )
        above = next(
            (folder for folder in root.resolve().parents if (folder / FILE).is_file()), None
        )
        known = f"{above} has one: give that folder" if above else ""
        raise ProjectError(
            f"{root} has no {FILE}",
            hint=known or "was it made with `scaffold new`? give the folder that was",
        )


def _own_default(
    question: Question, usual: Mapping[str, object], known: Mapping[str, Answer]
) -> Answer | None:
    """Return the user's own default; None if absent, or if given answers exclude it.

    Raises:
        AnswersError: the user's own defaults exclude each other.

    """
    if question.name not in usual:
        return None
    refused = _refusal(question, usual[question.name], known)
    if refused is None:
        return accepted(question, usual[question.name], known)
    if question.folder is not None:
        return None
    asked = {question.name: question for question in questions()}
    if all(
        known[name] == _as_answer(asked[name], value)
        for name, value in usual.items()
        if name in known
    ):
        raise refused
    return None


def _proposal(
    question: Question, proposed: Mapping[str, object], known: Mapping[str, Answer]
) -> Answer | None:
    """Return what the template proposes; None where it proposes nothing for these answers."""
    text = proposed.get(question.name)
    if text is None:
        return None
    rendered = expressions.understood(str(text), known, question.folder)
    return rendered.strip() or None if rendered else None


def _answered(
    question: Question,
    answers: Mapping[str, Answer],
    ask: Ask | None,
    own: Answer | None = None,
) -> Answer | None:
    """Return the answer of a person, else the default; None where Copier is to compute it."""
    default = question.default_given(answers) if own is None else own
    choices = question.choices_given(answers)
    only_one = len(choices) == 1 and default is not None
    if ask is not None and not only_one:
        return ask(question, choices, default, lambda typed: accepted(question, typed, answers))
    if default is None and question.default is not None and question.folder is not None:
        return None
    if default is None:
        raise missing_answers([question])
    return accepted(question, default, answers)


def _as_answer(question: Question, value: object) -> Answer:
    if isinstance(value, Repeated):
        value = joined(question, value)
    if question.several and not (question.kind == "yaml" and question_types.is_nested(value)):
        items = (
            map(str, value) if isinstance(value, list | tuple) else question_types.items(str(value))
        )
        return tuple(dict.fromkeys(item.strip() for item in items if item.strip()))
    if isinstance(value, dict | list | tuple) and question.kind not in {"json", "yaml"}:
        raise AnswersError(f"{question.name} takes one value", hint=f"{question.flag} VALUE")
    return question_types.text(question.kind, value)


def _listed(name: str, text: str) -> Any:
    """The choices in a text of YAML.

    Raises:
        RenderError: the template makes no list of them.

    """
    import yaml

    from scaffolder.formats import yaml as bounds

    with contextlib.suppress(yaml.YAMLError):
        bounds.refuse_unbounded(text)
        if isinstance(listed := yaml.safe_load(text), list | dict | None):
            return listed
    raise RenderError(f"the template does not render: the choices of {name} are not a list")


def _pair(choice: Any) -> tuple[Any, Any]:
    return tuple(choice) if isinstance(choice, list) and len(choice) == 2 else (choice, choice)


def _open_value(choice: Any, answers: Mapping[str, Answer], folder: Path | None) -> str | None:
    """Return a choice's value; None if its validator closes it, or Copier alone can tell it."""
    if isinstance(choice, dict):
        if expressions.understood(str(choice.get("validator", "")), answers, folder):
            return None
        choice = choice.get("value")
    return expressions.understood(str(choice), answers, folder)


def _example(question: Question) -> str:
    return f"for example {question.placeholder}" if question.placeholder else ""


def _text(answer: Answer) -> str:
    return ",".join(answer) if isinstance(answer, tuple) else answer
