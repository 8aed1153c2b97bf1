"""Changed behaviour after an update has a note.

The last frozen release and this checkout, rendered and compared.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import behaviour
import pytest
from behaviour import Change, Unchanged
from sample import sample
from support import ROOT, Repository
from updating import lay

from scaffolder.template import answers, expressions, manifest, notes, releases, render
from scaffolder.template.notes import Note
from scaffolder.template.releases import Release
from scaffolder.tools.programs import HELM
from scaffolder.tools.toolchain import SystemToolchain
from tools import frozen, release

pytestmark = pytest.mark.xdist_group("behaviour")  # what is rendered is needed by each test

ANSWERS = {name: {**sample()[name], "level": "work" if sample()[name]["level"] == "work" else "right"} for name in (
    "aws-github", "aws-gitlab", "aws-jenkins", "azure-github", "azure-every-pipeline", "azure-azure-devops",
    "none-github", "none-gitlab", "none-jenkins",
)}  # fmt: skip
"""Each cloud with Helm and with Terraform, at both levels that the old release has, and each pipeline."""

REVIEWED = behaviour.unchanged()


@pytest.fixture(scope="module")
def old() -> Release:
    """The release that repositories update from: the newest frozen one whose templates are not those of this checkout."""
    with release.history([]) as repository:
        here = release.written(repository)
    fixed = {one.version for one in frozen.releases()}
    return [one for one in releases.releases() if one.version in fixed and one.tree != here][-1]


@pytest.fixture(scope="module")
def new_notes(old: Release) -> tuple[Note, ...]:
    found = notes.parse((ROOT / notes.FILE).read_text(encoding="utf-8"))
    return tuple(note for note in found.entries if note.number > old.number)


@pytest.fixture(scope="module")
def reviewed(old: Release) -> tuple[Unchanged, ...]:
    return tuple(entry for entry in REVIEWED if entry.number > old.number)


@pytest.fixture(scope="module")
def changed(
    old: Release,
    pristine: Repository,
    toolchain: SystemToolchain,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], tuple[Change, ...]]:
    """`changed("aws-github")` is what differs for these answers; computed once."""
    if toolchain.find(HELM) is None:
        pytest.skip(f"helm is not installed ({HELM.how_to_get}): charts cannot be compared")
    history = releases.embedded(toolchain)
    asked = {
        question.name for question in answers.questions(releases.checkout(history, old, toolchain))
    }
    made: dict[str, tuple[Change, ...]] = {}

    def compare(name: str) -> tuple[Change, ...]:
        if name not in made:
            given = {"service_name": "my-service", **ANSWERS[name]}
            folder = tmp_path_factory.mktemp("old") / "my-service"
            known = answers.complete(
                {question: value for question, value in given.items() if question in asked}
            )
            stored = {question: value for question, value in known.items() if question in asked}
            render.write(manifest.origin(history, old, toolchain), stored, folder)
            # An update answers a new question with its default, whatever the set of answers gives it elsewhere.
            updated = {
                question: value for question, value in ANSWERS[name].items() if question in asked
            }
            made[name] = behaviour.changes(folder, pristine(**updated), toolchain)
        return made[name]

    return compare


def values(name: str) -> dict[str, object]:
    """Return the values of a condition for these answers."""
    completed = answers.complete({"service_name": "my-service", **ANSWERS[name]})
    recorded = {
        key: list(value) if isinstance(value, tuple) else value for key, value in completed.items()
    }
    return expressions.completed(recorded, ROOT)


@pytest.mark.parametrize("name", ANSWERS)
def test_every_object_that_differs_is_explained_by_a_note(
    name: str,
    old: Release,
    new_notes: tuple[Note, ...],
    reviewed: tuple[Unchanged, ...],
    changed: Callable[[str], tuple[Change, ...]],
) -> None:
    concerning = [note for note in new_notes if behaviour.applies(note, values(name))]
    left = behaviour.unexplained(changed(name), concerning, reviewed)
    said = " ".join(
        f"{key}={','.join(v) if isinstance(v, tuple) else v}" for key, v in ANSWERS[name].items()
    )
    if left:
        pytest.fail(behaviour.message(left, old.tag, f"{name} ({said})"), pytrace=False)


def test_every_glob_of_a_note_and_of_a_reviewed_difference_matches_something(
    new_notes: tuple[Note, ...],
    reviewed: tuple[Unchanged, ...],
    changed: Callable[[str], tuple[Change, ...]],
) -> None:
    found = {name: changed(name) for name in ANSWERS}
    left = list(
        behaviour.stale(found, {name: values(name) for name in ANSWERS}, new_notes, reviewed)
    )
    if left:
        pytest.fail(
            "\n".join([*left, "a note that concerns none of ANSWERS needs a set of answers"]),
            pytrace=False,
        )


def test_reviewed_differences_have_a_release_and_a_reason() -> None:
    assert [entry for entry in REVIEWED if not (entry.number and entry.reason.strip())] == []


def test_the_answers_have_each_cloud_with_each_way_to_deploy_and_each_level() -> None:
    assert {(row["cloud"], row["deploy"]) for row in ANSWERS.values()} == {
        (cloud, deploy) for cloud in ("aws", "azure", "none") for deploy in ("helm", "terraform")
    }
    assert {(row["cloud"], row["level"]) for row in ANSWERS.values()} == {
        (cloud, level) for cloud in ("aws", "azure", "none") for level in ("work", "right")
    }


ROLE = "kind: Role\nmetadata: {name: deployer}\nrules: [{verbs: [get]}]\n"
MAIN = """# a comment
resource "aws_iam_role" "deploy" {
  name = "a" # of the pipeline
  tags = {
    # a comment
    a = "b"
  }
}
variable "region" {
  description = "x"
  default     = "eu"
}
locals { name = "a" }
module "network" { source = "./network" }
"""
FILES = {
    "platform/role.yaml": ROLE,
    "terraform/env/main.tf": MAIN,
    "terraform/env/envs/dev.tfvars": 'size = "small"\n',
    "terraform/modules/cluster/main.tf": 'resource "aws_eks_cluster" "this" { name = "a" }\n',
}
NOTE = Note(id="n", release="9.9.9", title="t", changes="c", do="d", undo="u")

SEEDED = {
    "a verb of a role": ("platform/role.yaml", "[get]", "[get, patch]", "Role/deployer"),
    "a role with another name": ("platform/role.yaml", "deployer", "deployers", "Role/deployer*"),
    "an argument of a resource": (
        "terraform/env/main.tf",
        'name = "a" #',
        'name = "b" #',
        "aws_iam_role.deploy",
    ),
    "a nested value": (
        "terraform/env/main.tf",
        'a = "b"',
        'a = "c"',
        "terraform/env/aws_iam_role.*",
    ),
    "a default": ("terraform/env/main.tf", '"eu"', '"us"', "variable.region"),
    "a local value": (
        "terraform/env/main.tf",
        'locals { name = "a"',
        'locals { name = "b"',
        "local.name",
    ),
    "a source of a module": ("terraform/env/main.tf", "./network", "./networks", "module.network"),
    "an argument in a module": (
        "terraform/modules/cluster/main.tf",
        '"a"',
        '"b"',
        "module.cluster.aws_eks_cluster.this",
    ),
    "a value of an environment": (
        "terraform/env/envs/dev.tfvars",
        "small",
        "large",
        "variable.size",
    ),
}


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Two small repositories with the same files."""
    for side in ("old", "new"):
        lay(tmp_path / side, FILES)
    return tmp_path / "old", tmp_path / "new"


@pytest.mark.parametrize("name", SEEDED)
def test_a_seeded_difference_needs_a_note_that_names_it(
    name: str, pair: tuple[Path, Path], toolchain: SystemToolchain
) -> None:
    file, text, instead, glob = SEEDED[name]
    lay(pair[1], {file: FILES[file].replace(text, instead, 1)})
    found = behaviour.changes(*pair, toolchain)
    assert found
    assert behaviour.unexplained(found, [], []) == found
    assert (
        behaviour.unexplained(found, [dataclasses.replace(NOTE, objects=("Service/*",))], [])
        == found
    )
    assert behaviour.unexplained(found, [dataclasses.replace(NOTE, objects=(glob,))], []) == ()
    assert (
        behaviour.unexplained(found, [], [Unchanged(object=glob, release="9.9.9", reason="none")])
        == ()
    )


@pytest.mark.parametrize(
    ("file", "text", "instead"),
    [
        ("terraform/env/main.tf", "# a comment", "# another comment"),
        ("terraform/env/main.tf", 'description = "x"', 'description = "y"'),
        ("terraform/env/main.tf", 'name = "a" # of the pipeline', 'name   =   "a"'),
        ("platform/role.yaml", "kind: Role\n", "# a comment\nkind: Role\n"),
        (
            "platform/role.yaml",
            "{name: deployer}",
            "{name: deployer, labels: {helm.sh/chart: a-2}}",
        ),
        (
            "platform/role.yaml",
            "{name: deployer}",
            "{name: deployer, annotations: {checksum/config: abc}}",
        ),
    ],
)
def test_comments_versions_of_the_chart_and_checksums_are_no_difference(
    file: str, text: str, instead: str, pair: tuple[Path, Path], toolchain: SystemToolchain
) -> None:
    lay(pair[1], {file: FILES[file].replace(text, instead)})
    assert (pair[0] / file).read_text() != (pair[1] / file).read_text()
    assert behaviour.changes(*pair, toolchain) == ()


def test_an_object_that_is_new_or_gone_is_a_difference(
    pair: tuple[Path, Path], toolchain: SystemToolchain
) -> None:
    lay(
        pair[1],
        {
            "platform/role.yaml": None,
            "platform/quota.yaml": "kind: ResourceQuota\nmetadata: {name: q}\n",
        },
    )
    found = behaviour.changes(*pair, toolchain)
    assert [(change.what, bool(change.before), bool(change.after)) for change in found] == [
        ("ResourceQuota/q (platform)", False, True),
        ("Role/deployer (platform)", True, False),
    ]


def test_an_object_in_another_file_is_no_difference(
    pair: tuple[Path, Path], toolchain: SystemToolchain
) -> None:
    lay(pair[1], {"platform/role.yaml": None, "platform/roles/deployer.yaml": ROLE})
    assert behaviour.changes(*pair, toolchain) == ()


def test_a_seeded_difference_in_the_chart_names_the_object_and_the_environment(
    pristine: Repository, repository: Repository, toolchain: SystemToolchain
) -> None:
    if toolchain.find(HELM) is None:
        pytest.skip(f"helm is not installed ({HELM.how_to_get})")
    before, after = pristine(), repository()
    prod = after / "helm/my-service/values-prod.yaml"
    text = prod.read_text(encoding="utf-8")
    assert "minReplicas: 3" in text
    prod.write_text(text.replace("minReplicas: 3", "minReplicas: 4"), encoding="utf-8")
    found = behaviour.changes(before, after, toolchain)
    assert [change.what for change in found] == ["HorizontalPodAutoscaler/my-service (prod)"]


def test_the_message_names_the_object_the_answers_and_what_to_write(
    pair: tuple[Path, Path], toolchain: SystemToolchain
) -> None:
    lay(pair[1], {"platform/role.yaml": ROLE.replace("[get]", "[get, patch]")})
    said = behaviour.message(
        behaviour.changes(*pair, toolchain), "v0.5.0", "aws-github (cloud=aws)"
    )
    for part in (
        "1 rendered objects differ from v0.5.0, and no note explains them\nanswers: aws-github (cloud=aws)\n",
        "  Role/deployer (platform): changed\n",
        "      +  - patch\n",
        "add to notes.yml",
        'objects: ["Role/deployer"]',
        "add to tests/data/behaviour-unchanged.yml",
    ):
        assert part in said


def test_a_glob_that_matches_nothing_is_stale(
    pair: tuple[Path, Path], toolchain: SystemToolchain
) -> None:
    lay(pair[1], {"platform/role.yaml": ROLE.replace("[get]", "[get, patch]")})
    found = {"aws": behaviour.changes(*pair, toolchain), "none": ()}
    given = {"aws": {"cloud": "aws"}, "none": {"cloud": "none"}}
    noted = dataclasses.replace(NOTE, objects=("Role/*", "Service/*"))
    assert list(
        behaviour.stale(
            found, given, [noted], [Unchanged(object="Pod/*", release="9.9.9", reason="r")]
        )
    ) == [
        "notes.yml: `Service/*` of n matches nothing that differs where `when` is true",
        "behaviour-unchanged.yml: `Pod/*` matches nothing that differs",
    ]
    elsewhere = dataclasses.replace(NOTE, objects=("Role/*",), when="cloud == 'none'")
    assert len(list(behaviour.stale(found, given, [elsewhere], []))) == 1
