"""What people do on the site, step by step, with a browser that runs scripts or one that does not."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import python_calamine
import xlsxwriter
import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.server import PASSWORD

IRKUTSK = "25701000"
STAGES = ("assessment", "preparation", "staffing", "safeguards", "launched", "operating")
"""The stages from the request to steady work."""


def today() -> date:
    """Today where the forum is."""
    return datetime.now(ZoneInfo("Asia/Irkutsk")).date()


def enter(page: Page, role: str) -> None:
    """Sign in through the form."""
    page.goto("/login")
    page.fill("[name=email]", f"{role}@example.org")
    page.fill("[name=password]", PASSWORD)
    press(page, submit_of(page.locator("form", has=page.locator("[name=password]"))))
    expect(page.locator("nav.rooms").first).to_be_attached()


def press(page: Page, button: Locator) -> None:
    """Press what leads to another page, and wait for that page."""
    with page.expect_navigation():
        button.click()


def submit_of(form: Locator) -> Locator:
    return form.locator("button[type=submit]").first


def form_to(page: Page, ending: str) -> Locator:
    """The form whose address ends so."""
    return page.locator(f'form[action$="{ending}"]')


def choose(page: Page, name: str, text: str) -> None:
    """Choose the only answer to `text` in a searchable list, or in the plain list when scripts are off."""
    select = page.locator(f"select[name={name}]")
    if page.evaluate("matchMedia('(scripting: enabled)').matches"):
        holder = page.locator("[data-combobox]", has=select)
        box = holder.locator("input[role=combobox]")
        box.click()
        box.fill(text)
        holder.locator("ul").get_by_role("option").filter(has_text=text).first.click()
    else:
        select.select_option(label=select.locator("option").filter(has_text=text).first.inner_text())


def draft_forum(page: Page, name: str, places: int) -> str:
    """An organiser makes a forum of today with a venue and a room. Returns its slug."""
    day = today().isoformat()
    page.goto("/manage/forums/new")
    for field in ("date_start", "date_end", "registration_opens", "registration_closes"):
        page.fill(f"[name={field}]", day)
    page.fill("[name=name]", name)
    page.fill("[name=place]", "Иркутск")
    choose(page, "territory", "Иркутск")
    page.fill("[name=capacity_in_person]", str(places))
    press(page, submit_of(page.locator("main form")))
    slug = page.url.rstrip("/").split("/")[-2]
    venue = page.locator("#venue-form")
    venue.locator("[name=name]").fill("Дом семьи")
    venue.locator("[name=address]").fill("Иркутск, улица Примерная, 2")
    press(page, submit_of(venue))
    page.locator("details", has=page.locator("#room-form")).locator("summary").click()
    page.fill("#room-name", "Большой зал")
    press(page, submit_of(page.locator("#room-form")))
    expect(page.locator("main")).to_contain_text("Большой зал")
    return slug


def programme_file(template: bytes, rows: Sequence[dict[str, str]], path: Path) -> Path:
    """A workbook with the headings of the product's own template."""
    sheet = python_calamine.load_workbook(io.BytesIO(template)).get_sheet_by_index(0).to_python()
    headings = next(row for row in sheet if "Название" in row)
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("Программа")
        page.write_row(0, 0, headings)
        for number, row in enumerate(rows, start=1):
            assert set(row) <= set(headings), row
            page.write_row(number, 0, [row.get(str(heading), "") for heading in headings])
    return path


def talks(practice: str) -> list[dict[str, str]]:
    """An opening and two talks of today."""
    day = today().strftime("%d.%m.%Y")
    shared = {"Дата": day, "Секция": "Особый ребёнок", "Зал": "Большой зал", "Формат": "очно"}
    return [
        shared | {"ID": "1", "Начало": "09:00", "Окончание": "09:30", "Вид": "Открытие", "Название": "Открытие форума"},
        shared
        | {
            "ID": "2",
            "Начало": "09:30",
            "Окончание": "10:00",
            "Вид": "Выступление",
            "Название": "Как служба приходит домой",
            "Спикер": "Курьерова Нина Петровна",
            "Должность": "заведующая отделением",
            "Организация": "Центр помощи семье",
            "Муниципалитет": "Куйтунский",
            "Практика": practice,
        },
        shared
        | {
            "ID": "3",
            "Начало": "23:00",
            "Окончание": "23:50",
            "Вид": "Выступление",
            "Название": "Что делать завтра",
            "Спикер": "Букварёв Пётр Ильич",
            "Должность": "методист",
        },
    ]


def upload_programme(page: Page, slug: str, file: Path) -> None:
    """Send a workbook and come to its preview."""
    page.goto(f"/manage/forums/{slug}/programme/import")
    page.set_input_files("[name=file]", file)
    press(page, submit_of(page.locator("main form")))


def sign_up(page: Page, slug: str, name: str, email: str, place: str = "Иркутск", format: str = "in_person") -> None:
    """Fill the one page of registration and come to «Мой форум»."""
    page.goto(f"/forums/{slug}/registration")
    page.check(f"[name=format][value={format}]")
    page.fill("[name=name]", name)
    page.fill("[name=email]", email)
    choose(page, "territory", place)
    page.fill("[name=organisation]", "Детский сад № 1")
    page.check("[name=consent_personal_data]")
    press(page, submit_of(page.locator("main form")))
    expect(page.locator("h1")).to_have_text("Мой форум")


def ticket_picture(page: Page) -> bytes:
    """A PNG of the QR as the page shows it."""
    return page.locator("svg.qr").screenshot()


def read_qr(picture: bytes) -> str:
    """What an independent decoder reads in `picture`."""
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)).convert("L"))
    assert len(found) == 1, found
    return str(found[0].text)


def film_of(picture: bytes, path: Path) -> Path:
    """A film (YUV4MPEG2) of the ticket before the camera: grey, 640 × 480, ten frames."""
    code = Image.open(io.BytesIO(picture)).convert("L").resize((360, 360))
    scene = Image.new("L", (640, 480), 170)
    scene.paste(code, (140, 60))
    frame = b"FRAME\n" + scene.tobytes() + b"\x80" * (640 * 480 // 2)
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + frame * 10)
    return path


def take_over(page: Page, practice: str, organisation: str) -> str:
    """«Беру к себе» for an organisation that is not in the list. Returns the adoption's address."""
    page.goto(f"/practices/{practice}")
    press(page, page.locator(f'a[href$="/practices/{practice}/adoption"]:visible').first)
    if page.locator("select[name=organisation]").count():
        select_new(page)
    page.fill("[name=new_organisation]", organisation)
    page.fill("[name=contact_name]", "Опорина Вера Кирилловна")
    page.fill("[name=contact_email]", "opora@example.org")
    page.fill("[name=aim]", "Помочь семьям дальних посёлков.")
    press(page, submit_of(page.locator("main form", has=page.locator("[name=contact_name]"))))
    return page.url


def select_new(page: Page) -> None:
    """Say that the organisation is not in the list, and open the place to write its name."""
    option = page.locator("select[name=organisation] option[value=new]").text_content() or ""
    choose(page, "organisation", option.strip())
    if not page.locator("[name=new_organisation]").is_visible():
        page.locator("details", has=page.locator("[name=new_organisation]")).locator("summary").click()


def note_stages(page: Page, stages: Sequence[str]) -> None:
    """Note `stages` as reached today, all in one form, each with what shows it."""
    form = form_to(page, "/stage")
    if len(stages) > 1:
        form.locator("details", has=page.locator(f"[name={stages[-1]}_done]")).locator("summary").click()
    for stage in stages:
        if stage != stages[0]:  # the first is meant by the button itself
            form.locator(f"[name={stage}_done]").check()
        form.locator(f"[name={stage}_on]").fill(today().isoformat())
        form.locator(f"[name={stage}_evidence]").fill(f"Приказ № {len(stage)}-о")
    press(page, submit_of(form))
    if len(stages) > 1:  # on one day: asked about once
        form_to(page, "/stage").locator("[name=sure]").check()
        press(page, submit_of(form_to(page, "/stage")))
