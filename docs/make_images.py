"""Take the pictures of the HTML report that the README shows: `make screenshots`.

Needs Debian's chromium and a font with Chinese letters (fonts-wqy-microhei). The pictures are of
the demo's fleet: the same audit gives the same page.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from policycheck.cli.main import main

FOLDER = Path(__file__).with_name("images")
DEMO_DAY = "2013-09-30"


class Shot(NamedTuple):
    """A picture: of which page, through which window, in which light, scrolled to what."""

    name: str
    language: str
    width: int
    height: int
    scheme: str = "light"
    fragment: str = ""


SHOTS = (
    Shot("report", "en", 1200, 860),
    Shot("report-findings", "en", 1200, 760, fragment="#verdict=violation&app=wechat"),
    Shot("report-dark-zh", "zh", 1200, 860, "dark"),
    Shot("report-phone", "en", 390, 844),
)


def write_pages(folder: Path) -> dict[str, Path]:
    """Audit the demo's fleet, and write its report in each language."""
    pages = {language: folder / f"{language}.html" for language in ("en", "zh")}
    with contextlib.chdir(folder):
        main(["init", "--demo", "demo"])
    with contextlib.chdir(folder / "demo"):
        for language, page in pages.items():
            words = ["--as-of", DEMO_DAY, "--lang", language, "--export", str(page), "--quiet"]
            main(["audit", "inbox", *words])
    return pages


def take(browser: Browser, shot: Shot, page: Path) -> None:
    """Take one picture."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.scheme == "dark" else "light",
    )
    window = context.new_page()
    window.goto(page.as_uri() + shot.fragment)
    window.wait_for_selector("html[data-ready]")
    window.screenshot(path=FOLDER / f"{shot.name}.png")
    context.close()


def make_images() -> None:
    """Take all pictures."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        pages = write_pages(Path(folder))
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for shot in SHOTS:
            take(browser, shot, pages[shot.language])
        browser.close()


if __name__ == "__main__":
    make_images()
