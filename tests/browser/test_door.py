"""The door where JavaScript acts: the red screen's search, a hand scanner, words that must not break."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE, Pages
from tests.browser.steps import sign_up

FORUM = "prosemyu-2027"
PIECES = """(word) => [...word.textContent.matchAll(/\\S+/g)].map((found) => {
  const range = document.createRange();
  range.setStart(word.firstChild, found.index);
  range.setEnd(word.firstChild, found.index + found[0].length);
  return new Set([...range.getClientRects()].map((rect) => Math.round(rect.top))).size;
})"""
"""On how many lines each word of an element stands."""


def at_the_door(pages: Pages) -> Page:
    page = pages.open(PHONE, role="door", reduced_motion="reduce")
    page.goto(f"/door/{FORUM}?mode=record")
    return page


def scan(page: Page, code: str) -> None:
    page.fill("#code", code)
    page.press("#code", "Enter")
    expect(page.locator("[data-verdict]:visible")).to_be_visible()


def test_the_red_screen_leads_to_the_search_and_to_the_sign_up(pages: Pages) -> None:
    page = at_the_door(pages)
    pages.expected.append("422")
    scan(page, "AAAA-AAAA")
    page.get_by_role("link", name="Найти по фамилии").click()
    expect(page.locator("[data-verdict]:visible")).to_have_count(0)
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("Опоздалова")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Записать на входе").click()
    expect(page.locator("[name=name]")).to_have_value("Опоздалова")
    page.fill("[name=name]", "Опоздалова Ольга")
    page.fill("[name=email]", "opozdalova@example.org")
    page.get_by_role("button", name="Записать и впустить").click()
    page.get_by_text("Подписано на бумаге").click()
    page.get_by_role("button", name="Записать и впустить").click()
    expect(page.locator("[data-verdict]")).to_have_attribute("data-verdict", "go")
    page.get_by_role("link", name="Следующий").click()
    expect(page.locator("#q")).to_be_visible()


def test_a_hand_scanner_types_the_next_ticket_over_the_verdict_before(pages: Pages) -> None:
    participant = pages.open(PHONE)
    sign_up(participant, FORUM, "Сканерова Инна Ильинична", "skanerova@example.org")
    code = participant.locator(".ticket-code").inner_text()
    page = at_the_door(pages)
    scan(page, "AAAA-AAAA")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.locator("[data-verdict=go]")).to_contain_text("Сканерова")


def test_no_word_of_a_verdict_is_broken_on_a_phone(pages: Pages) -> None:
    page = at_the_door(pages)
    for width in (390, 360, 320):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(f"/door/{FORUM}?mode=record&q=анна")
        page.locator(".door-people li", has_text="дистанционно").first.get_by_role("button").click()
        word = page.locator("[data-verdict] .word")
        expect(word).to_have_text("Участвует дистанционно")
        assert word.evaluate(PIECES) == [1, 1], width
