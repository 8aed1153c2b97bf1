"""`scaffold doctor`: which external program each check would use, and how to get the ones that are missing."""

from __future__ import annotations

import json
from typing import Any

import click

from scaffolder import checks, cluster, git_remote
from scaffolder.cache import Cache
from scaffolder.cli import options
from scaffolder.errors import ExitCode
from scaffolder.git_remote import Reach
from scaffolder.toolchain import Survey, SystemToolchain
from scaffolder.tools import Tool
from scaffolder.version_control import GIT


@click.command("doctor", short_help="Which external program each check would use, and how to get it.")
@click.option("--require-tools", is_flag=True, help="Exit 3 if a check lacks its program.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@options.no_color
@options.debug
def command(require_tools: bool, form: str) -> int:
    """Look for every program that `scaffold` and plain `copier update` use. Nothing is changed, no network is used."""
    needed = _needed()
    with SystemToolchain() as toolchain:
        surveys = [toolchain.survey(tool) for tool in needed]
    rows = [_row(survey, needed[survey.tool]) for survey in surveys]
    contexts = cluster.contexts()
    usage = Cache().usage()
    helper = git_remote.reach()
    if form == "json":
        known = [{"name": one.name, "cluster": one.cluster, "current": one.current} for one in contexts]
        kept = {"folder": str(usage.folder), "entries": usage.entries, "bytes": usage.size}
        remote = {"path": helper.path, "install": helper.hint}
        click.echo(json.dumps({"tools": rows, "remote_helper": remote, "contexts": known, "cache": kept}, indent=2))
    else:
        for row in rows:
            click.echo(_line(row))
        click.echo(_helper(helper))
        current = next((one for one in contexts if one.current), None)
        click.echo(
            f"  kubeconfig: {f'context {current.name}' if current else 'no context is current'}; no check uses it"
        )
        click.echo(
            f"  cache: {usage.folder}: {usage.entries} answers of programs, {usage.size / 2**20:.1f} MiB; "
            "scaffold check --no-cache asks anew"
        )
    missing = any(row["program"] == "" for row in rows)
    return ExitCode.NO_VERDICT if missing and require_tools else ExitCode.CLEAN


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
        "install": survey.tool.install_hint,
    }


def _helper(helper: Reach) -> str:
    """The row of the program that Git runs for `scaffold://`; no check uses it."""
    word = options.paint("ok", "passed") if helper.path else options.paint("--", "skipped")
    place = f"{'':<9} {'path':<9} {helper.path}" if helper.path else f"not on PATH; {helper.hint}"
    return f"  {word}  {git_remote.PROGRAM:<17} {place}\n      {'':<17} for plain copier update"


def _line(row: dict[str, Any]) -> str:
    used = ", ".join(row["checks"]) or "the first commit, update and status"
    if row["program"]:
        word = options.paint("ok", "passed")
        lines = [f"  {word}  {row['tool']:<17} {row['version']:<9} {row['origin']:<9} {row['path']}"]
    else:
        word = options.paint("--", "skipped")
        lines = [f"  {word}  {row['tool']:<17} not found; {row['install']}"]
    lines += [f"      {'':<17} passed over: {one['path']}: {one['reason']}" for one in row["passed_over"]]
    return "\n".join([*lines, f"      {'':<17} for {used}"])
