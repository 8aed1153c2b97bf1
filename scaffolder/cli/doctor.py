"""`scaffold doctor`: the external program of each check, and how to install missing ones."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click

from scaffolder import __version__, checks, git_remote
from scaffolder.cli import options
from scaffolder.errors import AnswersError, ExitCode
from scaffolder.formats.regex import regex
from scaffolder.git_remote import Reach
from scaffolder.model import visible
from scaffolder.template import presets
from scaffolder.tools import cluster, installation, network
from scaffolder.tools.cache import Cache
from scaffolder.tools.git import GIT
from scaffolder.tools.installation import Installation, Leftover
from scaffolder.tools.network import Setting
from scaffolder.tools.programs import Tool
from scaffolder.tools.toolchain import Survey, SystemToolchain

_OWN_WORDS = regex(r"does not tell its version \(exit code -?\d+\): (?P<words>.+)")
"""The reason of a program that starts and stops with an error; `words` is its own account of it."""


@click.command(
    "doctor", short_help="Which external program each check would use, and how to get it."
)
@click.option("--require-tools", is_flag=True, help="Exit 3 if a check lacks its program.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@options.no_color
@options.debug
def command(require_tools: bool, form: str) -> int:
    """Look for every program that `scaffold` and plain `copier update` use.

    Nothing is changed, no network is used.
    """
    needed = _needed()
    with SystemToolchain() as toolchain:
        surveys = [toolchain.survey(tool) for tool in needed]
    rows = [_row(survey, needed[survey.tool]) for survey in surveys]
    contexts = cluster.contexts()
    usage = Cache().usage()
    helper = git_remote.reach()
    ours, former = installation.current(), installation.leftover()
    settings = _settings()
    reached = network.settings(os.environ)
    if form == "json":
        known = [
            {"name": one.name, "cluster": one.cluster, "current": one.current} for one in contexts
        ]
        kept = {"folder": str(usage.folder), "entries": usage.entries, "bytes": usage.size}
        remote = {"path": helper.path, "install": helper.hint}
        document = {
            "installation": _installation(ours, former),
            "tools": rows,
            "remote_helper": remote,
            "settings": settings,
            "network": [asdict(one) for one in reached],
        }
        click.echo(json.dumps({**document, "contexts": known, "cache": kept}, indent=2))
    else:
        click.echo(_distribution(ours, former))
        for row in rows:
            click.echo(_line(row))
        click.echo(_helper(helper))
        click.echo(_settings_line(settings))
        click.echo(_network_line(reached))
        current = next((one for one in contexts if one.current), None)
        click.echo(
            f"  kubeconfig: {f'context {current.name}' if current else 'no context is current'}; no"
            " check uses it"
        )
        click.echo(
            f"  cache: {usage.folder}: {usage.entries} answers of programs,"
            f" {usage.size / 2**20:.1f} MiB; scaffold check --no-cache runs them again"
        )
    missing = any(row["program"] == "" for row in rows)
    return ExitCode.NO_VERDICT if missing and require_tools else ExitCode.CLEAN


def _settings() -> dict[str, Any]:
    """Return what the user's config.toml holds, and what is wrong with it."""
    file = presets.settings_file()
    found: dict[str, Any] = {"file": str(file), "exists": file.is_file(), "problem": "", "hint": ""}
    try:
        own = presets.user_settings()
    except AnswersError as error:
        return {
            **found,
            "defaults": {},
            "presets": [],
            "problem": error.message,
            "hint": error.hint,
        }
    named = [preset.name for preset in own.presets]
    return {**found, "defaults": dict(own.defaults), "presets": named}


def _settings_line(settings: Mapping[str, Any]) -> str:
    if settings["problem"]:
        word = options.paint("!!", "warning")
        hint = f"\n      {settings['hint']}" if settings["hint"] else ""
        return f"  {word}  settings: {visible(settings['problem'])}{hint}"
    if not settings["exists"]:
        return f"  settings: {settings['file']}: is not there; defaults of your own would be in it"
    named = [f"{name}={_shown(value)}" for name, value in settings["defaults"].items()]
    own = [f"preset {name}" for name in settings["presets"]]
    return f"  settings: {settings['file']}: {visible(', '.join([*named, *own])) or 'empty'}"


def _network_line(reached: Sequence[Setting]) -> str:
    """Return the row of proxy and CA.

    scaffolder has no such setting, its programs read the environment.
    """
    if not reached:
        return (
            "  network: the environment names no proxy and no CA of your own;"
            " docs/company-network.md"
        )
    listed = ", ".join(f"{one.name}={visible(one.value)}" for one in reached)
    row = f"  network: {listed}"
    broken = [
        f"{one.name} names {visible(one.value)}, which {one.problem}"
        for one in reached
        if one.problem
    ]
    return "\n".join([row, *(f"  {options.paint('!!', 'warning')}  {words}" for words in broken)])


def _shown(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _installation(ours: Installation, former: Leftover | None) -> dict[str, Any]:
    conflict = (
        {"version": former.version, "ours": former.ours, "remove": former.remove}
        if former
        else None
    )
    return {
        "distribution": installation.NAME,
        "version": __version__,
        "from": ours.kind,
        "source": ours.source,
        "reinstall": ours.reinstall(),
        "conflict": conflict,
    }


def _distribution(ours: Installation, former: Leftover | None) -> str:
    """Return the row of the installation, and of one under its former name with the same files."""
    word = options.paint("!!", "warning") if former else options.paint("ok", "passed")
    row = (
        f"  {word}  {installation.NAME:<17} {__version__:<9} {ours.kind:<9} {ours.source}".rstrip()
    )
    if not former:
        return row
    whose = "an earlier release" if former.ours else "another project's package"
    return (
        f"{row}\n      {'':<17} {installation.FORMER_NAME} {former.version}, {whose}, owns the same"
        f" files\n      {'':<17} remove it: {former.remove}"
    )


def _needed() -> dict[Tool, list[str]]:
    """Each program, with the ids of the checks that use it."""
    needed: dict[Tool, list[str]] = {GIT: []}
    for check in checks.every():
        if check.tool:
            needed.setdefault(check.tool, []).append(check.id)
    return needed


def _row(survey: Survey, ids: list[str]) -> dict[str, Any]:
    program = survey.program
    return {
        "tool": survey.tool.name,
        "program": program.name if program else "",
        "version": program.version if program else "",
        "origin": program.origin if program else "",
        "path": program.path if program else "",
        "minimum": survey.tool.oldest,
        "checks": ids,
        "passed_over": [{"path": one.path, "reason": one.reason} for one in survey.rejected],
        "install": _how_to_get(survey),
    }


def _how_to_get(survey: Survey) -> str:
    """Return the command that installs the tool, or "" if it is installed and fails.

    Another copy would fail as well.
    """
    broken = survey.program is None and survey.rejected and not survey.rejected[0].version
    return "" if broken else survey.tool.how_to_get


def _helper(helper: Reach) -> str:
    """The row of the program that Git runs for `scaffold://`; no check uses it."""
    word = options.paint("ok", "passed") if helper.path else options.paint("--", "skipped")
    place = f"{'':<9} {'path':<9} {helper.path}" if helper.path else f"not on PATH; {helper.hint}"
    return f"  {word}  {git_remote.PROGRAM:<17} {place}\n      {'':<17} for plain copier update"


def _line(row: dict[str, Any]) -> str:
    used = ", ".join(row["checks"]) or "the first commit, update and status"
    if row["program"]:
        word = options.paint("ok", "passed")
        lines = [
            f"  {word}  {row['tool']:<17} {row['version']:<9} {row['origin']:<9} {row['path']}"
        ]
    else:
        word = options.paint("--", "skipped")
        lines = [f"  {word}  {row['tool']:<17} {_why_not(row)}"]
    lines += [
        f"      {'':<17} passed over: {one['path']}: {one['reason']}" for one in row["passed_over"]
    ]
    return "\n".join([*lines, f"      {'':<17} for {used}"])


def _why_not(row: dict[str, Any]) -> str:
    """Return why no program is used, and what installs one if that helps."""
    if not row["passed_over"]:
        return f"not found; {row['install']}"
    reason = row["passed_over"][0]["reason"]
    words = _OWN_WORDS.fullmatch(reason)
    problem = f"cannot be used: {words['words'] if words else reason}"
    return f"{problem}; {row['install']}" if row["install"] else problem
