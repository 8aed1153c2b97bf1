"""Reading a ledger of waivers, and finding what silences a scanner."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
import yaml
from support import ROOT

from scaffolder.errors import WaiversError
from scaffolder.repository import waivers
from scaffolder.repository.project import Project
from scaffolder.repository.waivers import Mark

ENTRY = {
    "id": "one-region",
    "rules": ["checkov/CKV_AWS_144"],
    "paths": ["terraform/**"],
    "reason": "It runs in one region",
    "owner": "on",
    "expires": datetime.date(2027, 1, 31),
}


def project(root: Path, files: dict[str, str]) -> Project:
    for name, text in {"README.md": "", **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return Project(root)


def ledger(root: Path, *entries: object) -> tuple[waivers.Waiver, ...]:
    return waivers.ledger(
        project(root, {".scaffold/waivers.yml": yaml.safe_dump({"waivers": list(entries)})})
    )


def test_ledger_is_read_in_its_order_with_dates_and_lines(tmp_path: Path) -> None:
    first, second = ledger(tmp_path, ENTRY, {**ENTRY, "id": "other", "expires": "2027-02-28"})
    assert (first.id, first.expires, first.owner) == (
        "one-region",
        datetime.date(2027, 1, 31),
        "on",
    )
    assert (second.id, second.expires) == ("other", datetime.date(2027, 2, 28))
    assert 0 < first.line < second.line


def test_no_ledger_and_an_empty_one_waive_nothing(tmp_path: Path) -> None:
    assert waivers.ledger(project(tmp_path, {})) == ()
    assert ledger(tmp_path) == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"owner": True}, "one-region: owner is not a text"),
        ({"reason": " "}, "one-region: reason is not a text"),
        ({"rules": []}, "one-region: rules is not a list of texts"),
        ({"rules": ["CKV_AWS_144"]}, "one-region: CKV_AWS_144 is not of the form scanner/rule"),
        ({"paths": "terraform"}, "one-region: paths is not a list of texts"),
        ({"expires": "soon"}, "one-region: expires is not a date such as 2027-01-31"),
        (
            {"expires": datetime.datetime(2027, 1, 31, 12)},
            "one-region: expires is not a date such as 2027-01-31",
        ),
        ({"until": 1}, "one-region has one key too many or too few: until"),
    ],
)
def test_an_entry_that_has_not_its_form_is_refused(
    change: dict[str, object], said: str, tmp_path: Path
) -> None:
    with pytest.raises(WaiversError) as error:
        ledger(tmp_path, {**ENTRY, **change})
    assert error.value.message == said


@pytest.mark.parametrize(
    "text", ["", "waivers: 7", "other: []", "- x", "waivers: [\n", "waivers: []\n---\nwaivers: []"]
)
def test_a_ledger_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(WaiversError):
        waivers.ledger(project(tmp_path, {".scaffold/waivers.yml": text}))


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("  #checkov:skip=CKV_AWS_18:because: of this", ["checkov/CKV_AWS_18"]),
        ("    # checkov:skip=CKV2_AZURE_1", ["checkov/CKV2_AZURE_1"]),
        ("    checkov.io/skip12: CKV_K8S_11=because", ["checkov/CKV_K8S_11"]),
        ("    checkov.io/skip1: 'CKV_K8S_11=because'", ["checkov/CKV_K8S_11"]),
        (
            "#trivy:ignore:AWS-0089 trivy:ignore:AVD-AWS-0132",
            ["trivy/AWS-0089", "trivy/AVD-AWS-0132"],
        ),
        ("#tfsec:ignore:*", ["trivy/*"]),
        (
            "uses: x # zizmor: ignore[unpinned-uses, artipacked] known",
            ["zizmor/unpinned-uses", "zizmor/artipacked"],
        ),
        ("# hadolint ignore=DL3008,DL3018  # because", ["hadolint/DL3008", "hadolint/DL3018"]),
        ("# hadolint global ignore=DL3059", ["hadolint/DL3059"]),
        (
            "# shellcheck disable=SC2086,SC2046  # because",
            ["shellcheck/SC2086", "shellcheck/SC2046"],
        ),
        ("# shellcheck shell=bash disable=SC2034", ["shellcheck/SC2034"]),
        (
            "# yamllint disable rule:line-length rule:colons",
            ["yamllint/line-length", "yamllint/colons"],
        ),
        ("x: 1 # yamllint disable-line", ["yamllint/all"]),
        ("# shellcheck source=ci/prelude.sh", []),
        ("# checkov finds nothing", []),
    ],
)
def test_a_mark_beside_the_code_is_found(text: str, rules: list[str], tmp_path: Path) -> None:
    found = waivers.marks(project(tmp_path, {"x/a.sh": f"first\n{text}\n", "x/a.md": text}))
    assert [(mark.rule, mark.path, mark.line, mark.hides) for mark in found] == [
        (rule, Path("x/a.sh"), 2, ("x/a.sh",)) for rule in rules
    ]


@pytest.mark.parametrize(
    ("file", "text", "mark"),
    [
        (".trivyignore", "# why\nKSV-0011 exp:2027-01-01\n", ("trivy/KSV-0011", 2, ("**",))),
        (
            ".trivyignore.yaml",
            "misconfigurations:\n  - id: A-1\n    paths: [x/**]\n",
            ("trivy/A-1", 2, ("x/**",)),
        ),
        (".trivyignore.yaml", "vulnerabilities:\n  - id: CVE-1\n", ("trivy/CVE-1", 2, ("**",))),
        (".hadolint.yaml", "ignored:\n  - DL3008\n", ("hadolint/DL3008", 2, ("**",))),
        (".checkov.yaml", "skip-check:\n  - CKV_1\n", ("checkov/CKV_1", 2, ("**",))),
        (
            ".shellcheckrc",
            "external-sources=true\ndisable=SC2034\n",
            ("shellcheck/SC2034", 2, ("**",)),
        ),
        (
            ".github/zizmor.yml",
            "rules:\n  x:\n    disable: true\n",
            ("zizmor/x", 2, (".github/**",)),
        ),
        (
            ".github/zizmor.yml",
            "rules:\n  x:\n    ignore: [a.yml:3]\n",
            ("zizmor/x", 2, (".github/workflows/a.yml",)),
        ),
        (
            ".github/actionlint.yaml",
            "paths:\n  a/**:\n    ignore: [x]\n",
            ("actionlint/ignore", 2, ("a/**",)),
        ),
    ],
)
def test_a_file_of_exceptions_is_read(
    file: str, text: str, mark: tuple[object, ...], tmp_path: Path
) -> None:
    (found,) = waivers.marks(project(tmp_path, {file: text}))
    assert (found.rule, found.line, found.hides) == mark


def test_a_file_of_exceptions_that_cannot_be_read_is_no_pass(tmp_path: Path) -> None:
    with pytest.raises(WaiversError) as error:
        waivers.marks(
            project(tmp_path, {".trivyignore.yaml": "misconfigurations:\n  - KSV-0011\n"})
        )
    assert error.value.path == Path(".trivyignore.yaml")


@pytest.mark.parametrize(
    ("rule", "hides", "covered"),
    [
        ("checkov/CKV_AWS_144", ("terraform/env/main.tf",), True),
        ("checkov/CKV_AWS_144", ("terraform/**",), True),
        ("checkov/CKV_AWS_144", ("terraform/a.tf", "helm/b.yaml"), False),
        ("checkov/CKV_AWS_144", ("**",), False),
        ("checkov/CKV_AWS_14", ("terraform/env/main.tf",), False),
    ],
)
def test_a_waiver_covers_its_rules_under_its_paths(
    rule: str, hides: tuple[str, ...], covered: bool, tmp_path: Path
) -> None:
    (waiver,) = ledger(tmp_path, ENTRY)
    assert waiver.covers(Mark(rule=rule, path=Path("x"), line=1, hides=hides)) is covered


@pytest.mark.dates
def test_the_date_in_the_template_is_moved_in_time() -> None:
    """It is one date for all of them, moved when the reasons have been looked at again."""
    (line,) = [
        line
        for line in (ROOT / "copier.yml").read_text(encoding="utf-8").splitlines()
        if line.startswith("waivers_expire")
    ]
    left = datetime.date.fromisoformat(line.split('"')[1]) - datetime.date.today()
    assert waivers.SOON * 3 < left < waivers.LONGEST
