"""A report as JUnit XML for Jenkins, GitLab and Azure Pipelines: a test case for each check."""

from __future__ import annotations

from xml.etree import ElementTree

from scaffolder.formats.regex import regex
from scaffolder.model import Finding, Inapplicable, Outcome, Report, Result

_ILLEGAL = regex("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped.

https://www.w3.org/TR/xml/#charsets
"""


def write(report: Report) -> str:
    """The report as XML text.

    A failed check is a failure; an inconclusive one is an error, or skipped if its tool is only
    missing and not required: never a test that passed.
    """
    suites = ElementTree.Element("testsuites", name="scaffold check")
    checks = (*(one.check for one in report.results), *(one.check for one in report.inapplicable))
    for family in dict.fromkeys(check.family for check in checks):
        _suite(suites, family, report)
    _count(suites, report.seconds)
    del suites.attrib["skipped"]  # Jenkins's schema counts these in a suite only
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(
        suites, encoding="unicode"
    )


def _suite(suites: ElementTree.Element, family: str, report: Report) -> None:
    suite = ElementTree.SubElement(suites, "testsuite", name=f"{report.project} {family}")
    if report.notes:
        properties = ElementTree.SubElement(suite, "properties")
        for note in report.notes:
            ElementTree.SubElement(properties, "property", name="note", value=_legal(note))
    results = [result for result in report.results if result.check.family == family]
    for result in results:
        _case(suite, result, require_tools=report.require_tools)
    for one in report.inapplicable:
        if one.check.family == family:
            case = _test(suite, one)
            ElementTree.SubElement(case, "skipped", message=_legal(f"not applicable: {one.reason}"))
    _count(suite, sum(result.seconds for result in results))


def _case(suite: ElementTree.Element, result: Result, *, require_tools: bool) -> None:
    case = _test(suite, result, seconds=result.seconds)
    match result.outcome:
        case Outcome.FAILED:
            failure = ElementTree.SubElement(
                case, "failure", type=result.check.id, message=_headline(result)
            )
            failure.text = _findings(result)
        case Outcome.BROKEN:
            ElementTree.SubElement(
                case, "error", type="inconclusive", message=_legal(result.reason)
            )
        case Outcome.SKIPPED if require_tools and result.tool_missing:
            ElementTree.SubElement(
                case, "error", type="tool missing", message=_legal(result.reason)
            )
        case Outcome.SKIPPED:
            ElementTree.SubElement(case, "skipped", message=_legal(result.reason))
        case Outcome.PASSED if result.findings:
            ElementTree.SubElement(case, "system-out").text = _findings(result)


def _test(
    suite: ElementTree.Element, one: Result | Inapplicable, *, seconds: float = 0.0
) -> ElementTree.Element:
    return ElementTree.SubElement(
        suite,
        "testcase",
        classname=f"scaffold.{one.check.family}",
        name=f"{one.check.id} {one.check.title}",
        time=f"{seconds:.3f}",
    )


def _count(element: ElementTree.Element, seconds: float) -> None:
    element.set("tests", str(len(element.findall(".//testcase"))))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(len(element.findall(f".//{tag}"))))
    element.set("time", f"{seconds:.3f}")


def _headline(result: Result) -> str:
    first = min(result.findings, key=lambda finding: finding.severity.rank)
    number = len(result.findings)
    return _legal(_line(first) + (f" (and {number - 1} more)" if number > 1 else ""))


def _findings(result: Result) -> str:
    lines = []
    for finding in result.findings:
        lines.append(_line(finding))
        lines += [
            f"  {place}: {place.text}" if place.text else f"  {place}" for place in finding.related
        ]
        if finding.fix:
            lines.append(f"  fix: {finding.fix}")
    return _legal("\n".join(lines))


def _line(finding: Finding) -> str:
    rule = f" ({finding.rule})" if finding.rule else ""
    return f"{finding.place}: {finding.severity}: {finding.message}{rule}"


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
