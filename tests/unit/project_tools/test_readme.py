"""README.md agrees with the code: `make readme` fills its generated parts."""

from __future__ import annotations

import re

import pytest
from support import ROOT

from scaffolder import checks, cli
from scaffolder.errors import ExitCode

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_exit_codes_is_the_one_in_the_code() -> None:
    rows = dict(re.findall(r"^\| `(\d+)` \| (.+) \|$", README, re.MULTILINE))
    assert rows == {str(code.value): code.meaning for code in ExitCode}


def test_the_transcript_shows_every_check_and_no_failure() -> None:
    shown = re.findall(
        r"^  (?:ok  |--  |    )  ([A-Z][A-Z0-9]+\d{3}) +(.*?)  ", README, re.MULTILINE
    )
    together = re.findall(
        r"^  ok    ([A-Z][A-Z0-9]+) +.*  \d+ checks; -v names them$", README, re.MULTILINE
    )
    known = {(check.id, check.title): check.family for check in checks.every()}
    assert (
        {one for one, family in known.items() if family not in together} <= set(shown) <= set(known)
    )
    assert re.search(r"^  \d+ passed, 0 failed, ", README, re.MULTILINE)


@pytest.mark.parametrize(
    "line",
    sorted(
        set(
            re.findall(
                r"^scaffold (?:new|check|list|doctor|status|adopt|update)[^#\n]*",
                README,
                re.MULTILINE,
            )
        )
    ),
)
def test_every_command_in_the_readme_has_flags_that_exist(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command, *words = line.split()[1:]
    assert cli.run([command, "--help"]) == ExitCode.CLEAN
    known = capsys.readouterr().out
    for flag in [word for word in words if word.startswith("--")]:
        assert flag in known


def test_every_file_that_the_readme_links_to_exists() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
