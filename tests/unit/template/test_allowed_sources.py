"""The list of addresses that the weekly update of a repository may take its template from."""

from __future__ import annotations

import pytest

from scaffolder.template import allowed_sources

OLD, NEW = "scaffold://templates.git", "https://git.example.com/platform/templates.git"
BEFORE = "# Where the template may come from.\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f'TEMPLATE_SOURCES=("{OLD}")', f'TEMPLATE_SOURCES=("{NEW}")'),
        (f"TEMPLATE_SOURCES=('{OLD}')", f'TEMPLATE_SOURCES=("{NEW}")'),
        (f"TEMPLATE_SOURCES=( {OLD} )", f'TEMPLATE_SOURCES=( "{NEW}" )'),
        (
            f'TEMPLATE_SOURCES=("{OLD}" "https://a.example/x.git")',
            f'TEMPLATE_SOURCES=("{NEW}" "https://a.example/x.git")',
        ),
        (
            f'TEMPLATE_SOURCES=(\n  "{OLD}" # ours\n)',
            f'TEMPLATE_SOURCES=(\n  "{NEW}" # ours\n)',
        ),
        (
            'TEMPLATE_SOURCES=("https://a.example/x.git")',
            f'TEMPLATE_SOURCES=("https://a.example/x.git" "{NEW}")',
        ),
        ("TEMPLATE_SOURCES=()", f'TEMPLATE_SOURCES=("{NEW}")'),
        (
            f'TEMPLATE_SOURCES=()\nTEMPLATE_SOURCES+=("{OLD}")',
            f'TEMPLATE_SOURCES=()\nTEMPLATE_SOURCES+=("{NEW}")',
        ),
        # an address that begins like the old one is another one
        (f'TEMPLATE_SOURCES=("{OLD}-2")', f'TEMPLATE_SOURCES=("{OLD}-2" "{NEW}")'),
    ],
)
def test_the_new_address_takes_the_place_of_the_old_one(old: str, new: str) -> None:
    changed = allowed_sources.with_source(f"{BEFORE}{old}\nX=1\n", OLD, NEW)
    assert changed == f"{BEFORE}{new}\nX=1\n"
    assert NEW in (allowed_sources.named(changed) or ())
    assert allowed_sources.with_source(changed, OLD, NEW) == changed


@pytest.mark.parametrize(
    "text",
    [
        f'TEMPLATE_SOURCES=("{OLD}" "{NEW}")\n',  # a team was faster
        f'TEMPLATE_SOURCES=("{OLD}")\nTEMPLATE_SOURCES+=("{NEW}")\n',
        f'# TEMPLATE_SOURCES=("{OLD}")\n',
        f'OTHER_TEMPLATE_SOURCES=("{OLD}")\n',
        f'TEMPLATE_SOURCES="{OLD}"\n',
        'TEMPLATE_SOURCES=("not ended)\n',
        "",
    ],
)
def test_what_has_the_address_or_no_list_stays_as_it_is(text: str) -> None:
    assert allowed_sources.with_source(text, OLD, NEW) == text


def test_an_address_that_the_shell_would_change_is_quoted() -> None:
    changed = allowed_sources.with_source(f'TEMPLATE_SOURCES=("{OLD}")\n', OLD, "/srv/a $b/x.git")
    assert changed == "TEMPLATE_SOURCES=('/srv/a $b/x.git')\n"
    assert allowed_sources.named(changed) == ("/srv/a $b/x.git",)
