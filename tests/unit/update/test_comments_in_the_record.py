"""Comments beside the answers are kept by an update, and by another answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from updating import Template, commit, update

from scaffolder.template import answers

QUESTIONS = "name: {type: str, default: thing}\nregion: {type: str, choices: [north, south], default: north}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    template = Template.made(tmp_path / "template", {"a.txt": "a\n"}, QUESTIONS)
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"a.txt": "b\n"}, QUESTIONS + "size: {type: str, default: small}\n")
    return project


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["plain", "windows"])
@pytest.mark.parametrize(
    "settings", [{}, {"given": {"region": "south"}}], ids=["release", "answer"]
)
def test_comments_are_kept_wherever_they_are(
    project: Path, settings: dict[str, object], end: str
) -> None:
    text = (project / answers.FILE).read_text(encoding="utf-8")
    commented = text.replace("v1.0.0\n", "v1.0.0 # of ops\n# see TICKET-1\n").replace(
        "north\n", "north # for ever\n"
    )
    commit(project, {answers.FILE: (commented + "# the last\n").replace("\n", end)})
    outcome = update(project, **settings)
    assert outcome.conflicts == ()
    after = (project / answers.FILE).read_bytes().decode()
    assert [
        word
        for word in ("# of ops", "# see TICKET-1", "# for ever", "# the last")
        if word not in after
    ] == []
    assert after.count(end) == after.count("\n")
    assert answers.recorded(project).commit == "v1.1.0"
    assert answers.recorded(project).answers == {
        "name": "thing",
        "region": settings.get("given", {"region": "north"})["region"],  # type: ignore[index]
        "size": "small",
    }
    commit(project)
    assert update(project).empty
