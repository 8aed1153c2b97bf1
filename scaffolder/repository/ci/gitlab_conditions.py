"""When a job of GitLab CI is in a pipeline: `rules`, `only` and `except`, in usual pipelines.

Read at https://docs.gitlab.com/ci/jobs/job_rules/ and https://docs.gitlab.com/ci/yaml/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scaffolder.formats.regex import regex
from scaffolder.repository.ci.system import table_in

MERGE_REQUEST = "merge_request_event"
_Value = str | None
_UNKNOWN = object()


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """A pipeline: its title, and the predefined variables that conditions ask for."""

    title: str
    variables: Mapping[str, _Value]


def _occasion(title: str, source: str, *, branch: str = "", tag: str = "") -> Occasion:
    asked = source == MERGE_REQUEST
    number = "1" if asked else None
    variables: dict[str, _Value] = {
        "CI_PIPELINE_SOURCE": source,
        "CI_DEFAULT_BRANCH": "main",
        "CI_COMMIT_BRANCH": branch or None,
        "CI_COMMIT_TAG": tag or None,
        "CI_COMMIT_REF_NAME": branch or tag or "change",
        "CI_COMMIT_REF_SLUG": branch or tag or "change",
        "CI_MERGE_REQUEST_ID": number,
        "CI_MERGE_REQUEST_IID": number,
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main" if asked else None,
        "CI": "true",
        "GITLAB_CI": "true",
    }
    return Occasion(title=title, variables=variables)


OCCASIONS = (
    _occasion("a push to main", "push", branch="main"),
    _occasion("a merge request", MERGE_REQUEST),
    _occasion("a push to another branch", "push", branch="change"),
    _occasion("a schedule", "schedule", branch="main"),
    _occasion("a tag", "push", tag="v1.2.3"),
)
"""The pipelines that a project usually has; its default branch is called main."""


def is_in(job: Mapping[Any, Any], occasion: Occasion, others: Mapping[str, _Value]) -> bool | None:
    """Return whether a job is in the pipeline; None if its variables or files decide.

    `others` has the values of variables that the project sets; one that is absent is not known.
    """
    if isinstance(job.get("rules"), list):
        return _by_rules(job["rules"], {**others, **occasion.variables}, others)
    if "only" in job or "except" in job:
        return _by_names(job, occasion)
    # Without a condition a job is in all pipelines but those of merge requests.
    return occasion.variables["CI_PIPELINE_SOURCE"] != MERGE_REQUEST


def is_made(document: Mapping[Any, Any], occasion: Occasion) -> bool:
    """Return whether `workflow` lets this pipeline be made if the project sets no variable."""
    rules = table_in(document.get("workflow")).get("rules")
    return not isinstance(rules, list) or _by_rules(rules, Unset(occasion.variables), {}) is True


class Unset(dict[str, _Value]):
    """Variables of which each that is absent is not set, instead of not known."""


def _by_rules(
    rules: list[Any], variables: Mapping[str, _Value], others: Mapping[str, _Value]
) -> bool | None:
    known: Mapping[str, _Value] = variables
    if isinstance(others, Unset):
        known = Unset(variables)
    ends: set[bool] = set()
    for rule in rules:
        if not isinstance(rule, dict):
            return None
        holds = condition(str(rule["if"]), known) if "if" in rule else True
        if holds is True and ("changes" in rule or "exists" in rule):
            holds = None
        if holds is not False:
            ends.add(rule.get("when") != "never")
        if holds is True:
            break
    else:
        ends.add(False)
    return ends.pop() if len(ends) == 1 else None


_REFS: Mapping[str, Callable[[Mapping[str, _Value]], bool]] = {
    "branches": lambda of: of["CI_COMMIT_BRANCH"] is not None,
    "tags": lambda of: of["CI_COMMIT_TAG"] is not None,
    "merge_requests": lambda of: of["CI_PIPELINE_SOURCE"] == MERGE_REQUEST,
    "pushes": lambda of: of["CI_PIPELINE_SOURCE"] == "push",
    "schedules": lambda of: of["CI_PIPELINE_SOURCE"] == "schedule",
}
_OTHER_SOURCES = {
    "api",
    "chat",
    "external",
    "external_pull_requests",
    "pipelines",
    "triggers",
    "web",
}


def _by_names(job: Mapping[Any, Any], occasion: Occasion) -> bool | None:
    only = _named(job.get("only", ["branches", "tags"]), occasion)
    kept_out = _named(job.get("except", []), occasion)
    if only is False or kept_out is True:
        return False
    return True if only is True and kept_out is False else None


def _named(given: Any, occasion: Occasion) -> bool | None:
    if isinstance(given, dict):
        inner = _named(given.get("refs", ["branches", "tags"]), occasion)
        return None if inner and given.keys() - {"refs"} else inner
    results = [
        _matches(str(name), occasion) for name in (given if isinstance(given, list) else [given])
    ]
    return True if True in results else None if None in results else False


def _matches(name: str, occasion: Occasion) -> bool | None:
    if name in _REFS:
        return bool(_REFS[name](occasion.variables))
    if name in _OTHER_SOURCES:
        return False
    if "@" in name or "$" in name:
        return None
    if occasion.variables["CI_PIPELINE_SOURCE"] == MERGE_REQUEST:
        return False
    ref = str(occasion.variables["CI_COMMIT_REF_NAME"])
    pattern = re.fullmatch(r"/(.*)/i?", name)
    if pattern:
        return _search(pattern[1], ref)
    if name in {"master", "main", "trunk"}:
        return ref == "main"
    return None if name not in {ref} else True


# ---- conditions ----------------------------------------------------------------------------------

_TOKEN = regex(
    r"""\s*(?:(?P<word>&&|\|\||==|!=|=~|!~|[()])|\$(?P<name>\w+)|\$\{(?P<braced>\w+)\}
        |"(?P<double>[^"]*)"|'(?P<single>[^']*)'|/(?P<pattern>(?:\\.|[^/\\])*)/\w*|(?P<null>null)\b)""",
    re.VERBOSE,
)


def condition(text: str, variables: Mapping[str, _Value]) -> bool | None:
    """Return what a condition gives with these variables; None if one that is absent decides."""
    tokens = []
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if not found:
            return None
        tokens.append((str(found.lastgroup), found[str(found.lastgroup)]))
        at = found.end()
    value, rest = _any_of(tokens, variables)
    return None if rest else value


_Tokens = list[tuple[str, str]]


def _any_of(tokens: _Tokens, variables: Mapping[str, _Value]) -> tuple[bool | None, _Tokens]:
    value, tokens = _all_of(tokens, variables)
    while tokens[:1] == [("word", "||")]:
        other, tokens = _all_of(tokens[1:], variables)
        value = True if True in (value, other) else None if None in (value, other) else False
    return value, tokens


def _all_of(tokens: _Tokens, variables: Mapping[str, _Value]) -> tuple[bool | None, _Tokens]:
    value, tokens = _comparison(tokens, variables)
    while tokens[:1] == [("word", "&&")]:
        other, tokens = _comparison(tokens[1:], variables)
        value = False if False in (value, other) else None if None in (value, other) else True
    return value, tokens


def _comparison(tokens: _Tokens, variables: Mapping[str, _Value]) -> tuple[bool | None, _Tokens]:
    if tokens[:1] == [("word", "(")]:
        value, rest = _any_of(tokens[1:], variables)
        return value, rest[1:]
    if not tokens:
        return None, []
    left, rest = _operand(tokens[0], variables), tokens[1:]
    operator = rest[0][1] if rest and rest[0][0] == "word" else ""
    if operator not in {"==", "!=", "=~", "!~"} or len(rest) < 2:
        return (None if left is _UNKNOWN else bool(left)), rest
    right, rest = _compared(left, operator, rest[1], variables), rest[2:]
    return right, rest


def _compared(
    left: Any, operator: str, token: tuple[str, str], variables: Mapping[str, _Value]
) -> bool | None:
    if left is _UNKNOWN:
        return None
    if operator in {"==", "!="}:
        right = _operand(token, variables)
        return None if right is _UNKNOWN else (left == right) is (operator == "==")
    if token[0] != "pattern":
        return None
    matches = False if left is None else _search(token[1], left)
    return None if matches is None else matches is (operator == "=~")


def _operand(token: tuple[str, str], variables: Mapping[str, _Value]) -> Any:
    kind, text = token
    if kind in {"name", "braced"}:
        return variables.get(text, None if isinstance(variables, Unset) else _UNKNOWN)
    return None if kind == "null" else text


def _search(pattern: str, text: str) -> bool | None:
    """Return whether an expression of RE2 is found; None if Python reads it in another way."""
    if len(pattern) > 200 or re.search(r"[+*}]\)?[+*]|\\[pPQCz]", pattern):
        return None
    try:
        return bool(re.search(pattern.replace(r"\/", "/"), text))
    except re.error:
        return None
