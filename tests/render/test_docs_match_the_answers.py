"""A choice that was not made is not mentioned.

In no text, no comment, no message of a generated repository.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from sample import left_out, sample
from support import Repository


@dataclass(frozen=True)
class Words:
    """Words for only a repository with this answer."""

    question: str
    value: str
    pattern: str


WORDS = (
    Words(
        "cloud",
        "aws",
        r"AWS|aws|awskms|Amazon|amazon\w*|EKS|eks|ECR|ecr|IAM|iam|S3|s3|VPC|vpc|EC2|CloudTrail|ARNs?|arn|\w+_ARN\w*",
    ),
    Words(
        "cloud",
        "azure",
        r"Azure|azure|AKS|aks|ACR|acr|Entra|azurerm|azurekms|VNet|vnet|kubelogin|az",
    ),
    Words("ci", "github", r"GitHub|[Gg]ithub|GITHUB\w*|gh|setup-github|promote\.yml"),
    Words("ci", "gitlab", r"GitLab|[Gg]itlab|GITLAB\w*|glab|merge requests?"),
    Words("ci", "jenkins", r"Jenkins(?:file)?|jenkins|JENKINS\w*"),
    Words(
        "ci",
        "azure-devops",
        r"Azure DevOps|Azure Pipelines|Azure Repos|azure-devops|azure-pipelines|AzureCLI",
    ),
    Words("chat", "slack", r"Slack|slack\w*"),
    Words("chat", "teams", r"Teams|[Mm]s[Tt]eams\w*|Adaptive Card"),
    Words(
        "monitoring",
        "prometheus-grafana",
        r"[Pp]rometheus|Grafana|grafana|Alertmanager|alertmanager|[Aa]lerts?|[Dd]ashboards?|[Rr]unbooks?|[Mm]onitoring"
        r"|[Ee]rror budget|burn rate|SLO|[Ss]ervice level objectives?|promtool|amtool|PrometheusRule|ServiceMonitor",
    ),
    Words(
        "level",
        "right",
        r"[Cc]osign|COSIGN\w*|SIGNERS|[Ss]igned|signs|[Ss]ignatures?|[Ss]igstore|make sign|[Dd]rift\w*|DRIFT\w*|nightly|Vault|VAULT\w*",
    ),
    Words("deploy", "terraform", r"terraform/deploy|helm_release|TF_VAR\w*|Terraform roll"),
)

NOT_A_MENTION = (
    r"[\w.]*dev\.azure\.com\S*",  # addresses of Azure DevOps, which has no other name there
    r"\*Microsoft Entra\*|/ Microsoft Entra",  # a page in the settings of Azure DevOps
    r"(?:https?:)?//[\w.-]*github\S*|[\w.]*github(?:usercontent)?\.(?:com|io)\S*|github-release[\w-]*",  # where others publish
    r"aquasecurity/\S+|aqua:Azure/\S+",  # owners of a tool
    r"Prometheus text|memory of Prometheus|Prometheus scrapes|Prometheus ignores",  # the format of /metrics
    r"[\w-]+-alerts\b",  # the name of the channel
    # how a job, or a person, proves its identity
    r"signed token|token signed by|signs (?:its tokens|a certificate|no such certificate)",
    r"EKS is one$|an access entry puts an IAM role of the pipeline into|docs\.aws\.amazon\.com/eks\S*|\[certificate signing\]|`aws eks update-kubeconfig`|^aws eks create-access-entry.*",  # what a cluster of one's own may be
    r"is (?:then )?drift\b",  # what a plan shows, whoever asks for it
    r"severe\|panic\|emergency\|alert\)|credential\|signature\|sig\)|gh\[pousr\]_\|github_pat_",  # words and tokens in a log
    # a possible place of a certificate; the level that is next
    r"in Key Vault|signatures of the images.*|`scaffold set level=right`.*",
)
"""Phrases of any repository that are not about the choice: cut out of a line before it is read."""

_HELD = {"fast": ["right"]}
"""Values whose words belong to another one of the same question as well: each level holds the one before."""

SAID_ANYWAY = {
    (
        "azure",
        "azure-devops",
    ): r"Azure (?:DevOps|Pipelines|Repos)|[Aa]zure-(?:devops|pipelines)|azure_devops|azuredevops",
    (
        "github",
        "jenkins",
    ): r"(?i:github)",  # Jenkins hosts no repository: it is taken to lie on GitHub
}
"""Phrases that a value's words may not be taken for, if the other value was chosen."""


@pytest.fixture(params=sample().items(), ids=lambda item: item[0])
def rendered(request: pytest.FixtureRequest, pristine: Repository) -> Path:
    """The repository that one set of the sample gives; not to be changed."""
    return pristine(**request.param[1])


def test_the_sample_has_every_value_of_every_question() -> None:
    assert [*left_out()] == []


def test_what_was_not_chosen_is_not_mentioned(rendered: Path) -> None:
    assert [*mentions(rendered)] == []


def test_without_a_cloud_and_its_terraform_there_is_none(pristine: Repository) -> None:
    root = pristine(cloud="none", deploy="helm")
    assert not (root / "terraform").exists()
    assert [*lines_with(root, r"[Tt]erraform|tfvars|tf-\w+|[Dd]rift", but=r"(?!)")] == []


@pytest.mark.parametrize(
    ("answers", "text", "found"),
    [
        ({"cloud": "azure"}, "the cluster of EKS", True),
        ({"cloud": "aws"}, "run `az login` first", True),
        ({"cloud": "aws", "ci": ["azure-devops"]}, "Azure Pipelines waits for an approval", False),
        ({"cloud": "azure", "ci": ["github"]}, "Azure Pipelines waits for an approval", True),
        ({"ci": ["gitlab"]}, "`make setup-github` sets it", True),
        ({"ci": ["gitlab"]}, "[form](https://adr.github.io/madr/)", False),
        ({"chat": "slack"}, "a card for Teams, which teams read", True),
        ({"chat": "slack"}, "two teams read it", False),
        ({"monitoring": "none"}, "its runbook says so", True),
        ({"monitoring": "none"}, "the channel #my-service-alerts", False),
        ({"deploy": "helm"}, "see terraform/deploy", True),
        ({"level": "work"}, "the image is signed", True),
        ({"level": "work"}, "with a token signed by GitHub", False),
    ],
)
def test_a_mention_is_found(
    tmp_path: Path, answers: dict[str, object], text: str, found: bool
) -> None:
    stack = {"cloud": "aws", "ci": ["github"], "deploy": "helm", "level": "right"}
    every = {**stack, "monitoring": "prometheus-grafana", "chat": "slack"}
    (tmp_path / ".copier-answers.yml").write_text(
        yaml.safe_dump({**every, **answers}), encoding="utf-8"
    )
    (tmp_path / "README.md").write_text(f"{text}\n", encoding="utf-8")
    assert bool([*mentions(tmp_path)]) is found


def mentions(root: Path) -> Iterator[str]:
    """Lines that speak of a value which the answers of the repository do not have."""
    answers = yaml.safe_load((root / ".copier-answers.yml").read_text(encoding="utf-8"))
    chosen = {
        value
        for answer in answers.values()
        for value in (answer if isinstance(answer, list) else [answer])
    }
    for words in WORDS:
        if words.value in _as_list(answers[words.question]) + _HELD.get(answers["level"], []):
            continue
        but = [
            reason
            for (value, other), reason in SAID_ANYWAY.items()
            if value == words.value and other in chosen
        ]
        if words.value == "azure-devops" and "azure" in chosen:
            but = []
        for line in lines_with(root, words.pattern, but="|".join([*NOT_A_MENTION, *but])):
            yield f"{line}   <- {words.question} is not {words.value}"


def lines_with(root: Path, pattern: str, *, but: str) -> Iterator[str]:
    """Lines of text files in which a word fits `pattern` once what fits `but` is cut out."""
    word = re.compile(rf"(?<![A-Za-z0-9_])(?:{pattern})(?![A-Za-z0-9_])")
    cut = re.compile(but)
    for file in sorted(root.rglob("*")):
        if (
            not file.is_file()
            or file.name == ".copier-answers.yml"
            or ".git" in file.relative_to(root).parts
        ):
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if word.search(cut.sub("", line)):
                yield f"{file.relative_to(root)}:{number}: {line.strip()[:120]}"


def _as_list(answer: object) -> list[object]:
    return list(answer) if isinstance(answer, list) else [answer]
