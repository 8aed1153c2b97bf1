"""AG047, AG048: from which folder scripts and targets are called in repositories that others wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, written

from scaffolder import checks


def found(root: Path, files: dict[str, str], *ids: str) -> list[str]:
    report = checks.run(
        written(root, files), checks.choose(select=ids, ignore=[]), ScriptedToolchain({})
    )
    return [
        f"{finding.severity.value}: {finding.message}"
        for result in report.results
        for finding in result.findings
    ]


HERE = {"scripts/a.sh": "true\n", "infra/aws/scripts/b.sh": "true\n", "lib/c.sh": "true\n"}
RIGHT = {
    "a part that the root includes": {
        "Makefile": "include scripts/init.mk\n",
        "scripts/init.mk": "x:\n\tscripts/a.sh\n",
    },
    "a part of a part": {
        "Makefile": "-include scripts/init.mk\n",
        "scripts/init.mk": "include scripts/docker/docker.mk\n",
        "scripts/docker/docker.mk": "x:\n\tbash ./scripts/a.sh\n",
    },
    "a part by a variable": {
        "Makefile": "include $(CURDIR)/scripts/init.mk\n",
        "scripts/init.mk": "x:\n\t./scripts/a.sh\n",
    },
    "parts by a pattern": {
        "Makefile": "include make/*.mk\n",
        "make/a.mk": "x:\n\t./scripts/a.sh\n",
    },
    "a part that two folders include": {
        "a/Makefile": "include ../common.mk\n",
        "b/Makefile": "include ../common.mk\n",
        "common.mk": "x:\n\t./scripts/d.sh\n",
    },
    "a part that nothing here includes": {"lib/x.mk": "x:\n\t./scripts/d.sh\n"},
    "cd in a silent recipe": {
        "Makefile": "x:\n\t@cd infra/aws && ./scripts/b.sh $(ENV)\n\t-@ cd infra/aws; scripts/b.sh\n"
    },
    "cd in brackets": {"Makefile": "x:\n\t(cd infra/aws && ./scripts/b.sh) && ./scripts/a.sh\n"},
    "cd to what a variable names": {"Makefile": "x:\n\tcd $(DIR) && ./scripts/b.sh\n"},
    "a Makefile for a new repository": {"templates/new/Makefile": "x:\n\t./templates/x.sh\n"},
    "a script that goes elsewhere": {
        "scripts/e.sh": 'cd "$(dirname "$0")/.."\ncd ${WORK}\n./scripts/d.sh\n'
    },
}


@pytest.mark.parametrize("files", RIGHT.values(), ids=RIGHT)
def test_a_script_is_looked_for_where_it_is_called(files: dict[str, str], tmp_path: Path) -> None:
    assert found(tmp_path, {**HERE, **files}, "AG048") == []


WRONG = {
    "a part that the root includes": (
        {
            "Makefile": "include scripts/init.mk\n",
            "scripts/init.mk": "x:\n\tscripts/d.sh\n",
        },
        "error: calls scripts/d.sh, which does not exist",
    ),
    "a Makefile in a folder": (
        {"infra/Makefile": "x:\n\t./aws/d.sh\n"},
        "error: calls infra/aws/d.sh, which does not exist",
    ),
    "cd in a silent recipe": (
        {"Makefile": "x:\n\t@cd infra/aws && ./scripts/a.sh\n"},
        "error: calls infra/aws/scripts/a.sh, which does not exist",
    ),
    "what is only printed": (
        {"Makefile": 'x:\n\t@echo "Run: ./scripts/d.sh first"\n'},
        "warning: names scripts/d.sh, which does not exist",
    ),
    "after the way back": (
        {"scripts/e.sh": 'cd "$(dirname "$0")/.."\ncd ${WORK}\ncd -\n./scripts/d.sh\n'},
        "error: calls scripts/d.sh, which does not exist",
    ),
    "in a script that goes to the root": (
        {"scripts/e.sh": 'cd "$(dirname "$0")/.."\ncd "$REPO_ROOT"\n./scripts/d.sh\n'},
        "error: calls scripts/d.sh, which does not exist",
    ),
}


@pytest.mark.parametrize(("files", "said"), WRONG.values(), ids=WRONG)
def test_a_script_that_is_missing_there_is_found(
    files: dict[str, str], said: str, tmp_path: Path
) -> None:
    assert found(tmp_path, {**HERE, **files}, "AG048") == [said]


@pytest.mark.parametrize(
    ("script", "number"),
    [
        ("cd ${mixin}\nmake build\n", 0),
        ('  pushd "$TMP"\n  make build\n', 0),
        ("cd ${mixin}\ncd -\nmake build\n", 1),
        ("f() {\n  cd $mixin\n}\nmake build\n", 1),
        ('cd "$ROOT_DIR"\nmake build\n', 1),
        ('cd "$(git rev-parse --show-toplevel)"\nmake build\n', 1),
        ("make build\ncd $mixin\n", 1),
    ],
)
def test_make_in_an_unknown_folder_is_not_judged(script: str, number: int, tmp_path: Path) -> None:
    files = {"Makefile": "test:\n\ttrue\n", "scripts/x.sh": f"#!/bin/sh\n{script}"}
    assert len(found(tmp_path, files, "AG047")) == number
