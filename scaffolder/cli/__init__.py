"""The command `scaffold`: its group, loaded one command at a time, and the handler of errors."""

from __future__ import annotations

import atexit
import gc
import json
import os
import shlex
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from importlib import import_module
from types import FrameType

import click

from scaffolder import __version__
from scaffolder.errors import ExitCode, ProjectError, ScaffolderError

# The module of a command, if not of its name. A module must not be called `list` or `set`: once
# imported, it would hide the built-in in this package.
_PLACES = {
    "list": "listing.command",
    "add": "change.add",
    "remove": "change.remove",
    "set": "change.set_",
}

_COMMANDS = {
    "new": "Write a service's whole repository and check it.",
    "check": "Check a repository.",
    "update": "Take a newer release of the template.",
    "add": "Add a pipeline, monitoring, a cloud.",
    "remove": "Remove a pipeline, monitoring, Terraform.",
    "set": "Give other answers: set cloud=azure.",
    "adopt": "Bring a repository that was not generated under the template.",
    "status": "Which release a repository is at, and what was edited.",
    "template": "The template's releases on a Git host of your own.",
    "watch": "See a fault reach the team's chat, on this machine.",
    "postmortem": "Write a post-mortem with its timeline filled in.",
    "lab": "The course: labs and exercises in a generated repository.",
    "explain": "Show a check's rule and its reason, or the origin of a generated file.",
    "list": "List questions, presets, checks, files and pinned versions.",
    "rehearse": "Apply, plan again and destroy the Terraform in a cloud that is a file.",
    "doctor": "Which external program each check would use, and how to get it.",
}

_EXIT_CODES = "Exit codes: " + "; ".join(f"{code.value} {code.meaning}" for code in ExitCode) + "."


class _LazyGroup(click.Group):
    """Imports a command's module when it is used, so that `scaffold --help` starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _PLACES.get(cmd_name, f"{cmd_name}.command").partition(".")
        command: click.Command = getattr(import_module(f"scaffolder.cli.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EXIT_CODES,
)
@click.version_option(__version__, prog_name="scaffold", message="%(prog)s %(version)s")
@click.pass_context
def scaffold(context: click.Context) -> None:
    """Generate a service's repository, from infrastructure to alerts, and prove that it agrees."""
    _refuse_a_deleted_folder()
    if context.invoked_subcommand != "doctor":  # it has a row for it
        _warn_of_a_leftover()


def _refuse_a_deleted_folder() -> None:
    """Raise ProjectError if the current folder is gone, as after it was removed elsewhere."""
    try:
        os.getcwd()  # noqa: PTH109, pathlib is not needed for --help
    except FileNotFoundError as error:
        there = os.environ.get("PWD", "")
        again = there and os.path.isdir(there)  # noqa: PTH112, see above
        raise ProjectError(
            "the current folder was deleted" + (", and made again" if again else ""),
            hint=f"cd {shlex.quote(there)}" if again else "cd to a folder that exists",
        ) from error


def _warn_of_a_leftover() -> None:
    """Name a distribution that owns the same files as this one.

    To install or remove either breaks both.
    """
    from scaffolder.tools import installation  # not needed for --help

    if former := installation.leftover():
        click.echo(
            f"warning: {installation.FORMER_NAME} {former.version} is installed beside"
            f" {installation.NAME}, and owns the same files; remove it: {former.remove}",
            err=True,
        )


def main() -> None:
    """Run `scaffold`, and end the process with the exit code from `errors.ExitCode`."""
    signal.signal(signal.SIGTERM, _Stop())
    sys.unraisablehook = _raise_later
    if "HOME" not in os.environ:
        from scaffolder.tools import process  # 15 ms, and hardly anybody has no home

        process.settle_home()
    gc.set_threshold(
        100_000, 50, 50
    )  # what a run imports and parses stays to its end; looking through it takes 5 %
    code = run(sys.argv[1:])
    if code == ExitCode.INTERRUPTED:
        # An interrupt inside exec(), which imports are full of, makes the interpreter end by SIGINT
        # whatever we return (`unhandled_keyboard_interrupt` in CPython's pythonrun.c).
        from scaffolder.tools import process  # see above

        process.end_all()
        sys.stdout.flush()
        os._exit(code)
    _leave(code)


def _leave(code: int) -> None:
    """End the process at once: freeing all memory in Python takes a tenth of a run.

    Exit functions run first, then the streams are flushed, in the order of Python. A stream that
    cannot be written is left to the ordinary exit, which reports it.
    """
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        sys.exit(code)
    os._exit(code)


def run(arguments: list[str]) -> int:
    """Run `scaffold` with `arguments`; any error is one sentence and a command to type next.

    A program that asks for JSON reads the same on stdout.
    """
    as_json = _wants_json(arguments)
    try:
        outcome = scaffold.main(arguments, prog_name="scaffold", standalone_mode=False)
    except ScaffolderError as error:
        return _say(_Refusal.of(error), error, as_json=as_json)
    except click.ClickException as error:
        error.show()
        if as_json:
            _print(
                _Refusal(kind="usage", message=error.format_message(), hint="", code=ExitCode.USAGE)
            )
        return ExitCode.USAGE
    except (KeyboardInterrupt, click.Abort):
        message = "interrupted; nothing was left half-written"
        click.echo(message, err=True)
        if as_json:
            _print(
                _Refusal(kind="interrupted", message=message, hint="", code=ExitCode.INTERRUPTED)
            )
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # or the interpreter complains when it flushes
        return ExitCode.CLEAN
    except Exception as error:  # noqa: BLE001, the boundary: an uncaught exception would exit 1 and read as "found"
        refusal = _Refusal(
            kind=ScaffolderError.kind,
            message=f"scaffolder failed: {type(error).__name__}: {error}",
            hint="run it again with --debug, and report what it prints",
            code=ExitCode.BROKEN,
        )
        return _say(refusal, error, as_json=as_json)
    return outcome if isinstance(outcome, int) else ExitCode.CLEAN


@dataclass(frozen=True, kw_only=True)
class _Refusal:
    """The error that stopped a command."""

    kind: str
    message: str
    hint: str
    code: ExitCode
    missing: tuple[str, ...] = ()

    @classmethod
    def of(cls, error: ScaffolderError) -> _Refusal:
        return cls(
            kind=error.kind,
            message=error.message,
            hint=error.hint,
            code=error.exit_code,
            missing=error.missing,
        )


def _wants_json(arguments: list[str]) -> bool:
    """Return whether `--format json` is among the arguments, the last one winning.

    It counts also beside bad usage.
    """
    form = ""
    for at, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--format":
            form = next(iter(arguments[at + 1 :]), "")
        elif argument.startswith("--format="):
            form = argument.partition("=")[2]
    return form == "json"


def _say(refusal: _Refusal, error: BaseException, *, as_json: bool) -> ExitCode:
    from scaffolder.model import visible  # 15 ms, and most runs end without an error

    click.echo(f"scaffold: {visible(refusal.message)}", err=True)
    if refusal.hint:
        click.echo(f"  try: {visible(refusal.hint)}", err=True)
    if as_json:
        _print(refusal)
    if "--debug" in sys.argv or os.environ.get("SCAFFOLD_DEBUG"):
        traceback.print_exception(error)
    return refusal.code


def _print(refusal: _Refusal) -> None:
    """Print the document that docs/status.md describes."""
    said = {
        "kind": refusal.kind,
        "message": refusal.message,
        "hint": refusal.hint,
        "missing": list(refusal.missing),
    }
    click.echo(json.dumps({"version": 1, "error": said, "exit_code": int(refusal.code)}, indent=2))


_SAME_SIGNAL = 1.0
"""Seconds.

`timeout` of GNU coreutils sends a signal to the process, and then to its whole group.
"""


class _Stop:
    """Interrupt the program, once for signals that arrive together.

    The second one would interrupt the report that the first one asked for.
    """

    def __init__(self) -> None:
        self._last: float | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        last, self._last = self._last, time.monotonic()
        if last is None or self._last - last > _SAME_SIGNAL:
            raise KeyboardInterrupt


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _raise_later(unraisable: sys.UnraisableHookArgs) -> None:
    """Raise an interrupt again that came where Python drops exceptions.

    In a destructor, or beside a fork.
    """
    if isinstance(unraisable.exc_value, KeyboardInterrupt) and hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, _interrupt)
        signal.setitimer(signal.ITIMER_REAL, 0.01)
    else:
        sys.__unraisablehook__(unraisable)
