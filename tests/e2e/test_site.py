"""The built site in a real browser, page by page, and the first ten minutes as they are written: `make site-proof`."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sysconfig
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright
from site_text import DOCS, WALKED, commands
from support import ROOT

from tools import site_pages

SITE = ROOT / "build/site"
PAGES = sorted(file.relative_to(SITE).as_posix() for file in SITE.rglob("*.html"))
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
ZOOMED = 640
"""Pixels of CSS across a window of 1280 at 200 %."""

pytestmark = pytest.mark.site


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
        """Print nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve the site, and return where."""
    handler = functools.partial(_Quiet, directory=str(SITE))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.fail("no chromium on PATH (apt install chromium)")
    sandboxed = not hasattr(os, "geteuid") or os.geteuid() != 0  # it refuses to run as root
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=sandboxed)
        yield started
        started.close()


def test_every_page_was_built() -> None:
    assert {f"{path.stem}.html" for path in DOCS.glob("*.md")} <= set(PAGES)
    generated = site_pages.generated()
    assert "## scaffold lab start\n" in generated["commands.md"]
    assert (
        "| `runtime` | `--runtime` | java, python, node, go | java |" in generated["questions.md"]
    )
    assert "## digest\n" in generated["glossary.md"]
    assert "| kubernetes |" in generated["versions.md"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_is_asked_of_another_host(
    name: str, scheme: Literal["light", "dark"], browser: Browser, address: str
) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + name)
    results = Axe().run(page, options=WCAG)
    page.close()
    assert results.response["passes"], "axe looked at nothing"
    assert results.violations_count == 0, results.generate_report()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


@pytest.mark.parametrize("name", PAGES)
def test_at_200_percent_no_page_scrolls_sideways(name: str, browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": ZOOMED, "height": 450})
    page.goto(address + name)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert width <= ZOOMED


@pytest.mark.parametrize("name", [page for page in PAGES if page != "404.html"])
def test_without_javascript_the_text_and_the_navigation_are_there(
    name: str, browser: Browser, address: str
) -> None:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 1280, "height": 900}
    )
    page = context.new_page()
    page.goto(address + name)
    assert page.locator("article h1").first.is_visible()
    assert page.locator("nav").get_by_role("link", name="The labs").first.is_visible()
    context.close()


@pytest.mark.parametrize("page", WALKED)
def test_the_commands_of_a_page_do_what_it_says(page: str, tmp_path: Path) -> None:
    path = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "100"}
    printed = ""
    for block in commands(page):
        if block.reason:
            continue
        for command in block.lines:
            done = subprocess.run(
                ["sh", "-c", command],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                timeout=600,
            )
            printed = done.stdout + done.stderr
            assert done.returncode in block.exit_codes, f"{command}\n{printed}"
        shown = [line for line in block.output.splitlines() if line.strip() != "…"]
        assert [line for line in printed.splitlines() if line in shown][: len(shown)] == shown
