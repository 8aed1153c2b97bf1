"""Reasons for no verdict of Helm on a chart without a fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, said, written

from scaffolder import checks
from scaffolder.model import Outcome, Result
from scaffolder.repository import chart_limits, manifests
from scaffolder.repository.facts import charts
from scaffolder.tools.process import CompletedRun

CHART = "apiVersion: v2\nname: till\nversion: 0.1.0\n"
POD = "---\n# Source: till/templates/pod.yaml\napiVersion: v1\nkind: Pod\nmetadata: {name: till}\n"
RENDERS = said(POD)


def ran(
    folder: Path, files: dict[str, str], helm: CompletedRun, check: str = "HL002"
) -> tuple[Result, ScriptedToolchain]:
    tools = ScriptedToolchain({"helm": helm})
    report = checks.run(written(folder, files), checks.choose(select=[check], ignore=[]), tools)
    (result,) = report.results
    return result, tools


def dependencies(*names: str, repository: str = "https://charts.example.com") -> str:
    listed = "".join(
        f"  - name: {name}\n    version: 1.2.3\n    repository: {repository}\n" for name in names
    )
    return f"dependencies:\n{listed}"


@pytest.mark.parametrize("check", ["HL001", "HL002"])
@pytest.mark.parametrize(
    "files",
    [
        {"chart/Chart.yaml": CHART + dependencies("redis")},
        {"chart/Chart.yaml": CHART + dependencies("redis", repository="file://../redis")},
        {"chart/Chart.yaml": CHART + dependencies("redis", repository="oci://example.com/charts")},
        {"chart/Chart.yaml": CHART + dependencies("redis", repository="'@bitnami'")},
        {"chart/Chart.yaml": CHART, "chart/requirements.yaml": dependencies("redis")},
        {
            "chart/Chart.yaml": CHART + dependencies("redis", "common"),
            "chart/charts/common-1.2.3.tgz": "",
            "chart/charts/redis-cluster-1.2.3.tgz": "",
        },
    ],
    ids=["repository", "folder", "OCI", "alias", "Helm 2", "one of two"],
)
def test_a_chart_without_its_dependencies_is_not_checked(
    tmp_path: Path, files: dict[str, str], check: str
) -> None:
    result, tools = ran(tmp_path, files, RENDERS, check)
    assert result.outcome is Outcome.SKIPPED
    assert result.tool_missing
    assert result.reason == (
        "the dependency redis is not in chart/charts/ (helm dependency build chart)"
    )
    assert tools.calls == []


@pytest.mark.parametrize(
    "vendored", ["redis/Chart.yaml", "redis-1.2.3.tgz", "redis-v1.2.3-rc.1.tgz"]
)
def test_a_chart_with_its_dependencies_is_rendered(tmp_path: Path, vendored: str) -> None:
    files = {"chart/Chart.yaml": CHART + dependencies("redis"), f"chart/charts/{vendored}": CHART}
    result, _ = ran(tmp_path, files, RENDERS)
    assert (result.outcome, result.limit) == (Outcome.PASSED, "")


def test_a_library_is_no_chart_to_render(tmp_path: Path) -> None:
    library = {"charts/common/Chart.yaml": CHART + "type: library\n"}
    project = written(tmp_path, {**library, "deploy/till/Chart.yaml": CHART})
    assert manifests.chart_of(project) == Path("deploy/till")
    report = checks.run(
        written(tmp_path / "alone", library),
        checks.choose(select=["HL001", "HL002"], ignore=[]),
        ScriptedToolchain({"helm": RENDERS}),
    )
    assert {one.reason for one in report.inapplicable} == {
        "there are only library charts, which render nothing by themselves"
    }


@pytest.mark.parametrize("file", ["values.yaml", "Chart.yaml"])
@pytest.mark.parametrize("check", ["HL001", "HL002", "K8001"])
def test_a_file_that_does_not_parse_is_one_finding_of_another_check(
    tmp_path: Path, file: str, check: str
) -> None:
    files = {"chart/Chart.yaml": CHART, "chart/values.yaml": "", f"chart/{file}": "a: 1\na: [\n"}
    result, tools = ran(tmp_path, files, RENDERS, check)
    assert (result.outcome, result.findings) == (Outcome.SKIPPED, ())
    assert result.reason == f"chart/{file} does not parse: see SY002"
    assert tools.calls == []


ENVIRONMENTS = {
    "chart/Chart.yaml": CHART,
    "chart/values.yaml": "a: 1\n",
    "chart/values-dev.yaml": "a: 2\n",
    "chart/values-prod.yaml": "a: 3\n",
}


def test_one_environment_that_does_not_parse_leaves_the_others(tmp_path: Path) -> None:
    files = {**ENVIRONMENTS, "chart/values-prod.yaml": "a: [\n"}
    result, tools = ran(tmp_path, files, RENDERS)
    assert (result.outcome, result.detail) == (Outcome.PASSED, "1 environment, 1 object")
    assert result.limit == "prod: chart/values-prod.yaml does not parse: see SY002"
    assert len(tools.calls) == 1


REQUIRED = said(
    stderr="Error: execution error at (till/templates/pod.yaml:2:4): image.tag is required\n",
    exit_code=1,
)
TEMPLATE = 'kind: Pod\nimage: {{ required "image.tag is required" .Values.image.tag }}\n'


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({"chart/Chart.yaml": CHART}, Outcome.SKIPPED),
        (ENVIRONMENTS, Outcome.FAILED),
        (
            {**ENVIRONMENTS, "deploy.sh": "helm upgrade till chart --set image.tag=$TAG\n"},
            Outcome.SKIPPED,
        ),
        (
            {**ENVIRONMENTS, "deploy.sh": "helm upgrade till chart --set a=b,image.tag=$TAG\n"},
            Outcome.SKIPPED,
        ),
        (
            {**ENVIRONMENTS, "deploy.sh": "helm upgrade till chart --set image.tagged=$TAG\n"},
            Outcome.FAILED,
        ),
    ],
    ids=["its own values", "environments", "pipeline", "second of two", "another value"],
)
def test_a_value_that_users_bring_is_a_limit(
    tmp_path: Path, files: dict[str, str], outcome: Outcome
) -> None:
    result, _ = ran(tmp_path, {**files, "chart/templates/pod.yaml": TEMPLATE}, REQUIRED)
    assert result.outcome is outcome
    if outcome is Outcome.SKIPPED:
        assert "a value that its user sets is missing: image.tag is required" in result.reason


def test_a_schema_that_asks_for_a_value_of_the_user_is_a_limit(tmp_path: Path) -> None:
    lint = said(
        "[ERROR] values.yaml: - at '': missing property 'host'\n\nError: 1 chart(s)\n", exit_code=1
    )
    result, _ = ran(tmp_path, {"chart/Chart.yaml": CHART}, lint, "HL001")
    assert result.findings == ()
    result, _ = ran(tmp_path / "of", ENVIRONMENTS, lint, "HL001")
    assert len(result.findings) == 2


def test_another_kubernetes_is_a_limit_where_no_file_says_which_there_is(tmp_path: Path) -> None:
    words = "chart requires kubeVersion: <1.25 which is incompatible with Kubernetes v1.36.0"
    result, _ = ran(
        tmp_path, {"chart/Chart.yaml": CHART}, said(stderr=f"Error: {words}\n", exit_code=1)
    )
    assert (result.outcome, result.reason) == (Outcome.SKIPPED, f"the {words}")


def test_a_chart_of_nothing_but_dependencies_needs_no_templates(tmp_path: Path) -> None:
    lint = said("[WARNING] templates: directory does not exist\n\nError: 1 chart(s)\n", exit_code=1)
    umbrella = {
        "chart/Chart.yaml": CHART + dependencies("redis"),
        "chart/charts/redis-1.2.3.tgz": "",
    }
    assert ran(tmp_path, umbrella, lint, "HL001")[0].findings == ()
    assert len(ran(tmp_path / "of", {"chart/Chart.yaml": CHART}, lint, "HL001")[0].findings) == 1


@pytest.mark.parametrize(
    ("folder", "release"),
    [
        ("Till_Service.v2", "till-service-v2"),
        ("a" * 60, "a" * 53),
        ("--", "release"),
        ("till", "till"),
    ],
)
def test_the_name_of_a_release_is_one_that_helm_takes(
    tmp_path: Path, folder: str, release: str
) -> None:
    project = written(tmp_path, {f"helm/{folder}/Chart.yaml": CHART})
    (environment,) = manifests.environments(project)
    assert environment.release.name == release


def test_a_chart_in_the_folder_charts_of_another_is_vendored(tmp_path: Path) -> None:
    project = written(
        tmp_path, {"charts/till/Chart.yaml": CHART, "charts/till/charts/redis/Chart.yaml": CHART}
    )
    assert not chart_limits.is_vendored(project, Path("charts/till"))
    assert chart_limits.is_vendored(project, Path("charts/till/charts/redis"))
    assert chart_limits.missing_dependencies(project, Path("charts/till")) == ()


def test_facts_of_the_other_environments_are_read(tmp_path: Path) -> None:
    files = {
        **ENVIRONMENTS,
        "chart/values-dev.yaml": "a: [\n",
        "chart/templates/pod.yaml": "kind: Pod\n",
    }
    (chart,) = charts.charts(written(tmp_path, files))
    assert [rendering.environment for rendering in chart.renderings] == ["prod"]
    assert [one.path for one in chart.unread] == [Path("chart/values-dev.yaml")]


# ---- values that a command sets ------------------------------------------------------------------

NOTHING = (
    'Error: template: till/templates/pod.yaml:3:4: executing "till/templates/pod.yaml" at '
    "<.Values.{}>: nil pointer evaluating interface {{}}.{}\n"
)


@pytest.mark.parametrize(
    ("key", "outcome"),
    [
        ("domain.host", Outcome.SKIPPED),
        ("domain.host.name", Outcome.SKIPPED),
        ("domain.port", Outcome.FAILED),
        ("other.host", Outcome.FAILED),
    ],
)
def test_a_value_that_a_command_computes_is_not_missed(
    key: str, outcome: Outcome, tmp_path: Path
) -> None:
    files = {
        "chart/Chart.yaml": CHART,
        "chart/values.yaml": "a: 1\n",
        "deploy.sh": "helm upgrade till chart --set domain.host=$HOST\n",
    }
    failed = said(exit_code=1, stderr=NOTHING.format(key, key.rpartition(".")[2]))
    result, _ = ran(tmp_path, files, failed)
    assert result.outcome is outcome
    if outcome is Outcome.SKIPPED:
        assert result.reason == f"a command sets {key}, which is not known here"


def test_an_image_that_a_command_sets_is_rendered(tmp_path: Path) -> None:
    files = {
        "chart/Chart.yaml": CHART,
        "deploy.sh": "helm upgrade till chart --set image.tag=$T,image.repository=$R,size=2,x=$X\n",
    }
    (environment,) = manifests.environments(written(tmp_path, files))
    assert environment.release.set_strings == {
        "image.tag": "0123456789ab",
        "image.repository": "registry.example.com/image",
        "size": "2",
    }
