"""Versions of programs and of Kubernetes: pins, scripts, images, charts."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.statements import Declaration
from scaffolder.repository.facts.tool_versions import read


def stated(root: Path, files: dict[str, str]) -> set[tuple[str, str, str]]:
    return {
        (one.fact, one.value, one.role)
        for one in read(written(root, files))
        if isinstance(one, Declaration)
    }


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("mise.toml", '[tools]\nterraform = "1.11.4"\n', ("tool terraform", "1.11.4", "pin")),
        (".tool-versions", "helm 3.17.0\n", ("tool helm", "3.17.0", "pin")),
        ("ci/a.sh", "HELM_VERSION=3.17.0\n", ("tool helm", "3.17.0", "script")),
        ("ci/a.sh", 'export TF_VERSION="v1.11.4"\n', ("tool terraform", "1.11.4", "script")),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: a\nversion: 1.0.0\nkubeVersion: '>=1.30'\n",
            ("kubernetes", ">=1.30", "chart"),
        ),
    ],
)
def test_a_version_is_stated(
    file: str, text: str, expected: tuple[str, str, str], tmp_path: Path
) -> None:
    assert expected in stated(tmp_path, {file: text})


@pytest.mark.parametrize(
    "text",
    [
        "APP_VERSION=1.2.3\n",
        "PYTHON_VERSION=3.13\n",
        "HELM_VERSION=latest\n",
        "# HELM_VERSION=3.17.0\n",
    ],
    ids=["ours", "a runtime", "no number", "a comment"],
)
def test_other_variables_are_no_program(text: str, tmp_path: Path) -> None:
    assert stated(tmp_path, {"ci/a.sh": text}) == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[tools]\npython = "3.13"\n', set()),
        ('[tools]\nhelm = "latest"\n', set()),
        ('[tools]\nhelm = {version = "v3.17.0"}\n', {("tool helm", "3.17.0", "pin")}),
        (
            '[tools]\n"aqua:prometheus/prometheus" = "3.5.0"\n',
            {("tool prometheus", "3.5.0", "pin")},
        ),
        ("[tools\n", set()),
    ],
    ids=["a runtime", "no number", "a table", "by its source", "it does not parse"],
)
def test_a_program_of_mise_is_pinned(
    text: str, expected: set[tuple[str, str, str]], tmp_path: Path
) -> None:
    assert stated(tmp_path, {"mise.toml": text}) == expected


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("kubeconform -kubernetes-version 1.33.0 x", 1),
        ("# kubeconform -kubernetes-version 1.33.0", 0),
    ],
)
def test_a_comment_states_nothing(line: str, number: int, tmp_path: Path) -> None:
    assert len(stated(tmp_path, {"ci/a.sh": f"{line}\n"})) == number
