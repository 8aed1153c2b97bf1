"""EN001, EN007, EN008: names of environments, and files that speak of another one."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Finding, Report
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


def test_a_missing_environment_is_named_with_the_file_that_knows_it(tmp_path: Path) -> None:
    files = {
        "values-dev.yaml": "",
        "values-qa.yaml": "",
        "values-prod.yaml": "",
        "dev.tfvars": "",
        "prod.tfvars": "",
    }
    assert found(tmp_path, "EN007", files) == [
        "dev.tfvars:0: qa has no file here: qa.tfvars is missing [values-qa.yaml]"
    ]


def test_environments_that_are_missing_in_many_places_are_one_finding(tmp_path: Path) -> None:
    files = {
        f"{folder}/{name}.tfvars": ""
        for folder in ("a", "b", "c")
        for name in ("integration", "staging", "production")
    }
    files |= {"a/test.tfvars": "", "b/test.tfvars": ""}
    files |= {
        f"{folder}/{name}.tfvars": "" for folder in "de" for name in ("staging", "production")
    }
    said = {one.split(": ", 1)[1].split(" [")[0] for one in found(tmp_path, "EN007", files)}
    assert said == {
        "integration has no file here: d/integration.tfvars is missing (and 1 other file)",
        "test has no file here: c/test.tfvars is missing (and 2 other files)",
    }


def test_an_environment_of_its_own_is_one_finding_in_the_words_of_the_repository(
    tmp_path: Path,
) -> None:
    files = {
        f"{folder}/{name}.tfvars": ""
        for folder in ("a", "b", "c", "d", "e")
        for name in ("integration", "staging", "production")
    }
    files |= {"a/test.tfvars": "", "b/test.tfvars": ""}
    (one,) = checked(tmp_path, "AG041", files).results[0].findings
    assert one.fix == "one of integration, production, staging"
    assert Path("b/test.tfvars") in {place.path for place in one.related}


NAMES = {
    "a list of several": ("from = [\n  qa-1,\n  prod-1,\n]\n", 0),
    "a list of several that are others": ("from:\n  - dev-1\n  - qa-1\n", 0),
    "a grant to others": ("members: [qa-1]\n", 0),
    "a list of one other": ("hosts:\n  - qa-1\n  - x-1\n", 1),
    "a host of another environment": ("host: api.qa.example.com\n", 1),
    "its own and another": ("peers: [qa-1, prod-1]\n", 0),
    "a comment": ("# Same keys as values-qa.yaml.\nhost: x\n", 0),
    "a key": ("qa: false\n", 0),
    "a word that holds the name": ("image: qatar\n", 0),
    "an address on the internet": (
        "repository: https://dev.azure.com/x\nsite: https://go.dev/x\n",
        0,
    ),
    "a word that says something else": ("mode: integration\n", 0),
}


@pytest.mark.parametrize(("text", "number"), NAMES.values(), ids=NAMES)
def test_a_file_of_prod_speaks_of_prod(text: str, number: int, tmp_path: Path) -> None:
    files = {
        "values-dev.yaml": "",
        "values-int.yaml": "",
        "values-qa.yaml": "",
        "values-prod.yaml": text,
    }
    assert len(found(tmp_path, "EN008", files)) == number


def test_what_all_environments_name_is_shared(tmp_path: Path) -> None:
    files = {f"{name}.tfvars": 'bucket = "raw-prod"\n' for name in ("dev", "qa", "prod")}
    assert found(tmp_path, "EN008", files) == []
    del files["qa.tfvars"]
    (tmp_path / "qa.tfvars").write_text('bucket = "raw-qa"\n', encoding="utf-8")
    assert len(found(tmp_path, "EN008", files)) == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *dict.fromkeys(("www_aliases", "api_domains", "db_multi_az", "num_nodes"), 0).items(),
        *dict.fromkeys(("redis_failover", "search_replicas"), 0).items(),
        *dict.fromkeys(("single_nat_gateway", "one_nat_gateway_per_az", "nat_gateways"), 0).items(),
        *dict.fromkeys(("vpc_single_nat_gateway", "nat_gateway_per_zone"), 0).items(),
        *dict.fromkeys(("engine", "encrypted", "cipher"), 1).items(),
        *dict.fromkeys(("enable_nat_gateway", "enable_nat_gateways", "nat"), 1).items(),
    ],
)
def test_hosts_and_sizes_differ(name: str, expected: int, tmp_path: Path) -> None:
    files = {f"{one}.tfvars": f'{name} = "{at}"\n' for at, one in enumerate(("dev", "prod"))}
    assert len(found(tmp_path, "EN004", files)) == expected
