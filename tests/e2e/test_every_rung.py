"""From every release to every rung and every way to release, on a repository that a team has edited.

The team updates to the templates of this checkout, and then answers one question after the other. No line of theirs is
lost, a conflict is only in a file that both sides changed, and the way back gives what was there before.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
import yaml
from updating import commit, contents, git, history_to_now

from scaffolder.errors import ExitCode
from scaffolder.template import answers, releases, render
from scaffolder.template.releases import History
from scaffolder.template.render import Origin
from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.update import run
from scaffolder.update.engine import Request

RELEASES = [release.tag for release in releases.releases()]
WAYS = ("recreate", "blue-green", "canary", "header")
CLIMBS: Mapping[str, Sequence[Mapping[str, object]]] = {
    **{way: ({"rollout": way}, {"rollout": "rolling"}) for way in WAYS},
    "servers": (
        {"runs_on": "server"},
        {"servers": 3},
        {"runs_on": "kubernetes"},
        {"rollout": "canary"},
    ),
}
"""What is answered one after the other; the last answer of a way to release takes the first one back."""
IN_THE_GATE = ("v0.8.0", "canary")

CHART = "helm/my-service"
EDITS: Mapping[str, tuple[str, str]] = {
    f"{CHART}/values.yaml": (r"^config: \{\}$", 'config:\n  MINE_FEATURE: "on"'),
    f"{CHART}/values-prod.yaml": (r"\Z", "\n# mine-prod: support asked for it\n"),
    f"{CHART}/files/rules.yaml": (r"\Z", "\n# mine-rules: thresholds agreed with support\n"),
    f"{CHART}/templates/deployment.yaml": (
        r"^(\s+)(terminationGracePeriodSeconds:)",
        r"\1# mine-deployment: agreed with operations\n\1\2",
    ),
    "README.md": (r"\A(# .*\n)", r"\1\nmine-readme: this service pays the bills.\n"),
    "docs/runbooks/ServiceDown.md": (r"\Z", "\nmine-runbook: call the network team.\n"),
    "Dockerfile": (r"\Z", "\n# mine-dockerfile\n"),
    "ci/deploy.sh": (r"\Z", "\n# mine-deploy\n"),
    "monitoring/alertmanager/values.yaml": (
        r"^(\s+repeat_interval: )\S+",
        r"\g<1>6h # mine-repeat",
    ),
}
"""File → what the team replaced in it, and by what."""
OWN = {
    "ci/mine-seed.sh": "#!/usr/bin/env bash\nset -euo pipefail\necho mine-script\n",
    f"{CHART}/templates/mine-job.yaml": "# mine-template: a job that the template does not know\n",
    "docs/mine.md": "# mine-page\n",
}
_MINE = re.compile(r"\bmine-\w+|\bMINE_\w+")
_CONFLICT = re.compile(
    r"^<<<<<<< .*\n(?P<ours>(?:.*\n)*?)(?:\|{7} .*\n(?:.*\n)*?)?=======\n(?P<theirs>(?:.*\n)*?)>>>>>>> .*\n",
    re.MULTILINE,
)

Updated = Callable[[str], Path]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, History]]:
    folder = history_to_now(tmp_path_factory.mktemp("history") / "template")
    with SystemToolchain() as toolchain:
        yield str(folder), releases.at(str(folder), toolchain)


@pytest.fixture(scope="module")
def updated(
    history: tuple[str, History],
    tmp_path_factory: pytest.TempPathFactory,
    toolchain: SystemToolchain,
) -> Updated:
    """`updated(tag)` is a repository of that release that a team edited, and then updated to now."""
    made: dict[str, Path] = {}

    def make(tag: str) -> Path:
        if tag not in made:
            made[tag] = _begun(tag, history, tmp_path_factory.mktemp(tag), toolchain)
            _changed(made[tag], Request(root=made[tag]))
        return made[tag]

    return make


def _begun(
    tag: str, history: tuple[str, History], folder: Path, toolchain: SystemToolchain
) -> Path:
    address, known = history
    checkout = Path(releases.checkout(known, known.named(tag), toolchain))
    origin = Origin(folder=checkout, commit=tag, address=address)
    root = folder / "my-service"
    render.write(origin, answers.complete({"service_name": "my-service"}, folder=checkout), root)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    for name, (old, new) in EDITS.items():
        path = root / name
        text, count = re.subn(old, new, path.read_text(encoding="utf-8"), count=1, flags=re.M)
        assert count == 1, name
        path.write_text(text, encoding="utf-8", newline="")
    commit(root, OWN)
    return root


def _changed(root: Path, request: Request) -> None:
    """Update, and assert what an owner is promised; conflicts are resolved as they type it: both sides."""
    outcome = run.update(request)
    assert outcome.exit_code in (ExitCode.CLEAN, ExitCode.FOUND)
    assert outcome.taken
    assert {change.path for change in outcome.conflicts} <= EDITS.keys()
    for change in outcome.conflicts:
        path = root / change.path
        text = path.read_text(encoding="utf-8")
        assert _CONFLICT.search(text), change.path
        path.write_text(_CONFLICT.sub(r"\g<theirs>\g<ours>", text), encoding="utf-8")
    there = contents(root)
    assert [name for name, (text, _) in there.items() if re.search(r"(?m)^<{7} ", text)] == []
    mine = {word for name, (_, new) in EDITS.items() for word in _MINE.findall(new)}
    mine |= {word for text in OWN.values() for word in _MINE.findall(text)}
    assert mine - {word for text, _ in there.values() for word in _MINE.findall(text)} == set()
    assert {name: there[name][0] for name in OWN} == OWN
    commit(root)


@pytest.mark.only_git
@pytest.mark.parametrize(
    ("tag", "climb"),
    [
        pytest.param(tag, climb, marks=[] if (tag, climb) == IN_THE_GATE else pytest.mark.histories)
        for tag in RELEASES
        for climb in CLIMBS
    ],
)
def test_nothing_of_the_team_is_lost_on_the_way(
    tag: str, climb: str, updated: Updated, tmp_path: Path
) -> None:
    root = tmp_path / "my-service"
    shutil.copytree(updated(tag), root, symlinks=True)
    before = contents(root)
    for given in CLIMBS[climb]:
        _changed(root, Request(root=root, given=dict(given), answers_only=True))
        kept = yaml.safe_load((root / answers.FILE).read_text(encoding="utf-8"))
        assert {name: kept[name] for name in given} == given
    if climb in WAYS:
        assert _but_the_record(contents(root)) == _but_the_record(before)


def _but_the_record(files: Mapping[str, object]) -> dict[str, object]:
    """Leave out the file of the answers, which has the new answer where the question was never answered before."""
    return {name: content for name, content in files.items() if name != answers.FILE}
