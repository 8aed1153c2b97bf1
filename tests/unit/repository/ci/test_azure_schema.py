"""Parts of a pipeline that the schema of Azure cannot read are right; a mistake stays one."""

from __future__ import annotations

from typing import Any

import pytest

from scaffolder.formats import yaml
from scaffolder.repository.ci import azure_schema


def azure(text: str) -> Any:
    return azure_schema.as_schema_reads(yaml.load_all(text)[0])


AZURE = {
    "scalars are texts": (
        "trigger: {batch: true}\npool: {demands: 3}\n",
        {"trigger": {"batch": "true"}, "pool": {"demands": "3"}},
    ),
    "a task with its own inputs": (
        "steps:\n  - {task: Mine@7, displayName: a, inputs: {b: c}}\n",
        {"steps": [{"bash": "true", "displayName": "a"}]},
    ),
    "an insertion into a list": (
        "steps:\n  - ${{ if eq(1, 1) }}:\n      - bash: a\n  - ${{ else }}:\n      - bash: b\n",
        {"steps": [{"bash": "a"}, {"bash": "b"}]},
    ),
    "an insertion into a table": (
        "jobs:\n  - job: a\n    ${{ if eq(1, 1) }}:\n      pool: b\n",
        {"jobs": [{"job": "a", "pool": "b"}]},
    ),
    "steps of a parameter": (
        "jobs:\n  - job: ${{ parameters.a }}_b\n    steps: ${{ parameters.steps }}\n",
        {"jobs": [{"job": "x_b", "steps": [{"bash": "true"}]}]},
    ),
    "steps among steps": ("steps:\n  - ${{ parameters.a }}\n  - bash: b\n", {"steps": [{"bash": "b"}]}),
    "a number of a variable": ("jobs: [{job: a, timeoutInMinutes: $(b)}]\n", {"jobs": [{"job": "a"}]}),
    "parameters of any form": ("parameters: {a: [], b: 1}\nsteps: [{bash: c}]\n", {"steps": [{"bash": "c"}]}),
    "a refusal": (
        "steps:\n  - ${{ if eq(1, 1) }}:\n      - 'Do not call this file.': error\n  - bash: a\n",
        {"steps": [{"bash": "a"}]},
    ),
    "nothing": ("pr:\nsteps: [{bash: a}]\n", {"steps": [{"bash": "a"}]}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "read"), AZURE.values(), ids=AZURE)
def test_a_pipeline_of_azure_is_read_as_its_schema_reads_it(text: str, read: object) -> None:
    assert azure(text) == read


@pytest.mark.parametrize("key", ["step", "dispalyName", "dependson", "Steps"])
def test_a_key_that_is_misspelt_stays(key: str) -> None:
    assert key in azure(f"jobs:\n  - job: a\n    {key}: b\n")["jobs"][0]
    assert key in azure(f"steps:\n  - task: a@1\n    {key}: b\n")["steps"][0]
