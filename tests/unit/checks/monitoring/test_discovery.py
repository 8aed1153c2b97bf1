"""MO006: Prometheus selects the monitors and rules that are declared."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import places

MONITOR = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata:\n  name: shop\n"
VALUES = "prometheus:\n  prometheusSpec:\n    retention: 10d\n"


@pytest.mark.parametrize(
    ("values", "monitor", "number"),
    [
        ("", MONITOR, 1),
        ("    serviceMonitorSelectorNilUsesHelmValues: false\n", MONITOR, 0),
        ("    serviceMonitorSelector: {matchLabels: {team: a}}\n", MONITOR, 0),
        ("    podMonitorSelectorNilUsesHelmValues: false\n", MONITOR, 1),
        ("", MONITOR + "  labels:\n    release: stack\n", 0),
    ],
    ids=["nothing set", "all of them", "a selector", "of another kind", "the label of the release"],
)
def test_monitors_are_selected_or_found(
    values: str, monitor: str, number: int, tmp_path: Path
) -> None:
    files = {"monitoring/values.yaml": VALUES + values, "monitoring/monitor.yaml": monitor}
    assert len(places(tmp_path, files, "MO006")) == number


def test_values_of_another_lesson_are_for_another_installation(tmp_path: Path) -> None:
    files = {"lessons/1/values.yaml": VALUES, "lessons/2/monitor.yaml": MONITOR}
    assert places(tmp_path, files, "MO006") == []
