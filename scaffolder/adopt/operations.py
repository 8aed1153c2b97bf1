"""Find where a service runs and whom it notifies, in the files that deploy and watch it."""

from __future__ import annotations

from pathlib import Path

from scaffolder.adopt import charts
from scaffolder.adopt.found import Found, matches
from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import files
from scaffolder.repository.clouds import CLOUDS
from scaffolder.repository.facts import services
from scaffolder.repository.project import Project

_CHATS = {
    "slack": (
        r"(?i:hooks\.slack\.com|slackapi/|action-?slack|slack-notif|notify-slack|slackSend"
        r"|slack[-_](?:webhook|channel|configs?|api|token|bot|url)|slack/)"
    ),
    "teams": r"(?i:msteams|webhook\.office\.com|teams[-_](?:webhook|notif)|office365ConnectorSend)",
}
_GOOGLE = (
    r"gcr\.io|-docker\.pkg\.dev|google-github-actions/|provider \"google|hashicorp/google"
    r"|\bgcloud |\bgke-"
)
"""Lines that speak of a cloud that the template does not have."""

_ASIDE = frozenset(
    {"docs", "doc", "examples", "example", "samples", "vendor", "third_party", "test", "tests"}
)
_COMMENT = regex(r"^\s*(?:#|//|\*|<!--)")


def cloud(project: Project) -> Found | None:
    """The cloud that most lines of pipelines, infrastructure and the service's chart speak of."""
    said = {name: _lines(project, cloud.SPEAKS) for name, cloud in CLOUDS.items()}
    for file in (*files.azd_settings(project), *files.bicep(project)):
        if not _aside(file):
            said["azure"].append((Location(path=file), ""))
    google = len(_lines(project, _GOOGLE))
    most = max(len(found) for found in said.values())
    names = [name for name, found in said.items() if len(found) == most]
    if not most or len(names) > 1 or google > most:
        return None
    return Found(name="cloud", value=names[0], places=(said[names[0]][0][0],))


def region(project: Project, cloud: str) -> Found | None:
    """The region of the cloud that pipelines or infrastructure name, if it is one."""
    if cloud not in CLOUDS:
        return None
    found = _lines(project, CLOUDS[cloud].REGION)
    if len({value for _, value in found}) != 1:
        return None
    return Found(name="region", value=found[0][1], places=(found[0][0],))


def chat(project: Project) -> Found | None:
    """The chat that pipelines or alerts write to."""
    for name, pattern in _CHATS.items():
        for at, _ in _lines(project, pattern)[:1]:
            return Found(name="chat", value=name, places=(at,))
    return None


def _lines(project: Project, pattern: str) -> list[tuple[Location, str]]:
    """Return the lines that match `pattern`; comments do not describe the service."""
    return [
        (at, value)
        for at, value in matches(project, _files(project), pattern)
        if not _COMMENT.match(project.lines(at.path)[at.line - 1])
    ]


def _files(project: Project) -> tuple[Path, ...]:
    """Return the files that build, deploy and watch the service, without those of others."""
    own = charts.chart(project)
    values = files.values_files(project, Path(own.value)) if own else ()
    shared = {
        *files.terraform_inputs(project),
        *files.alertmanager_files(project),
        *files.deploy_scripts(project),
        *files.scripts_of_cloud_templates(project),
        *(values if values else ()),
    }
    several = len(services.folders(project)) > 1
    mine = (
        file for file in shared if not _aside(file) and not (several and _of_one(project, file))
    )
    return tuple(sorted({*files.pipelines(project), *mine}))


def _of_one(project: Project, file: Path) -> bool:
    """Return whether a file of a larger repository belongs to one of its services."""
    return services.subject_of(project, file) != services.HERE


def _aside(file: Path) -> bool:
    return not _ASIDE.isdisjoint(file.parts[:-1])
