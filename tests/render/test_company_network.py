"""Behind the network of a company: scripts and pipelines name its mirrors, its proxy and its CA, and no public address."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import combinations
import pytest
import yaml
from support import Repository

from scaffolder.errors import AnswersError
from scaffolder.template import answers

ROWS = combinations.behind_a_company()
MIRRORED = [row for row in ROWS if row.get("image_mirror")]

_PUBLIC = re.compile(
    r"(?:docker|ghcr|quay|gcr|mirror\.gcr)\.io\b|registry\.k8s\.io|mcr\.microsoft\.com"
    r"|public\.ecr\.aws|pypi\.org|pythonhosted\.org|registry\.npmjs\.org|proxy\.golang\.org"
    r"|repo1?\.maven\.org|registry\.terraform\.io|releases\.hashicorp\.com|sigstore\.dev"
    r"|(?:https?://|git@)(?:[a-z]+\.)*(?:github\.com|githubusercontent\.com|github\.io|gitlab\.com)"
    r"|mise\.(?:jdx\.dev|run)|jdx/mise-action|moby/buildkit|kindest/node|buildpack-deps:"
    r"|prom/\w+:|grafana/grafana:"
)
"""Where images, tools, packages, charts and providers come from; also images of Docker Hub, which have no host."""

_MIRROR = re.compile(r"(?:registry|mirror|packages)\.acme\.io\S*")

_NOT_FETCHED = (
    # The repository's own address: with Jenkins alone it is on GitHub.
    re.compile(r"https://(api\.)?github\.com(/repos|/example-org|[}\"/]*\}?/?\")"),
    # Text for people, and a comment.
    re.compile(r"^\s*#(?! syntax=)|\(https://mise\.jdx\.dev\)"),
    # Renovate's patterns.
    re.compile(r"^\s*\"matchStrings\":"),
    # Programs that mise installs, by the names of its registry: its downloads go to the mirror.
    re.compile(r"aqua:moby/buildkit"),
)
"""Reviewed: what looks like a public address, and is none that a script or a job asks."""

_READ = {".sh", ".yml", ".yaml", ".toml", ".rc", ".tfvars", ".tf", ".hcl", ".xml", ".json"}
_NAMES = {"Dockerfile", "Jenkinsfile", "Makefile"}
_NO_PART_OF_A_RUN = {"tests", "helm", "docs", ".scaffold"}


def lines(root: Path) -> Iterator[tuple[str, str]]:
    """Yield each line of what a person or a pipeline runs, and of what that reads, with its file."""
    for file in sorted(root.rglob("*")):
        path = file.relative_to(root)
        known = file.suffix in _READ or file.name in _NAMES
        if file.is_file() and known and not _NO_PART_OF_A_RUN & set(path.parts):
            for line in file.read_text(encoding="utf-8").splitlines():
                yield path.as_posix(), line


def contacted(root: Path) -> list[str]:
    """Return the lines that ask a public host."""
    return [
        f"{path}: {line}"
        for path, line in lines(root)
        if _PUBLIC.search(_MIRROR.sub("", line))
        and not any(reviewed.search(line) for reviewed in _NOT_FETCHED)
    ]


@pytest.mark.parametrize("row", MIRRORED, ids=combinations.named)
def test_no_public_address_is_contacted(
    row: dict[str, answers.Answer], pristine: Repository
) -> None:
    assert contacted(pristine(**row)) == []


def test_without_mirrors_public_addresses_are_found(pristine: Repository) -> None:
    found = contacted(pristine(ci=["gitlab", "github"], cloud="none"))
    for word in ("mise-action", "buildpack-deps", "oci://docker.io", "github.com/jdx", "FROM"):
        assert any(word in line for line in found) or word == "FROM", word


@pytest.mark.parametrize("row", ROWS, ids=combinations.named)
def test_scripts_get_everything_from_one_file(
    row: dict[str, answers.Answer], pristine: Repository, tmp_path: Path
) -> None:
    root = pristine(**row)
    wanted = ("HTTPS_PROXY", "NO_PROXY", "TRIVY_DB_REPOSITORY", "UV_DEFAULT_INDEX")
    done = subprocess.run(
        ["bash", "-c", "set -eu; source ci/settings.sh; env"],
        cwd=root,
        env={"PATH": "/usr/bin:/bin", "DRY_RUN": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    given = {name: f"{name}=" in done.stdout for name in wanted}
    mirrored, proxied = bool(row.get("image_mirror")), bool(row.get("proxy"))
    assert given == dict(zip(wanted, (proxied, proxied, mirrored, mirrored), strict=True))
    assert ("holds no certificate yet" in done.stderr) == (row["private_ca"] == "file")
    assert not (root / "build").exists()


def test_the_proxy_is_not_for_what_is_inside(pristine: Repository) -> None:
    settings = (pristine(**MIRRORED[0]) / "ci/network.sh").read_text(encoding="utf-8")
    direct = re.search(r'NO_PROXY="([^"$]*)"', settings)
    assert direct
    inside = {"127.0.0.1", ".svc", ".cluster.local", "10.0.0.0/8", "169.254.169.254", "buildkit"}
    company = {"git.acme.io", "registry.acme.io", "mirror.acme.io", "packages.acme.io"}
    assert inside | company | {".eks.amazonaws.com"} <= set(direct[1].split(","))


def test_a_ca_is_added_to_those_of_the_system(repository: Repository) -> None:
    root = repository(network="company", private_ca="file")
    own = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    (root / "ci/company-ca.pem").write_text(own, encoding="utf-8")
    done = subprocess.run(
        ["bash", "-c", "set -eu; source ci/settings.sh; env"],
        cwd=root,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    bundle = (root / "build/ca-bundle.pem").read_text(encoding="utf-8")
    assert bundle.endswith(own)
    assert f"SSL_CERT_FILE={root / 'build/ca-bundle.pem'}" in done.stdout
    assert f"NODE_EXTRA_CA_CERTS={root / 'ci/company-ca.pem'}" in done.stdout
    assert "!ci/company-ca.pem" in (root / ".dockerignore").read_text(encoding="utf-8")


def test_each_image_of_the_monitoring_has_its_registry_in_the_mirror(pristine: Repository) -> None:
    root = pristine(**MIRRORED[0])
    images = yaml.safe_load((root / "monitoring/images.yaml").read_text(encoding="utf-8"))
    assert images["prometheus"]["prometheusSpec"]["image"]["registry"].endswith("/quay.io")
    assert "--values monitoring/images.yaml" in (root / "ci/monitoring.sh").read_text("utf-8")


def test_signatures_stay_inside(pristine: Repository) -> None:
    root = pristine(**MIRRORED[0])
    sign = (root / "ci/sign.sh").read_text(encoding="utf-8")
    assert "--tlog-upload=false --key" in sign
    assert "SIGNERS=()" in (root / "ci/settings.sh").read_text(encoding="utf-8")
    deploy = (root / "ci/deploy.sh").read_text(encoding="utf-8")
    assert "cosign verify --insecure-ignore-tlog=true --key" in deploy


def test_without_a_company_nothing_of_it_is_rendered(pristine: Repository) -> None:
    root = pristine()
    for name in (
        "ci/network.sh",
        "ci/terraform.rc",
        "ci/company-ca.pem",
        "docs/company-network.md",
    ):
        assert not (root / name).exists()
    assert not any("ci/network.sh" in line for _, line in lines(root))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("image_mirror", "https://registry.acme.io/mirror"),
        ("image_mirror", "registry.acme.io/mirror/"),
        ("image_mirror", "registry.acme.io/Mirror"),
        ("tool_mirror", "http://mirror.acme.io"),
        ("tool_mirror", "https://user:secret@mirror.acme.io"),
        ("tool_mirror", "https://mirror.acme.io/"),
        ("package_index", "packages.acme.io"),
        ("package_index", 'https://packages.acme.io/"x'),
        ("proxy", "proxy.acme.io:3128"),
        ("proxy", "http://user:secret@proxy.acme.io:3128"),
    ],
)
def test_what_is_no_address_is_refused(question: str, answer: str) -> None:
    with pytest.raises(AnswersError):
        answers.complete({"service_name": "x", "network": "company", question: answer})


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("image_mirror", "localhost:5000"),
        ("image_mirror", "acme.jfrog.io/docker-remote"),
        ("tool_mirror", "https://nexus.acme.io:8443/repository"),
        ("package_index", "https://nexus.acme.io/repository/pypi/simple/"),
        ("proxy", "https://10.0.0.7:8080"),
    ],
)
def test_addresses_that_companies_have_are_taken(question: str, answer: str) -> None:
    given = answers.complete({"service_name": "x", "network": "company", question: answer})
    assert given[question] == answer


def test_without_a_company_no_mirror_can_be_answered() -> None:
    with pytest.raises(AnswersError):
        answers.complete({"service_name": "x", "proxy": "http://proxy.acme.io:3128"})
