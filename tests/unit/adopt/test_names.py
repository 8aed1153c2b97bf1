"""The name of a service: one that tells it from others, of whole words."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.adopt import names
from scaffolder.errors import AnswersError
from scaffolder.repository.project import Project

REMOTE = "https://github.com/acme/customer-onboarding-service-of-the-private-bank.git"
LONG = "is longer than the 40 characters that the template takes"


@pytest.mark.parametrize(
    ("files", "remote", "name", "note"),
    [
        ({"helm/Chart.yaml": "name: helm\n"}, REMOTE, "customer-onboarding-service-of-the", LONG),
        (
            {"chart/Chart.yaml": "name: chart\n"},
            "git@x.org:a/till.git",
            "till",
            "git remote origin",
        ),
        ({"package.json": '{"name": "@shop/source"}'}, "https://x.org/a/till", "till", "remote"),
        ({"pyproject.toml": 'name = "app"\n'}, "https://x.org/a/till", "till", "remote"),
        (
            {"pom.xml": "<project><artifactId>demo</artifactId></project>"},
            "x.org:a/till",
            "till",
            "",
        ),
        ({"package.json": '{"name": "hmpps-template-kotlin"}'}, "", "hmpps-template-kotlin", ""),
        (
            {"package.json": '{"name": "jhipster-sample-application-with-a-gateway"}'},
            "",
            "jhipster-sample-application-with-a",
            LONG,
        ),
        ({"go.mod": "module example.org/shop/till/v2\n"}, "", "till", "letters that a cluster"),
        (
            {"package.json": '{"name": "abcdefghij-abcdefghi-abcdefghi-abcdefghi"}'},
            "",
            "abcdefghij-abcdefghi-abcdefghi-abcdefghi",
            "",
        ),
    ],
)
def test_a_name(tmp_path: Path, files: dict[str, str], remote: str, name: str, note: str) -> None:
    found = names.name(written(tmp_path, files), remote)
    assert found.value == name
    assert note in found.note


def test_a_generic_name_is_better_than_none(tmp_path: Path) -> None:
    project = written(tmp_path / "backend", {"pyproject.toml": '[project]\nname = "app"\n'})
    assert names.name(project).value == "app"


def test_one_long_word_is_asked_for(tmp_path: Path) -> None:
    project = written(tmp_path / ("b" * 41), {"package.json": f'{{"name": "{"a" * 41}"}}'})
    with pytest.raises(AnswersError, match=LONG) as raised:
        names.name(project)
    assert raised.value.missing == ("service_name",)


@pytest.mark.parametrize(
    ("folder", "files", "name"),
    [
        ("spring-postgres/backend", {"pom.xml": "<a><artifactId>project</artifactId></a>"}, "spring-postgres-backend"),
        ("shop/till/app", {"manage.py": ""}, "till-app"),
        ("shop-customers-service", {"package.json": '{"name": "shop-customers-service"}'}, "shop-customers-service"),
        ("customers", {"package.json": '{"name": "shop-customers-service-with-cards-and-coupons"}'}, "customers-service-with-cards-and-coupons"),
        ("shop-cart", {"package.json": '{"name": "shop-cart"}'}, "shop-cart"),
    ],
)  # fmt: skip
def test_a_folder_of_a_larger_repository(
    tmp_path: Path, folder: str, files: dict[str, str], name: str
) -> None:
    top = tmp_path / "shop-microservices"
    whole = written(top, {f"{folder}/{file}": text for file, text in files.items()})
    assert names.name(Project(top / folder), whole=whole).value == name
