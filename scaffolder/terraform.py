"""What Terraform says of a folder of configurations: is it formatted, is it valid and at which level, do tests pass."""

from __future__ import annotations

import json
import os
import posixpath
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from scaffolder.errors import ToolCrashed, ToolError, ToolMissing
from scaffolder.offline import catalog
from scaffolder.offline.mirrors import holds, locked, mirrors, only_from
from scaffolder.offline.requirements import choose, required_providers
from scaffolder.toolchain import EXTRA, TERRAFORM, Done, Toolchain

# How deep a validation looked: the language alone, also the providers' schemas, also the providers' own opinion.
Level = Literal["syntax", "schema", "provider"]


@dataclass(frozen=True, kw_only=True, order=True)
class Diagnostic:
    """One thing that Terraform objects to; `path` is relative to the folder passed in, `line` 0 is the whole file."""

    path: Path
    line: int = 0
    summary: str
    detail: str = ""
    severity: Literal["error", "warning"] = "error"


@dataclass(frozen=True, kw_only=True, order=True)
class Unformatted:
    """A file that `terraform fmt` would change, and how."""

    path: Path
    line: int
    diff: str


@dataclass(frozen=True, kw_only=True)
class Formatting:
    """Files that are not formatted, and what kept Terraform from telling."""

    unformatted: tuple[Unformatted, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Validation:
    """What `terraform validate` said of one root.

    `providers` are the releases it was held against ("aws 6.69.1"); `limit` says what kept it from looking deeper.
    """

    root: Path
    level: Level
    diagnostics: tuple[Diagnostic, ...] = ()
    providers: tuple[str, ...] = ()
    limit: str = ""


@dataclass(frozen=True, kw_only=True)
class Tests:
    """What `terraform test` said of one root: counts of runs, and why some of them failed."""

    root: Path
    passed: int
    failed: int
    diagnostics: tuple[Diagnostic, ...] = ()


def roots(directory: Path) -> tuple[Path, ...]:
    """The folders below `directory` to run terraform in, relative to it: those that no other one calls as a module."""
    folders = {file.parent for file in _sources(directory) if file.name.endswith((".tf", ".tf.json"))}
    called = {
        Path(os.path.normpath(base / source))
        for file in _sources(directory)
        for source in _MODULE_SOURCE.findall(_read(file))
        for base in ((file.parent, file.parent.parent) if file.name.endswith(".tftest.hcl") else (file.parent,))
        if source.startswith(".")
    }
    return tuple(sorted(folder.relative_to(directory) for folder in folders - called))


def formatting(tools: Toolchain, directory: Path) -> Formatting:
    """What `terraform fmt` would change below `directory`; nothing is written."""
    done = tools.run(TERRAFORM, "fmt", "-check", "-diff", "-recursive", "-no-color", cwd=directory)
    match done.exit_code:
        case 0:
            return Formatting()
        case 3:
            return Formatting(unformatted=tuple(_unformatted(done.stdout)))
        case 2 if found := tuple(_printed_errors(done.stderr)):  # it then says nothing of the other files
            return Formatting(diagnostics=found)
    raise _failed(done)


def validate(
    tools: Toolchain,
    directory: Path,
    roots: Sequence[Path],
    *,
    releases: Mapping[str, str] | None = None,
    online: bool = False,
) -> tuple[Validation, ...]:
    """Run `terraform validate` for each root below `directory`, as deep as this machine allows, on a copy.

    The real providers are asked where a mirror or a plugin cache holds them, or, with `online`, where Terraform can
    download them. Else the packaged schemas stand in: the newest release that the configuration allows, or the one that
    `releases` names ({"hashicorp/aws": "5.100.0"}).
    """
    with _copy(directory) as copy:
        return tuple(_validate(tools, _Root(copy, root), releases or {}, online=online) for root in roots)


def run_tests(
    tools: Toolchain, directory: Path, roots: Sequence[Path], *, releases: Mapping[str, str] | None = None
) -> tuple[Tests, ...]:
    """Run `terraform test` for each root below `directory`, on a copy, with the packaged schemas behind its mocks."""
    with _copy(directory) as copy:
        return tuple(_test(tools, _Root(copy, root), releases or {}) for root in roots)


_INIT_TIMEOUT = 15.0
_PROVIDER_TIMEOUT = 120.0  # the AWS provider alone takes 3 s to start, on a busy machine many times that
_LOCAL_TIMEOUT = 60.0
_COPIED = (".tf", ".tf.json", ".tfvars", ".tfvars.json", ".hcl", ".tftest.json", ".tfmock.json")
_MODULE_SOURCE = re.compile(r'^\s*"?source"?\s*[=:]\s*"([^"]+)"', re.MULTILINE)
_NO_FUNCTION = "Unknown provider function"
_WRONG_TERRAFORM = "Unsupported Terraform Core version"
_NO_PROVIDER = ("Missing required provider", "Failed to obtain provider schema", "Failed to load plugin schemas")


class _Root:
    """One root in the copy: where it runs, and what its files say about modules and providers."""

    def __init__(self, copy: Path, root: Path) -> None:
        self.path = root
        self.folder = copy / root
        self.data = Path(tempfile.mkdtemp(prefix=".data-", dir=copy))
        self.text = "\n".join(_read(file) for file in _sources(self.folder))

    @property
    def has_modules(self) -> bool:
        return re.search(r"\bmodule\b", self.text) is not None

    @property
    def remote_modules(self) -> tuple[str, ...]:
        blocks = re.findall(r'^\s*module\s+(?:"[^"]*"\s*)?\{(.*?)^\s*\}', self.text, re.MULTILINE | re.DOTALL)
        sources = (source for block in blocks for source in _MODULE_SOURCE.findall(block))
        return tuple(sorted({source for source in sources if not source.startswith((".", "/"))}))

    def with_modules(self) -> str:
        """The text of the root and of all modules it uses, once `terraform get` has found them."""
        manifest = self.data / "modules" / "modules.json"
        if not manifest.exists():
            return self.text
        folders = {module["Dir"] for module in json.loads(manifest.read_text())["Modules"]} - {"", "."}
        files = (file for folder in sorted(folders) for file in _sources(self.folder / folder))
        return "\n".join((self.text, *(_read(file) for file in files)))

    def run(self, tools: Toolchain, *args: str, env: Mapping[str, str] | None = None, timeout: float) -> Done:
        variables = {"TF_DATA_DIR": str(self.data), **(env or {})}
        return tools.run(TERRAFORM, *args, cwd=self.folder, env=variables, timeout=timeout)


def _validate(tools: Toolchain, root: _Root, releases: Mapping[str, str], *, online: bool) -> Validation:
    if root.remote_modules and not online:
        limit = f"modules from elsewhere need --online: {', '.join(root.remote_modules)}"
        return _at_syntax(root, _report(tools, root), limit)
    missing_module = ""
    if root.has_modules:
        got = root.run(tools, "get", "-no-color", timeout=_INIT_TIMEOUT if online else _LOCAL_TIMEOUT)
        missing_module = _first_error(got.stderr) if got.exit_code else ""
    text = root.with_modules()
    needed = required_providers(text)
    reason = ""
    if needed and not releases and not missing_module:
        asked = _ask_providers(tools, root, needed, online=online)
        if isinstance(asked, Validation):
            return asked
        reason = asked
    said = _hold_against_schemas(tools, root, text, needed, releases)
    explained = tuple(
        replace(d, detail=missing_module) if missing_module and d.summary == "Module not installed" else d
        for d in said.diagnostics
    )
    return replace(said, diagnostics=explained, limit=said.limit or ("" if explained else reason))


def _hold_against_schemas(
    tools: Toolchain, root: _Root, text: str, needed: Mapping[str, str], releases: Mapping[str, str]
) -> Validation:
    try:
        from scaffolder.offline.server import serving  # gRPC: 0.1 s, and needed only here
    except ImportError:
        return _at_syntax(root, _report(tools, root), f"the packaged schemas need gRPC: {EXTRA}")
    chosen, unknown = choose(needed, releases)
    words = frozenset(re.findall(r"\w+", text))
    parts = {schema.address: catalog.load(schema, words) for schema in chosen}
    with serving(parts) as env:
        diagnostics = _report(tools, root, env)
    if unknown:
        return _at_syntax(root, diagnostics, f"no schema of {', '.join(unknown)}")
    not_carried = {name for part in parts.values() for name in part.without_schema}
    kept = tuple(d for d in diagnostics if not _is_about(not_carried, d))
    left_out = sorted({name for d in diagnostics for name in not_carried if f'"{name}"' in d.detail})
    if any(d.summary == _NO_FUNCTION for d in diagnostics):
        left_out.append("provider functions")
    return Validation(
        root=root.path,
        level="schema",
        diagnostics=kept,
        providers=tuple(str(schema) for schema in chosen),
        limit=f"no schema of {', '.join(left_out)}" if left_out else "",
    )


def _ask_providers(tools: Toolchain, root: _Root, needed: Mapping[str, str], *, online: bool) -> Validation | str:
    """What the real providers say, or why they could not be asked ("" where nobody expects that they could)."""
    if online:
        env = {}
    else:
        found = [mirror for mirror in mirrors() if any(holds(mirror, address) for address in needed)]
        if not all(any(holds(mirror, address) for mirror in found) for address in needed):
            return ""
        env = {"TF_CLI_CONFIG_FILE": str(only_from(found, root.data)), "TF_PLUGIN_CACHE_DIR": ""}
    try:
        timeout = _INIT_TIMEOUT if online else _LOCAL_TIMEOUT  # a mirror is on this machine: slow, but never hung
        init = root.run(tools, "init", "-backend=false", "-input=false", "-no-color", env=env, timeout=timeout)
        if init.exit_code:
            return f"the real providers could not be had: {_first_error(init.stderr)}"
        diagnostics = _report(tools, root, env, timeout=_PROVIDER_TIMEOUT)
    except ToolError as error:
        return f"the real providers gave no verdict: {error.message}"
    return Validation(root=root.path, level="provider", diagnostics=diagnostics, providers=locked(root.folder))


def _report(
    tools: Toolchain, root: _Root, env: Mapping[str, str] | None = None, timeout: float = _LOCAL_TIMEOUT
) -> tuple[Diagnostic, ...]:
    done = root.run(tools, "validate", "-json", "-no-color", env=env, timeout=timeout)
    if done.exit_code not in (0, 1):
        raise _failed(done)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        raise _failed(done) from None
    found = tuple(_diagnostic(item, root.path) for item in report["diagnostics"])
    if done.exit_code and not found:
        raise _failed(done)
    if wrong := next((d for d in found if d.summary == _WRONG_TERRAFORM), None):
        raise ToolMissing(
            f"{tools.find(TERRAFORM)} is not the Terraform that {wrong.path.as_posix()}:{wrong.line} asks for",
            hint=TERRAFORM.install_hint,
        )
    return tuple(sorted(set(found)))


def _test(tools: Toolchain, root: _Root, releases: Mapping[str, str]) -> Tests:
    from scaffolder.offline.server import serving

    root.run(tools, "get", "-no-color", timeout=_LOCAL_TIMEOUT)
    text = root.with_modules()
    chosen, _ = choose(required_providers(text), releases)
    words = frozenset(re.findall(r"\w+", text))
    with serving({schema.address: catalog.load(schema, words) for schema in chosen}) as env:
        done = root.run(tools, "test", "-json", "-no-color", env=env, timeout=_PROVIDER_TIMEOUT)
    summary: dict[str, Any] = {}
    diagnostics = []
    for line in done.stdout.splitlines():
        event = json.loads(line) if line.startswith("{") else {}
        match event.get("type"):
            case "diagnostic":
                diagnostics.append(_diagnostic(event["diagnostic"], root.path))
            case "test_summary":
                summary = event["test_summary"]
    if done.exit_code not in (0, 1) or not (summary or diagnostics):
        raise _failed(done)
    failed = summary.get("failed", 0) + summary.get("errored", 0) + summary.get("skipped", 0)
    return Tests(
        root=root.path,
        passed=summary.get("passed", 0),
        failed=failed if summary else 1,
        diagnostics=tuple(sorted(set(diagnostics))),
    )


def _sources(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        if file.name.endswith(_COPIED) and not any(part.startswith(".") for part in file.relative_to(folder).parts):
            yield file


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


@contextmanager
def _copy(directory: Path) -> Iterator[Path]:
    """A copy of all but what earlier runs of Terraform left behind, so that nothing is written to the original."""
    with tempfile.TemporaryDirectory(prefix="scaffold-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder, directory.resolve().name)
        shutil.copytree(
            directory, copy, ignore=shutil.ignore_patterns(".terraform", "*.tfstate", "*.tfstate.*", ".git")
        )
        yield copy


_PRINTED_ERROR = re.compile(r"^Error: (?P<summary>.+)\n\n  on (?P<path>.+) line (?P<line>\d+)", re.MULTILINE)


def _diagnostic(item: Mapping[str, Any], root: Path) -> Diagnostic:
    place = item.get("range") or {}
    within = posixpath.normpath(PurePosixPath(root.as_posix(), place.get("filename", ".")).as_posix())
    return Diagnostic(
        path=Path(within),
        line=place.get("start", {}).get("line", 0),
        summary=item["summary"],
        detail=item.get("detail", ""),
        severity="warning" if item["severity"] == "warning" else "error",
    )


def _unformatted(printed: str) -> Iterator[Unformatted]:
    """Split `fmt -check -diff` output: each changed file's diff starts with "--- old/<path>"."""
    for part in re.split(r"^(?=--- old/)", printed, flags=re.MULTILINE)[1:]:
        lines = part.splitlines()
        end = next(
            (n for n, line in enumerate(lines) if n > 1 and not line.startswith((" ", "+", "-", "@"))), len(lines)
        )
        first = next((n for n, line in enumerate(lines[2:end]) if line.startswith(("-", "+"))), 1)
        start = re.match(r"@@ -(\d+)", lines[2]) if end > 2 else None
        yield Unformatted(
            path=Path(lines[0].removeprefix("--- old/")),
            line=(int(start[1]) + first - 1) if start else 0,
            diff="\n".join(lines[:end]),
        )


def _printed_errors(printed: str) -> Iterator[Diagnostic]:
    for match in _PRINTED_ERROR.finditer(printed):
        yield Diagnostic(path=Path(match["path"]), line=int(match["line"]), summary=match["summary"])


def _first_error(printed: str) -> str:
    """The first error's own sentences, on one line; Terraform wraps them at 78 columns."""
    blocks = re.split(r"^Error: ", printed, flags=re.MULTILINE)
    words = " ".join((blocks[1] if len(blocks) > 1 else printed).split())
    return words if len(words) <= 200 else words[:197] + "..."


def _at_syntax(root: _Root, diagnostics: tuple[Diagnostic, ...], limit: str) -> Validation:
    """What is left to say where schemas are missing: the language's own errors."""
    kept = tuple(d for d in diagnostics if not d.summary.startswith((*_NO_PROVIDER, "Module not installed")))
    return Validation(root=root.path, level="syntax", diagnostics=kept, limit=limit)


def _is_about(not_carried: Set[str], diagnostic: Diagnostic) -> bool:
    """Whether Terraform misses what exists and we do not carry: a resource type, or a provider's functions."""
    if diagnostic.summary == _NO_FUNCTION:
        return True
    return diagnostic.summary.startswith("Invalid ") and any(f'"{name}"' in diagnostic.detail for name in not_carried)


def _failed(done: Done) -> ToolCrashed:
    return ToolCrashed(
        f"terraform ended with exit code {done.exit_code}: {_first_error(done.stderr or done.stdout)}",
        hint=f"see for yourself: {' '.join(done.argv)}",
    )
