"""The JSON report: one document of the published form."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest
from reported import CLEAN, HOSTILE, PARITY, REPORT
from support import ROOT

from scaffolder.model import (
    Report,
)
from scaffolder.report import json as json_report


def test_json_is_one_document_of_the_published_form() -> None:
    document = json.loads(json_report.write(REPORT))
    assert document["version"] == 1
    assert document["exit_code"] == 1
    assert document["summary"] == {"passed": 2, "failed": 1, "skipped": 1, "broken": 1}
    assert document["results"][1]["findings"][0] == {
        "path": "Dockerfile",
        "line": 14,
        "severity": "error",
        "rule": "",
        "message": "uses java 11, but the service is for java 8",
        "fix": "write 8 here",
        "related": [{"path": "pom.xml", "line": 21, "text": "<release>8</release>"}],
    }
    assert document["not_applicable"] == [
        {"id": "SY006", "title": "XML parses", "reason": "no XML file"}
    ]
    assert document["results"][0] == {
        "id": "TF002",
        "title": "terraform validate passes",
        "outcome": "passed",
        "level": "schema",
        "tool": "terraform 1.15.5 (embedded)",
        "seconds": 0.412,
        "detail": "3 roots",
        "reason": "",
        "limit": "values, which only the provider knows",
        "findings": [],
    }


@pytest.mark.parametrize("one", [REPORT, HOSTILE, CLEAN], ids=["all outcomes", "hostile", "clean"])
def test_json_matches_the_published_schema(one: Report) -> None:
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(json_report.write(one)))


def test_json_has_a_checks_table() -> None:
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))
    document = json_report.document(
        replace(CLEAN, results=(replace(CLEAN.results[0], table=PARITY),))
    )
    document = json.loads(json.dumps(document))
    jsonschema.Draft202012Validator(schema).validate(document)
    assert document["results"][0]["table"]["rows"][0] == ["replicas", "1", "2", "3"]
