"""Every pipeline does the same: the same targets in the same order behind the same gates, and one image for all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from support import Repository

from scaffolder.formats import jenkinsfile
from scaffolder.repository import pipelines
from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.repository.pipelines import (
    BY_HAND,
    EVERY_CHANGE,
    MAIN,
    NIGHTLY,
    PULL_REQUEST,
    WEEKLY,
    Pipeline,
    Stage,
)
from scaffolder.repository.project import Project

SYSTEMS = tuple(CI_SYSTEMS)
CLOUDS = ("aws", "azure", "none")
DEPLOYMENTS = ("helm", "terraform")
LEVELS = ("work", "right")

IMAGE = ("build", "scan", "sbom", "push")


def only(
    repository: Repository, system: str, cloud: str, deploy: str, level: str = "right"
) -> Pipeline:
    """The pipeline of a repository that has no other."""
    (pipeline,) = pipelines.read(
        Project(repository(ci=[system], cloud=cloud, deploy=deploy, level=level))
    )
    assert pipeline.system == system
    return pipeline


def expected(cloud: str, deploy: str, level: str = "right") -> dict[str, Stage]:
    """Return the graph, written once: the promise of docs/architecture.md."""
    image = (*IMAGE, "sign") if level == "right" else IMAGE
    lint = ("tf-test", "lint") if cloud != "none" or deploy == "terraform" else ("lint",)
    checks = frozenset({"lint", "test"})
    stages = [
        Stage(name="lint", targets=lint, after=frozenset(), when=EVERY_CHANGE),
        Stage(name="test", targets=("test",), after=frozenset(), when=EVERY_CHANGE),
        Stage(name="try", targets=("build", "scan"), after=frozenset(), when=PULL_REQUEST),
        Stage(name="image", targets=image, after=checks, when=MAIN, gives_digest=True),
        Stage(name="template-update", targets=("template-update",), after=frozenset(), when=WEEKLY),
        Stage(
            name="propose-update",
            targets=("propose-update",),
            after=frozenset({"template-update"}),
            when=WEEKLY,
        ),
    ]
    before = checks | {"image"}
    for environment in pipelines.ENVIRONMENTS:
        stages += [
            Stage(
                name=environment,
                targets=("deploy",),
                after=before,
                when=MAIN,
                environment=environment,
                approval=environment == "prod",
                takes_digest=True,
            ),
            Stage(
                name=f"rollback {environment}",
                targets=("rollback", "notify"),
                after=frozenset(),
                when=BY_HAND,
                environment=environment,
            ),
        ]
        if cloud != "none" and level == "right":
            stages.append(
                Stage(
                    name=f"drift {environment}",
                    targets=("drift", "notify"),
                    after=frozenset(),
                    when=NIGHTLY,
                    environment=environment,
                )
            )
        before |= {environment}
    return {stage.name: stage for stage in stages}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("deploy", DEPLOYMENTS)
@pytest.mark.parametrize("cloud", CLOUDS)
def test_each_pipeline_is_the_graph_that_was_promised(
    pristine: Repository, cloud: str, deploy: str, level: str
) -> None:
    """All systems are side by side, so that one repository holds the four pipelines."""
    root = pristine(ci=list(SYSTEMS), cloud=cloud, deploy=deploy, level=level)
    made = {one.system: one.stages for one in pipelines.read(Project(root))}
    assert list(made) == list(SYSTEMS)
    for system, stages in made.items():
        assert {stage.name: stage for stage in stages} == expected(cloud, deploy, level), system


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_pipeline_alone_is_the_graph_that_was_promised(pristine: Repository, system: str) -> None:
    made = {stage.name: stage for stage in only(pristine, system, "aws", "helm").stages}
    assert made == expected("aws", "helm")


@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize("deploy", DEPLOYMENTS)
def test_the_jenkinsfile_is_declarative(pristine: Repository, cloud: str, deploy: str) -> None:
    text = (pristine(ci=["jenkins"], cloud=cloud, deploy=deploy) / "Jenkinsfile").read_text(
        encoding="utf-8"
    )
    assert jenkinsfile.problems(text) == ()


@pytest.mark.parametrize(
    ("system", "file", "was", "becomes"),
    [
        ("github", ".github/workflows/ci.yml", "needs: [image, qa]", "needs: [image, dev]"),
        ("github", ".github/workflows/ci.yml", "      - run: make scan\n", ""),
        (
            "github",
            ".github/workflows/deploy.yml",
            "inputs.environment == 'prod' && 'prod-approval'",
            "inputs.environment == 'qa' && 'qa-approval'",
        ),
        ("gitlab", ".gitlab-ci.yml", "      when: manual\n      allow_failure: false\n", ""),
        ("gitlab", ".gitlab-ci.yml", "      dotenv: build/digest.env\n", "      dotenv: []\n"),
        ("jenkins", "Jenkinsfile", "            unstash 'digest'\n", ""),
        ("jenkins", "Jenkinsfile", "sh 'make sbom'", "sh 'make build'"),
        ("jenkins", "Jenkinsfile", "        branch 'main'\n        not", "        not"),
        ("azure-devops", "azure-pipelines.yml", "after: [image, approval]", "after: [image, qa]"),
        ("github", ".github/workflows/template-update.yml", '41 4 * * 1"', '41 4 * * *"'),
        ("gitlab", ".gitlab-ci.yml", "needs: [template-update]", "needs: []"),
        (
            "jenkins",
            "ci/jenkins/template-update.Jenkinsfile",
            "sh 'make propose-update'",
            "sh 'make notify'",
        ),
        ("azure-devops", "azure-pipelines.yml", 'cron: "41 4 * * 1"', 'cron: "41 4 * * 1-5"'),
        ("azure-devops", "ci/azure-devops/deploy.yml", "make deploy", "make build deploy"),
    ],
)
def test_a_difference_is_seen(
    repository: Repository, system: str, file: str, was: str, becomes: str
) -> None:
    root = repository(ci=[system])
    text = (root / file).read_text(encoding="utf-8")
    assert was in text
    (root / file).write_text(text.replace(was, becomes), encoding="utf-8")
    (pipeline,) = pipelines.read(Project(root))
    assert {stage.name: stage for stage in pipeline.stages} != expected("aws", "helm")


@pytest.mark.parametrize("cloud", ["aws", "azure", "none"])
def test_azure_deploys_where_the_one_parameter_says_and_checks_on_microsofts_machines(
    cloud: str, pristine: Repository
) -> None:
    root = pristine(ci=["azure-devops"], cloud=cloud)
    document = yaml.safe_load((root / "azure-pipelines.yml").read_text())
    (pool,) = [one for one in document["parameters"] if one["name"] == "deployPool"]
    assert pool["default"] == document["pool"] == {"vmImage": "ubuntu-24.04"}
    calls = [
        one
        for one in document["stages"]
        if one.get("template", "").endswith(("deploy.yml", "rollback.yml"))
    ]
    assert [one["parameters"]["pool"] for one in calls] == ["${{ parameters.deployPool }}"] * 6
    for name in ("deploy", "rollback"):
        (stage,) = yaml.safe_load((root / f"ci/azure-devops/{name}.yml").read_text())["stages"]
        assert [job["pool"] for job in stage["jobs"]] == ["${{ parameters.pool }}"]


@pytest.mark.parametrize("workflow", ["deploy", "rollback"])
def test_no_job_on_github_holds_the_lock_of_prod_while_it_waits_for_its_reviewers(
    pristine: Repository, workflow: str
) -> None:
    jobs = yaml.safe_load(
        (pristine(ci=["github"]) / f".github/workflows/{workflow}.yml").read_text()
    )["jobs"]
    asking, working = jobs["approve"], jobs[workflow]
    asked = "${{ inputs.environment == 'prod' && 'prod-approval' || inputs.environment }}"
    assert asking["environment"] == {"name": asked, "deployment": False}
    assert "concurrency" not in asking
    assert working["needs"] == "approve"
    assert working["concurrency"] == {
        "group": "deploy-${{ inputs.environment }}",
        "cancel-in-progress": False,
        "queue": "max",
    }


@pytest.mark.parametrize("workflow", ["deploy", "rollback"])
def test_a_job_that_is_run_again_alone_does_not_reach_prod_with_an_old_approval(
    pristine: Repository, workflow: str
) -> None:
    jobs = yaml.safe_load(
        (pristine(ci=["github"]) / f".github/workflows/{workflow}.yml").read_text()
    )["jobs"]
    assert jobs["approve"]["outputs"] == {"attempt": "${{ github.run_attempt }}"}
    first = jobs[workflow]["steps"][0]
    assert (
        first["if"]
        == "inputs.environment == 'prod' && needs.approve.outputs.attempt != github.run_attempt"
    )
    assert first["run"].rstrip().endswith("exit 1")


def test_no_job_of_the_called_workflow_is_skipped_because_github_skips_what_needs_it_too(
    pristine: Repository,
) -> None:
    """Source: https://github.com/actions/runner/issues/491 and https://github.com/orgs/community/discussions/189172."""
    jobs = yaml.safe_load((pristine(ci=["github"]) / ".github/workflows/deploy.yml").read_text())[
        "jobs"
    ]
    assert not [name for name, job in jobs.items() if "if" in job]


def test_no_build_of_jenkins_takes_a_lock_for_a_stage_that_it_skips(pristine: Repository) -> None:
    text = (pristine(ci=["jenkins"]) / "Jenkinsfile").read_text(encoding="utf-8")
    assert text.count("beforeOptions true") == 3
    text = text.replace("        beforeOptions true\n", "", 1)
    (problem,) = jenkinsfile.problems(text)
    assert (
        problem.message
        == "stage Roll back dev takes its lock before `when` is evaluated, also in a build that skips it"
    )


def minutes(text: str, pattern: str) -> float:
    """The only number of minutes that this pattern finds in a script: "10m" or seconds."""
    (number,) = re.findall(pattern, text)
    value = number.removesuffix("m")
    return float(value) if value != number else float(value) / 60


def waits(root: Path) -> dict[str, float]:
    """Return the worst waits of a deployment and a rollback in minutes.

    The limits of the scripts, added up.
    """
    script = {
        name: (root / f"ci/{name}.sh").read_text()
        for name in ("deploy", "release", "install", "smoke")
    }
    terraform = "terraform" in script["install"]
    install = minutes(
        script["install"], r"patience\(\) \{ echo (\d+m)" if terraform else r"TIMEOUT:-(\d+m)"
    )
    lock = minutes(script["install"], r"-lock-timeout=(\d+m)") if terraform else 0
    settle = install + minutes(script["release"], r"(?m)^grace=(\d+)$")
    test = minutes(script["deploy"], r"helm test .*--timeout (\d+m)")
    rollout = minutes(script["smoke"], r"rollout status .*--timeout (\d+m)")
    recovery = (
        0 if terraform else install
    )  # Terraform deletes the record of a release that was cut off
    back = lock + install + rollout
    return {
        "deploy": settle + recovery + lock + install + test + rollout + back,
        "rollback": settle + back,
    }


def limits(root: Path, system: str) -> dict[str, list[int]]:
    """The minutes that each job has which deploys or rolls back."""
    if system == "github":
        jobs = {
            name: yaml.safe_load((root / f".github/workflows/{name}.yml").read_text())["jobs"]
            for name in WAITING
        }
        return {name: [jobs[name][name]["timeout-minutes"]] for name in WAITING}
    if system == "azure-devops":
        stages = {
            name: yaml.safe_load((root / f"ci/azure-devops/{name}.yml").read_text())["stages"]
            for name in WAITING
        }
        return {name: [int(stages[name][0]["jobs"][0]["timeoutInMinutes"])] for name in WAITING}
    if system == "gitlab":
        jobs = yaml.safe_load((root / ".gitlab-ci.yml").read_text())
        return {
            "deploy": [int(jobs[".deploy"]["timeout"][:-1])],
            "rollback": [int(jobs["rollback"]["timeout"][:-1])],
        }
    text = (root / "Jenkinsfile").read_text()
    options = re.findall(
        r"lock\('[^']*'\)\s+timeout\(time: (\d+), unit: 'MINUTES'\).*?sh 'make (deploy|rollback)'",
        text,
        re.S,
    )
    return {name: [int(time) for time, target in options if target == name] for name in WAITING}


WAITING = ("deploy", "rollback")
FOR_THE_REST = 10
"""Minutes for what has no limit of its own: tools, logins, the answers of the pods, the evidence."""


@pytest.mark.parametrize("deploy", DEPLOYMENTS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_no_job_is_cut_off_by_its_own_limit_while_its_scripts_wait(
    pristine: Repository, system: str, deploy: str
) -> None:
    root = pristine(ci=[system], cloud="aws", deploy=deploy, level="right")
    longest = waits(root)
    found = limits(root, system)
    assert {name: set(times) for name, times in found.items()} == {"deploy": {75}, "rollback": {45}}
    assert {name: len(times) for name, times in found.items()} == dict.fromkeys(
        WAITING, 3 if system == "jenkins" else 1
    )
    assert all(longest[name] + FOR_THE_REST <= min(times) for name, times in found.items()), longest


@pytest.mark.parametrize(("deploy", "expected"), [("helm", (51, 25)), ("terraform", (45, 27))])
def test_the_waits_of_the_scripts_are_added_up(
    pristine: Repository, deploy: str, expected: tuple[int, int]
) -> None:
    found = waits(pristine(ci=["gitlab"], cloud="aws", deploy=deploy, level="right"))
    assert (found["deploy"], found["rollback"]) == expected
