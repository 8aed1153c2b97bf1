"""The page of `scaffold watch` in a real browser, without the programs: a story told by a test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright
from support import Repository

from scaffolder.repository.project import Project
from scaffolder.watch import configuration
from scaffolder.watch.messages import read
from scaffolder.watch.page import Page
from scaffolder.watch.story import Story

RUNBOOK = "https://github.com/example-org/my-service/blob/main/docs/runbooks/ServiceDown.md"
DOWN = {
    "attachments": [
        {
            "title": "🚨 Critical in local: ServiceDown of my-service",
            "pretext": "<!channel>",
            "text": f"*my-service is down*\nFor two minutes.\n<{RUNBOOK}|What to do>"
            " · <https://grafana.local.example.com/d/x|Dashboard>",
            "color": "danger",
        }
    ]
}
OVER = {
    "attachments": [
        {
            "title": "✅ Resolved in local: ServiceDown of my-service",
            "text": "~my-service is down~ ended at 15:04 UTC",
            "color": "good",
        }
    ]
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no chromium on PATH (apt install chromium)")
    sandboxed = not hasattr(os, "geteuid") or os.geteuid() != 0
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=sandboxed)
        yield started
        started.close()


class Told:
    """A page with its story; a button of it is a fault of the story, and the end of one."""

    def __init__(self, root: Path) -> None:
        project = Project(root)
        self.story = Story()
        self.page = Page(project, configuration.of(project), self.story, self._do)

    def _do(self, action: str) -> None:
        if action == "fix":
            self.story.fixed()
        else:
            self.story.fault(action)

    def until(self, phase: str) -> None:
        """Tell the story up to a phase."""
        phases = ("silent", "told", "fixed", "over")
        for word in phases[: phases.index(phase) + 1] if phase in phases else ():
            if word == "silent":
                self.story.fault("stop")
            elif word == "fixed":
                self.story.fixed()
            else:
                self.hear(DOWN if word == "told" else OVER)

    def hear(self, payload: dict[str, Any]) -> None:
        for message in read("slack", payload):
            self.story.hear(message)


@pytest.fixture
def told(pristine: Repository) -> Iterator[Told]:
    told = Told(pristine())
    yield told
    told.page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phase", ["calm", "silent", "told", "fixed", "over"])
def test_axe_finds_nothing(
    phase: str, scheme: Literal["light", "dark"], browser: Browser, told: Told
) -> None:
    told.until(phase)
    page = browser.new_page(color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    page.goto(told.page.address)
    results = Axe().run(page)
    assert results.response["passes"], "axe looked at nothing"
    assert results.violations_count == 0, results.generate_report()
    page.close()


def test_axe_finds_nothing_on_a_runbook(browser: Browser, told: Told) -> None:
    page = browser.new_page(bypass_csp=True)
    page.goto(f"{told.page.address}/file/docs/runbooks/ServiceDown.md")
    assert page.get_by_role("heading", level=1).text_content() == "ServiceDown"
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    page.close()


def test_the_page_follows_the_story_by_itself(browser: Browser, told: Told) -> None:
    page = browser.new_page()
    page.goto(told.page.address)
    page.get_by_role("button", name="Stop the service").click()
    page.get_by_text("Users get nothing but errors, and no one in the team knows.").wait_for()
    assert page.locator(".wall.up").count() == 1
    told.hear(DOWN)
    page.get_by_text("Dev and Ops know since second").wait_for()
    assert page.locator(".wall.up").count() == 0
    assert page.get_by_text("my-service is down").count() == 2
    [runbook] = page.locator("a.todo").all()
    assert runbook.get_attribute("href") == "/file/docs/runbooks/ServiceDown.md"
    page.get_by_role("button", name="Fix it").click()
    page.get_by_text("Fixed. Users are well").wait_for()
    told.hear(OVER)
    page.get_by_text("Over. Dev and Ops knew after").wait_for()
    page.close()


def test_the_keyboard_is_enough_and_keeps_its_place(browser: Browser, told: Told) -> None:
    page = browser.new_page()
    page.goto(told.page.address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the controls"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Fail every 5th request"
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Fix it", disabled=False).wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Fail every 5th request"
    page.close()


def test_without_javascript_the_messages_are_there_and_the_buttons_work(
    browser: Browser, told: Told
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(told.page.address)
    page.get_by_role("button", name="Stop the service").click()
    told.hear(DOWN)
    page.get_by_role("link", name="Load it again").click()
    page.reload()
    assert page.get_by_text("For two minutes.").first.is_visible()
    page.get_by_role("button", name="Fix it").click()
    assert page.get_by_text("Fixed. Users are well").is_visible()
    context.close()


def test_a_narrow_screen_needs_no_scrolling_sideways(browser: Browser, told: Told) -> None:
    told.until("over")
    page = browser.new_page(viewport={"width": 320, "height": 800}, bypass_csp=True)
    page.goto(told.page.address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()


def test_the_page_asks_no_one_but_itself(browser: Browser, told: Told) -> None:
    told.until("told")
    page = browser.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(told.page.address)
    page.get_by_text("Dev and Ops know").wait_for()
    assert {address.removeprefix(told.page.address) for address in asked} == {"/", "/events"}
    assert errors == []
    page.close()
