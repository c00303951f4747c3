"""The whole path in a browser: a forum is made, a person comes through its door, a practice takes root."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.chromium import DESK, PHONE, Pages, camera_flags, launch
from tests.browser.steps import (
    STAGES,
    choose,
    draft_forum,
    enter,
    film_of,
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
KUYTUN = "25622000"
NAME = "Форум «Путь»"


def test_from_a_workbook_to_a_working_practice(
    pages: Pages, playwright: Playwright, phone: Page, desk: Page, films: Path
) -> None:
    pages.expected.append("422")  # stages of one day are asked about
    practice = free_practice(desk)
    organiser = pages.open(DESK)
    enter(organiser, "organiser")
    slug = draft_forum(organiser, NAME, places=2)
    import_programme(organiser, slug, practice["name"], films)
    make_public(organiser, slug)
    see_programme(desk, slug)
    appoint_volunteer(pages.open(DESK, role="administrator"), NAME)

    sign_up(phone, slug, "Открыткина Анна Львовна", "anna@example.org")
    picture = ticket_picture(phone)
    assert read_qr(picture).startswith("T1.")
    read_letter(desk, "anna@example.org", NAME, phone.url)
    expect(phone.locator(".agenda")).to_contain_text("Что делать завтра")

    film = film_of(picture, films / "ticket.y4m")
    with_camera = launch(playwright, *camera_flags(film))
    scan_twice(pages, with_camera, slug)
    with_camera.close()

    before = seen_in(desk, practice)
    municipality = pages.open(DESK)
    enter(municipality, "coordinator2")
    take_over(municipality, practice["slug"], "Центр помощи семье «Опора» посёлка Примерного")
    note_stages(municipality, STAGES)
    expect(municipality.locator(".page-head .state")).to_have_text("Готовим")
    reported = seen_in(desk, practice)
    assert reported["count"] == before["count"] + 1
    assert before["cell"] is None
    assert reported["cell"] is not None
    assert (reported["cell"]["state"], reported["cell"]["reported"]) == ("ready", 1)
    confirm_launch(pages, municipality.url)
    after = seen_in(desk, practice)
    assert (after["cell"]["state"], after["cell"]["organisations"], after["cell"]["reported"]) == ("works", 1, 0)
    desk.goto(f"/territories/{KUYTUN}")
    expect(desk.locator("#adoption")).to_contain_text(practice["name"])


def confirm_launch(pages: Pages, address: str) -> None:
    """The region's curator looks at what shows the launch and confirms it: only now it counts."""
    curator = pages.open(DESK, role="curator")
    curator.goto(address.split("#")[0])
    press(curator, submit_of(form_to(curator, "/confirmation")))
    expect(curator.locator(".page-head")).to_contain_text("Запуск подтверждён регионом")


def free_practice(page: Page) -> dict[str, Any]:
    """A practice that nobody in Kuytun has taken yet."""
    found = page.request.get("/adoption.json").json()["practices"]
    return next(one for one in found if not [cell for cell in one["territories"] if cell["oktmo"] == KUYTUN])


def import_programme(page: Page, slug: str, practice: str, folder: Path) -> None:
    """A wrong row is told and would wait; the right workbook is previewed and carried out."""
    template = page.request.get(f"/manage/forums/{slug}/programme/template.xlsx").body()
    rows = talks(practice)
    wrong = programme_file(template, [rows[0] | {"Начало": "полдень"}, *rows[1:]], folder / "wrong.xlsx")
    upload_programme(page, slug, wrong)
    expect(page.locator("tbody tr", has_text="Открытие форума")).to_contain_text("ошибка")
    expect(page.locator("main")).to_contain_text("1 строка с ошибкой")
    upload_programme(page, slug, programme_file(template, rows, folder / "programme.xlsx"))
    expect(page.locator("tbody tr", has_text="будет добавлено")).to_have_count(3)
    page.check("[name=on_paper]")
    press(page, submit_of(form_to(page, "/confirmation")))
    expect(page.locator("tbody tr")).to_have_count(3)


def make_public(page: Page, slug: str) -> None:
    page.goto(f"/manage/forums/{slug}")
    press(page, submit_of(form_to(page, "/programme-publication")))
    press(page, submit_of(form_to(page, "/status")))


def see_programme(page: Page, slug: str) -> None:
    page.goto(f"/forums/{slug}/programme")
    for row in talks(""):
        expect(page.locator("main")).to_contain_text(row["Название"])
    expect(page.locator("main")).to_contain_text("Курьерова Нина Петровна")


def appoint_volunteer(page: Page, forum: str) -> None:
    """The administrator gives the door of this forum to the volunteer."""
    page.goto("/manage/people?q=door@example.org")
    press(page, page.get_by_role("link", name="Циферкин"))
    page.locator("[name=role]").select_option("door")
    choose(page, "scope", forum)
    press(page, submit_of(form_to(page, "/roles")))
    expect(page.locator("tbody")).to_contain_text(forum)


def read_letter(page: Page, to: str, subject: str, link: str) -> None:
    page.goto("/dev/mail")
    press(page, page.locator("tbody tr", has_text=to).get_by_role("link").first)
    expect(page.locator("h1")).to_contain_text(subject)
    expect(page.locator("pre.letter")).to_contain_text(link)


def scan_twice(pages: Pages, browser: Browser, slug: str) -> None:
    """The camera sees the ticket: come in; then it sees it again: she is in already."""
    volunteer = pages.open(PHONE, role="door", browser=browser)
    volunteer.goto(f"/door/{slug}?mode=record")
    verdict = volunteer.locator("[data-verdict]")
    expect(verdict).to_have_attribute("data-verdict", "go", timeout=20_000)
    expect(verdict).to_contain_text("Вход")
    expect(verdict).to_contain_text("Открыткина Анна Львовна")
    verdict.locator("[data-door-next]").click()
    expect(verdict).to_have_attribute("data-verdict", "again", timeout=20_000)
    expect(verdict).to_contain_text("Уже прошла")
    expect(volunteer.locator("[data-door-count]")).to_have_text("1 из 1 записавшихся очно")
    pages.contexts.remove(volunteer.context)
    volunteer.context.close()


def seen_in(page: Page, practice: dict[str, Any]) -> dict[str, Any]:
    """What the map, the table and the data of /adoption/ say of Kuytun and of the practice there."""
    page.goto("/adoption/")
    tile = page.locator(f'.tile:has(a[href$="/territories/{KUYTUN}"])')
    data = page.request.get("/adoption.json").json()
    cells = next(one for one in data["practices"] if one["slug"] == practice["slug"])["territories"]
    return {
        "count": int(tile.locator("text.n").text_content() or 0),
        "cell": next((cell for cell in cells if cell["oktmo"] == KUYTUN), None),
    }
