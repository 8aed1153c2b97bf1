"""Reading a Jenkinsfile: blocks, strings, comments, and what Declarative Pipeline refuses."""

from __future__ import annotations

import pytest

from scaffolder.formats import jenkinsfile
from scaffolder.formats.jenkinsfile import Unreadable

GOOD = """
pipeline {
  agent none
  stages {
    stage('Test') {
      agent { label 'linux' }
      steps {
        sh 'make test'
      }
    }
    stage('Approval') {
      input { message 'Deploy?' }
      steps { echo 'approved' }
    }
  }
  post { always { echo 'done' } }
}
"""


def said(text: str) -> list[str]:
    return [f"{problem.line}: {problem.message}" for problem in jenkinsfile.problems(text)]


def test_a_sound_file_has_no_problem() -> None:
    assert said(GOOD) == []


def test_strings_and_comments_hold_no_blocks() -> None:
    text = GOOD.replace(
        "sh 'make test'",
        'sh \'echo {\' // }\n        /* { */ sh """a }\n{ b"""\n        sh \'\\\'{\'',
    )
    assert said(text) == []


def test_a_statement_knows_its_line_its_text_and_its_children() -> None:
    (pipeline,) = jenkinsfile.read(GOOD)
    stages = pipeline.child("stages")
    assert stages
    assert [(stage.line, stage.text) for stage in stages.within("stage")] == [
        (5, "Test"),
        (11, "Approval"),
    ]
    assert [one.words for one in stages.everything() if one.name == "sh"] == ["sh 'make test'"]


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ("stages {", "stagez {", "4: pipeline has no stagez"),
        ("  agent none\n", "", "2: the pipeline has no agent"),
        (
            "      agent { label 'linux' }\n",
            "",
            "7: stage Test has no agent, and sh needs a machine",
        ),
        (
            "agent none",
            "agent any",
            "12: stage Approval waits for an answer and holds a machine meanwhile",
        ),
        (
            "sh 'make test'",
            "input 'Deploy?'",
            "8: stage Test waits for an answer and holds a machine meanwhile",
        ),
        ("      steps {\n", "      step {\n", "7: stage Test has no step"),
        ("input {", "whenn { branch 'main' }\n input {", "12: stage Approval has no whenn"),
        ("input { message", "when { brunch 'main' }\n input { message", "12: when has no brunch"),
        ("input { message", "input { massage", "12: input has no massage"),
        ("always", "allways", "16: post has no allways"),
        ("label 'linux'", "lable 'linux'", "6: agent has no lable"),
        ("    stage('Approval')", "    stag('Approval')", "11: stages has no stag"),
        ("  agent none\n", "  agent none\n  agent any\n", "4: agent is here twice"),
        (
            "steps { echo 'approved' }",
            "",
            "11: stage Approval needs exactly one of steps, stages, parallel and matrix",
        ),
        ("steps { echo 'approved' }", "steps { }", "13: stage Approval has no steps"),
        ("'make test'", "'make test", "8: a string is not closed"),
        (
            "post { always { echo 'done' } }\n",
            "post { always { echo 'done' }\n",
            "2: a bracket or a block is not closed",
        ),
        (
            "input { message 'Deploy?' }",
            "input { message('Deploy?' }",
            "12: a bracket or a block is not closed",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(was: str, becomes: str, problem: str) -> None:
    assert was in GOOD
    assert problem in said(GOOD.replace(was, becomes, 1))


def test_a_misspelt_word_comes_with_the_right_one() -> None:
    (problem,) = jenkinsfile.problems(GOOD.replace("always", "allways"))
    assert problem.fix == "always is meant?"


NO_PIPELINE = "0: no pipeline block"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "// nothing yet\n",
        "pipelin {\n  agent any\n}\n",
        "Pipeline {\n  agent any\n  stages { }\n}\n",
        "build {\n  agent any\n  stages {\n    stage('a') { steps { sh 'b' } }\n  }\n}\n",
    ],
)
def test_a_file_without_a_pipeline_is_said_to_have_none(text: str) -> None:
    assert not jenkinsfile.is_scripted(text)
    assert said(text) == [NO_PIPELINE]


@pytest.mark.parametrize(
    "text",
    [
        "node { sh 'make' }",
        "#!groovy\nnode('linux') {\n  stage('a') { checkout scm }\n}\n",
        "node {\n  stage 'Checkout'\n  checkout scm\n  lock('prod') { input 'Deploy?' }\n}\n",
        "@Library('ours@2') _\nstandardBuild {\n  environment = 'golang:1.27'\n}\n",
        "buildPlugin(useContainerAgent: true)\n",
        "def stages = [:]\nstages['a'] = { node { sh 'b' } }\nparallel stages\n",
        "podTemplate(yaml: '''a: b''') {\n  node(POD_LABEL) { sh 'make' }\n}\n",
        'properties([disableConcurrentBuilds()])\ntimestamps { node { sh(/a "b/) } }\n',
    ],
)
def test_a_program_of_groovy_is_no_declarative_pipeline(text: str) -> None:
    assert jenkinsfile.is_scripted(text)


def test_a_declarative_pipeline_may_have_groovy_around_it() -> None:
    assert not jenkinsfile.is_scripted(f"def a = 1\nproperties([])\n{GOOD}\ndef b() {{ a }}\n")


def test_a_brace_too_many_cannot_be_read() -> None:
    with pytest.raises(Unreadable, match="} closes nothing"):
        jenkinsfile.read("pipeline {\n}\n}\n")


LOCKED = "      options { lock('prod') }\n      steps {\n        sh 'make test'"
EARLY = "8: stage Test takes its lock before `when` is evaluated, also in a build that skips it"


@pytest.mark.parametrize(
    ("when", "problems"),
    [
        ("", []),
        ("when { branch 'main' }", [EARLY]),
        ("when { beforeAgent true; branch 'main' }", [EARLY]),
        ("when { beforeOptions false; branch 'main' }", [EARLY]),
        ("when { beforeOptions true; branch 'main' }", []),
        ("when { beforeOptions(true); branch 'main' }", []),
    ],
)
def test_a_lock_is_taken_by_a_stage_that_runs_alone(when: str, problems: list[str]) -> None:
    locked = GOOD.replace(
        "      steps {\n        sh 'make test'", f"{when}\n{LOCKED}" if when else LOCKED
    )
    assert said(locked) == problems


def test_a_lock_in_the_steps_or_an_option_that_is_no_lock_needs_no_word_of_when() -> None:
    in_steps = GOOD.replace("sh 'make test'", "lock('prod') { sh 'make test' }")
    assert (
        said(
            in_steps.replace(
                "      agent { label", "      when { branch 'main' }\n      agent { label"
            )
        )
        == []
    )
    assert (
        said(
            GOOD.replace(
                "      steps {\n        sh",
                "      when { branch 'main' }\n      options { timestamps() }\n      steps {\n        sh",
            )
        )
        == []
    )


def test_a_lock_is_not_held_while_a_person_is_asked() -> None:
    text = GOOD.replace("      input {", "      options { lock resource: 'prod' }\n      input {")
    assert said(text) == ["12: stage Approval holds its lock while it waits for an answer"]
