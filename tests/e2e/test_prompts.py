"""`scaffold new` in a real terminal: what is asked, and that a wrong answer is asked again."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pexpect
import pytest

from scaffolder.errors import ExitCode


@pytest.fixture
def terminal(tmp_path: Path) -> pexpect.spawn:
    environment = {**os.environ, "TERM": "dumb"}
    environment.pop("CI", None)
    arguments = ["-m", "scaffolder", "new", "--dry-run", "-o", str(tmp_path)]
    return pexpect.spawn(sys.executable, arguments, env=environment, encoding="utf-8", timeout=20)


def test_enter_takes_the_default_and_a_wrong_answer_is_asked_again(terminal: pexpect.spawn) -> None:
    terminal.expect("service_name: ")
    terminal.sendline("My Service")
    terminal.expect("service_name cannot be 'My Service': 1 to 40 lower-case letters")
    terminal.expect("service_name: ")
    terminal.sendline("pay-api")
    while terminal.expect([r"\w+[^:\n]* \[[^\]]*\]: ", "files would be in"]) == 0:
        terminal.sendline("")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == ExitCode.CLEAN


def test_interrupting_a_prompt_is_exit_code_130(terminal: pexpect.spawn) -> None:
    terminal.expect("service_name: ")
    terminal.sendintr()
    terminal.expect("interrupted; nothing was left half-written")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == ExitCode.INTERRUPTED
