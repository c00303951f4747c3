"""The same deeds by keyboard alone: Tab, arrows, Space, Enter. Wherever the focus is, it can be seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import DESK, PHONE, Pages
from tests.browser.steps import STAGES, draft_forum, programme_file, sign_up, talks, today

pytestmark = pytest.mark.browser
FORUM = "prosemyu-2027"
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


def test_a_coordinator_takes_a_practice(pages: Pages, keyboard: Keyboard) -> None:
    pages.expected.append("422")  # stages of one day are asked about
    page = keyboard.page
    practices = page.request.get("/adoption.json").json()["practices"]
    here = "25536000"
    free = [one for one in practices if not [cell for cell in one["territories"] if cell["oktmo"] == here]][-1]
    page.goto(f"/practices/{free['slug']}")
    keyboard.tab_to(href="/adoption", limit=200)
    keyboard.enter()
    page.locator("main a[href*='/login']").focus()
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
    note_all_stages(keyboard)
    expect(page.locator(".page-head .state")).to_have_text("Готовим")
    expect(page.locator("main")).to_contain_text("Запуск заявлен, подтверждается")
    expect(page.locator("table")).to_contain_text("Протокол assessment")
    page.goto(f"/territories/{here}")
    expect(page.locator("#adoption")).to_contain_text(free["name"])


def note_all_stages(keyboard: Keyboard) -> None:
    """Note every stage as reached today, the later ones ticked behind their fold, each with what shows it."""
    form = keyboard.page.locator('form[action$="/stage"]')
    for stage in STAGES:
        if stage != STAGES[0]:  # the first is meant by the button itself
            if not form.locator(f"[name={stage}_done]").is_visible():
                keyboard.tab_to(tag="SUMMARY")
                keyboard.press("Enter")
                expect(form.locator(f"[name={stage}_done]")).to_be_visible()
            keyboard.tab_to(name=f"{stage}_done")
            keyboard.press("Space")
        keyboard.tab_to(name=f"{stage}_on")
        type_today(keyboard, f"{stage}_on")
        keyboard.tab_to(name=f"{stage}_evidence")
        keyboard.type(f"Протокол {stage}")
    keyboard.enter()
    keyboard.tab_to(name="sure")  # all on one day: asked about once
    keyboard.press("Space")
    keyboard.tab_to(type="submit")
    keyboard.enter()


def type_today(keyboard: Keyboard, name: str) -> None:
    """Type the date into the field in focus, in the order in which this browser keeps day and month."""
    field = keyboard.page.locator(f"[name={name}]")
    for order in ("%d%m%Y", "%m%d%Y"):
        keyboard.press("ArrowLeft", "ArrowLeft")
        keyboard.type(today().strftime(order))
        if field.input_value() == today().isoformat():
            return
    raise AssertionError(f"{name} holds {field.input_value()!r}")


def test_an_organiser_brings_a_programme_in_and_publishes_it(pages: Pages, films: Path) -> None:
    page = pages.open(DESK, role="organiser", reduced_motion="reduce")
    page.on("filechooser", lambda _chooser: None)  # asked for with the key itself, it may reach the page after it
    slug = draft_forum(page, "Форум с клавиатуры", places=5)
    template = page.request.get(f"/manage/forums/{slug}/programme/template.xlsx").body()
    file = programme_file(template, talks(""), films / "keyboard.xlsx")
    page.goto(f"/manage/forums/{slug}/programme/import")
    keyboard = Keyboard(page)
    keyboard.tab_to(type="file")
    with page.expect_file_chooser(timeout=30_000) as chooser:
        keyboard.press("Enter")
    chooser.value.set_files(file)
    keyboard.tab_to(type="submit")
    keyboard.enter()
    expect(page.locator("tbody tr", has_text="будет добавлено")).to_have_count(3)
    press_button(keyboard, "/confirmation")
    page.goto(f"/manage/forums/{slug}")
    press_button(keyboard, "/programme-publication")
    press_button(keyboard, "/status")
    page.goto(f"/forums/{slug}/programme")
    expect(page.locator("main")).to_contain_text("Что делать завтра")


def press_button(keyboard: Keyboard, ending: str) -> None:
    """Come by Tab to the button of the form whose address ends so, and press it."""
    button = keyboard.page.locator(f'form[action$="{ending}"] button[type=submit]').first
    while not button.evaluate("one => one === document.activeElement"):
        keyboard.tab_to(tag="BUTTON", limit=200)
    keyboard.enter()


def test_the_door_lets_in_by_code_and_by_name(pages: Pages) -> None:
    participant = pages.open(PHONE)
    sign_up(participant, FORUM, "Дверникова Ольга Ильинична", "dvernikova@example.org")
    code = participant.locator(".ticket-code").inner_text()
    page = pages.open(PHONE, role="door", reduced_motion="reduce")
    keyboard = Keyboard(page)
    assert told(keyboard, "code", code.lower().replace("-", " ")) == "go"
    undo(keyboard)
    assert told(keyboard, "code", code) == "go"
    assert told(keyboard, "code", code) == "again"
    assert told(keyboard, "code", "AAAA-AAAA") == "no"
    page.goto(f"/door/{FORUM}?mode=record")
    keyboard.tab_to(name="q")
    keyboard.type("дверникова")
    keyboard.enter()
    let_in = page.get_by_role("button", name="Впустить")
    while not let_in.evaluate("one => one === document.activeElement"):
        keyboard.tab_to(tag="BUTTON")
    keyboard.press("Enter")
    verdict = page.locator("[data-verdict]:visible")
    expect(verdict).to_have_attribute("data-verdict", "again")
    expect(verdict).to_contain_text("Дверникова")


def told(keyboard: Keyboard, field: str, text: str) -> str | None:
    """Type into a field of the door and press Enter: the verdict's kind, with its main button in focus."""
    page = keyboard.page
    page.goto(f"/door/{FORUM}?mode=record")
    keyboard.tab_to(name=field)
    keyboard.type(text)
    keyboard.press("Enter")
    verdict = page.locator("[data-verdict]:visible")
    expect(verdict).to_be_visible()
    return verdict.get_attribute("data-verdict")


def undo(keyboard: Keyboard) -> None:
    """Take the entry back by the button under the verdict."""
    page = keyboard.page
    while not page.evaluate("document.activeElement.form?.action.endsWith('/undo') ?? false"):
        keyboard.tab_to(tag="BUTTON")
    keyboard.press("Enter")
    expect(page.locator("[data-verdict=go]:visible")).to_have_count(0)


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


def test_a_municipality_is_found_by_its_latin_spelling(pages: Pages) -> None:
    page = pages.open(PHONE)
    page.goto(f"/en/forums/{FORUM}/registration")
    holder = page.locator("[data-combobox]", has=page.locator("select[name=territory]"))
    for typed, name in (("Irkutsk", "город Иркутск"), ("taishet", "Тайшетский"), ("shelekh", "Шелеховский")):
        holder.locator("input[role=combobox]").fill(typed)
        expect(holder.get_by_role("option").first).to_contain_text(name)
