"""Is it valid, and at which level was that found out?"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from scaffolder.errors import ToolError, ToolMissing
from scaffolder.formats.regex import regex
from scaffolder.tools import installation
from scaffolder.tools.offline import catalog
from scaffolder.tools.offline.mirrors import (
    LOCK,
    holds,
    locked,
    locked_versions,
    mirrors,
    only_from,
)
from scaffolder.tools.offline.requirements import choose, required_providers
from scaffolder.tools.programs import TERRAFORM
from scaffolder.tools.terraform import limits
from scaffolder.tools.terraform.folders import (
    LOCAL_TIMEOUT,
    PROVIDER_TIMEOUT,
    Root,
    copied,
    goes_up,
    read,
)
from scaffolder.tools.terraform.limits import NOT_INSTALLED
from scaffolder.tools.terraform.output import (
    Diagnostic,
    diagnostic,
    first_error,
    no_verdict,
    printed_errors,
)
from scaffolder.tools.toolchain import Toolchain

# How deep a validation looked: the language alone, also the providers' schemas, also the providers'
# own opinion.
Level = Literal["syntax", "schema", "provider"]


@dataclass(frozen=True, kw_only=True)
class Validation:
    """The result of `terraform validate` for one root.

    `providers` are the releases it was checked with ("aws 6.69.1"); `limit` is the reason why it
    did not look deeper, and `judged` is false if that is everything.
    """

    root: Path
    level: Level
    diagnostics: tuple[Diagnostic, ...] = ()
    providers: tuple[str, ...] = ()
    limit: str = ""
    judged: bool = True


def validate(
    tools: Toolchain,
    directory: Path,
    roots: Sequence[Path],
    *,
    releases: Mapping[str, str] | None = None,
    online: bool = False,
    within: Path | None = None,
) -> tuple[Validation, ...]:
    """Run `terraform validate` for each root below `directory`, as deep as possible, on a copy.

    The real providers are asked where a mirror or a plugin cache holds them, or, with `online`,
    where Terraform can download them. Else the packaged schemas stand in: the newest release that
    the configuration allows, or the one that `releases` names ({"hashicorp/aws": "5.100.0"}).
    Files beside `directory` are there for Terraform to read as far as the folder `within`.

    Raises:
        ToolMissing: each root asks for another Terraform.

    """

    def ask() -> list[dict[str, Any]]:
        with copied(directory, within=within) as (copy, top):
            said = _each(tools, [Root(copy, root, top) for root in roots], releases or {}, online)
            return [_plain(validation) for validation in said]

    if online or any(
        True for _ in mirrors()
    ):  # what a registry or a mirror holds is not for us to know
        return tuple(_validation(plain) for plain in ask())
    question = ("validate", [root.as_posix() for root in roots], dict(releases or {}))
    reads = [within] if within and goes_up(directory) else [directory]
    return tuple(_validation(plain) for plain in tools.answer(TERRAFORM, question, reads, ask))


def left_to_terragrunt(validation: Validation, name: Path) -> Validation:
    """Return the diagnostics of configuration `name`, without what Terragrunt may add later.

    It is not judged if nothing else was reported: Terraform may have looked no further.
    """
    kept = tuple(one for one in validation.diagnostics if not limits.of_terragrunt(one))
    if kept == validation.diagnostics:
        return validation
    limit = f"{name.as_posix()} ({limits.TERRAGRUNT})"
    return replace(
        validation,
        diagnostics=kept,
        limit="; ".join(filter(None, (validation.limit, limit))),
        judged=bool(kept),
    )


def _each(
    tools: Toolchain, roots: Sequence[Root], releases: Mapping[str, str], online: bool
) -> list[Validation]:
    """Validate each root; one for another Terraform does not keep the others from a verdict."""
    validations, missing = [], []
    for root in roots:
        try:
            validations.append(_validate(tools, root, releases, online=online))
        except ToolMissing as error:
            missing.append(error)
            limit = f"{error.message}: {root.path.as_posix()}"
            validations.append(_unjudged(root, limit))
    if missing and len(missing) == len(roots):
        raise missing[0]
    return validations


def _unjudged(root: Root, limit: str) -> Validation:
    return Validation(root=root.path, level="syntax", limit=limit, judged=False)


def _plain(validation: Validation) -> dict[str, Any]:
    diagnostics = [{**asdict(one), "path": one.path.as_posix()} for one in validation.diagnostics]
    return {**asdict(validation), "root": validation.root.as_posix(), "diagnostics": diagnostics}


def _validation(plain: Mapping[str, Any]) -> Validation:
    return Validation(
        root=Path(plain["root"]),
        level=plain["level"],
        diagnostics=tuple(
            Diagnostic(**{**one, "path": Path(one["path"])}) for one in plain["diagnostics"]
        ),
        providers=tuple(plain["providers"]),
        limit=plain["limit"],
        judged=plain["judged"],
    )


_INIT_TIMEOUT = 15.0
_NO_FUNCTION = "Unknown provider function"
_WRONG_TERRAFORM = "Unsupported Terraform Core version"
_REQUIRED_VERSION = regex(r'required_version"?\s*[=:]\s*"([^"]+)"')


def _validate(
    tools: Toolchain, root: Root, releases: Mapping[str, str], *, online: bool
) -> Validation:
    """Validate a root, and leave out of the verdict what only this machine lacks."""
    if encrypted := root.encrypted():
        return _unjudged(root, f"encrypted: {', '.join(encrypted)}")
    validation = _as_it_is(tools, root, releases, online=online)
    told = limits.split(validation.diagnostics, root)
    foreign = limits.dialect(root)
    if foreign and any(one.severity == "error" for one in told.diagnostics):
        return _unjudged(root, f"{root.path.as_posix()} ({foreign})")
    return replace(
        validation,
        level="syntax" if told.without_provider else validation.level,
        diagnostics=told.diagnostics,
        limit="; ".join(dict.fromkeys(filter(None, (validation.limit, *told.limits)))),
    )


def _as_it_is(
    tools: Toolchain, root: Root, releases: Mapping[str, str], *, online: bool
) -> Validation:
    if root.remote_modules and not online:
        return _without_modules(tools, root, ", ".join(root.remote_modules))
    missing_module = ""
    located: tuple[Diagnostic, ...] = ()
    if root.has_modules:
        got = root.run(
            tools, "get", "-no-color", timeout=_INIT_TIMEOUT if online else LOCAL_TIMEOUT
        )
        if got.exit_code:
            printed = printed_errors(got.stderr, root.path)
            _refuse_another(tools, root, printed)
            missing_module = first_error(got.stderr)
            if limits.module_elsewhere(got.stderr, online=online):
                return _without_modules(tools, root, missing_module)
            located = tuple(one for one in printed if one.line)
    configuration = root.with_modules()
    needed = required_providers(configuration.files)
    reason = ""
    if needed and not releases and not missing_module:
        asked = _ask_providers(tools, root, needed, online=online)
        if isinstance(asked, Validation):
            return asked
        reason = asked
    said = _hold_against_schemas(tools, root, configuration.text, needed, releases)
    explained = _explained(said.diagnostics, missing_module, located)
    return replace(said, diagnostics=explained, limit=said.limit or ("" if explained else reason))


def _without_modules(tools: Toolchain, root: Root, modules: str) -> Validation:
    limit = f"modules from elsewhere need --online: {modules}"
    return _at_syntax(root, _report(tools, root), limit)


def _explained(
    diagnostics: tuple[Diagnostic, ...], missing_module: str, located: tuple[Diagnostic, ...]
) -> tuple[Diagnostic, ...]:
    """Return the reasons why modules are not installed, instead of that diagnostic.

    An error at its own place is listed once, and not once for each module.
    """
    if located:
        others = (one for one in diagnostics if one.summary != NOT_INSTALLED)
        return tuple(sorted({*others, *located}))
    return tuple(
        replace(one, detail=missing_module)
        if missing_module and one.summary == NOT_INSTALLED
        else one
        for one in diagnostics
    )


def _hold_against_schemas(
    tools: Toolchain, root: Root, text: str, needed: Mapping[str, str], releases: Mapping[str, str]
) -> Validation:
    try:
        from scaffolder.tools.offline.server import serving  # gRPC: 0.1 s, and needed only here
    except ImportError:
        extra = installation.current().with_tools()
        return _at_syntax(root, _report(tools, root), f"the packaged schemas need gRPC: {extra}")
    of_lock = locked_versions(root.folder)
    # Terraform would look for the providers of the lock file, which are not on this machine.
    (root.folder / LOCK).unlink(missing_ok=True)
    chosen, unknown = choose(needed, releases, of_lock)
    words = frozenset(re.findall(r"\w+", text))
    parts = {schema.address: catalog.load(schema, words) for schema in chosen}
    with serving(parts) as env:
        diagnostics = _report(tools, root, env)
    if unknown:
        return _at_syntax(root, diagnostics, f"no schema of {', '.join(unknown)}")
    not_carried = set(chain.from_iterable(part.without_schema for part in parts.values()))
    kept = tuple(d for d in diagnostics if not _is_about(not_carried, d))
    details = "\n".join(diagnostic.detail for diagnostic in diagnostics)
    left_out = sorted(name for name in not_carried if f'"{name}"' in details)
    if any(d.summary == _NO_FUNCTION for d in diagnostics):
        left_out.append("provider functions")
    if any(map(_is_about_ephemeral, diagnostics)):
        left_out.append("ephemeral resources and write-only arguments")
    return Validation(
        root=root.path,
        level="schema",
        diagnostics=kept,
        providers=tuple(str(schema) for schema in chosen),
        limit=f"no schema of {', '.join(left_out)}" if left_out else "",
    )


def _ask_providers(
    tools: Toolchain, root: Root, needed: Mapping[str, str], *, online: bool
) -> Validation | str:
    """Return the real providers' diagnostics, or why they could not be asked.

    "" if no user would expect that they could.
    """
    if online:
        env = {}
    else:
        found = [
            mirror for mirror in mirrors() if any(holds(mirror, address) for address in needed)
        ]
        if not all(any(holds(mirror, address) for mirror in found) for address in needed):
            return ""
        env = {"TF_CLI_CONFIG_FILE": str(only_from(found, root.data)), "TF_PLUGIN_CACHE_DIR": ""}
    try:
        timeout = (
            _INIT_TIMEOUT if online else LOCAL_TIMEOUT
        )  # a mirror is on this machine: slow, but never hung
        init = root.run(
            tools, "init", "-backend=false", "-input=false", "-no-color", env=env, timeout=timeout
        )
        if init.exit_code:
            return f"the real providers could not be had: {first_error(init.stderr)}"
        diagnostics = _report(tools, root, env, timeout=PROVIDER_TIMEOUT)
    except ToolError as error:
        return f"the real providers were inconclusive: {error.message}"
    return Validation(
        root=root.path, level="provider", diagnostics=diagnostics, providers=locked(root.folder)
    )


def _report(
    tools: Toolchain,
    root: Root,
    env: Mapping[str, str] | None = None,
    timeout: float = LOCAL_TIMEOUT,
) -> tuple[Diagnostic, ...]:
    done = root.run(tools, "validate", "-json", "-no-color", env=env, timeout=timeout)
    if done.exit_code not in (0, 1):
        raise no_verdict(done)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        raise no_verdict(done) from None
    found = tuple(diagnostic(item, root.path) for item in report["diagnostics"])
    if done.exit_code and not found:
        raise no_verdict(done)
    _refuse_another(tools, root, found)
    return tuple(sorted(set(found)))


def _refuse_another(tools: Toolchain, root: Root, found: Iterable[Diagnostic]) -> None:
    """Raise ToolMissing if a root, or its module, requires another Terraform than this one."""
    wrong = next((one for one in found if one.summary == _WRONG_TERRAFORM), None)
    if wrong is None:
        return
    file = root.folder / os.path.relpath(wrong.path, root.path)
    line = "".join(read(file).splitlines()[max(wrong.line - 1, 0) : wrong.line])
    asked = _REQUIRED_VERSION.search(line)
    needed = asked[1] if asked else f"of {wrong.path.as_posix()}:{wrong.line}"
    here = str(tools.find(TERRAFORM)).removeprefix(f"{TERRAFORM.name} ")
    raise ToolMissing(f"needs terraform {needed}, here is {here}", hint=TERRAFORM.how_to_get)


def _at_syntax(root: Root, diagnostics: tuple[Diagnostic, ...], limit: str) -> Validation:
    """Return the rest of the diagnostics without schemas: the language's own errors."""
    kept = tuple(d for d in diagnostics if not limits.is_missing(d))
    return Validation(root=root.path, level="syntax", diagnostics=kept, limit=limit)


def _is_about(not_carried: Set[str], diagnostic: Diagnostic) -> bool:
    """Return whether Terraform misses an existing part that we do not carry.

    That is a resource type, or a provider's functions.
    """
    if diagnostic.summary == _NO_FUNCTION or _is_about_ephemeral(diagnostic):
        return True
    return diagnostic.summary.startswith("Invalid ") and any(
        f'"{name}"' in diagnostic.detail for name in not_carried
    )


_EPHEMERAL = regex(
    r"does not support ephemeral resource|is not a write-only attribute|write-only attribute"
)


def _is_about_ephemeral(diagnostic: Diagnostic) -> bool:
    """Whether Terraform misses what most packaged schemas do not have: what no state keeps.

    https://developer.hashicorp.com/terraform/language/manage-sensitive-data/ephemeral
    """
    summary = diagnostic.summary
    return summary.startswith(
        ("Invalid ephemeral resource", "Invalid use of ephemeral value")
    ) and (_EPHEMERAL.search(" ".join(diagnostic.detail.split())) is not None)
