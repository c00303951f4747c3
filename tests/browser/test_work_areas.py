"""First screens on a phone, a role that ends at its territory, and work that changes hands."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import DESK, PHONE, Pages
from tests.browser.steps import press

pytestmark = pytest.mark.browser
ELSEWHERE = "/cabinet/adoptions/"


def first_screen(pages: Pages, role: str, heading: str) -> Page:
    """The role's screen after signing in: its heading, nothing wider than the phone."""
    page = pages.open(PHONE, role=role)
    page.goto("/work")
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    return page


def test_a_moderator_reads_the_running_order(pages: Pages) -> None:
    page = first_screen(pages, "moderator", "Ваши секции")
    expect(page.get_by_role("link", name="Ход секции")).to_have_count(
        2
    )  # of today and of next year; the past one is folded
    page.locator("summary", has_text="Прошедшие: 1").click()
    press(page, page.locator("details.fold").get_by_role("link", name="Ход секции"))
    expect(page.get_by_role("listitem").filter(has_text="13:35–13:50")).to_contain_text("Практика")
    page.emulate_media(media="print")
    expect(page.locator("header.bar")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_speaker_agrees_and_takes_it_back(pages: Pages) -> None:
    page = first_screen(pages, "speaker", "Ваши выступления")
    press(page, page.get_by_role("link", name="Мой профиль"))
    expect(page.locator("[name=consent]")).not_to_be_checked()
    page.fill("[name=biography]", "Двадцать лет работаю с семьями района.")
    page.check("[name=consent]")
    press(page, page.get_by_role("button", name="Сохранить"))
    expect(page.get_by_text("Ваше имя показано рядом")).to_be_visible()
    page.get_by_role("button", name="Отозвать согласие").click()
    press(page, page.get_by_role("dialog").get_by_role("button", name="Отозвать согласие"))
    expect(page.get_by_text("ваше имя нигде не показывается")).to_be_visible()


def test_a_curator_confirms_a_launch(pages: Pages) -> None:
    page = first_screen(pages, "curator", "ждут подтверждения")
    before = count(page)
    page.get_by_role("button", name="Подтвердить запуск").first.click()
    press(page, page.get_by_role("dialog").get_by_role("button", name="Подтвердить запуск"))
    page.goto("/work")
    assert count(page) == before - 1
    expect(page.get_by_role("heading", name="Кому позвонить")).to_be_visible()


def count(page: Page) -> int:
    found = re.match(r"\d+", page.locator("#to-confirm").inner_text())
    assert found
    return int(found[0])


def test_an_expert_grades_what_waits(pages: Pages) -> None:
    page = pages.open(PHONE, role="expert")
    page.goto("/work")
    page.wait_for_url("**/manage/grading")
    expect(page.locator("h1")).to_contain_text("оценки")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    practice = page.locator("main ul.lines a").first
    path = practice.get_attribute("href")
    press(page, practice)
    page.locator("[name=evidence]").first.check()
    page.fill("[name=grounds]", "Описание автора, приказ и журнал учёта.")
    for scale in page.locator("fieldset.scale").all():
        scale.locator("input").nth(3).check()
    press(page, page.get_by_role("button", name="Сохранить оценку"))
    page.wait_for_url("**/manage/grading")
    expect(page.locator(f'main ul.lines a[href="{path}"]')).to_have_count(0)


def test_an_analyst_finds_map_and_workbook(pages: Pages) -> None:
    page = first_screen(pages, "analyst", "Внедрение на ваших территориях")
    with page.expect_download() as download:
        page.get_by_role("link", name="Таблица, XLSX").click()
    assert download.value.suggested_filename == "adoption.xlsx"
    press(page, page.get_by_role("link", name="Карта и таблица"))
    expect(page.locator("svg .tile").first).to_be_visible()


def test_a_role_ends_at_its_territory(pages: Pages) -> None:
    """What one coordinator opens, the neighbour's does not exist for the other."""
    own = pages.open(PHONE, role="coordinator")
    own.goto("/cabinet/")
    address = own.locator(f'a[href^="{ELSEWHERE}"]').first.get_attribute("href")
    assert address
    assert own.goto(address.split("#")[0]).status == 200  # type: ignore[union-attr]
    pages.expected.append("404")
    neighbour = pages.open(PHONE, role="coordinator2")
    assert neighbour.goto(address.split("#")[0]).status == 404  # type: ignore[union-attr]
    expect(neighbour.get_by_role("heading", level=1)).to_contain_text("Такой страницы нет")
    moderator = pages.open(PHONE, role="moderator")
    assert moderator.goto("/manage/people").status == 404  # type: ignore[union-attr]


def test_work_is_handed_over_on_one_screen(pages: Pages) -> None:
    page = pages.open(DESK, role="administrator")
    page.goto("/manage/people?role=assistant")
    press(page, page.get_by_role("rowheader").get_by_role("link"))
    press(page, page.get_by_role("link", name="Передать дела"))
    page.fill("[name=name]", "Сменщикова Вера Львовна")
    page.fill("[name=email]", "handover@example.org")
    press(page, page.get_by_role("button", name="Показать, что передаётся"))
    expect(page.get_by_role("main")).to_contain_text("Сменщикова Вера Львовна (handover@example.org)")
    expect(page.get_by_role("listitem").filter(has_text="Помощник модератора")).to_be_visible()
    press(page, page.get_by_role("button", name="Передать"))
    expect(page.get_by_role("status")).to_contain_text("Дела переданы")
    page.goto("/manage/people?q=Сменщикова")
    expect(page.get_by_role("table")).to_contain_text("Помощник модератора")


def test_twelve_participants_stand_above_the_fold(pages: Pages) -> None:
    page = pages.open(DESK, role="organiser")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/manage/forums/prosemyu-2026/registrations")
    table = page.get_by_role("table", name="Участники")
    assert table.bounding_box()["y"] < 450
    rows = [row.bounding_box() for row in table.locator("tbody tr").all()[:12]]
    assert [row["y"] + row["height"] <= 900 for row in rows] == [True] * 12
    assert page.locator(".participants .table").evaluate("box => box.scrollWidth - box.clientWidth") == 0


def test_the_current_part_of_a_desk_is_in_sight_on_a_phone(pages: Pages) -> None:
    page = pages.open(PHONE, role="organiser")
    for address, label in (("places", "Залы"), ("outcome", "Итоги"), ("programme", "Программа")):
        page.goto(f"/manage/forums/prosemyu-2026/{address}")
        tab = page.locator(".tabs [aria-current]")
        expect(tab).to_have_text(label)
        box = tab.bounding_box()
        assert box["x"] >= 0, address
        assert box["x"] + box["width"] <= 390, address
