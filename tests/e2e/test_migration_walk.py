"""A repository of each release, edited as a team edits one, is brought to now release by release.

At each step nothing of the team's is lost, a conflict is resolved with what an owner types, and
every command that a note tells to type exists in the repository that gets the note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from updating import commit, contents, git, update

from scaffolder import check
from scaffolder.formats import makefile
from scaffolder.model import Severity
from scaffolder.template import answers, manifest, releases, render
from scaffolder.template.answers import Answer
from scaffolder.template.releases import Release
from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.update.run import Outcome

RELEASES = releases.releases()
ANSWERS: Mapping[str, Mapping[str, Answer]] = {
    "aws": {},
    "azure": {
        "cloud": "azure",
        "ci": ("azure-devops",),
        "deploy": "terraform",
        "runtime": "python",
        "chat": "teams",
    },
    "own-cluster": {"cloud": "none", "ci": ("jenkins", "gitlab"), "runtime": "node"},
}
CHART = "helm/my-service"
EDITS: Mapping[str, tuple[str, str]] = {
    f"{CHART}/values.yaml": (r"^config: \{\}$", 'config:\n  MINE_FEATURE: "on"'),
    f"{CHART}/values-prod.yaml": (r"\Z", "\n# mine-prod: support asked for it\n"),
    f"{CHART}/files/rules.yaml": (r"\Z", "\n# mine-rules: thresholds agreed with support\n"),
    f"{CHART}/templates/deployment.yaml": (
        r"^(\s+)(terminationGracePeriodSeconds:)",
        r"\1# mine-deployment: agreed with operations\n\1\2",
    ),
    "Makefile": (r"\Z", "\nmine-seed: ## Load the sample data\n\tci/mine-seed.sh\n"),
    "README.md": (r"\A(# .*\n)", r"\1\nmine-readme: this service pays the bills.\n"),
    "docs/runbooks/ServiceDown.md": (r"\Z", "\nmine-runbook: call the network team.\n"),
    "Dockerfile": (r"\Z", "\n# mine-dockerfile\n"),
    "compose.yaml": (r"\Z", "\n# mine-compose\n"),
    "ci/deploy.sh": (r"\Z", "\n# mine-deploy\n"),
    "monitoring/alertmanager/values.yaml": (
        r"^(\s+repeat_interval: )\S+",
        r"\g<1>6h # mine-repeat",
    ),
}
"""File → what the team replaced in it, and by what."""

TYPED: Mapping[tuple[str, str], str] = {
    ("v0.6.0", "Makefile"): "theirs, then ours",
    ("v0.8.0", "compose.yaml"): "theirs, then ours",
}
"""(release, file) → how an owner resolves the conflict that this release brings."""

_CONFLICT = re.compile(
    r"^<<<<<<< .*\n(?P<ours>(?:.*\n)*?)(?:\|{7} .*\n(?:.*\n)*?)?=======\n(?P<theirs>(?:.*\n)*?)>>>>>>> .*\n",
    re.MULTILINE,
)
_MINE = re.compile(r"\bmine-\w+|\bMINE_\w+")
_TYPED_MAKE = re.compile(r"`make ([a-z][\w-]*)[^`]*`")
_TYPED_SCRIPT = re.compile(r"`(?:bash )?(ci/[\w./-]+\.sh)\b[^`]*`")


def starts() -> Iterator[object]:
    """Each release with each set of answers; one of them in every run, all of them under the mark."""
    for name in ANSWERS:
        for release in RELEASES[:-1]:
            always = (name, release) == ("aws", RELEASES[-3])
            marks = [] if always else [pytest.mark.histories]
            yield pytest.param(name, release, marks=marks, id=f"{name}-{release.tag}")


def _edited(root: Path) -> None:
    for name, (old, new) in EDITS.items():
        path = root / name
        text, count = re.subn(old, new, path.read_text(encoding="utf-8"), count=1, flags=re.M)
        assert count == 1, name
        path.write_text(text, encoding="utf-8", newline="")
    script = root / "ci/mine-seed.sh"
    script.write_text("#!/usr/bin/env bash\nset -euo pipefail\necho mine-script\n")
    script.chmod(0o755)
    (root / "SECURITY.md").unlink()


def _words(root: Path) -> set[str]:
    return {word for content, _ in contents(root).values() for word in _MINE.findall(content)}


def _resolved(root: Path, outcome: Outcome) -> None:
    """Type what an owner types; a conflict that is not in the table fails the test."""
    for change in outcome.conflicts:
        assert (outcome.new.tag, change.path) in TYPED
        path = root / change.path
        text = path.read_text(encoding="utf-8")
        assert _CONFLICT.search(text), change.path
        path.write_text(_CONFLICT.sub(r"\g<theirs>\g<ours>", text), encoding="utf-8")


def _not_there(root: Path, outcome: Outcome) -> list[str]:
    """The commands of the notes that the repository does not have."""
    targets = makefile.read((root / "Makefile").read_text(encoding="utf-8"))
    text = "\n".join(note.do + note.undo for note in outcome.notes.entries)
    missing = [f"make {name}" for name in _TYPED_MAKE.findall(text) if not targets.has(name)]
    return missing + [name for name in _TYPED_SCRIPT.findall(text) if not (root / name).is_file()]


def _project(name: str, release: Release, folder: Path, toolchain: SystemToolchain) -> Path:
    history = releases.embedded(toolchain)
    checkout = releases.checkout(history, release, toolchain)
    asked = {question.name for question in answers.questions(checkout)}
    given = {key: value for key, value in ANSWERS[name].items() if key in asked}
    complete = answers.complete({"service_name": "my-service", **given})
    render.write(manifest.origin(history, release, toolchain), complete, folder)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder)
    _edited(folder)
    commit(folder)
    return folder


@pytest.mark.only_git
@pytest.mark.parametrize(("name", "start"), list(starts()))
def test_an_edited_repository_of_every_release_reaches_the_newest_one(
    name: str, start: Release, tmp_path: Path, toolchain: SystemToolchain
) -> None:
    root = _project(name, start, tmp_path / "my-service", toolchain)
    mine = _words(root)
    assert len(mine) >= len(EDITS)
    for release in RELEASES[RELEASES.index(start) + 1 :]:
        outcome = update(root, to=release.tag)
        assert outcome.taken
        _resolved(root, outcome)
        assert _not_there(root, outcome) == []
        assert mine - _words(root) == set()
        assert not (root / "SECURITY.md").exists()
        commit(root)
    assert update(root).empty
    report = check.examine(
        check.Request(path=root, select=("AG", "EN", "EOL", "SY"), cache=False)
    ).report
    found = [
        (finding.path, finding.message)
        for result in report.results
        for finding in result.findings
        if finding.severity is Severity.ERROR
    ]
    assert found == []


def test_the_walk_sees_a_command_that_is_not_there(
    tmp_path: Path, toolchain: SystemToolchain
) -> None:
    # 0.8.0 has notes with commands for this repository.
    start = next(one for one in RELEASES if one.tag == "v0.7.0")
    root = _project("aws", start, tmp_path / "my-service", toolchain)
    outcome = update(root)
    assert _not_there(root, outcome) == []
    (root / "Makefile").write_text("other:\n\ttrue\n")
    assert _not_there(root, outcome) != []
