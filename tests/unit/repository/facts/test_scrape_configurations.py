"""Configurations of Prometheus whose jobs are all known, and the files of rules that they load."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.scrape_configurations import configurations

RULES = "rule_files: [rules/*.yml]\n"
JOBS = "scrape_configs:\n  - job_name: shop\n    static_configs:\n      - targets: [shop:80]\n"


def test_jobs_are_known_by_name(tmp_path: Path) -> None:
    (one,) = configurations(written(tmp_path, {"monitoring/prometheus.yml": RULES + JOBS}))
    assert {name: place.line for name, place in one.jobs.items()} == {"shop": 3}
    assert one.rule_files == ("rules/*.yml",)


@pytest.mark.parametrize(
    ("file", "loads"),
    [
        ("monitoring/rules/shop.yml", True),
        ("monitoring/shop.yml", True),
        ("shop.yml", True),
        ("monitoring/rules/shop.yaml", False),
        ("other/deep/shop.yml", True),
    ],
)
def test_rules_are_loaded_by_pattern(file: str, *, loads: bool, tmp_path: Path) -> None:
    (one,) = configurations(written(tmp_path, {"monitoring/prometheus.yml": RULES + JOBS}))
    assert one.loads(Path(file)) is loads


def test_rules_far_away_are_not_loaded(tmp_path: Path) -> None:
    (one,) = configurations(written(tmp_path, {"a/b/c/prometheus.yml": RULES + JOBS}))
    assert not one.loads(Path("a/d/shop.yml"))
    assert one.loads(Path("a/b/d/shop.yml"))


@pytest.mark.parametrize(
    "text",
    [
        JOBS,
        RULES,
        RULES + JOBS.replace("shop\n", "${JOB}\n"),
        RULES + JOBS + "scrape_config_files: [more/*.yml]\n",
        RULES + JOBS + "remote_read:\n  - url: http://x\n",
        RULES + JOBS + "    honor_labels: true\n",
        RULES + JOBS + "    relabel_configs:\n      - target_label: job\n",
        RULES + JOBS + "    metric_relabel_configs:\n      - action: labelmap\n",
        RULES + JOBS + "        labels: {job: other}\n",
        RULES + JOBS + "    file_sd_configs:\n      - files: [x.json]\n",
    ],
)
def test_jobs_may_be_unknown(text: str, tmp_path: Path) -> None:
    assert configurations(written(tmp_path, {"monitoring/prometheus.yml": text})) == ()


def test_a_rule_that_relabels_something_else_is_harmless(tmp_path: Path) -> None:
    text = RULES + JOBS + "    relabel_configs:\n      - target_label: team\n"
    assert configurations(written(tmp_path, {"monitoring/prometheus.yml": text}))
