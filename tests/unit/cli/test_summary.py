"""The first line after `scaffold new`: what tells repositories apart, in words."""

from __future__ import annotations

import pytest

from scaffolder.cli.summary import in_words
from scaffolder.template import answers


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Java 21, AWS (EKS) eu-central-1, Kubernetes, GitHub Actions, Helm"),
        ({"runtime": "node", "ci": ["gitlab"], "cloud": "none"}, "GitLab CI, Helm"),
        (
            {"cloud": "none", "workload": "worker", "ci": ["jenkins"]},
            "workload worker, Java 21, Jenkins, Helm",
        ),
        ({"runs_on": "server", "servers": 3}, "AWS (EKS) eu-central-1, 3 servers, GitHub"),
        ({"runs_on": "server", "servers": 1}, "AWS (EKS) eu-central-1, 1 server, GitHub"),
        ({"kind": "platform", "cloud": "azure"}, "a platform for services, Azure (AKS) westeurope"),
        ({"rollout": "canary"}, "Helm, rollout canary"),
    ],
)
def test_choices_that_tell_repositories_apart_are_named(
    given: dict[str, object], words: str
) -> None:
    assert words in in_words(answers.complete({"service_name": "pay-api", **given}))


def test_no_choice_stands_there_without_its_question() -> None:
    words = in_words(answers.complete({"service_name": "pay-api", "cloud": "none"})).split(", ")

    assert not {"cheaper", "one for all environments", "fail", "None", "same"} & set(words)
