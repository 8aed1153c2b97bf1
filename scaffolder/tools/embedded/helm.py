"""Run Helm out of helm-python-sdk.

`python -P -m scaffolder.tools.embedded.helm version|lint|render`

`lint` and `render` read one JSON document from stdin, `{"chart": path, "releases": [{…}, …]}`, and
print a JSON list with one answer for each release, so that all environments cost one start. In a
process of its own because a runaway template can neither be interrupted nor survived in-process.

The library's `render` leaves out what `helm template` looks at besides: the values' schema, the
chart's kubeVersion, its dependencies, whether the result is YAML. That is done here, in Helm's
words: both ways give the same answer.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import helm_python as helm
from helm_python import (
    _native,
)  # `render` has no argument for the Kubernetes and API versions, the library below it has

from scaffolder.formats.regex import regex

_NOT_AS_IN_SCHEMA = (
    "values don't meet the specifications of the schema(s) in the following chart(s)"
)
_SEPARATOR = regex(r"^---[^\S\n]*$", re.MULTILINE)
_CONTENT = regex(r"^\s*[^\s#]", re.MULTILINE)
_SEVERITIES = {1: "info", 2: "warning", 3: "error"}


def main(command: str) -> int:
    """Answer one command; an unknown one is the caller's mistake."""
    if command == "version":
        sys.stdout.write(f"{helm.helm_sdk_version()}\n")
        return 0
    answer: Callable[[str, Mapping[str, Any]], dict[str, Any]] = {"lint": _lint, "render": _render}[
        command
    ]
    request = json.load(sys.stdin)
    json.dump([answer(request["chart"], release) for release in request["releases"]], sys.stdout)
    return 0


def _lint(chart: str, release: Mapping[str, Any]) -> dict[str, Any]:
    try:
        values = _values(release)
        report = helm.lint(
            chart,
            values,
            strict=True,
            namespace=release["namespace"],
            kube_version=release["kube_version"],
        )
    except helm.HelmError as error:
        return {"passed": False, "messages": [_message("error", "", str(error))]}
    messages = [
        _message(_SEVERITIES.get(item["severity"], "error"), item["path"], item["error"])
        for item in report["messages"]
    ]
    if report["errors"] and not messages:  # not a chart at all
        messages = [_message("error", "", text) for text in report["errors"]]
    return {"passed": not report["errors"], "messages": messages}


def _message(severity: str, path: str, text: str) -> dict[str, str]:
    return {"severity": severity, "path": path, "text": text}


def _render(chart: str, release: Mapping[str, Any]) -> dict[str, Any]:
    try:
        values = _values(release)
        missing = [
            item["name"] for item in helm.dependency_list(chart) if item["status"] == "missing"
        ]
        if missing:
            return {
                "error": (
                    f"found in Chart.yaml, but missing in charts/ directory: {', '.join(missing)}"
                )
            }
        with helm.Chart.load(chart) as loaded:
            wanted = loaded.metadata.get("kubeVersion")
            if wanted and not _compatible(wanted, release["kube_version"]):
                version = release["kube_version"]
                return {
                    "error": (
                        f"chart requires kubeVersion: {wanted} which is incompatible with"
                        f" Kubernetes {version}"
                    )
                }
            try:
                loaded.validate_schema(values)
            except helm.HelmValuesError as error:
                return {"error": f"{_NOT_AS_IN_SCHEMA}: {error}"}
            options = {
                key: release[key] for key in ("name", "namespace", "kube_version", "api_versions")
            }
            rendered = _native.call_string(
                "helm_render", loaded._raw(), json.dumps(values), json.dumps(options)
            )
    except helm.HelmError as error:
        return {"error": str(error)}
    objects = {
        name: _objects(text) for name, text in json.loads(rendered).items() if _holds_objects(name)
    }
    for name, texts in objects.items():
        for text in texts:
            try:
                helm.values_from_yaml(text)
            except helm.HelmError as error:
                return {"error": f"YAML parse error on {name}: {error}"}
    return {"files": objects}


def _holds_objects(name: str) -> bool:
    """Notes and files of named templates render to something, and none of it is an object."""
    file = PurePosixPath(name).name
    return file != "NOTES.txt" and not file.startswith("_")


def _objects(text: str) -> list[str]:
    """The parts between separators that are more than comments."""
    return [part.strip() for part in _SEPARATOR.split(text) if _CONTENT.search(part)]


def _values(release: Mapping[str, Any]) -> dict[str, Any]:
    """The release's values files and single values, each one over those before it."""
    values: dict[str, Any] = {}
    for file in release["values_files"]:
        try:
            values = _merged(values, helm.values_from_yaml(Path(file).read_text(encoding="utf-8")))
        except OSError as error:
            raise helm.HelmValuesError(f"open {file}: {(error.strerror or '').lower()}") from error
        except (helm.HelmError, UnicodeDecodeError) as error:
            raise helm.HelmValuesError(f"failed to parse {file}: {error}") from error
    for expression in release["set_strings"]:
        values = _merged(values, helm.parse_set_string_values(expression))
    return values


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both else value
    return merged


def _compatible(constraint: str, version: str) -> bool:
    """Return whether Helm's own comparison accepts `version`, by a chart of one template."""
    with tempfile.TemporaryDirectory(prefix="scaffold-") as folder:
        Path(folder, "templates").mkdir()
        Path(folder, "Chart.yaml").write_text(
            "apiVersion: v2\nname: ask\nversion: 0.1.0\n", encoding="utf-8"
        )
        template = Path(folder, "templates", "answer.yaml")
        template.write_text(
            "answer: {{ semverCompare .Values.constraint .Values.version }}\n", encoding="utf-8"
        )
        with helm.Chart.load(folder) as chart:
            rendered = chart.render({"constraint": constraint, "version": version}, name="ask")
    return any("answer: true" in text for text in rendered.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
