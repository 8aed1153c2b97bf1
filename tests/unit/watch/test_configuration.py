"""The files of Prometheus and Alertmanager on this machine.

The repository's own, but for time and addresses.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffolder.errors import ProjectError
from scaffolder.formats import answers_file
from scaffolder.repository.project import Project
from scaffolder.watch import configuration
from scaffolder.watch.configuration import Ports

PORTS = Ports(door=1, prometheus=2, alertmanager=3, page=4)
RULES = """\
groups:
  - name: s
    interval: 2m
    rules:
      - alert: Down
        expr: sum(rate(x{job="shop"}[1h])) == 0
        for: 2m
        labels: {severity: critical}
"""
ROUTES = """\
alertmanager:
  config:
    global: {slack_api_url: https://hooks.example.com/secret}
    templates: [/etc/alertmanager/config/*.tmpl]
    route:
      receiver: team
      routes:
        - {receiver: watchdog, matchers: ['alertname = "Watchdog"']}
    inhibit_rules: [{source_matchers: [a = "b"], target_matchers: [c = "d"]}]
    receivers:
      - name: team
        slack_configs:
          - {api_url_file: /etc/secrets/url, channel: "#shop", title: T, text: X}
      - name: teams
        msteamsv2_configs:
          - {webhook_url_file: /etc/secrets/url, send_resolved: true, title: T, text: X}
      - name: phone
        pagerduty_configs:
          - {routing_key_file: /etc/secrets/key, send_resolved: false}
      - name: watchdog
        webhook_configs:
          - {url_file: /etc/secrets/deadman, send_resolved: false}
      - name: nobody
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "monitoring/alertmanager").mkdir(parents=True)
    (tmp_path / "rules.yaml").write_text(RULES)
    (tmp_path / "monitoring/alertmanager/values.yaml").write_text(ROUTES)
    return Project(tmp_path)


def read(text: str) -> Any:
    return yaml.safe_load(text)


def test_the_rules_are_the_same_in_shorter_time_with_a_watchdog(project: Project) -> None:
    [own, watchdog] = read(configuration.rules(configuration.of(project)))["groups"]
    assert own["interval"] == "2s"
    assert own["rules"] == [
        {
            "alert": "Down",
            "expr": 'sum(rate(x{job="shop"}[60s])) == 0',
            "for": "2s",
            "labels": {"severity": "critical"},
        }
    ]
    assert watchdog["rules"][0]["expr"] == "vector(1)"


def test_the_service_is_labelled_as_the_rules_ask(project: Project) -> None:
    watched = configuration.of(project)
    settings = read(configuration.prometheus(watched, PORTS, Path("/r.yaml"), "qa"))
    [scrape] = settings["scrape_configs"]
    assert scrape["job_name"] == "shop"
    assert scrape["static_configs"][0]["targets"] == ["127.0.0.1:1"]
    assert settings["global"]["external_labels"] == {"environment": "qa"}


def test_every_receiver_is_the_page_and_no_secret_is_used(project: Project) -> None:
    text = configuration.alertmanager(configuration.of(project), PORTS, version=(0, 33))
    assert "secret" not in text
    receivers = {one["name"]: one for one in read(text)["receivers"]}
    page = "http://127.0.0.1:4/chat"
    assert receivers == {
        "team": {
            "name": "team",
            "slack_configs": [
                {"api_url": f"{page}/slack", "channel": "#shop", "title": "T", "text": "X"}
            ],
        },
        "teams": {
            "name": "teams",
            "msteamsv2_configs": [
                {
                    "webhook_url": f"{page}/msteamsv2",
                    "send_resolved": True,
                    "title": "T",
                    "text": "X",
                }
            ],
        },
        "phone": {
            "name": "phone",
            "webhook_configs": [{"url": f"{page}/pagerduty", "send_resolved": False}],
        },
        "watchdog": {
            "name": "watchdog",
            "webhook_configs": [{"url": f"{page}/webhook", "send_resolved": False}],
        },
        "nobody": {"name": "nobody"},
    }


def test_an_old_alertmanager_writes_to_teams_as_it_writes_to_slack(project: Project) -> None:
    text = configuration.alertmanager(configuration.of(project), PORTS, version=(0, 25))
    [teams] = [one for one in read(text)["receivers"] if one["name"] == "teams"]
    assert teams["slack_configs"] == [
        {
            "api_url": "http://127.0.0.1:4/chat/msteamsv2",
            "channel": "#teams",
            "send_resolved": True,
            "title": "T",
            "text": "X",
        }
    ]


def test_routes_inhibitions_and_templates_stay(project: Project) -> None:
    watched = configuration.of(project)
    settings = read(configuration.alertmanager(watched, PORTS, version=(0, 25)))
    assert settings["route"]["group_wait"] == "1s"
    assert settings["route"]["routes"] == [
        {"receiver": "watchdog", "matchers": ['alertname = "Watchdog"']}
    ]
    assert settings["inhibit_rules"] == [
        {"source_matchers": ['a = "b"'], "target_matchers": ['c = "d"']}
    ]
    assert settings["templates"] == [f"{project.root}/monitoring/alertmanager/*.tmpl"]


@pytest.mark.parametrize(
    ("left_out", "says"),
    [
        ("rules.yaml", "no rules of Prometheus"),
        ("monitoring/alertmanager/values.yaml", "no configuration of Alertmanager"),
    ],
)
def test_a_repository_without_alerts_says_what_is_missing(
    project: Project, left_out: str, says: str
) -> None:
    (project.root / left_out).write_text("a: 1\n")
    with pytest.raises(ProjectError, match=says):
        configuration.of(Project(project.root))


RULES_OF_A_JOB = """
groups:
  - name: runs
    rules:
      - {alert: RunMissed, expr: 'time() - kube_cronjob_next_schedule_time{namespace="tidy"} > 900'}
"""
ASKS_A_SERVICE = """      - {alert: Down, expr: 'up{job="tidy"} == 0'}
"""


def test_a_job_that_runs_at_set_times_is_refused(project: Project) -> None:
    (project.root / "rules.yaml").write_text(RULES_OF_A_JOB)
    with pytest.raises(ProjectError, match="runs at set times and answers no requests"):
        configuration.of(Project(project.root))


def test_a_worker_is_refused(project: Project) -> None:
    (project.root / ".copier-answers.yml").write_text("service_name: tidy\nworkload: worker\n")
    with pytest.raises(ProjectError, match="takes messages from a queue and answers no requests"):
        configuration.of(Project(project.root))


def test_a_service_that_also_has_a_job_is_watched(project: Project) -> None:
    (project.root / "rules.yaml").write_text(RULES_OF_A_JOB + ASKS_A_SERVICE)
    assert configuration.of(Project(project.root)).service == "tidy"


@pytest.mark.parametrize(
    ("answers", "hint"),
    [
        ("", "scaffold set monitoring=prometheus-grafana brings both"),
        ("monitoring: none\ncluster: shared\n", "scaffold set monitoring=prometheus-grafana"),
        ("monitoring: prometheus-grafana\ncluster: shared\n", "team that runs the shared cluster"),
        ("monitoring: prometheus-grafana\ncluster: dedicated\n", "git log --stat"),
    ],
)
def test_the_remedy_is_one_that_helps_here(project: Project, answers: str, hint: str) -> None:
    (project.root / "monitoring/alertmanager/values.yaml").write_text("a: 1\n")
    if answers:
        (project.root / answers_file.FILE).write_text(answers)
    with pytest.raises(ProjectError) as raised:
        configuration.of(Project(project.root))
    assert hint in raised.value.hint
