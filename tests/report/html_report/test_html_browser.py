"""The page in a browser, as a reader uses it."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from held_content import HOSTILE, HeldContent, hostile
from html_pages import FULL, many

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from conftest import Opened

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 360, "height": 740}}


def column(page: Page, name: str) -> list[str]:
    return page.locator(f".findings td.column-{name}").all_inner_texts()


def count(page: Page) -> str:
    return page.locator(".count").inner_text()


def test_it_opens_with_what_is_overdue_first(opened: Opened) -> None:
    page = opened(many())
    assert page.locator("h2").first.inner_text() == "80 violations are overdue"
    assert count(page) == "1–25 of 120"
    assert set(column(page, "status")) == {"overdue"}
    assert page.locator(".tabs button").all_inner_texts() == ["Violations 120", "Unknown 7"]


def test_search_is_instant_and_takes_several_words(opened: Opened) -> None:
    page = opened(many())
    page.fill("#search", "phone-0007")
    assert count(page) == "1 of 120 match · 1–1 of 1"
    page.fill("#search", "WECHAT  dept-none")
    assert count(page) == "No finding matches."
    page.fill("#search", "ｗｅｃｈａｔ user0003")
    assert column(page, "device") == ["PHONE-0003"]
    page.fill("#search", "in grace")
    assert count(page).startswith("40 of 120")
    page.click("text=Clear filters")
    assert count(page) == "1–25 of 120"
    assert page.input_value("#search") == ""


def test_search_finds_a_fingerprint_by_its_first_digits(opened: Opened) -> None:
    page = opened(FULL)
    page.fill("#search", "0123456789ab")
    assert column(page, "device") == ["张伟的手机"]
    page.fill("#search", "手机")
    assert column(page, "device") == ["张伟的手机"]


def test_filters_say_what_they_would_leave(opened: Opened) -> None:
    page = opened(many())
    page.select_option("#facet-department", label="Dept 1 (20)")
    assert count(page) == "20 of 120 match · 1–20 of 20"
    assert set(column(page, "department")) == {"Dept 1"}
    assert page.locator("#facet-app").count() == 0  # they all have qq
    assert page.locator("#facet-severity option").count() == 0
    page.select_option("#facet-department", label="Dept 3 (20)")
    assert set(column(page, "department")) == {"Dept 3"}
    page.select_option("#facet-department", label="all")
    assert count(page) == "1–25 of 120"


def test_what_is_not_known_can_be_filtered_by(opened: Opened) -> None:
    page = opened(FULL)
    page.select_option("#facet-department", label="not known (1)")
    assert column(page, "device") == ["PC-3"]


def test_a_number_leads_to_its_findings(opened: Opened) -> None:
    page = opened(many())
    page.click(".tile.in_grace a")
    assert count(page) == "40 of 120 match · 1–25 of 40"
    page.click("#unknowns a")
    assert count(page) == "1–7 of 7"
    assert page.locator('[aria-pressed="true"]').inner_text() == "Unknown 7"
    page.click(".parts a:has-text('qq')")
    assert count(page) == "40 of 120 match · 1–25 of 40"
    assert set(column(page, "what")) == {"qq"}


def test_sorting_both_ways(opened: Opened) -> None:
    page = opened(many())
    head = page.locator("[data-sort=device]")
    head.click()
    assert column(page, "device")[:2] == ["PHONE-0000", "PHONE-0001"]
    assert page.locator("th[aria-sort=ascending]").count() == 1
    head.click()
    assert column(page, "device")[:2] == ["PHONE-0119", "PHONE-0118"]
    page.click("[data-sort=severity]")
    assert set(column(page, "severity")) == {"high"}
    assert column(page, "device")[:2] == ["PHONE-0002", "PHONE-0004"]  # overdue ones first


def test_pages(opened: Opened) -> None:
    page = opened(many())
    page.click("[data-sort=device]")
    page.click("#js_next")
    assert count(page) == "26–50 of 120"
    assert column(page, "device")[0] == "PHONE-0025"
    page.click("#js_last")
    assert count(page) == "101–120 of 120"
    assert page.locator("#js_next").is_disabled()
    page.select_option("#size", "500")
    assert len(column(page, "device")) == 120


def test_columns_are_chosen(opened: Opened) -> None:
    page = opened(FULL)
    page.click("summary:text-is('Columns')")
    page.check("label:text-is('record') input")
    page.uncheck("label:text-is('severity') input")
    heads = page.locator(".findings thead button").all_inner_texts()
    assert heads[-1] == "record"
    assert "severity" not in heads
    assert column(page, "record")[0] == "17"


def test_a_permalink_says_the_same_to_everybody(opened: Opened) -> None:
    page = opened(many())
    page.select_option("#facet-app", label="qq (40)")
    page.fill("#search", "Dept 4")
    page.click("[data-sort=person]")
    page.click("[data-sort=person]")
    address = page.evaluate("() => location.hash")
    assert address == "#verdict=violation&q=Dept+4&app=qq&sort=-person"
    again = opened(many(), fragment=address)
    assert again.locator(".findings").inner_text() == page.locator(".findings").inner_text()
    assert again.input_value("#search") == "Dept 4"


def test_a_finding_has_its_own_link(opened: Opened) -> None:
    content = many()
    page = opened(content, fragment=f"#row={content.lines[101].fingerprint[:12]}")
    details = page.locator("tr.details")
    assert "PHONE-0101" in details.inner_text()
    assert f"violation show {content.lines[101].fingerprint[:12]}" in details.inner_text()
    page.click("button.more[aria-expanded=true]")
    assert details.count() == 0
    assert "row=" not in page.evaluate("() => location.hash")


@pytest.mark.parametrize("fragment", ["#page=-5", "#page=9e9&size=7", "#sort=__proto__", "#x=1",
                                      "#columns=constructor,device", "#department=%E0%A4%A",
                                      "#row=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"])  # fmt: skip
def test_no_address_breaks_the_page(opened: Opened, fragment: str) -> None:
    page = opened(many(), fragment=fragment)
    assert page.locator(".findings").count() == 1
    assert re.search("of 120|matches", count(page))


def test_csv_has_the_filtered_rows_and_every_column(opened: Opened, tmp_path: Path) -> None:
    page = opened(many())
    page.select_option("#facet-app", label="qq (40)")
    rows = downloaded(page, tmp_path)
    assert len(rows) == 40
    assert {row["app"] for row in rows} == {"qq"}
    assert rows[0]["status"] == "overdue"
    assert rows[0]["report"] == "5e" * 32


def downloaded(page: Page, folder: Path) -> list[dict[str, str]]:
    with page.expect_download() as started:
        page.click("button:text-is('CSV')")
    path = folder / "downloaded.csv"
    started.value.save_as(path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def test_no_cell_that_leaves_the_page_is_a_formula(opened: Opened, tmp_path: Path) -> None:
    page = opened(hostile(), permissions=["clipboard-read", "clipboard-write"])
    rows = downloaded(page, tmp_path)
    assert len(rows) == len(HOSTILE)
    for row in rows:
        assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert f"'{HOSTILE[2]}" in [row["device"] for row in rows]
    page.click("button:text-is('Copy')")
    page.wait_for_selector(".count:text('Copied')")
    lines = page.evaluate("() => navigator.clipboard.readText()").split("\n")
    assert len(lines) == len(HOSTILE) + 1
    assert lines[0].split("\t")[:3] == ["standing", "severity", "device"]
    assert not [cell for line in lines for cell in line.split("\t") if cell.startswith(("=", "@"))]


def test_nothing_of_a_hostile_fleet_runs_or_is_fetched(opened: Opened) -> None:
    page = opened(hostile())  # the fixture looks at dialogs, requests, errors
    assert page.locator(".findings script, .findings img, .findings a").count() == 0
    assert HOSTILE[1] in column(page, "device")
    for button in page.locator("button.more").all():
        button.click()
    shown = page.locator("tr.details").all_inner_texts()
    assert len(shown) == len(HOSTILE)
    assert max(map(len, shown)) > 10_000
    page.fill("#search", "<script>alert(1)")
    assert column(page, "device") == [HOSTILE[1]]


def test_by_keyboard_alone(opened: Opened) -> None:
    page = opened(many())
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.id") == "search"
    page.keyboard.type("wechat")
    assert count(page).startswith("40 of 120")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    focused = page.evaluate("() => document.activeElement.id")
    assert focused.startswith("facet-")
    page.focus("[data-sort=device]")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.dataset.sort") == "device"
    page.focus("button.more >> nth=0")
    page.keyboard.press("Enter")
    assert page.locator("tr.details").count() == 1


@pytest.mark.parametrize("content", [many(), hostile()], ids=["many", "hostile"])
def test_on_a_phone_nothing_is_cut_off(opened: Opened, content: HeldContent) -> None:
    page = opened(content, **PHONE)
    page.locator("button.more").first.click()
    width = page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= PHONE["viewport"]["width"]
    assert page.locator(".findings td.column-device").first.bounding_box()["width"] > 100


def test_light_and_dark(opened: Opened) -> None:
    light, dark = (opened(many(), color_scheme=scheme) for scheme in ("light", "dark"))
    assert background(light) == "rgb(250, 249, 246)"
    assert background(dark) == "rgb(22, 24, 27)"
    dark.click("#theme")
    assert background(dark) == background(light)
    dark.click("#theme")
    assert background(dark) == "rgb(22, 24, 27)"


def background(page: Page) -> str:
    return page.evaluate("() => getComputedStyle(document.body).backgroundColor")


def test_in_chinese(opened: Opened) -> None:
    page = opened(many(), language="zh")
    assert page.locator("h2").first.inner_text() == "80 项违规已逾期"
    assert page.evaluate("() => document.documentElement.lang") == "zh"
    page.fill("#search", "已逾期")
    assert count(page) == "120 条中 80 条符合 · 第 1–25 条，共 80 条"
    assert page.locator(".findings thead button").first.inner_text() == "状态"


@pytest.mark.parametrize(
    ("content", "language", "context"),
    [
        (FULL, "en", {}),
        (many(), "zh", {"color_scheme": "dark"}),
        (many(), "en", PHONE),
    ],
    ids=["light", "dark", "phone"],
)
def test_axe_finds_nothing(
    opened: Opened, content: HeldContent, language: str, context: dict
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(content, language=language, **context)
    page.locator("button.more").first.click()
    page.click("summary >> nth=-1")
    found = axe.run(page).response["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]][:3]) for rule in found] == []


def test_it_prints_on_a_few_pages(opened: Opened) -> None:
    page = opened(many(), color_scheme="dark")
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    pages = len(re.findall(rb"/Type\s*/Page\b", printed))
    assert 2 <= pages <= 6
    page.emulate_media(media="print")
    assert background(page) == "rgb(255, 255, 255)"
    assert page.locator("#search").is_hidden()
    assert page.locator(".findings").is_visible()


def test_without_a_program_the_worst_are_listed(opened: Opened, browser) -> None:
    page = opened(many())
    address = page.url.partition("#")[0]
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(address)
    assert "needs JavaScript" in plain.locator("noscript").inner_text()
    assert plain.locator("noscript tbody tr").count() == 20
    context.close()


def test_an_empty_content_makes_sense(opened: Opened) -> None:
    page = opened(HeldContent())
    assert page.locator("h2").first.inner_text() == "Nothing was judged"
    assert count(page) == "There are none."
    assert page.locator(".pager").is_hidden()
