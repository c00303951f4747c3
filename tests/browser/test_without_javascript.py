"""The same path with scripts off: plain forms, plain lists, a photo or a typed code at the door."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import DESK, PHONE, Pages
from tests.browser.steps import (
    draft_forum,
    enter,
    form_to,
    note_stages,
    press,
    programme_file,
    read_qr,
    sign_up,
    submit_of,
    take_over,
    talks,
    ticket_picture,
    upload_programme,
)

pytestmark = pytest.mark.browser
FORUM = "prosemyu-2027"


def plain(pages: Pages, device: dict[str, Any], role: str = "") -> Page:
    """A page whose browser runs no scripts."""
    page = pages.open(device, role=role, java_script_enabled=False)
    assert page.evaluate("matchMedia('(scripting: enabled)').matches") is False
    return page


def test_photo_of_the_ticket_at_the_door(pages: Pages) -> None:
    participant, volunteer = plain(pages, PHONE), plain(pages, PHONE, "door")
    sign_up(participant, FORUM, "Бумажный Лев Ильич", "lev@example.org", place="Тулун")
    picture = ticket_picture(participant)
    assert read_qr(picture).startswith("T1.")
    for expected, word in (("go", "Вход"), ("again", "Уже прошёл")):
        volunteer.goto(f"/door/{FORUM}?mode=record")
        volunteer.set_input_files("#photo", {"name": "ticket.png", "mimeType": "image/png", "buffer": picture})
        press(volunteer, submit_of(volunteer.locator("form", has=volunteer.locator("#photo"))))
        expect(volunteer.locator("[data-verdict]")).to_have_attribute("data-verdict", expected)
        expect(volunteer.locator("[data-verdict]")).to_contain_text(word)
        expect(volunteer.locator("[data-verdict]")).to_contain_text("Бумажный Лев Ильич")


def test_typed_code_at_the_door_and_undo(pages: Pages) -> None:
    participant, volunteer = plain(pages, PHONE), plain(pages, PHONE, "door")
    sign_up(participant, FORUM, "Карандашова Яна Олеговна", "yana@example.org")
    code = participant.locator(".ticket-code").inner_text()
    assert type_code(volunteer, code.lower().replace("-", " ")) == "go"
    press(volunteer, submit_of(form_to(volunteer, "/undo")))
    assert type_code(volunteer, code) == "go"
    assert type_code(volunteer, code) == "again"
    assert type_code(volunteer, "AAAA-AAAA") == "no"


def type_code(page: Page, code: str) -> str | None:
    """The verdict's kind."""
    page.goto(f"/door/{FORUM}?mode=record")
    page.fill("#code", code)
    press(page, submit_of(page.locator("form", has=page.locator("#code"))))
    return page.locator("[data-verdict]").get_attribute("data-verdict")


def test_name_found_at_the_door(pages: Pages) -> None:
    participant, volunteer = plain(pages, PHONE), plain(pages, PHONE, "door")
    sign_up(participant, FORUM, "Ёлочкина Зоя Павловна", "zoya@example.org")
    volunteer.goto(f"/door/{FORUM}?mode=record")
    volunteer.fill("#q", "елочкина")
    press(volunteer, submit_of(volunteer.locator("form", has=volunteer.locator("#q"))))
    press(volunteer, volunteer.locator(".door-people li", has_text="Ёлочкина Зоя").get_by_role("button"))
    expect(volunteer.locator("[data-verdict]")).to_have_attribute("data-verdict", "go")


def test_mistakes_come_back_with_what_was_typed(pages: Pages) -> None:
    page = plain(pages, PHONE)
    pages.expected.append("422")
    page.goto(f"/forums/{FORUM}/registration")
    page.fill("[name=name]", "Забывалкин")
    page.fill("[name=email]", "zabyl@")
    press(page, submit_of(page.locator("main form")))
    expect(page.locator(".summary")).to_be_visible()
    expect(page.locator("[name=name]")).to_have_value("Забывалкин")
    page.locator(".summary a").first.click()
    assert "#" in page.url


def test_cancellation_frees_the_place(pages: Pages) -> None:
    page = plain(pages, PHONE)
    sign_up(page, FORUM, "Передумалова Нина Юрьевна", "nina@example.org")
    ticket = page.url
    press(page, page.locator('a[href$="/cancellation"]'))
    press(page, submit_of(form_to(page, "/cancellation")))
    page.goto(ticket)
    expect(page.locator("svg.qr")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("участие отменено")


def test_programme_from_a_workbook(pages: Pages, films: Path) -> None:
    page = plain(pages, DESK)
    enter(page, "organiser")
    slug = draft_forum(page, "Форум без сценариев", places=10)
    template = page.request.get(f"/manage/forums/{slug}/programme/template.xlsx").body()
    upload_programme(page, slug, programme_file(template, talks(""), films / "plain.xlsx"))
    expect(page.locator("tbody tr", has_text="будет добавлено")).to_have_count(3)
    press(page, submit_of(form_to(page, "/confirmation")))
    expect(page.locator("tbody tr")).to_have_count(3)
    page.goto(f"/manage/forums/{slug}")
    press(page, submit_of(form_to(page, "/programme-publication")))
    press(page, submit_of(form_to(page, "/status")))
    page.goto(f"/forums/{slug}/programme")
    expect(page.locator("main")).to_contain_text("Что делать завтра")


def test_a_practice_is_taken_and_moved(pages: Pages) -> None:
    page = plain(pages, DESK, "coordinator")
    practices = page.request.get("/adoption.json").json()["practices"]
    here = "25536000"
    free = next(one for one in practices if not [cell for cell in one["territories"] if cell["oktmo"] == here])
    take_over(page, free["slug"], "Центр помощи семье «Берег» города Примерного")
    expect(page.locator(".page-head .state")).to_have_text("Думаем")
    note_stages(page, ["assessment"])
    expect(page.locator("table")).to_contain_text("Приказ № 10-о")
    page.goto("/cabinet/")
    expect(page.locator("main")).to_contain_text(free["name"])
