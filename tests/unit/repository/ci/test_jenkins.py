"""Jenkins' meaning for a repository."""

from __future__ import annotations

from pathlib import Path

from support import written

from scaffolder.repository.ci import jenkins
from scaffolder.repository.ci.system import Image, NamedFile, Tool
from scaffolder.repository.project import Project

FILE = "Jenkinsfile"

TEXT = """\
pipeline {
  agent { kubernetes { yamlFile 'ci/pod.yaml' } }
  tools { jdk 'temurin-21' }
  stages {
    stage('test') {
      agent { docker { image 'maven:3.9' } }
      steps {
        sh 'make test'
        dir('app') { sh 'make lint' }
      }
    }
  }
}
"""


def project(folder: Path, text: str = TEXT) -> Project:
    return written(folder, {FILE: text})


def test_a_script_inside_dir_runs_in_that_folder(tmp_path: Path) -> None:
    found = [
        (one.text, one.folder, one.line) for one in jenkins.scripts(project(tmp_path), Path(FILE))
    ]
    assert found == [("make test", Path(), 8), ("make lint", Path("app"), 9)]


def test_the_folder_of_a_script_inside_a_variable_dir_is_not_known(tmp_path: Path) -> None:
    text = 'node {\n  dir("${folder}") {\n    dir("a") {\n      sh "make lint"\n    }\n  }\n}\n'
    (script,) = jenkins.scripts(project(tmp_path, text), Path(FILE))
    assert script.folder is None


def test_dirs_inside_each_other_add_up(tmp_path: Path) -> None:
    text = "node {\n  dir('a') {\n    dir('b') {\n      sh 'make'\n    }\n  }\n}\n"
    (script,) = jenkins.scripts(project(tmp_path, text), Path(FILE))
    assert script.folder == Path("a/b")


def test_a_file_that_does_not_parse_has_no_scripts(tmp_path: Path) -> None:
    assert list(jenkins.scripts(project(tmp_path, "pipeline {"), Path(FILE))) == []


def test_tools_and_images_bring_a_runtime(tmp_path: Path) -> None:
    found = list(jenkins.set_ups(project(tmp_path), Path(FILE)))
    assert found == [Tool(name="jdk", version="21", line=3), Image(name="maven:3.9", line=6)]


def test_an_image_in_a_comment_is_none(tmp_path: Path) -> None:
    opened = project(tmp_path, "// image 'a:1'\nimage 'b:2'\n")
    assert list(jenkins.images(opened, Path(FILE))) == [Image(name="b:2", line=2)]


def test_the_pod_of_an_agent_is_a_file_of_the_repository(tmp_path: Path) -> None:
    text = "yamlFile 'ci/pod.yaml'\n"
    found = list(jenkins.named_files(project(tmp_path, text), Path(FILE)))
    assert found == [NamedFile(path=Path("ci/pod.yaml"), line=1)]
