"""examples/ is what the templates generate: `make examples` writes it with the code that compares it."""

from __future__ import annotations

import filecmp
import re
import shutil
from pathlib import Path

import pytest
from support import ROOT, TODAY, Repository, ScriptedToolchain

from scaffolder import checks
from scaffolder.repository.project import Project
from scaffolder.template import answers

EXAMPLES: dict[str, dict[str, object]] = {
    "java-eks-github": {},
    "java8-eks-jenkins": {"runtime_version": "8", "ci": "jenkins"},
    "java11-aks-azuredevops": {
        "runtime_version": "11",
        "cloud": "azure",
        "ci": "azure-devops",
        "rollout": "header",
        "chat": "teams",
    },
    "java17-aks-gitlab": {
        "runtime_version": "17",
        "cloud": "azure",
        "ci": "gitlab",
        "level": "work",
    },
    "java25-eks-github-terraform": {
        "runtime_version": "25",
        "deploy": "terraform",
        "nodes": "managed",
        "accounts": "each",
        "secrets": "external-secrets",
    },
    "python-aks-github": {"runtime": "python", "cloud": "azure"},
    "python312-own-jenkins": {
        "runtime": "python",
        "runtime_version": "3.12",
        "cloud": "none",
        "ci": "jenkins",
        "network": "company",
        "package_index": "https://mirror.example.com/pypi/simple",
    },
    "python313-eks-azuredevops": {
        "runtime": "python",
        "runtime_version": "3.13",
        "ci": "azure-devops",
        "rollout": "blue-green",
        "level": "work",
    },
    "node-eks-gitlab": {
        "runtime": "node",
        "ci": "gitlab",
        "oidc_provider": "existing",
        "secrets": "external-secrets",
    },
    "node22-own-github-unmonitored": {
        "runtime": "node",
        "runtime_version": "22",
        "cloud": "none",
        "platform_parts": "existing",
        "monitoring": "none",
        "level": "work",
    },
    "node26-aks-gitlab-terraform": {
        "runtime": "node",
        "runtime_version": "26",
        "cloud": "azure",
        "ci": "gitlab",
        "deploy": "terraform",
        "rollout": "recreate",
        "chat": "teams",
    },
    "go-aks-azuredevops": {
        "runtime": "go",
        "cloud": "azure",
        "ci": "azure-devops",
        "chat": "teams",
    },
    "go-shared-eks-github": {"runtime": "go", "cluster": "shared", "contract": "enforce"},
    "python-shared-aks-gitlab": {
        "runtime": "python",
        "cloud": "azure",
        "ci": "gitlab",
        "cluster": "shared",
    },
    "python-cron-eks-github": {"runtime": "python", "workload": "cron"},
    "node-worker-eks-gitlab": {
        "runtime": "node",
        "ci": "gitlab",
        "workload": "worker",
        "network_range": "10.87.0.0/16",
        "outside_production": "cheaper",
    },
    "go-canary-aks-github": {"runtime": "go", "cloud": "azure", "rollout": "canary"},
    "python-fast-eks-github": {"runtime": "python", "level": "fast"},
    "python-one-server-aws-github": {
        "runtime": "python",
        "runs_on": "server",
        "monitoring": "none",
        "level": "work",
    },
    "node-three-servers-aws-gitlab": {
        "runtime": "node",
        "ci": "gitlab",
        "runs_on": "server",
        "servers": 3,
    },
    "platform-eks-github": {"kind": "platform"},
    "platform-aks-gitlab": {
        "kind": "platform",
        "cloud": "azure",
        "ci": "gitlab",
        "accounts": "each",
        "level": "work",
    },
    "node-own-gitlab-company": {
        "runtime": "node",
        "cloud": "none",
        "ci": "gitlab",
        "git_host": "git.example.com",
        "network": "company",
        "image_mirror": "registry.example.com/mirror",
        "tool_mirror": "https://mirror.example.com",
        "package_index": "https://mirror.example.com/npm",
        "private_ca": "file",
        "proxy": "http://proxy.example.com:3128",
    },
    "go126-own-every-pipeline": {
        "runtime": "go",
        "runtime_version": "1.26",
        "cloud": "none",
        "ci": "github,gitlab,jenkins,azure-devops",
    },
}
"""Answers by example, beside the defaults; together they hold every value of every question."""


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_is_what_the_templates_generate(
    name: str, pristine: Repository, request: pytest.FixtureRequest
) -> None:
    generated, example = pristine(**EXAMPLES[name]), ROOT / "examples" / name
    if request.config.getoption("--update-examples"):
        shutil.rmtree(example, ignore_errors=True)
        shutil.copytree(generated, example)
    assert files(example) == files(generated), "run `make examples` and read what it changed"
    _, different, unreadable = filecmp.cmpfiles(
        generated, example, sorted(files(generated)), shallow=False
    )
    assert (different, unreadable) == ([], []), "run `make examples` and read what it changed"
    modes = {
        name
        for name in files(generated)
        if (generated / name).stat().st_mode != (example / name).stat().st_mode
    }
    assert modes == set()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_untouched_example_has_no_finding_of_our_own_checks(name: str) -> None:
    """Nor has any other combination of answers: tests/matrix/test_renders.py."""
    own = [check for check in checks.every(today=TODAY) if check.tool is None]
    report = checks.run(Project(ROOT / "examples" / name), own, ScriptedToolchain({}))
    assert {result.check.id: result.reason for result in report.results if result.reason} == {}
    assert [finding for result in report.results for finding in result.findings] == []


def test_every_example_is_listed() -> None:
    assert {path.name for path in (ROOT / "examples").iterdir() if path.is_dir()} == set(EXAMPLES)


def test_the_page_of_the_examples_tells_every_folder_apart_and_leads_to_what_is_there() -> None:
    folder = ROOT / "examples"
    page = (folder / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[([^\]]+)\]\(\1\) \| (.+) \|$", page, re.MULTILINE)
    assert [name for name, _ in rows] == list(EXAMPLES)
    assert len({about for _, about in rows}) == len(EXAMPLES)
    for name, about in rows:
        known = answers.complete({"service_name": "my-service", **EXAMPLES[name]})
        version = known.get("runtime_version")
        assert (f" {version} |" if version else "none: ") in about
        assert about.endswith(f"| {known['level']}")
    assert [
        link for link in re.findall(r"\]\(([^)]+)\)", page) if not (folder / link).exists()
    ] == []


def test_every_value_of_every_question_is_in_an_example() -> None:
    made = [
        answers.complete({"service_name": "my-service", **given}) for given in EXAMPLES.values()
    ]
    for question in answers.questions():
        offered = {choice.value for known in made for choice in question.choices_given(known)}
        answered = {
            value
            for known in made
            if question.name in known
            for value in (
                [known[question.name]]
                if isinstance(known[question.name], str)
                else known[question.name]
            )
        }
        assert offered <= answered, question.name
