"""Parts that the modules of clouds share: subjects of tokens, and who issues them."""

from __future__ import annotations

import pytest

from scaffolder.repository.clouds.cloud import is_wide_subject, issuer_of, strings


@pytest.mark.parametrize(
    ("subject", "wide"),
    [
        ("repo:team/shop:ref:refs/heads/main", False),
        ("repo:team/shop:*", False),
        ("repo:team/*:*", True),
        ("repo:*", True),
        ("project_path:team/shop:*", False),
        ("project_path:team/*:ref_type:branch", True),
        ("sc://team/shop/connection", False),
        ("sc://team/*/connection", True),
        ("system:serviceaccount:shop:web", False),
        ("system:serviceaccount:*:web", True),
        ("organization:team:project:shop:workspace:*", False),
        ("organization:team:project:*:workspace:a", True),
        ("*", False),
        ("something:else:*", False),
    ],
)
def test_a_subject_may_cover_others(subject: str, *, wide: bool) -> None:
    assert is_wide_subject(subject) is wide


@pytest.mark.parametrize(
    ("written", "others"),
    [
        ("token.actions.githubusercontent.com:sub repo:a/b", "repositories"),
        ("gitlab.com:sub project_path:a", "repositories"),
        ("app.terraform.io:sub organization:a", "workspaces"),
        ("oidc.eks.amazonaws.com system:serviceaccount:a:b", "service accounts"),
        ("login.example.com", "subjects of the issuer"),
    ],
)
def test_an_issuer_is_known_by_its_words(written: str, others: str) -> None:
    assert issuer_of(written).others == others


def test_texts_of_an_expression_are_those_in_quotes() -> None:
    assert strings('["a", var.b, "c"]') == ["a", "c"]
    assert strings("var.a") == []
