"""GitLab CI: needs of jobs that are left out of a pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.repository.project import Project


def found(root: Path, check: str, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    report = checks.run(
        Project(root), checks.choose(select=[check], ignore=[]), ScriptedToolchain({})
    )
    return [
        f"{finding.path.as_posix()}:{finding.line}"
        for result in report.results
        for finding in result.findings
    ]


JOBS = """\
lint:
  script: [make lint]
{lint}
push:
  needs: {needs}
  script: [make push]
{image}
"""


ON_MAIN = '  rules:\n    - if: $CI_COMMIT_BRANCH == "main"\n'


ON_DEFAULT = "  rules:\n    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n"


ON_MERGE_REQUESTS = '  rules:\n    - if: $CI_PIPELINE_SOURCE == "merge_request_event"\n'


BOTH = '  rules:\n    - if: $CI_PIPELINE_SOURCE == "merge_request_event"\n    - if: $CI_COMMIT_BRANCH\n'


def gitlab(lint: str, image: str, needs: str = "[lint]") -> dict[str, str]:
    return {".gitlab-ci.yml": JOBS.format(lint=lint, image=image, needs=needs)}


@pytest.mark.parametrize(
    ("lint", "image"),
    [
        (ON_MERGE_REQUESTS, ON_MAIN),
        (ON_MERGE_REQUESTS, ON_DEFAULT),
        ("  only: [merge_requests]\n", ON_MAIN),
        (ON_MAIN, ON_MERGE_REQUESTS),
        ("", ON_MERGE_REQUESTS),
        ("  except: [main]\n", "  only: [main]\n"),
        ("  only: [tags]\n", "  only: [branches]\n"),
        ("  rules:\n    - when: never\n", ""),
        (
            "  rules:\n    - if: $CI_COMMIT_TAG =~ /^v/\n",
            '  rules:\n    - if: $CI_COMMIT_BRANCH != null && $CI_PIPELINE_SOURCE == "push"\n',
        ),
    ],
)
def test_gitlab_finds_a_need_of_a_job_that_is_left_out(
    lint: str, image: str, tmp_path: Path
) -> None:
    assert len(found(tmp_path, "CI010", gitlab(lint, image))) == 1


@pytest.mark.parametrize(
    ("lint", "image", "needs"),
    [
        (BOTH, ON_MAIN, "[lint]"),
        (ON_MERGE_REQUESTS, ON_MAIN, "[{job: lint, optional: true}]"),
        (
            ON_MERGE_REQUESTS,
            ON_MAIN,
            "[{project: acme/other, job: lint, ref: main, artifacts: true}]",
        ),
        (ON_MAIN, ON_DEFAULT, "[lint]"),
        ("", ON_MAIN, "[lint]"),
        ("", "", "[lint]"),
        ("  rules:\n    - if: $RUN_LINT\n", ON_MAIN, "[lint]"),
        ("  rules:\n    - changes: [app/**]\n", ON_MAIN, "[lint]"),
        (ON_MERGE_REQUESTS, "  rules:\n    - if: $RELEASE\n", "[lint]"),
        (ON_MAIN, "  only: [main]\n", "[lint]"),
    ],
)
def test_gitlab_accepts_a_need_that_may_be_met(
    lint: str, image: str, needs: str, tmp_path: Path
) -> None:
    assert found(tmp_path, "CI010", gitlab(lint, image, needs)) == []


def test_gitlab_a_workflow_that_makes_no_such_pipeline_is_no_trap(tmp_path: Path) -> None:
    files = gitlab(ON_MERGE_REQUESTS, ON_MAIN)
    only = 'workflow:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == "merge_request_event"\n'
    assert found(tmp_path, "CI010", {".gitlab-ci.yml": only + files[".gitlab-ci.yml"]}) == []


def test_gitlab_follows_extends_references_and_includes(tmp_path: Path) -> None:
    files = {
        ".gitlab-ci.yml": (
            "include:\n  - local: ci/parts.gitlab-ci.yml\n"
            "push:\n  extends: .on-main\n  needs: [lint]\n  script: [make push]\n"
        ),
        "ci/parts.gitlab-ci.yml": (
            f".asked:\n{ON_MERGE_REQUESTS}"
            f".on-main:\n{ON_MAIN}"
            "lint:\n  rules:\n    - !reference [.asked, rules]\n  script: [make lint]\n"
        ),
    }
    assert found(tmp_path, "CI010", files) == [".gitlab-ci.yml:5"]


def test_gitlab_a_job_of_a_template_elsewhere_is_not_known(tmp_path: Path) -> None:
    text = (
        "include:\n  - template: Jobs/Build.gitlab-ci.yml\npush:\n  needs: [build]\n  script: [x]\n"
    )
    assert found(tmp_path, "CI010", {".gitlab-ci.yml": text}) == []


def test_gitlab_finds_a_need_of_no_job(tmp_path: Path) -> None:
    text = "push:\n  needs: [build]\n  script: [x]\n"
    assert found(tmp_path, "CI010", {".gitlab-ci.yml": text}) == [".gitlab-ci.yml:2"]


def test_gitlab_finds_only_beside_inherited_rules(tmp_path: Path) -> None:
    text = f".main:\n{ON_MAIN}push:\n  extends: .main\n  only: [main]\n  script: [x]\n"
    assert found(tmp_path, "CI010", {".gitlab-ci.yml": text}) == [".gitlab-ci.yml:6"]


LINT = f"lint:\n{ON_MERGE_REQUESTS}  script: [x]\n"


PUSH = f"push:\n{ON_MAIN}  needs: [lint]\n  script: [x]\n"


INDIRECT = {
    "files by a star": {
        ".gitlab-ci.yml": "include:\n  - local: ci/*.yml\n" + PUSH,
        "ci/a.yml": LINT,
    },
    "files by two stars": {
        ".gitlab-ci.yml": "include: /ci/**.yml\n" + PUSH,
        "ci/b/a.yml": LINT,
    },
    "all rules of another job": {
        ".gitlab-ci.yml": f".asked:\n{ON_MERGE_REQUESTS}"
        f"lint:\n  rules: !reference [.asked, rules]\n  script: [x]\n{PUSH}"
    },
    "a reference to a reference": {
        ".gitlab-ci.yml": f".a:\n{ON_MERGE_REQUESTS}.b:\n  rules:\n    - !reference [.a, rules]\n"
        f"lint:\n  rules:\n    - !reference [.b, rules]\n  script: [x]\n{PUSH}"
    },
    "the needs of another job": {
        ".gitlab-ci.yml": f".n:\n  needs: [lint]\n{LINT}push:\n{ON_MAIN}"
        "  needs: !reference [.n, needs]\n  script: [x]\n"
    },
    "an anchor": {
        ".gitlab-ci.yml": f".main: &main\n{ON_MAIN}push:\n  <<: *main\n  only: [main]\n  script: [x]\n"
    },
    "artifacts of no job": {".gitlab-ci.yml": "push:\n  dependencies: [lint]\n  script: [x]\n"},
}


@pytest.mark.parametrize("name", INDIRECT)
def test_gitlab_finds_it_behind_references_and_stars(name: str, tmp_path: Path) -> None:
    assert len(found(tmp_path, "CI010", INDIRECT[name])) == 1


MATRIX_OF_LINT = (
    "lint:\n  parallel: {parallel}\n  script: [x]\npush:\n  needs: ['{need}']\n  script: [x]\n"
)


DIRECT = {
    "one of a matrix": MATRIX_OF_LINT.format(parallel="{matrix: [{V: [a, b]}]}", need="lint: [a]"),
    "one of several": MATRIX_OF_LINT.format(parallel="3", need="lint 1/3"),
    "a name in a variable": "push:\n  needs: ['lint-$VERSION']\n  script: [x]\n",
    "needs of another job": f".n:\n  needs: [lint]\nlint:\n{ON_MAIN}  script: [x]\npush:\n{ON_MAIN}"
    "  needs: !reference [.n, needs]\n  script: [x]\n",
    "rules that are taken back": f".m:\n{ON_MAIN}push:\n  extends: .m\n  rules: null\n  only: [main]\n"
    "  script: [x]\n",
}


@pytest.mark.parametrize("name", DIRECT)
def test_gitlab_accepts_parts_of_a_matrix_and_references(name: str, tmp_path: Path) -> None:
    assert found(tmp_path, "CI010", {".gitlab-ci.yml": DIRECT[name]}) == []


PUSH = "{push: {branches: [main]}}"
