"""Two checks that report one line for one reason: which finding stays, and which goes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from scaffolder.model import Finding, Report, Result


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The check whose finding stays, and the one that repeats it by a rule of `rules` (or any).

    `text` is a pattern in the message, if a rule has several reasons.
    """

    stays: str
    goes: str
    rules: frozenset[str] = frozenset()
    text: str = ""


def _pair(stays: str, goes: str, *rules: str, text: str = "") -> Pair:
    return Pair(stays=stays, goes=goes, rules=frozenset(rules), text=text)


_DOES_NOT_PARSE = "does not parse"

PAIRS = (
    _pair("SEC003", "CI003", "unpinned-uses"),
    _pair("SEC004", "CI003", "excessive-permissions"),
    _pair("SEC005", "CI003", "dangerous-triggers"),
    _pair("SEC001", "CI003", "hardcoded-container-credentials"),
    _pair("SEC001", "CI002", "credentials"),
    _pair("SEC002", "CI003", "unpinned-images"),
    _pair("SEC002", "DK001", "DL3006", "DL3007"),
    _pair("SEC007", "DK001", "DL3002"),
    _pair("EOL005", "CI002", "action", text=r"deprecated|retired|too old"),
    _pair("EOL005", "CI002", "runner-label"),
    _pair("CI003", "CI002", "expression", text="potentially untrusted"),
    _pair("CI003", "CI002", "if-cond"),
    _pair("CI001", "CI002", "syntax-check"),
    _pair("AG051", "CI002", "workflow-call"),
    _pair("AG007", "TF002", text="Unsupported Terraform Core version"),
    _pair("SY010", "SY002"),
    _pair("SY010", "SY003"),
    _pair("SY010", "SY005"),
    _pair("SY010", "SY006"),
    _pair("SY010", "SY008"),
    _pair("SY002", "CI001", text=_DOES_NOT_PARSE),
    _pair("SY002", "CI006", text=_DOES_NOT_PARSE),
    _pair("SY002", "CI007", text=_DOES_NOT_PARSE),
    _pair("SY002", "CI002", "syntax-check"),
    _pair("SY005", "TF001"),
    _pair("SY005", "TF002"),
    _pair("SY008", "DK001", "DL1000"),
    _pair("HL002", "HL001"),
    _pair("HL002", "HL001", text="missing these dependencies"),
    _pair("K8001", "HL001", text="deprecated"),
    _pair("MO001", "MO003"),
)
"""The finding that stays has a fix to type, or is the cause of the other one."""


def folded(report: Report) -> Report:
    """Return the report without what another check reports at the same line for the same reason.

    The one that stays names them in `also`.
    """
    by_check = {result.check.id: result for result in report.results}
    for pair in PAIRS:
        if pair.stays in by_check and pair.goes in by_check:
            by_check[pair.stays], by_check[pair.goes] = _settled(
                pair, by_check[pair.stays], by_check[pair.goes], strict=report.strict
            )
    return replace(report, results=tuple(by_check[one.check.id] for one in report.results))


def _settled(pair: Pair, staying: Result, going: Result, *, strict: bool) -> tuple[Result, Result]:
    at = {(one.path, one.line): number for number, one in enumerate(staying.findings)}
    if pair.text == _DOES_NOT_PARSE:  # of a whole file
        at |= {(one.path, 0): number for number, one in enumerate(staying.findings)}
    accepted = {(one.finding.path, one.finding.line): one for one in staying.waived}
    settled, kept, waived = list(staying.findings), [], list(going.waived)
    for finding in going.findings:
        place = finding.path, finding.line
        if place not in {*at, *accepted} or not _is_meant(pair, finding):
            kept.append(finding)
        elif place in at:
            stays = settled[at[place]]
            names = (*stays.also, f"{pair.goes} {finding.rule}".strip(), *finding.also)
            settled[at[place]] = replace(stays, also=tuple(dict.fromkeys(names)))
        else:
            waived.append(replace(accepted[place], finding=finding))
    return (
        staying.with_findings(settled, strict=strict),
        replace(going.with_findings(kept, strict=strict), waived=tuple(waived)),
    )


def _is_meant(pair: Pair, finding: Finding) -> bool:
    if pair.rules and finding.rule not in pair.rules:
        return False
    if not (finding.line or pair.rules or pair.text):
        return False  # two findings on a whole file need not have one reason
    return re.search(pair.text, finding.message) is not None
