"""A service on servers of its own: what is asked, and what its repository has instead of a chart and a cluster."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from collections import ChainMap
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml
from sample import on_servers
from support import ROOT

from scaffolder.errors import AnswersError
from scaffolder.template import answers, render

SERVER = {"service_name": "my-service", "cloud": "aws", "runs_on": "server"}
SETS = on_servers()
ANSWERS = ROOT / "templates/[[ server ]]/server/files/answers.sh"


@pytest.fixture(scope="module", params=SETS, ids=str)
def rendered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository of a service on servers, rendered once for all tests."""
    folder: Path = tmp_path_factory.mktemp("servers") / request.param
    given = {"service_name": "my-service", **SETS[request.param]}
    render.write(render.current(), answers.complete(given), folder)
    return folder


def test_a_service_runs_on_kubernetes_unless_servers_are_asked_for() -> None:
    assert answers.complete({"service_name": "x"})["runs_on"] == "kubernetes"
    assert "servers" not in answers.complete({"service_name": "x"})
    assert answers.complete(SERVER)["servers"] == "1"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"cluster": "shared"}, "a server cannot be part of the cluster"),
        ({"workload": "cron"}, "a CronJob is an object of Kubernetes"),
        ({"deploy": "terraform"}, "the Helm provider installs in a cluster"),
        ({"secrets": "external-secrets"}, "External Secrets runs in a cluster"),
        ({"servers": 0}, "1 to 5"),
        ({"servers": 6}, "one for Kubernetes"),
        ({"servers": "many"}, "must be an integer"),
        ({"cloud": "azure", "servers": 2}, "does not end TLS"),
        ({"nodes": "managed"}, "does not apply"),
        ({"allowed_cidrs": "203.0.113.0/28"}, "does not apply"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_what_needs_a_cluster_is_refused_with_its_reason(
    given: dict[str, object], reason: str
) -> None:
    with pytest.raises(AnswersError, match=reason):
        answers.complete({**SERVER, **given})


@pytest.mark.parametrize(
    "given", [{"kind": "platform"}, {"cloud": "none"}], ids=["platform", "own cluster"]
)
def test_servers_are_asked_for_where_terraform_can_make_them(given: dict[str, object]) -> None:
    with pytest.raises(AnswersError, match="runs_on does not apply"):
        answers.complete({**SERVER, **given})


@pytest.mark.parametrize(
    "given",
    [
        {"cluster": "shared"},
        {"workload": "cron"},
        {"deploy": "terraform"},
        {"secrets": "external-secrets"},
    ],
    ids=str,
)
def test_nothing_is_closed_to_kubernetes(given: dict[str, str]) -> None:
    known = answers.complete({"service_name": "x", "cloud": "aws", **given})
    assert given.items() <= known.items()


@pytest.mark.parametrize(
    "path",
    [
        "helm",
        "platform",
        "kind.yaml",
        "ci/install.sh",
        "ci/local.sh",
        "ci/platform.sh",
        "ci/release.sh",
        "docs/cluster-upgrade.md",
        "docs/runbooks/HpaAtMaximum.md",
        "terraform/modules/cluster",
        "terraform/deploy",
    ],
)
def test_it_has_nothing_of_a_cluster(rendered: Path, path: str) -> None:
    assert not (rendered / path).exists()


def text(root: Path) -> str:
    """Return what people and pipelines read and run, without the service itself."""
    files = (file for file in root.rglob("*") if file.is_file())
    left = {"app", ".git"}
    return "\n".join(
        f"{file.relative_to(root)}: {line}"
        for file in sorted(files)
        if not left & set(file.relative_to(root).parts)
        for line in file.read_text(encoding="utf-8").splitlines()
    )


def test_no_script_and_no_pipeline_asks_for_a_cluster(rendered: Path) -> None:
    scripts = [*rendered.glob("ci/**/*"), *rendered.glob(".github/**/*"), rendered / "Makefile"]
    scripts += [rendered / name for name in (".gitlab-ci.yml", "Jenkinsfile", "mise.toml")]
    asked = [
        f"{file.relative_to(rendered)}: {line.strip()}"
        for file in scripts
        if file.is_file() and file.suffix not in {".jq"}
        for line in file.read_text(encoding="utf-8").splitlines()
        if re.search(r"\b(helm|kubectl|kubelogin|CLUSTER_NAME|NAMESPACE|CHART)\b", line)
    ]
    assert asked == []


def test_the_first_page_says_what_it_costs_and_what_comes_next(rendered: Path) -> None:
    page = (rendered / "README.md").read_text(encoding="utf-8")
    known = answers.load(rendered / answers.FILE)
    assert re.search(r"\*\*about \d+ \$\*\*", page.split("\n## ")[0])
    nearest = (
        "monitoring=prometheus-grafana"
        if known["monitoring"] == "none"
        else f"servers={int(str(known['servers'])) + 1}"
        if known["cloud"] == "aws"
        else "runs_on=kubernetes"
    )
    assert f"scaffold set {nearest}" in page


def test_one_server_costs_what_two_founders_can_pay(rendered: Path) -> None:
    page = (rendered / "README.md").read_text(encoding="utf-8")
    known = answers.load(rendered / answers.FILE)
    (cost,) = re.findall(r"\*\*about (\d+) \$\*\*", page)
    if int(str(known["servers"])) == 1 and known["monitoring"] == "none":
        assert 10 <= int(cost) <= 15


def test_no_machine_has_ssh_and_each_command_comes_through_the_cloud(rendered: Path) -> None:
    script = (rendered / "ci/cloud.sh").read_text(encoding="utf-8")
    assert "\non_server() {" in script
    assert "\nserver_names() {" in script
    assert not re.search(r"\bssh \b", script)
    code = "\n".join(file.read_text() for file in rendered.glob("terraform/modules/**/*.tf"))
    assert "= 22" not in code
    assert '"22"' not in code


def test_no_role_reads_the_parameters_of_the_account(rendered: Path) -> None:
    """A comparison looks up the image of Debian; the machine that watches reads two secrets of its own."""
    for file in rendered.glob("terraform/**/*.tf"):
        statements = re.findall(
            r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", file.read_text(encoding="utf-8")
        )
        for statement in statements:
            if "ssm:GetParameter" in statement:
                (resource,) = re.findall(r"Resource +?= (.*)", statement)
                assert (
                    "parameter/aws/service/debian/" in resource or "monitoring_secrets" in resource
                )


def test_the_number_of_servers_is_the_same_for_terraform_and_for_scripts(rendered: Path) -> None:
    servers = str(answers.load(rendered / answers.FILE)["servers"])
    settings = (rendered / "ci/settings.sh").read_text(encoding="utf-8")
    values = (rendered / "terraform/env/envs/common.tfvars").read_text(encoding="utf-8")
    assert f"SERVERS={servers} " in settings
    assert re.search(rf"^servers +?= {servers}$", values, re.MULTILINE)


def units(rendered: Path) -> dict[str, str]:
    """Return the templates of the units of containers, by name."""
    files = rendered.glob("server/roles/*/templates/*.container.j2")
    return {file.name: file.read_text(encoding="utf-8") for file in files}


def test_every_image_of_a_unit_is_named_by_its_digest(rendered: Path) -> None:
    named = set(images(rendered))
    assert named
    assert {
        name for name in named if not re.search(r":[\w.-]+@sha256:[0-9a-f]{64}$", name)
    } == set()


def images(rendered: Path) -> dict[str, Path]:
    """Return the images that the roles and the values name, each with its file."""
    files = [rendered / "server/values.yaml", *rendered.glob("server/roles/*/defaults/main.yml")]
    values = [(file, yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files]
    named = (
        {text: file for name, text in known.items() if name.endswith("_image")}
        for file, known in values
    )
    return dict(ChainMap(*named))


def test_renovate_proposes_newer_images_of_the_machines(rendered: Path) -> None:
    renovate = json.loads((rendered / "renovate.json").read_text(encoding="utf-8"))
    (manager,) = [
        one for one in renovate["customManagers"] if "^server/" in str(one["managerFilePatterns"])
    ]
    (pattern,) = manager["matchStrings"]
    looks_for = re.compile(pattern.replace("(?<", "(?P<"))
    folders = [re.compile(one.strip("/")) for one in manager["managerFilePatterns"]]
    for image, file in images(rendered).items():
        assert any(one.search(file.relative_to(rendered).as_posix()) for one in folders), file
        found = looks_for.finditer(file.read_text(encoding="utf-8"))
        parts = (f"{one['depName']}:{one['currentValue']}@{one['currentDigest']}" for one in found)
        assert image in parts, image


def test_no_container_on_the_network_of_the_machine_is_root(rendered: Path) -> None:
    on_host = {name for name, text in units(rendered).items() if "\nNetwork=host\n" in text}
    assert "proxy.container.j2" in on_host
    for name in on_host:
        (user,) = re.findall(r"(?m)^User=(.+)$", units(rendered)[name])
        assert user not in {"0", "root"}, name


def test_the_firewall_keeps_the_identity_of_a_machine_for_root(rendered: Path) -> None:
    rules = (rendered / "server/roles/machine/templates/nftables.conf.j2").read_text()
    addresses = (rendered / "server/roles/machine/vars/main.yml").read_text()
    assert "meta skuid != 0 jump identity" in rules
    assert "hook forward" in rules
    assert "- ip daddr 169.254.169.254\n" in addresses


def test_the_unit_of_the_service_asks_whether_it_still_works(rendered: Path) -> None:
    unit = units(rendered)["service.container.j2"]
    assert re.search(r"(?m)^HealthCmd=", unit)
    assert "\nHealthOnFailure=kill\n" in unit
    values = yaml.safe_load((rendered / "server/values.yaml").read_text(encoding="utf-8"))
    dockerfile = (rendered / "Dockerfile").read_text(encoding="utf-8")
    assert f"CMD {json.dumps(values['service_health_cmd'])}" in dockerfile


def test_a_server_leaves_the_load_balancer_before_it_stops(rendered: Path) -> None:
    unit = (rendered / "server/roles/proxy/templates/drain.service.j2").read_text()
    assert re.search(r"(?m)^After=.*proxy\.service \{\{ service_name \}\}\.service$", unit)
    # Debian's unit of the firewall empties it when it stops, also of the rules that lead to the container.
    for name in (
        "proxy/templates/drain.service",
        "proxy/templates/proxy.container",
        "service/templates/service.container",
    ):
        assert re.search(
            r"(?m)^After=.*nftables\.service", (rendered / f"server/roles/{name}.j2").read_text()
        )
    assert "ExecStop=/usr/local/sbin/drain leave" in unit


def watched(rendered: Path) -> bool:
    """Return whether a machine watches the servers."""
    return answers.load(rendered / answers.FILE)["monitoring"] != "none"


def test_links_of_alerts_lead_to_the_tunnel_and_nothing_asks_for_a_certificate(
    rendered: Path,
) -> None:
    assert "https://grafana." not in text(rendered)
    assert "monitoring_host" not in text(rendered)
    if not watched(rendered):
        assert not (rendered / "ci/grafana.sh").exists()
        return
    rules = (rendered / "monitoring/rules.yaml").read_text(encoding="utf-8")
    links = re.findall(r'dashboard_url: "(.+)"', rules)
    assert links
    assert set(links) == {"http://localhost:3000/d/my-service"}
    message = (rendered / "monitoring/alertmanager/chat.tmpl").read_text(encoding="utf-8")
    assert "make grafana ENVIRONMENT={{ . }}" in message
    playbook = yaml.safe_load((rendered / "server/monitoring.yml").read_text(encoding="utf-8"))
    roles = [role["role"] for role in playbook[0]["roles"]]
    assert roles == ["machine", "exporter", "monitoring"]
    values = yaml.safe_load((rendered / "server/monitoring-values.yaml").read_text("utf-8"))
    assert values["machine_open_ports"] == []


def test_secrets_of_the_monitoring_are_in_no_command(rendered: Path) -> None:
    if not watched(rendered):
        return
    script = (rendered / "ci/monitoring.sh").read_text(encoding="utf-8")
    for secret in ("CHAT_WEBHOOK_URL", "DEADMAN_URL"):
        used = [
            line for line in script.splitlines() if f"${secret}" in line or f"${{{secret}" in line
        ]
        assert len(used) == 1
        assert "; then put_secret " in used[0]


def test_the_machine_that_watches_reads_its_two_secrets_and_no_other(rendered: Path) -> None:
    code = "\n".join(file.read_text() for file in rendered.glob("terraform/modules/servers/*.tf"))
    if answers.load(rendered / answers.FILE)["cloud"] == "aws":
        assert code.count('Action   = "ssm:GetParameter"') == 1
        assert '["chat-webhook-url", "deadman-url"]' in code
        assert 'kms:EncryptionContext:PARAMETER_ARN" = local.monitoring_secrets' in code
    else:
        assert code.count('role_definition_name = "Key Vault Secrets User"') == 1
        assert "scope                = azurerm_key_vault.monitoring[0].id" in code


def test_the_machine_that_watches_has_more_memory_than_a_server(rendered: Path) -> None:
    values = (rendered / "terraform/env/envs/common.tfvars").read_text(encoding="utf-8")
    sizes = dict(re.findall(r'(?m)^(\w*(?:type|vm_size)) += "(.+)"$', values))
    assert sizes in (
        {"instance_type": "t3.micro", "monitoring_type": "t3.small"},
        {"vm_size": "Standard_B2ats_v2", "monitoring_vm_size": "Standard_B2als_v2"},
    )


def test_what_takes_commands_is_verified_and_updated(rendered: Path) -> None:
    folder = rendered / "terraform/modules/servers"
    if not (folder / "install-ssm-agent.sh").exists():
        assert answers.load(rendered / answers.FILE)["cloud"] == "azure"
        return
    script = (folder / "install-ssm-agent.sh").read_text(encoding="utf-8")
    assert script.index("gpgv --keyring") < script.index("dpkg --install")
    assert 'name             = "AWS-UpdateSSMAgent"' in (folder / "agent.tf").read_text()
    assert "amazon-ssm-$1/latest/" not in script


def test_each_alert_of_the_list_has_its_page(rendered: Path) -> None:
    folder = rendered / "docs/runbooks"
    if not folder.exists():
        assert answers.load(rendered / answers.FILE)["monitoring"] == "none"
        return
    listed = re.findall(r"^\| \[(\w+)\]", (folder / "README.md").read_text(), re.MULTILINE)
    pages = sorted(file.stem for file in folder.glob("*.md") if file.stem != "README")
    assert sorted(listed) == pages


ELSEWHERE = re.compile(
    r"docs/first-deploy\.md: \* A Jenkins that runs its jobs in Kubernetes"
    r"|(?:README|terraform/README|docs/architecture|CONTRIBUTING)\.md:.*runs_on=kubernetes"
    r"|terraform/README\.md:.*(?:To Kubernetes|make the cluster first|module\.cluster)"
    r"|docs/runbooks/\w+\.md: +sum by \(pod\)"
)
"""Reviewed: mentions of Kubernetes in a page of a service on servers, as the next rung or as the place of a pipeline."""


def test_no_page_speaks_of_pods_or_charts(rendered: Path) -> None:
    spoken = [
        line
        for line in text(rendered).splitlines()
        if re.match(r"[\w/-]+\.md:", line)
        if re.search(r"\b(pods?|kubectl|[Hh]elm|namespace|chart|clusters?)\b", line)
        if not ELSEWHERE.match(line)
    ]
    assert spoken == []


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")
@pytest.mark.parametrize(
    ("seconds", "statuses", "code", "says"),
    [
        (0, [200], 0, '{"digest": "sha256:abc"}'),
        (5, [503, 404, 200], 0, '{"digest": "sha256:abc"}'),
        (1, [503] * 9, 1, 'did not answer 200 within 1 s: {"digest": "sha256:abc"} 503'),
        (0, [404, 200], 1, "did not answer 200 within 0 s"),
        (0, [204], 1, " 204"),
    ],
)
def test_a_deployment_waits_until_the_machine_answers(
    seconds: int, statuses: list[int], code: int, says: str
) -> None:
    left = iter(statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(next(left))
            self.end_headers()
            self.wfile.write(b'{"digest": "sha256:abc"}')

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"{server.server_address[1]}/info"
        done = subprocess.run(
            ["sh", ANSWERS, address, str(seconds)], capture_output=True, text=True, check=False
        )
        server.shutdown()
    assert done.returncode == code
    assert says in (done.stderr if code else done.stdout)


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")
def test_a_machine_where_nothing_listens_gives_the_reason() -> None:
    done = subprocess.run(
        ["sh", ANSWERS, "1/readyz", "0"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "1/readyz did not answer 200 within 0 s: curl: (7)" in done.stderr
