"""The quarterly question answered three ways: by the link in the letter, by Excel, by a paper letter."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter
from playwright.sync_api import Page, expect

from tests.browser.chromium import DESK, PHONE, Pages
from tests.browser.steps import form_to, press, submit_of, today

pytestmark = pytest.mark.browser
KIRENSK = "25520000"


def open_round(page: Page) -> str:
    """The address of the round whose answers are taken, from the organiser's list."""
    page.goto("/manage/rounds")
    row = page.locator("tbody tr", has_text="ответы принимаются").first
    return str(row.locator("a").first.get_attribute("href"))


def narrow(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_by_the_link_in_the_letter_on_a_phone_without_scripts(pages: Pages) -> None:
    organiser = pages.open(DESK, role="organiser")
    municipality = f"{open_round(organiser)}/{KIRENSK}"
    organiser.goto(municipality)
    organiser.get_by_text("Отправить письмо ещё раз").click()
    organiser.fill("#address", "kirensk@example.net")
    press(organiser, submit_of(form_to(organiser, "/letter")))
    organiser.goto("/dev/mail")
    press(organiser, organiser.locator("tbody tr", has_text="kirensk@example.net").locator("a").first)
    letter = organiser.locator("main").inner_text()
    assert ".xlsx" in letter
    link = re.search(r"/answer/[A-Z2-7]{26}", letter)
    assert link, letter

    phone = pages.open(PHONE, java_script_enabled=False)
    phone.goto(link[0])
    narrow(phone)
    heading = phone.locator("h1").inner_text()
    questions = phone.locator(".question:has(input[type=radio])")
    waiting = questions.count()
    assert str(waiting) in heading
    first = questions.nth(0)
    expect(first.locator("textarea")).not_to_be_visible()
    first.get_by_text("Есть сдвиг").click()
    expect(first.locator("textarea")).to_be_visible()
    first.locator("textarea").fill("Обучили двоих")
    if first.locator("input[name$=-served]").count():
        first.locator("input[name$=-served]").fill("100")
    first.locator("input[name$=-staff]").fill("2")
    phone.fill("[name=name]", "Речкина Нина Львовна")
    press(phone, first.get_by_role("button", name="Сохранить"))
    expect(phone.locator(".toasts")).to_contain_text("Сохранён 1 ответ")
    narrow(phone)
    expect(phone.locator("[name=name]")).to_have_value("Речкина Нина Львовна")
    for question in phone.locator(".question:not(:has(details.fold)):has(input[type=radio])").all():
        question.get_by_text("Без изменений").click()
    press(phone, phone.get_by_role("button", name="Сохранить все ответы"))
    expect(phone.locator("h1")).to_have_text("Спасибо: на всё отвечено")

    organiser.goto(municipality)
    expect(organiser.locator("main")).to_contain_text("по ссылке, Речкина Нина Львовна")


def filled(form: bytes, path: Path) -> Path:
    """The form as it came, with «Без изменений» in every row that has no answer."""
    grid = python_calamine.load_workbook(io.BytesIO(form)).get_sheet_by_index(0).to_python()
    head = next(number for number, row in enumerate(grid) if "ID" in row)
    place = grid[head].index("Ответ")
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        for number, row in enumerate(grid):
            if number > head and not row[place]:
                row[place] = "Без изменений"
            page.write_row(number, 0, row)
    return path


def test_by_excel(pages: Pages, films: Path) -> None:
    page = pages.open(PHONE, role="coordinator2")
    page.goto("/cabinet/")
    narrow(page)
    before = page.locator(".ask-quarter").count()
    assert before > 0
    with page.expect_download() as download:
        page.get_by_role("link", name="Скачать таблицу Excel").click()
    form = Path(download.value.path()).read_bytes()
    press(page, page.get_by_role("link", name="Загрузить заполненную таблицу"))
    page.set_input_files("[name=file]", filled(form, films / "quarter.xlsx"))
    press(page, submit_of(page.locator("main form")))
    narrow(page)
    expect(page.locator("tbody tr", has_text="будет добавлено")).to_have_count(before)
    press(page, submit_of(form_to(page, "/confirmation")))
    expect(page.locator(".toasts")).to_contain_text(f"Добавлено: {before}")
    expect(page.locator(".ask-quarter")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("на всё отвечено")


def test_by_paper(pages: Pages) -> None:
    page = pages.open(PHONE, role="organiser")
    address = open_round(page)
    page.goto(f"{address}?state=waiting")
    narrow(page)
    press(page, page.locator("tbody").get_by_role("link", name="Шелеховский"))
    narrow(page)
    page.fill("[name=letter_number]", "45/02-11")
    page.fill("[name=letter_date]", today().isoformat())
    page.fill("[name=name]", "Ручкин Пётр Ильич")
    question = page.locator(".question:has(input[type=radio])").first
    question.get_by_text("Остановились").click()
    question.locator("select[name$=-exit]").select_option("paused")
    question.locator("select[name$=-reason]").select_option("staff")
    press(page, page.get_by_role("button", name="Сохранить ответы с бумаги"))
    row = page.locator("tbody tr", has_text="Шелеховский")
    expect(row).to_contain_text(f"по письму № 45/02-11 от {today().strftime('%d.%m.%Y')}")
    expect(row).to_contain_text("Ручкин Пётр Ильич")
    press(page, row.get_by_role("link"))
    expect(page.locator("main")).to_contain_text("внесено: Протоколова Марина Семёновна")
    narrow(page)


def test_one_press_in_the_cabinet(pages: Pages) -> None:
    page = pages.open(DESK, role="coordinator")
    page.goto("/cabinet/")
    before = page.locator(".ask-quarter").count()
    card = page.locator(".ask-quarter").first
    press(page, card.get_by_role("button", name="Без изменений"))
    expect(page.locator(".ask-quarter")).to_have_count(before - 1)
    press(page, page.locator(".ask-quarter").first.get_by_role("link", name="Есть сдвиг"))
    expect(page.locator(".question .said :checked")).not_to_have_count(0)


LOOK = """(choices) => choices.map((one) => {
  const { backgroundColor, boxShadow, borderTopColor } = getComputedStyle(one)
  return [`${backgroundColor} ${boxShadow}`, borderTopColor]
})"""


@pytest.mark.parametrize("scripts", [True, False])
def test_nothing_looks_chosen_before_a_choice(pages: Pages, scripts: bool) -> None:
    """Neither a pointer that rests on an answer nor the keyboard's frame looks like the choice."""
    page = pages.open(DESK, role="coordinator", java_script_enabled=scripts, reduced_motion="reduce")
    page.goto("/cabinet/quarter")
    unanswered = page.locator(".question:has(.said):not(:has(.said :checked))").first.get_attribute("id")
    choices = page.locator(f"#{unanswered} .choice")
    calm, *others = choices.evaluate_all(LOOK)
    assert others == [calm, calm]
    action = page.locator("button.plain").first.evaluate("one => getComputedStyle(one).color")
    choices.nth(1).hover()
    filling, border = choices.evaluate_all(LOOK)[1]
    assert filling == calm[0]
    assert border != action
    choices.nth(1).locator("input").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    focused = page.locator(".choice:focus-within")
    assert focused.locator("input").evaluate("one => getComputedStyle(one).outlineStyle") == "none"
    assert focused.evaluate("one => getComputedStyle(one).outlineWidth") == "3px"
    assert not focused.locator("input").is_checked()
    choices.nth(1).click()
    filling, border = choices.evaluate_all(LOOK)[1]
    assert filling != calm[0]
    assert border == action
