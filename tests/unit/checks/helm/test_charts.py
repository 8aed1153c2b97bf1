"""HL and K8 on a repository with several charts: each is judged, and one that cannot be keeps no other from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from support import TODAY, ScriptedToolchain, said, written

from scaffolder import checks
from scaffolder.model import Outcome, Report, Result
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import Tool

METADATA = "apiVersion: v2\nname: {name}\nversion: 0.1.0\n"
SERVICE = """\
---
# Source: {name}/templates/service.yaml
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec:
  ports: [{{port: 80}}]
  {key}: {{app: x}}
"""
WARNED = "[WARNING] templates/service.yaml: object name does not conform\n\n1 chart(s) linted\n"
FAILED = "Error: template: {name}/templates/service.yaml:3:4: nil pointer evaluating a.b\n"


class Helm(ScriptedToolchain):
    """A Helm that prints the test's text for the name of a chart, and renders the others."""

    def __init__(self, outcomes: Mapping[str, CompletedRun]) -> None:
        super().__init__({"helm": said()})
        self.by_chart = outcomes

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
        chart = Path(args[1 if args[0] == "lint" else 2]).name
        self.calls.append((args[0], chart))
        if chart in self.by_chart:
            return self.by_chart[chart]
        return said(SERVICE.format(name=chart, key="selector") if args[0] == "template" else "")


def chart(name: str, more: str = "", folder: str = "charts") -> dict[str, str]:
    return {
        f"{folder}/{name}/Chart.yaml": METADATA.format(name=name) + more,
        f"{folder}/{name}/templates/service.yaml": "kind: Service\n  selectors: x\n",
    }


def ran(root: Path, files: Mapping[str, str], helm: Helm, *ids: str) -> Report:
    chosen = [check for check in checks.every(today=TODAY) if check.id in ids]
    return checks.run(written(root, files), chosen, helm)


def told(result: Result) -> list[str]:
    return [f"{one.path.as_posix()}:{one.line}" for one in result.findings]


DEPENDENCY = "dependencies:\n- {name: redis, version: 1.0.0, repository: https://example.com}\n"


def test_each_chart_is_linted_and_rendered(tmp_path: Path) -> None:
    files = {**chart("api"), **chart("web"), **chart("parts", "type: library\n")}
    helm = Helm({})
    report = ran(tmp_path, files, helm, "HL001", "HL002")
    assert [result.outcome for result in report.results] == [Outcome.PASSED, Outcome.PASSED]
    assert set(helm.calls) == {
        (what, name) for what in ("lint", "template") for name in ("api", "web")
    }
    assert report.results[1].detail == "2 charts, 2 environments, 2 objects"


def test_a_finding_is_in_the_chart_that_has_it(tmp_path: Path) -> None:
    files = {**chart("api"), **chart("web"), **chart("job", folder="deploy/helm")}
    lint = Helm({"web": said(WARNED, exit_code=1)})
    (linted,) = ran(tmp_path / "lint", files, lint, "HL001").results
    assert told(linted) == ["charts/web/templates/service.yaml:0"]
    failing = Helm({"job": said(stderr=FAILED.format(name="job"), exit_code=1)})
    (rendered,) = ran(tmp_path / "render", files, failing, "HL002").results
    assert told(rendered) == ["deploy/helm/job/templates/service.yaml:3"]


def test_objects_of_every_chart_are_valid(tmp_path: Path) -> None:
    files = {**chart("api"), **chart("web")}
    helm = Helm({"web": said(SERVICE.format(name="web", key="selectors"))})
    (result,) = ran(tmp_path, files, helm, "K8001").results
    assert told(result) == ["charts/web/templates/service.yaml:2"]


def test_a_chart_that_cannot_be_judged_is_named_and_keeps_no_other_from_it(
    tmp_path: Path,
) -> None:
    files = {**chart("api"), **chart("dep", DEPENDENCY), **chart("web")}
    helm = Helm({"web": said(stderr=FAILED.format(name="web"), exit_code=1)})
    lint, render, objects = ran(tmp_path, files, helm, "HL001", "HL002", "K8001").results
    missing = "charts/dep: the dependency redis is not in charts/dep/charts/"
    assert lint.limit.startswith(missing)
    assert render.limit.startswith(missing)
    assert missing in objects.limit
    assert (lint.outcome, objects.outcome) == (Outcome.FAILED, Outcome.PASSED)


def test_without_one_chart_that_can_be_judged_there_is_no_verdict(tmp_path: Path) -> None:
    files = {**chart("api", DEPENDENCY), **chart("web", DEPENDENCY)}
    report = ran(tmp_path, files, Helm({}), "HL001", "HL002", "K8001")
    assert {result.outcome for result in report.results} == {Outcome.SKIPPED}
    assert all(result.tool_missing for result in report.results)


def test_a_chart_in_the_folder_of_another_is_a_part_of_it(tmp_path: Path) -> None:
    inner = chart("api-dev", folder="charts/api/envs")
    helm = Helm({})
    ran(tmp_path, {**chart("api"), **inner, **chart("web")}, helm, "HL002")
    assert {name for _, name in helm.calls} == {"api", "web"}


REMOTE = (
    "Error: values don't meet the specifications of the schema(s) in the following chart(s):\n"
    'web: failing loading "https://example.com/definitions.json": HTTP request failed\n'
)
BY_HELMFILE = {"helmfile.yaml": "releases:\n- name: web\n  chart: ./charts/web\n"}


def test_a_schema_in_the_network_is_a_limit(tmp_path: Path) -> None:
    helm = Helm({"web": said(stderr=REMOTE, exit_code=1)})
    files = {**chart("api"), **chart("web")}
    for result in ran(tmp_path, files, helm, "HL001", "HL002").results:
        assert (result.outcome, result.findings) == (Outcome.PASSED, ())
        assert "schema of its values is elsewhere: https://example.com/" in result.limit


def test_a_chart_that_helmfile_completes_may_not_render_by_itself(tmp_path: Path) -> None:
    failed = {"web": said(stderr=FAILED.format(name="web"), exit_code=1)}
    files = {**chart("api"), **chart("web")}
    (alone,) = ran(tmp_path / "alone", files, Helm(failed), "HL002").results
    assert len(alone.findings) == 1
    for result in ran(
        tmp_path / "completed", {**files, **BY_HELMFILE}, Helm(failed), "HL001", "HL002"
    ).results:
        assert result.findings == ()
        assert "its own values do not render, and Helmfile brings others" in result.limit


def test_a_moving_image_of_many_workloads_is_one_finding(tmp_path: Path) -> None:
    template = """\
apiVersion: v1
kind: Pod
metadata: {{name: {name}}}
spec:
  containers: [{{name: a, image: "{{{{ .Values.image }}}}"}}]
"""
    files = {
        "charts/web/Chart.yaml": METADATA.format(name="web"),
        "charts/web/values.yaml": "image: o/web:latest\n",
        **{
            f"charts/web/templates/{name}.yaml": template.format(name=name)
            for name in ("a", "b", "c")
        },
    }
    rendered = "".join(
        f"---\n# Source: web/templates/{name}.yaml\n"
        + template.format(name=name).replace("{{ .Values.image }}", "o/web:latest")
        for name in ("a", "b", "c")
    )
    (result,) = ran(tmp_path, files, Helm({"web": said(rendered)}), "SEC002").results
    assert [one.message for one in result.findings] == [
        "Pod a: image o/web:latest (and of 2 other workloads) has the tag latest: tomorrow it is "
        "another one"
    ]
