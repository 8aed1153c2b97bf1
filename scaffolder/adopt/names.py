"""Find a service's name: in its build, in its chart, at its host, or by its folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scaffolder.adopt import charts
from scaffolder.adopt.found import Found, matches
from scaffolder.errors import AnswersError
from scaffolder.model import Location
from scaffolder.repository.project import Project
from scaffolder.repository.reading import place
from scaffolder.repository.runtimes import of_each

LONGEST = 40
"""Letters of a service's name, as in its validator in copier.yml."""

_TOO_LONG = f"is longer than the {LONGEST} characters that the template takes"
_GENERIC = frozenset(
    {
        *("helm", "chart", "charts", "app", "application", "service", "server", "backend", "api"),
        *("web", "frontend", "source", "src", "root", "main", "package", "project", "monorepo"),
        *("demo", "example", "sample", "template", "test", "code", "repo", "deploy", "k8s"),
        *("my-app", "my-service", "myapp", "workspace", "parent", "build", "webapp", "client"),
    }
)
"""Names for a kind of thing, not for a single one."""


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    name: str
    at: Location | None = None
    note: str = ""


def name(
    project: Project, remote: str = "", longest: int = LONGEST, whole: Project | None = None
) -> Found:
    """Return the first valid name; a generic one only if all are.

    One that is longer than `longest` is cut at the end of a word, and in a folder of a larger
    repository, `whole`, first without the words that the whole repository is called.

    Raises:
        AnswersError: every name is one word that is too long for the template.

    """
    candidates = [one for one in _candidates(project, remote, whole) if _sound(one.name)]
    telling = [one for one in candidates if _sound(one.name) not in _GENERIC]
    for one in telling or candidates:
        full = _sound(one.name)
        value = _shortened(_own(full, whole, longest), longest)
        if value:
            places = (one.at,) if one.at else ()
            note = _note(full, value, one)
            return Found(name="service_name", value=value, places=places, note=note)
    if candidates:
        raise AnswersError(
            f"{candidates[0].name} {_TOO_LONG}",
            hint="--service-name NAME",
            missing=("service_name",),
        )
    return Found(name="service_name", value="service", note="no file has a name")


def _candidates(project: Project, remote: str, whole: Project | None) -> Iterator[_Candidate]:
    names = of_each(lambda runtime: runtime.names(project))
    for found in sorted(names, key=lambda one: one.rank):
        yield _Candidate(name=found.value, at=place(project, found.file, found.line))
    own = charts.chart(project)
    if own:
        files = (own.places[0].path,)
        for at, value in matches(project, files, r"^name:\s*[\"']?([\w.-]+)"):
            yield _Candidate(name=value, at=at)
    if remote:
        yield _Candidate(name=re.sub(r"(?:\.git)?/?$", "", remote), note="git remote origin")
    folder = project.root
    if whole and folder != whole.root and _sound(folder.name) in _GENERIC:
        yield _Candidate(name=f"{folder.parent.name}-{folder.name}", note="names of the folders")
    yield _Candidate(name=folder.name, note="name of the folder")


def _own(name: str, whole: Project | None, longest: int) -> str:
    """Return a name that is too long without the words that begin those of all its neighbours."""
    if whole is None or len(name) <= longest:
        return name
    words = name.split("-")
    for shared in _sound(whole.root.name).split("-"):
        if len(words) > 1 and words[0] == shared:
            words = words[1:]
        else:
            break
    return "-".join(words)


def _sound(text: str) -> str:
    """Return the last part of a name in lower-case letters, digits and single dashes."""
    last = re.sub(r"/v\d+$", "", text.rstrip("/")).rpartition("/")[2].lower()
    plain = re.sub(r"-+", "-", re.sub(r"[^a-z0-9-]", "-", last))
    return re.sub(r"^[^a-z]+", "", plain).strip("-")


def _shortened(name: str, longest: int) -> str:
    """Return a name without its last words if it is too long; "" if the first one is."""
    while len(name) > longest and "-" in name:
        name = name.rpartition("-")[0]
    return name if len(name) <= longest else ""


def _note(whole: str, value: str, one: _Candidate) -> str:
    written = one.name.rpartition("/")[2] or one.name
    if value != whole:
        return f"{whole} {_TOO_LONG}"
    if value != written and one.at:
        return f"{written}, in the letters that a cluster takes"
    return one.note
