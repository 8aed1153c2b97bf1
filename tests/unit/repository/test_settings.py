"""The settings of a repository: their values, and mistakes named with their places."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder import cli
from scaffolder.errors import ExitCode, SettingsError
from scaffolder.model import Severity
from scaffolder.repository import settings
from scaffolder.repository.settings import Settings

IDS = ("AG001", "AG049", "EN003", "SY002", "SY009", "TF001")

WHOLE = """
select = ["AG", "sy"]
ignore = ["AG049"]
exclude = ["vendor/", "docs/*.md"]
environments = ["perf", "Prod"]
baseline = "known.json"

[severities]
SY = "note"
SY002 = "warning"
"""


def load(root: Path, own: str | None = None, shared: str | None = None) -> Settings:
    for name, text in ((settings.FILE, own), (settings.SHARED, shared)):
        if text is not None:
            (root / name).write_text(text, encoding="utf-8")
    return settings.load(root, IDS)


def test_every_key(tmp_path: Path) -> None:
    assert load(tmp_path, WHOLE) == Settings(
        select=("AG", "SY"),
        ignore=("AG049",),
        exclude=("vendor/", "docs/*.md"),
        environments=("perf", "prod"),
        baseline="known.json",
        severities={"SY": Severity.NOTE, "SY002": Severity.WARNING},
        file=tmp_path / "scaffold.toml",
    )


def test_the_same_stands_in_pyproject(tmp_path: Path) -> None:
    shared = load(tmp_path, shared='[tool.scaffold]\nselect = ["AG"]\n')
    assert (shared.select, shared.file) == (("AG",), tmp_path / "pyproject.toml")


@pytest.mark.parametrize(
    "text", ["", '[project]\nname = "x"\n', "[tool.ruff]\nselect = ['E']\n", "this is [ no TOML"]
)
def test_a_pyproject_without_the_table_says_nothing(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, shared=text) == Settings()


def test_without_a_file_nothing_is_said(tmp_path: Path) -> None:
    assert load(tmp_path) == Settings()
    assert Settings().severity_of("AG001", Severity.WARNING) is Severity.WARNING


def test_the_longest_start_of_an_id_counts() -> None:
    said = Settings(severities={"SY": Severity.NOTE, "SY002": Severity.ERROR})
    assert said.severity_of("SY002", Severity.WARNING) is Severity.ERROR
    assert said.severity_of("SY009", Severity.WARNING) is Severity.NOTE
    assert said.severity_of("AG001", Severity.WARNING) is Severity.WARNING


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("\nselct = ['AG']\n", "scaffold.toml:2: unknown key 'selct'", "did you mean select?"),
        ("[severity]\nAG001 = 'note'\n", "scaffold.toml:1: unknown key 'severity'", "severities"),
        ("select = ['AG01']\n", "scaffold.toml:1: select: no check is called 'AG01'", "AG001"),
        ("select = ['AGG']\n", "scaffold.toml:1: select: no check is called 'AGG'", "mean AG?"),
        ("select = 'AG'\n", "scaffold.toml:1: select: is not a list of texts", ""),
        ("select = ['']\n", "scaffold.toml:1: select: is not a list of texts", ""),
        ("exclude = [1]\n", "scaffold.toml:1: exclude: is not a list of texts", ""),
        (
            "[severities]\nAG001 = 'Warn'\n",
            "scaffold.toml:2: severities: 'Warn' is not one of error, warning, note",
            "did you mean warning?",
        ),
        (
            "[severities]\nAG1 = 'note'\n",
            "scaffold.toml:2: severities: no check is called 'AG1'",
            "AG",
        ),
        (
            "severities = ['AG']\n",
            "scaffold.toml:1: severities: is not a table of checks and severities",
            "",
        ),
        ("baseline = 1\n", "scaffold.toml:1: baseline: is not a text", ""),
        (
            "environments = ['a b']\n",
            "scaffold.toml:1: environments: 'a b' is not a name of letters, digits and hyphens",
            "",
        ),
        ("environments = ['a', 'a']\n", "scaffold.toml:1: environments: 'a' is there twice", ""),
        ("select = [\n", "scaffold.toml cannot be read as TOML", ""),
    ],
)
def test_a_mistake_is_named_with_its_place(
    tmp_path: Path, text: str, message: str, hint: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        load(tmp_path, text)
    assert raised.value.message.startswith(message)
    assert hint in raised.value.hint
    assert raised.value.exit_code is ExitCode.USAGE


def test_a_mistake_in_pyproject_is_named_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^pyproject\.toml:3: unknown key 'ignored'"):
        load(tmp_path, shared="[tool.scaffold]\n\nignored = []\n")


def test_two_places_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"both have settings"):
        load(tmp_path, own="", shared="[tool.scaffold]\n")


@pytest.mark.parametrize("mark", [".copier-answers.yml", "scaffold.toml", ".git"])
def test_the_root_is_the_nearest_folder_with_a_mark(tmp_path: Path, mark: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "service" / "app" / "src").mkdir(parents=True)
    (tmp_path / "service" / mark).touch()
    assert settings.root_of(tmp_path / "service" / "app" / "src") == tmp_path / "service"
    assert settings.root_of(tmp_path / "service") == tmp_path / "service"
    assert settings.root_of(tmp_path) == tmp_path


def test_without_a_mark_the_folder_is_the_root(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert settings.root_of(tmp_path / "a") == tmp_path / "a"


def test_a_home_in_git_is_not_what_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".git").mkdir()
    (tmp_path / "a").mkdir()
    assert settings.root_of(tmp_path / "a") == tmp_path / "a"
    assert settings.root_of(tmp_path) == tmp_path


BROKEN = {
    "a.yml": "a: [\n",
    "b.json": "{,}\n",
    "copied/c.yml": "a: [\n",
    "deep/copied/d.yml": "a: [\n",
}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in BROKEN.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(capsys: pytest.CaptureFixture[str], *arguments: str) -> set[str]:
    capsys.readouterr()
    cli.run(["check", "--format", "github", *arguments])
    lines = capsys.readouterr().out.splitlines()
    return {
        f"{line.split()[0]} {line.partition('file=')[2].partition(',')[0]}"
        for line in lines
        if line.startswith("::")
    }


def test_the_command_does_what_the_file_says(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "scaffold.toml").write_text(
        'select = ["SY002", "SY003"]\nexclude = ["copied"]\n[severities]\nSY003 = "note"\n',
        encoding="utf-8",
    )
    assert found(capsys) == {"::error a.yml", "::notice b.json"}


def test_the_command_line_wins(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "scaffold.toml").write_text(
        'select = ["SY003"]\nignore = ["SY002"]\n', encoding="utf-8"
    )
    assert found(capsys) == {"::error b.json"}
    assert len(found(capsys, "--select", "SY002")) == 3
    assert found(capsys, "--select", "SY", "--ignore", "SY003") == set()


@pytest.mark.parametrize("words", ["SY002,SY003", "sy002, sy003", "Sy002,SY003,"])
def test_words_have_commas_between_and_any_case(
    repository: Path, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    assert len(found(capsys, "--select", words)) == 4


def test_an_unknown_word_is_named_with_a_better_one(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words, message in (("sy02", "'sy02'"), ("SY002,agg", "'agg'"), (",", "','")):
        assert cli.run(["check", "--select", words]) == ExitCode.USAGE
        assert f"no check is called {message}" in capsys.readouterr().err
    assert cli.run(["check", "--select", "SY02"]) == ExitCode.USAGE
    assert "did you mean SY00" in capsys.readouterr().err


def test_without_a_path_the_whole_repository_is_checked(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / ".git").mkdir()
    monkeypatch.chdir(repository / "deep")
    assert len(found(capsys, "--select", "SY002")) == 3
    assert found(capsys, "--select", "SY002", ".") == {"::error deep/copied/d.yml"}
    assert cli.run(["check", "--select", "SY002"]) == ExitCode.FOUND
    assert f"checking {repository}" in capsys.readouterr().err
    assert cli.run(["check", "--select", "SY002", "--quiet"]) == ExitCode.FOUND
    assert capsys.readouterr().err == ""
