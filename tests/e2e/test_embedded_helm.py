"""Real Helm: the embedded one finds what the one on PATH finds, and a chart that runs away is stopped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from support import Repository

from scaffolder.errors import ToolCrashed, ToolTimeout
from scaffolder.formats.helm_scalars import value_of
from scaffolder.formats.sprig import text_of, to_json
from scaffolder.formats.yaml import load_all
from scaffolder.tools import helm
from scaffolder.tools.helm import Linted, Release, Rendered
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import HELM, Tool
from scaffolder.tools.toolchain import SystemToolchain

CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  version: {{ .Capabilities.KubeVersion.Version | quote }}
  digest: {{ .Values.digest | default "none" | quote }}
"""
MANY = """\
# a comment on top
---
apiVersion: v1
kind: Service
metadata: {name: b}
---
# nothing but a comment
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data:
  text: |
    ---
    not a separator
"""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart that is `files` on top of a sound one, and the expected messages of both Helms."""

    files: Mapping[str, str]
    lints: bool = True
    objects: int = 1
    text: str = ""


CHARTS = {
    "sound": Chart(files={}),
    "many objects in a file": Chart(files={"templates/many.yaml": MANY}, objects=3),
    "notes and named templates": Chart(
        files={"templates/NOTES.txt": "hello", "templates/_h.tpl": '{{ define "a" }}{{ end }}'}
    ),
    "an API beyond Kubernetes": Chart(
        files={
            "templates/m.yaml": '{{ if .Capabilities.APIVersions.Has "monitoring.coreos.com/v1" }}\n'
            "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\n{{ end }}"
        },
        objects=2,
    ),
    "a template does not parse": Chart(
        files={"templates/b.yaml": "{{ if }}"}, lints=False, objects=0, text="missing value for if"
    ),
    "a value is missing": Chart(
        files={"templates/b.yaml": "a: {{ .Values.x.b }}"},
        lints=False,
        objects=0,
        text="nil pointer evaluating interface {}.b",
    ),
    "a required value": Chart(
        files={"templates/b.yaml": '{{ fail "no image" }}'},
        objects=0,
        text="execution error at (c/templates/b.yaml:1:3): no image",
    ),
    "the result is not YAML": Chart(
        files={"templates/b.yaml": "a: [\nb: }\n"},
        lints=False,
        objects=0,
        text="did not find expected node content",
    ),
    "values against their schema": Chart(
        files={"values.schema.json": '{"properties": {"environment": {"type": "integer"}}}'},
        lints=False,
        objects=0,
        text="values don't meet the specifications of the schema(s) in the following chart(s): c:",
    ),
    "a removed API": Chart(
        files={
            "templates/b.yaml": "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: a}\n"
        },
        lints=False,
        objects=2,
    ),
    "another Kubernetes": Chart(
        files={
            "Chart.yaml": 'apiVersion: v2\nname: c\nversion: 0.1.0\nicon: https://e.org/i.png\nkubeVersion: ">=1.99"\n'
        },
        objects=0,
        text="chart requires kubeVersion: >=1.99 which is incompatible with Kubernetes v1.36.0",
    ),
    "a dependency is missing": Chart(
        files={
            "Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\nicon: https://e.org/i.png\n"
            "dependencies:\n- name: x\n  version: 1.0.0\n  repository: https://e.org\n"
        },
        lints=False,
        objects=0,
        text="found in Chart.yaml, but missing in charts/ directory: x",
    ),
    "values that are not YAML": Chart(
        files={"values-dev.yaml": "a: ["}, lints=False, objects=0, text="failed to parse"
    ),
}


SCALARS = (
    *(
        "10485760",
        "999999",
        "1000000",
        "1234567.5",
        "0755",
        "089",
        "0o17",
        "0b11",
        "0x1_F",
        "1_000",
        "+5",
        "-0",
        ".5",
        "5.",
    ),
    *(
        "1.20",
        "1e3",
        "0.00001",
        "9007199254740993",
        "1e21",
        "1e400",
        "12:30",
        "2026-11-29",
        "1.2.3",
        "1,000",
    ),
    *("yes", "No", "on", "y", "n", "True", "tRUE", "_1", "0b", "text"),
)


@pytest.fixture(scope="module")
def embedded() -> Iterator[SystemToolchain]:
    """The embedded Helm, which is found where PATH holds nothing."""
    with SystemToolchain() as tools:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PATH", os.devnull)
            program = tools.find(HELM)
        assert program is not None
        assert program.origin == "embedded"
        yield tools


@pytest.fixture(scope="module")
def on_path() -> Iterator[SystemToolchain]:
    """The Helm on PATH."""
    if not shutil.which("helm"):
        pytest.skip("there is no helm on PATH")
    with SystemToolchain() as tools:
        program = tools.find(HELM)
        assert program is not None
        assert program.origin == "path"
        yield tools


def chart(folder: Path, files: Mapping[str, str]) -> Path:
    sound = {
        "Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\nicon: https://e.org/i.png\n",
        "values.yaml": "environment: none\n",
        "values-dev.yaml": "environment: dev\n",
        "templates/config.yaml": CONFIG_MAP,
    }
    for name, text in (sound | dict(files)).items():
        file = folder / "chart" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder / "chart"


def both(tools: SystemToolchain, folder: Path) -> tuple[Linted, Rendered]:
    release = Release(
        values_files=(folder / "values-dev.yaml",),
        set_strings={"digest": "sha256:1,2"},
        name="my-release",
        namespace="my-namespace",
    )
    (linted,) = helm.lint(tools, folder, [release], kube_version="1.36.0")
    (rendered,) = helm.render(
        tools, folder, [release], kube_version="1.36.0", api_versions=["monitoring.coreos.com/v1"]
    )
    return linted, rendered


@pytest.mark.packaged
@pytest.mark.parametrize("case", CHARTS.values(), ids=CHARTS)
def test_the_embedded_helm_lints_and_renders(
    embedded: SystemToolchain, tmp_path: Path, case: Chart
) -> None:
    linted, rendered = both(embedded, chart(tmp_path, case.files))
    assert linted.passed is case.lints
    assert linted.passed or any(message.severity != "info" for message in linted.messages)
    assert len(rendered.manifests) == case.objects
    assert case.text in rendered.error
    assert bool(rendered.error) is (case.objects == 0)


@pytest.mark.packaged
def test_the_embedded_helm_passes_values_on(embedded: SystemToolchain, tmp_path: Path) -> None:
    _, rendered = both(embedded, chart(tmp_path, {}))
    assert 'name: my-release\ndata:\n  version: "v1.36.0"\n  digest: "sha256:1,2"' in rendered.text


@pytest.mark.parametrize("case", CHARTS.values(), ids=CHARTS)
def test_the_embedded_helm_says_what_the_one_on_path_says(
    on_path: SystemToolchain, embedded: SystemToolchain, tmp_path: Path, case: Chart
) -> None:
    folder = chart(tmp_path, case.files)
    here, there = both(embedded, folder), both(on_path, folder)
    assert here[0].passed is there[0].passed
    assert here[1].manifests == there[1].manifests
    assert bool(here[1].error) is bool(there[1].error)
    assert [(m.severity, m.path, m.line) for m in here[0].messages] == [
        (m.severity, m.path, m.line) for m in there[0].messages
    ]


@pytest.mark.packaged
def test_what_we_generate_passes(embedded: SystemToolchain, pristine: Repository) -> None:
    folder = pristine() / "helm" / "my-service"
    releases = [
        Release(values_files=(folder / f"values-{name}.yaml",), name="my-service")
        for name in ("dev", "qa", "prod")
    ]
    assert all(
        linted.passed for linted in helm.lint(embedded, folder, releases, kube_version="1.36.0")
    )


class Impatient(SystemToolchain):
    """The programs of this machine, given two seconds each."""

    def run(
        self,
        tool: Tool,
        *args: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout: float = 30,
        memory: int | None = None,
        reads: Iterable[Path] | None = None,
    ) -> CompletedRun:
        return super().run(
            tool, *args, cwd=cwd, env=env, stdin=stdin, timeout=min(timeout, 2), memory=memory
        )


def test_a_chart_that_never_ends_gives_no_verdict(
    embedded: SystemToolchain, tmp_path: Path
) -> None:
    loop = "{{ range until 1000000 }}{{ range until 1000000 }}{{ end }}{{ end }}"
    folder = chart(tmp_path, {"templates/loop.yaml": loop})
    with (
        Impatient() as tools,
        pytest.raises(ToolTimeout, match="helm did not finish within 2 s and was killed"),
    ):
        helm.render(tools, folder, [Release()], kube_version="1.36.0")


@pytest.mark.packaged
def test_a_chart_that_takes_all_memory_gives_no_verdict(
    embedded: SystemToolchain, tmp_path: Path
) -> None:
    folder = chart(tmp_path, {"templates/long.yaml": '{{ repeat 2000000000 "aaaaaaaa" }}'})
    with pytest.raises(ToolCrashed, match=r"helm was ended by SIG|helm ended with exit code"):
        helm.lint(embedded, folder, [Release()], kube_version="1.36.0")


@pytest.mark.packaged
def test_a_scalar_without_quotes_is_to_helm_what_the_check_takes_it_for(
    embedded: SystemToolchain, tmp_path: Path
) -> None:
    template = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n"
        "{{- range $key, $value := .Values.scalars }}\n  {{ $key }}: {{ cat (quote $value) (toJson $value) | squote }}\n{{- end }}\n"
    )
    files = {
        "Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n",
        "values.yaml": "scalars:\n"
        + "".join(f"  s{at}: {text}\n" for at, text in enumerate(SCALARS)),
        "templates/a.yaml": template,
    }
    for name, text in files.items():
        path = tmp_path / "c" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (rendered,) = helm.render(embedded, tmp_path / "c", [Release()], kube_version="1.36.0")
    assert not rendered.error
    data = load_all(rendered.text)[0]["data"]
    for at, text in enumerate(SCALARS):
        value = value_of(text)
        assert data[f"s{at}"] == f'"{text_of(value)}" {to_json(value)}', text
