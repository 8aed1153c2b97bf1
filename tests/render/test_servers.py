"""A service on servers of its own: what is asked, and what its repository has instead of a chart and a cluster."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample import on_servers

from scaffolder.errors import AnswersError
from scaffolder.template import answers, render

SERVER = {"service_name": "my-service", "cloud": "aws", "runs_on": "server"}
SETS = on_servers()


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
        ({"cluster": "shared"}, "a server is no part of a cluster"),
        ({"workload": "cron"}, "a CronJob is an object of Kubernetes"),
        ({"deploy": "terraform"}, "the Helm provider installs in a cluster"),
        ({"secrets": "external-secrets"}, "External Secrets runs in a cluster"),
        ({"servers": 0}, "1 to 5"),
        ({"servers": 6}, "one for Kubernetes"),
        ({"servers": "many"}, "whole number"),
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
