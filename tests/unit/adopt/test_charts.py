"""The chart of the service among the charts of a repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.adopt.charts import chart


def charts(**named: str) -> dict[str, str]:
    files = {}
    for folder, name in named.items():
        files[f"{folder}/Chart.yaml"] = f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n"
        files[f"{folder}/templates/a.yaml"] = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"
    return files


PACKAGE = {"package.json": '{"name": "pay-api"}'}


@pytest.mark.parametrize(
    ("files", "folder"),
    [
        (charts(deploy="pay-api", other="web"), "deploy"),
        (charts(deploy="pay-api-chart", other="web"), "deploy"),
        (charts(one="web"), "one"),
        (charts(one="web", two="worker"), None),
        (charts(redis="redis"), None),
        (charts(one="web", redis="redis"), "one"),
        ({}, None),
    ],
    ids=["its name", "alike", "the only one", "several", "a program", "beside a program", "none"],
)
def test_the_chart_is_called_like_the_service_or_is_the_only_one(
    files: dict[str, str], folder: str | None, tmp_path: Path
) -> None:
    found = chart(written(tmp_path, {**PACKAGE, **files}))
    assert (found.value if found else None) == folder


def test_the_place_is_the_file_of_the_chart(tmp_path: Path) -> None:
    found = chart(written(tmp_path, {**PACKAGE, **charts(deploy="pay-api")}))
    assert found is not None
    assert [place.path for place in found.places] == [Path("deploy/Chart.yaml")]
