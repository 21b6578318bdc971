"""Debian's Chromium, driven by Playwright; without the two, tests of the browser are skipped."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from held_content import HeldContent
from html_pages import source_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
Opened = Callable[..., "Page"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser, once for all tests."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    if CHROMIUM is None:
        pytest.skip("needs Debian's package chromium")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Opened]:
    """Open the page of a content; at the end it must have asked for nothing, and made no error."""
    faults: list[str] = []
    pages: list[Page] = []

    def open_page(
        content: HeldContent, fragment: str = "", language: str = "en", **context: Any
    ) -> Page:
        path = tmp_path / f"report-{len(pages)}.html"
        path.write_text(source_of(content, language), encoding="utf-8", newline="")
        page = browser.new_context(accept_downloads=True, **context).new_page()
        address = path.as_uri()
        page.on("request", lambda request: _note(faults, address, request.url))
        page.on("dialog", lambda dialog: faults.append(f"dialog: {dialog.message}"))
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.on("console", lambda line: faults.append(f"console: {line.text}"))
        page.goto(address + fragment)
        page.wait_for_selector("html[data-ready]")
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.context.close()
    assert faults == []


def _note(faults: list[str], page: str, asked: str) -> None:
    if asked.partition("#")[0] != page and not asked.startswith(("data:,", "blob:")):
        faults.append(f"asked for {asked}")
