"""`scaffold add`, `remove` and `set` on real repositories: the result is what those answers generate, and edits stay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import Repository, copier_alone
from updating import PLAIN_COPIER, commit, contents, fates, git, plain_copier, update

from scaffolder import cli
from scaffolder.errors import ExitCode
from scaffolder.formats import answers_file
from scaffolder.template import answers, manifest, releases, render
from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.update.merge import FileAction


@pytest.fixture
def committed(repository: Repository) -> Repository:
    """`committed(runtime="java", …)` is such a repository, as Git has it after `scaffold new`."""

    def make(**given: object) -> Path:
        folder = repository(**given)
        git(folder, "init", "--quiet", "--initial-branch=main")
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message", "Generated")
        return folder

    return make


@pytest.fixture
def generated(toolchain: SystemToolchain, tmp_path: Path) -> Repository:
    """`generated(…)` is what the newest release makes of the answers."""

    def make(**given: object) -> Path:
        history = releases.embedded(toolchain)
        folder = tmp_path / "generated" / "my-service"
        completed = answers.complete({"service_name": "my-service", **given})
        render.write(manifest.origin(history, history.newest, toolchain), completed, folder)
        return folder

    return make


def template_files(folder: Path) -> dict[str, tuple[str, bool]]:
    """Return every file as `contents` does, the record without the fingerprint that a change of answers adds to it."""
    found = contents(folder)
    record, mode = found[answers.FILE]
    return {**found, answers.FILE: (answers_file.with_fingerprint(record, ""), mode)}


@pytest.mark.only_git
@pytest.mark.parametrize(
    ("request_", "given"),
    [
        ({"add": ("jenkins",)}, {"ci": "github,jenkins"}),
        ({"given": {"cloud": "azure"}}, {"cloud": "azure"}),
        ({"given": {"runtime_version": "25"}}, {"runtime_version": "25"}),
        ({"remove": ("terraform", "monitoring")}, {"cloud": "none", "monitoring": "none"}),
        ({"given": {"level": "work"}}, {"level": "work"}),
    ],
    ids=["add jenkins", "set cloud", "set runtime_version", "remove terraform", "set level"],
)
def test_other_answers_give_what_they_generate(
    request_: dict[str, object],
    given: dict[str, object],
    committed: Repository,
    generated: Repository,
) -> None:
    project = committed()
    outcome = update(project, answers_only=True, **request_)
    assert outcome.exit_code is ExitCode.CLEAN
    assert {change.fate for change in outcome.changes} <= {
        FileAction.NEW,
        FileAction.UPDATED,
        FileAction.DELETED,
    }
    assert template_files(project) == contents(generated(**given))


TEAMS_OWN = {
    "Makefile": ("help: ## List the targets", "help: ## List what you can do"),
    "terraform/env/envs/common.tfvars": ("node_max            = 6", "node_max            = 9"),
    "ci/deploy.sh": ("the diagnostics are incomplete", "some diagnostics are missing"),
    "docs/oncall.md": ("One week each, handed over", "Two weeks each, handed over"),
}
"""A team's changes beside those of a level: in each file, a line and its present text."""


def edited(project: Path) -> Path:
    """The repository with the edits of a team, and a file of its own, committed."""
    texts = {name: (project / name).read_text(encoding="utf-8") for name in TEAMS_OWN}
    assert all(text.count(TEAMS_OWN[name][0]) == 1 for name, text in texts.items())
    commit(
        project,
        {
            "ci/ours.sh": "#!/bin/sh\n",
            **{name: texts[name].replace(*TEAMS_OWN[name]) for name in texts},
        },
    )
    return project


def test_a_team_starts_at_work_and_later_sets_the_level_right(
    committed: Repository, generated: Repository
) -> None:
    project = edited(committed(level="work"))
    before = template_files(project)
    outcome = update(project, answers_only=True, given={"level": "right"})
    assert {change.fate for change in outcome.changes} <= {
        FileAction.NEW,
        FileAction.UPDATED,
        FileAction.MERGED,
    }
    expected = contents(edited_alike(generated(level="right")))
    assert template_files(project) == expected
    assert {
        "ci/sign.sh",
        "ci/drift.sh",
        ".github/workflows/drift.yml",
    } <= expected.keys() - before.keys()
    git(project, "commit", "--quiet", "--all", "--message", "Make it right")
    assert update(project, answers_only=True, given={"level": "work"}).exit_code is ExitCode.CLEAN
    assert template_files(project) == before


def edited_alike(folder: Path) -> Path:
    """Return the result of a team's edits in another generation."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder)
    return edited(folder)


@pytest.mark.long
@copier_alone
@PLAIN_COPIER
def test_plain_copier_sets_the_level_as_well(committed: Repository, generated: Repository) -> None:
    project = committed(level="work")
    plain_copier(project, "--data", "level=right")
    assert template_files(project) == contents(generated(level="right"))


def test_what_a_team_wrote_outlives_the_removal_of_terraform(
    committed: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    project = committed()
    main = project / "terraform" / "env" / "main.tf"
    mine = main.read_text(encoding="utf-8") + '\nresource "aws_s3_bucket" "ours" {}\n'
    commit(project, {"terraform/env/main.tf": mine, "terraform/env/ours.tf": "# ours\n"})
    assert (
        cli.run(["remove", "terraform", "--path", str(project), "--format", "json"])
        == ExitCode.CLEAN
    )
    said = json.loads(capsys.readouterr().out)
    assert [file for file in said["files"] if file["state"] == "kept"] == [
        {
            "path": "terraform/env/main.tf",
            "state": "kept",
            "note": "the template no longer has it; you changed it",
            "from": "",
        }
    ]
    left = sorted(
        path.relative_to(project).as_posix()
        for path in (project / "terraform").rglob("*")
        if path.is_file()
    )
    assert left == ["terraform/env/main.tf", "terraform/env/ours.tf"]
    assert main.read_text(encoding="utf-8") == mine


@pytest.mark.only_git
def test_an_answer_that_had_to_follow_is_named(
    committed: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    project = committed()
    assert cli.run(
        ["set", "cloud=azure", "--path", str(project), "--quiet", "--dry-run", "--format", "json"]
    ) in {
        ExitCode.CLEAN,
        ExitCode.NO_VERDICT,
    }
    said = json.loads(capsys.readouterr().out)
    assert {"name": "region", "before": "eu-central-1", "after": "westeurope"} in said["answers"]
    assert said["check"]["summary"]["failed"] == 0
    assert git(project, "status", "--short") == ""


@pytest.mark.only_git
def test_an_edit_is_not_carried_into_a_file_that_merely_looks_alike(committed: Repository) -> None:
    project = committed()
    values = project / "terraform" / "shared" / "main.tf"
    commit(project, {"terraform/shared/main.tf": values.read_text(encoding="utf-8") + "# ours\n"})
    outcome = update(project, answers_only=True, given={"cloud": "azure"})
    assert "ours" not in "".join(
        text
        for name, (text, _) in contents(project).items()
        if name != "terraform/shared/main.tf" and "# ours\n" in text
    )
    assert fates(outcome)["terraform/shared/main.tf"] in {
        FileAction.MERGED,
        FileAction.CONFLICT,
        FileAction.KEPT,
    }
    assert "# ours\n" in values.read_text(encoding="utf-8")
