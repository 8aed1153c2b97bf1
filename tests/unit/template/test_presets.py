"""Presets and a user's own defaults."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scaffolder import cli
from scaffolder.errors import AnswersError, ExitCode
from scaffolder.template import answers, presets


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's config.toml, which does not exist yet."""
    file = tmp_path / "config.toml"
    monkeypatch.setenv("SCAFFOLD_CONFIG", str(file))
    return file


@pytest.mark.parametrize("preset", presets.every(), ids=lambda preset: preset.name)
def test_every_preset_is_a_set_of_answers_that_is_allowed(preset: presets.Preset) -> None:
    assert preset.about
    completed = answers.complete({"service_name": "x", **preset.answers})
    for name, value in preset.answers.items():
        assert completed[name] == (tuple(value) if isinstance(value, list) else value)


def test_the_typical_teams_are_there(config: Path) -> None:
    assert {preset.name for preset in presets.every()} == {
        "startup",
        "enterprise-azure",
        "java8-legacy",
        "course",
    }


def test_a_name_that_is_no_preset_gets_the_nearest_one(config: Path) -> None:
    with pytest.raises(AnswersError, match="no preset 'startupp'") as raised:
        presets.named("startupp")
    assert raised.value.hint == "did you mean startup?"


def test_a_users_defaults_and_presets_go_before_ours(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(
        '[defaults]\nregion = "eu-west-1"\norganization = "acme"\n[presets.startup]\nabout = "us"\nruntime = "go"\n',
        encoding="utf-8",
    )

    def made(*arguments: str) -> dict[str, str]:
        assert cli.run(["new", "x", "--dry-run", "--format", "json", *arguments]) == ExitCode.CLEAN
        given: dict[str, str] = json.loads(capsys.readouterr().out)["answers"]
        return given

    assert (made()["region"], made()["runtime"]) == ("eu-west-1", "java")
    assert made("--preset", "startup")["runtime"] == "go"
    assert made("--preset", "startup", "--runtime", "python")["runtime"] == "python"
    assert made("--organization", "other")["organization"] == "other"


@pytest.mark.parametrize(
    "content", ["[defaults", "[presets]\nx = 1", "[nonsense]\n", "defaults = 1\n"]
)
def test_a_settings_file_of_another_form_is_one_sentence(
    config: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(content, encoding="utf-8")
    assert cli.run(["new", "x", "--dry-run"]) == ExitCode.USAGE
    assert "config.toml" in capsys.readouterr().err


def test_without_a_settings_file_there_are_no_settings(config: Path) -> None:
    assert presets.user_settings() == presets.UserSettings()
