"""Commands that give values to charts."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository import helm_calls

CHARTS = {
    "charts/web/Chart.yaml": "name: web\n",
    "charts/api/Chart.yaml": "name: api\n",
    "charts/web/values-prod.yaml": "a: 1\n",
    "charts/web/values-dev.yaml": "a: 1\n",
}


def call(root: Path, text: str, name: str = "scripts/deploy.sh") -> helm_calls.HelmCall | None:
    found = helm_calls.calls(written(root, {**CHARTS, name: f"{text}\n"}))
    return found[0] if found else None


@pytest.mark.parametrize(
    ("command", "chart"),
    [
        ("helm upgrade web charts/web --set a=1", "charts/web"),
        ("helm upgrade web ../charts/web/ --set a=1", "charts/web"),
        ("helm install --set a=1 web $ROOT/charts/api", "charts/api"),
        ("NAME=api\nhelm upgrade web ./charts/$NAME --set a=1", "charts/api"),
        ("cd charts && helm upgrade web ./web --set a=1", "charts/web"),
        ("timeout 60 helm3 upgrade web charts/web --set a=1", "charts/web"),
        ("docker run x/helm:3 upgrade web charts/web --set a=1", "charts/web"),
        ("ssh host 'helm upgrade web charts/web --set a=1'", "charts/web"),
        ("helm secrets upgrade web charts/web --set a=1", "charts/web"),
        ("helm upgrade web charts/$SERVICE --set a=1", None),
    ],
)
def test_the_chart_of_a_command(command: str, chart: str | None, tmp_path: Path) -> None:
    found = call(tmp_path, command)
    assert found is not None
    assert found.chart == (Path(chart) if chart else None)
    assert found.sets == {"a": "1"}


@pytest.mark.parametrize(
    "command",
    [
        "helm upgrade redis bitnami/redis --set a=1",
        "helm upgrade redis oci://a.b/redis --set a=1",
        "helm uninstall web charts/web",
        "helm upgrade web charts/web",
        "printf 'helm upgrade web charts/web --set a=1'",
        "cat <<END\nhelm upgrade web charts/web --set a=1\nEND",
    ],
)
def test_other_commands_give_nothing(command: str, tmp_path: Path) -> None:
    assert call(tmp_path, command) is None


def test_keys_and_texts(tmp_path: Path) -> None:
    found = call(
        tmp_path,
        "helm upgrade web charts/web --set a.b=x,c='{1,2}' --set=d=$D \\\n"
        '  --set-string e."f\\.g/h"=i --set-file j=k --set enabled=true',
    )
    assert found is not None
    assert found.sets == {
        "a.b": "x", "c": "", "d": "", r"e.f\.g/h": "i", "j": "", "enabled": "",
    }  # fmt: skip


def test_a_variable_in_the_name_of_a_file_stands_for_each(tmp_path: Path) -> None:
    found = call(tmp_path, 'helm upgrade web charts/web -f charts/web/values-"$ENV".yaml')
    assert found is not None
    assert [file.name for file in found.values_files] == ["values-dev.yaml", "values-prod.yaml"]


def test_a_folded_text_goes_on(tmp_path: Path) -> None:
    text = "run: >-\n  helm upgrade web charts/web\n  --set a=1\n  --set b=2\nnext: --set c=3"
    found = call(tmp_path, text, ".github/workflows/a.yml")
    assert found is not None
    assert found.sets == {"a": "1", "b": "2"}


def test_what_stands_for_an_image_is_given_if_no_values_have_it(tmp_path: Path) -> None:
    project = written(
        tmp_path,
        {**CHARTS, "a.sh": "helm upgrade w charts/web --set image.tag=$T,image.name=$N,size=2\n"},
    )
    given = helm_calls.given(project, Path("charts/web"), {"image": {"tag": ""}}, {"b": 1})
    assert given == {"image.tag": "0123456789ab", "size": "2"}
    assert not helm_calls.given(project, Path("charts/api"), {})
    assert helm_calls.given(project, Path("charts/web"), {"size": 1}, {"image": {"tag": "x"}}) == {}


@pytest.mark.parametrize(
    "line",
    [
        r"echo\ helm\ upgrade\ web\ charts/web\ --set\ a=1",
        r"A=1 'x\ helm\ upgrade'\ y",
    ],
)
def test_a_word_with_escaped_blanks_is_no_command(line: str, tmp_path: Path) -> None:
    assert call(tmp_path, line) is None
