"""`scaffold template test`: a problem is named with answers that show it, in bounded time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from updating import RECORD, SETTINGS, lay

from scaffolder import cli
from scaffolder.errors import ExitCode

QUESTIONS = (
    "service_name: {type: str}\n"
    "size: {type: str, choices: [small, large], default: small}\n"
    "cloud: {type: str, choices: [here, there], default: here}\n"
)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """Return a folder outside Git: a change is tried before it is committed."""
    folder = tmp_path / "template"
    lay(folder, {**RECORD, "copier.yml": SETTINGS + QUESTIONS, "templates/a.yml": "a: 1\n"})
    return folder


def test_a_template_without_a_problem(template: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["template", "test", str(template)]) == ExitCode.CLEAN
    assert "  4 combinations, 4 of 4 pairs of choices, 0 problems" in capsys.readouterr().out


def test_a_combination_that_does_not_render_is_a_problem_and_the_others_go_on(
    template: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "[% if size == 'large' %][[ 1 / 0 ]][% endif %]\n"
    lay(template, {"templates/c.txt.jinja": text})
    assert cli.run(["template", "test", str(template), "--format", "json"]) == ExitCode.FOUND
    document = json.loads(capsys.readouterr().out)
    (finding,) = document["findings"]
    assert (finding["id"], finding["severity"]) == ("render", "error")
    assert "division by zero" in finding["message"]
    sizes = {document["combinations"][at]["size"] for at in finding["combinations"]}
    assert sizes == {"large"}
    assert document["pairs"] == {"covered": 4, "left": 0}
    assert document["exit_code"] == 1


def test_time_that_is_up_is_no_pass(template: Path, capsys: pytest.CaptureFixture[str]) -> None:
    many = "".join(f"q{at}: {{type: str, choices: [a, b, c], default: a}}\n" for at in range(6))
    lay(template, {"copier.yml": SETTINGS + QUESTIONS + many})
    assert cli.run(["template", "test", str(template), "--seconds", "0.01"]) == ExitCode.NO_VERDICT
    out = capsys.readouterr().out
    assert "because the time was up; --seconds gives more" in out


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"copier.yml": None}, "is not a Copier template: it has no copier.yml"),
        ({"copier.yml": f"{SETTINGS}{QUESTIONS}_tasks: ['true']\n"}, "wants to run code"),
        ({"copier.yml": f"{SETTINGS}team: {{type: str}}\n"}, "team has no answer"),
    ],
)
def test_what_cannot_be_tried_is_refused(
    template: Path,
    files: dict[str, str | None],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lay(template, files)
    assert cli.run(["template", "test", str(template)]) in {ExitCode.USAGE, ExitCode.BROKEN}
    assert message in capsys.readouterr().err
