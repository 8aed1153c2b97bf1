"""EN on repositories that are not ours: its messages, their places, and its silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import ScriptedToolchain

from scaffolder import checks, cli
from scaffolder.errors import ExitCode
from scaffolder.model import Finding, Report, Severity
from scaffolder.repository import environments
from scaffolder.repository.project import Project


def checked(root: Path, check: str, files: dict[str, str]) -> Report:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return checks.run(
        Project(root), checks.choose(select=[check], ignore=[]), ScriptedToolchain({})
    )


def found(root: Path, check: str, files: dict[str, str]) -> list[str]:
    report = checked(root, check, files)
    assert report.results, report.inapplicable
    return [sentence(one) for one in report.results[0].findings]


def sentence(one: Finding) -> str:
    related = "".join(f" [{place}]" for place in one.related)
    return f"{one.path.as_posix()}:{one.line}: {one.message}{related}"


def test_a_key_of_prod_alone_is_said_once_at_its_top(tmp_path: Path) -> None:
    files = {
        "chart/values-staging.yaml": "host: a\n",
        "chart/values-prod.yaml": "host: b\nlimits:\n  cpu: 1\n  memory: 2\n",
    }
    assert found(tmp_path, "EN001", files) == [
        "chart/values-prod.yaml:2: limits is set for prod only, not for stage [chart/values-staging.yaml]"
    ]


def test_a_key_that_most_environments_have_is_missing_where_it_is_not(tmp_path: Path) -> None:
    files = {
        "values-dev.yaml": "route:\n  host: a\n  path: /\n",
        "values-qa.yaml": "route:\n  host: b\n",
        "values-prod.yaml": "route:\n  host: c\n  path: /\n",
    }
    assert found(tmp_path, "EN001", files) == [
        "values-qa.yaml:1: route.path is not set for qa, but for dev and prod [values-dev.yaml:3]"
    ]


OVERRIDES = {
    "deploy/till/Chart.yaml": "apiVersion: v2\nname: till\nversion: 0.1.0\n",
    "deploy/till/values.yaml": "replicas: 4\nhost: x\nsize: {cpu: 1, memory: 2}\n",
    "deploy/values-dev.yaml": "replicas: 2\nhost: dev.example.org\n",
    "deploy/values-prod.yaml": "host: example.org\n",
}


TAKEN = (
    "deploy/values-dev.yaml:1: prod takes replicas from deploy/till/values.yaml:1 (4), dev sets 2"
    " [deploy/till/values.yaml:1]"
)


def test_what_an_environment_takes_from_the_base_is_a_warning(tmp_path: Path) -> None:
    assert found(tmp_path, "EN001", OVERRIDES) == [TAKEN]
    (finding,) = checked(tmp_path, "EN001", {}).results[0].findings
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("shared", "own", "says"),
    [
        ("50", "20", "(50), qa sets 20"),
        ('"t3.large"', '"t3.small"', "(t3.large), qa sets t3.small"),
        ("true", "false", "(true), qa sets false"),
        ('["t3.large"]', '["t3.small"]', '(["t3.large"]), qa sets ["t3.small"]'),
    ],
)
def test_a_variable_is_named_with_its_values(
    shared: str, own: str, says: str, tmp_path: Path
) -> None:
    files = {
        "terraform/main.tf": 'variable "size" {}\nvariable "name" {}\n',
        "terraform/envs/common.tfvars": f"size = {shared}\n",
        "terraform/envs/dev.tfvars": 'name = "a"\n',
        "terraform/envs/qa.tfvars": f'name = "b"\nsize = {own}\n',
        "terraform/envs/prod.tfvars": 'name = "c"\n',
    }
    (line,) = found(tmp_path, "EN002", files)
    assert f"take size from terraform/envs/common.tfvars:1 {says}" in line


@pytest.mark.parametrize(
    "base", ["values-base", "values-common", "values-default", "values-shared"]
)
def test_a_base_beside_is_no_environment(base: str, tmp_path: Path) -> None:
    files = {
        f"deploy/{base}.yaml": "replicas: 4\nhost: x\n",
        "deploy/values-dev.yaml": "replicas: 2\nhost: dev.example.org\n",
        "deploy/values-prod.yaml": "host: example.org\n",
    }
    (line,) = found(tmp_path, "EN001", files)
    assert f"prod takes replicas from deploy/{base}.yaml:1 (4)" in line


def test_a_key_that_no_base_has_is_still_missing(tmp_path: Path) -> None:
    files = {**OVERRIDES, "deploy/values-dev.yaml": "debug: true\nhost: dev.example.org\n"}
    (line,) = found(tmp_path, "EN001", files)
    assert "debug is set for dev only" in line


def test_files_that_say_the_same_in_full_are_no_overrides(tmp_path: Path) -> None:
    full = "a: 1\nb: 2\nc: 3\nd: 4\n"
    files = {
        "chart/Chart.yaml": "apiVersion: v2\nname: till\nversion: 0.1.0\n",
        "chart/values.yaml": f"{full}e: 5\n",
        "chart/values-dev.yaml": f"{full}e: 6\n",
        "chart/values-prod.yaml": full,
    }
    (line,) = found(tmp_path, "EN001", files)
    assert "e is set for dev only" in line


def test_a_patch_that_is_called_values_is_none(tmp_path: Path) -> None:
    patch = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\n"
    files = {
        "apps/stage/a-values.yaml": f"{patch}spec: {{test: 1}}\n",
        "apps/prod/a-values.yaml": patch,
    }
    assert not checked(tmp_path, "EN001", files).results


def test_an_empty_file_lacks_every_key_of_the_other(tmp_path: Path) -> None:
    found_here = found(
        tmp_path, "EN001", {"values-dev.yaml": "", "values-prod.yaml": "a: 1\nb: 2\n"}
    )
    assert [one.split(" is")[0] for one in found_here] == [
        "values-prod.yaml:1: a",
        "values-prod.yaml:2: b",
    ]


def test_a_repository_without_environments_has_nothing_to_compare(tmp_path: Path) -> None:
    report = checked(tmp_path, "EN", {"README.md": "# x\n", "chart/Chart.yaml": "name: x\n"})
    assert report.results == ()
    assert len(report.inapplicable) == 9


def test_parity_is_written_where_it_is_asked_for_and_nowhere_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, file = tmp_path / "repository", tmp_path / "parity.json"
    checked(root, "SY001", {"dev.tfvars": 'a = "1"\n', "prod.tfvars": 'a = "2"\n'})
    before = sorted(root.rglob("*"))
    assert (
        cli.run(["check", str(root), "--select", "SY005", "--parity", str(file)]) == ExitCode.CLEAN
    )
    document = json.loads(file.read_text(encoding="utf-8"))
    assert (document["version"], document["alike"]) == (1, False)
    assert sorted(root.rglob("*")) == before
    assert (
        cli.run(["check", str(root), "--select", "SY005", "--parity", str(tmp_path / "no" / "x")])
        == ExitCode.USAGE
    )
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("record", "order"),
    [
        ("environments: [alpha, live]\n", ("alpha", "live")),
        ("environments: [dev, qa, prod]\n", ("dev", "qa", "prod")),
        ("environments: text\n", ("dev", "qa", "prod")),
        ("environments: [one]\n", ("dev", "qa", "prod")),
        ("environments: [{a: b}, c]\n", ("dev", "qa", "prod")),
        ("environments: [\n", ("dev", "qa", "prod")),
        ("cloud: aws\n", ("dev", "qa", "prod")),
    ],
)
def test_the_record_says_which_environments_there_are(
    record: str, order: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / ".copier-answers.yml").write_text(record)
    assert environments.promoted(Project(tmp_path)) == order


def test_settings_go_before_the_record(tmp_path: Path) -> None:
    (tmp_path / ".copier-answers.yml").write_text("environments: [alpha, live]\n")
    project = Project(tmp_path, environments=("int", "prod"))
    assert environments.promoted(project) == ("int", "prod")
    assert environments.named_in(Path("values-int.yaml"), project) == "int"


def test_files_of_recorded_environments_are_a_family(tmp_path: Path) -> None:
    (tmp_path / ".copier-answers.yml").write_text("environments: [alpha, live]\n")
    for name in ("alpha", "live"):
        (tmp_path / f"{name}.tfvars").write_text('a = "b"\n')
    (family,) = environments.families(Project(tmp_path))
    assert list(family.files) == ["alpha", "live"]
