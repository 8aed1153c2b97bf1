"""From every release: update, then another environment; nothing that the owner filled in is lost or in conflict."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from updating import git

from scaffolder.errors import ExitCode
from scaffolder.template import answers, releases, render
from scaffolder.template.releases import History
from scaffolder.template.render import Origin
from scaffolder.tools import package_data
from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.update import run
from scaffolder.update.engine import Request

pytestmark = pytest.mark.histories

RELEASES = [release.tag for release in releases.releases()]
NEWEST = "v99.0.0"
"""The templates of this checkout, as a release after all others."""
TEMPLATE = ("copier.yml", "versions.yml", "notes.yml")


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, History]]:
    folder = tmp_path_factory.mktemp("history") / "template"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "fetch", "--quiet", str(releases.BUNDLE), "refs/tags/*:refs/tags/*")
    git(folder, "checkout", "--quiet", "-B", "main", RELEASES[-1])
    git(folder, "rm", "--quiet", "-r", ".")
    for name in TEMPLATE:
        shutil.copy(package_data.root() / name, folder / name)
    shutil.copytree(package_data.root() / "templates", folder / "templates")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", NEWEST)
    git(folder, "tag", NEWEST)
    with SystemToolchain() as toolchain:
        yield str(folder), releases.at(str(folder), toolchain)


@pytest.mark.parametrize("cloud", ["aws", "azure"])
@pytest.mark.parametrize("tag", RELEASES)
def test_what_the_owner_filled_in_stays(
    tag: str, cloud: str, history: tuple[str, History], tmp_path: Path, toolchain: SystemToolchain
) -> None:
    address, known = history
    folder = Path(releases.checkout(known, known.named(tag), toolchain))
    given = {"service_name": "pay", "cloud": cloud, "ci": ["github", "jenkins"]}
    origin = Origin(folder=folder, commit=tag, address=address)
    project = tmp_path / "pay"
    render.write(origin, answers.complete(given, folder=folder), project)
    git(project, "init", "--quiet", "--initial-branch=main")
    _commit(project)
    mine = _filled_in(project)

    assert run.update(Request(root=project)).exit_code is ExitCode.CLEAN
    _commit(project)
    assert _lost(project, mine) == []

    wanted = {"environments": ("dev", "qa", "staging", "prod")}
    before = _of_prod(project)
    outcome = run.update(Request(root=project, given=wanted, answers_only=True))
    assert [change.path for change in outcome.conflicts] == []
    _commit(project)
    assert _lost(project, mine) == []
    assert _of_prod(project) == before
    assert (project / "terraform/env/envs/staging.tfvars").is_file()


def _commit(project: Path) -> None:
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--allow-empty", "--message", "mine")


def _filled_in(project: Path) -> list[str]:
    """Fill in what only the owner knows, commit it, and return the lines."""
    changed = [
        *project.glob("terraform/env/envs/*.tfvars"),
        *project.glob("helm/pay/values-*.yaml"),
        project / "Jenkinsfile",
    ]
    for file in changed:
        text = file.read_text(encoding="utf-8")
        for word, value in {
            "OWNER_ID": "4711",
            "REPOSITORY_ID": "815",
            "JENKINS_HOST": "ci",
        }.items():
            text = text.replace(word, value)
        text = re.sub(r'(?m)^(account_id|subscription_id)(\s+)= ""', r'\1\2= "111122223333"', text)
        text = re.sub(r"((?:ROLE_ARN|CLIENT_ID)_\w+) = ''", r"\1 = 'mine-\1'", text)
        text = re.sub(r"minReplicas: \d", "minReplicas: 4", text)
        file.write_text(text, encoding="utf-8")
    _commit(project)
    diff = git(project, "diff", "HEAD~1").splitlines()
    return [line[1:] for line in diff if line.startswith("+") and not line.startswith("+++")]


def _lost(project: Path, mine: list[str]) -> list[str]:
    """Return the lines that are in no file of the repository any more, however they are aligned."""
    names = git(project, "ls-files", "-z").split("\0")[:-1]
    texts = ((project / name).read_text(encoding="utf-8", errors="replace") for name in names)
    there = {" ".join(line.split()) for text in texts for line in text.splitlines()}
    return [line for line in mine if " ".join(line.split()) not in there]


def _of_prod(project: Path) -> dict[str, str]:
    """Return what Terraform is given for production: with it unchanged, no plan replaces anything there."""
    folder = project / "terraform/env/envs"
    return {file.name: file.read_text(encoding="utf-8") for file in folder.glob("prod.*")}
