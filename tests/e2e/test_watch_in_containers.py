"""`make watch` without scaffolder: containers with the rules, routes and texts of the repository, in short time."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from support import Repository

from scaffolder.watch import shorten

pytestmark = [
    pytest.mark.skipif(not shutil.which(program), reason=f"{program} is not installed")
    for program in ("awk", "bash", "sed", "sh")
]

CHATS = ("slack", "teams")
PROFILE = "watch"


@pytest.fixture(params=CHATS)
def rendered(request: pytest.FixtureRequest, pristine: Repository) -> Path:
    return pristine(chat=request.param)


@pytest.fixture(params=[("awk",), ("busybox", "awk")], ids=" ".join)
def awk(request: pytest.FixtureRequest) -> tuple[str, ...]:
    if not shutil.which(request.param[0]):
        pytest.skip(f"{request.param[0]} is not installed")
    return tuple(request.param)


def shortened(repository: Path, awk: tuple[str, ...], text: str) -> Any:
    script = repository / "monitoring/watch/shorten.awk"
    ran = subprocess.run(
        (*awk, "-f", str(script)), input=text, capture_output=True, text=True, timeout=20
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return yaml.safe_load(ran.stdout)


def in_milliseconds(value: object) -> object:
    """Return a value in which 60s and 60000ms are the same."""
    text = re.sub(r"\b(\d+)s\b", lambda found: f"{int(found[1]) * 1000}ms", json.dumps(value))
    return json.loads(text)


def test_rules_are_shortened_as_scaffold_watch_shortens_them(
    rendered: Path, awk: tuple[str, ...]
) -> None:
    [file] = rendered.glob("helm/*/files/rules.yaml")
    text = file.read_text(encoding="utf-8")
    expected = [shorten.group(group) for group in yaml.safe_load(text)["groups"]]
    assert in_milliseconds(shortened(rendered, awk, text)["groups"]) == in_milliseconds(expected)


def test_routes_are_shortened_as_scaffold_watch_shortens_them(
    rendered: Path, awk: tuple[str, ...]
) -> None:
    values = (rendered / "monitoring/alertmanager/values.yaml").read_text(encoding="utf-8")
    written = yaml.safe_load(values)["alertmanager"]["config"]
    config = "\n".join(line[4:] for line in values.splitlines() if line.startswith("    "))
    short = shortened(rendered, awk, config)
    expected = shorten.root_route(written["route"])
    assert in_milliseconds(short["route"]) == in_milliseconds(expected)
    assert {**short, "route": {}} == {**written, "route": {}}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("expr: rate(x[1h30m])", "expr: rate(x[90000ms])"),
        ("expr: rate(x[10m]) / rate(y[1d])", "expr: rate(x[10000ms]) / rate(y[1440000ms])"),
        ("expr: rate(x[1m])", "expr: rate(x[5000ms])"),
        ("for: 30s", "for: 1000ms"),
        ("- interval: 2m", "- interval: 2000ms"),
        ("for: 0s", "for: 0s"),
        # Look-alikes that stay.
        ('summary: "slow for 1h"', 'summary: "slow for 1h"'),
        ("record: errors:ratio_rate5m", "record: errors:ratio_rate5m"),
        ("expr: x[$__range]", "expr: x[$__range]"),
        ("# for: 5m, rate(x[5m])", "# for: 5m, rate(x[5m])"),
        ('matchers: ["a = \\"5m\\""]', 'matchers: ["a = \\"5m\\""]'),
    ],
)
def test_durations_alone_are_shortened(pristine: Repository, written: str, expected: str) -> None:
    script = pristine() / "monitoring/watch/shorten.awk"
    ran = subprocess.run(
        ("awk", "-f", str(script)), input=written, capture_output=True, text=True, timeout=20
    )
    assert ran.stdout.rstrip("\n") == expected


def started(repository: Path, program: str, folder: Path) -> Path:
    """Run start.sh with a program that does nothing; return the folder with what it made."""
    programs, made = folder / "bin", folder / "made"
    for one in (programs, made):
        one.mkdir(exist_ok=True)
    (programs / program).write_text("#!/bin/sh\n")
    (programs / program).chmod(0o755)
    service = next(repository.glob("helm/*/files/rules.yaml"))
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "TMPDIR": str(made),
        **composed(repository)["services"][f"watch-{program}"]["environment"],
        "RULES": str(service),
        "ROUTES": str(repository / "monitoring/alertmanager/values.yaml"),
        "MESSAGE": str(repository / "monitoring/alertmanager/chat.tmpl"),
    }
    subprocess.run(
        ("sh", str(repository / "monitoring/watch/start.sh"), program),
        env=environment,
        check=True,
        timeout=20,
    )
    return made


def test_prometheus_gets_rules_that_it_accepts(rendered: Path, tmp_path: Path) -> None:
    made = started(rendered, "prometheus", tmp_path)
    settings = yaml.safe_load((made / "prometheus.yaml").read_text())
    assert [Path(file).name for file in settings["rule_files"]] == ["rules.yaml", "watchdog.yaml"]
    rules = (made / "rules.yaml").read_text()
    assert "https://grafana" not in rules
    assert "http://localhost:3000/d/my-service" in rules
    if shutil.which("promtool"):
        checked = subprocess.run(
            ("promtool", "check", "config", str(made / "prometheus.yaml")),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_alertmanager_posts_to_the_page_and_nowhere_else(rendered: Path, tmp_path: Path) -> None:
    made = started(rendered, "alertmanager", tmp_path)
    text = (made / "alertmanager.yaml").read_text()
    config = yaml.safe_load(text)
    addresses = {
        value
        for receiver in config["receivers"]
        for settings in receiver.values()
        if isinstance(settings, list)
        for one in settings
        for key, value in one.items()
        if key.endswith("url")
    }
    chat = "teams" if "msteamsv2" in text else "slack"
    assert addresses == {"http://watch-chat:8090/chat", "http://watch-chat:8090/watchdog"}
    assert "_file" not in text
    message = (made / "chat.tmpl").read_text()
    assert "example.com" not in message
    assert '{{ define "chat.silence" }}http://localhost:9093/#/silences/new{{ end }}' in message
    if shutil.which("amtool") and chat == "slack":  # Debian's amtool does not know Teams
        checked = subprocess.run(
            ("amtool", "check-config", str(made / "alertmanager.yaml")),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert checked.returncode == 0, checked.stdout + checked.stderr


def composed(repository: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((repository / "compose.yaml").read_text())
    return document


def test_the_profile_has_what_it_mounts_and_takes_no_port_twice(rendered: Path) -> None:
    services = composed(rendered)["services"]
    of_profile = {name for name, one in services.items() if PROFILE in one.get("profiles", [])}
    script = (rendered / "ci/watch.sh").read_text()
    named = re.search(r"services=\((.+)\)", script)
    assert named
    assert set(named[1].split()) == of_profile | {"service"}
    for name in of_profile:
        for volume in services[name]["volumes"]:
            source, _, mode = volume.split(":")
            assert (rendered / source).exists(), volume
            assert mode == "ro"
    ports = [port for one in services.values() for port in one.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert len(ports) == len({port.split(":")[1] for port in ports})
    for service in ("watch-prometheus", "watch-chat"):
        assert services[service]["environment"]["TARGET"] == "service:8080"


def test_the_image_of_the_page_is_the_python_of_a_python_service(pristine: Repository) -> None:
    repository = pristine(runtime="python", runtime_version="3.12")
    image = composed(repository)["services"]["watch-chat"]["image"]
    assert re.fullmatch(r"python:3\.12\.\d+-alpine", image)


def page_of(repository: Path) -> ModuleType:
    file = repository / "monitoring/watch/chat.py"
    specification = importlib.util.spec_from_file_location("chat", file)
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


SLACK = {
    "attachments": [
        {
            "title": "Critical in local: ServiceDown of <b>",
            "pretext": "<!channel>",
            "color": "danger",
            "text": "down & out <https://example.com/a.md|What to do>",
        }
    ]
}
TEAMS = {
    "attachments": [
        {
            "content": {
                "body": [
                    {"type": "TextBlock", "text": "Resolved in local: ServiceDown"},
                    {"type": "TextBlock", "text": "[What to do](https://example.com/a.md)"},
                ]
            }
        }
    ]
}
DEPLOYED = {
    "attachments": [
        {
            "content": {
                "body": [
                    {"type": "TextBlock", "text": "x"},
                    {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "dev runs"}]},
                ]
            }
        }
    ]
}


@pytest.mark.parametrize(
    ("kind", "payload", "tone", "words"),
    [
        ("slack", SLACK, "danger", ["@channel", "&lt;b&gt;", "down &amp; out"]),
        ("slack", {"text": "dev runs 1a2b"}, "warning", ["dev runs 1a2b"]),
        ("teams", TEAMS, "good", ["Resolved in local"]),
        ("teams", DEPLOYED, "warning", ["dev runs"]),
    ],
)
def test_the_page_shows_what_a_chat_would(
    pristine: Repository, kind: str, payload: dict[str, Any], tone: str, words: list[str]
) -> None:
    chat = page_of(pristine(chat=kind))
    title, text, color = chat.read(payload)
    assert color == tone
    chat.messages.append((0.0, title, text, color))
    page = chat.page()
    assert all(word in page for word in words)
    assert "<b>" not in page
    if "https" in str(payload):
        assert '<a href="https://example.com/a.md">What to do</a>' in page


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x"])
def test_only_addresses_of_the_web_become_links(rendered: Path, address: str) -> None:
    chat = page_of(rendered)
    assert "<a" not in chat.marked(f"<{address}|x> [x]({address})")
    assert 'href="https://x&quot;' not in chat.marked('<https://x" onclick="y|x>').replace(" ", "")


def program(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def watched(repository: Path, programs: Path) -> subprocess.CompletedProcess[str]:
    for name in ("bash", "dirname", "git", "sh"):
        found = shutil.which(name)
        assert found
        if not (programs / name).exists():
            (programs / name).symlink_to(found)
    return subprocess.run(
        ("bash", "ci/watch.sh"),
        cwd=repository,
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
        timeout=20,
    )


def test_scaffolder_comes_first(pristine: Repository, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    program(programs, "scaffold", 'echo "scaffold $*"')
    program(programs, "docker", "echo docker")
    ran = watched(pristine(), programs)
    assert (ran.returncode, ran.stdout) == (0, "scaffold watch .\n")


@pytest.mark.parametrize("older", ["exit 2", "echo 'no such command' >&2; exit 2"])
@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_without_scaffolder_containers_run_and_go(
    pristine: Repository, tmp_path: Path, older: str, engine: str
) -> None:
    programs = tmp_path / "bin"
    program(programs, "scaffold", older)
    program(programs, engine, f'echo "{engine} $*"')
    ran = watched(pristine(), programs)
    assert ran.returncode == 0
    assert ran.stdout.splitlines() == [
        f"{engine} compose --profile watch up --build service watch-prometheus watch-alertmanager watch-chat grafana",
        f"{engine} compose --profile watch down",
    ]
    assert "http://localhost:8090" in ran.stderr


def test_without_either_one_sentence_says_what_to_install(
    pristine: Repository, tmp_path: Path
) -> None:
    programs = tmp_path / "bin"
    program(programs, "docker", "exit 1")  # without Compose
    ran = watched(pristine(), programs)
    assert ran.returncode == 1
    [line] = ran.stderr.splitlines()
    assert "scaffolder" in line
    assert "Docker or Podman with Compose" in line


def test_without_monitoring_there_is_nothing_to_watch(pristine: Repository) -> None:
    repository = pristine(monitoring="none")
    assert "watch" not in (repository / "Makefile").read_text()
    assert "watch" not in (repository / "compose.yaml").read_text()
    assert not (repository / "ci/watch.sh").exists()


def panels(board: dict[str, Any]) -> list[str]:
    return [panel["title"] for panel in board["panels"]]


def of_a_cluster(panel: dict[str, Any]) -> bool:
    return bool(re.search(r"\b(kube|container)_", str(panel.get("targets", ""))))


def local(repository: Path, awk: tuple[str, ...], text: str) -> dict[str, Any]:
    script = repository / "monitoring/watch/without-cluster.awk"
    ran = subprocess.run(
        (*awk, "-f", str(script)), input=text, capture_output=True, text=True, timeout=20
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    board: dict[str, Any] = json.loads(ran.stdout)
    return board


def test_the_dashboard_here_has_no_panel_that_asks_kubernetes(
    rendered: Path, awk: tuple[str, ...]
) -> None:
    [file] = rendered.glob("helm/*/files/dashboard.json")
    text = file.read_text(encoding="utf-8")
    whole = json.loads(text)
    short = local(rendered, awk, text)
    expected = [panel for panel in whole["panels"] if not of_a_cluster(panel)]
    assert 0 < len(expected) < len(whole["panels"])
    assert short == {**whole, "panels": expected}
    assert {"Requests at work and waiting", "Memory of the process"} <= set(panels(short))
    # As Grafana exports it, and if nothing is to be left out.
    assert local(rendered, awk, json.dumps(whole, indent=2)) == short
    assert local(rendered, awk, json.dumps(short, indent=2)) == short
    # Text in another form stays as it is.
    assert local(rendered, awk, json.dumps(whole)) == whole


def test_grafana_is_started_with_that_dashboard(pristine: Repository, tmp_path: Path) -> None:
    repository = pristine()
    grafana = composed(repository)["services"]["grafana"]
    assert set(grafana["profiles"]) == {"monitoring", PROFILE}
    assert grafana["entrypoint"] == ["/bin/sh", "/watch/start.sh", "grafana", "/run.sh"]
    [file] = repository.glob("helm/*/files/dashboard.json")
    ran = subprocess.run(
        ("sh", str(repository / "monitoring/watch/start.sh"), "grafana", "echo", "started"),
        env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path), "DASHBOARD": str(file)},
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert ran.stdout == "started\n"
    assert json.loads((tmp_path / "dashboards/dashboard.json").read_text())["panels"]
    provider = composed(repository)["configs"]["grafana-dashboards"]["content"]
    assert yaml.safe_load(provider)["providers"][0]["options"]["path"] == "/tmp/dashboards"  # noqa: S108


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_on_a_shared_cluster_there_is_grafana_alone(pristine: Repository, cloud: str) -> None:
    """The routes to the chat are the platform's, so nothing here could post what it would post."""
    repository = pristine(cloud=cloud, cluster="shared")
    assert "ci/watch.sh" not in (repository / "Makefile").read_text()
    assert "make watch" not in (repository / "README.md").read_text()
    assert not (repository / "ci/watch.sh").exists()
    assert {file.name for file in (repository / "monitoring/watch").iterdir()} == {
        "start.sh",
        "without-cluster.awk",
    }
    services = composed(repository)["services"]
    assert set(services) == {"service", "prometheus", "grafana"}
    assert services["grafana"]["profiles"] == ["monitoring"]
    assert "alertmanager" not in (repository / "monitoring/watch/start.sh").read_text()
