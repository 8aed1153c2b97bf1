"""The report's page in a real browser: axe-core finds nothing to object to, and it is whole without JavaScript."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright
from reported import CLEAN, HOSTILE, PARITY, REPORT

from scaffolder.model import Report
from scaffolder.report import html

TABLES = replace(
    REPORT, results=tuple(replace(result, table=PARITY) for result in REPORT.results[:1])
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no chromium on PATH (apt install chromium)")
    sandboxed = (
        not hasattr(os, "geteuid") or os.geteuid() != 0
    )  # Chromium's sandbox refuses to run as root
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=sandboxed)
        yield started
        started.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "report", [REPORT, HOSTILE, CLEAN, TABLES], ids=["all outcomes", "hostile", "clean", "tables"]
)
def test_axe_finds_nothing(
    report: Report, scheme: Literal["light", "dark"], browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    file.write_text(html.write(report, gate_map=PARITY), encoding="utf-8")
    page = browser.new_page(
        color_scheme=scheme, bypass_csp=True
    )  # axe itself is a script; the page allows none
    page.goto(file.as_uri())
    results = Axe().run(page)
    assert results.response["passes"], "axe looked at nothing"
    assert results.violations_count == 0, results.generate_report()
    page.close()


def test_axe_can_object(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    broken = (
        html.write(REPORT)
        .replace('<html lang="en">', "<html>")
        .replace("--soft: #525b66", "--soft: #d0d0d0")
    )
    file.write_text(broken, encoding="utf-8")
    page = browser.new_page(bypass_csp=True)
    page.goto(file.as_uri())
    violated = {violation["id"] for violation in Axe().run(page).response["violations"]}
    assert {"html-has-lang", "color-contrast"} <= violated
    page.close()


def test_it_is_whole_without_javascript_and_asks_for_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    file.write_text(html.write(REPORT), encoding="utf-8")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert asked == [file.as_uri()]
    assert page.get_by_text("uses java 11, but the service is for java 8").is_visible()
    assert page.get_by_text("FROM eclipse-temurin:11-jre").is_visible()
    context.close()


def test_the_keyboard_reaches_the_findings_first(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(html.write(REPORT), encoding="utf-8")
    page = browser.new_page(bypass_csp=True)
    page.goto(file.as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the findings"
    page.keyboard.press("Enter")
    page.wait_for_url("**#findings")
    page.close()


def test_a_narrow_screen_needs_no_scrolling_sideways(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(html.write(HOSTILE, gate_map=PARITY), encoding="utf-8")
    page = browser.new_page(viewport={"width": 320, "height": 800}, bypass_csp=True)
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()
