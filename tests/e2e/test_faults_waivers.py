"""What silences a scanner without a word in the ledger is found, and so is a ledger that is out of date."""

from __future__ import annotations

import datetime

import pytest
from faults import Fault, append, expect_found, fault, replace
from support import Repository

from scaffolder import checks
from scaffolder.model import Outcome, Severity
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import SystemToolchain

LEDGER = ".scaffold/waivers.yml"
BOOTSTRAP = "terraform/bootstrap/main.tf"

FAULTS = (
    fault("WV001", "a script silences shellcheck", "ci/deploy.sh", append, "\n# shellcheck source=x disable=SC2086,SC2046\n"),
    fault("WV001", "a resource silences checkov", BOOTSTRAP, append, "\n#checkov:skip=CKV_AWS_145:because\n"),
    fault("WV001", "an object silences checkov", "helm/my-service/templates/service.yaml", append, "\n# checkov.io/skip9: CKV_K8S_20=because\n"),
    fault("WV001", "a resource silences trivy", BOOTSTRAP, append, "\n#trivy:ignore:AWS-0132\n"),
    fault("WV001", "a workflow silences zizmor", ".github/workflows/ci.yml", append, "\n# zizmor: ignore[unpinned-uses]\n"),
    fault("WV001", "the image silences hadolint", "Dockerfile", append, "\n# hadolint ignore=DL3008,DL3018\n"),
    fault("WV001", "a file silences yamllint", "compose.yaml", append, "\n# yamllint disable-line\n"),
    fault("WV001", "all of hadolint's findings of a kind are ignored", ".hadolint.yaml", append, "\nignored: [DL3008]\n"),
    fault("WV001", "trivy ignores one more", ".trivyignore.yaml", append, "  - id: KSV-0001\n"),
    fault("WV001", "trivy ignores more than was waived", ".trivyignore.yaml", replace, r"^(  - id: KSV-0011\n    paths:\n      - ).*", r'\1"**"'),
    fault("WV001", "zizmor is told to skip an audit", ".github/zizmor.yml", append, "\n  unpinned-uses:\n    disable: true\n"),
    fault("WV001", "zizmor's exceptions are no list", ".github/zizmor.yml", replace, r"disable: true", "ignore: 7"),
    fault("WV001", "shellcheck is told to skip a rule", ".shellcheckrc", append, "disable=SC2154\n"),
    fault("WV001", "actionlint is told to skip an error", ".github/actionlint.yaml", append, '\npaths:\n  "**":\n    ignore: [".*"]\n'),
    fault("WV001", "the owner is left out", LEDGER, replace, r"^    owner: .*\n", ""),
    fault("WV001", "the reason is empty", LEDGER, replace, r"^    reason: .*", '    reason: ""'),
    fault("WV001", "the end is no date", LEDGER, replace, r"^    expires: .*", "    expires: next year"),
    fault("WV001", "two entries have one name", LEDGER, replace, r"id: test-runs-once", "id: no-cpu-limit"),
    fault("WV001", "the ledger is a list", LEDGER, replace, r"(?s)^waivers:.*", "- nothing"),
    fault("WV002", "an entry has expired", LEDGER, replace, r"^    expires: .*", "    expires: 2025-01-31"),
    fault("WV002", "an entry lasts for ever", LEDGER, replace, r"^    expires: .*", "    expires: 2099-12-31"),
    fault("WV002", "a rule is waived that nothing silences", LEDGER, replace, r"(\[checkov/CKV_GHA_7)", r"\1, checkov/CKV_GHA_1"),
    fault("WV002", "an entry names a file that is not there", LEDGER, replace, r'"ci/settings.sh"', '"ci/settings.sh", "gone/**"'),
    fault("WV002", "trivy is silent for longer than was waived", ".trivyignore.yaml", replace, r"expired_at: .*", "expired_at: 2099-12-31"),
)  # fmt: skip


@pytest.mark.parametrize("one", FAULTS, ids=lambda one: f"{one.check} {one.name}")
def test_fault_is_found_and_its_place_is_said(
    one: Fault, repository: Repository, toolchain: SystemToolchain
) -> None:
    expect_found(one, repository(), toolchain)


@pytest.mark.parametrize(
    ("days", "severities"), [(0, {Severity.WARNING}), (30, {Severity.WARNING}), (31, set())]
)
def test_the_end_of_a_waiver_is_announced_a_month_before(
    days: int, severities: set[Severity], repository: Repository, toolchain: SystemToolchain
) -> None:
    root = repository()
    end = datetime.date.today() + datetime.timedelta(days=days)
    for file, key in ((LEDGER, "expires"), (".trivyignore.yaml", "expired_at")):
        text = (root / file).read_text(encoding="utf-8")
        lines = [
            f"{line.split(':')[0]}: {end}" if f" {key}: " in line else line
            for line in text.splitlines()
        ]
        (root / file).write_text("\n".join(lines), encoding="utf-8")
    result = checks.run(
        Project(root), checks.choose(select=["WV002"], ignore=[]), toolchain
    ).results[0]
    assert result.outcome is Outcome.PASSED
    assert result.detail.endswith(f"next expires {end}")
    assert {finding.severity for finding in result.findings} == severities


def test_a_repository_that_silences_nothing_needs_no_ledger(
    repository: Repository, toolchain: SystemToolchain
) -> None:
    root = repository()
    for path in sorted(root.rglob("*"), reverse=True):
        if path.is_file() and path.name != "README.md":
            path.unlink()
    report = checks.run(Project(root), checks.choose(select=["WV"], ignore=[]), toolchain)
    assert {one.check.id: one.reason for one in report.inapplicable} == {
        "WV001": "no scanner is told to ignore anything",
        "WV002": "nothing is waived",
    }
