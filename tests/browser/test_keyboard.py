"""The same deeds by keyboard alone: Tab, arrows, Space, Enter. Wherever the focus is, it can be seen."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import DESK, Pages

pytestmark = pytest.mark.browser
FOCUS = """async () => {
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  const one = document.activeElement;
  const ringed = [one, one.parentElement, one.closest(".card, .ask, .choice")].filter(Boolean).some((part) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(part);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  });
  const tile = one.querySelector("rect");
  const calendar = one.type === "date" && !one.matches(":focus"); // the browser's own button, with its own ring
  const box = one.getBoundingClientRect();
  return {
    name: one.getAttribute("name") ?? one.id, tag: one.tagName, type: one.getAttribute("type"),
    href: one.getAttribute("href"), html: one.outerHTML.slice(0, 160),
    seen: ringed || calendar || (tile !== null && parseFloat(getComputedStyle(tile).strokeWidth) >= 4),
    inView: box.bottom > 0 && box.top < innerHeight,
  };
}"""
"""What has the focus, whether a ring shows it, and whether it is on the screen."""


class Keyboard:
    """Hands on the keyboard, eyes on the focus."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def tab_to(self, limit: int = 80, **wanted: Any) -> None:
        """Press Tab until the focus is on an element with these properties; every stop must be visible."""
        for _step in range(limit):
            self.page.keyboard.press("Tab")
            focus = self.page.evaluate(FOCUS)
            if focus["tag"] == "BODY":
                continue
            assert focus["seen"], f"no visible focus on {focus['html']}"
            assert focus["inView"], f"the focus is out of sight: {focus['html']}"
            if all(str(focus[key]).endswith(value) for key, value in wanted.items()):
                return
        raise AssertionError(f"{limit} tabs never came to {wanted}")

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def enter(self) -> None:
        """Press Enter and wait for the page it leads to."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


@pytest.fixture
def keyboard(pages: Pages) -> Keyboard:
    return Keyboard(pages.open(DESK, reduced_motion="reduce"))


def test_a_person_signs_up(keyboard: Keyboard) -> None:
    page = keyboard.page
    page.goto("/forums/prosemyu-2027/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    keyboard.tab_to(href="/registration")
    keyboard.enter()
    keyboard.tab_to(name="format")
    keyboard.press("Space")
    keyboard.tab_to(name="name")
    keyboard.type("Клавишина Тамара Львовна")
    keyboard.tab_to(name="email")
    keyboard.type("tamara@example.org")
    keyboard.tab_to(name="territory")
    keyboard.type("тул")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    keyboard.press("Enter")
    expect(page.locator("select[name=territory]")).not_to_have_value("")
    keyboard.tab_to(name="consent_personal_data")
    keyboard.press("Space")
    keyboard.tab_to(type="submit")
    keyboard.enter()
    expect(page.locator("h1")).to_have_text("Мой форум")
    expect(page.locator("main")).to_contain_text("Клавишина Тамара Львовна")
    expect(page.locator("svg.qr")).to_be_visible()


def test_a_coordinator_takes_a_practice(keyboard: Keyboard) -> None:
    page = keyboard.page
    practices = page.request.get("/adoption.json").json()["practices"]
    here = "25536000"
    free = [one for one in practices if not [cell for cell in one["territories"] if cell["oktmo"] == here]][-1]
    page.goto(f"/practices/{free['slug']}")
    keyboard.tab_to(href="/adoption", limit=200)
    keyboard.enter()
    sign_in(keyboard)
    choose_new_organisation(keyboard)
    keyboard.tab_to(name="contact_name")
    keyboard.type("Клавишин Пётр Ильич")
    keyboard.tab_to(name="contact_email")
    keyboard.type("petr@example.org")
    keyboard.tab_to(type="submit")
    keyboard.enter()
    expect(page.locator(".page-head .state")).to_have_text("Думаем")
    keyboard.tab_to(name="assessment_done")
    keyboard.press("Space")
    keyboard.tab_to(name="assessment_evidence")
    keyboard.type("Протокол № 1")
    keyboard.enter()
    expect(page.locator("table")).to_contain_text("Протокол № 1")


def sign_in(keyboard: Keyboard) -> None:
    keyboard.tab_to(name="email")
    keyboard.type("coordinator@example.org")
    keyboard.tab_to(name="password")
    keyboard.type("demo-2026-forum")
    keyboard.enter()
    expect(keyboard.page.locator("form [name=contact_name]")).to_be_visible()


def choose_new_organisation(keyboard: Keyboard) -> None:
    """Open the list with the arrow, go up to its last line, and write the name below."""
    page = keyboard.page
    keyboard.tab_to(name="organisation")
    keyboard.press("ArrowDown")
    expect(page.locator("#organisation-list")).to_be_visible()
    keyboard.press("ArrowUp", "Enter")
    expect(page.locator("select[name=organisation]")).to_have_value("new")
    if not page.locator("[name=new_organisation]").is_visible():
        keyboard.tab_to(tag="SUMMARY")
        keyboard.press("Enter")
    keyboard.tab_to(name="new_organisation")
    keyboard.type("Центр помощи семье «Клавиша» города Примерного")
