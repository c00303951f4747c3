"""Whoever is not in the hall: signed up at the seminar of today, joined, counted, and read by the organiser."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import DESK, PHONE, Pages
from tests.browser.steps import press, sign_up, submit_of

pytestmark = pytest.mark.browser
SEMINAR = "repetitsiya"


def to_the_live_page(page: Page, name: str, email: str) -> str:
    """Sign up and come to the page of the day; the address of «Мой форум»."""
    sign_up(page, SEMINAR, name, email, format="remote")
    mine = page.url
    expect(page.locator("main")).to_contain_text("Подключиться к форуму")
    page.get_by_role("link", name="Подключиться к форуму").click()
    expect(page.locator("h1")).to_have_text("Участие онлайн")
    return mine


def enter_the_word(page: Page) -> None:
    page.get_by_role("link", name="С кодовым словом").click()
    page.fill("[name=word-word]", "Рябина")
    press(page, submit_of(page.locator("form[action*='/word']")))
    expect(page.locator("main")).to_contain_text("Ваше участие в этой секции отмечено")


def test_a_phone_joins_is_counted_and_the_organiser_reads_it(pages: Pages, phone: Page) -> None:
    name = "Экранова Вера Львовна"
    with phone.expect_response(lambda answer: answer.url.endswith("/presence")) as told:
        to_the_live_page(phone, name, "vera@example.org")
    assert told.value.json()["counted"] >= 1
    join = phone.get_by_role("link", name="Подключиться", exact=True)
    assert (join.get_attribute("target"), join.get_attribute("rel")) == ("_blank", "noreferrer noopener")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.reload()
    expect(phone.locator("[data-live-waiting]")).to_be_hidden()
    enter_the_word(phone)

    organiser = pages.open(DESK, role="organiser")
    organiser.goto(f"/manage/forums/{SEMINAR}/registrations?q=vera@example.org")
    organiser.get_by_role("link", name=name).click()
    expect(organiser.locator("#remote").locator("..")).to_contain_text("личная страница")
    expect(organiser.locator("#remote").locator("..")).to_contain_text("кодовое слово")
    organiser.goto(f"/manage/forums/{SEMINAR}/figures")
    expect(organiser.locator("main")).to_contain_text("участвовали дистанционно")


def test_minutes_of_a_lost_line_come_when_it_is_back(pages: Pages) -> None:
    pages.expected.append("ERR_INTERNET_DISCONNECTED")
    phone = pages.open(PHONE)
    to_the_live_page(phone, "Обрывова Анна Львовна", "line@example.org")
    phone.wait_for_load_state("networkidle")
    phone.context.set_offline(True)
    minute = int(time.time()) // 60 - 3
    phone.evaluate(
        """(minute) => {
          const { key, section } = document.querySelector("[data-live]").dataset;
          localStorage.setItem(`presence ${key} ${section}`, JSON.stringify([minute]));
        }""",
        minute,
    )
    with phone.expect_request(lambda asked: asked.url.endswith("/presence")) as sent:
        phone.context.set_offline(False)
    assert f"at={minute}" in (sent.value.post_data or "")


def test_without_scripts_the_word_is_entered_by_a_plain_form(pages: Pages) -> None:
    page = pages.open(PHONE, java_script_enabled=False)
    to_the_live_page(page, "Бумажнова Анна Львовна", "plain@example.org")
    expect(page.locator("main")).to_contain_text("Идёт сейчас")
    enter_the_word(page)
