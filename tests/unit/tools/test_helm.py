"""Helm's exit codes and output; recorded from Helm 4.1.4."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from support import ScriptedToolchain, said

from scaffolder.errors import ToolCrashed, ToolTimeout
from scaffolder.tools import helm
from scaffolder.tools.helm import Manifest, Message, Release
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import Tool
from scaffolder.tools.toolchain import Program

LINT_FAILS = """\
==> Linting /work/chart
[INFO] Chart.yaml: icon is recommended
[ERROR] values.yaml: - at '/replicas': got string, want integer

[ERROR] templates/: chart/templates/b.yaml:7:13
  executing "chart/templates/b.yaml" at <.Values.x.b>:
    nil pointer evaluating interface {}.b

Error: 1 chart(s) linted, 1 chart(s) failed
"""
TEMPLATE = """\
---
# Source: chart/templates/service.yaml
apiVersion: v1
kind: Service
---
# Source: chart/templates/config.yaml
# only a comment
---
# Source: chart/templates/config.yaml
# why
apiVersion: v1
kind: ConfigMap
"""


@dataclass
class Embedded(ScriptedToolchain):
    """The same, for a program that came with this package."""

    def find(self, tool: Tool) -> Program | None:
        program = super().find(tool)
        return replace(program, origin="embedded") if program else None


def on_path(outcome: CompletedRun | Exception) -> ScriptedToolchain:
    return ScriptedToolchain({"helm": outcome})


def embedded(*answers: dict[str, object]) -> Embedded:
    return Embedded({"helm": said(json.dumps(answers))})


def test_lint_passes(tmp_path: Path) -> None:
    tools = on_path(said("==> Linting chart\n\n1 chart(s) linted, 0 chart(s) failed\n"))
    release = Release(
        values_files=(tmp_path / "v.yaml",), set_strings={"image": "a,b"}, name="x", namespace="y"
    )
    (linted,) = helm.lint(tools, tmp_path, [release], kube_version="1.36.0")
    assert (linted.passed, linted.messages) == (True, ())
    assert tools.calls == [
        (
            "helm",
            "lint",
            str(tmp_path),
            "--strict",
            "--namespace",
            "y",
            "--kube-version",
            "v1.36.0",
            "--values",
            f"{tmp_path}/v.yaml",
            "--set-string",
            "image=a\\,b",
        )
    ]


def test_lint_places_each_message(tmp_path: Path) -> None:
    (linted,) = helm.lint(
        on_path(said(LINT_FAILS, exit_code=1)), tmp_path, [Release()], kube_version="1.36.0"
    )
    assert not linted.passed
    assert linted.messages == (
        Message(severity="info", path=Path("Chart.yaml"), text="icon is recommended"),
        Message(
            severity="error",
            path=Path("values.yaml"),
            text="- at '/replicas': got string, want integer",
        ),
        Message(
            severity="error",
            path=Path("templates/b.yaml"),
            line=7,
            text='chart/templates/b.yaml:7:13 executing "chart/templates/b.yaml" at <.Values.x.b>: '
            "nil pointer evaluating interface {}.b",
        ),
    )


def test_lint_reports_what_is_not_a_chart(tmp_path: Path) -> None:
    printed = "==> Linting x\nError unable to check Chart.yaml file in chart: stat x/Chart.yaml: no such file or directory\n"
    done = said(printed, exit_code=1, stderr="Error: 1 chart(s) linted, 1 chart(s) failed\n")
    (linted,) = helm.lint(on_path(done), tmp_path, [Release()], kube_version="1.36.0")
    assert not linted.passed
    assert linted.messages[0].text.startswith("unable to check Chart.yaml file in chart")


def test_lint_reports_values_that_cannot_be_read(tmp_path: Path) -> None:
    done = said(exit_code=1, stderr="Error: open /x/values.yaml: no such file or directory\n")
    (linted,) = helm.lint(on_path(done), tmp_path, [Release()], kube_version="1.36.0")
    assert linted.messages == (
        Message(
            severity="error", path=Path(), text="open /x/values.yaml: no such file or directory"
        ),
    )


@pytest.mark.parametrize(
    "done", [said(exit_code=1), said(exit_code=2, stderr="panic: out of memory")]
)
def test_lint_gives_no_verdict_on_anything_else(tmp_path: Path, done: CompletedRun) -> None:
    with pytest.raises(ToolCrashed, match=f"helm ended with exit code {done.exit_code}"):
        helm.lint(on_path(done), tmp_path, [Release()], kube_version="1.36.0")


def test_render_splits_the_stream_into_objects(tmp_path: Path) -> None:
    tools = on_path(said(TEMPLATE))
    (rendered,) = helm.render(
        tools,
        tmp_path,
        [Release()],
        kube_version="1.36.0",
        api_versions=["monitoring.coreos.com/v1"],
    )
    assert rendered.manifests == (
        Manifest(
            source=Path("templates/config.yaml"), text="# why\napiVersion: v1\nkind: ConfigMap"
        ),
        Manifest(source=Path("templates/service.yaml"), text="apiVersion: v1\nkind: Service"),
    )
    assert rendered.text.startswith("---\n# Source: templates/config.yaml\n# why\napiVersion: v1\n")
    assert tools.calls[0][-2:] == ("--api-versions", "monitoring.coreos.com/v1")


def test_render_says_why_there_is_nothing(tmp_path: Path) -> None:
    stderr = "level=WARN msg=x\nError: execution error at (chart/templates/a.yaml:1:3): image\n\nUse --debug flag to render out invalid YAML\n"
    (rendered,) = helm.render(
        on_path(said(exit_code=1, stderr=stderr)), tmp_path, [Release()], kube_version="1.36.0"
    )
    assert rendered.manifests == ()
    assert rendered.error == "execution error at (chart/templates/a.yaml:1:3): image"


def test_render_gives_no_verdict_on_anything_else(tmp_path: Path) -> None:
    with pytest.raises(ToolCrashed, match="helm ended with exit code 2: panic"):
        helm.render(
            on_path(said(exit_code=2, stderr="panic")), tmp_path, [Release()], kube_version="1.36.0"
        )
    with pytest.raises(ToolTimeout):
        helm.render(
            on_path(ToolTimeout("helm did not finish")),
            tmp_path,
            [Release()],
            kube_version="1.36.0",
        )


def test_the_embedded_program_answers_for_all_releases_at_once(tmp_path: Path) -> None:
    tools = embedded(
        {
            "passed": False,
            "messages": [{"severity": "warning", "path": "templates/a.yaml", "text": "old"}],
        },
        {"passed": True, "messages": []},
    )
    linted = helm.lint(tools, tmp_path, [Release(), Release(name="b")], kube_version="v1.36.0")
    assert [one.passed for one in linted] == [False, True]
    assert linted[0].messages == (
        Message(severity="warning", path=Path("templates/a.yaml"), text="old"),
    )
    assert tools.calls == [("helm", "lint")]


def test_the_embedded_program_renders(tmp_path: Path) -> None:
    tools = embedded(
        {"files": {"chart/templates/a.yaml": ["kind: B", "kind: A"]}}, {"error": "no\nvalues"}
    )
    first, second = helm.render(tools, tmp_path, [Release(), Release()], kube_version="1.36.0")
    assert [(one.source, one.text) for one in first.manifests] == [
        (Path("templates/a.yaml"), "kind: A"),
        (Path("templates/a.yaml"), "kind: B"),
    ]
    assert (second.manifests, second.error) == ((), "no values")


def test_the_embedded_program_may_crash(tmp_path: Path) -> None:
    tools = Embedded({"helm": said(exit_code=1, stderr="Traceback")})
    with pytest.raises(ToolCrashed, match="helm ended with exit code 1: Traceback"):
        helm.render(tools, tmp_path, [Release()], kube_version="1.36.0")
