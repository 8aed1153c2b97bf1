"""Names of the jobs by which rules and dashboards select series."""

from __future__ import annotations

from pathlib import Path

from support import written

from scaffolder.repository.facts.scrape_jobs import jobs, of_release

MONITOR = """\
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: m}
spec:
  jobLabel: team
  selector: {matchLabels: {team: payments}}
"""
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: shop, labels: {team: payments}}\n"
CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "chart/values.yaml": "a: 1\n",
    "chart/templates/monitor.yaml": MONITOR,
    "chart/templates/service.yaml": SERVICE,
}


def test_a_job_is_called_after_the_service_or_its_label(tmp_path: Path) -> None:
    assert set(jobs(written(tmp_path, CHART))) == {"shop", "payments"}


def test_written_jobs_count_beside_those_of_monitors(tmp_path: Path) -> None:
    scrape = {"monitoring/prometheus.yml": "scrape_configs:\n  - job_name: 'node'\n"}
    assert jobs(written(tmp_path / "both", {**CHART, **scrape}))["node"].line == 2
    assert jobs(written(tmp_path / "alone", scrape)) == {}


def test_the_jobs_of_a_release_are_all_if_a_label_names_them(tmp_path: Path) -> None:
    file = Path("chart/templates/rules.yaml")
    named = of_release(written(tmp_path / "label", CHART), file)
    assert named is not None
    assert named.are_all
    plain = MONITOR.replace("  jobLabel: team\n", "")
    unnamed = {**CHART, "chart/templates/monitor.yaml": plain}
    by_service = of_release(written(tmp_path / "service", unnamed), file)
    assert by_service is not None
    assert set(by_service.names) == {"shop"}
    assert not by_service.are_all


def test_a_file_outside_of_charts_has_no_release(tmp_path: Path) -> None:
    project = written(tmp_path, CHART)
    assert of_release(project, Path("monitoring/rules.yml")) is None


def test_a_chart_without_a_monitor_has_no_jobs(tmp_path: Path) -> None:
    files = {name: text for name, text in CHART.items() if "monitor" not in name}
    assert of_release(written(tmp_path, files), Path("chart/templates/service.yaml")) is None
