"""Settings that a CI system accepts, and that fail or do harm when the pipeline runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.repository.project import Project

AFTER_FAILURE, NOT_THERE, CUT_OFF = "after a failure", "not there", "cut off"
"""Kinds: it goes on though a check failed; a job lacks what it needs; a deployment is cut off."""
OUT_OF_ORDER = "out of order"
"""A kind: an older run deploys after a newer one."""


@dataclass(frozen=True, kw_only=True)
class Trap:
    """One mistake: its kind, its line in the file that was asked, and what to write instead."""

    kind: str
    line: int
    problem: str
    fix: str


_OPTIONS = (
    r"(?:(?:-n|--namespace|--(?:kube-)?context|--kubeconfig|--cluster|--user|--server|-[sfv])\s+\S+\s+"
    r"|-\S+\s+)*+"
)
"""Options before a command of Helm or kubectl, those that take a value with it."""

_CHANGES_WHAT_RUNS = regex(
    rf"""\b(?:
        helm(?:file)?\s+{_OPTIONS}(?:upgrade|install|rollback|apply|sync|uninstall)
      | kubectl\s+{_OPTIONS}
        (?:apply|replace|set|patch|rollout\s+(?:restart|undo)|delete|scale)
      | (?:terraform|tofu|terragrunt)\s+(?:-\S+\s+)*(?:run-all\s+)?(?:apply|destroy)
      | ansible-playbook | pulumi\s+up | cdk\s+deploy | (?:sls|serverless)\s+deploy | sam\s+deploy
      | skaffold\s+(?:run|deploy) | flyctl\s+deploy | azd\s+(?:up|deploy)
      | aws\s+(?:ecs\s+update-service|cloudformation\s+deploy|lambda\s+update-function-code)
      | gcloud\s+(?:run|app|functions)\s+deploy
      | az\s+(?:webapp|functionapp|containerapp)\s+(?:deploy\w*|up|update|config)
      | make\s[^;&|\n]*(?<![\w./=-])(?:[\w-]+-)?(?:deploy|rollback)
        (?:-(?:dev|qa|test|staging|prod\w*))?(?![\w-])
      | \S*/?(?:deploy|rollback)[\w-]*\.sh
    )\b""",
    re.VERBOSE,
)
_PUBLISHES = regex(
    r"""\b(?:
        docker\s+push | docker\s+(?:buildx\s+)?build\b.*--push | crane\s+(?:copy|push)
      | (?:npm|yarn|pnpm)\s+publish | twine\s+upload | (?:uv|poetry)\s+publish
      | mvnw?\s+(?:-\S+\s+)*deploy | gradlew?\s+(?:-\S+\s+)*publish | gh\s+release\s+create
      | make\s[^;&|\n]*(?<![\w./=-])(?:push|publish|release)(?![\w-])
    )\b""",
    re.VERBOSE,
)
_DRY = regex(r"--dry-run|--diff\b|--template\b")


def deploys(shell: str) -> bool:
    """Return whether a text for the shell changes what runs somewhere."""
    return any(
        _CHANGES_WHAT_RUNS.search(line) and not _DRY.search(line) for line in commands(shell)
    )


def publishes(shell: str) -> bool:
    """Return whether a text for the shell puts something where others take it from."""
    return any(_PUBLISHES.search(line) for line in commands(shell))


def commands(shell: str) -> list[str]:
    """Return the lines of a text for the shell without comments and without what it only prints."""
    lines = re.sub(r"\\\n\s*", " ", shell).splitlines()
    return [
        line
        for line in (re.sub(r"(?:^|\s)#.*$", "", line) for line in lines)
        if not re.match(r"\s*(?:echo|printf)\b(?!.*[|;&])", line)
    ]


_ELSEWHERE = regex(r"\b(?:cd|pushd)\s|\bgit\s+clone\b|-C\s|--directory")
_SCRIPT = regex(
    r"(?:^|&&|[;|])\s*(?:\w+=\S*\s+)*(?:(?:bash|sh|source|\.|python3?|node)\s+(?:-\S+\s+)*)?"
    r"(?:\./)?([\w.-]+(?:/[\w.-]+)*)"
)


def named_files(project: Project, shell: str) -> Iterator[str]:
    """Yield the files of the repository's root that a text for the shell runs; also "make".

    Nothing is known of a text that goes to another folder.
    """
    lines = commands(shell)
    if any(_ELSEWHERE.search(line) for line in lines):
        return
    for line in lines:
        if re.match(r"\s*make\s+[a-z]", line) and project.has(Path("Makefile")):
            yield "the Makefile"
        for found in _SCRIPT.finditer(line):
            name = found[1]
            if ("/" in name or "." in name) and project.has(Path(name)):
                yield name


_COMPARES = regex(r"--is-ancestor|\brev-list\b|\bcompare/")
"""How a script asks whether what it deploys is newer than what runs."""

_NAMED_SCRIPT = regex(r"(?<![\w./-])(?:\./)?([\w-][\w.-]*(?:/[\w.-]+)*\.(?:sh|bash))\b")


def refuses_older(project: Project, shell: str) -> bool:
    """Return whether a text for the shell, or a script that it runs, compares what is deployed."""
    texts = [shell]
    for name in named_files(project, shell):
        texts.append(project.text(Path("Makefile" if name == "the Makefile" else name)))
    scripts = set(map(Path, chain.from_iterable(map(_NAMED_SCRIPT.findall, texts))))
    texts += [project.text(script) for script in sorted(scripts) if project.has(script)]
    return any(_COMPARES.search(text) for text in texts)
