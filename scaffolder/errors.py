"""Everything that stops a command: what happened, what to type next, and the exit code it means."""

from __future__ import annotations

import enum
from pathlib import Path


class ExitCode(enum.IntEnum):
    """The meaning of every exit code; the help text, the README and the tests read this table."""

    CLEAN = 0
    FOUND = 1
    USAGE = 2
    NO_VERDICT = 3
    BROKEN = 4
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """Return the meaning of the code, for the help text and README."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.CLEAN: "clean",
    ExitCode.FOUND: (
        "something was found: a failed check, drift, an update to take, a conflict left"
    ),
    ExitCode.USAGE: "bad usage or answers",
    ExitCode.NO_VERDICT: (
        "inconclusive: a tool is missing under --require-tools, a tool crashed, nothing ran"
    ),
    ExitCode.BROKEN: "scaffolder failed",
    ExitCode.INTERRUPTED: "interrupted",
}


class ScaffolderError(Exception):
    """Stops the command: one sentence with the error, and `hint`, the command to type next."""

    exit_code = ExitCode.BROKEN
    kind = "internal"
    """The name by which programs tell errors apart; it never changes."""

    def __init__(self, message: str, *, hint: str = "", missing: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.missing = missing
        """The names of the questions that have no answer, if that is what stopped the command."""


class Interrupted(ScaffolderError):
    """The user stopped the command before it had a result; nothing was changed."""

    exit_code = ExitCode.INTERRUPTED
    kind = "interrupted"


class AnswersError(ScaffolderError):
    """An answer is missing, unknown or not allowed."""

    exit_code = ExitCode.USAGE
    kind = "answers"


class DestinationError(ScaffolderError):
    """The repository cannot be written where it was asked for."""

    exit_code = ExitCode.USAGE
    kind = "destination"


class ProjectError(ScaffolderError):
    """This path has no repository to work on."""

    exit_code = ExitCode.USAGE
    kind = "project"


class SettingsError(ScaffolderError):
    """The settings of a repository have a key or a value that is not allowed."""

    exit_code = ExitCode.USAGE
    kind = "settings"


class WaiversError(ScaffolderError):
    """The waivers of a repository are unreadable.

    `path` (its ledger, when empty) has a wrong form.
    """

    exit_code = ExitCode.FOUND
    kind = "waivers"

    def __init__(self, message: str, *, path: Path | None = None, line: int = 0) -> None:
        super().__init__(message, hint="see the comment at the top of .scaffold/waivers.yml")
        self.path = path
        self.line = line


class RenderError(ScaffolderError):
    """The template could not be rendered; nothing was written."""

    kind = "render"


class UpdateError(ScaffolderError):
    """The repository is not in a state in which it can be updated; nothing in it was changed."""

    exit_code = ExitCode.USAGE
    kind = "update"


class StoreError(ScaffolderError):
    """A release of the templates is not there, or a template's address cannot be read."""

    exit_code = ExitCode.USAGE
    kind = "release"


class ToolError(ScaffolderError):
    """An external program was inconclusive."""

    exit_code = ExitCode.NO_VERDICT
    kind = "tool"


class ToolMissing(ToolError):
    """The program is not on this machine, or only at a version that is too old."""

    kind = "tool-missing"


class ToolTimeout(ToolError):
    """The program did not finish in its time and was killed."""

    kind = "tool-timeout"


class ToolCrashed(ToolError):
    """The program was killed by a signal or ended in a way it does not document."""

    kind = "tool-crashed"


class ClusterError(ToolError):
    """A Kubernetes cluster was inconclusive: unreachable, without access, or too slow."""

    kind = "cluster"
