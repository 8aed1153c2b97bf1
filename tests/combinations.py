"""Combinations of answers: every value, every pair, every triple that is valid together (covertable)."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from itertools import combinations, product

from covertable import make

from scaffolder.errors import AnswersError
from scaffolder.template import answers, pairwise
from scaffolder.template.answers import Answer
from scaffolder.template.pairwise import Pairs

Combination = dict[str, Answer]
Group = frozenset[tuple[str, str]]
"""Questions and values that stand together."""

_IDENTITY = {"service_name": "my-service"}
LONGEST = "customer-notification-preferences-api-v2"
"""A name of 40 characters; a longer one is refused."""
_TEXT = ("organization", "team", "region", "platform", "domain", "network_range")
"""Questions without choices: the default stands for them here, odd names are tests of their own."""
_OF_A_COMPANY = ("network", "private_ca", "outside_production")
"""Questions of a company, about its network and what it spends: rows of their own, which have all of them."""
_OTHER_WAYS = ("rollout",)
"""How a release takes over: its own values are rows of their own, because they change the same few files."""
_OF_LOAD = {"level": "fast"}
"""A value of a question that changes the pipelines alone, and is closed to much: rows of their own."""
_OF_SERVERS = ("runs_on", "servers")
"""Questions about servers: rows of their own, because most of the others are closed to them."""
_HOSTS = {"git_host": "git.acme.io", "runner": "acme-linux"}
_SMALL = {"outside_production": "cheaper", "network_range": "10.87.0.0/16"}
_MIRRORS = {
    "network": "company",
    "image_mirror": "registry.acme.io/mirror",
    "tool_mirror": "https://mirror.acme.io",
    "package_index": "https://packages.acme.io/index",
    "private_ca": "file",
    "proxy": "http://proxy.acme.io:3128",
}
_OF_A_SERVICE = ("runtime", "runtime_version", "workload", "deploy", "monitoring", "secrets")
"""Questions that are asked of a service alone."""
_OF_A_CLOUD = ("cluster", "platform_parts", "oidc_provider", "accounts", "nodes")
"""Questions that are asked of some clouds alone, in their order: one axis with the cloud."""


@cache
def covering(strength: int) -> tuple[Combination, ...]:
    """Combinations that hold every valid group of `strength` values of different questions, completed and distinct.

    Of pairs, a shared cluster and separate accounts meet each value but the older versions of a runtime.
    """
    axes = _axes()
    if strength == 1:
        return _distinct(map(_completed, _made(axes, 1)))
    apart = [value for value in axes["cloud"] if _is_apart(value)]
    others = [value for value in axes["cloud"] if value not in apart]
    rows = _made({**axes, "cloud": others}, strength)
    if strength < 3:
        newest = {value.split()[0]: value for value in axes["runtime"]}
        axes["runtime"] = list(newest.values())
        rows += _made({**axes, "cloud": apart}, strength)
        return _distinct(map(_completed, [*rows, *_platforms(axes)]))
    # Each of these rows has one answer that all of its group have: with it, a pair is a triple.
    for answer in ("cluster=shared", "platform_parts=existing", "accounts=each"):
        clouds = [value for value in apart if answer in value]
        rows += _made({**axes, "cloud": clouds}, 2)
    rows += _made({**axes, "cloud": list(_clouds(of_three=True))}, 1)
    return _distinct(map(_completed, [*rows, *_platforms(axes)]))


def _platforms(axes: dict[str, list[str]]) -> Iterator[dict[str, str]]:
    """Yield each pair of answers that a platform is asked; its repository has few of a service's files."""
    asked = {name: values for name, values in axes.items() if name not in _OF_A_SERVICE}
    for row in _made({**asked, "cloud": list(_clouds("platform"))}, 2):
        yield {"kind": "platform", **row}


def _made(axes: dict[str, list[str]], strength: int) -> list[dict[str, str]]:
    pipelines = [name for name in axes if ":" in name]
    some_pipeline = {
        "operator": "or",
        "conditions": [{"operator": "eq", "left": name, "value": "yes"} for name in pipelines],
    }
    constraints = [some_pipeline] if len(pipelines) > 1 else []
    return list(make(axes, strength=strength, constraints=constraints))


def other_environments() -> tuple[Combination, ...]:
    """Two, three and five environments, each with other answers; no name that all other rows have but dev and prod."""
    rows: tuple[dict[str, object], ...] = (
        {
            "environments": ["dev", "prod"],
            "cloud": "aws",
            "ci": ["github", "azure-devops"],
            **_SMALL,
        },
        {"environments": ["alpha", "beta", "live"], "cloud": "none", "ci": ["jenkins"]},
        {
            "environments": ["dev", "test", "staging", "preprod", "production"],
            "cloud": "azure",
            "ci": ["gitlab", "github"],
            "deploy": "terraform",
            "runtime": "go",
            **_SMALL,
        },
    )
    return tuple(answers.complete({**_IDENTITY, **row}) for row in rows)


def with_the_longest_name() -> tuple[Combination, ...]:
    """A service and a platform whose name has all 40 characters, with every pipeline or environments of long names."""
    rows: tuple[dict[str, object], ...] = (
        {"ci": ["github", "gitlab", "jenkins", "azure-devops"], "cloud": "aws", "level": "right"},
        {
            "kind": "platform",
            "cloud": "azure",
            "ci": ["azure-devops"],
            "environments": ["dev", "preprod", "production"],
        },
    )
    return tuple(answers.complete({"service_name": LONGEST, **row}) for row in rows)


def behind_a_company() -> tuple[Combination, ...]:
    """Hosts, mirrors, proxy and CA of a company: each pipeline, cloud and runtime has them once; a proxy or a CA alone."""
    rows: tuple[dict[str, object], ...] = (
        {"ci": ["github"], "runtime": "node", **_HOSTS, **_MIRRORS},
        {"ci": ["gitlab"], "cloud": "azure", "runtime": "python", **_HOSTS, **_MIRRORS},
        {"ci": ["jenkins"], "cloud": "none", "runtime": "java", **_MIRRORS},
        {
            "ci": ["azure-devops"],
            "runtime": "go",
            "deploy": "terraform",
            "runner": "acme-pool",
            **_MIRRORS,
        },
        {"kind": "platform", "ci": ["github"], **_HOSTS, **_MIRRORS, **_SMALL},
        {"ci": ["gitlab"], "cloud": "none", "network": "company", "proxy": _MIRRORS["proxy"]},
        {"ci": ["github", "jenkins"], "network": "company", "private_ca": "file"},
    )
    return tuple(_company_row(row) for row in rows)


def other_ways_to_release() -> tuple[Combination, ...]:
    """Each way to release but the usual one, with other clouds, pipelines and runtimes."""
    rows: tuple[dict[str, object], ...] = (
        {"rollout": "canary", "cloud": "aws", "ci": ["github", "jenkins"], "runtime": "java"},
        {
            "rollout": "blue-green",
            "cloud": "azure",
            "cluster": "shared",
            "ci": ["gitlab"],
            "runtime": "node",
        },
        {
            "rollout": "header",
            "cloud": "none",
            "ci": ["azure-devops"],
            "runtime": "python",
            "monitoring": "none",
        },
        {"rollout": "recreate", "ci": ["gitlab"], "runtime": "go", "deploy": "terraform"},
    )
    return tuple(answers.complete({**_IDENTITY, **row}) for row in rows)


def under_load() -> tuple[Combination, ...]:
    """Return services whose pipeline measures a load: each pipeline, cloud and runtime once, and a server."""
    rows: tuple[dict[str, object], ...] = (
        {"cloud": "aws", "ci": ["github"], "runtime": "go"},
        {"cloud": "azure", "ci": ["azure-devops"], "runtime": "java", "rollout": "header"},
        {
            "cloud": "none",
            "ci": ["github", "gitlab", "jenkins", "azure-devops"],
            "runtime": "node",
            "environments": ["dev", "prod"],
        },
        {"cloud": "aws", "ci": ["gitlab", "jenkins"], "runtime": "python", "runs_on": "server"},
    )
    return tuple(answers.complete({**_IDENTITY, **_OF_LOAD, **row}) for row in rows)


def on_servers() -> tuple[Combination, ...]:
    """Return the rungs on both clouds: one server, one that is watched, several; each pipeline and level once."""
    rows: tuple[dict[str, object], ...] = (
        {"cloud": "aws", "ci": ["github"], "monitoring": "none", "level": "work"},
        {"cloud": "aws", "ci": ["gitlab", "jenkins"], "runtime": "go", "servers": 3},
        {"cloud": "azure", "ci": ["azure-devops"], "runtime": "node"},
        {
            "cloud": "azure",
            "ci": ["jenkins"],
            "runtime": "python",
            "accounts": "each",
        },
    )
    return tuple(answers.complete({**_IDENTITY, "runs_on": "server", **row}) for row in rows)


def _company_row(row: dict[str, object]) -> Combination:
    return answers.complete(_asked_only({**_IDENTITY, **row}))


def at_random(number: int, seed: int = 1) -> Iterator[Combination]:
    """`number` further combinations, drawn evenly; the same ones for the same seed."""
    chance = random.Random(seed)  # noqa: S311, nothing secret
    axes = _axes()
    while number:
        row = {name: chance.choice(values) for name, values in axes.items()}
        if _valid(row):
            yield _completed(row)
            number -= 1


def groups(rows: Iterable[Combination], strength: int) -> set[Group]:
    """All groups of `strength` values of different questions that occur together in one of the rows."""
    return {
        frozenset(group)
        for row in rows
        for group in combinations(sorted(_values(row).items()), strength)
    }


def values() -> dict[str, list[str]]:
    """Each question's values, and for each answer of a question with several whether it is among them."""
    flat: dict[str, dict[str, None]] = {}
    for name, choices in _axes().items():
        for choice in choices:
            for question, value in _answered(name, choice).items():
                flat.setdefault(question, {})[value] = None
    return {question: list(known) for question, known in flat.items()}


def all_groups(strength: int) -> set[Group]:
    """All groups of `strength` values of different questions, valid together or not."""
    known = values()
    return {
        frozenset(zip(questions, group, strict=True))
        for questions in combinations(sorted(known), strength)
        for group in product(*(known[question] for question in questions))
    }


def can_be(group: Group, kind: str = "service") -> bool:
    """Return whether some repository of a kind holds all values of a group; the search of `scaffold try` is asked."""
    given = {**_IDENTITY, "kind": kind}
    fixed: dict[str, object] = {name: value for name, value in group if ":" not in name}
    for question in answers.questions():
        chosen = {
            name.partition(":")[2]: value
            for name, value in group
            if name.startswith(f"{question.name}:")
        }
        if chosen:
            open_ = [c.value for c in question.choices_given(_IDENTITY) if c.value not in chosen]
            yes = [name for name, value in chosen.items() if value == "yes"]
            fixed[question.name] = yes or open_
    try:
        return next(pairwise.combined(None, {**given, **fixed}, Pairs()), None) is not None
    except AnswersError:
        return False


def with_each_value(
    rows: Iterable[Combination], deciding: Collection[str] | None = None
) -> list[Combination]:
    """Return the few of `rows` that hold each answer of all of them, each time the one with most that are new.

    With `deciding`, each answer to these questions only.
    """
    left = list(rows)
    missing = set[tuple[str, str]]().union(*map(_answers, left))
    if deciding is not None:
        missing = {(question, answer) for question, answer in missing if question in deciding}
    few: list[Combination] = []
    while missing:
        few.append(max(left, key=lambda row: len(_answers(row) & missing)))
        missing -= _answers(few[-1])
    return few


def _answers(row: Combination) -> set[tuple[str, str]]:
    """Return each question with its answer, and with each of several."""
    flat = {(name, value) for name, value in row.items() if isinstance(value, str)}
    several = {name: value for name, value in row.items() if isinstance(value, tuple)}
    return flat.union(*(((name, one) for one in value) for name, value in several.items()))


def named(row: Combination) -> str:
    """A short name of a combination, for a test's id."""
    return "-".join(
        "+".join(value) if isinstance(value, tuple) else value
        for name, value in row.items()
        if name not in {*_TEXT, "service_name", *_MIRRORS} and value != ("dev", "qa", "prod")
    )


def _axes() -> dict[str, list[str]]:
    """Each question's values; what is asked for one value of another alone is one axis with it, each pipeline its own."""
    axes: dict[str, list[str]] = {}
    for question in answers.questions():
        if question.name in {
            *_IDENTITY,
            *_TEXT,
            "runtime",
            "runtime_version",
            "cloud",
            "kind",
            *_OF_A_CLOUD,
            *_OF_A_COMPANY,
            *_OTHER_WAYS,
            *_OF_SERVERS,
        }:
            continue
        given = [choice.value for choice in question.choices_given(_IDENTITY)]
        values = [value for value in given if value != _OF_LOAD.get(question.name)]
        if question.several:
            axes |= {f"{question.name}:{value}": ["yes", "no"] for value in values}
        else:
            axes[question.name] = values
    return {
        "runtime": list(_runtimes()),
        "cloud": list(_clouds()),
        **{name: values for name, values in axes.items() if len(values) > 1},
    }


def _runtimes() -> Iterator[str]:
    by_name = {question.name: question for question in answers.questions()}
    for runtime in by_name["runtime"].choices_given(_IDENTITY):
        for version in by_name["runtime_version"].choices_given(
            {**_IDENTITY, "runtime": runtime.value}
        ):
            yield f"{runtime.value} {version.value}"


def _clouds(kind: str = "service", of_three: bool = False) -> Iterator[str]:
    """Each cloud, with each pair of answers to the questions that are asked of some clouds alone, or each three."""
    by_name = {question.name: question for question in answers.questions()}

    def continued(given: dict[str, Answer], rest: tuple[str, ...]) -> Iterator[dict[str, Answer]]:
        if not rest:
            yield given
        elif not by_name[rest[0]].asked_given(given):
            yield from continued(given, rest[1:])
        else:
            for choice in by_name[rest[0]].choices_given(given):
                yield from continued({**given, rest[0]: choice.value}, rest[1:])

    for group in continued({**_IDENTITY, "kind": kind}, ("cloud", *_OF_A_CLOUD)):
        if not of_three and not _has_a_pair_of_its_own(group):
            continue
        named = (f"{name}={group[name]}" for name in ("cloud", *_OF_A_CLOUD) if name in group)
        yield " ".join(named)


def _has_a_pair_of_its_own(group: dict[str, Answer]) -> bool:
    """Return whether a pair of answers needs this group: of three questions with two answers each, half of the eight do."""
    second = {"oidc_provider": "existing", "accounts": "each", "nodes": "manual"}
    if not second.keys() <= group.keys():
        return True
    return sum(group[name] == answer for name, answer in second.items()) % 2 == 0


def _answered(axis: str, value: str) -> dict[str, str]:
    """Return the questions and values that one value of an axis stands for."""
    if axis == "runtime":
        runtime, version = value.split()
        return {"runtime": runtime, "runtime_version": version}
    return _of_a_cloud(value) if axis == "cloud" else {axis: value}


def _of_a_cloud(value: str) -> dict[str, str]:
    """Return the answers that one value of the axis of the cloud stands for."""
    return dict(word.split("=", 1) for word in value.split())


def _is_apart(value: str) -> bool:
    given = _of_a_cloud(value)
    return (
        given.get("cluster") == "shared"
        or given.get("platform_parts") == "existing"
        or given.get("accounts") == "each"
    )


def _valid(row: dict[str, str]) -> bool:
    pipelines = [value for name, value in row.items() if ":" in name]
    return not pipelines or "yes" in pipelines


def _completed(row: dict[str, str]) -> Combination:
    given: dict[str, object] = dict(_IDENTITY)
    chosen: dict[str, list[str]] = {}
    for name, value in row.items():
        if ":" in name:
            several, _, item = name.partition(":")
            chosen.setdefault(several, [])
            if value == "yes":
                chosen[several].append(item)
        else:
            given |= _answered(name, value)
    return answers.complete(_asked_only({**given, **chosen}))


def _asked_only(given: dict[str, object]) -> dict[str, object]:
    """Return `given` without answers that are never asked beside the rest of it.

    A chat without monitoring, for example.
    """
    known: dict[str, Answer] = {}
    for question in answers.questions():
        if question.asked_given(known):
            known[question.name] = answers.accepted(
                question, given.get(question.name, question.default_given(known)), known
            )
    return {name: value for name, value in given.items() if name in known}


def _values(row: Combination) -> dict[str, str]:
    """A combination as one value per axis, as `_axes` has them."""
    flat: dict[str, str] = {}
    for question in answers.questions():
        if question.name in row and question.name not in {*_IDENTITY, *_TEXT, *_OF_A_COMPANY}:
            answer = row[question.name]
            if isinstance(answer, tuple):
                choices = question.choices_given(row)
                flat |= {
                    f"{question.name}:{c.value}": "yes" if c.value in answer else "no"
                    for c in choices
                }
            else:
                flat[question.name] = answer
    return flat


def _distinct(rows: Iterable[Combination]) -> tuple[Combination, ...]:
    return tuple({repr(row): row for row in rows}.values())
