"""The domain of the host names is one answer, and no file has to be edited for it."""

from __future__ import annotations

import re

import pytest
from support import Repository

from scaffolder.errors import AnswersError
from scaffolder.template import answers

_PLACEHOLDER = re.compile(
    r"(?:dev|qa|prod|\}\})\.example\.com|git grep -l example\.com|Change the domain"
)


@pytest.mark.parametrize(
    "given", [{"cloud": "aws", "cluster": "shared"}, {"cloud": "none", "ci": "jenkins"}], ids=str
)
def test_a_domain_that_is_given_is_in_each_place(
    given: dict[str, str], pristine: Repository
) -> None:
    root = pristine(domain="pay.acme.io", **given)
    texts = {
        file.relative_to(root).as_posix(): file.read_text(encoding="utf-8")
        for file in root.rglob("*")
        if file.is_file()
    }
    assert [name for name, text in texts.items() if _PLACEHOLDER.search(text)] == []
    assert 'host: "my-service.prod.pay.acme.io"' in texts["helm/my-service/values-prod.yaml"]


def test_without_one_the_pages_say_where_it_belongs(pristine: Repository) -> None:
    root = pristine(cloud="azure")
    assert "git grep -l example.com" in (root / "docs/first-deploy.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "domain", ["acme", "Acme.com", "https://acme.com", "a b.com", "-a.com", ""]
)
def test_what_is_no_domain_is_refused(domain: str) -> None:
    with pytest.raises(AnswersError):
        answers.complete({"service_name": "x", "domain": domain})


@pytest.mark.parametrize("domain", ["acme.com", "a.b-c.co.uk", "x1.io"])
def test_what_is_a_domain_is_taken(domain: str) -> None:
    assert answers.complete({"service_name": "x", "domain": domain})["domain"] == domain
