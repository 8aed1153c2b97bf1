"""Run Helm on a chart: `helm lint --strict`, and the rendering for each environment."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from scaffolder.errors import ToolCrashed
from scaffolder.formats.regex import regex
from scaffolder.model import visible
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import HELM
from scaffolder.tools.toolchain import Toolchain


@dataclass(frozen=True, kw_only=True)
class Release:
    """The inputs of an installation: values files, single values (strings), name, namespace."""

    values_files: tuple[Path, ...] = ()
    set_strings: Mapping[str, str] = field(default_factory=dict)
    name: str = "release-name"
    namespace: str = "default"


@dataclass(frozen=True, kw_only=True)
class Message:
    """One line of `helm lint`; `path` is relative to the chart, "." for the chart as a whole."""

    severity: Literal["error", "warning", "info"]
    path: Path
    text: str
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Linted:
    """The messages of `helm lint --strict`: errors and warnings fail, information does not."""

    passed: bool
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True, order=True)
class Manifest:
    """One rendered object, and the template it came from, relative to the chart."""

    source: Path
    text: str


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """The output of `helm template` by template and text, or the reason for none."""

    manifests: tuple[Manifest, ...] = ()
    error: str = ""

    @property
    def text(self) -> str:
        """All objects as one YAML stream."""
        return "".join(
            f"---\n# Source: {manifest.source.as_posix()}\n{manifest.text}\n"
            for manifest in self.manifests
        )


def lint(
    tools: Toolchain, chart: Path, releases: Sequence[Release], *, kube_version: str
) -> tuple[Linted, ...]:
    """Run `helm lint --strict` on `chart` with each release's values.

    It lints for one version of Kubernetes ("1.36.0").
    """
    if _is_embedded(tools):
        answers = _ask(tools, "lint", chart, releases, kube_version, ())
        return tuple(
            Linted(
                passed=answer["passed"],
                messages=tuple(
                    _message(m["severity"], m["path"], m["text"]) for m in answer["messages"]
                ),
            )
            for answer in answers
        )
    return tuple(_lint(tools, chart, release, kube_version) for release in releases)


def render(
    tools: Toolchain,
    chart: Path,
    releases: Sequence[Release],
    *,
    kube_version: str,
    api_versions: Sequence[str] = (),
) -> tuple[Rendered, ...]:
    """Run `helm template` on `chart` for each release.

    `api_versions` ("monitoring.coreos.com/v1") are what the cluster knows beyond Kubernetes itself:
    a template that asks `.Capabilities.APIVersions.Has` renders nothing without them.
    """
    if _is_embedded(tools):
        answers = _ask(tools, "render", chart, releases, kube_version, api_versions)
        return tuple(
            (
                Rendered(error=_one_line(answer["error"]))
                if "error" in answer
                else _from_files(answer["files"])
            )
            for answer in answers
        )
    return tuple(
        _template(tools, chart, release, kube_version, api_versions) for release in releases
    )


_TIMEOUT = 20.0
_MEMORY = (
    8 * 2**30
)  # bytes; the Go runtime reserves address space by the gigabyte, a runaway template takes it all
_ENVIRONMENT = {"HELM_NO_PLUGINS": "1"}


def _is_embedded(tools: Toolchain) -> bool:
    program = tools.find(HELM)
    return program is not None and program.origin == "embedded"


def _ask(
    tools: Toolchain,
    command: str,
    chart: Path,
    releases: Sequence[Release],
    kube_version: str,
    api: Sequence[str],
) -> list[dict[str, Any]]:
    """Put all releases to one process of scaffolder.tools.embedded.helm."""
    if visible(str(chart)) != str(chart):
        raise ToolCrashed(f"helm cannot be handed a folder of this name: {visible(str(chart))}")
    request = {
        "chart": str(chart.resolve()),
        "releases": [
            {
                "name": release.name,
                "namespace": release.namespace,
                "values_files": [str(file.resolve()) for file in release.values_files],
                "set_strings": _expressions(release),
                "kube_version": _full(kube_version),
                "api_versions": list(api),
            }
            for release in releases
        ],
    }
    values = chain.from_iterable(release.values_files for release in releases)
    done = tools.run(
        HELM,
        command,
        stdin=json.dumps(request),
        timeout=_TIMEOUT * len(releases),
        memory=_MEMORY,
        reads=[chart.resolve(), *(file.resolve() for file in values)],
    )
    if done.exit_code != 0:
        raise _failed(done)
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def _lint(tools: Toolchain, chart: Path, release: Release, kube_version: str) -> Linted:
    args = (
        "--strict",
        "--namespace",
        release.namespace,
        "--kube-version",
        _full(kube_version),
        *_values(release),
    )
    done = _run(tools, chart, release, "lint", str(chart.resolve()), *args)
    messages = tuple(_printed_messages(done.stdout))
    match done.exit_code:
        case 0:
            return Linted(passed=True, messages=messages)
        case 1 if messages:
            return Linted(passed=False, messages=messages)
        case 1 if error := _NOT_A_CHART.search(done.stdout):
            return Linted(passed=False, messages=(_message("error", "", error[1]),))
        case 1 if printed := _error(done):
            return Linted(passed=False, messages=(_message("error", "", printed),))
    raise _failed(done)


def _template(
    tools: Toolchain, chart: Path, release: Release, kube_version: str, api_versions: Sequence[str]
) -> Rendered:
    apis = tuple(chain.from_iterable(("--api-versions", version) for version in api_versions))
    args = (
        "--namespace",
        release.namespace,
        "--kube-version",
        _full(kube_version),
        *apis,
        *_values(release),
    )
    done = _run(tools, chart, release, "template", release.name, str(chart.resolve()), *args)
    match done.exit_code:
        case 0:
            return Rendered(manifests=tuple(sorted(_printed_manifests(done.stdout))))
        case 1 if error := _error(done):
            return Rendered(error=error)
    raise _failed(done)


def _run(tools: Toolchain, chart: Path, release: Release, *args: str) -> CompletedRun:
    reads = [chart.resolve(), *(file.resolve() for file in release.values_files)]
    return tools.run(HELM, *args, env=_ENVIRONMENT, timeout=_TIMEOUT, memory=_MEMORY, reads=reads)


def _values(release: Release) -> tuple[str, ...]:
    files = tuple(
        chain.from_iterable(("--values", str(file.resolve())) for file in release.values_files)
    )
    return files + tuple(
        chain.from_iterable(("--set-string", expression) for expression in _expressions(release))
    )


def _expressions(release: Release) -> list[str]:
    """Return each single value for `--set-string`, in which a comma starts the next one."""
    return [
        key + "=" + re.sub(r"([,\\])", r"\\\1", value) for key, value in release.set_strings.items()
    ]


def _full(version: str) -> str:
    return "v" + version.removeprefix("v")


# ---- Helm's output

_MESSAGE = regex(
    r"^\[(INFO|WARNING|ERROR)\] ([^\n:]*): (.*?)(?=^\[|^\d+ chart\(s\) linted|^Error:|\Z)",
    re.M | re.S,
)
_NOT_A_CHART = regex(r"^Error (.+)", re.MULTILINE)
_SOURCE = regex(r"^---\n# Source: [^/\n]+/(.+)\n", re.MULTILINE)
_CONTENT = regex(r"^\s*[^\s#]", re.MULTILINE)
_LINE = regex(r"\(?[\w.-]+/(templates/[^:()\s]+):(\d+)")


def _printed_messages(printed: str) -> Iterator[Message]:
    for severity, path, text in _MESSAGE.findall(printed):
        yield _message(severity.lower(), path, text)


def _message(severity: Any, path: str, text: str) -> Message:
    """Return a message, at the line in its text: Helm itself names only "templates/"."""
    place = _LINE.search(text)
    return Message(
        severity=severity,
        path=Path(place[1] if place else path if path and not path.startswith("/") else "."),
        line=int(place[2]) if place else 0,
        text=_one_line(text),
    )


def _printed_manifests(printed: str) -> Iterator[Manifest]:
    parts = _SOURCE.split("\n" + printed if not printed.startswith("---") else printed)
    for source, text in zip(parts[1::2], parts[2::2], strict=True):
        if _CONTENT.search(text):
            yield Manifest(source=Path(source), text=text.strip())


def _from_files(files: Mapping[str, Sequence[str]]) -> Rendered:
    manifests: list[Manifest] = []
    for name, texts in files.items():
        source = Path(*Path(name).parts[1:])
        manifests += [Manifest(source=source, text=text) for text in texts]
    return Rendered(manifests=tuple(sorted(manifests)))


def _error(done: CompletedRun) -> str:
    lines = done.stderr.strip().splitlines()
    start = next((n for n, line in enumerate(lines) if line.startswith("Error: ")), None)
    said = [line for line in lines[start:] if not line.startswith("Use --debug flag")]
    return "" if start is None else _one_line("\n".join(said).removeprefix("Error: "))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _failed(done: CompletedRun) -> ToolCrashed:
    return ToolCrashed(
        f"helm ended with exit code {done.exit_code}:"
        f" {_one_line(done.stderr or done.stdout)[:300]}",
        hint=f"see for yourself: {' '.join(done.argv)}",
    )
