"""Templates of others: forbidden features, features that ours does not use, and their origin."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from updating import QUESTIONS, Template, commit, fates, git, update

from scaffolder.errors import RenderError, StoreError, UpdateError
from scaffolder.template import releases
from scaffolder.tools import folder_cache
from scaffolder.tools.cache import FOLDER_VARIABLE
from scaffolder.update import run
from scaffolder.update.engine import Request
from scaffolder.update.merge import FileAction

LINES = "".join(f"line {number}\n" for number in range(1, 21))


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return Template.made(tmp_path / "template", {"a.txt": LINES})


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("_tasks: [touch ran]\n", "_tasks"),
        ("_migrations: [{version: v1.1.0, command: touch ran}]\n", "_migrations"),
        ("_jinja_extensions: [os.path]\n", "_jinja_extensions"),
    ],
)
def test_a_template_that_wants_to_run_code_is_refused_even_where_copier_trusts_it(
    code: str, named: str, template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"b.txt": "b\n"}, QUESTIONS + "---\n" + code)
    settings = tmp_path / "settings.yml"
    settings.write_text(
        f"trust: ['{tmp_path}/', '/', '~/', '{folder_cache.folder()}/']\n", encoding="utf-8"
    )
    monkeypatch.setenv("COPIER_SETTINGS_PATH", str(settings))
    with pytest.raises(
        RenderError, match=rf"^the template v1\.1\.0 at .* wants to run code of its own \({named}\)"
    ):
        update(project)
    assert not list(tmp_path.rglob("ran"))
    assert git(project, "status", "--short") == ""


def test_what_the_machine_says_to_copier_is_no_answer(
    template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = template.generate(tmp_path / "project")
    template.release(
        "1.1.0", {"b.txt.jinja": "[[ team ]]\n"}, QUESTIONS + "team: {type: str, default: ours}\n"
    )
    settings = tmp_path / "settings.yml"
    settings.write_text("defaults: {team: of-this-machine, name: another}\n", encoding="utf-8")
    monkeypatch.setenv("COPIER_SETTINGS_PATH", str(settings))
    update(project)
    assert (project / "b.txt").read_text(encoding="utf-8") == "ours\n"


@pytest.mark.parametrize(
    ("files", "questions", "said"),
    [
        ({"b.jinja": "[% include '../../x' %]"}, "", r"TemplateNotFound: \.\./\.\./x$"),
        ({}, "---\n_external_data: {other: /etc/hostname}\n", r"reads files that no release holds"),
        (
            {},
            "a: [\n",
            r"^copier\.yml of the template cannot be read: line 6: did not find expected node content$",
        ),
        ({}, "---\n_subdirectory: ..\n", r'"\.\." is forbidden, because it is outside$'),
    ],
)
def test_a_template_that_does_not_render_says_why(
    files: dict[str, str | None],
    questions: str,
    said: str,
    template: Template,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", files, QUESTIONS + questions)
    with pytest.raises(RenderError, match=said):
        update(project)
    assert git(project, "status", "--short") == ""


@pytest.mark.parametrize(("link", "target"), [("secret", "/etc/passwd"), ("up", "../..")])
def test_a_link_that_leads_out_of_the_template_is_refused(
    link: str, target: str, template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    (template.folder / "templates" / link).symlink_to(target)
    template.release("1.1.0", {})
    with pytest.raises(RenderError, match=rf'^the template does not render: "{link}" is forbidden'):
        update(project)
    assert not (project / link).exists()


def test_a_file_that_no_host_takes_is_refused(template: Template, tmp_path: Path) -> None:
    project = template.generate(tmp_path / "project")
    with (template.folder / "templates" / "large.bin").open("wb") as file:
        file.truncate(
            releases.LARGEST + 2**20
        )  # a hole: it takes no room on the disk, and next to none in Git
    template.release("1.1.0", {})
    with pytest.raises(
        StoreError,
        match=r"^templates/large\.bin of v1\.1\.0 at .* has 101 MiB, and Git hosts take 100$",
    ):
        update(project)
    assert git(project, "status", "--short") == ""


def test_the_address_changes_and_the_release_has_to_be_the_same(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    other = Template.made(tmp_path / "other", {"a.txt": "another\n"})
    with pytest.raises(
        UpdateError,
        match=r"^v1\.0\.0 at .*other is not the v1\.0\.0 that the repository was made from",
    ):
        update(project, address=str(other.folder), answers_only=True)
    git(tmp_path, "clone", "--quiet", "--mirror", str(template.folder), "mirror.git")
    assert update(project, address=str(tmp_path / "mirror.git"), answers_only=True).taken
    commit(project)
    shutil.rmtree(tmp_path / "mirror.git")
    assert update(project, address=str(template.folder), answers_only=True).taken, (
        "the old host may be gone"
    )


def test_an_address_without_the_release_is_refused_with_what_it_lacks(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    with pytest.raises(
        StoreError, match=r"^v1\.0\.0 is not among the releases of scaffold://"
    ) as refused:
        update(project, address="scaffold://templates.git", answers_only=True)
    assert refused.value.hint == (
        "a repository stays at its release: scaffold://templates.git has to have v1.0.0 as well"
    )


@pytest.mark.parametrize("content", ["copier.yml", "templates/a.txt"])
def test_a_file_that_is_gone_from_the_cache_is_made_anew(
    content: str, template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"a.txt": LINES.replace("line 2\n", "mine\n")})
    template.release("1.1.0", {"a.txt": LINES.replace("line 18\n", "theirs\n")})
    update(project, dry_run=True)
    for release in (folder_cache.folder() / "releases").iterdir():
        (release / "content" / content).unlink(missing_ok=True)
    assert fates(update(project)) == {"a.txt": FileAction.MERGED}


def test_an_answer_that_is_written_in_another_way_is_the_same(
    template: Template, tmp_path: Path
) -> None:
    template.release(
        "1.1.0", {}, "name: {type: str, default: thing}\nport: {type: int, default: 80}\n"
    )
    project = template.generate(tmp_path / "project")
    template.release(
        "1.2.0", {}, "name: {type: str, default: thing}\nport: {type: str, default: '80'}\n"
    )
    assert update(project).answers == ()


def test_a_repository_without_a_service_has_the_name_of_its_folder(
    template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"b.txt": "b\n"})
    monkeypatch.chdir(project)
    assert run.update(Request(root=Path(), address="")).name == "project"


def test_a_cache_that_is_named_from_here_serves(
    template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"a.txt": "new\n"})
    monkeypatch.chdir(project)
    monkeypatch.setenv(FOLDER_VARIABLE, "../cache")
    folder_cache.folder.cache_clear()
    try:
        assert fates(update(Path())) == {"a.txt": FileAction.UPDATED}
    finally:
        folder_cache.folder.cache_clear()


def test_a_cache_that_is_named_inside_the_repository_is_not_made_there(
    template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"a.txt": "new\n"})
    monkeypatch.chdir(project)
    monkeypatch.setenv(FOLDER_VARIABLE, "cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    folder_cache.folder.cache_clear()
    try:
        assert fates(update(Path())) == {"a.txt": FileAction.UPDATED}
    finally:
        folder_cache.folder.cache_clear()
    assert git(project, "status", "--short", "--ignored").splitlines() == [
        "M  .copier-answers.yml",
        "M  a.txt",
    ]
