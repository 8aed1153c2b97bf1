"""The first deployment is counted: what is typed and edited until a repository serves never grows unseen."""

from __future__ import annotations

import first_deploy
import pytest
from first_deploy import Step
from sample import sample
from support import Repository

MOST = {
    "aws-github": 14,
    "aws-gitlab": 13,
    "aws-jenkins": 12,
    "aws-azure-devops": 13,
    "azure-github": 14,
    "azure-gitlab": 13,
    "azure-jenkins": 12,
    "azure-azure-devops": 14,
    "none-github": 11,
    "none-gitlab": 10,
    "none-jenkins": 10,
    "none-azure-devops": 12,
}
"""Commands and edits for all environments.

The numbers only shrink; the goal is 15, each one with a message of its own.

Of the rows, aws-jenkins is a service on a shared cluster, whose platform is made elsewhere."""


@pytest.mark.parametrize("name", MOST)
def test_what_is_typed_until_everything_serves_does_not_grow(
    name: str, pristine: Repository
) -> None:
    page = (pristine(**sample()[name]) / "docs/first-deploy.md").read_text(encoding="utf-8")
    steps = first_deploy.steps(page)
    listed = "\n".join(f"{step.times} {step.section}: {step.text}" for step in steps)
    assert len(steps) >= 5, "nothing could be counted"
    assert first_deploy.count(page) <= MOST[name], listed


@pytest.mark.parametrize("ci", ["github", "azure-devops"])
def test_on_the_cluster_of_a_platform_one_command_looks_up_what_is_known(
    ci: str, pristine: Repository
) -> None:
    root = pristine(cloud="azure", cluster="shared", ci=[ci])
    page = (root / "docs/first-deploy.md").read_text(encoding="utf-8")
    typed = [step.text for step in first_deploy.steps(page)]
    assert first_deploy.count(page) <= 14, typed
    assert "make first-answers ADMINS='NAME OF THE GROUP'" in typed
    assert not [text for text in typed if text.startswith(("export ", "perl "))]


@pytest.mark.parametrize(
    "given",
    [
        {"cloud": "aws", "ci": "jenkins"},
        {"cloud": "aws", "ci": "jenkins", "cluster": "shared"},
        {"cloud": "aws", "ci": "github", "cluster": "shared", "accounts": "each"},
        {"cloud": "azure", "ci": "github", "cluster": "shared", "accounts": "each"},
    ],
    ids=lambda given: "-".join(given.values()),
)
def test_other_answers_of_a_company_take_no_more(
    given: dict[str, str], pristine: Repository
) -> None:
    page = (pristine(**given) / "docs/first-deploy.md").read_text(encoding="utf-8")
    typed = [f"{step.times} {step.text}" for step in first_deploy.steps(page)]
    assert 5 <= first_deploy.count(page) <= 14, typed


PAGE = """# The first deployment

## Before you start

```sh
mise install
```

## 1. The repository

```sh
gh repo create example-org/x \\
  --private              # nothing is pushed yet
# a comment alone
```

| by hand | where |
|---|---|
| your domain | `git grep -l example.com` |

## 2. The environments

```sh
make tf-apply ENVIRONMENT=dev
kubectl create secret generic x
```

Then the same with `qa` and `prod`.

## 3. The pipeline

```sh
git push
make setup ENVIRONMENT=dev
```

## 4. Or from your machine, dev alone

```sh
make deploy ENVIRONMENT=dev
```

## Taking it down

1. Disks:
   ```sh
   helm uninstall x
   ```
"""


def test_commands_are_counted_for_each_environment_and_other_ways_are_not() -> None:
    assert first_deploy.steps(PAGE) == (
        Step("The repository", "your domain", 1),
        Step("The repository", "gh repo create example-org/x --private", 1),
        Step("The environments", "make tf-apply ENVIRONMENT=dev", 3),
        Step("The environments", "kubectl create secret generic x", 3),
        Step("The pipeline", "git push", 1),
        Step("The pipeline", "make setup ENVIRONMENT=dev", 3),
    )
    assert first_deploy.count(PAGE) == 12


def test_a_page_without_commands_is_not_one_that_is_short() -> None:
    assert first_deploy.steps("# The first deployment\n\nSee the wiki.\n") == ()
