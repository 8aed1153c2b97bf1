"""From one server up to Kubernetes and down again, a `scaffold set` for each rung: no line of the owner is lost on the way."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from updating import commit, git, lay

from scaffolder.template import answers, releases, render
from scaffolder.template.render import Origin
from scaffolder.tools import package_data
from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.update import run
from scaffolder.update.engine import Request

RELEASE = "v99.0.0"
"""The templates of this checkout, as the only release."""

RUNGS: dict[str, tuple[dict[str, object], ...]] = {
    "aws": (
        {"monitoring": "prometheus-grafana"},
        {"servers": 2},
        {"servers": 3},
        {"runs_on": "kubernetes"},
        {"runs_on": "server"},
        {"servers": 1},
        {"monitoring": "none"},
    ),
    "azure": (
        {"monitoring": "prometheus-grafana"},
        {"runs_on": "kubernetes"},
        {"runs_on": "server"},
        {"monitoring": "none"},
    ),
}
"""Up, and down the same way. Azure has one server: its load balancer ends no TLS."""

_CONFLICT = re.compile(
    r"^<<<<<<< .*\n(?P<ours>(?:.*\n)*?)(?:\|{7} .*\n(?:.*\n)*?)?=======\n(?:.*\n)*?>>>>>>> .*\n",
    re.MULTILINE,
)

EDITS: dict[str, tuple[str, str]] = {
    "README.md": (r"\A(# .*\n)", r"\1\nmine: this service pays the bills.\n"),
    "Makefile": (r"\Z", "\nseed: ## Load the sample data, mine\n\tci/seed.sh\n"),
    "Dockerfile": (r"\Z", "\n# mine: agreed with operations\n"),
    "ci/deploy.sh": (r"\Z", "\n# mine: the last line of a deployment\n"),
    "docs/architecture.md": (r"\Z", "\nmine: what we decided in May.\n"),
    "server/values.yaml": (r"^service_patience: \d+$", "service_patience: 91 # mine"),
    "server/values-prod.yaml": (r"\Z", "\n# mine: support asked for it\nservice_memory: 700m\n"),
    "server/roles/machine/tasks/main.yml": (r"\Z", "\n# mine: agreed with security\n"),
    "terraform/env/envs/prod.tfvars": (r'= ""', '= "111122223333"'),
    "terraform/env/envs/common.tfvars": (r"OWNER_ID", "4711"),
    "terraform/modules/servers/main.tf": (r"\Z", "\n# mine: asked for by the auditors\n"),
}
"""File → what the owner replaced on one server, and by what."""


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Origin, SystemToolchain]]:
    folder = tmp_path_factory.mktemp("history") / "template"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    for name in ("copier.yml", "versions.yml", "notes.yml"):
        shutil.copy(package_data.root() / name, folder / name)
    shutil.copytree(package_data.root() / "templates", folder / "templates")
    commit(folder)
    git(folder, "tag", RELEASE)
    with SystemToolchain() as toolchain:
        known = releases.at(str(folder), toolchain)
        checkout = Path(releases.checkout(known, known.named(RELEASE), toolchain))
        yield Origin(folder=checkout, commit=RELEASE, address=str(folder)), toolchain


@pytest.mark.parametrize(
    "cloud",
    ["aws", pytest.param("azure", marks=pytest.mark.histories)],  # azure has fewer rungs
)
def test_no_line_of_the_owner_is_lost_on_the_way_up_and_down(
    cloud: str, origin: tuple[Origin, SystemToolchain], tmp_path: Path
) -> None:
    project = _begun(cloud, origin[0], tmp_path)
    mine = _edited(project)
    for given in RUNGS[cloud]:
        outcome = run.update(Request(root=project, given=given, answers_only=True))
        _resolve(project, [one.path for one in outcome.conflicts], given)
        commit(project)
        assert _lost(project, mine) == [], given
        known = answers.load(project / answers.FILE)
        assert {name: str(known[name]) for name in given} == {k: str(v) for k, v in given.items()}


ONLY_ON_SERVERS = ("server/", "terraform/modules/servers/")


def _resolve(project: Path, conflicts: list[str], given: dict[str, object]) -> None:
    """Keep the owner's side of a conflict; only a file that stayed beside the chart may have one, on the way down."""
    stayed = [name for name in EDITS if name.startswith(ONLY_ON_SERVERS)]
    assert given == {"runs_on": "server"} or conflicts == []
    assert set(conflicts) <= set(stayed), given
    for name in conflicts:
        path = project / name
        path.write_text(_CONFLICT.sub(r"\g<ours>", path.read_text("utf-8")), encoding="utf-8")


def _begun(cloud: str, origin: Origin, tmp_path: Path) -> Path:
    given = {"service_name": "pay", "cloud": cloud, "runs_on": "server", "monitoring": "none"}
    project = tmp_path / "pay"
    render.write(origin, answers.complete(given, folder=origin.folder), project)
    git(project, "init", "--quiet", "--initial-branch=main")
    commit(project)
    return project


def _edited(project: Path) -> list[str]:
    """Change files as an owner does, commit that, and return the lines."""
    for name, (old, new) in EDITS.items():
        path = project / name
        text, count = re.subn(old, new, path.read_text("utf-8"), count=1, flags=re.MULTILINE)
        assert count == 1, name
        path.write_text(text, encoding="utf-8", newline="")
    lay(project, {"ci/seed.sh": "#!/usr/bin/env bash\necho mine\n", "docs/ours.md": "mine: ours\n"})
    commit(project)
    diff = git(project, "diff", "HEAD~1").splitlines()
    return [line[1:] for line in diff if line.startswith("+") and not line.startswith("+++")]


def _lost(project: Path, mine: list[str]) -> list[str]:
    """Return the lines that no file of the repository has any more, however they are aligned."""
    names = git(project, "ls-files", "-z").split("\0")
    texts = [(project / name).read_text("utf-8", "replace") for name in names if name]
    there = {" ".join(line.split()) for text in texts for line in text.splitlines()}
    return [line for line in mine if " ".join(line.split()) not in there]
