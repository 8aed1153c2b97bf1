"""Presets and a user's own defaults."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import ROOT

from scaffolder import cli
from scaffolder.errors import AnswersError, ExitCode
from scaffolder.lab import lab
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
        "platform",
    }


def test_a_platform_is_begun_with_its_preset(capsys: pytest.CaptureFixture[str]) -> None:
    made = ["new", "acme-platform", "--preset", "platform", "--no-check", "--no-git", "--dry-run"]
    assert cli.run(made) == ExitCode.CLEAN
    files = capsys.readouterr().out
    assert "  new       terraform/env/services.tf\n" in files
    assert "Dockerfile" not in files


def test_the_preset_of_the_course_has_the_answers_of_each_lab() -> None:
    given = presets.named("course").answers
    for file in lab.every():
        wanted = dict(file.of(file.forms[0]).answers)
        assert wanted.get("level", "work") == given["level"]
        if "runs_on" in wanted:
            continue  # the lab about growth begins below the preset, and ends above it
        assert wanted.get("monitoring", given["monitoring"]) == given["monitoring"]
    clouds = {file.of(file.forms[0]).answers["cloud"] for file in lab.every()}
    assert given["cloud"] in clouds - {"none"}, "the labs about Terraform have a cloud"


def test_a_name_that_is_no_preset_gets_the_nearest_one(config: Path) -> None:
    with pytest.raises(AnswersError, match="unknown preset 'startupp'") as raised:
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


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (
            '[defaults]\n\ncluod = "aws"\n',
            ":3: unknown question 'cluod'",
            "did you mean cloud?",
        ),
        (
            '[defaults]\ncloud = "azur"\n',
            ":2: cloud cannot be 'azur': it is one of aws, azure, none",
            'cloud = "azure"',
        ),
        (
            '[defaults]\nci = ["github", "gitlap"]\n',
            ":2: ci cannot be 'gitlap'",
            'ci = ["gitlab"]',
        ),
        ('[defaults]\nruntime_version = "7"\n', ":2: runtime_version cannot be '7'", ""),
        ('[presets.us]\nabout = "x"\nruntime = "cobol"\n', ":3: runtime cannot be 'cobol'", ""),
        ('[presets.us]\nruntim = "go"\n', ":2: unknown question 'runtim'", "runtime?"),
        ('[default]\ncloud = "aws"\n', ":1: default is none of", "did you mean [defaults]?"),
        ("# ours\ndefaults = 1\n", ":2: defaults is none of", ""),
        ('[defaults]\ncloud = "aws\n', ":2: not valid TOML", ""),
        ('[defaults]\nregion = { name = "x" }\n', ":2: region takes one value", ""),
        (
            '[defaults]\nteam = "x"\nregion = "westeurope"\ncloud = "aws"\n',
            ":3: region cannot be 'westeurope'",
            "",
        ),
    ],
)
@pytest.mark.parametrize("command", [["new", "x"], ["adopt", "."]], ids=["new", "adopt"])
def test_a_wrong_key_or_value_names_file_line_and_what_is_allowed(
    config: Path,
    content: str,
    message: str,
    hint: str,
    command: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if "westeurope" in content and command[0] == "adopt":
        pytest.skip("adopt has a place for it: a repository may say another cloud")
    config.write_text(content, encoding="utf-8")
    assert cli.run([*command, "--dry-run", "-C", str(tmp_path)]) == ExitCode.USAGE
    err = capsys.readouterr().err
    assert f"{config}{message}" in err
    assert hint in err


def test_a_default_that_depends_on_another_answer_is_right_where_that_answer_allows_it(
    config: Path,
) -> None:
    config.write_text('[defaults]\nregion = "westeurope"\n', encoding="utf-8")
    assert presets.user_settings().defaults == {"region": "westeurope"}
    own = presets.user_settings()
    chosen = answers.complete({"service_name": "x", "cloud": "azure"}, usual=own.defaults)
    assert chosen["region"] == "westeurope"
    with pytest.raises(AnswersError, match="region cannot be 'westeurope'"):
        answers.complete({"service_name": "x"}, usual=own.defaults, places=own.places)


@pytest.mark.parametrize(("given", "region"), [("azure", "westeurope"), ("none", None)])
def test_a_default_that_does_not_fit_a_given_answer_is_left_out(
    config: Path, given: str, region: str | None
) -> None:
    config.write_text('[defaults]\ncloud = "aws"\nregion = "eu-west-1"\n', encoding="utf-8")
    own = presets.user_settings().defaults
    assert answers.complete({"service_name": "x"}, usual=own)["region"] == "eu-west-1"
    chosen = answers.complete({"service_name": "x", "cloud": given}, usual=own)
    assert chosen.get("region") == region


def test_doctor_names_the_file_and_what_it_says(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.run(["doctor"])
    assert f"  settings: {config}: is not there" in capsys.readouterr().out
    config.write_text('[defaults]\nci = ["gitlab"]\n[presets.us]\nruntime = "go"\n')
    cli.run(["doctor"])
    assert f"  settings: {config}: ci=gitlab, preset us\n" in capsys.readouterr().out
    config.write_text('[defaults]\ncloud = "azur"\n')
    assert cli.run(["doctor", "--format", "json"]) == ExitCode.CLEAN
    settings = json.loads(capsys.readouterr().out)["settings"]
    assert settings["problem"].startswith(f"{config}:2: cloud cannot be 'azur'")


def test_a_problem_without_advice_is_one_line_in_doctor(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text('[defaults]\nallowed_cidrs = "10.0.0.0/33"\n', encoding="utf-8")
    cli.run(["doctor"])
    lines = capsys.readouterr().out.splitlines()
    (at,) = [number for number, line in enumerate(lines) if f"settings: {config}:2: " in line]
    assert lines[at + 1].strip()


def test_the_example_of_the_page_is_a_settings_file(config: Path) -> None:
    page = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    example = page.partition("<!-- tested: config -->\n```toml\n")[2].partition("```")[0]
    config.write_text(example, encoding="utf-8")
    own = presets.user_settings()
    assert own.defaults["ci"] == ["gitlab"]
    completed = answers.complete(
        {"service_name": "x", **presets.named("payments").answers}, usual=own.defaults
    )
    assert completed["runtime_version"] == "25"
