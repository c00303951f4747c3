"""A practice's way in a browser: an author's phone, the methodist, a return, a confirmation, the catalogue."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import DESK, Pages
from tests.browser.steps import choose, form_to, press, submit_of

pytestmark = pytest.mark.browser
NAME = "Отцовский понедельник"
CARD = {
    "effect": "Улучшение отцовской вовлечённости.",
    "what_is_done": "По понедельникам отцы с детьми чинят велосипеды и игрушки в мастерской школы.",
    "who_does_it": "Учитель труда и двое отцов.",
    "what_is_needed": "Мастерская, инструмент, приказ школы.",
}
PLAIN = "Отцы раз в неделю заняты с детьми одним делом."


def test_from_a_phone_to_the_catalogue(pages: Pages, phone: Page, desk: Page) -> None:
    pages.expected.append("422")
    propose(phone)
    link = link_in_letter(desk, "practice_author")
    phone.goto(link)
    write_card(phone)
    methodist = pages.open(DESK, role="methodist")
    return_it(methodist)
    mend(phone, link)
    complete(methodist)
    assert link_in_letter(desk, "practice_confirmation") == link + "/confirmation"
    confirm(phone, link)
    organiser = pages.open(DESK, role="organiser")
    slug = publish(organiser)
    desk.goto(f"/practices/{slug}")
    expect(desk.locator("main")).to_contain_text(PLAIN)
    expect(desk.locator(".facts")).to_contain_text("0,5 ставки")
    phone.goto(link)
    expect(phone.locator(".notice.ok").first).to_contain_text("В каталоге")
    second_edition(organiser, slug)
    see_what_changed(desk, slug)


def propose(page: Page) -> None:
    page.goto("/practices/")
    press(page, page.locator("footer a", has_text="Предложить практику"))
    page.fill("[name=practice]", NAME)
    choose(page, "territory", "Тулун")
    page.fill("[name=name]", "Велосипедов Антон Ильич")
    page.fill("[name=email]", "a.velosipedov@example.org")
    page.check("[name=consent_personal_data]")
    press(page, submit_of(page.locator("main form")))
    expect(page.locator("h1")).to_have_text("Проверьте почту")


def link_in_letter(page: Page, kind: str) -> str:
    """The path of the newest letter of `kind` to the author."""
    page.goto("/dev/mail")
    row = page.locator("tbody tr", has_text="a.velosipedov@example.org").filter(has_text=kind)
    press(page, row.get_by_role("link").first)
    found = re.search(r"/author/[A-Z2-7]{26}(/confirmation)?", page.locator("pre.letter").inner_text())
    assert found
    return found[0]


def write_card(page: Page) -> None:
    """Seven fields; what is typed survives a phone put away, and an empty field is named."""
    page.fill("[name=effect]", CARD["effect"])
    expect(page.locator("[data-autosave]")).to_contain_text("Сохранено в")
    page.reload()
    expect(page.locator("[name=effect]")).to_have_value(CARD["effect"])
    send = page.get_by_role("button", name="Отправить на проверку")
    press(page, send)
    expect(page.locator(".summary li")).to_have_count(4)
    for name, text in CARD.items():
        page.fill(f"[name={name}]", text)
    page.get_by_label("Отцы", exact=True).check()
    press(page, send)
    expect(page.locator(".notice.wait")).to_contain_text("На проверке")


def return_it(page: Page) -> None:
    page.goto("/work")
    expect(page.locator("h1")).to_have_text("Ждут вас")
    press(page, page.get_by_role("link", name=NAME))
    section = page.locator(".reviewed", has=page.locator("[name=comment_effect]"))
    section.locator("summary").click()
    page.fill("[name=comment_effect]", "Скажите, что заметит семья.")
    press(page, page.get_by_role("button", name="Вернуть автору"))
    expect(page.locator("#standing")).to_have_text("Автор исправляет карточку")


def mend(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.locator(".notice.bad")).to_contain_text("Вернули: 1 замечание")
    expect(page.locator("#card-effect .remark")).to_contain_text("Скажите, что заметит семья.")
    expect(page.locator(".remark")).to_have_count(1)
    page.fill("[name=effect]", PLAIN)
    press(page, page.get_by_role("button", name="Отправить на проверку"))
    expect(page.locator(".notice.wait")).to_contain_text("На проверке")


def complete(page: Page) -> None:
    """The methodist sees what was mended, adds what is known from a call, and asks the author."""
    page.goto("/manage/practices/waiting")
    press(page, page.get_by_role("link", name=NAME))
    expect(page.locator("main")).to_contain_text("поле с тех пор изменено")
    press(page, page.get_by_role("button", name="Карточка в порядке, замечание снято"))
    expect(page.locator("#standing")).to_have_text("Карточка принята")
    page.locator("summary", has_text="Сколько нужно сил и денег").click()
    page.fill("[name=start_year]", "1200")
    expect(page.locator("[data-autosave]")).to_contain_text("кроме полей: Год начала")
    page.fill("[name=start_year]", "2024")
    page.select_option("[name=sphere]", "social")
    page.fill("[name=staff]", "0.5")
    page.fill("[name=cost_year]", "25000")
    press(page, submit_of(page.locator("form", has=page.locator("[name=staff]"))))
    press(page, page.get_by_role("button", name="Попросить автора подтвердить"))
    expect(page.locator("#standing")).to_have_text("Ждём ответа автора")


def confirm(page: Page, link: str) -> None:
    page.goto(link)
    press(page, page.get_by_role("link", name="Посмотреть, что написано"))
    expect(page.locator(".changes ins")).to_have_text(
        ["добавлено: Социальная защита", "добавлено: 2024", "добавлено: 25 000", "добавлено: 0,5"]
    )
    press(page, page.get_by_role("button", name="Подтверждаю"))
    expect(page.locator(".toasts")).to_contain_text("Спасибо")


def publish(page: Page) -> str:
    """An organiser publishes what the author has confirmed. Returns the slug."""
    page.goto("/work")
    press(page, page.locator("a[href$='#pile-confirmed']"))
    press(page, page.locator("#pile-confirmed + p + ul").get_by_role("link", name=NAME))
    press(page, page.get_by_role("button", name="Опубликовать", exact=True))
    expect(page.locator(".page-head")).to_contain_text("В каталоге")
    return page.url.rsplit("/", 1)[1]


def second_edition(page: Page, slug: str) -> None:
    """A change readers do not see until it is published, this time without waiting for the author."""
    page.goto(f"/manage/practices/{slug}")
    page.fill("[name=who_does_it]", "Учитель труда и четверо отцов.")
    press(page, submit_of(page.locator("form", has=page.locator("[name=staff]"))))
    expect(page.locator("#standing")).to_have_text("Есть правки, которых читатели ещё не видят")
    assert "четверо" not in page.request.get(f"/practices/{slug}").text()
    press(page, page.get_by_role("link", name="Опубликовать…"))
    page.fill("[name=why]", "Подтвердил по телефону")
    press(page, page.get_by_role("button", name="Опубликовать без подтверждения"))
    expect(page.locator("main")).to_contain_text("Опубликовано без подтверждения автора: Подтвердил по телефону")


def see_what_changed(page: Page, slug: str) -> None:
    page.goto(f"/practices/{slug}")
    press(page, page.get_by_role("link", name="Редакция 2: что изменилось"))
    press(page, page.get_by_role("link", name="изменено 1 поле"))
    expect(page.locator(".changes dt")).to_have_text("Кто делает")
    expect(page.locator(".changes del")).to_have_text("было: двое")
    expect(page.locator(".changes ins")).to_have_text("стало: четверо")


def test_two_windows_are_told_of_each_other(pages: Pages) -> None:
    """Autosave in one window does not overwrite the other: it stops, and the press shows both texts."""
    pages.expected += ["409"]
    first, second = pages.open(DESK, role="methodist"), pages.open(DESK, role="methodist")
    for page in (first, second):
        page.goto("/manage/practices/sluzhba-primireniya-dlya-semi")
    first.fill("[name=what_is_needed]", "Первое окно")
    expect(first.locator("[data-autosave]")).to_contain_text("Сохранено в")
    second.fill("[name=what_is_needed]", "Второе окно")
    expect(second.locator("[data-autosave]")).to_contain_text("кто-то внёс изменения")
    press(second, submit_of(form_to(second, "/sluzhba-primireniya-dlya-semi")))
    expect(second.locator("table")).to_contain_text("Первое окно")
    expect(second.locator("table")).to_contain_text("Второе окно")


def test_a_deed_becomes_possible_while_writing(pages: Pages) -> None:
    """The last missing field is kept by itself: the author can be asked without opening the page again."""
    page = pages.open(DESK, role="methodist")
    page.goto("/manage/practices/dvor-bez-chuzhikh")
    standing, ask = page.locator("#where-it-stands"), page.get_by_role("button", name="Попросить автора подтвердить")
    expect(standing).to_contain_text("До публикации заполните")
    expect(ask).to_have_count(0)
    page.select_option("[name=sphere]", "social")
    expect(page.locator("[data-autosave]")).to_contain_text("Сохранено в")
    expect(standing).not_to_contain_text("заполните")
    press(page, ask)
    expect(page.locator("#standing")).to_have_text("Ждём ответа автора")


def test_without_scripts_it_is_there_after_saving(pages: Pages) -> None:
    page = pages.open(DESK, role="methodist", java_script_enabled=False)
    page.goto("/manage/practices/utrenniy-gost")
    expect(page.locator("#where-it-stands")).to_contain_text("До публикации заполните")
    for name, text in CARD.items():
        page.fill(f"[name={name}]", text)
    page.get_by_label("Отцы", exact=True).check()
    page.select_option("[name=sphere]", "social")
    press(page, submit_of(page.locator("form", has=page.locator("[name=effect]"))))
    expect(page.get_by_role("button", name="Попросить автора подтвердить")).to_be_visible()
