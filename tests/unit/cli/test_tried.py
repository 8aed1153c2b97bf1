"""The report of `scaffold template test`: each problem once, with answers that show it."""

from __future__ import annotations

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
    """A folder outside Git: a change is tried before it is committed."""
    folder = tmp_path / "template"
    lay(folder, {**RECORD, "copier.yml": SETTINGS + QUESTIONS, "templates/a.yml": "a: 1\n"})
    return folder


def test_a_problem_of_one_pair_is_told_once_with_the_answers_that_show_it(
    template: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = "a: 1\n[% if size == 'large' and cloud == 'there' %]b: [\n[% endif %]\n"
    lay(template, {"templates/b.yml.jinja": broken})
    assert cli.run(["template", "test", str(template)]) == ExitCode.FOUND
    out = capsys.readouterr().out
    assert "b.yml:" in out
    assert "error[SY002]" in out
    assert "  in 1 of 4: those with size=large, cloud=there; again: " in out
    assert "-d service_name=my-service -d size=large -d cloud=there" in out
    command = ["template", "test", str(template), "-d", "size=small"]
    assert cli.run(command) == ExitCode.CLEAN
    assert "  2 combinations" in capsys.readouterr().out
