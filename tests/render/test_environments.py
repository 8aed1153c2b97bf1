"""Generated files follow the answer `environments`, and another one leaves those that are there as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from support import Repository

from scaffolder.errors import AnswersError
from scaffolder.template import answers

USUAL = ("dev", "qa", "prod")
ADDED = ("dev", "qa", "staging", "prod")
OTHER = ("alpha", "beta", "gamma", "live")

# A word of another kind: a path, a host, what npm calls it, and a service's own unit tests.
_NO_ENVIRONMENT = re.compile(
    r"/dev/\w+|\b(?:jdx|slack|spdx|containers)\.dev\b|dev\.azure\.com|dev containers?|Dev and Ops"
    r"|--omit=dev|/bin/bash dev|\"remoteUser\": \"dev\"|\bdev\(\[|\| dev$"
)


def lines_of(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8")
        for file in folder.rglob("*")
        if file.is_file() and not file.relative_to(folder).as_posix().startswith("app/")
    }


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_no_other_environment_is_named_anywhere(cloud: str, pristine: Repository) -> None:
    every = ["github", "gitlab", "jenkins", "azure-devops"]
    folder = pristine(cloud=cloud, ci=every, environments=OTHER)
    named = {
        f"{name}: {line}"
        for name, text in lines_of(folder).items()
        for line in text.splitlines()
        if re.search(r"(?<![A-Za-z0-9])(?:dev|qa|prod|DEV|QA|PROD)(?![A-Za-z0-9])", line)
        and re.search(
            r"(?<![A-Za-z0-9])(?:dev|qa|prod|DEV|QA|PROD)(?![A-Za-z0-9])",
            _NO_ENVIRONMENT.sub("", line),
        )
        and "PROD_REVIEW" not in line
    }
    assert named == set()


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_another_environment_leaves_the_files_of_the_others(
    cloud: str, pristine: Repository
) -> None:
    before = lines_of(pristine(cloud=cloud))
    after = lines_of(pristine(cloud=cloud, environments=ADDED))
    for name in USUAL:
        file = f"terraform/env/envs/{name}.tfvars"
        assert after[file] == before[file]
    filled_in = before["terraform/env/envs/common.tfvars"].splitlines()
    kept = after["terraform/env/envs/common.tfvars"].splitlines()
    assert [line for line in filled_in[1:] if line not in kept] == []


@pytest.mark.parametrize("names", [("dev", "prod"), ADDED, OTHER])
def test_networks_differ_and_the_load_balancer_is_let_in_from_each(
    names: tuple[str, ...], pristine: Repository
) -> None:
    folder = pristine(environments=names)
    networks = {}
    for name in names:
        text = (folder / f"terraform/env/envs/{name}.tfvars").read_text()
        (networks[name],) = re.findall(r'vpc_cidr\s+= "(10\.\d+)\.0\.0/16"', text)
        values = yaml.safe_load((folder / f"helm/my-service/values-{name}.yaml").read_text())
        assert values["networkPolicy"]["ingress"]["cidrs"] == [f"{networks[name]}.192.0/18"]
        assert values["autoscaling"]["minReplicas"] == (3 if name == names[-1] else 2)
    assert len(set(networks.values())) == len(names)


def test_jobs_are_in_order_and_production_alone_is_asked_about(pristine: Repository) -> None:
    folder = pristine(ci=["github", "gitlab"], environments=("dev", "test", "live"))
    jobs = yaml.safe_load((folder / ".github/workflows/ci.yml").read_text())["jobs"]
    assert jobs["dev"]["needs"] == "image"
    assert jobs["deploy-test"]["needs"] == ["image", "dev"]
    assert jobs["deploy-test"]["with"]["environment"] == "test"
    assert jobs["live"]["needs"] == ["image", "deploy-test"]
    assert jobs["live"]["if"] == "vars.PROD_REVIEW == 'required'"
    gitlab = yaml.safe_load((folder / ".gitlab-ci.yml").read_text())
    assert gitlab["stages"][2:5] == ["dev", "test", "live"]
    assert [name for name, job in gitlab.items() if "manual" in repr(job)] == ["live"]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("dev", "two to five different names"),
        ("a1,b2,c3,d4,e5,f6", "two to five different names"),
        ("dev,Prod", "Prod is not 2 to 12 lower-case letters and digits"),
        ("dev,pre-prod", "pre-prod is not 2 to 12 lower-case letters and digits"),
        ("d,prod", "d is not 2 to 12"),
        ("dev,integrationtest", "integrationtest is not 2 to 12"),
        ("common,prod", "common is the name of something else"),
        ("dev,local", "local is the name of something else"),
    ],
)
def test_a_name_that_cannot_be_is_refused_in_one_sentence(names: str, said: str) -> None:
    with pytest.raises(AnswersError) as raised:
        answers.complete({"service_name": "pay", "environments": names})
    assert raised.value.message.startswith(f"environments cannot be '{names}': {said}")


@pytest.mark.parametrize("given", ["int, live", "[int, live]", ["int", "live"], ("int", "live")])
def test_the_list_is_taken_in_each_form(given: object) -> None:
    completed = answers.complete({"service_name": "pay", "environments": given})
    assert completed["environments"] == ("int", "live")
