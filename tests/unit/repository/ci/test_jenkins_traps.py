"""Jenkins: builds that wait for an answer side by side."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.ci.jenkins_traps import traps
from scaffolder.repository.ci.trap import OUT_OF_ORDER

PIPELINE = """\
pipeline {
  agent any
  OPTIONS
  stages {
    stage('prod') {
      steps {
        input 'Deploy to prod?'
        AFTER
        sh 'helm upgrade --install shop helm/shop'
      }
    }
  }
}
"""


def pipeline(options: str = "", after: str = "") -> str:
    return PIPELINE.replace("OPTIONS", options).replace("AFTER", after)


def test_a_late_answer_is_found_at_its_question(tmp_path: Path) -> None:
    project = written(tmp_path, {"Jenkinsfile": pipeline()})
    (one,) = traps(project, Path("Jenkinsfile"))
    assert (one.kind, one.line) == (OUT_OF_ORDER, 7)
    assert "milestone" in one.fix


@pytest.mark.parametrize(
    "text",
    [
        pipeline("options { disableConcurrentBuilds(abortPrevious: true) }"),
        pipeline(after="milestone 1"),
        pipeline(after="sh 'git merge-base --is-ancestor a b'"),
        pipeline("parameters { string(name: 'VERSION') }"),
        pipeline().replace("input 'Deploy to prod?'", "echo 'Deploy to prod?'"),
        pipeline().replace("helm upgrade --install", "helm template"),
        "pipeline {",
    ],
    ids=[
        "one build",
        "a milestone",
        "it compares",
        "a version is chosen",
        "not asked",
        "not deployed",
        "not closed",
    ],
)
def test_a_deployment_in_order_is_right(text: str, tmp_path: Path) -> None:
    project = written(tmp_path, {"Jenkinsfile": text})
    assert list(traps(project, Path("Jenkinsfile"))) == []
