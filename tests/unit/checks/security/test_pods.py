"""SEC006: privileges of pods."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support import ScriptedToolchain, said

from scaffolder import checks
from scaffolder.errors import ToolCrashed
from scaffolder.model import Report
from scaffolder.repository.project import Project


def checked(
    root: Path, check: str, files: dict[str, str], *, tools: dict[str, Any] | None = None
) -> Report:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return checks.run(
        Project(root), checks.choose(select=[check], ignore=[]), ScriptedToolchain(tools or {})
    )


def found(root: Path, check: str, files: dict[str, str]) -> list[str]:
    report = checked(root, check, files)
    assert report.results, report.inapplicable
    return [
        f"{one.path.as_posix()}:{one.line}: {one.message}" for one in report.results[0].findings
    ]


def test_privileges_of_pods_in_manifests_have_their_line(tmp_path: Path) -> None:
    manifest = """apiVersion: batch/v1
kind: CronJob
metadata: {name: x}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          hostNetwork: true
          securityContext:
            runAsNonRoot: false
          containers:
            - name: a
              securityContext:
                privileged: true
                allowPrivilegeEscalation: true
                runAsUser: 0
                capabilities:
                  add: [CAP_SYS_ADMIN, NET_BIND_SERVICE]
          volumes:
            - name: n
              hostPath: {path: /}
"""
    lines = [one.split(":")[1] for one in found(tmp_path, "SEC006", {"k8s/job.yaml": manifest})]
    assert lines == ["9", "11", "15", "16", "17", "18", "22"]


def test_a_chart_that_could_not_be_rendered_is_said(tmp_path: Path) -> None:
    files = {
        "chart/Chart.yaml": "name: x\n",
        "pod.yaml": "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: x}]}\n",
    }
    report = checked(tmp_path, "SEC006", files, tools={"helm": ToolCrashed("ended by SIGSEGV")})
    assert report.results[0].limit == "the chart was not rendered: ended by SIGSEGV"
    report = checked(
        tmp_path, "SEC006", {}, tools={"helm": said(stderr="Error: no\n", exit_code=1)}
    )
    assert report.results[0].limit == "the chart does not render for its own values: see HL002"
