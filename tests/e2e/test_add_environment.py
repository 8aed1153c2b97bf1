"""From every release: update, then other answers of a company; nothing that the owner filled in is lost or in conflict."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from updating import git, history_to_now

from scaffolder.errors import ExitCode
from scaffolder.template import answers, releases, render
from scaffolder.template.releases import History
from scaffolder.template.render import Origin
from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.update import run
from scaffolder.update.engine import Request

pytestmark = pytest.mark.histories

RELEASES = [release.tag for release in releases.releases()]


@dataclass(frozen=True, kw_only=True)
class Change:
    """Answers that are set on an updated repository, and words that are in a file after it."""

    given: dict[str, object]
    there: str
    words: str
    keeps_production: bool = True


CHANGES = (
    Change(
        given={"environments": ("dev", "qa", "staging", "prod")},
        there="terraform/env/envs/staging.tfvars",
        words="staging",
    ),
    Change(
        given={"domain": "acme.io"}, there="helm/pay/values-prod.yaml", words="pay.prod.acme.io"
    ),
    Change(
        given={"cluster": "shared"},
        there="terraform/env/envs/prod.tfvars",
        words="cluster_name",
        keeps_production=False,
    ),
    Change(
        given={"outside_production": "cheaper"},
        there="terraform/README.md",
        words="Taken off are",
        keeps_production=False,
    ),
)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, History]]:
    folder = history_to_now(tmp_path_factory.mktemp("history") / "template")
    with SystemToolchain() as toolchain:
        yield str(folder), releases.at(str(folder), toolchain)


@pytest.mark.parametrize("cloud", ["aws", "azure"])
@pytest.mark.parametrize("tag", RELEASES)
def test_what_the_owner_filled_in_stays(
    tag: str, cloud: str, history: tuple[str, History], tmp_path: Path, toolchain: SystemToolchain
) -> None:
    project = _begun(
        tag, {"cloud": cloud, "ci": ["github", "jenkins"]}, history, tmp_path, toolchain
    )
    mine = _filled_in(project)

    assert run.update(Request(root=project)).exit_code is ExitCode.CLEAN
    _commit(project)
    assert _lost(project, mine) == []

    before = _of_prod(project)
    updated = git(project, "rev-parse", "HEAD").strip()
    for change in CHANGES:
        git(project, "reset", "--quiet", "--hard", updated)
        outcome = run.update(Request(root=project, given=change.given, answers_only=True))
        assert [one.path for one in outcome.conflicts] == [], change.given
        _commit(project)
        assert _lost(project, mine) == [], change.given
        if change.keeps_production:
            assert _of_prod(project) == before, change.given
        assert (project / change.there).is_file()
        assert change.words in (project / change.there).read_text(encoding="utf-8")


@pytest.mark.parametrize("tag", RELEASES)
def test_a_domain_that_the_owner_wrote_by_hand_can_be_answered(
    tag: str, history: tuple[str, History], tmp_path: Path, toolchain: SystemToolchain
) -> None:
    """Its pages have the instruction: replace `example.com` in each file that `git grep -l` names.

    Of the rules and dashboards that releases up to 0.7.0 wrote, later ones have other lines, and
    the update itself asks about those: here the owner has replaced hosts and page.
    """
    project = _begun(tag, {"ci": ["github", "jenkins"]}, history, tmp_path, toolchain)
    mine = _filled_in(project)
    everywhere = git(project, "grep", "-l", "example[.]com").split()
    rewritten = RELEASES.index(tag) <= RELEASES.index("v0.7.0")
    for name in everywhere:
        file = project / name
        if rewritten and name != "README.md" and "/values" not in name:
            continue
        if name not in {answers.FILE, "docs/first-deploy.md"}:
            file.write_text(file.read_text("utf-8").replace("example.com", "acme.io"), "utf-8")
    _commit(project)

    assert run.update(Request(root=project)).conflicts == ()
    _commit(project)
    outcome = run.update(Request(root=project, given={"domain": "acme.io"}, answers_only=True))
    assert [one.path for one in outcome.conflicts] == []
    _commit(project)
    assert _lost(project, mine) == []
    values = (project / "helm/pay/values-prod.yaml").read_text(encoding="utf-8")
    assert "pay.prod.acme.io" in values


def _begun(
    tag: str,
    given: dict[str, object],
    history: tuple[str, History],
    tmp_path: Path,
    toolchain: SystemToolchain,
) -> Path:
    """Return the repository that a release made, committed."""
    address, known = history
    folder = Path(releases.checkout(known, known.named(tag), toolchain))
    origin = Origin(folder=folder, commit=tag, address=address)
    project = tmp_path / "pay"
    render.write(origin, answers.complete({"service_name": "pay", **given}, folder=folder), project)
    git(project, "init", "--quiet", "--initial-branch=main")
    _commit(project)
    return project


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
